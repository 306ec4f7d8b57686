"""Deferred work (e-mail, tickets): when to do work that may wait until a deadline, counted in opening hours.

The plan is levelled and always feasible. Count the work done since the start as a path: it may not run ahead of what
has arrived and may not fall behind what is due. The shortest path between the two, a taut string, has the lowest peak
and at once the least sum of squares (of every convex cost) of all feasible ones (Yao, Demers & Shenker 1995 for
deadlines; Davies & Kovac 2001 for the string). Whoever takes the earliest deadline first finishes everything in time:
if any order of work keeps all deadlines, that one does (Liu & Layland 1973).

What it assumes: contacts of an interval are all there at its end, those of closed hours before it at its beginning; the
earliest of both are due `deadline_hours` of opening time after its beginning; a deadline shorter than two intervals
means "in the interval itself".

At the edges of the horizon: without a known in-tray (`held` is None) a horizon like this one is taken to have gone
before and to follow, so capacity and work have the same total. With one, the start is what it says, and the horizon is
taken to be followed by others like it, so nothing is left undone at its end that would not be left there every time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadValue
from scheduling.queueing.special import Array

ROUNDING = 1e-9  # share of the total work by which bounds may cross


@dataclass(frozen=True)
class Held:
    """Work in the in-tray when the horizon begins: agent-hours by the opening hours that they have waited already."""

    age_hours: tuple[float, ...] = ()
    work_hours: tuple[float, ...] = ()


@dataclass(frozen=True)
class WorkBounds:
    """Cumulative agent-hours at the ends of intervals: at least `due` and at most `there` is done.

    Arrays have one entry more than the intervals they span: the first is the state before interval `first`; interval
    numbers go around the horizon (`first + k` modulo the number of open intervals).
    """

    due: Array
    there: Array
    first: int = 0


def deferred_capacity(
    work_hours: ArrayLike,
    deadline_hours: float,
    interval_hours: float,
    *,
    waiting_hours: ArrayLike | None = None,
    held: Held | None = None,
) -> Array:
    """Agent-hours to work in each open interval, from the agent-hours that arrive in each (1-d, in order of time).

    Intervals are the queue's open ones, so the night between two of them takes no time off a deadline. `waiting_hours`
    arrived in the closed time before each and are there when it opens. Raises `BadValue` for negative work or no
    deadline.
    """
    work = np.atleast_1d(np.asarray(work_hours, dtype=np.float64))
    bounds = work_bounds(work, deadline_hours, interval_hours, waiting_hours, held)
    return rates_by_interval(taut_string(bounds.due, bounds.there), bounds.first, work.size)


def work_bounds(
    work: Array,
    deadline_hours: float,
    interval_hours: float,
    waiting_hours: ArrayLike | None = None,
    held: Held | None = None,
    *,
    pinned: bool = True,
    rounds: int | None = None,
) -> WorkBounds:
    """The bounds of the work done, over one round of the horizon; with `held` from its start over more than one.

    At their first and last points both bounds are the same: there the path is pinned. Not `pinned`, the round begins
    with interval 0 and its first point is free (several kinds of work have no one point in common). `rounds` of the
    horizon are spanned with `held`; by default as many as a deadline reaches, and one more.
    """
    waiting = np.zeros_like(work) if waiting_hours is None else np.asarray(waiting_hours, dtype=np.float64)
    _refuse(work, waiting, deadline_hours)
    if work.size == 0:
        return WorkBounds(np.zeros(1), np.zeros(1))
    window, count = intervals_of(deadline_hours, interval_hours), work.size
    lag = 0 if window == 1 else 1  # what arrives in an interval can be worked in the next one

    def cumulative(at: NDArray[np.int64], earliest: int | None = None) -> tuple[Array, Array]:
        since = at.min() - window - lag if earliest is None else earliest
        there = _reached(waiting, np.maximum(at, since)) + _reached(work, np.maximum(at - lag, since))
        return _reached(waiting + work, np.maximum(at - window + 1, since)), there

    # The lowest straight line above `due` touches it where a level pace is hardest pressed: the path of every round
    # goes through that point (at its highest point above the line a taut string lies on its lower bound).
    everyday = np.arange(count)
    pin = int(np.argmax(cumulative(everyday)[0] - (work + waiting).sum() / count * everyday))
    if held is None:
        at = np.arange(pin, pin + count + 1) if pinned else np.arange(-1, count)
        due, there = cumulative(at)
        return WorkBounds(due, _pinned(there, due), (pin + 1) % count) if pinned else WorkBounds(due, there)
    at = np.arange(-1, (pin if pinned else -1) + (rounds or window // count + 2) * count + 1)
    due, there = cumulative(at, -1)
    due = due + _held_due(held, deadline_hours, interval_hours, at)
    there = there + sum(held.work_hours)
    due[0] = 0.0
    return WorkBounds(due, _pinned(there, due))


def _refuse(work: Array, waiting: Array, deadline_hours: float) -> None:
    least = min(float(np.min(values, initial=0.0)) for values in (work, waiting))
    if least < 0:
        raise BadValue("numbers of at least 0", column="work_hours", found=least)
    if not deadline_hours > 0:
        raise BadValue("a deadline of more than 0 hours", column="deadline_hours", found=deadline_hours)


def intervals_of(deadline_hours: float, interval_hours: float) -> int:
    """Whole intervals within a deadline, 1 at least."""
    return max(int(deadline_hours / interval_hours + 1e-9), 1)


def taut_string(lower: Array, upper: Array) -> Array:
    """Steps of the shortest path between two cumulative bounds that are equal at their first and last points.

    Arrays of n + 1 points; returns n steps. From each bend the widest straight view is kept until the bounds close it;
    the string bends at the point that closed it. Bounds that do not fall give steps that are not negative.
    """
    low, high = lower.tolist(), upper.tolist()  # plain numbers: five times faster in this loop than arrays
    count = len(low) - 1
    steps = np.zeros(count)
    slack = ROUNDING * max(1.0, high[-1] - high[0])
    at, value = 0, low[0]
    while at < count:
        bend, level = _next_bend(low, high, at, value, slack)
        steps[at:bend] = max((level - value) / (bend - at), 0.0)
        at, value = bend, level
    return steps


def _next_bend(low: list[float], high: list[float], at: int, value: float, slack: float) -> tuple[int, float]:
    """The next point where the string from (at, value) touches a bound and bends, or its end."""
    floor, ceiling = -np.inf, np.inf
    on_floor = on_ceiling = at + 1
    for ahead in range(at + 1, len(low)):
        span = ahead - at
        least, most = (low[ahead] - value) / span, (high[ahead] - value) / span
        if least > ceiling + slack / span:  # the lower bound rose above the view
            return on_ceiling, high[on_ceiling]
        if most < floor - slack / span:  # the upper bound fell below it
            return on_floor, low[on_floor]
        if least >= floor:
            floor, on_floor = least, ahead
        if most <= ceiling:
            ceiling, on_ceiling = most, ahead
    return len(low) - 1, low[-1]


def rates_by_interval(steps: Array, first: int, count: int) -> Array:
    """Steps from interval `first` on, put in the order of the horizon; what goes beyond one round is left out."""
    return np.roll(steps[:count], first)


def gather_into_open(work_hours: Array, is_open: NDArray[np.bool_]) -> Array:
    """The work waiting at each open interval: its own, and what came in while the queue was closed before it.

    Arrays of all intervals in order of time; the result has one entry an open interval. Work after the last open
    interval is left for after the horizon.
    """
    opens = np.flatnonzero(is_open)
    reached = np.concatenate([[0.0], np.cumsum(work_hours)])
    return np.asarray(np.diff(reached[opens + 1], prepend=0.0)) if opens.size else np.zeros(0)


def window_sums(values: Array, deadline_hours: float, interval_hours: float) -> Array:
    """Sum over a deadline up to and with each interval; horizons like this one go around."""
    at, window = np.arange(values.size), intervals_of(deadline_hours, interval_hours)
    return _reached(values, at) - _reached(values, at - window)


def _reached(work: Array, at: NDArray[np.int64]) -> Array:
    """Work of intervals 0 … at, the horizon repeated in both directions; −1 gives nothing."""
    rounds, rest = np.divmod(at + 1, work.size)
    reached = np.concatenate([[0.0], np.cumsum(work)])
    return np.asarray(rounds * reached[-1] + reached[rest])


def _held_due(held: Held, deadline_hours: float, interval_hours: float, at: NDArray[np.int64]) -> Array:
    """Work of the in-tray that is due by the end of each interval.

    What is late already comes before all else: it is due with the oldest work that can still be in time.
    """
    left = deadline_hours - np.asarray(held.age_hours, dtype=np.float64)
    last = np.maximum(np.floor(left / interval_hours + 1e-9).astype(np.int64) - 1, 0)
    fresh = intervals_of(deadline_hours, interval_hours) - 1
    last[left <= 0] = last[left > 0].min() if bool((left > 0).any()) else fresh
    work = np.asarray(held.work_hours, dtype=np.float64)
    return np.asarray((work[None, :] * (last[None, :] <= at[:, None])).sum(axis=1))


def _pinned(there: Array, due: Array) -> Array:
    """The upper bound with the ends of the lower one."""
    return np.concatenate([due[:1], np.maximum(there, due)[1:-1], due[-1:]])
