"""Speed of the Erlang sums: 100,000 intervals a call, against a plain loop of the recursion in the same run."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from benchmarks.registry import BenchSpec, Row, seconds_of
from scheduling.queueing import evaluate_cases

INTERVALS = 100_000
SIZES = {"1-50 E": (1, 50), "50-500 E": (50, 500), "1-5 kE": (1000, 5000), "10-20 kE": (10_000, 20_000)}


def plain_required(load_erlangs: float, aht_seconds: float) -> int:
    """The textbook loop: Erlang B recursion from zero, one agent more until 80 % in 20 s."""
    blocked, agents = 1.0, 0
    while True:
        agents += 1
        blocked = load_erlangs * blocked / (agents + load_erlangs * blocked)
        if agents <= load_erlangs:
            continue
        waits = agents * blocked / (agents - load_erlangs * (1 - blocked))
        if 1 - waits * np.exp(-(agents - load_erlangs) * 20 / aht_seconds) >= 0.8:
            return agents


def plain_all(frame: pd.DataFrame) -> list[int]:
    """The textbook loop over every case of a frame."""
    return [plain_required(load, aht) for load, aht in zip(frame["load_erlangs"], frame["aht_seconds"], strict=True)]


def cases(model: str, low: float, high: float) -> pd.DataFrame:
    """Random sizing cases: 80/20, handle times of 2 to 10 minutes, patience 120 s."""
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "case": np.arange(INTERVALS).astype(str),
            "model": model,
            "load_erlangs": rng.uniform(low, high, INTERVALS),
            "aht_seconds": rng.uniform(120, 600, INTERVALS),
            "answer_within_seconds": 20.0,
            "patience_seconds": 120.0 if model == "erlang_a" else np.nan,
            "target_service_level": 0.8,
        }
    )


def measure() -> list[Row]:
    """Seconds for 100,000 sizings by model and size, and how many times faster than the plain loop (Erlang C)."""
    rows: list[Row] = []
    for label, (low, high) in SIZES.items():
        for model in ("erlang_c", "erlang_a"):
            frame = cases(model, low, high)
            seconds = seconds_of(partial(evaluate_cases, frame), repeats=1)
            row: dict[str, float | int | str] = {"model": model, "size": label, "seconds": round(seconds, 2)}
            if model == "erlang_c":
                few = frame.head(200 if high <= 500 else 20)
                loop = seconds_of(partial(plain_all, few), repeats=1)
                row["times_faster_than_a_loop"] = round(loop / len(few) * INTERVALS / seconds)
            rows.append(row)
    return rows


BENCH = BenchSpec("erlang", "100,000 staffing sums, file-like frame to frame", measure)
