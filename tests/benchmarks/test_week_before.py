"""The week before a made-up plan: whole shifts inside hours, days in a row and rest, on days in turn."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from benchmarks.week_before import shifts_before
from domain.people import RuleBook
from scheduling import audit

MONDAY = pd.Timestamp("2026-03-09")
SHIFTS: dict[str, Any] = {
    "day": {
        "start_from": "08:00", "start_to": "09:00", "start_step_minutes": 60, "length_minutes": 510, "break": [
            {"kind": "lunch", "paid": False, "minutes": 30, "earliest_minutes": 210, "latest_minutes": 285},
        ],
    },
    "night": {"start_from": "22:00", "length_minutes": 480},
}  # fmt: skip


def book(**agreement: Any) -> RuleBook:
    terms = {"shifts": ["day"], "rest_hours_min": 11, **agreement}
    return RuleBook.from_mapping({"timezone": "UTC", "agreement": {"all": terms}, "shift": SHIFTS})


def staff(people: int) -> pd.DataFrame:
    return pd.DataFrame({"agent": [f"p{n}" for n in range(people)], "agreement": "all", "queues": "calls"})


def days_of(roster: pd.DataFrame, agent: str) -> list[int]:
    """Days before the plan (−7 to −1) on which somebody's shifts start."""
    own = roster[(roster["agent"] == agent) & (roster["activity"] == "work")]
    starts = own["start"].dt.tz_localize(None).dt.floor("D")
    return sorted({(start - MONDAY).days for start in starts})


def test_a_shift_is_work_lunch_work_at_the_first_place_of_its_lunch() -> None:
    roster = shifts_before(staff(1), book(), MONDAY)
    first = roster.iloc[:3]
    assert first["activity"].tolist() == ["work", "lunch", "work"]
    clocks = [f"{a:%H:%M}-{b:%H:%M}" for a, b in zip(first["start"], first["end"], strict=True)]
    assert clocks == ["08:00-11:30", "11:30-12:00", "12:00-16:30"]
    assert first["queue"].fillna("").tolist() == ["calls", "", "calls"]


@pytest.mark.parametrize(("hours", "days"), [(40, 5), (39, 4), (16, 2)])
def test_the_last_days_that_the_hours_hold_are_worked(hours: float, days: int) -> None:
    """Eight paid hours a day; five days on and two off, the first person from the Monday on."""
    found = days_of(shifts_before(staff(1), book(hours_per_week_max=hours), MONDAY), "p0")
    assert found == [-7, -6, -5, -4, -3][-days:]


def test_people_take_turns_and_never_work_more_days_in_a_row_than_agreed() -> None:
    """Two on, two off: people in turn begin a day earlier, and are back in step after three."""
    terms = book(consecutive_days_max=2, hours_per_week_max=40)
    roster = shifts_before(staff(4), terms, MONDAY)
    assert days_of(roster, "p0") == [-7, -6, -3, -2]
    assert days_of(roster, "p1") == [-7, -4, -3]
    assert days_of(roster, "p2") == [-5, -4, -1]
    assert days_of(roster, "p3") == days_of(roster, "p0")
    for agent in ("p0", "p1", "p2"):
        found = days_of(roster, agent)
        assert not any(
            b - a == 1 and c - b == 1 for (a, b), (_, c) in zip(pairwise(found), pairwise(found[1:]), strict=False)
        )
    assert (audit(roster, staff(4), terms)["strictness"] == "forbid").sum() == 0


def test_the_last_night_ends_on_the_plans_first_morning() -> None:
    """Somebody whose turn has the Sunday works from 22:00 to 6:00 of the plan's first day: rest begins there."""
    roster = shifts_before(staff(6), book(shifts=["night"]), MONDAY)
    assert roster["end"].max() == pd.Timestamp("2026-03-09 06:00", tz="UTC")
    assert roster["start"].min() >= pd.Timestamp("2026-03-02 00:00", tz="UTC")
