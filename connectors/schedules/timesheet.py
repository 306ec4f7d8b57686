"""Hours of a roster as the Russian time sheet counts them: by calendar day, day and night hours apart, in letters.

The letters are those of form T-13 (State Committee of Statistics, resolution 1 of 5 January 2004): Я day, Н night
(22:00-06:00, Labour Code, article 96), РВ work on a public holiday, В day off, ОТ leave, Б sick, ПК training away from
work. A shift over midnight is parted between its two days. Overtime (С) is not known before the period ends: the sheet
never says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date

import pandas as pd

from connectors.schedules.spans import Absence, Part, Shift

NIGHT_END_HOURS, NIGHT_START_HOURS = 6, 22
DAY, NIGHT, HOLIDAY, OFF = "Я", "Н", "РВ", "В"
AWAY_LETTERS = {"leave": "ОТ", "sick": "Б", "training": "ПК"}


@dataclass(frozen=True)
class Entry:
    """One day of one person: letters, and the paid hours that stand below each of them (none on a day off or away).

    Under Я and Н stand hours that add up. On a public holiday РВ has all hours and Н those of them by night.
    """

    letters: tuple[str, ...]
    hours: tuple[float, ...] = ()
    paid_hours: float = 0.0
    night_hours: float = 0.0

    @property
    def letter_text(self) -> str:
        """`Я/Н`."""
        return "/".join(self.letters)

    @property
    def hours_text(self) -> str:
        """`2/5.5`; empty on a day off."""
        return "/".join(f"{hours:g}" for hours in self.hours)


def day_hours(shifts: Sequence[Shift]) -> dict[tuple[str, date], tuple[float, float]]:
    """Paid hours by person and calendar day: (by day, by night). Pauses that are paid count where they lie."""
    found: dict[tuple[str, date], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for shift in shifts:
        for part in shift.parts:
            for day, hours, by_night in _pieces(part):
                found[shift.agent, day][int(by_night)] += hours
    return {key: (round(day, 4), round(night, 4)) for key, (day, night) in found.items()}


def entry(hours: tuple[float, float] | None, away: str | None, day: date, holidays: Set[date]) -> Entry:
    """What stands in the cell of one person and day. `holidays`: public holidays, on which shifts are РВ."""
    by_day, by_night = hours or (0.0, 0.0)
    total = round(by_day + by_night, 4)
    if total > 0:
        first = (HOLIDAY, total) if day in holidays else (DAY, by_day)
        shown = [(letter, own) for letter, own in (first, (NIGHT, by_night)) if own > 0]
        return Entry(tuple(letter for letter, _ in shown), tuple(own for _, own in shown), total, by_night)
    return Entry((OFF if away is None else AWAY_LETTERS[away],))


def away_on(absences: Sequence[Absence], agent: str, day: date) -> str | None:
    """The kind of the absence a person has on a day."""
    return next((absence.kind for absence in absences if absence.agent == agent and absence.holds(day)), None)


def _pieces(part: Part) -> Iterator[tuple[date, float, bool]]:
    """(calendar day, paid hours, by night) of each stretch between midnights and the edges of the night."""
    total = (part.end - part.start).total_seconds()
    if total <= 0 or part.paid_minutes <= 0:
        return
    reached = part.start
    while reached < part.end:
        end = min(_next_edge(reached), part.end)
        hours = part.paid_minutes / 60 * (end - reached).total_seconds() / total
        yield reached.date(), hours, reached.hour >= NIGHT_START_HOURS or reached.hour < NIGHT_END_HOURS
        reached = end


def _next_edge(moment: pd.Timestamp) -> pd.Timestamp:
    """The next 06:00, 22:00 or midnight by the wall clock."""
    day = pd.Timestamp(moment.date())
    hours = (NIGHT_END_HOURS, NIGHT_START_HOURS, 24)
    edges = (
        (day + pd.Timedelta(hours=hour)).tz_localize(moment.tz, ambiguous=False, nonexistent="shift_forward")
        for hour in hours
    )
    return next(edge for edge in edges if edge > moment)
