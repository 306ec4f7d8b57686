"""What people cost each other, change by change: as the rules' checks count it, and no more is saved than promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.people import RuleBook
from domain.tables import ROSTER
from scheduling.roster.audit import works_of
from scheduling.roster.problem import make_problem
from scheduling.roster.rules import GROUP_RULES
from scheduling.roster.rules.fairness import measure
from scheduling.roster.shared_cost import SharedCost
from scheduling.roster.work import PersonWork, Row, read_rows, worked_shifts

PEOPLE = {"ann": ("", "s"), "bob": ("ann", "s"), "cyd": ("ann", "t"), "dan": ("bob", "s"), "eve": ("", "")}
STARTS = ("08:00", "12:00", "16:00", "22:00")
SATURDAY = pd.Timestamp("2026-03-07", tz="UTC")
DAYS = 3
PRICE = 7.0
PAID = {"strictness": "pay", "price": PRICE}


def works_at(places: dict[str, list[int]]) -> dict[str, PersonWork]:
    """Eight-hour shifts from Saturday on: by person and day a start of `STARTS`, −1 for none."""
    book = RuleBook.from_mapping(
        {
            "agreement": {"own": {"shifts": ["own"]}},
            "shift": {"own": {"start_from": "08:00", "length_minutes": 480}},
            "site": {"s": {"seats": 1}, "t": {"seats": 0}},
            "mentoring": {"share": 0.75},
            "rule": {rule.name: PAID for rule in GROUP_RULES},
        }
    )
    staff = pd.DataFrame({"agent": list(PEOPLE), "agreement": "own", "queues": "phone/a"})
    staff = staff.assign(mentor=[own[0] for own in PEOPLE.values()], site=[own[1] for own in PEOPLE.values()])
    begins = pd.date_range(SATURDAY, periods=24 * DAYS, freq="h")
    need = pd.DataFrame({"queue": "phone/a", "start": begins.as_unit("us"), "interval_minutes": 60})
    problem = make_problem(need.assign(load_erlangs=1.0, agents=1.0, scheduled=1.0), staff, book)
    planned = (date.fromordinal(int(problem.days[0])), date.fromordinal(int(problem.days[-1])))
    plain = works_of(
        read_rows(ROSTER.empty()), {person.agent: person for person in problem.people}, book, None, planned
    )
    return {work.agent: working(work, places[work.agent]) for work in plain}


def working(work: PersonWork, places: list[int]) -> PersonWork:
    """The person with those shifts instead of their own."""
    first = SATURDAY.timestamp() / 60
    starts = [first + 1440 * day + 60 * int(STARTS[at][:2]) for day, at in enumerate(places) if at >= 0]
    rows = [Row(start, start + 480, "work", ("phone/a",), "own") for start in starts]
    return replace(work, rows=tuple(rows), shifts=tuple(worked_shifts(rows, work.book)))


def by_the_checks(works: dict[str, PersonWork]) -> float:
    found = [finding for rule in GROUP_RULES for _, finding in rule.check(list(works.values()))]
    return PRICE * sum(abs(finding.found - finding.limit) for finding in found)


@given(st.integers(0, 10**6))
@settings(max_examples=6, deadline=None)
def test_a_change_costs_what_the_checks_of_the_rules_say_and_saves_no_more_than_was_promised(seed: int) -> None:
    random = np.random.default_rng(seed)
    places = {agent: random.integers(-1, len(STARTS), DAYS).tolist() for agent in PEOPLE}
    works = works_at(places)
    shared = SharedCost(works)
    assert shared.now.cost == pytest.approx(by_the_checks(works))
    for agent in PEOPLE:
        day, at = int(random.integers(DAYS)), int(random.integers(-1, len(STARTS)))
        gone = [shift for shift in works[agent].audited if shift.day == SATURDAY.toordinal() + day]
        changed = working(works[agent], [*places[agent][:day], at, *places[agent][day + 1 :]])
        after = shared.after(changed).cost
        assert after == pytest.approx(by_the_checks({**works, agent: changed}))
        assert shared.now.cost - after <= shared.most_gain(agent, gone, at >= 0) + 1e-9
    assert SharedCost({**works, agent: changed}, shared).now.cost == pytest.approx(after)


def test_only_the_time_that_is_too_full_is_promised_for_a_seat() -> None:
    """Ann sits from 8 to 16, Bob from 12 to 20 on the one seat: without Ann's shift four hours at 7 less are too many.

    Bob learns from Ann: six of his eight hours are due beside her, he has four. Those two may be saved too.
    """
    works = works_at({**dict.fromkeys(PEOPLE, [-1] * DAYS), "ann": [-1, -1, 0], "bob": [-1, -1, 1]})
    shared = SharedCost(works)
    assert shared.now.cost == pytest.approx(7 * 4 + 7 * 2)
    ann = works["ann"].audited
    assert shared.most_gain("ann", ann, False) == pytest.approx(7 * 4 + 7 * 2)
    assert shared.most_gain("eve", (), True) == 0.0


@given(st.integers(0, 10**6))
@settings(max_examples=5, deadline=None)
def test_one_persons_count_changed_is_everyones_breach_counted_anew(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups = [("a", ""), ("b", ""), ("a", ""), ("a", "")]
    presence = random.integers(0, 4, (4, 4)).astype(float)
    fairness = measure(works_at(dict.fromkeys(PEOPLE, [-1] * DAYS))["ann"].book, groups, presence, np.zeros((4, 4)))
    counts = random.integers(0, 5, (4, 4)).astype(float)
    for by in (-1.0, 1.0):
        found = fairness.breach_if(counts, by)
        for person, count in np.ndindex(4, 4):
            changed = counts.copy()
            changed[person, count] += by
            assert found[person, count] == pytest.approx(fairness.breach(changed).sum(axis=0)[count])
