"""Seats as arrays of the insertion kernels, and how far a plan is over them by a plain count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scheduling.roster.engines.arrays import Seats
from scheduling.roster.engines.plan import Shift
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules import seats as rule


def price_per_hour(problem: RosterProblem) -> float:
    """What an hour of one person too many costs; 0 where nobody's site has seats to count."""
    setting = rule.RULE.setting(problem.book)
    return setting.price if setting.strictness == "pay" and _limits(problem) else 0.0


def make_seats(problem: RosterProblem, step: int) -> Seats:
    """The arrays in fine steps of so many minutes, with nobody inserted yet; the roster before has its seats."""
    price, limits = price_per_hour(problem), _limits(problem)
    rows = {site: number for number, site in enumerate(limits)} if price > 0 else {}
    many = round(len(problem.grid) * problem.grid.interval_minutes / step)
    row = np.array([rows.get(person.site, -1) for person in problem.people], dtype=np.int64)
    taken = np.zeros((max(len(rows), 1), many), dtype=np.int64)
    for number, person in zip(row, problem.people, strict=True):
        for shift in person.history if number >= 0 else ():
            first = int((shift.start - problem.grid.start[0]) // step)
            last = int(-((problem.grid.start[0] - shift.end) // step))
            taken[number, max(first, 0) : max(last, 0)] += 1
    return Seats(
        on=bool(rows),
        row=row,
        limit=np.array(list(limits.values()) or [0], dtype=np.int64),
        taken=taken,
        price=np.array([price * step / 60]),
        total=np.zeros(many + 1),
    )


def hours_over(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> dict[str, float]:
    """By site with seats, hours of people too many."""
    slots, found = problem.slots, {}
    for site, limit in _limits(problem).items():
        members = [number for number, person in enumerate(problem.people) if person.site == site]
        placed = [slot for number in members for slot, _ in shifts.get(number, ())]
        own = [(float(slots.start[slot]), float(slots.end[slot])) for slot in placed]
        before = [(shift.start, shift.end) for number in members for shift in problem.people[number].history]
        found[site] = sum(crowd.hours for crowd in rule.crowds(limit, own, before))
    return found


def _limits(problem: RosterProblem) -> dict[str, int]:
    """Seats of the sites at which somebody works."""
    worked = {person.site for person in problem.people}
    return {
        site: setting.seats
        for site, setting in problem.book.sites.items()
        if setting.seats is not None and site in worked
    }
