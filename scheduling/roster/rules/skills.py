"""People answer only queues they can serve.

Source: `queues` of the person (names or patterns). In the program a person's time flows only to their own queues; the
rows left to write keep people without any needed skill off the roster.
For all people a that serve no planned queue and all slots s:  x[a,s] ≤ 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from domain.queues import matches
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork


def constrain(model: AgentModel) -> None:
    """Bars everything for people without a needed skill."""
    if not model.person.queues:
        model.bar("none", np.ones(len(model.slots)))


def check(work: PersonWork) -> Iterator[Finding]:
    """Work rows that name a queue the person can't serve."""
    for shift in work.audited:
        named = dict.fromkeys(queue for row in shift.rows if row.activity == "work" for queue in row.queues)
        foreign = [queue for queue in named if queue not in work.patterns and not matches(queue, work.patterns)]
        if foreign:
            yield Finding(shift.start, len(foreign), 0, f"answers {', '.join(foreign)} without the skill")


RULE = Rule("skills", "People answer only queues they can serve", "person", "queues", constrain, check)
