"""Quantiles of very many negative binomial and gamma distributions at once.

Both have mean μ and variance μ + (μ·cv)². `scipy.special.nbdtrik` takes 20 µs a quantile, a forecast of twenty queues
by the half hour has a quarter of a million of them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import special

LEAST_CV = 1e-4  # below it the distribution is Poisson to every digit that counts
ROWS_AT_ONCE = 4096  # rows of similar means, small enough for the processor's cache
LEAST_SHAPE, MOST_SHAPE, SHAPE_STEPS = 0.05, 1e5, 1024  # where the gamma's quantiles are read off a table


def negative_binomial_quantiles(mean: np.ndarray, cv: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """(N × K) mid-distribution quantiles of `shares` (K), from exact chances (Ma, Genton and Parzen 2011, eq. 3).

    Between whole numbers they are linear in F(k) − p(k) ÷ 2. The least count that reaches a share would make every band
    of small counts hold more than it says: 91 of 100 half-hours instead of 80 at three contacts.

    Args:
        mean, cv: (N), mean ≥ 0 and small enough for exp(−mean) to be a number (below 700).
    """
    found = np.zeros((len(mean), len(shares)))
    order = np.argsort(mean, kind="stable")
    for first in range(0, len(order), ROWS_AT_ONCE):
        rows = order[first : first + ROWS_AT_ONCE]
        found[rows] = _counted_up(mean[rows], cv[rows], shares)
    return found


def _counted_up(mean: np.ndarray, cv: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Adds the chance of 0, 1, 2 … contacts until the middle of every row has passed every share."""
    size = 1.0 / np.maximum(cv, LEAST_CV) ** 2
    ratio = mean / (size + mean)  # p(k + 1) = p(k) · (k + size) ÷ (k + 1) · ratio
    chance = np.exp(size * np.log1p(-ratio))
    poisson = cv < LEAST_CV
    chance = np.where(poisson, np.exp(-mean), chance)
    middle = chance / 2
    wanted = shares[:, None]
    found = np.zeros((len(shares), len(mean)))
    below = middle < wanted
    count = 0
    while below.any():
        step = np.where(poisson, mean, (count + size) * ratio)
        count += 1
        before, after = chance, chance * step / count
        rise = (before + after) / 2
        chance = after
        reached = middle + rise
        over = below & (reached >= wanted)
        within = np.divide(wanted - middle, rise, out=np.zeros(found.shape), where=over & (rise > 0))
        found = np.where(over, count - 1 + within, found)
        below = below & (reached < wanted) & (rise > 0)
        found = np.where(below, count, found)
        middle = reached
    return found.T


def gamma_quantiles(mean: np.ndarray, cv: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """(N × K) quantiles of the gamma distribution with mean μ > 0 (N) and variance μ + (μ·cv)².

    Read off a table of the standardised quantile by the logarithm of the shape parameter, to about 1e-5 of the
    standard deviation; very flat and very narrow ones are worked out.
    """
    shape = 1.0 / (1.0 / mean + cv**2)
    grid, table = _gamma_table(tuple(float(share) for share in shares))
    inside = (shape >= LEAST_SHAPE) & (shape <= MOST_SHAPE)
    place = np.log(np.clip(shape, LEAST_SHAPE, MOST_SHAPE))
    standard = np.column_stack([np.interp(place, grid, column) for column in table])
    quantiles = np.maximum(1.0 + standard / np.sqrt(shape)[:, None], 0.0)
    if not inside.all():
        quantiles[~inside] = special.gammaincinv(shape[~inside, None], shares) / shape[~inside, None]
    return np.asarray(quantiles * mean[:, None])


@lru_cache(maxsize=8)
def _gamma_table(shares: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(logarithms of the shape, (K × that many) (quantile − mean) ÷ standard deviation)."""
    grid = np.linspace(np.log(LEAST_SHAPE), np.log(MOST_SHAPE), SHAPE_STEPS)
    shape = np.exp(grid)
    return grid, np.array([(special.gammaincinv(shape, share) - shape) / np.sqrt(shape) for share in shares])
