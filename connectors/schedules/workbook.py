"""A roster as a workbook to print and hand out: grid, coverage, legend, totals, and the Russian time sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from connectors.files import atomic_write
from connectors.schedules.coverage_sheet import write_coverage
from connectors.schedules.grid_sheet import write_grid
from connectors.schedules.legend_sheet import write_legend
from connectors.schedules.proof_sheet import write_proof
from connectors.schedules.sheets import Content, Paper, Person
from connectors.schedules.spans import Absence, Shift, days_of, read_shifts
from connectors.schedules.timesheet_sheet import write_timesheet
from connectors.schedules.totals_sheet import write_totals
from connectors.schedules.words import Language
from domain.intervals import check_timezone, infer_interval_minutes, to_utc
from domain.people import RuleBook
from domain.tables import COVERAGE, PEOPLE, TIME_OFF
from domain.work_calendar import WorkCalendar

WITHOUT_CLOCK = datetime(2020, 1, 1, tzinfo=UTC)
SHEETS = {"roster": write_grid, "coverage": write_coverage, "legend": write_legend, "totals": write_totals}


def write_roster_xlsx(
    path: str | Path,
    roster: pd.DataFrame,
    coverage: pd.DataFrame | None,
    people: pd.DataFrame,
    *,
    timezone: str,
    title: str = "",
    language: Language = "en",
    rulebook: RuleBook | None = None,
    time_off: pd.DataFrame | None = None,
    made_at: datetime | None = None,
    calendar: WorkCalendar | None = None,
    timesheet: bool | None = None,
    proof: pd.DataFrame | None = None,
) -> None:
    """Sheets in the site's local time: people × days, coverage, legend, totals, time sheet; A4 landscape.

    `roster`, `coverage`, `people`, `time_off` are frames under ROSTER, COVERAGE, PEOPLE, TIME_OFF; no coverage is None.
    Leave, sickness and whole-day training show as letters, from the roster and from `time_off`. `rulebook` gives agreed
    hours, paid pauses, letters and the legend; `calendar` the norm beside them and public holidays. `timesheet`: with
    the letters of form T-13 (default: in Russian). `proof` (frame under PROOF) adds a sheet of margins. The same
    arguments give the same bytes: `made_at` (tz-aware) is the file's creation time, 2020-01-01 where absent. Texts are
    never formulas. A roster without shifts says so.
    Raises `InputError` where the folder is missing, `TableError`.
    """
    check_timezone(timezone)
    content = make_content(
        roster, coverage, people, timezone=timezone, title=title, language=language, rulebook=rulebook,
        time_off=time_off, calendar=calendar,
    )  # fmt: skip
    sheets = dict(SHEETS)
    if timesheet or (timesheet is None and language == "ru"):
        sheets["timesheet"] = write_timesheet
    created = (made_at or WITHOUT_CLOCK).astimezone(UTC).replace(tzinfo=None)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with atomic_write(path) as part, xlsxwriter.Workbook(str(part), options) as workbook:
        workbook.set_properties({"title": content.title, "author": "Smena", "created": created})
        paper = Paper(workbook)
        for key, write in sheets.items():
            write(paper, workbook.add_worksheet(content.say(key)), content)
        if proof is not None:
            write_proof(paper, workbook.add_worksheet(content.say("proof")), content, proof)


def make_content(
    roster: pd.DataFrame,
    coverage: pd.DataFrame | None,
    people: pd.DataFrame,
    *,
    timezone: str,
    title: str = "",
    language: Language = "en",
    rulebook: RuleBook | None = None,
    time_off: pd.DataFrame | None = None,
    calendar: WorkCalendar | None = None,
) -> Content:
    """What is printed, from the arguments of `write_roster_xlsx`."""
    shifts, absences = read_shifts(roster, timezone, rulebook)
    covered = _local_coverage(coverage, timezone)
    days = _days(days_of(shifts, absences), covered)
    absences = (*absences, *_planned_absences(time_off, absences))
    minutes = infer_interval_minutes(covered["start"], timezone) if len(covered) else 30
    return Content(
        title or "Smena", timezone, language, _people(people, shifts, absences), shifts, absences, days, covered,
        minutes, rulebook, calendar,
    )  # fmt: skip


def _local_coverage(coverage: pd.DataFrame | None, timezone: str) -> pd.DataFrame:
    checked = COVERAGE.empty() if coverage is None else COVERAGE.check(coverage)
    return checked.assign(start=to_utc(checked["start"]).tz_convert(timezone))


def _days(rostered: tuple[date, ...], covered: pd.DataFrame) -> tuple[date, ...]:
    """The rostered days, and the other covered days of their weeks (Monday to Sunday); without a roster all covered."""
    weeks = {day.isocalendar()[:2] for day in rostered}
    seen = {*rostered, *(day for day in set(covered["start"].dt.date) if not weeks or day.isocalendar()[:2] in weeks)}
    return tuple(day.date() for day in pd.date_range(min(seen), max(seen), freq="D")) if seen else ()


def _planned_absences(time_off: pd.DataFrame | None, known: Sequence[Absence]) -> list[Absence]:
    """Leave, sickness and training of the plan where the roster says nothing of the kind."""
    if time_off is None:
        return []
    rows = TIME_OFF.check(time_off)
    rows = rows[rows["kind"].isin(["leave", "sick", "training"])]
    planned = [
        Absence(str(agent), first.date(), last.date(), str(kind))
        for agent, first, last, kind in zip(rows["agent"], rows["from"], rows["to"], rows["kind"], strict=True)
    ]
    return [absence for absence in planned if absence not in known]


def _people(people: pd.DataFrame, shifts: Sequence[Shift], absences: Sequence[Absence]) -> tuple[Person, ...]:
    """Everyone in PEOPLE, by team and name; then those whom only the roster knows."""
    checked = PEOPLE.check(people)
    filled = checked.assign(
        name=checked["name"].fillna("") if "name" in checked else "",
        team=checked["team"].fillna("") if "team" in checked else "",
    )
    listed = [
        Person(str(agent), str(name) or str(agent), str(team), str(agreement))
        for agent, name, team, agreement in zip(
            filled["agent"], filled["name"], filled["team"], filled["agreement"], strict=True
        )
    ]
    listed.sort(key=lambda person: (person.team, person.name, person.agent))
    known = {person.agent for person in listed}
    others = sorted(({shift.agent for shift in shifts} | {absence.agent for absence in absences}) - known)
    return (*listed, *(Person(agent, agent, "", "") for agent in others))
