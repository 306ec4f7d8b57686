"""Floor 1, the forecasting core: history in, forecast out; no files, no clock, no network."""

from forecast.adjust import apply_adjustments
from forecast.cleaning import find_marks, marks_of
from forecast.history import build_history, regrid_history
from forecast.marks import corrected, decide, marked
from forecast.models import FORECASTERS
from forecast.pipeline import ForecastResult, backtest, make_forecast
from forecast.reforecast import QueueUpdate, ReforecastResult, reforecast_day
from forecast.survey import survey_history

__all__ = [
    "FORECASTERS",
    "ForecastResult",
    "QueueUpdate",
    "ReforecastResult",
    "apply_adjustments",
    "backtest",
    "build_history",
    "corrected",
    "decide",
    "find_marks",
    "make_forecast",
    "marked",
    "marks_of",
    "reforecast_day",
    "regrid_history",
    "survey_history",
]
