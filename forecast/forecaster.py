"""The interface of a forecaster, and its terms.

A **forecaster** learns from a panel and gives a **fitted forecaster**; fitting changes neither. Both work on *all*
queues of the panel in one call, so that a forecaster may share work or strength between queues; one that does not
loops inside.

- `fit(panel)` may use the panel's values and calendar, nothing else: no clock, no randomness.
- `predict(horizon)` takes the calendar of the days that follow the panel and gives the mean contacts of each day,
  an array (queues × horizon days): ≥ 0, exactly 0 on closed days, the same for the same input.
- **A queue it can't do is a value**: NaN on its open days, and the reason by queue in `reasons`.
- Values may hold NaN (unknown or closed days), be all zero, constant, or one day long.

One contract test runs on every forecaster that `forecast.models` lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from forecast.calendar_effects import DayCalendar
from forecast.panel import DailyPanel


class FittedForecaster(Protocol):
    """What a forecaster learned."""

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why a queue can't be forecast, by queue; the others are not in it."""

    def predict(self, horizon: DayCalendar) -> np.ndarray:
        """Mean contacts (queues × horizon days); see the terms above."""


class Forecaster(Protocol):
    """A way to forecast day totals."""

    @property
    def name(self) -> str:
        """Unique, as in the column `model`."""

    @property
    def is_slow(self) -> bool:
        """Whether a queue costs more than about 10 ms a fit, so that a forecast tries it only where it is named."""

    @property
    def only_when_named(self) -> bool:
        """Whether a backtest of all, too, leaves it out unless it is named: it costs seconds a fit."""

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn from all queues of the panel."""


@runtime_checkable
class SaysSpread(Protocol):
    """A fitted forecaster that says how far it expects to miss by."""

    def relative_sd(self, horizon: DayCalendar) -> np.ndarray:
        """Standard deviation of the error over the mean (queues × horizon days), counting noise included."""


@runtime_checkable
class PathForecaster(Protocol):
    """A forecaster that fits several moments of one panel for little more than the last of them costs."""

    def fit_path(self, panel: DailyPanel, ends: Sequence[int]) -> tuple[FittedForecaster, ...]:
        """What was learned of the days before each position of `ends` (rising); nothing later is used."""


def fit_path(forecaster: Forecaster, panel: DailyPanel, ends: Sequence[int]) -> Iterator[FittedForecaster]:
    """The forecaster fitted to the days before each position of `ends`, rising."""
    if isinstance(forecaster, PathForecaster):
        yield from forecaster.fit_path(panel, ends)
        return
    for end in ends:
        yield forecaster.fit(panel.until(end))


QueueForecast = Callable[[DayCalendar], np.ndarray]  # one queue: horizon -> mean contacts (days)


@dataclass(frozen=True)
class FittedQueues:
    """A fitted forecaster made of one forecast a queue (Q); None where the queue can't be done."""

    forecasts: tuple[QueueForecast | None, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)

    def predict(self, horizon: DayCalendar) -> np.ndarray:
        """Mean contacts (queues × horizon days)."""
        rows = [
            np.full(len(horizon.days), np.nan) if forecast is None else forecast(horizon) for forecast in self.forecasts
        ]
        return closed_to_zero(np.array(rows).reshape(len(self.forecasts), len(horizon.days)), horizon)


def closed_to_zero(means: np.ndarray, horizon: DayCalendar) -> np.ndarray:
    """`means` (queues × days) cut at zero, and zero on closed days; NaN stays on open ones."""
    return np.where(horizon.open, np.maximum(means, 0.0), 0.0)


def fit_each(panel: DailyPanel, fit_one: Callable[[DailyPanel, int], QueueForecast | str]) -> FittedQueues:
    """Fit queue by queue; `fit_one(panel, queue position)` gives a forecast, or the reason why there is none."""
    found = [fit_one(panel, queue) for queue in range(len(panel.queues))]
    return FittedQueues(
        forecasts=tuple(None if isinstance(entry, str) else entry for entry in found),
        reasons={queue: entry for queue, entry in zip(panel.queues, found, strict=True) if isinstance(entry, str)},
    )
