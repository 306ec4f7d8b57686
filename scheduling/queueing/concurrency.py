"""Chat: an agent holds up to k contacts at once, and each takes longer the more of them run in parallel.

With n agents, chats go to the least busy; with m chats in service, q = m div n and r = m mod n, r agents hold q+1 and
n-r hold q, so chats end at rate  R(m) = r (q+1)/AHT_(q+1) + (n-r) q/AHT_q.  Nobody waits before all n k places are
taken; then contacts wait as in Erlang A, with R(nk) in the place of n agents.  k = 1 is Erlang A itself (or Erlang C
where nobody hangs up). Source: birth-death chain, Cui & Tezcan 2016, "Approximations for chat service systems".

`j / AHT_j` should rise with j: where it does not, an agent with j chats gets less done than with fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from domain.errors import BadValue
from scheduling.queueing.broadcast import broadcast, divided
from scheduling.queueing.erlang_a import Line, line_with_hang_ups
from scheduling.queueing.search import Rows, least
from scheduling.queueing.sizing import KNIFE_EDGE, RequiredAgents, ServiceGoals
from scheduling.queueing.special import Array
from scheduling.queueing.wait_of_served import mean_wait_of_served

VERY_PATIENT = 1e12  # mean patience in handle times that stands for "nobody hangs up" where that is stable


@dataclass(frozen=True)
class ChatLine:
    """Arrays of one shape. `occupancy`: places in use ÷ places; `asa_seconds`: mean wait of those served."""

    p_wait: Array
    abandon_share: Array
    service_level: Array
    asa_seconds: Array
    occupancy: Array


def chat_line(
    contacts_per_second: ArrayLike,
    agents: ArrayLike,
    aht_by_concurrency_seconds: Sequence[float],
    answer_within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
    service_level_definition: str = "offered",
) -> ChatLine:
    """Chat line; the arrays broadcast, the handle times hold for all.

    A fraction of an agent is time: 4.3 agents are 5 for 30 % of the interval and 4 for the rest, and every measure is
    mixed so. Raises `BadValue` for handle times that are not above 0.
    """
    times = checked_times(aht_by_concurrency_seconds)
    rate, number, within, patience = broadcast(
        contacts_per_second=contacts_per_second,
        agents=agents,
        answer_within_seconds=answer_within_seconds,
        patience_seconds=patience_seconds,
    )
    patience = np.where(np.isnan(patience), np.inf, patience)
    r, t, p, n = (values.ravel() for values in (rate, within, patience, number))
    fields = _solve(times, np.floor(n), r, t, p, service_level_definition)
    part = n % 1 > 0
    if part.any():
        more = _solve(times, np.ceil(n[part]), r[part], t[part], p[part], service_level_definition)
        share = n[part] % 1
        for field, upper in zip(fields, more, strict=True):
            field[part] = (1.0 - share) * field[part] + share * upper
    return ChatLine(*(values.reshape(rate.shape) for values in fields))


def required_chat_agents(
    contacts_per_second: ArrayLike,
    aht_by_concurrency_seconds: Sequence[float],
    goals: ServiceGoals,
    *,
    patience_seconds: ArrayLike | None = None,
    fractional: bool = False,
) -> RequiredAgents:
    """The least agents that meet every goal at once; goals as in `required_agents`, arrays broadcast.

    A fractional answer is the share of the interval that the last agent is needed for (see `chat_line`). The cap on
    occupancy counts places in use. Raises `BadValue` as `chat_line` does.
    """
    times = checked_times(aht_by_concurrency_seconds)
    rate, patience, level, within, asa, occupancy, abandon = broadcast(
        contacts_per_second=contacts_per_second,
        patience_seconds=patience_seconds,
        service_level=goals.service_level,
        answer_within_seconds=goals.answer_within_seconds,
        asa_seconds=goals.asa_seconds,
        max_occupancy=goals.max_occupancy,
        max_abandon_share=goals.max_abandon_share,
    )
    patience = np.where(np.isnan(patience), np.inf, patience)
    leaves = np.isfinite(patience)
    hopeless = (level >= 1) | (asa == 0) | (occupancy == 0) | (leaves & (abandon == 0))
    out = np.where(rate == 0, 0.0, np.where(np.isnan(rate), np.nan, np.inf))
    rows = (rate > 0) & ~hopeless
    limits = _Limits(*(values[rows] for values in (1.0 - level, asa, occupancy, abandon)))
    out[rows] = _size(
        times, limits, goals.service_level_definition, (rate[rows], within[rows], patience[rows]), fractional
    )
    return RequiredAgents(agents=out, attainable=np.isfinite(out))


@dataclass(frozen=True)
class _Limits:
    """Upper limits of what is missed, the wait, the occupancy and the hang-ups; NaN = not applied. 1-d arrays."""

    missed: Array
    asa: Array
    occupancy: Array
    abandon: Array

    def over(self, rows: Rows, found: tuple[Array, ...], edge: float) -> tuple[Array, ...]:
        """By how much each limit is broken (above 0) with what was found; -1 where it is not applied."""
        _, lost, level, wait, busy = found
        pairs = ((1.0 - level, self.missed), (wait, self.asa), (busy, self.occupancy), (lost, self.abandon))
        excess = (value - limit[rows] * (1.0 + edge) for value, limit in pairs)
        return tuple(np.where(np.isnan(part), -1.0, part) for part in excess)


def _size(
    times: Array, limits: _Limits, definition: str, inputs: tuple[Array, Array, Array], fractional: bool
) -> Array:
    rate, within, patience = inputs
    waits = bool(np.any(~np.isnan(limits.asa)))

    def found(rows: Rows, n: Array, edge: float = 0.0) -> tuple[Array, ...]:
        line = _solve(times, n, rate[rows], within[rows], patience[rows], definition, waits=waits)
        return limits.over(rows, line, edge)

    def excess(rows: Rows, n: Array) -> Array:
        return np.asarray(np.max(found(rows, n, KNIFE_EDGE), axis=0))

    load = rate * times[-1] / times.size
    guess = np.ceil(load + 0.3 * np.sqrt(load))
    n = least(excess, np.zeros_like(load), guess, 0.2 * np.sqrt(load), whole=True)
    if not fractional:
        return n
    rows = np.flatnonzero(n > 0)
    share = np.zeros(rows.size)
    for below, above in zip(found(rows, n[rows] - 1.0), found(rows, n[rows]), strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = np.where(below > 0, np.where(np.isinf(below), 1.0, below / (below - above)), 0.0)
        share = np.maximum(share, needed)
    out = n.copy()
    out[rows] = n[rows] - 1.0 + np.clip(share, 0.0, 1.0)
    return out


def checked_times(aht_by_concurrency_seconds: Sequence[float]) -> Array:
    """The handle times with 1, 2, … contacts as an array. Raises `BadValue` where one is not above 0."""
    times = np.asarray(aht_by_concurrency_seconds, dtype=np.float64)
    if times.size == 0 or bool(np.any(~(times > 0))):
        raise BadValue("handle times above 0 seconds", column="aht_by_concurrency_seconds", found=list(times))
    return times


def _solve(
    times: Array,
    agents: Array,
    rate: Array,
    within: Array,
    patience: Array,
    definition: str,
    *,
    waits: bool = True,
) -> tuple[Array, Array, Array, Array, Array]:
    """p_wait, hang-ups, service level, wait of the served (where asked), occupancy; 1-d arrays, whole agents."""
    full = np.maximum(agents * times.size / times[-1], 1e-300)
    endless = (rate > 0) & np.isinf(patience) & (rate >= full)
    p_wait = np.where((agents == 0) | endless, 1.0, 0.0)
    lost = np.where((agents == 0) & np.isfinite(patience), 1.0, 0.0)
    level, busy = 1.0 - p_wait, np.where(endless, 1.0, 0.0)
    asa = np.where(endless, np.inf, 0.0)
    rows = (agents > 0) & (rate > 0) & ~endless
    if rows.any():
        line, used, wait = _chat(times, rate[rows], agents[rows], within[rows], patience[rows], waits)
        p_wait[rows], busy[rows], asa[rows] = line.p_wait, used, wait
        lost[rows] = np.where(np.isinf(patience[rows]), 0.0, line.abandon_share)
        level[rows] = np.clip(line.level(definition), 0.0, 1.0)
    return p_wait, lost, level, asa, busy


def _chat(
    times: Array, rate: Array, agents: Array, within: Array, patience: Array, waits: bool
) -> tuple[Line, Array, Array]:
    """The line, the share of places in use and the wait of the served, for rows with agents and a stable line."""
    unit = times[-1]
    load, full = rate * unit, agents * times.size
    patience = np.minimum(patience / unit, VERY_PATIENT)
    log_ahead, inside = _states(times, rate, agents)
    line = line_with_hang_ups(load, full, log_ahead, within / unit, patience)
    used = np.minimum(line.p_at_once * inside / full + line.p_wait, 1.0)
    wait = mean_wait_of_served(load, full, patience) if waits else np.zeros_like(load)
    wait = unit * line.p_wait * divided(wait, line.served_share)
    return line, used, wait


def _states(times: Array, rate: Array, agents: Array) -> tuple[Array, Array]:
    """log E and the mean number in service while a place is free, by the recursion E_m = 1 + R(m)/λ E_(m-1).

    E_m = Σ_{j≤m} p_j / p_m, needed at m = nk - 1; rows with fewer places stop earlier.
    """
    per_agent = np.concatenate([[0.0], np.arange(1, times.size + 1) / times])
    last = agents * times.size - 1.0
    total, mean = np.ones_like(rate), np.zeros_like(rate)
    rows = np.arange(rate.size)
    m = 1.0
    with np.errstate(over="ignore"):
        while rows.size:
            rows = rows[last[rows] >= m]
            level, extra = np.divmod(m, agents[rows])
            q = level.astype(np.intp)
            ends = extra * per_agent[np.minimum(q + 1, times.size)] + (agents[rows] - extra) * per_agent[q]
            carried = np.minimum(total[rows] * ends / rate[rows], 1e280)
            mean[rows] = (m + carried * mean[rows]) / (1.0 + carried)
            total[rows] = 1.0 + carried
            m += 1.0
    return np.log(total), mean
