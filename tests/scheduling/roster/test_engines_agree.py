"""One roster has one cost: both engines, the account and the comparison of drafts count what the audit finds."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from domain.people import RuleBook
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
def test_each_shift_of_a_split_day_breaks_a_day_wished_off(make_book, make_people, make_need):
    half = {"start_from": "08:00", "start_to": "14:00", "start_step_minutes": 360, "length_minutes": 240}
    book = make_book({"half": half}, shifts_per_day_max=2)
    people, wish = make_people(bob="phone/a"), off(("bob", MONDAY, "wish_off", 1))
    need = make_need([("phone/a", f"{MONDAY}T08:00", 4, 1), ("phone/a", f"{MONDAY}T14:00", 4, 1)])
    result = make_roster(need, people, book, time_off=wish, iterations=1)
    assert result.summary["costs"]["rules"] == 2 * 4
    assert audit(result.roster, people, book, time_off=wish)["found"].tolist() == [2.0]


@pytest.mark.usefixtures("engine")
def test_a_split_day_without_a_gap_is_two_shifts(make_book, make_people, make_need):
    """Four hours and four more: no shift of eight hours, which the book does not have."""
    half = {"start_from": "08:00", "start_to": "12:00", "start_step_minutes": 240, "length_minutes": 240}
    book = make_book({"half": half}, shifts_per_day_max=2)
    people, need = make_people(bob="phone/a"), make_need([("phone/a", f"{MONDAY}T08:00", 8, 1)])
    result = make_roster(need, people, book, iterations=1)
    assert (result.summary["paid_hours"], result.summary["cost"]) == (8.0, 8.0)
    assert audit(result.roster, people, book).empty


SHIFTS = {
    "early": {"start_from": "06:00", "start_to": "08:00", "start_step_minutes": 120, "length_minutes": 480},
    "late": {"start_from": "14:00", "length_minutes": 480},
    "night": {"start_from": "22:00", "length_minutes": 540},
    "short": {"start_from": "09:00", "start_to": "13:00", "start_step_minutes": 240, "length_minutes": 240},
}
TERMS = {
    "rest_hours_min": st.sampled_from([10, 12, 15]),
    "hours_per_week_min": st.sampled_from([8.0, 16.0]),
    "hours_per_day_max": st.sampled_from([8.0, 9.0]),
    "weekly_rest_hours_min": st.sampled_from([36, 42]),
    "consecutive_days_max": st.sampled_from([2, 3]),
    "days_off_min": st.just(2),
    "weekends_max": st.sampled_from([0, 1]),
    "complete_weekends": st.just(True),
    "consecutive_nights_max": st.just(1),
    "start_after_night": st.just("12:00"),
    "shifts_per_day_max": st.just(2),
    "overtime": st.just([{"over_hours": 8, "factor": 1.5}, {"per": "day", "over_hours": 4, "factor": 2.0}]),
}
STRICT = ("rest", "hours_per_day", "consecutive_days", "days_off", "weekends", "weekly_rest", "pinned", "wishes")
AGREEMENTS = st.fixed_dictionaries(
    {
        "shifts": st.sets(st.sampled_from(list(SHIFTS)), min_size=1).map(sorted),
        "hours_per_week_max": st.sampled_from([20, 40]),
    },
    optional=TERMS,
)
SETTINGS = st.dictionaries(
    st.sampled_from(STRICT),
    st.one_of(
        st.sampled_from(["forbid", "warn", "ignore"]).map(lambda word: {"strictness": word}),
        st.sampled_from([2.0, 30.0]).map(lambda price: {"strictness": "pay", "price": price}),
    ),
)
KINDS = st.sampled_from(["leave", "sick", "wish_off", "wish_work", "pinned"])
DAYS = st.sampled_from(["2026-03-06", "2026-03-07", "2026-03-08"])  # Friday to Sunday
PROMISES = st.lists(st.tuples(st.sampled_from(["ann", "bob"]), DAYS, KINDS, st.sampled_from([0.5, 2.0])), max_size=4)
KEPT_AT_A_PRICE = ("pinned", "wishes", "hours_per_week_min")


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    agreement=AGREEMENTS, rules=SETTINGS, promises=PROMISES, need=st.lists(st.integers(0, 2), min_size=9, max_size=9)
)
def test_any_small_site_costs_what_the_audit_says_in_both_engines(agreement, rules, promises, need):
    """Need changes at 0, 8 and 16 o'clock; `ann` had a night shift on the evening before the plan."""
    content = {"agreement": {"own": agreement}, "shift": SHIFTS, "rule": rules, "cover": {"over_per_hour": 1.0}}
    try:
        book = RuleBook.from_mapping(content)
    except BadValue:
        assume(False)  # limits that exclude each other
    start = pd.date_range("2026-03-06", periods=72, freq="h", tz="UTC").as_unit("us")
    people_needed = [float(need[hour // 8]) for hour in range(72)]
    needs = pd.DataFrame({"queue": "calls", "start": start, "interval_minutes": 60, "load_erlangs": 1.0})
    needs = needs.assign(agents=people_needed, scheduled=people_needed)
    people = pd.DataFrame({"agent": ["ann", "bob"], "queues": "calls", "agreement": "own"})
    night = pd.DataFrame({"agent": ["ann"], "start": start[:1] - pd.Timedelta(hours=2)})
    night = night.assign(end=night["start"] + pd.Timedelta(hours=9), activity="work", queue="calls", shift="night")
    beside = {"time_off": off(*promises).drop_duplicates(["agent", "from", "kind"]) if promises else None}
    beside["previous"] = night.assign(source="hand")
    found = {}
    for engine, most in (("exact", 10**6), ("insertion", 0)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(program, "EXACT_COLUMNS_MOST", most)
            result = make_roster(needs, people, book, iterations=1, **beside)
        found[engine] = summary = result.summary
        breaches = audit(result.roster, people, book, days=(date(2026, 3, 6), date(2026, 3, 8)), **beside)
        hard = breaches[(breaches["strictness"] == "forbid") & ~breaches["rule"].isin(KEPT_AT_A_PRICE)]
        assert hard.empty, hard["words"].tolist()
        scored = compare({"it": result.roster}, needs, people, book, **beside)["cost"].iloc[0]
        assert scored == pytest.approx(summary["cost"], abs=1e-3)
        assert summary["bound"] <= summary["cost"] + 1e-3
    if found["exact"]["status"] == "optimal":
        assert found["exact"]["cost"] <= found["insertion"]["cost"] + 1e-3
    assert found["insertion"]["bound"] <= found["exact"]["cost"] + 1e-3


def test_a_split_day_s_overtime_is_not_paid_for_the_week_again(make_book, make_people, make_need):
    """Ten hours in two shifts: four above the day's six at double pay; six straight ones are below the week's eight."""
    shifts = {
        "am": {"start_from": "08:00", "length_minutes": 300},
        "pm": {"start_from": "15:00", "length_minutes": 300},
    }
    tiers = [{"per": "day", "over_hours": 6, "factor": 2.0}, {"per": "week", "over_hours": 8, "factor": 1.5}]
    book = make_book(shifts, shifts_per_day_max=2, overtime=tiers)
    need = make_need([("phone/a", f"{MONDAY}T08:00", 5, 1), ("phone/a", f"{MONDAY}T15:00", 5, 1)])
    result = make_roster(need, make_people(bob="phone/a"), book)
    assert result.summary["uncovered_hours"] == 0
    assert (result.summary["cost"], result.summary["bound"]) == pytest.approx((14, 14), abs=0.01)
