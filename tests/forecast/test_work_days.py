"""Free days, breaks and the working days around them, on the Russian calendar."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from domain.work_calendar import WorkCalendar, work_calendar
from forecast.calendar_effects import calendar_blocks, day_calendar
from forecast.work_days import WorkDays, work_day_blocks, work_days

RUSSIA = work_calendar("RU", range(2023, 2028))


def days(first: str, last: str) -> pd.DatetimeIndex:
    return pd.date_range(first, last, freq="D")


def of(first: str, last: str, calendar: WorkCalendar = RUSSIA) -> WorkDays:
    return work_days(days(first, last), calendar)


def test_the_new_year_break_of_2026_is_twelve_days_long() -> None:
    # Free from Wednesday 31 December 2025 (moved day off) to Sunday 11 January 2026.
    work = of("2025-12-30", "2026-01-13")
    assert list(work.break_day) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0]
    assert list(work.break_left) == [0, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]
    assert list(work.free_after) == [12, *[0] * 14]
    assert list(work.free_before) == [*[0] * 13, 12, 0]


def test_a_break_cut_by_the_edge_of_the_days_has_its_true_length() -> None:
    whole, cut = of("2025-12-30", "2026-01-13"), of("2026-01-05", "2026-01-12")
    assert list(cut.break_day) == list(whole.break_day[6:14])
    assert list(cut.free_before) == list(whole.free_before[6:14])


def test_a_usual_weekend_is_no_break_and_a_long_weekend_is_one() -> None:
    # 8 March 2026 is a Sunday, Monday the 9th is free: three days. The weekend before is a usual one.
    work = of("2026-02-27", "2026-03-10")
    assert list(work.break_day) == [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0]
    assert work.free_before[-1] == 3
    assert work.free_before[3] == 2


def test_a_saturday_that_is_worked_counts_as_the_weekday_it_stands_for() -> None:
    work = of("2024-04-27", "2024-04-30")  # the Saturday stands for Monday the 29th
    assert list(work.weekdays) == [0, 6, 0, 1]
    assert list(work.moved_working) == [True, False, False, False]
    assert list(work.free) == [False, True, True, True]
    assert list(work.moved_off) == [False, False, True, True]


def test_blocks_mark_the_days_around_and_inside_a_break() -> None:
    first, last = "2025-12-30", "2026-01-13"
    moved, around, inside = work_day_blocks(of(first, last))
    place = {str(day.date())[5:]: number for number, day in enumerate(days(first, last))}
    # after a break, longer than three days (capped at ten: 1), second day after, last before
    assert list(around[place["01-12"]]) == [1, 1, 0, 0]
    assert list(around[place["01-13"]]) == [0, 0, 1, 0]
    assert list(around[place["12-30"]]) == [0, 0, 0, 1]
    assert list(inside[place["12-31"]]) == [1, 0, 0, 0, 0, 0, 0]
    assert list(inside[place["01-11"]]) == [0, 0, 0, 0, 0, 1, 1]
    assert not moved.any()


def test_a_shortened_day_is_a_feature_of_its_own() -> None:
    moved, _, _ = work_day_blocks(of("2026-04-29", "2026-04-30"))
    assert moved.tolist() == [[0.0, 0.0], [0.0, 1.0]]


def test_a_slice_of_a_calendar_has_the_blocks_of_those_days() -> None:
    index = days("2025-12-25", "2026-01-20")
    calendar = day_calendar(("a",), index, np.ones((1, len(index)), dtype=bool), RUSSIA, None)
    for first in range(len(index)):
        for whole, part in zip(calendar_blocks(calendar), calendar_blocks(calendar.between(first, 27)), strict=True):
            assert np.array_equal(whole[first:27], part)


def test_plain_holidays_know_of_no_moved_days() -> None:
    index = days("2026-03-02", "2026-03-15")
    opened = np.ones((1, len(index)), dtype=bool)
    calendar = day_calendar(("a",), index, opened, {date(2026, 3, 9): "Day"}, None)
    assert list(calendar.weekdays) == list(index.day_of_week)
    assert not calendar.work.moved_working.any()
    assert calendar.is_holiday[7]


def test_no_days_make_empty_blocks() -> None:
    assert [block.shape for block in work_day_blocks(of("2026-03-02", "2026-03-01"))] == [(0, 2), (0, 4), (0, 7)]
