"""The planner's events (events.csv): read, checked, and stored so that two planners don't overwrite each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from connectors import read_table
from domain import work_calendar
from domain.errors import EmptyFile
from domain.queues import matches, split_list
from domain.tables import EVENTS
from planning.session import Session
from planning.site import Site
from planning.steps.reading import known_queues

EVENTS_FILE = "events.csv"
WHOLE_DAYS = ("ramp_days", "decay_days")


@dataclass(frozen=True)
class StoredEvents:
    """The events of the store under EVENTS with every optional column, and the revision of the file (0: none yet)."""

    events: pd.DataFrame
    revision: int


@dataclass(frozen=True)
class CalendarAhead:
    """The country's special days: date, name, kind (holiday, moved day off, working weekend, shortened), by date.

    `unsure_years`: years whose moved days are not known yet.
    """

    days: pd.DataFrame
    unsure_years: tuple[int, ...]


def list_events(session: Session) -> StoredEvents:
    """What the store has. Raises `TableError` where the stored file breaks its contract."""
    stored = session.store.site.current().get(EVENTS_FILE)
    if stored is None:
        return StoredEvents(EVENTS.empty(), 0)
    return StoredEvents(with_all_columns(Site({EVENTS_FILE: stored.content}).events), stored.revision)


def with_all_columns(events: pd.DataFrame) -> pd.DataFrame:
    """EVENTS with its optional columns, empty where they were absent, and no others."""
    empty = EVENTS.empty()
    missing = [name for name in EVENTS.column_names if name not in events]
    absent = {name: pd.Series(index=events.index, dtype=empty[name].dtype) for name in missing}
    return events.assign(**absent)[list(EVENTS.column_names)]


def events_text(events: pd.DataFrame) -> str:
    """Events under EVENTS as the text of events.csv; optional columns without any value are left out, but `queues`."""
    kept = [str(name) for name in events if name in (*EVENTS.required_names, "queues") or events[name].notna().any()]
    whole = {name: events[name].astype("Int64") for name in WHOLE_DAYS if name in kept}
    return str(events[kept].assign(**whole).to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))


def save_events(session: Session, events: pd.DataFrame, *, author: str, seen_revision: int) -> bool:
    """Store `events` as the whole of events.csv; they count with the next forecast.

    `seen_revision`: the revision that the edit was made on. Returns whether the content is new.
    Raises `TableError` for events outside EVENTS, `StaleRevision`.
    """
    checked = with_all_columns(EVENTS.check(events, EVENTS_FILE))
    changed = session.store.site.save(
        {EVENTS_FILE: events_text(checked)}, author=author, at=session.clock(), seen={EVENTS_FILE: seen_revision}
    )
    return bool(changed)


def events_of_file(name: str, content: bytes) -> pd.DataFrame:
    """The events of an uploaded CSV file under EVENTS; one with nothing but a header has none.

    Raises `InputError`s naming the file, line and column.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        try:
            return with_all_columns(read_table(path, EVENTS))
        except EmptyFile:
            if not content.strip():
                raise
            return EVENTS.empty()


def unknown_patterns(session: Session, events: pd.DataFrame) -> list[tuple[str, str]]:
    """(event, pattern) of patterns that no queue of the history matches; none without a history."""
    known = known_queues(session)
    named = [
        (str(name), pattern)
        for name, cell in zip(events["name"], events["queues"], strict=True)
        for pattern in split_list(cell)
    ]
    return [(name, pattern) for name, pattern in named if known and not any(matches(q, [pattern]) for q in known)]


def calendar_ahead(session: Session, days: int = 365) -> CalendarAhead:
    """The special days of the site's country from today on. Raises `BadValue` for an unknown country."""
    settings = session.settings
    first = session.clock().tz_convert(settings.timezone).date()
    last = first + timedelta(days=days)
    calendar = work_calendar(settings.calendar, range(first.year, last.year + 1))
    rows = [(day, name, "moved day off" if day in calendar.moved_off else "holiday") for day, name in calendar.items()]
    rows += [(day, "", "working weekend") for day in calendar.moved_working]
    rows += [(day, "", "shortened") for day in calendar.shortened if day not in calendar.moved_working]
    kept = sorted(row for row in rows if first <= row[0] <= last)
    return CalendarAhead(pd.DataFrame(kept, columns=["date", "name", "kind"]), calendar.unsure_years)
