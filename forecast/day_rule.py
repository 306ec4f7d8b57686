"""How much of today's surprise so far holds for the rest of the day: learned from past days, shrunk, and doubted.

Scaling the rest of the day by what came over what was forecast makes most queues worse: part of the surprise is noise
and part belongs to the morning alone. Here the rest's relative surprise is regressed on that of the day so far, of the
last two hours and of the last hour, with slopes shrunk to none. A rule is believed as far as it has paid on past days
told without themselves; where it has not, nothing changes.

Only six tenths of what was learned are put to use (`KEPT_SHARE`). What paid on past days pays less on the next: the
rule was chosen among several by its luck, and the stand-in misses in other ways than the forecaster. Near the best
slope little is lost (six tenths of it keep 84 % of the squared error saved), but where the true slope is half the one
learned, all of it would cost as much as none, and six tenths still gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RECENT_HOURS = {"last_two_hours": 2.0, "last_hour": 1.0}
HALF_LIFE_DAYS = 90.0
SLOPE_SD = 0.5  # prior: a slope is about none, give or take this
KEPT_SHARE = 0.6  # of the learned slopes
HELD_SPREADS = 3.0  # a surprise counts up to that many robust spreads
MOST_LEVERAGE = 0.9
LEAST_DAYS = 20
LEAST_SHARE = 0.7  # of the contacts expected of a part of a past day must be known, or the day does not teach
GAIN_FROM, GAIN_SURE = 0.06, 0.10  # share of the error that a rule must save: below the first it is not believed
SIGNAL_FROM, SIGNAL_SURE = 1.0, 2.0  # the same for its mean saving over that mean's standard error
FACTOR_LEAST, FACTOR_MOST = 0.5, 2.0

NO_CHANGE = "no_change"
RULES = ("day_so_far", *RECENT_HOURS)  # each looks at those before it as well


@dataclass(frozen=True)
class PastDays:
    """Days that are over (D × S by slot, oldest first): contacts that came, what midnight said, which are known."""

    came: np.ndarray
    said: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class DayRule:
    """What to make of the day so far.

    Attributes:
        name: NO_CHANGE or one of RULES.
        slopes: share of each part's relative surprise that moves the rest; `KEPT_SHARE` and trust are in it.
        limits: the surprise up to which a part counts, relative.
        gain_share: share of the rest's error that it saved on past days.
        trust: 0–1, how far it is believed.
        width: what is left of a band's relative width beyond counting noise, 0–1.
        days: past days that it was learned from.
    """

    name: str
    slopes: tuple[float, ...]
    limits: tuple[float, ...]
    gain_share: float
    trust: float
    width: float
    days: int

    def factor(self, surprises: np.ndarray) -> float:
        """What to multiply the rest of the day with, from the relative surprise of each part (as many as slopes)."""
        held = np.clip(surprises, -np.array(self.limits), self.limits)
        return float(np.clip(1.0 + held @ np.array(self.slopes), FACTOR_LEAST, FACTOR_MOST))


def no_change(days: int = 0) -> DayRule:
    """The rule that leaves the forecast as it is."""
    return DayRule(NO_CHANGE, (), (), 0.0, 0.0, 1.0, days)


def parts_so_far(so_far: np.ndarray, cut_slot: int, slots_an_hour: float) -> dict[str, np.ndarray]:
    """Masks (S) of the day so far and of the last two hours and the last hour before `cut_slot`, by name; a part that
    is the whole of the one before it is left out."""
    slot = np.arange(len(so_far))
    parts = {RULES[0]: so_far}
    last = so_far
    for name, hours in RECENT_HOURS.items():
        part = so_far & (slot >= cut_slot - max(round(hours * slots_an_hour), 1))
        if part.any() and part.sum() < last.sum():
            parts[name] = last = part
    return parts


def surprises(came: np.ndarray, said: np.ndarray, known: np.ndarray, part: np.ndarray) -> np.ndarray:
    """(D) what came over what was said, less one, in the known slots of a part; NaN where too little is known."""
    counted = known & part
    expected = np.where(counted, said, 0.0).sum(axis=1)
    whole = np.where(part, said, 0.0).sum(axis=1)
    enough = (expected > 0) & (expected >= LEAST_SHARE * whole)
    found = np.where(counted, came, 0.0).sum(axis=1)
    return np.where(enough, found / np.where(enough, expected, 1.0) - 1.0, np.nan)


def learn_rule(past: PastDays, parts: dict[str, np.ndarray], rest: np.ndarray) -> DayRule:
    """The rule of one queue at one time of the day.

    Args:
        past: days that are over.
        parts: masks (S) from `parts_so_far`.
        rest: mask (S) of the slots still to come.

    Method: weighted ridge regression with leave-one-out errors in closed form (Allen 1974); a day weighs by what was
    expected of its rest and by its age.
    """
    masks = list(parts.values())
    told = np.column_stack([surprises(past.came, past.said, past.known, part) for part in masks])
    missed = surprises(past.came, past.said, past.known, rest)
    usable = ~np.isnan(told).any(axis=1) & ~np.isnan(missed)
    days = int(usable.sum())
    if days < LEAST_DAYS:
        return no_change(days)
    told, missed = told[usable], missed[usable]
    size = np.where(rest, past.said[usable], 0.0).sum(axis=1)
    age_days = len(usable) - 1 - np.flatnonzero(usable)
    recency = 0.5 ** (age_days / HALF_LIFE_DAYS)
    limits = _reach(told)
    held = np.clip(told, -limits, limits)
    fits = [_fit(held[:, :number], missed, size, recency) for number in range(1, len(masks) + 1)]
    best = min(range(len(fits)), key=lambda number: fits[number].error)
    fit = fits[best]
    if fit.trust == 0:
        return no_change(days)
    return DayRule(
        name=list(parts)[best],
        slopes=tuple((fit.trust * fit.slopes).tolist()),
        limits=tuple(limits[: best + 1].tolist()),
        gain_share=fit.gain_share,
        trust=fit.trust,
        width=_width(past, usable, rest, fit.trust * fit.left_out, recency),
        days=days,
    )


@dataclass(frozen=True)
class _Fit:
    """A rule tried, of slopes that are kept: what it said of each day left out (D), and how the rest's error came out.

    `error` is the weighted mean miss, contacts; `gain_share` the share of it that was saved, `signal` the mean saving
    over its standard error.
    """

    slopes: np.ndarray
    left_out: np.ndarray
    error: float
    gain_share: float
    signal: float

    @property
    def trust(self) -> float:
        gain = (self.gain_share - GAIN_FROM) / (GAIN_SURE - GAIN_FROM)
        signal = (self.signal - SIGNAL_FROM) / (SIGNAL_SURE - SIGNAL_FROM)
        return float(np.clip(gain, 0.0, 1.0) * np.clip(signal, 0.0, 1.0))


def _fit(told: np.ndarray, missed: np.ndarray, size: np.ndarray, recency: np.ndarray) -> _Fit:
    reach = _reach(missed[:, None])
    held = np.clip(missed, -reach, reach)
    weight = recency * size / size.mean()
    noise = max(float(np.average(held**2, weights=weight)), 1e-12)
    inverse = np.linalg.inv((told.T * weight) @ told + np.eye(told.shape[1]) * noise / SLOPE_SD**2)
    slopes = inverse @ (told.T * weight) @ held
    leverage = np.minimum(((told @ inverse) * told).sum(axis=1) * weight, MOST_LEVERAGE)
    left_out = KEPT_SHARE * (held - (held - told @ slopes) / (1 - leverage))
    share = recency / recency.sum()
    before, after = np.abs(missed) * size, np.abs(missed - left_out) * size
    base, error = float(share @ before), float(share @ after)
    spread = float(np.sqrt(share**2 @ (before - after - (base - error)) ** 2))
    return _Fit(
        slopes=KEPT_SHARE * slopes,
        left_out=left_out,
        error=error,
        gain_share=(base - error) / base if base > 0 else 0.0,
        signal=(base - error) / spread if spread > 0 else 0.0,
    )


def _reach(values: np.ndarray) -> np.ndarray:
    """Three robust spreads of each column."""
    return np.asarray(HELD_SPREADS * 1.4826 * np.median(np.abs(values), axis=0))


def _width(past: PastDays, usable: np.ndarray, rest: np.ndarray, left_out: np.ndarray, recency: np.ndarray) -> float:
    """√(variance of the rest's intervals beyond counting noise, with the rule ÷ without it), held to 0–1."""
    counted = past.known[usable] & rest
    came, said = past.came[usable], past.said[usable]

    def excess(mean: np.ndarray) -> float:
        return float(recency @ np.where(counted, (came - mean) ** 2 - mean, 0.0).sum(axis=1))

    without = excess(said)
    if without <= 0:
        return 1.0
    return float(np.sqrt(np.clip(excess(said * (1 + left_out[:, None])) / without, 0.0, 1.0)))
