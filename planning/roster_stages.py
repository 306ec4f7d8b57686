"""What is done with a finished roster on plain files: its proof, its exports. `-` is standard input or output."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from connectors import read_roster, read_table
from domain.errors import BadValue
from domain.people import RuleBook
from domain.tables import LEDGER, REQUIREMENTS
from planning.people_files import people_of, time_off_of
from planning.progress import Progress
from planning.roster_files import RosterFiles, check_formats, write_roster
from planning.site import holidays_of
from planning.stages import days_of_requirements, of_file, of_people, rulebook_of

if TYPE_CHECKING:
    from planning.session import Session
    from scheduling import Copied, Repair, ShiftMix

Language = Literal["en", "ru"]
Cover = Literal["soft", "hard"]
FIRST_EXPORT = pd.Timestamp("2020-01-01", tz="UTC")  # of a roster without rows


def proof_of_roster(
    path: str, people: Path, rules: Path, *, wishes: Path | None = None, previous: Path | None = None,
    requirements: Path | None = None,
) -> pd.DataFrame:  # fmt: skip
    """PROOF of a roster file."""
    import scheduling  # slow to import: only where it is used

    rulebook = rulebook_of(rules)
    with of_file(path, of_people(people, wishes)):
        return scheduling.prove(
            read_roster(path, timezone=rulebook.timezone),
            people_of(people, rulebook, rules),
            rulebook,
            time_off=time_off_of(wishes),
            previous=read_roster(previous, timezone=rulebook.timezone) if previous else None,
            days=days_of_requirements(requirements, rulebook.timezone),
        )


def ledger_of_roster(
    path: str, people: Path, rules: Path, *, wishes: Path | None = None, ledger: Path | None = None,
    requirements: Path | None = None,
) -> tuple[pd.DataFrame, str]:  # fmt: skip
    """LEDGER after a roster file, and the site's zone."""
    from scheduling import carry  # slow to import: only where it is used

    rulebook = rulebook_of(rules)
    with of_file(path, of_people(people, wishes)):
        carried = carry(
            read_roster(path, timezone=rulebook.timezone), people_of(people, rulebook, rules), rulebook,
            time_off=time_off_of(wishes),
            ledger=read_table(ledger, LEDGER) if ledger else None,
            days=days_of_requirements(requirements, rulebook.timezone),
        )  # fmt: skip
    return carried, rulebook.timezone


def write_proof(proof: pd.DataFrame, path: str, timezone: str, language: Language = "en") -> None:
    """PROOF as CSV or a workbook, chosen by the ending."""
    from connectors.schedules import write_proof_file

    write_proof_file(path, proof, timezone=timezone, language=language)


def export_roster_file(
    path: str, folder: Path, formats: tuple[str, ...], people: Path, rules: Path, *,
    requirements: Path | None = None, wishes: Path | None = None, previous: Path | None = None,
    calendar: str = "", language: Language = "en", made_at: pd.Timestamp,
) -> list[Path]:  # fmt: skip
    """The exports of a roster file in a folder; with requirements also its coverage. Returns the files."""
    import scheduling  # slow to import: only where it is used

    check_formats(formats)
    rulebook = rulebook_of(rules)
    zone = rulebook.timezone
    roster, staff = read_roster(path, timezone=zone), people_of(people, rulebook, rules)
    time_off = time_off_of(wishes)
    coverage, proof = None, None
    if "xlsx" in formats:
        with of_file(path, of_people(people, wishes)):
            days = days_of_requirements(requirements, zone)
            proof = scheduling.prove(roster, staff, rulebook, time_off=time_off, days=days)
        if requirements is not None:
            need = read_table(requirements, REQUIREMENTS, timezone=zone)
            coverage = scheduling.measure_coverage(need, roster, people=staff, timezone=zone)
    first, last = (roster["start"].min(), roster["end"].max()) if len(roster) else (FIRST_EXPORT, FIRST_EXPORT)
    title = (first.tz_convert(zone).date() if len(roster) else date(2020, 1, 1)).isoformat()
    what = RosterFiles(
        roster=roster, people=staff, timezone=zone, title=title, language=language, made_at=made_at, rulebook=rulebook,
        coverage=coverage, time_off=time_off, proof=proof,
        previous=read_roster(previous, timezone=zone) if previous else None,
        calendar=holidays_of(calendar, first, last) if calendar else None,
    )  # fmt: skip
    return write_roster(what, folder, formats)


def parse_absence(text: str, now: pd.Timestamp, timezone: str) -> tuple[str, date, date]:
    """`A07` (today), `A07=2026-09-09` or `A07=2026-09-09..2026-09-11`. Raises `BadValue`."""
    agent, _, span = text.partition("=")
    if not span:
        today = now.tz_convert(timezone).date()
        return agent, today, today
    first, _, last = span.partition("..")
    try:
        return agent, date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError as fault:
        raise BadValue(
            "AGENT, AGENT=2026-09-09 or AGENT=2026-09-09..2026-09-11", column="--absent", found=text
        ) from fault


def repair_of_files(
    path: str, requirements: Path, people: Path, rules: Path, *, time_off: Path | None = None,
    previous: Path | None = None, changes_most: int | None, least_gain: float | None = None,
    now: pd.Timestamp | None = None,
) -> Repair:  # fmt: skip
    """The repair of a roster file."""
    import scheduling  # slow to import: only where it is used

    rulebook = rulebook_of(rules)
    zone = rulebook.timezone
    with of_file(path, of_people(people, time_off)):
        return scheduling.repair(
            read_roster(path, timezone=zone), read_table(requirements, REQUIREMENTS, timezone=zone),
            people_of(people, rulebook, rules), rulebook,
            time_off=time_off_of(time_off),
            previous=read_roster(previous, timezone=zone) if previous else None,
            now=now, changes_most=changes_most, least_gain=least_gain,
        )  # fmt: skip


def copy_of_file(
    path: str, people: Path, rules: Path, *, to: date, first: date | None, days: int, time_off: Path | None = None
) -> Copied:
    """A week of a roster file in another week."""
    import scheduling  # slow to import: only where it is used

    rulebook = rulebook_of(rules)
    roster = read_roster(path, timezone=rulebook.timezone)
    begin = first or (roster["start"].min().tz_convert(rulebook.timezone).date() if len(roster) else to)
    with of_file(path, of_people(people, time_off)):
        return scheduling.copy_week(
            roster, people_of(people, rulebook, rules), rulebook, first=begin, to=to, days=days,
            time_off=time_off_of(time_off),
        )  # fmt: skip


def comparison_of_files(
    paths: list[str], requirements: Path, people: Path, rules: Path, *, time_off: Path | None = None,
    previous: Path | None = None,
) -> pd.DataFrame:  # fmt: skip
    """COMPARISON of roster files."""
    import scheduling  # slow to import: only where it is used

    rulebook = rulebook_of(rules)
    zone = rulebook.timezone
    with of_file(paths[0], of_people(people, time_off)):
        return scheduling.compare(
            {path: read_roster(path, timezone=zone) for path in paths},
            read_table(requirements, REQUIREMENTS, timezone=zone), people_of(people, rulebook, rules), rulebook,
            time_off=time_off_of(time_off),
            previous=read_roster(previous, timezone=zone) if previous else None,
        )  # fmt: skip


@dataclass(frozen=True)
class MixAsked:
    """What is asked of a mix of shifts: see `scheduling.make_shift_mix`."""

    queues: tuple[str, ...]
    cover: Cover
    repeats: bool
    seed: int
    iterations: int
    time_limit_seconds: float | None


def shifts_of_file(path: str, rules: Path, asked: MixAsked, progress: Progress | None = None) -> tuple[ShiftMix, str]:
    """The mix of shifts for a requirements file, and the zone of its days."""
    book = rulebook_of(rules)
    with of_file(path):
        return _shifts(read_table(path, REQUIREMENTS, timezone=book.timezone), book, asked, progress), book.timezone


def shifts_of_store(session: Session, asked: MixAsked, progress: Progress | None = None) -> tuple[ShiftMix, str]:
    """The mix of shifts for the requirements of the store."""
    from planning.steps import read

    return _shifts(read(session, "requirements"), session.site.rulebook, asked, progress), session.settings.timezone


def _shifts(need: pd.DataFrame, book: RuleBook, asked: MixAsked, progress: Progress | None) -> ShiftMix:
    import scheduling  # slow to import: only where it is used

    return scheduling.make_shift_mix(
        need, book, queues=asked.queues, cover=asked.cover, repeats=asked.repeats, seed=asked.seed,
        iterations=asked.iterations, time_limit_seconds=asked.time_limit_seconds, progress=progress,
    )  # fmt: skip
