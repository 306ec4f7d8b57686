"""Made histories for the speed benchmarks: seeded, weekday × season of the year × slow level × counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

FIRST_DAY = pd.Timestamp("2023-01-02")
DISPERSION = 0.01  # variance of the gamma factor on a day's rate


def day_rates(queues: int, days: int, rng: np.random.Generator) -> np.ndarray:
    """Expected contacts (queues × days): 30 to 3,000 a day, Sunday at 30 %, ± 25 % over the year, drifting level."""
    day = np.arange(days)
    size = np.exp(rng.uniform(np.log(30), np.log(3000), (queues, 1)))
    weekday = np.array([1.25, 1.1, 1.0, 1.0, 0.95, 0.5, 0.3]) * rng.uniform(0.85, 1.15, (queues, 7))
    season = 1 + 0.25 * np.sin(2 * np.pi * (day / 365.25 + rng.uniform(0, 1, (queues, 1))))
    level = np.exp(np.cumsum(rng.normal(0, 0.01, (queues, days)), axis=1))
    return np.asarray(size * weekday[:, day % 7] * season * level)


def synthetic_history(queues: int, days: int, interval_minutes: int, seed: int = 1) -> pd.DataFrame:
    """A frame under HISTORY (queue, start, offered): days of 24 h, or half-hours from 08:00 to 20:00."""
    rng = np.random.default_rng(seed)
    rates = day_rates(queues, days, rng) * rng.gamma(1 / DISPERSION, DISPERSION, (queues, days))
    starts = pd.date_range(FIRST_DAY, periods=days, freq="1D", tz="UTC")
    if interval_minutes < 1440:
        slots = 12 * 60 // interval_minutes
        shape = np.sin(np.linspace(0.3, np.pi - 0.2, slots)) ** 2
        rates = (rates[:, :, None] * shape / shape.sum()).reshape(queues, -1)
        inside = np.arange(slots) * interval_minutes + 8 * 60
        starts = pd.DatetimeIndex(np.repeat(starts, slots)) + pd.to_timedelta(np.tile(inside, days), unit="min")
    names = [f"queue {number:05d}" for number in range(queues)]
    return pd.DataFrame(
        {
            "queue": np.repeat(np.array(names, dtype=object), len(starts)),
            "start": np.tile(starts, queues),
            "offered": rng.poisson(rates).ravel().astype(float),
        }
    )
