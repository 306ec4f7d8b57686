"""Speed of the forecast with intervals and its own backtest, on made histories, and its growth with the queues.

Each figure is of one fresh process; the 4-week average goes through the same door, LightGBM (no intervals, no backtest)
runs in the peers' environment. Ten thousand queues go through the command line, from a file to a file, on all cores.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.growth_plot import growth_svg
from benchmarks.peer_process import ONE_THREAD, PYTHON, launch
from benchmarks.registry import ROOT, BenchSpec, Effort, Row, Tables
from benchmarks.synthetic import FIRST_DAY, synthetic_history
from connectors import write_table

TWO_YEARS_DAYS, HALF_YEAR_DAYS = 730, 182
GROWTH: dict[Effort, tuple[int, ...]] = {
    "quick": (50, 100, 200, 400),
    "usual": (50, 100, 200, 400, 800, 1600, 3000),
    "full": (50, 100, 200, 400, 800, 1600, 3000),
}
COMMAND_LINE = "10,000 daily, 2 years, smena forecast"
SECONDS_BOUND = {"200 daily, 2 years": 4.0, "20 half-hourly, 6 months": 2.0, COMMAND_LINE: 300.0}
MEMORY_BOUND_MB = {"200 daily, 2 years": 400.0, "20 half-hourly, 6 months": 400.0}
PLOT = ROOT / "docs" / "growth-forecast.svg"


def timed(queues: int, days: int, minutes: int, model: str = "default") -> dict[str, float]:
    """CPU and wall seconds and peak MB of one forecast in a fresh process with one thread a library."""
    words = [str(queues), str(days), str(minutes), model]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.forecast_child", *words],
        cwd=ROOT, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    record: dict[str, float] = json.loads(done.stdout)
    return record


def timed_command(queues: int, days: int) -> dict[str, float]:
    """The same of `smena forecast` on a Parquet file of daily queues, start and reading included.

    CPU seconds are of the command and its workers, peak MB of the largest of these processes.
    """
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "history.parquet", Path(name) / "forecast.parquet"
        write_table(synthetic_history(queues, days, 1440), source)
        words = ["forecast", str(source), "--out", str(target), "--calendar", "US", "--quiet"]
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "planning", *words], cwd=ROOT, env={**os.environ, **ONE_THREAD}, check=True
        )
        seconds, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
        rows = len(pd.read_parquet(target, columns=["queue"]))
    return {
        "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "wall_seconds": seconds,
        "rows": rows,
        "peak_mb": after.ru_maxrss / 1024,
    }


def lightgbm_seconds(queues: int, days: int) -> float:
    """CPU seconds of the peers' LightGBM on the same daily history; NaN where it is not installed."""
    if not PYTHON.exists():
        return float("nan")
    history = synthetic_history(queues, days + 28, 1440).rename(columns={"offered": "contacts"})
    history["start"] = history["start"].dt.tz_localize(None)
    origin = FIRST_DAY + pd.Timedelta(days=days)
    task = {"name": "speed", "grain": "daily", "minutes": 1440, "origins": [f"{origin:%Y-%m-%d}"]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        history.to_parquet(folder / "speed.daily.parquet", index=False)
        launch(folder, [{**task, "models": ["LightGBM"], "holidays": {}}]).process.wait()
        return float(json.loads((folder / "log.jsonl").read_text("utf-8"))["seconds"])


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """b of seconds = a · sizeᵇ by least squares of the logarithms: 1 is linear growth."""
    slope, _ = np.polyfit(np.log(sizes), np.log(seconds), 1)
    return float(slope)


def measure(effort: Effort = "usual") -> list[Row]:
    """The bounded cases (`kind` case), then growth (`kind` growth), whose picture is written too."""
    rows: list[Row] = []
    for name, queues, days, minutes in (
        ("200 daily, 2 years", 200, TWO_YEARS_DAYS, 1440),
        ("20 half-hourly, 6 months", 20, HALF_YEAR_DAYS, 30),
    ):
        rows.append(case_row(name, "smena", timed(queues, days, minutes)))
        rows.append(case_row(name, "4-week average", timed(queues, days, minutes, "weekday_average_4")))
    if effort == "full":
        rows.append(case_row(COMMAND_LINE, "smena", timed_command(10_000, TWO_YEARS_DAYS)))
    seconds = lightgbm_seconds(200, TWO_YEARS_DAYS)
    rows.append(
        {"kind": "case", "case": "200 daily, 2 years", "model": "LightGBM, no intervals", "cpu_seconds": seconds}
    )
    return rows + growth_rows(GROWTH[effort])


def case_row(name: str, model: str, took: dict[str, float]) -> Row:
    """One case with its bounds; the verdict is on the product's wall seconds and memory."""
    row = {"kind": "case", "case": name, "model": model, **took}
    if model != "smena":
        return row
    megabytes = MEMORY_BOUND_MB.get(name, float("inf"))
    fits = took["wall_seconds"] <= SECONDS_BOUND[name] and took["peak_mb"] <= megabytes
    return {
        **row,
        "bound_seconds": SECONDS_BOUND[name],
        "bound_mb": MEMORY_BOUND_MB.get(name),
        "verdict": "ok" if fits else "MISSED",
    }


def growth_rows(sizes: tuple[int, ...]) -> list[Row]:
    """CPU seconds by number of daily queues, the fitted exponent, and the picture in the docs."""
    took = {size: timed(size, TWO_YEARS_DAYS, 1440) for size in sizes}
    seconds = [took[size]["cpu_seconds"] for size in sizes]
    slope = exponent(list(sizes), seconds)
    PLOT.write_text(growth_svg(list(sizes), seconds, slope), "utf-8")
    rows: list[Row] = [{"kind": "growth", "queues": size, **took[size]} for size in sizes]
    return [*rows, {"kind": "growth", "queues": "exponent", "cpu_seconds": slope}]


def tables(rows: list[Row]) -> Tables:
    """The bounded cases and the growth."""
    frame = pd.DataFrame(rows)
    cases = frame[frame["kind"] == "case"].drop(columns=["kind", "queues"]).round(1)
    growth = frame.loc[frame["kind"] == "growth", ["queues", "cpu_seconds", "wall_seconds", "peak_mb"]].round(2)
    return {"seconds and peak memory": cases, "growth with the number of daily queues, 2 years each": growth}


BENCH = BenchSpec(
    "forecast_speed", "forecast with intervals and backtest, one process", measure, has_effort=True, tables=tables
)
