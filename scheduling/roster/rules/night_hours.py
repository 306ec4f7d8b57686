"""Which shifts are night shifts, and the day on which they end."""

from __future__ import annotations

import numpy as np

from domain.calendar import parse_clock
from domain.people import WorkAgreement
from scheduling.roster.work import Worked
from scheduling.shifts.localtime import clock_of, day_of
from scheduling.shifts.slots import SlotTable

DAY = 1440


def night_minutes(clock: np.ndarray, length: np.ndarray, agreement: WorkAgreement) -> np.ndarray:
    """Minutes in the night window of shifts that start at the wall clock `clock` and last `length` minutes.

    In a night when clocks change the window keeps the length it has in other nights.
    """
    begin, end = parse_clock(agreement.night_from), parse_clock(agreement.night_to)
    end += DAY if end <= begin else 0
    inside = np.zeros(np.shape(clock))
    for shift in (-DAY, 0, DAY):
        inside += np.maximum(np.minimum(clock + length, end + shift) - np.maximum(clock, begin + shift), 0)
    return inside


def is_night(clock: np.ndarray, length: np.ndarray, agreement: WorkAgreement) -> np.ndarray:
    """Whether so many hours of them as the agreement says lie in the night."""
    return np.asarray(night_minutes(clock, length, agreement) >= 60 * agreement.night_hours_min - 1e-6)


def night_slots(slots: SlotTable, agreement: WorkAgreement) -> np.ndarray:
    """Flags of the slots that are night shifts."""
    return is_night(slots.clock, slots.end - slots.start, agreement)


def is_night_shift(shift: Worked, agreement: WorkAgreement, timezone: str) -> bool:
    """Whether a shift of a roster is a night shift."""
    clock = np.array([clock_of(shift.start, timezone)])
    return bool(is_night(clock, np.array([shift.end - shift.start]), agreement)[0])


def end_day(end: float, timezone: str) -> int:
    """The local day (ordinal) in which a shift's last minute lies."""
    return day_of(float(end) - 1, timezone)
