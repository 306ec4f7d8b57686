"""The roster as a grid of texts to type into: a person a row, a day a column, `early 09:00` in a cell. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from domain.calendar import clock_text
from domain.day_edits import DayEdit, Start
from domain.shifts import ShiftTemplate

PLUS = "+"  # between the shifts of a split day
EXAMPLES_MOST = 8
_CELL = re.compile(r"^(?P<name>.*?)\s*(?P<clock>\d{1,2}[:.]\d{2})?$", re.DOTALL)
Shifts = Mapping[tuple[str, date], tuple[Start, ...]]


class WrongCell(Exception):
    """A cell that says no shift: `key` of the words that tell so, with `facts`."""

    def __init__(self, key: str, **facts: str) -> None:
        super().__init__(key, facts)
        self.key, self.facts = key, facts


def cell_text(shifts: Sequence[Start]) -> str:
    """What a cell shows: `early 09:00`, two shifts joined by a plus, nothing for a free day."""
    return f" {PLUS} ".join(f"{name} {clock_text(clock)}".strip() for name, clock in shifts)


def grid_of(
    agents: Sequence[str], names: Mapping[str, str], days: Sequence[date], shifts: Shifts,
    away: Mapping[tuple[str, date], str],
) -> pd.DataFrame:  # fmt: skip
    """A row an agent (index), column `agent` with the name, a column a day (ISO) with its text.

    `away`: what stands in a cell without shifts, such as the name of an absence.
    """
    table = {"agent": [names.get(agent, agent) for agent in agents]}
    for day in days:
        texts = [cell_text(shifts.get((agent, day), ())) or away.get((agent, day), "") for agent in agents]
        table[day.isoformat()] = texts
    return pd.DataFrame(table, index=pd.Index(agents, name="code"))


def read_cell(
    text: str, now: Sequence[Start], own: Sequence[str], templates: Mapping[str, ShiftTemplate]
) -> tuple[Start, ...]:
    """The shifts that a cell asks for. `now`: those of the day; `own`: template names of the person's agreement.

    A time alone means the shift of the day, else the only one of the agreement that starts then; a name (or the letter
    of the time sheet) alone the start of the day, else the only one. Raises `WrongCell`.
    """
    parts = [part.strip() for part in text.split(PLUS)]
    return tuple(_start(part, now, own, templates) for part in parts if part)


def _start(text: str, now: Sequence[Start], own: Sequence[str], templates: Mapping[str, ShiftTemplate]) -> Start:
    found = _CELL.match(text)
    name, clock = (found["name"].strip(), found["clock"]) if found else (text, None)
    minute = _minute(clock, text) if clock else None
    if not name:
        if minute is None:
            raise WrongCell("unreadable", text=text)
        return _by_clock(text, minute, now, own, templates)
    template = _template(name, text, templates)
    starts = template.start_minutes
    if minute is None:
        stands = next((clock for was, clock in now if was == template.name), None)
        minute = stands if stands is not None else starts[0] if len(starts) == 1 else None
        if minute is None:
            raise WrongCell("which_start", text=text, starts=_listed(starts))
    if minute not in starts and (template.name, minute) not in now:
        raise WrongCell("no_start", text=text, shift=template.name, starts=_listed(starts))
    return template.name, minute


def _by_clock(
    text: str, minute: int, now: Sequence[Start], own: Sequence[str], templates: Mapping[str, ShiftTemplate]
) -> Start:
    fitting = [name for name in own if name in templates and minute in templates[name].start_minutes]
    same = [name for name, _ in now if name in fitting]
    if len(fitting) != 1 and not same:
        if fitting:
            raise WrongCell("which_shift", text=text, shifts=", ".join(fitting))
        every = sorted({start for name in own if name in templates for start in templates[name].start_minutes})
        raise WrongCell("no_shift_then", text=text, starts=_listed(every))
    return (same or fitting)[0], minute


def _template(name: str, text: str, templates: Mapping[str, ShiftTemplate]) -> ShiftTemplate:
    wanted = name.casefold()
    for template in templates.values():
        if template.name.casefold() == wanted:
            return template
    letters = [template for template in templates.values() if template.letter and template.letter.casefold() == wanted]
    if len(letters) == 1:
        return letters[0]
    raise WrongCell("unknown_shift", text=text, shifts=", ".join(list(templates)[:EXAMPLES_MOST]))


def _minute(clock: str, text: str) -> int:
    hours, minutes = (int(part) for part in re.split("[:.]", clock))
    if hours > 23 or minutes > 59:
        raise WrongCell("unreadable", text=text)
    return hours * 60 + minutes


def _listed(starts: Sequence[int]) -> str:
    shown = [clock_text(minute) for minute in starts]
    if len(shown) <= EXAMPLES_MOST:
        return ", ".join(shown)
    return f"{', '.join(shown[: EXAMPLES_MOST - 1])} … {shown[-1]}"


def edits_of_grid(
    table: pd.DataFrame, edited_rows: Mapping[int, Mapping[str, Any]], shifts: Shifts,
    own: Mapping[str, Sequence[str]], templates: Mapping[str, ShiftTemplate],
) -> tuple[list[DayEdit], list[tuple[str, date, WrongCell]]]:  # fmt: skip
    """(edits, wrong cells as person, day, fault) of the rows that an editor of `grid_of` says were changed."""
    edits: list[DayEdit] = []
    wrong: list[tuple[str, date, WrongCell]] = []
    for row, cells in sorted(edited_rows.items()):
        agent = str(table.index[int(row)])
        for column, cell in cells.items():
            if column == "agent":
                continue
            day, text = date.fromisoformat(column), str(cell or "").strip()
            now = shifts.get((agent, day), ())
            if text == str(table[column].iloc[int(row)]):
                continue
            try:
                wanted = read_cell(text, now, own.get(agent, ()), templates)
            except WrongCell as fault:
                wrong.append((agent, day, fault))
                continue
            if wanted != now:
                edits.append(DayEdit(agent, day, wanted))
    return edits, wrong
