"""Waits of classes with different priority who share their agents (Cobham 1954; Davis 1966)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from domain.errors import BadValue
from scheduling.queueing.erlang_c import erlang_c


def priority_waits(load_erlangs: Sequence[float], agents: float, aht_seconds: float) -> tuple[float, ...]:
    """Mean wait in seconds of each class, the most urgent first; all have the same handle time.

    Nobody is interrupted; inside a class the first come is first served; nobody hangs up. With s_k the load of classes
    1 … k per agent: W_k = C (aht/n) / ((1 - s_(k-1)) (1 - s_k)), inf from the class on with which load ≥ agents.
    Raises `BadValue` for negative loads and no agents.
    """
    loads = np.asarray(load_erlangs, dtype=np.float64)
    if loads.size == 0 or bool(np.any(loads < 0)) or not agents > 0:
        raise BadValue("loads of at least 0 and agents above 0", column="load_erlangs", found=loads.tolist())
    free = 1.0 - np.concatenate([[0.0], np.cumsum(loads)]) / agents
    p_wait = float(erlang_c(loads.sum(), agents, aht_seconds, 0.0).p_wait)
    with np.errstate(divide="ignore"):
        waits = np.where(free[1:] > 0, p_wait * aht_seconds / agents / (free[:-1] * free[1:]), np.inf)
    return tuple(float(wait) for wait in waits)
