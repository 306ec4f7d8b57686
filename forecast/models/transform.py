"""Scales on which a model may add what multiplies, and the filling of days that nobody knows."""

from __future__ import annotations

import numpy as np

LOG_FROM_PER_DAY = 25.0  # below that many contacts a day the square root is steadier than the logarithm


def uses_log(values: np.ndarray) -> bool:
    """Whether a series (contacts a day, no NaN) is large enough to be modelled on the log scale."""
    return float(np.mean(values)) >= LOG_FROM_PER_DAY and float(np.mean(values > 0)) > 0.95


def forward(values: np.ndarray, log: bool) -> np.ndarray:
    """Contacts to the model's scale; log(y + 1/2) or √(y + 1/4)."""
    return np.asarray(np.log(values + 0.5) if log else np.sqrt(values + 0.25))


def backward(scaled: np.ndarray, log: bool, variance: float = 0.0) -> np.ndarray:
    """The mean in contacts of a normal variable on the model's scale with that variance."""
    if log:
        return np.asarray(np.exp(scaled + variance / 2) - 0.5)
    return np.asarray(np.maximum(scaled, 0.0) ** 2 + variance - 0.25)


def fill_gaps(values: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    """`values` (days) with every NaN replaced by its weekday's mean plus the level that was last seen.

    A weekday never seen has the mean of all. At least one value must be known.
    """
    known = ~np.isnan(values)
    overall = float(np.mean(values[known]))
    means = np.full(7, overall)
    for weekday in range(7):
        own = values[known & (weekdays == weekday)][-26:]
        if own.size:
            means[weekday] = float(np.mean(own))
    residual = values - means[weekdays]
    smooth = _running_level(residual)
    return np.where(known, values, means[weekdays] + smooth)


def _running_level(residual: np.ndarray, share: float = 0.15) -> np.ndarray:
    """Exponential mean of the known residuals up to each day."""
    level, levels = 0.0, np.empty_like(residual)
    for position, value in enumerate(residual):
        if not np.isnan(value):
            level += share * (value - level)
        levels[position] = level
    return levels


def clip_outliers(values: np.ndarray, weekdays: np.ndarray, spreads: float = 5.0) -> np.ndarray:
    """`values` (days, NaN unknown) with each held within `spreads` robust deviations of its local weekday median."""
    clipped = values.copy()
    for weekday in np.unique(weekdays):
        rows = np.flatnonzero((weekdays == weekday) & ~np.isnan(values))
        if rows.size < 5:
            continue
        own = values[rows]
        padded = np.pad(own, 4, mode="reflect")
        centre = np.median(np.lib.stride_tricks.sliding_window_view(padded, 9), axis=1)
        distance = own - centre
        scale = 1.4826 * float(np.median(np.abs(distance)))
        if scale > 0:
            clipped[rows] = centre + np.clip(distance, -spreads * scale, spreads * scale)
    return clipped
