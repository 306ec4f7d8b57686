"""At most so many paid hours a week.

Source: `hours_per_week_max` of the agreement (48 h on average: Directive 2003/88/EC, article 6; 40 h: Labour Code of
the Russian Federation, article 91). A week is the local ISO week; a shift counts in the week it starts in; hours that
the roster before planned in the same week count.
For all people a and weeks w:  Σ_{s starts in w} paid(s) · x[a,s] ≤ hours_per_week_max − hours worked before.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.meters import HoursWindow, TourFrame, weeks_of
from scheduling.roster.model import AgentModel, Person
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork
from scheduling.shifts.localtime import iso_week


def constrain(model: AgentModel) -> None:
    """One row a week."""
    weeks = [iso_week(int(day)) for day in model.days]
    for number, week in enumerate(dict.fromkeys(weeks)):
        inside = np.array([w == week for w in weeks])
        slots = np.flatnonzero(model.active & inside[model.slots.day])
        before = sum(shift.paid_hours for shift in model.person.history if iso_week(shift.day) == week)
        limit = max(model.agreement.hours_per_week_max - before, 0.0)
        paid = model.slots.paid_hours[slots]
        if slots.size == 0:
            continue
        too_long = np.zeros(len(model.slots))
        too_long[slots] = np.maximum(paid - limit, 0.0)
        if not model.priced:
            model.bar(f"w{number}_alone", too_long)
            slots = slots[model.active[slots]]
        if slots.size:
            model.at_most(f"w{number}", slots, model.slots.paid_hours[slots], limit)


def windows(person: Person, frame: TourFrame, setting: RuleSetting) -> Iterator[HoursWindow]:
    """What the insertion engine counts: one window a week."""
    price = setting.price if setting.strictness == "pay" else np.inf
    for week, first, last in weeks_of(frame.days):
        before = sum(shift.paid_hours for shift in person.history if iso_week(shift.day) == week)
        yield HoursWindow(first, last, before, most=person.agreement.hours_per_week_max, over_price=price)


def check(work: PersonWork) -> Iterator[Finding]:
    """Weeks with too many paid hours."""
    limit = work.agreement.hours_per_week_max
    for week in dict.fromkeys(iso_week(shift.day) for shift in work.audited):
        shifts = [shift for shift in work.shifts if iso_week(shift.day) == week]
        hours = sum(shift.paid_hours for shift in shifts)
        if hours > limit + 1e-6:
            yield Finding(
                shifts[-1].start, hours, limit, f"{hours:g} paid hours in week {week[1]} of {week[0]}, not {limit:g}"
            )


RULE = Rule(
    "hours_per_week", "At most so many paid hours a week", "agreement", "hours", constrain, check, windows=windows
)
