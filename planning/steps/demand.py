"""From the history to a forecast of every queue."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from domain.calendar import mark_open
from domain.errors import ForecastFailed
from domain.likeness import Likeness, likeness_of
from domain.tables import DECOMPOSITION, FORECAST, SCORES
from planning.cleaning import with_special_days
from planning.execute import Executor, SerialExecutor
from planning.horizon import end_of_history
from planning.recipe import Recipe
from planning.session import Progress, Session
from planning.shards import forecast_tasks, run_tasks
from planning.site import holidays_of
from planning.steps.produce import Made, Materials, StepResult, Tools, grid_of, needed, produce, site_inputs

EXPLAINED_QUEUES_MOST = 500  # beyond that nobody looks at the parts of a day, and they are millions of rows


def _known_likenesses(like: Mapping[str, Likeness], queues: Collection[str]) -> dict[str, Likeness]:
    """Those that can borrow from one of `queues`, or from one that can."""
    known: dict[str, Likeness] = {}
    for queue, old in like.items():
        if old.queue in queues or old.queue in known:
            known[queue] = old
    return known


def make_forecast(
    session: Session,
    *,
    as_of: pd.Timestamp | None = None,
    model: str | None = None,
    pins: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> StepResult:
    """Forecast every queue over the site's horizon from `as_of` on (default: the end of the history).

    `model` is taken for every queue, this time; `pins` (queue to model) hold from now on: None = those of the plan's
    last forecast, so that a night keeps what a planner has pinned.
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
        "pins": dict(pinned_models(session) if pins is None else pins),
        "like": dict(settings.like),
    }
    site_files = ("opening_hours.toml", "events.csv", "marks.csv", "targets.toml")
    inputs = {"history": version, **site_inputs(session, site_files)}
    published = session.published
    tools = Tools(
        executor=executor or SerialExecutor(),
        progress=progress,
        fallback=published.members.get("forecast") if published else None,
    )
    return produce(session, Recipe("forecast", inputs, parameters), forecast_maker, tools)


def pinned_models(session: Session) -> Mapping[str, str]:
    """The model that planners have pinned, by queue, as the plan's forecast was made."""
    version = session.member("forecast")
    pins: Mapping[str, str] = {}
    return session.store.versions.get("forecast", version).parameters.get("pins", pins) if version else pins


def forecast_maker(materials: Materials, tools: Tools) -> Made:
    """FORECAST, SCORES and DECOMPOSITION of all queues; `details`: what was chosen, flagged, failed and fell back.

    The decomposition has no rows of queues that fell back or whose model can't say its parts, and none at all where
    there are more than EXPLAINED_QUEUES_MOST queues.
    """
    history = materials.frame("history")
    options = forecast_options(materials, history)
    results = run_tasks(forecast_tasks(history, options), tools.executor, tools.progress)
    failures = dict(failure for result in results for failure in result.failures)
    frames = [result.forecast for result in results if len(result.forecast)]
    rescued = _last_good(materials, tools.fallback, failures, options["as_of"])
    frames += [rescued] if len(rescued) else []
    if not frames:
        first = next(iter(failures.items()), ("", "no queue has a history"))
        raise ForecastFailed(*first)
    holidays = options["holidays"]
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
    parts = pd.concat([result.parts for result in results if len(result.parts)] or [DECOMPOSITION.empty()])
    parts = parts.sort_values(["queue", "day"], kind="stable", ignore_index=True)  # within a day in the parts' order
    messages = tuple(
        f"queue {queue!r} failed ({reason}); "
        + ("its last published forecast is kept" if queue in kept else "it has no forecast")
        for queue, reason in failures.items()
    )
    messages += tuple(
        f"queue {queue!r} borrows no past (smena.toml, [like]): {old!r} has no history"
        for queue, old in materials.parameters.get("like", {}).items()
        if queue not in options["like"]
    )
    tables = {FORECAST: joined, SCORES: scores, DECOMPOSITION: parts}
    bodies = {table.name.lower(): table.check(frame) for table, frame in tables.items()}
    return Made(bodies, details, messages)


def forecast_options(materials: Materials, history: pd.DataFrame) -> dict[str, Any]:
    """What `forecast.make_forecast` is told beside the history."""
    parameters, queues = materials.parameters, set(history["queue"])
    as_of = pd.Timestamp(parameters["as_of"])
    last = as_of + pd.Timedelta(days=parameters["horizon_days"] + 1)
    return {
        "as_of": as_of,
        "horizon_days": parameters["horizon_days"],
        "grid": grid_of(parameters),
        "opening": materials.site.arrivals,
        "holidays": holidays_of(parameters["calendar"], history["start"].min(), last),
        "events": with_special_days(materials.site.events, materials.site.decisions, parameters["timezone"]),
        "model": parameters["model"],
        "models": {queue: pin for queue, pin in parameters.get("pins", {}).items() if queue in queues},
        "origins": parameters["origins"],
        "like": _known_likenesses(likeness_of(parameters.get("like", {})), queues),
        "explain": len(queues) <= EXPLAINED_QUEUES_MOST,
    }


def _last_good(
    materials: Materials, version: str | None, failures: Mapping[str, str], as_of: pd.Timestamp
) -> pd.DataFrame:
    """What the last published forecast says of the failed queues from `as_of` on."""
    if not failures or version is None:
        return FORECAST.empty()
    old = materials.version("forecast", version)
    return old[old["queue"].isin(list(failures)) & (old["start"] >= as_of)]
