"""Floor 1, the forecasting core: history in, forecast out; no files, no clock, no network."""

from forecast.adjust import apply_adjustments
from forecast.history import build_history, regrid_history
from forecast.models import FORECASTERS
from forecast.pipeline import ForecastResult, backtest, make_forecast
from forecast.reforecast import QueueUpdate, ReforecastResult, reforecast_day

__all__ = [
    "FORECASTERS",
    "ForecastResult",
    "QueueUpdate",
    "ReforecastResult",
    "apply_adjustments",
    "backtest",
    "build_history",
    "make_forecast",
    "reforecast_day",
    "regrid_history",
]
