"""The planning grid on ordinary days, leap days and the days the clocks change."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from domain.intervals import (
    IntervalGrid,
    floor_to_grid,
    grid_between,
    infer_interval_minutes,
    local_days,
    local_midnights,
    localise,
)

BERLIN = "Europe/Berlin"


def local_day(day: str, zone: str = BERLIN) -> tuple[pd.Timestamp, pd.Timestamp]:
    first = pd.Timestamp(day)
    begin, end = local_midnights(pd.DatetimeIndex([first, first + pd.Timedelta(days=1)]), zone)
    return begin, end


@pytest.mark.parametrize(("day", "quarter_hours"), [("2026-03-29", 92), ("2026-10-25", 100), ("2028-02-29", 96)])
def test_a_day_has_as_many_quarter_hours_as_its_clock_shows(day: str, quarter_hours: int) -> None:
    assert len(grid_between(*local_day(day), IntervalGrid(15, BERLIN))) == quarter_hours


def test_a_daily_grid_has_one_start_a_day_through_both_clock_changes() -> None:
    starts = grid_between(local_day("2026-03-27")[0], local_day("2026-11-01")[0], IntervalGrid(1440, BERLIN))
    assert len(starts) == 219  # 27 March to 31 October: 5 + 30 + 31 + 30 + 31 + 31 + 30 + 31
    assert set(starts.tz_convert(BERLIN).hour) == {0}


def test_the_doubled_hour_is_two_intervals() -> None:
    stamps = pd.DatetimeIndex(["2026-10-25T00:40:00Z", "2026-10-25T01:40:00Z"])  # 02:40 twice by the wall clock
    floored = floor_to_grid(stamps, IntervalGrid(60, BERLIN))
    assert list(floored) == [pd.Timestamp("2026-10-25T00:00Z"), pd.Timestamp("2026-10-25T01:00Z")]
    assert list(floored.tz_convert(BERLIN).hour) == [2, 2]


def test_a_time_in_the_lost_hour_is_marked_and_a_doubled_one_takes_the_first() -> None:
    naive = pd.Series(pd.to_datetime(["2026-03-29 02:30", "2026-10-25 02:30", "2026-06-01 02:30"]))
    utc, in_gap, doubled = localise(naive, BERLIN)
    assert list(in_gap) == [True, False, False]
    assert list(doubled) == [False, True, False]
    assert utc[1] == pd.Timestamp("2026-10-25T00:30Z")
    assert utc[2] == pd.Timestamp("2026-06-01T00:30Z")


def test_a_day_whose_midnight_is_skipped_begins_at_its_first_instant() -> None:
    start = local_midnights(pd.DatetimeIndex(["2018-11-04"]), "America/Sao_Paulo")[0]
    assert start == pd.Timestamp("2018-11-04T03:00Z")  # 01:00 local, the clocks went from 24:00 to 01:00


def test_intervals_of_a_zone_off_the_half_hour_begin_on_its_wall_clock() -> None:
    floored = floor_to_grid(pd.DatetimeIndex(["2026-03-02T10:20:00Z"]), IntervalGrid(30, "Asia/Kathmandu"))
    assert floored[0] == pd.Timestamp("2026-03-02T10:15Z")  # 16:05 local falls in 16:00


@pytest.mark.parametrize("minutes", [5, 15, 30, 60, 1440])
def test_the_grid_is_inferred_from_its_starts(minutes: int) -> None:
    begin, end = local_day("2026-03-02")
    starts = grid_between(begin, end + pd.Timedelta(days=2), IntervalGrid(minutes, BERLIN))
    assert infer_interval_minutes(starts, BERLIN) == minutes


def test_two_intervals_an_hour_apart_but_on_the_half_hour_are_half_hours() -> None:
    starts = pd.DatetimeIndex(["2026-03-02T09:30Z", "2026-03-02T10:30Z"])
    assert infer_interval_minutes(starts) == 30


def test_no_starts_name_no_grid() -> None:
    with pytest.raises(BadValue, match="--interval"):
        infer_interval_minutes(pd.DatetimeIndex([], dtype="datetime64[us, UTC]"))


@pytest.mark.parametrize("minutes", [0, -15, 7, 120, 1441])
def test_an_interval_that_does_not_divide_the_day_is_refused(minutes: int) -> None:
    with pytest.raises(BadValue, match="divides the hour"):
        IntervalGrid(minutes)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(BadValue, match="time zone"):
        IntervalGrid(30, zone)


@settings(deadline=None, max_examples=60)
@given(
    seconds=st.integers(0, 4 * 365 * 86_400),
    minutes=st.sampled_from([5, 15, 30, 60]),
    zone=st.sampled_from([BERLIN, "Asia/Kathmandu", "America/New_York", "UTC", "Europe/Moscow"]),
)
def test_a_moment_lies_inside_the_interval_it_is_floored_to(seconds: int, minutes: int, zone: str) -> None:
    moment = pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(seconds=seconds)
    start = floor_to_grid(pd.DatetimeIndex([moment]), IntervalGrid(minutes, zone))[0]
    assert start <= moment < start + pd.Timedelta(minutes=minutes)
    assert floor_to_grid(pd.DatetimeIndex([start]), IntervalGrid(minutes, zone))[0] == start


@settings(deadline=None, max_examples=30)
@given(day=st.dates(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2029-12-31").date()))
def test_every_interval_of_a_local_day_belongs_to_that_day(day: object) -> None:
    begin, end = local_day(str(day))
    starts = grid_between(begin, end, IntervalGrid(15, BERLIN))
    assert set(local_days(starts, BERLIN)) == {pd.Timestamp(str(day))}
