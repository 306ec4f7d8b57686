"""What every sheet of the printed roster shares: the content in one place, formats, and cells that can't run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import xlsxwriter

from connectors.formulas import would_run
from connectors.schedules.spans import Absence, Shift
from connectors.schedules.words import Language, word
from domain.people import RuleBook, WorkAgreement
from domain.work_calendar import WorkCalendar

LONGEST_CELL = 32_000  # a cell holds 32,767 characters
SHIFT_COLOURS = ("#DCE9F7", "#E3F1DA", "#FBEBCB", "#E8E0F3", "#D7F0EE", "#F7DEE6", "#EDEBDD", "#DFE3EA")
BORDER, WEEKEND, HEADER, AWAY = "#C9CED6", "#EDEFF2", "#33475B", "#F3D9B1"
RED, AMBER, GREEN = "#F4B6AE", "#FBE3A6", "#CFE8CF"
FIRST_ROW = 3  # title, note, header above
WORKING_DAYS = 5  # of a week, as the rule on the least hours counts them


@dataclass(frozen=True)
class Person:
    """One line of the grid."""

    agent: str
    name: str
    team: str
    agreement: str


NAME_LEAST, NAME_MOST = 22, 48


@dataclass(frozen=True)
class Content:
    """What is printed. `coverage` is a frame under COVERAGE with local `start`; `days` are the local days in order."""

    title: str
    timezone: str
    language: Language
    people: tuple[Person, ...]
    shifts: tuple[Shift, ...]
    absences: tuple[Absence, ...]
    days: tuple[date, ...]
    coverage: pd.DataFrame
    interval_minutes: int
    rulebook: RuleBook | None
    calendar: WorkCalendar | None = None

    def say(self, key: str) -> str:
        """A phrase in the language of the export."""
        return word(key, self.language)

    @property
    def name_width(self) -> int:
        """Width of a column of names, characters: none is cut off that is not very long."""
        return min(max([NAME_LEAST, *(len(person.name) + 2 for person in self.people)]), NAME_MOST)

    @property
    def weeks(self) -> int:
        """Weeks begun: what was agreed a week counts that often."""
        return -(-len(self.days) // 7)

    @property
    def shift_names(self) -> tuple[str, ...]:
        """Templates of the rule book, then names that only the roster knows."""
        known = [shift.name for shift in self.rulebook.shifts] if self.rulebook else []
        return tuple(dict.fromkeys([*known, *sorted({shift.name for shift in self.shifts if shift.name})]))

    def agreement_of(self, person: Person) -> WorkAgreement | None:
        """The person's agreement where the rule book has it."""
        found = [a for a in self.rulebook.agreements if a.name == person.agreement] if self.rulebook else []
        return found[0] if found else None

    def agreed_hours(self, person: Person) -> tuple[float, float] | None:
        """Least and most paid hours agreed for the printed weeks; a day away takes a fifth of a week off the least."""
        agreement = self.agreement_of(person)
        if agreement is None:
            return None
        away = {day for entry in self.absences if entry.agent == person.agent for day in self.days if entry.holds(day)}
        weeks = [(day - self.days[0]).days // 7 for day in away]
        owed = sum(max(1 - weeks.count(week) / WORKING_DAYS, 0.0) for week in range(self.weeks))
        return agreement.hours_per_week_min * owed, agreement.hours_per_week_max * self.weeks

    @property
    def holidays(self) -> frozenset[date]:
        """Public holidays: free days of the calendar without weekdays that only stand for a weekend day."""
        return frozenset(set(self.calendar.holidays) - self.calendar.moved_off) if self.calendar else frozenset()

    def norm_hours(self, person: Person) -> float | None:
        """Norm of the printed days by the production calendar; days away are not owed. None without a calendar.

        A fifth of the agreement's most weekly hours for each working day, an hour less on shortened days (order 588n
        of the Ministry of Health and Social Development of Russia, 13 August 2009, point 1).
        """
        agreement = self.agreement_of(person)
        if agreement is None or self.calendar is None:
            return None
        away = [entry for entry in self.absences if entry.agent == person.agent]
        owed = [d for d in self.days if not self.calendar.is_free(d) and not any(entry.holds(d) for entry in away)]
        shorter = sum(day in self.calendar.shortened for day in owed)
        return len(owed) * agreement.hours_per_week_max / WORKING_DAYS - shorter

    def colour_of(self, shift_name: str) -> str:
        """The colour of a shift template."""
        names = self.shift_names
        return SHIFT_COLOURS[names.index(shift_name) % len(SHIFT_COLOURS)] if shift_name in names else "#FFFFFF"


class Paper:
    """A workbook whose formats are made once and whose texts are never formulas."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self.workbook = workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        """A cell format with thin borders; equal properties give the same one."""
        wanted: Mapping[str, Any] = {
            "font_name": "Arial", "font_size": 9, "valign": "vcenter", "border": 1, "border_color": BORDER, **properties
        }  # fmt: skip
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(dict(wanted))
        return self._formats[key]

    def text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        """A text cell: always a string, and marked as such where a spreadsheet might take it for a formula."""
        if would_run(text):
            properties["quote_prefix"] = True
        sheet.write_string(row, column, text[:LONGEST_CELL], self.style(**properties))

    def number(self, sheet: Any, row: int, column: int, value: float, form: str = "0.0", **properties: Any) -> None:
        """A number cell."""
        sheet.write_number(row, column, float(value), self.style(num_format=form, align="right", **properties))

    def headline(self, sheet: Any, content: Content, key: str) -> None:
        """Title and note in the two rows above every table."""
        self.text(sheet, 0, 0, f"{content.title} — {content.say(key)}", bold=True, font_size=13, border=0)
        note = f"{content.say('times_in')} {content.timezone}"
        if content.days:
            note = f"{content.days[0]:%d.%m.%Y} – {content.days[-1]:%d.%m.%Y}. {note}"
        if not content.shifts:
            note = f"{content.say('no_shifts')}. {note}"
        self.text(sheet, 1, 0, note, border=0, font_color="#5B6773")

    def header(self, sheet: Any, row: int, names: list[str], column: int = 0, **properties: Any) -> None:
        """A row of column names."""
        for offset, name in enumerate(names):
            self.text(
                sheet, row, column + offset, name, bold=True, font_color="#FFFFFF", bg_color=HEADER, text_wrap=True,
                align="center", **properties,
            )  # fmt: skip


def printed(sheet: Any, content: Content, key: str, *, rows_repeated: int) -> None:
    """A4 landscape, as wide as the page, headers repeated, page numbers."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(0, rows_repeated)
    title = f"{content.title} — {content.say(key)}".replace("&", "&&")
    # A blank parts the font size from a title that begins with a digit: "&82026" would be a font of 82026 points.
    sheet.set_footer(f"&L&8 {title[:200]}&R&8 &P / &N")
