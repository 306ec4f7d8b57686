"""What a country's calendar says of each day's work: free days, their runs, and the working days around those runs.

Contacts follow the calendar of those who contact us: the first working day after a long break is a peak, days inside a
break sink and rise again, a weekend day that is worked looks like the weekday it stands for.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import pandas as pd

from domain.work_calendar import WorkCalendar

BREAK_DAYS = 3  # free days in a row from which on they are a break: more than a weekend
LONG_BREAK_DAYS = 10  # past that a break's length says no more
POSITIONS = 6  # days of a break that are told apart; the last of them is "from then on"
MARGIN_DAYS = 15  # looked at before and after, so that a run cut by the edge has its true length


@dataclass(frozen=True)
class WorkDays:
    """All arrays have one entry a day (D).

    Attributes:
        weekdays: 0 = Monday … 6 = Sunday; a moved working day is the weekday it stands for.
        free: a weekend day or holiday on which a usual week has no work.
        moved_working: weekend days that are worked.
        moved_off: weekdays made free by a move.
        shortened: working days an hour shorter.
        break_day: 1, 2, … inside a run of at least `BREAK_DAYS` free days; 0 elsewhere.
        break_left: days of that run that are still to come; 0 on its last day and elsewhere.
        free_before: on a working day, the free days just before it; 0 elsewhere.
        free_after: on a working day, the free days just after it; 0 elsewhere.
        second_after_break: working days that follow the first one after a break.
    """

    weekdays: np.ndarray
    free: np.ndarray
    moved_working: np.ndarray
    moved_off: np.ndarray
    shortened: np.ndarray
    break_day: np.ndarray
    break_left: np.ndarray
    free_before: np.ndarray
    free_after: np.ndarray
    second_after_break: np.ndarray

    def between(self, first: int, end: int) -> WorkDays:
        """The days at positions [first, end)."""
        return WorkDays(**{entry.name: getattr(self, entry.name)[first:end] for entry in fields(self)})


def work_days(days: pd.DatetimeIndex, calendar: WorkCalendar) -> WorkDays:
    """What `calendar` says of consecutive naive local days (D)."""
    dates = [day.date() for day in days]
    wide = _widened(dates)
    free = np.array([calendar.is_free(day) for day in wide], dtype=bool)
    before, after = _run_so_far(free), _run_so_far(free[::-1])[::-1]
    is_break = free & (before + after - 1 >= BREAK_DAYS)
    worked = ~free
    since = np.where(worked, np.concatenate([[0], before[:-1]]), 0)
    inner = slice(MARGIN_DAYS, MARGIN_DAYS + len(dates))
    return WorkDays(
        weekdays=np.array([calendar.weekday(day) for day in dates], dtype=np.int64),
        free=free[inner],
        moved_working=_among(dates, calendar.moved_working),
        moved_off=_among(dates, calendar.moved_off),
        shortened=_among(dates, calendar.shortened),
        break_day=np.where(is_break, before, 0)[inner],
        break_left=np.where(is_break, after - 1, 0)[inner],
        free_before=since[inner],
        free_after=np.where(worked, np.concatenate([after[1:], [0]]), 0)[inner],
        second_after_break=(worked & np.concatenate([[False], since[:-1] >= BREAK_DAYS]))[inner],
    )


def _widened(dates: list[date]) -> list[date]:
    if not dates:
        return []
    first = dates[0] - timedelta(days=MARGIN_DAYS)
    return [first + timedelta(days=number) for number in range(len(dates) + 2 * MARGIN_DAYS)]


def _among(dates: list[date], known: Container[date]) -> np.ndarray:
    return np.array([day in known for day in dates], dtype=bool)


def _run_so_far(free: np.ndarray) -> np.ndarray:
    """How many free days in a row end with each day; 0 on working days."""
    place = np.arange(len(free))
    last_worked = np.maximum.accumulate(np.where(free, -1, place)) if len(free) else place
    return np.asarray(place - last_worked)


def work_day_blocks(work: WorkDays) -> tuple[np.ndarray, ...]:
    """Three blocks of features (D × columns), each to be shrunk on its own.

    1. Moved days: a worked weekend day (beside the weekday it counts as), a shortened day.
    2. Working days around a break of `BREAK_DAYS` or more: the first day after it, how much longer the break was (0-1),
       the second day after it, the last day before it. (A day between free days was tried: it cost more than it gave.)
    3. Inside a break: day 1 … `POSITIONS` of it, and its last day.
    """
    after, before = work.free_before >= BREAK_DAYS, work.free_after >= BREAK_DAYS
    longer = (np.minimum(work.free_before, LONG_BREAK_DAYS) - BREAK_DAYS) / (LONG_BREAK_DAYS - BREAK_DAYS)
    position = np.minimum(work.break_day, POSITIONS)
    moved = np.column_stack([work.moved_working, work.shortened])
    around = np.column_stack([after, np.where(after, longer, 0.0), work.second_after_break, before])
    inside = np.column_stack(
        [position[:, None] == np.arange(1, POSITIONS + 1), (work.break_day > 0) & (work.break_left == 0)]
    )
    return moved.astype(float), around.astype(float), inside.astype(float)
