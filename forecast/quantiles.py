"""Quantiles from what the backtest missed by, and from counting noise.

Contacts are negative binomial: variance = μ + (μ·cv)². The first part is the counting noise of Poisson arrivals, the
second the error of the rate. A model says how far it expects to miss by (a relative standard deviation for each day,
noise included); what it did miss by, in units of that, is the **stretch** that its bands need: the 80 % (95 %) point of
that over past days is a normalised conformal quantile (Papadopoulos, Gammerman and Vovk 2008). So a band is as wide as
would have covered the past, whatever its shape, and follows a model that has learned since, or a queue that grew
restless. An interval has its own spread around its share of the day in addition.
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
DEFAULT_STRETCH = 1.2
DEFAULT_WEIGHT = 5.0  # days that the default counts for
POOL_WEIGHT = 20.0  # days that all queues' errors count for
GROUP_WEIGHT = 40.0  # days that the queue's errors at all leads count for
PLAIN_CV = 1 / 6  # error of the rate that a model counts with which says nothing of it
INNER, OUTER = 0.80, 0.95


def plain_sd(mean: np.ndarray) -> np.ndarray:
    """Relative standard deviation of contacts with these means for a model that says nothing of its errors."""
    return np.asarray(np.sqrt(1.0 / np.maximum(mean, 1e-3) + PLAIN_CV**2))


@dataclass(frozen=True)
class Stretch:
    """What each queue's said errors must be stretched by, (queues × lead groups): for the 80 % band, for the 95 %."""

    inner: np.ndarray
    outer: np.ndarray

    def day_cv(self, mean: np.ndarray, said_sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(inner, outer) cv of the rate of each day.

        Args:
            mean: (queues × leads) contacts; said_sd: the same, relative standard deviation, noise included.
        """
        group = np.searchsorted(np.array(LEAD_ENDS), np.arange(1, mean.shape[1] + 1))
        noise = 1.0 / np.maximum(mean, 1e-3)
        inner, outer = (
            np.sqrt(np.maximum((factor[:, group] * said_sd) ** 2 - noise, 0.0)) for factor in (self.inner, self.outer)
        )
        return inner, outer


def learn_stretch(actual: np.ndarray, forecast: np.ndarray, said_sd: np.ndarray) -> Stretch:
    """The stretch that past forecasts (origins × queues × leads, contacts; NaN where not scored) would have needed.

    A lead group with few scored days leans on all leads of the queue, the queue on all queues, those on a default.
    """
    scored = ~np.isnan(actual) & (forecast > 0)
    missed = np.abs(actual - forecast) / np.where(scored, forecast * said_sd, 1.0)
    needed = np.where(scored, missed, np.nan)
    return Stretch(*(_stretch_at(needed / float(special.ndtri(0.5 + level / 2)), level) for level in (INNER, OUTER)))


def _stretch_at(needed: np.ndarray, level: float) -> np.ndarray:
    """(Q × G) stretch by queue and lead group at one coverage level."""
    by_queue = needed.transpose(1, 0, 2)
    queues = len(by_queue)
    pooled = _upper_points(needed.reshape(1, -1), level, np.array([DEFAULT_STRETCH]), DEFAULT_WEIGHT)
    own = _upper_points(by_queue.reshape(queues, -1), level, np.repeat(pooled, queues), POOL_WEIGHT)
    groups = [by_queue[:, :, first:end].reshape(queues, -1) for first, end in pairwise((0, *LEAD_ENDS))]
    return np.column_stack([_upper_points(group, level, own, GROUP_WEIGHT) for group in groups])


def _upper_points(needed: np.ndarray, level: float, prior: np.ndarray, prior_weight: float) -> np.ndarray:
    """The `level` quantile of each row (NaN left out), with the finite-sample correction of conformal prediction,
    shrunk to the row's prior; the prior alone where the row is empty."""
    if needed.shape[1] == 0:
        return prior
    known = np.sort(needed, axis=1)  # NaN comes last
    count = (~np.isnan(needed)).sum(axis=1)
    size = np.maximum(count, 1)
    place = np.minimum(level * (1 + 1 / size), 1.0) * (size - 1)
    below = place.astype(int)
    above = np.minimum(below + 1, size - 1)
    row = np.arange(len(known))
    low, high = (np.where(count > 0, known[row, at], 0.0) for at in (below, above))
    own = low + (place - below) * (high - low)
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
