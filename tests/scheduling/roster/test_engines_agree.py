"""One roster has one cost: both engines, the account and the comparison of drafts count what the audit finds."""

from __future__ import annotations

import pandas as pd
import pytest

from scheduling.roster import audit, make_roster
from scheduling.roster.engines import program
from scheduling.roster.variants import compare

DAY = {"start_from": "08:00", "length_minutes": 480}
MONDAY, TUESDAY = "2026-03-02", "2026-03-03"


def off(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Time off: (agent, day, kind, weight)."""
    frame = pd.DataFrame(rows, columns=["agent", "from", "kind", "weight"])
    return frame.assign(**{"from": pd.to_datetime(frame["from"]), "to": pd.to_datetime(frame["from"])})


@pytest.fixture(params=["exact", "insertion"])
def engine(request, monkeypatch):
    """Every problem goes to this engine."""
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", 10_000 if request.param == "exact" else 0)


@pytest.mark.usefixtures("engine")
def test_a_promise_that_leave_bars_costs_the_same_in_every_engine(make_book, make_people, make_need):
    """Bob is needed on Monday and on leave on Tuesday, for which a shift is pinned and another one wished."""
    book, people = make_book({"day": DAY}), make_people(bob="phone/a")
    need = make_need([("phone/a", f"{MONDAY}T08:00", 8, 1), ("phone/a", f"{TUESDAY}T00:00", 24, 0)])
    wishes = off(
        ("bob", TUESDAY, "leave", 1), ("bob", TUESDAY, "pinned", 1), ("bob", TUESDAY, "wish_work", 2)
    )  # fmt: skip
    result = make_roster(need, people, book, time_off=wishes, iterations=1)
    found = audit(result.roster, people, book, time_off=wishes)
    assert found["rule"].tolist() == ["pinned", "wishes"]
    # A pinned shift: ten times the 50 of a missing hour. A wish of weight 2: 2 × 4. Monday's pay: 8.
    assert result.summary["costs"] == {"cover": 0.0, "pay": 8.0, "rules": 508.0, "fairness": 0.0}
    assert (result.summary["cost"], result.summary["bound"]) == pytest.approx((516, 516), abs=0.01)
    assert compare({"it": result.roster}, need, people, book, time_off=wishes)["cost"].tolist() == [516.0]


def test_people_who_can_have_no_shift_cost_what_the_audit_reports(make_book, make_people, make_need):
    """The need of Monday ends before the shift begins: nobody is planned."""
    book = make_book({"day": DAY}, hours_per_week_min=16)
    need = make_need([("phone/a", f"{MONDAY}T00:00", 4, 0)])
    people, wishes = make_people(bob="phone/a"), off(("bob", MONDAY, "wish_work", 1))
    result = make_roster(need, people, book, time_off=wishes)
    # A fifth of 16 hours is owed, at 50 an hour; the wish costs 4.
    assert result.summary["cost"] == result.summary["costs"]["rules"] == pytest.approx(3.2 * 50 + 4)
    assert compare({"it": result.roster}, need, people, book, time_off=wishes)["cost"].tolist() == [164.0]


@pytest.mark.usefixtures("engine")
def test_people_whom_nobody_needs_are_in_the_cost_too(make_book, make_people, make_need):
    """Cyd serves nothing that is needed; the wish for a shift on Monday can't be granted."""
    book, people = make_book({"day": DAY}), make_people(bob="phone/a", cyd="phone/z")
    need = make_need([("phone/a", f"{MONDAY}T08:00", 8, 1)])
    wishes = off(("cyd", MONDAY, "wish_work", 3))
    result = make_roster(need, people, book, time_off=wishes, iterations=1)
    assert (result.summary["cost"], result.summary["bound"]) == pytest.approx((8 + 3 * 4, 8 + 3 * 4), abs=0.01)
    assert compare({"it": result.roster}, need, people, book, time_off=wishes)["cost"].tolist() == [20.0]


@pytest.mark.usefixtures("engine")
def test_a_split_day_without_a_gap_is_two_shifts(make_book, make_people, make_need):
    """Four hours and four more: no shift of eight hours, which the book does not have."""
    half = {"start_from": "08:00", "start_to": "12:00", "start_step_minutes": 240, "length_minutes": 240}
    book = make_book({"half": half}, shifts_per_day_max=2)
    people, need = make_people(bob="phone/a"), make_need([("phone/a", f"{MONDAY}T08:00", 8, 1)])
    result = make_roster(need, people, book, iterations=1)
    assert (result.summary["paid_hours"], result.summary["cost"]) == (8.0, 8.0)
    assert audit(result.roster, people, book).empty
