"""Trainees beside their mentors: when a search is done, trainees are put in once more while their mentors stand still.

A shift then costs its hours outside the mentor's; the new tour stays where the exact cost falls. The search itself
knows nothing of mentors: their own shifts do not bend to those of their trainees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scheduling.roster.engines import fair_kernel
from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.arrays import Site, Tours
from scheduling.roster.engines.plan import Shift
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules import mentor as rule


def price_per_hour(problem: RosterProblem) -> float:
    """What an hour too few beside the mentor costs; 0 where nobody has one."""
    setting = rule.RULE.setting(problem.book)
    return setting.price if setting.strictness == "pay" and any(p.mentor for p in problem.people) else 0.0


def hours_alone(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> dict[str, float]:
    """By trainee, hours by which their shifts have too little of the mentor."""
    slots = {number: [slot for slot, _ in own] for number, own in shifts.items()}
    return {problem.people[t].agent: _alone(problem, slots, t) for t in _trainees(problem)}


def beside_mentors(problem: RosterProblem, site: Site, able: np.ndarray, kept: Tours) -> Tours:
    """The tours kept, with those of trainees sought anew; `site` stands at them afterwards."""
    price = price_per_hour(problem)
    if price <= 0:
        return kept
    for person in able:
        _place(site, int(person), kept.slot[person], kept.place[person], kept.own[person])
    fair_kernel.reprice_all(site.fair)
    slots = {n: [int(j) for j in site.tours.slot[n] if j >= 0] for n in range(len(problem.people))}
    for person in (t for t in _trainees(problem) if t in able):
        old = tuple(part[person].copy() for part in site.tours)
        before = _alone(problem, slots, person)
        charge, own_costs = price * _outside(problem, slots, person), site.people.slot_cost
        kind = site.people.kind[person]
        usual = own_costs[kind].copy()
        own_costs[kind] = usual + charge  # people alike share the row: it is theirs again at once
        change = kernel.sweep(site, np.array([person]), 0.0, False)
        own_costs[kind] = usual
        slots[person] = [int(j) for j in site.tours.slot[person] if j >= 0]
        extra = float(charge[slots[person]].sum())
        site.tours.own[person] -= extra
        if change - extra + price * (_alone(problem, slots, person) - before) > -1e-9:
            _place(site, person, *old)
            fair_kernel.reprice_all(site.fair)
            slots[person] = [int(j) for j in old[0] if j >= 0]
    return Tours(*(part.copy() for part in site.tours))


def _place(site: Site, person: int, slot: np.ndarray, place: np.ndarray, own: float) -> None:
    """Gives a person another tour than the one they have."""
    kernel.put(site, person, -1.0)
    site.tours.slot[person], site.tours.place[person], site.tours.own[person] = slot, place, own
    kernel.put(site, person, 1.0)
    fair_kernel.recount(site.fair, site.tours, person)


def _trainees(problem: RosterProblem) -> list[int]:
    """People with a mentor, those first whose mentor has none."""
    place = {person.agent: number for number, person in enumerate(problem.people)}

    def depth(number: int) -> int:
        seen = set()
        while (mentor := problem.people[number].mentor) and number not in seen:
            seen.add(number)
            number = place[mentor]
        return len(seen)

    return sorted((n for n, person in enumerate(problem.people) if person.mentor), key=lambda n: (depth(n), n))


def _mentor_spans(problem: RosterProblem, slots: Mapping[int, Sequence[int]], trainee: int) -> list[rule.Span]:
    agents = [person.agent for person in problem.people]
    mentor = agents.index(problem.people[trainee].mentor)
    before = [(shift.start, shift.end) for shift in problem.people[mentor].history]
    return before + [_span(problem, slot) for slot in slots.get(mentor, ())]


def _span(problem: RosterProblem, slot: int) -> rule.Span:
    return float(problem.slots.start[slot]), float(problem.slots.end[slot])


def _alone(problem: RosterProblem, slots: Mapping[int, Sequence[int]], trainee: int) -> float:
    own = [_span(problem, slot) for slot in slots.get(trainee, ())]
    return rule.alone(own, _mentor_spans(problem, slots, trainee), problem.book.mentoring.share)


def _outside(problem: RosterProblem, slots: Mapping[int, Sequence[int]], trainee: int) -> np.ndarray:
    """By slot, hours by which it alone would have too little of the mentor."""
    start, end = problem.slots.start.astype(np.float64), problem.slots.end.astype(np.float64)
    shared = np.zeros(len(start))
    for first, last in _mentor_spans(problem, slots, trainee):
        shared += np.maximum(np.minimum(end, last) - np.maximum(start, first), 0.0)
    return np.asarray(np.maximum(problem.book.mentoring.share * (end - start) - shared, 0.0) / 60)
