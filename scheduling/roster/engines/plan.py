"""The state of a search: who works which slot with which breaks, who is present, and the exact price of cover."""

from __future__ import annotations

import numpy as np

from scheduling.roster.cover import CoverPrices
from scheduling.roster.problem import RosterProblem
from scheduling.shifts.cover import SlotCover

Shift = tuple[int, tuple[int, ...]]  # slot, break offsets in minutes


def slot_worth(
    cover: SlotCover, room: np.ndarray, gain: np.ndarray, surplus: np.ndarray, proficiency: float
) -> tuple[np.ndarray, np.ndarray]:
    """What each slot of a cover brings with its best breaks, (by slot, offsets by slot × break).

    By interval: `room` full people can still serve need, each served one brings `gain`, each present one costs
    `surplus`. A share s of a person of this `proficiency` p serves min(p s, room) = p min(s, room ÷ p).
    """
    room, gain, surplus = room / proficiency, gain * proficiency, surplus * proficiency
    value = np.minimum(cover.base, room[None, :]) @ gain - cover.base @ surplus
    top = np.minimum(room, 1.0)

    def loss(at: np.ndarray, share: np.ndarray) -> np.ndarray:
        there = room[at]
        return np.asarray((top[at] - np.minimum(1.0 - share, there)) * gain[at] - share * surplus[at])

    lost, chosen = cover.best_breaks(loss)
    return value - lost, chosen


class Plan:
    """A roster in the making. Every state is legal in itself; `cost` is exact."""

    def __init__(self, problem: RosterProblem, prices: CoverPrices) -> None:
        self.problem, self.prices = problem, prices
        self.shifts: dict[int, list[Shift]] = {number: [] for number in range(len(problem.people))}
        self.own_cost: dict[int, float] = {}
        self.present = problem.present.copy()
        self.cuts = prices.cuts(self.present)

    @property
    def cost(self) -> float:
        """Pay, priced breaches and the price of cover."""
        cover = self.prices.cost(self.present, self.prices.served(self.cuts))
        return cover + sum(self.own_cost.values())

    def add(self, person: int, shift: Shift, sign: float = 1.0) -> None:
        """Puts a shift on (or, with sign −1, takes its cover off)."""
        first, shares = self.problem.cover.vector(*shift)
        group = int(self.problem.group_of[person])
        shares = shares * self.problem.people[person].proficiency
        span = slice(first, first + len(shares))
        self.present[group, span] += sign * shares
        held = self.prices.held[:, group]
        self.cuts[:, span] += sign * held[:, None] * shares[None, :]

    def put(self, person: int, shifts: list[Shift], own_cost: float) -> None:
        """Gives a person without shifts a tour."""
        for shift in shifts:
            self.add(person, shift)
        self.shifts[person] = list(shifts)
        self.own_cost[person] = own_cost

    def take(self, person: int) -> tuple[list[Shift], float]:
        """Takes a person's whole tour off and returns it with its own cost."""
        shifts, own = self.shifts[person], self.own_cost.pop(person, 0.0)
        for shift in shifts:
            self.add(person, shift, -1.0)
        self.shifts[person] = []
        return shifts, own

    def worth(self, group: int, proficiency: float, guide: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """What each slot would bring with its best breaks, (by slot, offsets by slot × break).

        `guide` (by interval, per full person) replaces the true price of an interval where people still have room, so
        that the first people of an empty roster go where all people together will be short.
        """
        hours = self.prices.hours
        served = (self.prices.under + self.prices.over) * hours
        surplus = self.prices.over * hours
        gain = served if guide is None else np.minimum(np.maximum(guide + surplus, 0.0), served)
        return slot_worth(self.problem.cover, self.prices.room(self.cuts, group), gain, surplus, proficiency)
