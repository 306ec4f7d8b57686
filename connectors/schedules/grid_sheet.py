"""Sheet 1 of the printed roster: people × days, hours beside what was agreed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from connectors.schedules.sheets import AWAY, FIRST_ROW, WEEKEND, Content, Paper, Person, printed
from connectors.schedules.spans import Shift
from connectors.schedules.words import day_text, letter

LEFT = 4  # code, name, team, agreement


def write_grid(paper: Paper, sheet: Any, content: Content) -> None:
    """One line a person, `09:00–17:30` or a letter a day, totals at the right and the bottom."""
    say = content.say
    paper.headline(sheet, content, "roster")
    paper.header(sheet, FIRST_ROW - 1, [say("agent"), say("name"), say("team"), say("agreement")])
    days = [day_text(day, content.language) for day in content.days]
    paper.header(sheet, FIRST_ROW - 1, days, LEFT)
    right = LEFT + len(days)
    paper.header(sheet, FIRST_ROW - 1, [say("hours"), say("agreed_from"), say("agreed_to"), say("difference")], right)
    shifts: dict[tuple[str, date], list[Shift]] = defaultdict(list)
    for shift in content.shifts:
        shifts[shift.agent, shift.day].append(shift)
    away = {
        (absence.agent, day): absence.kind
        for absence in content.absences
        for day in content.days
        if absence.first_day <= day <= absence.last_day
    }
    hours = hours_of(content)
    for line, person in enumerate(content.people):
        row = FIRST_ROW + line
        _who(paper, sheet, row, person)
        for offset, day in enumerate(content.days):
            own, kind = shifts.get((person.agent, day), []), away.get((person.agent, day))
            _cell(paper, sheet, (row, LEFT + offset), own, kind, day, content)
        _hours(paper, sheet, (row, right), person, hours.get(person.agent, 0.0), content)
    _bottom(paper, sheet, FIRST_ROW + len(content.people), shifts, content)
    _layout(sheet, content, right)


def hours_of(content: Content) -> dict[str, float]:
    """Paid hours by agent."""
    hours: dict[str, float] = defaultdict(float)
    for shift in content.shifts:
        hours[shift.agent] += shift.paid_minutes / 60
    return hours


def beyond_agreement(hours: float, low: float, high: float) -> float:
    """Hours above the most (positive) or below the least (negative) that was agreed; 0 between."""
    return max(hours - high, 0.0) + min(hours - low, 0.0)


def _who(paper: Paper, sheet: Any, row: int, person: Person) -> None:
    paper.text(sheet, row, 0, person.agent)
    paper.text(sheet, row, 1, person.name, bold=True)
    paper.text(sheet, row, 2, person.team)
    paper.text(sheet, row, 3, person.agreement)


def _cell(
    paper: Paper, sheet: Any, place: tuple[int, int], shifts: list[Shift], away: str | None, day: date, content: Content
) -> None:
    row, column = place
    if shifts:
        words = "\n".join(shift.hours_text for shift in shifts)
        if away:
            words += f" {letter(away, content.language)}"
        colour = content.colour_of(shifts[0].name)
        paper.text(sheet, row, column, words, align="center", bg_color=colour, text_wrap=len(shifts) > 1)
    elif away:
        paper.text(sheet, row, column, letter(away, content.language), align="center", bg_color=AWAY, bold=True)
    else:
        shade = {"bg_color": WEEKEND} if day.weekday() >= 5 else {}
        sheet.write_blank(row, column, None, paper.style(**shade))


def _hours(paper: Paper, sheet: Any, place: tuple[int, int], person: Person, hours: float, content: Content) -> None:
    row, right = place
    paper.number(sheet, row, right, hours, bold=True)
    agreed = content.agreed_hours(person)
    if agreed is None:
        for offset in (1, 2, 3):
            sheet.write_blank(row, right + offset, None, paper.style())
        return
    low, high = agreed
    paper.number(sheet, row, right + 1, low)
    paper.number(sheet, row, right + 2, high)
    paper.number(sheet, row, right + 3, beyond_agreement(hours, low, high), "+0.0;[Red]-0.0;0.0")


def _bottom(paper: Paper, sheet: Any, row: int, shifts: dict[tuple[str, date], list[Shift]], content: Content) -> None:
    paper.text(sheet, row, 0, content.say("on_shift"), bold=True)
    for column in range(1, LEFT):
        sheet.write_blank(row, column, None, paper.style())
    for offset, day in enumerate(content.days):
        count = sum(1 for person in content.people if shifts.get((person.agent, day)))
        paper.number(sheet, row, LEFT + offset, count, "0", bold=True)
    paper.number(sheet, row, LEFT + len(content.days), sum(hours_of(content).values()), bold=True)


def _layout(sheet: Any, content: Content, right: int) -> None:
    sheet.set_column(0, 0, 9)
    sheet.set_column(1, 1, content.name_width)
    sheet.set_column(2, 3, 12)
    if content.days:
        sheet.set_column(LEFT, right - 1, 12)
    sheet.set_column(right, right + 3, 10)
    sheet.set_row(FIRST_ROW - 1, 40)
    sheet.freeze_panes(FIRST_ROW, 2)
    sheet.print_area(0, 0, FIRST_ROW + len(content.people), right + 3)
    printed(sheet, content, "roster", rows_repeated=FIRST_ROW - 1)
