"""How the time of a roster grows with people and with weeks, to a legal roster and to the end with its bound.

Every roster is planned in a process of its own; the exponent b of seconds = a · sizeᵇ is fitted by least squares of the
logarithms.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from benchmarks.curves import Curve, curves_svg
from benchmarks.forecast_speed import exponent
from benchmarks.registry import ROOT, BenchSpec, Effort, Row, Tables
from benchmarks.roster_child import run

PEOPLE: dict[Effort, tuple[int, ...]] = {
    "quick": (50, 100, 200),
    "usual": (50, 100, 200, 500, 1000),
    "full": (50, 100, 200, 500, 1000),
}
WEEKS: dict[Effort, tuple[int, ...]] = {"quick": (1, 2, 4), "usual": (1, 2, 4, 8), "full": (1, 2, 4, 8)}
WEEKS_PEOPLE = 50
MORE: dict[Effort, tuple[tuple[int, int], ...]] = {"quick": (), "usual": ((200, 4),), "full": ((200, 4), (1000, 4))}
ROUNDS = 5
MEASURES = ("legal_after_s", "cpu_seconds")
PICTURE = ROOT / "docs" / "growth-roster.svg"


def measure(effort: Effort = "usual") -> list[Row]:
    """One row a size, `kind` people, weeks or both; the fitted exponents last; writes the picture."""
    known: dict[tuple[int, int], dict[str, Any]] = {}

    def row(kind: str, people: int, weeks: int) -> dict[str, Any]:
        if (people, weeks) not in known:
            known[people, weeks] = run(people, weeks, ROUNDS)[0]
        return {"kind": kind, **known[people, weeks]}

    by_people = [row("people", people, 1) for people in PEOPLE[effort]]
    by_weeks = [row("weeks", WEEKS_PEOPLE, weeks) for weeks in WEEKS[effort]]
    fitted = [
        {"kind": "exponent", "of": of, "measure": name, "exponent": round(_exponent(rows, of, name), 2)}
        for of, rows in (("people", by_people), ("weeks", by_weeks))
        for name in MEASURES
    ]
    PICTURE.write_text(_picture(by_people, by_weeks, fitted), "utf-8")
    return [*by_people, *by_weeks, *(row("both", *size) for size in MORE[effort]), *fitted]


def _exponent(rows: list[dict[str, Any]], of: str, name: str) -> float:
    return exponent([row[of] for row in rows], [row[name] for row in rows])


def _picture(by_people: list[dict[str, Any]], by_weeks: list[dict[str, Any]], fitted: list[dict[str, Any]]) -> str:
    """Seconds by person-weeks: people at one week, weeks at fifty people."""
    words = {"legal_after_s": "first legal roster, s", "cpu_seconds": "roster and bound, CPU s"}
    curves = [
        Curve(
            f"{words[one['measure']]}: {one['of']}^{one['exponent']:.2f}",
            [row["people"] * row["weeks"] for row in rows],
            [row[one["measure"]] for row in rows],
        )
        for one in fitted
        for rows in [by_people if one["of"] == "people" else by_weeks]
    ]
    title = f"Rosters: seconds by size (people × 1 week, {WEEKS_PEOPLE} people × weeks)"
    return curves_svg(title, "people × weeks", "seconds", curves, points=True)


def tables(rows: list[Row]) -> Tables:
    """Sizes and exponents."""
    frame = pd.DataFrame(rows)
    fitted = frame["kind"] == "exponent"
    return {
        f"{ROUNDS} rounds": frame[~fitted].dropna(axis=1, how="all"),
        "seconds grow as size to the power of": frame[fitted].dropna(axis=1, how="all"),
    }


BENCH = BenchSpec(
    "roster_growth", "how rosters' seconds grow with people and weeks", measure, has_effort=True, tables=tables
)
