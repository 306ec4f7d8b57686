"""The engines under one interface: which one solves a problem, and the program engine (PuLP and HiGHS).

Small problems are one mixed-integer program, solved to proof (`exact`). Larger ones go to the insertion engine. Where a
rule in force tells that engine nothing (no meter, no windows), the program engine takes them:

1. The linear relaxation gives the prices of people's time (`master`), and these prices with the best tour of every
   class of people give a Lagrangian bound that holds whatever the prices are (`bound`).
2. People are put on one at a time: each gets the best tour at prices that lead to where all together are short.
3. Improvement (`search`): seeded rounds, each of which leaves a legal roster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scheduling.roster.bound import lagrangian_bound
from scheduling.roster.cover import make_prices
from scheduling.roster.engines.among import cost_among, ties_people
from scheduling.roster.engines.exact import ExactRoster, program_size, solve_exact
from scheduling.roster.engines.insertion import Trace, solve_by_insertion
from scheduling.roster.engines.master import make_master
from scheduling.roster.engines.plan import Plan, Shift
from scheduling.roster.engines.search import improve
from scheduling.roster.engines.site import NeedsProgram
from scheduling.roster.engines.tours import TourFinder
from scheduling.roster.engines.until import COUNTED, Stopped, Until, never
from scheduling.roster.open_people import PeopleAlike, people_alike
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules.overtime import rows_overcharge
from scheduling.roster.tour_cost import idle_cost

EXACT_COLUMNS_MOST = 700
EXACT_NODES = 200
EXACT_SHARE = 0.5  # of a time limit
BARRED_TIMES = 4  # leave and availability seldom bar more than three shifts in four
RELAXATION_SHARE = 0.5  # of a time limit
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Effort:
    """How long an engine may try; `stopped` ends it with what there is.

    Without `seconds` the limits are counts, so that equal seeds give equal rosters.
    """

    seed: int
    iterations: int
    seconds: float | None
    progress: Progress | None
    stopped: Stopped = never
    trace: Trace | None = None  # hears what each roster met on the way costs (insertion engine)

    def tell(self, stage: str, done: int, total: int) -> None:
        """Tells the caller how far a stage is."""
        if self.progress is not None:
            self.progress(stage, done, total)


@dataclass(frozen=True)
class Solved:
    """What an engine hands back. `savings`: by rule, (people at its limit, price of one unit of it)."""

    shifts: dict[int, list[Shift]]
    cost: float
    bound: float
    proven: bool
    savings: dict[str, tuple[int, float]]


def solve(problem: RosterProblem, effort: Effort) -> Solved:
    """A roster with its bound. People who serve nothing that is needed work nothing; what that breaks is in both."""
    idle = sum(idle_cost(problem, int(person)) for person in np.flatnonzero(problem.group_of < 0))
    found = _solve(problem, effort)
    return replace(found, cost=found.cost + idle, bound=found.bound + idle)


def _solve(problem: RosterProblem, effort: Effort) -> Solved:
    until = Until.after(effort.seconds, effort.stopped)
    if not (problem.group_of >= 0).any() or not len(problem.slots):
        return _nothing(problem)
    if (
        not ties_people(problem)
        and not any(rows_overcharge(person.agreement) for person in problem.people)  # their bound would be too high
        and _may_be_small(problem)
        and program_size(problem, classes := people_alike(problem)) <= EXACT_COLUMNS_MOST
    ):
        effort.tell("proof", 0, 1)
        seconds = None if effort.seconds is None else effort.seconds * EXACT_SHARE
        exact = solve_exact(problem, classes, seed=effort.seed, nodes=EXACT_NODES, seconds=seconds)
        effort.tell("proof", 1, 1)
        if exact is not None and exact.proven:
            return Solved(exact.shifts, exact.cost, exact.bound, True, {})
        if exact is not None:
            return _better(exact, _searched(problem, effort, until))
    return _searched(problem, effort, until)


def _better(exact: ExactRoster, found: Solved) -> Solved:
    """The cheaper roster under the higher bound, where the limits ended the program before its proof."""
    bound = max(exact.bound, found.bound)
    if found.cost <= exact.cost:
        return Solved(found.shifts, found.cost, min(bound, found.cost), found.cost <= bound + 1e-6, found.savings)
    return Solved(exact.shifts, exact.cost, min(bound, exact.cost), exact.cost <= bound + 1e-6, found.savings)


def _searched(problem: RosterProblem, effort: Effort, until: Until) -> Solved:
    try:
        return _inserted(problem, effort, until)
    except NeedsProgram:
        return _large(problem, people_alike(problem), effort, until)


def _may_be_small(problem: RosterProblem) -> bool:
    """Whether it is worth writing all rules to count columns: shifts by agreement, before any rule bars one."""
    by_template = np.bincount(problem.slots.template, minlength=len(problem.slots.templates))
    names = [template.name for template in problem.slots.templates]
    columns = sum(int(by_template[names.index(s)]) for person in problem.people for s in person.agreement.shifts)
    return columns <= BARRED_TIMES * EXACT_COLUMNS_MOST


def _inserted(problem: RosterProblem, effort: Effort, until: Until) -> Solved:
    found = solve_by_insertion(
        problem,
        seed=effort.seed,
        rounds=effort.iterations,
        until=until,
        tell=effort.tell,
        trace=effort.trace,
    )
    plan = Plan(problem, make_prices(problem))
    for person, shifts in found.shifts.items():
        plan.put(person, shifts, found.own_cost.get(person, 0.0))
    cost = plan.cost + cost_among(problem, plan.shifts)
    return Solved(plan.shifts, cost, found.bound, cost <= found.bound + 1e-6, found.savings)


def _large(problem: RosterProblem, classes: tuple[PeopleAlike, ...], effort: Effort, until: Until) -> Solved:
    effort.tell("relaxation", 0, 1)
    master = make_master(problem, classes, effort.seed)
    worth, savings = master.guide(None if effort.seconds is None else effort.seconds * RELAXATION_SHARE)
    effort.tell("relaxation", 1, 1)
    finders = [TourFinder(members, seed=effort.seed) for members in classes]
    bound = lagrangian_bound(problem, classes, finders, worth)
    plan = Plan(problem, make_prices(problem))
    random = np.random.default_rng(effort.seed)
    _insert_all(plan, classes, finders, worth, random, effort, until)
    improve(plan, classes, finders, random, effort.iterations, until, effort.tell)
    cost = plan.cost + cost_among(problem, plan.shifts)
    return Solved(plan.shifts, cost, bound, cost <= bound + 1e-6, savings)


def _insert_all(
    plan: Plan, classes: tuple[PeopleAlike, ...], finders: list[TourFinder], worth: np.ndarray,
    random: np.random.Generator, effort: Effort, until: Until = COUNTED,
) -> None:  # fmt: skip
    queue = [(number, c) for c, members in enumerate(classes) for number in members.members]
    random.shuffle(queue)
    for done, (person, c) in enumerate(queue):
        effort.tell("people", done, len(queue))
        if until.over():
            plan.put(person, [], finders[c].idle_cost)
            continue
        group = classes[c].group
        gains, chosen = plan.worth(group, classes[c].proficiency, worth[group])
        tour = finders[c].best(gains)
        plan.put(person, [(slot, tuple(int(o) for o in chosen[slot] if o >= 0)) for slot in tour.slots], tour.own_cost)
    effort.tell("people", len(queue), len(queue))


def _nothing(problem: RosterProblem) -> Solved:
    plan = Plan(problem, make_prices(problem))
    idle = sum(idle_cost(problem, int(person)) for person in np.flatnonzero(problem.group_of >= 0))
    cost = plan.cost + cost_among(problem, {}) + idle
    return Solved({}, cost, cost, True, {})
