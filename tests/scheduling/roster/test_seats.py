"""Seats of a site: found by hand in rows, kept by the engine, priced as a count by the minute does."""

from __future__ import annotations

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
from scheduling.roster.engines.among import cost_among, unkept
from scheduling.roster.engines.dual import value_at
from scheduling.roster.engines.ruin_kernel import ruin
from scheduling.roster.engines.site import make_site, read_staff
from scheduling.roster.problem import RosterProblem, make_problem

PAUSE = {"kind": "break", "minutes": 30, "earliest_minutes": 60, "latest_minutes": 180}
DAY: dict[str, Any] = {"start_from": "08:00", "length_minutes": 480}
LONG: dict[str, Any] = {
    "start_from": "06:00", "start_to": "16:00", "start_step_minutes": 30, "length_minutes": 300, "break": [PAUSE],
}  # fmt: skip


def book_of(shift: dict[str, Any], seats: dict[str, int], **rule: Any) -> RuleBook:
    return RuleBook.from_mapping(
        {
            "agreement": {"own": {"shifts": ["own"], "cost_per_hour": 1}},
            "shift": {"own": shift},
            "rule": {"seats": rule} if rule else {},
            "site": {name: {"seats": number} for name, number in seats.items()},
        }
    )


def people_of(**sites: str) -> pd.DataFrame:
    return pd.DataFrame({"agent": list(sites), "queues": "phone/a", "agreement": "own", "site": list(sites.values())})


def need_of(people: float, days: int = 1, hours: int = 8) -> pd.DataFrame:
    starts = [pd.Timestamp("2026-03-02 08:00", tz="UTC") + pd.Timedelta(days=day) for day in range(days)]
    stamps = [start + pd.Timedelta(hours=hour) for start in starts for hour in range(hours)]
    same = {"load_erlangs": people, "agents": people, "scheduled": people}
    start = pd.DatetimeIndex(stamps).as_unit("us")
    return pd.DataFrame({"queue": "phone/a", "start": start, "interval_minutes": 60, **same})


def slow_hours(problem: RosterProblem, tours: np.ndarray, site: str, limit: int) -> float:
    """Hours of people above the seats, minute by minute; the roster before breaks nothing by itself."""
    counts: dict[str, dict[int, int]] = {"now": {}, "before": {}}
    for person, tour in zip(problem.people, tours, strict=True):
        if person.site != site:
            continue
        now = [(problem.slots.start[j], problem.slots.end[j]) for j in tour if j >= 0]
        for when, spans in (("now", now), ("before", [(w.start, w.end) for w in person.history])):
            for first, last in spans:
                for minute in range(int(first), int(last)):
                    counts[when][minute] = counts[when].get(minute, 0) + 1
    total = 0
    for minute, there in counts["now"].items():
        earlier = counts["before"].get(minute, 0)
        total += max(there + earlier - limit, 0) - max(earlier - limit, 0)
    return total / 60


def test_three_people_on_two_seats_are_found_with_site_time_and_number(make_rows: Any) -> None:
    roster = make_rows(
        ("ann", "2026-03-02 08:00", 8, "work", "phone/a", "own"),
        ("bob", "2026-03-02 09:00", 2, "work", "phone/a", "own"),
        ("bob", "2026-03-02 11:00", 1, "lunch", "", "own"),
        ("bob", "2026-03-02 12:00", 5, "work", "phone/a", "own"),
        ("cid", "2026-03-02 10:00", 8, "work", "phone/a", "own"),
        ("dan", "2026-03-02 10:00", 8, "work", "phone/a", "own"),
    )
    people = people_of(ann="hall", bob="hall", cid="hall", dan="attic")
    found = audit(roster, people, book_of(DAY, {"hall": 2, "attic": 2}))
    found = found[found["rule"] == "seats"]
    assert found[["rule", "agent", "found", "limit", "strictness"]].to_numpy().tolist() == [
        ["seats", "cid", 6.0, 0.0, "pay"]  # from 10:00, when the third comes, to 16:00, also over bob's lunch
    ]
    assert found["start"].iloc[0] == pd.Timestamp("2026-03-02 10:00", tz="UTC")
    assert found["words"].iloc[0] == "cid: site hall: up to 3 people on 2 seats until Mon 2026-03-02 16:00"


@pytest.mark.parametrize(
    ("rule", "come", "uncovered"),
    [
        ({}, 2, 8.0),  # forbidden: dearer than a missing hour
        ({"strictness": "pay", "price": 10.0}, 3, 0.0),  # eight hours at 10 are cheaper than eight missing at 50
        ({"strictness": "pay", "price": 60.0}, 2, 8.0),
        ({"strictness": "warn"}, 3, 0.0),
        ({"strictness": "ignore"}, 3, 0.0),
    ],
)
def test_three_people_are_needed_where_two_can_sit(rule: dict[str, Any], come: int, uncovered: float) -> None:
    people, book = people_of(ann="hall", bob="hall", cid="hall"), book_of(DAY, {"hall": 2}, **rule)
    result = make_roster(need_of(3.0), people, book, iterations=2)
    assert result.summary["agents_rostered"] == come
    assert result.summary["uncovered_hours"] == uncovered
    price = rule.get("price", 0.0) if come == 3 else 0.0
    assert result.summary["cost"] == pytest.approx(8 * come + 50 * uncovered + 8 * price)
    assert result.summary["costs"]["rules"] == pytest.approx(8 * price)
    assert result.summary["bound"] <= result.summary["cost"]
    strictness = set(audit(result.roster, people, book)["strictness"])
    assert strictness == ({rule["strictness"]} - {"ignore"} if come == 3 else set())


def test_people_of_another_site_take_over_where_one_is_full() -> None:
    people = people_of(ann="hall", bob="hall", cid="attic", dan="attic", eve="")
    result = make_roster(need_of(3.0), people, book_of(DAY, {"hall": 1, "attic": 1}), iterations=2)
    assert result.summary["uncovered_hours"] == 0.0
    assert audit(result.roster, people, book_of(DAY, {"hall": 1, "attic": 1})).empty
    assert "eve" in set(result.roster["agent"])  # no site, no limit


def test_seats_that_are_too_few_all_the_same_are_told_where_that_is_forbidden() -> None:
    people, plan = people_of(ann="hall", bob="hall", cid="hall"), {0: [(0, ())], 1: [(0, ())], 2: [(0, ())]}
    forbidden = make_problem(need_of(3.0), people, book_of(DAY, {"hall": 2}))
    assert unkept(forbidden, plan) == ["site hall: 8 hours of people above its 2 seats"]
    assert cost_among(forbidden, plan) == 8 * 10 * 50
    assert unkept(forbidden, {0: [(0, ())]}) == []
    paid = make_problem(need_of(3.0), people, book_of(DAY, {"hall": 2}, strictness="pay", price=3.0))
    assert unkept(paid, plan) == []
    assert cost_among(paid, plan) == 8 * 3


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1000), price=st.sampled_from([5.0, 40.0, 500.0]))
def test_the_price_on_which_tours_are_kept_is_that_of_a_count_by_the_minute(seed: int, price: float) -> None:
    people = people_of(a="hall", b="hall", c="hall", d="attic", e="attic", f="")
    book = book_of(LONG, {"hall": 1, "attic": 1}, strictness="pay", price=price)
    problem = make_problem(need_of(4.0, 3), people, book)
    random, prices = np.random.default_rng(seed), make_prices(problem)
    staff = read_staff(problem)
    site = make_site(problem, staff, prices, random)
    kernel.seed_random(seed)
    total = kernel.sweep(site, random.permutation(staff.able), 0.1, True)
    total += ruin(site, staff.able, 40, 3, 200.0, 20.0, 0.1, 20.0)
    tours = site.tours.slot
    over = slow_hours(problem, tours, "hall", 1) + slow_hours(problem, tours, "attic", 1)
    present, start = problem.present.copy(), site.slots.first
    step = round(problem.grid.interval_minutes / site.cover.steps)
    for person, tour in enumerate(tours):
        for layer, j in enumerate(tour):
            if j >= 0:
                offsets = (site.tours.place[person, layer] - start[j]) * step
                first, shares = problem.cover.vector(int(j), tuple(offsets.tolist()))
                present[0, first : first + len(shares)] += shares
    cover = prices.cost(present, prices.served(prices.cuts(present)))
    before = prices.cost(problem.present, prices.served(prices.cuts(problem.present)))
    assert total == pytest.approx(cover - before + site.tours.own.sum() + price * over, abs=1e-3)


def test_the_cost_of_a_roster_counts_what_the_audit_finds() -> None:
    people = people_of(a="hall", b="hall", c="hall", d="hall")
    book = book_of(LONG, {"hall": 2}, strictness="pay", price=30.0)
    result = make_roster(need_of(4.0, 3), people, book, iterations=2)
    found = audit(result.roster, people, book)
    assert found["found"].sum() > 0
    assert result.summary["costs"]["rules"] == pytest.approx(30.0 * found["found"].sum(), abs=1e-3)


def test_the_roster_before_holds_its_seats_but_is_no_breach(make_rows: Any) -> None:
    before = make_rows(
        ("ann", "2026-03-01 22:00", 11, "work", "phone/a", "own"),
        ("bob", "2026-03-01 22:00", 10, "work", "phone/a", "own"),
    )
    people, book = (
        people_of(ann="hall", bob="hall", cid="hall"),
        book_of(DAY, {"hall": 1}, strictness="pay", price=100.0),
    )
    roster = make_rows(("cid", "2026-03-02 07:00", 8, "work", "phone/a", "own"))
    found = audit(roster, people, book, previous=before)
    assert found.loc[found["rule"] == "seats", "found"].tolist() == [2.0]  # ann has the one seat to 09:00
    problem = make_problem(need_of(1.0), people, book, previous=before)
    staff = read_staff(problem)
    site = make_site(problem, staff, make_prices(problem), np.random.default_rng(1))
    kernel.sweep(site, np.array([2]), 0.0, True)
    assert site.tours.slot[2].max() >= 0  # an hour at 100 against eight missing ones at 50
    assert site.seats.taken[0].tolist()[:3] == [2, 1, 1]


def test_the_bound_leaves_seats_out_however_full_they_are(make_rows: Any) -> None:
    before = make_rows(("ann", "2026-03-01 22:00", 12, "work", "phone/a", "own"))
    people = people_of(ann="hall", bob="hall")
    values = []
    for seats in ({"hall": 1}, {}):
        problem = make_problem(need_of(2.0), people, book_of(DAY, seats), previous=before)
        staff = read_staff(problem)
        site = make_site(problem, staff, make_prices(problem), np.random.default_rng(1))
        values.append(value_at(problem, site, staff.able, np.full((1, len(problem.grid)), 50.0))[0])
    assert values[0] == pytest.approx(values[1])


def test_fewer_seats_than_none_are_refused_by_name() -> None:
    with pytest.raises(BadValue, match=r"site\.hall\.seats"):
        book_of(DAY, {"hall": -1})
