"""Rolling-origin backtest: every forecaster refitted at past origins, judged on what came then.

An origin sees only the days before it. Origins lie a number of days apart that is no multiple of seven, so that they
fall on different weekdays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.forecaster import FittedForecaster, Forecaster, SaysSpread, fit_path
from forecast.models.blend import Blend, combine
from forecast.panel import DailyPanel
from forecast.quantiles import plain_sd

Progress = Callable[[str, int, int], None]
STEPS_DAYS = (20, 13, 10, 6, 5, 4, 3, 2)
LEAST_TRAINING_DAYS = 28
SHORT_TRAINING_DAYS = 14
NEAR_DAYS = 7


@dataclass(frozen=True)
class Backtest:
    """Past forecasts beside what came.

    Attributes:
        queues: names (Q).
        origins: positions of the first forecast day (O), rising.
        actual: (O × Q × L) contacts by lead; NaN where unknown, closed, or after the history.
        forecasts: (O × Q × L) by model; NaN where the model could not do the queue.
        history: (Q × D) contacts, for scaled errors.
        latest: by model that is no blend, what it learned of the whole history, where that was asked for.
        spreads: (O × Q × L) relative standard deviation of their errors by models that say it.
    """

    queues: tuple[str, ...]
    origins: tuple[int, ...]
    actual: np.ndarray
    forecasts: Mapping[str, np.ndarray]
    history: np.ndarray
    latest: Mapping[str, FittedForecaster] = field(default_factory=dict)
    spreads: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def leads(self) -> int:
        """Days ahead that were forecast (L)."""
        return int(self.actual.shape[2])

    def said_sd(self, model: str) -> np.ndarray:
        """(O × Q × L) relative standard deviation that the model gave its forecasts, or a plain one."""
        return self.spreads[model] if model in self.spreads else plain_sd(self.forecasts[model])


def plan_origins(panel: DailyPanel, count: int, horizon_days: int, *, whole: bool) -> tuple[int, ...]:
    """Positions of up to `count` origins, rising; fewer, closer together, where the history is short.

    whole: every origin has all its horizon inside the history; else the last has a week of it.
    """
    known = np.flatnonzero((~np.isnan(panel.values)).any(axis=0))
    if known.size == 0 or count < 1:
        return ()
    last = int(known[-1]) + 1 - (horizon_days if whole else min(horizon_days, NEAR_DAYS + 1))
    for least in (LEAST_TRAINING_DAYS, SHORT_TRAINING_DAYS):
        room = last - int(known[0]) - least
        if room < 0:
            continue
        step = next((days for days in STEPS_DAYS if days * (count - 1) <= room), STEPS_DAYS[-1])
        number = min(count, room // step + 1)
        return tuple(sorted(last - step * back for back in range(number)))
    return ()


def run_backtest(
    panel: DailyPanel,
    forecasters: Mapping[str, Forecaster],
    origins: tuple[int, ...],
    horizon_days: int,
    progress: Progress | None = None,
    *,
    and_now: bool = False,
) -> Backtest:
    """Forecast from every origin with every forecaster. A blend is made of its members' forecasts, weighted by what
    they had missed by before that origin.

    and_now: each forecaster is also fitted to the whole panel and kept in `latest`.
    """
    empty = np.full((len(origins), len(panel.queues), horizon_days), np.nan)
    test = Backtest(panel.queues, origins, _actual(panel, origins, empty), {}, panel.values)
    single = {name: made for name, made in forecasters.items() if not isinstance(made, Blend)}
    forecasts: dict[str, np.ndarray] = {}
    latest: dict[str, FittedForecaster] = {}
    spreads: dict[str, np.ndarray] = {}
    ends = (*origins, len(panel.days)) if and_now else origins
    for number, (name, forecaster) in enumerate(single.items()):
        forecasts[name] = empty.copy()
        for at, fitted in enumerate(fit_path(forecaster, panel, ends)):
            if at == len(origins):
                latest[name] = fitted
                continue
            ahead = min(horizon_days, len(panel.days) - origins[at])
            horizon = panel.calendar.between(origins[at], origins[at] + ahead)
            forecasts[name][at, :, :ahead] = fitted.predict(horizon)
            if isinstance(fitted, SaysSpread):
                spreads.setdefault(name, empty.copy())[at, :, :ahead] = fitted.relative_sd(horizon)
        if progress is not None:
            progress("backtest", number + 1, len(single))
    test = replace(test, forecasts=forecasts, latest=latest, spreads=spreads)
    blends = {name: _blended(test, made) for name, made in forecasters.items() if isinstance(made, Blend)}
    return replace(test, forecasts={**forecasts, **blends})


def _actual(panel: DailyPanel, origins: tuple[int, ...], empty: np.ndarray) -> np.ndarray:
    actual = empty.copy()
    for number, origin in enumerate(origins):
        values = panel.values[:, origin : origin + actual.shape[2]]
        actual[number, :, : values.shape[1]] = values
    return actual


def _blended(test: Backtest, blend: Blend) -> np.ndarray:
    members = [member.name for member in blend.members if member.name in test.forecasts]
    rows = []
    for number, origin in enumerate(test.origins):
        errors = past_errors(test, members, origin)
        rows.append(combine([test.forecasts[name][number] for name in members], errors))
    return np.array(rows).reshape(test.actual.shape)


def past_errors(test: Backtest, models: list[str], before: int) -> list[np.ndarray]:
    """Mean absolute error of each model (Q × L) on the days before position `before`, by week of lead; NaN: none."""
    target = np.array(test.origins)[:, None] + np.arange(test.leads)[None, :]
    usable = (target < before)[:, None, :] & ~np.isnan(test.actual)
    found = []
    for name in models:
        error = np.where(usable, np.abs(test.actual - test.forecasts[name]), np.nan)
        all_leads = _mean(error, axis=(0, 2))
        rows = np.repeat(all_leads[:, None], test.leads, axis=1)
        for first, end in ((0, NEAR_DAYS), (NEAR_DAYS, test.leads)):
            own = _mean(error[:, :, first:end], axis=(0, 2))[:, None]
            rows[:, first:end] = np.where(np.isnan(own), rows[:, first:end], own)
        found.append(rows)
    return found


def _mean(values: np.ndarray, axis: tuple[int, ...]) -> np.ndarray:
    known = ~np.isnan(values)
    total: np.ndarray = np.where(known, values, 0.0).sum(axis=axis)
    number = known.sum(axis=axis)
    return np.asarray(np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0))
