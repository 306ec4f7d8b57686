"""How a day's contacts spread over its intervals: shares by weekday, learned and shrunk.

The share of a slot is its contacts per interval over the day's total. It is built in layers, each a factor on the one
below: the shape all days have, what a weekday adds, what the last weeks have moved, what a holiday or an event adds.
A factor is contacts that came over contacts that the layers below expect, pulled towards that of the neighbouring
slots and those towards 1. What pulls is worth a number of contacts (a gamma prior on a Poisson rate), fewer where the
factors differ by more than counting noise explains: a busy queue keeps every detail, a quiet one the smooth shape.
All queues have the same settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

WINDOW_DAYS = 730
SLOW_HALF_LIFE_DAYS = 730.0  # of the shape and of the weekdays
FAST_HALF_LIFE_DAYS = 15.0  # of what the last weeks have moved
SHAPE_PRIOR_CONTACTS = 30.0  # what pulls is worth before anything is known: here the neighbours in the shape
WEEKDAY_PRIOR_CONTACTS = 700.0
DRIFT_PRIOR_CONTACTS = 1500.0
NEIGHBOUR_PRIOR_CONTACTS = 100.0  # what the factor 1 counts for beside the neighbours
SPECIAL_PRIOR_DAYS = 4.0  # what no difference counts for in a holiday's or event's factor
EVEN_PRIOR_CONTACTS = 0.5  # a slot of the usual hours that has not seen one yet
SHAPE_ROUNDS, FACTOR_ROUNDS = 1, 4  # of smoothing
NEIGHBOURS = 4.0  # slots that so many rounds gather
SPREAD_DAYS = 112
SPREAD_PRIOR_DAYS = 10.0
LEAST_EVENT_WEIGHT = 0.1


@dataclass(frozen=True)
class DayProfile:
    """Shares of the day total.

    Attributes:
        shares: (7 × S) per interval of an ordinary weekday; each weekday sums to 1 over its usual opening hours.
        holiday: (S) factors on those shares on public holidays; 1 where none is known.
        events: (S) factors by event that has been seen.
        interval_cv: (S) relative spread of an interval around its share of the day, counting noise taken out.
    """

    shares: np.ndarray
    holiday: np.ndarray
    events: Mapping[int, np.ndarray]
    interval_cv: np.ndarray

    def of_days(
        self, weekdays: np.ndarray, is_holiday: np.ndarray, opened: np.ndarray, events: np.ndarray | None = None
    ) -> np.ndarray:
        """(D × S) shares per interval on the days given, 0 where closed.

        `events` (E × D): weights of the events. A holiday's shares sum to 1 over its own opening hours: its total is
        that of the holiday, short or long. An event moves contacts within the day.
        """
        rows = np.where(opened, self.shares[weekdays], 0.0)
        special = np.where(is_holiday[:, None], rows * self.holiday, rows)
        for number, factors in self.events.items() if events is not None else ():
            assert events is not None
            special = special * factors ** events[number][:, None]
        changed = is_holiday | (np.zeros(len(rows), dtype=bool) if events is None else (events > 0).any(axis=0))
        total, now = rows.sum(axis=1), special.sum(axis=1)
        wanted = np.where(is_holiday & (total > 0), 1.0, total)
        scale = np.divide(wanted, now, out=np.ones(len(rows)), where=changed & (now > 0))
        return np.asarray(np.where((now > 0)[:, None], special, rows) * scale[:, None])


@dataclass(frozen=True)
class ProfileDays:
    """The days a profile is learned from, oldest first.

    Attributes:
        contacts: (D × S) contacts per interval, 0 where closed.
        weekdays: (D) 0 = Monday.
        is_holiday: (D).
        age_days: (D) 0 = the day before the forecast.
        opened: (D × S) the hours of that very day; None: the usual ones.
        events: (E × D) weight of each event, 0 elsewhere; E may be 0.
    """

    contacts: np.ndarray
    weekdays: np.ndarray
    is_holiday: np.ndarray
    age_days: np.ndarray
    opened: np.ndarray | None = None
    events: np.ndarray = field(default_factory=lambda: np.zeros((0, 1)))

    @property
    def totals(self) -> np.ndarray:
        """(D) contacts of the day, each slot counted once."""
        return np.asarray(self.contacts.sum(axis=1))

    @property
    def ordinary(self) -> np.ndarray:
        """(D) neither holiday nor event."""
        return np.asarray(~self.is_holiday & ~(self.events > 0).any(axis=0))

    def pick(self, rows: np.ndarray) -> ProfileDays:
        """The days where `rows` (D) is true."""
        return ProfileDays(
            self.contacts[rows],
            self.weekdays[rows],
            self.is_holiday[rows],
            self.age_days[rows],
            None if self.opened is None else self.opened[rows],
            self.events[:, rows] if len(self.events) else np.zeros((0, int(rows.sum()))),
        )


def learn_profile(days: ProfileDays, usual_open: np.ndarray) -> DayProfile:
    """The profile of one queue.

    Args:
        days: the known days; those with no contacts are passed over.
        usual_open: (7 × S) the usual opening hours, over which shares sum to 1.

    With no day to learn from, contacts spread evenly over the usual hours.
    """
    days = days.pick(days.totals > 0)
    plain = days.pick(days.ordinary) if days.ordinary.any() else days
    slots = usual_open.shape[1]
    if len(plain.weekdays) == 0:
        return DayProfile(_normalised(usual_open.astype(float), usual_open), np.ones(slots), {}, np.zeros(slots))
    slow = _weekday_shares(plain, usual_open)
    shares = _moved(plain, slow, usual_open)
    return DayProfile(
        shares=shares,
        holiday=_special_factors(days, days.is_holiday.astype(float), shares),
        events={number: _special_factors(days, weight, shares) for number, weight in _seen(days.events)},
        interval_cv=_interval_cv(plain, shares, usual_open),
    )


def _seen(events: np.ndarray) -> list[tuple[int, np.ndarray]]:
    return [(number, weight) for number, weight in enumerate(events) if (weight >= LEAST_EVENT_WEIGHT).any()]


def _weekday_shares(days: ProfileDays, usual_open: np.ndarray) -> np.ndarray:
    """(7 × S) the shape of all days, times what each weekday adds."""
    week = (days.weekdays[:, None] == np.arange(7)) * 0.5 ** (days.age_days / SLOW_HALF_LIFE_DAYS)[:, None]
    came = week.T @ days.contacts
    any_open = usual_open.any(axis=0)
    all_days = came.sum(axis=0) + EVEN_PRIOR_CONTACTS * any_open
    inside = any_open | (all_days > 0)
    shape = all_days / all_days.sum()
    smooth = _smoothed(shape, inside, SHAPE_ROUNDS)
    prior = _prior_contacts(all_days, all_days.sum() * smooth, SHAPE_PRIOR_CONTACTS)
    shape = (all_days * shape + prior * smooth) / (all_days + prior)
    expected = came.sum(axis=1, keepdims=True) * shape
    return _normalised(shape * _factors(came, expected, inside, WEEKDAY_PRIOR_CONTACTS), usual_open)


def _moved(days: ProfileDays, shares: np.ndarray, usual_open: np.ndarray) -> np.ndarray:
    """(7 × S) shares with what the last weeks have moved on all weekdays alike."""
    weight = 0.5 ** (days.age_days / FAST_HALF_LIFE_DAYS)
    came = weight @ days.contacts
    by_weekday = np.bincount(days.weekdays, weight * days.totals, minlength=7)
    factors = _factors(came, by_weekday @ shares, shares.any(axis=0), DRIFT_PRIOR_CONTACTS)
    return _normalised(shares * factors, usual_open)


def _special_factors(days: ProfileDays, weight: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """(S) what days of a kind (D weights) add to their weekdays' shares; 1 where no such day is known."""
    on = weight > 0
    if not on.any():
        return np.ones(shares.shape[1])
    rows = shares[days.weekdays[on]]
    if days.opened is not None:
        rows = np.where(days.opened[on], rows, 0.0)
    total = rows.sum(axis=1, keepdims=True)
    expected = weight[on] @ (np.divide(rows, total, out=rows.copy(), where=total > 0) * days.totals[on, None])
    came = weight[on] @ days.contacts[on]
    return _factors(came, expected, expected > 0, WEEKDAY_PRIOR_CONTACTS, SPECIAL_PRIOR_DAYS / weight[on].sum())


def _factors(
    came: np.ndarray, expected: np.ndarray, inside: np.ndarray, usual_prior: float, prior_share: float = 0.0
) -> np.ndarray:
    """Came over expected (… × S), pulled to the neighbours'; 1 outside.

    `prior_share`: of the expected contacts, what the neighbours count for besides `_prior_contacts`.
    """
    near_came, near_expected = (_smoothed(part, inside, FACTOR_ROUNDS) for part in (came, expected))
    parent = (NEIGHBOURS * near_came + NEIGHBOUR_PRIOR_CONTACTS) / (
        NEIGHBOURS * near_expected + NEIGHBOUR_PRIOR_CONTACTS
    )
    prior = _prior_contacts(np.where(inside, came, 0.0), np.where(inside, expected * parent, 0.0), usual_prior)
    pull = prior + prior_share * expected
    return np.asarray(np.where(inside, (came + pull * parent) / (expected + pull), 1.0))


def _prior_contacts(came: np.ndarray, expected: np.ndarray, usual: float) -> float:
    """The harmonic mean of the usual number and the one that the factors' scatter tells (… × S).

    The relative variance of factors beyond counting noise, and one standard deviation of what that may be by chance,
    is the inverse of the contacts that a gamma prior is worth.
    """
    squared = float((expected**2).sum())
    excess = float(((came - expected) ** 2 - expected).sum())
    chance = float(np.sqrt((expected + 2 * expected**2).sum()))
    variance = max(excess - chance, 0.0) / squared if squared > 0 else 0.0
    return 2.0 / (1.0 / usual + variance)


def _smoothed(values: np.ndarray, inside: np.ndarray, rounds: int) -> np.ndarray:
    """Rounds of the weights ¼ ½ ¼ over the slots (last axis) around the clock; a neighbour that is not `inside` (S)
    counts as the slot itself, so that nothing leaks over closing time."""
    slot = np.arange(len(inside))
    left = np.where(np.roll(inside, 1), np.roll(slot, 1), slot)
    right = np.where(np.roll(inside, -1), np.roll(slot, -1), slot)
    values = np.where(inside, values, 0.0)
    for _ in range(rounds):
        values = 0.5 * values + 0.25 * (values.take(left, axis=-1) + values.take(right, axis=-1))
    return np.asarray(np.where(inside, values, 0.0))


def _normalised(shares: np.ndarray, usual_open: np.ndarray) -> np.ndarray:
    """Rows scaled to sum to 1 over the usual hours; a row with none there is spread evenly over them."""
    inside = np.where(usual_open, shares, 0.0).sum(axis=1, keepdims=True)
    hours = usual_open.sum(axis=1, keepdims=True)
    even = np.where(usual_open, 1.0 / np.maximum(hours, 1), 0.0)
    scaled = np.where(inside > 0, shares / np.where(inside > 0, inside, 1.0), even)
    return np.where(hours > 0, scaled, shares)


def _interval_cv(days: ProfileDays, shares: np.ndarray, usual_open: np.ndarray) -> np.ndarray:
    """(S) √(Σ((y − ŷ)² − ŷ) ÷ Σŷ²) over the last weeks, ŷ = day total × share; 0 where counting noise explains all.

    By slot and its neighbours, pulled to that of all slots. Days × slots outside the usual hours are left out.
    """
    recent = days.pick(days.age_days <= days.age_days.min() + SPREAD_DAYS)
    expected = np.where(usual_open, shares, 0.0)[recent.weekdays] * recent.totals[:, None]
    counted = expected > 0
    squared = (expected**2).sum(axis=0)
    excess = np.where(counted, (recent.contacts - expected) ** 2 - expected, 0.0).sum(axis=0)
    if squared.sum() == 0:
        return np.zeros(len(squared))
    of_all = max(float(excess.sum()), 0.0) / float(squared.sum())
    inside = squared > 0
    near_excess, near_squared = (_smoothed(part, inside, FACTOR_ROUNDS) for part in (excess, squared))
    own = np.divide(np.maximum(near_excess, 0.0), near_squared, out=np.zeros(len(squared)), where=inside)
    number = counted.sum(axis=0)
    return np.asarray(np.sqrt((number * own + SPREAD_PRIOR_DAYS * of_all) / (number + SPREAD_PRIOR_DAYS)))
