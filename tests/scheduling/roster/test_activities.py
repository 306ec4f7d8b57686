"""Activities in blocks: prices against every way to cut a shift, cost against a recount, days against whole tours."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from domain.errors import BadValue
from domain.people import RuleBook
from scheduling.roster.availability import Availability
from scheduling.roster.engines import activity_kernel as kernel
from scheduling.roster.engines.activities import solve_activities
from scheduling.roster.engines.activity_arrays import ActivitySite
from scheduling.roster.engines.activity_bound import cheapest_counts, level_bound, owed_intervals
from scheduling.roster.engines.activity_ruin import ruin
from scheduling.roster.engines.activity_site import ActivityNeed, make_activity_site
from scheduling.roster.engines.insertion_kernel import seed_random
from scheduling.roster.engines.site import read_staff
from scheduling.roster.engines.stretch_kernel import own_cost
from scheduling.roster.model import Person
from scheduling.roster.problem import RosterProblem
from scheduling.shifts.cover import make_cover
from scheduling.shifts.grid import CoverGrid
from scheduling.shifts.localtime import midnight
from scheduling.shifts.slots import make_slots

DAYS = np.arange(739_256, 739_259)  # three days from a Monday
OPEN, HOURS = 8, 14  # hours of need by day begin at 08:00


def a_problem(people: int = 3, pause: int = 0, clock: str = "08:00") -> RosterProblem:
    """Shifts of 5 and 6 hours that start on the hour from 8 to 10; 12 to 13 hours over three days; two activities."""
    breaks = [{"minutes": pause, "earliest_minutes": 60, "latest_minutes": 60}] if pause else []
    shift = {"start_from": clock, "start_to": "10:" + clock[3:], "start_step_minutes": 60, "break": breaks}
    own = {"shifts": ["five", "six"], "hours_per_period_min": 12.0, "hours_per_period_max": 13.0, "cost_per_hour": 0.0}
    book = RuleBook.from_mapping(
        {
            "agreement": {"own": own | {"rest_hours_min": 17.5}},
            "shift": {"five": shift | {"length_minutes": 300}, "six": shift | {"length_minutes": 360}},
        }
    )
    begin = midnight(int(DAYS[0]), "UTC")
    start = begin + 60.0 * np.arange(24 * len(DAYS))
    slots, grid = make_slots(book, DAYS, 60), CoverGrid(start, start + 60, 60)
    staff = tuple(Person(str(n), book.agreements[0], ("a", "b"), ("a", "b"), Availability()) for n in range(people))
    return RosterProblem(
        book=book, days=DAYS, grid=grid, queues=("a", "b"), need=np.zeros((2, len(grid))), people=staff, slots=slots,
        cover=make_cover(slots, grid), groups=((0, 1),), group_of=np.zeros(people, dtype=np.int64),
        present=np.zeros((1, len(grid))), warnings=(),
    )  # fmt: skip


def a_need(seed: int, block: int = 2) -> ActivityNeed:
    least = np.random.default_rng(seed).integers(0, 2, (2, 24 * len(DAYS)))
    return ActivityNeed(least, least + 1, 10.0, np.array([1.0, 3.0, 5.0]), block)


def a_site(seed: int, block: int = 2) -> tuple[RosterProblem, ActivityNeed, ActivitySite]:
    problem, need = a_problem(), a_need(seed, block)
    seed_random(seed)
    return problem, need, make_activity_site(problem, read_staff(problem), need, np.random.default_rng(seed))


def count_of(site: ActivitySite) -> np.ndarray:
    """People there by activity and interval, recounted from the tours."""
    there = np.zeros_like(site.cover.there)
    for person, layer in zip(*np.nonzero(site.tours.slot >= 0), strict=True):
        slot = site.tours.slot[person, layer]
        for place, t in enumerate(range(site.slots.first[slot], site.slots.last[slot])):
            there[site.blocks.doing[person, layer, place], t] += 1
    return there


@pytest.mark.parametrize("block", [1, 2, 3])
def test_a_shift_is_worth_its_best_blocks_of_all_there_are(block: int) -> None:
    problem, _, site = a_site(block, block)
    site.cover.gain[:] = np.random.default_rng(block).normal(size=site.cover.gain.shape)
    kernel.price_days(site, 0, 0, len(DAYS), 0.0)
    for slot in range(len(problem.slots)):
        first, last = int(site.slots.first[slot]), int(site.slots.last[slot])
        found = []
        for plan in product((0, 1), repeat=last - first):
            edges = [0, *(np.flatnonzero(np.diff(plan)) + 1), len(plan)]
            if min(b - a for a, b in pairwise(edges)) >= block:
                found.append(sum(site.cover.gain[k, first + i] for i, k in enumerate(plan)))
        assert site.room.worth[slot] == pytest.approx(max(found), abs=1e-5)
        site.tours.slot[0, 0] = slot
        kernel.assign_blocks(site, 0, 0)
        chosen = site.blocks.doing[0, 0, : last - first]
        assert sum(site.cover.gain[k, first + i] for i, k in enumerate(chosen)) == pytest.approx(max(found), abs=1e-5)


def test_the_cost_that_the_search_keeps_is_the_cost_of_a_recount() -> None:
    problem, need, site = a_site(4)
    people = np.arange(len(problem.people))
    cost = need.cost(site.cover.there) + kernel.sweep(site, people, 0.01, True)
    cost += ruin(site, people, 200, 5.0, 0.5, 0.01)
    assert (site.cover.there == count_of(site)).all()
    assert cost == pytest.approx(need.cost(count_of(site)) + site.tours.own.sum())
    assert [own_cost(site, person) for person in people] == pytest.approx(site.tours.own.tolist())


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("days", [(0, 1), (1, 2), (0, 2), (1, 3)])
def test_rebuilt_days_are_the_best_legal_ones_beside_the_days_that_stay(seed: int, days: tuple[int, int]) -> None:
    problem, _, site = a_site(seed)
    kernel.sweep(site, np.arange(3), 0.01, True)
    kernel.remove(site, 1, *days)
    kernel.price_days(site, 1, 0, len(DAYS), 0.0)
    kept = site.tours.slot[1].copy()
    options = [[-1, *np.flatnonzero(problem.slots.day == day)] for day in range(*days)]
    best = -np.inf
    for choice in product(*options):
        site.tours.slot[1, days[0] : days[1]] = choice
        worth = sum(float(site.room.worth[slot]) for slot in choice if slot >= 0)
        best = max(best, worth - own_cost(site, 1))
    site.tours.slot[1] = kept
    own = site.tours.own[1]
    added = kernel.insert(site, 1, *days, 0.0)
    assert own_cost(site, 1) < np.inf
    assert (np.delete(site.tours.slot[1], range(*days)) == np.delete(kept, range(*days))).all()
    assert added == pytest.approx(-best - own, abs=1e-3)


def test_the_roster_keeps_blocks_rest_and_hours() -> None:
    problem, need = a_problem(), a_need(5, 3)
    found = solve_activities(problem, read_staff(problem), need, seed=1, rounds=3)
    there = np.zeros_like(need.least)
    for blocks in found.blocks.values():
        assert all(block.last - block.first >= 3 for block in blocks)
        assert 12 <= sum(block.last - block.first for block in blocks) <= 13
        for block in blocks:
            there[block.activity, block.first : block.last] += 1
        for before, after in pairwise(blocks):
            assert after.first == before.last or after.first - before.last >= 17.5
    assert found.cover_cost == pytest.approx(need.cost(there))
    assert found.own_cost == 0
    assert found.bound <= found.cover_cost


def test_equal_seeds_give_equal_rosters() -> None:
    problem, need = a_problem(), a_need(6)
    first, second = (solve_activities(problem, read_staff(problem), need, seed=2, rounds=2) for _ in range(2))
    assert first.blocks == second.blocks


def test_hours_spread_evenly_bound_the_price_of_surplus() -> None:
    need = ActivityNeed(np.ones((2, 4)), np.ones((2, 4)), 10.0, np.array([1.0, 3.0, 5.0]), 1)
    # 8 places need one each. 8 hours fit; 11 make three first surpluses; 19 make eight first and three second ones.
    assert level_bound(need, 8) == (0.0, 0.0)
    assert level_bound(need, 11) == (3.0, 1.0)
    assert level_bound(need, 19) == (8 + 3 * 3.0, 3.0)


def test_people_owe_their_least_hours() -> None:
    problem = a_problem(people=4)
    assert owed_intervals(read_staff(problem), 60) == 4 * 12


def test_counts_at_a_price_are_the_cheapest_of_all() -> None:
    need = ActivityNeed(np.array([[1, 0, 2, 1]]), np.array([[1, 2, 2, 3]]), 10.0, np.array([1.0, 3.0, 5.0]), 1)
    price = np.array([[-0.5, 0.5, 2.0, 4.0]])
    total, count = cheapest_counts(need, price)
    # By hand: the least where presence costs; the most up to a price of 1; one, then two too many where they pay.
    assert count.tolist() == [[1, 2, 3, 5]]
    assert total == pytest.approx(0.5 - 1.0 + (1 - 6.0) + (1 + 3 - 20.0))


@pytest.mark.parametrize("problem", [a_problem(pause=60), a_problem(clock="08:30")])
def test_breaks_and_shifts_off_the_intervals_are_refused(problem: RosterProblem) -> None:
    with pytest.raises(BadValue, match="planned in blocks"):
        solve_activities(problem, read_staff(problem), a_need(1), seed=1, rounds=1)
