"""History as days × slots: the layout in which day totals, opening hours and profiles are learned.

- **slot**: an interval of the day by the wall clock; slot 18 of a half-hourly grid begins at 09:00.
- **multiplicity** of a cell (day, slot): how many intervals of the grid show that wall clock; 1, but 0 in the hour
  that a clock change skips and 2 in the hour that it doubles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from domain.calendar import OpeningHours, WeekHours
from domain.errors import InputError
from domain.intervals import (
    DAY_MINUTES,
    IntervalGrid,
    grid_between,
    infer_interval_minutes,
    local_days,
    local_midnights,
    local_minutes,
)

UNKNOWN_MARKS = ("missing", "outage", "discard", "outlier")


@dataclass(frozen=True)
class CellLayout:
    """Consecutive local days (D) × slots of the grid (S), and every interval of the grid on them.

    Attributes:
        starts: UTC start of each interval (N).
        day, slot: position of each interval (N).
    """

    grid: IntervalGrid
    days: pd.DatetimeIndex
    starts: pd.DatetimeIndex
    day: np.ndarray
    slot: np.ndarray

    @property
    def slots(self) -> int:
        """Slots of a day (S)."""
        return DAY_MINUTES // self.grid.interval_minutes

    @property
    def shape(self) -> tuple[int, int]:
        """(D, S)."""
        return len(self.days), self.slots

    @property
    def multiplicity(self) -> np.ndarray:
        """(D × S) intervals of the grid in each cell."""
        return self.counted(self.day, self.slot, None)

    def counted(self, day: np.ndarray, slot: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
        """(D × S) sum of weights (or number) of the rows at each cell."""
        found = np.bincount(day * self.slots + slot, weights, minlength=len(self.days) * self.slots)
        return found.astype(float).reshape(self.shape)

    def located(self, starts: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
        """(day, slot) of each UTC start; the day is negative or ≥ D outside the layout."""
        days = local_days(starts, self.grid.timezone)
        day = np.asarray((days - self.days[0]) // pd.Timedelta(days=1), dtype=np.int64)
        if self.grid.is_daily:
            return day, np.zeros(len(day), dtype=np.int64)
        return day, local_minutes(starts, self.grid.timezone) // self.grid.interval_minutes

    def opened(self, hours: WeekHours, holidays: Iterable[date]) -> np.ndarray:
        """(D × S) whether any interval of the cell is open by `hours`; a `WorkCalendar` also tells of moved days."""
        mask = OpeningHours(default=hours).is_open("", self.starts, self.grid, holidays)
        return self.counted(self.day, self.slot, mask.astype(float)) > 0


def cell_layout(first: pd.Timestamp, days: int, grid: IntervalGrid) -> CellLayout:
    """The layout of `days` local days from the naive local day `first`."""
    index = pd.date_range(first, periods=days, freq="D")
    edges = local_midnights(pd.DatetimeIndex([index[0], index[-1] + pd.Timedelta(days=1)]), grid.timezone)
    starts = grid_between(edges[0], edges[1], grid)
    empty = CellLayout(grid, index, starts, np.array([], dtype=np.int64), np.array([], dtype=np.int64))
    day, slot = empty.located(starts)
    return CellLayout(grid, index, starts, day, slot)


@dataclass(frozen=True)
class QueueCells:
    """One queue's history in a layout.

    Attributes:
        contacts: (D × S) contacts of the rows there are.
        known: (D × S) whether every row of the cell is there and counted.
        listed: (D × S) whether a row is there that does not say the queue was closed.
        handled: (D × S) contacts whose handle time is known.
        handle_seconds: (D × S) their handle time in total.
        first, end: first and one past the last day with a row.
    """

    queue: str
    contacts: np.ndarray
    known: np.ndarray
    listed: np.ndarray
    handled: np.ndarray
    handle_seconds: np.ndarray
    first: int
    end: int

    def last(self, end: int, days: int) -> slice:
        """The up to `days` days before position `end` as a slice of the layout's days."""
        return slice(max(end - days, 0), end)


@dataclass(frozen=True)
class CellReader:
    """Turns rows under HISTORY into cells. `per_cell`: rows of the source in a cell of multiplicity 1."""

    layout: CellLayout
    per_cell: int
    gaps: str
    until: tuple[int, int]  # (day, slot) of the last row of any queue: zeros are not invented after it

    def read(self, queue: str, rows: pd.DataFrame) -> QueueCells:
        """The cells of one queue's rows; all rows must lie in the layout."""
        layout = self.layout
        day, slot = layout.located(pd.DatetimeIndex(rows["start"]))
        offered = rows["offered"].to_numpy(dtype=float)
        bad = np.isnan(offered)
        if "mark" in rows:
            bad = bad | rows["mark"].isin(UNKNOWN_MARKS).to_numpy()
        sums = layout.counted(day, slot, np.where(bad, 0.0, offered))
        number, spoilt = layout.counted(day, slot, None), layout.counted(day, slot, bad.astype(float))
        listed = rows["open"].to_numpy(dtype=bool) if "open" in rows else np.ones(len(rows), dtype=bool)
        handled, seconds = self._handle_time(rows, day, slot, offered)
        if self.gaps == "zero":
            known = self._between(int(day[0]), int(slot[0]))
        else:
            known = number >= layout.multiplicity * self._usual_rows(number)
        return QueueCells(
            queue=queue,
            contacts=sums,
            known=known & (spoilt == 0),
            listed=layout.counted(day, slot, listed.astype(float)) > 0,
            handled=handled,
            handle_seconds=seconds,
            first=int(day.min()),
            end=int(day.max()) + 1,
        )

    def _usual_rows(self, number: np.ndarray) -> np.ndarray:
        """(S) rows a slot usually has, at most `per_cell`: a queue may open or close in the middle of an interval."""
        present = np.where(number > 0, number, np.nan)
        seen = (number > 0).any(axis=0)
        usual = np.full(number.shape[1], float(self.per_cell))
        usual[seen] = np.nanmedian(present[:, seen], axis=0)
        return np.asarray(np.minimum(usual, self.per_cell))

    def _between(self, day: int, slot: int) -> np.ndarray:
        position = np.arange(self.layout.shape[0] * self.layout.slots).reshape(self.layout.shape)
        last = self.until[0] * self.layout.slots + self.until[1]
        return (position >= day * self.layout.slots + slot) & (position <= last)

    def _handle_time(
        self, rows: pd.DataFrame, day: np.ndarray, slot: np.ndarray, offered: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        if "aht_seconds" not in rows:
            return np.zeros(self.layout.shape), np.zeros(self.layout.shape)
        aht = rows["aht_seconds"].to_numpy(dtype=float)
        weight = rows["handled"].to_numpy(dtype=float) if "handled" in rows else offered
        weight = np.where(np.isnan(aht), 0.0, np.nan_to_num(np.where(np.isnan(weight), offered, weight)))
        seconds = self.layout.counted(day, slot, weight * np.nan_to_num(aht))
        return self.layout.counted(day, slot, weight), seconds


def cell_reader(history: pd.DataFrame, layout: CellLayout, gaps: str) -> CellReader:
    """The reader of a history in `layout`.

    Raises `InputError` where the history is coarser than the grid, or its step does not divide the grid's.
    """
    starts = pd.DatetimeIndex(history["start"])
    step = _source_minutes(history, starts, layout.grid)
    if layout.grid.interval_minutes % step:
        shown = "day" if step == DAY_MINUTES else f"{step} minutes"
        possible = str(step) if 60 % step == 0 else "day"
        raise InputError(
            f"a history at least as fine as the grid of {layout.grid.interval_minutes} minutes",
            column="start",
            found=f"one row per {shown}",
            remedy=f"Forecast with --interval {possible}, or give a finer history.",
        )
    day, slot = layout.located(starts[[int(starts.argmax())]])
    return CellReader(layout, layout.grid.interval_minutes // step, gaps, (int(day[0]), int(slot[0])))


def _source_minutes(history: pd.DataFrame, starts: pd.DatetimeIndex, grid: IntervalGrid) -> int:
    """The step of the history; a sparse history of a fine grid counts as that grid."""
    if grid.is_daily and len(starts) == 1:
        return DAY_MINUTES
    step = infer_interval_minutes(starts, grid.timezone)
    if step <= grid.interval_minutes:
        return step
    minutes = history.groupby("queue")["start"].diff().dropna().dt.total_seconds() / 60
    if minutes.empty and step != DAY_MINUTES:  # one row a queue tells no step
        return grid.interval_minutes
    usual = round(float(minutes.median())) if len(minutes) else step
    return step if usual == step else grid.interval_minutes
