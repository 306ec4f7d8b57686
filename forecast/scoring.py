"""The backtest's errors as a table: every measure of `forecast.accuracy` by queue, model and lead time, all at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from domain.tables import QUANTILES, SCORES
from forecast.accuracy import poisson_mean_absolute_deviation
from forecast.backtest import NEAR_DAYS, Backtest
from forecast.quantiles import SHARES, count_quantiles, learn_stretch

P025, P10, P90, P975 = (
    list(QUANTILES).index(name) for name in ("offered_p025", "offered_p10", "offered_p90", "offered_p975")
)
SEASON_DAYS = 7


def lead_masks(test: Backtest) -> dict[str, np.ndarray]:
    """(O × Q × L) by lead time: `1d` is the next open day, `1-7d` and `1-28d` all days up to there."""
    scored = ~np.isnan(test.actual)
    ahead = np.arange(test.leads)
    first = scored & (np.cumsum(scored, axis=2) == 1) & (ahead < NEAR_DAYS)
    masks = {"1d": first, "1-7d": scored & (ahead < NEAR_DAYS)}
    if test.leads > NEAR_DAYS:
        masks[f"1-{test.leads}d"] = scored
    return masks


def score_table(test: Backtest, chosen: Mapping[str, str], *, all_bands: bool = True) -> pd.DataFrame:
    """The backtest's errors as a frame under SCORES; one row per queue, model and lead time that has scored days.

    Each origin's bands are set by what was missed by on the days before it; the first origin's by none (a default).
    They take longer than all the rest; without `all_bands` only models that some queue chose have them, the others'
    pinball and coverage are empty.
    """
    masks, step = lead_masks(test), _weekly_steps(test.history)
    takes = np.array([chosen.get(queue, "") for queue in test.queues], dtype=object)
    taken = set(chosen.values())
    frames = []
    for model, forecast in test.forecasts.items():
        bands = _bands(test, model) if all_bands or model in taken else None
        for lead, mask in masks.items():
            measured = _measured(test, forecast, bands, mask & ~np.isnan(forecast), step)
            measured.insert(0, "lead", lead)
            measured.insert(0, "model", model)
            measured.insert(0, "queue", list(test.queues))
            frames.append(measured.assign(chosen=takes == model)[measured["days"] > 0])
    if not frames or not sum(map(len, frames)):
        return SCORES.empty()
    table = pd.concat(frames, ignore_index=True)
    order = {queue: number for number, queue in enumerate(test.queues)}
    return SCORES.check(table.iloc[np.argsort(table["queue"].map(order).to_numpy(), kind="stable")])


def _measured(
    test: Backtest, forecast: np.ndarray, bands: np.ndarray | None, used: np.ndarray, step: np.ndarray
) -> pd.DataFrame:
    """One row a queue: sums over the origins and leads where `used` (O × Q × L)."""
    actual = np.where(used, test.actual, 0.0)
    mean = np.where(used, forecast, 0.0)
    days = used.sum(axis=(0, 2))
    total = actual.sum(axis=(0, 2))
    missed = np.abs(actual - mean).sum(axis=(0, 2))
    noise = np.where(used, poisson_mean_absolute_deviation(mean), 0.0).sum(axis=(0, 2))
    return pd.DataFrame(
        {
            "wape": _ratio(missed, total),
            "mase": _ratio(_ratio(missed, days), step),
            "bias_share": _ratio((mean - actual).sum(axis=(0, 2)), total),
            **_of_bands(actual, bands, used, total, days),
            "noise_floor": _ratio(noise, total),
            "days": days,
            "origins": used.any(axis=2).sum(axis=0),
        }
    )


def _of_bands(
    actual: np.ndarray, bands: np.ndarray | None, used: np.ndarray, total: np.ndarray, days: np.ndarray
) -> dict[str, np.ndarray]:
    if bands is None:
        return dict.fromkeys(("pinball", "coverage_80", "coverage_95"), np.full(len(days), np.nan))
    held = [
        (used & (actual >= bands[..., low]) & (actual <= bands[..., high])).sum(axis=(0, 2))
        for low, high in ((P10, P90), (P025, P975))
    ]
    return {
        "pinball": _ratio(_quantile_loss(actual, bands, used), total),
        "coverage_80": _ratio(held[0], days),
        "coverage_95": _ratio(held[1], days),
    }


def _quantile_loss(actual: np.ndarray, bands: np.ndarray, used: np.ndarray) -> np.ndarray:
    """(Q) mean over the shares p of 2 Σ max(p (y − q), (p − 1)(y − q))."""
    loss = np.zeros(actual.shape[1])
    for number, share in enumerate(SHARES):
        above = np.where(used, actual - bands[..., number], 0.0)
        loss += np.maximum(share * above, (share - 1) * above).sum(axis=(0, 2))
    return 2.0 * loss / len(SHARES)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0))


def _weekly_steps(history: np.ndarray) -> np.ndarray:
    """(Q) mean |y_t − y_{t−7}| of the days (Q × D) where both are known; NaN where none are."""
    steps = np.abs(history[:, SEASON_DAYS:] - history[:, :-SEASON_DAYS])
    known = ~np.isnan(steps)
    return _ratio(np.where(known, steps, 0.0).sum(axis=1), known.sum(axis=1))


def _bands(test: Backtest, model: str) -> np.ndarray:
    """(O × Q × L × 9) quantiles of each past forecast, set by the errors on the days before its origin."""
    forecast, said_sd = test.forecasts[model], test.said_sd(model)
    bands = np.full((*forecast.shape, len(SHARES)), np.nan)
    target = np.array(test.origins)[:, None] + np.arange(test.leads)
    for number, origin in enumerate(test.origins):
        came_before = np.where((target < origin)[:, None, :], test.actual, np.nan)
        stretch = learn_stretch(came_before, forecast, said_sd)
        inner, outer = stretch.day_cv(forecast[number], said_sd[number])
        known = ~np.isnan(forecast[number])
        bands[number, known] = count_quantiles(forecast[number, known], inner[known], outer[known])
    return bands
