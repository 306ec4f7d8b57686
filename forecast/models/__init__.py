"""The daily forecasters, one a file. A new one joins the list below and meets the contract test by that."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.forecaster import Forecaster
from forecast.models.blend import Blend
from forecast.models.calendar_glm import CalendarGlm
from forecast.models.calendar_lanes import CalendarLanes
from forecast.models.ets import Ets
from forecast.models.holt_winters import HoltWinters
from forecast.models.mstl import Mstl
from forecast.models.sarimax import Sarimax
from forecast.models.seasonal_naive import SeasonalNaive
from forecast.models.stl import Stl
from forecast.models.theta import Theta
from forecast.models.unobserved import Unobserved
from forecast.models.weekday_average import WeekdayAverage

_AVERAGE_8, _HOLT_WINTERS = WeekdayAverage(weeks=8), HoltWinters()
_CALENDAR_GLM, _CALENDAR_LANES = CalendarGlm(), CalendarLanes()

_LIST: tuple[Forecaster, ...] = (
    SeasonalNaive(),
    WeekdayAverage(weeks=4),
    _AVERAGE_8,
    _HOLT_WINTERS,
    _CALENDAR_GLM,
    _CALENDAR_LANES,
    Blend(members=(_AVERAGE_8, _HOLT_WINTERS, _CALENDAR_GLM, _CALENDAR_LANES)),
    Ets(),
    Theta(),
    Stl(),
    Mstl(),
    Sarimax(),
    Unobserved(),
)

FORECASTERS: Mapping[str, Forecaster] = {forecaster.name: forecaster for forecaster in _LIST}

__all__ = ["FORECASTERS", "Blend", "CalendarGlm", "CalendarLanes", "HoltWinters", "SeasonalNaive", "WeekdayAverage"]
