"""The daily forecasters, one a file. A new one joins the list below and meets the contract test by that."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.forecaster import Forecaster
from forecast.models.blend import Blend
from forecast.models.calendar_glm import CalendarGlm
from forecast.models.holt_winters import HoltWinters
from forecast.models.seasonal_naive import SeasonalNaive
from forecast.models.weekday_average import WeekdayAverage

_SINGLE: tuple[Forecaster, ...] = (
    SeasonalNaive(),
    WeekdayAverage(weeks=4),
    WeekdayAverage(weeks=8),
    HoltWinters(),
    CalendarGlm(),
)

FORECASTERS: Mapping[str, Forecaster] = {
    forecaster.name: forecaster for forecaster in (*_SINGLE, Blend(members=_SINGLE))
}

__all__ = ["FORECASTERS", "Blend", "CalendarGlm", "HoltWinters", "SeasonalNaive", "WeekdayAverage"]
