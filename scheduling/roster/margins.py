"""How much room each rule leaves: measures that read the same rows as a rule's check, instance by instance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from scheduling.roster.accounting import least_hours, most_hours, periods_of
from scheduling.roster.rules import breaks
from scheduling.roster.rules.hours_per_week_min import owed_share
from scheduling.roster.rules.night_hours import is_night_shift
from scheduling.roster.rules.weekend_days import weekend_of, weekends_of
from scheduling.roster.rules.weekly_rest import longest_rest
from scheduling.roster.work import PersonWork
from scheduling.shifts.localtime import iso_week, midnight, monday_of

EXACT = 1e-6  # margins smaller than this, in the rule's unit, are none
WEEK = 7


@dataclass(frozen=True)
class Margin:
    """One instance of a rule. `start`: minutes since 1970 UTC where it shows; `found`, `limit` in the rule's unit.

    `at_least`: whether the rule asks for `limit` or more; else `limit` is the most. `margin`: room left.
    """

    start: float
    found: float
    limit: float
    at_least: bool
    margin: float

    def words(self, unit: str) -> str:
        """`43.5 hours ≥ 42 hours`; a breach says what should be and is not."""
        sign = ("≥" if self.at_least else "≤") if self.margin >= 0 else ("<" if self.at_least else ">")
        return f"{self.found:.6g} {unit} {sign} {self.limit:.6g} {unit}"


Measure = Callable[[PersonWork], Iterator[Margin]]


def at_least(start: float, found: float, limit: float) -> Margin:
    """An instance of a rule that asks for so much."""
    return Margin(start, found, limit, True, _exact(found - limit))


def at_most(start: float, found: float, limit: float) -> Margin:
    """An instance of a rule that allows so much."""
    return Margin(start, found, limit, False, _exact(limit - found))


def _exact(margin: float) -> float:
    return 0.0 if abs(margin) < EXACT else margin


def rest(work: PersonWork) -> Iterator[Margin]:
    """Hours between neighbouring shifts of different days."""
    limit = work.agreement.rest_hours_min
    for before, after in pairwise(work.shifts):
        if limit is not None and not after.previous and after.day != before.day:
            yield at_least(after.start, (after.start - before.end) / 60, limit)


def weekly_rest(work: PersonWork) -> Iterator[Margin]:
    """The longest unbroken rest of each week with a shift."""
    limit = work.agreement.weekly_rest_hours_min
    for monday in dict.fromkeys(monday_of(shift.day) for shift in work.audited):
        begin, end = midnight(monday, work.timezone), midnight(monday + 7, work.timezone)
        busy = [(shift.start, shift.end) for shift in work.shifts if shift.end > begin and shift.start < end]
        last = [shift for shift in work.audited if monday_of(shift.day) == monday][-1]
        if limit:
            yield at_least(last.start, longest_rest(busy, begin, end) / 60, limit)


def hours_per_week(work: PersonWork) -> Iterator[Margin]:
    """Paid hours of each week with a shift."""
    for week in dict.fromkeys(iso_week(shift.day) for shift in work.audited):
        shifts = [shift for shift in work.shifts if iso_week(shift.day) == week]
        hours = sum(shift.paid_hours for shift in shifts)
        yield at_most(shifts[-1].start, hours, work.agreement.hours_per_week_max)


def hours_per_week_min(work: PersonWork) -> Iterator[Margin]:
    """Paid hours of each week of the roster against what is owed of it; weeks of which nothing is owed are left out."""
    span = range(work.first_day, work.last_day + 1)
    for week in dict.fromkeys(iso_week(day) for day in span):
        shifts = [shift for shift in work.shifts if iso_week(shift.day) == week]
        planned = [day for day in span if iso_week(day) == week]
        days = sorted({*planned, *(shift.day for shift in shifts)})
        owed = work.agreement.hours_per_week_min * owed_share(days, work.absences, work.availability)
        if owed > 0:
            start = midnight(planned[0], work.timezone)
            yield at_least(start, sum(shift.paid_hours for shift in shifts), owed)


def hours_per_day(work: PersonWork) -> Iterator[Margin]:
    """Paid hours of each day with a shift."""
    limit = work.agreement.hours_per_day_max
    for day in dict.fromkeys(shift.day for shift in work.audited):
        shifts = [shift for shift in work.audited if shift.day == day]
        if limit is not None:
            yield at_most(shifts[-1].start, sum(shift.paid_hours for shift in shifts), limit)


def consecutive_days(work: PersonWork) -> Iterator[Margin]:
    """Runs of working days that reach into the roster, at their last day."""
    limit = work.agreement.consecutive_days_max
    if limit is None:
        return
    start_of = {shift.day: shift.start for shift in work.audited}
    days = sorted({shift.day for shift in work.shifts})
    run: list[int] = []
    for day in [*days, None]:
        if day is not None and run and day == run[-1] + 1:
            run.append(day)
            continue
        if run and run[-1] in start_of:
            yield at_most(start_of[run[-1]], len(run), limit)
        run = [] if day is None else [day]


def break_windows(work: PersonWork) -> Iterator[Margin]:
    """Minutes from each pause's start to the nearer edge of its window; what is wrong with a shift's pauses."""
    broken = list(breaks.check(work))
    for fault in broken:
        yield Margin(fault.start, fault.found, fault.limit, True, -max(abs(fault.found - fault.limit), 1.0))
    templates = {template.name: template for template in work.book.shifts}
    for shift in work.audited:
        template = templates.get(shift.shift)
        pauses = [row for row in shift.rows if row.activity in ("break", "lunch")]
        if broken or template is None or len(pauses) != len(template.breaks):
            continue
        for row, pause in zip(pauses, template.breaks, strict=True):
            offset = row.start - shift.start
            early = at_least(row.start, offset, pause.earliest_minutes)
            late = at_most(row.start, offset, pause.latest_minutes)
            yield min((early, late), key=lambda margin: margin.margin)


def hours_per_period(work: PersonWork) -> Iterator[Margin]:
    """Paid hours of each accounting period with a shift, against its limit or norm."""
    history = [shift for shift in work.shifts if shift.previous]
    for period in periods_of(work.agreement.accounting_period, work.first_day, work.last_day):
        most = most_hours(work.agreement, period, history, work.absences, work.availability)
        own = [shift for shift in work.audited if period.holds(shift.day)]
        if most is not None and own:
            yield at_most(own[-1].start, period.hours(work.shifts), most)


def hours_per_period_min(work: PersonWork) -> Iterator[Margin]:
    """Paid hours of each accounting period against what is owed of it."""
    history = [shift for shift in work.shifts if shift.previous]
    for period in periods_of(work.agreement.accounting_period, work.first_day, work.last_day):
        owed = least_hours(work.agreement, period, history, work.absences, work.availability)
        if owed > 0:
            yield at_least(midnight(period.first, work.timezone), period.hours(work.shifts), owed)


def days_off(work: PersonWork) -> Iterator[Margin]:
    """Days off between two worked days."""
    least = work.agreement.days_off_min or 1
    days = {shift.day: shift for shift in reversed(work.shifts)}
    for before, after in pairwise(sorted(days)):
        if least > 1 and after > before + 1 and not days[after].previous:
            yield at_least(days[after].start, after - before - 1, least)


def consecutive_days_min(work: PersonWork) -> Iterator[Margin]:
    """Runs of working days that begin and end inside what is known."""
    least = work.agreement.consecutive_days_min or 1
    before = {shift.day for shift in work.shifts if shift.previous}
    start_of = {shift.day: shift.start for shift in reversed(work.audited)}
    for run in _runs(start_of, 1):
        known = run[0] - 1 not in before and (before or run[0] > work.first_day)
        if least > 1 and known and run[-1] < work.last_day:
            yield at_least(start_of[run[0]], len(run), least)


def weekends(work: PersonWork) -> Iterator[Margin]:
    """Weekends worked, where there is any."""
    most = work.agreement.weekends_max
    worked = weekends_of([shift.day for shift in work.audited])
    if most is not None and worked:
        start = next(s.start for s in work.audited if s.day in (worked[-1], worked[-1] + 1))
        yield at_most(start, len(worked), most)


def consecutive_weekends(work: PersonWork) -> Iterator[Margin]:
    """Runs of worked weekends that reach into the roster."""
    most = work.agreement.consecutive_weekends_max
    start_of = {weekend_of(s.day): s.start for s in work.audited if weekends_of([s.day])}
    before = weekends_of([shift.day for shift in work.shifts if shift.previous])
    for run in _runs(weekends_of([shift.day for shift in work.shifts]), WEEK):
        if most is not None and run[-1] in start_of and run[-1] not in before:
            yield at_most(start_of[run[-1]], len(run), most)


def consecutive_nights(work: PersonWork) -> Iterator[Margin]:
    """Runs of night shifts that reach into the roster."""
    most = work.agreement.consecutive_nights_max
    nights = {s.day: s for s in work.shifts if is_night_shift(s, work.agreement, work.timezone)}
    for run in _runs(nights, 1):
        if most is not None and not nights[run[-1]].previous:
            yield at_most(nights[run[-1]].start, len(run), most)


def _runs(days: Collection[int], step: int) -> list[list[int]]:
    """Days that follow each other by `step`, as runs in order."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + step:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


# A rule should carry its measure itself; until then they are kept here by the rule's name.
MEASURES: Mapping[str, Measure] = {
    "rest": rest,
    "weekly_rest": weekly_rest,
    "hours_per_week": hours_per_week,
    "hours_per_week_min": hours_per_week_min,
    "hours_per_day": hours_per_day,
    "consecutive_days": consecutive_days,
    "breaks": break_windows,
    "hours_per_period": hours_per_period,
    "hours_per_period_min": hours_per_period_min,
    "days_off": days_off,
    "consecutive_days_min": consecutive_days_min,
    "weekends": weekends,
    "consecutive_weekends": consecutive_weekends,
    "consecutive_nights": consecutive_nights,
}
