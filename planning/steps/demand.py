"""From tickets to a forecast: the history of each queue, and what is to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from domain import IntervalGrid, OpeningHours
from domain.calendar import mark_open
from domain.errors import BadValue, ForecastFailed, NothingToPlan
from domain.intervals import infer_interval_minutes, local_days, local_midnights
from domain.tables import FORECAST, HISTORY, SCORES, TICKETS
from planning.execute import Executor, SerialExecutor
from planning.recipe import Recipe
from planning.session import Progress, Session
from planning.site import holidays_of
from planning.steps.produce import STEP_THAT_MAKES, Made, Materials, StepResult, Tools, needed, produce, site_inputs
from planning.store import Store

SHARD_QUEUES = 500


def make_history(session: Session) -> StepResult:
    """All imported tickets and interval reports as HISTORY on the site's grid. Raises `NothingToPlan`."""
    imported = session.store.imports.all()
    if not imported:
        raise NothingToPlan("ticket history", STEP_THAT_MAKES["tickets"])
    settings = session.settings
    parameters = {
        "tickets": [entry.version for entry in imported if entry.kind == "tickets"],
        "intervals": [entry.version for entry in imported if entry.kind == "intervals"],
        "interval_minutes": settings.interval_minutes,
        "timezone": settings.timezone,
        "calendar": settings.calendar,
    }
    inputs = site_inputs(session, ("opening_hours.toml", "segments.toml", "targets.toml"))
    return produce(session, Recipe("history", inputs, parameters), history_maker)


def history_maker(materials: Materials, _tools: Tools) -> Made:
    """HISTORY from the bodies that the recipe lists."""
    import forecast as core  # loads scipy: only where numbers are made

    parameters, site = materials.parameters, materials.site
    grid = _grid(parameters)
    parts = []
    if parameters["intervals"]:
        parts.append(_on_grid(stored_intervals(materials.store, parameters["intervals"]), grid))
    if parameters["tickets"]:
        tickets = stored_tickets(materials.store, parameters["tickets"])
        first, last = tickets["created_at"].min(), tickets["created_at"].max()
        history = core.build_history(
            tickets,
            grid,
            segments=site.segments,
            opening=site.arrivals or OpeningHours(),
            holidays=tuple(holidays_of(parameters["calendar"], first, last)),
        )
        parts.append(history)
    # An interval report is the switch's own count: where both speak of an interval, it wins.
    joined = pd.concat(parts, ignore_index=True).drop_duplicates(["queue", "start"], keep="first")
    if "mark" in joined:
        joined = joined.assign(open=joined["open"].fillna(True).astype("bool"), mark=joined["mark"].fillna(""))
    history = HISTORY.check(joined.sort_values(["queue", "start"], ignore_index=True))
    return Made({"history": history}, {"queues": int(history["queue"].nunique())})


def stored_tickets(store: Store, versions: Sequence[str]) -> pd.DataFrame:
    """The tickets of several imports under TICKETS; of a ticket that came more than once, the latest import counts."""
    frames = [store.versions.frame("tickets", version) for version in versions]
    joined = pd.concat(frames, ignore_index=True) if frames else TICKETS.empty()
    return TICKETS.check(joined.drop_duplicates("ticket_id", keep="last", ignore_index=True))


def stored_intervals(store: Store, versions: Sequence[str]) -> pd.DataFrame:
    """The interval reports of several imports under HISTORY; the latest import of an interval counts."""
    frames = [store.versions.frame("intervals", version) for version in versions]
    joined = pd.concat(frames, ignore_index=True) if frames else HISTORY.empty()
    return HISTORY.check(joined.drop_duplicates(["queue", "start"], keep="last", ignore_index=True))


def _on_grid(intervals: pd.DataFrame, grid: IntervalGrid) -> pd.DataFrame:
    import forecast as core

    step = infer_interval_minutes(intervals["start"], grid.timezone)
    if grid.interval_minutes % step:
        raise BadValue(
            f"interval reports in steps that fit into {grid.interval_minutes} minutes",
            column="interval_minutes",
            found=step,
            remedy=f"Set interval_minutes = {step} in smena.toml",
        )
    return intervals if step == grid.interval_minutes else core.regrid_history(intervals, grid)


def _grid(parameters: Mapping[str, Any]) -> IntervalGrid:
    return IntervalGrid(parameters["interval_minutes"], parameters["timezone"])


def end_of_history(history: pd.DataFrame, grid: IntervalGrid) -> pd.Timestamp:
    """The first local midnight after the last interval of a history (UTC)."""
    last = local_days(pd.DatetimeIndex([history["start"].max()]), grid.timezone)
    return local_midnights(last + pd.Timedelta(days=1), grid.timezone)[0]


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


def forecast_part(task: ForecastTask, progress: Progress | None = None) -> ForecastPart:
    """Forecast some queues, wherever the executor runs it; a queue's failure is a value."""
    import forecast as core

    result = core.make_forecast(task.history, progress=progress, **task.options)
    failures = tuple((fault.queue, fault.reason) for fault in result.failures)
    return ForecastPart(result.forecast, result.scores, failures, dict(result.chosen), dict(result.flags))


def forecast_tasks(history: pd.DataFrame, options: Mapping[str, Any]) -> list[ForecastTask]:
    """Queues learn from each other, so they stay together up to SHARD_QUEUES; more are split evenly, by name.

    The split depends on the queues alone, not on the executor: every executor gives the same forecast.
    """
    names = np.array(sorted(history["queue"].unique()), dtype=object)
    groups = np.array_split(names, max(-(-len(names) // SHARD_QUEUES), 1))
    return [ForecastTask(history[history["queue"].isin(set(group))], options) for group in groups]


def make_forecast(
    session: Session,
    *,
    as_of: pd.Timestamp | None = None,
    model: str | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> StepResult:
    """Forecast every queue over the site's horizon from `as_of` on (default: the end of the history).

    A queue that fails keeps its last published forecast and is named in `details["failures"]`.
    """
    settings = session.settings
    version = needed(session, "history")
    if as_of is None:
        starts = session.store.versions.frame("history", version, ["queue", "start"])
        as_of = end_of_history(starts, settings.grid)
    parameters = {
        "as_of": as_of.tz_convert("UTC").isoformat(),
        "horizon_days": settings.horizon_days,
        "interval_minutes": settings.interval_minutes,
        "timezone": settings.timezone,
        "calendar": settings.calendar,
        "origins": settings.backtest_origins,
        "model": model,
    }
    inputs = {"history": version, **site_inputs(session, ("opening_hours.toml", "events.csv", "targets.toml"))}
    published = session.published
    tools = Tools(
        executor=executor or SerialExecutor(),
        progress=progress,
        fallback=published.members.get("forecast") if published else None,
    )
    return produce(session, Recipe("forecast", inputs, parameters), forecast_maker, tools)


def forecast_maker(materials: Materials, tools: Tools) -> Made:
    """FORECAST and SCORES of all queues; `details` say what was chosen, flagged, failed and fell back."""
    history = materials.frame("history")
    options = _forecast_options(materials, history)
    results = _run(forecast_tasks(history, options), tools)
    failures = dict(failure for result in results for failure in result.failures)
    frames = [result.forecast for result in results if len(result.forecast)]
    rescued = _last_good(materials, tools.fallback, failures, options["as_of"])
    frames += [rescued] if len(rescued) else []
    if not frames:
        first = next(iter(failures.items()), ("", "no queue has a history"))
        raise ForecastFailed(*first)
    holidays = tuple(options["holidays"])
    kept = sorted(rescued["queue"].unique())
    details = {
        "chosen": {queue: model for result in results for queue, model in result.chosen.items()},
        "flags": {queue: list(flags) for result in results for queue, flags in result.flags.items()},
        "failures": failures,
        "fallbacks": kept,
        "fallback_version": tools.fallback if len(rescued) else None,
    }
    joined = pd.concat(frames, ignore_index=True).sort_values(["queue", "start"], ignore_index=True)
    if materials.site.opening is not None:
        joined = mark_open(joined, materials.site.opening, options["grid"], holidays)
    scores = pd.concat([result.scores for result in results if len(result.scores)] or [SCORES.empty()])
    messages = tuple(
        f"queue {queue!r} failed ({reason}); "
        + ("its last published forecast is kept" if queue in kept else "it has no forecast")
        for queue, reason in failures.items()
    )
    return Made({"forecast": FORECAST.check(joined), "scores": SCORES.check(scores)}, details, messages)


def _run(tasks: list[ForecastTask], tools: Tools) -> list[ForecastPart]:
    if len(tasks) == 1:
        return [forecast_part(tasks[0], tools.progress)]

    def done(number: int) -> None:
        if tools.progress is not None:
            tools.progress("forecast", number, len(tasks))

    return tools.executor.run(forecast_part, tasks, done)


def _forecast_options(materials: Materials, history: pd.DataFrame) -> dict[str, Any]:
    parameters = materials.parameters
    as_of = pd.Timestamp(parameters["as_of"])
    last = as_of + pd.Timedelta(days=parameters["horizon_days"] + 1)
    return {
        "as_of": as_of,
        "horizon_days": parameters["horizon_days"],
        "grid": _grid(parameters),
        "opening": materials.site.arrivals,
        "holidays": holidays_of(parameters["calendar"], history["start"].min(), last),
        "events": materials.site.events,
        "model": parameters["model"],
        "origins": parameters["origins"],
    }


def _last_good(
    materials: Materials, version: str | None, failures: Mapping[str, str], as_of: pd.Timestamp
) -> pd.DataFrame:
    """What the last published forecast says of the failed queues from `as_of` on."""
    if not failures or version is None:
        return FORECAST.empty()
    old = materials.version("forecast", version)
    return old[old["queue"].isin(list(failures)) & (old["start"] >= as_of)]
