"""Fair shares as arrays of the insertion kernels, and what a roster's shares cost by a plain count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from domain.calendar import parse_clock
from domain.people import WorkAgreement
from scheduling.roster.engines.arrays import Fair
from scheduling.roster.engines.plan import Shift
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules import fair_share
from scheduling.roster.rules.fairness import (
    COUNTS,
    WEEKENDS,
    Fairness,
    holidays_of,
    marks,
    measure,
    presence_of,
    present_days,
)
from scheduling.roster.rules.weekend_days import is_weekend, weekend_of


def is_priced(problem: RosterProblem) -> bool:
    """Whether an unequal share costs anything."""
    return bool((fair_share.prices(problem.book) > 0).any())


def make_fair(problem: RosterProblem) -> Fair:
    """The arrays, with nobody inserted yet."""
    many = len(problem.people)
    none, nobody = np.zeros((many, len(COUNTS))), np.zeros(0, dtype=np.int64)
    if not is_priced(problem):
        return Fair(
            on=False, row=np.full(many, -1), marks=np.zeros((1, len(problem.slots)), dtype=np.int64),
            weekend=_weekends(problem), member_from=np.zeros(1, dtype=np.int64), members=nobody, share=none.copy(),
            before=none.copy(), counted=none.copy(), have=none.copy(), total=np.zeros((1, len(COUNTS))),
            cost=np.zeros(0), price=np.zeros(len(COUNTS)), within=0.0, slope=none.copy(),
            exact=np.ones(1),
        )  # fmt: skip
    shares = plan_fairness(problem)
    row = np.where(problem.group_of >= 0, shares.row, -1)
    order = np.argsort(row, kind="stable")
    members = order[row[order] >= 0]
    rows = int(shares.row.max()) + 1
    bits = {agreement: _bits(problem, agreement) for agreement in _agreements(problem)}
    first = [int(np.flatnonzero(shares.row == number)[0]) for number in range(rows)]
    return Fair(
        on=True,
        row=row,
        marks=np.stack([bits[problem.people[person].agreement] for person in first]),
        weekend=_weekends(problem),
        member_from=np.searchsorted(row[members], np.arange(rows + 1)).astype(np.int64),
        members=members.astype(np.int64),
        share=shares.share,
        before=shares.before.copy(),
        counted=(shares.presence > 0).astype(np.float64),
        have=none.copy(),
        total=np.zeros((rows, len(COUNTS))),
        cost=np.zeros(rows),
        price=fair_share.prices(problem.book),
        within=problem.book.fairness.within,
        slope=none.copy(),
        exact=np.ones(1),
    )


def plan_fairness(problem: RosterProblem) -> Fairness:
    """The measure of a problem's people; those who serve nothing that is needed share nothing."""
    book, days = problem.book, problem.days
    holidays = holidays_of(book, int(days[0]), int(days[-1]))
    presence = []
    for person in problem.people:
        there = present_days(int(days[0]), int(days[-1]), person.absences, person.availability)
        presence.append(
            presence_of(there if person.queues else [], person.agreement, person.availability, book, holidays)
        )
    people = problem.people
    groups = [(person.agreement.name, person.site) for person in people]
    return measure(book, groups, presence, [person.before for person in people])


def plan_counts(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> np.ndarray:
    """Nights, weekends, holidays and late ends of everybody's shifts, people × counts."""
    flags = {agreement: _flags(problem, agreement) for agreement in _agreements(problem)}
    weekend = _weekends(problem)
    counts = np.zeros((len(problem.people), len(COUNTS)))
    for person, own in shifts.items():
        slots = [slot for slot, _ in own]
        counts[person] = flags[problem.people[person].agreement][:, slots].sum(axis=1)
        counts[person, WEEKENDS] = len(set(weekend[slots].tolist()) - {-1})
    return counts


def shares_cost(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> float:
    """What unequal shares cost."""
    if not is_priced(problem):
        return 0.0
    breach = plan_fairness(problem).breach(plan_counts(problem, shifts))
    return float(breach.sum(axis=0) @ fair_share.prices(problem.book))


def _agreements(problem: RosterProblem) -> tuple[WorkAgreement, ...]:
    return tuple(dict.fromkeys(person.agreement for person in problem.people))


def _flags(problem: RosterProblem, agreement: WorkAgreement) -> np.ndarray:
    """Flags counts × slots."""
    slots, days, book = problem.slots, problem.days, problem.book
    holidays = holidays_of(book, int(days[0]), int(days[-1]))
    late = parse_clock(book.fairness.late_from)
    return marks(slots.clock, slots.end - slots.start, days[slots.day], agreement, late, holidays)


def _bits(problem: RosterProblem, agreement: WorkAgreement) -> np.ndarray:
    return np.asarray((_flags(problem, agreement).astype(np.int64) << np.arange(len(COUNTS))[:, None]).sum(axis=0))


def _weekends(problem: RosterProblem) -> np.ndarray:
    """The weekend of every slot, −1 on other days."""
    by_day = np.array([weekend_of(int(day)) if is_weekend(int(day)) else -1 for day in problem.days], dtype=np.int64)
    return np.asarray(by_day[problem.slots.day])
