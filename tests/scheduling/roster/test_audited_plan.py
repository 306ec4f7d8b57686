"""The audit of a roster whose first or last planned day has no shift: the plan's days are told, not guessed."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from domain.tables import ROSTER
from scheduling import audit, prove

PLAN = date(2026, 3, 2), date(2026, 3, 3)  # Monday and Tuesday
DAY = {"day": {"start_from": "08:00", "length_minutes": 600}}


@pytest.fixture
def one_shift() -> pd.DataFrame:
    """Ten hours on Monday."""
    start = pd.Timestamp("2026-03-02T08:00Z")
    row = ("ann", start, start + pd.Timedelta(hours=10), "work", "a/x", "day", "solver")
    return pd.DataFrame([row], columns=list(ROSTER.column_names))


@pytest.fixture
def ann() -> pd.DataFrame:
    return pd.DataFrame({"agent": ["ann"], "queues": ["a/x"], "agreement": ["full"]})


def test_the_norm_of_a_plan_is_that_of_all_its_days(make_book, one_shift, ann):
    book = make_book(DAY, norm_hours_per_week=40)  # 8 hours a weekday: 16 for two of them, 8 for Monday alone
    assert audit(one_shift, ann, book, days=PLAN).empty
    assert list(audit(one_shift, ann, book)["rule"]) == ["hours_per_period"]
    proof = prove(one_shift, ann, book, days=PLAN).set_index("rule")
    assert proof.loc["hours_per_period", "margin"] == pytest.approx(6.0)


@pytest.mark.parametrize("empty", [False, True])
def test_a_promise_of_a_day_without_any_shift_is_checked(make_book, one_shift, ann, empty):
    roster = one_shift.iloc[:0] if empty else one_shift
    tuesday = pd.DatetimeIndex(["2026-03-03"]).as_unit("us")
    off = pd.DataFrame({"agent": ["ann"], "from": tuesday, "to": tuesday, "kind": ["pinned"], "shift": ["day"]})
    found = audit(ROSTER.check(roster), ann, make_book(DAY), time_off=off, days=PLAN)
    assert [(row.rule, row.strictness) for row in found.itertuples()] == [("pinned", "forbid")]
    assert found["start"].iloc[0] == pd.Timestamp("2026-03-03T00:00Z")
    assert audit(ROSTER.check(roster), ann, make_book(DAY), time_off=off).empty
