"""What is known of each day beforehand: opening, public holidays, events; and the features a model makes of it.

- A **closure** closes the queue on its days. Days of an **outage** or marked **discard** are not learned from.
- A **campaign** or **special** day is a feature: every name has its effect, shrunk to the effect all campaigns share.
- Moved working days, shortened days and long breaks come from the country's calendar (`forecast.work_days`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from domain.tables import EVENTS, LEARNED_EVENTS
from domain.work_calendar import WorkCalendar
from forecast.events import event_weights, stated_effects
from forecast.work_days import WorkDays, work_day_blocks, work_days

EXCLUDED_KINDS = ("outage", "discard")


@dataclass(frozen=True)
class DayCalendar:
    """Consecutive local days, and what is known of them for each queue before they come.

    Attributes:
        queues: names (Q).
        days: naive local days (D), without gaps.
        open: (Q × D), whether the queue is open on any part of the day.
        holidays: (D) name of the public holiday, "" on other days.
        before_holiday, after_holiday: (D) ordinary days next to a public holiday.
        event_names: (E) campaigns and special days.
        events: (E × Q × D), weight of the event for the queue that day: 1 on its days, less on the ramp before and the
            decay after, 0 elsewhere.
        event_effects: (E × Q) factor that planners stated, NaN where none.
        excluded: (Q × D), days not to learn from: outages and discarded days.
        work: moved, shortened and free days, and the working days around breaks (D).
    """

    queues: tuple[str, ...]
    days: pd.DatetimeIndex
    open: np.ndarray
    holidays: tuple[str, ...]
    before_holiday: np.ndarray
    after_holiday: np.ndarray
    event_names: tuple[str, ...]
    events: np.ndarray
    event_effects: np.ndarray
    excluded: np.ndarray
    work: WorkDays

    @property
    def is_holiday(self) -> np.ndarray:
        """(D) whether the day is a public holiday."""
        return np.array([name != "" for name in self.holidays], dtype=bool)

    @property
    def weekdays(self) -> np.ndarray:
        """(D) 0 = Monday … 6 = Sunday; a weekend day that is worked is the weekday it stands for."""
        return self.work.weekdays

    def between(self, first: int, end: int) -> DayCalendar:
        """The days at positions [first, end)."""
        return replace(
            self,
            days=self.days[first:end],
            open=self.open[:, first:end],
            holidays=self.holidays[first:end],
            before_holiday=self.before_holiday[first:end],
            after_holiday=self.after_holiday[first:end],
            events=self.events[:, :, first:end],
            excluded=self.excluded[:, first:end],
            work=self.work.between(first, end),
        )

    def pick(self, queues: list[int]) -> DayCalendar:
        """The queues at these positions."""
        return replace(
            self,
            queues=tuple(self.queues[queue] for queue in queues),
            open=self.open[queues],
            events=self.events[:, queues],
            event_effects=self.event_effects[:, queues],
            excluded=self.excluded[queues],
        )


def day_calendar(
    queues: tuple[str, ...],
    days: pd.DatetimeIndex,
    opened: np.ndarray,
    holidays: Mapping[date, str],
    events: pd.DataFrame | None,
) -> DayCalendar:
    """The calendar of `days` (D, consecutive) for `queues` (Q).

    Args:
        opened: (Q × D) by opening hours; closures of `events` are taken out here.
        holidays: name by date; a `WorkCalendar` also tells of moved and shortened days.
        events: frame under EVENTS, or None.

    Raises `TableError` for events outside their contract.
    """
    table = EVENTS.empty() if events is None else EVENTS.check(events)
    learned = table[table["kind"].isin(LEARNED_EVENTS)]
    names = tuple(sorted(set(learned["name"])))
    weights = np.zeros((len(names), len(queues), len(days)), dtype=np.float32)
    for number, name in enumerate(names):
        weights[number] = event_weights(learned[learned["name"] == name], queues, days)
    special = np.array([day.date() in holidays for day in days], dtype=bool)
    one_day = timedelta(days=1)
    return DayCalendar(
        queues=queues,
        days=days,
        open=opened & ~_touched(table[table["kind"] == "closure"], queues, days),
        holidays=tuple((holidays[day.date()] or "holiday") if day.date() in holidays else "" for day in days),
        before_holiday=np.array([day.date() + one_day in holidays for day in days], dtype=bool) & ~special,
        after_holiday=np.array([day.date() - one_day in holidays for day in days], dtype=bool) & ~special,
        event_names=names,
        events=weights,
        event_effects=stated_effects(learned, names, queues),
        excluded=_touched(table[table["kind"].isin(EXCLUDED_KINDS)], queues, days),
        work=work_days(days, WorkCalendar.of(holidays)),
    )


def _touched(events: pd.DataFrame, queues: tuple[str, ...], days: pd.DatetimeIndex) -> np.ndarray:
    """(Q × D) whether any of the events touches the queue that day."""
    return event_weights(events.drop(columns=["ramp_days", "decay_days"], errors="ignore"), queues, days) > 0


def calendar_blocks(calendar: DayCalendar) -> tuple[np.ndarray, ...]:
    """Further blocks of features (D × columns) from the country's calendar, each to be shrunk on its own.

    Moved and shortened days; working days around a break; days inside one: see `forecast.work_days.work_day_blocks`.
    """
    return work_day_blocks(calendar.work)


@dataclass(frozen=True)
class FeaturePlan:
    """Which features a log-linear model of day totals has, fixed by its history and the same for every horizon.

    `origin` is the first day that is not learned from: trend ramps end there, so that the level is held after it.
    A yearly season needs at least 350 learned days.
    """

    origin: pd.Timestamp
    learned_days: int
    holiday_names: tuple[str, ...]

    @staticmethod
    def of(calendar: DayCalendar, first: int) -> FeaturePlan:
        """The plan for a history that is known from position `first` of its calendar to the end."""
        learned = calendar.between(first, len(calendar.days))
        return FeaturePlan(
            origin=calendar.days[-1] + pd.Timedelta(days=1),
            learned_days=len(learned.days),
            holiday_names=tuple(sorted({name for name in learned.holidays if name})),
        )

    def features(self, calendar: DayCalendar, queue: int) -> Features:
        """The features of one queue (its position) on the days of `calendar`, before and after the origin alike."""
        named = {
            "weekday": [_weekdays(calendar)],
            "level": [_trend(calendar, self)],
            "month_day": [_day_of_month(calendar)],
            "holiday": _holidays(calendar, self),
            "event": _events(calendar, queue),
        }
        if self.learned_days >= 350:
            named["season"] = [_season(calendar, harmonics=2 if self.learned_days < 700 else 3)]
        blocks = [block for group in named.values() for block in group]
        values = np.column_stack([block for block, _ in blocks])
        spread = np.concatenate([np.full(block.shape[1], sd) for block, sd in blocks])
        parts = tuple(name for name, group in named.items() for block, _ in group for _ in range(block.shape[1]))
        return Features(values, spread, parts)


@dataclass(frozen=True)
class Features:
    """A design matrix `values` (days × columns), the prior standard deviation of each effect, on the log scale, and the
    part of the forecast that each column belongs to."""

    values: np.ndarray
    prior_sd: np.ndarray
    parts: tuple[str, ...] = ()


Block = tuple[np.ndarray, float]


def _weekdays(calendar: DayCalendar) -> Block:
    return (calendar.weekdays[:, None] == np.arange(7)).astype(float), 1.0


def _trend(calendar: DayCalendar, plan: FeaturePlan, ramp_days: int = 91) -> Block:
    """Ramps of a quarter each that rise from −1 to 0 and stay: a random walk of the level, flat after the origin."""
    age = np.asarray((calendar.days - plan.origin) // pd.Timedelta(days=1), dtype=float)
    ends = -np.arange(0, max(plan.learned_days - ramp_days // 2, 1), ramp_days, dtype=float)
    return np.clip((age[:, None] - (ends - ramp_days)) / ramp_days, 0.0, 1.0) - 1.0, 0.05


def _season(calendar: DayCalendar, harmonics: int) -> Block:
    phase = 2 * np.pi * np.asarray(calendar.days.day_of_year, dtype=float) / 365.25
    return _fourier(phase, harmonics), 0.2


def _day_of_month(calendar: DayCalendar) -> Block:
    phase = 2 * np.pi * (np.asarray(calendar.days.day, dtype=float) - 1) / np.asarray(calendar.days.days_in_month)
    return _fourier(phase, 4), 0.03


def _fourier(phase: np.ndarray, harmonics: int) -> np.ndarray:
    turns = phase[:, None] * np.arange(1, harmonics + 1)
    return np.hstack([np.sin(turns), np.cos(turns)])


def _holidays(calendar: DayCalendar, plan: FeaturePlan) -> list[Block]:
    """Pooled effects of a holiday on a working day, on a weekend, the day before and after; a deviation per name."""
    special, weekend = calendar.is_holiday, calendar.weekdays >= 5
    named = np.array([[day == name for name in plan.holiday_names] for day in calendar.holidays], dtype=float)
    pooled = np.column_stack([special & ~weekend, special & weekend]).astype(float)
    near = np.column_stack([calendar.before_holiday, calendar.after_holiday]).astype(float)
    return [(pooled, 0.7), (near, 0.2), (named.reshape(len(calendar.days), len(plan.holiday_names)), 0.4)]


def _events(calendar: DayCalendar, queue: int) -> list[Block]:
    """An effect that all events share and one of each name; a stated effect takes the place of the shared one."""
    weights = calendar.events[:, queue].T.astype(float)
    unstated = weights[:, np.isnan(calendar.event_effects[:, queue])]
    return [(unstated.max(axis=1, initial=0.0)[:, None], 0.5), (weights, 0.3)]
