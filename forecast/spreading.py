"""From day means to intervals: profile, quantiles and handle time of each queue.

The means of the next two open days are part those of the profile, part those of the singular-value scores: an average
of two opinions of which one follows the last days closely. Not on days that have a shape or level of their own
(holidays and the days around them, events, moved and shortened days), nor for the models that repeat the past as it
was, which are pinned by those who want just that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from domain.tables import FORECAST, QUANTILES
from forecast.backtest import Backtest, Progress
from forecast.correlation import learn_correlation
from forecast.forecaster import SaysSpread
from forecast.handle_time import handle_time_with_cv
from forecast.prepare import Prepared, only_history
from forecast.profile import WINDOW_DAYS, DayProfile, ProfileDays, learn_profile
from forecast.quantiles import count_quantiles, learn_stretch, plain_sd
from forecast.shape_scores import score_means

USUAL_DAYS = 182
SCORE_SHARES = (0.5, 0.25)  # of the scores in the first and second open day's means
SCORE_LATEST_DAYS = 7  # a last known day that lies further back says nothing of tomorrow
REPEATING_MODELS = ("seasonal_naive", "weekday_average_4", "weekday_average_8")


def spread_over_intervals(
    ready: Prepared,
    test: Backtest,
    chosen: Mapping[str, str],
    means: np.ndarray,
    progress: Progress | None,
    *,
    level_cv: np.ndarray | None = None,
    judged: Backtest | None = None,
) -> pd.DataFrame:
    """Every interval of the horizon days of the queues that have a forecast, closed ones as 0 (column `closed`).

    Args:
        test: the backtest whose errors set the width of the bands.
        chosen: model by queue; queues that are not in it failed.
        means: (Q × H days) contacts.
        level_cv: (Q) what each queue's level may be wrong by besides; None: nothing.
        judged: the backtest without days that a queue borrowed: on those it errs with the queue they are from, which
            says nothing of what queues have in common. None: `test`.
    """
    names = sorted(chosen)
    if not names:
        return FORECAST.empty().drop(columns="open").assign(closed=False)
    site = _site(ready)
    position = {queue: row for row, queue in enumerate(ready.panel.queues)}
    inner, outer = day_spread(ready, test, chosen, means)
    if level_cv is not None:
        inner, outer = (np.hypot(cv, level_cv[:, None]) for cv in (inner, outer))
    shares = common_shares(ready, test if judged is None else judged, chosen)
    parts = []
    for number, queue in enumerate(names):
        row = position[queue]
        scored = chosen[queue] not in REPEATING_MODELS
        parts.append(_queue_intervals(ready, site, row, means[row], (inner[row], outer[row]), scored))
        if progress is not None:
            progress("intervals", number + 1, len(names))
    frame = _frame(ready, site, names, chosen, parts)
    return frame.assign(queue_correlation=shares[[position[queue] for queue in names]].repeat(len(site.starts)))


def common_shares(ready: Prepared, test: Backtest, chosen: Mapping[str, str]) -> np.ndarray:
    """(Q) `queue_correlation` of `forecast.correlation` by the chosen models' backtest; NaN where there is none."""
    queues = len(ready.panel.queues)
    forecast, day_cv = np.full(test.actual.shape, np.nan), np.zeros(test.actual.shape)
    for model in sorted(set(chosen.values()) & set(test.forecasts)):
        rows = [row for row, queue in enumerate(ready.panel.queues) if chosen.get(queue) == model]
        said = test.said_sd(model)
        stretch = learn_stretch(test.actual, test.forecasts[model], said)
        forecast[:, rows] = test.forecasts[model][:, rows]
        for number in range(len(test.origins)):
            day_cv[number, rows] = stretch.day_cv(test.forecasts[model][number], said[number])[0][rows]
    if not test.origins or np.isnan(np.where(forecast > 0, test.actual, np.nan)).all():
        return np.full(queues, np.nan)
    return learn_correlation(test.actual, forecast, day_cv).queue


def day_spread(
    ready: Prepared, test: Backtest, chosen: Mapping[str, str], means: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(inner, outer) cv of each day's rate, each (Q × H), as the backtest of the chosen models sets it."""
    found = tuple(np.zeros(means.shape) for _ in range(2))
    for model in sorted(set(chosen.values())):
        rows = [row for row, queue in enumerate(ready.panel.queues) if chosen.get(queue) == model]
        fitted = test.latest.get(model)
        said = fitted.relative_sd(ready.horizon) if isinstance(fitted, SaysSpread) else plain_sd(means)
        tested = model in test.forecasts
        past = test.forecasts[model] if tested else np.full(test.actual.shape, np.nan)
        stretch = learn_stretch(test.actual, past, test.said_sd(model) if tested else past)
        for part, cv in zip(found, stretch.day_cv(means, said), strict=True):
            part[rows] = cv[rows]
    return found[0], found[1]


@dataclass(frozen=True)
class _Site:
    """What all queues share: position of each interval of the horizon (N), and the calendar.

    Attributes:
        day, slot: (N) day of the horizon and slot.
        weekdays, is_holiday: (D + H) of all days.
        unlike, near_unlike: (D + H) days with a level or shape of their own; those and the days next to a holiday.
        intervals: (D × S) intervals of the grid in each cell, at least 1.
        skipped: (D × S) cells that no interval has.
    """

    starts: pd.DatetimeIndex
    day: np.ndarray
    slot: np.ndarray
    weekdays: np.ndarray
    is_holiday: np.ndarray
    unlike: np.ndarray
    near_unlike: np.ndarray
    intervals: np.ndarray
    skipped: np.ndarray


def _site(ready: Prepared) -> _Site:
    layout, calendar = ready.layout, ready.calendar
    inside = layout.day >= ready.history_days
    multiplicity = layout.multiplicity[: ready.history_days]
    work = calendar.work
    unlike = calendar.is_holiday | work.moved_working | work.moved_off | work.shortened | (work.break_day > 0)
    return _Site(
        starts=layout.starts[inside],
        day=layout.day[inside] - ready.history_days,
        slot=layout.slot[inside],
        weekdays=calendar.weekdays,
        is_holiday=calendar.is_holiday,
        unlike=unlike,
        near_unlike=unlike | calendar.before_holiday | calendar.after_holiday,
        intervals=np.maximum(multiplicity, 1),
        skipped=multiplicity == 0,
    )


@dataclass(frozen=True)
class _Intervals:
    """One queue's intervals of the horizon, each (N).

    `day_cv`, `outer_cv`: of the day's rate, in the middle of the band and in its tails; `interval_cv`: on top of it;
    `aht_cv`: of the day's mean handle time.
    """

    offered: np.ndarray
    day_cv: np.ndarray
    outer_cv: np.ndarray
    interval_cv: np.ndarray
    aht_seconds: np.ndarray
    aht_cv: np.ndarray
    closed: np.ndarray


def _queue_intervals(
    ready: Prepared, site: _Site, row: int, day_means: np.ndarray, spread: tuple[np.ndarray, np.ndarray], scored: bool
) -> _Intervals:
    history, day, slot = ready.history_days, site.day, site.slot
    opened, weekdays = ready.opened[row][history:], site.weekdays[history:]
    inner, outer = spread
    cells = only_history(ready, row)
    seconds, aht_cv = handle_time_with_cv(cells.handled, cells.handle_seconds, site.weekdays[:history])
    if ready.layout.grid.is_daily:
        offered, interval_cv = np.where(opened, day_means[:, None], 0.0), np.zeros(1)
    else:
        days = _known_days(ready, site, row)
        profile = learn_profile(days, _usual_hours(ready, site, row))
        offered = _interval_means(ready, site, row, day_means, days, profile, scored)
        interval_cv = profile.interval_cv
    return _Intervals(
        offered=offered[day, slot],
        day_cv=inner[day],
        outer_cv=outer[day],
        interval_cv=interval_cv[slot],
        aht_seconds=seconds[weekdays[day], slot],
        aht_cv=np.full(len(day), aht_cv),
        closed=~opened[day, slot],
    )


def _interval_means(
    ready: Prepared,
    site: _Site,
    row: int,
    day_means: np.ndarray,
    days: ProfileDays,
    profile: DayProfile,
    scored: bool,
) -> np.ndarray:
    """(H × S) contacts per interval: day mean times share, near the origin averaged with what the scores say."""
    history = ready.history_days
    opened, events = ready.opened[row][history:], ready.calendar.events[:, row]
    weekdays, is_holiday = site.weekdays[history:], site.is_holiday[history:]
    means: np.ndarray = day_means[:, None] * profile.of_days(weekdays, is_holiday, opened, events[:, history:])
    touched = (events > 0).any(axis=0)
    plain = days.pick(~(site.unlike | touched)[history - 1 - days.age_days.astype(int)])
    if not scored or len(plain.age_days) == 0 or plain.age_days[-1] >= SCORE_LATEST_DAYS:
        return means
    is_open = ready.opened[row].any(axis=1)
    ahead = np.flatnonzero(is_open[history:])[: len(SCORE_SHARES)]
    last = history - 1 - int(plain.age_days[-1])
    steps = np.cumsum(is_open[last + 1 :])[history - last - 1 + ahead]
    said = score_means(plain.contacts, plain.weekdays, plain.age_days, steps, weekdays[ahead])
    if said is None:
        return means
    left_alone = (site.near_unlike | touched)[history:][ahead] | (day_means[ahead] == 0)  # nobody comes: a dead queue
    share = np.where(left_alone, 0.0, np.array(SCORE_SHARES)[: len(ahead)])[:, None]
    means[ahead] = np.where(opened[ahead], (1 - share) * means[ahead] + share * said, 0.0)
    return means


def _usual_hours(ready: Prepared, site: _Site, row: int) -> np.ndarray:
    """(7 × S) hours open on at least half of the ordinary days of the weekday, the last half year and the horizon."""
    opened = ready.opened[row]
    ordinary = ~site.is_holiday & opened.any(axis=1)
    ordinary[: max(ready.history_days - USUAL_DAYS, 0)] = False
    week = ((site.weekdays[:, None] == np.arange(7)) & ordinary[:, None]).astype(float)
    return np.asarray((week.T @ opened >= 0.5 * week.sum(axis=0)[:, None]) & (week.sum(axis=0)[:, None] > 0))


def _known_days(ready: Prepared, site: _Site, row: int) -> ProfileDays:
    """The known days of the profile's window; the missing intervals of a day are filled up to its total as usual."""
    history = ready.history_days
    totals = ready.panel.values[row]
    first = max(history - WINDOW_DAYS, 0)
    known = first + np.flatnonzero(~np.isnan(totals[first:]))
    cells, opened = ready.cells[row], ready.opened[row][known]
    told = opened & cells.known[known]
    contacts = np.where(told, cells.contacts[known], 0.0)
    absent = opened & ~told & ~site.skipped[known]
    if absent.any():
        usual = contacts.sum(axis=0) / np.maximum(told.sum(axis=0), 1)
        filled = np.where(absent, usual, 0.0)
        missing = np.maximum(totals[known] - contacts.sum(axis=1), 0.0) / np.maximum(filled.sum(axis=1), 1e-12)
        contacts = contacts + filled * np.where(absent.any(axis=1), missing, 0.0)[:, None]
    return ProfileDays(
        contacts=contacts / site.intervals[known],
        weekdays=site.weekdays[known],
        is_holiday=site.is_holiday[known],
        age_days=(history - 1 - known).astype(float),
        opened=opened,
        events=ready.calendar.events[:, row, known],
    )


def _frame(
    ready: Prepared, site: _Site, names: list[str], chosen: Mapping[str, str], parts: list[_Intervals]
) -> pd.DataFrame:
    """One row per queue and interval: arrays first, one frame at the end."""
    size, number = len(site.starts), len(names)
    offered, day_cv, outer_cv, interval_cv = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("offered", "day_cv", "outer_cv", "interval_cv")
    )
    models = pd.array([chosen[queue] for queue in names], dtype="str")
    frame = pd.DataFrame(
        {
            "queue": pd.array(names, dtype="str").repeat(size),
            "start": site.starts.take(np.tile(np.arange(size), number)),
            "offered": offered,
            "aht_seconds": np.concatenate([part.aht_seconds for part in parts]),
            "closed": np.concatenate([part.closed for part in parts]),
            "model": models.repeat(size),
            "day_cv": day_cv,
            "interval_cv": interval_cv,
            "aht_cv": np.concatenate([part.aht_cv for part in parts]),
        }
    )
    quantiles = count_quantiles(offered, np.hypot(day_cv, interval_cv), np.hypot(outer_cv, interval_cv))
    return pd.concat([frame, pd.DataFrame(quantiles, columns=list(QUANTILES))], axis=1)
