"""The next days' intervals from singular-value scores: level and shape at once, following the last days closely.

The days × slots matrix of √(contacts + ¼), whose counting noise is the same everywhere, is close to a few shapes times
a score a day (Shen & Huang 2008, "Interday forecasting and intraday updating of call center arrivals", Manufacturing &
Service Operations Management 10, equations 1 to 5). A score is its weekday's mean and a first-order autoregression of
what is left. Good for a day or two, and best as one of two opinions: see `forecast.spreading`.
"""

from __future__ import annotations

import numpy as np

WINDOW_DAYS = 182
LEAST_DAYS = 42
SCORES = 3
HALF_LIFE_DAYS = 60.0
WEEKDAY_PRIOR_DAYS = 0.5
HIGHEST_CARRY = 0.98  # of a surprise from one open day to the next
HELD_SPREADS = 5.0
LEAST_PER_INTERVAL = 1.0  # contacts: below that a root is no longer nearly normal


def score_means(
    contacts: np.ndarray, weekdays: np.ndarray, age_days: np.ndarray, ahead: np.ndarray, ahead_weekdays: np.ndarray
) -> np.ndarray | None:
    """(H × S) contacts per interval on the days ahead; None where too little is known.

    Args:
        contacts: (D × S) contacts per interval of ordinary days, oldest first, 0 where closed.
        weekdays, age_days: (D) 0 = Monday; 0 = the day before the forecast.
        ahead: (H) open days from the last of `contacts` on, 1 = the next one.
        ahead_weekdays: (H).
    """
    recent = age_days < WINDOW_DAYS
    contacts, weekdays, age_days = contacts[recent], weekdays[recent], age_days[recent]
    used = contacts.any(axis=0)
    if len(weekdays) < LEAST_DAYS or contacts.sum() < LEAST_PER_INTERVAL * max(contacts[:, used].size, 1):
        return None
    roots = np.sqrt(contacts[:, used] + 0.25)
    shapes = _leading_shapes(roots)
    scores = roots @ shapes
    weight = 0.5 ** (age_days / HALF_LIFE_DAYS)
    usual = _weekday_means(scores, weekdays, weight)
    surprise = _held(scores - usual[weekdays])
    carry = _carry(surprise, weight)
    said = usual[ahead_weekdays] + carry ** ahead[:, None] * surprise[-1]
    means = np.zeros((len(ahead), contacts.shape[1]))
    means[:, used] = np.maximum(said @ shapes.T, 0.0) ** 2  # a root's mean squared is the mean: Brown et al. 2005
    return means


def _leading_shapes(roots: np.ndarray) -> np.ndarray:
    """(S × K) the leading right singular vectors, from the eigenvectors of the smaller of the two products."""
    days, slots = roots.shape
    number = min(SCORES, slots)
    if slots <= days:
        return np.asarray(np.linalg.eigh(roots.T @ roots)[1][:, -number:])
    values, left = np.linalg.eigh(roots @ roots.T)
    return np.asarray(roots.T @ left[:, -number:] / np.sqrt(np.maximum(values[-number:], 1e-12)))


def _weekday_means(scores: np.ndarray, weekdays: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(7 × K) discounted means by weekday; the mean of all days counts for half a day."""
    week = (weekdays[:, None] == np.arange(7)) * weight[:, None]
    of_all = weight @ scores / weight.sum()
    return np.asarray(
        (week.T @ scores + WEEKDAY_PRIOR_DAYS * of_all) / (week.sum(axis=0)[:, None] + WEEKDAY_PRIOR_DAYS)
    )


def _held(surprise: np.ndarray) -> np.ndarray:
    """Surprises held within five robust spreads, so that one odd day does not move the next."""
    reach = HELD_SPREADS * 1.4826 * np.median(np.abs(surprise), axis=0)
    return np.asarray(np.clip(surprise, -reach, reach))


def _carry(surprise: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(K) slope of a surprise on the one before it, between 0 and `HIGHEST_CARRY`."""
    before, now = surprise[:-1], surprise[1:]
    both = weight[1:] @ (now * before)
    own = weight[1:] @ before**2
    return np.asarray(np.clip(both / np.maximum(own, 1e-12), 0.0, HIGHEST_CARRY))
