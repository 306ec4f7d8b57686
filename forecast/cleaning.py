"""What in a history needs cleaning: it is marked first; `forecast.marks` applies the marks and takes them back.

- **mark**: a stretch of one queue and what is made of it (frame under CLEANING). Outage, discard and missing stretches
  teach nothing and are active at once; outliers and special days are proposals until a planner accepts them.
- **special** days recur and are learned as an event of their name; **discard** days never teach.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from domain.calendar import OpeningHours
from domain.intervals import IntervalGrid
from forecast.faults import (
    LEAST_EXPECTED,
    QUIET_SHARE,
    Fault,
    Line,
    Silence,
    gaps,
    line_of,
    line_of_all,
    odd_days,
    repeats,
    silences,
)
from forecast.marks import marks_table, numbers_of
from forecast.survey import QueueSurvey, Survey, survey_history

ACTIVE_MARKS = ("missing", "outage", "discard")
LEAST_DUE = 1.0  # contacts: with fewer due a queue has no part in an outage of the site
CLOSED_CAME_SHARE = 0.02  # some came, all day long: rather a holiday that the calendar lacks than a dead line
WHOLE_DAY_SHARE = 0.8

WORDS: Mapping[str, str] = {
    "silence": "{raw} contacts where {expected} were expected",
    "site_silence": "{raw} contacts where {expected} were expected, in {queues} queues at once",
    "late": "{raw} contacts where {expected} were expected, after a gap: counted late",
    "gap": "not counted; {expected} contacts were expected",
    "repeat": "every interval has the number of the day or the week before ({raw} contacts)",
    "constant": "one and the same number in every interval ({raw} contacts)",
    "low": "{raw} contacts where {expected} were expected by the weeks before and after",
    "high": "{raw} contacts where {expected} were expected by the weeks before and after",
    "closed": "{raw} contacts where {expected} were expected: a holiday that the calendar lacks?",
}


def find_marks(
    history: pd.DataFrame,
    grid: IntervalGrid,
    *,
    opening: OpeningHours | None = None,
    holidays: Mapping[date, str] | None = None,
    events: pd.DataFrame | None = None,
    gaps: str = "missing",
) -> pd.DataFrame:
    """The marks of a frame under HISTORY on `grid`, under CLEANING, by queue and time.

    Days of `holidays` and `events` (frame under EVENTS) are never called faults; stretches that the history itself
    marks are not looked at. `gaps`: what an absent row means, "missing" or "zero".
    """
    return marks_of(survey_history(history, grid, opening=opening, holidays=holidays, events=events, gaps=gaps))


def marks_of(found: Survey) -> pd.DataFrame:
    """The marks of a survey under CLEANING."""
    lines = {queue.queue: line_of(queue, found) for queue in found.queues}
    site = silences(line_of_all(list(lines.values()))) if len(lines) > 1 else []
    quiet = {name: _quiet(line, silences(line), site) for name, line in lines.items()}
    rows = []
    for queue in found.queues:
        line = lines[queue.queue]
        faults = repeats(queue, found.slots)  # numbers of another day tell nothing of this one
        silent = [_named(fault, line, lines, quiet) for fault in quiet[queue.queue]]
        faults += [
            fault
            for fault in silent + gaps(line)
            if not any(other.first <= fault.first and fault.last <= other.last for other in faults)
        ]
        spoilt = np.zeros(found.layout.shape[0], dtype=bool)
        for fault in faults:
            spoilt[fault.first // found.slots : fault.last // found.slots + 1] = True
        faults += odd_days(queue, found, spoilt)
        rows += [_row(fault, queue, found, quiet) for fault in faults]
    return marks_table(rows)


def _quiet(line: Line, own: list[Silence], site: list[Silence]) -> list[Fault]:
    """A queue's silences, joined with those of the site that it has a part in."""
    spans = list(own)
    for found in site:
        part = slice(found.first, found.last + 1)
        due, came = float(line.least[part].sum()), float(np.nansum(line.contacts[part]))
        if due >= LEAST_DUE and came <= max(2 * QUIET_SHARE * due, 1.0):
            spans.append(found)
    joined: list[Silence] = []
    for span in sorted(spans):
        if joined and span.first <= joined[-1].late + 1:
            before = joined.pop()
            span = Silence(before.first, max(before.last, span.last), max(before.late, span.late))
        joined.append(span)
    return [Fault("outage", "silence", span.first, span.late, span.last) for span in joined]


def _named(fault: Fault, line: Line, lines: Mapping[str, Line], quiet: Mapping[str, list[Fault]]) -> Fault:
    """A silence as what it is: of the site where most queues fall silent with it, closed where some came all day."""
    part = slice(fault.first, fault.last + 1)
    due, came = float(line.usual[part].sum()), float(np.nansum(line.contacts[part]))
    day = slice(fault.first - fault.first % line.slots, fault.last - fault.last % line.slots + line.slots)
    whole = due >= WHOLE_DAY_SHARE * float(line.usual[day].sum())
    if whole and max(CLOSED_CAME_SHARE * due, 2.0) <= came <= QUIET_SHARE * due:
        return fault._replace(mark="outlier", finding="closed")
    busy = [name for name, other in lines.items() if float(other.usual[part].sum()) >= LEAST_EXPECTED / 2]
    return fault._replace(finding="site_silence") if 1 < len(busy) <= 2 * _sharing(fault, quiet) else fault


def _sharing(fault: Fault, quiet: Mapping[str, list[Fault]]) -> int:
    """How many queues are silent at some time of the stretch."""
    return sum(any(o.first <= fault.last and fault.first <= o.last for o in others) for others in quiet.values())


def _row(fault: Fault, queue: QueueSurvey, found: Survey, quiet: Mapping[str, list[Fault]]) -> dict[str, object]:
    begin, end = found.edges
    cells = np.arange(fault.first, fault.last + 1)
    cells = cells[begin[cells] >= 0]
    numbers = numbers_of(queue, fault.first, fault.last)
    told = numbers if fault.quiet is None else numbers_of(queue, fault.first, fault.quiet)
    words = WORDS[fault.finding].format(
        raw=_whole(told["raw_contacts"]), expected=_whole(told["expected_contacts"]),
        queues=_sharing(fault, quiet) if fault.finding == "site_silence" else 1,
    )  # fmt: skip
    if fault.quiet is not None and fault.quiet < fault.last:
        words += "; counted late after it"
    if fault.quiet is not None and fault.quiet < fault.last:
        words += "; counted late after it"
    if fault.mark == "special":
        words += "; so were these days in other years"
    return {
        "queue": queue.queue,
        "start": int(begin[cells[0]]),
        "end": int(end[cells[-1]]),
        "mark": fault.mark,
        "finding": fault.finding,
        "reason": words,
        **numbers,
        "source": "auto",
        "active": fault.mark in ACTIVE_MARKS,
    }


def _whole(number: float) -> str:
    return "no" if np.isnan(number) else f"{number:.0f}"
