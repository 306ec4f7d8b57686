"""Improvement rounds: people are taken off and put back where they are worth most.

A round is a sweep in seeded order: each person's whole tour is taken off and the best legal tour at the exact prices of
what is left is put on. The cost never rises; every state in between is a legal roster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

import numpy as np

from scheduling.roster.engines.plan import Plan
from scheduling.roster.engines.tours import TourFinder
from scheduling.roster.open_people import PeopleAlike


def improve(
    plan: Plan, classes: Sequence[PeopleAlike], finders: Sequence[TourFinder], random: np.random.Generator,
    iterations: int, deadline: float | None, tell: Callable[[str, int, int], None],
) -> None:  # fmt: skip
    """Sweeps until nothing changes, `iterations` are done, or the deadline has passed."""
    staff = [(number, c) for c, members in enumerate(classes) for number in members.members]
    for done in range(iterations):
        tell("improvement", done, iterations)
        before = plan.cost
        for position in random.permutation(len(staff)):
            if deadline is not None and monotonic() > deadline:
                return
            person, c = staff[position]
            reinsert(plan, person, classes[c], finders[c])
        if plan.cost > before - 1e-6:
            break
    tell("improvement", iterations, iterations)


def reinsert(plan: Plan, person: int, members: PeopleAlike, finder: TourFinder) -> None:
    """One person's best tour given everybody else's."""
    before = plan.cost
    old, own = plan.take(person)
    gains, chosen = plan.worth(members.group)
    tour = finder.best(gains)
    plan.put(person, [(slot, tuple(int(o) for o in chosen[slot] if o >= 0)) for slot in tour.slots], tour.own_cost)
    if plan.cost > before - 1e-9:
        plan.take(person)
        plan.put(person, old, own)
