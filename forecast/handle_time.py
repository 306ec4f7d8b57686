"""Average handle time per interval: eight weeks' mean, weighted by contacts, with shrunk weekday and slot effects.

Handle time is nearly flat and a week's mean hard to beat, so every effect is pulled towards the queue's mean.
"""

from __future__ import annotations

import numpy as np

WINDOW_DAYS = 56
PRIOR_CONTACTS = 200.0  # contacts that a weekday or slot needs to count for half


def handle_time(handled: np.ndarray, handle_seconds: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    """(7 × S) average handle time in seconds by weekday and slot; NaN everywhere where none is known.

    Args:
        handled: (D × S) contacts whose handle time is known, the last days of a history.
        handle_seconds: (D × S) their handle time in total.
        weekdays: (D) 0 = Monday.
    """
    if handled[-WINDOW_DAYS:].sum() > 0:
        handled, handle_seconds = handled[-WINDOW_DAYS:], handle_seconds[-WINDOW_DAYS:]
        weekdays = weekdays[-WINDOW_DAYS:]
    total = float(handled.sum())
    if total == 0:
        return np.full((7, handled.shape[1]), np.nan)
    mean = float(handle_seconds.sum()) / total
    by_slot = _factor(handled.sum(axis=0), handle_seconds.sum(axis=0), mean)
    week = (weekdays[:, None] == np.arange(7)).astype(float)
    by_weekday = _factor(week.T @ handled.sum(axis=1), week.T @ handle_seconds.sum(axis=1), mean)
    return np.asarray(mean * by_weekday[:, None] * by_slot[None, :])


def _factor(contacts: np.ndarray, seconds: np.ndarray, mean: float) -> np.ndarray:
    """Mean handle time of each group over that of all, shrunk towards 1."""
    return np.asarray((seconds + PRIOR_CONTACTS * mean) / ((contacts + PRIOR_CONTACTS) * mean))
