"""The roster as Microsoft Teams Shifts imports it."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from connectors.schedules import write_roster_teams
from connectors.schedules.teams import TEAMS_COLUMNS
from domain.people import RuleBook

ZONE = "Europe/Berlin"
BOOK = RuleBook.from_mapping(
    {
        "timezone": ZONE,
        "agreement": {"full": {"shifts": ["late"], "hours_per_week_max": 40}},
        "shift": {
            "late": {
                "start_from": "22:00",
                "length_minutes": 510,
                "break": [
                    {"kind": "lunch", "minutes": 30, "paid": False, "earliest_minutes": 240, "latest_minutes": 240}
                ],
            }
        },
    }
)
PEOPLE = pd.DataFrame(
    {
        "agent": ["A1", "A2"], "queues": "phone/*", "agreement": "full", "name": ["Anna", "=Bob"],
        "team": ["Night", "Night"], "email": ["anna@example.org", None],
    }
)  # fmt: skip


@pytest.fixture
def roster() -> pd.DataFrame:
    """Anna from Monday 22:00 to Tuesday 06:30 with an unpaid half hour; Bob on leave on Monday."""
    rows = [
        ("A1", "2026-09-07 22:00", "2026-09-08 02:00", "work", "phone/a|phone/b", "late"),
        ("A1", "2026-09-08 02:00", "2026-09-08 02:30", "lunch", None, "late"),
        ("A1", "2026-09-08 02:30", "2026-09-08 06:30", "work", "phone/a|phone/b", "late"),
        ("A2", "2026-09-07 00:00", "2026-09-08 00:00", "leave", None, None),
        ("A2", "2026-09-09 22:00", "2026-09-10 06:30", "work", "phone/a", "late"),
    ]
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue", "shift"])
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column]).dt.tz_localize(ZONE)
    return frame.assign(source="hand")


EXPECTED = [
    "Anna", "anna@example.org", "Night", "09/07/2026", "22:00", "09/08/2026", "06:30", "2. Blue", "late", "30",
    "phone/a, phone/b", "2. Not Shared",
]  # fmt: skip


def test_a_shift_is_one_row_in_the_columns_of_the_import(roster: pd.DataFrame, tmp_path: Path) -> None:
    write_roster_teams(tmp_path / "t.xlsx", roster, PEOPLE, timezone=ZONE, rulebook=BOOK)
    rows = list(openpyxl.load_workbook(tmp_path / "t.xlsx").active.iter_rows(values_only=True))
    assert rows[0] == TEAMS_COLUMNS
    assert [str(cell) for cell in rows[1]] == EXPECTED
    assert len(rows) == 3  # leave is no shift
    assert rows[2][:2] == ("=Bob", None) or rows[2][:2] == ("=Bob", "")


def test_the_csv_says_the_same_and_no_cell_runs(roster: pd.DataFrame, tmp_path: Path) -> None:
    write_roster_teams(tmp_path / "t.csv", roster, PEOPLE, timezone=ZONE, rulebook=BOOK, shared=True)
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == [*EXPECTED[:-1], "1. Shared"]
    assert rows[2][0] == "'=Bob"
