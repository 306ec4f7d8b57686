"""The insertion engine: every person's whole horizon put in by exact dynamic programming, then ruin and rebuild.

1. The rules of each agreement become one graph of legal tours (`tour_graph`); paid hours are counted beside it.
2. People are inserted one by one at the exact price of the cover that is left, then taken out and put back: in sweeps,
   and then only where all costs together, fair shares too, do not rise.
3. Up to two people at a time are taken out and rebuilt (`anneal`); where the linear program over tours is small, its
   columns and dives lead the search (`columns`, `dive`).

Every state in between is a legal roster. Limits are counts, so that equal seeds give equal rosters.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import numpy as np

from scheduling.roster.cover import make_prices
from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.among import ties_people
from scheduling.roster.engines.anneal import INSERTIONS_PER_ROUND, TIE_SHARE, Heat, anneal, settle
from scheduling.roster.engines.arrays import Site, Tours
from scheduling.roster.engines.columns import cells
from scheduling.roster.engines.dive import Blank, search_by_columns
from scheduling.roster.engines.dual import dual_bound
from scheduling.roster.engines.guide import Guide, make_guide, no_guide
from scheduling.roster.engines.mentors import beside_mentors
from scheduling.roster.engines.plan import Shift
from scheduling.roster.engines.site import Staff, fine_step, make_site, read_staff
from scheduling.roster.engines.until import COUNTED, Until
from scheduling.roster.problem import RosterProblem

SWEEPS, SETTLINGS = 4, 12
HOT_HOURS, COLD_HOURS, END_HOURS = 0.75, 0.075, 0.0025  # temperatures in missing hours, whatever the grid
RUINED_MOST, RUINS_LEAST = 2, 100  # people at a time; in a round
DUAL_STEPS_LONG, DUAL_STEPS_MOST, DUAL_STEPS_LEAST = 4000, 1200, 20
DUAL_WORK_MOST = 5e9  # arcs × paid units looked at: graphs of long sums of hours are large
DUAL_TOURS = 40_000  # person-weeks priced for the bound
CELLS_MOST = 600  # rows of cover up to which column generation pays: its program is degenerate and slow above
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
    problem: RosterProblem, *, seed: int, rounds: int, until: Until = COUNTED, tell: Tell | None = None,
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
    fixed = sum(idle.values()) + sum(staff.constant(int(person)) for person in able)
    cost += fixed
    if not len(able):
        return Inserted(_shifts(problem, site.tours, site), idle, cost, {})
    blank = Blank(site.cover.cuts.copy(), site.cover.served.copy(), cost, fixed)
    hours = float(problem.grid.hours.mean())
    price = (prices.under + prices.over) * hours
    heat = Heat(HOT_HOURS / hours, COLD_HOURS / hours, RUINED_MOST, RUINS_LEAST, END_HOURS / hours)
    passes = SWEEPS + SETTLINGS
    say("people", 0, passes + 1)
    cost += kernel.sweep(site, random.permutation(able), TIE_SHARE * price, True)
    met(cost)

    for done in range(passes):
        say("people", done + 1, passes + 1)  # from here on there is a legal roster
        if until.over():
            break
        if done < SWEEPS:
            cost += kernel.sweep(site, random.permutation(able), TIE_SHARE * price, False)
        else:
            cost += settle(site, able, price, heat.cold)
        met(cost)
    say("relaxation", 0, 1)

    def note(done: int, cost: float) -> None:
        say("improvement", done, rounds)
        met(cost)

    # columns know one person each
    if rounds and cells(problem) <= CELLS_MOST and not (ties_people(problem) or until.over()):
        guide = make_guide(problem, staff, seed)
        kept, bound = search_by_columns(
            problem, site, able, blank, guide.price, cost, seed=seed, rounds=rounds, until=until, note=note,
        )  # fmt: skip
    else:
        with Beside(problem, staff, cost - fixed, seed, rounds, until) as beside:
            _, kept = anneal(site, able, cost, price, rounds, heat=heat, until=until, note=note)
            guide, bound = beside.result()
        bound += fixed
    kept = beside_mentors(problem, site, able, kept)
    say("improvement", rounds, rounds)
    own = idle | {int(person): float(kept.own[person]) + staff.constant(int(person)) for person in able}
    return Inserted(_shifts(problem, kept, site), own, bound, guide.savings)


class Beside:
    """The relaxation and the bound, worked out beside the search on arrays of their own: neither waits for the other.

    Leaving the block ends the climb, so that a search that is broken off does not wait for its bound.
    """

    def __init__(
        self, problem: RosterProblem, staff: Staff, target: float, seed: int, rounds: int, until: Until
    ) -> None:
        self._problem, self._staff, self._target = problem, staff, target
        self._seed, self._rounds, self._until = seed, rounds, until
        self._left = Event()
        self._worker = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Beside:
        self._found = self._worker.submit(self._work)
        return self

    def __exit__(self, *fault: object) -> None:
        self._left.set()
        self._worker.shutdown()

    def result(self) -> tuple[Guide, float]:
        """The guide and the bound, when they are there."""
        return self._found.result()

    def _work(self) -> tuple[Guide, float]:
        problem, staff, able = self._problem, self._staff, self._staff.able
        guide = no_guide(problem) if self._ended() else make_guide(problem, staff, self._seed)
        site = make_site(problem, staff, make_prices(problem), np.random.default_rng(self._seed))
        weeks = max(len(problem.days) / 7, 1.0)
        usual = min(max(DUAL_TOURS / (len(able) * weeks), DUAL_STEPS_LEAST), DUAL_STEPS_MOST)
        long = min(INSERTIONS_PER_ROUND * self._rounds, DUAL_STEPS_LONG)  # as many tours as the search tries
        arcs = np.array([sum(len(layer.source) for layer in graph.layers) for graph in staff.graphs])
        work = float((arcs[site.people.graph[able]] * site.people.bins[able]).sum())
        steps = int(max(min(max(usual, long), DUAL_WORK_MOST / work), DUAL_STEPS_LEAST))
        return guide, dual_bound(problem, site, able, guide.price, self._target, steps, self._ended).value

    def _ended(self) -> bool:
        return self._left.is_set() or self._until.over()


def _shifts(problem: RosterProblem, tours: Tours, site: Site) -> dict[int, list[Shift]]:
    """The tours as (slot, break offsets in minutes)."""
    step = fine_step(problem.slots, problem.grid)
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
