"""Volume and handle time are not known, only their distributions: the level to expect, how likely the target is met.

The rate of an interval is gamma distributed around the forecast's mean (Jongbloed & Koole 2001); given the rate,
arrivals are Poisson and the formulas hold. The level to expect is that of the mean contact, E[Λ SL(Λ, n)] / E[Λ];
the target is met where the load stays below the one at which n agents just keep it. Both are about the rate: the luck
of a single interval with a dozen contacts comes on top.

Where the forecast says how far its mean handle time may be off, the load varies by both: cv² = (1 + v²)(1 + h²) − 1
(see `uncertain_load`). Thresholds and patience are counted in the expected handle time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc

from domain.intervals import local_days
from domain.targets import QueueTargets
from scheduling.queueing.broadcast import broadcast
from scheduling.queueing.erlang_a import erlang_a
from scheduling.queueing.mixed_load import mixed_line, uncertain_load
from scheduling.queueing.special import Array

NORMAL_P10_TO_P90 = 2 * 1.2815515655446004  # standard deviations between the two quantiles of a normal distribution
CV_MAX = 2.0
CERTAIN_CV = 1e-6  # below it the volume is known
HALVINGS = 40
CHUNK = 4096  # rows at a time, 32 points each


@dataclass(frozen=True)
class UnderUncertainty:
    """(rows,) `service_level` of the mean contact; `probability_met`: how likely the rate allows the target."""

    service_level: Array
    probability_met: Array


def expected_under_uncertainty(
    load_erlangs: ArrayLike,
    cv: ArrayLike,
    agents: ArrayLike,
    aht_seconds: ArrayLike,
    answer_within_seconds: ArrayLike,
    *,
    target: ArrayLike,
    patience_seconds: ArrayLike | None = None,
    definition: str = "offered",
    aht_cv: ArrayLike = 0.0,
) -> UnderUncertainty:
    """Live work with given agents under a volume of coefficient of variation `cv`; arguments broadcast to 1-d.

    `aht_cv`: that of the mean handle time, independent of the volume. Infinite patience (or None) is Erlang C. No load:
    level 1, target met. Raises `BadValue` for negative numbers.
    """
    load, spread, aht_spread, number, aht, within, goal, patience = (
        np.atleast_1d(values)
        for values in broadcast(
            load_erlangs=load_erlangs, cv=cv, aht_cv=aht_cv, agents=agents, aht_seconds=aht_seconds,
            answer_within_seconds=answer_within_seconds, target=target,
            patience_seconds=np.inf if patience_seconds is None else patience_seconds,
        )
    )  # fmt: skip
    patience = np.where(np.isnan(patience), np.inf, patience)
    level, met = np.full(load.size, np.nan), np.full(load.size, np.nan)
    for begin in range(0, load.size, CHUNK):
        part = slice(begin, begin + CHUNK)
        own = (aht[part], within[part], patience[part])
        mixed = uncertain_load(load[part], spread[part], aht_spread[part])
        level[part] = mixed_line(mixed, number[part], *own, definition).service_level
        both = load_cv(spread[part], aht_spread[part])
        met[part] = _probability(load[part], both, number[part], own, goal[part], definition)
    return UnderUncertainty(np.where(load == 0, 1.0, level), np.where(load == 0, 1.0, met))


def _probability(
    load: Array, cv: Array, agents: Array, own: tuple[Array, Array, Array], goal: Array, definition: str
) -> Array:
    """P(Λ ≤ the largest rate at which the agents keep the goal), found by halving: the level falls with the load."""
    aht, within, patience = own
    low, high = np.zeros_like(load), np.full_like(load, 1.0 + 8.0 * CV_MAX)
    for _ in range(HALVINGS):
        factor = (low + high) / 2.0
        kept = erlang_a(load * factor, agents, aht, within, patience).service_level_by(definition) >= goal
        low, high = np.where(kept, factor, low), np.where(kept, high, factor)
    shape = 1.0 / np.maximum(cv, CERTAIN_CV) ** 2
    chance = np.where(cv > CERTAIN_CV, gammainc(shape, shape * low), low >= 1.0 - 1e-9)
    return np.where(np.isnan(goal) | np.isnan(cv) | np.isnan(agents), np.nan, chance)


def with_expectations(
    table: pd.DataFrame,
    live: NDArray[np.intp],
    spread: tuple[Array, Array],
    promises: Sequence[QueueTargets],
    codes: NDArray[np.intp],
) -> pd.DataFrame:
    """Requirements with `expected_service_level` and `probability_met` of the rows `live`; empty elsewhere.

    `spread`: (cv of the volume, cv of the mean handle time) of every row. The load is the sized one, without the desks
    that appointments hold. `promises[codes[i]]`: targets of row i.
    """
    level, met = np.full(len(table), np.nan), np.full(len(table), np.nan)
    cv, aht_cv = spread
    for code in np.unique(codes[live]):
        rows, promise = live[codes[live] == code], promises[code]
        known = rows[np.isfinite(cv[rows]) & table["agents"].notna().to_numpy()[rows]]
        if not known.size:
            continue
        part = table.iloc[known]
        fixed = part["load_erlangs"].to_numpy() * promise.appointment_share
        found = expected_under_uncertainty(
            np.maximum(part["sized_load_erlangs"].to_numpy() - fixed, 0.0), cv[known],
            np.maximum(part["agents"].to_numpy() - fixed, 0.0), part["aht_seconds"].to_numpy(),
            promise.answer_within_seconds, target=promise.service_level, patience_seconds=promise.patience_seconds,
            definition=promise.service_level_definition, aht_cv=aht_cv[known],
        )  # fmt: skip
        level[known], met[known] = found.service_level, found.probability_met
    return table.assign(expected_service_level=level, probability_met=met)


def load_cv(cv: Array, aht_cv: Array) -> Array:
    """(rows,) coefficient of variation of volume × mean handle time, taken as independent (Goodman 1960, eq. 2)."""
    return np.asarray(np.where(aht_cv > 0, np.sqrt((1.0 + cv**2) * (1.0 + aht_cv**2) - 1.0), cv))


def handle_time_cv(frame: pd.DataFrame) -> Array:
    """(rows,) coefficient of variation of the day's mean handle time: `aht_cv`, 0 where the forecast does not say."""
    if "aht_cv" not in frame:
        return np.zeros(len(frame))
    return np.asarray(np.minimum(np.nan_to_num(frame["aht_cv"].to_numpy(dtype=float)), CV_MAX))


def volume_cv(frame: pd.DataFrame, timezone: str = "UTC") -> Array:
    """(rows,) coefficient of variation of the rate of each row of a forecast; NaN where the forecast does not say.

    From `day_cv` and `interval_cv` where the forecast has them, else from its p10 and p90: the variance beyond Poisson,
    c² = Σ(σ² − v) ÷ Σv² over the rows of a queue and local day, 0 at least.
    """
    if "day_cv" in frame and not bool(frame["day_cv"].isna().all()):
        day = frame["day_cv"].to_numpy(dtype=float)
        own = np.nan_to_num(frame["interval_cv"].to_numpy(dtype=float)) if "interval_cv" in frame else 0.0
        return np.asarray(np.minimum(np.sqrt((1.0 + day**2) * (1.0 + np.square(own)) - 1.0), CV_MAX))
    if not {"offered_p10", "offered_p90"} <= set(frame.columns):
        return np.full(len(frame), np.nan)
    mean = frame["offered"].to_numpy(dtype=float)
    sigma = (frame["offered_p90"] - frame["offered_p10"]).to_numpy(dtype=float) / NORMAL_P10_TO_P90
    days = pd.Series(local_days(pd.DatetimeIndex(frame["start"]), timezone))
    number = pd.DataFrame({"queue": frame["queue"].to_numpy(), "day": days.to_numpy()})
    code = number.groupby(["queue", "day"]).ngroup().to_numpy()
    excess = np.bincount(code, weights=np.nan_to_num(sigma**2 - mean))
    squares = np.bincount(code, weights=mean**2)
    share = np.sqrt(np.clip(np.divide(excess, squares, out=np.zeros_like(excess), where=squares > 0), 0.0, CV_MAX**2))
    return np.asarray(np.where(np.isnan(sigma), np.nan, share[code]))
