"""The activity engine: everybody at work does one activity at a time, in blocks that last.

People who answer several queues choose by the interval whom they serve; here they stick to an activity for a while, and
cover is priced person by person: so much for one missing, more and more for each one too many. Whole tours are put in
by the dynamic program of the insertion engine; then stretches of days of a few people are taken out and rebuilt.
Limits are counts unless a deadline is given, so that equal seeds give equal rosters.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from time import monotonic
from typing import NamedTuple

import numpy as np

from scheduling.roster.engines import activity_kernel as kernel
from scheduling.roster.engines.activity_arrays import ActivitySite
from scheduling.roster.engines.activity_bound import activity_bound, level_bound, owed_intervals
from scheduling.roster.engines.activity_ruin import ruin
from scheduling.roster.engines.activity_site import ActivityNeed, make_activity_site
from scheduling.roster.engines.insertion_kernel import seed_random
from scheduling.roster.engines.site import Staff
from scheduling.roster.problem import RosterProblem

SWEEPS = 4
HOT, COLD = 8.0, 0.4  # temperatures, in prices of a first surplus person
TIE = 0.02  # largest random difference between equal shifts, in the same prices
RUINS_PER_ROUND = 5  # a person
SEARCH_SHARE = 0.85  # of the time left after the first roster; the bound climbs in the rest
BOUND_STEPS = 300


class Block(NamedTuple):
    """Intervals `first` up to `last` at one activity."""

    activity: int
    first: int
    last: int


@dataclass(frozen=True)
class Assigned:
    """Blocks by person in order of time, what the roster costs (cover and people's own), and a bound on all of it."""

    blocks: dict[int, tuple[Block, ...]]
    cover_cost: float
    own_cost: float
    bound: float


def solve_activities(
    problem: RosterProblem, staff: Staff, need: ActivityNeed, *, seed: int, rounds: int, deadline: float | None = None
) -> Assigned:
    """The best roster met in `rounds` of `RUINS_PER_ROUND` a person. Raises `NeedsProgram` and `BadValue`."""
    random = np.random.default_rng(seed)
    site = make_activity_site(problem, staff, need, random)
    seed_random(seed)
    able = staff.able
    cost = need.cost(site.cover.there)
    level = level_bound(need, owed_intervals(staff, problem.grid.interval_minutes))
    pace = 0.0  # seconds of a sweep, which is about what a step of the bound takes
    if len(able):
        price, begin = float(need.surplus[0]), monotonic()
        cost += kernel.sweep(site, random.permutation(able), TIE * price, True)
        pace = monotonic() - begin
        for _ in range(SWEEPS):
            if deadline is None or monotonic() + pace < deadline:
                cost += kernel.sweep(site, random.permutation(able), TIE * price, False)
        begin = monotonic()
        searched = None if deadline is None else begin + SEARCH_SHARE * max(deadline - begin, 0.0)
        cost, site = _anneal(site, able, cost, level[0], price, rounds, searched)
    blocks = {person: _blocks(site, person) for person in range(len(problem.people))}
    own = float(site.tours.own[able].sum())
    bound = level[0]

    def late() -> bool:
        return deadline is not None and monotonic() + pace > deadline

    if cost > bound + 1e-6 and len(able) and not late():
        bound = activity_bound(site, able, need, level, cost, BOUND_STEPS, late)
    return Assigned(blocks, need.cost(site.cover.there), own, bound)


def _anneal(
    site: ActivitySite, able: np.ndarray, cost: float, bound: float, price: float, rounds: int, deadline: float | None
) -> tuple[float, ActivitySite]:
    """(cost, the best roster met at the end of a round), cooled by rounds or by the clock; `bound`: none is better."""
    best, kept = cost, _copy(site)
    begin, done = monotonic(), 0.0
    for number in range(rounds):
        if done >= 1.0 or best <= bound + 1e-6:
            break
        before = done
        done = (number + 1) / rounds
        if deadline is not None:
            done = max(done, (monotonic() - begin) / max(deadline - begin, 1e-9))
        hot, cold = (price * HOT * (COLD / HOT) ** min(share, 1.0) for share in (before, done))
        cost += ruin(site, able, RUINS_PER_ROUND * len(able), hot, cold, TIE * price)
        if cost < best - 1e-9:
            best, kept = cost, _copy(site)
    return best, kept


def _copy(site: ActivitySite) -> ActivitySite:
    """The roster of a site, to keep; scratch and fixed arrays are shared."""
    return site._replace(
        cover=site.cover._replace(there=site.cover.there.copy()),
        blocks=site.blocks._replace(doing=site.blocks.doing.copy()),
        tours=site.tours._replace(slot=site.tours.slot.copy(), own=site.tours.own.copy()),
    )


def _blocks(site: ActivitySite, person: int) -> tuple[Block, ...]:
    found = []
    for layer in np.flatnonzero(site.tours.slot[person] >= 0):
        slot = site.tours.slot[person, layer]
        first, last = int(site.slots.first[slot]), int(site.slots.last[slot])
        doing = site.blocks.doing[person, layer, : last - first]
        edges = [0, *(np.flatnonzero(np.diff(doing)) + 1).tolist(), last - first]
        found += [Block(int(doing[a]), first + a, first + b) for a, b in pairwise(edges)]
    return tuple(found)
