"""Blending: idle time of the people who wait for live contacts, used for deferred work.

Live work needs idle people: the time they wait is what answers in seconds. Two cases:

- *interruptible*: deferred work is put aside the moment a contact comes in. Live contacts notice nothing, and all idle
  time but a reserve can be used.
- *not interruptible* (the default, and what the simulation does): a person in an e-mail finishes it. People take
  deferred work only while more than `threshold` of them are idle (Bhulai & Koole 2003: the best policy for equal
  handle times). With n people, load a and deferred work always at hand, the number of busy people never falls below
  n − threshold, above it the line is the Erlang one, so with π_n = 1
      weight of i idle = n (n − 1) … (n − i + 1) ÷ a^i for i ≤ threshold,
      weight of waiting G = P_w (1/B − 1) ÷ (1 − P_w)
  and P(wait) = G ÷ (G + Σ weights). Waits of those who wait are those of the line without deferred work. The threshold
  is the smallest at which the service level falls by no more than `LOSS_MOST`; what it frees is the throughput
  n − idle − a (1 − abandoned). All this is exact for equal handle times. With r = handle time of deferred ÷ live
  contacts, what may be lost is divided by r² where r is more than 1, the throughput multiplied by r where it is less:
  safe on both sides in simulation (docs/decisions/0004).

Usable is never more than 1 − reserve of the idle time; the rest is protected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from domain.queues import matches
from domain.tables import BLENDING, REQUIREMENTS
from domain.targets import QueueTargets, Targets
from scheduling.outbound import outbound_queues
from scheduling.queueing import erlang_a, erlang_b
from scheduling.queueing.special import Array

LOSS_MOST = 0.01  # what the live service level may lose


@dataclass(frozen=True)
class SpareCapacity:
    """Per interval, in agents: idle without deferred work, what of it can be used, and the threshold that protects it.

    `service_level`: of the live work, share answered in time of all offered, with deferred work always at hand.
    """

    idle: Array
    usable: Array
    threshold: Array
    service_level: Array


@dataclass(frozen=True)
class Blended:
    """`requirements`: frame under REQUIREMENTS with the need of deferred queues lowered by `blended_agents`;
    `spare`: frame under BLENDING, where it comes from."""

    requirements: pd.DataFrame
    spare: pd.DataFrame


def spare_capacity(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    aht_seconds: ArrayLike,
    deferred_aht_seconds: float,
    answer_within_seconds: ArrayLike,
    patience_seconds: ArrayLike = np.inf,
    *,
    reserve: float = 0.3,
    interruptible: bool = False,
) -> SpareCapacity:
    """Idle time of live lines (arrays, one entry an interval) that deferred work can have."""
    load, people, aht, within, patience = (
        np.asarray(values, dtype=np.float64)
        for values in np.broadcast_arrays(load_erlangs, agents, aht_seconds, answer_within_seconds, patience_seconds)
    )
    some = (load > 0) & (people > 0) & (aht > 0)
    line = erlang_a(np.where(some, load, 0.0), np.where(some, people, 1.0), np.where(some, aht, 1.0), within, patience)
    served = np.where(some, load * (1.0 - line.abandon_share), 0.0)
    idle = np.maximum(people - served, 0.0)
    level = np.where(some, line.service_level, 1.0)
    if interruptible:
        return SpareCapacity(idle, (1.0 - reserve) * idle, np.zeros_like(idle), level)
    ratio = np.where(some, deferred_aht_seconds / np.where(some, aht, 1.0), 1.0)
    held, count = np.where(some, load, 1.0), np.where(some, people, 1.0)
    p_wait = np.clip(line.p_wait, 1e-300, 1.0 - 1e-12)
    waiting = p_wait * (1.0 / np.clip(erlang_b(held, count).p_block, 1e-300, 1.0) - 1.0) / (1.0 - p_wait)
    weight, weights, left = np.ones_like(held), np.zeros_like(held), np.zeros_like(held)
    threshold, done, kept = np.full_like(held, np.nan), np.zeros_like(held), level.copy()
    for number in range(int(np.ceil(count.max(initial=0.0))) + 1):
        if number:
            weight = weight * np.maximum(count - number + 1.0, 0.0) / held
            weights, left = weights + weight, left + number * weight
        grown = waiting / (waiting + weights) / p_wait  # P(wait) with deferred work ÷ without
        now = 1.0 - (1.0 - level) * grown
        free = count - left / (waiting + weights) - load * (1.0 - np.minimum(line.abandon_share * grown, 1.0))
        found = np.isnan(threshold) & ((now >= level - LOSS_MOST / np.maximum(ratio, 1.0) ** 2) | (number >= count))
        threshold = np.where(found, number, threshold)
        done, kept = np.where(found, np.maximum(free, 0.0), done), np.where(found, now, kept)
        if not np.isnan(threshold).any():
            break
    usable = np.minimum((1.0 - reserve) * idle, np.where(some, done * np.minimum(ratio, 1.0), people))
    return SpareCapacity(idle, usable, np.where(some, threshold, 0.0), np.where(some, kept, 1.0))


def blend(requirements: pd.DataFrame, targets: Targets) -> Blended:
    """Lowers the need of deferred queues by the idle time of the live queues they are blended with (`blend_with`).

    `requirements`: frame under REQUIREMENTS with `sized_load_erlangs` and `aht_seconds`. Queues with the shortest
    deadline take first; no idle time is used twice; `minimum_agents` stay. Whoever is to work so must have both skills,
    which the roster sees to. Live queues keep their need.
    """
    table = REQUIREMENTS.check(requirements).reset_index(drop=True)
    names = [str(name) for name in table["queue"].unique()]
    promises = {name: targets.of(name) for name in names}
    takers = [name for name in names if promises[name].work == "deferred" and promises[name].blend_with]
    planned = set(outbound_queues(table))
    givers_of = [name for name in names if promises[name].work == "live" and name not in planned]
    rows = {name: table.index[table["queue"] == name].to_numpy() for name in names}
    hours = table["interval_minutes"].to_numpy(dtype=float) / 60.0
    agents = table["agents"].to_numpy(dtype=float).copy()
    blended, used, idle = np.zeros(len(table)), np.zeros(len(table)), np.full(len(table), np.nan)
    for taker in sorted(takers, key=lambda name: (promises[name].deadline_hours or 0.0, name)):
        promise, mine = promises[taker], rows[taker]
        for giver in (name for name in givers_of if matches(name, promise.blend_with)):
            _, here, there = np.intersect1d(
                table["start"].to_numpy()[mine], table["start"].to_numpy()[rows[giver]], return_indices=True
            )
            to, by = mine[here], rows[giver][there]
            spare = _spare_of(table.loc[by], promises[giver], promise, _mean_aht(table.loc[mine], promise))
            wanted = np.maximum(np.nan_to_num(agents[to]) - promise.minimum_agents, 0.0)
            taken = np.minimum(wanted, np.maximum(spare.usable - used[by], 0.0))
            idle[by] = spare.idle
            used[by] += taken
            blended[to] += taken
            agents[to] -= taken
    givers = ~np.isnan(idle)
    spare_table = pd.DataFrame(
        {
            "queue": table["queue"],
            "start": table["start"],
            "idle_hours": idle * hours,
            "planned_hours": used * hours,
            "protected_hours": (idle - used) * hours,
        }
    )[givers]
    return Blended(_lowered(table, agents, blended), BLENDING.check(spare_table.reset_index(drop=True)))


def _lowered(table: pd.DataFrame, agents: Array, blended: Array) -> pd.DataFrame:
    before = table["agents"].to_numpy(dtype=float)
    share = np.where(blended > 0, agents / np.where(before > 0, before, 1.0), 1.0)
    changed = {name: table[name] * share for name in ("scheduled", "sized_load_erlangs") if name in table}
    return REQUIREMENTS.check(table.assign(agents=agents, **changed, blended_agents=blended))


def _spare_of(rows: pd.DataFrame, live: QueueTargets, deferred: QueueTargets, aht_seconds: float) -> SpareCapacity:
    return spare_capacity(
        np.nan_to_num(rows["sized_load_erlangs"].to_numpy(dtype=float)),
        np.nan_to_num(rows["agents"].to_numpy(dtype=float)),
        np.nan_to_num(rows["aht_seconds"].to_numpy(dtype=float)),
        aht_seconds,
        live.answer_within_seconds,
        np.inf if live.patience_seconds is None else live.patience_seconds,
        reserve=deferred.blend_reserve,
        interruptible=deferred.blend_interruptible,
    )


def _mean_aht(rows: pd.DataFrame, promise: QueueTargets) -> float:
    """Handle time of a deferred queue, by its load."""
    aht, load = np.nan_to_num(rows["aht_seconds"].to_numpy(dtype=float)), rows["load_erlangs"].to_numpy(dtype=float)
    return float(np.average(aht, weights=load)) if load.sum() > 0 else float(promise.aht_seconds or 1.0)
