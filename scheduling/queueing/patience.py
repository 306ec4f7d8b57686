"""How long people wait before they hang up, from waits that were seen: those who were answered hide their patience.

A wait that ended in an answer is a patience of which only "more than this" is known (censored). With exponential
patience the most likely mean is all time waited ÷ hang-ups (Mandelbaum & Zeltyn 2007, section 3). The Kaplan-Meier
curve assumes no shape and shows how well an exponential fits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from domain.errors import BadValue
from scheduling.queueing.special import Array

LEAST_HANG_UPS = 5


@dataclass(frozen=True)
class Patience:
    """`mean_seconds` with its 95 % interval `low_seconds` … `high_seconds` (exact, from χ²); inf without hang-ups.

    `kaplan_meier_mean_seconds`: area under the Kaplan-Meier curve up to the longest wait, continued from there with the
    exponential's mean. `median_seconds`: where the curve crosses one half; NaN where it never does.
    """

    mean_seconds: float
    low_seconds: float
    high_seconds: float
    median_seconds: float
    kaplan_meier_mean_seconds: float
    waits: int
    hang_ups: int

    @property
    def enough(self) -> bool:
        """Whether there were hang-ups enough to speak of a mean."""
        return self.hang_ups >= LEAST_HANG_UPS


def estimate_patience(wait_seconds: ArrayLike, abandoned: ArrayLike) -> Patience:
    """Mean patience from the waits of single contacts and whether each of them hung up (1-d arrays of one length).

    Waits that are not known (NaN) are left out. Raises `BadValue` for negative waits and arrays of different length.
    """
    wait, left = np.asarray(wait_seconds, dtype=float).ravel(), np.asarray(abandoned, dtype=bool).ravel()
    if wait.size != left.size:
        raise BadValue("one flag for each wait", column="abandoned", found=left.size)
    wait, left = wait[~np.isnan(wait)], left[~np.isnan(wait)]
    if bool(np.any(wait < 0)):
        raise BadValue("numbers of at least 0", column="wait_seconds", found=float(wait.min()))
    total, events = float(wait.sum()), int(left.sum())
    mean = total / events if events else np.inf
    times, curve = survival_of_patience(wait, left)
    below = np.flatnonzero(curve <= 0.5)
    edges = np.concatenate([[0.0], times])
    area = float(np.sum(np.diff(edges) * np.concatenate([[1.0], curve[:-1]]))) if times.size else 0.0
    rest = float(curve[-1]) * mean if times.size and curve[-1] > 0 else 0.0
    return Patience(
        mean_seconds=mean,
        low_seconds=total / float(gammaincinv(events + 1.0, 0.975)),
        high_seconds=total / float(gammaincinv(float(events), 0.025)) if events else np.inf,
        median_seconds=float(times[below[0]]) if below.size else np.nan,
        kaplan_meier_mean_seconds=area + rest if events else np.inf,
        waits=int(wait.size),
        hang_ups=events,
    )


def survival_of_patience(wait_seconds: Array, abandoned: np.ndarray) -> tuple[Array, Array]:
    """Kaplan & Meier 1958: distinct waits in rising order, and the share still patient after each."""
    times, place = np.unique(wait_seconds, return_inverse=True)
    hung_up = np.bincount(place, weights=abandoned.astype(float), minlength=times.size)
    here = np.bincount(place, minlength=times.size)
    at_risk = np.cumsum(here[::-1])[::-1]
    return times, np.asarray(np.cumprod(1.0 - hung_up / np.maximum(at_risk, 1)))
