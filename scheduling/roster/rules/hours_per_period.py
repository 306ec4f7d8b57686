"""At most so many paid hours in an accounting period, or its norm.

Source: `hours_per_period_max`, and `norm_hours_per_week` with `norm_calendar`, of the agreement: summed working-time
accounting, hours at most the norm of the period (Labour Code of the Russian Federation, article 104), over
`accounting_period`. A shift counts on the day it starts on; absence lowers the norm; the roster before counts.
For all people a and periods q:  Σ_{s starts in q} paid(s) · x[a,s] ≤ most(a, q) − hours worked before.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.accounting import Period, most_hours, periods_of
from scheduling.roster.meters import HoursWindow, TourFrame
from scheduling.roster.model import AgentModel, Person
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork


def _limits(person: Person, days: np.ndarray) -> Iterator[tuple[Period, float, float]]:
    """Periods of a plan with (most hours, hours worked before)."""
    agreement = person.agreement
    for period in periods_of(agreement.accounting_period, int(days[0]), int(days[-1])):
        most = most_hours(agreement, period, person.history, person.absences, person.availability)
        if most is not None:
            yield period, most, period.hours(person.history)


def constrain(model: AgentModel) -> None:
    """One row a period."""
    for number, (period, most, before) in enumerate(_limits(model.person, model.days)):
        limit = max(most - before, 0.0)
        day = model.days[model.slots.day]
        inside = (day >= period.first) & (day <= period.last)
        if not model.priced:
            model.bar(f"p{number}_alone", np.where(inside, np.maximum(model.slots.paid_hours - limit, 0.0), 0.0))
        slots = np.flatnonzero(model.active & inside)
        if slots.size:
            model.at_most(f"p{number}", slots, model.slots.paid_hours[slots], limit)


def windows(person: Person, frame: TourFrame, setting: RuleSetting) -> Iterator[HoursWindow]:
    """What the insertion engine counts: one window a period."""
    price, begin = setting.price if setting.strictness == "pay" else np.inf, int(frame.days[0])
    for period, most, before in _limits(person, frame.days):
        yield HoursWindow(period.first - begin, period.last - begin, before, most=most, over_price=price)


def check(work: PersonWork) -> Iterator[Finding]:
    """Periods with too many paid hours, reported at their last shift."""
    history = [shift for shift in work.shifts if shift.previous]
    for period in periods_of(work.agreement.accounting_period, work.first_day, work.last_day):
        most = most_hours(work.agreement, period, history, work.absences, work.availability)
        own = [shift for shift in work.audited if period.holds(shift.day)]
        hours = period.hours(work.shifts)
        if most is not None and own and hours > most + 1e-6:
            kind = work.agreement.accounting_period
            yield Finding(own[-1].start, hours, most, f"{hours:g} paid hours in the {kind}, not {most:g}")


RULE = Rule(
    "hours_per_period", "At most so many paid hours a period, or its norm", "agreement", "hours", constrain, check,
    windows=windows,
)  # fmt: skip
