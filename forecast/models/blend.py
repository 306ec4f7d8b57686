"""A weighted mean of other forecasters: their errors differ, so the mean of them errs less than most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.calendar_effects import DayCalendar
from forecast.forecaster import FittedForecaster, Forecaster
from forecast.panel import DailyPanel

POWER = 3.0  # how strongly a smaller past error is preferred


@dataclass(frozen=True)
class Blend:
    """The mean of its members' forecasts; equal weights, until past errors are given to `combine`."""

    members: tuple[Forecaster, ...]
    name: str = "blend"
    is_slow: bool = True
    only_when_named: bool = False

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Fit every member."""
        return _FittedBlend(tuple(member.fit(panel) for member in self.members))


@dataclass(frozen=True)
class _FittedBlend:
    members: tuple[FittedForecaster, ...]

    @property
    def reasons(self) -> Mapping[str, str]:
        """A queue fails where every member fails; the first member's reason is given."""
        first = self.members[0].reasons
        return {
            queue: reason for queue, reason in first.items() if all(queue in member.reasons for member in self.members)
        }

    def predict(self, horizon: DayCalendar) -> np.ndarray:
        """The plain mean of the members that can do the queue (queues × horizon days)."""
        return combine([member.predict(horizon) for member in self.members])


def combine(forecasts: Sequence[np.ndarray], errors: Sequence[np.ndarray] | None = None) -> np.ndarray:
    """The weighted mean over members of (queues × days) forecasts; a member's NaN is left out.

    Args:
        forecasts: one array (queues × days) a member, contacts.
        errors: past mean absolute error of each member, broadcastable to the forecasts; weights are error⁻³.
            None, or NaN errors: equal weights.
    """
    stacked = np.stack(forecasts)
    weights = np.ones_like(stacked)
    if errors is not None:
        spread = np.stack([np.broadcast_to(error, stacked.shape[1:]) for error in errors])
        best = np.nanmin(np.where(np.isnan(spread), np.inf, spread), axis=0)
        usable = np.isfinite(best) & (best > 0)
        relative = np.divide(spread, best, out=np.ones_like(spread), where=usable & ~np.isnan(spread))
        weights = np.where(np.isnan(spread) & usable, 0.0, relative**-POWER)
    weights = np.where(np.isnan(stacked), 0.0, weights)
    total: np.ndarray = weights.sum(axis=0)
    mean: np.ndarray = np.where(weights > 0, stacked, 0.0)
    summed: np.ndarray = (weights * mean).sum(axis=0)
    return np.asarray(np.divide(summed, total, out=np.full(total.shape, np.nan), where=total > 0))
