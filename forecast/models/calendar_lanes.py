"""Calendar effects learned for all queues in one batch, and a bank of smoothers over what they leave.

On the log scale (square root below 25 contacts a day) a shrunk regression separates weekday, season of the year, day
of the month, public holidays with the days around them, the turn of the year and the planner's events from the level.
The level that is left is followed by `forecast.lanes`, whose mixture depends on the lead time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.calendar_effects import DayCalendar
from forecast.evidence import Design, fit_blocks
from forecast.forecaster import FittedForecaster, closed_to_zero
from forecast.lanes import LaneState, run_lanes
from forecast.models.transform import LOG_FROM_PER_DAY
from forecast.panel import DailyPanel

LONGEST_DAYS = 1500
SEASON_FROM_DAYS = 500
LEVEL_STEP_DAYS = 28
LEAST_KNOWN_DAYS = 15
OUTLIER_SPREADS = 3.0
INTERCEPT, LEVEL, SEASON = 0, 1, 2
TURN_OF_YEAR = (1222, 1223, 1224, 1225, 1226, 1227, 1228, 1229, 1230, 1231, 101, 102, 103)


@dataclass(frozen=True)
class CalendarLanes:
    """See the module. A queue needs about two known weeks."""

    name: str = "calendar_lanes"
    is_slow: bool = False
    only_when_named: bool = False

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn from the last four years of the panel."""
        recent = panel.last(LONGEST_DAYS)
        values = recent.values
        known = ~np.isnan(values)
        enough = known.sum(axis=1) >= LEAST_KNOWN_DAYS
        log = _mean(values, known) >= LOG_FROM_PER_DAY
        scaled = np.where(log[:, None], np.log(np.maximum(values, 0.5)), np.sqrt(np.maximum(values, 0.0)))
        plan = _Plan(tuple(sorted({name for name in recent.calendar.holidays if name})), len(recent.days))
        design = plan.design(recent.calendar, first=0)
        effects = fit_blocks(scaled, design, _allowed(known, design))
        slow = np.isin(design.blocks, (INTERCEPT, LEVEL))
        calendar = _product(design, np.where(slow, 0.0, effects))
        level = _product(design, np.where(slow, effects, 0.0))
        state = run_lanes(level + _held(scaled - calendar - level))
        few = dict.fromkeys(np.array(panel.queues)[~enough], f"fewer than {LEAST_KNOWN_DAYS} known days")
        return _Fitted(plan, np.where(slow, 0.0, effects), state, log, enough, few)


@dataclass(frozen=True)
class _Fitted:
    plan: _Plan
    effects: np.ndarray
    state: LaneState
    log: np.ndarray
    enough: np.ndarray
    reasons: Mapping[str, str]

    def predict(self, horizon: DayCalendar) -> np.ndarray:
        """Mean contacts (queues × days): the smoothers' level with the calendar put back, on the scale of contacts."""
        level, variance = self.state.predict(len(horizon.days))
        scaled = level + _product(self.plan.design(horizon, first=self.plan.days), self.effects)
        held = np.minimum(variance, 0.25)  # a mean from a log: past that, the spread is no longer small
        log = np.exp(np.minimum(scaled, 30.0) + held / 2)
        means = np.where(self.log[:, None], log, np.maximum(scaled, 0.0) ** 2 + held)
        return closed_to_zero(np.where(self.enough[:, None], means, np.nan), horizon)


@dataclass(frozen=True)
class _Plan:
    """Which features there are, fixed by the history: holiday names (those it has) and its length in days."""

    holiday_names: tuple[str, ...]
    days: int

    def design(self, calendar: DayCalendar, first: int) -> Design:
        """The design of `calendar`, whose first day has position `first` counted from the history's first day."""
        day = first + np.arange(len(calendar.days))
        month = np.asarray(calendar.days.month * 100 + calendar.days.day)
        of_year = 2 * np.pi * (np.asarray(calendar.days.day_of_year) - 1) / 365.25
        of_month = 2 * np.pi * (np.asarray(calendar.days.day) - 1) / np.asarray(calendar.days.days_in_month)
        named = np.array([[found == name for name in self.holiday_names] for found in calendar.holidays], dtype=float)
        near = np.column_stack([calendar.is_holiday, calendar.before_holiday, calendar.after_holiday])
        parts = (
            np.ones((len(day), 1)),
            _ramps(day, self.days),
            _waves(of_year, 6, decay=True),
            (calendar.weekdays[:, None] == np.arange(7)) - 1 / 7,
            _waves(of_month, 6, decay=False),
            near.astype(float),
            named.reshape(len(day), len(self.holiday_names)),
            (month[:, None] == np.array(TURN_OF_YEAR)).astype(float),
        )
        own = calendar.events.transpose(1, 2, 0).astype(float)
        widths = [part.shape[1] for part in parts] + [own.shape[2]]
        return Design(np.hstack(parts), own, np.repeat(np.arange(len(widths)), widths))


def _ramps(day: np.ndarray, days: int) -> np.ndarray:
    """A level that may step every four weeks; it stays where it was after the history's end."""
    knots = np.arange(LEVEL_STEP_DAYS / 2, days, LEVEL_STEP_DAYS)
    return np.asarray(np.clip((day[:, None] - knots) / LEVEL_STEP_DAYS + 0.5, 0.0, 1.0))


def _waves(phase: np.ndarray, harmonics: int, *, decay: bool) -> np.ndarray:
    turn = np.arange(1, harmonics + 1)
    scale = 1 / turn if decay else np.ones(harmonics)
    return np.hstack([np.cos(phase[:, None] * turn) * scale, np.sin(phase[:, None] * turn) * scale])


def _allowed(known: np.ndarray, design: Design) -> np.ndarray:
    """(queues × blocks) Which blocks a queue may use: a season only with more than a year of its own history."""
    allowed = np.ones((len(known), int(design.blocks.max(initial=0)) + 1), dtype=bool)
    first = np.argmax(known, axis=1)
    allowed[:, SEASON] = known.shape[1] - first >= SEASON_FROM_DAYS
    return allowed


def _product(design: Design, effects: np.ndarray) -> np.ndarray:
    """What the effects (queues × columns) give on each day (queues × days)."""
    shared = design.common.shape[1]
    own = np.einsum("qdr,qr->qd", design.own, effects[:, shared:])
    return np.asarray(effects[:, :shared] @ design.common.T + own)


def _mean(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    total: np.ndarray = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(known.sum(axis=1), 1))


def _held(residual: np.ndarray) -> np.ndarray:
    """Residuals (queues × days) held within three robust spreads, so that one odd day does not move the level."""
    held = residual.copy()
    for row in held:
        known = ~np.isnan(row)
        if known.any():
            reach = OUTLIER_SPREADS * 1.4826 * float(np.median(np.abs(row[known])))
            row[known] = np.clip(row[known], -reach, reach) if reach > 0 else row[known]
    return held
