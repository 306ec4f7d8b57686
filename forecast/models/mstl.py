"""A weekly and, from two years on, a yearly season taken off by loess, and the rest smoothed: statsmodels' `MSTL`.

Source: Bandara, Hyndman and Bergmeir (2021), "MSTL", arXiv:2107.13462.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.calendar_effects import DayCalendar
from forecast.forecaster import FittedForecaster
from forecast.models.series import WEEK, DaySeries, ScaledModel, fit_series
from forecast.panel import DailyPanel

WINDOW_DAYS = 1461
YEAR = 365
YEAR_FROM_DAYS = 2 * YEAR + 1
WEEKLY_WINDOW, YEARLY_WINDOW = 13, 15  # loess windows: same weekdays, same days of the year
ITERATIONS = 1  # a second pass over the year takes as long and changes little; outliers are clipped beforehand
YEARLY_MEAN_DAYS = 29  # few years are averaged for a day, so its neighbours are too


@dataclass(frozen=True)
class Mstl:
    """The last week's and last year's seasons repeated on a smoothed level; holidays and events are bridged."""

    name: str = "mstl"
    is_slow: bool = True
    only_when_named: bool = True

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn queue by queue from at most four years."""
        return fit_series(panel.last(WINDOW_DAYS), _learn)


def _learn(series: DaySeries) -> ScaledModel:
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing  # slow to import: only where they are used
    from statsmodels.tsa.seasonal import MSTL

    values = series.plain()
    count = 1 if values.size < YEAR_FROM_DAYS else 2
    periods, windows = (WEEK, YEAR)[:count], (WEEKLY_WINDOW, YEARLY_WINDOW)[:count]
    found = MSTL(values, periods=periods, windows=windows, iterate=ITERATIONS).fit()
    seasons = np.asarray(found.seasonal).reshape(values.size, len(periods))
    if len(periods) > 1:
        seasons = np.column_stack([seasons[:, 0], _running_mean(seasons[:, 1])])
    cycles = [seasons[-period:, number] for number, period in enumerate(periods)]
    level = SimpleExpSmoothing(values - seasons.sum(axis=1), initialization_method="estimated").fit()
    held, week = float(level.forecast(1)[0]), cycles[0]

    def effects(horizon: DayCalendar, lead: np.ndarray) -> Mapping[str, np.ndarray]:
        return {} if len(cycles) == 1 else {"season": cycles[1][lead % YEAR]}

    return ScaledModel(lambda lead: held + week[lead % WEEK], float(np.var(level.resid)), effects)


def _running_mean(values: np.ndarray) -> np.ndarray:
    """The centred mean of `YEARLY_MEAN_DAYS` days; the ends lean on the days there are."""
    window = np.ones(YEARLY_MEAN_DAYS)
    return np.convolve(values, window, "same") / np.convolve(np.ones(values.size), window, "same")
