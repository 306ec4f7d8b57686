"""Nights, weekends, holidays and late ends are shared alike.

Four rules of one shape: fair_nights, fair_weekends, fair_holidays, fair_late_ends, each with a price of its own.
Source: `[fairness]` of the book, among the people of one agreement and site who could work such shifts. A share follows
the days on which a person could be planned; what the ledger says of before counts. Being off the share by up to
`within` is fair: nobody works half a night.
For all people p and the sum T of what the people of their group have:
    |before[p] + count[p] − s[p] · T| ≤ within.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from domain.people import RuleBook, RuleSetting
from domain.queues import matches
from scheduling.roster.rules import proficiency
from scheduling.roster.rules.base import Finding, GroupRule
from scheduling.roster.rules.fairness import (
    COUNTS,
    Fairness,
    count_shifts,
    holidays_of,
    measure,
    presence_of,
    present_days,
)
from scheduling.roster.work import PersonWork
from scheduling.shifts.localtime import midnight

WORDS = ("nights", "weekends", "holidays", "late ends")


def fairness_of(works: Sequence[PersonWork]) -> tuple[Fairness, np.ndarray]:
    """The measure of a roster's people (not none) and their counts.

    Who serves none of its queues, or is too slow for all they ask, shares nothing.
    """
    book, first, last = works[0].book, works[0].first_day, works[0].last_day
    holidays = holidays_of(book, first, last)
    queues = {queue for work in works for row in work.rows for queue in row.queues}
    presence, counts = [], []
    for work in works:
        open_to = {queue for queue in queues if proficiency.planned_least(book, queue) <= work.proficiency}
        serves = not queues or any(queue in work.patterns or matches(queue, work.patterns) for queue in open_to)
        days = present_days(first, last, work.absences, work.availability) if serves else []
        presence.append(presence_of(days, work.agreement, work.availability, book, holidays))
        counts.append(count_shifts(work.audited, work.agreement, book, holidays))
    found = measure(
        book, [(work.agreement.name, work.site) for work in works], presence, [work.before for work in works]
    )
    return found, np.array(counts, dtype=np.float64).reshape(-1, len(COUNTS))


def check(k: int, works: Sequence[PersonWork]) -> Iterator[tuple[str, Finding]]:
    """Everyone whose count `k` is further off than is fair, reported at the roster's first midnight."""
    if not works:
        return
    fairness, counts = fairness_of(works)
    off, breach = fairness.off(counts)[:, k], fairness.breach(counts)[:, k]
    for number in np.flatnonzero(breach > 1e-9).tolist():
        work = works[number]
        had = counts[number, k] + fairness.before[number, k]
        share = had - off[number]
        limit = share + fairness.within if off[number] > 0 else share - fairness.within
        words = f"{had:.4g} {WORDS[k]}, a fair share is {share:.4g}"
        yield work.agent, Finding(float(midnight(work.first_day, work.timezone)), had, limit, words)


FAIR_RULES = tuple(
    GroupRule(
        f"fair_{name}", f"{WORDS[k].capitalize()} are shared alike", "fairness", "shifts", partial(check, k),
        default=RuleSetting(strictness="ignore"),
    )
    for k, name in enumerate(COUNTS)
)  # fmt: skip


def prices(book: RuleBook) -> np.ndarray:
    """What one shift further off than is fair costs, by count; 0 where a share costs nothing."""
    settings = [rule.setting(book) for rule in FAIR_RULES]
    return np.array([setting.price if setting.strictness == "pay" else 0.0 for setting in settings])
