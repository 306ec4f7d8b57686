"""Sample paths: futures of the contacts that agree from interval to day to week, and between queues.

A path draws, for each queue and day, how far the day's rate is off (a gamma factor of mean 1), for each interval how
far its share of the day is off (another one), and the contacts as Poisson counts of that rate. The factors of the days
hang together by `forecast.correlation`: standard normal values, partly lasting over the horizon and partly fading from
day to day, partly common to all queues, carried to the gamma distribution at equal shares (a normal copula; Clemen &
Reilly 1999, Management Science 45). So each interval is negative binomial as its quantiles say, and any sum of a path
over queues or time is that path's value for the sum. Closed forms of such sums: `forecast.totals`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from domain.errors import BadValue
from forecast.correlation import Correlation, lasting_and_fading

PATHS_AT_ONCE = 50  # drawn from one random stream: bounds memory; more paths never change the first ones
LEAST_CV = 1e-4  # of an interval; below it its factor is 1
CUBE_MOST_CV = 1.0


@dataclass(frozen=True)
class PathPlan:
    """What is drawn. One entry a forecast row (N).

    Attributes:
        mean: (N) contacts, ≥ 0.
        queue: (N) codes 0 … Q − 1; Q is that of `correlation`.
        day: (N) number of the local day, counted in calendar days from any first day.
        day_cv: (N) relative sd of the day's rate; one value for a queue and day (the first row's is taken).
        interval_cv: (N) relative sd of the interval's share of its day.
        correlation: of the queues (Q).
    """

    mean: np.ndarray
    queue: np.ndarray
    day: np.ndarray
    day_cv: np.ndarray
    interval_cv: np.ndarray
    correlation: Correlation

    def __post_init__(self) -> None:
        for name in ("mean", "day_cv", "interval_cv"):
            values = getattr(self, name)
            if values.shape != self.mean.shape or not bool(np.all(np.isfinite(values) & (values >= 0))):
                raise BadValue("a number of at least 0 for every row", column=name)


def sample_paths(plan: PathPlan, count: int, seed: int) -> np.ndarray:
    """(count × N) contacts as whole numbers; the same for the same plan and seed, expectation `plan.mean`."""
    found = np.empty((count, len(plan.mean)), dtype=np.int32)
    done = 0
    for block in path_blocks(plan, count, seed):
        found[done : done + len(block)] = block
        done += len(block)
    return found


def path_totals(plan: PathPlan, group: np.ndarray, count: int, seed: int) -> np.ndarray:
    """(count × groups) contacts of the same paths summed over the rows of each group, without holding the paths.

    group: (N) codes 0 … G − 1; −1: in none.
    """
    kept = np.flatnonzero(group >= 0)
    order = kept[np.argsort(group[kept], kind="stable")]
    if not order.size:
        return np.zeros((count, 0), dtype=np.int64)
    codes = group[order]
    firsts = np.flatnonzero(np.diff(codes, prepend=-1))
    found = np.zeros((count, int(codes[-1]) + 1), dtype=np.int64)
    done = 0
    for block in path_blocks(plan, count, seed):
        sums = np.add.reduceat(block[:, order], firsts, axis=1, dtype=np.int64)
        found[done : done + len(block), codes[firsts]] = sums
        done += len(block)
    return found


def path_blocks(plan: PathPlan, count: int, seed: int) -> Iterator[np.ndarray]:
    """The paths of `sample_paths` in blocks (at most `PATHS_AT_ONCE` × N), one random stream each."""
    if count < 1:
        raise BadValue("at least one path", column="count", found=count)
    days = _Days.of(plan)
    for number, child in enumerate(np.random.SeedSequence(seed).spawn(-(-count // PATHS_AT_ONCE))):
        rng = np.random.default_rng(child)
        drawn = _draw(plan, days, rng)
        yield drawn[: min(PATHS_AT_ONCE, count - number * PATHS_AT_ONCE)]


@dataclass(frozen=True)
class _Days:
    """The distinct queue-days (K) of a plan, and which of them each row belongs to."""

    of_row: np.ndarray
    queue: np.ndarray
    day: np.ndarray  # from 0
    cv: np.ndarray

    @staticmethod
    def of(plan: PathPlan) -> _Days:
        if not plan.mean.size:
            nothing = np.zeros(0, dtype=np.int64)
            return _Days(nothing, nothing, nothing, np.zeros(0))
        day = plan.day.astype(np.int64) - int(plan.day.min())
        key = plan.queue.astype(np.int64) * (int(day.max()) + 1) + day
        _, first, of_row = np.unique(key, return_index=True, return_inverse=True)
        return _Days(of_row, plan.queue[first], day[first], plan.day_cv[first])


def _draw(plan: PathPlan, days: _Days, rng: np.random.Generator) -> np.ndarray:
    """One block of paths (PATHS_AT_ONCE × N)."""
    if not plan.mean.size:
        return np.zeros((PATHS_AT_ONCE, 0), dtype=np.int32)
    normal = _normals(plan.correlation, int(days.day.max()) + 1, rng)[:, days.queue, days.day]
    rate = plan.mean * gamma_factors(normal, days.cv)[:, days.of_row]
    uneven = np.flatnonzero(plan.interval_cv > LEAST_CV)
    if uneven.size:
        shape = 1.0 / plan.interval_cv[uneven] ** 2
        rate[:, uneven] *= rng.standard_gamma(shape, size=(PATHS_AT_ONCE, uneven.size)) / shape
    return np.asarray(rng.poisson(rate), dtype=np.int32)


def _normals(correlation: Correlation, days: int, rng: np.random.Generator) -> np.ndarray:
    """(PATHS_AT_ONCE × Q × days) standard normal values, correlated between days and queues."""
    common = _series(np.array([correlation.common_day]), days, rng)
    own = _series(correlation.day, days, rng)
    share = correlation.queue[None, :, None]
    return np.asarray(np.sqrt(share) * common + np.sqrt(1 - share) * own)


def _series(day_correlation: np.ndarray, days: int, rng: np.random.Generator) -> np.ndarray:
    """(PATHS_AT_ONCE × series × days) standard normal values with κ(k) between days k apart."""
    lasting, fading = lasting_and_fading(day_correlation)
    shape = (PATHS_AT_ONCE, len(day_correlation))
    level = np.sqrt(lasting) * rng.standard_normal(shape)
    fresh = rng.standard_normal((*shape, days))
    found = np.empty((*shape, days))
    state = fresh[:, :, 0]
    for day in range(days):
        if day:
            state = fading * state + np.sqrt(1 - fading**2) * fresh[:, :, day]
        found[:, :, day] = level + np.sqrt(1 - lasting) * state
    return found


def gamma_factors(normal: np.ndarray, cv: np.ndarray) -> np.ndarray:
    """Gamma values of mean 1 and relative sd `cv` (K) at the shares of standard normal values (… × K).

    Up to cv 1 by the cube of Wilson & Hilferty 1931 (PNAS 17): with h = cv²/9, (1 − h + √h·z)³ ÷ (1 − h³) has mean 1
    exactly and the wanted sd within 0.5 %. Above it from the incomplete gamma function, which takes 50 times as long.
    """
    third = cv**2 / 9
    found = np.maximum(1 - third + np.sqrt(third) * normal, 0.0) ** 3 / np.maximum(1 - third**3, 1e-9)
    wide = np.flatnonzero(cv > CUBE_MOST_CV)
    if wide.size:
        shape = 1.0 / cv[wide] ** 2
        found[..., wide] = special.gammaincinv(shape, special.ndtr(normal[..., wide])) / shape
    return np.asarray(found)
