"""Person by person: what each has of the shifts nobody likes against a fair share, and which wishes are granted.

For any roster, read as the audit reads it: solved, edited, imported.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from domain.people import RuleBook
from domain.tables import GRANTS, PEOPLE, ROSTER, SHARES
from scheduling.roster.audit import works_of
from scheduling.roster.problem import make_people
from scheduling.roster.rules.fair_share import fairness_of
from scheduling.roster.rules.fairness import COUNTS
from scheduling.roster.rules.wishes import is_granted, wished_days
from scheduling.roster.work import PersonWork, read_rows
from scheduling.shifts.localtime import clock_of


def fair_shares(
    roster: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    time_off: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
    days: tuple[date, date] | None = None,
) -> pd.DataFrame:
    """A frame under SHARES: a row a person and count that their group (agreement and site) shares.

    Counts that nobody of a group has, now or before, are left out, and so are people who could have none. Arguments as
    `audit`.
    """
    works = _works(roster, people, rulebook, time_off, ledger, days)
    if not works:
        return SHARES.empty()
    fairness, counts = fairness_of(works)
    off, before = fairness.off(counts), fairness.before
    records = []
    for own in fairness.members():
        for k, count in enumerate(COUNTS):
            sharing = np.flatnonzero(own & (fairness.presence[:, k] > 0))
            if len(sharing) < 2 or not (counts[sharing, k].any() or before[sharing, k].any()):
                continue
            for number in sharing.tolist():
                had, so_far = int(counts[number, k]), float(before[number, k])
                share = max(so_far + had - float(off[number, k]), 0.0)
                records.append((works[number].agent, count, had, share, so_far, float(off[number, k])))
    if not records:
        return SHARES.empty()
    return SHARES.check(pd.DataFrame(records, columns=list(SHARES.column_names)))


def wish_grants(
    roster: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    time_off: pd.DataFrame | None = None,
    days: tuple[date, date] | None = None,
) -> pd.DataFrame:
    """A frame under GRANTS: a row a wished day of the roster, by person and day. Arguments as `audit`."""
    records = [record for work in _works(roster, people, rulebook, time_off, None, days) for record in _grants(work)]
    if not records:
        return GRANTS.empty()
    return GRANTS.check(pd.DataFrame(records, columns=list(GRANTS.column_names)))


def _works(
    roster: pd.DataFrame, people: pd.DataFrame, book: RuleBook, time_off: pd.DataFrame | None,
    ledger: pd.DataFrame | None, days: tuple[date, date] | None,
) -> list[PersonWork]:  # fmt: skip
    rows = read_rows(ROSTER.check(roster))
    if not rows and days is None:
        return []
    staff = make_people(PEOPLE.check(people), book, time_off=time_off, ledger=ledger)
    return list(works_of(rows, {person.agent: person for person in staff}, book, None, days))


def _grants(work: PersonWork) -> list[tuple[str, pd.Timestamp, str, str, float, bool, bool]]:
    wishes = sorted(wished_days(work.absences, work.first_day, work.last_day), key=lambda wish: wish[1])
    heaviest = max((wish.weight for wish, _ in wishes), default=0.0)
    found = []
    for wish, day in wishes:
        starts = [(s.shift, clock_of(s.start, work.timezone)) for s in work.audited if s.day == day]
        what = " ".join(part for part in (wish.shift, wish.clock) if part)
        at = pd.Timestamp(date.fromordinal(day))
        found.append((work.agent, at, wish.kind, what, wish.weight, wish.weight == heaviest, is_granted(wish, starts)))
    return found
