"""Deferred work (e-mail, tickets): when to do work that may wait until a deadline, counted in opening hours.

The plan is plain and always feasible: the work that arrives in an interval is spread evenly over the open intervals
that begin after it arrived and end before it is due. With that capacity, whoever takes the earliest deadline first
finishes everything in time: if any order of work keeps all deadlines, that one does (Liu & Layland 1973).

What it assumes: arrivals of an interval are all there at its end; the earliest of them is due `deadline_hours` of
opening time after the interval's beginning; a deadline shorter than two intervals means "in the interval itself". Work
that arrives while the queue is closed is brought into its next open interval first (`gather_into_open`).

At the edges of the horizon: work whose time reaches beyond the end keeps its rate, so a part of it is left to do after
the horizon; and as much is taken to have been left over from before it (`carry_in`), as if a horizon like this one had
gone before. So capacity and work have the same total.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadValue
from scheduling.queueing.special import Array


def deferred_capacity(
    work_hours: ArrayLike, deadline_hours: float, interval_hours: float, *, carry_in: bool = True
) -> Array:
    """Agent-hours to work in each open interval, from the agent-hours that arrive in each (1-d, in order of time).

    Intervals are the queue's open ones, so the night between two of them takes no time off a deadline. With
    `carry_in=False` the horizon starts with an empty in-tray. Raises `BadValue` for negative work or no deadline.
    """
    work = np.atleast_1d(np.asarray(work_hours, dtype=np.float64))
    if bool(np.any(work < 0)):
        raise BadValue("numbers of at least 0", column="work_hours", found=float(np.nanmin(work)))
    if not deadline_hours > 0:
        raise BadValue("a deadline of more than 0 hours", column="deadline_hours", found=deadline_hours)
    window = max(int(deadline_hours / interval_hours + 1e-9) - 1, 0)
    if window == 0 or work.size == 0:
        return work.copy()
    return _spread(work, window, carry_in)


def gather_into_open(work_hours: Array, is_open: NDArray[np.bool_]) -> Array:
    """The work waiting at each open interval: its own, and what came in while the queue was closed before it.

    Arrays of all intervals in order of time; the result has one entry an open interval. Work after the last open
    interval is left for after the horizon.
    """
    opens = np.flatnonzero(is_open)
    reached = np.concatenate([[0.0], np.cumsum(work_hours)])
    return np.asarray(np.diff(reached[opens + 1], prepend=0.0)) if opens.size else np.zeros(0)


def _spread(work: Array, window: int, carry_in: bool) -> Array:
    """Interval j works 1/window of what arrived in each of the `window` intervals before it."""
    count = work.size
    rounds, rest = divmod(window, count)
    before = np.concatenate([work, work]) if carry_in else np.concatenate([np.zeros(count), work])
    reached = np.concatenate([[0.0], np.cumsum(before)])
    last = np.arange(count) + count
    share = (reached[last] - reached[np.maximum(last - (rest if carry_in else window), 0)]) / window
    return np.asarray(np.maximum(share + (rounds * work.sum() / window if carry_in else 0.0), 0.0))
