"""A roster to print and pin up: one page a team a week (A4 landscape), further pages only for very large teams."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pandas as pd
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from connectors.files import atomic_write
from connectors.schedules.sheets import AWAY, BORDER, HEADER, WEEKEND, Content, Person
from connectors.schedules.spans import Shift
from connectors.schedules.timesheet import away_on
from connectors.schedules.words import Language, day_text, letter
from connectors.schedules.workbook import make_content
from domain.intervals import check_timezone
from domain.people import RuleBook

FONTS = Path(__file__).parent / "fonts"
PLAIN, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
MARGIN, HEAD, FOOT = 24.0, 46.0, 22.0  # points: around the page, above the table, below it
NAME_WIDTH, NAME_MOST, HOURS_WIDTH = 128.0, 210.0, 44.0  # names: at the least and at the most
ROW_MOST, ROW_LEAST = 26.0, 10.0  # height of a line; more people than fit at the least go to a further page
FONT_MOST, FONT_LEAST = 9.0, 5.0
WHITE = "#FFFFFF"


@dataclass(frozen=True)
class Cell:
    """What stands in one place of the table, and its colour."""

    text: str
    colour: str = WHITE


@dataclass(frozen=True)
class Page:
    """One printed page: a team's week, or a part of it. `lines`: name, a cell a day, hours of the week."""

    team: str
    days: tuple[date, ...]
    lines: tuple[tuple[str, tuple[Cell, ...], float], ...]
    on_shift: tuple[int, ...]
    part: int
    parts: int


def write_roster_pdf(
    path: str | Path,
    roster: pd.DataFrame,
    people: pd.DataFrame,
    *,
    timezone: str,
    title: str = "",
    language: Language = "en",
    rulebook: RuleBook | None = None,
    time_off: pd.DataFrame | None = None,
) -> None:
    """One A4 page a team a week in the site's local time: people × days, `09:00–17:30` or a letter, hours.

    Arguments as those of `write_roster_xlsx`. A team is the `team` of PEOPLE; people without one share a page. The
    fonts are in the file (Latin, Greek, Cyrillic, Armenian, Georgian letters). The same arguments give the same bytes.
    Raises `InputError` where the folder is missing, `TableError`.
    """
    check_timezone(timezone)
    content = make_content(
        roster, None, people, timezone=timezone, title=title, language=language, rulebook=rulebook, time_off=time_off
    )
    _fonts()
    with atomic_write(path) as part:
        canvas = Canvas(str(part), pagesize=landscape(A4), invariant=1, pageCompression=1)
        canvas.setTitle(content.title)
        canvas.setCreator("Smena")
        pages = pages_of(content) or (Page("", (), (), (), 1, 1),)
        for number, page in enumerate(pages, start=1):
            _draw(canvas, page, content, f"{content.say('page')} {number} / {len(pages)}")
            canvas.showPage()
        canvas.save()


def pages_of(content: Content) -> tuple[Page, ...]:
    """The pages in order of week and team. A team without a person or a roster without days has none."""
    teams: dict[str, list[Person]] = defaultdict(list)
    for person in content.people:
        teams[person.team].append(person)
    shifts: dict[tuple[str, date], list[Shift]] = defaultdict(list)
    for shift in content.shifts:
        shifts[shift.agent, shift.day].append(shift)
    pages: list[Page] = []
    for monday in sorted({day - timedelta(days=day.weekday()) for day in content.days}):
        days = tuple(monday + timedelta(days=number) for number in range(7))
        for team in sorted(teams):
            pages += _team(team, days, teams[team], shifts, content)
    return tuple(pages)


def lines_most() -> int:
    """How many people fit on one page."""
    return int((landscape(A4)[1] - 2 * MARGIN - HEAD - FOOT) / ROW_LEAST) - 2  # header and sum


def _team(
    team: str, days: tuple[date, ...], people: list[Person], shifts: dict[tuple[str, date], list[Shift]],
    content: Content,
) -> list[Page]:  # fmt: skip
    lines = []
    for person in people:
        cells = tuple(_cell(shifts.get((person.agent, day), []), person.agent, day, content) for day in days)
        hours = sum(shift.paid_minutes for day in days for shift in shifts.get((person.agent, day), [])) / 60
        lines.append((printable(person.name, person.agent), cells, hours))
    on_shift = tuple(sum(bool(shifts.get((person.agent, day))) for person in people) for day in days)
    most = lines_most()
    groups = [lines[first : first + most] for first in range(0, len(lines), most)]
    return [
        Page(team or content.say("without_team"), days, tuple(group), on_shift, part, len(groups))
        for part, group in enumerate(groups, start=1)
    ]


def _cell(shifts: list[Shift], agent: str, day: date, content: Content) -> Cell:
    away = away_on(content.absences, agent, day)
    if shifts:
        return Cell(" ".join(shift.hours_text for shift in shifts), content.colour_of(shifts[0].name))
    if away:
        return Cell(letter(away, content.language), AWAY)
    return Cell("", WEEKEND if day.weekday() >= 5 else WHITE)


@cache
def _fonts() -> None:
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))


def printable(name: str, code: str) -> str:
    """The name, or the code where the fonts lack a letter of the name: boxes would say nothing."""
    _fonts()
    known = pdfmetrics.getFont(BOLD).face.charToGlyph
    return name if all(ord(letter) in known for letter in name) else code


def _hours_text(hours: float, content: Content) -> str:
    """Hours with one decimal, by the comma of the language."""
    text = f"{hours:.1f}"
    return text.replace(".", ",") if content.language == "ru" else text


def _draw(canvas: Canvas, page: Page, content: Content, number: str) -> None:
    width, height = landscape(A4)
    top = height - MARGIN
    _text(canvas, MARGIN, top - 14, f"{content.title} — {page.team}", 14, width - 2 * MARGIN, bold=True)
    note = f"{content.say('times_in')} {content.timezone}"
    if page.days:
        note = f"{page.days[0]:%d.%m.%Y} – {page.days[-1]:%d.%m.%Y}. {note}"
    if page.parts > 1:
        note += f". {page.part} / {page.parts}"
    _text(canvas, MARGIN, top - 30, note if page.lines else content.say("no_shifts"), 8, width - 2 * MARGIN)
    _text(canvas, MARGIN, MARGIN - 6, number, 7, 200)
    if not page.lines:
        return
    space = height - 2 * MARGIN - HEAD - FOOT
    row = min(ROW_MOST, space / (len(page.lines) + 2))
    size = max(FONT_LEAST, min(FONT_MOST, row * 0.62))
    names = [content.say("name"), *(day_text(day, content.language) for day in page.days), content.say("hours")]
    widest = max(pdfmetrics.stringWidth(name, BOLD, size) + 6 for name, _, _ in page.lines)
    name_width = min(max(NAME_WIDTH, widest), NAME_MOST)
    y = top - HEAD
    _row(canvas, y, row, [Cell(name, HEADER) for name in names], size, name_width, head=True)
    for name, cells, hours in page.lines:
        y -= row
        _row(canvas, y, row, [Cell(name), *cells, Cell(_hours_text(hours, content))], size, name_width)
    counts = [Cell(str(count)) for count in page.on_shift]
    total = sum(hours for _, _, hours in page.lines)
    _row(
        canvas,
        y - row,
        row,
        [Cell(content.say("on_shift")), *counts, Cell(_hours_text(total, content))],
        size,
        name_width,
        bold=True,
    )


def _row(
    canvas: Canvas,
    top: float,
    height: float,
    cells: list[Cell],
    size: float,
    name_width: float,
    *,
    head: bool = False,
    bold: bool = False,
) -> None:
    day = (landscape(A4)[0] - 2 * MARGIN - name_width - HOURS_WIDTH) / (len(cells) - 2)
    widths = [name_width, *([day] * (len(cells) - 2)), HOURS_WIDTH]
    x = MARGIN
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        canvas.setFillColor(HexColor(cell.colour))
        canvas.setStrokeColor(HexColor(BORDER))
        canvas.setLineWidth(0.4)
        canvas.rect(x, top - height, width, height, stroke=1, fill=1)
        base = top - height / 2 - size * 0.36
        strong = bold or head or column == 0
        left = column == 0
        _text(
            canvas, x + 3 if left else x + width / 2, base, cell.text, size, width - 6, bold=strong, centred=not left,
            colour=WHITE if head else "#1D252D",
        )  # fmt: skip
        x += width


def _text(
    canvas: Canvas, x: float, y: float, text: str, size: float, width: float, *, bold: bool = False,
    centred: bool = False, colour: str = "#1D252D",
) -> None:  # fmt: skip
    """A text that never leaves its place: smaller first, then cut."""
    font = BOLD if bold else PLAIN
    size = max(min(size, size * width / max(pdfmetrics.stringWidth(text, font, size), 1e-9)), min(size, FONT_LEAST))
    shown = text
    while len(shown) > 1 and pdfmetrics.stringWidth(shown, font, size) > width:
        shown = f"{shown.rstrip('…')[:-1]}…"
    canvas.setFillColor(HexColor(colour))
    canvas.setFont(font, size)
    (canvas.drawCentredString if centred else canvas.drawString)(x, y, shown)
