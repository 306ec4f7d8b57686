"""A planner's adjustments folded over a baseline forecast.

Adjustments are instructions, not results: an append-only log. Each fold starts from the baseline again, takes the
adjustments that are switched on and not expired, in the order they were made, and leaves everything else untouched.

- **set** replaces the mean; the quantiles keep their distance from it in proportion.
- **add** moves the mean; contacts that come on top bring counting noise of their own.
- **scale** multiplies mean and quantiles.
- **floor** / **cap** clip mean and quantiles.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special

from domain.errors import BadValue
from domain.queues import LIST_SEPARATOR, matches
from domain.tables import ADJUSTED, ADJUSTMENTS, FORECAST, QUANTILES
from forecast.quantiles import poisson_quantiles

SHARES = np.array(list(QUANTILES.values()))
NEGLIGIBLE = 1e-9  # contacts; a shape in proportion to less would be noise
Moved = tuple[np.ndarray, np.ndarray]  # mean (rows), quantiles (rows × 9)


def apply_adjustments(forecast: pd.DataFrame, adjustments: pd.DataFrame, *, at: pd.Timestamp) -> pd.DataFrame:
    """The forecast with every adjustment that counts at `at` folded in, in the order they were made.

    Args:
        forecast: frame under FORECAST (contacts), one row per queue and interval.
        adjustments: frame under ADJUSTMENTS; touches rows with from_start ≤ start < to_start whose queue its pattern
            names; a row of it counts while active and `at` < expires_at (empty: never expires).
        at: tz-aware moment that expiry is judged at.

    Returns a frame under ADJUSTED in the row order of `forecast`; `adjustment_ids` lists the adjustments that touched
    the row, in order, separated by |. Rows that none touched carry the baseline's numbers bit for bit.
    Raises `TableError` for frames outside their contracts, `BadValue` for a negative set, scale, floor or cap.
    """
    baseline = FORECAST.check(forecast)
    log = ADJUSTMENTS.check(adjustments)
    _check_values(log)
    names = [name for name in QUANTILES if name in baseline]
    shares = np.array([QUANTILES[name] for name in names])
    mean = baseline["offered"].to_numpy(dtype=float).copy()
    quantiles = baseline[names].to_numpy(dtype=float).copy()
    touched: dict[int, list[str]] = {}
    rows_of = {str(queue): np.asarray(rows) for queue, rows in baseline.groupby("queue", sort=False).indices.items()}
    starts = _microseconds(baseline["start"])
    counting = _counting(log, at)
    begins, ends = _microseconds(counting["from_start"]), _microseconds(counting["to_start"])
    for number, (name, queue, kind, value) in enumerate(
        zip(counting["adjustment_id"], counting["queue"], counting["kind"], counting["value"], strict=True)
    ):
        rows = _rows(rows_of, queue)
        rows = rows[(starts[rows] >= begins[number]) & (starts[rows] < ends[number])]
        mean[rows], quantiles[rows] = _MOVES[kind](mean[rows], quantiles[rows], float(value), shares)
        for row in rows:
            touched.setdefault(int(row), []).append(str(name))
    ids = [LIST_SEPARATOR.join(touched.get(row, ())) for row in range(len(baseline))]
    adjusted = baseline.assign(baseline=baseline["offered"], offered=mean, adjustment_ids=pd.array(ids, dtype="str"))
    adjusted[names] = quantiles
    return ADJUSTED.check(adjusted)


def _check_values(log: pd.DataFrame) -> None:
    wrong = log[(log["value"] < 0) & (log["kind"] != "add")]
    if len(wrong):
        first = wrong.iloc[0]
        raise BadValue(
            f"a value of at least 0 for {first['kind']} in adjustment {first['adjustment_id']}",
            column="value",
            found=first["value"],
        )


def _counting(log: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """The adjustments that count at `at`, oldest first; equal times keep the order of the log."""
    counts = log["active"]
    if "expires_at" in log:
        counts = counts & (log["expires_at"].isna() | (log["expires_at"] > at))
    return log[counts].sort_values("made_at", kind="stable")


def _rows(rows_of: dict[str, np.ndarray], pattern: str) -> np.ndarray:
    if pattern in rows_of:
        return rows_of[pattern]
    found = [rows for queue, rows in rows_of.items() if matches(queue, [pattern])]
    return np.concatenate(found) if found else np.array([], dtype=np.intp)


def _microseconds(stamps: pd.Series) -> np.ndarray:
    """UTC stamps as whole microseconds, which numpy compares fast."""
    return np.asarray(pd.DatetimeIndex(stamps).as_unit("us").asi8)


def _set(mean: np.ndarray, quantiles: np.ndarray, value: float, shares: np.ndarray) -> Moved:
    new = np.full_like(mean, value)
    ratio = np.divide(new, mean, out=np.ones_like(mean), where=mean > NEGLIGIBLE)
    return new, np.where((mean > NEGLIGIBLE)[:, None], quantiles * ratio[:, None], _poisson(new, quantiles, shares))


def _add(mean: np.ndarray, quantiles: np.ndarray, value: float, shares: np.ndarray) -> Moved:
    new = np.maximum(mean + value, 0.0)
    distance = quantiles - mean[:, None]
    noise = special.ndtri(shares) * np.sqrt(max(value, 0.0))
    spread = np.hypot(distance, noise) * np.where(noise == 0, np.sign(distance), np.sign(noise))
    moved = np.maximum.accumulate(np.maximum(new[:, None] + spread, 0.0), axis=1) if value else quantiles
    return new, np.where((mean > 0)[:, None] | (value == 0), moved, _poisson(new, quantiles, shares))


def _scale(mean: np.ndarray, quantiles: np.ndarray, value: float, shares: np.ndarray) -> Moved:
    return mean * value, quantiles * value


def _floor(mean: np.ndarray, quantiles: np.ndarray, value: float, shares: np.ndarray) -> Moved:
    return np.maximum(mean, value), np.maximum(quantiles, value)


def _cap(mean: np.ndarray, quantiles: np.ndarray, value: float, shares: np.ndarray) -> Moved:
    return np.minimum(mean, value), np.minimum(quantiles, value)


def _poisson(mean: np.ndarray, quantiles: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Poisson quantiles of `mean` (rows × shares) for rows whose baseline says nothing of their spread; NaN stays."""
    found = poisson_quantiles(mean[:, None], shares[None, :])
    return np.where(np.isnan(quantiles), np.nan, np.maximum(found, 0.0))


_MOVES: dict[str, Callable[[np.ndarray, np.ndarray, float, np.ndarray], Moved]] = {
    "set": _set,
    "add": _add,
    "scale": _scale,
    "floor": _floor,
    "cap": _cap,
}
