"""Shift templates as concrete slots on the days of a plan, and what they cover."""

from scheduling.shifts.cover import SlotCover, make_cover
from scheduling.shifts.grid import CoverGrid, interval_of, make_grid
from scheduling.shifts.slots import SlotTable, break_offsets, make_slots

__all__ = [
    "CoverGrid",
    "SlotCover",
    "SlotTable",
    "break_offsets",
    "interval_of",
    "make_cover",
    "make_grid",
    "make_slots",
]
