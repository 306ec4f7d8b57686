"""Seasonal ARIMA with public holidays, events, day of month and season of the year as regressors, by `SARIMAX`.

Source: Box and Jenkins (1976), *Time Series Analysis*; order (1, 0, 1) × (0, 1, 1) over the week. Unknown days stay
unknown: the Kalman filter bridges them. Fitted in two steps, as Cochrane and Orcutt (1949) do: the noise's parameters
by maximum likelihood on the series without its roughly estimated effects, then the effects by generalised least
squares under that noise. All at once takes ten times as long and gives the same forecasts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.forecaster import FittedForecaster
from forecast.models.regressors import CalendarColumns, rough_effects, state_model
from forecast.models.series import WEEK, DaySeries, ScaledModel, fit_series
from forecast.panel import DailyPanel

WINDOW_DAYS = 1096
ORDER, SEASONAL_ORDER = (1, 0, 1), (0, 1, 1, WEEK)
MOST_ITERATIONS = 30


@dataclass(frozen=True)
class Sarimax:
    """The last days and weeks followed, with what the history shows of holidays, events and the month."""

    name: str = "sarimax"
    is_slow: bool = True
    only_when_named: bool = True

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn queue by queue from at most three years; about a second a queue."""
        return fit_series(panel.last(WINDOW_DAYS), _learn)


def _learn(series: DaySeries) -> ScaledModel:
    from statsmodels.tsa.statespace.sarimax import SARIMAX  # slow to import: only where it is used

    order = {"order": ORDER, "seasonal_order": SEASONAL_ORDER}
    columns = CalendarColumns.of(series.calendar, series.queue, ~np.isnan(series.values))
    rows = columns.rows(series.calendar)
    rest = series.values - rows @ rough_effects(series.values, rows, WEEK)
    noise = SARIMAX(rest, **order).fit(maxiter=MOST_ITERATIONS, disp=False, cov_type="none").params
    if not rows.shape[1]:
        whole = SARIMAX(series.values, **order).filter(noise)
    else:
        whole = SARIMAX(series.values, exog=rows, mle_regression=False, **order).filter(noise)

    return state_model(whole, columns, float(noise[-1]))
