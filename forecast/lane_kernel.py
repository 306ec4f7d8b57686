"""The smoothers of `forecast.lanes`, compiled: one pass over the days updates every lane, a second one judges them.

As array code the same work is bound by memory and takes five times as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_compiled: Any = njit(cache=True, nogil=True)
WEEK = 7


@_compiled
def run(
    series: Any,
    level_share: Any,
    weekday_share: Any,
    slow: Any,
    fast: Any,
    back: Any,
    leads: Any,
    memory: float,
    first_judged: int,
    start: float,
) -> Any:
    """One queue: (level (P), weekday (7 × P), discounted squared errors (leads × lanes), their mass (leads)).

    Args:
        series: (days) with NaN where unknown.
        level_share, weekday_share: (P) of the plain lanes.
        slow, fast, back: (R) of the returning lanes: positions of two plain lanes, and φ.
        leads: lead times in days.
        memory: what a past error still counts a day later.
        first_judged: the first day whose forecasts are judged.
        start: level before the first day.
    """
    days, plain, returning = series.shape[0], level_share.shape[0], slow.shape[0]
    lanes = plain + returning
    levels = np.empty((days, plain))
    weekdays = np.zeros((days + WEEK, plain))
    level = np.full(plain, start)
    weekday = np.zeros((WEEK, plain))
    for day in range(days):
        place = day % WEEK
        value = series[day]
        if not np.isnan(value):
            for lane in range(plain):
                surprise = value - level[lane] - weekday[place, lane]
                level[lane] += level_share[lane] * surprise
                weekday[place, lane] += weekday_share[lane] * (1.0 - level_share[lane]) * surprise
        levels[day] = level
        weekdays[day + WEEK] = weekday[place]
    error = np.zeros((leads.shape[0], lanes))
    mass = np.zeros(leads.shape[0])
    said = np.empty(plain)
    for number in range(leads.shape[0]):
        lead = leads[number]
        shift = lead - WEEK * ((lead + WEEK - 1) // WEEK) + WEEK
        decay = back**lead
        for day in range(max(first_judged, lead), days):
            value = series[day]
            if np.isnan(value):
                for lane in range(lanes):
                    error[number, lane] *= memory
                mass[number] *= memory
                continue
            before = day - lead
            for lane in range(plain):
                said[lane] = levels[before, lane] + weekdays[before + shift, lane]
                error[number, lane] = memory * error[number, lane] + (value - said[lane]) ** 2
            for lane in range(returning):
                near = said[slow[lane]]
                missed = value - near - decay[lane] * (said[fast[lane]] - near)
                error[number, plain + lane] = memory * error[number, plain + lane] + missed**2
            mass[number] = memory * mass[number] + 1.0
    return level, weekday, error, mass
