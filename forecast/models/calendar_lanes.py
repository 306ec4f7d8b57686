"""Calendar effects learned for all queues in one batch, and a bank of smoothers over what they leave.

On the log scale (square root below 25 contacts a day) a shrunk regression separates weekday, season of the year, day
of the month, public holidays with the days around them, breaks, the turn of the year and the planner's events from the
level. The level that is left is followed by `forecast.lanes`, whose mixture depends on the lead time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.calendar_effects import DayCalendar, calendar_blocks
from forecast.cores import one_core
from forecast.decompose import Parts, scales_of
from forecast.evidence import Design, fit_blocks
from forecast.forecaster import FittedForecaster, closed_to_zero
from forecast.lanes import LEADS, LaneState, run_lanes
from forecast.models.transform import LOG_FROM_PER_DAY
from forecast.panel import DailyPanel
from forecast.weekday_shift import new_patterns

LONGEST_DAYS = 1500
SEASON_FROM_DAYS = 500
LEVEL_STEP_DAYS = 91
LEAST_KNOWN_DAYS = 15
OUTLIER_SPREADS = 2.5
MOST_VARIANCE = 0.25  # up to which residuals of a logarithm are taken as normal
MOST_SMEAR = 4.0
SMEARED_DAYS = 365
MOST_ZERO_SHARE = 0.02  # of the known days: with more, a logarithm says more of the zeros than of the contacts
LEAST_REACH = 1.5  # on the square-root scale, where counting noise is a half
GREATEST_LOG = 30.0
LEAST_MEAN = 1e-3
CHUNK = 64  # queues worked on at once: bounds memory
NAMES = ("intercept", "level", "season", "weekday", "month_day", "holiday", "holiday", "season", "break", "break")
NAMES_OF_BLOCKS = (*NAMES, "break", "event")
INTERCEPT, LEVEL, SEASON, WEEKDAY = 0, 1, 2, 3
TURN_OF_YEAR = (1222, 1223, 1224, 1225, 1226, 1227, 1228, 1229, 1230, 1231, 101, 102, 103)


@dataclass(frozen=True)
class CalendarLanes:
    """See the module. A queue needs about two known weeks."""

    name: str = "calendar_lanes"
    is_slow: bool = False
    only_when_named: bool = False

    def fit(self, panel: DailyPanel) -> FittedForecaster:
        """Learn from the last four years of the panel."""
        return self.fit_path(panel, (len(panel.days),))[0]

    def fit_path(self, panel: DailyPanel, ends: Sequence[int]) -> tuple[FittedForecaster, ...]:
        """What `fit(panel.until(end))` learns for each of the rising `ends`, with much of the work done once."""
        recent = panel.last(LONGEST_DAYS)
        skipped = len(panel.days) - len(recent.days)
        within = [max(end - skipped, 1) for end in ends]
        plan = _Plan(tuple(sorted({name for name in recent.calendar.holidays if name})), len(recent.days))
        count = len(panel.queues)
        chunks = [list(range(first, min(first + CHUNK, count))) for first in range(0, count, CHUNK)]
        with one_core():
            parts = [_fit_some(recent.pick(rows), plan, within) for rows in chunks]
        return tuple(_joined([part[number] for part in parts]) for number in range(len(ends)))


def _fit_some(panel: DailyPanel, plan: _Plan, ends: list[int]) -> list[_Fitted]:
    values = panel.values
    design = plan.design(panel.calendar, first=0)
    known = ~np.isnan(values)
    log = np.stack([_uses_log(values[:, :end], known[:, :end]) for end in ends])  # (ends × queues)
    effects = np.zeros((len(ends), len(values), len(design.blocks)))
    optimism = np.ones((len(ends), len(values)))
    allowed = np.stack([_allowed(known[:, :end], design) for end in ends])
    for is_log in (False, True):  # a queue may pass from one scale to the other on its way
        rows = np.flatnonzero((log == is_log).any(axis=0))
        if rows.size:
            own = Design(design.common, design.own[rows], design.blocks)
            found, more = fit_blocks(_scaled(values[rows], np.full(rows.size, is_log)), own, allowed[:, rows], ends)
            mine = log[:, rows] == is_log
            effects[:, rows] = np.where(mine[:, :, None], found, effects[:, rows])
            optimism[:, rows] = np.where(mine, more, optimism[:, rows])
    return [_follow(panel, plan, design, end, log[at], effects[at], optimism[at]) for at, end in enumerate(ends)]


def _follow(
    panel: DailyPanel,
    plan: _Plan,
    design: Design,
    end: int,
    log: np.ndarray,
    effects: np.ndarray,
    optimism: np.ndarray,
) -> _Fitted:
    """The smoothers over what the effects leave of the days before `end`."""
    values = panel.values[:, :end]
    past = Design(design.common[:end], design.own[:, :end], design.blocks)
    slow = np.isin(design.blocks, (INTERCEPT, LEVEL))
    calendar, level = (_product(past, np.where(part, effects, 0.0)) for part in (~slow, slow))
    residual = _scaled(values, log) - calendar - level
    reach = _reach(residual, np.where(log, 0.0, LEAST_REACH))
    patterns = new_patterns(residual, reach)
    effects = _with_patterns(effects, design.blocks, patterns, np.asarray(panel.calendar.days.day_of_week)[:end])
    for row, pattern in patterns.items():
        residual[row] -= pattern
    state = run_lanes(level + np.clip(residual, -reach[:, None], reach[:, None]))
    enough = (~np.isnan(values)).sum(axis=1) >= LEAST_KNOWN_DAYS
    few = dict.fromkeys(np.array(panel.queues)[~enough], f"fewer than {LEAST_KNOWN_DAYS} known days")
    return _Fitted(
        plan, end, np.where(slow, 0.0, effects), design.blocks, state, log, _smear(residual), optimism, enough, few
    )


@dataclass(frozen=True)
class _Fitted:
    """`end`: position of the first day that was not seen; `effects` (queues × columns) without the level."""

    plan: _Plan
    end: int
    effects: np.ndarray
    blocks: np.ndarray
    state: LaneState
    log: np.ndarray
    smear: np.ndarray
    optimism: np.ndarray
    enough: np.ndarray
    reasons: Mapping[str, str]

    def predict(self, horizon: DayCalendar) -> np.ndarray:
        """Mean contacts (queues × days): the smoothers' level with the calendar put back, on the scale of contacts."""
        return closed_to_zero(self._means(horizon), horizon)

    def _means(self, horizon: DayCalendar) -> np.ndarray:
        level, variance = self.state.predict(len(horizon.days))
        scaled = level + _product(self.plan.design(horizon, first=self.end), self.effects)
        held = np.minimum(variance, MOST_VARIANCE)
        log = np.exp(np.minimum(scaled, GREATEST_LOG) + held / 2) * self.smear[:, None]
        means = np.where(self.log[:, None], log, np.maximum(scaled, 0.0) ** 2 + variance)
        return np.where(self.enough[:, None], means, np.nan)

    def relative_sd(self, horizon: DayCalendar) -> np.ndarray:
        """What the smoothers missed by at each lead, from the queue's scale: sd(log y), or 2 sd(√y) ÷ √μ.

        They ran over days that the calendar effects were fitted to, so that days to come will be missed by more.
        """
        _, variance = self.state.predict(len(horizon.days))
        variance = _grown(variance) * self.optimism[:, None] ** 2
        means = np.maximum(self._means(horizon), LEAST_MEAN)
        noise = 1.0 / means  # errors may by luck have been smaller than counting makes them
        return np.asarray(np.sqrt(np.maximum(np.where(self.log[:, None], variance, 4.0 * variance / means), noise)))

    def parts(self, horizon: DayCalendar) -> Parts:
        """Level, season, weekday, day of the month, holidays, breaks and events on the queue's scale."""
        design = self.plan.design(horizon, first=self.end)
        level, _ = self.state.predict(len(horizon.days))
        names = tuple(dict.fromkeys(NAMES_OF_BLOCKS[2:]))
        values = [level]
        for name in names:
            own = np.isin(self.blocks, [block for block, called in enumerate(NAMES_OF_BLOCKS) if called == name])
            values.append(_product(design, np.where(own, self.effects, 0.0)))
        stacked = np.where(self.enough[None, :, None], np.stack(values), np.nan)
        return Parts(("level", *names), stacked, scales_of(self.log), self._means(horizon))


def _joined(parts: list[_Fitted]) -> _Fitted:
    """The queues of all parts as one."""
    if len(parts) == 1:
        return parts[0]
    states = [part.state for part in parts]
    return _Fitted(
        plan=parts[0].plan,
        end=parts[0].end,
        effects=np.concatenate([part.effects for part in parts]),
        blocks=parts[0].blocks,
        state=LaneState(
            states[0].days,
            np.concatenate([state.level for state in states]),
            np.concatenate([state.weekday for state in states], axis=1),
            np.concatenate([state.weights for state in states], axis=1),
            np.concatenate([state.variance for state in states], axis=1),
        ),
        log=np.concatenate([part.log for part in parts]),
        smear=np.concatenate([part.smear for part in parts]),
        optimism=np.concatenate([part.optimism for part in parts]),
        enough=np.concatenate([part.enough for part in parts]),
        reasons={queue: reason for part in parts for queue, reason in part.reasons.items()},
    )


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
            *calendar_blocks(calendar),
        )
        own = calendar.events.transpose(1, 2, 0).astype(float)
        widths = [part.shape[1] for part in parts] + [own.shape[2]]
        return Design(np.hstack(parts), own, np.repeat(np.arange(len(widths)), widths))


def _ramps(day: np.ndarray, days: int) -> np.ndarray:
    """A level that may step every quarter; it stays where it was after the history's end."""
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


def _scaled(values: np.ndarray, log: np.ndarray) -> np.ndarray:
    """Contacts (queues × days) on each queue's scale."""
    return np.asarray(np.where(log[:, None], np.log(np.maximum(values, 0.5)), np.sqrt(np.maximum(values, 0.0))))


def _product(design: Design, effects: np.ndarray) -> np.ndarray:
    """What the effects (queues × columns) give on each day (queues × days)."""
    shared = design.common.shape[1]
    total = effects[:, :shared] @ design.common.T
    if design.own.shape[2]:
        total = total + np.einsum("qdr,qr->qd", design.own, effects[:, shared:])
    return np.asarray(total)


def _grown(variance: np.ndarray) -> np.ndarray:
    """Error variances (queues × leads) that beyond the last judged lead go on growing as they did before it.

    A level that wanders as a random walk adds the same variance every day; a steady one adds none.
    """
    before, last = LEADS[-2], LEADS[-1]
    beyond = np.maximum(np.arange(1, variance.shape[1] + 1) - last, 0)
    if not beyond.any():
        return variance
    daily = np.maximum(variance[:, last - 1] - variance[:, before - 1], 0.0) / (last - before)
    return np.asarray(variance + daily[:, None] * beyond)


def _mean(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    total: np.ndarray = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(known.sum(axis=1), 1))


def _uses_log(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(queues) whether a queue (rows of days) is modelled on the log scale: many contacts, hardly a day of none."""
    empty = (known & (values == 0)).sum(axis=1) > MOST_ZERO_SHARE * known.sum(axis=1)
    return np.asarray((_mean(values, known) >= LOG_FROM_PER_DAY) & ~empty)


def _smear(residual: np.ndarray) -> np.ndarray:
    """(queues) what the mean is above that of normal residuals (queues × days): mean eʳ (Duan 1983) over e^(s²/2).

    1 where the variance s² of the last year is small enough for normal residuals to serve. The highest day counts as
    the second highest does: batches come again, a count that was mistyped once does not.
    """
    recent = residual[:, -SMEARED_DAYS:]
    known = ~np.isnan(recent)
    if known.shape[1] > 1:
        second = np.sort(np.where(known, recent, -np.inf), axis=1)[:, -2:-1]
        recent = np.where(np.isfinite(second), np.minimum(recent, second), recent)
    centred = np.where(known, recent, 0.0)
    count = np.maximum(known.sum(axis=1), 1)
    variance = (centred**2).sum(axis=1) / count
    mean = np.where(known, np.exp(np.minimum(centred, GREATEST_LOG)), 0.0).sum(axis=1) / count
    found = np.clip(mean / np.exp(MOST_VARIANCE / 2), 1.0, MOST_SMEAR)
    return np.asarray(np.where(variance > MOST_VARIANCE, found, 1.0))


def _reach(residual: np.ndarray, least: np.ndarray) -> np.ndarray:
    """(queues) Within which residuals (queues × days) are held: 2.5 robust spreads, at least `least`; one odd day does
    not move the level, and the few contacts of a rare queue do."""
    known = ~np.isnan(residual)
    count = known.sum(axis=1, keepdims=True)
    ordered = np.sort(np.abs(residual), axis=1)  # NaN comes last
    middle = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=1)[:, 0]
    reach = np.maximum(OUTLIER_SPREADS * 1.4826 * middle, least)
    return np.asarray(np.where(reach > 0, reach, np.inf))


def _with_patterns(
    effects: np.ndarray, blocks: np.ndarray, patterns: dict[int, np.ndarray], weekdays: np.ndarray
) -> np.ndarray:
    """The effects (queues × columns), weekdays moved to the patterns (row to days) that queues have come to.

    `weekdays` (days): those of the date; a Saturday that is worked says nothing of the weekday that it stands for.
    """
    moved = effects.copy()
    for row, pattern in patterns.items():
        week = np.zeros(7)
        week[weekdays[-7:]] = pattern[-7:]
        moved[row, blocks == WEEKDAY] += week
    return moved
