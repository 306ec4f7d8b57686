"""Queues that died: open as before, but nobody comes any more."""

from __future__ import annotations

import numpy as np

DEAD_DAYS = 56  # from the first of the last zeros to the last day known
BEFORE_DAYS = 365  # known days before the zeros that say what used to come
SURE_CONTACTS = 7.0  # so many would have come at the old rate; none by chance: one time in a thousand (Poisson)


def dead_queues(values: np.ndarray) -> np.ndarray:
    """(Q) whether each queue is dead: zeros on every known day of the last eight weeks or more, contacts before.

    Not so where the old rate was so small that none could have come by luck, nor where it has come back from as long
    a silence before (work of one season).

    Args:
        values: (Q × D) contacts of each day; NaN closed or unknown.
    """
    return np.array([_is_dead(row) for row in values], dtype=bool)


def _is_dead(row: np.ndarray) -> bool:
    known = np.flatnonzero(~np.isnan(row))
    came = np.flatnonzero(row > 0)
    if came.size == 0 or known[-1] - came[-1] < DEAD_DAYS:
        return False
    before = row[known[known <= came[-1]]][-BEFORE_DAYS:]
    silent_days = int((known > came[-1]).sum())
    return bool(before.mean() * silent_days >= SURE_CONTACTS and not _was_silent(known, came))


def _was_silent(known: np.ndarray, came: np.ndarray) -> bool:
    """Whether contacts came back after known zeros that lasted as long as makes a queue dead."""
    for after in np.flatnonzero(np.diff(came) > DEAD_DAYS):
        zeros = known[(known > came[after]) & (known < came[after + 1])]
        if zeros.size and zeros[-1] - zeros[0] + 1 >= DEAD_DAYS:
            return True
    return False
