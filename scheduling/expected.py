"""The service level to expect with given people present, by formula: quick, for charts; `certify` is the better word.

Live queues by Erlang A (Erlang C where nobody hangs up), chat by its birth-death chain, both with the modified offered
load, one interval at a time. Deferred work as a fluid: the share of the work arriving in an interval that the capacity
up to its deadline covers, first come first served.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from domain.intervals import DAY_MINUTES
from domain.tables import ADJUSTED, FORECAST
from domain.targets import QueueTargets, Targets
from scheduling.presence import SECOND, microseconds
from scheduling.queueing.concurrency import chat_line
from scheduling.queueing.erlang_a import erlang_a
from scheduling.queueing.offered_load import modified_offered_load


def expected_service_level(
    covered: pd.DataFrame, interval_minutes: np.ndarray, forecast: pd.DataFrame, targets: Targets
) -> np.ndarray:
    """One share a row of `covered` (queue, start, present; sorted by queue and start).

    People present count by 1 − shrinkage. NaN where the forecast has no row, no contacts or no handle time, and for
    deferred work that is due beyond the last row. Raises `TableError` for a broken forecast.
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
        level[mine] = _of_queue(part, interval_minutes[mine], targets.of(str(queue)))
    return level


def _of_queue(rows: pd.DataFrame, minutes: np.ndarray, target: QueueTargets) -> np.ndarray:
    seconds = minutes * 60.0
    offered = rows["offered"].to_numpy()
    spare = np.nan if target.aht_seconds is None else target.aht_seconds
    aht = rows["aht_seconds"].fillna(spare).to_numpy()
    if target.work == "chat" and target.aht_by_concurrency_seconds:
        aht = np.full(len(rows), target.aht_by_concurrency_seconds[0])
    people = rows["present"].to_numpy() * (1.0 - target.shrinkage)
    known = (offered > 0) & (aht > 0)
    offered, aht = np.where(known, offered, 0.0), np.where(known, aht, 1.0)
    if target.work == "deferred":
        worked = rows["open"].fillna(True).to_numpy(dtype=bool)
        hours = seconds / 3600
        level = _done_in_time(offered * aht / 3600, people * hours, hours * worked, target.deadline_hours or 0)
    else:
        start = microseconds(rows["start"])
        begins = np.concatenate([[True], np.diff(start) > seconds[:-1] * SECOND])
        plain = (seconds >= DAY_MINUTES * 60) | (aht <= 1)
        load = np.where(
            plain,
            offered * aht / seconds,
            modified_offered_load(offered * aht / seconds, aht, seconds, begins=begins).mean,
        )
        level = _answered_in_time(target, load, people, aht)
    return np.where(known, level, np.nan)


def _answered_in_time(target: QueueTargets, load: np.ndarray, people: np.ndarray, aht: np.ndarray) -> np.ndarray:
    within, patience = target.answer_within_seconds, target.patience_seconds or np.inf
    definition = target.service_level_definition
    if target.work != "chat" or target.concurrency == 1:
        return erlang_a(load, people, aht, within, patience).service_level_by(definition)
    level = np.full(load.size, np.nan)
    for alone in np.unique(aht):  # the chain takes one set of handle times at a time
        rows = aht == alone
        times = target.aht_by_concurrency_seconds or (float(alone),) * target.concurrency
        found = chat_line(load[rows] / alone, people[rows], times, within, patience, definition)
        level[rows] = found.service_level
    return level


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
