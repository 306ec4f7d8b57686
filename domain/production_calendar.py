"""The Russian production calendar: which days are worked, moved or an hour shorter, and the norm of working hours.

The days are in `domain/data/production_calendar_ru.toml`, by year, with their source and the day they were checked.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from domain.errors import BadValue

DATA = Path(__file__).resolve().parent / "data" / "production_calendar_ru.toml"
COUNTRY = "RU"
SATURDAY = 5
DAYS_PER_WEEK = 5
SHORTER_HOURS = 1.0
NEW_YEAR, CHRISTMAS = "New Year Holidays", "Christmas Day"
HOLIDAYS = {
    **{(1, day): NEW_YEAR for day in (1, 2, 3, 4, 5, 6, 8)},
    (1, 7): CHRISTMAS,
    (2, 23): "Defender of the Fatherland Day",
    (3, 8): "International Women's Day",
    (5, 1): "Holiday of Spring and Labor",
    (5, 9): "Victory Day",
    (6, 12): "Russia Day",
    (11, 4): "Unity Day",
}  # article 112 of the Labour Code, as it stands since 2013
MOVED_DAY_OFF = "Moved day off"

DayKind = Literal["working", "shortened", "working weekend", "day off", "moved day off", "holiday"]


@dataclass(frozen=True)
class ProductionYear:
    """One year.

    Attributes:
        holidays: name by date.
        moved_off: weekdays made free.
        moved_working: weekend days that are worked, each with the day made free for it.
        shortened: working days one hour shorter.
        source: the decree's document.
    """

    year: int
    holidays: dict[date, str]
    moved_off: frozenset[date]
    moved_working: dict[date, date]
    shortened: frozenset[date]
    source: str

    def is_working(self, day: date) -> bool:
        """Whether people with a five-day week work on that day."""
        if day in self.holidays or day in self.moved_off:
            return False
        return day.weekday() < SATURDAY or day in self.moved_working


def known_years() -> tuple[int, ...]:
    """The years whose days are known, in order."""
    return tuple(sorted(_years()))


def production_year(year: int) -> ProductionYear:
    """The calendar of one year. Raises `BadValue` for a year that is not known."""
    if year not in _years():
        known = known_years()
        raise BadValue(
            f"a year of the production calendar, {known[0]} to {known[-1]}", column="year", found=year,
            remedy="The government sets the moved days of a year in the autumn before it.",
        )  # fmt: skip
    return _years()[year]


def working_day_kind(day: date) -> DayKind:
    """What the day is in Russia. A worked weekend day that is also an hour shorter is a `working weekend`.

    Raises `BadValue` for a year that is not known.
    """
    year = production_year(day.year)
    if day in year.holidays:
        return "holiday"
    if day in year.moved_off:
        return "moved day off"
    if day in year.moved_working:
        return "working weekend"
    if day.weekday() >= SATURDAY:
        return "day off"
    return "shortened" if day in year.shortened else "working"


def working_days(year: int, month: int | None = None) -> int:
    """Working days of a month (1-12), or of the whole year. Raises `BadValue` for another year or month."""
    found = production_year(year)
    return sum(found.is_working(day) for day in _days(year, month))


def norm_hours(year: int, month: int | None = None, weekly_hours: float = 40.0) -> float:
    """Norm of working hours of a month (1-12) or year: a fifth of the week for each working day, less short hours.

    Source: order 588n of the Ministry of Health and Social Development, 13 August 2009, point 1.
    Raises `BadValue` for a year that is not known, another month, or hours outside (0, 168].
    """
    if not 0 < weekly_hours <= 168:
        raise BadValue("more than 0 and at most 168 hours a week", column="weekly_hours", found=weekly_hours)
    short = sum(day in production_year(year).shortened for day in _days(year, month))
    return round(working_days(year, month) * weekly_hours / DAYS_PER_WEEK - short * SHORTER_HOURS, 6)


def _days(year: int, month: int | None) -> list[date]:
    if month is not None and month not in range(1, 13):
        raise BadValue("a month from 1 to 12", column="month", found=month)
    first = date(year, month or 1, 1)
    last = date(year, month or 12, monthrange(year, month or 12)[1])
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@cache
def _years() -> dict[int, ProductionYear]:
    content = tomllib.loads(DATA.read_text("utf-8"))
    return {int(key): _year(int(key), table) for key, table in content.items() if key.isdigit()}


def _year(year: int, table: dict[str, Any]) -> ProductionYear:
    holidays = {date(year, month, day): name for (month, day), name in HOLIDAYS.items()}
    return ProductionYear(
        year=year,
        holidays=dict(sorted(holidays.items())),
        moved_off=frozenset(free for _, free in table["moved"]),
        moved_working={given: free for given, free in table["moved"] if given not in holidays},
        shortened=frozenset(table["shortened"]),
        source=table["source"],
    )
