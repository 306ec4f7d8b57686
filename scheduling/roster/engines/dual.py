"""A proven lower bound on the cost of any legal roster, from the insertion engine's own exact tours.

For prices π[q,t] of a served hour of queue q let λ[k,t] = max of π over the queues that group k serves. Then no roster
costs less than (Geoffrion 1974, Lagrangian relaxation of who serves what)
    L(π) = under · Σ h need + over · Σ h present − Σ λ present
         − Σ_{q,t} need[q,t] · max(0, (under + over) h[t] − min_{k serves q} λ[k,t])
         + Σ_people least value of a legal tour.
The prices are moved along the subgradient need − served, with Polyak's step towards the best roster known (Polyak 1969)
and a direction averaged over the steps (Camerini, Fratta and Maffioli 1975). Any prices give a valid bound.
"""

from __future__ import annotations

import numpy as np

from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.arrays import Site
from scheduling.roster.problem import RosterProblem

FLOAT_SLACK = 1e-5  # share of a tour's value that rounding in single precision could hide
MEMORY = 0.7
STEP_FIRST, STEP_SHRINK = 1.0, 0.7
PATIENCE = 4


def dual_bound(
    problem: RosterProblem, site: Site, able: np.ndarray, price: np.ndarray, target: float, iterations: int
) -> float:
    """The best L(π) met, from `price` on. `target`: cost of a known roster."""
    cover, hours = problem.book.cover, problem.grid.hours
    can = problem.can_serve
    earned = (cover.under_per_hour + cover.over_per_hour) * hours
    fixed = cover.under_per_hour * float((problem.need * hours).sum())
    best, direction, step, waited = -np.inf, np.zeros_like(price), STEP_FIRST, 0
    kept = price
    for _ in range(iterations):
        value, slope = _dual(problem, site, able, can, price, earned, cover.over_per_hour * hours)
        value += fixed
        if value > best:
            best, kept, waited = value, price, 0
        else:
            waited += 1
        if waited >= PATIENCE:
            step, waited, price = step * STEP_SHRINK, 0, kept
        direction = MEMORY * direction + (1 - MEMORY) * slope
        length = float((direction**2).sum())
        if length < 1e-12 or target - best < 1e-9:
            break
        price = np.clip(price + step * max(target - value, 0.0) / length * direction, 0.0, earned[None, :])
    return best


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
    site.cover.gain[:] = worth - surplus[None, :]
    site.cover.stale[:] = False
    values, supply = kernel.tours_at(site, able, groups)
    total = -float(values.sum()) - FLOAT_SLACK * float(np.abs(values).sum())
    total += float(((surplus[None, :] - worth) * problem.present).sum())
    slope = np.zeros_like(price)
    for queue in range(len(problem.queues)):
        able_groups = can[:, queue]
        least = worth[able_groups].min(axis=0) if able_groups.any() else earned
        total -= float((problem.need[queue] * np.maximum(earned - least, 0.0)).sum())
        slope[queue] += problem.need[queue]
    present = supply + problem.present
    for group in range(groups):
        np.subtract.at(slope, (serves[group], np.arange(price.shape[1])), present[group])
    return total, slope
