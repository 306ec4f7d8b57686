"""A forecast number as a sum of named parts, exact to the last contact, and the days each part was learned from.

A model that adds parts on a scale of its own (logarithm, square root, or contacts) says them as `Parts`: the **level**,
which alone gives the typical day, and what weekday, season, holiday, … add to it. In contacts the parts of such a sum
are not additive, so each is given its share of the whole difference: with y = f(level + Σ x) and y₀ = f(level),

    contribution of part k  =  x_k · (y − y₀) / Σ x,

the mean slope of f between the typical day and the forecast. No part comes "first", so their order does not matter. On
the log scale this is the additive log-mean Divisia index, (y − y₀) / ln(y / y₀) being the logarithmic mean (Ang 2005,
"The LMDI approach to decomposition analysis", Energy Policy 33, eq. 5); on the square-root scale the slope is √y + √y₀.

What else happens to the number is a part of its own: **correction** (from the model's scale to a mean: variance terms,
cuts), then each stage that follows, as `blend`, `closed`, `reconciled`, `adjusted`. So the sum is always the number
shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from domain.errors import BadValue
from domain.intervals import local_days
from forecast.calendar_effects import DayCalendar

Scale = Literal["log", "sqrt", "linear"]
LEVEL, CORRECTION, CLOSED, SHAPE = "level", "correction", "closed", "shape"
RECONCILED, STATED = "reconciled", "stated"  # agreement with the aggregates; effects that planners stated of new events
LAST_DAYS = "last_days"  # the next two days follow the last ones more closely (`forecast.spreading`)
GREATEST_LOG = 30.0  # a cut far above any number of contacts a day, before the exponential overflows
NEGLIGIBLE = 1e-9  # contacts of which no factor is told
SAME = 1e-6  # Σ x below which the slope is taken at the typical day


@dataclass(frozen=True)
class Parts:
    """What a fitted forecaster adds up, before closed days are set to zero.

    Attributes:
        names: K parts; the first is `level`. Others as fit: season, weekday, month_day, holiday, event, recent.
        values: (K × Q × H) on the queue's scale; a row of NaN for a queue without a forecast.
        scales: (Q) the scale of each queue.
        means: (Q × H) contacts, the model's mean before closed days are set to zero.
    """

    names: tuple[str, ...]
    values: np.ndarray
    scales: tuple[Scale, ...]
    means: np.ndarray

    def pick(self, queues: list[int]) -> Parts:
        """The queues at these positions."""
        scales = tuple(self.scales[queue] for queue in queues)
        return Parts(self.names, self.values[:, queues], scales, self.means[queues])


@runtime_checkable
class Explained(Protocol):
    """A fitted forecaster that can say what its forecast is made of."""

    def parts(self, horizon: DayCalendar) -> Parts:
        """The parts of `predict(horizon)`, before closed days are set to zero."""


def scales_of(log: np.ndarray) -> tuple[Scale, ...]:
    """The scale of each queue from a mask (Q): the logarithm, else the square root."""
    return tuple("log" if is_log else "sqrt" for is_log in log)


def contributions(parts: Parts) -> tuple[np.ndarray, np.ndarray]:
    """Contacts of each part and its factor, both (K + 1 × Q × H); the last is the correction.

    The contacts of all K + 1 sum to `parts.means`. A factor is what the part alone makes of the typical day: 1.12 for
    a Monday; NaN for the level and where the typical day has no contacts.
    """
    contacts = np.full((len(parts.names) + 1, *parts.means.shape), np.nan)
    factors = np.full(contacts.shape, np.nan)
    for queue, scale in enumerate(parts.scales):
        level, effects = parts.values[0, queue], parts.values[1:, queue]
        base = _contacts(level, scale)
        contacts[0, queue] = base
        contacts[1:-1, queue] = effects * _mean_slope(level, effects.sum(axis=0), scale)
        alone = _contacts(level + effects, scale)
        factors[1:-1, queue] = _ratio(alone, np.broadcast_to(base, alone.shape))
    summed = contacts[:-1].sum(axis=0)
    contacts[-1] = parts.means - summed
    factors[-1] = _ratio(parts.means, summed)
    return contacts, factors


def decompose_days(parts: Parts, horizon: DayCalendar, stages: Mapping[str, np.ndarray] | None = None) -> pd.DataFrame:
    """Every forecast number of the horizon's days (H) as a sum.

    Args:
        parts: of the horizon.
        horizon: the queues and days; closed days become the part `closed`.
        stages: the number (Q × H) after each further step, in order, by the name its part shall have: `blend`,
            `reconciled`, `adjusted`. A step that changes nothing gives a part of zero.

    Returns queue, day, part, contacts, factor: the contacts of a queue and day sum to its number after the last stage.
    Days without a number (NaN) are left out. Raises `BadValue` for stages of another shape.
    """
    contacts, factors = contributions(parts)
    names, steps = [*parts.names, CORRECTION], [contacts, factors]
    number = parts.means
    shut = np.where(horizon.open, number, 0.0)
    for name, after in {CLOSED: shut, **(stages or {})}.items():
        if after.shape != number.shape:
            raise BadValue(f"a stage of {number.shape} numbers", column=name, found=after.shape)
        steps = [
            np.concatenate([steps[0], (after - number)[None]]),
            np.concatenate([steps[1], _ratio(after, number)[None]]),
        ]
        names, number = [*names, name], after
    return _frame(names, steps[0], steps[1], horizon)


def decompose_intervals(days: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    """Every interval's number as a sum: the day's parts times the interval's share of the day, and the part `shape`.

    Args:
        days: of `decompose_days`.
        intervals: queue, start, day (naive local), share (of the day's contacts by the weekday's profile), offered.

    Returns queue, start, part, contacts; those of an interval sum to its `offered`. `shape` is what a next-day shape,
    an edit of single intervals or a clock change puts on it beyond day × share. Intervals of unknown days are left out.
    """
    told = intervals.merge(days[["queue", "day", "part", "contacts"]], on=["queue", "day"], how="inner", sort=False)
    told["contacts"] = told["contacts"] * told["share"]
    sums = told.groupby(["queue", "start"], sort=False)["contacts"].sum().rename("summed").reset_index()
    rest = intervals.merge(sums, on=["queue", "start"], how="inner")
    rest = rest.assign(part=SHAPE, contacts=rest["offered"] - rest["summed"])
    columns = ["queue", "start", "part", "contacts"]
    frame = pd.concat([told[columns], rest[columns]], ignore_index=True)
    return frame.sort_values(["queue", "start"], kind="stable", ignore_index=True)


def day_sums(intervals: pd.DataFrame, horizon: DayCalendar, timezone: str) -> np.ndarray:
    """(Q × H) contacts of the horizon's days as the intervals (queue, start, offered) have them; 0 without a row."""
    days = local_days(intervals["start"], timezone)
    queue = pd.Index(horizon.queues).get_indexer(pd.Index(intervals["queue"]))
    sums = np.zeros((len(horizon.queues), len(horizon.days)))
    np.add.at(sums, (queue, horizon.days.get_indexer(days)), intervals["offered"].to_numpy())
    return sums


def _contacts(scaled: np.ndarray, scale: Scale) -> np.ndarray:
    if scale == "log":
        return np.asarray(np.exp(np.minimum(scaled, GREATEST_LOG)))
    return np.asarray(np.maximum(scaled, 0.0) ** 2) if scale == "sqrt" else scaled


def _mean_slope(level: np.ndarray, change: np.ndarray, scale: Scale) -> np.ndarray:
    """(f(level + change) − f(level)) ÷ change, and the slope of f at the level where nothing changes."""
    if scale == "linear":
        return np.ones(level.shape)
    base, after = _contacts(level, scale), _contacts(level + change, scale)
    near = np.abs(change) < SAME
    limit = base * (1 + change / 2) if scale == "log" else np.maximum(2 * level + change, 0.0)
    return np.where(near, limit, (after - base) / np.where(near, 1.0, change))


def _ratio(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(after, before, out=np.full(after.shape, np.nan), where=before > NEGLIGIBLE))


def _frame(names: list[str], contacts: np.ndarray, factors: np.ndarray, horizon: DayCalendar) -> pd.DataFrame:
    """(K × Q × H) to rows by queue, day and part."""
    queues, days = len(horizon.queues), len(horizon.days)
    rows = {
        "queue": np.repeat(np.array(horizon.queues, dtype=object), days * len(names)),
        "day": np.tile(np.repeat(horizon.days.to_numpy(), len(names)), queues),
        "part": np.tile(np.array(names, dtype=object), queues * days),
        "contacts": contacts.transpose(1, 2, 0).ravel(),
        "factor": factors.transpose(1, 2, 0).ravel(),
    }
    frame = pd.DataFrame(rows).astype({"queue": "str", "part": "str"})
    told = np.repeat(~np.isnan(contacts).any(axis=0).ravel(), len(names))
    return frame[told].reset_index(drop=True)
