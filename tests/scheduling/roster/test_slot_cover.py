"""What one slot covers on the requirement grid, with and without its breaks."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from domain.people import RuleBook
from scheduling.shifts import SlotCover, make_cover, make_grid, make_slots

MONDAY = date(2026, 3, 2).toordinal()


def cover_of(first_clock: int, hours: int) -> SlotCover:
    """One shift of four hours from 9:00 with a quarter of an hour's break, half-hours from `first_clock` on."""
    book = RuleBook.from_mapping(
        {
            "agreement": {"all": {"shifts": ["day"]}},
            "shift": {
                "day": {
                    "start_from": "09:00",
                    "length_minutes": 240,
                    "break": [{"minutes": 15, "earliest_minutes": 60, "latest_minutes": 90}],
                }
            },
        }
    )
    slots = make_slots(book, np.array([MONDAY]), 30)
    midnight = int(slots.start[0]) - 9 * 60
    return make_cover(slots, make_grid(midnight + first_clock * 60, midnight + (first_clock + hours) * 60, 30, "UTC"))


def test_a_quarter_of_an_hour_of_break_takes_half_a_person_from_a_half_hour() -> None:
    first, shares = cover_of(8, 6).vector(0, (75,))  # the break is from 10:15 to 10:30, in the third half-hour
    assert first == 2
    assert shares.tolist() == [1, 1, 0.5, 1, 1, 1, 1, 1]


def test_a_break_over_an_edge_takes_from_both_half_hours() -> None:
    _, shares = cover_of(8, 6).vector(0, (85,))  # 10:25 to 10:40
    assert shares == pytest.approx([1, 1, 1 - 5 / 30, 1 - 10 / 30, 1, 1, 1, 1])


@pytest.mark.parametrize(
    ("first_clock", "hours", "first", "length"), [(10, 4, 0, 6), (8, 3, 2, 4), (14, 2, 0, 0), (6, 2, 0, 0)]
)
def test_what_sticks_out_of_the_grid_is_not_counted(first_clock: int, hours: int, first: int, length: int) -> None:
    found, shares = cover_of(first_clock, hours).vector(0, (60,))
    assert (found, len(shares)) == (first, length)


def test_all_slots_at_once_are_the_slots_one_by_one() -> None:
    cover = cover_of(8, 6)
    assert cover.base.tolist() == [[0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]]
