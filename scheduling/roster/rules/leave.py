"""Nobody works on a day of leave, sickness or training.

Source: time off of the kinds leave, sick and training: whole local days, from midnight to midnight. They stand on the
roster as rows of their own and are no paid hours of the week's limits: work beside them would be two places at once.
For all people a and slots s that reach h(a,s) > 0 hours into such a day:  h(a,s) · x[a,s] ≤ 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import ABSENT, PersonWork
from scheduling.shifts.localtime import midnight


def constrain(model: AgentModel) -> None:
    """Bars slots that reach into time off."""
    hours = np.zeros(len(model.slots))
    for absence in model.person.absences:
        if absence.kind in ABSENT:
            begin = midnight(absence.first_day, model.book.timezone)
            end = midnight(absence.last_day + 1, model.book.timezone)
            hours += np.maximum(np.minimum(model.slots.end, end) - np.maximum(model.slots.start, begin), 0) / 60
    model.bar("absent", hours)


def check(work: PersonWork) -> Iterator[Finding]:
    """Shifts that reach into time off."""
    for shift in work.audited:
        for absence in work.absences:
            if absence.kind not in ABSENT:
                continue
            begin = midnight(absence.first_day, work.timezone)
            end = midnight(absence.last_day + 1, work.timezone)
            hours = (min(shift.end, end) - max(shift.start, begin)) / 60
            if hours > 1e-9:
                yield Finding(shift.start, hours, 0.0, f"{hours:g} hours of work during {absence.kind}")


RULE = Rule(
    "leave", "Nobody works on a day of leave, sickness or training", "time off", "hours", constrain, check, always=True,
    instead="A day off that work may break is a wish_off in the time off.",
)  # fmt: skip
