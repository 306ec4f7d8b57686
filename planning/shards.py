"""Forecasts of thousands of queues: together up to SHARD_QUEUES, beyond that in shards that an executor runs.

- **shard**: queues that are forecast together, next to each other by name, so that most of a channel or site (the first
  parts of a name) are in one.
- The split depends on the names, on which queues have a usable history, and on nothing else: every executor, with any
  number of processes, gives the same forecast.
- Queues of one shard learn from each other and agree with forecasts of their sums (`forecast.hierarchy`). Each shard
  does so for the queues it has: beyond SHARD_QUEUES a channel, type or total that is spread over several shards is
  agreed with in parts, not as a whole.
- A queue that borrows a past goes with the one it borrows from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from domain.errors import BadValue, ForecastFailed
from domain.intervals import local_days, local_midnights, to_utc
from domain.likeness import Likeness
from planning.execute import Executor, SerialExecutor
from planning.progress import Progress

SHARD_QUEUES = 500


@dataclass(frozen=True)
class ForecastTask:
    """Queues to forecast together: their history and what `forecast.make_forecast` is told."""

    history: pd.DataFrame
    options: Mapping[str, Any]


@dataclass(frozen=True)
class ForecastPart:
    """What came of it; failures as (queue, reason), so that it travels between processes."""

    forecast: pd.DataFrame
    scores: pd.DataFrame
    failures: tuple[tuple[str, str], ...]
    chosen: Mapping[str, str]
    flags: Mapping[str, tuple[str, ...]]
    parts: pd.DataFrame


def forecast_all(
    history: pd.DataFrame, *, executor: Executor | None = None, progress: Progress | None = None, **options: Any
) -> Any:
    """`forecast.make_forecast` for any number of queues, with its arguments, result and errors.

    More than SHARD_QUEUES queues are forecast in shards by `executor` (None: one after the other, in this process).
    """
    import forecast as core

    tasks = forecast_tasks(history, options)
    if len(tasks) == 1:
        return core.make_forecast(history, progress=progress, **options)
    parts = run_tasks(tasks, executor or SerialExecutor(), progress)
    joined = pd.concat([part.forecast for part in parts], ignore_index=True)
    return core.ForecastResult(
        forecast=_ordered(joined, options.get("targets_grid")),
        scores=pd.concat([part.scores for part in parts], ignore_index=True),
        failures=tuple(ForecastFailed(queue, reason) for part in parts for queue, reason in part.failures),
        chosen={queue: model for part in parts for queue, model in part.chosen.items()},
        flags={queue: flags for part in parts for queue, flags in part.flags.items()},
        parts=pd.concat([part.parts for part in parts], ignore_index=True),
    )


def run_tasks(tasks: Sequence[ForecastTask], executor: Executor, progress: Progress | None) -> list[ForecastPart]:
    """Every part, in the order of the tasks; a single task stays in this process and tells its own progress."""
    if len(tasks) == 1:
        return [forecast_part(tasks[0], progress)]

    def done(number: int) -> None:
        if progress is not None:
            progress("forecast", number, len(tasks))

    return executor.run(forecast_part, tasks, done)


def forecast_part(task: ForecastTask, progress: Progress | None = None) -> ForecastPart:
    """Forecast some queues, wherever the executor runs it; a queue's failure is a value."""
    import forecast as core

    try:
        result = core.make_forecast(task.history, progress=progress, **task.options)
    except BadValue as fault:
        grid = task.options.get("targets_grid")
        if grid is None or fault.line is None:
            raise
        raise _at_line_of_all(fault, grid) from fault
    failures = tuple((fault.queue, fault.reason) for fault in result.failures)
    chosen, flags = dict(result.chosen), dict(result.flags)
    return ForecastPart(result.forecast, result.scores, failures, chosen, flags, result.parts)


def forecast_tasks(history: pd.DataFrame, options: Mapping[str, Any]) -> list[ForecastTask]:
    """The shards of a history (columns queue, start and more), evenly filled, as tasks; one up to SHARD_QUEUES queues.

    options: what `forecast.make_forecast` is told. Of `like` and `targets_grid` each task has what is its own; where
    there is a grid, shards without a wanted queue are left out.
    """
    like: Mapping[str, Likeness] = options.get("like") or {}
    numbers, names = pd.factorize(history["queue"], sort=True)
    usable = np.unique(numbers[_in_reach(history, options)])
    leading = usable[~names.take(usable).isin(list(like))]
    shards = -(-len(leading) // SHARD_QUEUES)
    if shards <= 1:
        return [ForecastTask(history, options)]
    shard_of = np.zeros(len(names), dtype=np.int64)  # what can't be used is said of the first
    for shard, group in enumerate(np.array_split(leading, shards)):
        shard_of[group] = shard
    by_name = dict(zip(map(str, names), map(int, shard_of), strict=True))
    for queue, old in like.items():  # each after the queue it is like
        by_name[queue] = by_name.get(old.queue, 0)
    shard_of = np.array([by_name[str(name)] for name in names])
    pieces = _pieces(history, shard_of[numbers], shards)
    told = [
        {**options, "like": {queue: old for queue, old in like.items() if by_name[queue] == shard}}
        for shard in range(shards)
    ]
    wanted = options.get("targets_grid")
    if wanted is not None:
        told = [{**own, "targets_grid": part} for own, part in zip(told, _wanted(wanted, by_name, shards), strict=True)]
    tasks = [ForecastTask(rows, own) for rows, own in zip(pieces, told, strict=True)]
    return tasks if wanted is None else [task for task in tasks if len(task.options["targets_grid"])] or tasks[:1]


def _in_reach(history: pd.DataFrame, options: Mapping[str, Any]) -> np.ndarray:
    """Rows that a forecast may learn from: a shard that has none of them could not even be begun."""
    from forecast.prepare import WINDOW_DAYS

    zone, starts = options["grid"].timezone, to_utc(history["start"])
    today = local_days(pd.DatetimeIndex([options["as_of"]]), zone)
    first, end = local_midnights(today - pd.Timedelta(days=WINDOW_DAYS), zone)[0], local_midnights(today, zone)[0]
    return np.asarray((starts >= first) & (starts < end))


def _pieces(history: pd.DataFrame, shard: np.ndarray, shards: int) -> list[pd.DataFrame]:
    """The rows of each shard. A history in the order of its queues is cut without copying it."""
    if np.any(shard[1:] < shard[:-1]):
        order = np.argsort(shard, kind="stable")
        history, shard = history.iloc[order], shard[order]
    edges = np.searchsorted(shard, np.arange(shards + 1))
    return [history.iloc[begin:end] for begin, end in pairwise(edges)]


def _wanted(grid: pd.DataFrame, by_name: Mapping[str, int], shards: int) -> list[pd.DataFrame]:
    """The rows of a grid by shard, indexed by their position; queues that no shard has go with the first that has any.

    There they are said to be unknown, once.
    """
    found = np.array([by_name.get(str(queue), -1) for queue in grid["queue"]], dtype=np.int64)
    first = int(found[found >= 0].min(initial=shards - 1))
    shard = np.where(found < 0, first, found)
    numbered = grid.reset_index(drop=True)
    return [numbered[shard == own] for own in range(shards)]


def _at_line_of_all(fault: BadValue, grid: pd.DataFrame) -> BadValue:
    """A fault in a part of a grid names the line that it has in the whole of it."""
    line = int(grid.index[(fault.line or 2) - 2]) + 2
    return type(fault)(
        fault.expected, file=fault.file, line=line, column=fault.column, found=fault.found, remedy=fault.remedy
    )


def _ordered(forecast: pd.DataFrame, grid: pd.DataFrame | None) -> pd.DataFrame:
    """By queue and start, or as the grid has them."""
    if grid is None:
        return forecast.sort_values(["queue", "start"], kind="stable", ignore_index=True)
    asked = pd.MultiIndex.from_arrays([grid["queue"].astype("str"), to_utc(grid["start"])])
    place = asked.get_indexer(pd.MultiIndex.from_frame(forecast[["queue", "start"]]))
    return forecast.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)
