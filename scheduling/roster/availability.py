"""When a person can work at all: first and last day, earliest and latest hour."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pandas as pd

from domain.calendar import parse_clock
from domain.errors import BadValue

_CLOCK = re.compile(r"\d{1,2}:\d{2}")
ANY_DAY = (1, 3_000_000)


@dataclass(frozen=True)
class Availability:
    """Days (ordinals, both included) and hours of each day (minutes after local midnight; None = any)."""

    first_day: int = ANY_DAY[0]
    last_day: int = ANY_DAY[1]
    from_minute: int | None = None
    to_minute: int | None = None

    def minutes_outside(self, clock: float, length: float, days: tuple[int, ...]) -> float:
        """Minutes of a shift (start by the wall clock, length, local days it touches) that lie outside."""
        if any(not self.first_day <= day <= self.last_day for day in days):
            return length
        if self.from_minute is None and self.to_minute is None:
            return 0.0
        earliest = self.from_minute or 0
        latest = 1440 if self.to_minute is None else self.to_minute
        latest += 1440 if latest <= earliest else 0
        if latest > 1440 and clock < earliest and clock < latest - 1440:
            clock += 1440  # the window crosses midnight and the shift lies in its second half
        inside = min(clock + length, latest) - max(clock, earliest)
        return length - max(inside, 0.0)


def parse_availability(first: object, last: object, agent: str) -> Availability:
    """From the cells `available_from` and `available_to`: dates, or HH:MM for a window of each day.

    Raises `BadValue` naming the person for anything else.
    """
    day_from, minute_from = _cell(first, "available_from", agent)
    day_to, minute_to = _cell(last, "available_to", agent)
    return Availability(
        first_day=ANY_DAY[0] if day_from is None else day_from,
        last_day=ANY_DAY[1] if day_to is None else day_to,
        from_minute=minute_from,
        to_minute=minute_to,
    )


def _cell(value: object, column: str, agent: str) -> tuple[int | None, int | None]:
    if value is None or value is pd.NaT or not isinstance(value, str) or not value.strip():
        return None, None
    text = value.strip()
    if _CLOCK.fullmatch(text):
        return None, parse_clock(text)
    try:
        return date.fromisoformat(text[:10]).toordinal(), None
    except ValueError as fault:
        raise BadValue(f"a date (2026-03-02) or an hour (09:00) for {agent}", column=column, found=value) from fault
