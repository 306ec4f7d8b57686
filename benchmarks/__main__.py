"""`python -m benchmarks [NAME …]`: run the benchmarks, print their tables, write `benchmarks/results/NAME.json`."""

from __future__ import annotations

import json
import platform
import sys
import time
from importlib import import_module

import pandas as pd

from benchmarks.registry import ROOT, SHARED, BenchSpec

MODULES = ("erlang", "ingest", "accuracy", "reforecast", "sample")


def specs() -> list[BenchSpec]:
    """Every benchmark, in the order of the flow."""
    return [import_module(f"benchmarks.{name}").BENCH for name in MODULES]


def main(wanted: list[str]) -> int:
    """Run the named benchmarks (all by default)."""
    unknown = sorted(set(wanted) - set(MODULES))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    for spec in specs():
        if wanted and spec.name not in wanted:
            continue
        if spec.needs_shared and not SHARED.is_dir():
            print(f"{spec.name}: left out, it needs the evaluation histories\n")
            continue
        begin = time.perf_counter()
        rows = spec.measure()
        print(f"{spec.name}: {spec.words} ({time.perf_counter() - begin:.0f} s)")
        print(pd.DataFrame(rows).to_string(index=False), end="\n\n")
        record = {"python": platform.python_version(), "machine": platform.machine(), "rows": rows}
        (results / f"{spec.name}.json").write_text(json.dumps(record, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
