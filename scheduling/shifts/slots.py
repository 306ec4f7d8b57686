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
    records: list[tuple[int, int, int, int, int]] = []
    starts = [sorted(set(shift.start_minutes)) for shift in book.shifts]
    clocks = np.array(sorted({clock for own in starts for clock in own}), dtype=np.int64)
    for position, day in enumerate(days):
        minutes, exists = at_clock(int(day), clocks, book.timezone)  # slow to ask for: once a day for all templates
        minute_of = dict(zip(clocks[exists].tolist(), minutes[exists].tolist(), strict=True))
        for number, shift in enumerate(book.shifts):
            records += [
                (position, number, minute_of[clock], minute_of[clock] + shift.length_minutes, clock)
                for clock in starts[number]
                if clock in minute_of and (latest_start is None or minute_of[clock] < latest_start)
            ]
    table = np.array(records, dtype=np.int64).reshape(-1, 5)
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
