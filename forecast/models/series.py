"""One queue's days as the series that statsmodels' models take, and the way back to contacts.

Each of those models learns on the log scale (square root for small queues), wild days clipped. What goes wrong inside
a fit (no convergence, a singular matrix) is a reason for that queue, never a warning or an exception.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.calendar_effects import DayCalendar
from forecast.forecaster import FittedQueues, QueueForecast, fit_each
from forecast.models.transform import backward, clip_outliers, fill_gaps, forward, uses_log
from forecast.panel import DailyPanel

WEEK = 7
LEAST_DAYS = 28
GREATEST_VARIANCE = 0.25  # a mean from a log: past that, the spread is no longer small
STEADY_SPREAD = 1e-6  # days that differ by less from their weekday leave nothing to estimate
OUTLIER_SPREADS = 8.0


@dataclass(frozen=True)
class DaySeries:
    """The known days of one queue (position `queue` of the calendar) from the first on.

    `values` (days) on the log or square-root scale, NaN unknown; `explained` (days): public holidays and events.
    """

    values: np.ndarray
    log: bool
    calendar: DayCalendar
    queue: int
    explained: np.ndarray

    def plain(self) -> np.ndarray:
        """(days) without a gap: holidays, events and unknown days are replaced by what the weekday would have been."""
        ordinary = np.where(self.explained, np.nan, self.values)
        known = ordinary if (~np.isnan(ordinary)).sum() >= LEAST_DAYS else self.values
        return fill_gaps(known, self.calendar.weekdays)


@dataclass(frozen=True)
class ScaledModel:
    """`forecast(horizon, lead)` on the series' scale, lead (days of the horizon) 0 for the day after the series; the
    one-step error variance."""

    forecast: Callable[[DayCalendar, np.ndarray], np.ndarray]
    variance: float


Learn = Callable[[DaySeries], ScaledModel]


def fit_series(panel: DailyPanel, learn: Learn) -> FittedQueues:
    """Fit every queue of which four weeks are known; `learn` may raise `LinAlgError` or `ValueError`."""
    return fit_each(panel, lambda panel, queue: _fit_queue(panel, queue, learn))


def _fit_queue(panel: DailyPanel, queue: int, learn: Learn) -> QueueForecast | str:
    known = np.flatnonzero(~np.isnan(panel.values[queue]))
    if known.size < LEAST_DAYS:
        return f"{known.size} known days, {LEAST_DAYS} are needed"
    series = day_series(panel, queue, int(known[0]))
    model: ScaledModel | None = _steady_week(series)
    if model is None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a fit that stops early still forecasts; the backtest judges it
                model = learn(series)
                trial = model.forecast(series.calendar.between(0, WEEK), np.arange(WEEK))
        except (np.linalg.LinAlgError, ValueError) as fault:
            return f"the fit failed: {fault}"
        if not np.isfinite(trial).all():
            return "the fit gave no finite numbers"
    return _in_contacts(series, model, panel.end)


def day_series(panel: DailyPanel, queue: int, first: int) -> DaySeries:
    """The series of one queue from position `first` of the panel; wild days that no holiday or event explains are
    clipped."""
    calendar = panel.calendar.between(first, len(panel.days))
    contacts = panel.values[queue, first:]
    log = uses_log(contacts[~np.isnan(contacts)])
    scaled = forward(contacts, log)
    explained = calendar.is_holiday | calendar.events[:, queue].any(axis=0)
    calm = clip_outliers(scaled, calendar.weekdays, OUTLIER_SPREADS)
    return DaySeries(np.where(explained, scaled, calm), log, calendar, queue, explained)


def _steady_week(series: DaySeries) -> ScaledModel | None:
    """The week that repeats itself without noise, which no likelihood can be maximised on; None where it does not."""
    filled, weekdays = series.plain(), series.calendar.weekdays
    week = np.array(
        [filled[weekdays == day].mean() if (weekdays == day).any() else filled.mean() for day in range(WEEK)]
    )
    if np.abs(filled - week[weekdays]).max() > STEADY_SPREAD:
        return None
    return ScaledModel(lambda horizon, lead: week[horizon.weekdays], 0.0)


def _in_contacts(series: DaySeries, model: ScaledModel, end: pd.Timestamp) -> QueueForecast:
    """Held within half the history's range beyond it, so that no trend runs away over a long horizon."""
    low, high = float(np.nanmin(series.values)), float(np.nanmax(series.values))
    room = (high - low) / 2
    variance = min(model.variance, GREATEST_VARIANCE)

    def predict(horizon: DayCalendar) -> np.ndarray:
        lead = np.asarray((horizon.days - end) // pd.Timedelta(days=1), dtype=int)
        scaled = np.clip(model.forecast(horizon, lead), low - room, high + room)
        return backward(scaled, series.log, variance)

    return predict
