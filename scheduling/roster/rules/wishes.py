"""Wishes are granted where it costs little.

Source: time off of the kinds wish_off and wish_work with their weights. A broken wish of weight 1 costs the price of
the rule for each day; where the book is silent, as much as four paid hours at the usual price of one.
For all people a and wished days d:  wish_off  Σ_{s starts on d} x[a,s] ≤ 0;  wish_work  Σ_{s starts on d} x[a,s] ≥ 1.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork
from scheduling.shifts.localtime import midnight


def constrain(model: AgentModel) -> None:
    """A row a wish and day."""
    for absence in model.person.absences:
        if not absence.kind.startswith("wish"):
            continue
        for position in np.flatnonzero((model.days >= absence.first_day) & (model.days <= absence.last_day)):
            slots = model.open_on(int(position))
            if slots.size == 0:
                continue
            ones = np.ones(len(slots))
            if absence.kind == "wish_off":
                model.at_most(f"off_d{position}", slots, ones, 0.0, unit=absence.weight)
            else:
                model.at_least(f"work_d{position}", slots, ones, 1.0, unit=absence.weight)


def check(work: PersonWork) -> Iterator[Finding]:
    """Wished days that went the other way."""
    by_day = {shift.day: shift for shift in reversed(work.audited)}
    for absence in work.absences:
        if not absence.kind.startswith("wish"):
            continue
        for day in range(max(absence.first_day, work.first_day), min(absence.last_day, work.last_day) + 1):
            if absence.kind == "wish_off" and day in by_day:
                yield Finding(by_day[day].start, absence.weight, 0.0, "works on a day wished off")
            if absence.kind == "wish_work" and day not in by_day:
                start = midnight(day, work.timezone)
                yield Finding(start, 0.0, absence.weight, "does not work on a day wished for work")


RULE = Rule(
    "wishes", "Wishes are granted where it costs little", "time off", "wishes", constrain, check,
    default=RuleSetting(strictness="pay", price=4.0), elastic=True,
)  # fmt: skip
