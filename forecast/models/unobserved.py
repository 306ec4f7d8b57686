"""Local level, weekly season and calendar regressors as unobserved components, by `UnobservedComponents`.

Source: Harvey (1989), *Forecasting, Structural Time Series Models and the Kalman Filter*, §2.3. Unknown days stay
unknown: the Kalman filter bridges them. Fitted in two steps, as `sarimax`: the variances on the series without its
roughly estimated effects, then the effects as part of the state.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.forecaster import FittedForecaster
from forecast.models.regressors import CalendarColumns, rough_effects, state_model
from forecast.models.series import WEEK, DaySeries, ScaledModel, fit_series
from forecast.panel import DailyPanel

WINDOW_DAYS = 1096
COMPONENTS = {"level": "llevel", "seasonal": WEEK}
MOST_ITERATIONS = 30


@dataclass(frozen=True)
class Unobserved:
    """A level and a week that wander, with what the history shows of holidays, events and the month."""

    name: str = "unobserved"
    is_slow: bool = True
    only_when_named: bool = True

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn queue by queue from at most three years; about half a second a queue."""
        return fit_series(panel.last(WINDOW_DAYS), _learn)


def _learn(series: DaySeries) -> ScaledModel:
    from statsmodels.tsa.statespace.structural import UnobservedComponents  # slow to import: only where it is used

    columns = CalendarColumns.of(series.calendar, series.queue, ~np.isnan(series.values))
    rows = columns.rows(series.calendar)
    rest = series.values - rows @ rough_effects(series.values, rows, WEEK)
    noise = UnobservedComponents(rest, **COMPONENTS).fit(maxiter=MOST_ITERATIONS, disp=False, cov_type="none").params
    if not rows.shape[1]:
        whole = UnobservedComponents(series.values, **COMPONENTS).filter(noise)
    else:
        whole = UnobservedComponents(series.values, exog=rows, mle_regression=False, **COMPONENTS).filter(noise)

    return state_model(whole, columns, float(np.nanvar(np.asarray(whole.resid)[2 * WEEK :])))
