"""Nobody is in two places at once.

Source: the nature of things; it matters where a rest rule is switched off, for split shifts, and for edited rosters.
For all people a and moments τ:  Σ_{s: start(s) ≤ τ < end(s)} x[a,s] ≤ 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork


def constrain(model: AgentModel) -> None:
    """One row a moment at which shifts of two days, or two shifts of one split day, can meet."""
    slots = model.slots
    for shift in model.person.history:
        model.bar("edge", np.maximum(shift.end - slots.start, 0.0) / 60)
    for position in range(len(model.days)):
        near = np.flatnonzero(model.active & (slots.day <= position) & (slots.day >= position - 1))
        moments = np.unique(slots.start[near[slots.day[near] == position]])
        for number, moment in enumerate(moments):
            meeting = near[(slots.start[near] <= moment) & (slots.end[near] > moment)]
            days = np.unique(slots.day[meeting])
            if len(meeting) > 1 and (len(days) > 1 or model.agreement.shifts_per_day_max > 1):
                model.at_most(f"d{position}_{number}", meeting, np.ones(len(meeting)), 1.0)


def check(work: PersonWork) -> Iterator[Finding]:
    """Rows that begin before an earlier row has ended."""
    rows = sorted(work.rows, key=lambda row: (row.start, row.end))
    for before, after in pairwise(rows):
        hours = (min(before.end, after.end) - after.start) / 60
        if hours > 1e-9:
            yield Finding(
                after.start, hours, 0.0, f"{after.activity} begins {hours:g} hours before {before.activity} has ended"
            )
    for earlier, later in pairwise(work.shifts):
        hours = (earlier.end - later.start) / 60
        if hours > 1e-9 and earlier.previous and not later.previous:
            yield Finding(later.start, hours, 0.0, f"the shift of the roster before lasts {hours:g} hours longer")


RULE = Rule("overlap", "Nobody works twice at once", "nature", "hours", constrain, check, by_shape=True, always=True)
