"""A roster as files, whichever door asks: from the store's plan or from plain files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import pandas as pd

from domain.errors import BadValue
from domain.people import RuleBook
from domain.work_calendar import WorkCalendar

ROSTER_FORMATS = ("xlsx", "csv", "ics", "pdf", "teams")
NIGHTLY_FORMATS = ("xlsx", "csv", "ics", "pdf")
FILE_NAMES = {"xlsx": "roster.xlsx", "csv": "roster.csv", "pdf": "roster.pdf", "teams": "roster-teams.xlsx"}
Language = Literal["en", "ru"]


@dataclass(frozen=True)
class RosterFiles:
    """What files are made from: frames under ROSTER, PEOPLE, COVERAGE, TIME_OFF, PROOF and what gives them meaning.

    `previous` (frame under ROSTER): what readers saw before, so that calendars change and cancel.
    """

    roster: pd.DataFrame
    people: pd.DataFrame
    timezone: str
    title: str
    language: Language
    made_at: datetime
    rulebook: RuleBook | None = None
    coverage: pd.DataFrame | None = None
    time_off: pd.DataFrame | None = None
    previous: pd.DataFrame | None = None
    calendar: WorkCalendar | None = None
    proof: pd.DataFrame | None = None


def check_formats(formats: Sequence[str]) -> None:
    """Raises `BadValue` for a format that is none."""
    unknown = [name for name in formats if name not in ROSTER_FORMATS]
    if unknown or not formats:
        raise BadValue(f"formats out of {', '.join(ROSTER_FORMATS)}", column="format", found=", ".join(unknown))


def write_roster(what: RosterFiles, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write `roster.xlsx`, `roster.csv`, `roster.pdf`, `roster-teams.xlsx`, and one calendar a person in `calendars/`.

    Returns the files in the order of `ROSTER_FORMATS`. Raises `BadValue` for a format that is none.
    """
    from connectors import schedules  # openpyxl, icalendar and reportlab are slow to load

    check_formats(formats)
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / FILE_NAMES[name] for name in ROSTER_FORMATS if name in formats and name in FILE_NAMES]
    if "xlsx" in formats:
        schedules.write_roster_xlsx(
            folder / FILE_NAMES["xlsx"], what.roster, what.coverage, what.people, timezone=what.timezone,
            title=what.title, language=what.language, rulebook=what.rulebook, time_off=what.time_off,
            made_at=what.made_at, calendar=what.calendar, proof=what.proof,
        )  # fmt: skip
    if "csv" in formats:
        schedules.write_roster_csv(
            folder / FILE_NAMES["csv"], what.roster, timezone=what.timezone, rulebook=what.rulebook
        )
    if "pdf" in formats:
        schedules.write_roster_pdf(
            folder / FILE_NAMES["pdf"], what.roster, what.people, timezone=what.timezone, title=what.title,
            language=what.language, rulebook=what.rulebook, time_off=what.time_off,
        )  # fmt: skip
    if "teams" in formats:
        schedules.write_roster_teams(
            folder / FILE_NAMES["teams"], what.roster, what.people, timezone=what.timezone, language=what.language,
            rulebook=what.rulebook, made_at=what.made_at,
        )  # fmt: skip
    if "ics" in formats:
        written += schedules.write_roster_ics(
            folder / "calendars", what.roster, timezone=what.timezone, language=what.language, previous=what.previous,
            made_at=what.made_at, people=what.people,
        )  # fmt: skip
    return written
