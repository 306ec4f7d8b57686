"""Shift templates as concrete slots: template × allowed start × local day, with the places of their breaks.

A slot lasts its template's presence in elapsed minutes, also in a night when clocks change; its start is the wall
clock of its local day. A start that the clock skips does not exist that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np

from domain.calendar import parse_clock
from domain.people import RuleBook
from domain.shifts import ShiftTemplate
from scheduling.shifts.localtime import at_clock

FINEST_STEP_MINUTES = 5


@dataclass(frozen=True)
class SlotTable:
    """All slots of a plan, sorted by day, template and start. Arrays of one length J."""

    day: np.ndarray  # position of the local day in the plan
    template: np.ndarray  # position in `templates`
    start: np.ndarray  # minutes since 1970 UTC
    end: np.ndarray
    clock: np.ndarray  # minutes after local midnight
    paid_hours: np.ndarray
    templates: tuple[ShiftTemplate, ...]
    step_minutes: int

    def __len__(self) -> int:
        return len(self.day)

    def label(self, slot: int) -> str:
        """A short name of letters, digits and underscores, such as `d2_t0_0900`."""
        clock = int(self.clock[slot])
        return f"d{self.day[slot]}_t{self.template[slot]}_{clock // 60:02d}{clock % 60:02d}"


def break_step_minutes(book: RuleBook, interval_minutes: int) -> int:
    """The step on which starts and breaks of all templates lie, at least 5 minutes."""
    step = interval_minutes
    for shift in book.shifts:
        numbers = [parse_clock(shift.start_from), shift.length_minutes]
        if len(shift.start_minutes) > 1:
            numbers.append(shift.start_step_minutes)
        for pause in shift.breaks:
            numbers += [pause.minutes, pause.earliest_minutes, pause.latest_minutes]
        for number in numbers:
            step = gcd(step, number)
    return max(step, FINEST_STEP_MINUTES)


def break_offsets(shift: ShiftTemplate, step_minutes: int) -> tuple[np.ndarray, ...]:
    """For each break of a template the allowed starts, minutes after the shift's start; the last one included."""
    offsets = []
    for pause in shift.breaks:
        steps = np.arange(pause.earliest_minutes, pause.latest_minutes + 1, step_minutes)
        if steps[-1] != pause.latest_minutes:
            steps = np.append(steps, pause.latest_minutes)
        offsets.append(steps)
    return tuple(offsets)


def make_slots(book: RuleBook, days: np.ndarray, interval_minutes: int, latest_start: float | None = None) -> SlotTable:
    """Every slot of the templates on the given local days (ordinals)."""
    clocks = [np.unique(np.array(shift.start_minutes, dtype=np.int64)) for shift in book.shifts]
    daily = np.concatenate([*clocks, np.zeros(0, dtype=np.int64)]).astype(np.int64)
    number = np.repeat(np.arange(len(clocks)), [len(own) for own in clocks])
    position = np.repeat(np.arange(len(days)), len(daily))
    template, clock = np.tile(number, len(days)), np.tile(daily, len(days))
    start, there = at_clock(np.asarray(days, dtype=np.int64)[position], clock, book.timezone)
    if latest_start is not None:
        there &= start < latest_start
    length = np.array([shift.length_minutes for shift in book.shifts], dtype=np.int64)
    end = start + (length[template] if len(length) else 0)
    table = np.stack([position, template, start, end, clock], axis=1)[there]
    paid = np.array([shift.paid_minutes / 60 for shift in book.shifts])
    return SlotTable(
        day=table[:, 0],
        template=table[:, 1],
        start=table[:, 2],
        end=table[:, 3],
        clock=table[:, 4],
        paid_hours=paid[table[:, 1]] if len(table) else np.zeros(0),
        templates=book.shifts,
        step_minutes=break_step_minutes(book, interval_minutes),
    )
