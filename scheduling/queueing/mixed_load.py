"""A line whose load is not one number: it changes inside the interval, or is known up to a distribution only.

A load is given as K points, each with its share of the time. Each point is taken as a line in balance (a pointwise
stationary approximation: Green & Kolesar 1991), and what contacts see is the mean over the contacts of all points:
SL = Σ c_k SL(a_k, n). Sizing finds the least n for which these means keep every goal.

- `load_inside`: the modified offered load inside an interval, by Gauss-Legendre points in time. Contacts arrive evenly,
  so the shares of contacts are those of the time. While the load rises, contacts come faster than a line in balance at
  that load would have them: its hang-ups relieve it less. So patience counts in the shorter handle time `pace` × aht
  that the rate of arrivals and the load imply, and the last point may miss no more than `LAST_MOMENT` over the target,
  or the next interval would begin with a queue.
- `uncertain_load`: volume Λ ~ gamma with the given mean and coefficient of variation (Jongbloed & Koole 2001), by
  Gauss quadrature; where the mean handle time is uncertain too, the product of both. A busy day has more contacts, so
  E[Λ SL(Λ, n)] / E[Λ] is what a contact sees: c_k = w_k a_k / a.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv

from domain.errors import BadValue
from scheduling.queueing.broadcast import broadcast, divided
from scheduling.queueing.erlang_a import DEFINITIONS, NOBODY_HANGS_UP, Line, line_with_hang_ups
from scheduling.queueing.erlang_b import log_erlang_b
from scheduling.queueing.erlang_c import log_erlang_c
from scheduling.queueing.search import Rows, least
from scheduling.queueing.sizing import KNIFE_EDGE, RequiredAgents, ServiceGoals, required_agents
from scheduling.queueing.special import Array, log_inverse_erlang_b
from scheduling.queueing.wait_of_served import mean_wait_of_served

POINTS_IN_TIME = 4
POINTS_OF_VOLUME = 32
CHUNK = 2048
PACE_LEAST = 0.01
LAST_MOMENT = 0.05  # share of contacts
SPARE_SHARE = 1e-6  # a line where nobody hangs up needs this share more than its mean load


@dataclass(frozen=True)
class MixedLoad:
    """(rows, K) loads in Erlangs; the share of the time and the share of the contacts that each point has.

    `pace`: load ÷ (arrival rate × handle time), 1 for a line in balance, less while the load rises.
    """

    erlangs: Array
    time_share: Array
    contact_share: Array
    pace: Array

    def at(self, rows: Rows | NDArray[np.bool_]) -> MixedLoad:
        """Some of the rows."""
        return MixedLoad(self.erlangs[rows], self.time_share[rows], self.contact_share[rows], self.pace[rows])

    @property
    def rises(self) -> NDArray[np.bool_]:
        """(rows,) whether the last point is the one that counts most."""
        return np.asarray(self.pace.min(axis=1) < 1.0)

    @property
    def mean(self) -> Array:
        """(rows,) Erlangs, mean over the time."""
        return np.asarray((self.erlangs * self.time_share).sum(axis=1))


@dataclass(frozen=True)
class MixedLine:
    """(rows,) what contacts see; `asa_seconds` is the mean wait of those served."""

    service_level: Array
    asa_seconds: Array
    abandon_share: Array
    occupancy: Array


def load_inside(
    start_erlangs: ArrayLike, target_erlangs: ArrayLike, aht_seconds: ArrayLike, interval_seconds: ArrayLike
) -> MixedLoad:
    """Modified offered load inside intervals: from `start` towards `target` = the load of the interval's own contacts.

    m(s) = target + (start - target) e^(-s/aht), at Gauss-Legendre points of the interval. 1-d arrays that broadcast.
    """
    start, target, aht, interval = (np.atleast_1d(values) for values in broadcast(
        start_erlangs=start_erlangs, target_erlangs=target_erlangs, aht_seconds=aht_seconds,
        interval_seconds=interval_seconds,
    ))  # fmt: skip
    nodes, weights = np.polynomial.legendre.leggauss(POINTS_IN_TIME)
    with np.errstate(divide="ignore", invalid="ignore"):
        span = np.where(aht > 0, interval / aht, np.inf)[:, None] * (nodes + 1.0) / 2.0
    shares = np.broadcast_to(weights / 2.0, span.shape)
    erlangs = target[:, None] + (start - target)[:, None] * np.exp(-span)
    with np.errstate(divide="ignore", invalid="ignore"):
        pace = np.clip(np.where(target[:, None] > 0, erlangs / target[:, None], 1.0), PACE_LEAST, 1.0)
    return MixedLoad(erlangs, shares, shares, pace)


def uncertain_load(load_erlangs: ArrayLike, cv: ArrayLike, aht_cv: ArrayLike = 0.0) -> MixedLoad:
    """A load that is gamma distributed around its mean, by its volume and by its mean handle time, independently.

    `cv`, `aht_cv`: standard deviation ÷ mean of the two; that of the load is √((1 + cv²)(1 + aht_cv²) − 1) (Goodman
    1960, eq. 2). A load of f times its mean has f^p times its contacts, p the volume's share of the variance of log f
    (exact for lognormal factors). 1-d arrays that broadcast. Points: Gauss-Legendre in the probability scale, so that
    any cv is handled.
    """
    load, cv, aht_cv = broadcast(
        load_erlangs=np.atleast_1d(np.asarray(load_erlangs, dtype=float)), cv=cv, aht_cv=aht_cv
    )
    spread = np.where(aht_cv > 0, np.sqrt((1.0 + cv**2) * (1.0 + aht_cv**2) - 1.0), cv)
    nodes, weights = np.polynomial.legendre.leggauss(POINTS_OF_VOLUME)
    chance = (nodes + 1.0) / 2.0
    shape = 1.0 / np.maximum(spread, 1e-6)[:, None] ** 2
    factor = np.where(spread[:, None] > 0, gammaincinv(shape, chance) / shape, 1.0)
    time = np.broadcast_to(weights / 2.0, factor.shape)
    factor = factor / (factor * time).sum(axis=1, keepdims=True)  # the tails that quadrature cuts keep the mean
    part = np.divide(np.log1p(cv**2), np.log1p(spread**2), out=np.ones_like(spread), where=aht_cv > 0)
    contacts = time * factor ** part[:, None]
    contacts = np.where(aht_cv[:, None] > 0, contacts / contacts.sum(axis=1, keepdims=True), contacts)
    return MixedLoad(load[:, None] * factor, time, contacts, np.ones_like(factor))


def mixed_line(
    load: MixedLoad,
    agents: ArrayLike,
    aht_seconds: ArrayLike,
    answer_within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
    definition: str = "offered",
) -> MixedLine:
    """What the contacts of a mixed load see with given agents; arguments broadcast to the rows of the load.

    Where nobody hangs up, points with load ≥ agents have service level 0 and an endless wait. Raises `BadValue` for
    negative numbers and unknown definitions.
    """
    _check_definition(definition)
    number, aht, within, patience, _ = broadcast(
        agents=agents, aht_seconds=aht_seconds, answer_within_seconds=answer_within_seconds,
        patience_seconds=np.inf if patience_seconds is None else patience_seconds, rows=np.zeros(len(load.erlangs)),
    )  # fmt: skip
    times = _Times.of(aht, within, np.where(np.isnan(patience), np.inf, patience))
    out = [np.full(number.size, np.nan) for _ in range(4)]
    for part in _chunks(np.arange(number.size)):
        line, wait, busy, _ = _means(load.at(part), np.maximum(number[part], 1e-12), times.at(part), waits=True)
        served = divided(wait, line.served_share) * aht[part]
        for target, values in zip(out, (line.level(definition), served, line.abandon_share, busy), strict=True):
            target[part] = values
    return MixedLine(np.clip(out[0], 0.0, 1.0), out[1], np.clip(out[2], 0.0, 1.0), np.minimum(out[3], 1.0))


def required_agents_mixed(
    load: MixedLoad,
    aht_seconds: ArrayLike,
    goals: ServiceGoals,
    *,
    patience_seconds: ArrayLike | None = None,
    fractional: bool = False,
) -> RequiredAgents:
    """The least agents for which the means over a mixed load meet every goal: `required_agents` for K points a row.

    Arguments and goals broadcast to the rows of the load. Raises `BadValue` as `required_agents` does.
    """
    _check_definition(goals.service_level_definition)
    mean = load.mean
    aht, patience, level, within, asa, occupancy, abandon, mean = broadcast(
        aht_seconds=aht_seconds, patience_seconds=patience_seconds, service_level=goals.service_level,
        answer_within_seconds=goals.answer_within_seconds, asa_seconds=goals.asa_seconds,
        max_occupancy=goals.max_occupancy, max_abandon_share=goals.max_abandon_share, load=mean,
    )  # fmt: skip
    guess = required_agents(mean, aht, goals, patience_seconds=patience, fractional=fractional).agents
    out = guess.copy()
    patience = np.where(np.isnan(patience), np.inf, patience)
    times = _Times.of(aht, within, patience)
    scale = np.where(aht > 0, aht, 1.0)
    last = np.where(load.rises, np.minimum(1.0 - level + LAST_MOMENT, 1.0), np.nan)
    limits = np.array([1.0 - level, asa / scale, occupancy, abandon, last])
    rows = np.flatnonzero(np.isfinite(guess) & (mean > 0) & (load.erlangs.max(axis=1) > 0) & (guess > 0))
    for part in _chunks(rows):
        out[part] = _size(load.at(part), times.at(part), limits[:, part], guess[part], goals, fractional)
    return RequiredAgents(agents=out, attainable=np.isfinite(out))


@dataclass(frozen=True)
class _Times:
    """(rows,) threshold and patience in handle times."""

    within: Array
    patience: Array

    @staticmethod
    def of(aht: Array, within: Array, patience: Array) -> _Times:
        scale = np.where(aht > 0, aht, 1.0)
        return _Times(np.where(aht > 0, within / scale, np.where(within > 0, np.inf, 0.0)), patience / scale)

    def at(self, rows: Rows) -> _Times:
        return _Times(self.within[rows], self.patience[rows])


def _size(load: MixedLoad, times: _Times, limits: Array, guess: Array, goals: ServiceGoals, fractional: bool) -> Array:
    edge = 0.0 if fractional else KNIFE_EDGE
    waits = bool(np.any(~np.isnan(limits[1])))
    with np.errstate(divide="ignore"):
        log_limits = np.log(limits) + edge

    def excess(part: Rows, n: Array) -> Array:
        line, wait, busy, last = _means(load.at(part), n, times.at(part), waits=waits)
        missed = line.missed(goals.service_level_definition)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.log([missed, divided(wait, line.served_share), busy, line.abandon_share, last])
        over = found - log_limits[:, part]
        return np.asarray(np.max(np.where(np.isnan(over), -np.inf, over), axis=0))

    endless = times.patience >= NOBODY_HANGS_UP
    mean = load.mean
    if fractional:
        lower = np.where(endless, mean * (1.0 + SPARE_SHARE), 1e-12)
    else:
        lower = np.where(endless, np.floor(mean) + 1.0, 1.0)
    return least(excess, lower, np.maximum(guess, lower), 0.05 * np.sqrt(mean) + 0.1, whole=not fractional)


def _means(load: MixedLoad, agents: Array, times: _Times, *, waits: bool) -> tuple[Line, Array, Array, Array]:
    """The line of the mean contact; its wait (in handle times, hang-ups as 0); the busy share of the agents.

    Also the share that is not answered in time at the last point.
    """
    count, points = load.erlangs.shape
    a = load.erlangs.ravel()
    n, within, patience = (np.repeat(values, points) for values in (agents, times.within, times.patience))
    parts = np.zeros((len(fields(Line)), a.size))
    wait = np.zeros(a.size)
    patience = patience / load.pace.ravel()
    endless = patience >= NOBODY_HANGS_UP
    leaving, patient = np.flatnonzero((a > 0) & ~endless), np.flatnonzero((a > 0) & endless)
    names = [field.name for field in fields(Line)]
    for name in ("served_share", "p_at_once", "in_time", "in_time_virtual", "in_time_either"):  # of no load
        parts[names.index(name)] = 1.0
    if leaving.size:
        own = (a[leaving], n[leaving])
        line = line_with_hang_ups(
            *own, log_inverse_erlang_b(own[0], own[1] - 1.0), within[leaving], patience[leaving], levels=True
        )
        parts[:, leaving] = [getattr(line, name) for name in names]
        if waits:
            wait[leaving] = mean_wait_of_served(*own, patience[leaving]) * line.p_wait
    if patient.size:
        parts[:, patient], wait[patient] = _patient(a[patient], n[patient], within[patient], names)
    shaped = parts.reshape(len(names), count, points)
    mean = Line(*(shaped * load.contact_share).sum(axis=2))
    served = shaped[names.index("served_share")]
    busy = (load.time_share * np.minimum(load.erlangs * served, agents[:, None])).sum(axis=1) / agents
    late = shaped[names.index("late_served"), :, -1] + shaped[names.index("abandon_share"), :, -1]
    return mean, (wait.reshape(count, points) * load.contact_share).sum(axis=1), busy, late


def _patient(load: Array, agents: Array, within: Array, names: list[str]) -> tuple[Array, Array]:
    """The fields of a `Line` where nobody hangs up (rows in the order of `names`), and the mean wait."""
    p_wait = np.exp(log_erlang_c(load, agents, log_erlang_b(load, agents)))
    spare = agents - load
    with np.errstate(divide="ignore", invalid="ignore"):
        late = np.where(spare > 0, p_wait * np.exp(-np.where(within == 0, 0.0, np.maximum(spare, 0.0) * within)), 1.0)
        wait = np.where(spare > 0, p_wait / spare, np.inf)
    one, none = np.ones_like(load), np.zeros_like(load)
    values = dict.fromkeys(("late", "late_stayed", "late_served"), late)
    values |= dict.fromkeys(("in_time", "in_time_virtual", "in_time_either"), one - late)
    values |= {"p_wait": p_wait, "p_at_once": one - p_wait, "abandon_share": none, "served_share": one}
    return np.array([values[name] for name in names]), wait


def _chunks(rows: Rows) -> list[Rows]:
    return [rows[begin : begin + CHUNK] for begin in range(0, rows.size, CHUNK)]


def _check_definition(definition: str) -> None:
    if definition not in DEFINITIONS:
        raise BadValue(f"one of {', '.join(DEFINITIONS)}", column="service_level_definition", found=definition)
