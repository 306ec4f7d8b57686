"""`python -m benchmarks [NAME …] [--quick | --full]`: run the benchmarks, print their tables, write the figures.

The figures go to `benchmarks/results/NAME.json`.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from importlib import import_module

from benchmarks.registry import ROOT, SHARED, BenchSpec, Effort, Row

MODULES = (
    "erlang",
    "staffing",
    "multi_skill",
    "ingest",
    "accuracy",
    "reforecast",
    "forecast_speed",
    "roster",
    "repair",
    "fairness",
    "roster_sites",
    "roster_peers",
    "roster_growth",
    "study_week",
    "sample",
)
FLAGS: dict[str, Effort] = {"--quick": "quick", "--full": "full"}


def spec_of(name: str) -> BenchSpec:
    """The benchmark of a module; a module is only imported when it is to run."""
    spec: BenchSpec = import_module(f"benchmarks.{name}").BENCH
    return spec


def main(words: list[str]) -> int:
    """Run the named benchmarks (all by default); 2 for a name that is none. `--help` lists them."""
    if {"--help", "-h"} & set(words):
        print((__doc__ or "").strip(), *(f"{name:16}{spec_of(name).words}" for name in MODULES), sep="\n")
        return 0
    wanted = [word for word in words if word not in FLAGS]
    effort: Effort = next((FLAGS[word] for word in words if word in FLAGS), "usual")
    unknown = sorted(set(wanted) - set(MODULES))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    for name in wanted or MODULES:
        run(spec_of(name), effort)
    return 0


def run(spec: BenchSpec, effort: Effort) -> None:
    """One benchmark: measured, printed, written."""
    if spec.needs_shared and not SHARED.is_dir():
        print(f"{spec.name}: left out, it needs the evaluation histories\n")
        return
    begin = time.perf_counter()
    rows = spec.rows(effort)
    print(f"{spec.name}: {spec.words} ({time.perf_counter() - begin:.0f} s, effort {effort})")
    for title, table in spec.printed(rows).items():
        print(*([f"\n{title}"] if title else []), table.to_string(index=False, na_rep="–"), sep="\n", end="\n\n")
    write(spec.name, rows, effort)


def write(name: str, rows: list[Row], effort: Effort) -> None:
    """The rows as JSON, with what they were measured on."""
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    record = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "effort": effort,
        "rows": rows,
    }
    (results / f"{name}.json").write_text(json.dumps(record, indent=1, default=float), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
