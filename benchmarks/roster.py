"""Rosters of a made-up call centre: seconds to a legal one, the gap to the proven bound, breaches found by the audit.

`make_call_centre` makes people of six agreements (full time, a rota with long shifts, three kinds of part time, nights)
and four skill sets, leave, wishes, a week of shifts before, the Russian law pack and prices of unequal shares; twenty
per cent more work than contracts hold, so that cover is always short. The bound knows nothing of unequal shares:
`gap_without_shares_%` leaves their price out of the cost. Every row is planned in a process of its own.
"""

from __future__ import annotations

import pandas as pd

from benchmarks.registry import BenchSpec, Effort, Row, Tables
from benchmarks.roster_child import run

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
    return [
        run(people, weeks, rounds)[0]
        for people, weeks in SIZES[effort]
        for rounds in (ROUNDS_LARGE if people * weeks > LARGE_PERSON_WEEKS else ROUNDS)
    ]


def tables(rows: list[Row]) -> Tables:
    """One table."""
    return {"hours gap: (cost − bound) ÷ price of a missing hour ÷ hours needed": pd.DataFrame(rows)}


BENCH = BenchSpec(
    "roster", "rosters of a made-up call centre: speed, proven gap", measure, has_effort=True, tables=tables
)
