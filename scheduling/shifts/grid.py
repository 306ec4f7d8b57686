"""The cover grid: the requirement intervals, filled up so that no shift of the plan sticks out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from domain.errors import BadValue
from domain.intervals import DAY_MINUTES, IntervalGrid, grid_between
from scheduling.shifts.localtime import minutes_of, stamps_of

BLOCK_SPANS = 256


@dataclass(frozen=True)
class CoverGrid:
    """Consecutive intervals. `start`, `end`: minutes since 1970 UTC; `hours`: length; all of one length T."""

    start: np.ndarray
    end: np.ndarray
    interval_minutes: int

    @property
    def hours(self) -> np.ndarray:
        """Length of each interval in hours (23 to 25 for a daily grid when clocks change)."""
        return np.asarray((self.end - self.start) / 60.0)

    def __len__(self) -> int:
        return len(self.start)

    def part(self, first: int, last: int) -> CoverGrid:
        """The intervals from `first` to before `last`."""
        return CoverGrid(self.start[first:last], self.end[first:last], self.interval_minutes)

    def position(self, minutes: np.ndarray) -> np.ndarray:
        """The interval each minute lies in (clipped to the grid)."""
        return np.clip(np.searchsorted(self.start, minutes, side="right") - 1, 0, len(self.start) - 1)

    def shares(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Share of each interval that each span [start, end) fills: spans × intervals, 0 to 1."""
        found = np.empty((len(start), len(self.start)))
        for first in range(0, len(start), BLOCK_SPANS):  # thousands of spans by thousands of intervals: no big copies
            part = slice(first, first + BLOCK_SPANS)
            low = np.maximum(start[part, None], self.start[None, :])
            high = np.minimum(end[part, None], self.end[None, :])
            found[part] = np.maximum(high - low, 0) / (self.end - self.start)[None, :]
        return found


def interval_of(requirements: pd.DataFrame) -> int:
    """The one interval length of a REQUIREMENTS frame. Raises `BadValue` where there are several."""
    lengths = sorted(requirements["interval_minutes"].unique())
    if len(lengths) > 1:
        raise BadValue(
            "requirements on one grid",
            column="interval_minutes",
            found=lengths,
            remedy="Run `smena require` with --interval.",
        )
    return int(lengths[0])


def make_grid(first: float, end: float, interval_minutes: int, timezone: str) -> CoverGrid:
    """The grid from `first` (a requirement interval's start) to at least `end`, minutes since 1970 UTC."""
    if interval_minutes == DAY_MINUTES:
        marks = stamps_of(np.array([first, end + 2 * DAY_MINUTES]))
        starts = minutes_of(grid_between(marks[0], marks[1], IntervalGrid(DAY_MINUTES, timezone)))
        start, stop = starts[:-1], starts[1:]
        kept = start < end
        return CoverGrid(start[kept], stop[kept], interval_minutes)
    count = max(int(np.ceil((end - first) / interval_minutes)), 1)
    start = first + interval_minutes * np.arange(count, dtype=np.float64)
    return CoverGrid(start, start + interval_minutes, interval_minutes)
