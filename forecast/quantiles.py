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
from forecast.count_distribution import gamma_quantiles, negative_binomial_quantiles

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
    inner, outer = _spreads(actual, forecast)
    return tuple(DaySpread(*pair) for pair in zip(inner, outer, strict=True))


def spread_by_lead(actual: np.ndarray, forecast: np.ndarray, leads: int) -> tuple[np.ndarray, np.ndarray]:
    """(inner, outer) of `learn_spreads` for the first `leads` days, each (queues × leads)."""
    inner, outer = DaySpread(*(found.T for found in _spreads(actual, forecast))).at(np.arange(1, leads + 1))
    return inner.T, outer.T


def _spreads(actual: np.ndarray, forecast: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(inner, outer) cv, each (queues × lead groups)."""
    inner, outer = (_spread_at(_needed_variance(actual, forecast, level), level) for level in (INNER, OUTER))
    return inner, outer


def _spread_at(needed: np.ndarray, level: float) -> np.ndarray:
    """(Q × G) cv by queue and lead group at one coverage level."""
    by_queue = needed.transpose(1, 0, 2)
    queues = len(by_queue)
    pooled = _upper_points(needed.reshape(1, -1), level, np.array([DEFAULT_CV**2]), DEFAULT_WEIGHT)
    own = _upper_points(by_queue.reshape(queues, -1), level, np.repeat(pooled, queues), POOL_WEIGHT)
    groups = [by_queue[:, :, first:end].reshape(queues, -1) for first, end in pairwise((0, *LEAD_ENDS))]
    return np.sqrt(np.column_stack([_upper_points(group, level, own, GROUP_WEIGHT) for group in groups]))


def _needed_variance(actual: np.ndarray, forecast: np.ndarray, level: float) -> np.ndarray:
    """cv² at which each error would just lie on the edge of the band of that level; below 0: noise alone covers it."""
    width = float(special.ndtri(0.5 + level / 2))
    scored = ~np.isnan(actual) & (forecast > 0)
    mean = np.where(scored, forecast, 1.0)
    return np.where(scored, (((actual - mean) / width) ** 2 - mean) / mean**2, np.nan)


def _upper_points(needed: np.ndarray, level: float, prior: np.ndarray, prior_weight: float) -> np.ndarray:
    """The `level` quantile of each row (NaN left out), with the finite-sample correction of conformal prediction,
    shrunk to the row's prior; the prior alone where the row is empty."""
    known = np.sort(needed, axis=1)  # NaN comes last
    count = (~np.isnan(needed)).sum(axis=1)
    size = np.maximum(count, 1)
    place = np.minimum(level * (1 + 1 / size), 1.0) * (size - 1)
    below = place.astype(int)
    above = np.minimum(below + 1, size - 1)
    if known.shape[1] == 0:
        return prior
    row = np.arange(len(known))
    low, high = (np.where(count > 0, known[row, at], 0.0) for at in (below, above))
    own = np.maximum(low + (place - below) * (high - low), 0.0)
    return np.asarray((count * own + prior_weight * prior) / (count + prior_weight))


def count_quantiles(mean: np.ndarray, inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """(N × 9) quantiles of the contacts for the shares of `QUANTILES`, never falling along them.

    Args:
        mean: (N) contacts, ≥ 0.
        inner, outer: (N) cv in the middle (p10 … p90) and in the tails (p025, p975); p05 and p95 take the mean of both.
    """
    tail = np.abs(SHARES - 0.5)
    weights = np.clip((tail - 0.40) / 0.075, 0.0, 1.0).round(9)  # mirrored shares have equal ones
    found = np.zeros((len(mean), len(SHARES)))
    order = np.argsort(mean, kind="stable")  # like by like is faster
    small, large = order[(mean[order] > 0) & (mean[order] < EXACT_BELOW)], order[mean[order] >= EXACT_BELOW]
    for weight in np.unique(weights):
        columns = np.flatnonzero(weights == weight)
        cv = inner * (1 - weight) + outer * weight
        for rows, quantiles in ((small, negative_binomial_quantiles), (large, gamma_quantiles)):
            found[np.ix_(rows, columns)] = quantiles(mean[rows], cv[rows], SHARES[columns])
    return np.maximum.accumulate(found, axis=1)


def poisson_quantiles(mean: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The least count whose cumulative Poisson share reaches `shares`; arrays that broadcast, mean ≥ 0."""
    guess = np.ceil(special.pdtrik(shares, mean))
    less = np.maximum(guess - 1, 0)
    return np.where(special.pdtr(less, mean) >= shares, less, guess)
