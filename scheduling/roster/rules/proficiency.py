"""Queues that ask for a least proficiency are answered only by people who have it.

Source: `[proficiency]` of the book (least proficiency by queue or pattern; the whole name decides, else the longest
pattern), column `proficiency` of PEOPLE. Where the rule is forbidden to break or priced, a plan takes these queues from
slower people when it is read; the rows left to write keep people without any other queue off the roster.
For all people a whose queues all ask for more than p[a] and all slots s:  x[a,s] ≤ 0.
A breach is counted by what is missing to the highest such least, once a shift.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from domain.people import RuleBook
from domain.queues import most_specific
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork

EXACT = 1e-9


def least_of(book: RuleBook, queue: str) -> float:
    """The least proficiency that a queue asks for; 0 where it asks for none."""
    decides = most_specific(queue, book.proficiency)
    return 0.0 if decides is None else book.proficiency[decides]


def planned_least(book: RuleBook, queue: str) -> float:
    """The least proficiency that plans keep to: none where the rule is only told of, or ignored."""
    return least_of(book, queue) if RULE.setting(book).strictness in ("forbid", "pay") else 0.0


def constrain(model: AgentModel) -> None:
    """Bars everything for people whose queues all ask for more."""
    if model.person.kept_from and not model.person.queues:
        model.bar("none", np.ones(len(model.slots)))


def check(work: PersonWork) -> Iterator[Finding]:
    """Shifts with work rows that name a queue which asks for more than the person has."""
    if not work.book.proficiency:
        return
    for shift in work.audited:
        named = dict.fromkeys(queue for row in shift.rows if row.activity == "work" for queue in row.queues)
        asked = {queue: least_of(work.book, queue) for queue in named}
        above = [queue for queue, least in asked.items() if work.proficiency < least - EXACT]
        if above:
            most = max(asked[queue] for queue in above)
            words = f"answers {', '.join(above)} with a proficiency of {work.proficiency:g}, least {most:g}"
            yield Finding(shift.start, work.proficiency, most, words)


RULE = Rule(
    "proficiency", "Queues that ask for a least proficiency are answered only by people who have it", "person",
    "proficiency", constrain, check,
)  # fmt: skip
