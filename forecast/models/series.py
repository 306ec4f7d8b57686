"""One queue's days as the series that statsmodels' models take, and the way back to contacts.

Each of those models learns on the log scale (square root for small queues), wild days clipped. What goes wrong inside
a fit (no convergence, a singular matrix) is a reason for that queue, never a warning or an exception.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.calendar_effects import DayCalendar
from forecast.decompose import Parts, scales_of
from forecast.forecaster import closed_to_zero
from forecast.models.transform import backward, clip_outliers, fill_gaps, forward, uses_log
from forecast.panel import DailyPanel

WEEK = 7
LEAST_DAYS = 28
GREATEST_VARIANCE = 0.25  # a mean from a log: past that, the spread is no longer small
STEADY_SPREAD = 1e-6  # days that differ by less from their weekday leave nothing to estimate
OUTLIER_SPREADS = 8.0
PARTS = ("level", "weekday", "month_day", "season", "holiday", "event")


@dataclass(frozen=True)
class DaySeries:
    """The known days of one queue (position `queue` of the calendar) from the first on.

    `values` (days) on the log or square-root scale, NaN unknown; `explained` (days): public holidays and events.
    """

    values: np.ndarray
    log: bool
    calendar: DayCalendar
    queue: int
    explained: np.ndarray

    def plain(self) -> np.ndarray:
        """(days) without a gap: holidays, events and unknown days are replaced by what the weekday would have been."""
        ordinary = np.where(self.explained, np.nan, self.values)
        known = ordinary if (~np.isnan(ordinary)).sum() >= LEAST_DAYS else self.values
        return fill_gaps(known, self.calendar.weekdays)


def _no_effects(horizon: DayCalendar, lead: np.ndarray) -> Mapping[str, np.ndarray]:
    return {}


@dataclass(frozen=True)
class ScaledModel:
    """A fitted model of a series, on its scale; lead 0 is the day after the series.

    Attributes:
        rest: level and week by lead (days).
        variance: of the one-step errors.
        effects: what the calendar adds on the days (D) of a horizon with these leads, by name of PARTS.
    """

    rest: Callable[[np.ndarray], np.ndarray]
    variance: float
    effects: Callable[[DayCalendar, np.ndarray], Mapping[str, np.ndarray]] = _no_effects


Learn = Callable[[DaySeries], ScaledModel]


@dataclass(frozen=True)
class FittedSeries:
    """One model a queue (Q); None where the queue can't be done."""

    models: tuple[_QueueModel | None, ...]
    reasons: Mapping[str, str]

    def predict(self, horizon: DayCalendar) -> np.ndarray:
        """Mean contacts (queues × horizon days)."""
        return closed_to_zero(self.parts(horizon).means, horizon)

    def parts(self, horizon: DayCalendar) -> Parts:
        """Level (the mean of each week ahead), weekday, and what the calendar adds."""
        values = np.full((len(PARTS), len(self.models), len(horizon.days)), np.nan)
        means = np.full(values.shape[1:], np.nan)
        for queue, model in enumerate(self.models):
            if model is not None:
                values[:, queue] = model.parts(horizon)
                means[queue] = model.contacts(values[:, queue].sum(axis=0))
        log = np.array([model is not None and model.log for model in self.models])
        return Parts(PARTS, values, scales_of(log), means)


@dataclass(frozen=True)
class _QueueModel:
    """A queue's model and its way back; `low`, `high` bound it on the scale."""

    model: ScaledModel
    log: bool
    low: float
    high: float
    end: pd.Timestamp

    def parts(self, horizon: DayCalendar) -> np.ndarray:
        """(PARTS × days) on the scale."""
        lead = np.asarray((horizon.days - self.end) // pd.Timedelta(days=1), dtype=int)
        weeks = np.arange(WEEK * (int(lead.max()) // WEEK + 1))
        rest = self.model.rest(weeks)
        level = np.repeat(rest.reshape(-1, WEEK).mean(axis=1), WEEK)
        effects = self.model.effects(horizon, lead)
        none = np.zeros(len(lead))
        week = rest[lead] - level[lead] + effects.get("weekday", none)
        return np.array([level[lead], week, *(effects.get(name, none) for name in PARTS[2:])])

    def contacts(self, scaled: np.ndarray) -> np.ndarray:
        """Held within half the history's range beyond it, so that no trend runs away over a long horizon."""
        room = (self.high - self.low) / 2
        variance = min(self.model.variance, GREATEST_VARIANCE)
        return backward(np.clip(scaled, self.low - room, self.high + room), self.log, variance)


def fit_series(panel: DailyPanel, learn: Learn) -> FittedSeries:
    """Fit every queue of which four weeks are known; `learn` may raise `LinAlgError` or `ValueError`."""
    found = [_fit_queue(panel, queue, learn) for queue in range(len(panel.queues))]
    return FittedSeries(
        models=tuple(None if isinstance(entry, str) else entry for entry in found),
        reasons={queue: entry for queue, entry in zip(panel.queues, found, strict=True) if isinstance(entry, str)},
    )


def _fit_queue(panel: DailyPanel, queue: int, learn: Learn) -> _QueueModel | str:
    known = np.flatnonzero(~np.isnan(panel.values[queue]))
    if known.size < LEAST_DAYS:
        return f"{known.size} known days, {LEAST_DAYS} are needed"
    series = day_series(panel, queue, int(known[0]))
    low, high = float(np.nanmin(series.values)), float(np.nanmax(series.values))
    steady = _steady_week(series)
    if steady is not None:
        return _QueueModel(steady, series.log, low, high, panel.end)
    try:
        with warnings.catch_warnings():
            import statsmodels.tools.sm_exceptions  # noqa: F401  # at its first import it sets filters of its own

            warnings.simplefilter("ignore")  # a fit that stops early still forecasts; the backtest judges it
            made = _QueueModel(learn(series), series.log, low, high, panel.end)
            trial = made.model.rest(np.arange(WEEK))
    except (np.linalg.LinAlgError, ValueError) as fault:
        return f"the fit failed: {fault}"
    return made if np.isfinite(trial).all() else "the fit gave no finite numbers"


def day_series(panel: DailyPanel, queue: int, first: int) -> DaySeries:
    """The series of one queue from position `first` of the panel; wild days that no holiday or event explains are
    clipped."""
    calendar = panel.calendar.between(first, len(panel.days))
    contacts = panel.values[queue, first:]
    log = uses_log(contacts[~np.isnan(contacts)])
    scaled = forward(contacts, log)
    explained = calendar.is_holiday | (calendar.events[:, queue] > 0).any(axis=0)
    calm = clip_outliers(scaled, calendar.weekdays, OUTLIER_SPREADS)
    return DaySeries(np.where(explained, scaled, calm), log, calendar, queue, explained)


def _steady_week(series: DaySeries) -> ScaledModel | None:
    """The week that repeats itself without noise, which no likelihood can be maximised on; None where it does not."""
    filled, weekdays = series.plain(), series.calendar.weekdays
    seen = [filled[weekdays == day] for day in range(WEEK)]
    week = np.array([own.mean() if own.size else filled.mean() for own in seen])
    if np.abs(filled - week[weekdays]).max() > STEADY_SPREAD:
        return None
    level = float(week.mean())
    return ScaledModel(
        rest=lambda lead: np.full(len(lead), level),
        variance=0.0,
        effects=lambda horizon, lead: {"weekday": week[horizon.weekdays] - level},
    )
