"""People for the deferred work of one queue: levelled between arrival and deadline, with a margin for chance.

**Kinds of work.** A queue that promises a first answer has two: the first answer (`first_response_seconds` of the
handle time, due within `first_response_hours`) and the rest (due within `deadline_hours`). Both are done by the same
people, earliest deadline first; one kind is levelled by the taut string, two by the linear program.

**Chance.** Contacts arrive at random and differ in length, so a plan for the mean alone is late where it is pressed.
The work of a stretch of time scatters less than that of its intervals taken one by one, so the margin is read off the
work that arrives within a deadline, `w` agent-hours: capacity is `factor` times the mean, with
    share late = mean over the work of exp(−factor (factor − 1) w ÷ v) = 1 − service_level,
    v = variance ÷ mean of the work = Σ n aht² (1 + cv²) ÷ Σ n aht (hours)
(backlog of a reflected Brownian motion, Harrison 1985, section 1.9, against half of w: where the mean plan stands
between arrival and deadline). `factor` is 1 ÷ max_occupancy where that is more. A small queue and a short promise thus
get more air than a large queue and a long one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.tables import BACKLOG
from domain.targets import QueueTargets
from scheduling.lp import level_together
from scheduling.queueing.backlog import (
    Held,
    gather_into_open,
    rates_by_interval,
    taut_string,
    window_sums,
    work_bounds,
)
from scheduling.queueing.special import Array

HANDLE_TIME_CV = 1.0  # scatter of single handle times, as in the simulation
SERVICE_LEVEL_MOST = 0.999  # "all in time" is planned as this share: chance leaves nothing certain
SHORTEST_DEADLINE_HOURS = 1e-6
BISECTIONS = 50


@dataclass(frozen=True)
class DeferredDemand:
    """Contacts (mean) and handle time (seconds) of one queue by interval, in order of time; whether it is worked.

    `high_contacts`: the `percentile` of each interval's contacts, where more than the mean is to be staffed for.
    """

    contacts: Array
    aht_seconds: Array
    open: NDArray[np.bool_]
    interval_hours: float
    high_contacts: Array | None = None
    percentile: float = 50.0


@dataclass(frozen=True)
class DeferredPlan:
    """Per interval: agents present, and how many of them the mean work keeps busy."""

    agents: Array
    busy: Array


@dataclass(frozen=True)
class _Kind:
    """Agent-hours of one kind of work by open interval: of the interval itself, and waiting when it opens."""

    own: Array
    waiting: Array
    deadline_hours: float
    variance_ratio_hours: float
    held: Held | None

    @property
    def work(self) -> Array:
        return self.own + self.waiting


def plan_deferred(demand: DeferredDemand, promise: QueueTargets, held: Held | None = None) -> DeferredPlan:
    """People of one queue. `held`: the work in the in-tray at the start; None: as much as is left at the end."""
    agents, busy = np.zeros(demand.contacts.size), np.zeros(demand.contacts.size)
    if not demand.open.any():
        return DeferredPlan(agents, busy)
    hours = demand.interval_hours
    kinds = _kinds(demand, promise, held)
    done = _levelled(kinds, hours) / hours
    busy[demand.open] = done
    agents[demand.open] = np.maximum(done * _margin_factor(kinds, promise, hours), promise.minimum_agents)
    return DeferredPlan(agents, busy)


def held_work(backlog: pd.DataFrame | None, queue: str, aht_seconds: float) -> Held | None:
    """The in-tray of one queue from a frame under BACKLOG; empty where the frame has no row of it."""
    if backlog is None:
        return None
    mine = BACKLOG.check(backlog)
    mine = mine[mine["queue"] == queue]
    hours = mine["contacts"].to_numpy(dtype=float) * aht_seconds / 3600.0
    return Held(tuple(mine["age_hours"].astype(float)), tuple(hours.tolist()))


def _margin_factor(kinds: list[_Kind], promise: QueueTargets, interval_hours: float) -> float:
    """Capacity ÷ mean work: what chance or the cap on occupancy asks for, whichever is more."""
    factor = 1.0 / (promise.max_occupancy or 1.0)
    late = 1.0 - min(promise.service_level or 0.0, SERVICE_LEVEL_MOST)
    for kind in kinds:
        some = kind.work > 0
        if some.any() and kind.variance_ratio_hours > 0:
            within = window_sums(kind.work, kind.deadline_hours, interval_hours)[some] / kind.variance_ratio_hours
            factor = max(factor, 0.5 + float(np.sqrt(0.25 + _product(within, kind.work[some], late))))
    return factor


def _product(within: Array, weights: Array, late: float) -> float:
    """factor · (factor − 1) at which the mean of exp(−product · within) is the share that may be late."""
    low, high = 0.0, -float(np.log(late)) / float(within.min())
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        missed = float(np.average(np.exp(-middle * within), weights=weights))
        low, high = (middle, high) if missed > late else (low, middle)
    return high


def _levelled(kinds: list[_Kind], hours: float) -> Array:
    """Agent-hours of mean work in each open interval, all kinds together."""
    count, several = kinds[0].own.size, len(kinds) > 1
    rounds = max(int(kind.deadline_hours / (hours * count)) for kind in kinds) + 2
    bounds = [
        work_bounds(kind.own, kind.deadline_hours, hours, kind.waiting, kind.held, pinned=not several, rounds=rounds)
        for kind in kinds
    ]
    if several:
        done = level_together([bound.due for bound in bounds], [bound.there for bound in bounds])
        return np.asarray(done.sum(axis=0)[:count])
    return rates_by_interval(taut_string(bounds[0].due, bounds[0].there), bounds[0].first, count)


def _kinds(demand: DeferredDemand, promise: QueueTargets, held: Held | None) -> list[_Kind]:
    deadline = promise.deadline_hours or demand.interval_hours
    if promise.first_response_hours is None or promise.first_response_seconds is None:
        return [_kind(demand, deadline, held, 1.0)]
    first = np.minimum(promise.first_response_seconds, demand.aht_seconds)
    total = float(np.dot(demand.contacts, demand.aht_seconds))
    share = float(np.dot(demand.contacts, first)) / total if total > 0 else 0.0
    rest = demand.aht_seconds - first
    return [
        _kind(replace(demand, aht_seconds=first), promise.first_response_hours, held, share),
        _kind(replace(demand, aht_seconds=rest), deadline, held, 1.0 - share),
    ]


def _kind(demand: DeferredDemand, deadline_hours: float, held: Held | None, share: float) -> _Kind:
    work = demand.contacts * demand.aht_seconds / 3600.0
    ratio = float(np.dot(work, demand.aht_seconds)) / 3600.0 / float(work.sum()) if work.sum() > 0 else 0.0
    # A contact comes half an interval after its beginning, in the mean, and takes its handle time itself.
    usable = deadline_hours + min(demand.interval_hours / 2.0 - ratio, 0.0)
    usable = max(usable, SHORTEST_DEADLINE_HOURS)
    own, waiting = _worked(work, demand.open, around=held is None)
    if demand.high_contacts is not None:
        high = _high_share(demand, usable, around=held is None)
        own, waiting = own * high, waiting * high
    if held is not None:
        held = Held(held.age_hours, tuple(share * hours for hours in held.work_hours))
    return _Kind(own, waiting, usable, ratio * (1.0 + HANDLE_TIME_CV**2), held)


def _worked(values: Array, is_open: NDArray[np.bool_], *, around: bool) -> tuple[Array, Array]:
    """Of each open interval itself, and of the closed time before it; `around`: the last night is before the first."""
    own = values[is_open]
    waiting = np.maximum(gather_into_open(values, is_open) - own, 0.0)
    if around:
        waiting[0] += values[np.flatnonzero(is_open)[-1] + 1 :].sum()
    return own, waiting


def _high_share(demand: DeferredDemand, deadline_hours: float, *, around: bool) -> Array:
    """Percentile ÷ mean of the contacts within a deadline up to each open interval.

    What an interval's percentile is beyond Poisson is a busy day.
    """
    score = NormalDist().inv_cdf(demand.percentile / 100.0)
    above = np.zeros(0) if demand.high_contacts is None else demand.high_contacts - demand.contacts
    busy_day = np.sign(score) * np.sqrt(np.maximum(above**2 - score**2 * demand.contacts, 0.0))
    contacts, excess = (np.add(*_worked(part, demand.open, around=around)) for part in (demand.contacts, busy_day))
    return cumulative_quantile(contacts, excess, score, deadline_hours, demand.interval_hours)


def cumulative_quantile(
    contacts: Array, excess: Array, score: float, deadline_hours: float, interval_hours: float
) -> Array:
    """Quantile ÷ mean of the contacts within a deadline up to each interval, `score` standard deviations away.

    The Poisson part of the intervals adds by its variance; `excess` is what each is off on a day that is busy (or
    quiet) as a whole: that adds up.
    """
    mean = window_sums(contacts, deadline_hours, interval_hours)
    common = window_sums(excess, deadline_hours, interval_hours)
    away = np.sign(score) * np.sqrt(score**2 * mean + common**2)
    return np.asarray(np.maximum(1.0 + np.divide(away, mean, out=np.zeros_like(mean), where=mean > 1e-12), 0.0))
