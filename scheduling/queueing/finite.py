"""Lines with limits: few places to wait (M/M/n/K) and few customers (Engset)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, gammaincc, logsumexp

from domain.errors import BadValue
from scheduling.queueing.special import Array


@dataclass(frozen=True)
class FiniteLine:
    """Shares of all offered: blocked, made to wait, answered in time; mean wait of those let in; busy share."""

    p_block: float
    p_wait: float
    service_level: float
    asa_seconds: float
    occupancy: float


def finite_line(
    load_erlangs: float, agents: int, places: int, aht_seconds: float, answer_within_seconds: float
) -> FiniteLine:
    """M/M/n/K: K places in all, those in service included; a contact that finds all taken is lost.

    Source: Gross & Harris, "Fundamentals of queueing theory", section 2.5. Of no load nobody waits. Raises `BadValue`
    where agents < 1, places < agents, the load is negative, or there is a load but no handle time.
    """
    if not (load_erlangs >= 0 and 1 <= agents <= places):
        raise BadValue(
            "a load of at least 0, 1 ≤ agents ≤ places", column="places", found=(load_erlangs, agents, places)
        )
    if load_erlangs == 0:
        return FiniteLine(p_block=0.0, p_wait=0.0, service_level=1.0, asa_seconds=0.0, occupancy=0.0)
    if not aht_seconds > 0:
        raise BadValue("a handle time above 0 for a load", column="aht_seconds", found=aht_seconds)
    k = np.arange(places + 1)
    busy = np.minimum(k, agents)
    log_weight = np.concatenate([[0.0], np.cumsum(np.log(load_erlangs) - np.log(busy[1:]))])
    p = np.exp(log_weight - logsumexp(log_weight))
    p_block = float(p[-1])
    waiting = np.arange(agents, places)
    done = gammaincc(waiting - agents + 1.0, agents * answer_within_seconds / aht_seconds) if waiting.size else 0.0
    late = float(np.sum(p[agents:places] * done))
    mean_line = float(np.sum(p * (k - busy)))
    return FiniteLine(
        p_block=p_block,
        p_wait=float(p[agents:places].sum()),
        service_level=1.0 - p_block - late if p_block + late < 0.5 else float(np.sum(p[:places])) - late,
        asa_seconds=mean_line * aht_seconds / (load_erlangs * (1.0 - p_block)),
        occupancy=float(np.sum(p * busy)) / agents,
    )


def engset(sources: int, agents: int, load_per_idle_source: float) -> tuple[float, float]:
    """(share of time all agents are busy, share of contacts that find them so) with few customers.

    `load_per_idle_source`: contact rate of a customer who is not being served × handle time. A contact sees the system
    without its own customer, so the second is the first with one source fewer. Source: Engset 1918. Raises `BadValue`
    where sources or agents are below 1.
    """
    if sources < 1 or agents < 1:
        raise BadValue("at least one source and one agent", column="sources", found=(sources, agents))
    return _all_busy(sources, agents, load_per_idle_source), _all_busy(sources - 1, agents, load_per_idle_source)


def _all_busy(sources: int, agents: int, load: float) -> float:
    if agents > sources or load <= 0:
        return 0.0
    k: Array = np.arange(agents + 1.0)
    log_choose = -np.log(sources + 1.0) - betaln(sources - k + 1.0, k + 1.0)
    log_weight = log_choose + k * np.log(load)
    return float(np.exp(log_weight[-1] - logsumexp(log_weight)))
