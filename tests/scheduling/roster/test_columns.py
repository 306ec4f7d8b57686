"""Column generation against the linear program over every legal tour, written out by hand for people of one queue."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from domain.people import RuleBook
from scheduling.roster.cover import make_prices
from scheduling.roster.engines.columns import TourMaster, cells
from scheduling.roster.engines.dive import Blank, dive, generate, seat, tours_of
from scheduling.roster.engines.insertion import Inserted, solve_by_insertion
from scheduling.roster.engines.plan import Plan
from scheduling.roster.engines.program import Effort, solve
from scheduling.roster.engines.site import make_site, read_staff
from scheduling.roster.engines.until import Until
from scheduling.roster.problem import RosterProblem, make_problem

FIRST = pd.Timestamp("2026-03-02", tz="UTC")
UNDER, OVER = 10.0, 1.0
SHIFTS = {"early": (6, 8), "late": (12, 8), "short": (8, 4)}  # start hour, hours
DAYS, MOST_HOURS = 3, 16


def problem_of(need: np.ndarray, people: int) -> RosterProblem:
    """`need`: days × hours."""
    book = RuleBook.from_mapping(
        {
            "agreement": {"full": {"shifts": list(SHIFTS), "hours_per_week_max": MOST_HOURS}},
            "shift": {
                name: {"start_from": f"{start:02d}:00", "length_minutes": 60 * hours}
                for name, (start, hours) in SHIFTS.items()
            },
            "cover": {"under_per_hour": UNDER, "over_per_hour": OVER},
        }
    )
    starts = pd.DatetimeIndex([FIRST + pd.Timedelta(hours=hour) for hour in range(24 * len(need))]).as_unit("us")
    agents = need.ravel()
    requirements = pd.DataFrame(
        {
            "queue": "calls", "start": starts, "interval_minutes": 60,
            "load_erlangs": 0.0, "agents": agents, "scheduled": agents,
        }
    )  # fmt: skip
    staff = pd.DataFrame({"agent": [f"p{n}" for n in range(people)], "queues": "calls", "agreement": "full"})
    return make_problem(requirements, staff, book)


def every_tour() -> list[np.ndarray]:
    """Hours worked (0 or 1) of every legal tour: one shift a day, 11 hours of rest, at most 16 hours."""
    found = []
    for pick in product([None, *SHIFTS.values()], repeat=DAYS):
        spans = [(24 * day + shift[0], 24 * day + shift[0] + shift[1]) for day, shift in enumerate(pick) if shift]
        rested = all(b[0] - a[1] >= 11 for a, b in pairwise(spans))
        if rested and sum(end - start for start, end in spans) <= MOST_HOURS:
            row = np.zeros(24 * DAYS)
            for start, end in spans:
                row[start:end] = 1
            found.append(row)
    return found


def least_mean_cost(need: np.ndarray, people: int) -> float:
    """Optimum of the program over shares of all tours: min paid + under · missing + over · surplus (scipy)."""
    tours = np.array(every_tour())
    hours = 24 * DAYS
    costs = np.concatenate([tours.sum(axis=1), np.full(hours, UNDER), np.full(hours, OVER)])
    balance = np.hstack([tours.T, np.eye(hours), -np.eye(hours)])
    everyone = np.concatenate([np.ones(len(tours)), np.zeros(2 * hours)])
    answer = linprog(costs, A_eq=np.vstack([balance, everyone]), b_eq=np.append(need.ravel(), people))
    return float(answer.fun)


def cost_of(problem: RosterProblem, found: Inserted) -> float:
    """The cost of a roster, counted from its shifts."""
    plan = Plan(problem, make_prices(problem))
    for person, shifts in found.shifts.items():
        plan.put(person, shifts, found.own_cost[person])
    return plan.cost


def need_of(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    need = np.zeros((DAYS, 24))
    need[:, 6:20] = random.integers(0, 7, size=(DAYS, 14)) / 2
    return need


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_of_column_generation_is_the_optimum_over_shares_of_every_tour(seed):
    need = need_of(seed)
    problem = problem_of(need, people=4)
    staff = read_staff(problem)
    site = make_site(problem, staff, make_prices(problem), np.random.default_rng(1))
    master = TourMaster(problem, site, staff.able, seed=1)
    bound = generate(problem, site, master, 0.0, lambda: False)
    expected = least_mean_cost(need, 4)
    assert bound == pytest.approx(expected, abs=0.02)
    assert bound <= expected + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_dives_find_the_proven_optimum_of_small_sites(seed):
    problem = problem_of(need_of(seed), people=4)
    proven = solve(problem, Effort(1, 1, None, None))
    assert proven.proven
    found = solve_by_insertion(problem, seed=1, rounds=40)
    assert cost_of(problem, found) == pytest.approx(proven.cost)
    assert found.bound <= proven.cost + 1e-6


def test_a_dive_gives_everyone_one_tour_and_its_cost_is_counted_from_nothing():
    problem = problem_of(need_of(7), people=3)
    staff, prices = read_staff(problem), make_prices(problem)
    site = make_site(problem, staff, prices, np.random.default_rng(1))
    empty = prices.cost(problem.present, prices.served(prices.cuts(problem.present)))
    blank = Blank(site.cover.cuts.copy(), site.cover.served.copy(), empty)
    master = TourMaster(problem, site, staff.able, seed=1)
    generate(problem, site, master, 0.0, lambda: False)
    chosen = dive(problem, site, master, np.random.default_rng(1), 1, np.inf, lambda: False)
    assert chosen is not None
    assert [master.columns[number].person for number in chosen] == [0, 1, 2]
    cost = seat(site, staff.able, tours_of(master, chosen), blank)
    there = np.zeros(24 * DAYS)
    for person in staff.able:
        for slot in site.tours.slot[person][site.tours.slot[person] >= 0]:
            begin = round((problem.slots.start[slot] - problem.grid.start[0]) / 60)
            there[begin : begin + round(problem.slots.paid_hours[slot])] += 1
    need = problem.need[0]
    missing, surplus = np.maximum(need - there[: len(need)], 0).sum(), np.maximum(there[: len(need)] - need, 0).sum()
    assert cost == pytest.approx(there.sum() + UNDER * missing + OVER * surplus)


def test_only_hours_that_need_somebody_are_rows():
    need = np.zeros((DAYS, 24))
    need[0, 8:12] = 1.0
    assert cells(problem_of(need, people=2)) == 4


def test_nobody_works_more_of_a_shift_than_their_limit():
    """Only early shifts cover 6 to 8; sixteen hours hold two of them, the limit one."""
    need = np.zeros((DAYS, 24))
    need[:, 6:8] = 2.0
    problem = problem_of(need, people=2)
    staff = read_staff(problem)
    early = [template.name for template in problem.slots.templates].index("early")
    kinds = tuple(replace(kind, limits=((early, 1),)) for kind in staff.kinds)
    limited = replace(staff, kinds=kinds)
    for given, most in ((staff, 2), (limited, 1)):
        found = solve_by_insertion(problem, seed=1, rounds=4, staff=given)
        worked = [[int(problem.slots.template[slot]) for slot, _ in found.shifts[p]] for p in range(2)]
        assert worked == [[early] * most] * 2
        assert found.bound <= cost_of(problem, found) + 1e-6


def test_a_search_whose_time_is_up_before_it_begins_still_gives_a_roster_and_a_bound():
    problem = problem_of(need_of(3), people=4)
    found = solve_by_insertion(problem, seed=1, rounds=10, until=Until(-1.0))
    assert -np.inf < found.bound <= cost_of(problem, found)
    assert sum(len(shifts) for shifts in found.shifts.values()) > 0
