"""Outbound and proactive contacts: planned work, spread over the days and hours in which it may be done.

A list of contacts is work inside a window: nothing of it before its first day, all of it done by the end of its last.
It has no customer who waits, so it is done when it disturbs least:
- *evenly* (`beside` empty): as many people all the time; several lists of one queue are levelled together;
- *beside* other queues: in their quiet hours. The people of those queues and of the list together are levelled, so the
  need for live work stays what it is and the list fills its valleys.

Either way the least sum of squares of people per interval is wanted, under Σ_t x_ct = work of list c, x_ct ≥ 0 where c
may be done in t. For one list that is water poured over the base (every interval that gets some stands at one level);
for several it is poured in turn, each over what the others left, until nothing moves: block coordinate descent, which
converges as the sum is convex and every block has one best answer (Tseng 2001, J. Optim. Theory Appl. 109:475–494).

Of a list that reaches beyond the forecast, the share of its open time inside the forecast is planned: what lies before
counts as done, what lies behind is left for then. Time beyond the forecast is taken to be open as the same weekdays
inside it are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from domain.calendar import parse_span
from domain.errors import BadValue
from domain.intervals import DAY_MINUTES, local_days, local_midnights, local_minutes
from domain.queues import matches, split_list
from domain.tables import OUTBOUND
from domain.targets import Targets
from scheduling.queueing.special import Array
from scheduling.shrinkage import scheduled_people

DRIVER = "outbound"  # what decides the need of these rows
ROUNDS_MOST = 200  # of pouring in turn
STILL = 1e-9  # people: less is no movement
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Grid:
    """Intervals in order of time: naive local day, minute of the day, and whether any queue is worked then."""

    starts: pd.DatetimeIndex
    day: pd.DatetimeIndex
    minute: NDArray[np.int64]
    opened: Flags
    minutes: int


@dataclass(frozen=True)
class _List:
    """One list on the grid: people × intervals of work, busy share of those people, seconds a contact."""

    queue: str
    beside: tuple[str, ...]
    allowed: Flags
    work: float
    busy: float
    aht_seconds: float


def pour(work: float, base: ArrayLike) -> Array:
    """`work` laid upon `base` so that the highest sum is as low as it can be (water over uneven ground).

    1-d; the result sums to `work`, and base + result is one level wherever the result is more than 0. Without any
    interval there is nowhere to put it: an empty array.
    """
    ground = np.asarray(base, dtype=float)
    if ground.size == 0:
        return np.zeros(0)
    rising = np.sort(ground)
    levels = (work + np.cumsum(rising)) / np.arange(1, ground.size + 1)
    above = np.append(rising[1:], np.inf)
    level = levels[np.argmax(levels <= above)]
    return np.asarray(np.maximum(level - ground, 0.0))


def outbound_rows(
    outbound: pd.DataFrame, live: pd.DataFrame, opened: pd.Series, targets: Targets, *, minutes: int, timezone: str
) -> pd.DataFrame:
    """The need of outbound work: rows under REQUIREMENTS but for `scheduled`, sorted by queue and start.

    `outbound`: frame under OUTBOUND; `live`: the other rows, under REQUIREMENTS; `opened`: starts at which any queue
    is worked. A list counted in contacts and handle time gets people by `max_occupancy` of its queue's targets, one
    counted in contacts per hour as it says. Raises `TableError`, `BadValue` for a queue that is forecast too, or a
    list with work and no interval to do it in.
    """
    lists = OUTBOUND.check(outbound)
    forecast = set(live["queue"])
    strange = [str(name) for name in lists["queue"] if name in forecast]
    if strange:
        raise BadValue(
            "a queue of its own for outbound work, not one of the forecast", column="queue", found=strange[0],
            remedy="Name it such as outbound/renewals, and give it to those who do it in people.csv.",
        )  # fmt: skip
    grid = _grid(opened, live["start"].min(), minutes, timezone)
    read = [_read(row, grid, targets) for row in lists.to_dict("records")]
    kept = [one for one in read if one is not None]
    people = _poured(kept, [_base(one, live, grid) for one in kept])
    names = sorted({one.queue for one in kept})
    parts = [_rows(name, kept, people, grid) for name in names]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def with_outbound(
    table: pd.DataFrame, outbound: pd.DataFrame, opened: pd.Series, targets: Targets, minutes: int, timezone: str
) -> pd.DataFrame:
    """Requirements and behind them those of outbound work, in people to schedule too; see `outbound_rows`."""
    rows = outbound_rows(outbound, table, opened, targets, minutes=minutes, timezone=timezone)
    if rows.empty:
        return table
    codes, names = pd.factorize(rows["queue"])
    promises = [targets.of(str(name)) for name in names]
    rows["scheduled"] = scheduled_people(
        rows["agents"].to_numpy(dtype=float),
        promises,
        np.asarray(codes, dtype=np.intp),
        rows["start"],
        minutes,
        timezone,
    )
    return pd.concat([table, rows], ignore_index=True)


def _grid(opened: pd.Series, begin: pd.Timestamp, minutes: int, timezone: str) -> _Grid:
    """From `begin` to the end of the last day that is worked: hours named in a list may go beyond opening time."""
    worked = pd.DatetimeIndex(opened).unique().sort_values()
    if not len(worked):
        empty = pd.DatetimeIndex([], tz="UTC")
        return _Grid(empty, empty.tz_localize(None), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool), minutes)
    starts = worked
    if minutes < DAY_MINUTES:
        step = pd.Timedelta(minutes=minutes)
        end = local_midnights(local_days(worked[[-1]], timezone) + pd.Timedelta(days=1), timezone)[0]
        starts = pd.date_range(begin, end, freq=step, inclusive="left").as_unit("us")
    flags = np.asarray(starts.isin(worked))
    return _Grid(starts, local_days(starts, timezone), local_minutes(starts, timezone), flags, minutes)


def _read(row: Mapping[Any, Any], grid: _Grid, targets: Targets) -> _List | None:
    """One row of OUTBOUND on the grid; None where its days are all outside, or it has no contacts."""
    first, last = pd.Timestamp(str(row["from"])), pd.Timestamp(str(row["to"]))
    contacts = float(str(row["contacts"]))
    may = _may_be_done(row.get("hours"), grid)
    inside = np.asarray((grid.day >= first) & (grid.day <= last))
    if contacts == 0 or not inside.any():
        return None
    allowed = may & inside
    share = _share_inside(may, allowed, grid, first, last)
    if np.isnan(share):
        raise BadValue(
            f"an interval in which {str(row['name'])!r} can be done",
            column="hours",
            found=row.get("hours") or "closed",
            remedy=f"Nothing is open from {first.date()} to {last.date()}: give hours, or other days.",
        )
    per_hour, aht = (float(str(row.get(name) or "nan")) for name in ("contacts_per_hour", "aht_seconds"))
    busy = 1.0 if np.isnan(aht) else float(targets.of(str(row["queue"])).max_occupancy or 1.0)
    seconds = 3600.0 / per_hour if np.isnan(aht) else aht
    work = share * contacts * seconds / 60.0 / busy / grid.minutes
    return _List(str(row["queue"]), split_list(row.get("beside")), allowed, work, busy, seconds)


def _may_be_done(hours: object, grid: _Grid) -> Flags:
    """Intervals at the hours of a list on days that are worked; without hours those in which any queue is."""
    if not isinstance(hours, str) or grid.minutes >= DAY_MINUTES:
        return grid.opened
    begin, end = parse_span(hours)
    today = (grid.minute >= begin) & (grid.minute + grid.minutes <= end)
    after_midnight = grid.minute + DAY_MINUTES + grid.minutes <= end
    worked = grid.day[grid.opened].unique()
    eve = grid.day - pd.Timedelta(days=1)
    return np.asarray((today & grid.day.isin(worked)) | (after_midnight & eve.isin(worked)))


def _share_inside(may: Flags, allowed: Flags, grid: _Grid, first: pd.Timestamp, last: pd.Timestamp) -> float:
    """Share of a list's open time that lies in the forecast; NaN where it has none at all."""
    by_day = pd.Series(may).groupby(grid.day).sum()
    by_weekday = by_day.groupby(pd.DatetimeIndex(by_day.index).day_of_week).mean()
    days = pd.date_range(first, last)
    beyond = days[~days.isin(by_day.index)]
    usual = by_weekday.reindex(beyond.day_of_week).fillna(by_day.mean()).sum()
    inside = float(allowed.sum())
    if inside > 0:
        return inside / (inside + float(usual))
    return 0.0 if usual > 0 else float("nan")


def _base(one: _List, live: pd.DataFrame, grid: _Grid) -> Array:
    """People of the queues that a list is done beside, by interval of the grid."""
    if not one.beside:
        return np.zeros(len(grid.starts))
    chosen = live[[matches(str(queue), one.beside) for queue in live["queue"]]]
    people = chosen["agents"].fillna(chosen["load_erlangs"]).groupby(chosen["start"]).sum()
    return np.asarray(people.reindex(grid.starts).fillna(0.0), dtype=float)


def _poured(lists: list[_List], bases: list[Array]) -> list[Array]:
    """People of each list by interval. Even lists first, each queue for itself; then those beside others, together."""
    found = [np.zeros(one.allowed.size) for one in lists]
    even = [[i for i, one in enumerate(lists) if one.queue == name and not one.beside] for name in _queues(lists)]
    beside = [i for i, one in enumerate(lists) if one.beside]
    for members in (*even, beside):
        for _ in range(ROUNDS_MOST):
            moved = 0.0
            for i in members:
                others = sum((found[j] for j in range(len(lists)) if j != i and _shares(lists[i], lists[j])), bases[i])
                new = np.zeros_like(found[i])
                new[lists[i].allowed] = pour(lists[i].work, others[lists[i].allowed])
                moved, found[i] = max(moved, float(np.abs(new - found[i]).max(initial=0.0))), new
            if moved <= STILL:
                break
    return found


def _queues(lists: list[_List]) -> list[str]:
    return sorted({one.queue for one in lists})


def _shares(one: _List, other: _List) -> bool:
    """Whether a list is levelled with another: of one queue, or both in quiet hours."""
    return one.queue == other.queue or bool(one.beside and other.beside)


def _rows(queue: str, lists: list[_List], people: list[Array], grid: _Grid) -> pd.DataFrame:
    mine = [(one, by) for one, by in zip(lists, people, strict=True) if one.queue == queue]
    shown = np.logical_or.reduce([one.allowed for one, _ in mine])
    agents = np.sum([by for _, by in mine], axis=0)[shown]
    load = np.sum([one.busy * by for one, by in mine], axis=0)[shown]
    contacts = np.sum([one.busy * by / one.aht_seconds for one, by in mine], axis=0)[shown]
    usual = mine[0][0].aht_seconds
    return pd.DataFrame(
        {
            "queue": queue,
            "start": grid.starts[shown],
            "interval_minutes": grid.minutes,
            "load_erlangs": load,
            "agents": agents,
            "service_level": 1.0,
            "asa_seconds": np.nan,
            "abandon_share": 0.0,
            "occupancy": np.divide(load, agents, out=np.zeros_like(load), where=agents > 0),
            "sized_load_erlangs": load,
            "aht_seconds": np.divide(load, contacts, out=np.full_like(load, usual), where=contacts > 0),
            "driver": np.where(agents > 0, DRIVER, ""),
        }
    )


def contacts_planned(requirements: pd.DataFrame) -> pd.Series:
    """Outbound contacts that the agents of requirements make, by queue."""
    rows = requirements[requirements["queue"].isin(outbound_queues(requirements))]
    if rows.empty:
        return pd.Series(dtype=float)
    made = rows["sized_load_erlangs"] * rows["interval_minutes"] * 60.0 / rows["aht_seconds"]
    return made.groupby(rows["queue"]).sum()


def outbound_queues(requirements: pd.DataFrame) -> list[str]:
    """Names of the queues of outbound work in requirements."""
    if "driver" not in requirements:
        return []
    return sorted(str(name) for name in requirements.loc[requirements["driver"] == DRIVER, "queue"].unique())
