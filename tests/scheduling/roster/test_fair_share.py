"""Fair shares: counts by hand, an engine that prices them as a slow count does, a ledger that is kept."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from domain.people import RuleBook
from scheduling import audit, make_roster
from scheduling.roster.cover import make_prices
from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.ruin_kernel import ruin
from scheduling.roster.engines.site import make_site, read_staff
from scheduling.roster.ledger import COUNTS, carry
from scheduling.roster.problem import RosterProblem, make_problem

SHIFTS: dict[str, Any] = {
    "day": {"start_from": "08:00", "length_minutes": 480},
    "late": {"start_from": "14:00", "length_minutes": 480},
    "night": {"start_from": "22:00", "length_minutes": 480},
}


def book_of(
    names: tuple[str, ...] = tuple(SHIFTS), price: float = 7.0, counts: tuple[str, ...] = COUNTS, **fairness: Any
) -> RuleBook:
    return RuleBook.from_mapping(
        {
            "agreement": {"own": {"shifts": list(names), "hours_per_week_max": 40, "cost_per_hour": 1}},
            "shift": {name: SHIFTS[name] for name in names},
            "rule": {f"fair_{count}": {"strictness": "pay", "price": price} for count in counts},
            "fairness": fairness,
        }
    )


def people_of(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"agent": list(names), "queues": "phone/a", "agreement": "own"})


def need_of(first: str, hours: int, people: float = 1.0) -> pd.DataFrame:
    stamps = pd.date_range(pd.Timestamp(first, tz="UTC"), periods=hours, freq="60min").as_unit("us")
    same = {"load_erlangs": people, "agents": people, "scheduled": people}
    return pd.DataFrame({"queue": "phone/a", "start": stamps, "interval_minutes": 60, **same})


def nights_of(*starts: str) -> pd.DataFrame:
    """Need of one person in the eight hours from each start."""
    return pd.concat([need_of(start, 8) for start in starts], ignore_index=True)


def starts_of(roster: pd.DataFrame, shift: str) -> dict[str, int]:
    return Counter(roster.loc[roster["shift"] == shift, "agent"].tolist())


def slow_cost(problem: RosterProblem, tours: np.ndarray, price: float, within: float) -> float:
    """What unequal shares of whole-time people of one agreement cost, by calendar and clock."""
    counts = []
    for tour in tours:
        stamps = [pd.Timestamp(int(problem.slots.start[j]), unit="m") for j in tour if j >= 0]
        hours = [stamp.hour for stamp in stamps]
        weekends = {stamp.isocalendar()[:2] for stamp in stamps if stamp.weekday() > 4}
        late = sum(hour == 14 for hour in hours)
        counts.append((sum(hour == 22 for hour in hours), len(weekends), 0, late))
    table = np.array(counts, dtype=float)
    off = np.abs(table - table.mean(axis=0))
    return float(price * np.maximum(off - within, 0.0).sum())


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1000), within=st.sampled_from([0.0, 0.5, 1.0]))
def test_the_price_on_which_tours_are_kept_is_that_of_a_slow_count(seed: int, within: float) -> None:
    problem = make_problem(need_of("2026-03-04", 5 * 24), people_of("a", "b", "c", "d"), book_of(within=within))
    staff = read_staff(problem)
    random = np.random.default_rng(seed)
    site = make_site(problem, staff, make_prices(problem), random)
    kernel.seed_random(seed)
    total = kernel.sweep(site, random.permutation(staff.able), 0.1, True)
    assert site.fair.cost.sum() == pytest.approx(slow_cost(problem, site.tours.slot, 7.0, within))
    total += ruin(site, staff.able, 30, 3, 20.0, 5.0, 0.1, 5.0)
    assert site.fair.cost.sum() == pytest.approx(slow_cost(problem, site.tours.slot, 7.0, within))
    prices = make_prices(problem)
    present = problem.present.copy()
    for tour in site.tours.slot:
        for j in tour[tour >= 0]:
            first, shares = problem.cover.vector(int(j), ())
            present[0, first : first + len(shares)] += shares
    cover = prices.cost(present, prices.served(prices.cuts(present)))
    before = prices.cost(problem.present, prices.served(prices.cuts(problem.present)))
    assert total == pytest.approx(cover - before + site.tours.own.sum() + site.fair.cost.sum(), abs=1e-3)


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_cost_a_roster_reports_for_its_shares_is_what_the_audit_finds(seed: int) -> None:
    people, book = people_of("a", "b", "c", "d", "e"), book_of(calendar="RU", within=0.25)
    off = pd.DataFrame([("b", "2026-03-06", "2026-03-08", "leave")], columns=["agent", "from", "to", "kind"])
    need = need_of("2026-03-05", 5 * 24, 2.0)
    result = make_roster(need, people, book, time_off=off, seed=seed, iterations=1)
    found = audit(result.roster, people, book, time_off=off)
    found = found[found["rule"].str.startswith("fair_")]
    costs = result.summary["costs"]
    assert costs["fairness"] == pytest.approx(7.0 * (found["found"] - found["limit"]).abs().sum(), abs=1e-3)
    assert sum(costs.values()) == pytest.approx(result.summary["cost"], abs=1e-3)
    assert result.summary["bound"] <= result.summary["cost"]


def test_equal_people_have_nights_that_differ_by_one_at_most() -> None:
    need = nights_of(*(f"2026-03-0{day} 22:00" for day in range(2, 9)))
    result = make_roster(need, people_of("a", "b", "c"), book_of(("night",), within=0.0), iterations=20)
    nights = starts_of(result.roster, "night")
    assert sorted(nights.values()) == [2, 2, 3]


@pytest.mark.parametrize(("had", "takes"), [("ann", "bob"), ("bob", "ann")])
def test_who_had_more_nights_before_is_spared_the_next_one(had: str, takes: str, make_rows: Any) -> None:
    people, book = people_of("ann", "bob"), book_of()
    before = make_rows(
        (had, "2026-02-26 22:00", 8, "work", "phone/a", "night"),
        (had, "2026-02-27 22:00", 8, "work", "phone/a", "night"),
    )
    ledger = carry(before, people, book)
    result = make_roster(nights_of("2026-03-03 22:00"), people, book, ledger=ledger, iterations=2)
    assert starts_of(result.roster, "night") == {takes: 1}
    # two nights of one, one of the other: half a night off the share of one and a half is fair
    found = audit(result.roster, people, book, ledger=ledger)
    assert found[found["rule"] == "fair_nights"].empty


def test_the_audit_says_who_had_how_many_and_what_is_fair(make_rows: Any) -> None:
    rows = [("ann", f"2026-03-0{day} 22:00", 8, "work", "phone/a", "night") for day in (2, 3, 4)]
    roster = make_rows(*rows, ("bob", "2026-03-02 08:00", 8, "work", "phone/a", "day"))
    found = audit(roster, people_of("ann", "bob"), book_of())
    found = found[found["rule"] == "fair_nights"].set_index("agent")
    assert found.loc["ann", ["found", "limit"]].tolist() == pytest.approx([3.0, 2.0])  # a half and a half above 1.5
    assert found.loc["bob", ["found", "limit"]].tolist() == pytest.approx([0.0, 1.0])
    assert found.loc["ann", "words"] == "ann: 3 nights, a fair share is 1.5"
    assert set(found["strictness"]) == {"pay"}


def test_days_of_leave_make_a_share_smaller(make_rows: Any) -> None:
    off = pd.DataFrame([("bob", "2026-03-03", "2026-03-04", "leave")], columns=["agent", "from", "to", "kind"])
    rows = [("ann", f"2026-03-0{day} 22:00", 8, "work", "phone/a", "night") for day in (2, 4, 5)]
    roster = make_rows(*rows, ("bob", "2026-03-02 08:00", 8, "work", "phone/a", "day"))
    found = audit(roster, people_of("ann", "bob"), book_of(within=0), time_off=off)
    found = found[found["rule"] == "fair_nights"].set_index("agent")
    assert found["limit"].to_dict() == pytest.approx({"ann": 2.0, "bob": 1.0})  # 4 of 6 days, 2 of 6 days


def test_nobody_shares_what_their_hours_do_not_hold(make_rows: Any) -> None:
    people = people_of("ann", "bob").assign(available_from=[None, "07:00"], available_to=[None, "20:00"])
    rows = [("ann", f"2026-03-0{day} 22:00", 8, "work", "phone/a", "night") for day in (2, 3)]
    roster = make_rows(*rows, ("bob", "2026-03-02 08:00", 8, "work", "phone/a", "day"))
    assert audit(roster, people, book_of(within=0)).empty


def test_one_count_alone_may_be_shared(make_rows: Any) -> None:
    rows = [("ann", f"2026-03-0{day} 22:00", 8, "work", "phone/a", "night") for day in (7, 8)]  # a weekend's nights
    roster = make_rows(*rows, ("bob", "2026-03-09 08:00", 8, "work", "phone/a", "day"))
    found = audit(roster, people_of("ann", "bob"), book_of(within=0, counts=("weekends",)))
    assert found["found"].tolist() == [1.0, 0.0]


def test_a_book_that_forbids_unequal_shares_makes_them_dear() -> None:
    content = {
        "agreement": {"own": {"shifts": ["night"]}}, "shift": {"night": SHIFTS["night"]},
        "rule": {"fair_nights": {"strictness": "forbid"}}, "cover": {"under_per_hour": 30.0},
    }  # fmt: skip
    from scheduling.roster.rules import fair_share

    prices = fair_share.prices(RuleBook.from_mapping(content))
    assert prices.tolist() == [300.0, 0.0, 0.0, 0.0]


def test_a_calendar_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(BadValue, match=r"fairness\.calendar"):
        book_of(calendar="XX")


def test_the_account_tells_shares_and_wishes() -> None:
    wishes = pd.DataFrame(
        [("a", "2026-03-02", "2026-03-02", "wish_off", 3.0, ""),
         ("a", "2026-03-03", "2026-03-03", "wish_work", 1.0, "late"),
         ("b", "2026-03-02", "2026-03-02", "wish_off", 1.0, "")],
        columns=["agent", "from", "to", "kind", "weight", "shift"],
    )  # fmt: skip
    need = pd.concat([need_of("2026-03-02 08:00", 8), need_of("2026-03-03 14:00", 8)], ignore_index=True)
    result = make_roster(need, people_of("a", "b"), book_of(), time_off=wishes, iterations=60)
    told = result.summary["wishes"]
    # one of the two must work on the Monday; the dearer wish is kept
    assert (told["days_off"], told["days_off_granted"]) == (2, 0.5)
    assert (told["shifts"], told["shifts_granted"]) == (1, 1.0)
    assert (told["first"], told["first_granted"]) == (2, 0.5)
    late = next(entry for entry in result.summary["fairness"] if entry["count"] == "late_ends")
    assert (late["people"], late["total"], late["least"], late["most"]) == (2, 1, 0, 1)
    assert late["within_one"] == 1.0


def test_the_ledger_counts_the_holidays_of_the_books_calendar(make_rows: Any) -> None:
    roster = make_rows(("ann", "2026-03-09 08:00", 8, "work", "phone/a", "day"))  # the Monday made free in Russia
    ledger = carry(roster, people_of("ann"), book_of(calendar="RU"))
    assert ledger["holidays"].tolist() == [1]
    assert carry(roster, people_of("ann"), book_of(calendar="RU"), holidays=[date(2026, 3, 8)])[
        "holidays"
    ].tolist() == [0]
