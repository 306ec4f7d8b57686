"""Tickets to history: contacts per queue and interval, right on clock changes; a gap is missing, not zero."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from domain.calendar import OpeningHours, WeekHours
from domain.errors import BadValue, EmptyFile
from domain.intervals import IntervalGrid, floor_to_grid, grid_between, local_days, local_midnights, to_utc
from domain.queues import SegmentRules
from domain.tables import HISTORY, MARKS, TICKETS
from domain.work_calendar import WorkCalendar

Gaps = Literal["missing", "zero"]
_WORST_FIRST = ("missing", "discard", "outage", "outlier", "special", "")


def build_history(
    tickets: pd.DataFrame,
    grid: IntervalGrid,
    *,
    segments: SegmentRules | None = None,
    opening: OpeningHours | None = None,
    holidays: Iterable[date] = (),
    gaps: Gaps = "missing",
    until: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Contacts of every queue in every open interval from the queue's first contact up to `until`.

    tickets: frame under TICKETS. segments: which queue a ticket belongs to (default: `channel/type`). until: tz-aware
    end, exclusive (default: the end of the last local day with a contact); later tickets are left out.

    Returns a frame under HISTORY, sorted by queue and start. `offered` counts the contacts that arrived in the
    interval; `abandoned`, `handled` = offered − abandoned and `aht_seconds` (mean handle time of those not abandoned)
    are there where the tickets know them. Contacts outside opening hours have a row with open = False. On a local day
    without a contact of any queue an open interval is marked missing (gaps="missing") or counted as 0 (gaps="zero");
    on other days no contact means 0. The hour that a clock change doubles is two hours of intervals, the one it skips
    has none.

    Raises `EmptyFile` where there is no ticket before `until`, `BadValue` for a naive `until`, `MissingColumn`.
    """
    contacts = _contacts(TICKETS.check(tickets), grid, segments or SegmentRules(), until)
    end = _end(contacts, grid) if until is None else until
    starts = _starts(contacts, end, grid)
    queue_at, queues = pd.factorize(contacts["queue"], sort=True)
    place = np.searchsorted(starts.asi8, pd.DatetimeIndex(contacts["start"]).asi8)
    cells = queue_at * len(starts) + place
    counted = _counted(contacts, cells, len(queues) * len(starts))
    first = np.full(len(queues), len(starts))
    np.minimum.at(first, queue_at, place)
    is_open = _open_cells(list(queues), starts, grid, opening or OpeningHours(), WorkCalendar.of(holidays))
    since_first = (np.arange(len(starts))[None, :] >= first[:, None]).ravel()
    rows = np.flatnonzero((is_open & since_first) | (counted["offered"] > 0))
    frame = pd.DataFrame({name: values[rows] for name, values in counted.items()})
    frame["open"] = is_open[rows]
    silent = (
        np.tile(_silent(starts, contacts, grid), len(queues))[rows] if gaps == "missing" else np.zeros(len(rows), bool)
    )
    frame.loc[silent, [name for name in ("offered", "handled", "abandoned") if name in frame]] = np.nan
    frame["mark"] = np.where(silent, "missing", "")
    frame.insert(0, "queue", queues.take(rows // len(starts)))
    frame.insert(1, "start", starts[rows % len(starts)])
    return HISTORY.check(frame)


def _contacts(
    tickets: pd.DataFrame, grid: IntervalGrid, segments: SegmentRules, until: pd.Timestamp | None
) -> pd.DataFrame:
    """One row a ticket: queue, start, and what the ticket knows of abandoned and handle_seconds."""
    if until is not None:
        if until.tzinfo is None:
            raise BadValue("an end with a time zone", column="until", found=until)
        tickets = tickets.loc[(tickets["created_at"] < until).to_numpy()]
    if tickets.empty:
        raise EmptyFile("at least one ticket to count", found="none" if until is None else f"none before {until}")
    contacts = pd.DataFrame(
        {"queue": segments.assign(tickets), "start": floor_to_grid(tickets["created_at"], grid)}, index=tickets.index
    )
    if "abandoned" in tickets:
        contacts["abandoned"] = tickets["abandoned"]
    if "handle_seconds" in tickets and bool(tickets["handle_seconds"].notna().any()):
        contacts["handle_seconds"] = tickets["handle_seconds"]
    return contacts


def _end(contacts: pd.DataFrame, grid: IntervalGrid) -> pd.Timestamp:
    """The first instant of the local day after the last contact."""
    last = local_days(pd.DatetimeIndex([contacts["start"].max()]), grid.timezone)
    return local_midnights(last + pd.Timedelta(days=1), grid.timezone)[0]


def _starts(contacts: pd.DataFrame, end: pd.Timestamp, grid: IntervalGrid) -> pd.DatetimeIndex:
    planned = grid_between(contacts["start"].min(), end, grid)
    return to_utc(planned.union(pd.DatetimeIndex(contacts["start"].unique())))


def _counted(contacts: pd.DataFrame, cells: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """offered, handled, abandoned, aht_seconds per cell (queue × start)."""
    counted = {"offered": np.bincount(cells, minlength=size).astype(float)}
    lost = np.zeros(len(contacts), dtype=bool)
    if "abandoned" in contacts:
        lost = contacts["abandoned"].to_numpy(dtype=bool)
        counted["abandoned"] = np.bincount(cells[lost], minlength=size).astype(float)
        counted["handled"] = counted["offered"] - counted["abandoned"]
    if "handle_seconds" in contacts:
        seconds = contacts["handle_seconds"].to_numpy(dtype=float)
        timed = ~np.isnan(seconds) & ~lost
        number = np.bincount(cells[timed], minlength=size).astype(float)
        total = np.bincount(cells[timed], weights=seconds[timed], minlength=size)
        counted["aht_seconds"] = np.divide(total, number, out=np.full(size, np.nan), where=number > 0)
    return counted


def _open_cells(
    queues: list[str], starts: pd.DatetimeIndex, grid: IntervalGrid, opening: OpeningHours, holidays: WorkCalendar
) -> np.ndarray:
    """Whether each cell (queue × start) is open; queues of equal hours are asked once."""
    known: dict[WeekHours, np.ndarray] = {}
    for queue in queues:
        hours = opening.of(queue)
        if hours not in known:
            known[hours] = opening.is_open(queue, starts, grid, holidays)
    return np.concatenate([known[opening.of(queue)] for queue in queues])


def _silent(starts: pd.DatetimeIndex, contacts: pd.DataFrame, grid: IntervalGrid) -> np.ndarray:
    """Starts on local days on which no queue has a contact: nobody was counting."""
    heard = local_days(pd.DatetimeIndex(contacts["start"].unique()), grid.timezone).unique()
    return ~local_days(starts, grid.timezone).isin(heard)


def regrid_history(history: pd.DataFrame, grid: IntervalGrid) -> pd.DataFrame:
    """History on a coarser grid, days included. A coarse interval with a missing open part is missing.

    history: frame under HISTORY. Counts are summed; `aht_seconds` is the mean weighted by handled contacts (offered,
    where handled is unknown); open where any part is; of several marks the gravest stays.

    Returns a frame under HISTORY. Raises `BadValue` where `grid` is finer than the history: that needs a profile.
    """
    fine = HISTORY.check(history)
    if fine.empty:
        return fine
    _refuse_finer(fine, grid)
    keys = [fine["queue"], pd.Series(floor_to_grid(fine["start"], grid), index=fine.index, name="start")]
    is_open = fine["open"] if "open" in fine else pd.Series(True, index=fine.index)
    marks = fine["mark"] if "mark" in fine else pd.Series("", index=fine.index, dtype="str")
    unknown = fine["offered"].isna() | (marks == "missing")
    parts = pd.DataFrame({"offered": fine["offered"].mask(unknown), "hole": unknown & is_open, "known": ~unknown})
    grouped = parts.groupby(keys, sort=True)
    coarse = pd.DataFrame({"offered": grouped["offered"].sum()})
    missing = grouped["hole"].any() | ~grouped["known"].any()
    coarse["offered"] = coarse["offered"].mask(missing)
    for name in ("handled", "abandoned"):
        if name in fine:
            coarse[name] = _summed(fine, name, keys).mask(missing)
    if "aht_seconds" in fine:
        coarse["aht_seconds"] = _weighted_aht(fine, keys)
    coarse["open"] = is_open.groupby(keys, sort=True).any()
    coarse["mark"] = _gravest(marks.mask(unknown, ""), keys).mask(missing, "missing")
    return HISTORY.check(coarse.reset_index())


def _refuse_finer(fine: pd.DataFrame, grid: IntervalGrid) -> None:
    """Refuse when the closest two starts of a queue are further apart than the wanted interval (23 h is a day)."""
    ordered = fine[["queue", "start"]].sort_values(["queue", "start"])
    steps = ordered["start"].diff()[ordered["queue"].eq(ordered["queue"].shift()).to_numpy()]
    if len(steps) and not grid.is_daily and steps.min() > pd.Timedelta(minutes=grid.interval_minutes):
        raise BadValue(
            f"history of {grid.interval_minutes} minutes or finer",
            column="start", found=f"steps of {steps.min()}", remedy="Give --interval day, or finer history",
        )  # fmt: skip


def _summed(fine: pd.DataFrame, name: str, keys: list[pd.Series]) -> pd.Series:
    """Sum of a count; unknown where a part with contacts does not tell it."""
    untold = (fine[name].isna() & (fine["offered"] > 0)).groupby(keys, sort=True).any()
    return fine[name].groupby(keys, sort=True).sum(min_count=1).mask(untold)


def _weighted_aht(fine: pd.DataFrame, keys: list[pd.Series]) -> pd.Series:
    contacts = fine["handled"].fillna(fine["offered"]) if "handled" in fine else fine["offered"]
    weight = contacts.fillna(0.0).where(fine["aht_seconds"].notna(), 0.0)
    work = (fine["aht_seconds"].fillna(0.0) * weight).groupby(keys, sort=True).sum()
    total = weight.groupby(keys, sort=True).sum()
    return work / total.mask(total == 0)


def _gravest(marks: pd.Series, keys: list[pd.Series]) -> pd.Series:
    assert set(_WORST_FIRST) == set(MARKS)  # a new mark needs its place in the order
    rank = marks.map({mark: at for at, mark in enumerate(_WORST_FIRST)}).groupby(keys, sort=True).min()
    return rank.map(dict(enumerate(_WORST_FIRST))).astype("str")
