"""Working days of countries: what is free, what is moved, and what follows for opening hours."""

from __future__ import annotations

import pickle
from datetime import date

import pandas as pd
import pytest

from domain.calendar import OpeningHours, public_holidays
from domain.errors import BadValue
from domain.intervals import IntervalGrid, grid_between
from domain.work_calendar import WorkCalendar, work_calendar

OFFICE = {"mon": ["08:00-20:00"], "tue": ["09:00-18:00"], "fri": ["09:00-12:00"], "holidays": "closed"}


def open_hours(hours: dict[str, object], day: str, calendar: WorkCalendar) -> int:
    begin = pd.Timestamp(day, tz="Europe/Moscow")
    grid = IntervalGrid(60, "Europe/Moscow")
    starts = grid_between(begin, begin + pd.DateOffset(days=1), grid)
    return int(OpeningHours.from_mapping({"default": hours}).is_open("phone/a", starts, grid, calendar).sum())


def test_russia_is_free_on_the_days_that_its_production_calendar_moves() -> None:
    found = work_calendar("RU", [2026])
    assert found[date(2026, 1, 9)] == found[date(2026, 12, 31)] == "Moved day off"
    assert found[date(2026, 1, 3)] == "New Year Holidays"
    assert found.unsure_years == ()
    assert found.is_free(date(2026, 1, 9))
    assert not found.is_free(date(2026, 1, 12))


def test_a_saturday_worked_for_a_monday_is_no_free_day_and_has_a_mondays_work() -> None:
    found = work_calendar("RU", [2024])
    saturday = date(2024, 4, 27)
    assert saturday not in found
    assert not found.is_free(saturday)
    assert found.weekday(saturday) == 0
    assert found.weekday(date(2024, 4, 20)) == 5


def test_russian_years_without_a_decree_keep_the_holidays_and_are_called_unsure() -> None:
    found = work_calendar("RU", [2027, 2028, 2031])
    assert found.unsure_years == (2028, 2031)
    assert date(2031, 5, 9) in found
    assert date(2027, 12, 31) in found


def test_moved_days_of_other_countries_come_from_the_library() -> None:
    # HU 2025: Saturday 17 May worked for Friday 2 May. CN 2026: Sunday 4 January for Friday 2 January.
    hungary, china = work_calendar("HU", [2025]), work_calendar("CN", [2026])
    assert hungary.moved_working[date(2025, 5, 17)] == date(2025, 5, 2)
    assert hungary[date(2025, 5, 2)] == "Moved day off"
    assert china.moved_working[date(2026, 1, 4)] == date(2026, 1, 2)
    assert date(2026, 1, 2) in china.moved_off


def test_a_holiday_on_a_sunday_is_free_on_its_substitute_day_too() -> None:
    found = work_calendar("GB", [2027])  # 25 December 2027 is a Saturday, the 26th a Sunday
    assert {date(2027, 12, 25), date(2027, 12, 27), date(2027, 12, 28)} <= set(found)


def test_weekends_that_are_not_saturday_and_sunday_are_known() -> None:
    assert work_calendar("IL", [2026]).weekend == {4, 5}


def test_a_site_in_two_countries_has_the_holidays_of_both() -> None:
    both = work_calendar("RU+KZ", [2026])
    assert both[date(2026, 6, 12)] == "Russia Day"
    assert both[date(2026, 12, 16)] == "Independence Day"
    assert set(both) == set(public_holidays("RU", [2026])) | set(public_holidays("KZ", [2026]))


def test_a_day_worked_in_one_country_and_a_holiday_of_the_other_is_a_holiday() -> None:
    first = WorkCalendar(
        {}, moved_working={date(2024, 4, 27): date(2024, 4, 29)}, shortened=frozenset({date(2024, 5, 8)})
    )
    second = WorkCalendar({date(2024, 4, 27): "Fair", date(2024, 5, 8): "Eve"})
    assert (first | second).moved_working == {}
    assert (first | second).shortened == frozenset()


def test_an_unknown_country_of_several_is_named() -> None:
    with pytest.raises(BadValue, match="XX"):
        work_calendar("RU+XX", [2026])


def test_no_calendar_has_no_free_days_but_weekends() -> None:
    none = work_calendar("", [2026])
    assert len(none) == 0
    assert none.is_free(date(2026, 1, 3))


def test_a_calendar_survives_the_way_to_another_process() -> None:
    found = work_calendar("RU", [2024])
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_moved_working_day_has_the_hours_of_the_weekday_it_stands_for() -> None:
    calendar = work_calendar("RU", [2024])
    assert open_hours(OFFICE, "2024-04-27", calendar) == 12  # a Saturday worked for a Monday
    assert open_hours(OFFICE, "2024-11-02", calendar) == 9  # a Saturday worked for a Tuesday
    assert open_hours(OFFICE, "2024-04-20", calendar) == 0  # a usual Saturday
    assert open_hours(OFFICE, "2024-04-29", calendar) == 0  # the Monday made free


def test_a_site_that_keeps_its_weekend_says_so() -> None:
    hours = {**OFFICE, "moved_working_days": "weekend"}
    assert open_hours(hours, "2024-04-27", work_calendar("RU", [2024])) == 0
    with pytest.raises(BadValue, match="weekday or weekend"):
        OpeningHours.from_mapping({"default": {"moved_working_days": "yes"}})


def test_a_country_has_one_name_so_that_its_own_calendar_is_found() -> None:
    with pytest.raises(BadValue, match="RUS"):
        work_calendar("RUS", [2026])
