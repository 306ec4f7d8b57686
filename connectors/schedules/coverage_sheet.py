"""Sheet 2 of the printed roster: people required, present and missing per queue and interval, day by day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from connectors.schedules.sheets import AMBER, FIRST_ROW, GREEN, RED, Content, Paper, printed
from connectors.schedules.words import day_text

LEFT = 2  # day, time
KINDS = ("required", "present", "gap")


def write_coverage(paper: Paper, sheet: Any, content: Content) -> None:
    """One line an interval, three columns a queue and three for all; gaps are red from one person, amber below."""
    paper.headline(sheet, content, "coverage")
    if content.coverage.empty:
        paper.text(sheet, FIRST_ROW - 1, 0, content.say("no_coverage"), border=0)
        printed(sheet, content, "coverage", rows_repeated=FIRST_ROW - 1)
        return
    queues = sorted(content.coverage["queue"].unique())
    starts = pd.DatetimeIndex(sorted(content.coverage["start"].unique()))
    _head(paper, sheet, content, queues)
    times = time_texts(starts)
    new_day = _first_of_day(starts)
    for line, start in enumerate(starts):
        top = {"top": 2} if new_day[line] else {}
        paper.text(sheet, FIRST_ROW + 1 + line, 0, day_text(start.date(), content.language), **top)
        paper.text(sheet, FIRST_ROW + 1 + line, 1, times[line], align="center", **top)
    for kind_number, kind in enumerate(KINDS):
        by_queue = content.coverage.pivot(index="start", columns="queue", values=kind)
        values = by_queue.reindex(index=starts, columns=queues).to_numpy(dtype=float)
        totals = np.where(np.isnan(values).all(axis=1), np.nan, np.nansum(values, axis=1))
        for number, column in enumerate([totals, *values.T]):
            form = '0.0;-0.0;"–"' if kind == "gap" else "0.0"
            _column(paper, sheet, LEFT + number * 3 + kind_number, column, new_day, form)
    _colours(paper, sheet, len(starts), len(queues) + 1)
    _layout(sheet, content, len(starts), len(queues) + 1, new_day)


def time_texts(starts: pd.DatetimeIndex) -> list[str]:
    """`09:30`; where the clock shows a time twice on one day, with the offset behind it: `02:30 +02:00`."""
    wall = starts.tz_localize(None)
    twice = wall.duplicated(keep=False)
    return [
        f"{start:%H:%M} {start.isoformat()[-6:]}" if again else f"{start:%H:%M}"
        for start, again in zip(starts, twice, strict=True)
    ]


def _first_of_day(starts: pd.DatetimeIndex) -> np.ndarray:
    days = starts.tz_localize(None).normalize()
    return np.concatenate([[True], np.asarray(days[1:] != days[:-1])])


def _head(paper: Paper, sheet: Any, content: Content, queues: list[str]) -> None:
    paper.header(sheet, FIRST_ROW - 1, ["", ""])
    paper.header(sheet, FIRST_ROW, [content.say("day"), content.say("time")])
    for number, name in enumerate([content.say("all_queues"), *queues]):
        first = LEFT + number * 3
        sheet.merge_range(FIRST_ROW - 1, first, FIRST_ROW - 1, first + 2, "", paper.style())
        paper.header(sheet, FIRST_ROW - 1, [name], first)
        paper.header(sheet, FIRST_ROW, [content.say(kind) for kind in KINDS], first)


def _column(paper: Paper, sheet: Any, column: int, values: np.ndarray, new_day: np.ndarray, form: str) -> None:
    for line, value in enumerate(values):
        top: dict[str, Any] = {"top": 2} if new_day[line] else {}
        if np.isnan(value):  # a queue that is closed then
            sheet.write_blank(FIRST_ROW + 1 + line, column, None, paper.style(bg_color="#F6F7F9", **top))
        else:
            paper.number(sheet, FIRST_ROW + 1 + line, column, round(float(value), 6), form, **top)


def _colours(paper: Paper, sheet: Any, lines: int, blocks: int) -> None:
    for number in range(blocks):
        column = LEFT + number * 3 + 2
        cells = (FIRST_ROW + 1, column, FIRST_ROW + lines, column)
        for least, colour in ((0.995, RED), (0.005, AMBER)):
            sheet.conditional_format(
                *cells,
                {"type": "cell", "criteria": ">=", "value": least, "stop_if_true": True,
                 "format": paper.workbook.add_format({"bg_color": colour})},
            )  # fmt: skip
        covered = paper.workbook.add_format({"bg_color": GREEN})
        sheet.conditional_format(*cells, {"type": "blanks", "stop_if_true": True, "format": None})
        sheet.conditional_format(*cells, {"type": "cell", "criteria": "<", "value": 0.005, "format": covered})


def _layout(sheet: Any, content: Content, lines: int, blocks: int, new_day: np.ndarray) -> None:
    sheet.set_column(0, 0, 11)
    sheet.set_column(1, 1, 8)
    sheet.set_column(LEFT, LEFT + blocks * 3 - 1, 8)
    sheet.set_row(FIRST_ROW - 1, 28)
    sheet.freeze_panes(FIRST_ROW + 1, LEFT)
    sheet.autofilter(FIRST_ROW, 0, FIRST_ROW + lines, LEFT + blocks * 3 - 1)
    sheet.print_area(0, 0, FIRST_ROW + lines, LEFT + blocks * 3 - 1)
    sheet.set_h_pagebreaks([FIRST_ROW + 1 + int(line) for line in np.flatnonzero(new_day)[1:]])
    printed(sheet, content, "coverage", rows_repeated=FIRST_ROW)
