"""A bank of exponential smoothers, run side by side over all queues and mixed by what each missed by before.

A **plain lane** is additive Holt–Winters without trend: one share of the surprise goes to the level, another to the
weekday. A **returning lane** starts at a fast plain lane and returns to a slow one as the lead grows, by φ a day: an
autoregression of order one around a slow level. At every lead time the lanes are weighted by their own past errors at
that lead, so that the next day may follow the last days closely while the fourth week rests on a slow level.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

LEVEL_SHARES = (0.01, 0.03, 0.06, 0.10, 0.18, 0.30, 0.50, 1.00)
WEEKDAY_SHARES = (0.0, 0.03, 0.08)
SLOW_SHARES, FAST_SHARES, RETURNS = (0.01, 0.06), (0.30, 1.00), (0.5, 0.7, 0.9)
RETURNING_WEEKDAY_SHARE = 0.03
LEADS = (1, 2, 3, 7, 14, 28)
MEMORY = 0.995  # what a past error still counts a day later
POWER = 6.0  # weights are (root mean square error) ** -POWER
BURN_IN_DAYS = 14
JUDGED_DAYS = 400
WEEK = 7
LANES = len(LEVEL_SHARES) * len(WEEKDAY_SHARES) + len(SLOW_SHARES) * len(FAST_SHARES) * len(RETURNS)


@dataclass(frozen=True)
class LaneState:
    """Where the lanes stand after the last day.

    Attributes:
        days: how many days were seen; the next day has position `days`.
        level: (queues × plain lanes).
        weekday: (7 × queues × plain lanes), by position modulo 7.
        weights: (leads × queues × lanes), each summing to one over the lanes, plain ones first.
        variance: (leads × queues) mean of the lanes' past squared errors, weighted as they are; 0 where there was none.
    """

    days: int
    level: np.ndarray
    weekday: np.ndarray
    weights: np.ndarray
    variance: np.ndarray

    def predict(self, ahead: int) -> tuple[np.ndarray, np.ndarray]:
        """Mixed forecasts and error variances (queues × `ahead` days) of the days that follow."""
        means = np.empty((self.level.shape[0], ahead))
        spread = np.empty_like(means)
        for lead in range(1, ahead + 1):
            low, high, share = between_leads(lead)
            weights = (1 - share) * self.weights[low] + share * self.weights[high]
            plain = self.level + self.weekday[(self.days + lead - 1) % WEEK]
            means[:, lead - 1] = (weights * all_lanes(plain, lead)).sum(axis=1)
            spread[:, lead - 1] = (1 - share) * self.variance[low] + share * self.variance[high]
        return means, spread


def between_leads(lead: int) -> tuple[int, int, float]:
    """Positions in `LEADS` around a lead time and the share of the later one, linear in its logarithm."""
    place = float(np.interp(np.log(lead), np.log(LEADS), np.arange(len(LEADS))))
    low = int(place)
    return low, min(low + 1, len(LEADS) - 1), place - low


def all_lanes(plain: np.ndarray, lead: int) -> np.ndarray:
    """The plain lanes' forecasts (… × plain lanes) at a lead, and the returning lanes' behind them (… × lanes)."""
    slow, fast, back = _RETURNING
    return np.concatenate([plain, plain[..., slow] + back**lead * (plain[..., fast] - plain[..., slow])], axis=-1)


def run_lanes(series: np.ndarray, judged_days: int = JUDGED_DAYS) -> LaneState:
    """Run every lane over `series` (queues × days, NaN unknown: nothing is learned that day).

    `judged_days`: the last days whose errors weigh the lanes; older ones would count for little.
    """
    from forecast import lane_kernel  # numba takes half a second to import

    queues, days = series.shape
    slow, fast, back = _RETURNING
    level, weekday = np.empty((queues, len(_PLAIN))), np.empty((WEEK, queues, len(_PLAIN)))
    error, mass = np.empty((len(LEADS), queues, LANES)), np.empty((len(LEADS), queues, 1))
    first = max(BURN_IN_DAYS, days - judged_days)
    for queue, start in enumerate(_first_level(series)):
        level[queue], weekday[:, queue], error[:, queue], mass[:, queue, 0] = lane_kernel.run(
            series[queue], _LEVEL_SHARE, _WEEKDAY_SHARE, slow, fast, back, _LEADS, MEMORY, first, start
        )
    mean = error / np.maximum(mass, 1e-9)
    weights = _weights(mean)
    return LaneState(days, level, weekday, weights, (weights * mean).sum(axis=2))


def _weights(mean: np.ndarray) -> np.ndarray:
    """Weights of the lanes (… × lanes) from their mean squared errors; equal where nothing is known."""
    floored = mean + 1e-9
    relative = (floored / floored.min(axis=-1, keepdims=True)) ** (-POWER / 2)
    return np.asarray(relative / relative.sum(axis=-1, keepdims=True))


def _first_level(series: np.ndarray, days: int = 28) -> np.ndarray:
    """The median of each queue's first known days; 0 where nothing is known."""
    found = np.zeros(len(series))
    for queue, row in enumerate(series):
        known = row[~np.isnan(row)][:days]
        found[queue] = np.median(known) if known.size else 0.0
    return found


_PLAIN = list(product(LEVEL_SHARES, WEEKDAY_SHARES))
_LEVEL_SHARE = np.array([level for level, _ in _PLAIN])
_WEEKDAY_SHARE = np.array([weekday for _, weekday in _PLAIN])
_LEADS = np.array(LEADS)
_RETURNING = tuple(
    np.array(part)
    for part in zip(
        *(
            (
                _PLAIN.index((slow, RETURNING_WEEKDAY_SHARE)),
                _PLAIN.index((fast, RETURNING_WEEKDAY_SHARE)),
                back,
            )
            for slow, fast, back in product(SLOW_SHARES, FAST_SHARES, RETURNS)
        ),
        strict=True,
    )
)
