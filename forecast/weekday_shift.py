"""A weekday pattern that has become another one: opening days moved, work that came from elsewhere.

The calendar's weekday effects are those of years, and what lies far off is held as an outlier (`_reach` in
`calendar_lanes`), so that smoothers would take months to follow a new pattern. It is told by persistence: one odd day
is an outlier, two weekdays that are odd in the same direction three weeks in a row are a pattern.
"""

from __future__ import annotations

import numpy as np

WEEK = 7
WEEKS = 3  # in a row that a weekday must be odd
ODD_WEEKDAYS = 2
LEAST_WEEKDAYS = 4  # known in all these weeks, or a week's own level is not known


def new_patterns(residual: np.ndarray, reach: np.ndarray) -> dict[int, np.ndarray]:
    """What to take off the residuals of queues whose weekday pattern has changed: row to (days), 0 before the change.

    Args:
        residual: (queues × days) what calendar effects and level leave, NaN unknown.
        reach: (queues) from which on a residual is odd.

    What is taken off has mean 0 over the weekdays; its last seven days are the new pattern beside the old one. The
    change is put at the first of the weeks, going back, whose odd weekdays lie nearer to the new pattern than to the
    old one.
    """
    days = residual.shape[1]
    if days < WEEK * WEEKS:
        return {}
    odd = _odd_weekdays(residual[:, days - WEEK * WEEKS :].reshape(len(residual), WEEKS, WEEK), reach)
    found = {}
    for row in np.flatnonzero(odd.sum(axis=1) >= ODD_WEEKDAYS):
        weeks = _around_their_level(residual[row, days % WEEK :].reshape(1, -1, WEEK))[0]
        found[int(row)] = _of_days(weeks, odd[row], days)
    return found


def _odd_weekdays(weeks: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """(queues × 7) weekdays that lie beyond `reach` on the same side of every one of the weeks (queues × weeks × 7)."""
    around = _around_their_level(weeks)
    told = ~np.isnan(around).any(axis=1)
    around = np.where(told[:, None, :], around, 0.0)
    beyond = (around > reach[:, None, None]).all(axis=1) | (around < -reach[:, None, None]).all(axis=1)
    return np.asarray(beyond & (told.sum(axis=1) >= LEAST_WEEKDAYS)[:, None])


def _around_their_level(weeks: np.ndarray) -> np.ndarray:
    """(queues × weeks × 7) around the median of each week's known days."""
    known = (~np.isnan(weeks)).sum(axis=2, keepdims=True)
    ordered = np.sort(weeks, axis=2)  # NaN comes last
    low, high = (np.take_along_axis(ordered, np.maximum(place, 0), axis=2) for place in ((known - 1) // 2, known // 2))
    return np.asarray(weeks - (low + np.where(known % 2 == 1, low, high)) / 2)


def _of_days(weeks: np.ndarray, odd: np.ndarray, days: int) -> np.ndarray:
    """(days) the pattern of the last `weeks` (weeks × 7, the last ends with the days), 0 before it began."""
    pattern, first = _middle(weeks[-WEEKS:]), len(weeks) - WEEKS
    while first > 0:
        before = weeks[first - 1, odd]
        if not np.nansum(np.abs(before - pattern[odd])) < np.nansum(np.abs(before)):
            break
        first -= 1
    found = np.zeros(days)
    found[days - WEEK * (len(weeks) - first) :] = np.tile(_middle(weeks[first:]), len(weeks) - first)
    return found


def _middle(weeks: np.ndarray) -> np.ndarray:
    """(7) median of each weekday over the weeks, around the mean of the weekdays known; 0 where one is not."""
    known = (~np.isnan(weeks)).any(axis=0)
    found = np.zeros(WEEK)
    found[known] = np.nanmedian(weeks[:, known], axis=0)
    found[known] -= found[known].mean()
    return found
