"""Measures of accuracy. Arrays of one shape; pairs in which the actual or the forecast is NaN are left out.

Each gives NaN where nothing can be scored.
"""

from __future__ import annotations

import numpy as np
from scipy import special


def wape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Weighted absolute percentage error Σ|y − ŷ| ÷ Σy (share)."""
    y, f = _pairs(actual, forecast)
    return _ratio(float(np.abs(y - f).sum()), float(y.sum()))


def bias_share(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Σ(ŷ − y) ÷ Σy (share); above 0 the forecast is too high."""
    y, f = _pairs(actual, forecast)
    return _ratio(float((f - y).sum()), float(y.sum()))


def mase(actual: np.ndarray, forecast: np.ndarray, history: np.ndarray, season: int = 7) -> float:
    """Mean |y − ŷ| over the mean |y_t − y_{t−season}| of the history (Hyndman and Koehler, 2006, eq. 9, seasonal)."""
    y, f = _pairs(actual, forecast)
    steps = np.abs(history[season:] - history[:-season])
    steps = steps[~np.isnan(steps)]
    if y.size == 0 or steps.size == 0:
        return float("nan")
    return _ratio(float(np.abs(y - f).mean()), float(steps.mean()))


def pinball(actual: np.ndarray, quantiles: np.ndarray, shares: np.ndarray) -> float:
    """Weighted quantile loss: mean over shares of 2 Σ max(p(y − q), (p − 1)(y − q)) ÷ Σy.

    `quantiles` has one more axis than `actual`, of the length of `shares`.
    """
    known = ~np.isnan(actual) & ~np.isnan(quantiles).any(axis=-1)
    y, q = actual[known][:, None], quantiles[known]
    loss = np.maximum(shares * (y - q), (shares - 1) * (y - q))
    return _ratio(2.0 * float(loss.sum()) / len(shares), float(y.sum()))


def coverage(actual: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Share of actuals inside [low, high]."""
    known = ~np.isnan(actual) & ~np.isnan(low) & ~np.isnan(high)
    if not known.any():
        return float("nan")
    return float(np.mean((actual[known] >= low[known]) & (actual[known] <= high[known])))


def noise_floor(actual: np.ndarray, forecast: np.ndarray) -> float:
    """WAPE that even the true rate would miss by counting noise: Σ E|X − ŷ| ÷ Σy with X Poisson of rate ŷ."""
    y, f = _pairs(actual, forecast)
    return _ratio(float(poisson_mean_absolute_deviation(f).sum()), float(y.sum()))


def poisson_mean_absolute_deviation(rate: np.ndarray) -> np.ndarray:
    """E|X − λ| = 2 e^{−λ} λ^{⌊λ⌋+1} ÷ ⌊λ⌋!, exact (Crow, 1958, *Biometrika* 45:556)."""
    whole = np.floor(rate)
    positive = np.where(rate > 0, rate, 1.0)
    logarithm = np.log(2.0) - rate + (whole + 1) * np.log(positive) - special.gammaln(whole + 1)
    return np.where(rate > 0, np.exp(logarithm), 0.0)


def _pairs(actual: np.ndarray, forecast: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = ~np.isnan(actual) & ~np.isnan(forecast)
    return actual[known], forecast[known]


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")
