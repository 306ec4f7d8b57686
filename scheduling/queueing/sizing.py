"""The least number of agents that keeps all targets together, whole or fractional, for many intervals at once.

Whole numbers are what a calculator answers; fractional ones (the continuous extension of the same formulas) are what a
plan carries, so that rounding happens once, on the roster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfcx, ndtr

from domain.errors import BadValue
from scheduling.queueing.broadcast import broadcast
from scheduling.queueing.erlang_a import DEFINITIONS, NOBODY_HANGS_UP, line_with_hang_ups
from scheduling.queueing.erlang_b import log_erlang_b
from scheduling.queueing.erlang_c import log_erlang_c
from scheduling.queueing.search import Rows, least
from scheduling.queueing.special import Array, log_inverse_erlang_b
from scheduling.queueing.wait_of_served import mean_wait_of_served

KNIFE_EDGE = 1e-9  # a load of 35.7 at occupancy 0.85 needs 42 agents, although 35.7 / 0.85 > 42 in binary
CHUNK = 8192
JUST_ABOVE = 1e-6  # without another target a fractional Erlang C line needs this share more than its load


@dataclass(frozen=True)
class RequiredAgents:
    """Arrays of one shape. `agents` is inf where `attainable` is False: no number of agents reaches the target."""

    agents: Array
    attainable: NDArray[np.bool_]


@dataclass(frozen=True)
class ServiceGoals:
    """Targets, each a number or an array; None and NaN are not applied.

    `service_level` is a share, counted by `service_level_definition` (see `ErlangA`); `max_abandon_share` binds only
    where contacts hang up; `asa_seconds` caps the mean wait of those served.
    """

    service_level: ArrayLike | None = None
    answer_within_seconds: ArrayLike = 0.0
    asa_seconds: ArrayLike | None = None
    max_occupancy: ArrayLike | None = None
    max_abandon_share: ArrayLike | None = None
    service_level_definition: str = "offered"


@dataclass(frozen=True)
class _Rows:
    """One row per interval, 1-d arrays, times in handle times; NaN = not applied."""

    load: Array
    patience: Array
    missed: Array
    within: Array
    asa: Array
    occupancy: Array
    abandon: Array

    def at(self, rows: Rows | NDArray[np.bool_]) -> _Rows:
        return _Rows(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def required_agents(
    load_erlangs: ArrayLike,
    aht_seconds: ArrayLike,
    goals: ServiceGoals,
    *,
    patience_seconds: ArrayLike | None = None,
    fractional: bool = False,
) -> RequiredAgents:
    """The least agents that meet every goal at once: Erlang A where a patience is given, Erlang C elsewhere.

    All arguments and goals broadcast. No load needs no agents. An Erlang C line needs more agents than load. A service
    level of 1 (or an ASA or a share of hang-ups of 0) is not attainable. Raises `BadValue` for negative numbers, shares
    above 1 and unknown definitions.
    """
    if goals.service_level_definition not in DEFINITIONS:
        raise BadValue(
            f"one of {', '.join(DEFINITIONS)}", column="service_level_definition", found=goals.service_level_definition
        )
    load, aht, patience, level, within, asa, occupancy, abandon = broadcast(
        load_erlangs=load_erlangs,
        aht_seconds=aht_seconds,
        patience_seconds=patience_seconds,
        service_level=goals.service_level,
        answer_within_seconds=goals.answer_within_seconds,
        asa_seconds=goals.asa_seconds,
        max_occupancy=goals.max_occupancy,
        max_abandon_share=goals.max_abandon_share,
    )
    for name, share in (("service_level", level), ("max_occupancy", occupancy), ("max_abandon_share", abandon)):
        if bool(np.any(share > 1)):
            raise BadValue("a share of at most 1", column=name, found=float(np.nanmax(share)))
    shape = load.shape
    scale = np.where(aht > 0, aht, 1.0).ravel()
    patience = np.where(np.isnan(patience), np.inf, patience).ravel()
    rows = _Rows(
        load=load.ravel(),
        patience=patience / scale,
        missed=1.0 - level.ravel(),
        within=np.where(aht.ravel() > 0, within.ravel() / scale, np.where(within.ravel() > 0, np.inf, 0.0)),
        asa=np.where(aht.ravel() > 0, asa.ravel() / scale, np.inf),
        occupancy=occupancy.ravel(),
        abandon=abandon.ravel(),
    )
    agents = _size(rows, goals.service_level_definition, whole=not fractional).reshape(shape)
    return RequiredAgents(agents=agents, attainable=np.isfinite(agents))


def _size(rows: _Rows, definition: str, *, whole: bool) -> Array:
    leaves = rows.patience < NOBODY_HANGS_UP
    hopeless = (rows.missed <= 0) | (rows.asa == 0) | (rows.occupancy == 0) | (leaves & (rows.abandon == 0))
    out = np.where(rows.load == 0, 0.0, np.where(np.isnan(rows.load), np.nan, np.inf))
    usual = (rows.load > 0) & ~hopeless
    patient, leaving = np.flatnonzero(usual & ~leaves), np.flatnonzero(usual & leaves)
    for part in _chunks(patient):
        out[part] = _size_c(rows.at(part), whole)
    for part in _chunks(leaving):
        out[part] = _size_a(rows.at(part), definition, whole)
    return out


def _edge(whole: bool) -> float:
    """Whole agents that hit a target to the last digit are enough; a fraction of an agent can keep it in full."""
    return KNIFE_EDGE if whole else 0.0


def _chunks(rows: Rows) -> list[Rows]:
    """Pieces whose working arrays stay in the processor's cache."""
    return [rows[begin : begin + CHUNK] for begin in range(0, rows.size, CHUNK)]


def _size_c(rows: _Rows, whole: bool) -> Array:
    """Erlang C: the cap on occupancy is a plain bound, the search sees to the rest."""
    cap = np.fmax(rows.load / rows.occupancy, 0.0)
    if whole:
        lower = np.maximum(np.floor(rows.load) + 1.0, np.ceil(cap - KNIFE_EDGE))
    else:
        lower = np.maximum(rows.load * (1.0 + JUST_ABOVE), cap)
    edge = _edge(whole)
    log_missed, log_asa = np.log(rows.missed) + edge, np.log(rows.asa) + edge

    def excess(part: Rows, n: Array) -> Array:
        load = rows.load[part]
        log_wait = log_erlang_c(load, n, log_erlang_b(load, n))
        late = log_wait - (n - load) * rows.within[part] - log_missed[part]
        slow = log_wait - np.log(n - load) - log_asa[part]
        return _largest(late, slow)

    root = np.sqrt(rows.load)
    return least(excess, lower, rows.load + _safety(rows) * root, 0.05 * root + 0.05, whole=whole)


def _size_a(rows: _Rows, definition: str, whole: bool) -> Array:
    """Erlang A: stable at any load, so it may need fewer agents than load, or none."""
    out = np.zeros_like(rows.load)
    needed = ~_none_suffice(rows, definition)
    if not needed.any():
        return out
    rows = rows.at(needed)
    edge = _edge(whole)
    log_missed, log_abandon = np.log(rows.missed) + edge, np.log(rows.abandon) + edge
    log_occupancy, log_asa = np.log(rows.occupancy), np.log(rows.asa) + edge
    asks_asa = bool(np.any(~np.isnan(rows.asa)))

    def excess(part: Rows, n: Array) -> Array:
        load, patience = rows.load[part], rows.patience[part]
        ahead = log_inverse_erlang_b(load, n - 1.0)
        line = line_with_hang_ups(load, n, ahead, rows.within[part], patience, levels=False)
        with np.errstate(divide="ignore"):
            late = np.log(line.missed(definition)) - log_missed[part]
            lost = np.log(line.abandon_share) - log_abandon[part]
            busy = np.log(load * line.served_share / (n + edge * np.minimum(n, 1.0))) - log_occupancy[part]
            slow = np.full_like(n, np.nan)
            if asks_asa:
                wait = mean_wait_of_served(load, n, patience) * line.p_wait / line.served_share
                slow = np.log(wait) - log_asa[part]
        return _largest(late, lost, busy, slow)

    root = np.sqrt(rows.load)
    lower = np.ones_like(root) if whole else np.full_like(root, 1e-12)
    out[needed] = least(excess, lower, _guess_a(rows, definition), 0.05 * root + 0.1, whole=whole)
    return out


def _guess_a(rows: _Rows, definition: str) -> Array:
    """Agents by the normal approximation of the wait: mean ln(a/n)/θ, variance 1/(θn) (Whitt 2004), by bisection."""
    counts_lost = definition == "offered"
    low, high = np.zeros_like(rows.load), rows.load + 8.0 * np.sqrt(rows.load) + 2.0
    high = np.fmax(high, rows.load / rows.occupancy)
    within = np.minimum(rows.within, 1e6)
    missed, abandon, occupancy = (np.where(np.isnan(v), 1.0, v) for v in (rows.missed, rows.abandon, rows.occupancy))
    for _ in range(14):
        n = (low + high) / 2.0
        spread = np.sqrt(rows.patience / n)
        z = np.log(rows.load / n) * rows.patience / spread
        lost = np.minimum((np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi) + z * ndtr(z)) * spread / rows.patience, 1.0)
        late = ndtr(z - within / spread)
        far = late + (1.0 - late) * lost if counts_lost else late
        enough = (far <= missed) & (lost <= abandon) & (rows.load * (1.0 - lost) <= occupancy * n)
        low, high = np.where(enough, low, n), np.where(enough, n, high)
    return high


def _none_suffice(rows: _Rows, definition: str) -> NDArray[np.bool_]:
    """Whether the goals hold with no agents at all: everybody hangs up. Caps on ASA and occupancy ask for somebody."""
    early = rows.within / rows.patience if definition == "abandons_good" else np.zeros_like(rows.load)
    level = np.isnan(rows.missed) | (np.exp(-early) <= rows.missed)
    lost = np.isnan(rows.abandon) | (rows.abandon >= 1.0)
    return np.asarray(level & lost & np.isnan(rows.asa) & np.isnan(rows.occupancy))


def _largest(*parts: Array) -> Array:
    """Row by row the largest part that is applied; -inf where none is."""
    return np.asarray(np.fmax.reduce([np.where(np.isnan(part), -np.inf, part) for part in parts]))


def _safety(rows: _Rows) -> Array:
    """A first guess of (agents - load) / √load: Halfin & Whitt 1981, P(wait) ≈ 1 / (1 + β Φ(β)/φ(β)), by bisection."""
    low, high = np.zeros_like(rows.load), np.full_like(rows.load, 12.0)
    slope = np.where(np.isfinite(rows.within), np.sqrt(rows.load) * rows.within, 700.0)
    root_half_pi, root_half = np.sqrt(np.pi / 2.0), np.sqrt(0.5)
    for _ in range(8):
        beta = (low + high) / 2.0
        waits = 1.0 / (1.0 + beta * root_half_pi * erfcx(-beta * root_half))
        enough = waits * np.exp(-np.minimum(beta * slope, 700.0)) <= rows.missed
        low, high = np.where(enough, low, beta), np.where(enough, beta, high)
    return np.where(np.isnan(rows.missed), 0.1, high)


def required_agents_b(load_erlangs: ArrayLike, goals: ServiceGoals, *, fractional: bool = False) -> RequiredAgents:
    """The least agents of a loss system: `service_level` is the share not blocked, `max_occupancy` caps the busy share.

    The other goals are not applied: nobody waits and nobody hangs up. Raises `BadValue` as `required_agents` does.
    """
    load, level, occupancy = broadcast(
        load_erlangs=load_erlangs, service_level=goals.service_level, max_occupancy=goals.max_occupancy
    )
    shape = load.shape
    load, missed, occupancy = load.ravel(), 1.0 - level.ravel(), occupancy.ravel()
    out = np.where(load == 0, 0.0, np.where(np.isnan(load), np.nan, np.inf))
    usual = (load > 0) & ~(missed <= 0) & ~(occupancy == 0)
    edge = _edge(not fractional)
    a, log_missed, log_busy = load[usual], np.log(missed[usual]) + edge, np.log(occupancy[usual])

    def excess(part: Rows, n: Array) -> Array:
        log_block = log_erlang_b(a[part], n)
        with np.errstate(divide="ignore"):
            busy = np.log(a[part] * -np.expm1(log_block) / (n + edge)) - log_busy[part]
        return _largest(log_block - log_missed[part], busy)

    out[usual] = least(excess, np.zeros_like(a), a, 0.1 * np.sqrt(a) + 0.1, whole=not fractional)
    agents = out.reshape(shape)
    return RequiredAgents(agents=agents, attainable=np.isfinite(agents))
