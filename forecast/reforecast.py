"""The rest of today, given the day so far.

- **now**: the moment of the reforecast. Intervals that were over then are the *day so far*; the one under way belongs
  to the *rest*. Nothing at or after `now` is used.
- **surprise**: contacts that came over contacts that were forecast, less one.

For each queue `forecast.day_rule` learns from past days how much of the surprise so far holds for the rest;
`forecast.past_midnights` stands in for what a forecast at midnight would have said of those days. Where past days do
not show that it pays, and on special days (`forecast.special_days`), the forecast stays as it is, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import special

from domain.errors import BadValue
from domain.intervals import IntervalGrid, floor_to_grid, local_days, local_midnights, local_minutes
from domain.tables import FORECAST, QUANTILES
from forecast.cells import CellLayout, QueueCells, cell_layout, cell_reader
from forecast.day_rule import LEAST_DAYS, LEAST_SHARE, DayRule, PastDays, learn_rule, no_change, parts_so_far
from forecast.past_midnights import Dates, day_totals_said, shares_said
from forecast.prepare import rows_before
from forecast.special_days import special_days

WINDOW_DAYS = 400
WARM_UP_DAYS = 28  # shares and level need some weeks before what they say counts
LEAST_PER_DAY = 5.0  # contacts; below that a day so far says nothing
LEAST_EXPECTED = 1e-3  # contacts of an interval; with less expected, what came over it says nothing
MARK = "+day"  # added to the model's name where the rest was moved
_BANDS = (("offered_p10", "offered_p90"), ("offered_p25", "offered_p75"), ("offered_p025", "offered_p975"))

NOT_IN_HISTORY = "NOT_IN_HISTORY"  # the history has no row of the queue
NOTHING_SO_FAR = "NOTHING_SO_FAR"  # no known interval of today is over in which contacts were expected
NOTHING_AHEAD = "NOTHING_AHEAD"  # the day is over, or no contacts are expected of its rest
FEW_DAYS = "FEW_DAYS"  # too few past days are known to learn from
FEW_CONTACTS = "FEW_CONTACTS"  # less than five contacts a day
NOT_PROVEN = "NOT_PROVEN"  # on past days no rule paid
SPECIAL_DAY = "SPECIAL_DAY"  # today is a holiday, next to one, or of the turn of the year


@dataclass(frozen=True)
class QueueUpdate:
    """What became of one queue.

    Attributes:
        rule: what was learned; its name is `no_change` where the forecast stays.
        reason: why it stays (NOT_IN_HISTORY, NOTHING_SO_FAR, NOTHING_AHEAD, SPECIAL_DAY, FEW_DAYS, FEW_CONTACTS,
            NOT_PROVEN), or "".
        came, expected: contacts of the day so far, in the intervals known (0 where none is).
        factor: what the rest of the day was multiplied with.
    """

    rule: DayRule
    reason: str
    came: float
    expected: float
    factor: float


@dataclass(frozen=True)
class ReforecastResult:
    """What `reforecast_day` gives back: a frame under FORECAST, and what was done by queue of it."""

    forecast: pd.DataFrame
    updates: Mapping[str, QueueUpdate]


def reforecast_day(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    now: pd.Timestamp,
    grid: IntervalGrid,
    *,
    holidays: Iterable[date] = (),
    gaps: str = "missing",
    whole_day: bool = False,
) -> ReforecastResult:
    """The forecast of the rest of the local day of `now`, moved by what the day so far has taught.

    Args:
        history: frame under HISTORY, past days and today's intervals so far, at least as fine as `grid`. Intervals
            that were not over at `now` are not used, nor are today's after the last contact of any queue: tickets that
            nobody has brought yet look like silence. Those marked missing, outage, outlier or discard count neither
            as contacts nor as expected.
        forecast: frame under FORECAST on `grid` that covers the local day of `now`, as it stood at midnight. Holidays,
            closed hours and events are in it already: the rest is moved in proportion.
        now: tz-aware moment.
        grid: interval and zone of the forecast; a daily grid has no rest of the day and stays as it is.
        holidays: public holidays, past and of today, or a `WorkCalendar`. They, the days next to them and the turn of
            the year do not teach and are not moved.
        gaps: what an absent row of the history means, "missing" or "zero".
        whole_day: also give back the intervals of today that are over, as they were forecast.

    Returns the rows of `forecast` from the interval under way to the end of the local day, in their order. Mean and
    quantiles of a queue are moved by one factor; the bands narrow as far as the rule narrowed errors on past days.
    `aht_seconds` stays. Rows of a queue without a rule are unchanged.

    Raises `TableError` for frames outside their contracts, `BadValue` for a `now` before the first or after the last
    day of the forecast, `InputError` for a history coarser than the grid.
    """
    stood = FORECAST.check(forecast)
    today, cut = _day_of(now, stood, grid)
    starts = pd.DatetimeIndex(stood["start"])
    end = local_midnights(pd.DatetimeIndex([today + pd.Timedelta(days=1)]), grid.timezone)[0]
    midnight = local_midnights(pd.DatetimeIndex([today]), grid.timezone)[0]
    rows = stood[np.asarray((starts >= midnight) & (starts < end))].reset_index(drop=True)
    is_rest = (rows["start"] >= cut).to_numpy()
    board = _board(history, now, today, grid, gaps, holidays, set(rows["queue"]))
    slots = board.layout.located(pd.DatetimeIndex(rows["start"]))[1]
    mean = rows["offered"].to_numpy()
    factor, width, is_moved = np.ones(len(rows)), np.ones(len(rows)), np.zeros(len(rows), dtype=bool)
    updates = {}
    for queue, places in rows.groupby("queue", sort=True).indices.items():
        at = np.asarray(places)
        update = board.update(str(queue), slots[at], mean[at], is_rest[at])
        updates[str(queue)] = update
        own = at[is_rest[at]] if update.rule.slopes else at[:0]
        factor[own], width[own], is_moved[own] = update.factor, update.rule.width, True
    moved = _moved(rows, factor, width, is_moved)  # as much under FORECAST as `rows`
    return ReforecastResult(moved if whole_day else moved[is_rest].reset_index(drop=True), updates)


def _day_of(now: pd.Timestamp, forecast: pd.DataFrame, grid: IntervalGrid) -> tuple[pd.Timestamp, pd.Timestamp]:
    """(naive local day of `now`, start of the interval under way). Raises `BadValue` outside the forecast's days."""
    moment = pd.DatetimeIndex([now])
    today = local_days(moment, grid.timezone)[0]
    covered = local_days(pd.DatetimeIndex(forecast["start"]), grid.timezone)
    if len(covered) == 0 or not covered.min() <= today <= covered.max():
        days = f"{covered.min():%Y-%m-%d} to {covered.max():%Y-%m-%d}" if len(covered) else "none"
        raise BadValue(f"a time on one of the days of the forecast ({days})", column="now", found=str(now))
    return today, floor_to_grid(moment, grid)[0]


@dataclass(frozen=True)
class _Board:
    """History days and today as days × slots; today is the last row.

    `plain` (days × slots): one interval shows that wall clock, as on all days but those the clocks change on.
    `special` (days): holidays and the like. `cut_slot`: the slot of the interval under way.
    """

    layout: CellLayout
    dates: Dates
    plain: np.ndarray
    special: np.ndarray
    cells: Mapping[str, QueueCells]
    cut_slot: int

    def update(self, queue: str, slots: np.ndarray, mean: np.ndarray, is_rest: np.ndarray) -> QueueUpdate:
        """What becomes of a queue, from its rows of today: slot, mean contacts, whether they are still to come."""
        cells = self.cells.get(queue)
        if cells is None:
            return _stays(NOT_IN_HISTORY)
        size = self.layout.slots
        rest = np.bincount(slots[is_rest], mean[is_rest], minlength=size)
        over = np.bincount(slots[~is_rest], mean[~is_rest], minlength=size)
        so_far = (over >= LEAST_EXPECTED) & (rest == 0) & cells.known[-1]
        came, expected = float(cells.contacts[-1][so_far].sum()), float(over[so_far].sum())
        if not (rest > 0).any():
            return _stays(NOTHING_AHEAD, came, expected)
        if not so_far.any():
            return _stays(NOTHING_SO_FAR)
        if self.special[-1]:
            return _stays(SPECIAL_DAY, came, expected)
        past = _past_days(cells, self.dates, self.plain[:-1], self.special[:-1])
        if past is None:
            return _stays(FEW_DAYS, came, expected)
        if float(past.said.sum(axis=1).mean()) < LEAST_PER_DAY:
            return _stays(FEW_CONTACTS, came, expected)
        parts = parts_so_far(so_far, self.cut_slot, size / 24)
        rule = learn_rule(past, parts, rest > 0)
        if not rule.slopes:
            return _stays(FEW_DAYS if rule.days < LEAST_DAYS else NOT_PROVEN, came, expected, rule)
        masks = list(parts.values())[: len(rule.slopes)]
        told = np.array([cells.contacts[-1][part].sum() / over[part].sum() - 1.0 for part in masks])
        return QueueUpdate(rule, "", came, expected, rule.factor(told))


def _stays(reason: str, came: float = 0.0, expected: float = 0.0, rule: DayRule | None = None) -> QueueUpdate:
    return QueueUpdate(rule or no_change(), reason, came, expected, 1.0)


def _board(
    history: pd.DataFrame,
    now: pd.Timestamp,
    today: pd.Timestamp,
    grid: IntervalGrid,
    gaps: str,
    holidays: Iterable[date],
    queues: set[str],
) -> _Board:
    if gaps not in ("missing", "zero"):
        raise BadValue("missing or zero", column="gaps", found=gaps)
    first = today - pd.Timedelta(days=WINDOW_DAYS)
    opens = local_midnights(pd.DatetimeIndex([first]), grid.timezone)[0]
    rows = rows_before(_recent(history, opens), now, grid)
    midnight = local_midnights(pd.DatetimeIndex([today]), grid.timezone)[0]
    last = rows["start"][(rows["offered"] > 0).to_numpy()].max()
    counted = (rows["start"] < midnight) | (rows["start"] <= last)
    rows = rows[(counted & rows["queue"].isin(queues) & (rows["start"] >= opens)).to_numpy()]
    if len(rows):
        first = local_days(pd.DatetimeIndex([rows["start"].min()]), grid.timezone)[0]
    layout = cell_layout(first, (today - first).days + 1, grid)
    days = layout.days
    of_month = (np.asarray(days.day) - 1) / np.asarray(days.days_in_month)
    cells = {}
    if len(rows):
        cells = {read.queue: read for read in cell_reader(rows, layout, gaps).read(rows)}
    minute = int(local_minutes(pd.DatetimeIndex([now]), grid.timezone)[0])
    return _Board(
        layout=layout,
        dates=Dates(np.asarray(days.day_of_week), of_month),
        plain=layout.multiplicity == 1,
        special=special_days(days, holidays),
        cells=cells,
        cut_slot=minute // grid.interval_minutes,
    )


def _recent(history: pd.DataFrame, opens: pd.Timestamp) -> pd.DataFrame:
    """The rows from `opens` on: years of history cost nothing then. Stamps of another type are left to the contract."""
    if "start" in history and isinstance(history["start"].dtype, pd.DatetimeTZDtype):
        return history[(history["start"] >= opens).to_numpy()]
    return history


def _past_days(cells: QueueCells, dates: Dates, plain: np.ndarray, special: np.ndarray) -> PastDays | None:
    """The days before today with what midnight would have said of them; None where too few are known.

    special: (D) days that do not teach.
    """
    contacts, known = cells.contacts[:-1], cells.known[:-1] & plain
    counted = np.where(known, contacts, 0.0)
    total = counted.sum(axis=1)
    teaches = (total > 0) & ~special
    shape = shares_said(counted, teaches)
    share = np.where(known, shape, 0.0).sum(axis=1)
    whole = teaches & (share >= LEAST_SHARE)
    usable = whole.copy()
    usable[: cells.first + WARM_UP_DAYS] = False
    if int(usable.sum()) < LEAST_DAYS:
        return None
    totals = np.where(whole, total / np.where(share > 0, share, 1.0), np.nan)
    said = day_totals_said(totals, Dates(dates.weekday[:-1], dates.of_month[:-1]))
    return PastDays(counted[usable], said[usable, None] * shape[usable], known[usable])


def _moved(rows: pd.DataFrame, factor: np.ndarray, width: np.ndarray, is_moved: np.ndarray) -> pd.DataFrame:
    """`rows` with mean, quantiles and model of those that moved; whole-numbered quantiles stay whole."""
    if not is_moved.any():
        return rows
    mean = rows["offered"].to_numpy()
    new = np.where(is_moved, mean * factor, mean)
    names = [name for name in QUANTILES if name in rows]
    bands = rows[names].to_numpy()
    stretch = _stretch(rows, mean, factor, width)[:, None]
    moved = np.maximum(new[:, None] + (bands - mean[:, None]) * stretch, 0.0)
    is_whole = (bands == np.round(bands)).all(axis=1)
    moved[is_whole] = np.round(moved[is_whole])
    moved = np.where(is_moved[:, None], moved, bands)
    shown = {name: rows[name] for name in rows} | {"offered": new}
    shown |= {name: moved[:, at] for at, name in enumerate(names)}
    if "model" in rows:
        shown["model"] = rows["model"].where(~is_moved, rows["model"] + MARK)
    return pd.DataFrame(shown)


def _stretch(rows: pd.DataFrame, mean: np.ndarray, factor: np.ndarray, width: np.ndarray) -> np.ndarray:
    """What to multiply the quantiles' distance from the mean with.

    A band's variance is counting noise (the mean) and the error of the rate, which is what the band has beyond it. The
    noise goes with the new mean, the error with the factor and the rule's width.
    """
    pair = next(((low, high) for low, high in _BANDS if low in rows and high in rows), None)
    if pair is None:
        return factor
    low, high = pair
    sigmas = float(special.ndtri(QUANTILES[high]) - special.ndtri(QUANTILES[low]))
    variance = ((rows[high].to_numpy() - rows[low].to_numpy()) / sigmas) ** 2
    whole = np.maximum(variance, mean)
    error = np.maximum(variance - mean, 0.0) * (width * factor) ** 2
    return np.asarray(np.sqrt(np.divide(mean * factor + error, whole, out=np.ones(len(rows)), where=whole > 0)))
