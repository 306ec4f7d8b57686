"""Every shift has the breaks of its template, inside their windows.

Source: the template's breaks (a pause where a day is longer than six hours: Directive 2003/88/EC, article 4).
For all skill groups k, slots s and breaks b of s:  Σ_{places p in the window of b} B[k,s,b,p] = Σ_{a in k} x[a,s];
the engines place breaks only there, so that the rule adds no row of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.shifts import BreakTemplate
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork, Row, Worked


def constrain(model: AgentModel) -> None:
    """Nothing to add: a slot is made with its breaks."""


def check(work: PersonWork) -> Iterator[Finding]:
    """Shifts of a known template whose pauses are missing, added, too long, too short or misplaced."""
    templates = {template.name: template for template in work.book.shifts}
    for shift in work.audited:
        template = templates.get(shift.shift)
        if template is None:
            continue
        pauses = [row for row in shift.rows if row.activity in ("break", "lunch")]
        if len(pauses) != len(template.breaks):
            words = f"{len(pauses)} pauses in shift {shift.shift!r}, not {len(template.breaks)}"
            yield Finding(shift.start, len(pauses), len(template.breaks), words)
            continue
        for row, pause in zip(pauses, template.breaks, strict=True):
            fault = _fault(shift, row, pause)
            if fault is not None:
                yield fault


def _fault(shift: Worked, row: Row, pause: BreakTemplate) -> Finding | None:
    length, offset = row.end - row.start, row.start - shift.start
    if row.activity != pause.kind:
        return Finding(row.start, 1, 0, f"a {row.activity} where a {pause.kind} is due")
    if abs(length - pause.minutes) > 1e-6:
        return Finding(row.start, length, pause.minutes, f"a {row.activity} of {length:g} minutes, not {pause.minutes}")
    if offset < pause.earliest_minutes - 1e-6:
        words = f"a {row.activity} {offset:g} minutes after the start, {pause.earliest_minutes} at the earliest"
        return Finding(row.start, offset, pause.earliest_minutes, words)
    if offset > pause.latest_minutes + 1e-6:
        words = f"a {row.activity} {offset:g} minutes after the start, {pause.latest_minutes} at the latest"
        return Finding(row.start, offset, pause.latest_minutes, words)
    return None


RULE = Rule(
    "breaks",
    "Every break of the shift, inside its window",
    "shift template",
    "minutes",
    constrain,
    check,
    by_shape=True,
)
