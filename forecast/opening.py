"""Opening hours learned from history, where nobody gave them.

An interval of the week is open if the source lists it in at least half of the recent weeks and contacts reach around
it. Where the source lists only intervals that had contacts, a quarter of the usual share of weeks is enough, and holes
of up to two hours between open intervals are open too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from domain.calendar import Span, WeekHours
from domain.intervals import DAY_MINUTES
from forecast.cells import CellBlock

WEEKS = 12
HOLE_MINUTES = 120
LEAST_HOLIDAYS = 3
PERIOD_DAYS = 28  # hours of the past are learned once in so many days
LEAST_PERIOD_DAYS = 28  # of rows, before the hours of the past are learned
SURE_CONTACTS = 7.0  # expected that many, none came: closed (one chance in a thousand if it were open)
SURE_REACH_CONTACTS = 50.0


def learn_hours(
    block: CellBlock,
    weekdays: np.ndarray,
    is_holiday: np.ndarray,
    trim: bool = True,
    stands_for: np.ndarray | None = None,
) -> tuple[WeekHours, ...]:
    """The week's hours of each queue from its last twelve weeks of rows.

    Args:
        block: the history of the queues (Q × days × slots).
        weekdays, is_holiday: (D) of the layout's days; holidays are closed where they hardly ever had contacts.
        trim: whether listed intervals before the first and after the last that ever had a contact are closed, and
            quiet weekdays and holidays with them. False: whatever is listed is open.
        stands_for: (D) the weekday whose work each day has: of a weekend day that is worked, another than its own.
            None: no day is moved.
    """
    stands_for = weekdays if stands_for is None else stands_for
    opened, closed = _week(block, stands_for, is_holiday, trim)
    follows = _follows_moved_days(block, weekdays, stands_for, opened)
    spans = cache(_spans)
    return tuple(
        WeekHours(
            days=tuple(spans(day.tobytes()) for day in week),
            holidays=() if is_closed else None,
            follows_moved_days=bool(is_moved),
        )
        for week, is_closed, is_moved in zip(opened, closed, follows, strict=True)
    )


def open_then(block: CellBlock, weekdays: np.ndarray, is_holiday: np.ndarray) -> np.ndarray:
    """(Q × D × S) which cells of the past were open as it looked then, whatever the hours are today.

    In each four weeks those are the hours learned from the rows before them and from the rows up to their end: what
    was expected to be open, and what came to be. Args as of `learn_hours`.
    """
    found = np.zeros(block.contacts.shape, dtype=bool)
    until = int(block.end.max())
    earlier = None
    for end in range(until % PERIOD_DAYS or PERIOD_DAYS, until + 1, PERIOD_DAYS):
        known = np.clip(end, np.minimum(block.first + LEAST_PERIOD_DAYS, block.end), block.end)
        opened, closed = _week(replace(block, end=known), weekdays, is_holiday, trim=True)
        period = slice(max(end - PERIOD_DAYS, 0), end)
        either = opened if earlier is None else opened | earlier
        found[:, period] = either[:, weekdays[period]] & ~(closed[:, None] & is_holiday[period])[:, :, None]
        earlier = opened
    return found


def _week(block: CellBlock, weekdays: np.ndarray, is_holiday: np.ndarray, trim: bool) -> tuple[np.ndarray, np.ndarray]:
    """(open slots of each weekday (Q × 7 × S), whether holidays are closed (Q))."""
    opened = _open_slots(_recent_rows(block, weekdays, is_holiday, trim))
    contacts = block.contacts if trim else np.maximum(block.contacts, block.listed)
    return opened, _closed_on_holidays(block, contacts.sum(axis=2), weekdays, is_holiday, opened.any(axis=2))


@dataclass(frozen=True)
class _RecentRows:
    """What the last ordinary days of each queue say, by weekday.

    A weekday never seen is taken to be as all days are.

    Attributes:
        days: (Q) ordinary days; days_of: (Q × 7) of them, or of all where the weekday was not seen.
        contacts, listed: (Q × 7 × S) contacts on those days, and the share of them on which the slot is listed.
        every: (Q × S) contacts on all days.
        zeros_listed: (Q) whether the source lists intervals without contacts.
    """

    days: np.ndarray
    days_of: np.ndarray
    contacts: np.ndarray
    listed: np.ndarray
    every: np.ndarray
    zeros_listed: np.ndarray


def _recent_rows(block: CellBlock, weekdays: np.ndarray, is_holiday: np.ndarray, trim: bool) -> _RecentRows:
    back = block.end[:, None] - np.arange(7 * WEEKS, 0, -1)  # (Q × R) the last days up to each queue's last row
    queue, day = np.arange(len(back))[:, None], np.maximum(back, 0)
    inside = (back >= 0) & (back >= block.first[:, None])
    ordinary = inside & ~is_holiday[day]
    ordinary = np.where(ordinary.any(axis=1)[:, None], ordinary, inside)
    contacts, listed = block.contacts[queue, day], block.listed[queue, day]
    empty = (listed & (contacts == 0) & block.known[queue, day]).any(axis=2)
    if not trim:
        contacts = np.maximum(contacts, listed)
    week = ordinary[:, None, :] & (weekdays[day][:, None, :] == np.arange(7)[:, None])
    week = np.where(week.any(axis=2)[:, :, None], week, ordinary[:, None, :])
    chosen, days_of = week.astype(float), week.sum(axis=2)
    return _RecentRows(
        days=ordinary.sum(axis=1),
        days_of=days_of,
        contacts=chosen @ contacts,
        listed=(chosen @ listed.astype(float)) / days_of[:, :, None],
        every=np.where(ordinary[:, :, None], contacts, 0.0).sum(axis=1),
        zeros_listed=(empty & ordinary).any(axis=1),
    )


def _open_slots(recent: _RecentRows) -> np.ndarray:
    """(Q × 7 × S) which slots of each weekday are open.

    A weekday with too few contacts to tell where they reach is open as far as the others reach.
    """
    own, listed = recent.contacts, recent.listed
    expected = (recent.every.sum(axis=1) / recent.days)[:, None] * recent.days_of
    sure = own.sum(axis=2) >= SURE_REACH_CONTACTS
    reach = np.where(sure[:, :, None], own, recent.every[:, None, :]) > 0
    tells = reach.any(axis=2)
    within = np.logical_or.accumulate(reach, axis=2) & np.logical_or.accumulate(reach[:, :, ::-1], axis=2)[:, :, ::-1]
    by_half = (listed >= 0.5) & (within | ~tells[:, :, None])
    busy = _median(listed, reach)
    usual = _median(listed, listed >= busy[:, :, None])
    by_share = listed >= np.maximum(0.25 * usual, 0.1)[:, :, None]
    filled = _without_holes(by_share, HOLE_MINUTES * own.shape[2] // DAY_MINUTES)
    opened = np.where((recent.zeros_listed[:, None] | ~tells)[:, :, None], by_half, filled)
    silent = (own.sum(axis=2) == 0) & (expected >= SURE_CONTACTS)
    return np.asarray(opened & ~silent[:, :, None])


def _median(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Median of the chosen values along the last axis; 0 where none is."""
    ordered = np.sort(np.where(chosen, values, np.inf), axis=-1)
    number = chosen.sum(axis=-1)[..., None]
    low, high = (
        np.take_along_axis(ordered, place, axis=-1)[..., 0] for place in (np.maximum(number - 1, 0) // 2, number // 2)
    )
    return np.where(number[..., 0] > 0, (low + high) / 2, 0.0)


def _without_holes(opened: np.ndarray, longest: int) -> np.ndarray:
    """Closed runs of up to `longest` slots (last axis) between open ones are opened."""
    size = opened.shape[-1]
    slot = np.arange(size)
    before = np.maximum.accumulate(np.where(opened, slot, -size - longest), axis=-1)
    after = np.minimum.accumulate(np.where(opened, slot, 2 * size + longest)[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(opened | (after - before - 1 <= longest))


def _spans(opened: bytes) -> tuple[Span, ...]:
    """The spans of one day's mask, given as the bytes of S flags so that equal days are worked out once."""
    mask = np.frombuffer(opened, dtype=np.int8)
    minutes = DAY_MINUTES // len(mask)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask, [0]])))
    return tuple((int(begin) * minutes, int(end) * minutes) for begin, end in edges.reshape(-1, 2))


def _follows_moved_days(
    block: CellBlock, weekdays: np.ndarray, stands_for: np.ndarray, opened: np.ndarray
) -> np.ndarray:
    """(Q) whether a weekend day that is worked has the hours of the weekday it stands for, as law and habit have it.

    Not where most such days of the past had no contact in the hours that this opens (Q × 7 × S: `opened`).
    """
    day = np.flatnonzero(stands_for != weekdays)
    inside = (day >= block.first[:, None]) & (day < block.end[:, None])
    added = opened[:, stands_for[day]] & ~opened[:, weekdays[day]]
    tells = inside & added.any(axis=2)
    came = tells & ((block.contacts[:, day] > 0) & added).any(axis=2)
    return np.asarray((day.size > 0) & (2 * came.sum(axis=1) >= tells.sum(axis=1)))


def _closed_on_holidays(
    block: CellBlock, totals: np.ndarray, weekdays: np.ndarray, is_holiday: np.ndarray, open_weekdays: np.ndarray
) -> np.ndarray:
    """(Q) whether at least three holidays on open weekdays are in the history and most had almost no contacts.

    totals: (Q × D) contacts; open_weekdays: (Q × 7).
    """
    day = np.arange(len(weekdays))
    inside = (day >= block.first[:, None]) & (day < block.end[:, None]) & open_weekdays[:, weekdays]
    special, ordinary = inside & is_holiday, inside & ~is_holiday
    number = special.sum(axis=1)
    closed = np.zeros(len(totals), dtype=bool)
    for queue in np.flatnonzero(number >= LEAST_HOLIDAYS):
        usual = totals[queue, ordinary[queue]]
        if usual.size:
            quiet = totals[queue, special[queue]] <= 0.02 * float(np.median(usual))
        else:
            quiet = ~block.listed[queue, special[queue]].any(axis=1)
        closed[queue] = np.mean(quiet) > 0.5
    return closed
