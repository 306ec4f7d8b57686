"""Bad input at the command line: a named error or a stated fallback, exit code 2, and a store that stays as it was."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from planning.cli import app

ZONE = "Europe/Berlin"
TICKETS = "ticket_id,created_at,channel,type,handle_seconds\n"
TICKET = "{},2026-07-06T09:00:00Z,phone,billing,300\n"
HISTORY = "queue,start,offered,aht_seconds\n"
PEOPLE = "agent,queues,agreement\n"
QUEUE_HOURS = [f"2026-09-07T{hour:02d}:00:00+02:00" for hour in range(9, 18)]


def smena(*words: object, code: int) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.stdout}\n{result.stderr}"
    return result


def refused(*words: object) -> str:
    """What the one line on stderr says; nothing is on stdout."""
    result = smena(*words, code=2)
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    return result.stderr


@pytest.fixture(scope="module")
def kept_store(planned_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A planned store of this module's own; no test here may change it."""
    folder = tmp_path_factory.mktemp("kept") / "store"
    shutil.copytree(planned_store, folder, symlinks=True)
    return folder


@pytest.fixture
def store(kept_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The store, compared to the last byte and by its status when the test is over."""
    monkeypatch.delenv("SMENA_DATABASE_URL", raising=False)
    before = picture(kept_store)
    yield kept_store
    assert picture(kept_store) == before


def picture(store: Path) -> tuple[Any, dict[str, str]]:
    status = json.loads(smena("status", "--json", "--store", store, code=0).stdout)
    digests = {
        str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file()
    }
    return without_ages(status), digests


def without_ages(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: without_ages(value) for name, value in document.items() if name != "age_hours"}
    return document


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# ---- files of tickets


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "bad.csv: expected a header and at least one row"),
        (TICKETS, "bad.csv, line 1: expected at least one row under the header"),
        ("ticket_id,channel\n1,phone\n", "bad.csv, line 1: expected the columns of a layout"),
        ("ticket_id,created_at,created_at\n1,2026-07-06T09:00Z,2026-07-06T09:00Z\n", "line 1, column 'created_at'"),
        (bytes(range(256)), "bad.csv, line 1: expected text, found 'a zero byte'. Save the file as CSV UTF-8"),
        (
            TICKETS + TICKET.format(1) + '2,2026-07-06T09:00Z,"phone,billing,300\n',
            "bad.csv, line 3: expected every quote",
        ),
    ],
    ids=["empty", "header only", "missing column", "repeated column", "no text at all", "unterminated quote"],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(
    content: str | bytes, words: str, tmp_path: Path, store: Path
) -> None:
    path = write(tmp_path, "bad.csv", content)

    assert words in refused("ingest", path, "--store", store)
    assert words in refused("history", path, "--out", tmp_path / "never.csv")
    assert not (tmp_path / "never.csv").exists()


def test_one_bad_file_keeps_the_good_ones_out_too(tmp_path: Path, store: Path) -> None:
    good = write(tmp_path, "good.csv", TICKETS + TICKET.format("new"))
    bad = write(tmp_path, "bad.csv", TICKETS)

    assert "bad.csv" in refused("ingest", good, bad, "--store", store)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("9,2026-07-06T09:05:00,phone,billing,-300", "handle_seconds: expected at least 0"),
        ("9,2026-03-29T02:30:00,phone,billing,300", f"created_at: expected a time that the clocks of {ZONE} show"),
    ],
    ids=["negative handle time", "in a clock-change gap"],
)
def test_a_row_at_fault_costs_that_row_only_and_is_told(row: str, reason: str, tmp_path: Path, store: Path) -> None:
    path = write(tmp_path, "some.csv", f"{TICKETS}{TICKET.format(8)}{row}\n")

    report = json.loads(smena("ingest", path, "--timezone", ZONE, "--dry-run", "--store", store, code=0).stdout)

    assert (report["loaded"], report["rejected"]) == (1, 1)
    [told] = report["files"][0]["reasons"]
    assert told.startswith(reason)


def test_a_file_whose_rows_are_all_at_fault_is_refused_so_that_it_can_be_read_again_with_other_options(
    tmp_path: Path, store: Path
) -> None:
    gap = write(tmp_path, "gap.csv", TICKETS + "9,2026-03-29T02:30:00,phone,billing,300\n")
    report = write(tmp_path, "report.csv", HISTORY + "phone/tech,2026-08-31T09:00:00+02:00,-5,300\n")

    said = refused("ingest", gap, "--timezone", ZONE, "--store", store)
    assert "gap.csv, line 2, column 'created_at': expected a time that the clocks of Europe/Berlin show" in said
    assert "The only row is at fault: nothing is read" in said
    assert "report.csv, line 2, column 'offered': expected at least 0" in refused("ingest", report, "--store", store)


def test_a_western_spreadsheet_is_read_and_its_encoding_and_decimal_comma_are_stated(
    tmp_path: Path, store: Path
) -> None:
    text = (
        TICKETS.replace(",", ";") + "1;2026-07-06T09:00Z;phone;Kündigung;300,5\n2;2026-07-06T09:05Z;phone;Übrig;299,5\n"
    )
    path = write(tmp_path, "western.csv", text.encode("cp1252"))

    report = json.loads(smena("ingest", path, "--dry-run", "--store", store, code=0).stdout)["files"][0]
    history = smena("history", path, "--interval", "day", "--json", "--quiet", code=0).stdout

    assert (report["encoding"], report["decimal"], report["loaded"]) == ("cp1252", ",", 2)
    assert [row["aht_seconds"] for row in json.loads(history)] == [300.5, 299.5]


# ---- tables between the stages


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "line 1: expected at least one row"),
        ('phone/a,2026-07-06T09:00,"3,5",300\n', "line 2, column 'offered': expected a finite number, found '3,5'"),
        ("phone/a,2026-07-06T09:00,3,-300\n", "line 2, column 'aht_seconds': expected at least 0, found -300"),
        ("phone/a,2026-07-06T09:00,3\n", "line 2, column 'aht_seconds': expected as many cells as the header has"),
        ("phone/a,2026-03-29T02:30,3,300\n", f"line 2, column 'start': expected a time that the clocks of {ZONE} show"),
        ("phone/a,2026-07-06T09:00,3,300\n" * 2, "line 3, column 'queue, start': expected each key once"),
    ],
    ids=["header only", "decimal comma", "negative handle time", "short row", "in a clock-change gap", "twice"],
)
def test_a_history_outside_its_contract_is_refused_with_its_cell(body: str, words: str, tmp_path: Path) -> None:
    path = write(tmp_path, "history.csv", HISTORY + body)

    said = refused("forecast", path, "--timezone", ZONE, "--horizon", "7d", "--out", tmp_path / "never.csv")

    assert said.startswith(f"smena: history.csv, {words}")
    assert not (tmp_path / "never.csv").exists()


def test_a_decimal_comma_comes_with_its_remedy(tmp_path: Path) -> None:
    path = write(tmp_path, "history.csv", HISTORY + 'phone/a,2026-07-06T09:00Z,"3,5",300\n')

    assert "Write decimals with a point: 3.5" in refused("forecast", path)


def test_a_grid_of_unknown_queues_and_one_far_ahead_are_refused(tmp_path: Path) -> None:
    days = pd.date_range("2026-07-06", periods=14, tz="UTC")
    history = "queue,start,offered\n" + "".join(f"phone/a,{day.isoformat()},{5 + day.day % 3}\n" for day in days)
    path = write(tmp_path, "history.csv", history)
    unknown = write(tmp_path, "unknown.csv", "queue,start\nfax/orders,2026-07-21T00:00Z\n")
    far = write(tmp_path, "far.csv", "queue,start\nphone/a,2126-07-21T00:00Z\n")

    assert "expected queues that are in the history, found 'fax/orders'" in refused("forecast", path, "--grid", unknown)
    assert "expected a start in the 3660 days after as_of" in refused("forecast", path, "--grid", far)
    assert "1 to 3660 days" in refused("forecast", path, "--horizon", "99999d")


# ---- people and rules


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    header = "queue,start,interval_minutes,load_erlangs,agents,scheduled\n"
    return write(
        tmp_path, "requirements.csv", header + "".join(f"phone/tech,{start},60,0.7,1,1\n" for start in QUEUE_HOURS)
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "people.csv: expected a header and at least one row"),
        (PEOPLE, "people.csv, line 1: expected at least one row under the header"),
        ("agent,queues\nA,phone/*\n", "people.csv, line 1, column 'agreement': expected the columns"),
        (PEOPLE + "A,phone/*,full\n" * 2, "people.csv, line 3, column 'agent': expected each key once"),
    ],
    ids=["no people at all", "header only", "missing column", "twice"],
)
def test_people_that_cannot_be_read_are_refused_by_the_roster_and_by_the_store(
    content: str, words: str, tmp_path: Path, requirements: Path, site_folder: Path, store: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(site_folder, site)
    people, rules = write(site, "people.csv", content), site / "rules.toml"
    out = tmp_path / "never.csv"

    assert words in refused("roster", requirements, "--people", people, "--rules", rules, "--out", out)
    assert not out.exists()
    assert words in refused("load-site", site, "--store", store)


def test_people_with_no_skill_that_is_needed_leave_the_hours_uncovered_and_are_named(
    tmp_path: Path, requirements: Path, site_folder: Path
) -> None:
    people = write(tmp_path, "people.csv", PEOPLE + "Ида,fax/orders,full\nBob,,full\n")
    out = tmp_path / "roster.csv"

    result = smena(
        "roster", requirements, "--people", people, "--rules", site_folder / "rules.toml", "--out", out, code=3
    )

    summary = json.loads(result.stdout)
    assert summary["uncovered_hours"] == pytest.approx(9.0)
    assert any("no skill that is needed" in words and "Ида" in words for words in summary["warnings"])
    assert out.read_text("utf-8").splitlines() == ["agent,start,end,activity,queue,shift,source"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "hours_per_day_max = 6",
            "rules.toml, line 4, column 'agreement.full': expected at least one shift of at most 6 paid hours",
        ),
        ("hours_per_week_min = 57\nhours_per_week_max = 60", "expected hours_per_week_min that seven days can hold"),
        ("hours_per_week_min = 41", "hours_per_week_min is above hours_per_week_max"),
    ],
    ids=["no shift is short enough", "more hours than a week's shifts", "least above most"],
)
def test_rules_that_contradict_each_other_are_refused_by_name(
    line: str, words: str, tmp_path: Path, requirements: Path, site_folder: Path, store: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(site_folder, site)
    text = (site / "rules.toml").read_text("utf-8")
    kept = text.replace("hours_per_week_max = 40\n", "") if "week_max" in line else text
    rules = write(site, "rules.toml", kept.replace('shifts = ["day"]\n', f'shifts = ["day"]\n{line}\n'))
    out = tmp_path / "never.csv"

    assert words in refused("roster", requirements, "--people", site / "people.csv", "--rules", rules, "--out", out)
    assert words in refused("load-site", site, "--store", store)


# ---- targets, opening hours, adjustments


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("targets.toml", "[default]\nservice_level = 0,8\n", "targets.toml, line 2: expected TOML"),
        ("targets.toml", "[default]\nservice_level = 80\n", "less than or equal to 1, found 80"),
        ("targets.toml", '[queue."phone/tech"]\nservicelevel = 0.8\n', "'phone/tech': a key that is known here"),
        ("opening_hours.toml", '[defualt]\nmon = ["09:00-18:00"]\n', "expected only [default]"),
        ("segments.toml", "[agreement.full]\nshifts = []\n", "expected only `otherwise` and [[segment]]"),
        ("smena.toml", "intervall = 30\n", "column 'intervall': expected a key that is known here"),
        ("events.csv", "name,kind,from,to\nSale,party,2026-09-01,2026-09-02\n", "events.csv, line 2, column 'kind'"),
        ("time_off.csv", "agent,from,to,kind\np0,2026-02-30,2026-03-01,leave\n", "time_off.csv, line 2, column 'from'"),
    ],
)
def test_a_site_file_at_fault_leaves_the_whole_site_as_it_was(
    name: str, content: str, words: str, tmp_path: Path, site_folder: Path, store: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(site_folder, site)
    write(site, "people.csv", PEOPLE + "somebody new,phone/*,full\n")
    write(site, name, content)

    assert words in refused("load-site", site, "--store", store)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--kind", "divide", "column 'kind': expected one of set, add, scale, floor, cap"),
        ("--value", "-1", "column 'value': expected a value of at least 0"),
        ("--to", "2026-08-30", "column 'to_start': expected a time after from_start"),
        ("--from", "2026-03-29T02:30", "found '2026-03-29T02:30'"),
        ("--reason", "", "column 'reason'"),
    ],
)
def test_an_adjustment_that_makes_no_sense_is_refused(option: str, value: str, words: str, store: Path) -> None:
    options = {"--queue": "phone/*", "--from": "2026-08-31", "--to": "2026-09-02", "--kind": "scale", "--value": "1.2",
               "--reason": "price change", option: value}  # fmt: skip

    said = refused("adjust", "add", *(word for pair in options.items() for word in pair), "--store", store)

    assert words in said
