"""A published roster while it is repaired: who works what, what their tour costs, the exact price of cover."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from domain.people import RuleBook
from scheduling.roster.cover import make_prices
from scheduling.roster.engines.plan import Plan
from scheduling.roster.problem import RosterProblem
from scheduling.roster.shared_cost import SharedCost
from scheduling.roster.tour_cost import ROUNDING, TourCost, tour_cost
from scheduling.roster.work import PersonWork, Row, Worked, worked_shifts
from scheduling.shifts.localtime import midnight


class RepairState:
    """Changes person by person; cover, cuts and costs follow. `works` by agent; every state can be taken back."""

    def __init__(self, problem: RosterProblem, works: Mapping[str, PersonWork]) -> None:
        self.problem, self.plan = problem, Plan(problem, make_prices(problem))
        self.number_of = {person.agent: number for number, person in enumerate(problem.people)}
        self.works = dict(works)
        self._shared: SharedCost | None = None
        self._shared_before: SharedCost | None = None
        self._costs: dict[str, TourCost] = {}
        self._vectors: dict[tuple[str, int], tuple[Worked, slice, np.ndarray]] = {}
        self._after: dict[str, dict[tuple[object, ...], TourCost | None]] = {}
        for agent, work in self.works.items():
            for shift in work.audited:
                self.cover(agent, shift, 1.0)

    @property
    def book(self) -> RuleBook:
        """The rule book."""
        return self.problem.book

    def group(self, agent: str) -> int:
        """The skill group of a person; −1 where they serve nothing that is needed."""
        number = self.number_of.get(agent)
        return -1 if number is None else int(self.problem.group_of[number])

    def proficiency(self, agent: str) -> float:
        """How much of a full person somebody covers."""
        return self.works[agent].proficiency

    def own_cost(self, agent: str) -> TourCost:
        """What the person's tour costs now."""
        if agent not in self._costs:
            found = tour_cost(self.works[agent])
            assert found is not None
            self._costs[agent] = found
        return self._costs[agent]

    def cost_after(self, agent: str, key: tuple[object, ...], make: Callable[[], PersonWork]) -> TourCost | None:
        """What the person's tour would cost after a change; None where the change is not legal.

        `key` names the change; it is remembered until the person's work changes.
        """
        known = self._after.setdefault(agent, {})
        if key not in known:
            known[key] = tour_cost(make(), self.own_cost(agent))
        return known[key]

    def vector(self, agent: str, shift: Worked) -> tuple[slice, np.ndarray]:
        """The intervals a shift touches and how much of a full person it puts into each."""
        key = (agent, id(shift))  # the entry holds the shift, so that no other one is given its id
        known = self._vectors.get(key)
        if known is None:
            known = self._vectors[key] = (shift, *self._vector(agent, shift))
        return known[1], known[2]

    def _vector(self, agent: str, shift: Worked) -> tuple[slice, np.ndarray]:
        grid = self.problem.grid
        first, last = (int(place) for place in grid.position(np.array([shift.start, shift.end - ROUNDING])))
        span = slice(first, last + 1)
        shares = np.zeros(last + 1 - first)
        for row in shift.rows:
            if row.activity == "work":
                low = np.maximum(row.start, grid.start[span])
                high = np.minimum(row.end, grid.end[span])
                shares += np.maximum(high - low, 0.0) / (grid.end[span] - grid.start[span])
        return span, shares * self.proficiency(agent)

    def cover(self, agent: str, shift: Worked, sign: float) -> None:
        """Puts a shift's presence on, or takes it off."""
        group = self.group(agent)
        if group < 0:
            return
        span, shares = self.vector(agent, shift)
        self.plan.present[group, span] += sign * shares
        self.plan.cuts[:, span] += sign * self.plan.prices.held[:, group][:, None] * shares[None, :]

    def cover_price(self, agent: str, shift: Worked, sign: float) -> float:
        """What cover costs less (positive) or more once a shift is put on (+1) or taken off (−1)."""
        group = self.group(agent)
        if group < 0:
            return 0.0
        prices = self.plan.prices
        span, shares = self.vector(agent, shift)
        before = self.plan.cuts[:, span]
        after = before + sign * prices.held[:, group][:, None] * shares[None, :]
        hours = prices.hours[span]
        served = float(((after.min(axis=0) - before.min(axis=0)) * hours).sum())
        surplus = sign * float((shares * hours).sum()) - served
        return prices.under * served - prices.over * surplus

    def uncovered_hours(self) -> float:
        """Needed agent-hours that nobody serves."""
        prices = self.plan.prices
        return float(((prices.need - prices.served(self.plan.cuts)) * prices.hours).sum())

    def cover_cost(self) -> float:
        """Price of what is missing and of what is too much."""
        prices = self.plan.prices
        return prices.cost(self.plan.present, prices.served(self.plan.cuts))

    @property
    def shared(self) -> SharedCost:
        """What people cost each other now."""
        if self._shared is None:
            self._shared = SharedCost(self.works, self._shared_before)
        return self._shared

    def cost(self) -> float:
        """Pay, priced breaches, those of rules among people too, and the price of cover, of everyone."""
        own = sum(self.own_cost(agent).total for agent in self.works)
        return self.cover_cost() + own + (self.shared.now.cost if self.shared.on else 0.0)

    def with_rows(self, agent: str, gone: tuple[Worked, ...], rows: tuple[Row, ...]) -> PersonWork:
        """The person's work without some shifts and with further rows."""
        work = self.works[agent]
        lost = {id(row) for shift in gone for row in shift.rows}
        kept = sorted([*(row for row in work.rows if id(row) not in lost), *rows], key=lambda row: (row.start, row.end))
        stays = [shift for shift in work.shifts if shift not in gone]
        fresh = worked_shifts(list(rows), self.book)
        if any(shift.start <= new.end and new.start <= shift.end for new in fresh for shift in stays):
            stays = [shift for shift in stays if shift.previous]  # shifts that touch may be one
            fresh = worked_shifts(kept, self.book)
        shifts = sorted([*stays, *fresh], key=lambda shift: (shift.start, shift.end))
        return replace(work, rows=tuple(kept), shifts=tuple(shifts))

    def take_on(self, agent: str, work: PersonWork) -> None:
        """The person works that from now on."""
        for shift in self.works[agent].audited:
            self.cover(agent, shift, -1.0)
        self.works[agent] = work
        self._costs.pop(agent, None)
        self._after.pop(agent, None)
        self._shared, self._shared_before = None, self._shared or self._shared_before
        for shift in work.audited:
            self.cover(agent, shift, 1.0)

    def begin_of(self, day: int) -> int:
        """First minute of a local day."""
        return midnight(day, self.book.timezone)
