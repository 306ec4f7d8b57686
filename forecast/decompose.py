"""A forecast number as a sum of named parts, exact to the last contact, with the days that each part was learned from.

A model that adds parts on a scale of its own (logarithm, square root, or contacts as they are) says them as `Parts`: the
**level**, which alone gives the typical day, and what weekday, season, holiday, … add to it. In contacts the parts of
such a sum are not additive, so each is given its share of the whole difference: with y = f(level + Σ x), y₀ = f(level),

    contribution of part k  =  x_k · (y − y₀) / Σ x,

the mean slope of f between the typical day and the forecast. No part comes "first", so their order does not matter. On
the log scale this is the additive log-mean Divisia index, (y − y₀) / ln(y / y₀) being the logarithmic mean (Ang 2005,
"The LMDI approach to decomposition analysis", Energy Policy 33, eq. 5); on the square-root scale the slope is √y + √y₀.

What else happens to the number is a part of its own: **correction** (from the model's scale to a mean: variance terms,
cuts), then the stages that follow, as `closed`, `blend`, `reconciled`, `adjusted`. So the sum is always the number shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from forecast.calendar_effects import DayCalendar

Scale = Literal["log", "sqrt", "linear"]
LEVEL, CORRECTION, SHAPE = "level", "correction", "shape"
GREATEST_LOG = 600.0  # a cut far above any number of contacts, before the exponential overflows


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


@runtime_checkable
class Explained(Protocol):
    """A fitted forecaster that can say what its forecast is made of."""

    def parts(self, horizon: DayCalendar) -> Parts:
        """The parts of `predict(horizon)`, before closed days are set to zero."""


def scales_of(log: np.ndarray) -> tuple[Scale, ...]:
    """The scale of each queue from a mask (Q): the logarithm, else the square root."""
    return tuple("log" if is_log else "sqrt" for is_log in log)
