"""A roster read as shifts: one row a shift or absence, in the site's local time, as people print and subscribe it.

- **shift**: rows of one person that follow each other without a gap and carry one shift name (or none);
- **absence**: leave, sickness, and training outside any shift; it belongs to local days, not to hours;
- **number**: the how-manieth shift of that person on that local day, from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pandas as pd

from domain.intervals import to_utc
from domain.people import RuleBook
from domain.shifts import ShiftTemplate
from domain.tables import ROSTER

ABSENCES = ("leave", "sick")


@dataclass(frozen=True)
class Part:
    """One activity inside a shift; stamps are local."""

    start: pd.Timestamp
    end: pd.Timestamp
    activity: str
    queue: str
    source: str
    paid_minutes: float


@dataclass(frozen=True)
class Shift:
    """One shift of one person. `start` and `end` are in the site's zone; `day` is the local day it starts on."""

    agent: str
    day: date
    number: int
    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    parts: tuple[Part, ...]

    @property
    def paid_minutes(self) -> float:
        """Paid time, minutes."""
        return sum(part.paid_minutes for part in self.parts)

    @property
    def hours_text(self) -> str:
        """`09:00–17:30` by the wall clock."""
        return f"{self.start:%H:%M}–{self.end:%H:%M}"


@dataclass(frozen=True)
class Absence:
    """Local days (both included) on which a person is away."""

    agent: str
    first_day: date
    last_day: date
    kind: str

    def holds(self, day: date) -> bool:
        """Whether the person is away that day."""
        return self.first_day <= day <= self.last_day


def read_shifts(
    roster: pd.DataFrame, timezone: str, rulebook: RuleBook | None = None
) -> tuple[tuple[Shift, ...], tuple[Absence, ...]]:
    """Shifts and absences of a roster (frame under ROSTER), by agent and start.

    Pauses are paid as the shift's template says; without a template breaks are paid and lunch is not.
    """
    frame = ROSTER.check(roster).sort_values(["agent", "start"], kind="stable", ignore_index=True)
    frame = frame.assign(
        start=to_utc(frame["start"]).tz_convert(timezone), end=to_utc(frame["end"]).tz_convert(timezone)
    )
    for column in ("queue", "shift", "source"):
        frame[column] = frame[column].fillna("")
    templates = {shift.name: shift for shift in rulebook.shifts} if rulebook else {}
    rows = [_Row(*cells) for cells in frame[list(_Row._fields)].itertuples(index=False, name=None)]
    absences = tuple(_absence(row) for row in rows if row.is_away)
    shifts: list[Shift] = []
    for group in _groups([row for row in rows if not row.is_away]):
        before = shifts[-1] if shifts else None
        again = before is not None and (before.agent, before.day) == (group[0].agent, group[0].start.date())
        shifts.append(_shift(group, 1 + (before.number if before and again else 0), templates))
    return tuple(shifts), absences


def days_of(shifts: Sequence[Shift], absences: Sequence[Absence]) -> tuple[date, ...]:
    """Every local day from the first to the last that a shift starts on or an absence touches."""
    firsts = [shift.day for shift in shifts] + [absence.first_day for absence in absences]
    lasts = [shift.day for shift in shifts] + [absence.last_day for absence in absences]
    return tuple(day.date() for day in pd.date_range(min(firsts), max(lasts), freq="D")) if firsts else ()


class _Row(NamedTuple):
    agent: str
    start: pd.Timestamp
    end: pd.Timestamp
    activity: str
    queue: str
    shift: str
    source: str

    @property
    def is_away(self) -> bool:
        return self.activity in ABSENCES or (self.activity == "training" and not self.shift)


def _groups(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Rows of each shift together; `rows` are sorted by agent and start."""
    group: list[_Row] = []
    for row in rows:
        if group and not _follows(row, group):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _follows(row: _Row, group: Sequence[_Row]) -> bool:
    name = _name(group)
    same = row.agent == group[0].agent and (not name or not row.shift or row.shift == name)
    return same and row.start <= max(other.end for other in group)


def _name(rows: Sequence[_Row]) -> str:
    return next((row.shift for row in rows if row.shift), "")


def _shift(rows: Sequence[_Row], number: int, templates: Mapping[str, ShiftTemplate]) -> Shift:
    name = _name(rows)
    pays: dict[str, list[bool]] = {"break": [], "lunch": []}
    for pause in templates[name].breaks if name in templates else ():
        pays[pause.kind].append(pause.paid)
    parts: list[Part] = []
    reached = rows[0].start
    for row in rows:
        fresh = max((row.end - max(row.start, reached)).total_seconds() / 60, 0.0)
        reached = max(reached, row.end)
        minutes = fresh if _is_paid(row.activity, pays, parts) else 0.0
        parts.append(Part(row.start, row.end, row.activity, row.queue, row.source, minutes))
    return Shift(rows[0].agent, rows[0].start.date(), number, name, rows[0].start, reached, tuple(parts))


def _is_paid(activity: str, pays: Mapping[str, list[bool]], before: Sequence[Part]) -> bool:
    if activity not in pays:
        return True
    known = pays[activity]
    place = sum(part.activity == activity for part in before)
    return known[min(place, len(known) - 1)] if known else activity == "break"


def _absence(row: _Row) -> Absence:
    last = row.end - pd.Timedelta(1, "us")  # an absence until midnight does not touch the next day
    return Absence(row.agent, row.start.date(), last.date(), row.activity)
