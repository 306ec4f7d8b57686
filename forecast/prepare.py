"""From rows under HISTORY to what the stages work on: cells, opening hours, calendar, panel of day totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from domain.calendar import OpeningHours, WeekHours
from domain.errors import BadValue
from domain.intervals import IntervalGrid, floor_to_grid, local_days, local_midnights, to_utc
from domain.tables import HISTORY
from domain.work_calendar import WorkCalendar
from forecast.calendar_effects import DayCalendar, day_calendar
from forecast.cells import CellBlock, CellLayout, QueueCells, cell_layout, cell_reader
from forecast.opening import learn_hours, open_then
from forecast.panel import DailyPanel, daily_panel

WINDOW_DAYS = 1100
LEAST_KNOWN_SHARE = 0.7  # a day that misses more of its contacts than the rest is unknown


@dataclass(frozen=True)
class Site:
    """What is known beside the history: grid, hours (None: learned), holidays by date, events, meaning of gaps."""

    grid: IntervalGrid
    opening: OpeningHours | None
    holidays: Mapping[date, str]
    events: pd.DataFrame | None
    gaps: str


@dataclass(frozen=True)
class Prepared:
    """History and horizon of all queues (Q), ready to learn from.

    Attributes:
        layout: days (D history days, then H horizon days) × slots (S).
        history_days: D.
        calendar: of all D + H days.
        panel: day totals of the D history days.
        cells: one a queue; rows in the horizon are empty.
        opened: one (D + H × S) mask of open cells a queue.
        hours: opening hours by queue, given or learned.
    """

    layout: CellLayout
    history_days: int
    calendar: DayCalendar
    panel: DailyPanel
    cells: tuple[QueueCells, ...]
    opened: tuple[np.ndarray, ...]
    hours: tuple[WeekHours, ...]

    @property
    def horizon(self) -> DayCalendar:
        """The calendar of the H days after the history."""
        return self.calendar.between(self.history_days, len(self.calendar.days))


def rows_before(history: pd.DataFrame, as_of: pd.Timestamp, grid: IntervalGrid) -> pd.DataFrame:
    """The rows whose interval was over at `as_of`, sorted by queue and start; a row under way is not a whole one.

    Raises `TableError` for a history outside its contract.
    """
    checked = HISTORY.check(history)
    starts = pd.DatetimeIndex(checked["start"])
    if grid.is_daily:
        # a daily row ends with its local day, a finer row at most then
        once = pd.DatetimeIndex(starts.unique())
        coarse = bool((floor_to_grid(once, grid) == once).all()) if len(once) else False
        limit = local_midnights(local_days(pd.DatetimeIndex([as_of]), grid.timezone), grid.timezone)[0]
        keep = starts < (limit if coarse else as_of)
    else:
        keep = starts < floor_to_grid(pd.DatetimeIndex([as_of]), grid)[0]
    return _in_order(checked if keep.all() else checked[np.asarray(keep)])


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows by queue and start. Files mostly are in order already: seeing that is quicker than sorting."""
    numbers, _ = pd.factorize(rows["queue"], sort=True)
    stamps = pd.DatetimeIndex(rows["start"]).asi8
    rises = (numbers[1:] > numbers[:-1]) | ((numbers[1:] == numbers[:-1]) & (stamps[1:] >= stamps[:-1]))
    ordered = rows if rises.all() else rows.iloc[np.lexsort((stamps, numbers))]
    return ordered.reset_index(drop=True)


def prepare(
    rows: pd.DataFrame,
    site: Site,
    *,
    as_of_day: pd.Timestamp,
    horizon_days: int,
    wanted: pd.DataFrame | None = None,
    as_it_was: bool = False,
) -> Prepared:
    """Lay out `rows` (of `rows_before`, at least one) and `horizon_days` days from the local day `as_of_day` on.

    `wanted` (queue, start): intervals that are asked for; without given hours they are open. `as_it_was`: learned hours
    of the past are those of their time as well (`open_then`), so that days open only in the past count.
    Raises `BadValue` for an unknown meaning of gaps and a history that ends long before, `InputError` for one that is
    coarser than the grid.
    """
    if site.gaps not in ("missing", "zero"):
        raise BadValue("missing or zero", column="gaps", found=site.gaps)
    first_row = local_days(pd.DatetimeIndex(rows["start"].iloc[[int(rows["start"].argmin())]]), site.grid.timezone)[0]
    first = min(max(first_row, as_of_day - pd.Timedelta(days=WINDOW_DAYS)), as_of_day - pd.Timedelta(days=1))
    begins = local_midnights(pd.DatetimeIndex([first]), site.grid.timezone)[0]
    recent = np.asarray(pd.DatetimeIndex(rows["start"]) >= begins)
    if not recent.any():
        raise BadValue(
            f"a history that reaches into the {WINDOW_DAYS} days before as_of", column="start",
            found=f"{rows['start'].max()} as the last interval", remedy="Give an earlier as_of, or newer history.",
        )  # fmt: skip
    rows = rows if recent.all() else rows[recent]
    history_days = (as_of_day - first) // pd.Timedelta(days=1)
    layout = cell_layout(first, history_days + horizon_days, site.grid)
    reader = cell_reader(rows, layout, site.gaps)
    is_holiday = np.array([day.date() in site.holidays for day in layout.days], dtype=bool)
    read: list[QueueCells] = []
    learned: list[WeekHours] = []
    then: list[np.ndarray] = []
    for block in reader.blocks(rows):
        read.extend(block.each())
        learned.extend(_hours(block, site, layout, is_holiday, trim=wanted is None))
        if as_it_was and site.opening is None:
            then.extend(open_then(block, np.asarray(layout.days.day_of_week), is_holiday))
    cells, hours = tuple(read), tuple(learned)
    opened = _opened(cells, hours, layout, site.holidays)
    if then:
        opened = tuple(mask | past for mask, past in zip(opened, then, strict=True))
    if wanted is not None and site.opening is None:
        opened = _opened_where_wanted(opened, cells, layout, wanted)
    names = tuple(queue.queue for queue in cells)
    open_days = np.array([mask.any(axis=1) for mask in opened])
    calendar = day_calendar(names, layout.days, open_days, site.holidays, site.events)
    opened = tuple(mask & calendar.open[number][:, None] for number, mask in enumerate(opened))
    exists, until = layout.multiplicity > 0, reader.until[0]
    totals = np.array([_day_totals(queue, mask & exists, until) for queue, mask in zip(cells, opened, strict=True)])
    panel = daily_panel(calendar.between(0, history_days), totals[:, :history_days])
    return Prepared(layout, history_days, calendar, panel, cells, opened, hours)


def _hours(
    block: CellBlock, site: Site, layout: CellLayout, is_holiday: np.ndarray, trim: bool
) -> tuple[WeekHours, ...]:
    if site.opening is not None:
        return tuple(site.opening.of(queue) for queue in block.queues)
    calendar = WorkCalendar.of(site.holidays)
    stands_for = np.array([calendar.weekday(day.date()) for day in layout.days], dtype=np.int64)
    return learn_hours(block, np.asarray(layout.days.day_of_week), is_holiday, trim, stands_for)


def _opened(
    cells: tuple[QueueCells, ...], hours: tuple[WeekHours, ...], layout: CellLayout, holidays: Mapping[date, str]
) -> tuple[np.ndarray, ...]:
    """(D + H × S) open cells by queue; queues with the same hours share the work."""
    masks = {own: layout.opened(own, holidays) for own in set(hours)}
    return tuple(masks[own] for own, _ in zip(hours, cells, strict=True))


def _opened_where_wanted(
    opened: tuple[np.ndarray, ...], cells: tuple[QueueCells, ...], layout: CellLayout, wanted: pd.DataFrame
) -> tuple[np.ndarray, ...]:
    day, slot = layout.located(to_utc(wanted["start"]))
    names = wanted["queue"].to_numpy()
    masks = []
    for mask, queue in zip(opened, cells, strict=True):
        own = (names == queue.queue) & (day >= 0) & (day < layout.shape[0])
        with_wanted = mask.copy()
        with_wanted[day[own], slot[own]] = True
        masks.append(with_wanted)
    return tuple(masks)


def _day_totals(cells: QueueCells, needed: np.ndarray, until: int) -> np.ndarray:
    """(D + H) contacts in the cells that are `needed` (D + H × S: those that exist and are open); NaN where unknown.

    A day of which some intervals are missing is filled up by the usual share of those, if that is at most 30 %.
    """
    known = needed & cells.known
    totals: np.ndarray = np.where(known, cells.contacts, 0.0).sum(axis=1)
    number = np.maximum(known.sum(axis=0), 1)
    usual = np.where(known, cells.contacts, 0.0).sum(axis=0) / number
    expected = np.where(needed, usual, 0.0).sum(axis=1)
    share = np.divide(np.where(known, usual, 0.0).sum(axis=1), expected, out=np.ones(len(totals)), where=expected > 0)
    complete = known.sum(axis=1) == needed.sum(axis=1)
    usable = complete | ((share >= LEAST_KNOWN_SHARE) & (known.sum(axis=1) > 0))
    usable[: cells.first] = False
    usable[until + 1 :] = False
    filled = np.where(complete, totals, totals / np.where(share > 0, share, 1.0))
    return np.where(usable & needed.any(axis=1), filled, np.nan)


def only_history(prepared: Prepared, queue: int) -> QueueCells:
    """One queue's cells cut to the history days."""
    days = slice(0, prepared.history_days)
    cells = prepared.cells[queue]
    return replace(
        cells,
        contacts=cells.contacts[days],
        known=cells.known[days],
        listed=cells.listed[days],
        handled=cells.handled[days],
        handle_seconds=cells.handle_seconds[days],
    )
