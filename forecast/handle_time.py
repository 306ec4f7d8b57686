"""Average handle time per interval: eight weeks' mean, weighted by contacts, with shrunk weekday and slot effects.

Handle time is nearly flat and a week's mean hard to beat, so every effect is pulled towards the queue's mean. What is
known of it is only a mean: its variance comes from the scatter of the days.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

WINDOW_DAYS = 56
PRIOR_CONTACTS = 200.0  # contacts that a weekday or slot needs to count for half
LEAST_DAYS = 3  # with handled contacts, for a scatter of days


class HandleTime(NamedTuple):
    """By weekday and slot (7 × S): average handle time in seconds, and the variance of that average in seconds²."""

    aht_seconds: np.ndarray
    aht_var: np.ndarray


def handle_time(handled: np.ndarray, handle_seconds: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    """(7 × S) average handle time in seconds by weekday and slot; NaN everywhere where none is known.

    Args:
        handled: (D × S) contacts whose handle time is known, the last days of a history.
        handle_seconds: (D × S) their handle time in total.
        weekdays: (D) 0 = Monday.
    """
    handled, handle_seconds, weekdays = _window(handled, handle_seconds, weekdays)
    total = float(handled.sum())
    if total == 0:
        return np.full((7, handled.shape[1]), np.nan)
    mean = float(handle_seconds.sum()) / total
    by_slot = _factor(handled.sum(axis=0), handle_seconds.sum(axis=0), mean)
    week = (weekdays[:, None] == np.arange(7)).astype(float)
    by_weekday = _factor(week.T @ handled.sum(axis=1), week.T @ handle_seconds.sum(axis=1), mean)
    return np.asarray(mean * by_weekday[:, None] * by_slot[None, :])


def handle_time_with_variance(handled: np.ndarray, handle_seconds: np.ndarray, weekdays: np.ndarray) -> HandleTime:
    """`handle_time` (same arguments), and how far a coming day's average may lie from it.

    The variance of a day's average around the forecast: Σ handled × (day's average − forecast)² ÷ Σ handled over the
    last eight weeks, the forecast being that of the day's contacts. NaN with fewer than three days.
    """
    seconds = handle_time(handled, handle_seconds, weekdays)
    handled, handle_seconds, weekdays = _window(handled, handle_seconds, weekdays)
    by_day = handled.sum(axis=1)
    on = by_day > 0
    if on.sum() < LEAST_DAYS:
        return HandleTime(seconds, np.full(seconds.shape, np.nan))
    expected = (handled * seconds[weekdays]).sum(axis=1)[on] / by_day[on]
    missed = handle_seconds.sum(axis=1)[on] / by_day[on] - expected
    variance = float(by_day[on] @ missed**2 / by_day[on].sum())
    return HandleTime(seconds, np.full(seconds.shape, variance))


def workload(
    offered: np.ndarray, offered_var: np.ndarray, aht_seconds: np.ndarray, aht_var: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(mean in seconds, variance in seconds²) of the work that contacts bring: volume × average handle time.

    Args, of any shapes that broadcast:
        offered, offered_var: contacts and the variance of their number.
        aht_seconds, aht_var: average handle time and the variance of that average.

    The two are taken as independent (Goodman 1960, "On the exact variance of products", eq. 2):
    Var = V·a² + A·n² + V·A with means n, a and variances V, A. NaN where a part is NaN.
    """
    offered, aht_seconds = np.asarray(offered, dtype=float), np.asarray(aht_seconds, dtype=float)
    variance = offered_var * aht_seconds**2 + aht_var * offered**2 + np.multiply(offered_var, aht_var)
    return np.asarray(offered * aht_seconds), np.asarray(variance)


def _window(
    handled: np.ndarray, handle_seconds: np.ndarray, weekdays: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The last eight weeks; everything where those have no handled contacts."""
    if handled[-WINDOW_DAYS:].sum() > 0:
        return handled[-WINDOW_DAYS:], handle_seconds[-WINDOW_DAYS:], weekdays[-WINDOW_DAYS:]
    return handled, handle_seconds, weekdays


def _factor(contacts: np.ndarray, seconds: np.ndarray, mean: float) -> np.ndarray:
    """Mean handle time of each group over that of all, shrunk towards 1."""
    return np.asarray((seconds + PRIOR_CONTACTS * mean) / ((contacts + PRIOR_CONTACTS) * mean))
