"""Nobody works outside the days and hours they are available.

Source: `available_from` and `available_to` of the person. Dates bound the local days a shift touches; hours bound the
wall clock from its start for its whole length; a window may cross midnight.
For all people a and slots s that stick out by h(a,s) > 0 hours:  h(a,s) · x[a,s] ≤ 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scheduling.roster.availability import Availability
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork
from scheduling.shifts.localtime import clock_of, day_of


def constrain(model: AgentModel) -> None:
    """Bars slots that stick out."""
    available = model.person.availability
    if available == Availability():
        return
    slots, zone = model.slots, model.book.timezone
    outside = np.zeros(len(slots))
    for slot in np.flatnonzero(model.active):
        days = (int(model.days[slots.day[slot]]), day_of(float(slots.end[slot]) - 1, zone))
        length = float(slots.end[slot] - slots.start[slot])
        outside[slot] = available.minutes_outside(float(slots.clock[slot]), length, days) / 60
    model.bar("outside", outside)


def check(work: PersonWork) -> Iterator[Finding]:
    """Shifts that stick out."""
    for shift in work.audited:
        clock = clock_of(shift.start, work.timezone)
        days = (shift.day, day_of(shift.end - 1, work.timezone))
        hours = work.availability.minutes_outside(clock, shift.end - shift.start, days) / 60
        if hours > 1e-9:
            yield Finding(shift.start, hours, 0.0, f"{hours:g} hours outside the days or hours the person is available")


RULE = Rule("availability", "Only on days and hours the person is available", "person", "hours", constrain, check)
