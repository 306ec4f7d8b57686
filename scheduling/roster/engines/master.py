"""The linear relaxation of a whole roster: its optimum is the bound, its duals the prices, its solution the guide.

People alike are one class with every limit × n. A slot's breaks are patterns: `v[k,s,b]` full people of skill group k
work slot s with breaks at b, Σ_b v[k,s,b] = Σ_{classes of k} proficiency · x[·,s]. Few patterns are enough: the prices
steer, and the bound is taken from them by `bound.lagrangian_bound`, which is valid at any prices and knows every place
of every break.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.lp import Answer, LiveModel, Variable
from scheduling.roster.engines.flow import Presence, WrittenFlow, write_flow
from scheduling.roster.engines.people_program import Writer, WrittenPeople, write_people
from scheduling.roster.open_people import PeopleAlike
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules import RULES

PATTERNS = (0.0, 0.5, 1.0)  # where in their windows the breaks of a pattern start


@dataclass(frozen=True)
class Master:
    """The live relaxation."""

    problem: RosterProblem
    classes: tuple[PeopleAlike, ...]
    live: LiveModel
    people: tuple[WrittenPeople, ...]
    flow: WrittenFlow
    link: np.ndarray  # row by group × slot, −1 where the slot is closed to the group

    def prices(self, answer: Answer) -> np.ndarray:
        """Groups × intervals: what one more full person present is worth (surplus price included)."""
        worth = np.zeros(self.flow.supply.shape)
        there = self.flow.supply >= 0
        worth[there] = -answer.row_duals[self.flow.supply[there]]
        return worth - self.problem.book.cover.over_per_hour * self.problem.grid.hours[None, :]

    def guide(self, seconds: float | None = None) -> tuple[np.ndarray, dict[str, tuple[int, float]]]:
        """Prices of people's time by group × interval, and for each rule that binds (people, price of one unit).

        An interior-point solve without crossover: its duals lie in the middle of the optimal face, and a degenerate
        master costs the simplex method minutes. Where `seconds` end it early, prices are 0: a weak guide.
        """
        self.live.option("solver", "ipm")
        self.live.option("run_crossover", "off")
        answer = self.live.solve(seconds=seconds)
        if answer is None or not answer.proven:
            return np.zeros(self.flow.supply.shape), {}
        return self.prices(answer), self.savings(answer)

    def savings(self, answer: Answer) -> dict[str, tuple[int, float]]:
        """By rule: how many people its rows hold back, and what one more unit would save at most."""
        held: dict[str, tuple[int, float]] = {}
        for members, written in zip(self.classes, self.people, strict=True):
            duals = np.abs(answer.row_duals[written.rows])
            for rule in dict.fromkeys(written.rules):
                most = max(float(d) for d, r in zip(duals, written.rules, strict=True) if r == rule)
                if most > 1e-4:
                    people, price = held.get(rule, (0, 0.0))
                    held[rule] = (people + len(members.members), max(price, most))
        return held

    def add_patterns(self, wanted: list[tuple[int, int, tuple[int, ...]]]) -> None:
        """Adds pattern columns (group, slot, break offsets)."""
        costs: list[float] = []
        starts: list[int] = []
        rows: list[int] = []
        coefficients: list[float] = []
        over = self.problem.book.cover.over_per_hour * self.problem.grid.hours
        for k, slot, offsets in wanted:
            first, shares = self.problem.cover.vector(slot, offsets)
            span = slice(first, first + len(shares))
            costs.append(float(shares @ over[span]))
            starts.append(len(rows))
            supply = self.flow.supply[k, span]
            kept = (supply >= 0) & (shares > 0)
            rows += [int(self.link[k, slot]), *supply[kept].tolist()]
            coefficients += [1.0, *(-shares[kept]).tolist()]
        if wanted:
            self.live.add_columns(
                np.array(costs), np.array(starts), np.array(rows, dtype=np.int64), np.array(coefficients)
            )


def make_master(problem: RosterProblem, classes: tuple[PeopleAlike, ...], seed: int) -> Master:
    """Writes the relaxation in PuLP, hands it to HiGHS and gives each slot its first patterns."""
    writer = Writer("roster_relaxed")
    keep = frozenset(rule.name for rule in RULES if rule.in_bound)
    people = tuple(
        write_people(writer, members, f"c{number}", count=float(len(members.members)), keep=keep)
        for number, members in enumerate(classes)
    )
    link = np.full((len(problem.groups), len(problem.slots)), -1, dtype=np.int64)
    for k in range(len(problem.groups)):
        takers: dict[int, list[tuple[Variable, float]]] = {}
        for members, written in zip(classes, people, strict=True):
            if members.group == k:
                for slot, variable in zip(written.slots, written.variables, strict=True):
                    takers.setdefault(int(slot), []).append((variable, -members.proficiency))
        for slot in sorted(takers):
            name = f"patterns_k{k}_{problem.slots.label(slot)}"
            link[k, slot] = writer.row(name, takers[slot], 0.0, 0.0)
    nobody: Presence = {}
    flow = write_flow(writer, problem, nobody)
    live = writer.program.live(seed=seed, relaxed=True)
    master = Master(problem, classes, live, people, flow, link)
    master.add_patterns(_first_patterns(problem, link))
    return master


def _first_patterns(problem: RosterProblem, link: np.ndarray) -> list[tuple[int, int, tuple[int, ...]]]:
    """Breaks early, in the middle and late in their windows."""
    wanted = []
    for layout in problem.cover.layouts:
        for share in PATTERNS:
            offsets = tuple(int(places[round(share * (len(places) - 1))]) for places in layout.offsets)
            for slot in layout.slots:
                wanted += [(k, int(slot), offsets) for k in range(len(link)) if link[k, slot] >= 0]
    return wanted
