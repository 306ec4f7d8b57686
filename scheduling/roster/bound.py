"""A proven lower bound on the cost of any legal roster.

For prices worth[k,t] of one full person of group k at interval t (Lagrange multipliers of the supply rows, so
λ = worth + over · hours ≥ 0) no roster costs less than
    L(λ) = under · Σ h need + over · Σ h present − Σ λ present                       constants
         − Σ_{q,t} need[q,t] · max(0, (under + over) · h[t] − min_{k serves q} λ[k,t])   what the flow may still earn
         + Σ_classes n · (least value of a legal tour at these prices).
Source: Geoffrion 1974, Lagrangian relaxation; with tours solved as integers it is at least the bound of the linear
relaxation (its theorem 1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduling.roster.engines.tours import TourFinder
from scheduling.roster.open_people import PeopleAlike
from scheduling.roster.problem import RosterProblem
from scheduling.shifts.cover import linear_loss


def lagrangian_bound(
    problem: RosterProblem, classes: Sequence[PeopleAlike], finders: Sequence[TourFinder], worth: np.ndarray
) -> float:
    """L(λ) for `worth` by group × interval."""
    cover, hours = problem.book.cover, problem.grid.hours
    surplus = cover.over_per_hour * hours
    lam = np.maximum(worth + surplus[None, :], 0.0)
    total = cover.under_per_hour * float((problem.need * hours).sum())
    total += float(((surplus[None, :] - lam) * problem.present).sum())
    earned = (cover.under_per_hour + cover.over_per_hour) * hours
    can = problem.can_serve
    for q in range(len(problem.queues)):
        able = can[:, q]
        cheapest = lam[able].min(axis=0) if able.any() else earned
        total -= float((problem.need[q] * np.maximum(earned - cheapest, 0.0)).sum())
    for members, finder in zip(classes, finders, strict=True):
        value = (lam[members.group] - surplus) * members.proficiency
        lost, _ = problem.cover.best_breaks(linear_loss(value))
        gains = problem.cover.base @ value - lost
        total += len(members.members) * finder.best(gains).bound
    return total
