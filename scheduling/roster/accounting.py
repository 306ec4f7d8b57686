"""Hours summed over a period: which days it has, and what its norm says.

Source of the norm: order 588n of the Ministry of Health and Social Development of Russia, 13 August 2009, point 1 (a
fifth of the week's hours for each working day of a five-day week, an hour less on shortened days); time of absence is
left out of it (Labour Code of the Russian Federation, article 104).
Days are local days as ordinals. What was worked in a period before the plan counts as far as the roster before says;
days of the period of which nothing is known count as worked by the norm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from domain.people import AccountingPeriod, WorkAgreement
from domain.production_calendar import SHORTER_HOURS, production_year
from scheduling.roster.availability import Availability
from scheduling.roster.work import ABSENT, Absence, Worked

WORKING_DAYS = 5
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """Days `begin`..`end` of an accounting period, of which the plan has `first`..`last` (all included)."""

    begin: int
    end: int
    first: int
    last: int

    def holds(self, day: int) -> bool:
        """Whether a day lies in the period."""
        return self.begin <= day <= self.end

    def hours(self, shifts: Iterable[Worked]) -> float:
        """Paid hours of the shifts that start in the period."""
        return sum(shift.paid_hours for shift in shifts if self.holds(shift.day))


def periods_of(kind: AccountingPeriod, first: int, last: int) -> Iterator[Period]:
    """The accounting periods that a plan of days `first`..`last` touches, in order."""
    day = first
    while day <= last:
        begin, end = (first, last) if kind == "plan" else _edges(MONTHS[kind], day)
        yield Period(begin, end, max(begin, first), min(end, last))
        day = end + 1


def _edges(months: int, day: int) -> tuple[int, int]:
    """First and last day of the month, quarter or year that a day is in."""
    found = date.fromordinal(day)
    month = (found.month - 1) // months * months + 1
    after = month + months
    following = date(found.year + (after > 12), after - 12 if after > 12 else after, 1)
    return date(found.year, month, 1).toordinal(), following.toordinal() - 1


@lru_cache(maxsize=8192)
def norm_of_day(day: int, hours_per_week: float, calendar: str) -> float:
    """Hours that the norm has for a local day. Raises `BadValue` for a year the production calendar does not know."""
    found = date.fromordinal(day)
    daily = hours_per_week / WORKING_DAYS
    if calendar != "RU":
        return daily if found.weekday() < WORKING_DAYS else 0.0
    year = production_year(found.year)
    return max(daily - SHORTER_HOURS * (found in year.shortened), 0.0) if year.is_working(found) else 0.0


def most_hours(
    agreement: WorkAgreement, period: Period, history: Sequence[Worked], absences: Sequence[Absence],
    availability: Availability,
) -> float | None:  # fmt: skip
    """The most paid hours of a period, of which those of `history` are used; None where nothing limits them."""
    limits = [] if agreement.hours_per_period_max is None else [agreement.hours_per_period_max]
    if agreement.norm_hours_per_week is not None:
        known = _known_from(period, history)
        limits.append(_norm(agreement, range(known, period.end + 1), absences, availability))
    return min(limits, default=None)


def least_hours(
    agreement: WorkAgreement, period: Period, history: Sequence[Worked], absences: Sequence[Absence],
    availability: Availability,
) -> float:  # fmt: skip
    """The least paid hours owed by the plan's last day in the period, those of `history` included."""
    known = range(_known_from(period, history), period.last + 1)
    owed = agreement.norm_share_min or 0.0
    if owed:
        owed *= _norm(agreement, known, absences, availability)
    if agreement.hours_per_period_min:
        week = agreement.norm_hours_per_week or 40.0
        all_days = range(period.begin, period.end + 1)
        whole = sum(norm_of_day(day, week, agreement.norm_calendar) for day in all_days)
        inside = sum(norm_of_day(day, week, agreement.norm_calendar) for day in _there(known, absences, availability))
        share = inside / whole if whole else float(len(_there(known, absences, availability)) / len(all_days))
        owed = max(owed, agreement.hours_per_period_min * share)
    return owed


def _known_from(period: Period, history: Sequence[Worked]) -> int:
    return min([period.first, *(shift.day for shift in history if period.holds(shift.day))])


def _norm(
    agreement: WorkAgreement, days: Iterable[int], absences: Sequence[Absence], availability: Availability
) -> float:
    week = agreement.norm_hours_per_week or 0.0
    return sum(norm_of_day(day, week, agreement.norm_calendar) for day in _there(days, absences, availability))


def _there(days: Iterable[int], absences: Sequence[Absence], availability: Availability) -> list[int]:
    """Days on which the person is neither absent nor gone."""
    away = [absence for absence in absences if absence.kind in ABSENT]
    first, last = availability.first_day, availability.last_day
    return [day for day in days if first <= day <= last and not any(absence.holds(day) for absence in away)]
