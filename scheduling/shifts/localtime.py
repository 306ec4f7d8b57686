"""Local days and wall clocks of a site, in minutes since 1970 UTC: the unit of all arithmetic on shifts.

- **day**: a local calendar day as its proleptic ordinal (`date.toordinal`), so that days count on across weeks.
- **minute**: minutes since 1970-01-01T00:00Z. Differences are elapsed time, also in nights when clocks change.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from domain.intervals import check_timezone, local_days, localise

EPOCH_DAY = date(1970, 1, 1).toordinal()


def minutes_of(stamps: pd.Series | pd.DatetimeIndex) -> np.ndarray:
    """Minutes since 1970 UTC of tz-aware stamps (float: seconds are kept)."""
    index = pd.DatetimeIndex(stamps).tz_convert("UTC").as_unit("us")
    return np.asarray(index.asi8 / 60_000_000, dtype=np.float64)


def stamps_of(minutes: np.ndarray) -> pd.DatetimeIndex:
    """UTC stamps of minutes since 1970."""
    micros = np.round(np.asarray(minutes, dtype=np.float64) * 60_000_000).astype(np.int64)
    return pd.DatetimeIndex(micros.astype("datetime64[us]")).tz_localize("UTC").as_unit("us")


def days_of(stamps: pd.Series | pd.DatetimeIndex, timezone: str) -> np.ndarray:
    """The local day (ordinal) of each stamp."""
    naive = local_days(stamps, timezone)
    return np.asarray(naive.asi8 // 86_400_000_000 + EPOCH_DAY, dtype=np.int64)


@lru_cache(maxsize=8192)
def midnight(day: int, timezone: str) -> int:
    """First minute of a local day (ordinal), minutes since 1970 UTC."""
    zone = check_timezone(timezone)
    start = datetime.combine(date.fromordinal(day), datetime.min.time(), tzinfo=zone).astimezone(UTC)
    while start.astimezone(zone).date().toordinal() < day:  # the day begins later than 00:00 after a clock change
        start += timedelta(minutes=15)
    return int(start.timestamp()) // 60


@lru_cache(maxsize=16384)
def day_of(minute: float, timezone: str) -> int:
    """The local day (ordinal) that a minute falls in."""
    moment = datetime.fromtimestamp(minute * 60, tz=check_timezone(timezone))
    return moment.date().toordinal()


_EPOCH_DAY = date(1970, 1, 1).toordinal()


def clock_of(minute: float, timezone: str) -> int:
    """Minutes after local midnight by the wall clock (0–1439)."""
    moment = datetime.fromtimestamp(minute * 60, tz=check_timezone(timezone))
    return moment.hour * 60 + moment.minute


def words_of(minute: float, timezone: str) -> str:
    """A minute in words for people: `Mon 2026-03-02 09:00`."""
    return datetime.fromtimestamp(minute * 60, tz=check_timezone(timezone)).strftime("%a %Y-%m-%d %H:%M")


def at_clock(days: np.ndarray | int, clock_minutes: np.ndarray, timezone: str) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock times of local days (one for all, or one each) as (minutes since 1970 UTC, exists).

    A time the clock skips does not exist; of a time it shows twice the first is meant.
    """
    since = (np.asarray(days, dtype=np.int64) - _EPOCH_DAY) * 1440 + np.asarray(clock_minutes, dtype=np.int64)
    naive = pd.DatetimeIndex(since.astype("datetime64[m]").astype("datetime64[us]"))
    utc, in_gap, _ = localise(pd.Series(naive), timezone)
    exists = ~np.asarray(in_gap)
    minutes = np.zeros(len(naive), dtype=np.int64)
    if exists.any():
        minutes[exists] = minutes_of(utc[exists]).astype(np.int64)
    return minutes, exists


def iso_week(day: int) -> tuple[int, int]:
    """(year, week) of a local day by ISO 8601."""
    year, week, _ = date.fromordinal(day).isocalendar()
    return year, week


def monday_of(day: int) -> int:
    """The Monday (ordinal) of the ISO week a day is in."""
    return day - date.fromordinal(day).weekday()
