"""Erlang C: contacts wait as long as it takes. With load ≥ agents the line grows without end.

With a = load, n agents and waits counted in handle times:  C = n B / (n - a (1 - B)),
P(wait > T) = C e^(-(n - a) T / aht),  ASA = C aht / (n - a).  Source: Erlang 1917; Gross & Harris, "Fundamentals of
queueing theory", eq. 2.33-2.38.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scheduling.queueing.broadcast import broadcast, divided
from scheduling.queueing.erlang_b import log_erlang_b
from scheduling.queueing.special import Array


@dataclass(frozen=True)
class ErlangC:
    """Arrays of one shape: share that waits, share answered within the threshold, mean wait of all, busy share."""

    p_wait: Array
    service_level: Array
    asa_seconds: Array
    occupancy: Array


def erlang_c(
    load_erlangs: ArrayLike, agents: ArrayLike, aht_seconds: ArrayLike, answer_within_seconds: ArrayLike
) -> ErlangC:
    """Waiting system M/M/n; all arguments broadcast, agents may be fractional.

    Where load ≥ agents: everybody waits, for ever (service level 0, ASA inf, occupancy 1). Raises `BadValue` for
    negative numbers.
    """
    load, number, aht, within = broadcast(
        load_erlangs=load_erlangs, agents=agents, aht_seconds=aht_seconds, answer_within_seconds=answer_within_seconds
    )
    log_block = log_erlang_b(load, number)
    spare = number - load
    stable = spare > 0
    p_wait = np.where(stable, np.exp(log_erlang_c(load, number, log_block)), 1.0)
    # 1 - C written as a quotient keeps its digits where C is close to 1
    kept = divided(spare * -np.expm1(log_block), spare + load * np.exp(log_block))
    with np.errstate(invalid="ignore"):
        late = np.where(within == 0, 0.0, -np.expm1(-np.maximum(spare, 0.0) * divided(within, aht)))
        return ErlangC(
            p_wait=p_wait,
            service_level=np.where(stable, kept + p_wait * late, np.where(np.isnan(within), np.nan, 0.0)),
            asa_seconds=np.where(stable, divided(p_wait * aht, spare), np.inf),
            occupancy=np.where(stable, divided(load, number), 1.0),
        )


def log_erlang_c(load: Array, agents: Array, log_block: Array) -> Array:
    """log C from log B, for equal shapes; 0 (everybody waits) where load ≥ agents."""
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = np.log(agents) + log_block - np.log(agents - load + load * np.exp(log_block))
    return np.where(agents > load, np.minimum(waits, 0.0), 0.0)
