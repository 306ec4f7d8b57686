"""From people needed to people scheduled: what the rostered need is divided by, hour by hour.

- The *unplanned* share (sickness, lateness) divides: scheduled = agents ÷ (1 − share), with the share of that local
  time where the targets give one by time of day.
- The *planned* share (leave, training, breaks) is a row of the roster, which leaves that time free; it divides only
  where paid people are counted before there is a roster (`paid_people`).
- With a percentile, absence is random: each of n people is there with probability 1 − share, independently, and
  `scheduled` is the least n with P(present ≥ agents) ≥ percentile. Binomial (Whitt 2006, Prod. Oper. Manag. 15:88–102);
  the share itself is taken as known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from domain.errors import BadValue
from domain.shrinkage import WEEK_MINUTES, share_by_minute
from domain.targets import QueueTargets
from scheduling.queueing.special import Array

HALVINGS = 60  # of a bracket: to the last digit of a double
DAY_MINUTES = 1440
CERTAIN = 1e-12  # a share below this takes nobody away


def unplanned_share(promise: QueueTargets, starts: pd.Series, interval_minutes: int, timezone: str = "UTC") -> Array:
    """Share of the people on the roster who are away unplanned, by interval: the mean over its local minutes."""
    if not promise.shrinkage_activities:
        return np.full(len(starts), promise.shrinkage)
    return _over_intervals(
        share_by_minute(promise.shrinkage_activities, planned=False), starts, interval_minutes, timezone
    )


def unplanned_over_spans(promise: QueueTargets, start: pd.DatetimeIndex, minutes: Array, timezone: str) -> Array:
    """The same over spans of time of any length, such as the work between two breaks."""
    if not promise.shrinkage_activities:
        return np.full(len(start), promise.shrinkage)
    by_minute = share_by_minute(promise.shrinkage_activities, planned=False)
    local = pd.DatetimeIndex(start).tz_convert(timezone)
    first = np.asarray(local.day_of_week * DAY_MINUTES + local.hour * 60 + local.minute, dtype=np.float64)
    length = np.clip(minutes, 1.0, WEEK_MINUTES)
    passed = np.concatenate([[0.0], np.cumsum(np.tile(by_minute, 2))])
    edges = np.arange(passed.size, dtype=float)
    return np.asarray((np.interp(first + length, edges, passed) - np.interp(first, edges, passed)) / length)


def planned_share(promise: QueueTargets, starts: pd.Series, interval_minutes: int, timezone: str = "UTC") -> Array:
    """Share of paid time that the roster plans away from contacts, by interval; 0 where shrinkage is one number."""
    return _over_intervals(
        share_by_minute(promise.shrinkage_activities, planned=True), starts, interval_minutes, timezone
    )


def _over_intervals(by_minute: Array, starts: pd.Series, interval_minutes: int, timezone: str) -> Array:
    local = pd.DatetimeIndex(starts).tz_convert(timezone)
    first = np.asarray(local.day_of_week * DAY_MINUTES + local.hour * 60 + local.minute, dtype=np.int64)
    passed = np.concatenate([[0.0], np.cumsum(np.tile(by_minute, 2))])
    length = min(interval_minutes, WEEK_MINUTES)
    return np.asarray((passed[first + length] - passed[first]) / length)


def scheduled_people(
    agents: Array,
    promises: Sequence[QueueTargets],
    code: NDArray[np.intp],
    starts: pd.Series,
    interval_minutes: int,
    timezone: str = "UTC",
) -> Array:
    """People to schedule so that `agents` are on contact, by row; `code` is the position of its queue in `promises`.

    Empty (NaN) where agents are. Local times of day are those of `timezone`.
    """
    out = people_to_schedule(agents, np.array([promise.shrinkage for promise in promises])[code])
    for number, promise in enumerate(promises):
        if promise.shrinkage_activities or promise.absence_percentile is not None:
            mine = np.flatnonzero(code == number)
            share = unplanned_share(promise, starts.iloc[mine], interval_minutes, timezone)
            out[mine] = people_to_schedule(agents[mine], share, percentile=promise.absence_percentile)
    return out


def people_to_schedule(agents: ArrayLike, away_share: ArrayLike, *, percentile: float | None = None) -> Array:
    """agents ÷ (1 − share); with a percentile the least n with P(present ≥ agents) ≥ percentile.

    `percentile` in (0, 100). n may be fractional: P(Bin(n, p) ≥ k) = I_p(k, n − k + 1), the regularised incomplete beta
    function, holds its meaning for real k and n (NIST DLMF 8.17.5). n is never below agents, and no agents need nobody.
    Rounded up it is the least whole n for a whole need. Raises `BadValue` for a share outside [0, 1).
    """
    need, share = np.broadcast_arrays(np.asarray(agents, dtype=float), np.asarray(away_share, dtype=float))
    if bool(np.any((share < 0) | (share >= 1))):
        raise BadValue("a share from 0 to below 1", column="shrinkage", found=float(share.max()))
    if percentile is None:
        return np.asarray(need / (1.0 - share))
    if not 0 < percentile < 100:
        raise BadValue("a percentile between 0 and 100", column="absence_percentile", found=percentile)
    out = need.astype(float)
    asked = (need > 0) & (share > CERTAIN)
    out[asked] = _least_binomial(need[asked], 1.0 - share[asked], percentile / 100.0)
    return out


def _least_binomial(need: Array, present: Array, chance: float) -> Array:
    low = need.copy()
    high = need / present + 1.0
    while bool((short := betainc(need, high - need + 1.0, present) < chance).any()):
        high[short] *= 1.5
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        enough = betainc(need, middle - need + 1.0, present) >= chance
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(betainc(need, 1.0, present) >= chance, need, high)


def paid_people(scheduled: ArrayLike, planned: ArrayLike) -> Array:
    """People on the payroll for `scheduled` people at work, where a planned share of paid time goes to other things."""
    return people_to_schedule(scheduled, planned)
