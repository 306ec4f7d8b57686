"""How a day's contacts spread over its intervals: shares by weekday, learned and shrunk.

The share of a slot is its contacts per interval over the day's total. Recent weeks count more; a weekday's shares are
shrunk towards those of all days (a Dirichlet prior worth some days) and smoothed over neighbouring slots. How much of
each is chosen per queue: the candidate that would have spread the last four weeks best.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

WINDOW_DAYS = 182
TEST_DAYS = 28
HALF_LIVES_DAYS = (21.0, 60.0, 180.0)
PRIOR_DAYS = (0.5, 2.0, 8.0)
SMOOTHINGS = (0, 1, 2)
LEAST_HOLIDAYS = 3


@dataclass(frozen=True)
class DayProfile:
    """Shares of the day total.

    Attributes:
        shares: (7 × S) per interval of an ordinary weekday; each weekday sums to 1 over its usual opening hours.
        holiday: (S) on public holidays, or None where fewer than three are known.
        interval_cv: relative spread of an interval around its share of the day, counting noise taken out.
    """

    shares: np.ndarray
    holiday: np.ndarray | None
    interval_cv: float

    def of_days(self, weekdays: np.ndarray, is_holiday: np.ndarray, opened: np.ndarray) -> np.ndarray:
        """(D × S) shares per interval on the days given, 0 where closed.

        A holiday's shares sum to 1 over its own opening hours: its total is that of the holiday, short or long.
        """
        rows = self.shares[weekdays]
        if self.holiday is not None:
            rows = np.where(is_holiday[:, None], self.holiday[None, :], rows)
        rows = np.where(opened, rows, 0.0)
        total = rows.sum(axis=1, keepdims=True)
        return np.where(is_holiday[:, None] & (total > 0), rows / np.where(total > 0, total, 1.0), rows)


@dataclass(frozen=True)
class ProfileDays:
    """The days a profile is learned from, oldest first: contacts per interval (D × S) and what the days are."""

    contacts: np.ndarray
    totals: np.ndarray
    weekdays: np.ndarray
    is_holiday: np.ndarray
    age_days: np.ndarray

    def pick(self, rows: np.ndarray) -> ProfileDays:
        """The days where `rows` (D) is true."""
        return ProfileDays(
            self.contacts[rows], self.totals[rows], self.weekdays[rows], self.is_holiday[rows], self.age_days[rows]
        )


def learn_profile(days: ProfileDays, usual_open: np.ndarray) -> DayProfile:
    """The profile of one queue.

    Args:
        days: the known days; those with no contacts are passed over.
        usual_open: (7 × S) the usual opening hours, over which shares sum to 1.

    With no day to learn from, contacts spread evenly over the usual hours.
    """
    days = days.pick(days.totals > 0)
    ordinary = days.pick(~days.is_holiday) if (~days.is_holiday).any() else days
    if len(ordinary.totals) == 0:
        return DayProfile(_normalised(usual_open.astype(float), usual_open), None, 0.0)
    choice = _best_choice(ordinary, usual_open)
    shares = _shares(ordinary, usual_open, *choice)
    special = days.pick(days.is_holiday)
    holiday = None
    if len(special.totals) >= LEAST_HOLIDAYS:
        pooled = _share_of(special, np.ones(len(special.totals)), shares.mean(axis=0), 2.0)
        holiday = pooled / pooled.sum() if pooled.sum() > 0 else None
    return DayProfile(shares, holiday, _interval_cv(ordinary, shares))


def _best_choice(days: ProfileDays, usual_open: np.ndarray) -> tuple[float, float, int]:
    tested = days.age_days <= days.age_days.min() + TEST_DAYS
    if tested.all() or (~tested).sum() < 14:
        return 60.0, 2.0, 1
    past, test = days.pick(~tested), days.pick(tested)
    choices = list(product(HALF_LIVES_DAYS, PRIOR_DAYS, SMOOTHINGS))
    losses = [_misfit(test, _shares(past, usual_open, *choice)) for choice in choices]
    return choices[int(np.argmin(losses))]


def _misfit(days: ProfileDays, shares: np.ndarray) -> float:
    """Squared error of the intervals given the day total, in units of counting noise (a smoothed χ²)."""
    expected = days.totals[:, None] * shares[days.weekdays]
    return float((((days.contacts - expected) ** 2) / (expected + 0.5)).sum())


def _shares(
    days: ProfileDays, usual_open: np.ndarray, half_life: float, prior_days: float, smoothing: int
) -> np.ndarray:
    weight = 0.5 ** ((days.age_days - days.age_days.min()) / half_life)
    pooled = _smoothed(_share_of(days, weight, np.zeros(days.contacts.shape[1]), 0.0), smoothing)
    rows = np.empty((7, len(pooled)))
    for weekday in range(7):
        on = days.weekdays == weekday
        rows[weekday] = _smoothed(_share_of(days.pick(on), weight[on], pooled, prior_days), smoothing)
    return _normalised(rows, usual_open)


def _share_of(days: ProfileDays, weight: np.ndarray, prior: np.ndarray, prior_days: float) -> np.ndarray:
    """(S) weighted contacts over weighted totals, with the prior counted as `prior_days` days of its own."""
    size = float(np.mean(days.totals)) if len(days.totals) else 1.0
    total = float(weight @ days.totals) + prior_days * size
    return np.asarray((weight @ days.contacts + prior_days * size * prior) / total)


def _smoothed(shares: np.ndarray, passes: int) -> np.ndarray:
    """Passes of the weights ¼ ½ ¼; a slot that never had contacts, and the edges towards it, stay as they are."""
    for _ in range(passes):
        before, after = np.roll(shares, 1), np.roll(shares, -1)
        inside = (before > 0) & (after > 0) & (shares > 0)
        inside[[0, -1]] = False
        shares = np.where(inside, 0.25 * before + 0.5 * shares + 0.25 * after, shares)
    return shares


def _normalised(shares: np.ndarray, usual_open: np.ndarray) -> np.ndarray:
    """Rows scaled to sum to 1 over the usual hours; a row with none there is spread evenly over them."""
    inside = np.where(usual_open, shares, 0.0).sum(axis=1, keepdims=True)
    hours = usual_open.sum(axis=1, keepdims=True)
    even = np.where(usual_open, 1.0 / np.maximum(hours, 1), 0.0)
    scaled = np.where(inside > 0, shares / np.where(inside > 0, inside, 1.0), even)
    return np.where(hours > 0, scaled, shares)


def _interval_cv(days: ProfileDays, shares: np.ndarray) -> float:
    """√(Σ((y − ŷ)² − ŷ) ÷ Σŷ²) over the last weeks, ŷ = day total × share; 0 where counting noise explains all."""
    recent = days.pick(days.age_days <= days.age_days.min() + 2 * TEST_DAYS)
    expected = recent.totals[:, None] * shares[recent.weekdays]
    squared = float((expected**2).sum())
    excess = float(((recent.contacts - expected) ** 2 - expected).sum())
    return float(np.sqrt(max(excess, 0.0) / squared)) if squared > 0 else 0.0
