"""Rosters and forecasts as CSV for other systems."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import read_roster, read_table
from connectors.schedules import harmless, write_forecast_csv, write_roster_csv
from domain.errors import BadValue, RepeatedColumn
from domain.people import RuleBook
from domain.tables import FORECAST, ROSTER

ZONE = "Europe/Berlin"


def _roster(rows: list[tuple[str, str, str, str, str | None, str | None]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue", "shift"]).assign(source="solver")
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column]).dt.tz_localize(ZONE)
    return frame


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_activity_is_a_row_with_its_shift_beside_it(tmp_path: Path) -> None:
    roster = _roster(
        [
            ("A01", "2026-09-07 09:00", "2026-09-07 13:00", "work", "phone/a|email/b", "day"),
            ("A01", "2026-09-07 13:00", "2026-09-07 13:30", "lunch", None, "day"),
            ("A01", "2026-09-07 13:30", "2026-09-07 17:30", "work", "phone/a|email/b", "day"),
        ]
    )
    write_roster_csv(tmp_path / "roster.csv", roster, timezone=ZONE)
    rows = _rows(tmp_path / "roster.csv")
    assert [row["activity"] for row in rows] == ["work", "lunch", "work"]
    assert {row["shift_start"] for row in rows} == {"2026-09-07T09:00:00+02:00"}
    assert {row["shift_end"] for row in rows} == {"2026-09-07T17:30:00+02:00"}
    assert rows[1]["activity_start"] == "2026-09-07T13:00:00+02:00"
    assert [row["paid_minutes"] for row in rows] == ["240", "0", "240"]
    assert rows[0]["queue"] == "phone/a|email/b"


def test_pauses_are_paid_as_the_template_says(tmp_path: Path) -> None:
    pauses = [
        {"kind": "break", "minutes": 15, "paid": False, "earliest_minutes": 60, "latest_minutes": 60},
        {"kind": "lunch", "minutes": 30, "paid": True, "earliest_minutes": 120, "latest_minutes": 120},
    ]
    rules = RuleBook.from_mapping(
        {
            "agreement": {"any": {"shifts": ["odd"]}},
            "shift": {"odd": {"start_from": "09:00", "length_minutes": 240, "break": pauses}},
        }
    )
    roster = _roster(
        [
            ("A01", "2026-09-07 10:00", "2026-09-07 10:15", "break", None, "odd"),
            ("A01", "2026-09-07 10:15", "2026-09-07 11:00", "work", "phone/a", "odd"),
            ("A01", "2026-09-07 11:00", "2026-09-07 11:30", "lunch", None, "odd"),
        ]
    )
    write_roster_csv(tmp_path / "roster.csv", roster, timezone=ZONE, rulebook=rules)
    assert [row["paid_minutes"] for row in _rows(tmp_path / "roster.csv")] == ["0", "45", "30"]


def test_a_night_shift_over_the_clock_change_carries_both_offsets(tmp_path: Path) -> None:
    roster = _roster([("A01", "2026-10-24 22:00", "2026-10-25 06:00", "work", "phone/a", "night")])
    write_roster_csv(tmp_path / "roster.csv", roster, timezone=ZONE)
    (row,) = _rows(tmp_path / "roster.csv")
    assert (row["shift_start"], row["shift_end"]) == ("2026-10-24T22:00:00+02:00", "2026-10-25T06:00:00+01:00")
    assert (row["date"], row["paid_minutes"]) == ("2026-10-24", "540")


def test_leave_is_a_row_a_day_without_a_shift(tmp_path: Path) -> None:
    roster = _roster([("A01", "2026-09-09 00:00", "2026-09-11 00:00", "leave", None, None)])
    write_roster_csv(tmp_path / "roster.csv", roster, timezone=ZONE)
    rows = _rows(tmp_path / "roster.csv")
    assert [(row["date"], row["activity"], row["shift_start"]) for row in rows] == [
        ("2026-09-09", "leave", ""),
        ("2026-09-10", "leave", ""),
    ]


def test_formulas_in_names_get_an_apostrophe(tmp_path: Path) -> None:
    roster = _roster([("=cmd|' /C calc'!A0", "2026-09-07 09:00", "2026-09-07 17:30", "work", "@q", "-day")])
    write_roster_csv(tmp_path / "roster.csv", roster, timezone=ZONE)
    (row,) = _rows(tmp_path / "roster.csv")
    assert (row["agent"], row["queue"], row["shift"]) == ("'=cmd|' /C calc'!A0", "'@q", "'-day")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\n=x", "'=1", "''@"])
def test_what_would_run_gets_exactly_one_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@given(st.text(alphabet="'=+-@\t\r\nab 1", max_size=6))
@settings(max_examples=200, deadline=None)
def test_no_text_would_run_and_every_text_can_be_had_back(text: str) -> None:
    safe = harmless(text)
    assert not safe or safe[0] not in "=+-@\t\r\n"
    bare = safe.lstrip("'")
    undone = safe[1:] if safe.startswith("'") and bare and bare[0] in "=+-@\t\r\n" else safe
    assert undone == text


def test_an_empty_roster_is_a_header(tmp_path: Path) -> None:
    write_roster_csv(tmp_path / "roster.csv", ROSTER.empty(), timezone=ZONE)
    text = (tmp_path / "roster.csv").read_text("utf-8")
    assert text.startswith("agent,date,shift,")
    assert text.count("\n") == 1


def test_a_forecast_is_read_back_as_it_was(tmp_path: Path) -> None:
    starts = pd.date_range("2026-10-24T22:00:00Z", periods=8, freq="30min")  # over the doubled hour
    forecast = FORECAST.check(
        pd.DataFrame({"queue": "phone/a", "start": starts, "offered": 2.5, "aht_seconds": 300.0, "model": "ets"})
    )
    write_forecast_csv(tmp_path / "forecast.csv", forecast, timezone=ZONE)
    rows = _rows(tmp_path / "forecast.csv")
    assert rows[0]["start"] == "2026-10-25T00:00:00+02:00"
    assert [row["start"][11:] for row in rows[4:8]] == [
        "02:00:00+02:00",
        "02:30:00+02:00",
        "02:00:00+01:00",
        "02:30:00+01:00",
    ]
    pd.testing.assert_frame_equal(read_table(tmp_path / "forecast.csv", FORECAST), forecast)


def test_an_adjusted_forecast_keeps_its_baseline(tmp_path: Path) -> None:
    starts = pd.date_range("2026-09-07T07:00:00Z", periods=1, freq="30min")
    adjusted = pd.DataFrame(
        {"queue": "phone/a", "start": starts, "baseline": 2.0, "offered": 3.0, "adjustment_ids": "7|9"}
    )
    write_forecast_csv(tmp_path / "forecast.csv", adjusted, timezone=ZONE)
    (row,) = _rows(tmp_path / "forecast.csv")
    assert (row["baseline"], row["offered"], row["adjustment_ids"]) == ("2.0", "3.0", "7|9")


def test_the_exported_file_is_read_back_as_the_roster_it_was_made_of(tmp_path: Path) -> None:
    roster = _roster(
        [
            ("=A01", "2026-10-24 22:00", "2026-10-25 01:00", "work", "phone/a|email/b", "night"),
            ("=A01", "2026-10-25 03:00", "2026-10-25 06:00", "work", "phone/a", "night"),
            ("A02", "2026-10-25 00:00", "2026-10-26 00:00", "leave", None, None),  # 25 hours long
        ]
    )
    write_roster_csv(tmp_path / "export.csv", roster, timezone=ZONE)
    back = read_roster(tmp_path / "export.csv", timezone=ZONE)
    expected = ROSTER.check(roster)
    columns = ["agent", "start", "end", "activity", "queue", "shift"]
    pd.testing.assert_frame_equal(back[columns], expected[columns])


def test_a_wrong_cell_of_an_exported_file_is_named_by_the_files_own_column(tmp_path: Path) -> None:
    roster = _roster([("A01", "2026-09-07 09:00", "2026-09-07 13:00", "work", "phone/a", "day")])
    write_roster_csv(tmp_path / "export.csv", roster, timezone=ZONE)
    spoiled = (tmp_path / "export.csv").read_text().replace("2026-09-07T13:00:00+02:00,240", "one o'clock,240")
    (tmp_path / "export.csv").write_text(spoiled)
    with pytest.raises(BadValue) as fault:
        read_roster(tmp_path / "export.csv", timezone=ZONE)
    assert (fault.value.line, fault.value.column, fault.value.found) == (2, "activity_end", "one o'clock")
    assert "column 'activity_end'" in str(fault.value)


def test_work_without_stamps_is_no_day_of_work(tmp_path: Path) -> None:
    """Only an absence may leave out its times: work of a whole day would count as 24 hours."""
    rows = "agent,date,activity,activity_start,activity_end\nA01,2028-02-29,leave,,\nA02,2028-02-29,work,,\n"
    (tmp_path / "export.csv").write_text(rows)
    with pytest.raises(BadValue) as fault:
        read_roster(tmp_path / "export.csv", timezone=ZONE)
    assert (fault.value.line, fault.value.column) == (3, "activity_start")


def test_the_number_of_a_shift_is_whole_also_beside_absences(tmp_path: Path) -> None:
    roster = _roster(
        [
            ("A01", "2026-09-07 09:00", "2026-09-07 17:00", "work", "phone/a", "day"),
            ("A01", "2026-09-08 00:00", "2026-09-09 00:00", "leave", None, None),
        ]
    )
    write_roster_csv(tmp_path / "roster.csv", roster, timezone=ZONE)
    assert [row["shift_number"] for row in _rows(tmp_path / "roster.csv")] == ["1", ""]


def test_an_absence_of_an_unreadable_day_is_named_by_line_column_and_cell(tmp_path: Path) -> None:
    roster = _roster([("A02", "2026-09-07 00:00", "2026-09-08 00:00", "leave", None, None)])
    write_roster_csv(tmp_path / "export.csv", roster, timezone=ZONE)
    spoiled = (tmp_path / "export.csv").read_text().replace("2026-09-07", "7.9.26")
    (tmp_path / "export.csv").write_text(spoiled)
    with pytest.raises(BadValue) as fault:
        read_roster(tmp_path / "export.csv", timezone=ZONE)
    told = fault.value
    assert (told.file, told.line, told.column, told.found) == ("export.csv", 2, "date", "7.9.26")


def test_an_exported_file_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    roster = _roster([("A01", "2026-09-07 09:00", "2026-09-07 13:00", "work", "phone/a", "day")])
    write_roster_csv(tmp_path / "export.csv", roster, timezone=ZONE)
    spoiled = (tmp_path / "export.csv").read_text().replace("paid_minutes", "queue")
    (tmp_path / "export.csv").write_text(spoiled)
    with pytest.raises(RepeatedColumn, match="queue"):
        read_roster(tmp_path / "export.csv", timezone=ZONE)
