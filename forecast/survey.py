"""What each cell of a queue's history should have held: the same weekday of the weeks around it, robustly.

- **usual**: contacts to expect of a cell (day × slot), from the weeks on both sides.
- **least**: the smaller of what the weeks before and the weeks after say. Where a level or the opening hours changed
  for good, one side knows, so nothing there looks lost.
- **spread**: by how much days vary around the usual beyond counting noise, relative to the usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd

from domain.calendar import OpeningHours
from domain.intervals import IntervalGrid, local_days
from domain.queues import matches, split_list
from domain.tables import EVENTS, HISTORY
from forecast.cells import CellLayout, CellReader, QueueCells, cell_layout, cell_reader

LEVEL_WEEKS = 5  # a side: an outage of up to two weeks leaves the median alone
SHAPE_WEEKS = 8  # a side: the shape of the day changes slower than its level, and needs more contacts
LEAST_WEEKS = 2  # known weeks on a side before it has a say
LEAST_KNOWN_SHARE = 0.7  # a day that misses more of its contacts has no total
SPREAD_DAYS = 182
SPREAD_STEP_DAYS = 28
LONGEST_TURN_DAYS = 9  # days between two holidays no further apart are special too: the turn of the year
NOISE = 1.3  # variance of counting noise against a median of a few weeks, in units of a Poisson variance
MEDIAN_OF_SQUARE = 0.4549  # of a squared standard normal


@dataclass(frozen=True)
class QueueSurvey:
    """One queue in the survey's layout.

    Attributes:
        contacts: (D × S) contacts, NaN where unknown.
        open: (D × S) cells of the queue's life that may have contacts.
        usual, least: (D × S) contacts expected; 0 where nothing can be said.
        total: (D) contacts of the day, NaN where unknown.
        centre, before, after: (D) usual total of the day by both sides, by the weeks before, by those after.
        spread: (D) standard deviation of days around the usual beyond counting noise, relative.
        plain: (D) days that are neither holidays, nor next to one, nor of an event.
    """

    queue: str
    contacts: np.ndarray
    open: np.ndarray
    usual: np.ndarray
    least: np.ndarray
    total: np.ndarray
    centre: np.ndarray
    before: np.ndarray
    after: np.ndarray
    spread: np.ndarray
    plain: np.ndarray


@dataclass(frozen=True)
class Survey:
    """All queues of a history in one layout. `celebrated`: (D) holidays, their neighbours and the days between two."""

    layout: CellLayout
    rows_a_cell: int
    celebrated: np.ndarray
    holiday: np.ndarray
    queues: tuple[QueueSurvey, ...]

    @property
    def slots(self) -> int:
        """Slots of a day (S)."""
        return self.layout.slots

    @cached_property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """(D × S, flat) UTC microseconds at which each cell begins and ends; −1 in the hour that the clocks skip."""
        size = self.layout.shape[0] * self.slots
        place = self.layout.day * self.slots + self.layout.slot
        stamps = self.layout.starts.asi8
        begin, end = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
        np.minimum.at(begin, place, stamps)
        if self.layout.grid.is_daily:
            last = self.layout.starts[-1].tz_convert(self.layout.grid.timezone) + pd.DateOffset(days=1)
            ends = np.append(stamps[1:], last.value // 1000)
        else:
            ends = stamps + self.layout.grid.interval_minutes * 60_000_000
        np.maximum.at(end, place, ends)
        return np.where(end < 0, -1, begin), end


def survey_history(
    history: pd.DataFrame,
    grid: IntervalGrid,
    *,
    opening: OpeningHours | None = None,
    holidays: Mapping[date, str] | None = None,
    events: pd.DataFrame | None = None,
    gaps: str = "missing",
) -> Survey:
    """The survey of a frame under HISTORY (at least one row) on `grid`.

    `opening`: closed cells expect nothing. `events`: frame under EVENTS; their days, and `holidays`, teach nothing.
    Rows that the history itself marks as missing, outage, outlier or discard are unknown.
    """
    rows = HISTORY.check(history).sort_values(["queue", "start"], kind="stable")
    ends = pd.DatetimeIndex([rows["start"].min(), rows["start"].max()])
    days = local_days(ends, grid.timezone)
    layout = cell_layout(days[0], (days[1] - days[0]).days + 1, grid)
    reader: CellReader = cell_reader(rows, layout, gaps)
    holiday = np.array([day.date() in (holidays or {}) for day in layout.days], dtype=bool)
    celebrated = _celebrated(holiday)
    found = []
    for cells in reader.read(rows):
        plain = ~celebrated & ~_of_events(cells.queue, layout.days, events)
        hours = np.ones(layout.shape, dtype=bool)
        if opening is not None:
            hours = layout.opened(opening.of(cells.queue), [day.date() for day in layout.days[holiday]])
        found.append(_surveyed(cells, layout, plain, hours))
    return Survey(layout, reader.per_cell, celebrated, holiday, tuple(found))


def _celebrated(holiday: np.ndarray) -> np.ndarray:
    """Holidays, the days next to them, and short stretches between two of them."""
    near = holiday.copy()
    near[1:] |= holiday[:-1]
    near[:-1] |= holiday[1:]
    at = np.flatnonzero(holiday)
    for first, second in pairwise(at):
        if second - first <= LONGEST_TURN_DAYS:
            near[first:second] = True
    return near


def _of_events(queue: str, days: pd.DatetimeIndex, events: pd.DataFrame | None) -> np.ndarray:
    mask = np.zeros(len(days), dtype=bool)
    if events is None:
        return mask
    table = EVENTS.check(events)
    patterns = table["queues"] if "queues" in table else pd.Series("", index=table.index)
    ramps, decays = (
        pd.to_timedelta(table[name].fillna(0), unit="D") if name in table else pd.Timedelta(0)
        for name in ("ramp_days", "decay_days")
    )
    for first, last, pattern in zip(table["from"] - ramps, table["to"] + decays, patterns, strict=True):
        if matches(queue, split_list(pattern) or ("*",)):
            mask |= np.asarray((days >= first) & (days <= last))
    return mask


def _surveyed(cells: QueueCells, layout: CellLayout, plain: np.ndarray, hours: np.ndarray) -> QueueSurvey:
    life = np.zeros(layout.shape, dtype=bool)
    life[cells.first : cells.end] = True
    is_open = life & hours & (layout.multiplicity > 0)
    contacts = np.where(cells.known & is_open, cells.contacts, np.nan)
    total = _totals(contacts, is_open, np.asarray(layout.days.day_of_week))
    taught = np.where(plain, total, np.nan)
    before, after, centre = (_by_week(taught, side) for side in ("before", "after", "both"))
    shapes = [_shape(contacts, taught, side) for side in ("before", "after", "both")]
    least = _smaller(_times(before, shapes[0]), _times(after, shapes[1]))
    weight = layout.multiplicity * is_open
    return QueueSurvey(
        queue=cells.queue,
        contacts=contacts,
        open=is_open,
        usual=np.nan_to_num(_times(centre, shapes[2])) * weight,
        least=np.nan_to_num(least) * weight,
        total=total,
        centre=centre,
        before=before,
        after=after,
        spread=_spread(np.where(plain, total, np.nan), centre),
        plain=plain,
    )


def _totals(contacts: np.ndarray, is_open: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    """(D) contacts a day; what little of a day is unknown is filled up by its usual share."""
    known = ~np.isnan(contacts)
    values = np.where(known, contacts, 0.0)
    totals = np.full(len(values), np.nan)
    for weekday in range(7):
        rows = weekdays == weekday
        mean = values[rows].sum(axis=0) / np.maximum(known[rows].sum(axis=0), 1)
        whole = (is_open[rows] * mean).sum(axis=1)
        share = np.divide((known[rows] * mean).sum(axis=1), whole, out=np.zeros(rows.sum()), where=whole > 0)
        share = np.where((whole == 0) & known[rows].any(axis=1), 1.0, share)
        filled = values[rows].sum(axis=1) / np.where(share > 0, share, 1.0)
        totals[rows] = np.where(share >= LEAST_KNOWN_SHARE, filled, np.nan)
    return totals


def _weeks(values: np.ndarray) -> np.ndarray:
    """(D × …) as (W × 7 × …), NaN beyond the end."""
    missing = -len(values) % 7
    padded = np.concatenate([values, np.full((missing, *values.shape[1:]), np.nan)])
    return padded.reshape(-1, 7, *values.shape[1:])


def _by_week(totals: np.ndarray, side: str) -> np.ndarray:
    """(D) median total of the same weekday in the weeks of a side; NaN where too few are known."""
    weeks = _weeks(totals)
    shifts = {"before": range(-LEVEL_WEEKS, 0), "after": range(1, LEVEL_WEEKS + 1)}
    wanted = shifts.get(side, [shift for shift in range(-LEVEL_WEEKS, LEVEL_WEEKS + 1) if shift])
    stack = np.stack([_shifted(weeks, shift) for shift in wanted])
    known = (~np.isnan(stack)).sum(axis=0)
    ordered = np.sort(stack, axis=0)  # NaN last
    low, high = (
        np.take_along_axis(ordered, place[None], axis=0)[0] for place in (np.maximum(known - 1, 0) // 2, known // 2)
    )
    return np.where(known >= LEAST_WEEKS, (low + high) / 2, np.nan).reshape(-1)[: len(totals)]


def _shifted(weeks: np.ndarray, by: int) -> np.ndarray:
    """Row w holds week w + by."""
    moved = np.full_like(weeks, np.nan)
    if by > 0:
        moved[:-by] = weeks[by:]
    else:
        moved[-by:] = weeks[:by]
    return moved


def _shape(contacts: np.ndarray, totals: np.ndarray, side: str) -> np.ndarray:
    """(D × S) share of a day's contacts in each slot, by the same weekday in the weeks of a side."""
    told = ~np.isnan(contacts) & ~np.isnan(totals)[:, None]
    part = _weeks(np.where(told, contacts, 0.0))
    whole = _weeks(np.where(told, np.nan_to_num(totals)[:, None], 0.0))
    sums = [_window(np.nan_to_num(values), side) for values in (part, whole)]
    share = np.divide(sums[0], sums[1], out=np.zeros_like(sums[0]), where=sums[1] > 0)
    return np.asarray(share.reshape(-1, contacts.shape[1])[: len(contacts)])


def _window(weeks: np.ndarray, side: str) -> np.ndarray:
    """Sums over the weeks of a side, the week itself left out."""
    running = np.concatenate([np.zeros((1, *weeks.shape[1:])), np.cumsum(weeks, axis=0)])
    at, number = np.arange(len(weeks)), len(weeks)
    before = running[at] - running[np.maximum(at - SHAPE_WEEKS, 0)]
    after = running[np.minimum(at + 1 + SHAPE_WEEKS, number)] - running[at + 1]
    return np.asarray({"before": before, "after": after}.get(side, before + after))


def _times(totals: np.ndarray, shape: np.ndarray) -> np.ndarray:
    return np.asarray(totals[:, None] * shape)


def _smaller(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.asarray(np.fmin(first, second))


def deviation(total: np.ndarray, usual: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """(D) how many standard deviations a day lies from the usual: counting noise and the spread of days together.

    Differences of square roots, whose counting noise is nearly the same for all means. Source: Anscombe (1948).
    """
    apart = 2 * (np.sqrt(total + 0.375) - np.sqrt(usual + 0.375))
    return np.asarray(apart / np.sqrt(NOISE + spread**2 * usual))


def _spread(totals: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """(D) relative standard deviation of days beyond counting noise, robust, in windows of half a year."""
    apart = 2 * (np.sqrt(totals + 0.375) - np.sqrt(centre + 0.375))
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = (apart**2 / MEDIAN_OF_SQUARE - NOISE) / centre
    beyond = np.where(np.isfinite(beyond), beyond, np.nan)
    found = np.zeros(len(totals))
    for first in range(0, len(totals), SPREAD_STEP_DAYS):
        middle = first + SPREAD_STEP_DAYS // 2
        near = beyond[max(middle - SPREAD_DAYS // 2, 0) : middle + SPREAD_DAYS // 2]
        near = near[~np.isnan(near)]
        found[first : first + SPREAD_STEP_DAYS] = np.sqrt(max(float(np.median(near)), 0.0)) if near.size else 0.0
    return found
