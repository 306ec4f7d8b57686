"""Files for managers and other systems, made from one version of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from connectors import write_table
from domain.errors import BadValue, NothingToPlan
from domain.tables import FORECAST
from planning.session import Session
from planning.steps.produce import needed
from planning.steps.publishing import read_version
from planning.steps.reading import read

ROSTER_FORMATS = ("xlsx", "csv", "ics")


def export_roster(
    session: Session, folder: Path | str, formats: Sequence[str] = ROSTER_FORMATS, language: str | None = None
) -> list[Path]:
    """Write the plan's roster as `roster.xlsx`, `roster.csv` and one calendar per person in `calendars/`.

    Returns the files. The same roster gives the same calendars, so that they update instead of doubling.
    Raises `NothingToPlan`, `BadValue` for an unknown format.
    """
    from connectors import schedules  # openpyxl and icalendar are slow to load

    unknown = [name for name in formats if name not in ROSTER_FORMATS]
    if unknown or not formats:
        raise BadValue(f"formats out of {', '.join(ROSTER_FORMATS)}", column="format", found=", ".join(unknown))
    version = needed(session, "roster")
    made = session.store.versions.get("roster", version)
    settings, site = session.settings, session.site
    language = language or settings.language
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    roster = read(session, "roster")
    rulebook = site.rulebook if "rules.toml" in site.contents else None
    written: list[Path] = []
    if "xlsx" in formats:
        written.append(folder / "roster.xlsx")
        schedules.write_roster_xlsx(
            written[-1],
            roster,
            _coverage(session),
            site.people,
            timezone=settings.timezone,
            title=f"{made.parameters['week_start']}",
            language=language,
            rulebook=rulebook,
        )
    if "csv" in formats:
        written.append(folder / "roster.csv")
        schedules.write_roster_csv(written[-1], roster, timezone=settings.timezone, rulebook=rulebook)
    if "ics" in formats:
        written += schedules.write_roster_ics(
            folder / "calendars",
            roster,
            timezone=settings.timezone,
            language=language,
            previous=_published_before(session, version),
            made_at=made.made_at,
        )
    return written


def export_forecast(session: Session, path: Path | str) -> Path:
    """Write the plan's forecast with its adjustments as CSV or Parquet; stamps in the site's zone."""
    frame = read(session, "adjusted")
    write_table(frame, path, FORECAST, timezone=session.settings.timezone)
    return Path(path)


def _coverage(session: Session) -> pd.DataFrame | None:
    try:
        return read(session, "coverage")
    except NothingToPlan:
        return None


def _published_before(session: Session, version: str) -> pd.DataFrame | None:
    """The published roster that this one replaces, so that shifts that fell away are cancelled in calendars."""
    published = session.published
    if published is None or published.members.get("roster") in (None, version):
        return None
    return read_version(session, "roster", "published")
