"""The fairness ledger: what each person has had of the shifts nobody likes, counted and carried between rosters.

Four counts: night shifts, weekends with a shift, shifts on public holidays, and late ends of other shifts. They
are held against the days on which a person could be planned, so that leave and part of a period owe nobody anything.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd

from domain.people import RuleBook
from domain.tables import LEDGER, PEOPLE, ROSTER
from scheduling.roster.audit import works_of
from scheduling.roster.problem import make_people
from scheduling.roster.rules.fairness import COUNTS, count_shifts, holidays_of, over_share, present_days
from scheduling.roster.work import PersonWork, read_rows

__all__ = ["COUNTS", "carry", "over_share"]


def carry(
    roster: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    holidays: Collection[date] | None = None,
    late_from: str | None = None,
    time_off: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
    days: tuple[date, date] | None = None,
) -> pd.DataFrame:
    """The ledger after a roster: a frame under LEDGER, one row for each of `people` and for all that `ledger` knows.

    `roster` is a frame under ROSTER, all of whose days are counted; `ledger`, under LEDGER, stands for what came before
    and must end before the roster begins. `holidays`, `late_from` (HH:MM, local time): where not given, those of the
    book's `[fairness]`. `days`: first and last local day of the plan; where None, the first and last one of the rows.
    Raises `TableError`, `BadValue`.
    """
    rows = read_rows(ROSTER.check(roster))
    before = LEDGER.empty() if ledger is None else LEDGER.check(ledger)
    staff = {person.agent: person for person in make_people(PEOPLE.check(people), rulebook, time_off=time_off)}
    works = list(works_of(rows, staff, rulebook, None, days)) if rows or days is not None else []
    late, free = late_from or rulebook.fairness.late_from, _holidays(works, rulebook, holidays)
    counted = [_count(work, free, late) for work in works]
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


def _holidays(works: list[PersonWork], book: RuleBook, holidays: Collection[date] | None) -> frozenset[int]:
    if holidays is not None:
        return frozenset(day.toordinal() for day in holidays)
    return holidays_of(book, works[0].first_day, works[0].last_day) if works else frozenset()


def _count(
    work: PersonWork, holidays: frozenset[int], late_from: str
) -> tuple[str, date, date, int, int, int, int, int]:
    days = present_days(work.first_day, work.last_day, work.absences, work.availability)
    counts = count_shifts(work.audited, work.agreement, work.book, holidays, late_from)
    return work.agent, date.fromordinal(work.first_day), date.fromordinal(work.last_day), len(days), *counts
