"""Erlang A (M/M/n+M): contacts wait, but each hangs up after an exponential patience. Stable at any load.

Waits are counted in handle times. With a = load, n agents, θ = aht ÷ patience, x = n/θ, y = a/θ (arrivals per mean
patience), y_T = y e^(-θT), A and S as in `special.py`, E = 1/B(a, n-1) and D = E + (a/n) A(x, y):

    P(wait)            p = (a/n) A / D
    hang up            p S / (y A)
    P(V > T)           p e^(g(T)) A(x, y_T) / A,    g(T) = y (1 - e^(-θT)) - n T,  V the wait a very patient contact has
    served after T     (n/a) P(V > T) (A(x, y_T) - 1) / A(x, y_T)

Every quantity is a sum of positive terms on the side where it is small, so that relative digits survive.

Source: Palm 1957; Garnett, Mandelbaum & Reiman 2002; Mandelbaum & Zeltyn 2007, "Service engineering in action: the
Palm/Erlang-A queue", section 2. The form with y_T follows from its building blocks by substitution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaincc

from domain.errors import BadValue
from scheduling.queueing.broadcast import broadcast, divided
from scheduling.queueing.erlang_c import erlang_c
from scheduling.queueing.special import Array, WaitingSums, exponential_rest, log_inverse_erlang_b, waiting_sums
from scheduling.queueing.wait_of_served import mean_wait_of_served

Flags = NDArray[np.bool_]
DEFINITIONS = ("offered", "virtual", "answered", "excluding_short", "abandons_good")
NOBODY_HANGS_UP = 1e13  # patience in handle times from which Erlang C is the same to all digits


@dataclass(frozen=True)
class ErlangA:
    """Arrays of one shape. Five service levels, because "80 % in 20 s" is counted in five ways:

    - `service_level_offered`: answered within the threshold ÷ all offered (`service_level` is the same);
    - `service_level_virtual`: would have been answered within the threshold, had everybody stayed;
    - `service_level_answered`: answered within ÷ answered;
    - `service_level_excluding_short`: answered within ÷ (offered - hung up within);
    - `service_level_abandons_good`: answered or hung up within ÷ offered.

    `asa_seconds` is the mean wait of those served, `asa_all_seconds` of all, hang-ups included.
    """

    p_wait: Array
    abandon_share: Array
    service_level_offered: Array
    service_level_virtual: Array
    service_level_answered: Array
    service_level_excluding_short: Array
    service_level_abandons_good: Array
    asa_seconds: Array
    asa_all_seconds: Array
    occupancy: Array

    @property
    def service_level(self) -> Array:
        """Share of the offered that is answered within the threshold."""
        return self.service_level_offered

    def service_level_by(self, definition: str) -> Array:
        """The service level counted one of the five ways. Raises `BadValue` for another name."""
        if definition not in DEFINITIONS:
            raise BadValue(f"one of {', '.join(DEFINITIONS)}", column="service_level_definition", found=definition)
        return np.asarray(getattr(self, f"service_level_{definition}"))


@dataclass(frozen=True)
class Line:
    """What a threshold does to a line with hang-ups: shares of all offered, and their complements where small.

    `late`: P(V > T); `late_stayed`: neither answered nor hung up within T; `late_served`: served after T.
    """

    p_wait: Array
    p_at_once: Array
    abandon_share: Array
    served_share: Array
    late: Array
    late_stayed: Array
    late_served: Array
    in_time: Array
    in_time_virtual: Array
    in_time_either: Array

    def level(self, definition: str) -> Array:
        """The service level counted one of the five ways."""
        if definition == "offered":
            return self.in_time
        if definition == "virtual":
            return self.in_time_virtual
        if definition == "answered":
            return divided(self.in_time, self.served_share)
        if definition == "excluding_short":
            return divided(self.in_time, self.in_time + self.late_stayed)
        return self.in_time_either

    def missed(self, definition: str) -> Array:
        """1 - service level, with its digits where the level is close to 1."""
        if definition == "offered":
            return self.abandon_share + self.late_served
        if definition == "virtual":
            return self.late
        if definition == "answered":
            return divided(self.late_served, self.served_share)
        if definition == "excluding_short":
            return divided(self.late_stayed, self.late_stayed + self.in_time)
        return self.late_stayed


def erlang_a(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    aht_seconds: ArrayLike,
    answer_within_seconds: ArrayLike,
    patience_seconds: ArrayLike,
) -> ErlangA:
    """Waiting system with hang-ups; all arguments broadcast, agents may be fractional.

    Infinite patience (or None) is Erlang C. Without agents nobody is served. Raises `BadValue` for negative numbers
    and for a patience of 0.
    """
    load, number, aht, within, patience = broadcast(
        load_erlangs=load_erlangs,
        agents=agents,
        aht_seconds=aht_seconds,
        answer_within_seconds=answer_within_seconds,
        patience_seconds=patience_seconds,
    )
    if bool(np.any(patience == 0)):
        raise BadValue("a mean patience above 0 seconds", column="patience_seconds", found=0)
    patience = np.where(np.isnan(patience), np.inf, patience)
    fields = [np.full(load.shape, np.nan) for _ in range(10)]
    with np.errstate(divide="ignore"):
        endless = patience >= NOBODY_HANGS_UP * aht
    usual = (load > 0) & (number > 0) & ~endless
    for rows, solve in (
        (usual, _usual),
        (endless, _like_erlang_c),
        (~usual & ~endless, _nothing_to_queue),
    ):
        if rows.any():
            for field, values in zip(
                fields, solve(load[rows], number[rows], aht[rows], within[rows], patience[rows]), strict=True
            ):
                field[rows] = values
    return ErlangA(*fields)


def _usual(load: Array, agents: Array, aht: Array, within: Array, patience: Array) -> tuple[Array, ...]:
    line = line_with_hang_ups(load, agents, log_inverse_erlang_b(load, agents - 1.0), within / aht, patience / aht)
    asa = aht * mean_wait_of_served(load, agents, patience / aht) * divided(line.p_wait, line.served_share)
    return (
        line.p_wait,
        line.abandon_share,
        *(line.level(definition) for definition in DEFINITIONS),
        asa,
        line.abandon_share * patience,
        np.minimum(load * line.served_share / agents, 1.0),
    )


def _like_erlang_c(load: Array, agents: Array, aht: Array, within: Array, patience: Array) -> tuple[Array, ...]:
    found = erlang_c(load, agents, aht, within)
    level = found.service_level
    none = np.zeros_like(level)
    asa = found.asa_seconds
    return (found.p_wait, none, level, level, level, level, level, asa, asa, found.occupancy)


def _nothing_to_queue(load: Array, agents: Array, aht: Array, within: Array, patience: Array) -> tuple[Array, ...]:
    """Without agents everybody hangs up, else there is no load and nobody waits."""
    lost = np.where(agents == 0, 1.0, 0.0)
    early = np.where(agents == 0, -np.expm1(-within / patience), 1.0)
    level, zero = 1.0 - lost, np.zeros_like(load)
    return (lost, lost, level, level, level, level, early, zero, lost * patience, zero)


def line_with_hang_ups(
    load: Array, rate: Array, log_ahead: Array, within: Array, patience: Array, *, levels: bool = True
) -> Line:
    """The waiting line in front of a station that works at `rate` when full. Equal shapes, times in handle times.

    `load` is the arrival rate and `rate` the service rate of the full station, both per handle time; `log_ahead` is
    log E, E = Σ_{j not full} p_j ÷ p_(last state before full). For Erlang A, rate = agents and E = 1/B(load, agents-1).
    Without `levels` the shares in time are left at what 1 - missed gives, which is enough to size with.
    """
    u = within / patience
    kept = np.exp(-u)
    x, y = rate * patience, load * patience
    y_then = y * kept
    now, then = waiting_sums(x, y), waiting_sums(x, y_then)
    odds = log_ahead - np.log(load / rate) - now.log_sum
    with np.errstate(over="ignore"):
        p_wait = 1.0 / (1.0 + np.exp(odds))
        p_at_once = 1.0 / (1.0 + np.exp(-odds))
    abandon = p_wait * now.mean
    served = np.where(load > rate, p_at_once + p_wait * (rate / load) * now.beyond, 1.0 - abandon)
    growth = (load - rate) * within - y * exponential_rest(u)
    ratio = np.minimum(growth + then.log_sum - now.log_sum, 0.0)
    heavy = ~np.isnan(now.share)  # there the ratio is one of incomplete gamma functions, free of large logarithms
    still = _share_still_waiting(x, y_then, now, then, ratio, heavy)
    late = p_wait * still
    late_served = late * then.beyond * (rate / load)
    in_time, virtual = 1.0 - abandon - late_served, 1.0 - late
    if levels:
        gone = _share_gone(x, y, y_then, now, still)
        soon = (rate / load) * (gone + np.exp(growth - now.log_sum) - np.exp(-now.log_sum))
        direct = p_at_once + p_wait * np.maximum(soon, 0.0)
        in_time = np.where((load > rate) & (direct < 0.5), direct, in_time)
        virtual = p_at_once + p_wait * gone
    return Line(
        p_wait=p_wait,
        p_at_once=p_at_once,
        abandon_share=abandon,
        served_share=served,
        late=late,
        late_stayed=late * kept,
        late_served=late_served,
        in_time=in_time,
        in_time_virtual=virtual,
        in_time_either=virtual - late * np.expm1(-u),
    )


def _share_still_waiting(
    x: Array, y_then: Array, now: WaitingSums, then: WaitingSums, ratio: Array, heavy: Flags
) -> Array:
    """P(V > T | V > 0)."""
    still = np.exp(ratio)
    known = heavy & ~np.isnan(then.share)
    still[known] = np.minimum(then.share[known] / now.share[known], 1.0)
    far = heavy & np.isnan(then.share)
    if far.any():
        still[far] = np.minimum(gammainc(x[far], y_then[far]) / now.share[far], 1.0)
    return still


def _share_gone(x: Array, y: Array, y_then: Array, now: WaitingSums, still: Array) -> Array:
    """P(V ≤ T | V > 0). It is small only in overload, where the complements of the gammas keep its digits."""
    gone = 1.0 - still
    over = now.share > 0.5
    if over.any():
        xs = x[over]
        gone[over] = np.maximum(gammaincc(xs, y_then[over]) - gammaincc(xs, y[over]), 0.0) / now.share[over]
    return gone
