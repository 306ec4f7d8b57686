"""The insertion engine: every person's whole horizon put in by exact dynamic programming, then ruin and rebuild.

1. The rules of each agreement become one graph of legal tours (`tour_graph`); paid hours are counted beside it.
2. People are inserted one by one at the exact price of the cover that is left, then taken out and put back in sweeps.
3. Up to three people at a time are taken out and rebuilt, kept by simulated annealing (Schrimpf et al. 2000, "Record
   breaking optimization results using the ruin and recreate principle").

Every state in between is a legal roster. Limits are counts, so that equal seeds give equal rosters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import numpy as np

from scheduling.roster.cover import make_prices
from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.arrays import Site, Tours
from scheduling.roster.engines.dual import dual_bound
from scheduling.roster.engines.guide import make_guide
from scheduling.roster.engines.plan import Shift
from scheduling.roster.engines.site import Staff, fine_step, make_site, read_staff
from scheduling.roster.problem import RosterProblem

SWEEPS = 4
RUINED_MOST = 3
TIE_SHARE = 0.0025  # of the price of a missing hour: the largest random difference between equal shifts
NOISE_SHARE = 0.25
HOT_SHARE, COLD_SHARE = 1.5, 0.01
INSERTIONS_PER_ROUND = 10
SEARCH_SHARE = 0.8  # of the time left after the first roster and the relaxation; the bound climbs in the rest
DUAL_STEPS_MOST, DUAL_STEPS_LEAST = 400, 20
DUAL_TOURS = 40_000  # person-weeks priced for the bound
Tell = Callable[[str, int, int], None]
Trace = Callable[[float], None]


@dataclass(frozen=True)
class Inserted:
    """Tours by person, own cost by person, the bound, and rules that hold people back (see `guide.Guide`)."""

    shifts: dict[int, list[Shift]]
    own_cost: dict[int, float]
    bound: float
    savings: dict[str, tuple[int, float]]


def solve_by_insertion(
    problem: RosterProblem, *, seed: int, rounds: int, deadline: float | None = None, tell: Tell | None = None,
    staff: Staff | None = None, trace: Trace | None = None,
) -> Inserted:  # fmt: skip
    """The best roster met in `rounds` of `INSERTIONS_PER_ROUND` a person. Raises `NeedsProgram` (see `site`).

    `staff`: the problem's people where the caller has read (and changed) them already; `trace` hears what each roster
    met on the way costs, all sweeps and rounds.
    """
    say, met = tell or (lambda stage, done, total: None), trace or (lambda cost: None)
    random = np.random.default_rng(seed)
    staff, prices = staff or read_staff(problem), make_prices(problem)
    site = make_site(problem, staff, prices, random)
    kernel.seed_random(seed)
    able = staff.able
    cost = prices.cost(problem.present, prices.served(prices.cuts(problem.present)))
    without = np.setdiff1d(np.flatnonzero(staff.kind_of >= 0), able)
    idle = {int(person): staff.idle_cost(int(person)) for person in without}
    cost += sum(idle.values())
    if not len(able):
        return Inserted(_shifts(problem, site.tours, site), idle, cost, {})
    price = (prices.under + prices.over) * float(problem.grid.hours.mean())
    tie = TIE_SHARE * price
    say("people", 0, SWEEPS + 1)
    cost += kernel.sweep(site, random.permutation(able), tie, True)
    met(cost)
    for done in range(SWEEPS):
        say("people", done + 1, SWEEPS + 1)  # from here on there is a legal roster
        cost += kernel.sweep(site, random.permutation(able), tie, False)
        met(cost)
    say("relaxation", 0, 1)
    guide = make_guide(problem, staff, seed)
    say("relaxation", 1, 1)
    best, kept = cost, _copy(site)
    size = max(INSERTIONS_PER_ROUND * len(able) * 2 // (1 + RUINED_MOST), 1)
    begin, reached = monotonic(), 0.0
    searched = None if deadline is None else begin + SEARCH_SHARE * max(deadline - begin, 0.0)
    for done in range(rounds):
        if searched is not None and monotonic() > searched:
            break
        say("improvement", done, rounds)
        cooled, reached = reached, max((done + 1) / rounds, _elapsed(begin, searched))
        hot, cold = (price * HOT_SHARE * (COLD_SHARE / HOT_SHARE) ** min(part, 1.0) for part in (cooled, reached))
        cost += kernel.ruin(site, able, size, RUINED_MOST, hot, cold, tie, NOISE_SHARE * price)
        met(cost)
        if cost < best - 1e-9:
            best, kept = cost, _copy(site)
    say("improvement", rounds, rounds)
    fixed = sum(idle.values())
    weeks = max(len(problem.days) / 7, 1.0)
    steps = int(min(max(DUAL_TOURS / (len(able) * weeks), DUAL_STEPS_LEAST), DUAL_STEPS_MOST))
    bound = dual_bound(problem, site, able, guide.price, best - fixed, steps, deadline) + fixed
    own = idle | {int(person): float(kept.own[person]) for person in able}
    return Inserted(_shifts(problem, kept, site), own, bound, guide.savings)


def _elapsed(begin: float, deadline: float | None) -> float:
    """Share of the search's time that has passed: a search that time will end before its rounds cools by the clock."""
    return 0.0 if deadline is None else (monotonic() - begin) / max(deadline - begin, 1e-9)


def _copy(site: Site) -> Tours:
    return Tours(*(part.copy() for part in site.tours))


def _shifts(problem: RosterProblem, tours: Tours, site: Site) -> dict[int, list[Shift]]:
    """The tours as (slot, break offsets in minutes)."""
    step = fine_step(problem)
    templates = problem.slots.templates
    found: dict[int, list[Shift]] = {}
    for person in range(len(problem.people)):
        found[person] = []
        for layer in np.flatnonzero(tours.slot[person] >= 0):
            slot = int(tours.slot[person, layer])
            pauses = len(templates[int(problem.slots.template[slot])].breaks)
            places = tours.place[person, layer, :pauses] - site.slots.first[slot]
            found[person].append((slot, tuple(int(place) * step for place in places)))
    return found
