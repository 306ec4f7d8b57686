"""Holt–Winters exponential smoothing of level and weekly season, by statsmodels.

Source: Winters (1960), *Management Science* 6:324, additive season; on the log scale (large queues, where the season
multiplies) or the square-root scale (small ones, where the counting noise is steady on it).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.calendar_effects import DayCalendar
from forecast.forecaster import FittedForecaster, QueueForecast, fit_each
from forecast.models.transform import backward, clip_outliers, fill_gaps, forward, uses_log
from forecast.panel import DailyPanel

WINDOW_DAYS = 364
LEAST_DAYS = 15
SEASON = 7


@dataclass(frozen=True)
class HoltWinters:
    """Level and weekly season, both smoothed; the last level is held over the horizon."""

    name: str = "holt_winters"
    is_slow: bool = True
    only_when_named: bool = False

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn queue by queue from at most a year; public holidays are bridged, not learned."""
        return fit_each(panel.last(WINDOW_DAYS), _fit_queue)


def _fit_queue(panel: DailyPanel, queue: int) -> QueueForecast | str:
    values = panel.values[queue]
    known = np.flatnonzero(~np.isnan(values))
    if known.size < LEAST_DAYS:
        return f"{known.size} known days, {LEAST_DAYS} are needed"
    values = values[known[0] :]
    weekdays = panel.calendar.weekdays[known[0] :]
    learned = values[~np.isnan(values)]
    log = uses_log(learned)
    scaled = forward(values, log)
    scaled[panel.calendar.is_holiday[known[0] :]] = np.nan
    if np.isnan(scaled).all():
        return "nothing but public holidays is known"
    series = fill_gaps(clip_outliers(scaled, weekdays), weekdays)
    season, variance = _smoothed(series)
    end = panel.end

    def predict(horizon: DayCalendar) -> np.ndarray:
        lead = np.asarray((horizon.days - end) // pd.Timedelta(days=1), dtype=int)
        return backward(season[lead % SEASON], log, variance)

    return predict


def _smoothed(series: np.ndarray) -> tuple[np.ndarray, float]:
    """The next seven values on the model's scale, and the variance of the one-step errors."""
    if series.size < 2 * SEASON + 1 or float(np.ptp(series)) < 1e-9:
        return np.resize(series[-SEASON:], SEASON) if series.size >= SEASON else np.full(SEASON, series.mean()), 0.0
    from statsmodels.tsa.holtwinters import ExponentialSmoothing  # slow to import: only where it is used

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that stops early still forecasts; the backtest judges it
        model = ExponentialSmoothing(
            series, trend=None, seasonal="add", seasonal_periods=SEASON, initialization_method="heuristic"
        )
        fitted = model.fit(minimize_kwargs={"options": {"maxiter": 40}})
    errors = np.asarray(fitted.resid)[2 * SEASON :]
    variance = float(np.var(errors)) if errors.size else 0.0
    return np.asarray(fitted.forecast(SEASON), dtype=float), min(variance, 0.25)
