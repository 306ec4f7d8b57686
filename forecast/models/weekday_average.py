"""The mean of the last few same weekdays: what most planners do by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.calendar_effects import DayCalendar
from forecast.decompose import Parts, Scale
from forecast.forecaster import FittedForecaster, closed_to_zero
from forecast.panel import DailyPanel

FALLBACK_DAYS = 28
NOTHING_KNOWN = "no open day with a known number of contacts"


@dataclass(frozen=True)
class FittedWeekdays:
    """One mean per queue and weekday (Q × 7, contacts)."""

    means: np.ndarray
    reasons: Mapping[str, str]

    @staticmethod
    def of(panel: DailyPanel, means: np.ndarray) -> FittedWeekdays:
        """With a reason for every queue that has no mean at all."""
        empty = np.isnan(means).all(axis=1)
        return FittedWeekdays(means, {panel.queues[row]: NOTHING_KNOWN for row in np.flatnonzero(empty)})

    def predict(self, horizon: DayCalendar) -> np.ndarray:
        """The mean of each day's weekday (queues × horizon days)."""
        return closed_to_zero(self.means[:, horizon.weekdays], horizon)

    def parts(self, horizon: DayCalendar) -> Parts:
        """The mean of the week, and what the weekday is above or below it."""
        means = self.means[:, horizon.weekdays]
        level = np.repeat(self.means.mean(axis=1)[:, None], means.shape[1], axis=1)
        scales: tuple[Scale, ...] = tuple("linear" for _ in self.means)
        return Parts(("level", "weekday"), np.stack([level, means - level]), scales, means)


@dataclass(frozen=True)
class WeekdayAverage:
    """Each day as the mean of the last `weeks` known same weekdays that were open."""

    weeks: int = 4
    is_slow: bool = False
    only_when_named: bool = False

    @property
    def name(self) -> str:
        """`weekday_average_4` for four weeks."""
        return f"weekday_average_{self.weeks}"

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn one mean per queue and weekday."""
        return FittedWeekdays.of(panel, weekday_means(panel, occurrences=self.weeks))


def weekday_means(panel: DailyPanel, occurrences: int) -> np.ndarray:
    """(Q × 7) mean of the last `occurrences` known values of each weekday, contacts.

    A weekday never seen takes the mean of the last 28 known days; a queue of which nothing is known is NaN.
    """
    means = np.full((len(panel.queues), 7), np.nan)
    for weekday in range(7):
        means[:, weekday] = _last_mean(panel.values[:, panel.calendar.weekdays == weekday], occurrences)
    return np.where(np.isnan(means), _last_mean(panel.values, FALLBACK_DAYS)[:, None], means)


def _last_mean(values: np.ndarray, count: int) -> np.ndarray:
    """Row means of the last `count` values that are not NaN; NaN where there are none."""
    known = ~np.isnan(values)
    from_the_end = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
    used = known & (from_the_end <= count)
    number = used.sum(axis=1)
    total: np.ndarray = np.where(used, values, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, number, out=np.full(len(values), np.nan), where=number > 0))
