"""A proven lower bound on the cost of any legal roster, from the insertion engine's own exact tours.

For prices π[q,t] of a served hour of queue q let λ[k,t] = max of π over the queues that group k serves. Then no roster
costs less than (Geoffrion 1974, Lagrangian relaxation of who serves what)
    L(π) = under · Σ h need + over · Σ h present − Σ λ present
         − Σ_{q,t} need[q,t] · max(0, (under + over) h[t] − min_{k serves q} λ[k,t])
         + Σ_people least value of a legal tour.
The prices climb by the volume algorithm (Barahona and Anbil 2000): from the best ones known, along the slope need −
served averaged over the tours met so far, because single tours herd to one shift. Any prices give a valid bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.arrays import Site
from scheduling.roster.problem import RosterProblem

FLOAT_SLACK = 1e-5  # share of a tour's value that rounding in single precision could hide
STEP_FIRST, STEP_MOST = 0.3, 2.0  # in Polyak's unit: (known cost − bound) ÷ slope²
STEP_GROWTH, STEP_SHRINK = 1.1, 0.8
FRESH_MOST, FRESH_LEAST = 0.1, 0.01  # weight of the newest tours in the averaged slope
FRESH_EVERY_SHARE, FRESH_SHRINK = 0.3, 0.7  # of all steps
PATIENCE = 10


@dataclass(frozen=True)
class Dual:
    """The best L(π) met and its prices, queues × intervals."""

    value: float
    price: np.ndarray


def dual_bound(
    problem: RosterProblem, site: Site, able: np.ndarray, price: np.ndarray, target: float, iterations: int,
    ended: Callable[[], bool] = lambda: False, met: Callable[[], object] = lambda: None,
) -> Dual:  # fmt: skip
    """The best L(π) met, from `price` on. `target`: cost of a known roster; the climb stops early when `ended`.

    `met` is called when the best tours at some prices stand in `site.tours`.
    """
    cover, hours = problem.book.cover, problem.grid.hours
    can = problem.can_serve
    earned = (cover.under_per_hour + cover.over_per_hour) * hours
    most = np.where(problem.need > 0, earned[None, :], 0.0)
    surplus = cover.over_per_hour * hours
    fixed = cover.under_per_hour * float((problem.need * hours).sum())
    best, slope = _dual(problem, site, able, can, price, earned, surplus)
    met()
    best += fixed
    step, fresh, failures = STEP_FIRST, FRESH_MOST, 0
    for number in range(1, iterations):
        length = float((slope**2).sum())
        if length < 1e-9 or target - best < 1e-9 or ended():
            break
        tried = np.clip(price + step * (target - best) / length * slope, 0.0, most)
        value, newest = _dual(problem, site, able, can, tried, earned, surplus)
        met()
        value += fixed
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


def _dual(
    problem: RosterProblem, site: Site, able: np.ndarray, can: np.ndarray, price: np.ndarray,
    earned: np.ndarray, surplus: np.ndarray,
) -> tuple[float, np.ndarray]:  # fmt: skip
    """L without its constant part, and a slope: hours of need less hours of supply, by queue and interval."""
    groups = len(problem.groups)
    worth = np.zeros((groups, price.shape[1]))
    serves = np.zeros((groups, price.shape[1]), dtype=np.int64)
    for group in range(groups):
        members = np.flatnonzero(can[group])
        own = price[members]
        serves[group] = members[own.argmax(axis=0)]
        worth[group] = own.max(axis=0)
    total, _, supply = value_at(problem, site, able, worth)
    slope = problem.need.astype(np.float64).copy()
    present = supply + problem.present
    for group in range(groups):
        np.subtract.at(slope, (serves[group], np.arange(price.shape[1])), present[group])
    return total, slope


def value_at(
    problem: RosterProblem, site: Site, able: np.ndarray, worth: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """(L without its constant part, each person's best value, people present) where a person present is worth so much.

    `worth`: groups × intervals. The best tours stay in `site.tours`.
    """
    cover, hours = problem.book.cover, problem.grid.hours
    can = problem.can_serve
    earned = (cover.under_per_hour + cover.over_per_hour) * hours
    surplus = cover.over_per_hour * hours
    site.cover.gain[:] = worth - surplus[None, :]
    site.cover.stale[:] = False
    values, supply = kernel.tours_at(site, able, len(problem.groups))
    total = -float(values.sum()) - FLOAT_SLACK * float(np.abs(values).sum())
    total += float(((surplus[None, :] - worth) * problem.present).sum())
    for queue in range(len(problem.queues)):
        able_groups = can[:, queue]
        least = worth[able_groups].min(axis=0) if able_groups.any() else earned
        total -= float((problem.need[queue] * np.maximum(earned - least, 0.0)).sum())
    return total, values, supply
