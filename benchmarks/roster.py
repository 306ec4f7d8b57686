"""Rosters of a made-up call centre: seconds to a legal one, the gap to the proven bound, breaches found by the audit.

`make_call_centre` makes people of six agreements (full time, a rota with long shifts, three kinds of part time, nights)
and four skill sets, leave and wishes; twenty per cent more work than contracts hold, so that cover is always short.
"""

from __future__ import annotations

import resource
import time

import pandas as pd

from benchmarks.call_centre import CallCentre, make_call_centre
from benchmarks.registry import BenchSpec, Effort, Row, Tables
from domain.people import RuleBook
from scheduling import audit, make_roster

TIGHT = 1.2
SIZES: dict[Effort, tuple[tuple[int, int], ...]] = {
    "quick": ((50, 1),),
    "usual": ((50, 1), (200, 4)),
    "full": ((50, 1), (200, 4), (1000, 4)),
}
ROUNDS = (0, 5, 20, 60)
ROUNDS_LARGE = (0, 5)
LARGE_PERSON_WEEKS = 2000


def measure(effort: Effort = "usual") -> list[Row]:
    """One row a size and number of rounds."""
    make_roster(*_inputs(make_call_centre(20, 1, tight=TIGHT)), iterations=1)  # compiled code is loaded once
    rows: list[Row] = []
    for people, weeks in SIZES[effort]:
        centre = make_call_centre(people, weeks, tight=TIGHT)
        for rounds in ROUNDS_LARGE if people * weeks > LARGE_PERSON_WEEKS else ROUNDS:
            rows.append(_row(centre, people, weeks, rounds))
    return rows


def _row(centre: CallCentre, people: int, weeks: int, rounds: int) -> Row:
    first: dict[str, float] = {}
    begin, cpu = time.perf_counter(), time.process_time()

    def note(stage: str, done: int, total: int) -> None:
        first.setdefault(f"{stage} {min(done, 1)}", time.perf_counter() - begin)

    result = make_roster(*_inputs(centre), time_off=centre.time_off, iterations=rounds, progress=note)
    seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - cpu
    breaches = audit(result.roster, centre.people, centre.book, time_off=centre.time_off)
    summary = result.summary
    need = float(summary["required_hours"])
    return {
        "people": people,
        "weeks": weeks,
        "rounds": rounds,
        "legal_after_s": round(first.get("people 1", seconds), 2),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "cost": round(float(summary["cost"]), 1),
        "bound": round(float(summary["bound"]), 1),
        "cost_gap_%": round(100 * float(summary["gap"]), 2),
        "hours_gap_%": round(100 * (summary["cost"] - summary["bound"]) / centre.book.cover.under_per_hour / need, 3),
        "uncovered_%": round(100 * float(summary["uncovered_hours"]) / need, 2),
        "hard_breaches": int((breaches["strictness"] == "forbid").sum()),
        "peak_MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _inputs(centre: CallCentre) -> tuple[pd.DataFrame, pd.DataFrame, RuleBook]:
    return centre.requirements, centre.people, centre.book


def tables(rows: list[Row]) -> Tables:
    """One table."""
    return {"hours gap: (cost − bound) ÷ price of a missing hour ÷ hours needed": pd.DataFrame(rows)}


BENCH = BenchSpec(
    "roster", "rosters of a made-up call centre: speed, proven gap", measure, has_effort=True, tables=tables
)
