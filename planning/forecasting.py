"""Forecasts and backtests of history files: files in, one pure call (or one a shard), a frame out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

import forecast as forecasting
from connectors import read_table
from domain import IntervalGrid
from domain.calendar import mark_open
from domain.intervals import infer_interval_minutes
from domain.likeness import Likeness
from domain.queues import split_list
from domain.tables import EVENTS, HISTORY, Column, Table
from planning.execute import Executor
from planning.horizon import end_of_history
from planning.progress import Progress
from planning.shards import forecast_all
from planning.site import holidays_of
from planning.site_checks import unknown_queues
from planning.stages import gaps_word, of_file, opening_hours, parse_time

GRID = Table(
    "GRID",
    "Intervals to forecast.",
    ("queue", "start"),
    (Column("queue", "text", "", "queue name"), Column("start", "stamp", "UTC", "beginning of the interval")),
)


@dataclass(frozen=True)
class ForecastRequest:
    """What a forecast from a file is asked for. `interval_minutes` None = as the history."""

    horizon_days: int = 28
    as_of: str | None = None
    interval_minutes: int | None = None
    timezone: str = "UTC"
    calendar: str = ""
    events: Path | None = None
    opening: Path | None = None
    grid: Path | None = None
    model: str | None = None
    gaps: str = "missing"
    origins: int = 8
    explain: bool = False
    like: Mapping[str, Likeness] = field(default_factory=dict)


def forecast_of_history(
    path: str, request: ForecastRequest, *, progress: Progress | None = None, executor: Executor | None = None
) -> tuple[Any, IntervalGrid, int]:
    """The result of `forecast.make_forecast` for a history file, its grid, and the history's own interval.

    `executor` runs the shards of more queues than fit in one (`planning.shards`).

    Raises the first `ForecastFailed` where no queue could be forecast.
    """
    history, grid, found = _history_and_grid(path, request)
    as_of = parse_time(request.as_of, request.timezone, "--as-of") if request.as_of else end_of_history(history, grid)
    last = as_of + pd.Timedelta(days=request.horizon_days + 1)
    opening = opening_hours(request.opening)
    holidays = holidays_of(request.calendar, history["start"].min(), last)
    with of_file(path, dict.fromkeys(("queue", "start"), request.grid)):
        result = forecast_all(
            history,
            executor=executor,
            as_of=as_of,
            horizon_days=request.horizon_days,
            grid=grid,
            opening=opening,
            holidays=holidays,
            events=read_table(request.events, EVENTS) if request.events else None,
            targets_grid=read_table(request.grid, GRID, timezone=request.timezone) if request.grid else None,
            model=request.model,
            origins=request.origins,
            gaps=gaps_word(request.gaps),
            explain=request.explain,
            like=request.like,
            progress=progress,
        )
    if result.failures and result.forecast.empty:
        raise result.failures[0]
    if opening is not None:
        result = replace(result, forecast=mark_open(result.forecast, opening, grid, holidays))
    return result, grid, found


def backtest_of_history(
    path: str, request: ForecastRequest, *, progress: Progress | None = None
) -> tuple[pd.DataFrame, int]:
    """SCORES of a history file and the history's interval."""
    history, grid, found = _history_and_grid(path, request)
    as_of = parse_time(request.as_of, request.timezone, "--as-of") if request.as_of else None
    holidays = holidays_of(request.calendar, history["start"].min(), history["start"].max())
    with of_file(path):
        scores = forecasting.backtest(
            history,
            as_of=as_of,
            horizon_days=request.horizon_days,
            origins=request.origins,
            grid=grid,
            opening=opening_hours(request.opening),
            holidays=holidays,
            events=read_table(request.events, EVENTS) if request.events else None,
            models=(request.model,) if request.model else None,
            gaps=gaps_word(request.gaps),
            progress=progress,
        )
    return scores, found


def file_warnings(request: ForecastRequest, forecast: pd.DataFrame) -> list[str]:
    """What events and opening hours say of queues that the forecast does not have, and years of guessed holidays."""
    if forecast.empty:
        return []
    patterns: list[tuple[str, str]] = []
    if request.events:
        rows = read_table(request.events, EVENTS).to_dict("records")
        patterns += [(f"{request.events.name}: {row['name']}:", name) for row in rows for name in _named(row)]
    opening = opening_hours(request.opening)
    if opening is not None and request.opening is not None:
        patterns += [(f"{request.opening.name}: queue", name) for name in opening.by_pattern]
    found = unknown_queues(patterns, forecast["queue"].unique(), of="forecast")
    unsure = holidays_of(request.calendar, forecast["start"].min(), forecast["start"].max()).unsure_years
    if unsure:
        years = ", ".join(str(year) for year in unsure)
        found.append(f"calendar {request.calendar}: no decree is known for {years}; moved working days are missing")
    return found


def _named(event: Mapping[Any, Any]) -> tuple[str, ...]:
    return tuple(split_list(event.get("queues")))


def _history_and_grid(path: str, request: ForecastRequest) -> tuple[pd.DataFrame, IntervalGrid, int]:
    history = read_table(path, HISTORY, timezone=request.timezone)
    with of_file(path):
        found = infer_interval_minutes(history["start"], request.timezone)
    grid = IntervalGrid(request.interval_minutes or found, request.timezone)
    return history, grid, found
