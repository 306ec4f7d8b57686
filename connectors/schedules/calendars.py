"""A roster as calendars, one a person, in iCalendar form (RFC 5545).

- The UID of a shift hangs on the person, its local day and its number on that day: the same in every version and run.
- Times are UTC, so that the hour a clock change doubles is never in doubt; calendars show them in their reader's zone.
  Times in words are in the person's zone (`timezone` of PEOPLE), else the site's.
- SEQUENCE is 0 until a shift differs from the roster before; then it is the minutes from 2020 to `made_at`, so that it
  rises with every version without a memory of its own.
- A shift that was in the roster before, on a day of this roster, and is no longer, stays as a cancelled event.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
from icalendar import Calendar, Event

from connectors.files import atomic_write
from connectors.schedules.file_names import digest, file_stem, slug
from connectors.schedules.spans import Shift, days_of, read_shifts
from connectors.schedules.words import Language, day_text, word
from domain.errors import BadValue
from domain.intervals import check_timezone

PRODUCER = "-//Smena//Shift roster//EN"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Style:
    """What every event of one export shares."""

    timezone: str
    calendar_name: str
    language: Language
    made_at: datetime

    @property
    def sequence(self) -> int:
        return int((self.made_at - _EPOCH).total_seconds() // 60)


def write_roster_ics(
    folder: str | Path,
    roster: pd.DataFrame,
    *,
    timezone: str,
    calendar_name: str = "Smena",
    language: Language = "en",
    previous: pd.DataFrame | None = None,
    made_at: datetime,
    people: pd.DataFrame | None = None,
) -> list[Path]:
    """One `.ics` file a person in `folder` (made where it is missing); returns their paths in order of the agents.

    `roster` and `previous` are frames under ROSTER; `made_at` is tz-aware and stamps every event. `people` (frame under
    PEOPLE) gives names and zones to the calendars, and a calendar to everyone without a shift. A calendar without
    shifts says so in one all-day event on the day of `made_at`; a roster without people gives `no-shifts.ics`.
    Raises `BadValue` for a naive `made_at`, `TableError`.
    """
    check_timezone(timezone)
    if made_at.tzinfo is None:
        raise BadValue("a time with a UTC offset", column="made_at", found=made_at)
    style = _Style(timezone, calendar_name, language, made_at.astimezone(UTC).replace(microsecond=0))
    shifts, absences = read_shifts(roster, timezone)
    before = read_shifts(previous, timezone)[0] if previous is not None else ()
    removed = _removed(shifts, before, days_of(shifts, absences))
    names = _names(people)
    agents = sorted({*names, *(shift.agent for shift in (*shifts, *removed)), *(a.agent for a in absences)})
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    zones = _zones(people, style)
    known = {_key(shift): shift for shift in before} if previous is not None else None
    events: dict[str, list[Event]] = defaultdict(list)
    for shift in shifts:
        events[shift.agent].append(_event(shift, known, zones.get(shift.agent, style)))
    for shift in removed:
        events[shift.agent].append(_cancelled(shift, zones.get(shift.agent, style)))
    paths = []
    for agent in agents or [""]:
        paths.append(target / f"{file_stem(agent) if agents else 'no-shifts'}.ics")
        _write(paths[-1], _calendar(agent, names.get(agent, agent), events[agent], zones.get(agent, style)))
    return paths


def shift_uid(agent: str, day: date, number: int) -> str:
    """The identity of a shift in every calendar it appears in."""
    return f"{slug(agent)}-{digest(agent, 12)}-{day:%Y%m%d}-{number}@smena"


def _names(people: pd.DataFrame | None) -> Mapping[str, str]:
    if people is None:
        return {}
    names = people["name"] if "name" in people else people["agent"]
    return {
        str(agent): str(name) if isinstance(name, str) and name.strip() else str(agent)
        for agent, name in zip(people["agent"], names, strict=True)
    }


def _zones(people: pd.DataFrame | None, style: _Style) -> dict[str, _Style]:
    """The style of everyone who has a zone of their own. Raises `BadValue` for a zone that is none."""
    if people is None or "timezone" not in people:
        return {}
    own = people[people["timezone"].notna() & (people["timezone"].astype(str).str.strip() != "")]
    for zone in own["timezone"].unique():
        check_timezone(str(zone))
    return {
        str(agent): replace(style, timezone=str(zone))
        for agent, zone in zip(own["agent"], own["timezone"], strict=True)
    }


def _hours(shift: Shift, style: _Style) -> str:
    start, end = (moment.tz_convert(style.timezone) for moment in (shift.start, shift.end))
    return f"{start:%H:%M}–{end:%H:%M}"


def _key(shift: Shift) -> tuple[str, date, int]:
    return (shift.agent, shift.day, shift.number)


def _removed(shifts: Sequence[Shift], before: Sequence[Shift], days: Sequence[date]) -> tuple[Shift, ...]:
    """Shifts of the roster before that are gone, on the days this roster covers (an empty one covers every day)."""
    kept = {_key(shift) for shift in shifts}
    return tuple(
        shift for shift in before if _key(shift) not in kept and (not days or days[0] <= shift.day <= days[-1])
    )


def _event(shift: Shift, known: Mapping[tuple[str, date, int], Shift] | None, style: _Style) -> Event:
    event = _base(shift, style)
    earlier = known.get(_key(shift)) if known is not None else None
    changed = known is not None and (earlier is None or _shown(earlier) != _shown(shift))
    event.add("sequence", style.sequence if changed else 0)
    event.add("status", "CONFIRMED")
    event.add("summary", f"{word('shift', style.language)} {shift.name} {_hours(shift, style)}".replace("  ", " "))
    day = shift.start.tz_convert(style.timezone).date()
    lines = [f"{day_text(day, style.language)}, {word('times_in', style.language)} {style.timezone}"]
    for part in shift.parts:
        queues = f" · {part.queue.replace('|', ', ')}" if part.queue else ""
        start, end = (moment.tz_convert(style.timezone) for moment in (part.start, part.end))
        lines.append(f"{start:%H:%M}–{end:%H:%M} {word(part.activity, style.language)}{queues}")
    lines.append(word("late_calendars", style.language))
    event.add("description", "\n".join(lines))
    return event


def _shown(shift: Shift) -> tuple[object, ...]:
    return (shift.start, shift.end, shift.name, tuple((p.start, p.end, p.activity, p.queue) for p in shift.parts))


def _cancelled(shift: Shift, style: _Style) -> Event:
    event = _base(shift, style)
    event.add("sequence", style.sequence)
    event.add("status", "CANCELLED")
    event.add("summary", f"{word('cancelled', style.language)}: {word('shift', style.language)} {_hours(shift, style)}")
    return event


def _base(shift: Shift, style: _Style) -> Event:
    event = Event()
    event.add("uid", shift_uid(shift.agent, shift.day, shift.number))
    event.add("dtstamp", style.made_at)
    event.add("last-modified", style.made_at)
    event.add("dtstart", shift.start.tz_convert("UTC").to_pydatetime())
    event.add("dtend", shift.end.tz_convert("UTC").to_pydatetime())
    event.add("categories", [style.calendar_name])
    return event


def _calendar(agent: str, name: str, events: Sequence[Event], style: _Style) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{style.calendar_name}: {name}" if name else style.calendar_name)
    calendar.add("x-wr-timezone", style.timezone)
    for event in events or [_nothing(agent, style)]:
        calendar.add_component(event)
    return calendar


def _nothing(agent: str, style: _Style) -> Event:
    """An all-day event that says there are no shifts: a calendar needs one component at least."""
    event = Event()
    event.add("uid", f"{slug(agent)}-{digest(agent, 12)}-no-shifts@smena")
    event.add("dtstamp", style.made_at)
    event.add("dtstart", style.made_at.astimezone(ZoneInfo(style.timezone)).date())
    event.add("sequence", style.sequence)
    event.add("transp", "TRANSPARENT")
    event.add("summary", word("no_shifts", style.language))
    return event


def _write(path: Path, calendar: Calendar) -> None:
    with atomic_write(path) as part:
        part.write_bytes(calendar.to_ical())
