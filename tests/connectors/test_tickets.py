"""Contacts from foreign files: what is loaded, what is not and why; loaded + rejected + duplicates = records."""

from __future__ import annotations

import json
import random
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import read_tickets
from connectors.values import parse_channels, parse_flags, parse_numbers, parse_seconds
from domain.errors import (
    BadValue,
    BrokenFile,
    EmptyFile,
    InputError,
    MissingColumn,
    RepeatedColumn,
    UnknownFormat,
    WrongEncoding,
)
from domain.tables import REJECTS, TICKETS

BERLIN = "Europe/Berlin"
HEADER = "ticket_id,created_at,channel,type,handle_seconds,wait_seconds,abandoned"


def written(folder: Path, content: str | bytes, name: str = "tickets.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def canonical(folder: Path, *rows: str, name: str = "tickets.csv") -> Path:
    return written(folder, "\n".join([HEADER, *rows]) + "\n", name)


def utc(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


# ---- the good case


def test_a_file_of_one_row_is_a_file(tmp_path: Path) -> None:
    found = read_tickets(canonical(tmp_path, "7,2026-03-02T09:00:00+03:00,Phone,billing,300,12.5,no"))
    assert found.kind == "tickets"
    assert found.preset == "canonical_tickets"
    row = found.frame.iloc[0]
    assert row["ticket_id"] == "7"
    assert row["created_at"] == utc("2026-03-02 06:00")
    assert (row["channel"], row["handle_seconds"], row["wait_seconds"]) == ("phone", 300, 12.5)
    assert row["abandoned"] == False  # noqa: E712
    assert found.rejects.empty


def test_the_report_is_json_and_tells_what_was_read(tmp_path: Path) -> None:
    path = canonical(
        tmp_path,
        "1,2026-10-25 02:30,Phone,,,,",
        "2,2026-10-26 02:30,E-Mail,,,,",
        "1,2026-10-27 02:30,phone,,,,",
        "3,x,,,,,",
    )
    report = read_tickets(path, timezone=BERLIN).report
    assert json.loads(json.dumps(report)) == report
    assert {key: report[key] for key in ("rows", "loaded", "rejected", "duplicates")} == {
        "rows": 4, "loaded": 2, "rejected": 1, "duplicates": 1,
    }  # fmt: skip
    file = report["files"][0]
    assert file["encoding"] == "utf-8"
    assert file["delimiter"] == ","
    assert file["by_channel"] == {"phone": 1, "email": 1}
    assert file["doubled_hour"] == 1
    assert file["first"] == "2026-10-25T00:30:00+00:00"
    assert file["last"] == "2026-10-26T01:30:00+00:00"
    assert len(file["sha256"]) == 64


def test_a_russian_spreadsheet_of_1251_with_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = (
        "Номер;Дата создания;Канал;Тема;Время обработки, мин;Ожидание, сек;Статус;Дата первого ответа;Дата решения\r\n"
        "З-1;29.02.2024 09:00;Телефон;Оплата;3,5;20;Закрыт;29.02.2024 09:05:30;\r\n"
        'З-2;01.07.2024 09:00;Эл. почта;"Доставка; возврат";1 003,25;1:20;Закрыт;;02.07.2024\r\n'
    )
    found = read_tickets(written(tmp_path, text.encode("cp1251")), timezone=BERLIN)
    assert found.preset == "russian_spreadsheet"
    assert found.report["files"][0]["encoding"] == "cp1251"
    frame = found.frame
    assert frame["ticket_id"].tolist() == ["З-1", "З-2"]
    assert frame["created_at"].tolist() == [utc("2024-02-29 08:00"), utc("2024-07-01 07:00")]
    assert frame["channel"].tolist() == ["phone", "email"]
    assert frame["type"].tolist() == ["Оплата", "Доставка; возврат"]
    assert frame["handle_seconds"].tolist() == [210, 1003.25 * 60]
    assert frame["wait_seconds"].tolist() == [20, 80]
    assert frame["first_response_at"].iloc[0] == utc("2024-02-29 08:05:30")
    assert frame["resolved_at"].iloc[1] == utc("2024-07-01 22:00")


# ---- times


def test_times_are_read_in_every_usual_writing(tmp_path: Path) -> None:
    writings = [
        "2026-03-02T09:00:00Z", "2026-03-02 12:00:00+03", "2026-03-02T12:00:00+0300", "2026-03-02 09:00:00 UTC",
        "2026-03-02 09:00", "02.03.2026 09:00", "02.03.2026 09:00:00", "02.03.26 09:00", "2026/03/02 09:00",
        "1772442000", "1772442000000", '"Mon, 02 Mar 2026 12:00:00 +0300"', "2026-03-02T09:00:00.000000Z",
    ]  # fmt: skip
    path = canonical(tmp_path, *[f"{number},{text},,,,," for number, text in enumerate(writings)])
    found = read_tickets(path)
    assert found.rejects["raw"].tolist() == []
    assert set(found.frame["created_at"]) == {utc("2026-03-02 09:00")}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["03/04/2026 09:00", "31/03/2026 09:00"], "2026-04-03 09:00"),
        (["03/04/2026 09:00", "03/31/2026 09:00"], "2026-03-04 09:00"),
        (["03/04/2026 9:00 AM", "03/04/2026 9:00 PM"], "2026-03-04 09:00"),
        (["03/04/2026 09:00", "03/05/2026 09:00"], "2026-04-03 09:00"),
    ],
)
def test_slashes_are_read_one_way_in_a_whole_column(tmp_path: Path, texts: list[str], expected: str) -> None:
    path = canonical(tmp_path, *[f"{number},{text},,,,," for number, text in enumerate(texts)])
    found = read_tickets(path)
    assert found.report["rejected"] == 0
    assert found.frame["created_at"].iloc[0] == utc(expected)


def test_a_local_time_in_the_lost_hour_is_rejected_and_in_the_doubled_hour_is_the_first(tmp_path: Path) -> None:
    path = canonical(tmp_path, "1,2026-03-29 02:30,,,,,", "2,2026-10-25 02:30,,,,,", "3,2026-03-29 03:00,,,,,")
    found = read_tickets(path, timezone=BERLIN)
    assert found.frame["created_at"].tolist() == [utc("2026-10-25 00:30"), utc("2026-03-29 01:00")]
    assert found.rejects[["line", "column", "reason"]].to_numpy().tolist() == [
        [2, "created_at", "expected a time that the clocks of Europe/Berlin show"]
    ]
    assert found.report["files"][0]["doubled_hour"] == 1


def test_an_answer_before_the_contact_is_emptied_and_counted_but_the_contact_stays(tmp_path: Path) -> None:
    rows = ["1,2026-03-02T09:00Z,2026-03-02T08:59Z", "2,2026-03-02T09:00Z,2026-03-02T09:00Z"]
    text = "\n".join(["ticket_id,created_at,resolved_at", *rows])
    found = read_tickets(written(tmp_path, text))
    assert found.frame["resolved_at"].isna().tolist() == [True, False]
    assert found.report["files"][0]["resolved_at_before_created"] == 1


# ---- the ledger


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",2026-03-02T09:00Z,,,,,", "ticket_id", "expected a ticket number"),
        ("9,,,,,,", "created_at", "expected a time"),
        ("9,2026-02-30T09:00Z,,,,,", "created_at", "expected a time such as"),
        ("9,yesterday,,,,,", "created_at", "expected a time such as"),
        ("9,2026,,,,,", "created_at", "expected a time such as"),
        ("9,2026-03-02T09:00Z,,,-1,,", "handle_seconds", "expected at least 0"),
        ("9,2026-03-02T09:00Z,,,-0:01:00,,", "handle_seconds", "expected at least 0"),
        ("9,2026-03-02T09:00Z,,,long,,", "handle_seconds", "expected a number of seconds, or a clock"),
        ("9,2026-03-02T09:00Z,,,inf,,", "handle_seconds", "expected a number of seconds, or a clock"),
        ("9,2026-03-02T09:00Z,,,,-3,", "wait_seconds", "expected at least 0"),
        ("9,2026-03-02T09:00Z,,,,,perhaps", "abandoned", "expected yes or no"),
        ("9,2026-03-02T09:00Z,,", "handle_seconds", "expected as many cells as the header has"),
        ("9,2026-03-02T09:00Z,,,,,,8,9", None, "expected as many cells as the header has"),
        ('9,2026-03-02T09:00Z,"a"b,,,,', "channel", "expected every quote to be closed"),
    ],
)
def test_a_row_at_fault_goes_to_the_ledger_with_line_column_reason_and_text(
    tmp_path: Path, row: str, column: str | None, reason: str
) -> None:
    good = "{},2026-03-02T09:00Z,phone,,,,"
    found = read_tickets(canonical(tmp_path, good.format(1), row, good.format(2)))
    assert found.frame["ticket_id"].tolist() == ["1", "2"]
    ledger = REJECTS.check(found.rejects)
    assert len(ledger) == 1
    entry = ledger.iloc[0]
    assert (entry["file"], entry["line"], entry["raw"]) == ("tickets.csv", 3, row)
    assert entry["column"] == column or (column is None and pd.isna(entry["column"]))
    assert entry["reason"].startswith(reason)
    assert list(found.report["files"][0]["reasons"]) == [f"{column}: {entry['reason']}" if column else entry["reason"]]


def test_a_few_bytes_that_are_no_utf8_cost_their_row_only(tmp_path: Path) -> None:
    good = "\n".join(f"{n},2026-03-02T09:00Z,phone,Оплата,,," for n in range(9))
    content = f"{HEADER}\n{good}\n".encode() + b"x,2026-03-02T09:00Z,phone,\xd0\xff,,,\n"
    found = read_tickets(written(tmp_path, content))
    assert found.report["loaded"] == 9
    assert found.rejects["line"].tolist() == [11]
    assert found.rejects["reason"].tolist() == ["expected text in UTF-8"]


def test_of_a_number_that_occurs_twice_the_first_is_kept_also_across_files(tmp_path: Path) -> None:
    one = canonical(tmp_path, "1,2026-03-02T09:00Z,phone,,,,", "1,2026-03-02T10:00Z,email,,,,", name="one.csv")
    two = canonical(tmp_path, "2,2026-03-02T09:00Z,phone,,,,", "1,2026-03-02T11:00Z,chat,,,,", name="two.csv")
    found = read_tickets([one, two])
    assert found.frame[["ticket_id", "channel"]].to_numpy().tolist() == [["1", "phone"], ["2", "phone"]]
    assert found.rejects[["file", "line", "reason"]].to_numpy().tolist() == [
        ["one.csv", 3, "duplicate of line 2"], ["two.csv", 3, "duplicate of one.csv line 2"],
    ]  # fmt: skip
    assert found.report["duplicates"] == 2
    assert found.report["rejected"] == 0


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for folder in ("may", "june"):
        (tmp_path / folder).mkdir()
        paths.append(written(tmp_path / folder, "created_at\n2026-03-02T09:00Z\n"))
    assert read_tickets(paths).frame["ticket_id"].tolist() == ["may/tickets.csv:2", "june/tickets.csv:2"]


def test_a_rejected_row_does_not_take_the_place_of_a_later_good_one(tmp_path: Path) -> None:
    found = read_tickets(canonical(tmp_path, "1,broken,,,,,", "1,2026-03-02T09:00Z,,,,,"))
    assert found.report["loaded"] == 1
    assert found.report["duplicates"] == 0


DIRT = (
    "{n},2026-03-02T09:00Z,phone,a,1,1,no",
    "1,2026-03-02T09:00Z,phone,a,1,1,no",
    "{n},2026-03-29 02:30,phone,a,1,1,no",
    "{n},nonsense,phone,a,1,1,no",
    ",2026-03-02T09:00Z,phone,a,1,1,no",
    "{n},2026-03-02T09:00Z,phone,a,-1,1,no",
    "{n},2026-03-02T09:00Z,phone,a,1,1,perhaps",
    "{n},2026-03-02T09:00Z",
    "{n},2026-03-02T09:00Z,phone,a,1,1,no,8,9",
    '{n},2026-03-02T09:00Z,phone,"two\nlines, ""quoted""",1,1,no',
    '{n},2026-03-02T09:00Z,phone,"a"b,1,1,no',
    '{n},2026-03-02T09:00Z,5" pipe,a,1,1,no',
    "",
    "   ",
)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(DIRT), min_size=1, max_size=30), seed=st.integers(0, 99), ends=st.booleans())
def test_loaded_rejected_and_duplicates_add_up_to_the_records_whatever_the_dirt(
    tmp_path: Path, kinds: list[str], seed: int, ends: bool
) -> None:
    rows = [kind.format(n=n) for n, kind in enumerate(kinds, start=2)]
    random.Random(seed).shuffle(rows)
    text = "\n".join([HEADER, DIRT[0].format(n=1), *rows]) + "\n" * ends
    found = read_tickets(written(tmp_path, text), timezone=BERLIN)
    report = found.report
    records = 1 + sum(1 for row in rows if row)
    assert report["rows"] == records
    assert report["loaded"] + report["rejected"] + report["duplicates"] == records
    assert len(found.frame) == report["loaded"]
    assert len(found.rejects) == report["rejected"] + report["duplicates"]
    good = sum(row.endswith(",phone,a,1,1,no") and row[:2] != "1," and "Z" in row and row[0] != "," for row in rows)
    good += sum("two\nlines" in row or "pipe" in row for row in rows)
    assert report["loaded"] == 1 + good
    lines = text.split("\n")
    for line, raw in zip(found.rejects["line"], found.rejects["raw"], strict=True):
        assert lines[line - 1].strip() == raw.strip()


@pytest.mark.parametrize(
    ("above", "line"),
    [("", 2), ("sep=;\n", 3), ("Отчёт за март\n\n", 4), ("Отчёт, за март;;\n", 3), ("\n\n", 4)],
)
def test_a_header_is_found_below_titles_and_lines_are_those_of_the_file(tmp_path: Path, above: str, line: int) -> None:
    text = f"{above}Номер;Дата создания;Канал\n1;вчера;Чат\n2;02.03.2026 09:00;Чат\n"
    found = read_tickets(written(tmp_path, text))
    assert found.report["rows"] == 2
    assert found.frame["ticket_id"].tolist() == ["2"]
    assert found.rejects["line"].tolist() == [line]


def test_a_file_of_one_column_with_blank_lines_adds_up(tmp_path: Path) -> None:
    found = read_tickets(written(tmp_path, 'created_at\n2026-03-02 09:00\n\n""\n2026-03-02 10:00'))
    assert found.frame["ticket_id"].tolist() == ["tickets.csv:2", "tickets.csv:5"]
    assert found.rejects[["line", "reason"]].to_numpy().tolist() == [[4, "expected a time"]]


def test_a_time_before_any_support_centre_had_a_computer_is_refused(tmp_path: Path) -> None:
    """One contact of 1900 or 9999 would stretch the planning grid over centuries."""
    times = ["0001-01-01 00:00", "1900-01-01", "1970-01-01T00:00Z", "1990-01-01T00:00Z", "9999-12-31 23:59"]
    found = read_tickets(canonical(tmp_path, *[f"{n},{text},,,,," for n, text in enumerate(times)]), timezone=BERLIN)
    assert found.frame["ticket_id"].tolist() == ["3"]
    assert set(found.rejects["reason"]) == {"expected a time from 1990 to 2099"}


def test_columns_that_are_not_read_are_counted_when_cells_are_missing(tmp_path: Path) -> None:
    text = "Id,Created at,Via,Status,X1,X2\n1,2026-03-02,Mail,S,a\n2,2026-03-02,Mail,S,a,b,c\n3,2026-03-02,Mail,S,a,b\n"
    found = read_tickets(written(tmp_path, text))
    assert found.frame["ticket_id"].tolist() == ["3"]
    assert found.rejects["line"].tolist() == [2, 3]


# ---- bad files


@pytest.mark.parametrize(
    ("content", "name", "error", "words"),
    [
        (b"", "t.csv", EmptyFile, "t.csv: expected a header"),
        (f"{HEADER}\n".encode(), "t.csv", EmptyFile, "line 1: expected at least one row"),
        (b"ticket_id,created_at,created_at\n1,2026-03-02T09:00Z,x\n", "t.csv", RepeatedColumn, "column 'created_at'"),
        (b'ticket_id,created_at\n1,"2026-03-02T09:00Z\n2,2026-03-02T09:00Z\n', "t.csv", BrokenFile, "line 2: .*quote"),
        ("ticket_id,created_at\n1,Оплата счёта\n".encode("koi8-r"), "t.csv", WrongEncoding, "line 2: .*Windows-1251"),
        (b"\x00\x01", "t.csv", WrongEncoding, "zero byte"),
        (b"x", "t.docx", UnknownFormat, r"found '\.docx'"),
        (b"x", "t.xls", UnknownFormat, r"save it as \.xlsx"),
        (b"x", "tickets", UnknownFormat, "no ending"),
        (b"not a zip", "t.xlsx", BrokenFile, "XLSX workbook"),
        (b"PAR1", "t.parquet", BrokenFile, "Parquet file"),
        (b"no json\n", "t.jsonl", EmptyFile, "at least one JSON object"),
    ],
)
def test_a_bad_file_has_a_named_error(
    tmp_path: Path, content: bytes, name: str, error: type[InputError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        read_tickets(written(tmp_path, content, name))
    assert caught.value.file == name


def test_one_bad_file_among_good_ones_loads_nothing(tmp_path: Path) -> None:
    good = canonical(tmp_path, "1,2026-03-02T09:00Z,phone,,,,", name="good.csv")
    with pytest.raises(EmptyFile, match=r"bad\.csv"):
        read_tickets([good, written(tmp_path, b"", "bad.csv")])


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "\n" + "x" * 30_000)
    with pytest.raises(InputError, match=r"at most 0\.01 MB, found '0\.0 MB'.*upload_megabytes_max"):
        read_tickets(path, megabytes_max=0.01)


def test_no_file_at_all_and_a_wrong_decimal_sign_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="at least one file"):
        read_tickets([])
    with pytest.raises(BadValue, match="decimal"):
        read_tickets(canonical(tmp_path, "1,2026-03-02T09:00Z,,,,,"), decimal=";")
    with pytest.raises(BadValue, match="time zone"):
        read_tickets(canonical(tmp_path, "1,2026-03-02T09:00Z,,,,,"), timezone="Mars/Base")


def test_a_loss_that_the_reader_does_not_tell_sets_the_file_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If DuckDB lost rows without a word, the independent count would find it."""
    import connectors.csv_files as module

    honest = module._through_duckdb

    def losing(file: module.CsvFile, wanted: list[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
        frame, rejects = honest(file, wanted)
        return frame.iloc[1:], rejects

    monkeypatch.setattr(module, "_through_duckdb", losing)
    path = canonical(tmp_path, "1,2026-03-02T09:00Z,,,,,", "2,2026-03-02T09:00Z,,,,,")
    with pytest.raises(BrokenFile, match=r"expected 2 rows, .*found '1 loaded and 0 rejected'.*set aside"):
        read_tickets(path)


# ---- other kinds of file


def test_an_xlsx_sheet_is_read_below_its_title_with_real_dates_and_durations(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Журнал обращений за март"])
    sheet.append([])
    sheet.append(["Номер", "Дата создания", "Канал", "Время обработки, мин", "Ожидание"])
    sheet.append([101, datetime(2026, 3, 2, 9, 0), "Чат", 2.5, timedelta(minutes=1, seconds=5)])
    sheet.append([102, "02.03.2026 10:30", "Телефон", "3,5", 40])
    sheet.append([None, None, None, None, None])
    sheet.append([103, "когда-то", "Телефон", 1, 1])
    book.save(tmp_path / "log.xlsx")
    found = read_tickets(tmp_path / "log.xlsx", timezone=BERLIN)
    assert found.report["files"][0]["header_line"] == 3
    assert found.frame["ticket_id"].tolist() == ["101", "102"]
    assert found.frame["created_at"].tolist() == [utc("2026-03-02 08:00"), utc("2026-03-02 09:30")]
    assert found.frame["handle_seconds"].tolist() == [150, 210]
    assert found.frame["wait_seconds"].tolist() == [65, 40]
    assert found.rejects[["line", "column"]].to_numpy().tolist() == [[7, "Дата создания"]]
    assert found.rejects["raw"].iloc[0] == "103; когда-то; Телефон; 1; 1"


def workbook(path: Path, *rows: list[object], sheets: int = 1) -> Path:
    book = openpyxl.Workbook()
    for _ in range(sheets - 1):
        book.create_sheet()
    sheet = book.worksheets[-1]
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_an_empty_workbook_and_a_header_alone_are_empty_files(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match=r"empty\.xlsx"):
        read_tickets(workbook(tmp_path / "empty.xlsx"))
    with pytest.raises(EmptyFile, match=r"head\.xlsx, line 1"):
        read_tickets(workbook(tmp_path / "head.xlsx", ["ticket_id", "created_at"]))


def test_a_full_sheet_is_told_to_be_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.spreadsheets.SHEET_ROWS_MAX", 2)
    path = workbook(tmp_path / "full.xlsx", ["ticket_id", "created_at"], [1, "2026-03-02"], sheets=2)
    warnings = read_tickets(path).report["files"][0]["warnings"]
    assert "one of 2" in warnings[0]
    assert "full (2 rows)" in warnings[1]


def test_a_zip_bomb_is_refused_even_when_it_lies_about_its_size(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 8_000_000)
    honest = (8_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(honest, (8).to_bytes(4, "little")))
    with pytest.raises(InputError, match=r"unpacks to at most 3 MB.*sheet1\.xml"):
        read_tickets(path, megabytes_max=1)


def test_parquet_keeps_large_numbers_and_reads_naive_stamps_in_the_zone(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with duckdb.connect() as link:
        link.execute(
            "copy (select * from (values (9007199254740993, timestamp '2026-03-29 02:30', 1.5), "
            "(9007199254740995, timestamp '2026-07-01 12:00', null), (null, timestamp '2026-07-01 12:00', 1)) "
            f"t(ticket_id, created_at, handle_seconds)) to '{path}' (format parquet)"
        )
    found = read_tickets(path, timezone=BERLIN)
    assert found.frame["ticket_id"].tolist() == ["9007199254740995"]
    assert found.frame["created_at"].tolist() == [utc("2026-07-01 10:00")]
    assert found.rejects["line"].tolist() == [1, 3]


def test_json_lines_reach_into_inner_objects_and_bad_lines_go_to_the_ledger(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "created_at": 1772442000, "source": {"type": "email"}, "note": "a\\nb"}', "", "{broken", "[1, 2]",
        '{"id": 2, "created_at": "2026-03-02T10:00:00Z", "source": {"type": "Telegram"}}',
    ]  # fmt: skip
    path = written(tmp_path, "\n".join(lines), "t.jsonl")
    found = read_tickets(path, mapping={"ticket_id": "id", "channel": "source.type"})
    assert found.frame[["ticket_id", "channel"]].to_numpy().tolist() == [["1", "email"], ["2", "messenger"]]
    assert found.frame["created_at"].tolist() == [utc("2026-03-02 09:00"), utc("2026-03-02 10:00")]
    assert found.rejects[["line", "raw"]].to_numpy().tolist() == [[3, "{broken"], [4, "[1, 2]"]]
    assert found.report["rows"] == 4


def test_a_file_without_one_good_row_is_refused_with_its_first_fault(tmp_path: Path) -> None:
    path = canonical(tmp_path, "1,2026-03-02T09:00Z,,,-5,,", "2,yesterday,,,,,")
    with pytest.raises(
        BadValue, match=r"line 2, column 'handle_seconds': expected at least 0, found .* All 2 rows are"
    ):
        read_tickets(path)


def test_a_file_of_known_tickets_and_faults_is_not_refused(tmp_path: Path) -> None:
    first = canonical(tmp_path, "1,2026-03-02T09:00Z,,,,,")
    second = written(tmp_path, first.read_text("utf-8") + "2,yesterday,,,,,\n", "second.csv")
    report = read_tickets([first, second]).report
    assert (report["loaded"], report["duplicates"], report["rejected"]) == (1, 1, 1)


# ---- the caller's mapping


def test_a_mapping_alone_describes_a_file_that_no_preset_knows(tmp_path: Path) -> None:
    text = "Nr,When,Dauer,A,B\n1,02.03.2026 09:00,3,10,20\n2,03.03.2026 09:00,1:30,5,\n"
    mapping = {"ticket_id": "nr", "created_at": "When", "handle_seconds": "Dauer|minutes", "wait_seconds": "A + B",
               "channel": "=walk-in", "team": "=north"}  # fmt: skip
    found = read_tickets(written(tmp_path, text), mapping=mapping)
    assert found.preset == "by_hand"
    assert found.frame["handle_seconds"].tolist() == [180, 90]
    assert found.frame["wait_seconds"].tolist() == [30, 5]
    assert found.frame["channel"].tolist() == ["walk-in", "walk-in"]
    assert found.frame["team"].tolist() == ["north", "north"]


def test_a_mapping_goes_before_the_preset_and_adds_columns(tmp_path: Path) -> None:
    path = written(tmp_path, "ticket_id,created_at,type,reason\n1,2026-03-02T09:00Z,Question,billing\n")
    found = read_tickets(path, mapping={"type": "reason", "kind": "type"})
    assert found.frame[["type", "kind"]].to_numpy().tolist() == [["billing", "Question"]]


def test_a_mapping_to_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = canonical(tmp_path, "1,2026-03-02T09:00Z,,,,,")
    with pytest.raises(MissingColumn, match=r"'Reason' that the mapping of type names.*=phone"):
        read_tickets(path, mapping={"type": "Reason"})


def test_rows_without_a_number_are_named_by_file_and_line_where_the_layout_allows(tmp_path: Path) -> None:
    path = written(tmp_path, "created_at,category\n\n2026-03-02T09:00Z,a\n2026-03-02T09:00Z,a\n")
    found = read_tickets(path)
    assert found.frame["ticket_id"].tolist() == ["tickets.csv:3", "tickets.csv:4"]
    assert found.frame["channel"].tolist() == ["phone", "phone"]


def test_tickets_and_intervals_are_not_mixed(tmp_path: Path) -> None:
    one = canonical(tmp_path, "1,2026-03-02T09:00Z,,,,,")
    two = written(tmp_path, "queue,start,offered\na,2026-03-02T09:00Z,1\n", "history.csv")
    with pytest.raises(BadValue, match="files of one kind"):
        read_tickets([one, two])


# ---- cells


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1234.5", None, 1234.5), ("1,5", None, 1.5), ("1,234", None, 1234), ("1,234.5", None, 1234.5),
        ("1 234,5", None, 1234.5), ("1\u00a0234,5", ",", 1234.5), ("1.234,5", ",", 1234.5), ("1,234", ",", 1.234),
        ("1.234", ",", 1.234), ("1.234.567", ",", 1234567), ("1'234", None, 1234), ("−2", None, -2),
        ("1,5", ".", None), ("abc", None, None), ("nan", None, None), ("1e400", None, None), ("", None, "empty"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_their_sources_write_them(text: str, decimal: str | None, expected: object) -> None:
    numbers, bad = parse_numbers(pd.Series([text], dtype="str"), decimal)
    assert bad.tolist() == [expected is None]
    assert (numbers[0] == expected) or (pd.isna(numbers[0]) and not isinstance(expected, float | int))


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [("90", "seconds", 90), ("1,5", "minutes", 90), ("90000", "milliseconds", 90), ("1:30", "seconds", 90),
     ("1:30", "hours", 5400), ("0:01:30", "hours", 90), ("25:00:00", "minutes", 90000), ("2", "days", 172800),
     ("-0:30", "seconds", -30), ("0:01:30,5", "seconds", 90.5), ("1:75", "seconds", None)],
)  # fmt: skip
def test_durations_are_seconds_whatever_the_unit(text: str, unit: str, expected: float | None) -> None:
    seconds, bad = parse_seconds(pd.Series([text], dtype="str"), unit)
    assert bad.tolist() == [expected is None]
    assert expected is None or seconds[0] == pytest.approx(expected)


def test_yes_and_no_in_two_languages() -> None:
    flags, bad = parse_flags(pd.Series(["Yes", "нет", None, " TRUE ", "пропущен", "0", "maybe"], dtype="str"))
    assert flags.tolist()[:6] == [1, 0, 0, 1, 1, 0]
    assert bad.tolist() == [False] * 6 + [True]


def test_channels_get_the_names_of_the_house() -> None:
    words = ["Mail", "Phone call (inbound)", "Живой чат", "WhatsApp", "ВКонтакте", "Fax/Telex", None, "Сайт", "Лично"]
    names = parse_channels(pd.Series(words, dtype="str")).tolist()
    assert names == ["email", "phone", "живой чат", "messenger", "social", "fax-telex", "other", "web", "walk-in"]


def test_the_dirty_sample_loads_what_is_good_and_tells_the_rest(sample: Path) -> None:
    found = read_tickets(sample / "dirty_sample.csv", timezone=BERLIN)
    report = found.report
    assert report["loaded"] + report["rejected"] + report["duplicates"] == report["rows"] == 27
    assert report["duplicates"] == 1
    assert set(found.frame["ticket_id"]) >= {f"D-{number:04d}" for number in range(1, 11)} | {
        "D-0105",
        "D-0113",
        "D-0114",
    }
    TICKETS.check(found.frame)


# ---- real files


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "rows", "rejected"),
    [
        ("cfpb_boa_complaints", 62516, 0), ("rabobank_itsm_incidents", 35846, 0), ("montco_911_calls", 99492, 0),
        ("comcast_fcc_complaints", 2224, 0), ("servicenow_incidents", 24918, 0),
        ("van311_daily", 5585, 0), ("bank_calls_5min", 27716, 0),
    ],
)  # fmt: skip
def test_real_histories_load_without_any_options(shared: Path, name: str, rows: int, rejected: int) -> None:
    report = read_tickets(shared / "data" / f"{name}.parquet").report
    assert (report["rows"], report["loaded"], report["rejected"]) == (rows, rows - rejected, rejected)
