"""The last same weekday, repeated: the forecast that any other must beat."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.forecaster import FittedForecaster
from forecast.models.weekday_average import FittedWeekdays, weekday_means
from forecast.panel import DailyPanel


@dataclass(frozen=True)
class SeasonalNaive:
    """Each day as the last known same weekday that was open."""

    name: str = "seasonal_naive"
    is_slow: bool = False
    only_when_named: bool = False

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn the last known value of each weekday."""
        return FittedWeekdays.of(panel, weekday_means(panel, occurrences=1))
