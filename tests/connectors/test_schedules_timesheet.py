"""The Russian time sheet: letters of form T-13 and the hours below them, by calendar day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from connectors.schedules import write_roster_xlsx
from connectors.schedules.spans import read_shifts
from connectors.schedules.timesheet import day_hours, entry
from domain.people import RuleBook
from domain.work_calendar import work_calendar

ZONE = "Europe/Moscow"
FRIDAY_12_JUNE = date(2026, 6, 12)  # Russia Day


def _roster(*rows: tuple[str, str, str, str], zone: str = ZONE) -> pd.DataFrame:
    """Person, local start, local end, activity."""
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity"])
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column]).dt.tz_localize(zone)
    shift = ["" if activity in ("leave", "sick") else "s" for activity in frame["activity"]]
    return frame.assign(queue="phone/a", shift=shift, source="hand")


def _hours(*rows: tuple[str, str, str], zone: str = ZONE) -> dict[date, tuple[float, float]]:
    roster = _roster(*(("A", start, end, activity) for start, end, activity in rows), zone=zone)
    return {day: hours for (_, day), hours in day_hours(read_shifts(roster, zone)[0]).items()}


def test_a_night_shift_is_parted_at_midnight_and_at_the_edges_of_the_night() -> None:
    hours = _hours(("2026-06-06 20:00", "2026-06-07 08:00", "work"))
    assert hours == {date(2026, 6, 6): (2.0, 2.0), date(2026, 6, 7): (2.0, 6.0)}


def test_a_lunch_is_not_paid_and_a_break_is() -> None:
    hours = _hours(
        ("2026-06-08 09:00", "2026-06-08 13:00", "work"),
        ("2026-06-08 13:00", "2026-06-08 14:00", "lunch"),
        ("2026-06-08 14:00", "2026-06-08 14:30", "break"),
        ("2026-06-08 14:30", "2026-06-08 18:00", "work"),
    )
    assert hours == {date(2026, 6, 8): (8.0, 0.0)}


def test_the_night_the_clocks_go_back_has_an_hour_more() -> None:
    hours = _hours(("2026-10-24 22:00", "2026-10-25 06:00", "work"), zone="Europe/Berlin")
    assert hours == {date(2026, 10, 24): (0.0, 2.0), date(2026, 10, 25): (0.0, 7.0)}


@pytest.mark.parametrize(
    ("hours", "away", "letters", "below"),
    [
        ((8.0, 0.0), None, "Я", "8"),
        ((0.0, 6.0), None, "Н", "6"),
        ((6.5, 1.5), None, "Я/Н", "6.5/1.5"),
        (None, None, "В", ""),
        (None, "leave", "ОТ", ""),
        (None, "sick", "Б", ""),
        (None, "training", "ПК", ""),
        ((8.0, 0.0), "leave", "Я", "8"),  # who worked after all is paid
    ],
)
def test_a_day_has_the_letters_of_the_form(
    hours: tuple[float, float] | None, away: str | None, letters: str, below: str
) -> None:
    cell = entry(hours, away, date(2026, 6, 8), frozenset())
    assert (cell.letter_text, cell.hours_text) == (letters, below)


def test_work_on_a_public_holiday_stands_under_its_own_letter_once() -> None:
    by_night = entry((0.0, 8.0), None, FRIDAY_12_JUNE, {FRIDAY_12_JUNE})
    both = entry((4.0, 4.0), None, FRIDAY_12_JUNE, {FRIDAY_12_JUNE})
    assert (by_night.letter_text, by_night.hours_text, by_night.paid_hours) == ("РВ/Н", "8/8", 8)
    assert (both.letter_text, both.hours_text, both.paid_hours) == ("РВ/Н", "8/4", 8)


@pytest.fixture
def sheets(tmp_path: Path) -> openpyxl.Workbook:
    """Anna works four days of the week of Russia Day, 8 hours each, the holiday itself among them; Boris is ill."""
    people = pd.DataFrame(
        {"agent": ["A", "B"], "queues": "phone/*", "agreement": "full", "name": ["Анна", "=Борис"], "team": "T"}
    )
    rows = [("A", f"2026-06-{day:02d} 09:00", f"2026-06-{day:02d} 17:00", "work") for day in (8, 9, 11, 12)]
    rows.append(("B", "2026-06-08 00:00", "2026-06-10 00:00", "sick"))
    book = RuleBook.from_mapping(
        {
            "timezone": ZONE,
            "agreement": {"full": {"shifts": ["s"], "hours_per_week_max": 40}},
            "shift": {"s": {"start_from": "09:00", "length_minutes": 480}},
        }
    )
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(
        path, _roster(*rows), None, people, timezone=ZONE, language="ru", rulebook=book,
        calendar=work_calendar("RU", [2026]),
    )  # fmt: skip
    return openpyxl.load_workbook(path)


def _line(workbook: openpyxl.Workbook, sheet: str, code: str) -> list[object]:
    rows = [list(row) for row in workbook[sheet].iter_rows(values_only=True)]
    return next(row for row in rows if code in row[:3])


def test_the_sheet_has_letters_hours_below_and_sums_that_a_hand_can_check(sheets: openpyxl.Workbook) -> None:
    rows = [list(row) for row in sheets["Табель (Т-13)"].iter_rows(values_only=True)]
    first = next(number for number, row in enumerate(rows) if row[1] == "Анна")
    assert rows[first][3:8] == ["Я", "Я", "В", "Я", "РВ"]
    assert rows[first + 1][3:8] == ["8", "8", "", "8", "8"]
    assert rows[first][8:13] == [4, 32, 0, 8, 0]  # days, hours, by night, on holidays, days away
    boris = next(number for number, row in enumerate(rows) if row[1] == "=Борис")
    assert rows[boris][3:8] == ["Б", "Б", "В", "В", "В"]
    assert sheets["Табель (Т-13)"].cell(boris + 1, 2).data_type == "s"


def test_the_norm_is_a_fifth_of_the_week_for_each_working_day_of_the_calendar(sheets: openpyxl.Workbook) -> None:
    # Monday 8 to Thursday 11 June are worked, the 11th an hour shorter, the 12th is free: 4 × 8 − 1.
    anna, boris = _line(sheets, "Итоги", "A"), _line(sheets, "Итоги", "B")
    assert anna[4] == 32
    assert anna[8:10] == [31, 1]
    assert boris[8:10] == [15, -15]  # two sick days are not owed
