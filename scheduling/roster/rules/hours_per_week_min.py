"""At least so many paid hours a week.

Source: `hours_per_week_min` of the agreement: a promise of a contract, not a law. It is therefore *elastic*: the roster
falls short of it where law, leave or availability leave no other way, at the price of the rule (`pay`, the default:
as dear as a missing agent-hour) or at ten times that (`forbid`). The audit reports every shortfall.
The minimum shrinks with the days that are planned: × min(1, days of the week in the plan ÷ 5) − absent days ÷ 5.
For all people a and weeks w:  Σ_{s starts in w} paid(s) · x[a,s] + shortfall ≥ minimum(a, w) − hours worked before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from domain.people import RuleBook, RuleSetting
from scheduling.roster.availability import Availability
from scheduling.roster.meters import HoursWindow, TourFrame, weeks_of
from scheduling.roster.model import AgentModel, Person, elastic_price
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import ABSENT, Absence, PersonWork
from scheduling.shifts.localtime import iso_week, midnight

WORKING_DAYS = 5.0


def owed_share(days: Sequence[int], absences: Sequence[Absence], availability: Availability) -> float:
    """Share of the weekly minimum that is owed when `days` of the week are planned."""
    away = sum(
        any(absence.holds(day) for absence in absences if absence.kind in ABSENT)
        or not availability.first_day <= day <= availability.last_day
        for day in days
    )
    return max(min(1.0, len(days) / WORKING_DAYS) - away / WORKING_DAYS, 0.0)


def constrain(model: AgentModel) -> None:
    """One row a week."""
    person = model.person
    weeks = [iso_week(int(day)) for day in model.days]
    for number, week in enumerate(dict.fromkeys(weeks)):
        days = [int(day) for day, w in zip(model.days, weeks, strict=True) if w == week]
        before = [shift for shift in person.history if iso_week(shift.day) == week]
        known = sorted({*days, *(shift.day for shift in before)})
        owed = model.agreement.hours_per_week_min * owed_share(known, person.absences, person.availability)
        owed -= sum(shift.paid_hours for shift in before)
        inside = np.isin(model.days[model.slots.day], days)
        slots = np.flatnonzero(model.active & inside)
        if owed > 1e-9:
            model.at_least(f"w{number}", slots, model.slots.paid_hours[slots], owed)


def windows(person: Person, frame: TourFrame, setting: RuleSetting) -> Iterator[HoursWindow]:
    """What the insertion engine counts: one window a week."""
    price = setting.price if setting.strictness == "pay" else elastic_price(frame.book, person.agreement)
    for week, first, last in weeks_of(frame.days):
        before = [shift for shift in person.history if iso_week(shift.day) == week]
        known = sorted({*(int(day) for day in frame.days[first : last + 1]), *(shift.day for shift in before)})
        owed = person.agreement.hours_per_week_min * owed_share(known, person.absences, person.availability)
        if owed > 0:
            yield HoursWindow(first, last, sum(shift.paid_hours for shift in before), least=owed, short_price=price)


def check(work: PersonWork) -> Iterator[Finding]:
    """Weeks of the roster with too few paid hours."""
    span = range(work.first_day, work.last_day + 1)
    for week in dict.fromkeys(iso_week(day) for day in span):
        shifts = [shift for shift in work.shifts if iso_week(shift.day) == week]
        days = sorted({*(day for day in span if iso_week(day) == week), *(s.day for s in shifts)})
        limit = work.agreement.hours_per_week_min * owed_share(days, work.absences, work.availability)
        hours = sum(shift.paid_hours for shift in shifts)
        if hours < limit - 1e-6:
            start = midnight(next(day for day in span if iso_week(day) == week), work.timezone)
            yield Finding(start, hours, limit, f"{hours:g} paid hours in week {week[1]} of {week[0]}, {limit:g} owed")


class PriceOfCover(Rule):
    """A promised minimum of hours."""

    def setting(self, book: RuleBook) -> RuleSetting:
        """As the book says; where it is silent, a missing hour of contract costs what a missing agent-hour does."""
        return book.rules.get(self.name, RuleSetting(strictness="pay", price=book.cover.under_per_hour))


RULE = PriceOfCover(
    "hours_per_week_min", "At least so many paid hours a week", "agreement", "hours", constrain, check, elastic=True,
    windows=windows,
)  # fmt: skip
