"""Opening hours learned from history, where nobody gave them.

An interval of the week is open if the source lists it in at least half of the recent weeks and contacts reach around
it. Where the source lists only intervals that had contacts, a quarter of the usual share of weeks is enough, and holes
of up to two hours between open intervals are open too.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from domain.calendar import Span, WeekHours
from domain.intervals import DAY_MINUTES
from forecast.cells import QueueCells

WEEKS = 12
HOLE_MINUTES = 120
LEAST_HOLIDAYS = 3
SURE_CONTACTS = 7.0  # expected that many, none came: closed (one chance in a thousand if it were open)
SURE_REACH_CONTACTS = 50.0


def learn_hours(cells: QueueCells, weekdays: np.ndarray, is_holiday: np.ndarray, trim: bool = True) -> WeekHours:
    """The week's hours of one queue from its last twelve weeks of rows.

    Args:
        cells: the queue's history (days × slots).
        weekdays, is_holiday: (D) of the layout's days; holidays are closed where they hardly ever had contacts.
        trim: whether listed intervals before the first and after the last that ever had a contact are closed, and
            quiet weekdays and holidays with them. False: whatever is listed is open.
    """
    recent = np.zeros(len(weekdays), dtype=bool)
    recent[cells.last(cells.end, 7 * WEEKS)] = True
    recent[: cells.first] = False
    ordinary = recent & ~is_holiday if (recent & ~is_holiday).any() else recent
    zeros_listed = bool((cells.listed & (cells.contacts == 0) & cells.known)[ordinary].any())
    if not trim:
        cells = replace(cells, contacts=np.maximum(cells.contacts, 1.0 * cells.listed))
    by_day = [ordinary & (weekdays == weekday) for weekday in range(7)]
    every = cells.contacts[ordinary].sum(axis=0)
    days = [_open_slots(cells, ordinary, rows, every, zeros_listed) for rows in by_day]
    spans = tuple(_spans(mask) for mask in days)
    return WeekHours(days=spans, holidays=() if _closed_on_holidays(cells, weekdays, is_holiday, days) else None)


def _open_slots(
    cells: QueueCells, days: np.ndarray, rows: np.ndarray, every: np.ndarray, zeros_listed: bool
) -> np.ndarray:
    """(S) which slots of one weekday are open.

    `rows` (D) are the days of that weekday, `days` (D) all days to learn from, `every` (S) their contacts: a weekday
    never seen, or with too few contacts to tell, is open as the others are.
    """
    rows = rows if rows.any() else days
    own = cells.contacts[rows].sum(axis=0)
    expected = every.sum() / days.sum() * rows.sum()
    if own.sum() == 0 and expected >= SURE_CONTACTS:
        return np.zeros(len(own), dtype=bool)
    listed = cells.listed[rows].mean(axis=0)
    reach = np.flatnonzero(own if own.sum() >= SURE_REACH_CONTACTS else every)
    if zeros_listed or not reach.size:
        opened = np.asarray(listed >= 0.5)
        if reach.size:
            opened[: reach[0]] = False
            opened[reach[-1] + 1 :] = False
        return opened
    busy = _median(listed[reach])
    usual = _median(listed[listed >= busy])
    return _without_holes(listed >= max(0.25 * usual, 0.1), HOLE_MINUTES * len(own) // DAY_MINUTES)


def _median(values: np.ndarray) -> float:
    """As `np.median`, which takes longer to start than most queues take to sort."""
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _without_holes(opened: np.ndarray, longest: int) -> np.ndarray:
    """Closed runs of up to `longest` slots between open ones are opened."""
    filled = opened.copy()
    inside = np.flatnonzero(opened)
    for before, after in pairwise(inside):
        if after - before - 1 <= longest:
            filled[before:after] = True
    return filled


def _spans(opened: np.ndarray) -> tuple[Span, ...]:
    minutes = DAY_MINUTES // len(opened)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], opened.astype(np.int8), [0]])))
    return tuple((int(begin) * minutes, int(end) * minutes) for begin, end in edges.reshape(-1, 2))


def _closed_on_holidays(
    cells: QueueCells, weekdays: np.ndarray, is_holiday: np.ndarray, days: list[np.ndarray]
) -> bool:
    """Whether at least three holidays on open weekdays are in the history and most of them had almost no contacts."""
    usually_open = np.array([bool(mask.any()) for mask in days])[weekdays]
    inside = np.zeros(len(weekdays), dtype=bool)
    inside[cells.first : cells.end] = True
    special = np.flatnonzero(is_holiday & usually_open & inside)
    if special.size < LEAST_HOLIDAYS:
        return False
    totals = cells.contacts.sum(axis=1)
    ordinary = totals[inside & usually_open & ~is_holiday]
    unlisted = ~cells.listed[special].any(axis=1)
    quiet = totals[special] <= 0.02 * float(np.median(ordinary)) if ordinary.size else unlisted
    return bool(np.mean(quiet) > 0.5)
