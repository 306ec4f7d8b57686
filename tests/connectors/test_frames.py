"""Tables as files: what goes out comes back, and every fault names its line."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import read_table, read_toml, write_table
from connectors.csv_records import scan_records
from domain.errors import (
    BadValue,
    BrokenFile,
    EmptyFile,
    InputError,
    MissingColumn,
    RepeatedColumn,
    TableError,
    UnknownFormat,
    WrongEncoding,
)
from domain.tables import HISTORY, PEOPLE, TIME_OFF

BERLIN = "Europe/Berlin"


def written(folder: Path, text: str | bytes, name: str = "history.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def history_file(folder: Path, *rows: str) -> Path:
    return written(folder, "\n".join(["queue,start,offered", *rows]) + "\n")


# ---- there and back

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from('",;\n|'), min_size=1, max_size=8
).filter(lambda text: text == text.strip() and not text.startswith("\ufeff"))
rows = st.lists(
    st.tuples(
        texts,
        st.integers(0, 4 * 24 * 366),
        st.none() | st.floats(0, 1e7, allow_nan=False),
        st.none() | st.floats(0, 1e5, allow_nan=False),
        st.booleans(),
        st.sampled_from(["", "outlier", "missing"]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: (row[0], row[1]),
)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, ending=st.sampled_from(["csv", "parquet"]), zone=st.sampled_from([None, BERLIN, "Asia/Kolkata"]))
def test_a_table_comes_back_as_it_was_written(
    tmp_path: Path, rows: list[tuple[object, ...]], ending: str, zone: str | None
) -> None:
    frame = pd.DataFrame(rows, columns=["queue", "quarter", "offered", "aht_seconds", "open", "mark"])
    quarters = pd.to_timedelta(frame.pop("quarter") * 15, unit="min")
    frame.insert(1, "start", pd.Timestamp("2026-01-01", tz="UTC") + quarters)
    history = HISTORY.check(frame)
    path = tmp_path / f"history.{ending}"
    write_table(history, path, HISTORY, timezone=zone)
    pd.testing.assert_frame_equal(read_table(path, HISTORY), history)


def test_stamps_are_written_with_the_offset_of_the_zone_on_that_day(tmp_path: Path) -> None:
    starts = pd.to_datetime(["2026-03-28T11:00Z", "2026-03-29T11:00Z"], utc=True)
    frame = HISTORY.check(pd.DataFrame({"queue": "a", "start": starts, "offered": [1.0, 2.5]}))
    write_table(frame, tmp_path / "out.csv", HISTORY, timezone=BERLIN)
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "queue,start,offered", "a,2026-03-28T12:00:00+01:00,1.0", "a,2026-03-29T13:00:00+02:00,2.5",
    ]  # fmt: skip


def test_dates_are_written_as_dates(tmp_path: Path) -> None:
    text = "agent,from,to,kind,weight\nAnna,2026-03-01,2026-03-02,leave,\n"
    frame = read_table(written(tmp_path, text), TIME_OFF)
    write_table(frame, tmp_path / "again.csv", TIME_OFF)
    assert "Anna,2026-03-01,2026-03-02,leave" in (tmp_path / "again.csv").read_text()


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    path = written(tmp_path, "the old file")
    wrong = pd.DataFrame({"queue": ["a"], "start": pd.to_datetime(["2026-03-01"], utc=True), "offered": [-1.0]})
    with pytest.raises(TableError, match="at least 0"):
        write_table(wrong, path, HISTORY)
    assert path.read_text() == "the old file"
    assert [entry.name for entry in tmp_path.iterdir()] == ["history.csv"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    frame = HISTORY.empty()
    with pytest.raises(InputError, match="a folder that exists"):
        write_table(frame, tmp_path / "nowhere" / "out.csv", HISTORY)


def test_standard_input_and_output_carry_csv(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = io.TextIOWrapper(io.BytesIO("queue,start,offered\nтест,2026-03-01T00:00Z,3\n".encode()))
    monkeypatch.setattr(sys, "stdin", source)
    frame = read_table("-", HISTORY)
    write_table(frame, "-", HISTORY)
    assert capfdbinary.readouterr().out.decode() == "queue,start,offered\nтест,2026-03-01T00:00:00+00:00,3.0\n"


# ---- times without an offset


def test_a_local_time_needs_a_zone(tmp_path: Path) -> None:
    path = history_file(tmp_path, "a,2026-03-02T09:00:00Z,1", "a,2026-03-02 09:30,1")
    with pytest.raises(BadValue, match=r"history\.csv, line 3, column 'start'.*UTC offset.*--timezone"):
        read_table(path, HISTORY)


def test_local_times_are_read_in_the_zone_and_offsets_win(tmp_path: Path) -> None:
    path = history_file(tmp_path, "a,2026-03-02 09:00,1", "a,2026-07-02T09:00,1", "a,2026-03-02T09:00:00Z,1")
    starts = read_table(path, HISTORY, timezone=BERLIN)["start"]
    assert starts.tolist() == [
        pd.Timestamp("2026-03-02T08:00Z"), pd.Timestamp("2026-07-02T07:00Z"), pd.Timestamp("2026-03-02T09:00Z"),
    ]  # fmt: skip


def test_plain_dates_are_local_midnights_even_where_midnight_is_skipped(tmp_path: Path) -> None:
    """In Beirut the clocks go forward at midnight of 29 March 2026: that day begins at 01:00 summer time."""
    path = history_file(tmp_path, "a,2024-02-29,1", "a,2026-03-28,1", "a,2026-03-29,1")
    starts = read_table(path, HISTORY, timezone="Asia/Beirut")["start"]
    assert starts.tolist() == [
        pd.Timestamp("2024-02-28T22:00Z"), pd.Timestamp("2026-03-27T22:00Z"), pd.Timestamp("2026-03-28T22:00Z"),
    ]  # fmt: skip


def test_a_time_that_the_clocks_skipped_is_refused_with_its_line(tmp_path: Path) -> None:
    path = history_file(tmp_path, "a,2026-03-29 01:30,1", "a,2026-03-29 02:30,1", "a,2026-03-29 03:30,1")
    with pytest.raises(BadValue, match=r"line 3, column 'start'.*clocks of Europe/Berlin.*2026-03-29 02:30"):
        read_table(path, HISTORY, timezone=BERLIN)


def test_the_second_row_of_a_doubled_local_time_is_the_second_hour(tmp_path: Path) -> None:
    path = history_file(
        tmp_path, "a,2026-10-25 02:30,1", "a,2026-10-25 02:30,2", "b,2026-10-25 02:30,3", "b,2026-10-25 03:30,4"
    )
    read = read_table(path, HISTORY, timezone=BERLIN)
    assert read["start"].dt.strftime("%H:%M").tolist() == ["00:30", "01:30", "00:30", "02:30"]
    assert read["offered"].tolist() == [1, 2, 3, 4]


def test_the_third_row_of_a_doubled_local_time_is_a_repeated_key(tmp_path: Path) -> None:
    path = history_file(tmp_path, *["a,2026-10-25 02:30,1"] * 3)
    with pytest.raises(BadValue, match=r"line 4.*each key once"):
        read_table(path, HISTORY, timezone=BERLIN)


def test_parquet_with_naive_stamps_is_read_in_the_zone_too(tmp_path: Path) -> None:
    stamps = pd.to_datetime(["2026-10-25 02:30", "2026-10-25 02:30", "2026-07-01 00:00"])
    frame = pd.DataFrame({"queue": "a", "start": stamps, "offered": [1, 2, 3]})
    frame.to_parquet(tmp_path / "h.parquet")
    read = read_table(tmp_path / "h.parquet", HISTORY, timezone=BERLIN)
    assert read["start"].dt.strftime("%d %H:%M").tolist() == ["25 00:30", "25 01:30", "30 22:00"]
    with pytest.raises(BadValue, match=r"h\.parquet, line 1, column 'start'.*UTC offset"):
        read_table(tmp_path / "h.parquet", HISTORY)


# ---- bad input


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", EmptyFile, r"history\.csv: expected a header and at least one row, found '0 bytes'"),
        (b"\n\n", EmptyFile, "blank lines"),
        (b"queue,start,offered\n", EmptyFile, "line 1: expected at least one row under the header"),
        (b"queue,start\na,2026-03-01\n", MissingColumn, "column 'offered'.*found 'queue, start'"),
        (b"queue,start,offered,queue\na,2026-03-01T00:00Z,1,b\n", RepeatedColumn, "column 'queue'"),
        (b'queue,start,offered\na,2026-03-01T00:00Z,"3,5"\n', BadValue, r"line 2, column .offered.*point: 3\.5"),
        (b"queue,start,offered\na,2026-03-01T00:00Z,3,5\n", BadValue, "line 2: expected as many cells as the header"),
        (b"queue,start,offered\n\na,2026-03-01T00:00Z\n", BadValue, "line 3, column 'offered': expected as many cells"),
        (b"queue,start,offered\na,2026-03-01T00:00Z,many\n", BadValue, "line 2, column 'offered'.*finite number.*many"),
        (b"queue,start,offered\na,yesterday,1\n", BadValue, "line 2, column 'start'.*a time such as.*yesterday"),
        (b"queue,start,offered\na,2026,1\n", BadValue, "line 2, column 'start'.*a time such as"),
        (b"queue,start,offered\n,2026-03-01T00:00Z,1\n", BadValue, "line 2, column 'queue'.*expected a value"),
        (b"queue,start,offered\na,2026-03-01T00:00Z,-1\n", BadValue, "line 2, column 'offered'.*at least 0"),
        ("queue,start,offered\nОчередь,2026-03-01T00:00Z,1\n".encode("koi8-r"), WrongEncoding, "line 2.*CSV UTF-8"),
        ("queue,start,offered\na,2026-03-01T00:00Z,1\n".encode("utf-16-le"), WrongEncoding, "line 1.*zero byte"),
    ],
)  # fmt: skip
def test_bad_input_has_a_named_error_with_its_place(
    tmp_path: Path, content: bytes, error: type[InputError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        read_table(written(tmp_path, content), HISTORY)
    assert caught.value.exit_code == 2
    assert caught.value.file == "history.csv"


def test_an_unterminated_quote_names_the_line_where_it_opens(tmp_path: Path) -> None:
    rows = [f"q{number},2026-03-01T00:00Z,1" for number in range(2, 800)]
    rows[500] = '"q502,2026-03-01T00:00Z,1'
    with pytest.raises(BrokenFile, match="line 502: expected every quote to be closed"):
        read_table(history_file(tmp_path, *rows), HISTORY)


def test_an_unterminated_quote_that_a_later_cell_closes_is_found_too(tmp_path: Path) -> None:
    rows = ['"a,2026-03-01T00:00Z,1', "b,2026-03-01T00:00Z,1", '"c",2026-03-01T00:00Z,1', "d,2026-03-01T00:00Z,1"]
    with pytest.raises(BrokenFile, match="line 2: expected every quote to be closed"):
        read_table(history_file(tmp_path, *rows), HISTORY)


def test_a_damaged_parquet_file_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match=r"h\.parquet: expected a Parquet file"):
        read_table(written(tmp_path, b"PAR1 this is not one", "h.parquet"), HISTORY)


def test_an_ending_that_no_reader_knows_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"\.csv or \.parquet, found '\.docx'"):
        read_table(written(tmp_path, b"x", "h.docx"), HISTORY)
    with pytest.raises(UnknownFormat, match=r"\.csv or \.parquet"):
        write_table(HISTORY.empty(), tmp_path / "h.json")


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match=r"none\.csv: expected a file that can be read"):
        read_table(tmp_path / "none.csv", HISTORY)


def test_all_violations_are_kept_behind_the_first(tmp_path: Path) -> None:
    path = history_file(tmp_path, "a,2026-03-01T00:00Z,-1", "a,2026-03-01T01:00Z,-2")
    with pytest.raises(BadValue, match="1 more cell at fault") as caught:
        read_table(path, HISTORY)
    cause = caught.value.__cause__
    assert isinstance(cause, TableError)
    assert [violation.row for violation in cause.violations] == [0, 1]


# ---- text as the world writes it


@pytest.mark.parametrize(
    ("encoding", "ends"),
    [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("cp1251", "\r\n"), ("utf-16", "\n"), ("utf-8", "\r")],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_line_ends_and_delimiters_are_found(tmp_path: Path, encoding: str, ends: str, delimiter: str) -> None:
    cells = [
        ["queue", "start", "offered"],
        ["Очередь первая", "2026-03-01T00:00Z", "7"],
        ["b", "2026-03-01T00:00Z", "8"],
    ]
    text = ends.join(delimiter.join(row) for row in cells)
    read = read_table(written(tmp_path, text.encode(encoding)), HISTORY)
    assert read["queue"].tolist() == ["Очередь первая", "b"]
    assert read["offered"].tolist() == [7, 8]


def test_line_ends_of_two_kinds_in_one_file_are_read(tmp_path: Path) -> None:
    text = b'queue,start,offered\r\n"a\nb",2026-03-01T00:00Z,1\nc,2026-03-01T00:00Z,2\r\n'
    assert read_table(written(tmp_path, text), HISTORY)["offered"].tolist() == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1251", "utf-8"])
@pytest.mark.parametrize("size", [5, 8, 17])
def test_a_copy_in_utf8_does_not_depend_on_where_the_chunks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, size: int
) -> None:
    monkeypatch.setattr("connectors.csv_bytes.CHUNK", size)
    text = "queue,start,offered\r\nОчередь первая,2026-03-01T00:00Z,1\r\nвторая,2026-03-01T00:00Z,2\n"
    read = read_table(written(tmp_path, text.encode(encoding)), HISTORY)
    assert read["queue"].tolist() == ["Очередь первая", "вторая"]


def test_western_text_is_not_taken_for_russian(tmp_path: Path) -> None:
    text = "queue,start,offered\nGerät für Köln,2026-03-01T00:00Z,1\nélève,2026-03-01T00:00Z,1\n"
    assert read_table(written(tmp_path, text.encode("cp1252")), HISTORY)["queue"].tolist() == [
        "Gerät für Köln",
        "élève",
    ]


def test_lines_are_those_of_the_file_behind_blank_lines_and_cells_of_two_lines(tmp_path: Path) -> None:
    text = '\n\nqueue,start,offered\n"a\nb",2026-03-01T00:00Z,1\n\nc,2026-03-01T00:00Z,x\n'
    with pytest.raises(BadValue, match="line 7, column 'offered'"):
        read_table(written(tmp_path, text), HISTORY)


def test_people_keep_their_names_as_text(tmp_path: Path) -> None:
    text = "agent,queues,agreement\n007,phone/*|email/*,full\nИванова Анна,chat/*,part\n"
    assert read_table(written(tmp_path, text), PEOPLE)["agent"].tolist() == ["007", "Иванова Анна"]


# ---- the independent count

cells = st.text(st.sampled_from('ab",\n '), max_size=6)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n') else cell


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.tuples(cells, cells), min_size=1, max_size=15))
def test_the_record_count_knows_quoted_line_ends(tmp_path: Path, table: list[tuple[str, str]]) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(("h1,h2\n" + "".join(f"{quoted(a)},{quoted(b)}\n" for a, b in table)).encode())
    records = scan_records(path, ",", "t.csv")
    lines, line = [], 2
    for a, b in table:
        lines.append(line)
        line += 1 + a.count("\n") + b.count("\n")
    assert records.count == len(table)
    assert records.lines[1:].tolist() == lines


def test_the_record_count_does_not_depend_on_where_the_chunks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "h1,h2\n" + "".join(f'{n},"x{n}\ny ""z"""\n\n' for n in range(200)) + 'pipe 5" wide,7\n"",last'
    path = written(tmp_path, text)
    whole = scan_records(path, ",", "t.csv")
    for size in (16, 64, 1000):
        monkeypatch.setattr("connectors.csv_records.CHUNK", size)
        parts = scan_records(path, ",", "t.csv")
        np.testing.assert_array_equal(parts.lines, whole.lines)
        np.testing.assert_array_equal(parts.ordinals, whole.ordinals)
    assert whole.count == 202


# ---- TOML


def test_toml_is_read_and_a_fault_names_its_line(tmp_path: Path) -> None:
    assert read_toml(written(tmp_path, '\ufeff[a]\r\nname = "Смена"\r\n', "s.toml")) == {"a": {"name": "Смена"}}
    with pytest.raises(BrokenFile, match=r"s\.toml, line 3: expected TOML"):
        read_toml(written(tmp_path, "[a]\nb = 1\nc = = 2\n", "s.toml"))
    with pytest.raises(WrongEncoding, match="line 2: expected UTF-8"):
        read_toml(written(tmp_path, 'a = 1\nname = "Смена"'.encode("cp1251"), "s.toml"))
    assert read_toml(written(tmp_path, "", "s.toml")) == {}


@pytest.mark.parametrize(("cell", "found"), [("3", "at most 2, found 3.0"), ("fast", "a finite number, found 'fast'")])
def test_a_proficiency_that_makes_no_sense_is_named_by_file_line_and_column(
    cell: str, found: str, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text(f"agent,queues,agreement,proficiency\nann,a,full,\nbob,a,full,{cell}\n")
    with pytest.raises(BadValue, match=f"people.csv, line 3, column 'proficiency': expected {found}"):
        read_table(tmp_path / "people.csv", PEOPLE)
