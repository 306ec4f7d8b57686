"""Bounds on the price of surplus where everybody works the hours owed.

1. *Level*: people's least hours, spread evenly. Prices are convex, so that no spread of a total costs less than its
   cheapest places, person by person.
2. *Dual* (Geoffrion 1974): for prices π of a person's presence at an activity and interval no roster costs less than
       L(π) = Σ_{k,t} min_{c ≥ least} (surplus(c) − π c) + Σ_people least value of a legal tour that pays π,
   any π ≥ −missing: fewer people than least then never pay. It starts from the one price that proves the level bound
   and climbs by the volume algorithm.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scheduling.roster.engines.activity_arrays import ActivitySite
from scheduling.roster.engines.activity_kernel import tours_at
from scheduling.roster.engines.activity_site import ActivityNeed
from scheduling.roster.engines.dual import FLOAT_SLACK
from scheduling.roster.engines.site import Staff
from scheduling.roster.engines.volume import climb


def owed_intervals(staff: Staff, interval_minutes: int) -> int:
    """Whole intervals of work that people owe in all, by the spans of hours that do not overlap."""
    total = 0
    for kind in staff.kind_of[staff.able]:
        owed = sum(max(window.least - window.before, 0.0) for window in staff.kinds[kind].windows)
        total += int(np.ceil(owed * 60 / interval_minutes - 1e-6))
    return total


def level_bound(need: ActivityNeed, owed: int) -> tuple[float, float]:
    """(the price of at least `owed` intervals of work spread evenly, the price of the last of them)."""
    left = owed - int(need.most.sum())
    total, last = 0.0, 0.0
    for price in need.surplus:
        if left <= 0:
            break
        last = float(price)
        total += last * min(left, need.most.size)
        left -= need.most.size
    return total, last


def activity_bound(
    site: ActivitySite, able: np.ndarray, need: ActivityNeed, level: tuple[float, float], target: float,
    iterations: int, ended: Callable[[], bool] = lambda: False,
) -> float:  # fmt: skip
    """The better of the level bound and the best L(π) met; uses up the tours and gains of `site`.

    `target`: cost of a known roster; the climb stops early once `ended` says so.
    """
    bound, last = level
    people = site.people
    key = np.column_stack([people.kind[able], people.group[able], people.start[able]])
    _, first, place = np.unique(key, axis=0, return_index=True, return_inverse=True)
    like = first[place.ravel()]

    def oracle(price: np.ndarray) -> tuple[float, np.ndarray]:
        site.cover.gain[:] = -price
        values, there = tours_at(site, able, like)
        total, wanted = cheapest_counts(need, price)
        return total - float(values.sum()) - FLOAT_SLACK * float(np.abs(values).sum()), there - wanted

    start = np.full(site.cover.gain.shape, last)
    return max(bound, climb(oracle, start, target, iterations, ended, -need.missing).value)


def cheapest_counts(need: ActivityNeed, price: np.ndarray) -> tuple[float, np.ndarray]:
    """Σ min over counts c ≥ least of surplus(c) − price · c, and those counts."""
    over = np.searchsorted(need.surplus, price, side="left")
    paid = np.append(0.0, np.cumsum(need.surplus))
    count = np.where(price < 0, need.least, need.most + over)
    total = np.where(price < 0, 0.0, paid[over]) - price * count
    return float(total.sum()), count
