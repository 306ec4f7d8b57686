"""The list of benchmarks: each says what it measures and returns rows of figures.

A figure is compared with a bound or a peer measured in the same run, so that a slow machine does not read as a slow
product. `make bench` runs the list; tests run none of it.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

Row = Mapping[str, float | int | str]
Effort = Literal["usual", "quick", "full"]
Tables = Mapping[str, pd.DataFrame]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@dataclass(frozen=True)
class BenchSpec:
    """One benchmark.

    Attributes:
        measure: gives the rows; with `has_effort` it is called with the effort ("usual", "quick": a rough figure soon,
            "full": the parts that take long too).
        needs_shared: left out without the evaluation histories.
        tables: how the rows are printed, frames by title; None: all rows in one table.
    """

    name: str
    words: str
    measure: Callable[..., list[Row]]
    needs_shared: bool = False
    has_effort: bool = False
    tables: Callable[[list[Row]], Tables] | None = None

    def rows(self, effort: Effort) -> list[Row]:
        """Measure at an effort."""
        return self.measure(effort) if self.has_effort else self.measure()

    def printed(self, rows: list[Row]) -> Tables:
        """The frames to print, by title."""
        return self.tables(rows) if self.tables else {"": pd.DataFrame(rows)}


def peak_mb() -> float:
    """The most memory this process has held, MB. A child's `ru_maxrss` would begin at that of its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def seconds_of(work: Callable[[], object], repeats: int = 3) -> float:
    """The least of a few wall times, seconds: noise of the machine only ever adds."""
    best = float("inf")
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best
