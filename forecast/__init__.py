"""Floor 1, the forecasting core: history in, forecast out; no files, no clock, no network."""

from forecast.adjust import apply_adjustments

__all__ = ["apply_adjustments"]
