"""A country's working days: public holidays, weekdays made free, weekend days worked for them, shorter days.

Russia comes from its production calendar (`domain.production_calendar`), every other country from the `holidays`
library, which knows holidays on a substitute day and, of some countries (CN, HU, KZ, LV …), the weekend days worked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from domain.errors import BadValue
from domain.production_calendar import COUNTRY as RUSSIA
from domain.production_calendar import MOVED_DAY_OFF, known_years, production_year

WEEKEND = frozenset({5, 6})
SEPARATOR = "+"  # between the countries of one site
MOVED_NAME = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")  # the library names the day that was given up


@dataclass(frozen=True)
class WorkCalendar(Mapping[date, str]):
    """Free days by date with their name, as a mapping; and what else is known of working days.

    Attributes:
        holidays: name by date: public holidays and weekdays made free ("Moved day off").
        moved_off: weekdays made free.
        moved_working: weekend days that are worked, each with the weekday made free for it (the nearest weekday where
            the source does not say which).
        shortened: working days an hour shorter.
        weekend: weekdays that are usually free, 0 = Monday.
        unsure_years: years of which moved days should be known but are not.
    """

    holidays: Mapping[date, str]
    moved_off: frozenset[date] = frozenset()
    moved_working: Mapping[date, date] = field(default_factory=dict)
    shortened: frozenset[date] = frozenset()
    weekend: frozenset[int] = WEEKEND
    unsure_years: tuple[int, ...] = ()

    @staticmethod
    def of(holidays: Iterable[date]) -> WorkCalendar:
        """From what callers have: a work calendar as it is, names by date, or bare dates."""
        if isinstance(holidays, WorkCalendar):
            return holidays
        if isinstance(holidays, Mapping):
            return WorkCalendar(dict(holidays))
        return WorkCalendar(dict.fromkeys(holidays, ""))

    def __getitem__(self, day: date) -> str:
        return self.holidays[day]

    def __iter__(self) -> Iterator[date]:
        return iter(self.holidays)

    def __len__(self) -> int:
        return len(self.holidays)

    def is_free(self, day: date) -> bool:
        """Whether people with a usual week have the day off."""
        if day in self.holidays:
            return True
        return day.weekday() in self.weekend and day not in self.moved_working

    def weekday(self, day: date) -> int:
        """The weekday whose work the day has, 0 = Monday: its own, or that of the day made free for it."""
        return self.moved_working.get(day, day).weekday()

    def __or__(self, other: WorkCalendar) -> WorkCalendar:
        """The calendar of a site in two countries: what is a holiday in either, what is worked in either."""
        holidays = dict(sorted({**other.holidays, **self.holidays}.items()))
        moved = {**other.moved_working, **self.moved_working}
        return WorkCalendar(
            holidays=holidays,
            moved_off=self.moved_off | other.moved_off,
            moved_working={day: free for day, free in sorted(moved.items()) if day not in holidays},
            shortened=frozenset(self.shortened | other.shortened) - set(holidays),
            weekend=self.weekend & other.weekend,
            unsure_years=tuple(sorted({*self.unsure_years, *other.unsure_years})),
        )


NO_CALENDAR = WorkCalendar({})


def work_calendar(calendar: str, years: Iterable[int]) -> WorkCalendar:
    """The working days of `calendar` in `years`.

    Args:
        calendar: ISO 3166 country ("RU", "US"), optionally with its part ("US-CA"); several joined by + ("RU+KZ");
            "" = no free days but weekends.

    Russian years that the production calendar does not have come from the `holidays` library and are `unsure_years`.
    Raises `BadValue` for a country or part that the library does not know.
    """
    wanted = tuple(sorted(set(years)))
    found = [_country(name.strip(), wanted) for name in calendar.split(SEPARATOR)] if calendar else [NO_CALENDAR]
    joined = found[0]
    for other in found[1:]:
        joined = joined | other
    return joined


@cache
def _country(country: str, years: tuple[int, ...]) -> WorkCalendar:
    if country != RUSSIA:
        return _library(country, years)
    known = tuple(year for year in years if year in known_years())
    unknown = tuple(year for year in years if year not in known)
    joined = replace(_library(country, unknown), unsure_years=unknown) if unknown else NO_CALENDAR
    for year in known:
        joined = joined | _russian(year)
    return joined


def _russian(year: int) -> WorkCalendar:
    found = production_year(year)
    return WorkCalendar(
        holidays={**found.holidays, **dict.fromkeys(found.moved_off, MOVED_DAY_OFF)},
        moved_off=found.moved_off,
        moved_working=found.moved_working,
        shortened=found.shortened,
    )


def _no_such(country: str) -> BadValue:
    return BadValue("a country code such as RU, US or US-CA, or several joined by +", column="calendar", found=country)


def _library(country: str, years: tuple[int, ...]) -> WorkCalendar:
    import holidays as library  # 0.3 s to import: only when a calendar is asked for

    code, _, part = country.partition("-")
    if len(code) != 2:  # the library also takes RUS, which would pass by the production calendar
        raise _no_such(country)
    try:
        found = library.country_holidays(code, subdiv=part or None, years=years, language="en_US", expand=False)
    except NotImplementedError as fault:
        raise _no_such(country) from fault
    given_up = {day: text for day, name in found.items() for text in str(name).split("; ") if MOVED_NAME.search(text)}
    names = {day: _plain(str(name)) for day, name in sorted(found.items())}
    worked = sorted(day for day in found.weekend_workdays if day not in names and day.year in years)
    replaced = _replaced(given_up) if "en_US" in found.supported_languages else {}
    weekend = frozenset(int(day) for day in found.weekend)
    return WorkCalendar(
        holidays=names,
        moved_off=frozenset(given_up),
        moved_working={day: replaced.get(day) or _nearest(day, weekend) for day in worked},
        weekend=weekend,
    )


def _plain(name: str) -> str:
    """A free day's name without dates, so that every moved day off of a country is one kind of day."""
    return "; ".join(MOVED_DAY_OFF if MOVED_NAME.search(part) else part for part in name.split("; "))


def _replaced(given_up: Mapping[date, str]) -> dict[date, date]:
    """The weekday made free by each weekend day given up: the library names that day as month/day/year."""
    pairs: dict[date, date] = {}
    for free, text in given_up.items():
        found: Any = MOVED_NAME.search(text)
        month, day, year = (int(part) for part in found.groups())
        pairs[date(year, month, day)] = free
    return pairs


def _nearest(day: date, weekend: frozenset[int]) -> date:
    """The nearest weekday, the one before where two are as near."""
    for step in (1, 2, 3):
        for near in (day - timedelta(days=step), day + timedelta(days=step)):
            if near.weekday() not in weekend:
                return near
    return day
