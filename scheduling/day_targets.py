"""A service level promised for the day, with a floor in every interval.

Least agent-intervals with Σ v_i SL_i(n_i) ≥ target Σ v_i and SL_i(n_i) ≥ floor. Marginal allocation (Fox 1966,
"Discrete optimization via marginal analysis"): start with more than enough everywhere and take away the agent whose
loss v_i (SL_i(n) - SL_i(n-1)) is least, while the day keeps its target. Where the level is concave in n, as it is above
the middle of its curve, no other plan with fewer agents keeps the target. Without a floor the cheapest plan gives whole
busy intervals up; so there is one always.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from domain.errors import BadValue
from scheduling.queueing.special import Array

PLENTY = 1.0 - 1e-4  # the level from which the removal starts; the target where that is higher
SLACK = 1e-12


def allocate_over_day(volume: Array, levels: Sequence[Array], target: float, first_agents: Array) -> Array:
    """Whole agents per interval of one day.

    `volume`: (intervals,) contacts. `levels[i]`: service level of interval i with first_agents[i], one more, two more
    …; the first keeps the floor, the last is the most that is considered. Raises `BadValue` where even the most misses
    the target.
    """
    taken = np.array([len(own) - 1 for own in levels])
    reached = float(sum(v * own[-1] for v, own in zip(volume, levels, strict=True)))
    needed = target * float(volume.sum())
    if reached < needed - SLACK * max(needed, 1.0):
        raise BadValue("a service level that the largest numbers of agents reach", column="service_level", found=target)
    losses = [(_loss(volume, levels, taken, i), i) for i in range(len(levels)) if taken[i] > 0]
    heapq.heapify(losses)
    while losses:
        loss, i = heapq.heappop(losses)
        if reached - loss < needed - SLACK * max(needed, 1.0):
            continue  # this one stays; another may still go
        reached -= loss
        taken[i] -= 1
        if taken[i] > 0:
            heapq.heappush(losses, (_loss(volume, levels, taken, i), i))
    return np.asarray(first_agents + taken, dtype=float)


def _loss(volume: Array, levels: Sequence[Array], taken: np.ndarray, i: int) -> float:
    return float(volume[i] * (levels[i][taken[i]] - levels[i][taken[i] - 1]))
