"""Forecasts of sums: an hour, a day, a week or a month of a queue, a channel or everything, with bands that agree.

The mean of a sum is the sum of the means; its band is not the sum of the bands. Counting noise adds up independently;
the error of an interval's share too; the errors of the days' rates hang together as `forecast.correlation` says:

    Var = Σ μᵢ + Σ μᵢ²·interval_cv²·(1 + day_cv²) + Σ over pairs of queue-days m·cv·m′·cv′·ρ

with m the contacts of a queue's day, and ρ = √(s·s′)·κ_common(k) between days k apart, plus (1 − s)·κ(k) within a
queue. Quantiles are those of a negative binomial with that mean and variance. `forecast.paths` draws the same.

The work that contacts bring (volume × handle time) sums up in the same way, rows weighted by their handle time a:
single contacts bring Σ μᵢaᵢ²·(1 + c²), c the spread of single handle times, and that a day's mean handle time is off by
`aht_cv` brings Σ over queue-days (Σ μᵢaᵢ·aht_cv)²·(1 + day_cv²), independent of the volume (variance of a product:
Goodman 1960, JASA 55, eq. 2). Its band is that of a gamma distribution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from domain.errors import BadValue
from domain.intervals import local_days, local_midnights
from domain.queues import SEPARATOR
from domain.tables import QUANTILES
from forecast.correlation import Correlation, at_days, default_correlation
from forecast.handle_time import CONTACT_CV
from forecast.paths import PathPlan
from forecast.quantiles import count_quantiles

PERIODS = ("interval", "day", "week", "month")
PARTS = ("channel", "type", "site")  # of a queue's name, in order
OTHER = "other"
WORKLOAD = ("workload_hours", "workload_hours_p10", "workload_hours_p90")
MOST_CV = 2.0
PAIRS = (("offered_p025", "offered_p975"), ("offered_p05", "offered_p95"), ("offered_p10", "offered_p90"),
         ("offered_p25", "offered_p75"))  # fmt: skip


def aggregate_forecast(
    forecast: pd.DataFrame,
    *,
    by: str | Mapping[str, str] = "total",
    period: str = "day",
    timezone: str = "UTC",
    correlation: Mapping[str, tuple[float, float]] | None = None,
) -> pd.DataFrame:
    """Mean and quantiles of sums of a forecast.

    Args:
        forecast: frame under FORECAST or ADJUSTED, perhaps with columns `day_cv`, `interval_cv` (see `spreads`).
        by: "queue", "total", "channel", "type" or "site" (first, second, third part of the queue's name, "other"
            where it has none), or the group of each queue by name; queues that are not in it are left out.
        period: "interval", or the local "day", "week" (from Monday) or "month".
        timezone: of days.
        correlation: (day_correlation, queue_correlation) by queue; queues that are not in it take what the forecast
            says (`queue_correlation`), else the default.

    Returns columns group, start (UTC; the period's first moment, though the forecast may begin later), offered, the
        nine quantiles, and intervals (forecast rows in it); sorted by group and start. Sums of one row keep that
        row's quantiles. Expectations add up over groups and periods; quantiles do not. Where the forecast has handle
        times also workload_hours and its 10 % and 90 % quantiles; empty where a row with contacts has none.
    Raises `BadValue` for an unknown `by` or `period`.
    """
    groups = _groups(forecast["queue"], by)
    rows = forecast[groups.notna().to_numpy()].reset_index(drop=True)
    named = groups.dropna().astype("str").to_numpy()
    if rows.empty:
        return _empty()
    plan, _ = path_plan(rows, timezone, correlation)
    start = _period_starts(rows["start"], period, timezone)
    keys = pd.MultiIndex.from_arrays([named, start])
    cell, index = pd.factorize(keys, sort=True)
    variance = group_variance(plan, np.asarray(cell))
    mean = np.bincount(cell, weights=plan.mean)
    cv = np.sqrt(np.maximum(variance - mean, 0.0)) / np.where(mean > 0, mean, 1.0)
    found = pd.DataFrame({"group": index.get_level_values(0), "start": index.get_level_values(1), "offered": mean})
    found[list(QUANTILES)] = count_quantiles(mean, cv, cv)
    found["intervals"] = np.bincount(cell)
    if "aht_seconds" in rows and bool(rows["aht_seconds"].notna().any()):
        found[list(WORKLOAD)] = workload_hours(plan, np.asarray(cell), rows)
    return _own_quantiles(found, rows, np.asarray(cell))


def workload_hours(plan: PathPlan, group: np.ndarray, rows: pd.DataFrame) -> np.ndarray:
    """(G × 3) mean, 10 % and 90 % quantile of the hours of work of each group of rows (N codes 0 … G − 1).

    `rows`: of the plan, with `aht_seconds` and perhaps `aht_cv`. NaN where a row with contacts has no handle time.
    """
    count = int(group.max(initial=-1)) + 1
    hours = np.where(plan.mean > 0, rows["aht_seconds"].to_numpy(dtype=float) / 3600.0, 0.0)
    unknown = np.bincount(group, weights=np.isnan(hours), minlength=count) > 0
    hours = np.nan_to_num(hours)
    off = np.nan_to_num(rows["aht_cv"].to_numpy(dtype=float)) if "aht_cv" in rows else np.zeros(len(rows))
    work = replace(plan, mean=plan.mean * hours)
    variance = group_variance(work, group, noise=work.mean * hours * (1.0 + CONTACT_CV**2))
    moved = work.mean * off * np.sqrt(1.0 + plan.day_cv**2)
    _, cell = np.unique(np.stack([group, plan.queue, plan.day]), axis=1, return_inverse=True)
    squares = np.bincount(cell, weights=moved) ** 2
    of_cell = np.zeros(len(squares), dtype=np.int64)
    of_cell[cell] = group
    variance += np.bincount(of_cell, weights=squares, minlength=count)
    mean = np.bincount(group, weights=work.mean, minlength=count)
    shape = np.divide(mean**2, variance, out=np.ones(count), where=variance > 0)[:, None]
    quantiles = special.gammaincinv(shape, np.array([[0.1, 0.9]])) / shape * mean[:, None]
    return np.where(unknown[:, None], np.nan, np.column_stack([mean, quantiles]))


def group_variance(plan: PathPlan, group: np.ndarray, noise: np.ndarray | None = None) -> np.ndarray:
    """(G) variance of the contacts of each group of rows (N codes 0 … G − 1), by the sum in the module's text.

    `noise`: (N) variance that each row has of its own, given its rate; None: that of Poisson counts.
    ρ, the correlation of the normal values behind the factors, stands for that of the factors: the sd of a sum over
    days and queues is up to 1 % high at day_cv 0.3, 2 % at 0.5, 8 % at 1.
    """
    count = int(group.max(initial=-1)) + 1
    noise = plan.mean if noise is None else noise
    own = noise + (plan.mean * plan.interval_cv) ** 2 * (1 + plan.day_cv**2)
    found = np.bincount(group, weights=own, minlength=count)
    share = plan.correlation.queue[plan.queue]
    moved = plan.mean * plan.day_cv
    common = np.array([plan.correlation.common_day])
    nobody = np.zeros(len(group), dtype=np.int64)
    found += _pairs(group, nobody, plan.day, moved * np.sqrt(share), common, count)
    found += _pairs(group, plan.queue, plan.day, moved * np.sqrt(1 - share), plan.correlation.day, count)
    return found


def _pairs(
    group: np.ndarray, series: np.ndarray, day: np.ndarray, moved: np.ndarray, day_correlation: np.ndarray, count: int
) -> np.ndarray:
    """(count) Σ over pairs of days of y·y′·κ(k), y the sum of `moved` over a group's rows of one series and day."""
    keys = pd.DataFrame({"group": group, "series": series, "day": day, "moved": moved})
    cells = keys.groupby(["group", "series", "day"], as_index=False, sort=True)["moved"].sum()
    in_group, of_series, on_day, y = (cells[name].to_numpy() for name in cells)
    reach = int(on_day.max() - on_day.min()) + 1
    kappa = at_days(day_correlation, reach)
    found = np.bincount(in_group, weights=y**2, minlength=count)
    for back in range(1, len(cells)):
        same = (in_group[back:] == in_group[:-back]) & (of_series[back:] == of_series[:-back])
        if not same.any():
            break
        apart = (on_day[back:] - on_day[:-back])[same]
        pair = 2 * y[back:][same] * y[:-back][same] * kappa[of_series[back:][same], apart]
        found += np.bincount(in_group[back:][same], weights=pair, minlength=count)
    return found


def path_plan(
    forecast: pd.DataFrame, timezone: str, correlation: Mapping[str, tuple[float, float]] | None = None
) -> tuple[PathPlan, tuple[str, ...]]:
    """What `sample_paths` draws for a forecast (rows in its order), and the queue names of its codes."""
    codes, names = pd.factorize(forecast["queue"], sort=True)
    days = local_days(forecast["start"], timezone)
    number = np.asarray((days - days.min()) // pd.Timedelta(days=1)) if len(days) else np.zeros(0)
    day_cv, interval_cv = spreads(forecast, np.asarray(codes) * (int(number.max(initial=0)) + 1) + number)
    queues = tuple(str(name) for name in names)
    plan = PathPlan(
        mean=forecast["offered"].to_numpy(dtype=float),
        queue=np.asarray(codes),
        day=number.astype(np.int64),
        day_cv=day_cv,
        interval_cv=interval_cv,
        correlation=_correlation(queues, _told(forecast, np.asarray(codes), len(queues)), correlation or {}),
    )
    return plan, queues


def _told(forecast: pd.DataFrame, codes: np.ndarray, queues: int) -> np.ndarray:
    """(Q) `queue_correlation` as the forecast says it, in the first row of a queue that does; NaN where none does."""
    told = np.full(queues, np.nan)
    if "queue_correlation" in forecast:
        values = forecast["queue_correlation"].to_numpy(dtype=float)[::-1]
        known = ~np.isnan(values)
        told[codes[::-1][known]] = values[known]
    return told


def _correlation(queues: tuple[str, ...], told: np.ndarray, known: Mapping[str, tuple[float, float]]) -> Correlation:
    found = default_correlation(len(queues))
    found = replace(found, queue=np.where(np.isnan(told), found.queue, told))
    for row, queue in enumerate(queues):
        if queue in known:
            found.day[row], found.queue[row] = known[queue]
    return found


def spreads(forecast: pd.DataFrame, queue_day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(day_cv, interval_cv) of each row: its columns of that name where it has them.

    Without `day_cv` all that the quantiles show beyond counting noise is taken for an error of the day's rate, pooled
    over the rows of a queue and day (`queue_day`: its code, one a row); without quantiles there is none.
    """
    size = len(forecast)
    interval_cv = forecast["interval_cv"].to_numpy(dtype=float) if "interval_cv" in forecast else np.zeros(size)
    if "day_cv" in forecast:
        return np.nan_to_num(forecast["day_cv"].to_numpy(dtype=float)), np.nan_to_num(interval_cv)
    pairs = [pair for pair in PAIRS if set(pair) <= set(forecast)]
    if not pairs or not size:
        return np.zeros(size), np.zeros(size)
    mean = forecast["offered"].to_numpy(dtype=float)
    width = [((forecast[high] - forecast[low]) / 2 / special.ndtri(QUANTILES[high])) ** 2 for low, high in pairs]
    excess = np.nan_to_num(np.mean(width, axis=0) - mean)
    _, cell = np.unique(queue_day, return_inverse=True)
    square = np.bincount(cell, weights=mean**2)
    pooled = np.divide(np.bincount(cell, weights=excess), square, out=np.zeros(len(square)), where=square > 0)
    return np.sqrt(np.clip(pooled, 0.0, MOST_CV**2))[cell], np.zeros(size)


def _groups(queues: pd.Series, by: str | Mapping[str, str]) -> pd.Series:
    if not isinstance(by, str):
        return queues.map(dict(by))
    if by == "queue":
        return queues
    if by == "total":
        return pd.Series("total", index=queues.index)
    if by not in PARTS:
        raise BadValue(f"queue, total, {', '.join(PARTS)} or a group by queue", column="by", found=by)
    place = PARTS.index(by)
    parts = {name: str(name).split(SEPARATOR) for name in queues.unique()}
    return queues.map({name: own[place] if len(own) > place else OTHER for name, own in parts.items()})


def _period_starts(starts: pd.Series, period: str, timezone: str) -> pd.DatetimeIndex:
    """The first moment (UTC) of the period of each row."""
    if period not in PERIODS:
        raise BadValue(f"one of {', '.join(PERIODS)}", column="period", found=period)
    if period == "interval":
        return pd.DatetimeIndex(starts)
    days = local_days(starts, timezone)
    if period == "week":
        days = days - pd.to_timedelta(days.day_of_week, unit="D")
    elif period == "month":
        days = days - pd.to_timedelta(days.day - 1, unit="D")
    distinct, of_row = np.unique(days, return_inverse=True)
    return local_midnights(pd.DatetimeIndex(distinct), timezone)[of_row]


def _own_quantiles(found: pd.DataFrame, rows: pd.DataFrame, cell: np.ndarray) -> pd.DataFrame:
    """`found` with a single row's own quantiles where a sum has one row."""
    if not set(QUANTILES) <= set(rows):
        return found
    own = rows[list(QUANTILES)].to_numpy(dtype=float)
    single = (found["intervals"].to_numpy()[cell] == 1) & ~np.isnan(own).any(axis=1)
    values = found[list(QUANTILES)].to_numpy(copy=True)
    values[cell[single]] = own[single]
    return found.assign(**dict(zip(QUANTILES, values.T, strict=True)))


def _empty() -> pd.DataFrame:
    columns = {"group": pd.Series([], dtype="str"), "start": pd.DatetimeIndex([], dtype="datetime64[us, UTC]")}
    numbers = {name: np.zeros(0) for name in ("offered", *QUANTILES)}
    return pd.DataFrame({**columns, **numbers, "intervals": np.zeros(0, dtype=np.int64)})
