"""Any roster read as shifts: the view on which every rule checks, whoever made the rows.

- **worked shift**: rows of one person that follow each other without a gap and carry one shift name (rows of the same
  named shift also join over a gap that lies within the template's length). Rows as long as two whole shifts of that
  name, one after the other, are two shifts.
- **previous**: a shift of the roster before; it counts in rest, days in a row and weekly hours, and is never reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from domain.people import RuleBook, WorkAgreement
from domain.shifts import ShiftTemplate
from domain.tables import WHOLE_DAYS
from scheduling.roster.availability import Availability
from scheduling.shifts.localtime import day_of, minutes_of

AT_WORK = ("work", "break", "lunch", "training", "meeting")
EVEN = (0.0, 0.0, 0.0, 0.0)
Balance = tuple[float, float, float, float]
ABSENT = WHOLE_DAYS


@dataclass(frozen=True)
class Row:
    """One row of a roster. Times are minutes since 1970 UTC."""

    start: float
    end: float
    activity: str
    queues: tuple[str, ...]
    shift: str


@dataclass(frozen=True)
class Worked:
    """One shift as it stands in a roster. `day`: the local day (ordinal) it starts on."""

    start: float
    end: float
    day: int
    shift: str
    paid_hours: float
    rows: tuple[Row, ...]
    previous: bool = False


@dataclass(frozen=True)
class Absence:
    """Days (ordinals, both included) off, wished or pinned: leave, sick, training, wish_off, wish_work, pinned.

    `shift`, `clock` (HH:MM): which shift is pinned or wished; empty: any.
    """

    first_day: int
    last_day: int
    kind: str
    weight: float = 1.0
    shift: str = ""
    clock: str = ""

    def holds(self, day: int) -> bool:
        """Whether a day lies in it."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class PersonWork:
    """All that a rule's check may look at: one person, their agreement, and their shifts sorted by start.

    `before`: nights, weekends, holidays and late ends above (or under) their share so far.
    """

    agent: str
    agreement: WorkAgreement
    book: RuleBook
    patterns: tuple[str, ...]
    availability: Availability
    absences: tuple[Absence, ...]
    rows: tuple[Row, ...]
    shifts: tuple[Worked, ...]
    first_day: int
    last_day: int
    before: Balance = EVEN
    site: str = ""
    mentor: str = ""
    proficiency: float = 1.0

    @property
    def timezone(self) -> str:
        """The site's zone."""
        return self.book.timezone

    @property
    def audited(self) -> tuple[Worked, ...]:
        """The shifts of the roster under audit, without those before it."""
        return tuple(shift for shift in self.shifts if not shift.previous)


def read_rows(roster: pd.DataFrame) -> dict[str, list[Row]]:
    """Rows by agent, sorted by start. `roster` is a frame under ROSTER."""
    by_agent: dict[str, list[Row]] = {}
    frame = roster.sort_values(["agent", "start"], kind="stable")
    starts, ends = minutes_of(frame["start"]), minutes_of(frame["end"])
    queue, shift = frame["queue"].fillna(""), frame["shift"].fillna("")
    for agent, start, end, activity, queues, name in zip(
        frame["agent"], starts, ends, frame["activity"], queue, shift, strict=True
    ):
        parts = tuple(part.strip() for part in str(queues).split("|") if part.strip())
        by_agent.setdefault(str(agent), []).append(Row(float(start), float(end), str(activity), parts, str(name)))
    return by_agent


def is_day_row(row: Row) -> bool:
    """Whether a row is an absence (leave, sick, whole-day training) and no part of a shift."""
    return row.activity in ("leave", "sick") or (row.activity == "training" and not row.shift)


def worked_shifts(rows: list[Row], book: RuleBook, *, previous: bool = False) -> tuple[Worked, ...]:
    """The shifts that one person's rows make up, in order of start."""
    templates: Mapping[str, ShiftTemplate] = {shift.name: shift for shift in book.shifts}
    groups: list[list[Row]] = []
    for row in rows:
        if is_day_row(row):
            continue
        if groups and _belongs(groups[-1], row, templates.get(row.shift)):
            groups[-1].append(row)
        else:
            groups.append([row])
    whole = [part for group in groups for part in _parted(group, templates.get(group[0].shift))]
    return tuple(_worked(group, templates, book.timezone, previous) for group in whole)


def shifts_before(rows: list[Row], minute: float, book: RuleBook) -> tuple[Worked, ...]:
    """One person's shifts that start before a minute, whole: with their rows after it."""
    return tuple(shift for shift in worked_shifts(rows, book, previous=True) if shift.start < minute)


def _belongs(group: list[Row], row: Row, template: ShiftTemplate | None) -> bool:
    same = row.shift == group[0].shift or not row.shift or not group[0].shift
    if not same:
        return False
    if abs(row.start - max(r.end for r in group)) < 1e-9:
        return True
    return bool(row.shift) and template is not None and row.start < group[0].start + template.length_minutes


def _parted(rows: list[Row], template: ShiftTemplate | None) -> list[list[Row]]:
    """The rows of a split day whose second shift begins as the first one ends, shift by shift; else all in one."""
    if template is None or any(row.shift != template.name for row in rows):
        return [rows]
    start, length = rows[0].start, template.length_minutes
    part_of = [int((row.start - start) // length) for row in rows]
    whole = all(row.end <= start + (part + 1) * length for row, part in zip(rows, part_of, strict=True))
    if not whole or max(row.end for row in rows) != start + (max(part_of) + 1) * length:
        return [rows]
    parts = [[row for row, own in zip(rows, part_of, strict=True) if own == part] for part in range(max(part_of) + 1)]
    return parts if all(parts) else [rows]


def _worked(rows: list[Row], templates: Mapping[str, ShiftTemplate], timezone: str, previous: bool) -> Worked:
    start, end = rows[0].start, max(row.end for row in rows)
    name = next((row.shift for row in rows if row.shift), "")
    return Worked(
        start=start,
        end=end,
        day=day_of(start, timezone),
        shift=name,
        paid_hours=paid_hours(rows, templates.get(name)),
        rows=tuple(rows),
        previous=previous,
    )


def paid_hours(rows: list[Row], template: ShiftTemplate | None) -> float:
    """Paid hours of a shift's rows: work, training and meetings, and the pauses that its template pays.

    Without a template a break is paid and lunch is not. Overlapping rows count once.
    """
    pay: dict[str, list[bool]] = {"break": [], "lunch": []}
    for pause in template.breaks if template else ():
        pay[pause.kind].append(pause.paid)
    seen = {"break": 0, "lunch": 0}
    total, reached = 0.0, -np.inf
    for row in rows:
        counted = max(row.end - max(row.start, reached), 0.0)
        reached = max(reached, row.end)
        if row.activity in pay:
            known = pay[row.activity]
            place = seen[row.activity]
            seen[row.activity] += 1
            paid = known[min(place, len(known) - 1)] if known else row.activity == "break"
            counted = counted if paid else 0.0
        total += counted
    return total / 60
