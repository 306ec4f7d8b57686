"""A Poisson log-linear model of the calendar, on statsmodels' families.

Weekday × trend × season × day of month × public holiday × event.

Means multiply; every effect is shrunk towards none by a normal prior (a ridge penalty), so that a holiday seen once
moves the forecast less than one seen often. The penalty is scaled by the dispersion (quasi-Poisson, McCullagh and
Nelder, 1989, §6.2), so that large queues, whose days differ by far more than counting noise, are shrunk as they should.
After the fit the level follows the last residuals, at the speed that did best on the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.calendar_effects import DayCalendar, FeaturePlan, Features
from forecast.decompose import Parts, Scale
from forecast.forecaster import FittedForecaster, closed_to_zero
from forecast.models.transform import clip_outliers
from forecast.panel import DailyPanel

WINDOW_DAYS = 1096
LEAST_DAYS = 28
ITERATIONS = 25
SPEEDS = (0.0, 0.03, 0.07, 0.15, 0.3)
GREATEST_LOG = 5.0  # no day is more than e⁵ times the mean
PARTS = ("level", "weekday", "month_day", "season", "holiday", "event", "recent")
HOLDS = (0.8, 0.95, 1.0)  # share of the level's residual that is still there a day later


@dataclass(frozen=True)
class CalendarGlm:
    """Calendar effects with shrinkage, and a level that follows."""

    name: str = "calendar_glm"
    is_slow: bool = True
    only_when_named: bool = False

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn queue by queue from at most three years."""
        recent = panel.last(WINDOW_DAYS)
        found = [_fit_queue(recent, queue) for queue in range(len(panel.queues))]
        return _Fitted(
            models=tuple(None if isinstance(entry, str) else entry for entry in found),
            reasons={queue: entry for queue, entry in zip(panel.queues, found, strict=True) if isinstance(entry, str)},
        )


@dataclass(frozen=True)
class _Fitted:
    """One model a queue (Q); None where the queue can't be done."""

    models: tuple[_QueueModel | None, ...]
    reasons: Mapping[str, str]

    def predict(self, horizon: DayCalendar) -> np.ndarray:
        """Mean contacts (queues × horizon days)."""
        return closed_to_zero(self.parts(horizon).means, horizon)

    def parts(self, horizon: DayCalendar) -> Parts:
        """What each group of features adds, and the last residuals as `recent`; a queue of zeros is a level of 0."""
        values = np.full((len(PARTS), len(self.models), len(horizon.days)), np.nan)
        means = np.full(values.shape[1:], np.nan)
        for queue, model in enumerate(self.models):
            if model is not None:
                values[:, queue] = model.parts(horizon)
                means[queue] = model.contacts(values[:, queue].sum(axis=0))
        scales: tuple[Scale, ...] = tuple("log" if model and model.mean else "linear" for model in self.models)
        return Parts(PARTS, values, scales, means)


@dataclass(frozen=True)
class _QueueModel:
    """Effects of the features of one queue (position `queue`) on log(contacts ÷ `mean`), and the `level` of the last
    residuals, of which the share `hold` is still there a day later."""

    plan: FeaturePlan
    queue: int
    effects: np.ndarray
    mean: float
    level: float
    hold: float
    end: pd.Timestamp

    def parts(self, horizon: DayCalendar) -> np.ndarray:
        """(PARTS × days) on the log scale, all zero for a queue of zeros; the mean of the week belongs to the level."""
        values = np.zeros((len(PARTS), len(horizon.days)))
        if self.mean == 0:
            return values
        features = self.plan.features(horizon, self.queue)
        for row, name in enumerate(PARTS[:-1]):
            own = np.array([part == name for part in features.parts])
            values[row] = features.values[:, own] @ self.effects[own]
        week = float(self.effects[[part == "weekday" for part in features.parts]].mean())
        values[0] += week + np.log(self.mean)
        values[1] -= week
        lead = np.asarray((horizon.days - self.end) // pd.Timedelta(days=1), dtype=float)
        values[-1] = self.level * self.hold**lead
        return values

    def contacts(self, linear: np.ndarray) -> np.ndarray:
        """Contacts (days) from the sum of the parts."""
        if self.mean == 0:
            return np.zeros(len(linear))
        return np.asarray(np.exp(np.minimum(linear, GREATEST_LOG + np.log(self.mean))))


def _fit_queue(panel: DailyPanel, queue: int) -> _QueueModel | str:
    values = panel.values[queue]
    known = np.flatnonzero(~np.isnan(values))
    if known.size < LEAST_DAYS:
        return f"{known.size} known days, {LEAST_DAYS} are needed"
    mean = float(np.mean(values[known]))
    plan = FeaturePlan.of(panel.calendar, int(known[0]))
    if mean == 0:
        return _QueueModel(plan, queue, np.zeros(0), 0.0, 0.0, 1.0, panel.end)
    features = plan.features(panel.calendar, queue)
    learned = Features(features.values[known], features.prior_sd)
    effects = ridge_poisson(learned, _calmed(panel, queue, known) / mean, mean)
    fitted = mean * np.exp(learned.values @ effects)
    level, hold = _following_level(values[known], fitted, (len(values) - 1 - known).astype(float))
    return _QueueModel(plan, queue, effects, mean, level, hold, panel.end)


def _calmed(panel: DailyPanel, queue: int, known: np.ndarray) -> np.ndarray:
    """The known values, wild days clipped that no holiday or event explains."""
    calendar, values = panel.calendar, panel.values[queue, known]
    calm = np.expm1(clip_outliers(np.log1p(values), calendar.weekdays[known], spreads=8.0))
    explained = calendar.is_holiday | calendar.events[:, queue].any(axis=0)
    return np.where(explained[known], values, calm)


def ridge_poisson(features: Features, relative: np.ndarray, mean: float) -> np.ndarray:
    """Effects on the log scale of `relative` (contacts ÷ `mean`) under normal priors, dispersion estimated.

    Two passes: the first gives the dispersion and bounds single wild days, the second the effects.
    """
    effects = _penalised(features, relative, mean, dispersion=1.0 + 0.01 * mean, start=None)
    fitted = np.exp(features.values @ effects)
    pearson = (relative - fitted) / np.sqrt(fitted / mean)
    spread = max(1.4826 * float(np.median(np.abs(pearson))), 1.0)
    bound = 4.0 * spread * np.sqrt(fitted / mean)
    calm = np.maximum(np.clip(relative, fitted - bound, fitted + bound), 0.0)
    return _penalised(features, calm, mean, dispersion=spread**2, start=effects)


def _penalised(
    features: Features, relative: np.ndarray, mean: float, dispersion: float, start: np.ndarray | None
) -> np.ndarray:
    """Effects of the greatest penalised likelihood, by iteratively reweighted least squares with a ridge."""
    from statsmodels.genmod.families import Poisson  # slow to import: only where it is used

    family, design = Poisson(), features.values
    penalty = np.diag(dispersion / (mean * features.prior_sd**2))
    effects = np.zeros(design.shape[1]) if start is None else start
    for _ in range(ITERATIONS):
        linear = np.clip(design @ effects, -8.0, 4.0)
        fitted = family.fitted(linear)
        weights = family.weights(fitted)
        working = linear + family.link.deriv(fitted) * (relative - fitted)
        weighted = design * weights[:, None]
        found = np.linalg.solve(weighted.T @ design + penalty, weighted.T @ working)
        step = float(np.max(np.abs(found - effects)))
        effects = found
        if step < 1e-6:
            break
    return np.asarray(effects)


def _following_level(values: np.ndarray, fitted: np.ndarray, age: np.ndarray) -> tuple[float, float]:
    """(level, hold): the exponential mean of the log residuals at the end, and how much of it stays per day.

    Speed and hold are those with the least absolute error one to seven known days ahead over the last half year.
    """
    residual = np.log((values + 0.5) / (fitted + 0.5))
    bound = 5.0 * 1.4826 * float(np.median(np.abs(residual))) + 1e-9
    residual = np.clip(residual, -bound, bound)
    best, chosen = np.inf, (0.0, 1.0)
    for speed in SPEEDS:
        levels = _exponential_means(residual, speed)
        for hold in HOLDS if speed else (1.0,):
            error = _ahead_error(values[-182:], fitted[-182:], levels[-182:], hold)
            if error < best * (1 - 1e-9):
                best, chosen = error, (float(levels[-1]) * hold ** float(age[-1]), hold)
    return chosen


def _exponential_means(residual: np.ndarray, speed: float) -> np.ndarray:
    level, levels = 0.0, np.empty_like(residual)
    for position, value in enumerate(residual):
        level += speed * (value - level)
        levels[position] = level
    return levels


def _ahead_error(values: np.ndarray, fitted: np.ndarray, levels: np.ndarray, hold: float) -> float:
    errors = [
        np.abs(values[ahead:] - fitted[ahead:] * np.exp(levels[:-ahead] * hold ** (ahead - 1))) for ahead in (1, 3, 7)
    ]
    return float(sum(np.mean(error) for error in errors))
