"""Files for managers and other systems, made from one version of the plan."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from connectors import write_table
from domain.errors import NothingToPlan
from domain.tables import ADJUSTED
from planning.roster_files import NIGHTLY_FORMATS, Language, RosterFiles, check_formats, write_roster
from planning.session import Session
from planning.site import holidays_of
from planning.steps.produce import needed
from planning.steps.reading import read
from planning.store import Version

EXPORTS = "exports"
BY_VERSION = "by-version"


def export_roster(
    session: Session, folder: Path | str, formats: Sequence[str] = NIGHTLY_FORMATS, language: Language | None = None
) -> list[Path]:
    """Write the plan's roster as `roster.xlsx`, `roster.csv`, `roster.pdf` and one calendar per person in `calendars/`,
    and for Microsoft Teams (`teams`) as `roster-teams.xlsx`.

    Returns the files. The same roster gives the same calendars, so that they update instead of doubling.
    Raises `NothingToPlan`, `BadValue` for an unknown format.
    """
    check_formats(formats)
    version = needed(session, "roster")
    made = session.store.versions.get("roster", version)
    settings, site = session.settings, session.site
    first = pd.Timestamp(made.parameters["week_start"])
    last = first + pd.Timedelta(days=made.parameters["days"])
    seen = _seen_before(session, made) if "ics" in formats else None
    what = RosterFiles(
        roster=read(session, "roster"),
        people=site.people,
        timezone=settings.timezone,
        title=f"{made.parameters['week_start']}",
        language=language or settings.language,
        made_at=_told_at(session, made, seen),
        rulebook=site.rulebook if "rules.toml" in site.contents else None,
        coverage=_coverage(session) if "xlsx" in formats else None,
        time_off=site.time_off,
        previous=read(session, "roster", seen.version) if seen else None,
        calendar=holidays_of(settings.calendar, first, last) if settings.calendar else None,
        proof=_proof(session) if "xlsx" in formats else None,
    )
    return write_roster(what, Path(folder), formats)


def export_forecast(session: Session, path: Path | str) -> Path:
    """Write the plan's forecast with its adjustments as CSV or Parquet; stamps in the site's zone.

    A CSV may be opened in a spreadsheet: text that would run as a formula is made harmless.
    """
    from connectors import schedules

    frame, zone = read(session, "adjusted"), session.settings.timezone
    if Path(path).suffix.lower() == ".parquet":
        write_table(frame, path, ADJUSTED, timezone=zone)
    else:
        schedules.write_forecast_csv(path, frame, timezone=zone)
    return Path(path)


def export_version(session: Session) -> tuple[Path, bool]:
    """The exports of the plan's roster in a folder of their own under the store, made once.

    Returns the folder and whether it was there already. Readers are led there by `deliver`.
    """
    version = needed(session, "roster")
    folder = session.store.folder / EXPORTS / BY_VERSION / version
    if folder.is_dir():
        return folder, True
    part = folder.with_name(f".{version}.part")
    shutil.rmtree(part, ignore_errors=True)
    export_roster(session, part)
    export_forecast(session, part / "forecast.csv")
    part.replace(folder)
    return folder, False


def deliver(session: Session) -> Path:
    """Let `exports/<first day>` of the store lead to the exports of the published roster; old ones are forgotten."""
    published = session.published
    version = published.members.get("roster") if published else None
    if version is None:
        raise NothingToPlan("published roster", "run `smena publish`")
    made = session.store.versions.get("roster", version)
    exports = session.store.folder / EXPORTS
    link = exports / str(made.parameters["week_start"])
    target = Path(BY_VERSION) / version
    if not (link.is_symlink() and link.readlink() == target):
        temporary = exports / f".{version}.link"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        if (
            link.is_dir() and not link.is_symlink()
        ):  # a store restored by a copy that follows links: put aside, not lost
            link.rename(exports / f"{link.name}.before-{version}")
        temporary.replace(link)
    _forget_exports(session)
    return link


def _forget_exports(session: Session) -> None:
    """Remove exports whose roster the store has forgotten, and the leavings of a killed night."""
    exports = session.store.folder / EXPORTS
    known = session.store.versions.known().get("roster", set())
    for folder in (exports / BY_VERSION).iterdir():
        if folder.name not in known:
            shutil.rmtree(folder, ignore_errors=True)
    for link in exports.iterdir():
        if link.is_symlink() and not link.exists():
            link.unlink(missing_ok=True)


def _coverage(session: Session) -> pd.DataFrame | None:
    try:
        return read(session, "coverage")
    except NothingToPlan:
        return None


def _proof(session: Session) -> pd.DataFrame | None:
    """The margins of the plan's roster; None where the site has no rules."""
    from planning.steps.proving import proof

    return proof(session) if "rules.toml" in session.site.contents else None


def _seen_before(session: Session, made: Version) -> Version | None:
    """The roster of the same week that readers saw before this one, so that calendars cancel what fell away. After a
    revert that is the one that was taken back."""
    published = session.published
    plans = [published, *session.store.plans.shown_before(published)] if published else []
    for plan in plans:
        version = plan.members.get("roster")
        if version is None or version == made.version or version not in session.store.versions.known()["roster"]:
            continue
        earlier = session.store.versions.get("roster", version)
        if earlier.parameters["week_start"] == made.parameters["week_start"]:
            return earlier
    return None


def _told_at(session: Session, made: Version, seen: Version | None) -> pd.Timestamp:
    """When the roster was made; a roster that was gone back to is news of the moment it was published again."""
    if seen is None or seen.made_at <= made.made_at:
        return made.made_at
    published = session.published
    again = published is not None and published.members.get("roster") == made.version
    return published.made_at if again and published is not None else session.clock()
