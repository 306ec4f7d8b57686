"""Improvement rounds on a legal roster: small changes of days, and whole tours by program.

A round is, in seeded order,
- *day moves*: one to three people lose their shifts of one day, or one person moves a shift to another day; each is put
  back in the slot, with the breaks, that is worth most at the exact prices of what is left; kept where the cost falls,
  or by chance where it rises little (simulated annealing: Kirkpatrick, Gelatt and Vecchi 1983);
- *tours*: a few people's whole tours are taken off and the best legal ones put on (`tours`).
Every state in between is a legal roster; the best one is handed back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np

from scheduling.roster.engines.day_view import DayView, day_views
from scheduling.roster.engines.kernels import best_shift
from scheduling.roster.engines.legal import LegalTours, legal_tours
from scheduling.roster.engines.plan import Plan, Shift
from scheduling.roster.engines.tours import TourFinder
from scheduling.roster.engines.until import Until
from scheduling.roster.open_people import PeopleAlike

MOVES_PER_PERSON = 7
TOURS_SHARE = 30  # a round re-plans one person's whole tour in so many
HOT, COLD = 0.2, 0.004  # temperature as share of the price of a missing agent-hour


@dataclass
class Search:
    """What the moves need at hand."""

    plan: Plan
    classes: Sequence[PeopleAlike]
    finders: Sequence[TourFinder]
    random: np.random.Generator
    legal: list[LegalTours]
    views: tuple[DayView, ...]
    class_of: dict[int, int]
    counted: list[np.ndarray]
    parts: dict[tuple[int, int], LegalTours] = field(default_factory=dict)

    def day_slots(self, person: int, day: int) -> list[Shift]:
        """A person's shifts that start on a day of the plan."""
        days = self.plan.problem.slots.day
        return [shift for shift in self.plan.shifts[person] if int(days[shift[0]]) == day]

    def drop(self, person: int, day: int) -> None:
        """Takes a person's shifts of a day off."""
        for shift in self.day_slots(person, day):
            self.plan.add(person, shift, -1.0)
            self.plan.shifts[person].remove(shift)

    def best_on(self, person: int, day: int) -> tuple[float, Shift | None]:
        """The best shift that may join a person's tour on a day: (own cost less worth, shift); None: no shift."""
        c = self.class_of[person]
        legal, part, view, prices = self.legal[c], self.part(c, day), self.views[day], self.plan.prices
        others = [shift[0] for shift in self.plan.shifts[person]]
        hours, breaks, speed = prices.hours[view.span], view.cover.places, self.classes[c].proficiency
        places = np.zeros(len(breaks.slot), dtype=np.int64)
        best, value = best_shift(
            self.plan.cuts[:, view.span] / speed, self.counted[c], view.cover.base,
            (prices.under + prices.over) * hours * speed, prices.over * hours * speed, breaks.slot, breaks.at,
            breaks.share, part.open, part.hard,
            legal.limits - legal.hard[:, others].sum(axis=1), part.slot_costs, part.priced,
            legal.priced[:, others].sum(axis=1), legal.lows, legal.highs, legal.prices, places,
        )  # fmt: skip
        value += float(legal.slot_costs[others].sum())
        if best < 0:
            return value, None
        own = np.flatnonzero(breaks.slot == best)
        offsets = breaks.offset[own, places[own]][np.argsort(breaks.number[own])]
        return value, (int(view.slots[best]), tuple(int(offset) for offset in offsets))

    def part(self, c: int, day: int) -> LegalTours:
        """The rows of a class restricted to the slots of one day."""
        if (c, day) not in self.parts:
            self.parts[c, day] = self.legal[c].on(self.views[day].slots)
        return self.parts[c, day]

    def join(self, person: int, shift: Shift | None) -> None:
        """Puts a shift on."""
        if shift is not None:
            self.plan.add(person, shift)
            self.plan.shifts[person].append(shift)

    def least_cost(self, person: int) -> float:
        """A person's own cost without what rules with flags may add to it."""
        legal = self.legal[self.class_of[person]]
        slots = [shift[0] for shift in self.plan.shifts[person]]
        return float(legal.costs(slots, np.zeros(0, dtype=np.int64))[-1])

    def settle(self, person: int) -> bool:
        """Books the person's new own cost. False where rules with flags forbid the tour."""
        c = self.class_of[person]
        slots = [shift[0] for shift in self.plan.shifts[person]]
        if self.legal[c].flagged:
            cost = self.finders[c].own_cost(slots)
            if cost is None:
                return False
            self.plan.own_cost[person] = cost
        else:
            self.plan.own_cost[person] = self.least_cost(person)
        return True


def make_search(
    plan: Plan, classes: Sequence[PeopleAlike], finders: Sequence[TourFinder], random: np.random.Generator
) -> Search:
    """Everything the moves need, made once."""
    return Search(
        plan=plan,
        classes=classes,
        finders=finders,
        random=random,
        legal=[legal_tours(members) for members in classes],
        views=day_views(plan.problem),
        class_of={number: c for c, members in enumerate(classes) for number in members.members},
        counted=[plan.prices.held[:, members.group] > 0 for members in classes],
    )


def improve(
    plan: Plan, classes: Sequence[PeopleAlike], finders: Sequence[TourFinder], random: np.random.Generator,
    iterations: int, until: Until, tell: Callable[[str, int, int], None],
) -> None:  # fmt: skip
    """`iterations` rounds, fewer where `until` ends them; leaves the best roster that was met in `plan`."""
    search = make_search(plan, classes, finders, random)
    staff = np.array(sorted(search.class_of))
    best, kept = plan.cost, snapshot(plan)
    rounds = max(iterations, 1)
    weeks = max(len(plan.problem.days) / 7, 1.0)
    for done in range(iterations):
        tell("improvement", done, iterations)
        heat = plan.prices.under * HOT * (COLD / HOT) ** (done / max(rounds - 1, 1))
        heat = 0.0 if done >= rounds - max(rounds // 10, 1) else heat
        for _ in range(int(MOVES_PER_PERSON * len(staff) * weeks)):
            day_move(search, staff, heat)
        for person in random.choice(staff, size=-(-len(staff) // TOURS_SHARE), replace=False):
            retour(search, int(person), heat)
        if plan.cost < best - 1e-9:
            best, kept = plan.cost, snapshot(plan)
        if until.over():
            break
    restore(plan, kept)
    for _ in range(3):
        moved = [place_breaks(search, int(person)) for person in staff]
        if not any(moved):
            break
    tell("improvement", iterations, iterations)


def snapshot(plan: Plan) -> dict[int, tuple[list[Shift], float]]:
    """A copy of who works what."""
    return {person: (list(shifts), plan.own_cost.get(person, 0.0)) for person, shifts in plan.shifts.items()}


def restore(plan: Plan, kept: dict[int, tuple[list[Shift], float]]) -> None:
    """Back to a copy."""
    for person, (shifts, own) in kept.items():
        if plan.shifts[person] != shifts:
            plan.take(person)
            plan.put(person, shifts, own)


def day_move(search: Search, staff: np.ndarray, heat: float) -> None:
    """One small change, taken back where it costs too much."""
    random, plan = search.random, search.plan
    day = int(random.integers(len(search.views)))
    if random.random() < 0.25:
        people, days = [int(random.choice(staff))], _two_days(random, day, len(search.views))
    else:
        size = min(int(random.integers(1, 4)), len(staff))
        people = [int(person) for person in random.choice(staff, size=size, replace=False)]
        days = [day]
    old = {person: (list(plan.shifts[person]), plan.own_cost[person]) for person in people}
    before = sum(search.views[d].cover_cost(plan) for d in days) + sum(own for _, own in old.values())
    for person in people:
        for d in days:
            search.drop(person, d)
    for person in people:
        _put_back(search, person, days)
    moved = [person for person in people if sorted(plan.shifts[person]) != sorted(old[person][0])]
    after = sum(search.views[d].cover_cost(plan) for d in days)
    after += sum(search.least_cost(person) if person in moved else old[person][1] for person in people)
    top = before if heat <= 0 else before - heat * log(max(random.random(), 1e-12))
    kept = after <= top + 1e-9
    for person in moved if kept else ():
        after -= search.least_cost(person)
        kept &= search.settle(person)
        after += plan.own_cost[person]
    if not kept or after > top + 1e-9:
        for person in moved:
            plan.take(person)
            plan.put(person, *old[person])


def _two_days(random: np.random.Generator, day: int, count: int) -> list[int]:
    other = int(random.integers(count))
    return [day] if other == day else [day, other]


def _put_back(search: Search, person: int, days: list[int]) -> None:
    """The best shift on the best of the days first, then on what is left of them."""
    left = list(days)
    while left:
        offers = [(*search.best_on(person, day), day) for day in left]
        _, shift, day = min(offers, key=lambda offer: offer[0])
        search.join(person, shift)
        left.remove(day)


def retour(search: Search, person: int, heat: float) -> None:
    """One person's best tour given everybody else's."""
    plan, c = search.plan, search.class_of[person]
    before = plan.cost
    old, own = plan.take(person)
    gains, chosen = plan.worth(search.classes[c].group, search.classes[c].proficiency)
    tour = search.finders[c].best(gains)
    plan.put(person, [(slot, tuple(int(o) for o in chosen[slot] if o >= 0)) for slot in tour.slots], tour.own_cost)
    if plan.cost > before + heat:
        plan.take(person)
        plan.put(person, old, own)


def place_breaks(search: Search, person: int) -> bool:
    """Puts each of a person's shifts back with its breaks where they now cost least. Whether anything moved."""
    plan, moved = search.plan, False
    group, proficiency = int(plan.problem.group_of[person]), plan.problem.people[person].proficiency
    for number, (slot, offsets) in enumerate(plan.shifts[person]):
        view = search.views[int(plan.problem.slots.day[slot])]
        before = view.cover_cost(plan)
        plan.add(person, (slot, offsets), -1.0)
        _, chosen = view.worth(plan, group, proficiency)
        places = chosen[int(np.flatnonzero(view.slots == slot)[0])]
        better = (slot, tuple(int(offset) for offset in places if offset >= 0))
        plan.add(person, better)
        if better[1] == offsets:
            continue
        if view.cover_cost(plan) < before - 1e-9:
            plan.shifts[person][number] = better
            moved = True
        else:
            plan.add(person, better, -1.0)
            plan.add(person, (slot, offsets))
    return moved
