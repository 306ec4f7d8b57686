"""Modified offered load: contacts in service when nobody has to wait, following an arrival rate that changes in steps.

With exponential handle times the mean number m in service obeys m' = λ - m/aht, so inside interval i, where a_i is its
offered load:  m(s) = a_i + (m_0 - a_i) e^(-s/aht).  Sizing with it instead of a_i carries contacts over from one
interval to the next; it matters where handle times are long against the interval (Jagerman 1975; Green, Kolesar & Whitt
2007, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scheduling.queueing.broadcast import broadcast
from scheduling.queueing.special import Array


@dataclass(frozen=True)
class OfferedLoad:
    """Erlangs per interval: mean over it, at its end, the largest inside it, and at its start."""

    mean: Array
    end: Array
    maximum: Array
    start: Array


def modified_offered_load(
    load_erlangs: ArrayLike,
    aht_seconds: ArrayLike,
    interval_seconds: ArrayLike,
    *,
    begins: ArrayLike | None = None,
) -> OfferedLoad:
    """Modified offered load of consecutive intervals, in order of time (1-d arrays or scalars that broadcast).

    `load_erlangs` is offered × aht ÷ interval of each interval. Where `begins` is True the queue has just opened and
    nobody is in service; the first interval always begins. Raises `BadValue` for negative numbers.
    """
    load, aht, interval = broadcast(
        load_erlangs=np.atleast_1d(np.asarray(load_erlangs, dtype=float)),
        aht_seconds=aht_seconds,
        interval_seconds=interval_seconds,
    )
    fresh = np.zeros(load.size, dtype=bool) if begins is None else np.array(begins, dtype=bool)
    span = np.where(aht > 0, interval / np.where(aht > 0, aht, 1.0), np.inf)
    kept = np.exp(-span)
    start = _starts(load, kept, fresh)
    mean_kept = np.where(span > 0, -np.expm1(-span) / np.where(span > 0, span, 1.0), 1.0)
    end = load + (start - load) * kept
    return OfferedLoad(mean=load + (start - load) * mean_kept, end=end, maximum=np.maximum(start, end), start=start)


def _starts(load: Array, kept: Array, fresh: NDArray[np.bool_]) -> Array:
    start = np.zeros_like(load)
    now = 0.0
    for i, (level, share, opens) in enumerate(zip(load.tolist(), kept.tolist(), fresh.tolist(), strict=True)):
        start[i] = now = 0.0 if opens else now
        now = level + (now - level) * share
    return start


def lagged_load(
    load_erlangs: ArrayLike, aht_seconds: ArrayLike, interval_seconds: float, *, begins: ArrayLike | None = None
) -> Array:
    """Offered load of the arrival rate one mean handle time ago: lagged SIPP (Green, Kolesar & Soares 2001).

    The lag is the mean age of a contact in service, aht (1 + cv²) / 2, with cv 1. Arguments as in
    `modified_offered_load`, intervals of one length; before the queue opened the rate was 0.
    """
    load, aht = broadcast(load_erlangs=np.atleast_1d(np.asarray(load_erlangs, dtype=float)), aht_seconds=aht_seconds)
    fresh = np.zeros(load.size, dtype=bool) if begins is None else np.array(begins, dtype=bool)
    fresh[:1] = True
    rate = np.divide(load, aht, out=np.zeros_like(load), where=aht > 0)  # contacts a second
    opened = np.flatnonzero(fresh)
    out = np.empty_like(load)
    for first, behind in zip(opened, [*opened[1:], load.size], strict=True):
        edges = np.arange(behind - first + 1) * float(interval_seconds)
        reached = np.concatenate([[0.0], np.cumsum(rate[first:behind] * interval_seconds)])
        own = aht[first:behind]
        came = np.interp(edges[1:] - own, edges, reached) - np.interp(edges[:-1] - own, edges, reached)
        out[first:behind] = np.where(own > 0, came / interval_seconds * own, load[first:behind])
    return out
