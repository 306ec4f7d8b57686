"""Column generation over whole tours: the linear program whose columns are one person's whole plan.

    min  Σ cost · x − earned · Σ hours · y
    Σ_tours of a person x = 1;   Σ_q y[k,q,t] − Σ present[k,t] · x ≤ people there already;   Σ_k y[k,q,t] ≤ need[q,t].
Its prices ask the insertion engine's exact tours for better columns (Dantzig and Wolfe 1960), halfway to the prices of
the best bound so far, because raw prices jump (smoothing: Wentges 1997). Every pricing gives a valid bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.lp import LiveModel, Variable
from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.arrays import Site
from scheduling.roster.engines.people_program import Writer
from scheduling.roster.problem import RosterProblem

PRICED_OUT = 1e-6
NO_TOUR_TIMES = 1e4  # price of a person without a tour, in missing hours: only ever paid before columns come


@dataclass(frozen=True)
class Column:
    """A tour: `person` as a position in `able`, slots and breaks as in `arrays.Tours`, `own` cost."""

    person: int
    slot: np.ndarray
    place: np.ndarray
    own: float


@dataclass(frozen=True)
class Relaxed:
    """Optimum of the restricted program: `objective`, `worth` of a full person (groups × intervals), the price of
    each person's one tour, the `shares` and reduced costs (`above`) of the columns."""

    objective: float
    worth: np.ndarray
    tour_price: np.ndarray
    shares: np.ndarray
    above: np.ndarray


def cells(problem: RosterProblem) -> int:
    """Rows of cover that the program has: groups × intervals in which one of their queues needs somebody."""
    return sum(int((problem.need[list(members)].sum(axis=0) > 0).sum()) for members in problem.groups)


class TourMaster:
    """The program with the columns met so far. New tours are read from `site.tours`."""

    def __init__(self, problem: RosterProblem, site: Site, able: np.ndarray, seed: int) -> None:
        self.problem, self.site, self.able = problem, site, able
        self._seed = seed
        self._surplus = problem.book.cover.over_per_hour * problem.grid.hours
        self._begin()

    def _begin(self) -> None:
        self.columns: list[Column] = []
        self.of_person: list[list[int]] = [[] for _ in self.able]
        self._known: set[tuple[int, bytes, bytes]] = set()
        self._closed: list[int] = []
        self._live, self._row_of, self._first = self._write()

    def _write(self) -> tuple[LiveModel, np.ndarray, int]:
        problem = self.problem
        hours, need = problem.grid.hours, problem.need
        earned = problem.book.cover.under_per_hour + problem.book.cover.over_per_hour
        writer = Writer("tours")
        for number in range(len(self.able)):
            _, none = writer.column(f"none_{number}", cost=NO_TOUR_TIMES * max(earned, 1.0))
            writer.row(f"one_{number}", [(none, 1.0)], 1.0, 1.0)
        row_of = np.full((len(problem.groups), len(problem.grid)), -1, dtype=np.int64)
        many = problem.can_serve.sum(axis=0)
        shared: dict[tuple[int, int], list[tuple[Variable, float]]] = {}
        for group, members in enumerate(problem.groups):
            for t in np.flatnonzero(need[list(members)].sum(axis=0) > 0).tolist():
                flows = []
                for queue in (queue for queue in members if need[queue, t] > 0):
                    cost, most = -earned * float(hours[t]), float(need[queue, t])
                    _, flow = writer.column(f"y_{group}_{queue}_{t}", cost=cost, high=most)
                    flows.append((flow, 1.0))
                    if many[queue] > 1:
                        shared.setdefault((queue, t), []).append((flow, 1.0))
                row_of[group, t] = writer.row(f"there_{group}_{t}", flows, -np.inf, float(problem.present[group, t]))
        for (queue, t), flows in shared.items():
            writer.row(f"need_{queue}_{t}", flows, -np.inf, float(need[queue, t]))
        live = writer.program.live(seed=self._seed, relaxed=True)
        live.option("presolve", "off")
        live.option("solver", "simplex")
        return live, row_of, writer.columns

    def add(self, people: Sequence[int] | np.ndarray) -> int:
        """Adds the current tours of people (positions in `able`); how many were new."""
        tours = self.site.tours
        return self._add(
            [
                Column(int(number), tours.slot[p].copy(), tours.place[p].copy(), float(tours.own[p]))
                for number, p in zip(people, self.able[people], strict=True)
            ]
        )

    def _add(self, columns: Sequence[Column]) -> int:
        costs, starts, rows, shares, count = [], [], [], [], 0
        for column in columns:
            key = (column.person, column.slot.tobytes(), column.place.tobytes())
            if key in self._known:
                continue
            self._known.add(key)
            person = self.able[column.person]
            there = kernel.presence(self.site, person, column.slot, column.place)
            row_of = self._row_of[int(self.problem.group_of[person])]
            at = np.flatnonzero((there > 0) & (row_of >= 0))
            starts.append(count)
            rows.append(np.concatenate([[column.person], row_of[at]]))
            shares.append(np.concatenate([[1.0], -there[at]]))
            count += len(at) + 1
            costs.append(column.own + float(self._surplus @ there))
            self.of_person[column.person].append(len(self.columns))
            self.columns.append(column)
        if costs:
            self._live.add_columns(np.array(costs), np.array(starts), np.concatenate(rows), np.concatenate(shares))
        return len(costs)

    def solve(self, *, barred: bool = False) -> Relaxed | None:
        """The restricted program's optimum; None where HiGHS finds none.

        `barred`: columns were closed since the last one, so its basis is dual feasible; else it is primal feasible.
        """
        self._live.option("simplex_strategy", 1 if barred else 4)
        answer = self._live.solve()
        if answer is None:
            return None
        problem, duals = self.problem, answer.row_duals
        worth = np.where(self._row_of >= 0, np.maximum(-duals[self._row_of], 0.0), 0.0)
        fixed = problem.book.cover.under_per_hour * float((problem.need * problem.grid.hours).sum())
        fixed += float((self._surplus * problem.present).sum())
        return Relaxed(
            answer.objective + fixed, worth, duals[: len(self.able)], answer.values[self._first :],
            answer.column_duals[self._first :],
        )  # fmt: skip

    def close(self, columns: Sequence[int]) -> None:
        """Bars columns: a dive has chosen others."""
        numbers = self._first + np.asarray(columns, dtype=np.int64)
        self._live.set_bounds(numbers, np.zeros(len(numbers)), np.zeros(len(numbers)))
        self._closed += columns

    def reopen(self) -> None:
        """Lets all columns in again."""
        numbers = self._first + np.unique(np.array(self._closed, dtype=np.int64))
        self._live.set_bounds(numbers, np.zeros(len(numbers)), np.full(len(numbers), np.inf))
        self._closed = []

    def keep(self, columns: Sequence[int]) -> None:
        """Begins anew with these columns alone, all of them open."""
        kept = [self.columns[number] for number in columns]
        self._begin()
        self._add(kept)

    def better(self, relaxed: Relaxed, people: np.ndarray) -> np.ndarray:
        """Those of people (positions in `able`) whose current tours would lower the program's cost."""
        found = []
        for number in people:
            person = int(self.able[number])
            there = kernel.presence(self.site, person, self.site.tours.slot[person], self.site.tours.place[person])
            worth = relaxed.worth[int(self.problem.group_of[person])]
            cost = float(self.site.tours.own[person]) + float((self._surplus - worth) @ there)
            if cost - relaxed.tour_price[number] < -PRICED_OUT:
                found.append(number)
        return np.array(found, dtype=np.int64)
