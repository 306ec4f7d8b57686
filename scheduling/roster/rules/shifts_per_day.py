"""At most so many shifts start on one local day.

Source: `shifts_per_day_max` of the agreement (one shift a day is the rule of the trade; two are a split shift).
For all people a and local days d:  Σ_{s starts on d} x[a,s] ≤ shifts_per_day_max.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork


def constrain(model: AgentModel) -> None:
    """One row a day."""
    for position in range(len(model.days)):
        slots = model.open_on(position)
        if slots.size:
            model.at_most(f"d{position}", slots, np.ones(len(slots)), model.agreement.shifts_per_day_max)


def check(work: PersonWork) -> Iterator[Finding]:
    """Days with more shifts than agreed."""
    counts = Counter(shift.day for shift in work.audited)
    limit = work.agreement.shifts_per_day_max
    for day, count in counts.items():
        if count > limit:
            last = [shift for shift in work.audited if shift.day == day][-1]
            yield Finding(last.start, count, limit, f"{count} shifts start on one day, at most {limit} may")


RULE = Rule(
    "shifts_per_day", "At most so many shifts start on one day", "agreement", "shifts", constrain, check, by_shape=True
)
