"""The Theta method on days without their weekly season, by statsmodels' `ThetaModel`.

Source: Assimakopoulos and Nikolopoulos (2000), *International Journal of Forecasting* 16:521; simple exponential
smoothing with half the slope of a straight line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.forecaster import FittedForecaster
from forecast.models.series import WEEK, DaySeries, ScaledModel, fit_series
from forecast.panel import DailyPanel

WINDOW_DAYS = 364


@dataclass(frozen=True)
class Theta:
    """Smoothed level with half the trend of the window; public holidays and events are bridged, not learned."""

    name: str = "theta"
    is_slow: bool = True
    only_when_named: bool = True

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn queue by queue from at most a year."""
        return fit_series(panel.last(WINDOW_DAYS), _learn)


def _learn(series: DaySeries) -> ScaledModel:
    from statsmodels.tsa.forecasting.theta import ThetaModel  # slow to import: only where it is used

    values = series.plain()
    fitted = ThetaModel(values, period=WEEK, use_test=False, method="additive").fit()

    def rest(lead: np.ndarray) -> np.ndarray:
        ahead = np.asarray(fitted.forecast(int(lead.max()) + 1), dtype=float)
        return np.asarray(ahead[lead])

    change = values[WEEK:] - values[:-WEEK]  # of two days, hence half its variance
    return ScaledModel(rest, float(np.var(change)) / 2)
