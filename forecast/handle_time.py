"""Average handle time per interval: eight weeks' mean, weighted by contacts, with shrunk weekday and slot effects.

Handle time is nearly flat and a week's mean hard to beat, so every effect is pulled towards the queue's mean. How far
the mean of a coming day may be off is learned from the scatter of the past days' averages, freed of what they scatter
by because a day has only so many contacts: that part is of the luck of contacts, as Poisson noise is of their number.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

WINDOW_DAYS = 56
PRIOR_CONTACTS = 200.0  # contacts that a weekday or slot needs to count for half
LEAST_DAYS = 3  # with handled contacts, for a scatter of days
PRIOR_CV = 0.05  # of a day's mean handle time, where the contacts are too few to tell
PRIOR_DAYS = 7.0  # of countless contacts, that this counts for
CONTACT_CV = 1.0  # of the handle time of single contacts, where no intervals tell: exponential, as Erlang has it
PRIOR_INTERVALS = 50.0  # that this counts for
MOST_CV = 1.0


class HandleTime(NamedTuple):
    """By weekday and slot (7 × S): average handle time in seconds; and the relative sd of the error of a day's mean.

    `aht_cv` is without the luck of the day's contacts, whose handle times are spread around that mean; NaN where fewer
    than three days are known.
    """

    aht_seconds: np.ndarray
    aht_cv: float


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


def handle_time_with_cv(handled: np.ndarray, handle_seconds: np.ndarray, weekdays: np.ndarray) -> HandleTime:
    """`handle_time` (same arguments), and how far a coming day's mean may lie from it.

    A day of n contacts has an average that misses the forecast by e, relative; E[e²] = h² + c²/n, with h the error of
    its mean and c the spread of single contacts (a variance component by the method of moments: Searle, Casella &
    McCulloch 1992, "Variance components", ch. 2.2). So h² = (Σ n e² − c² × days left) ÷ Σ n × days ÷ days left, days
    left being those that the fit of mean and weekdays has not used up. c comes from the averages of the intervals
    around that of their day, and is at most what days scatter by, so that h² is not negative; h is drawn towards
    `PRIOR_CV` the more the fewer the contacts.
    """
    seconds = handle_time(handled, handle_seconds, weekdays)
    handled, handle_seconds, weekdays = _window(handled, handle_seconds, weekdays)
    by_day = handled.sum(axis=1)
    on = by_day > 0
    if on.sum() < LEAST_DAYS:
        return HandleTime(seconds, np.nan)
    contacts, expected = by_day[on], (handled * seconds[weekdays])[on]
    ratio = handle_seconds[on].sum(axis=1) / np.maximum(expected.sum(axis=1), 1e-9)
    week = np.bincount(weekdays, weights=by_day, minlength=7)
    left = max(len(contacts) - max(float((week / (week + PRIOR_CONTACTS)).sum()), 1.0), 1.0)
    scatter = float(contacts @ (ratio - 1.0) ** 2) / left  # n e² of a day: the luck of contacts is at most all of it
    noise = min(_contact_variance(handled[on], handle_seconds[on], expected, ratio), scatter)
    own = (scatter - noise) * len(contacts) / contacts.sum()
    prior = PRIOR_CV**2
    sure = left * (prior / (prior + noise * len(contacts) / contacts.sum())) ** 2  # 1 ÷ variance of `own`, in days
    variance = (sure * own + PRIOR_DAYS * prior) / (sure + PRIOR_DAYS)
    return HandleTime(seconds, float(np.sqrt(np.clip(variance, 0.0, MOST_CV**2))))


def _contact_variance(
    handled: np.ndarray, handle_seconds: np.ndarray, expected: np.ndarray, ratio: np.ndarray
) -> float:
    """c²: relative variance of single handle times, Σ n (interval ÷ its expectation − day)² ÷ (intervals − days)."""
    told = (handled > 0) & (expected > 0)
    relative = np.divide(handle_seconds, expected, out=np.zeros_like(expected), where=told)
    squares = float((handled * (relative - ratio[:, None]) ** 2)[told].sum())
    spare = float(np.maximum(told.sum(axis=1) - 1, 0).sum())
    return (squares + PRIOR_INTERVALS * CONTACT_CV**2) / (spare + PRIOR_INTERVALS)


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
