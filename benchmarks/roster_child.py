"""One roster of the made-up call centre in a process of its own, so that its peak memory is its own.

    python -m benchmarks.roster_child '{"people": 50, "weeks": 1, "rounds": 60}'

Prints one JSON line: a row of the benchmark `roster`, and how its cost fell in time. Other keys: `seconds` (a time
limit), `write` (a file for the roster), `shares` (false: unequal shares cost nothing).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.call_centre import make_call_centre
from benchmarks.peer_process import ONE_THREAD
from benchmarks.registry import ROOT, peak_mb
from scheduling import audit, make_roster

TIGHT = 1.2


def run(
    people: int,
    weeks: int,
    rounds: int,
    *,
    seconds: float | None = None,
    write: Path | None = None,
    shares: bool = True,
) -> Any:
    """(row, trace) of a fresh process with one thread a library; trace: pairs of seconds and cost."""
    task = {"people": people, "weeks": weeks, "rounds": rounds, "seconds": seconds, "shares": shares}
    task |= {"write": None if write is None else str(write)}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.roster_child", json.dumps(task)],
        cwd=ROOT, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    return said["row"], said["trace"]


def roster_row(task: dict[str, Any]) -> dict[str, Any]:
    """What one roster took and what it is worth: bound and gaps, breaches by the audit."""
    centre = make_call_centre(task["people"], task["weeks"], tight=TIGHT, shares=task.get("shares", True))
    trace: list[tuple[float, float]] = []
    first: dict[str, float] = {}
    begin, cpu = time.perf_counter(), time.process_time()

    def note(stage: str, done: int, total: int) -> None:
        first.setdefault(f"{stage} {min(done, 1)}", time.perf_counter() - begin)

    result = make_roster(
        centre.requirements, centre.people, centre.book, **centre.beside, iterations=task["rounds"],
        time_limit_seconds=task.get("seconds"), progress=note,
        trace=lambda cost: trace.append((time.perf_counter() - begin, cost)),
    )  # fmt: skip
    seconds, cpu_seconds, peak = time.perf_counter() - begin, time.process_time() - cpu, peak_mb()
    if task.get("write"):
        result.roster.to_parquet(task["write"], index=False)
    breaches = audit(result.roster, centre.people, centre.book, **centre.beside)
    summary = result.summary
    need, gap = float(summary["required_hours"]), float(summary["cost"] - summary["bound"])
    shares = float(summary["costs"]["fairness"])  # of which the bound knows nothing
    row = {
        **{name: task[name] for name in ("people", "weeks", "rounds")},
        "legal_after_s": round(first.get("people 1", seconds), 2),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "cost": round(float(summary["cost"]), 1),
        "bound": round(float(summary["bound"]), 1),
        "cost_gap_%": round(100 * float(summary["gap"]), 2),
        "gap_without_shares_%": round(100 * (gap - shares) / float(summary["bound"]), 2),
        "hours_gap_%": round(100 * gap / centre.book.cover.under_per_hour / need, 3),
        "uncovered_%": round(100 * float(summary["uncovered_hours"]) / need, 2),
        "hard_breaches": int((breaches["strictness"] == "forbid").sum()),
        "peak_MB": round(peak),
    }
    return {"row": row, "trace": trace}


if __name__ == "__main__":
    small = make_call_centre(20, 1, tight=TIGHT)
    make_roster(small.requirements, small.people, small.book, iterations=1)  # compiled code is loaded once
    print(json.dumps(roster_row(json.loads(sys.argv[1]))))
