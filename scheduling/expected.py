"""What given people present will give, by formula: quick, for charts and caps; `certify` is the better word.

It assumes what staffing assumes: live queues by Erlang A (Erlang C where nobody hangs up) with the load of their
`arrival_model`, rises inside an interval and desks held by appointments; chat by its birth-death chain; one
interval at a time. Deferred work as a fluid: the share of the work arriving in an interval that the capacity up to its
deadline covers, first come first served.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.intervals import DAY_MINUTES
from domain.tables import ADJUSTED, FORECAST
from domain.targets import QueueTargets, Targets
from scheduling.live_staffing import LiveNeed, LiveRows, live_given, staff_live
from scheduling.presence import SECOND, microseconds
from scheduling.queueing.concurrency import chat_line
from scheduling.queueing.offered_load import lagged_load, modified_offered_load
from scheduling.queueing.special import Array
from scheduling.shrinkage import unplanned_share

MEASURES = ("service_level", "asa_seconds", "abandon_share", "occupancy")


@dataclass(frozen=True)
class QueueWork:
    """The work of one queue by interval in order of time: Erlangs, seconds a contact, whether it is worked then."""

    start: pd.Series
    load: Array
    aht: Array
    open: NDArray[np.bool_]
    seconds: float


@dataclass(frozen=True)
class Given:
    """What customers see, per interval; NaN where it can't be said (deferred work due beyond the last interval)."""

    service_level: Array
    asa_seconds: Array
    abandon_share: Array
    occupancy: Array


def expected_service_level(
    covered: pd.DataFrame,
    interval_minutes: np.ndarray,
    forecast: pd.DataFrame,
    targets: Targets,
    timezone: str = "UTC",
) -> np.ndarray:
    """One share a row of `covered` (queue, start, present; sorted by queue and start).

    People present count by 1 − the unplanned shrinkage of that hour (`timezone`: of its local time). NaN where the
    forecast has no row, no contacts or no handle time, and for deferred work that is due beyond the last row. Raises
    `TableError` for a broken forecast.
    """
    rows = (ADJUSTED if "baseline" in forecast.columns else FORECAST).check(forecast)
    if "aht_seconds" not in rows:
        rows = rows.assign(aht_seconds=np.nan)
    rows = rows if "open" in rows else rows.assign(open=True)
    columns = ["queue", "start", "offered", "aht_seconds", "open"]
    joined = covered[["queue", "start", "present"]].merge(rows[columns], on=["queue", "start"], how="left")
    level = np.full(len(joined), np.nan)
    for queue, part in joined.groupby("queue", sort=False):
        mine = part.index.to_numpy()
        level[mine] = _of_queue(part, int(interval_minutes[mine[0]]), targets.of(str(queue)), timezone)
    return level


def _of_queue(rows: pd.DataFrame, minutes: int, target: QueueTargets, timezone: str) -> Array:
    offered = rows["offered"].to_numpy()
    spare = np.nan if target.aht_seconds is None else target.aht_seconds
    aht = rows["aht_seconds"].fillna(spare).to_numpy()
    if target.work == "chat" and target.aht_by_concurrency_seconds:
        aht = np.full(len(rows), target.aht_by_concurrency_seconds[0])
    people = rows["present"].to_numpy() * (1.0 - unplanned_share(target, rows["start"], minutes, timezone))
    known = (offered > 0) & (aht > 0)
    offered, aht = np.where(known, offered, 0.0), np.where(known, aht, 1.0)
    worked = rows["open"].fillna(True).to_numpy(dtype=bool)
    work = QueueWork(rows["start"], offered * aht / (minutes * 60.0), aht, worked, minutes * 60.0)
    return np.where(known, given(work, target, people).service_level, np.nan)


def given(work: QueueWork, target: QueueTargets, people: Array) -> Given:
    """What `people` (at work, an entry an interval) give the customers of one queue."""
    if target.work == "deferred":
        hours = work.seconds / 3600.0
        level = _done_in_time(work.load * hours, people * hours, hours * work.open, target.deadline_hours or 0.0)
        busy = np.divide(work.load, people, out=np.zeros_like(people), where=people > 0)
        return Given(level, np.full_like(level, np.nan), np.zeros_like(level), np.minimum(busy, 1.0))
    rows = _live_rows(work)
    if target.work == "chat":
        return _chat(target, rows, people)
    return Given(*live_given(rows, target, people))


def live_need(work: QueueWork, target: QueueTargets) -> LiveNeed:
    """The people that the targets of one live queue ask for."""
    return staff_live(_live_rows(work), [target], np.zeros(work.load.size, dtype=np.intp))


def _live_rows(work: QueueWork) -> LiveRows:
    begins = np.concatenate([[True], np.diff(microseconds(work.start)) > work.seconds * SECOND])[: work.load.size]
    if work.seconds >= DAY_MINUTES * 60:  # each day by itself
        begins = np.ones(work.load.size, dtype=bool)
    carried = modified_offered_load(work.load, work.aht, work.seconds, begins=begins)
    lagged = lagged_load(work.load, work.aht, work.seconds, begins=begins)
    contacts = np.divide(work.load * work.seconds, work.aht, out=np.zeros_like(work.load), where=work.aht > 0)
    unknown = np.full(work.load.size, np.nan)
    return LiveRows(
        contacts=contacts, load=work.load, carried=carried, lagged=lagged, aht=work.aht, cv=unknown,
        aht_cv=np.zeros_like(unknown), day=np.zeros(work.load.size, dtype=np.intp), seconds=work.seconds,
    )  # fmt: skip


def _chat(target: QueueTargets, rows: LiveRows, people: Array) -> Given:
    """The chain takes one set of handle times at a time."""
    load, found = rows.carried.mean, np.full((4, rows.load.size), np.nan)
    within, patience = target.answer_within_seconds, target.patience_seconds or np.inf
    for alone in np.unique(rows.aht[rows.aht > 0]):
        mine = rows.aht == alone
        times = target.aht_by_concurrency_seconds or (float(alone),) * target.concurrency
        line = chat_line(load[mine] / alone, people[mine], times, within, patience, target.service_level_definition)
        found[:, mine] = (line.service_level, line.asa_seconds, line.abandon_share, line.occupancy)
    return Given(*found)


def _done_in_time(work: np.ndarray, capacity: np.ndarray, hours: np.ndarray, deadline_hours: float) -> np.ndarray:
    """Share of each row's work (agent-hours) done by its deadline; `hours` of opening time each row has.

    Work of a row is there at its beginning, and due `deadline_hours` after it.
    """
    arrived = np.cumsum(work)
    done = np.zeros(work.size + 1)
    for row in range(work.size):
        done[row + 1] = min(arrived[row], done[row] + capacity[row])
    passed = np.concatenate([[0.0], np.cumsum(hours)])
    due = passed[:-1] + deadline_hours
    by_deadline = np.interp(due, passed, done)
    share = np.divide(by_deadline - (arrived - work), work, out=np.full(work.size, np.nan), where=work > 0)
    return np.where(due <= passed[-1] + 1e-9, np.clip(share, 0.0, 1.0), np.nan)
