"""Shifts that were promised stand.

Source: time off of the kind pinned, with the name of a shift template and, where it matters, its start (HH:MM). Law is
harder than a promise: a pinned shift falls where another rule forbids it, at ten times the price of a missing
agent-hour; the audit reports it.
For all people a and pinned days d with the slots P that fit:  Σ_{s in P} x[a,s] ≥ 1,  and  x[a,s] ≤ 0 for the other
slots of d.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from domain.calendar import parse_clock
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import Absence, PersonWork
from scheduling.shifts.localtime import clock_of, midnight


def fits(absence: Absence, shift: str, clock: int) -> bool:
    """Whether a shift is the one that was promised."""
    named = not absence.shift or absence.shift == shift
    return named and (not absence.clock or parse_clock(absence.clock) == clock)


def constrain(model: AgentModel) -> None:
    """Bars the other slots of pinned days; one row for each."""
    names = [template.name for template in model.slots.templates]
    other = np.zeros(len(model.slots))
    kept: list[tuple[int, np.ndarray]] = []
    for pin in (absence for absence in model.person.absences if absence.kind == "pinned"):
        for position, day in enumerate(model.days):
            if pin.holds(int(day)):
                slots = model.open_on(position)
                right = [fits(pin, names[model.slots.template[s]], int(model.slots.clock[s])) for s in slots]
                chosen = slots[np.array(right, dtype=bool)]
                if chosen.size:
                    other[slots] = 1.0
                kept.append(
                    (position, chosen)
                )  # a day on which it can't stand costs as much as one on which it does not
    for _, chosen in kept:
        other[chosen] = 0.0
    if not model.priced:
        model.bar("other", other)
    for position, chosen in kept:
        model.at_least(f"d{position}", chosen, np.ones(len(chosen)), 1.0)


def check(work: PersonWork) -> Iterator[Finding]:
    """Pinned days without their shift, or with another one."""
    for pin in (absence for absence in work.absences if absence.kind == "pinned"):
        for day in range(max(pin.first_day, work.first_day), min(pin.last_day, work.last_day) + 1):
            shifts = [shift for shift in work.audited if shift.day == day]
            if not any(fits(pin, shift.shift, clock_of(shift.start, work.timezone)) for shift in shifts):
                what = " ".join(part for part in (pin.shift or "any shift", pin.clock) if part)
                yield Finding(midnight(day, work.timezone), 0, 1, f"the pinned shift ({what}) does not stand")


RULE = Rule("pinned", "Shifts that were promised stand", "time off", "shifts", constrain, check, elastic=True)
