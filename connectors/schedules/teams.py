"""A roster in the layout that Microsoft Teams Shifts imports: one row a shift, as XLSX or CSV.

Teams knows a member by the work e-mail: people need an `email` column (PEOPLE), else the cell is empty and Teams
refuses the row. Dates are MM/DD/YYYY, times HH:MM by the site's wall clock, as in Microsoft's import template.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from connectors.files import atomic_write, ending
from connectors.formulas import harmless_frame
from connectors.schedules.sheets import Content, Paper, Person
from connectors.schedules.spans import Shift
from connectors.schedules.words import Language
from connectors.schedules.workbook import WITHOUT_CLOCK, make_content
from domain.intervals import check_timezone
from domain.people import RuleBook

TEAMS_COLUMNS = (
    "Member", "Work Email", "Group", "Start Date", "Start Time", "End Date", "End Time", "Theme Color", "Custom Label",
    "Unpaid Break (minutes)", "Notes", "Shared",
)  # fmt: skip
COLOURS = ("2. Blue", "3. Green", "6. Yellow", "4. Purple", "5. Pink", "1. White")
SHARED, NOT_SHARED = "1. Shared", "2. Not Shared"
SHEET = "Shifts"


def write_roster_teams(
    path: str | Path,
    roster: pd.DataFrame,
    people: pd.DataFrame,
    *,
    timezone: str,
    language: Language = "en",
    rulebook: RuleBook | None = None,
    shared: bool = False,
    made_at: datetime | None = None,
) -> None:
    """The shifts for Teams (`.csv`, else XLSX). Absences are no shifts and are left out.

    `roster` and `people` are frames under ROSTER and PEOPLE. Rows are `2. Not Shared` unless `shared`, so that a
    manager looks at them in Teams before people do. Text that a spreadsheet would run is made harmless.
    Raises `InputError` where the folder is missing, `TableError`.
    """
    check_timezone(timezone)
    content = make_content(roster, None, people, timezone=timezone, language=language, rulebook=rulebook)
    emails = (
        dict(zip(people["agent"].astype(str), people["email"].fillna(""), strict=True)) if "email" in people else {}
    )
    frame = teams_rows(content, emails, shared=shared)
    if ending(path) == "csv":
        with atomic_write(path) as part:
            part.write_bytes(harmless_frame(frame).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))
        return
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    created = (made_at or WITHOUT_CLOCK).astimezone(UTC).replace(tzinfo=None)
    with atomic_write(path) as part, xlsxwriter.Workbook(str(part), options) as workbook:
        workbook.set_properties({"title": SHEET, "author": "Smena", "created": created})
        paper, sheet = Paper(workbook), workbook.add_worksheet(SHEET)
        paper.header(sheet, 0, list(TEAMS_COLUMNS))
        for row, cells in enumerate(frame.itertuples(index=False), start=1):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    paper.text(sheet, row, column, cell)
                else:
                    paper.number(sheet, row, column, cell, "0")
        sheet.set_column(0, len(TEAMS_COLUMNS) - 1, 16)
        sheet.freeze_panes(1, 0)


def teams_rows(content: Content, emails: dict[str, str], *, shared: bool) -> pd.DataFrame:
    """One row a shift, in the columns of the import."""
    known = {person.agent: person for person in content.people}
    rows = [_row(shift, known[shift.agent], emails.get(shift.agent, ""), content, shared) for shift in content.shifts]
    return pd.DataFrame(rows, columns=list(TEAMS_COLUMNS))


def _row(shift: Shift, person: Person, email: str, content: Content, shared: bool) -> tuple[object, ...]:
    names = content.shift_names
    colour = COLOURS[names.index(shift.name) % len(COLOURS)] if shift.name in names else COLOURS[0]
    unpaid = (shift.end - shift.start).total_seconds() / 60 - shift.paid_minutes
    queues = sorted({queue for part in shift.parts for queue in part.queue.split("|") if queue})
    return (
        person.name, str(email), person.team, f"{shift.start:%m/%d/%Y}", f"{shift.start:%H:%M}",
        f"{shift.end:%m/%d/%Y}", f"{shift.end:%H:%M}", colour, shift.name, round(unpaid), ", ".join(queues),
        SHARED if shared else NOT_SHARED,
    )  # fmt: skip
