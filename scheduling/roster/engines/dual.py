"""A proven lower bound on the cost of any legal roster, from the insertion engine's own exact tours.

For prices π[q,t] of a served hour of queue q let λ[k,t] = max of π over the queues that group k serves. Then no roster
costs less than (Geoffrion 1974, Lagrangian relaxation of who serves what)
    L(π) = under · Σ h need + over · Σ h present − Σ λ present
         − Σ_{q,t} need[q,t] · max(0, (under + over) h[t] − min_{k serves q} λ[k,t])
         + Σ_people least value of a legal tour, at λ times the person's proficiency.
The prices climb by the volume algorithm (`volume`) from the best ones known, along the slope need − served. Any prices
give a valid bound.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.arrays import Site
from scheduling.roster.engines.volume import Dual, climb
from scheduling.roster.problem import RosterProblem

FLOAT_SLACK = 1e-5  # share of a tour's value that rounding in single precision could hide


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

    def oracle(price: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = _dual(problem, site, able, can, price, earned, surplus)
        met()
        return value + fixed, slope

    return climb(oracle, price, target, iterations, ended, 0.0, most)


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
    """(L without its constant part, each person's best value, people present) where a full person is worth so much.

    `worth`, people present: groups × intervals. The best tours stay in `site.tours`.
    """
    cover, hours = problem.book.cover, problem.grid.hours
    can = problem.can_serve
    earned = (cover.under_per_hour + cover.over_per_hour) * hours
    surplus = cover.over_per_hour * hours
    site.cover.gain[:] = worth - surplus[None, :]
    site.fair.exact[0] = 0.0
    site.fair.slope[:] = 0.0  # the bound leaves shares and seats out: they cost nothing or more
    site.seats.price[:] = 0.0
    values, supply = kernel.tours_at(site, able, len(problem.groups))
    total = -float(values.sum()) - FLOAT_SLACK * float(np.abs(values).sum())
    total += float(((surplus[None, :] - worth) * problem.present).sum())
    for queue in range(len(problem.queues)):
        able_groups = can[:, queue]
        least = worth[able_groups].min(axis=0) if able_groups.any() else earned
        total -= float((problem.need[queue] * np.maximum(earned - least, 0.0)).sum())
    return total, values, supply
