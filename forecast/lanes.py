"""A bank of exponential smoothers, run side by side over all queues and mixed by what each missed by before.

Each **lane** is additive Holt–Winters without trend: one share of the surprise goes to the level, another to the
weekday. At every lead time the lanes are weighted by their own past errors at that lead, so that the next day may
follow the last days closely while the fourth week rests on a slow level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEVEL_SHARES = (0.01, 0.03, 0.06, 0.10, 0.18, 0.30, 0.50)
WEEKDAY_SHARES = (0.0, 0.03, 0.08)
LEADS = (1, 2, 3, 7, 14, 28)
MEMORY = 0.995  # what a past error still counts a day later
POWER = 6.0  # weights are (root mean square error) ** -POWER
BURN_IN_DAYS = 14
WEEK = 7


@dataclass(frozen=True)
class LaneState:
    """Where the lanes stand after the last day.

    Attributes:
        days: how many days were seen; the next day has position `days`.
        level: (queues × lanes).
        weekday: (7 × queues × lanes), by position modulo 7.
        weights: (leads × queues × lanes), each summing to one over the lanes.
        variance: (leads × queues) of the mixed forecast's past errors; zero where there was none.
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
            means[:, lead - 1] = (weights * (self.level + self.weekday[(self.days + lead - 1) % WEEK])).sum(axis=1)
            spread[:, lead - 1] = (1 - share) * self.variance[low] + share * self.variance[high]
        return means, spread


def between_leads(lead: int) -> tuple[int, int, float]:
    """Positions in `LEADS` around a lead time and the share of the later one, linear in its logarithm."""
    place = float(np.interp(np.log(lead), np.log(LEADS), np.arange(len(LEADS))))
    low = int(place)
    return low, min(low + 1, len(LEADS) - 1), place - low


def run_lanes(series: np.ndarray) -> LaneState:
    """Run every lane over `series` (queues × days, NaN unknown: nothing is learned that day)."""
    level_share, weekday_share = (grid.ravel() for grid in np.meshgrid(LEVEL_SHARES, WEEKDAY_SHARES, indexing="ij"))
    queues, days = series.shape
    shape = (queues, len(level_share))
    level = np.repeat(_first_level(series)[:, None], shape[1], axis=1)
    weekday = np.zeros((WEEK, *shape))
    pending = [np.zeros((lead, *shape)) for lead in LEADS]
    error = np.zeros((len(LEADS), *shape))
    mass = np.zeros((len(LEADS), queues, 1))
    mixed = np.zeros((len(LEADS), queues))
    weights = np.full((len(LEADS), *shape), 1 / shape[1])
    for day in range(days):
        value = series[:, day, None]
        known = ~np.isnan(value)
        for number, lead in enumerate(LEADS):
            if day >= max(lead, BURN_IN_DAYS):
                said = pending[number][day % lead]
                missed = np.where(known, value - said, 0.0)
                if day % WEEK == 0:  # they move slowly
                    weights[number] = _weights(error[number], mass[number])
                blend = (weights[number] * missed).sum(axis=1)
                mixed[number] += np.where(known[:, 0], blend**2 - (1 - MEMORY) * mixed[number], 0.0)
                error[number] = np.where(known, MEMORY * error[number] + missed**2, error[number])
                mass[number] = np.where(known, MEMORY * mass[number] + 1.0, mass[number])
        place = day % WEEK
        surprise = np.where(known, value - level - weekday[place], 0.0)
        level = level + level_share * surprise
        weekday[place] += weekday_share * (1 - level_share) * surprise
        for number, lead in enumerate(LEADS):
            pending[number][day % lead] = level + weekday[(day + lead) % WEEK]
    weights = np.stack([_weights(error[number], mass[number]) for number in range(len(LEADS))])
    variance = mixed / np.maximum(mass[:, :, 0], 1.0)
    return LaneState(days, level, weekday, weights, variance)


def _weights(error: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Weights of the lanes (queues × lanes) from their discounted squared errors; equal where nothing is known."""
    mean = error / np.maximum(mass, 1e-9) + 1e-9
    relative = (mean / mean.min(axis=1, keepdims=True)) ** (-POWER / 2)
    return np.asarray(relative / relative.sum(axis=1, keepdims=True))


def _first_level(series: np.ndarray, days: int = 28) -> np.ndarray:
    """The median of each queue's first known days; 0 where nothing is known."""
    found = np.zeros(len(series))
    for queue, row in enumerate(series):
        known = row[~np.isnan(row)][:days]
        found[queue] = np.median(known) if known.size else 0.0
    return found
