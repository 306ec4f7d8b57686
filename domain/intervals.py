"""The planning grid: intervals of a given length in a site's zone, right on the days the clocks change.

- **start**: the beginning of an interval, tz-aware UTC. The hour that a clock change doubles is two sets of intervals
  with different starts; the hour it skips has none.
- **interval_minutes**: the grid's step; 1440 (`DAY_MINUTES`) means *local calendar days*, which last 23 to 25 hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from domain.errors import BadValue

DAY_MINUTES = 1440
UTC_STAMP = "datetime64[us, UTC]"


@dataclass(frozen=True)
class IntervalGrid:
    """The step and zone of a plan. `interval_minutes` divides the hour, or is 1440: the local day.

    Steps of several hours are refused: on the days the clocks change they would straddle local midnight.
    """

    interval_minutes: int
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if self.interval_minutes != DAY_MINUTES and (self.interval_minutes < 1 or 60 % self.interval_minutes):
            raise BadValue(
                "an interval length in minutes that divides the hour (5, 10, 15, 20, 30, 60), or 1440 for days",
                column="interval_minutes",
                found=self.interval_minutes,
            )
        check_timezone(self.timezone)

    @property
    def is_daily(self) -> bool:
        """Whether an interval is a local calendar day."""
        return self.interval_minutes == DAY_MINUTES

    @property
    def interval_seconds(self) -> int:
        """Nominal length of an interval in seconds."""
        return self.interval_minutes * 60


@lru_cache(maxsize=64)
def check_timezone(timezone: str) -> ZoneInfo:
    """The zone of an IANA name. Raises `BadValue` for a name that is none."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise BadValue("a time zone name such as Europe/Moscow or UTC", column="timezone", found=timezone) from fault


def to_utc(stamps: pd.Series | pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Tz-aware stamps as `datetime64[us, UTC]`, the resolution every table of the house uses."""
    return pd.DatetimeIndex(stamps).tz_convert("UTC").as_unit("us")


def localise(naive: pd.Series, timezone: str) -> tuple[pd.DatetimeIndex, np.ndarray, np.ndarray]:
    """Local wall-clock times as UTC.

    Returns (utc, in_gap, doubled): `utc` is NaT where the wall clock skipped that time; `in_gap` marks those rows;
    `doubled` marks times that the clock showed twice, for which the first is taken.
    """
    zone = str(check_timezone(timezone))
    stamps = pd.DatetimeIndex(naive).as_unit("us")
    first = np.ones(len(stamps), dtype=bool)
    utc = stamps.tz_localize(zone, ambiguous=first, nonexistent="NaT").tz_convert("UTC")
    second = stamps.tz_localize(zone, ambiguous=~first, nonexistent="NaT").tz_convert("UTC")
    unknown = np.asarray(utc.isna())
    in_gap = unknown & np.asarray(stamps.notna())
    doubled = np.asarray(utc != second) & ~unknown
    return utc, in_gap, doubled


def floor_to_grid(stamps: pd.Series | pd.DatetimeIndex, grid: IntervalGrid) -> pd.DatetimeIndex:
    """The start of the interval each UTC stamp falls in (its local day for a daily grid)."""
    local = to_utc(stamps).tz_convert(grid.timezone)
    if grid.is_daily:
        return local_midnights(local.tz_localize(None).normalize(), grid.timezone)
    minutes_in = (local.hour * 60 + local.minute) % grid.interval_minutes
    past = (
        pd.to_timedelta(minutes_in, unit="min")
        + pd.to_timedelta(local.second, unit="s")
        + pd.to_timedelta(local.microsecond, unit="us")
    )
    return to_utc(local.tz_convert("UTC") - past)


def local_midnights(days: pd.DatetimeIndex, timezone: str) -> pd.DatetimeIndex:
    """UTC start of each naive local day; where midnight is skipped by a clock change, the day's first instant."""
    first = np.ones(len(days), dtype=bool)
    return to_utc(pd.DatetimeIndex(days).tz_localize(timezone, ambiguous=first, nonexistent="shift_forward"))


def local_days(starts: pd.Series | pd.DatetimeIndex, timezone: str) -> pd.DatetimeIndex:
    """The naive local calendar day (midnight, no zone) of each UTC stamp."""
    return to_utc(starts).tz_convert(timezone).tz_localize(None).normalize()


def local_minutes(starts: pd.Series | pd.DatetimeIndex, timezone: str) -> np.ndarray:
    """Minutes after local midnight by the wall clock (0–1439) of each UTC stamp."""
    local = to_utc(starts).tz_convert(timezone)
    return np.asarray(local.hour * 60 + local.minute)


def grid_between(first: pd.Timestamp, end: pd.Timestamp, grid: IntervalGrid) -> pd.DatetimeIndex:
    """Every interval start in [first, end), `first` floored to the grid.

    A clock-change day has 92 or 100 quarter-hours.
    """
    if end <= first:
        return pd.DatetimeIndex([], dtype=UTC_STAMP)
    begin = floor_to_grid(pd.DatetimeIndex([first]), grid)[0]
    if grid.is_daily:
        last = local_days(pd.DatetimeIndex([end - pd.Timedelta(1, "us")]), grid.timezone)[0]
        return local_midnights(
            pd.date_range(local_days(pd.DatetimeIndex([begin]), grid.timezone)[0], last, freq="D"), grid.timezone
        )
    return to_utc(
        pd.date_range(begin, end.tz_convert("UTC"), freq=pd.Timedelta(minutes=grid.interval_minutes), inclusive="left")
    )


def infer_interval_minutes(starts: pd.Series | pd.DatetimeIndex, timezone: str = "UTC") -> int:
    """The coarsest grid that all starts lie on: 1440 if all are local midnights, else a divisor of the hour or day.

    Raises `BadValue` when there are no starts or they lie on no whole minute.
    """
    stamps = to_utc(starts)
    if len(stamps) == 0:
        raise BadValue("at least one interval to infer the grid from", column="start", remedy="give --interval")
    local = stamps.tz_convert(timezone)
    if bool(np.any(local.second != 0)):
        raise BadValue(
            "interval starts on whole minutes", column="start", remedy="Round them down to the interval they belong to."
        )
    offsets = np.unique(np.asarray(local.hour * 60 + local.minute))
    if offsets.size == 1 and offsets[0] == 0:
        return DAY_MINUTES
    steps = np.unique(np.diff(np.unique(stamps.asi8)) // 60_000_000)
    step = int(np.gcd.reduce(np.concatenate([offsets, steps, [DAY_MINUTES]]).astype(np.int64)))
    return step
