"""Staffing without a target: what one more agent is worth against what the hour costs.

Per hour and with n agents, contacts that hang up and time spent waiting cost
V(n) = value × λ P(hang up) + waiting × λ E[wait]. An agent is added while V(n) - V(n+1) exceeds the wage. Both terms
are convex in n, so the first n that is not worth one more is the best (Koole & Pot 2011 treat the same trade-off).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from domain.errors import BadValue
from scheduling.queueing.broadcast import broadcast
from scheduling.queueing.erlang_a import erlang_a
from scheduling.queueing.search import Rows, least
from scheduling.queueing.special import Array

CHUNK = 8192
TINY = 1e-300


def cost_of_service(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    aht_seconds: ArrayLike,
    *,
    patience_seconds: ArrayLike | None = None,
    value_of_contact: ArrayLike = 0.0,
    cost_of_waiting_per_hour: ArrayLike = 0.0,
) -> Array:
    """Money an hour that hang-ups and waiting cost; arguments broadcast. inf where a line grows without end.

    `value_of_contact` is lost with each contact that hangs up, `cost_of_waiting_per_hour` is that of one waiting
    customer. Raises `BadValue` for negative numbers.
    """
    load, number, aht, patience, value, waiting = broadcast(
        load_erlangs=load_erlangs, agents=agents, aht_seconds=aht_seconds,
        patience_seconds=np.inf if patience_seconds is None else patience_seconds,
        value_of_contact=value_of_contact, cost_of_waiting_per_hour=cost_of_waiting_per_hour,
    )  # fmt: skip
    line = erlang_a(load, number, aht, 0.0, np.where(np.isnan(patience), np.inf, patience))
    per_hour = np.divide(load * 3600.0, aht, out=np.zeros_like(load), where=aht > 0)
    waits = np.where(waiting > 0, line.asa_all_seconds, 0.0) / 3600.0
    return np.asarray(np.where(load > 0, per_hour * (value * line.abandon_share + waiting * waits), 0.0))


def value_of_next_agent(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    aht_seconds: ArrayLike,
    *,
    patience_seconds: ArrayLike | None = None,
    value_of_contact: ArrayLike = 0.0,
    cost_of_waiting_per_hour: ArrayLike = 0.0,
) -> Array:
    """Money an hour that the agent after the given ones saves, V(n) - V(n+1): the highest wage he is worth."""
    number = np.asarray(agents, dtype=float)
    with_one = cost_of_service(
        load_erlangs, number + 1.0, aht_seconds, patience_seconds=patience_seconds, value_of_contact=value_of_contact,
        cost_of_waiting_per_hour=cost_of_waiting_per_hour,
    )  # fmt: skip
    without = cost_of_service(
        load_erlangs, number, aht_seconds, patience_seconds=patience_seconds, value_of_contact=value_of_contact,
        cost_of_waiting_per_hour=cost_of_waiting_per_hour,
    )  # fmt: skip
    return np.asarray(np.where(np.isinf(without), np.inf, without - np.where(np.isinf(without), 0.0, with_one)))


def economic_agents(
    load_erlangs: ArrayLike,
    aht_seconds: ArrayLike,
    wage_per_hour: ArrayLike,
    *,
    patience_seconds: ArrayLike | None = None,
    value_of_contact: ArrayLike = 0.0,
    cost_of_waiting_per_hour: ArrayLike = 0.0,
) -> Array:
    """The least whole agents after whom one more costs more than he saves; arguments broadcast.

    Nobody where a contact is worth less than the time it takes. Where nobody hangs up waiting must cost something, and
    the line has more agents than load. Raises `BadValue` for a wage that is not above 0, and where nobody hangs up and
    waiting is free.
    """
    load, aht, wage, patience, value, waiting = broadcast(
        load_erlangs=load_erlangs, aht_seconds=aht_seconds, wage_per_hour=wage_per_hour,
        patience_seconds=np.inf if patience_seconds is None else patience_seconds,
        value_of_contact=value_of_contact, cost_of_waiting_per_hour=cost_of_waiting_per_hour,
    )  # fmt: skip
    if bool(np.any(wage <= 0)):
        raise BadValue("a wage above 0", column="wage_per_hour", found=float(np.nanmin(wage)))
    patience = np.where(np.isnan(patience), np.inf, patience)
    if bool(np.any(np.isinf(patience) & (waiting <= 0))):
        raise BadValue("a cost of waiting above 0 where nobody hangs up", column="cost_of_waiting_per_hour", found=0)
    shape, flat = load.shape, [values.ravel() for values in (load, aht, wage, patience, value, waiting)]
    out = np.zeros(flat[0].size)
    rows = np.flatnonzero((flat[0] > 0) & (flat[1] > 0))
    for begin in range(0, rows.size, CHUNK):
        part = rows[begin : begin + CHUNK]
        out[part] = _search(*(values[part] for values in flat))
    return out.reshape(shape)


def _search(load: Array, aht: Array, wage: Array, patience: Array, value: Array, waiting: Array) -> Array:
    def excess(rows: Rows, n: Array) -> Array:
        saved = value_of_next_agent(
            load[rows], n, aht[rows], patience_seconds=patience[rows], value_of_contact=value[rows],
            cost_of_waiting_per_hour=waiting[rows],
        )  # fmt: skip
        return np.asarray(np.log(np.maximum(saved, TINY)) - np.log(wage[rows]))

    lower = np.where(np.isinf(patience), np.floor(load) + 1.0, 0.0)
    return least(excess, lower, np.ceil(load), 0.2 * np.sqrt(load) + 1.0, whole=True)
