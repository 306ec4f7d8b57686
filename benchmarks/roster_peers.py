"""The roster of the made-up call centre by the product and by its peers in one run, scored by one measure.

The product has a time limit; so have the peers, not counting the building of their models:
- *PuLP + HiGHS*: the plain mixed-integer program of all rules (`roster_program`), two threads;
- *CP-SAT*: the same rows and costs as whole numbers (`roster_solvers`), two workers;
  both begin with the roster in which nobody works;
- *pyworkforce*: MinAbsDifference, then MinHoursRoster, as far as they can say the problem (`roster_solvers`).
Unequal shares cost nothing here, for every method: the plain programs have no rows for them.
Every roster becomes a ROSTER table. Its cost is that of `compare`, breaches are those of `audit`, the hours gap is
(cost − the product's proven bound) ÷ price of a missing hour ÷ hours needed; the peers' own bounds hold for their
narrower programs only, with breaks that stand. Every process is on its own. Who can't build a model in
`BUILD_SECONDS_MOST` and `MEMORY_MOST_MB` is told so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.curves import Curve, curves_svg
from benchmarks.peer_process import ONE_THREAD, PYTHON
from benchmarks.registry import ROOT, BenchSpec, Effort, Row, Tables

SIZES: dict[Effort, tuple[tuple[int, int], ...]] = {
    "quick": ((50, 1),),
    "usual": ((50, 1), (200, 1), (1000, 1)),
    "full": ((50, 1), (200, 1), (1000, 1), (200, 4)),
}
LIMIT_SECONDS = 60.0
BUILD_SECONDS_MOST = 120.0
MEMORY_MOST_MB = 4000
ROUNDS = 60
GAPS = (5.0, 2.0, 1.0, 0.5)  # % of the hours needed
PICTURE = ROOT / "docs" / "gap-roster.svg"


def measure(effort: Effort = "usual") -> list[Row]:
    """A row a size and method; writes the picture of gaps in time."""
    rows: list[Row] = []
    curves: list[Curve] = []
    for people, weeks in SIZES[effort]:
        found = _size(people, weeks)
        told = [{name: value for name, value in row.items() if name != "trace"} for row in found]
        print(*told, sep="\n", flush=True)  # a size takes minutes: what is known is not lost with the next
        rows += told
        curves += [
            Curve(f"{row['method']}, {people} × {weeks}", *falling(row["trace"], row["limit_s"]))
            for row in found
            if row["trace"]
        ]
    PICTURE.write_text(
        curves_svg("Hours gap to the proven bound in time, people × weeks", "seconds", "hours gap, %", curves), "utf-8"
    )
    return rows


def _size(people: int, weeks: int) -> list[dict[str, Any]]:
    """Every method on one size, scored."""
    from benchmarks.roster_child import run

    seconds = LIMIT_SECONDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own, trace = run(people, weeks, ROUNDS, seconds=seconds, write=folder / "smena.parquet", shares=False)
        said: dict[str, dict[str, Any]] = {
            "smena": {
                "trace": trace,
                "peak_mb": own["peak_MB"],
                "bound": own["bound"],
                "cpu_seconds": own["cpu_seconds"],
            }
        }
        words = [str(people), str(weeks), str(seconds), str(folder)]
        said["PuLP + HiGHS"] = _child([sys.executable, "-m", "benchmarks.roster_program", *words], seconds)
        if PYTHON.exists():
            _child([sys.executable, "-m", "benchmarks.roster_score", "pools", *words[:2], words[3]], seconds)
            script = [str(PYTHON), "-m", "benchmarks.roster_solvers"]
            if (folder / "program.npz").exists():
                said["CP-SAT"] = _child([*script, "cpsat", *words[2:]], seconds)
                begun = float(said["PuLP + HiGHS"].get("write_seconds", 0.0))
                said["CP-SAT"]["trace"] = [(at + begun, cost) for at, cost in said["CP-SAT"].get("trace", [])]
            said["pyworkforce"] = _child([*script, "pyworkforce", *words[2:]], seconds)
        else:
            print("OR-Tools and pyworkforce are not installed: the table is without them; see .ci/setup bench")
        scored = _child([sys.executable, "-m", "benchmarks.roster_score", "score", *words[:2], words[3]], seconds)
    if "fault" in scored:
        raise RuntimeError(scored["fault"])
    return [_row(name, people, weeks, seconds, own["bound"], method, scored) for name, method in said.items()]


def _row(
    name: str, people: int, weeks: int, seconds: float, bound: float, said: dict[str, Any], scored: dict[str, Any]
) -> dict[str, Any]:  # fmt: skip
    """One line: what it took, what its roster is worth, when its gap fell under each of `GAPS`."""
    worth, hour = scored["rosters"].get(name), scored["under_per_hour"] * scored["required_hours"]
    gaps = [(at, 100 * (cost - bound) / hour) for at, cost in said.get("trace", [])]
    row: dict[str, Any] = {"method": name, "people": people, "weeks": weeks, "limit_s": seconds}
    row |= {"built_s": round(float(said["build_seconds"]), 1)} if said.get("build_seconds") else {}
    row |= {"first_s": round(gaps[0][0], 1)} if gaps else {}
    if worth is not None:
        row |= {"cost": worth["cost"], "hours_gap_%": round(100 * (worth["cost"] - bound) / hour, 2)}
        row |= {name: worth[name] for name in ("uncovered_%", "hard_breaches", "agents")}
    row |= {f"to_{gap:g}%_s": round(next((at for at, own in gaps if own <= gap), np.nan), 1) for gap in GAPS}
    own_bound = said.get("bound")
    row |= {"own_bound": round(own_bound, 1)} if own_bound is not None else {}
    row |= {
        name: round(float(said[key]), 1)
        for name, key in (("cpu_s", "cpu_seconds"), ("peak_MB", "peak_mb"))
        if key in said
    }
    row["words"] = _words(name, worth, said)
    return row | {"trace": gaps}


def _words(name: str, worth: dict[str, Any] | None, said: dict[str, Any]) -> str:
    if "fault" in said:
        return str(said["fault"])
    if name == "pyworkforce":
        asked = ", ".join(f"{pool} {share:g}" for pool, share in said["asked"].items()) or "no pool"
        return f"share of its need that a pool could do: {asked}"
    if worth is None:
        return "no roster within the limit"
    return "" if worth["agents"] else "nothing better than nobody at work"


def _child(command: list[str], seconds: float) -> dict[str, Any]:
    """What a child says; a fault where it takes too long, too much memory or fails otherwise."""
    begin = time.perf_counter()
    limited = ["prlimit", f"--data={MEMORY_MOST_MB * 2**20}", *command] if sys.platform == "linux" else command
    try:
        done = subprocess.run(
            limited, cwd=ROOT, env={**os.environ, **ONE_THREAD}, capture_output=True, check=False,
            timeout=seconds + BUILD_SECONDS_MOST,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"fault": f"not done after {time.perf_counter() - begin:.0f} s"}
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return {"fault": f"ended with code {done.returncode} ({MEMORY_MOST_MB} MB allowed): {last[:200]}"}
    said: dict[str, Any] = json.loads(done.stdout.decode("utf-8").strip().rpartition("\n")[2])
    return said


def falling(gaps: list[tuple[float, float]], end: float) -> tuple[list[float], list[float]]:
    """The best gap so far as steps (seconds, gap) that end with the limit."""
    across, up = [gaps[0][0]], [gaps[0][1]]
    for at, gap in gaps[1:]:
        if gap < up[-1]:
            across += [at, at]
            up += [up[-1], gap]
    return [*across, max(end, across[-1])], [*up, up[-1]]


def tables(rows: list[Row]) -> Tables:
    """A table a size."""
    frame = pd.DataFrame(rows)
    parts = frame.groupby(["people", "weeks"], sort=False)
    return {f"{people} people, {weeks} week(s)": own.dropna(axis=1, how="all") for (people, weeks), own in parts}


BENCH = BenchSpec(
    "roster_peers", "rosters by the product, OR-Tools, PuLP + HiGHS and pyworkforce", measure, has_effort=True,
    tables=tables,
)  # fmt: skip
