"""History as days × slots: the layout in which day totals, opening hours and profiles are learned.

- **slot**: an interval of the day by the wall clock; slot 18 of a half-hourly grid begins at 09:00.
- **multiplicity** of a cell (day, slot): how many intervals of the grid show that wall clock; 1, but 0 in the hour
  that a clock change skips and 2 in the hour that it doubles.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
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
BLOCK_CELLS = 2_000_000  # 16 MB an array


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
    def size(self) -> int:
        """Cells of a queue: D · S."""
        return len(self.days) * self.slots

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
        again, once = pd.factorize(starts)  # queues share their starts: each is looked up once
        day, slot = self._located(pd.DatetimeIndex(once))
        return day[again], slot[again]

    def _located(self, starts: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
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
class CellBlock:
    """The history of several queues (Q) in a layout, their arrays in one piece each: Q × D × S, as in `QueueCells`.

    `first`, `end`: (Q) first and one past the last day with a row.
    """

    queues: tuple[str, ...]
    contacts: np.ndarray
    known: np.ndarray
    listed: np.ndarray
    handled: np.ndarray
    handle_seconds: np.ndarray
    first: np.ndarray
    end: np.ndarray

    def each(self) -> Iterator[QueueCells]:
        """Queue by queue, without copying."""
        for at, queue in enumerate(self.queues):
            yield QueueCells(
                queue, self.contacts[at], self.known[at], self.listed[at], self.handled[at], self.handle_seconds[at],
                int(self.first[at]), int(self.end[at]),
            )  # fmt: skip


@dataclass(frozen=True)
class CellReader:
    """Turns rows under HISTORY into cells. `per_cell`: rows of the source in a cell of multiplicity 1."""

    layout: CellLayout
    per_cell: int
    gaps: str
    until: tuple[int, int]  # (day, slot) of the last row of any queue: zeros are not invented after it

    def read(self, rows: pd.DataFrame) -> tuple[QueueCells, ...]:
        """The cells of every queue, by name. All rows lie in the layout, those of a queue in the order of starts."""
        return tuple(cells for block in self.blocks(rows) for cells in block.each())

    def blocks(self, rows: pd.DataFrame) -> Iterator[CellBlock]:
        """The same, as many queues at a time as BLOCK_CELLS holds: what is counted on the way stays small."""
        numbers, names = pd.factorize(rows["queue"], sort=True)
        if len(numbers) and np.any(numbers[1:] < numbers[:-1]):
            order = np.argsort(numbers, kind="stable")
            rows, numbers = rows.iloc[order], numbers[order]
        day, slot = self.layout.located(pd.DatetimeIndex(rows["start"]))
        place = day * self.layout.slots + slot
        columns = _counted_columns(rows)
        step = max(BLOCK_CELLS // self.layout.size, 1)
        for first in range(0, len(names), step):
            queues = names[first : first + step]
            begin, end = np.searchsorted(numbers, [first, first + len(queues)])
            inside = slice(int(begin), int(end))
            part = {name: values[inside] for name, values in columns.items()}
            yield self._block(tuple(map(str, queues)), numbers[inside] - first, place[inside], part)

    def _block(
        self, queues: tuple[str, ...], queue: np.ndarray, place: np.ndarray, columns: Mapping[str, np.ndarray]
    ) -> CellBlock:
        """`queue`, `place`: (rows) position of each row's queue, rising, and of its cell in the layout."""
        shape = (len(queues), *self.layout.shape)
        at = queue * self.layout.size + place

        def counted(weights: np.ndarray | None = None) -> np.ndarray:
            return np.bincount(at, weights, minlength=math.prod(shape)).reshape(shape)

        number = counted()
        begins = np.searchsorted(queue, np.arange(len(queues)))
        days = place // self.layout.slots
        if self.gaps == "zero":
            known = self._between(place[begins], shape)
        else:
            known = number >= self.layout.multiplicity * self._usual_rows(number)[:, None, :]
        if columns["bad"].any():
            known &= counted(columns["bad"]) == 0
        nothing = np.broadcast_to(0.0, shape)
        return CellBlock(
            queues=queues,
            contacts=counted(columns["offered"]),
            known=known,
            listed=counted(columns["listed"]) > 0 if "listed" in columns else number > 0,
            handled=counted(columns["handled"]) if "handled" in columns else nothing,
            handle_seconds=counted(columns["seconds"]) if "seconds" in columns else nothing,
            first=np.minimum.reduceat(days, begins),
            end=np.maximum.reduceat(days, begins) + 1,
        )

    def _usual_rows(self, number: np.ndarray) -> np.ndarray:
        """(Q × S) rows a slot usually has, at most `per_cell`: a queue may open or close in the middle of an interval.

        That is the median over the days with rows, needed only where any day has fewer than all.
        """
        usual = np.full((number.shape[0], number.shape[2]), float(self.per_cell))
        short = ((number > 0) & (number < self.per_cell)).any(axis=1)
        for queue, slot in np.argwhere(short):
            seen = number[queue, :, slot]
            usual[queue, slot] = min(float(np.median(seen[seen > 0])), self.per_cell)
        return usual

    def _between(self, first: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
        """Cells from the first row (`first`: (Q) place in the layout) to the last of any queue."""
        position = np.arange(self.layout.size).reshape(self.layout.shape)
        last = self.until[0] * self.layout.slots + self.until[1]
        return np.asarray((position >= first[:, None, None]) & (position <= last)).reshape(shape)


def _counted_columns(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """What is summed in each cell: offered, bad rows, and where the rows tell: listed, handled, seconds."""
    offered = rows["offered"].to_numpy(dtype=float)
    bad = np.isnan(offered)
    if "mark" in rows:
        bad = bad | rows["mark"].isin(UNKNOWN_MARKS).to_numpy()
    columns = {"offered": np.where(bad, 0.0, offered), "bad": bad}
    if "open" in rows:
        columns["listed"] = rows["open"].to_numpy(dtype=bool)
    if "aht_seconds" in rows:
        aht = rows["aht_seconds"].to_numpy(dtype=float)
        weight = rows["handled"].to_numpy(dtype=float) if "handled" in rows else offered
        weight = np.where(np.isnan(aht), 0.0, np.nan_to_num(np.where(np.isnan(weight), offered, weight)))
        columns["handled"], columns["seconds"] = weight, weight * np.nan_to_num(aht)
    return columns


def cell_reader(history: pd.DataFrame, layout: CellLayout, gaps: str) -> CellReader:
    """The reader of a history in `layout`.

    Raises `InputError` where the history is coarser than the grid, or its step does not divide the grid's.
    """
    starts = pd.DatetimeIndex(history["start"].unique())
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
    if grid.is_daily and len(history) == 1:
        return DAY_MINUTES
    step = infer_interval_minutes(starts, grid.timezone)
    if step <= grid.interval_minutes:
        return step
    minutes = history.groupby("queue")["start"].diff().dropna().dt.total_seconds() / 60
    if minutes.empty and step != DAY_MINUTES:  # one row a queue tells no step
        return grid.interval_minutes
    usual = round(float(minutes.median())) if len(minutes) else step
    return step if usual == step else grid.interval_minutes
