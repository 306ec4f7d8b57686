"""An audit of any roster: the solver's, an edited one, an imported one. It reads rows only, and the same rule files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from domain.people import RuleBook
from domain.tables import AUDIT, PEOPLE, ROSTER
from scheduling.roster.model import Person
from scheduling.roster.problem import make_people
from scheduling.roster.rules import GROUP_RULES, RULES
from scheduling.roster.work import PersonWork, Row, Worked, is_day_row, read_rows, shifts_before, worked_shifts
from scheduling.shifts.localtime import day_of, midnight, stamps_of

Record = tuple[str, str, float, str, float, float, str, str]  # a row of AUDIT, its start in minutes
UNKNOWN_PERSON = "known_people"  # reported like a rule, but none: without an agreement there is nothing to check


def audit(
    roster: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    time_off: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
    days: tuple[date, date] | None = None,
) -> pd.DataFrame:
    """Every breach of every rule, as a frame under AUDIT, worst strictness first; empty where the roster is clean.

    `roster`, `previous`: frames under ROSTER; shifts of `previous` that start before the first day of `roster` count
    in rest, days in a row and weekly hours; `ledger` (under LEDGER) counts in fair shares. `days`: first and last local
    day of the plan; where None, the first and last one of the roster's rows, so that promises of days without any row
    are not checked and the norm of a plan is that of fewer days. Rules that the book sets to `ignore` are not checked;
    `pay` and `warn` are reported with their strictness. Raises `TableError` for a frame that breaks its contract.
    """
    roster, people = ROSTER.check(roster), PEOPLE.check(people)
    staff = {person.agent: person for person in make_people(people, rulebook, time_off=time_off, ledger=ledger)}
    records: list[Record] = []
    if len(roster) or days is not None:
        works = list(works_of(read_rows(roster), staff, rulebook, previous, days))
        for work in works:
            records += breaches_of(work)
        records += shared_breaches(works, rulebook)
        records += _strangers(read_rows(roster), staff)
    return audit_frame(records)


def works_of(
    rows: dict[str, list[Row]], staff: dict[str, Person], book: RuleBook, previous: pd.DataFrame | None,
    planned: tuple[date, date] | None = None,
) -> Iterator[PersonWork]:  # fmt: skip
    """All that rules may look at, person by person. `rows`: those of `read_rows`; `staff` by agent.

    `planned`: first and last day of the plan; needed where `rows` is empty.
    """
    zone = book.timezone
    shifts_of = {agent: worked_shifts(own, book) for agent, own in rows.items()}
    days = _days(rows, shifts_of, zone)
    if planned is not None:
        days |= {planned[0].toordinal(), planned[1].toordinal()}
    first, last = min(days), max(days)
    begin = midnight(first, zone)
    before = read_rows(ROSTER.check(previous)) if previous is not None else {}
    for agent, person in staff.items():
        own = rows.get(agent, [])
        history = shifts_before(before.get(agent, []), begin, book)
        shifts: tuple[Worked, ...] = (*history, *shifts_of.get(agent, ()))
        yield PersonWork(
            agent=agent,
            agreement=person.agreement,
            book=book,
            patterns=person.patterns,
            availability=person.availability,
            absences=person.absences,
            rows=tuple(own),
            shifts=tuple(sorted(shifts, key=lambda shift: (shift.start, shift.end))),
            first_day=first,
            last_day=last,
            before=person.before,
            site=person.site,
            mentor=person.mentor,
            proficiency=person.proficiency,
        )


def _days(rows: dict[str, list[Row]], shifts_of: dict[str, tuple[Worked, ...]], timezone: str) -> set[int]:
    """Local days a shift or an absence starts on: what follows midnight of a night shift plans no new day."""
    worked = {shift.day for own in shifts_of.values() for shift in own}
    return worked | {day_of(row.start, timezone) for own in rows.values() for row in own if is_day_row(row)}


def breaches_of(work: PersonWork) -> Iterator[Record]:
    """Breaches of the rules that look at one person."""
    for rule in RULES:
        setting = rule.setting(work.book)
        if setting.strictness == "ignore":
            continue
        for finding in rule.check(work):
            yield (
                rule.name, work.agent, finding.start, setting.strictness, finding.found, finding.limit, rule.unit,
                f"{work.agent}: {finding.words}",
            )  # fmt: skip


def shared_breaches(works: list[PersonWork], book: RuleBook) -> Iterator[Record]:
    """Breaches of the rules that look at all people."""
    for rule in GROUP_RULES:
        setting = rule.setting(book)
        if setting.strictness == "ignore":
            continue
        for agent, finding in rule.check(works):
            yield (
                rule.name, agent, finding.start, setting.strictness, finding.found, finding.limit, rule.unit,
                f"{agent}: {finding.words}",
            )  # fmt: skip


def _strangers(rows: dict[str, list[Row]], staff: dict[str, Person]) -> Iterator[Record]:
    """Rows of agents that PEOPLE does not have: no agreement, so no rule can be checked for them."""
    for agent, own in rows.items():
        if agent not in staff:
            count = sum(not is_day_row(row) for row in own)
            words = f"{agent} is not one of the people: {count} rows can't be checked"
            yield UNKNOWN_PERSON, agent, own[0].start, "forbid", float(len(own)), 0.0, "rows", words


_ORDER = {"forbid": 0, "pay": 1, "warn": 2}


def audit_frame(records: list[Record]) -> pd.DataFrame:
    """AUDIT of breaches, worst strictness first."""
    if not records:
        return AUDIT.empty()
    frame = pd.DataFrame(records, columns=list(AUDIT.column_names))
    frame["start"] = stamps_of(frame["start"].to_numpy(dtype=np.float64))
    frame["_order"] = frame["strictness"].map(_ORDER)
    frame["_excess"] = -(frame["found"] - frame["limit"]).abs()
    frame = frame.sort_values(["_order", "rule", "agent", "start", "_excess"], kind="stable")
    frame = frame.drop_duplicates(["rule", "agent", "start"]).drop(columns=["_order", "_excess"])
    return AUDIT.check(frame)
