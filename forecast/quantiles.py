"""Quantiles from what the backtest missed by, and from counting noise.

Contacts are negative binomial: variance = μ + (μ·cv)². The first part is the counting noise of Poisson arrivals, the
second the error of the rate. `cv`, the relative error of a day, is read off the backtest as a conformal quantile: for
each past error, the cv at which the band would just have held it; then the 80 % (95 %) point of those. So the band's
width is what would have covered the past, whatever its shape. An interval has its own spread around its share of the
day in addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special

from domain.tables import QUANTILES

SHARES = np.array(list(QUANTILES.values()))
LEAD_ENDS = (1, 7, 14, 10_000)  # groups of leads in days: 1, 2–7, 8–14, beyond
EXACT_BELOW = 60.0  # contacts; above it the gamma distribution of equal mean and variance is close enough
DEFAULT_CV = 0.2
DEFAULT_WEIGHT = 2.0  # days that the default counts for
POOL_WEIGHT = 10.0  # days that all queues' errors count for
GROUP_WEIGHT = 20.0  # days that the queue's errors at all leads count for
INNER, OUTER = 0.80, 0.95


@dataclass(frozen=True)
class DaySpread:
    """Relative error of a day's rate by lead group (G): in the middle of the band and in its tails."""

    inner: np.ndarray
    outer: np.ndarray

    def at(self, lead: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(inner, outer) for each lead in days, 1 = the first day."""
        group = np.searchsorted(np.array(LEAD_ENDS), lead)
        return self.inner[group], self.outer[group]


DEFAULT_SPREAD = DaySpread(np.full(len(LEAD_ENDS), DEFAULT_CV), np.full(len(LEAD_ENDS), DEFAULT_CV))


def learn_spreads(actual: np.ndarray, forecast: np.ndarray) -> tuple[DaySpread, ...]:
    """One spread a queue from past forecasts.

    Args:
        actual, forecast: (origins × queues × leads), contacts; NaN where not scored.

    A lead group with few scored days leans on all leads of the queue, the queue on all queues, those on a default.
    """
    inner, outer = (_spread_at(_needed_variance(actual, forecast, level), level) for level in (INNER, OUTER))
    return tuple(DaySpread(inner[queue], outer[queue]) for queue in range(actual.shape[1]))


def _spread_at(needed: np.ndarray, level: float) -> np.ndarray:
    """(Q × G) cv by queue and lead group at one coverage level."""
    pooled = _upper_point(needed, level, DEFAULT_CV**2, DEFAULT_WEIGHT)
    variance = np.empty((needed.shape[1], len(LEAD_ENDS)))
    for queue in range(needed.shape[1]):
        own = _upper_point(needed[:, queue], level, pooled, POOL_WEIGHT)
        variance[queue] = own
        for group, (first, end) in enumerate(pairwise((0, *LEAD_ENDS))):
            variance[queue, group] = _upper_point(needed[:, queue, first:end], level, own, GROUP_WEIGHT)
    return np.sqrt(variance)


def _needed_variance(actual: np.ndarray, forecast: np.ndarray, level: float) -> np.ndarray:
    """cv² at which each error would just lie on the edge of the band of that level; below 0: noise alone covers it."""
    width = float(special.ndtri(0.5 + level / 2))
    scored = ~np.isnan(actual) & (forecast > 0)
    mean = np.where(scored, forecast, 1.0)
    return np.where(scored, (((actual - mean) / width) ** 2 - mean) / mean**2, np.nan)


def _upper_point(needed: np.ndarray, level: float, prior: float, prior_weight: float) -> float:
    """The `level` quantile, with the finite-sample correction of conformal prediction, shrunk to a prior."""
    needed = needed[~np.isnan(needed)]
    if needed.size == 0:
        return prior
    own = max(float(np.quantile(needed, min(level * (1 + 1 / needed.size), 1.0))), 0.0)
    return (needed.size * own + prior_weight * prior) / (needed.size + prior_weight)


def count_quantiles(mean: np.ndarray, inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """(N × 9) quantiles of the contacts for the shares of `QUANTILES`, never falling along them.

    Args:
        mean: (N) contacts, ≥ 0.
        inner, outer: (N) cv in the middle (p10 … p90) and in the tails (p025, p975); p05 and p95 take the mean of both.
    """
    tail = np.abs(SHARES - 0.5)
    weight = np.clip((tail - 0.40) / 0.075, 0.0, 1.0)
    cv = inner[:, None] * (1 - weight) + outer[:, None] * weight
    mu, shares = np.broadcast_to(mean[:, None], cv.shape), np.broadcast_to(SHARES, cv.shape)
    found = np.zeros(cv.shape)
    small = (mu > 0) & (mu < EXACT_BELOW)
    found[small] = _negative_binomial(mu[small], cv[small], shares[small])
    large = mu >= EXACT_BELOW
    found[large] = _gamma(mu[large], cv[large], shares[large])
    return np.maximum.accumulate(found, axis=1)


def _negative_binomial(mean: np.ndarray, cv: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Exact quantiles with variance μ + (μ·cv)²; without an error of the rate they are Poisson."""
    size = 1.0 / np.maximum(cv, 1e-4) ** 2
    from scipy import stats  # a second to import, and not needed to look at a plan

    exact = stats.nbinom.ppf(shares, size, size / (size + mean))
    return np.where(cv < 1e-4, stats.poisson.ppf(shares, mean), exact)


def _gamma(mean: np.ndarray, cv: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Quantiles of the gamma distribution with mean μ and variance μ + (μ·cv)²."""
    shape = 1.0 / (1.0 / mean + cv**2)
    return np.asarray(special.gammaincinv(shape, shares) * mean / shape)
