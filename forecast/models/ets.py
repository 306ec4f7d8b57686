"""Exponential smoothing in state-space form with a damped trend and a weekly season, by statsmodels' `ETSModel`.

Source: Hyndman, Koehler, Ord and Snyder (2008), *Forecasting with Exponential Smoothing*, model ETS(A,Ad,A), on the log
or square-root scale. Unlike `holt_winters`, which has no trend and learns from one year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.forecaster import FittedForecaster
from forecast.models.series import WEEK, DaySeries, ScaledModel, fit_series
from forecast.panel import DailyPanel

WINDOW_DAYS = 728
MOST_ITERATIONS = 60


@dataclass(frozen=True)
class Ets:
    """Level, damped trend and weekly season, all smoothed; public holidays and events are bridged, not learned."""

    name: str = "ets"
    is_slow: bool = True
    only_when_named: bool = True

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn queue by queue from at most two years."""
        return fit_series(panel.last(WINDOW_DAYS), _learn)


def _learn(series: DaySeries) -> ScaledModel:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # slow to import: only where it is used

    model = ETSModel(
        series.plain(),
        error="add",
        trend="add",
        damped_trend=True,
        seasonal="add",
        seasonal_periods=WEEK,
        initialization_method="heuristic",
    )
    fitted = model.fit(maxiter=MOST_ITERATIONS, disp=False)

    def rest(lead: np.ndarray) -> np.ndarray:
        ahead = np.asarray(fitted.forecast(int(lead.max()) + 1), dtype=float)
        return np.asarray(ahead[lead])

    return ScaledModel(rest, float(np.var(fitted.resid)))
