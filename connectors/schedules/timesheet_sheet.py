"""The sheet with the letters of the Russian time sheet, hours below them."""

from __future__ import annotations

from typing import Any

from connectors.schedules.sheets import AWAY, FIRST_ROW, WEEKEND, Content, Paper, printed
from connectors.schedules.timesheet import AWAY_LETTERS, HOLIDAY, OFF, Entry, away_on, day_hours, entry

LEFT = 3  # number, name, code
TOTALS = ("days_worked", "paid_hours", "night_hours", "holiday_hours", "days_away")
EXPLAINED = ("Я", "Н", "РВ", "В", "ОТ", "Б", "ПК")


def write_timesheet(paper: Paper, sheet: Any, content: Content) -> None:
    """Two lines a person: letters, and hours below them; sums at the right, letters explained at the bottom."""
    say = content.say
    paper.headline(sheet, content, "timesheet")
    paper.header(sheet, FIRST_ROW - 1, ["№", say("name"), say("agent"), *(f"{day:%d.%m}" for day in content.days)])
    right = LEFT + len(content.days)
    paper.header(sheet, FIRST_ROW - 1, [say(key) for key in TOTALS], right)
    hours = day_hours(content.shifts)
    for number, person in enumerate(content.people):
        row = FIRST_ROW + 2 * number
        for column, text in enumerate((str(number + 1), person.name, person.agent)):
            sheet.merge_range(row, column, row + 1, column, "", paper.style())
            paper.text(sheet, row, column, text, bold=column == 1)
        entries = [
            entry(hours.get((person.agent, day)), away_on(content.absences, person.agent, day), day, content.holidays)
            for day in content.days
        ]
        for offset, cell in enumerate(entries):
            colour = _colour(cell)
            paper.text(sheet, row, LEFT + offset, cell.letter_text, align="center", bold=True, **colour)
            paper.text(sheet, row + 1, LEFT + offset, cell.hours_text, align="center", **colour)
        _sums(paper, sheet, row, right, entries)
    _explain(paper, sheet, FIRST_ROW + 2 * len(content.people) + 1, content)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, content.name_width)
    sheet.set_column(2, 2, 9)
    if content.days:
        sheet.set_column(LEFT, right - 1, 7)
    sheet.set_column(right, right + len(TOTALS) - 1, 10)
    sheet.set_row(FIRST_ROW - 1, 30)
    sheet.freeze_panes(FIRST_ROW, LEFT)
    printed(sheet, content, "timesheet", rows_repeated=FIRST_ROW - 1)


def sums(entries: list[Entry]) -> tuple[float, float, float, float, float]:
    """Days worked, paid hours, night hours, hours on public holidays, days away."""
    worked = [cell for cell in entries if cell.paid_hours > 0]
    return (
        float(len(worked)),
        sum(cell.paid_hours for cell in worked),
        sum(cell.night_hours for cell in worked),
        sum(cell.paid_hours for cell in worked if HOLIDAY in cell.letters),
        float(sum(cell.letters[0] in AWAY_LETTERS.values() for cell in entries)),
    )


def _sums(paper: Paper, sheet: Any, row: int, right: int, entries: list[Entry]) -> None:
    for offset, value in enumerate(sums(entries)):
        sheet.merge_range(row, right + offset, row + 1, right + offset, "", paper.style())
        paper.number(sheet, row, right + offset, value, "0" if offset in (0, 4) else "0.0", bold=True)


def _colour(cell: Entry) -> dict[str, str]:
    if cell.letters[0] in AWAY_LETTERS.values():
        return {"bg_color": AWAY}
    return {"bg_color": WEEKEND} if cell.letters == (OFF,) else {}


def _explain(paper: Paper, sheet: Any, row: int, content: Content) -> None:
    paper.text(sheet, row, 1, content.say("timesheet_note"), border=0, font_color="#5B6773")
    for number, letter in enumerate(EXPLAINED):
        paper.text(sheet, row + 1 + number, 0, letter, align="center", bold=True)
        paper.text(sheet, row + 1 + number, 1, content.say(f"letter_{letter}"), border=0)
