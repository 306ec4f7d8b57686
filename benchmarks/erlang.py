"""Speed of the Erlang sums: 100,000 intervals a call, in the same run against a plain loop of the recursion and, where
the benchmarks' environment has it, pyworkforce 0.5.4 (a sample of the same cases, scaled up; seconds of its own clock).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.registry import ROOT, BenchSpec, Row, seconds_of
from scheduling.queueing import evaluate_cases

INTERVALS = 100_000
PEER_CASES = 200
PEER_SECONDS_MOST = 60  # one of its Erlang A sums can take hours: then a bound from below is printed
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


PEER = """
import json, sys, time
from pyworkforce.queuing import ErlangA, ErlangC
cases = json.load(sys.stdin)
begin, limit, done = time.perf_counter(), 20.0, 0
for load, aht, patience in cases:
    keys = dict(transactions=load * 1800 / aht, aht=aht / 60, asa=20 / 60, interval=30)
    queue = ErlangA(**keys, patience=patience / 60) if patience else ErlangC(**keys)
    queue.required_positions(service_level=0.8)
    done += 1
    print(json.dumps([done, time.perf_counter() - begin], separators=(",", ":")), flush=True)
    if time.perf_counter() - begin > limit:
        break
"""


def peer_seconds(frame: pd.DataFrame) -> tuple[float, bool] | None:
    """Seconds that pyworkforce takes for one case, over a few, and whether the first was given up as too slow.

    None where it is not installed or fails.
    """
    python = ROOT / ".venv-bench" / "bin" / "python"
    if not python.exists():
        return None
    patience = frame["patience_seconds"].fillna(0)
    given = list(zip(frame["load_erlangs"], frame["aht_seconds"], patience, strict=True))
    done, seconds = 0, float(PEER_SECONDS_MOST)
    try:
        found = subprocess.run(
            [python, "-c", PEER], input=json.dumps(given), capture_output=True, text=True, check=False,
            timeout=PEER_SECONDS_MOST,
        )  # fmt: skip
    except subprocess.TimeoutExpired as given_up:
        lines = (given_up.stdout or b"").decode().split()
        if lines:
            done, seconds = json.loads(lines[-1])
        return float(seconds) / max(done, 1), not lines
    if found.returncode:
        return None
    done, seconds = json.loads(found.stdout.splitlines()[-1])
    return float(seconds / done), False


def file_to_file() -> Row:
    """`smena erlang` on a file of 100,000 Erlang A cases, start of the program included."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "cases.csv", Path(folder) / "out.csv"
        cases("erlang_a", 1, 500).to_csv(source, index=False)
        begin, used = time.perf_counter(), children_cpu_seconds()
        subprocess.run([sys.executable, "-m", "planning", "erlang", source, "--out", out], check=True, cwd=ROOT)
        seconds, cpu = time.perf_counter() - begin, children_cpu_seconds() - used
        return {
            "model": "erlang_a", "size": "file to file", "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2),
        }  # fmt: skip


def children_cpu_seconds() -> float:
    """Of all child processes that have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def measure() -> list[Row]:
    """Seconds for 100,000 sizings by model and size, and how many times faster than the plain loop (Erlang C)."""
    rows: list[Row] = []
    for label, (low, high) in SIZES.items():
        for model in ("erlang_c", "erlang_a"):
            frame = cases(model, low, high)
            used = time.process_time()
            seconds = seconds_of(partial(evaluate_cases, frame), repeats=1)
            row: dict[str, float | int | str] = {"model": model, "size": label, "seconds": round(seconds, 2)}
            row["cpu_seconds"] = round(time.process_time() - used, 2)  # what a busy machine does not stretch
            if model == "erlang_c":
                few = frame.head(200 if high <= 500 else 20)
                loop = seconds_of(partial(plain_all, few), repeats=1)
                row["times_faster_than_a_loop"] = round(loop / len(few) * INTERVALS / seconds)
            peer = peer_seconds(frame.head(PEER_CASES))
            if peer is not None:
                whole, more = peer[0] * INTERVALS, "> " if peer[1] else ""
                row["pyworkforce_seconds"] = f"{more}{whole:.0f}"
                row["times_faster_than_pyworkforce"] = f"{more}{whole / seconds:.0f}"
            rows.append(row)
    return [*rows, file_to_file()]


BENCH = BenchSpec("erlang", "100,000 staffing sums, file-like frame to frame", measure)
