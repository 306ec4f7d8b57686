"""Erlang B: nobody waits; a contact that finds all agents busy is lost.

Source: Erlang 1917; continuous extension in the number of agents: Jagerman 1984, "Methods in traffic calculations".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scheduling.queueing.broadcast import broadcast, divided
from scheduling.queueing.special import Array, log_inverse_erlang_b


@dataclass(frozen=True)
class ErlangB:
    """Arrays of one shape. `p_block`: share lost; `occupancy`: share of time an agent is busy."""

    p_block: Array
    occupancy: Array

    @property
    def service_level(self) -> Array:
        """Share that is served (at once)."""
        return 1.0 - self.p_block


def erlang_b(load_erlangs: ArrayLike, agents: ArrayLike) -> ErlangB:
    """Loss system M/M/n/n; both arguments broadcast, agents may be fractional.

    Without agents everything is lost (also of no load). Raises `BadValue` for negative numbers.
    """
    load, number = broadcast(load_erlangs=load_erlangs, agents=agents)
    p_block = np.exp(log_erlang_b(load, number))
    return ErlangB(p_block=p_block, occupancy=np.minimum(divided(load * (1.0 - p_block), number), 1.0))


def log_erlang_b(load: Array, agents: Array) -> Array:
    """log B for equal shapes; -inf where nothing is lost."""
    out = np.where(agents == 0, 0.0, np.where(load == 0, -np.inf, np.nan))
    usual = (load > 0) & (agents > 0)
    out[usual] = np.minimum(-log_inverse_erlang_b(load[usual], agents[usual]), 0.0)
    return out
