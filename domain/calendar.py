"""Opening hours, public holidays and events: when a queue is open, and which days are special."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from domain.errors import BadValue
from domain.intervals import DAY_MINUTES, IntervalGrid, local_days, local_minutes
from domain.queues import matches
from domain.work_calendar import WorkCalendar, work_calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[int, int]  # minutes after local midnight: [from, to)


@dataclass(frozen=True)
class WeekHours:
    """Spans per weekday (index 0 = Monday). `holidays`: None = as the weekday, () = closed, else those spans.

    `follows_moved_days`: a weekend day that the calendar moves to work has the hours of the weekday it stands for.
    """

    days: tuple[tuple[Span, ...], ...]
    holidays: tuple[Span, ...] | None = None
    follows_moved_days: bool = False


ALWAYS_OPEN = WeekHours(days=(((0, DAY_MINUTES),),) * 7)


@dataclass(frozen=True)
class OpeningHours:
    """Opening hours by queue pattern; the most specific (longest) matching pattern decides, `default` otherwise."""

    default: WeekHours = ALWAYS_OPEN
    by_pattern: Mapping[str, WeekHours] = field(default_factory=dict)
    around_the_clock: tuple[str, ...] = ()  # queue patterns that are always open, whatever the hours above say

    @staticmethod
    def from_mapping(mapping: Mapping[str, object], file: str | None = None) -> OpeningHours:
        """From TOML: `[default]` and `[queue."pattern"]` with `mon = ["08:00-20:00"]` … and `holidays`.

        A span may cross midnight ("22:00-06:00"); weekdays that are not named are closed; `daily = […]` names all
        seven; `holidays` is "closed", "open" (as the weekday) or a list of spans; `moved_working_days` is "weekday"
        (a weekend day worked for another has the hours of that weekday; the default) or "weekend" (its own).
        Raises `BadValue` for a span that is none and for any other table.
        """
        unknown = sorted(set(mapping) - {"default", "queue"})
        if unknown:
            raise BadValue('only [default] and [queue."name"] tables', file=file, found=unknown)
        queues = mapping.get("queue", {})
        if not isinstance(queues, Mapping):
            raise BadValue('tables [queue."name"]', file=file, column="queue", found=queues)
        return OpeningHours(
            default=_week(mapping["default"], "default", file) if "default" in mapping else ALWAYS_OPEN,
            by_pattern={str(name): _week(table, str(name), file) for name, table in queues.items()},
        )

    def of(self, queue: str) -> WeekHours:
        """The hours of one queue."""
        if matches(queue, self.around_the_clock):
            return ALWAYS_OPEN
        if queue in self.by_pattern:
            return self.by_pattern[queue]
        fitting = [pattern for pattern in self.by_pattern if matches(queue, [pattern])]
        return self.by_pattern[max(fitting, key=len)] if fitting else self.default

    def of_arrivals(self, deferred: Iterable[str]) -> OpeningHours:
        """When contacts arrive: work that may wait (queues under these patterns) comes in around the clock."""
        return replace(self, around_the_clock=(*self.around_the_clock, *deferred))

    def is_open(
        self, queue: str, starts: pd.DatetimeIndex, grid: IntervalGrid, holidays: Iterable[date] = ()
    ) -> np.ndarray:
        """Whether each interval (UTC start) overlaps the opening hours; a day is open if any hour of it is.

        `holidays` may be a `WorkCalendar`: then moved working days are known too.
        """
        hours = self.of(queue)
        days = local_days(starts, grid.timezone)
        calendar = WorkCalendar.of(holidays)
        is_holiday = days.isin(pd.DatetimeIndex(pd.to_datetime(list(calendar))))
        table = np.zeros((8, DAY_MINUTES + 1), dtype=bool)  # row 7 = holiday
        for kind, spans in enumerate((*hours.days, hours.holidays or ())):
            for begin, end in spans:
                table[kind, begin:end] = True
        row: np.ndarray = np.array(days.day_of_week)
        if hours.follows_moved_days:
            for day in calendar.moved_working:
                row[np.asarray(days == pd.Timestamp(day))] = calendar.weekday(day)
        if hours.holidays is not None:
            row = np.where(np.asarray(is_holiday), 7, row)
        if grid.is_daily:
            return np.asarray(table.any(axis=1)[row])
        opened = np.cumsum(table, axis=1)
        first = local_minutes(starts, grid.timezone)
        last = np.minimum(first + grid.interval_minutes, DAY_MINUTES)
        before: np.ndarray = np.where(first > 0, opened[row, np.maximum(first - 1, 0)], 0)
        return np.asarray(opened[row, last - 1] - before > 0)


def mark_open(frame: pd.DataFrame, opening: OpeningHours, grid: IntervalGrid, holidays: Iterable[date]) -> pd.DataFrame:
    """A frame with `queue` and `start`, and a column `open`: whether the queue is worked in that interval."""
    days = WorkCalendar.of(holidays)
    worked = pd.Series(True, index=frame.index)
    for queue, starts in frame.groupby("queue", sort=False)["start"]:
        worked[starts.index] = opening.is_open(str(queue), pd.DatetimeIndex(starts), grid, days)
    return frame.assign(open=worked)


def _week(table: object, name: str, file: str | None) -> WeekHours:
    if not isinstance(table, Mapping):
        raise BadValue(f"a table of opening hours for {name!r}", file=file, column=name, found=table)
    unknown = set(table) - {*WEEKDAYS, "daily", "holidays", "moved_working_days"}
    if unknown:
        known = f"weekdays {', '.join(WEEKDAYS)}, daily, holidays or moved_working_days"
        raise BadValue(known, file=file, column=name, found=sorted(unknown))
    moved = table.get("moved_working_days", "weekday")
    if moved not in ("weekday", "weekend"):
        raise BadValue("weekday or weekend", file=file, column=f"{name}.moved_working_days", found=moved)
    days: list[list[Span]] = [[] for _ in range(7)]
    for number, weekday in enumerate(WEEKDAYS):
        for text in _texts(table.get(weekday, table.get("daily", [])), name, file):
            _add(days, number, parse_span(text, file, name))
    special = table.get("holidays", "open")
    if special == "open":
        holidays: tuple[Span, ...] | None = None
    elif special == "closed":
        holidays = ()
    else:
        spans = [parse_span(text, file, name) for text in _texts(special, name, file)]
        holidays = tuple((begin, min(end, DAY_MINUTES)) for begin, end in spans)
    return WeekHours(tuple(tuple(spans) for spans in days), holidays, follows_moved_days=moved == "weekday")


def _add(days: list[list[Span]], weekday: int, span: Span) -> None:
    begin, end = span
    days[weekday].append((begin, min(end, DAY_MINUTES)))
    if end > DAY_MINUTES:
        days[(weekday + 1) % 7].append((0, end - DAY_MINUTES))


def _texts(value: object, name: str, file: str | None) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise BadValue('a list of spans such as ["08:00-20:00"]', file=file, column=name, found=value)
    return texts


def parse_span(text: str, file: str | None = None, column: str | None = None) -> Span:
    """`"08:00-20:00"` as minutes; an end at or before the beginning is on the next day (end > 1440)."""
    begin_text, dash, end_text = text.replace("–", "-").partition("-")
    if not dash:
        raise BadValue("a span such as 08:00-20:00", file=file, column=column, found=text)
    begin, end = parse_clock(begin_text, file, column), parse_clock(end_text, file, column)
    return (begin, end if end > begin else end + DAY_MINUTES)


def parse_clock(text: str, file: str | None = None, column: str | None = None) -> int:
    """`"08:30"` as minutes after midnight; "24:00" is 1440."""
    hours, colon, minutes = text.strip().partition(":")
    if colon and hours.isdigit() and minutes.isdigit() and int(minutes) < 60:
        total = int(hours) * 60 + int(minutes)
        if total <= DAY_MINUTES:
            return total
    raise BadValue("a time of day such as 08:30", file=file, column=column, found=text.strip())


def clock_text(minutes: int) -> str:
    """Minutes after midnight as `08:30`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def public_holidays(country: str, years: Iterable[int], subdivision: str | None = None) -> dict[date, str]:
    """Free days by date with their English name: public holidays, and weekdays made free for them.

    `country` is ISO 3166 ("RU", "US"), optionally "US-CA", or several joined by + ("RU+KZ").
    Raises `BadValue` for a country or subdivision that the `holidays` library does not know.
    """
    return dict(work_calendar(f"{country}-{subdivision}" if subdivision else country, years))
