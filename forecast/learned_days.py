"""The past days that the parts of a forecast come from, to show beside them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecast.calendar_effects import DayCalendar
from forecast.panel import DailyPanel

SHOWN = 8  # days shown for a part, the latest
YEAR_REACH_DAYS = 3  # days around the same date of earlier years
YEARS = 3


def learned_days(
    panel: DailyPanel, horizon: DayCalendar, queue: str, day: pd.Timestamp
) -> Mapping[str, pd.DatetimeIndex]:
    """Known past days of the queue that bear on one day of the horizon, in order, at most eight a part.

    By name of the part: `recent` (the last known days), `weekday` (ordinary days of the same weekday), `month_day` (the
    same day of the month, or the last where it is the last), `season` (up to three days around the date in the last
    three years), `holiday` (days of the same name; on a day next to a holiday: days like it), `event` (days of the
    events that touch the day). A part of which the day has nothing is not there. A day of another queue, or one that is
    not learned from (outage, discarded, unknown), is never in it.

    Raises `ValueError` for a queue or `IndexError` for a day that is not there.
    """
    row, place = panel.queues.index(queue), int(np.flatnonzero(horizon.days == day)[0])
    known = ~np.isnan(panel.values[row])
    past = panel.calendar
    touched = _touched(past, horizon, row, horizon.queues.index(queue), place)
    ordinary = known & ~past.is_holiday & ~(past.events[:, row] > 0).any(axis=0)
    found = {
        "recent": known,
        "weekday": ordinary & (past.weekdays == horizon.weekdays[place]),
        "month_day": ordinary & _same_month_day(past.days, day),
        "season": ordinary & _same_season(past.days, day),
        "holiday": known & _like_holiday(past, horizon, place),
        "event": known & touched,
    }
    return {name: past.days[np.flatnonzero(mask)[-_most(name) :]] for name, mask in found.items() if mask.any()}


def _most(name: str) -> int:
    return SHOWN if name != "season" else YEARS * (2 * YEAR_REACH_DAYS + 1)


def _same_month_day(days: pd.DatetimeIndex, day: pd.Timestamp) -> np.ndarray:
    same = np.asarray(days.day == day.day)
    return same | np.asarray(days.is_month_end) if day.is_month_end else same


def _same_season(days: pd.DatetimeIndex, day: pd.Timestamp) -> np.ndarray:
    mask = np.zeros(len(days), dtype=bool)
    for years in range(1, YEARS + 1):
        apart = np.abs(np.asarray((days - (day - pd.DateOffset(years=years))) // pd.Timedelta(days=1)))
        mask |= apart <= YEAR_REACH_DAYS
    return mask


def _like_holiday(past: DayCalendar, horizon: DayCalendar, place: int) -> np.ndarray:
    name = horizon.holidays[place]
    if name:
        same = np.array([found == name for found in past.holidays], dtype=bool)
        return same if same.any() else past.is_holiday
    if horizon.before_holiday[place]:
        return past.before_holiday
    return past.after_holiday & bool(horizon.after_holiday[place])


def _touched(past: DayCalendar, horizon: DayCalendar, row: int, ahead: int, place: int) -> np.ndarray:
    """(D) past days of the events that touch the queue (`row` of the past, `ahead` of the horizon) on the day."""
    mask = np.zeros(len(past.days), dtype=bool)
    for number, name in enumerate(horizon.event_names):
        if horizon.events[number, ahead, place] > 0 and name in past.event_names:
            mask |= past.events[past.event_names.index(name), row] > 0
    return mask
