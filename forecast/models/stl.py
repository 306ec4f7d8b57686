"""A weekly season taken off by loess, and the rest followed by exponential smoothing: statsmodels' `STLForecast`.

Source: Cleveland, Cleveland, McRae and Terpenning (1990), *Journal of Official Statistics* 6:3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.forecaster import FittedForecaster
from forecast.models.series import WEEK, DaySeries, ScaledModel, fit_series
from forecast.panel import DailyPanel

WINDOW_DAYS = 364
SEASON_WEEKS = 13  # loess window over the same weekdays


@dataclass(frozen=True)
class Stl:
    """The last week's season repeated on a smoothed level; public holidays and events are bridged, not learned."""

    name: str = "stl"
    is_slow: bool = True
    only_when_named: bool = True

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn queue by queue from at most a year."""
        return fit_series(panel.last(WINDOW_DAYS), _learn)


def _learn(series: DaySeries) -> ScaledModel:
    from statsmodels.tsa.forecasting.stl import STLForecast  # slow to import: only where they are used
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    fitted = STLForecast(
        series.plain(),
        SimpleExpSmoothing,
        model_kwargs={"initialization_method": "estimated"},
        period=WEEK,
        seasonal=SEASON_WEEKS,
        robust=True,
    ).fit()

    def rest(lead: np.ndarray) -> np.ndarray:
        ahead = np.asarray(fitted.forecast(int(lead.max()) + 1), dtype=float)
        return np.asarray(ahead[lead])

    return ScaledModel(rest, float(np.var(fitted.model_result.resid)))
