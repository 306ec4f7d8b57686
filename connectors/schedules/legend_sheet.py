"""Sheet 3 of the printed roster: what letters, colours and shift names mean."""

from __future__ import annotations

from typing import Any

from connectors.schedules.sheets import AMBER, AWAY, FIRST_ROW, GREEN, RED, WEEKEND, Content, Paper, printed
from connectors.schedules.words import LETTERS, letter
from domain.calendar import clock_text
from domain.shifts import BreakTemplate, ShiftTemplate


def write_legend(paper: Paper, sheet: Any, content: Content) -> None:
    """Shift templates with starts, length and pauses; letters of absences; colours of the coverage."""
    say = content.say
    paper.headline(sheet, content, "legend")
    row = FIRST_ROW - 1
    paper.header(
        sheet, row, [say("letter"), say("templates"), say("starts"), say("length"), say("paid_hours"), say("pauses")]
    )
    templates = {shift.name: shift for shift in content.rulebook.shifts} if content.rulebook else {}
    for name in content.shift_names:
        row += 1
        paper.text(sheet, row, 0, templates[name].letter if name in templates else "", align="center", bold=True)
        paper.text(sheet, row, 1, name, bg_color=content.colour_of(name))
        if name in templates:
            _template(paper, sheet, row, templates[name], content)
    row = _pairs(paper, sheet, row + 2, say("letters"), [
        *((letter(kind, content.language), say(kind), AWAY) for kind in LETTERS),
        ("", say("weekend"), WEEKEND),
    ])  # fmt: skip
    _pairs(paper, sheet, row + 1, say("colours"), [
        ("≥ 1", say("red"), RED), ("> 0", say("amber"), AMBER), ("0", say("green"), GREEN),
    ])  # fmt: skip
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, 4, 14)
    sheet.set_column(5, 5, 90)
    printed(sheet, content, "legend", rows_repeated=FIRST_ROW - 1)


def _template(paper: Paper, sheet: Any, row: int, shift: ShiftTemplate, content: Content) -> None:
    starts = [clock_text(minute) for minute in shift.start_minutes]
    paper.text(sheet, row, 2, starts[0] if len(starts) == 1 else f"{starts[0]}–{starts[-1]}", align="center")
    paper.text(sheet, row, 3, clock_text(shift.length_minutes), align="center")
    paper.number(sheet, row, 4, shift.paid_minutes / 60, "0.00")
    paper.text(sheet, row, 5, "; ".join(_pause(pause, content) for pause in shift.breaks))


def _pause(pause: BreakTemplate, content: Content) -> str:
    window = f"+{clock_text(pause.earliest_minutes)}…+{clock_text(pause.latest_minutes)}"
    paid = content.say("paid" if pause.paid else "unpaid")
    return f"{content.say(pause.kind)} {pause.minutes} {content.say('minutes')}, {paid}, {window}"


def _pairs(paper: Paper, sheet: Any, row: int, title: str, lines: list[tuple[str, str, str]]) -> int:
    """A small table of signs and their meaning; returns the row below it."""
    paper.header(sheet, row, [title, ""])
    for sign, meaning, colour in lines:
        row += 1
        paper.text(sheet, row, 0, sign, align="center", bold=True, bg_color=colour)
        paper.text(sheet, row, 1, meaning)
    return row + 1
