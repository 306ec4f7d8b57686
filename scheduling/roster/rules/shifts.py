"""Only shift templates of the agreement, at their starts and of their length.

Source: `shifts` of the agreement and the templates of the rule book.
For all people a and slots s of a template that the agreement does not name:  x[a,s] ≤ 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork, Worked
from scheduling.shifts.localtime import clock_of


def constrain(model: AgentModel) -> None:
    """Bars slots of other templates."""
    allowed = np.array([template.name in model.agreement.shifts for template in model.slots.templates])
    model.bar("other", (~allowed[model.slots.template]).astype(float))


def check(work: PersonWork) -> Iterator[Finding]:
    """Shifts that are no shift of the agreement."""
    for shift in work.audited:
        words = _fault(work, shift)
        if words:
            yield Finding(shift.start, 1, 0, words)


def _fault(work: PersonWork, shift: Worked) -> str:
    template = next((t for t in work.book.shifts if t.name == shift.shift), None)
    if template is None:
        return f"the rule book has no shift {shift.shift!r}" if shift.shift else "the shift has no name"
    if shift.shift not in work.agreement.shifts:
        return f"shift {shift.shift!r} is not one of agreement {work.agreement.name!r}"
    minutes = shift.end - shift.start
    if abs(minutes - template.length_minutes) > 1e-6:
        return f"shift {shift.shift!r} lasts {minutes:g} minutes, not {template.length_minutes}"
    clock = clock_of(shift.start, work.timezone)
    if clock not in template.start_minutes:
        return f"shift {shift.shift!r} may not start at {clock // 60:02d}:{clock % 60:02d}"
    return ""


RULE = Rule("shifts", "Only shifts of the agreement, as their templates say", "agreement", "shifts", constrain, check)
