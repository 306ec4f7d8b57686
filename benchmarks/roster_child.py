"""One roster of the made-up call centre in a process of its own, so that its peak memory is its own.

    python -m benchmarks.roster_child PEOPLE WEEKS ROUNDS [SEED]

Prints one JSON line: a row of the benchmark `roster`, and how its cost fell in time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

from benchmarks.call_centre import CallCentre, make_call_centre
from benchmarks.peer_process import ONE_THREAD
from benchmarks.registry import ROOT, Row, peak_mb
from scheduling import audit, make_roster

TIGHT = 1.2


def run(people: int, weeks: int, rounds: int, seed: int = 1) -> dict[str, Any]:
    """The row of a fresh process with one thread a library."""
    words = [str(number) for number in (people, weeks, rounds, seed)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.roster_child", *words],
        cwd=ROOT, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    row: dict[str, Any] = json.loads(done.stdout)
    return row


def roster_row(centre: CallCentre, rounds: int) -> Row:
    """What one roster took and what it is worth: bound and gaps, breaches by the audit."""
    first: dict[str, float] = {}
    begin, cpu = time.perf_counter(), time.process_time()

    def note(stage: str, done: int, total: int) -> None:
        first.setdefault(f"{stage} {min(done, 1)}", time.perf_counter() - begin)

    result = make_roster(
        centre.requirements, centre.people, centre.book, **centre.beside, iterations=rounds, progress=note
    )
    seconds, cpu_seconds, peak = time.perf_counter() - begin, time.process_time() - cpu, peak_mb()
    breaches = audit(result.roster, centre.people, centre.book, **centre.beside)
    summary = result.summary
    need, gap = float(summary["required_hours"]), float(summary["cost"] - summary["bound"])
    return {
        "legal_after_s": round(first.get("people 1", seconds), 2),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "cost": round(float(summary["cost"]), 1),
        "bound": round(float(summary["bound"]), 1),
        "cost_gap_%": round(100 * float(summary["gap"]), 2),
        "hours_gap_%": round(100 * gap / centre.book.cover.under_per_hour / need, 3),
        "uncovered_%": round(100 * float(summary["uncovered_hours"]) / need, 2),
        "hard_breaches": int((breaches["strictness"] == "forbid").sum()),
        "peak_MB": round(peak),
    }


def main(words: list[str]) -> None:
    """Make the call centre, plan it, print the row."""
    people, weeks, rounds, seed = (int(word) for word in [*words, "1"][:4])
    small = make_call_centre(20, 1, tight=TIGHT)
    make_roster(small.requirements, small.people, small.book, iterations=1)  # compiled code is loaded once
    row = roster_row(make_call_centre(people, weeks, tight=TIGHT, seed=seed), rounds)
    print(json.dumps({"people": people, "weeks": weeks, "rounds": rounds, **row}))


if __name__ == "__main__":
    main(sys.argv[1:])
