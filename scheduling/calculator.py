"""One queue, one steady interval: how many agents keep the promise, and what a given number of agents gives.

- *live*: Erlang A where a patience is known, Erlang C elsewhere;
- *chat*: the exact chain of agents who hold several contacts at once;
- *deferred*: contacts come evenly all through the opening hours; the share done in time is that of
  `scheduling/deferred.py`, 1 − exp(−factor (factor − 1) w ÷ v) with factor = agents ÷ load.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.errors import BadValue
from domain.targets import QueueTargets
from scheduling.deferred import HANDLE_TIME_CV, SERVICE_LEVEL_MOST
from scheduling.queueing import ServiceGoals, chat_line, erlang_a, required_agents, required_chat_agents
from scheduling.queueing.special import Array
from scheduling.shrinkage import people_to_schedule

LOAD_MOST_ERLANGS = {"live": 100_000.0, "chat": 2_000.0, "deferred": 1_000_000.0}
KNIFE_EDGE = 1e-9  # 42 agents do for 35.7 Erlangs at 85 %, although 35.7 / 0.85 > 42 in binary


@dataclass(frozen=True)
class Need:
    """`agents` on contact, a whole number, inf where no number keeps the promise; `scheduled` after shrinkage."""

    load_erlangs: float
    agents: float
    scheduled: float


def how_many(contacts: float, interval_minutes: float, promise: QueueTargets) -> Need:
    """The least whole number of agents that keeps every target of `promise` for `contacts` an interval.

    `scheduled` is whole too: agents ÷ (1 − shrinkage), rounded up. Raises `BadValue` for a handle time that is not
    known, negative numbers and more load than `LOAD_MOST_ERLANGS`.
    """
    load, aht = _load_and_aht(contacts, interval_minutes, promise)
    if load == 0:
        agents = 0.0
    elif promise.work == "deferred":
        agents = _deferred_agents(load, aht, interval_minutes, promise)
    elif promise.work == "chat":
        rate = contacts / (interval_minutes * 60.0)
        found = required_chat_agents(
            rate, _times(promise, aht), _goals(promise), patience_seconds=promise.patience_seconds
        )
        agents = float(found.agents)
    else:
        agents = float(required_agents(load, aht, _goals(promise), patience_seconds=promise.patience_seconds).agents)
    agents = max(agents, float(np.ceil(promise.minimum_agents)))
    scheduled = float(people_to_schedule(agents, promise.shrinkage)) if np.isfinite(agents) else np.inf
    return Need(load, agents, float(np.ceil(scheduled - KNIFE_EDGE)) + 0.0)  # no minus zero


def what_if(
    contacts: float, interval_minutes: float, promise: QueueTargets, agents: Sequence[float] | NDArray[np.float64]
) -> pd.DataFrame:
    """A row a number of agents: agents, service_level, p_wait, asa_seconds, abandon_share, occupancy, keeps.

    `keeps`: whether every target is kept. What a kind of work does not have is empty, an average wait that grows
    without end is inf. Raises `BadValue` as `how_many` does.
    """
    load, aht = _load_and_aht(contacts, interval_minutes, promise)
    number = np.asarray(agents, dtype=float)
    measures: tuple[Array, ...]
    if load == 0:
        one, none = np.ones_like(number), np.zeros_like(number)
        measures = (one, none, none, none, none)
    elif promise.work == "deferred":
        measures = _deferred(load, aht, interval_minutes, promise, number)
    elif promise.work == "chat":
        measures = _chat(contacts / (interval_minutes * 60.0), aht, promise, number)
    else:
        measures = _live(load, aht, promise, number)
    names = ("service_level", "p_wait", "asa_seconds", "abandon_share", "occupancy")
    table = pd.DataFrame({"agents": number, **dict(zip(names, measures, strict=True))})
    return table.assign(keeps=number >= how_many(contacts, interval_minutes, promise).agents)


def _load_and_aht(contacts: float, interval_minutes: float, promise: QueueTargets) -> tuple[float, float]:
    times = promise.aht_by_concurrency_seconds
    aht = times[0] if promise.work == "chat" and times else promise.aht_seconds
    if aht is None:
        raise BadValue("a handle time in the promise", column="aht_seconds")
    if not contacts >= 0:
        raise BadValue("contacts of at least 0", column="contacts", found=contacts)
    if not interval_minutes > 0:
        raise BadValue("an interval above 0 minutes", column="interval_minutes", found=interval_minutes)
    load, most = contacts * aht / (interval_minutes * 60.0), LOAD_MOST_ERLANGS[promise.work]
    if load > most:
        raise BadValue(f"a load of at most {most:,.0f} Erlangs", column="load_erlangs", found=round(load))
    return load, aht


def _times(promise: QueueTargets, aht: float) -> tuple[float, ...]:
    return promise.aht_by_concurrency_seconds or (aht,) * promise.concurrency


def _goals(promise: QueueTargets) -> ServiceGoals:
    return ServiceGoals(
        service_level=promise.service_level,
        answer_within_seconds=promise.answer_within_seconds,
        asa_seconds=promise.target_asa_seconds,
        max_occupancy=promise.occupancy_cap,
        max_abandon_share=promise.abandon_cap,
        service_level_definition=promise.service_level_definition,
    )


def _live(load: float, aht: float, promise: QueueTargets, agents: Array) -> tuple[Array, ...]:
    patience = np.inf if promise.patience_seconds is None else promise.patience_seconds
    found = erlang_a(load, agents, aht, promise.answer_within_seconds, patience)
    level = found.service_level_by(promise.service_level_definition)
    return level, found.p_wait, found.asa_seconds, found.abandon_share, found.occupancy


def _chat(rate: float, aht: float, promise: QueueTargets, agents: Array) -> tuple[Array, ...]:
    found = chat_line(
        rate, agents, _times(promise, aht), promise.answer_within_seconds, promise.patience_seconds,
        promise.service_level_definition,
    )  # fmt: skip
    return found.service_level, found.p_wait, found.asa_seconds, found.abandon_share, found.occupancy


def _windows(load: float, aht: float, interval_minutes: float, promise: QueueTargets) -> float:
    """w ÷ v: work that comes within a deadline, in units of its scatter. A contact takes its handle time itself."""
    hours = aht / 3600.0
    usable = (promise.deadline_hours or interval_minutes / 60.0) + min(interval_minutes / 120.0 - hours, 0.0)
    return load * max(usable, 1e-6) / (hours * (1.0 + HANDLE_TIME_CV**2)) if hours > 0 else np.inf


def _deferred_agents(load: float, aht: float, interval_minutes: float, promise: QueueTargets) -> float:
    late = 1.0 - min(promise.service_level or 0.0, SERVICE_LEVEL_MOST)
    chance = 0.5 + np.sqrt(0.25 - np.log(late) / _windows(load, aht, interval_minutes, promise))
    return float(np.ceil(load * max(1.0 / (promise.occupancy_cap or 1.0), chance) - KNIFE_EDGE))


def _deferred(
    load: float, aht: float, interval_minutes: float, promise: QueueTargets, agents: Array
) -> tuple[Array, ...]:
    factor = np.maximum(agents / load, 1.0)
    level = -np.expm1(-factor * (factor - 1.0) * _windows(load, aht, interval_minutes, promise))
    occupancy = np.divide(load, agents, out=np.ones_like(agents), where=agents > load)
    empty = np.full_like(agents, np.nan)
    return level, empty, empty, empty, occupancy
