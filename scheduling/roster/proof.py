"""The proof sheet: for any roster, rule by rule and person by person, how much room is left before the rule breaks.

A measure reads the same rows as the rule's check and yields every instance with its margin: what was found against what
was agreed, in the rule's unit, negative where the rule is broken. Rules without a measure are yes or no: they are
counted in breaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from domain.people import RuleBook
from domain.tables import PEOPLE, PROOF, ROSTER
from scheduling.roster.audit import works_of
from scheduling.roster.problem import make_people
from scheduling.roster.rules import RULES, Rule, breaks
from scheduling.roster.rules.hours_per_week_min import owed_share
from scheduling.roster.rules.weekly_rest import longest_rest
from scheduling.roster.work import PersonWork, read_rows
from scheduling.shifts.localtime import iso_week, midnight, monday_of, stamps_of

UNMEASURED_UNIT = "breaches"
EXACT = 1e-6  # margins smaller than this, in the rule's unit, are none


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


# A rule should carry its measure itself; until then they are kept here by the rule's name.
MEASURES: Mapping[str, Measure] = {
    "rest": rest,
    "weekly_rest": weekly_rest,
    "hours_per_week": hours_per_week,
    "hours_per_week_min": hours_per_week_min,
    "hours_per_day": hours_per_day,
    "consecutive_days": consecutive_days,
    "breaks": break_windows,
}


def prove(
    roster: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    time_off: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The tightest margin of every person under every rule, as a frame under PROOF; arguments as those of `audit`.

    Measured rules come first. Rules that the book ignores, or of which a person has no instance (no second shift to
    rest before), have no row.
    """
    roster, people = ROSTER.check(roster), PEOPLE.check(people)
    staff = {person.agent: person for person in make_people(people, rulebook, time_off=time_off)}
    records: list[tuple[str, str, float, str, float, float, float, str, str, str]] = []
    if len(roster):
        for work in works_of(read_rows(roster), staff, rulebook, previous):
            records += [record for rule in RULES for record in _proven(rule, work)]
    if not records:
        return PROOF.empty()
    frame = pd.DataFrame(records, columns=list(PROOF.column_names))
    frame["start"] = stamps_of(frame["start"].to_numpy(dtype=np.float64))
    names = [rule.name for rule in RULES]
    order = {name: (name not in MEASURES) * len(names) + number for number, name in enumerate(names)}
    frame["order"] = frame["rule"].map(order)
    return PROOF.check(frame.sort_values(["order", "margin", "agent"], kind="stable").drop(columns="order"))


def tightest(proof: pd.DataFrame) -> pd.DataFrame:
    """Of a frame under PROOF the row with the least margin of each rule, in the frame's order of rules."""
    checked = PROOF.check(proof)
    return checked.loc[checked.groupby("rule", sort=False)["margin"].idxmin()].reset_index(drop=True)


def _proven(rule: Rule, work: PersonWork) -> Iterator[tuple[str, str, float, str, float, float, float, str, str, str]]:
    setting = rule.setting(work.book)
    if setting.strictness == "ignore":
        return
    measure, unit = MEASURES.get(rule.name), rule.unit
    if measure is None:
        findings = list(rule.check(work))
        start = findings[0].start if findings else float(midnight(work.first_day, work.timezone))
        found, unit = at_most(start, len(findings), 0), UNMEASURED_UNIT
        told = f"{len(findings)} breaches" if findings else "kept"
    else:
        margins = list(measure(work))
        if not margins:
            return
        found = min(margins, key=lambda margin: margin.margin)
        told = found.words(unit)
    source = work.book.source_of(rule.name) or rule.source
    yield (
        rule.name, work.agent, found.start, setting.strictness, float(found.found), float(found.limit), found.margin,
        unit, f"{rule.words}: {told}, {source}", source,
    )  # fmt: skip
