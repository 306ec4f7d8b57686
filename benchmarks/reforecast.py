"""The rest of today from the day so far: midnight forecast, raw ratio, Gamma–Poisson factor and `smena reforecast`.

Each of the last days of a set is forecast at midnight by `make_forecast` with `calendar_lanes`, then reforecast at the
cuts. WAPE is Σ|y − ŷ| ÷ Σy over the rest of the days: of the intervals, and of the remaining total. The change of the
latter against the midnight forecast is given for several windows: ten days of a small queue are mostly luck. A few
single errors decide them, so a change of two percent there is within the noise of any correction at all.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from benchmarks.registry import SHARED, BenchSpec, Row
from domain import IntervalGrid, public_holidays
from forecast import make_forecast, reforecast_day

CUTS = (9, 10, 12, 14, 17)
GAMMA_POISSON_CV = 0.1  # of a day's rate, a priori
METHODS = ("midnight", "raw_ratio", "gamma_poisson", "reforecast")
WINDOWS_DAYS = (10, 20, 40, 60)  # the last days of a set
SHOWN_DAYS = 40  # of the WAPE columns
SETS = {  # grid in minutes, holidays
    "bank": (30, "US"),
    "rabobank": (30, "NL"),
    "mont911": (30, "US-PA"),
    "nycems": (60, "US-NY"),
}


def history_of(name: str) -> pd.DataFrame:
    """HISTORY of a set; its wall clock counts as UTC."""
    if name == "bank":
        return _counted("bank_calls_5min", "30min")
    if name == "nycems":
        hours = _counted("nyc_ems_hourly", "60min")
        return hours[(hours["queue"] != "nyc_ems_total") & hours["start"].between("2018-06-01", "2020-01-01", "left")]
    if name == "rabobank":
        return _tickets("rabobank_itsm_incidents", None, "2013-10-01", "2014-04-01")
    return _tickets("montco_911_calls", "category", "2015-12-11", "2016-08-24")


def _counted(file: str, step: str) -> pd.DataFrame:
    frame = pd.read_parquet(SHARED / "data" / f"{file}.parquet")
    start = frame["ts"].dt.floor(step).dt.tz_localize("UTC")
    volume = frame["volume"].astype("float64").groupby([frame["series_id"], start]).sum(min_count=1).dropna()
    return volume.rename_axis(["queue", "start"]).rename("offered").reset_index()


def _tickets(file: str, by: str | None, first: str, end: str) -> pd.DataFrame:
    frame = pd.read_parquet(SHARED / "data" / f"{file}.parquet")
    frame = frame[frame["created_at"].between(first, end, inclusive="left")]
    start = frame["created_at"].dt.floor("30min").dt.tz_localize("UTC")
    queue = frame[by].astype("str") if by else pd.Series("all", index=frame.index)
    counts = frame.groupby([queue, start]).size()
    every = pd.date_range(first, end, freq="30min", inclusive="left", tz="UTC")
    grid = pd.MultiIndex.from_product([sorted(queue.unique()), every], names=["queue", "start"])
    return counts.reindex(grid, fill_value=0).astype("float64").rename("offered").reset_index()


def errors_of(name: str) -> tuple[pd.DataFrame, list[float]]:
    """(one row a queue, day, cut and method: came, interval and total error; CPU milliseconds a queue of each call)."""
    minutes, country = SETS[name]
    history, grid = history_of(name), IntervalGrid(minutes)
    day = history["start"].dt.normalize()
    holidays = public_holidays(country, range(int(day.dt.year.min()), int(day.dt.year.max()) + 1))
    found: list[Row] = []
    millis: list[float] = []
    tried = np.sort(day.unique())[-max(WINDOWS_DAYS) :]
    for back, midnight in zip(range(len(tried), 0, -1), tried, strict=True):
        today = history[day == midnight]
        before = history[history["start"] < midnight]
        options = {"as_of": midnight, "horizon_days": 1, "grid": grid, "holidays": holidays, "origins": 0}
        stood = make_forecast(before, model="calendar_lanes", **options).forecast
        for cut in () if stood.empty else CUTS:  # closed: nothing to compare
            now = midnight + pd.Timedelta(hours=cut)
            seen = history[history["start"] < now]
            begin = time.process_time()
            rest = reforecast_day(seen, stood, now, grid, holidays=holidays).forecast
            millis.append(1000 * (time.process_time() - begin) / max(stood["queue"].nunique(), 1))
            found += [{**row, "back": back} for row in _compared(stood, rest, today, now, cut)]
    return pd.DataFrame(found), millis


def _compared(stood: pd.DataFrame, rest: pd.DataFrame, today: pd.DataFrame, now: pd.Timestamp, cut: int) -> list[Row]:
    rows: list[Row] = []
    together = stood.merge(today, on=["queue", "start"], suffixes=("", "_came"))
    together = together.merge(
        rest[["queue", "start", "offered"]], how="left", on=["queue", "start"], suffixes=("", "_new")
    )
    for queue, frame in together.groupby("queue"):
        over, ahead = frame[frame["start"] < now], frame[frame["start"] >= now]
        expected, came = over["offered"].sum(), over["offered_came"].sum()
        if expected <= 0 or ahead.empty:
            continue
        prior = 1 / GAMMA_POISSON_CV**2
        factors = {"midnight": 1.0, "raw_ratio": came / expected, "gamma_poisson": (prior + came) / (prior + expected)}
        actual = ahead["offered_came"].to_numpy()
        for method in METHODS:
            said = ahead["offered"] * factors[method] if method in factors else ahead["offered_new"]
            missed = actual - said.to_numpy()
            rows.append(
                {
                    "queue": str(queue),
                    "cut": cut,
                    "method": method,
                    "came": float(actual.sum()),
                    "intervals": float(np.abs(missed).sum()),
                    "total": float(abs(missed.sum())),
                }
            )
    return rows


def measure() -> list[Row]:
    """One row a set, queue and cut: WAPE % of intervals/remaining total by method over the last forty days, change of
    the latter over several windows, CPU ms a queue.
    """
    rows: list[Row] = []
    for name in SETS:
        errors, millis = errors_of(name)
        for (queue, cut), group in errors.groupby(["queue", "cut"]):
            sums = _sums(group, SHOWN_DAYS)
            wape = 100 * sums[["intervals", "total"]].div(sums["came"], axis=0)
            row: dict[str, float | int | str] = {"set": name, "queue": str(queue), "cut": f"{cut}:00"}
            for method in METHODS:
                row[method] = f"{wape.loc[method, 'intervals']:.2f}/{wape.loc[method, 'total']:.2f}"
            for days in WINDOWS_DAYS:
                total = _sums(group, days)["total"]
                row[f"change_%_{days}d"] = round(float(100 * (total["reforecast"] / total["midnight"] - 1)), 1)
            rows.append({**row, "cpu_ms_a_queue": round(float(np.median(millis)), 1)})
    return rows


def _sums(errors: pd.DataFrame, days: int) -> pd.DataFrame:
    """Came, interval and total error by method over the last `days` days of a set."""
    return errors[errors["back"] <= days].groupby("method")[["came", "intervals", "total"]].sum()


BENCH = BenchSpec("reforecast", "WAPE % of the rest of the day, intervals/remaining total", measure, needs_shared=True)
