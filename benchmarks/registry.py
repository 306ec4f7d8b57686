"""The list of benchmarks: each says what it measures and returns rows of figures.

A figure is compared with a bound or a peer measured in the same run, so that a slow machine does not read as a slow
product. `make bench` runs the list; tests run none of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Row = Mapping[str, float | int | str]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@dataclass(frozen=True)
class BenchSpec:
    """One benchmark. `needs_shared`: left out without the evaluation histories."""

    name: str
    words: str
    measure: Callable[[], list[Row]]
    needs_shared: bool = False


def seconds_of(work: Callable[[], object], repeats: int = 3) -> float:
    """The least of a few wall times, seconds: noise of the machine only ever adds."""
    best = float("inf")
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best
