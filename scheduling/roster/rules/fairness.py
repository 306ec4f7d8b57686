"""Fair shares of the shifts nobody likes: who has had how many, what their share is, and what an unequal one costs.

Four counts, those of the ledger: night shifts, weekends with a shift, shifts on public holidays, late ends of other
shifts. People of one agreement and site share them by presence: the days (weekends, holidays) on which each could be
planned.
Of a count k, for person p with the share s[p] of all that p's colleagues work,
    off[p] = before[p] + count[p] − s[p] · Σ count,   before: over (or under) the share so far, from the ledger,
    cost   = price of k · Σ_p max(|off[p]| − within, 0),
convex in the counts and never negative. Arrays are people × counts, in the order of `COUNTS`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from domain.calendar import parse_clock
from domain.people import RuleBook, WorkAgreement
from domain.tables import LEDGER, PEOPLE
from domain.work_calendar import work_calendar
from scheduling.roster.availability import Availability
from scheduling.roster.rules.night_hours import is_night
from scheduling.roster.rules.weekend_days import is_weekend, weekends_of
from scheduling.roster.work import ABSENT, Absence, Balance, Worked
from scheduling.shifts.localtime import clock_of

COUNTS = ("nights", "weekends", "holidays", "late_ends")
NIGHTS, WEEKENDS, HOLIDAYS, LATE_ENDS = range(4)


@dataclass(frozen=True)
class Fairness:
    """What the fairness of one plan is measured by: `groups` by person, and arrays people × counts.

    `presence`: days (weekends, holidays) a person could have worked such a shift, 0: not one of those who share.
    """

    groups: tuple[tuple[str, str], ...]  # agreement and site
    presence: np.ndarray
    before: np.ndarray
    within: float

    @property
    def row(self) -> np.ndarray:
        """Position of everyone's group among the groups, in order of first mention."""
        place = {group: number for number, group in enumerate(dict.fromkeys(self.groups))}
        return np.array([place[group] for group in self.groups], dtype=np.int64)

    def members(self) -> list[np.ndarray]:
        """Flags of each group's people."""
        row = self.row
        return [row == number for number in range(row.max(initial=-1) + 1)]

    @cached_property
    def share(self) -> np.ndarray:
        """Everyone's share of what their group has; each count's sum over a group is 1 or 0."""
        share = np.zeros(self.presence.shape)
        for own in self.members():
            total = self.presence[own].sum(axis=0)
            share[own] = np.divide(self.presence[own], total, out=np.zeros((own.sum(), len(COUNTS))), where=total > 0)
        return share

    def off(self, counts: np.ndarray) -> np.ndarray:
        """How far everyone is off their share; 0 for those who do not share."""
        share, shares = self.share, self.presence > 0
        total = np.zeros(counts.shape)
        for own in self.members():
            total[own] = (counts[own] * shares[own]).sum(axis=0)
        return np.where(shares, self.before + counts - share * total, 0.0)

    def breach(self, counts: np.ndarray) -> np.ndarray:
        """How much further off than is still fair, people × counts."""
        return np.maximum(np.abs(self.off(counts)) - self.within, 0.0)

    def breach_if(self, counts: np.ndarray, by: float) -> np.ndarray:
        """The sum of everyone's breach if this one person's count were changed by `by`, people × counts."""
        off, share, shares = self.off(counts), self.share, self.presence > 0
        breach = np.maximum(np.abs(off) - self.within, 0.0)
        found = np.broadcast_to(breach.sum(axis=0), counts.shape).copy()
        for own in self.members():
            shared = np.maximum(np.abs(off[own] - by * share[own]) - self.within, 0.0) * shares[own]
            self_off = np.maximum(np.abs(off[own] + by * (1 - share[own])) - self.within, 0.0)
            change = (shared - breach[own]).sum(axis=0) - shared + self_off
            found[own] += np.where(shares[own], change, 0.0)
        return found


def measure(
    book: RuleBook,
    groups: Sequence[tuple[str, str]],
    presence: Sequence[Balance],
    before: Sequence[Balance],
) -> Fairness:
    """The shares of so many people."""
    return Fairness(
        tuple(groups),
        np.array(presence, dtype=np.float64).reshape(-1, len(COUNTS)),
        np.array(before, dtype=np.float64).reshape(-1, len(COUNTS)),
        book.fairness.within,
    )


def holidays_of(book: RuleBook, first_day: int, last_day: int) -> frozenset[int]:
    """Public holidays among local days (ordinals), by the calendar that the book names."""
    years = range(date.fromordinal(first_day).year, date.fromordinal(last_day).year + 1)
    found = work_calendar(book.fairness.calendar, years) if book.fairness.calendar else ()
    return frozenset(day.toordinal() for day in found if first_day <= day.toordinal() <= last_day)


def marks(
    clock: np.ndarray, length: np.ndarray, days: np.ndarray, agreement: WorkAgreement, late_from: int,
    holidays: Collection[int],
) -> np.ndarray:  # fmt: skip
    """Flags counts × shifts; a weekend is marked by each of its shifts.

    `clock`: start, minutes after local midnight; `length`: minutes; `days`: local days (ordinals) of the starts.
    """
    nights = is_night(clock, length, agreement)
    late = ~nights & (clock + length >= late_from)
    weekend = {day: is_weekend(day) for day in set(days.tolist())}
    return np.stack(
        [
            nights,
            np.array([weekend[day] for day in days.tolist()], dtype=bool),
            np.array([day in holidays for day in days.tolist()], dtype=bool),
            late,
        ]
    )


def count_shifts(
    shifts: Sequence[Worked], agreement: WorkAgreement, book: RuleBook, holidays: Collection[int],
    late_from: str | None = None,
) -> tuple[int, int, int, int]:  # fmt: skip
    """The four counts of one person's shifts."""
    clock = np.array([clock_of(shift.start, book.timezone) for shift in shifts], dtype=np.int64)
    length = np.array([shift.end - shift.start for shift in shifts])
    days = np.array([shift.day for shift in shifts], dtype=np.int64)
    found = marks(clock, length, days, agreement, parse_clock(late_from or book.fairness.late_from), holidays)
    return int(found[NIGHTS].sum()), len(weekends_of(days)), int(found[HOLIDAYS].sum()), int(found[LATE_ENDS].sum())


def present_days(first_day: int, last_day: int, absences: Iterable[Absence], availability: Availability) -> list[int]:
    """Local days on which a person could be planned."""
    away = [absence for absence in absences if absence.kind in ABSENT]
    first, last = max(first_day, availability.first_day), min(last_day, availability.last_day)
    return [day for day in range(first, last + 1) if not any(absence.holds(day) for absence in away)]


def presence_of(
    days: Sequence[int], agreement: WorkAgreement, availability: Availability, book: RuleBook, holidays: Collection[int]
) -> Balance:
    """Days for a night, weekends, holidays and days for a late end that a person could have had; 0: shares none."""
    night, some, late = _possible(agreement, availability, book)
    return (
        float(len(days) * night), float(len(weekends_of(days)) * some), float(sum(d in holidays for d in days) * some),
        float(len(days) * late),
    )  # fmt: skip


def _possible(agreement: WorkAgreement, availability: Availability, book: RuleBook) -> tuple[bool, bool, bool]:
    """Whether the agreement's shifts and the person's hours hold a night, any shift at all, a late end."""
    pairs = [
        (clock, template.length_minutes)
        for template in map(book.shift, agreement.shifts)
        for clock in template.start_minutes
        if availability.minutes_outside(clock, template.length_minutes, ()) <= 0
    ]
    if not pairs:
        return False, False, False
    clock, length = np.array(pairs, dtype=np.int64).T
    nights = is_night(clock, length, agreement)
    late = ~nights & (clock + length >= parse_clock(book.fairness.late_from))
    return bool(nights.any()), True, bool(late.any())


def over_share(ledger: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """How much more than their share people have had: columns agent and the four counts, negative where it was less.

    The share is that of the people of one agreement and site: all they had, by the days on which each could be planned;
    the sums over such a group are 0. `ledger` is a frame under LEDGER, `people` under PEOPLE; people the ledger does
    not know have had nothing of nothing.
    """
    staff = PEOPLE.check(people).set_index("agent")
    sites = staff["site"].fillna("").astype(str) if "site" in staff else pd.Series("", index=staff.index)
    own = LEDGER.check(ledger).set_index("agent").reindex(staff.index)
    counts, days = own[list(COUNTS)].fillna(0).astype("float64"), own["days"].fillna(0).astype("float64")
    names = (staff["agreement"].astype(str) + "\n" + sites.str.strip()).to_numpy()
    all_days = days.groupby(names).transform("sum")
    share = np.divide(days, all_days, out=np.zeros(len(days)), where=all_days.to_numpy() > 0)
    total = counts.groupby(names).transform("sum")
    return (counts - total.mul(share, axis=0)).rename_axis("agent").reset_index()


def balances(ledger: pd.DataFrame | None, people: pd.DataFrame) -> dict[str, Balance]:
    """What `over_share` says by agent; nothing without a ledger."""
    if ledger is None:
        return {}
    found = over_share(ledger, people)
    columns = [found[name].astype("float64") for name in COUNTS]
    return {str(agent): (n, w, h, e) for agent, n, w, h, e in zip(found["agent"], *columns, strict=True)}
