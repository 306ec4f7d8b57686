"""A site: who works there, under which rules, with which promises. Read from the texts that the store keeps."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from connectors import lines_of_toml, read_table, read_toml
from domain import OpeningHours, RuleBook, SegmentRules, Settings, Table, Targets, WorkCalendar, work_calendar
from domain.errors import EmptyFile, NothingToPlan
from domain.tables import BACKLOG, DECISIONS, EVENTS, OUTBOUND, PEOPLE, TIME_OFF

LOAD_SITE = "load the site's files with `smena load-site FOLDER`"
TABLES_OF_A_SITE: Mapping[str, Table] = {
    "people.csv": PEOPLE,
    "time_off.csv": TIME_OFF,
    "events.csv": EVENTS,
    "marks.csv": DECISIONS,
    "outbound.csv": OUTBOUND,
    "backlog.csv": BACKLOG,
}
MAY_BE_EMPTY = ("time_off.csv", "events.csv", "marks.csv", "outbound.csv", "backlog.csv")
SETTINGS_OF_A_SITE: Mapping[str, Any] = {
    "targets.toml": Targets.from_mapping,
    "rules.toml": RuleBook.from_mapping,
    "opening_hours.toml": OpeningHours.from_mapping,
    "segments.toml": SegmentRules.from_mapping,
    "smena.toml": Settings.from_mapping,
}
SITE_FILES = (*TABLES_OF_A_SITE, *SETTINGS_OF_A_SITE)


@dataclass(frozen=True)
class Site:
    """A site as its files say; what has no file has a default. `contents` are texts by file name."""

    contents: Mapping[str, str]

    @cached_property
    def people(self) -> pd.DataFrame:
        """Frame under PEOPLE; nobody where there is no people.csv."""
        return self._table("people.csv")

    @cached_property
    def time_off(self) -> pd.DataFrame:
        """Frame under TIME_OFF."""
        return self._table("time_off.csv")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Frame under EVENTS."""
        return self._table("events.csv")

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """Frame under DECISIONS: what planners say of stretches of the history, oldest first."""
        return self._table("marks.csv")

    @cached_property
    def outbound(self) -> pd.DataFrame:
        """Frame under OUTBOUND: lists of contacts to be made."""
        return self._table("outbound.csv")

    @cached_property
    def backlog(self) -> pd.DataFrame | None:
        """Frame under BACKLOG; None (as much as is left at the end) where there is no backlog.csv."""
        return self._table("backlog.csv") if "backlog.csv" in self.contents else None

    @cached_property
    def targets(self) -> Targets:
        """Service targets; 80 % in 20 seconds where nothing is said."""
        return Targets.from_mapping(self._toml("targets.toml"), "targets.toml")

    @cached_property
    def rulebook(self) -> RuleBook:
        """Agreements, shifts and rules. Raises `NothingToPlan` where there is no rules.toml."""
        if "rules.toml" not in self.contents:
            raise NothingToPlan("rule book (rules.toml)", LOAD_SITE)
        with lines_of_toml(self.contents["rules.toml"]):
            return RuleBook.from_mapping(self._toml("rules.toml"), "rules.toml")

    @cached_property
    def opening(self) -> OpeningHours | None:
        """Opening hours; None (to be learned from the history) where there is no opening_hours.toml."""
        if "opening_hours.toml" not in self.contents:
            return None
        return OpeningHours.from_mapping(self._toml("opening_hours.toml"), "opening_hours.toml")

    @cached_property
    def arrivals(self) -> OpeningHours | None:
        """When contacts arrive: the opening hours, and around the clock for queues whose work may wait."""
        return None if self.opening is None else self.opening.of_arrivals(self.targets.deferred_patterns)

    @cached_property
    def segments(self) -> SegmentRules:
        """How tickets are sorted into queues; channel/type where nothing is said."""
        return SegmentRules.from_mapping(self._toml("segments.toml"), "segments.toml")

    @cached_property
    def settings(self) -> Settings:
        """The site's settings."""
        return Settings.from_mapping(self._toml("smena.toml"), "smena.toml")

    def _toml(self, name: str) -> dict[str, Any]:
        return tomllib.loads(self.contents.get(name, ""))

    def _table(self, name: str) -> pd.DataFrame:
        table = TABLES_OF_A_SITE[name]
        text = self.contents.get(name)
        if text is None:
            return table.empty()
        frame = pd.read_csv(StringIO(text), dtype="str", na_values=[""], keep_default_na=False)
        for column in table.columns:
            if column.name in frame and column.choices is not None and "" in column.choices:
                frame[column.name] = frame[column.name].fillna("")
        return table.check(frame, name)


def read_site_files(folder: Path) -> dict[str, str]:
    """The texts of a folder's site files, each read under its contract first.

    Tables come back as plain CSV whatever their dialect was, settings as they stand. Raises `InputError`s naming file,
    line and key; `EmptyFile` where the folder holds no site file at all.
    """
    found = {name: folder / name for name in SITE_FILES if (folder / name).is_file()}
    if not found:
        raise EmptyFile(f"a folder with some of {', '.join(SITE_FILES)}", file=str(folder))
    return {name: _table_text(path) if name in TABLES_OF_A_SITE else _toml_text(path) for name, path in found.items()}


def _table_text(path: Path) -> str:
    try:
        frame = read_table(path, TABLES_OF_A_SITE[path.name])
    except EmptyFile:
        if path.name not in MAY_BE_EMPTY or not path.read_bytes().strip():
            raise
        frame = TABLES_OF_A_SITE[path.name].empty()
    return str(frame.to_csv(index=False, lineterminator="\n"))


def _toml_text(path: Path) -> str:
    with lines_of_toml(path):
        SETTINGS_OF_A_SITE[path.name](read_toml(path), str(path))
    return path.read_text("utf-8-sig")


def holidays_of(calendar: str, first: pd.Timestamp, last: pd.Timestamp) -> WorkCalendar:
    """Free and moved days of a country ("RU", "US-CA", "RU+KZ"; "" = none) in the years from `first` to `last`.

    A mapping of name by date; the moved working days come with it.
    """
    return work_calendar(calendar, range(first.year, last.year + 1))
