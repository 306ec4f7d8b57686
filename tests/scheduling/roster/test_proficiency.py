"""Proficiency: who is faster or slower covers so much of a person, in every engine; some queues ask for a least."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from domain.errors import BadValue, TableError
from domain.people import RuleBook
from scheduling import audit, compare, make_roster
from scheduling.roster.cover import make_prices
from scheduling.roster.engines import insertion, program
from scheduling.roster.engines.exact import crew_of
from scheduling.roster.engines.insertion import solve_by_insertion
from scheduling.roster.engines.plan import Plan
from scheduling.roster.engines.program import Effort, Solved, solve
from scheduling.roster.engines.site import NeedsProgram
from scheduling.roster.problem import RosterProblem, make_problem
from scheduling.roster.repair import repair

DAY = {"start_from": "08:00", "length_minutes": 480}
PAUSED = {"break": [{"kind": "break", "minutes": 30, "earliest_minutes": 60, "latest_minutes": 240}]}
STARTS = {"start_from": "06:00", "start_to": "10:00", "start_step_minutes": 120, "length_minutes": 360}
MONDAY = "2026-03-02"


def with_speed(people: pd.DataFrame, *proficiency: float | None) -> pd.DataFrame:
    return people.assign(proficiency=np.array(proficiency, dtype=float))


@pytest.mark.parametrize(
    ("speeds", "need", "cost", "uncovered", "surplus"),
    [
        ((0.5, 0.5), 1.0, 16, 0, 0),  # two people's pay for 8 hours
        ((0.8, None), 1.8, 16, 0, 0),  # an empty cell is a full person
        ((0.8,), 1.0, 8 + 50 * 1.6, 1.6, 0),
        ((2.0,), 2.0, 8, 0, 0),
        ((1.5,), 1.0, 8 + 2 * 4, 0, 4),
    ],
)
@pytest.mark.parametrize("engine", ["exact", "insertion", "columns", "program"])
def test_so_much_of_a_person_is_covered_paid_and_missed(
    engine, speeds, need, cost, uncovered, surplus, make_book, make_people, make_need, monkeypatch
):
    staff = with_speed(make_people(**{f"p{n}": "phone/a" for n in range(len(speeds))}), *speeds)
    book = make_book({"day": DAY})
    problem = make_problem(make_need([("phone/a", f"{MONDAY}T08:00", 8, need)]), staff, book)
    found = solved(problem, engine, monkeypatch)
    plan = planned(problem, found)
    assert found.cost == pytest.approx(cost)
    assert found.bound <= cost + 1e-3
    served = plan.prices.served(plan.cuts)
    assert ((plan.prices.need - served) * plan.prices.hours).sum() == pytest.approx(uncovered)
    assert ((plan.present.sum(axis=0) - served) * plan.prices.hours).sum() == pytest.approx(surplus)


def solved(problem: RosterProblem, engine: str, monkeypatch) -> Solved:
    """The roster of one of the engines."""

    def unable(*_: object, **__: object) -> None:
        raise NeedsProgram("a rule of a user")

    if engine != "exact":
        monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", 0)
    if engine == "insertion":
        monkeypatch.setattr(insertion, "CELLS_MOST", 0)
    if engine == "program":
        monkeypatch.setattr(program, "solve_by_insertion", unable)
    return solve(problem, Effort(1, 10, None, None))


def planned(problem: RosterProblem, found: Solved) -> Plan:
    plan = Plan(problem, make_prices(problem))
    for person, shifts in found.shifts.items():
        plan.put(person, shifts, 0.0)
    return plan


def mixed_site(seed: int, people: int, make_book, make_need, days: int = 3) -> RosterProblem:
    """People of random skills and proficiency, shifts of six hours with a break of half an hour."""
    random = np.random.default_rng(seed)
    spans = [
        (queue, f"2026-03-{2 + day:02d}T{hour:02d}:00", 1, float(random.integers(0, people + 1)) / 3)
        for queue in ("phone/a", "chat/b")
        for day in range(days)
        for hour in range(6, 16)
    ]
    queues = random.choice(["phone/a", "chat/b", "phone/a|chat/b"], size=people)
    staff = pd.DataFrame({"agent": [f"p{n}" for n in range(people)], "queues": queues, "agreement": "full"})
    book = make_book({"day": {**STARTS, **PAUSED}}, hours_per_week_max=12, hours_per_week_min=6)
    return make_problem(make_need(spans), staff.assign(proficiency=random.uniform(0.4, 1.6, people)), book)


@pytest.mark.parametrize("engine", ["insertion", "columns", "program"])
@pytest.mark.parametrize("seed", range(2))
def test_every_engine_stays_above_the_optimum_of_mixed_people_and_every_bound_below(
    seed, engine, make_book, make_need, monkeypatch
):
    problem = mixed_site(seed, 3, make_book, make_need, days=2)
    best = solve(problem, Effort(1, 1, None, None))
    assert best.proven
    found = solved(problem, engine, monkeypatch)
    assert best.cost - 1e-6 <= found.cost <= 1.1 * best.cost
    assert found.bound <= best.cost + 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_what_the_search_counts_is_what_its_roster_costs(seed, make_book, make_need, monkeypatch):
    monkeypatch.setattr(insertion, "CELLS_MOST", 0)
    problem = mixed_site(seed, 6, make_book, make_need)
    met: list[float] = []
    found = solve_by_insertion(problem, seed=seed, rounds=2, trace=met.append)
    plan = Plan(problem, make_prices(problem))
    for person, shifts in found.shifts.items():
        plan.put(person, shifts, found.own_cost.get(person, 0.0))
    assert plan.cost == pytest.approx(min(met), abs=1e-6)
    assert found.bound <= plan.cost + 1e-6


@pytest.mark.parametrize("engine", ["exact", "insertion", "columns", "program"])
def test_people_of_half_speed_before_half_the_need_at_twice_its_price_are_the_same_problem(
    engine, make_book, make_need, monkeypatch
):
    fast = mixed_site(3, 3, make_book, make_need, days=2)
    prices = fast.book.cover.model_copy(update={"under_per_hour": 100.0, "over_per_hour": 4.0})
    slow = replace(
        fast,
        need=fast.need / 2,
        people=tuple(replace(person, proficiency=person.proficiency / 2) for person in fast.people),
        book=fast.book.model_copy(update={"cover": prices}),
    )
    ours, twins = solved(fast, engine, monkeypatch), solved(slow, engine, monkeypatch)
    assert twins.bound == pytest.approx(ours.bound, rel=0.01)  # the climb to it is another one
    assert twins.cost == pytest.approx(ours.cost, rel=1e-6 if engine == "exact" else 0.05)


def test_people_of_many_proficiencies_stay_one_group_and_one_set_of_cuts(make_book, make_need, make_people):
    staff = with_speed(make_people(**{f"p{n}": "phone/a" for n in range(20)}), *np.linspace(0.5, 1.5, 20))
    problem = make_problem(make_need([("phone/a", f"{MONDAY}T08:00", 8, 5)]), staff, make_book({"day": DAY}))
    assert len(problem.groups) == 1
    assert make_prices(problem).held.shape == (2, 1)
    assert len(set(crew_of(problem))) == 20


def test_the_night_shift_of_the_roster_before_counts_by_proficiency(make_book, make_need, make_people, make_rows):
    book = make_book({"night": {"start_from": "22:00", "length_minutes": 480}})
    before = make_rows(("ann", "2026-03-01T22:00", 8, "work", "phone/a", "night"))
    need = make_need([("phone/a", f"{MONDAY}T00:00", 6, 1)])
    problem = make_problem(need, with_speed(make_people(ann="phone/a"), 0.6), book, previous=before)
    assert problem.present[0, :6].tolist() == pytest.approx([0.6] * 6)


def test_a_repair_prices_who_steps_in_by_how_much_they_cover(make_book, make_need, make_people, make_rows):
    people = with_speed(make_people(ann="phone/a", bob="phone/a", cyd="phone/a"), 1.0, 0.5, 0.75)
    off = pd.DataFrame({"agent": ["ann"], "from": [MONDAY], "to": [MONDAY], "kind": ["sick"]})
    done = repair(
        make_rows(("ann", f"{MONDAY}T08:00", 8, "work", "phone/a", "day")),
        make_need([("phone/a", f"{MONDAY}T08:00", 8, 1)]), people, make_book({"day": DAY}),
        time_off=off.astype({"from": "datetime64[us]", "to": "datetime64[us]"}), changes_most=2,
    )  # fmt: skip
    assert done.changes["agent"].tolist() == ["ann", "cyd"]
    # Six of the eight hours that are missing come back at 50 each, for 8 hours of pay.
    assert done.changes["gain"].tolist() == [-392.0, 6 * 50 - 8.0]
    assert done.changes["uncovered_hours"].tolist() == [8.0, 2.0]


def book_with_least(make_book, strictness: str = "forbid", **least: float) -> RuleBook:
    rules = {"proficiency": {"strictness": strictness, "price": 10.0}}
    return make_book({"day": DAY}, rules=rules).model_copy(update={"proficiency": least})


@pytest.mark.parametrize(
    ("strictness", "served"), [("forbid", {"fast"}), ("pay", {"fast"}), ("warn", {"fast", "slow"})]
)
def test_a_queue_that_asks_for_more_is_answered_only_by_those_who_have_it(
    strictness, served, make_book, make_need, make_people
):
    book = book_with_least(make_book, strictness, vip=0.9)
    people = with_speed(make_people(fast="*", slow="*"), 0.9, 0.85)
    need = make_need([("vip", f"{MONDAY}T08:00", 8, 2), ("phone/a", f"{MONDAY}T08:00", 8, 2)])
    roster = make_roster(need, people, book).roster
    rows = roster[roster["queue"].str.contains("vip")]
    assert set(rows["agent"]) == served
    breaches = audit(roster, people, book)
    assert breaches["agent"].tolist() == (["slow"] if "slow" in served else [])
    if len(breaches):
        assert breaches.iloc[0][["rule", "strictness", "found", "limit"]].tolist() == ["proficiency", "warn", 0.85, 0.9]


def test_need_that_nobody_is_proficient_enough_for_stays_uncovered_and_is_told(make_book, make_need, make_people):
    book = book_with_least(make_book, vip=0.9)
    result = make_roster(make_need([("vip", f"{MONDAY}T08:00", 8, 1)]), with_speed(make_people(ann="vip"), 0.8), book)
    assert result.roster.empty
    assert result.summary["uncovered_hours"] == 8
    assert "vip: nobody can serve it; 8.0 agent-hours stay uncovered" in result.summary["warnings"]
    assert "1 people are too slow for all they could serve: ann" in result.summary["warnings"]


@pytest.mark.parametrize("speed", [0.0, 0.1, 2.5, -1.0])
def test_a_proficiency_beyond_sense_is_refused(speed, make_book, make_need, make_people):
    people = with_speed(make_people(ann="phone/a"), speed)
    with pytest.raises(TableError, match="proficiency"):
        make_problem(make_need([("phone/a", f"{MONDAY}T08:00", 8, 1)]), people, make_book({"day": DAY}))


@pytest.mark.parametrize("least", [3.0, -0.1, "high"])
def test_a_least_proficiency_beyond_sense_is_refused_by_its_key(least):
    tables = {"agreement": {"full": {"shifts": ["day"]}}, "shift": {"day": DAY}}
    with pytest.raises(BadValue) as fault:
        RuleBook.from_mapping({**tables, "proficiency": {"vip": least}}, "rules.toml")
    assert (fault.value.file, fault.value.column) == ("rules.toml", "proficiency.vip")


def test_who_is_too_slow_for_all_they_could_answer_shares_no_late_ends(make_book, make_need, make_people):
    """Slow Bob can't be planned: Ann's two late ends are no unequal share, in the plan as in the audit."""
    rules = {"fair_late_ends": {"strictness": "pay", "price": 3.0}}
    book = make_book({"late": {"start_from": "14:00", "length_minutes": 480}}, rules=rules)
    book = book.model_copy(update={"proficiency": {"vip": 0.9}})
    people = with_speed(make_people(ann="vip", bob="vip"), 1, 0.8)
    need = make_need([("vip", f"{day}T14:00", 8, 1) for day in (MONDAY, "2026-03-03")])
    result = make_roster(need, people, book)
    assert result.summary["cost"] == 16
    assert compare({"it": result.roster}, need, people, book)["cost"].tolist() == [16]
    assert audit(result.roster, people, book).empty
