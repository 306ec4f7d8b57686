"""Sheet 4 of the printed roster: hours per person, day and queue, and what stays uncovered."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from connectors.schedules.grid_sheet import beyond_agreement, hours_of
from connectors.schedules.sheets import FIRST_ROW, Content, Paper, printed
from connectors.schedules.words import day_text

HEADER_HEIGHT = 28


def write_totals(paper: Paper, sheet: Any, content: Content) -> None:
    """Three tables, one below the other: days, queues, people."""
    paper.headline(sheet, content, "totals")
    row = _days(paper, sheet, FIRST_ROW - 1, content)
    row = _queues(paper, sheet, row + 1, content)
    _people(paper, sheet, row + 1, content)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, content.name_width)
    sheet.set_column(2, 9, 13)
    printed(sheet, content, "totals", rows_repeated=1)


def coverage_hours(coverage: pd.DataFrame, by: pd.Series, interval_minutes: int) -> pd.DataFrame:
    """Required, present and uncovered agent-hours by group."""
    hours = coverage[["required", "present", "gap"]].mul(interval_minutes / 60)
    return hours.groupby(by.to_numpy(), sort=True).sum()


def _days(paper: Paper, sheet: Any, row: int, content: Content) -> int:
    say = content.say
    sheet.set_row(row, HEADER_HEIGHT)
    paper.header(sheet, row, [say("day"), say("people"), say("paid_hours"), *_cover_names(content)])
    local_day = pd.Series(content.coverage["start"].dt.date, index=content.coverage.index, dtype=object)
    cover = coverage_hours(content.coverage, local_day, content.interval_minutes)
    days = sorted({*content.days, *cover.index})
    for day in days:
        row += 1
        own = [shift for shift in content.shifts if shift.day == day]
        paper.text(sheet, row, 0, day_text(day, content.language))
        paper.number(sheet, row, 1, len({shift.agent for shift in own}), "0")
        paper.number(sheet, row, 2, sum(shift.paid_minutes for shift in own) / 60)
        if day in cover.index:
            _cover(paper, sheet, row, 3, cover.loc[day])
    row += 1
    paper.text(sheet, row, 0, say("total"), bold=True)
    paper.number(sheet, row, 1, len({shift.agent for shift in content.shifts}), "0", bold=True)
    paper.number(sheet, row, 2, sum(shift.paid_minutes for shift in content.shifts) / 60, bold=True)
    if len(cover):
        _cover(paper, sheet, row, 3, cover.sum(), bold=True)
    return row + 1


def _queues(paper: Paper, sheet: Any, row: int, content: Content) -> int:
    paper.header(sheet, row, [content.say("queue"), "", "", *_cover_names(content)])
    sheet.set_row(row, HEADER_HEIGHT)
    cover = coverage_hours(content.coverage, content.coverage["queue"], content.interval_minutes)
    for queue in cover.index:
        row += 1
        paper.text(sheet, row, 0, str(queue))
        for column in (1, 2):
            sheet.write_blank(row, column, None, paper.style())
        _cover(paper, sheet, row, 3, cover.loc[queue])
    return row + 1


def _people(paper: Paper, sheet: Any, row: int, content: Content) -> None:
    say = content.say
    names = ["agent", "name", "team", "shifts", "paid_hours", "agreed_from", "agreed_to", "difference"]
    names += ["norm", "against_norm"] if content.calendar else []
    paper.header(sheet, row, [say(name) for name in names])
    sheet.set_row(row, HEADER_HEIGHT)
    hours = hours_of(content)
    counts = Counter(shift.agent for shift in content.shifts)
    for person in content.people:
        row += 1
        paper.text(sheet, row, 0, person.agent)
        paper.text(sheet, row, 1, person.name)
        paper.text(sheet, row, 2, person.team)
        paper.number(sheet, row, 3, counts[person.agent], "0")
        own = hours.get(person.agent, 0.0)
        paper.number(sheet, row, 4, own)
        agreed = content.agreed_hours(person)
        if agreed:
            low, high = agreed
            paper.number(sheet, row, 5, low)
            paper.number(sheet, row, 6, high)
            paper.number(sheet, row, 7, beyond_agreement(own, low, high), "+0.0;[Red]-0.0;0.0")
        norm = content.norm_hours(person)
        if norm is not None:
            paper.number(sheet, row, 8, norm)
            paper.number(sheet, row, 9, own - norm, "+0.0;[Red]-0.0;0.0")


def _cover_names(content: Content) -> list[str]:
    return [content.say(key) for key in ("required_hours", "present_hours", "uncovered_hours", "covered_share")]


def _cover(paper: Paper, sheet: Any, row: int, column: int, hours: pd.Series, **properties: Any) -> None:
    for offset, kind in enumerate(("required", "present", "gap")):
        paper.number(sheet, row, column + offset, hours[kind], **properties)
    covered = 1 - hours["gap"] / hours["required"] if hours["required"] > 0 else 1.0
    paper.number(sheet, row, column + 3, covered, "0.0%", **properties)
