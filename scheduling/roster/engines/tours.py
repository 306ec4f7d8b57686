"""The best legal tour of one person at given prices of shifts: a small mixed-integer program per class of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.roster.engines.people_program import Writer, write_people
from scheduling.roster.open_people import PeopleAlike


@dataclass(frozen=True)
class Tour:
    """One person's slots. `own_cost`: pay and priced breaches; `value`: own cost minus what the prices gave;
    `bound`: proven least value any legal tour can have at these prices."""

    slots: tuple[int, ...]
    own_cost: float
    value: float
    bound: float


class TourFinder:
    """Finds tours for people alike. The program is built once and solved again with other prices."""

    def __init__(self, people: PeopleAlike, *, seed: int = 1) -> None:
        writer = Writer("tour")
        self.written = write_people(writer, people, "a0")
        self.own_costs = people.slot_costs
        self.slots = self.written.slots
        self._live = writer.program.live(seed=seed)
        self.idle_cost = _idle_cost(people)

    def best(self, worth: np.ndarray, *, gap: float = 0.0) -> Tour:
        """The tour of least `own cost − Σ worth` (`worth` by slot of the plan)."""
        prices = self.own_costs - worth[self.slots]
        self._live.set_costs(self.written.columns, prices)
        answer = self._live.solve(gap=gap) if len(self.slots) else None
        if answer is None:
            return Tour((), self.idle_cost, self.idle_cost, self.idle_cost)
        taken = answer.values[self.written.columns] > 0.5
        slots = tuple(int(slot) for slot in self.slots[taken])
        earned = float(worth[self.slots[taken]].sum())
        return Tour(slots, answer.objective + earned, answer.objective, min(answer.bound, answer.objective))

    def own_cost(self, slots: list[int]) -> float | None:
        """Pay and priced breaches of a given tour, all flags set at their best; None where it is not legal."""
        taken = np.isin(self.slots, slots).astype(np.float64)
        if int(taken.sum()) != len(slots):
            return None
        columns = self.written.columns
        self._live.set_costs(columns, self.own_costs)
        self._live.set_bounds(columns, taken, taken)
        answer = self._live.solve(gap=0.0)
        self._live.set_bounds(columns, np.zeros(len(columns)), np.ones(len(columns)))
        return None if answer is None else answer.objective


def _idle_cost(people: PeopleAlike) -> float:
    """What it costs that a person does not work at all."""
    priced = [(row.price, max(row.low, -row.high, 0.0)) for row in people.rows if row.price is not None]
    return float(sum(price * missing for price, missing in priced))
