"""The volume algorithm (Barahona and Anbil 2000): prices climb along a slope averaged over what was met so far.

Plain subgradients follow the newest tours alone, which herd to one shift, and stand still.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

STEP_FIRST, STEP_MOST = 0.3, 2.0  # in Polyak's unit: (known cost − bound) ÷ slope²
STEP_GROWTH, STEP_SHRINK = 1.1, 0.8
FRESH_MOST, FRESH_LEAST = 0.1, 0.01  # weight of the newest tours in the averaged slope
FRESH_EVERY_SHARE, FRESH_SHRINK = 0.3, 0.7  # of all steps
PATIENCE = 10
Oracle = Callable[[np.ndarray], tuple[float, np.ndarray]]  # prices -> (value, slope there)


@dataclass(frozen=True)
class Dual:
    """The best value met and its prices."""

    value: float
    price: np.ndarray


def climb(
    oracle: Oracle, price: np.ndarray, target: float, iterations: int, ended: Callable[[], bool] = lambda: False,
    low: np.ndarray | float = -np.inf, high: np.ndarray | float = np.inf,
) -> Dual:  # fmt: skip
    """The best of `iterations` values, from `price` on, prices kept within `low` and `high`.

    `target`: a known cost that no value exceeds; the climb stops early once `ended` says so.
    """
    best, slope = oracle(price)
    step, fresh, failures = STEP_FIRST, FRESH_MOST, 0
    for number in range(1, iterations):
        length = float((slope**2).sum())
        if length < 1e-9 or target - best < 1e-9 or ended():
            break
        tried = np.clip(price + step * (target - best) / length * slope, low, high)
        value, newest = oracle(tried)
        if value > best:
            step = min(step * (STEP_GROWTH if float((slope * newest).sum()) >= 0 else 1.0), STEP_MOST)
            best, price, failures = value, tried, 0
        else:
            failures += 1
            if failures >= PATIENCE:
                step, failures = step * STEP_SHRINK, 0
        slope = _averaged(slope, newest, fresh)
        if number % max(round(FRESH_EVERY_SHARE * iterations), 1) == 0:
            fresh = max(fresh * FRESH_SHRINK, FRESH_LEAST)
    return Dual(best, price)


def _averaged(slope: np.ndarray, newest: np.ndarray, fresh: float) -> np.ndarray:
    """The mean that is shortest, with a weight of the newest between `fresh` ÷ 10 and `fresh`."""
    apart = slope - newest
    square = float((apart**2).sum())
    weight = float((slope * apart).sum()) / square if square > 1e-12 else fresh
    weight = min(max(weight, fresh / 10), fresh)
    return np.asarray(weight * newest + (1 - weight) * slope)
