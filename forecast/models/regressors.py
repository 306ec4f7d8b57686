"""Calendar columns for regressions without shrinkage: only what the history shows often enough has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.calendar_effects import DayCalendar
from forecast.models.series import ScaledModel

LEAST_SEEN = 2  # known days with a holiday name, or of an event, before it has an effect of its own
YEAR_FROM_DAYS = 730
YEAR_HARMONICS, MONTH_HARMONICS = 2, 2
MONTH_FROM_DAYS = 120


@dataclass(frozen=True)
class CalendarColumns:
    """The columns of one queue: public holidays by name and the rest of them, the days before and after, events.

    A holiday without a column of its own is in the column `rare`; where that is empty it acts as the mean of the
    holidays that were seen. An event that was not seen has no effect.

    Attributes:
        holiday_names, event_names: those with a column of their own.
        mean_holiday: weights over the columns `holiday_names` for a holiday never seen; all zero where `rare` is used.
        rare, before, after, month, year: whether those columns exist.
    """

    queue: int
    holiday_names: tuple[str, ...]
    event_names: tuple[str, ...]
    mean_holiday: tuple[float, ...]
    rare: bool
    before: bool
    after: bool
    month: bool
    year: bool

    @staticmethod
    def of(calendar: DayCalendar, queue: int, known: np.ndarray) -> CalendarColumns:
        """The columns that the known days (D) of a history give reason for."""
        seen = [name for name, is_known in zip(calendar.holidays, known, strict=True) if name and is_known]
        counts = {name: seen.count(name) for name in sorted(set(seen))}
        named = tuple(name for name, count in counts.items() if count >= LEAST_SEEN)
        rare = len(seen) - sum(counts[name] for name in named) >= LEAST_SEEN
        total = sum(counts[name] for name in named)
        touched = ((calendar.events[:, queue] > 0) & known).sum(axis=1)
        days = int(known.sum())
        return CalendarColumns(
            queue=queue,
            holiday_names=named,
            event_names=tuple(
                name for name, count in zip(calendar.event_names, touched, strict=True) if count >= LEAST_SEEN
            ),
            mean_holiday=tuple(0.0 if rare else counts[name] / total for name in named),
            rare=rare,
            before=int((calendar.before_holiday & known).sum()) >= LEAST_SEEN,
            after=int((calendar.after_holiday & known).sum()) >= LEAST_SEEN,
            month=days >= MONTH_FROM_DAYS,
            year=days >= YEAR_FROM_DAYS,
        )

    @property
    def parts(self) -> tuple[str, ...]:
        """Which part of the forecast each column belongs to."""
        holidays = len(self.holiday_names) + self.rare + self.before + self.after
        month, year = 2 * MONTH_HARMONICS * self.month, 2 * YEAR_HARMONICS * self.year
        counts = {"holiday": holidays, "event": len(self.event_names), "month_day": month, "season": year}
        return tuple(name for name, count in counts.items() for _ in range(count))

    def rows(self, calendar: DayCalendar) -> np.ndarray:
        """(D × columns) of any days, before or after the end of the history."""
        days = len(calendar.days)
        own = np.array([[name == day for name in self.holiday_names] for day in calendar.holidays], dtype=float)
        own = own.reshape(days, len(self.holiday_names))
        other = calendar.is_holiday & ~own.any(axis=1)
        own[other] = np.array(self.mean_holiday)
        parts = [own]
        for exists, column in (
            (self.rare, other),
            (self.before, calendar.before_holiday),
            (self.after, calendar.after_holiday),
        ):
            if exists:
                parts.append(column[:, None].astype(float))
        parts += [self._event(calendar, name)[:, None] for name in self.event_names]
        if self.month:
            month = 2 * np.pi * (np.asarray(calendar.days.day) - 1) / np.asarray(calendar.days.days_in_month)
            parts.append(_waves(month, MONTH_HARMONICS))
        if self.year:
            parts.append(_waves(2 * np.pi * np.asarray(calendar.days.day_of_year) / 365.25, YEAR_HARMONICS))
        return np.hstack(parts)

    def _event(self, calendar: DayCalendar, name: str) -> np.ndarray:
        if name not in calendar.event_names:
            return np.zeros(len(calendar.days))
        return np.asarray(calendar.events[calendar.event_names.index(name), self.queue].astype(float))


def _waves(phase: np.ndarray, harmonics: int) -> np.ndarray:
    turns = phase[:, None] * np.arange(1, harmonics + 1)
    return np.hstack([np.sin(turns), np.cos(turns)])


def rough_effects(values: np.ndarray, rows: np.ndarray, lag_days: int) -> np.ndarray:
    """Effects of the columns by least squares on differences over `lag_days`, which take level and weekday out.

    values: (D) on the model's scale, NaN unknown; rows: (D × columns). An effect that can't be told is 0.
    """
    difference = values[lag_days:] - values[:-lag_days]
    known = ~np.isnan(difference)
    if not known.any() or not rows.shape[1]:
        return np.zeros(rows.shape[1])
    changes = (rows[lag_days:] - rows[:-lag_days])[known]
    return np.asarray(np.linalg.lstsq(changes, difference[known], rcond=1e-8)[0])


def state_model(fitted: Any, columns: CalendarColumns, variance: float) -> ScaledModel:
    """The model that a filtered statsmodels state-space result says; the effects of its columns end the state."""
    parts = columns.parts
    learned = np.asarray(fitted.filtered_state)[-len(parts) :, -1] if parts else np.zeros(0)

    def rest(lead: np.ndarray) -> np.ndarray:
        steps = int(lead.max()) + 1
        ahead = fitted.forecast(steps, exog=np.zeros((steps, len(parts)))) if parts else fitted.forecast(steps)
        return np.asarray(np.asarray(ahead, dtype=float)[lead])

    def effects(horizon: DayCalendar, lead: np.ndarray) -> Mapping[str, np.ndarray]:
        added = columns.rows(horizon) * learned
        return {name: added[:, [part == name for part in parts]].sum(axis=1) for name in sorted(set(parts))}

    return ScaledModel(rest, variance, effects)
