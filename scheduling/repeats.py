"""Redials and repeat contacts: what arrives depends on how many people answer.

- *fresh*: contacts of a new matter; *redial*: who hung up calls again at once; *repeat*: who was answered but not
  helped comes back later, within a lag.

With r the share of hang-ups that redial, s = (1 − first-contact resolution) × (share of the unsettled that come back)
and P(λ) the share that hangs up of λ contacts (Erlang A with the people there are), what arrives is the fixed point

    λ = fresh + r λ P(λ) + s λ (1 − P(λ)).

λ P(λ) grows with λ by less than λ does, so the right side has a slope below max(r, s) < 1: there is one fixed point.
The other way round, fresh = λ (1 − r P − s (1 − P)) for contacts that were counted with their share of hang-ups.

The fixed point takes those who come back as new arrivals at random: right where they wait longer than a busy spell
lasts (simulated with pauses of two hours: load within 0.1 %). Who redials within a minute meets the same full line:
then 120 fresh calls on 11 agents become 134.5 in simulation, 131.3 by formula.

Counts of the past hold redials and repeats already. A forecast made from them is taken as what arrives; only where the
plan's staffing differs from the past's does it change, by the ratio of the two.

Sources: Aguir, Karaesmen, Akşin & Chauvet 2004, OR Spectrum 26:353–376 (redials); Koole 2013, Call Center Optimization,
ch. 4 (both).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadValue
from domain.tables import QUANTILES
from domain.targets import QueueTargets
from scheduling.queueing import ServiceGoals, erlang_a, required_agents
from scheduling.queueing.special import Array

HALVINGS = 50  # of a bracket: 1e-15 of it
ROUNDS = 30  # of sizing: each shrinks the error by max(r, s) times the slope of hang-ups in the load, far below 1
SETTLED = 1e-10


@dataclass(frozen=True)
class Returning:
    """Contacts per unit of time, offered = fresh + redials + repeats; arrays of one shape. And who hangs up."""

    fresh: Array
    offered: Array
    redials: Array
    repeats: Array
    abandon_share: Array


def offered_with_returns(
    fresh: ArrayLike,
    agents: ArrayLike,
    aht_seconds: ArrayLike,
    patience_seconds: ArrayLike,
    *,
    interval_seconds: float,
    redial_share: ArrayLike = 0.0,
    repeat_share: ArrayLike = 0.0,
) -> Returning:
    """What arrives in a steady state where `agents` answer `fresh` new contacts an interval; all arguments broadcast.

    `repeat_share`: of all answered contacts, the share that comes back: (1 − first-contact resolution) × share of the
    unsettled that return. Found by halving a bracket. Raises `BadValue` for shares outside [0, 1).
    """
    new, number, aht, patience, redial, repeat = (
        np.asarray(values, dtype=float)
        for values in np.broadcast_arrays(fresh, agents, aht_seconds, patience_seconds, redial_share, repeat_share)
    )
    for name, share in (("redial_share", redial), ("repeat_share", repeat)):
        if bool(np.any((share < 0) | (share >= 1))):
            raise BadValue("a share from 0 to below 1", column=name, found=float(share.max()))

    def hanging_up(contacts: Array) -> Array:
        return erlang_a(contacts * aht / interval_seconds, number, aht, 0.0, patience).abandon_share

    low, high = new.copy(), new / (1.0 - np.maximum(redial, repeat))
    if bool(np.any(high > low)):
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            lost = hanging_up(middle)
            more = new + middle * (redial * lost + repeat * (1.0 - lost)) > middle
            low, high = np.where(more, middle, low), np.where(more, high, middle)
    offered = 0.5 * (low + high)
    share = np.where(offered > 0, hanging_up(offered), 0.0)
    return Returning(new, offered, redial * offered * share, repeat * offered * (1.0 - share), share)


def fresh_of_counted(
    counted: ArrayLike, abandon_share: ArrayLike, *, redial_share: ArrayLike = 0.0, repeat_share: ArrayLike = 0.0
) -> Array:
    """The new contacts among `counted` ones, of which that share hung up: counted × (1 − r P − s (1 − P))."""
    lost = np.asarray(abandon_share, dtype=float)
    back = np.asarray(redial_share) * lost + np.asarray(repeat_share) * (1.0 - lost)
    return np.asarray(np.asarray(counted, dtype=float) * (1.0 - back))


def repeats_over_time(fresh: ArrayLike, repeat_share: float, lag_shares: Sequence[float]) -> Array:
    """What arrives interval by interval when those not helped come back later: (intervals,).

    `lag_shares[l]`: of those who come back, the share that does so l + 1 intervals after; the rest (to 1) comes beyond
    them and is lost. All contacts are answered here; offered_t = fresh_t + s Σ_l lag_l offered_(t−l−1), nothing before
    the first interval. Raises `BadValue` for negative shares or shares that add up to more than 1.
    """
    lag = np.asarray(lag_shares, dtype=float)
    if bool((lag < 0).any()) or lag.sum() > 1 + 1e-9:
        raise BadValue("shares that add up to 1 at most", column="lag_shares", found=float(lag.sum()))
    if not 0 <= repeat_share < 1:
        raise BadValue("a share from 0 to below 1", column="repeat_share", found=repeat_share)
    offered = np.array(fresh, dtype=float)
    for now in range(1, offered.size):
        past = offered[max(0, now - lag.size) : now][::-1]
        offered[now] += repeat_share * float(past @ lag[: past.size])
    return offered


def coming_back(promise: QueueTargets) -> float:
    """Of the answered contacts of a queue, the share that comes back."""
    return (1.0 - promise.first_contact_resolution) * promise.repeat_share


def with_returns(
    frame: pd.DataFrame, promises: Sequence[QueueTargets], code: NDArray[np.intp], interval_minutes: int
) -> pd.DataFrame:
    """The forecast with the contacts that the plan's own staffing lets arrive, and a column `fresh`.

    `frame`: FORECAST or ADJUSTED; `code`: the position of each row's queue in `promises`. Only live queues with redials
    or repeats get a number of fresh contacts, and only those with `history_abandon_share` another `offered`
    (and quantiles): the fixed point with as many people as their goals ask for. Other frames come back as they are.
    """
    with_any = [
        number
        for number, promise in enumerate(promises)
        if promise.work == "live" and (promise.redial_share > 0 or coming_back(promise) > 0)
    ]
    if not with_any:
        return frame
    fresh, factor = np.full(len(frame), np.nan), np.ones(len(frame))
    offered = frame["offered"].to_numpy(dtype=float)
    for number in with_any:
        mine, promise = np.flatnonzero(code == number), promises[number]
        aht = frame["aht_seconds"].to_numpy(dtype=float)[mine] if "aht_seconds" in frame else np.full(mine.size, np.nan)
        aht = np.where(np.isnan(aht), promise.aht_seconds or 0.0, aht)
        fresh[mine], arriving = _planned(offered[mine], aht, promise, interval_minutes * 60.0)
        factor[mine] = np.divide(arriving, offered[mine], out=np.ones(mine.size), where=offered[mine] > 0)
    scaled = {name: frame[name] * factor for name in ("offered", *QUANTILES) if name in frame}
    return frame.assign(**scaled, fresh=fresh)


def _planned(offered: Array, aht: Array, promise: QueueTargets, seconds: float) -> tuple[Array, Array]:
    """(fresh, arriving) contacts when the queue is staffed for what arrives."""
    redial, repeat = promise.redial_share, coming_back(promise)
    counted = promise.history_abandon_share
    if counted is None:
        return fresh_of_counted(offered, _hang_ups(offered, aht, promise, seconds), redial_share=redial,
                                repeat_share=repeat), offered  # fmt: skip
    fresh = fresh_of_counted(offered, counted, redial_share=redial, repeat_share=repeat)
    arriving = offered
    for _ in range(ROUNDS):
        lost = _hang_ups(arriving, aht, promise, seconds)
        following = fresh / (1.0 - redial * lost - repeat * (1.0 - lost))
        settled = bool(np.all(np.abs(following - arriving) <= SETTLED * (1.0 + following)))
        arriving = following
        if settled:
            break
    return fresh, arriving


def _hang_ups(offered: Array, aht: Array, promise: QueueTargets, seconds: float) -> Array:
    """Share that hangs up of so many contacts with as many people as the goals ask for (steady state)."""
    load = offered * aht / seconds
    goals = ServiceGoals(
        service_level=promise.service_level,
        answer_within_seconds=promise.answer_within_seconds,
        asa_seconds=promise.target_asa_seconds,
        max_occupancy=promise.occupancy_cap,
        max_abandon_share=promise.abandon_cap,
        service_level_definition=promise.service_level_definition,
    )
    found = required_agents(load, aht, goals, patience_seconds=promise.patience_seconds, fractional=True)
    agents = np.maximum(np.where(found.attainable, found.agents, np.inf), promise.minimum_agents)
    idle = (load <= 0) | ~np.isfinite(agents)
    given = erlang_a(load, np.where(idle, 1.0, agents), aht, 0.0, promise.patience_seconds or np.inf)
    return np.where(idle, 0.0, given.abandon_share)
