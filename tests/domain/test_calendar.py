"""Opening hours and holidays."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from domain.calendar import OpeningHours, parse_span, public_holidays
from domain.errors import BadValue
from domain.intervals import IntervalGrid, grid_between

HOURS = OpeningHours.from_mapping(
    {
        "default": {"mon": ["08:00-12:00", "13:00-17:00"], "sat": ["22:00-02:00"], "holidays": "closed"},
        "queue": {
            "mail/*": {"daily": ["00:00-24:00"]},
            "mail/vip": {"mon": ["09:10-10:00"], "holidays": ["10:00-11:00"]},
        },
    }
)


def open_times(queue: str, day: str, minutes: int = 60, holidays: tuple[date, ...] = ()) -> list[str]:
    grid = IntervalGrid(minutes, "Europe/Berlin")
    begin = pd.Timestamp(day, tz="Europe/Berlin")
    starts = grid_between(begin, begin + pd.DateOffset(days=1), grid)
    kept = starts[HOURS.is_open(queue, starts, grid, holidays)]
    return [stamp.strftime("%H:%M") for stamp in kept.tz_convert("Europe/Berlin")]


def test_a_lunch_closure_is_closed() -> None:
    assert open_times("phone/a", "2026-03-02") == [
        "08:00",
        "09:00",
        "10:00",
        "11:00",
        "13:00",
        "14:00",
        "15:00",
        "16:00",
    ]


def test_a_span_across_midnight_opens_the_next_morning() -> None:
    assert open_times("phone/a", "2026-03-07") == ["22:00", "23:00"]
    assert open_times("phone/a", "2026-03-08") == ["00:00", "01:00"]


def test_an_interval_that_overlaps_the_hours_is_open() -> None:
    assert open_times("mail/vip", "2026-03-02", minutes=30) == ["09:00", "09:30"]


def test_the_longest_pattern_decides() -> None:
    assert len(open_times("mail/other", "2026-03-03")) == 24
    assert open_times("mail/vip", "2026-03-03") == []


def test_a_holiday_closes_opens_or_has_hours_of_its_own() -> None:
    holiday = (date(2026, 3, 2),)
    assert open_times("phone/a", "2026-03-02", holidays=holiday) == []
    assert open_times("mail/vip", "2026-03-02", holidays=holiday) == ["10:00"]
    assert len(open_times("mail/other", "2026-03-02", holidays=holiday)) == 24


def test_a_day_is_open_if_any_hour_of_it_is() -> None:
    grid = IntervalGrid(1440, "Europe/Berlin")
    begin = pd.Timestamp("2026-03-02", tz="Europe/Berlin")  # a Monday
    starts = grid_between(begin, begin + pd.DateOffset(days=7), grid)
    assert list(HOURS.is_open("phone/a", starts, grid)) == [True, False, False, False, False, True, True]


def test_deferred_work_arrives_around_the_clock_even_on_a_holiday() -> None:
    arrivals = HOURS.of_arrivals(["mail/v*"])
    grid = IntervalGrid(60, "Europe/Berlin")
    begin = pd.Timestamp("2026-03-01", tz="Europe/Berlin")  # a Sunday
    starts = grid_between(begin, begin + pd.DateOffset(days=2), grid)
    assert arrivals.is_open("mail/vip", starts, grid, [date(2026, 3, 2)]).all()
    assert list(arrivals.is_open("phone/a", starts, grid)) == list(HOURS.is_open("phone/a", starts, grid))


@pytest.mark.parametrize("text", ["8", "08:00", "25:00-26:00", "08:61-09:00", "a-b"])
def test_a_span_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse_span(text)


def test_a_misspelt_weekday_is_named() -> None:
    with pytest.raises(BadValue, match="monday"):
        OpeningHours.from_mapping({"default": {"monday": ["08:00-12:00"]}}, file="opening_hours.toml")


def test_holidays_of_russia_and_of_a_german_state_are_known() -> None:
    assert date(2026, 1, 7) in public_holidays("RU", [2026])
    assert date(2026, 3, 8) in public_holidays("DE-BE", [2026])
    assert date(2026, 3, 8) not in public_holidays("DE-BY", [2026])


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(BadValue, match="country"):
        public_holidays("XX", [2026])


def test_a_misspelt_table_of_opening_hours_is_refused() -> None:
    with pytest.raises(BadValue, match=r"opening_hours.toml: expected only \[default\].*'defualt'"):
        OpeningHours.from_mapping({"defualt": {"mon": ["09:00-18:00"]}}, "opening_hours.toml")
    with pytest.raises(BadValue, match="a table of opening hours for 'default'"):
        OpeningHours.from_mapping({"default": "09:00-18:00"}, "opening_hours.toml")
