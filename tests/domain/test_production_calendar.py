"""The Russian production calendar against its published norms and against the `holidays` library."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta

import holidays
import pytest

from domain.errors import BadValue
from domain.production_calendar import (
    DATA,
    known_years,
    norm_hours,
    production_year,
    working_day_kind,
    working_days,
)

# Published yearly norms: working days, and hours at 40, 36 and 24 hours a week. The last two are in the Ministry's
# open data set (7708660670-proizvcalendar), whose later years are from before their decrees.
PUBLISHED = {
    2015: (247, 1971, 1773.4, 1180.6),
    2016: (247, 1974, 1776.4, 1183.6),
    2017: (247, 1973, 1775.4, 1182.6),
    2018: (247, 1970, 1772.4, 1179.6),
    2019: (247, 1970, 1772.4, 1179.6),
    2020: (248, 1979, 1780.6, 1185.4),
    2021: (247, 1972, None, None),
    2022: (247, 1973, None, None),
    2023: (247, 1973, None, None),
    2024: (248, 1979, None, None),
    2025: (247, 1972, None, None),
    2026: (247, 1972, None, None),
}
# A published table of 2017 by month: working days, hours at 40 and 36 hours a week.
MONTHS_2017 = [
    (17, 136, 122.4),
    (18, 143, 128.6),
    (22, 175, 157.4),
    (20, 160, 144.0),
    (20, 160, 144.0),
    (21, 168, 151.2),
]
# Free days of 2018 as the Ministry published them; * an hour shorter.
MINISTRY_2018 = (
    "1,2,3,4,5,6,7,8,13,14,20,21,27,28", "3,4,10,11,17,18,22*,23,24,25", "3,4,7*,8,9,10,11,17,18,24,25,31",
    "1,7,8,14,15,21,22,28*,29,30", "1,2,5,6,8*,9,12,13,19,20,26,27", "2,3,9*,10,11,12,16,17,23,24,30",
    "1,7,8,14,15,21,22,28,29", "4,5,11,12,18,19,25,26", "1,2,8,9,15,16,22,23,29,30", "6,7,13,14,20,21,27,28",
    "3,4,5,10,11,17,18,24,25", "1,2,8,9,15,16,22,23,29*,30,31",
)  # fmt: skip


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", sorted(PUBLISHED))
def test_the_norm_of_a_year_is_the_published_one(year: int) -> None:
    days, hours, hours_36, hours_24 = PUBLISHED[year]
    assert working_days(year) == days
    assert norm_hours(year) == hours
    if hours_36 is not None:
        assert (norm_hours(year, weekly_hours=36), norm_hours(year, weekly_hours=24)) == (hours_36, hours_24)


@pytest.mark.parametrize(("month", "published"), list(enumerate(MONTHS_2017, start=1)))
def test_the_norm_of_a_month_is_the_published_one(month: int, published: tuple[int, float, float]) -> None:
    found = working_days(2017, month), norm_hours(2017, month), norm_hours(2017, month, 36)
    assert found == published


@pytest.mark.parametrize("month", range(1, 13))
def test_every_day_of_2018_is_what_the_ministry_published(month: int) -> None:
    listed = MINISTRY_2018[month - 1].split(",")
    free = {int(text) for text in listed if not text.endswith("*")}
    short = {int(text[:-1]) for text in listed if text.endswith("*")}
    year, days = production_year(2018), [day for day in days_of(2018) if day.month == month]
    assert {day.day for day in days if not year.is_working(day)} == free
    assert {day.day for day in days if day in year.shortened} == short


@pytest.mark.parametrize("year", known_years())
def test_the_working_days_of_a_year_are_those_of_the_holidays_library(year: int) -> None:
    library = holidays.country_holidays("RU", years=year, expand=False)
    ours = production_year(year)
    assert [day for day in days_of(year) if ours.is_working(day) != library.is_working_day(day)] == []


@pytest.mark.parametrize("year", known_years())
def test_the_figures_in_the_data_file_follow_from_its_days(year: int) -> None:
    table = tomllib.loads(DATA.read_text("utf-8"))[str(year)]
    assert (table["working_days"], table["hours_40"]) == (working_days(year), norm_hours(year))


@pytest.mark.parametrize("year", known_years())
def test_a_moved_day_is_a_weekend_day_for_a_weekday_and_a_shorter_day_is_worked(year: int) -> None:
    ours = production_year(year)
    assert all(day.weekday() >= 5 and free in ours.moved_off for day, free in ours.moved_working.items())
    assert all(day.weekday() < 5 and day not in ours.holidays for day in ours.moved_off)
    assert all(ours.is_working(day) for day in ours.shortened)


@pytest.mark.parametrize("year", known_years())
def test_a_day_is_shorter_before_a_holiday_or_when_worked_for_such_a_day(year: int) -> None:
    ours = production_year(year)
    eve = {day - timedelta(days=1) for day in (*ours.holidays, date(year + 1, 1, 1))}
    expected = {day for day in days_of(year) if ours.is_working(day) and day in eve}
    expected |= {day for day, free in ours.moved_working.items() if free in eve}
    assert ours.shortened == expected


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 1, 9), "moved day off"),
        (date(2026, 12, 31), "moved day off"),
        (date(2026, 1, 3), "holiday"),
        (date(2026, 1, 10), "day off"),
        (date(2026, 1, 12), "working"),
        (date(2026, 4, 30), "shortened"),
        (date(2024, 4, 27), "working weekend"),
        (date(2024, 11, 2), "working weekend"),
    ],
)
def test_a_day_is_of_the_kind_that_its_decree_says(day: date, kind: str) -> None:
    assert working_day_kind(day) == kind


def test_a_year_without_a_decree_is_refused_and_the_known_years_named() -> None:
    with pytest.raises(BadValue, match="2015 to 2027"):
        norm_hours(2041)
    with pytest.raises(BadValue, match="month"):
        norm_hours(2026, 13)
    with pytest.raises(BadValue, match="hours a week"):
        norm_hours(2026, 1, 0)
