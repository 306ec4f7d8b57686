"""At least so many paid hours in an accounting period, or a share of its norm.

Source: `hours_per_period_min` and `norm_share_min` of the agreement: a promise of a contract, elastic and priced as
`hours_per_week_min` is. What is owed shrinks with the working days of the period that are not planned or away.
For all people a and periods q:
    Σ_{s starts in q} paid(s) · x[a,s] + shortfall ≥ least(a, q) − hours worked before.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.accounting import least_hours, periods_of
from scheduling.roster.meters import HoursWindow, TourFrame
from scheduling.roster.model import AgentModel, Person, elastic_price
from scheduling.roster.rules.base import Finding
from scheduling.roster.rules.hours_per_week_min import PriceOfCover
from scheduling.roster.work import PersonWork
from scheduling.shifts.localtime import midnight


def constrain(model: AgentModel) -> None:
    """One row a period."""
    person, day = model.person, model.days[model.slots.day]
    kind = person.agreement.accounting_period
    for number, period in enumerate(periods_of(kind, int(model.days[0]), int(model.days[-1]))):
        owed = least_hours(person.agreement, period, person.history, person.absences, person.availability)
        owed -= period.hours(person.history)
        slots = np.flatnonzero(model.active & (day >= period.first) & (day <= period.last))
        if owed > 1e-9:
            model.at_least(f"p{number}", slots, model.slots.paid_hours[slots], owed)


def windows(person: Person, frame: TourFrame, setting: RuleSetting) -> Iterator[HoursWindow]:
    """What the insertion engine counts: one window a period."""
    price = setting.price if setting.strictness == "pay" else elastic_price(frame.book, person.agreement)
    begin = int(frame.days[0])
    for period in periods_of(person.agreement.accounting_period, begin, int(frame.days[-1])):
        owed = least_hours(person.agreement, period, person.history, person.absences, person.availability)
        if owed > 0:
            before = period.hours(person.history)
            yield HoursWindow(period.first - begin, period.last - begin, before, least=owed, short_price=price)


def check(work: PersonWork) -> Iterator[Finding]:
    """Periods with too few paid hours, reported at their first planned day."""
    history = [shift for shift in work.shifts if shift.previous]
    for period in periods_of(work.agreement.accounting_period, work.first_day, work.last_day):
        limit = least_hours(work.agreement, period, history, work.absences, work.availability)
        hours = period.hours(work.shifts)
        if hours < limit - 1e-6:
            kind = work.agreement.accounting_period
            start = midnight(period.first, work.timezone)
            yield Finding(start, hours, limit, f"{hours:g} paid hours in the {kind}, {limit:g} owed")


RULE = PriceOfCover(
    "hours_per_period_min", "At least so many paid hours a period, or a share of its norm", "agreement", "hours",
    constrain, check, elastic=True, windows=windows,
)  # fmt: skip
