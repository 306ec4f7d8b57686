"""The fairness ledger: what each person has had of the shifts nobody likes, counted and carried between rosters.

Four counts: night shifts, weekends with a shift, shifts on public holidays, and late ends of other shifts. They
are held against the days on which a person could be planned, so that leave and part of a period owe nobody anything.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd

from domain.calendar import parse_clock
from domain.people import RuleBook
from domain.tables import LEDGER, PEOPLE, ROSTER
from scheduling.roster.audit import works_of
from scheduling.roster.problem import make_people
from scheduling.roster.rules.night_hours import is_night_shift
from scheduling.roster.rules.weekend_days import weekends_of
from scheduling.roster.work import ABSENT, PersonWork, Worked, read_rows
from scheduling.shifts.localtime import clock_of, day_of

COUNTS = ("nights", "weekends", "holidays", "late_ends")
LATE_FROM = "21:00"


def carry(
    roster: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    holidays: Collection[date] = (),
    late_from: str = LATE_FROM,
    time_off: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The ledger after a roster: a frame under LEDGER, one row for each of `people` and for all that `ledger` knows.

    `roster` is a frame under ROSTER, all of whose days are counted; `ledger`, under LEDGER, stands for what came before
    and must end before the roster begins. `late_from` is HH:MM, local time. Raises `TableError`, `BadValue`.
    """
    rows = read_rows(ROSTER.check(roster))
    before = LEDGER.empty() if ledger is None else LEDGER.check(ledger)
    staff = {person.agent: person for person in make_people(PEOPLE.check(people), rulebook, time_off=time_off)}
    works = works_of(rows, staff, rulebook, None) if rows else ()
    counted = [_count(work, frozenset(holidays), parse_clock(late_from)) for work in works]
    new = pd.DataFrame(counted, columns=["agent", "first", "last", "days", *COUNTS])
    old = before.rename(columns={"from": "first", "to": "last"})[list(new.columns)]
    both = [frame for frame in (old, new) if len(frame)]
    if not both:
        return LEDGER.empty()
    joined = pd.concat([frame.assign(**{c: pd.to_datetime(frame[c]) for c in ("first", "last")}) for frame in both])
    groups = joined.groupby("agent", sort=True)
    total = groups[["days", *COUNTS]].sum().astype("int64")
    total.insert(0, "to", groups["last"].max())
    total.insert(0, "from", groups["first"].min())
    return LEDGER.check(total.reset_index())


def over_share(ledger: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """How much more than their share people have had: columns agent and the four counts, negative where it was less.

    The share is that of the people of one agreement: all they had, by the days on which each could be planned; the sums
    over an agreement are 0. `ledger` is a frame under LEDGER, `people` under PEOPLE; people the ledger does not know
    have had nothing of nothing.
    """
    agreement = PEOPLE.check(people).set_index("agent")["agreement"]
    own = LEDGER.check(ledger).set_index("agent").reindex(agreement.index)
    counts, days = own[list(COUNTS)].fillna(0).astype("float64"), own["days"].fillna(0).astype("float64")
    names = agreement.to_numpy()
    all_days = days.groupby(names).transform("sum")
    share = np.divide(days, all_days, out=np.zeros(len(days)), where=all_days.to_numpy() > 0)
    total = counts.groupby(names).transform("sum")
    return (counts - total.mul(share, axis=0)).rename_axis("agent").reset_index()


def _count(
    work: PersonWork, holidays: frozenset[date], late_from: int
) -> tuple[str, date, date, int, int, int, int, int]:
    agreement, zone = work.agreement, work.timezone
    nights = [shift for shift in work.audited if is_night_shift(shift, agreement, zone)]
    late = [shift for shift in work.audited if shift not in nights and _ends_late(shift, zone, late_from)]
    days = [
        day
        for day in range(work.first_day, work.last_day + 1)
        if work.availability.first_day <= day <= work.availability.last_day
        and not any(absence.kind in ABSENT and absence.holds(day) for absence in work.absences)
    ]
    return (
        work.agent, date.fromordinal(work.first_day), date.fromordinal(work.last_day), len(days), len(nights),
        len(weekends_of([shift.day for shift in work.audited])),
        sum(date.fromordinal(shift.day) in holidays for shift in work.audited), len(late),
    )  # fmt: skip


def _ends_late(shift: Worked, timezone: str, late_from: int) -> bool:
    """Whether a shift ends at or after the hour, or on the next day."""
    return day_of(shift.end, timezone) > shift.day or clock_of(shift.end, timezone) >= late_from
