"""How the errors of day forecasts hang together: from day to day, and from queue to queue.

A day's rate misses its mean by a relative error of sd `day_cv`. Two numbers a queue say how such errors go together:

- **day_correlation** r: between a day and the next. A share of it lasts over the whole horizon (the level was wrong),
  the rest fades day by day: at k days κ(k) = c + (1 − c)·φᵏ with c = `LASTING_SHARE`·r and κ(1) = r.
- **queue_correlation** s: the share of the error's variance that all queues have in common; the errors of two queues
  on one day correlate by √(s₁·s₂).

Both are learned from past errors freed of counting noise, by least squares on products of standardised errors: with
z = (y − ŷ) ÷ sd and reliability h = (sd without counting noise ÷ sd)², E[z·z′] = correlation·√(h·h′). So sparse
queues, whose errors are nearly all noise, lean on the others, and these on a default.

Measured: 80 % bands of sums (`forecast.totals`, `calendar_lanes`, ten sets, twelve origins each, all learned from
the four origins before) hold a queue's week / four weeks in 84 / 76 % and the total's day / week / four weeks in
82 / 76 / 79 %; with the defaults 84 / 76 and 80 / 79 / 78; without a lasting part 83 / 64 and 82 / 76 / 71; with
independent errors 72 / 53 and 73 / 57 / 47.

The forecast takes what it learns of the queues and the default from day to day (`forecast.spreading.common_shares`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DEFAULT_DAY_CORRELATION = 0.5
DEFAULT_QUEUE_CORRELATION = 0.4
LASTING_SHARE = 0.35  # of the correlation with the next day, that with days far off
POOL_DAYS = 30.0  # reliable days that the default counts for
QUEUE_DAYS = 60.0  # reliable days that all queues' value counts for
MOST = 0.95
ERROR_SPREADS = 3.0  # past it an error is cut
ROUNDS = 20  # of the fixed point for the common factor


@dataclass(frozen=True)
class Correlation:
    """`day`, `queue` (Q): `day_correlation` and `queue_correlation` of the module's text, 0 to below 1."""

    day: np.ndarray
    queue: np.ndarray

    @property
    def common_day(self) -> float:
        """day_correlation of the error that queues have in common: the mean over queues, weighted by their share."""
        if not self.queue.size or not self.queue.any():
            return DEFAULT_DAY_CORRELATION
        return float(np.average(self.day, weights=self.queue))


def default_correlation(queues: int) -> Correlation:
    """What is taken where no past errors are known."""
    return Correlation(np.full(queues, DEFAULT_DAY_CORRELATION), np.full(queues, DEFAULT_QUEUE_CORRELATION))


def learn_correlation(actual: np.ndarray, forecast: np.ndarray, day_cv: np.ndarray) -> Correlation:
    """Correlations from past forecasts.

    Args:
        actual, forecast: (origins × queues × leads) contacts; NaN where not scored.
        day_cv: (queues × leads), or of each origin, relative sd of the rate of a day.
    """
    z, h = _standardised(actual, forecast, day_cv)
    return Correlation(_day_correlation(z, h), _queue_correlation(z, h))


def at_days(day_correlation: np.ndarray | float, days: int) -> np.ndarray:
    """κ(0) … κ(days − 1): correlation with the error so many days away; shape of `day_correlation` × days."""
    lasting, fading = lasting_and_fading(day_correlation)
    return np.asarray(lasting[..., None] + (1 - lasting[..., None]) * fading[..., None] ** np.arange(days))


def lasting_and_fading(day_correlation: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """(c, φ) of the module's text."""
    value = np.asarray(day_correlation, dtype=float)
    lasting = LASTING_SHARE * value
    return lasting, (value - lasting) / (1 - lasting)


def _standardised(actual: np.ndarray, forecast: np.ndarray, day_cv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(z·√h, h), each (origins × queues × leads); 0 where not scored."""
    scored = ~np.isnan(actual) & (forecast > 0)
    mean = np.where(scored, forecast, 1.0)
    rate = np.where(scored, mean * day_cv, 0.0) ** 2
    sd = np.sqrt(mean + rate)
    z = np.clip((actual - mean) / sd, -ERROR_SPREADS, ERROR_SPREADS)
    h = np.where(scored, rate / sd**2, 0.0)
    return np.where(scored, z, 0.0) * np.sqrt(h), h


def _day_correlation(z: np.ndarray, h: np.ndarray) -> np.ndarray:
    """(Q) Σ z·z′ ÷ Σ h·h′ over successive days, shrunk to that of all queues, and this to the default."""
    product = (z[:, :, 1:] * z[:, :, :-1]).sum(axis=(0, 2))
    weight = (h[:, :, 1:] * h[:, :, :-1]).sum(axis=(0, 2))
    pooled = (product.sum() + POOL_DAYS * DEFAULT_DAY_CORRELATION) / (weight.sum() + POOL_DAYS)
    own = (product + QUEUE_DAYS * np.clip(pooled, 0.0, MOST)) / (weight + QUEUE_DAYS)
    return np.asarray(np.clip(own, 0.0, MOST))


def _queue_correlation(z: np.ndarray, h: np.ndarray) -> np.ndarray:
    """(Q) s = a² of one common factor with loadings a: least squares of z·z′ on a·a′·h·h′ over pairs of queues."""
    pairs = (z.sum(axis=1) ** 2 - (z**2).sum(axis=1)).sum()
    weight = (h.sum(axis=1) ** 2 - (h**2).sum(axis=1)).sum()
    scale = max(z.shape[1] - 1, 1)  # pairs count for days, not for pairs of queues
    share = (pairs / scale + POOL_DAYS * DEFAULT_QUEUE_CORRELATION) / (weight / scale + POOL_DAYS)
    pooled = float(np.sqrt(np.clip(share, 0.0, MOST)))
    days = h.sum(axis=(0, 2))
    loading = np.full(z.shape[1], pooled)
    for _ in range(ROUNDS if pooled > 0 else 0):
        others = (z * loading[None, :, None]).sum(axis=1, keepdims=True) - z * loading[None, :, None]
        squares = (h * loading[None, :, None] ** 2).sum(axis=1, keepdims=True) - h * loading[None, :, None] ** 2
        top, bottom = (z * others).sum(axis=(0, 2)), (h * squares).sum(axis=(0, 2))
        own = np.divide(top, bottom, out=np.full(len(loading), pooled), where=bottom > 0)
        sure = np.minimum(days, bottom)  # 1 ÷ variance of `own`, where noise and where the days' number decides
        loading = np.clip((sure * own + QUEUE_DAYS * pooled) / (sure + QUEUE_DAYS), 0.0, np.sqrt(MOST))
    return np.asarray(loading**2)
