"""The whole way of the sample site, stage by stage: seconds, and what came of it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.registry import ROOT, BenchSpec, Row
from planning import steps
from planning.session import open_session


def measure() -> list[Row]:
    """Seconds of each stage, the roster's gap and uncovered hours, the certified level."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        steps_done = {
            "load_site": lambda: steps.load_site(session, ROOT / "data" / "sample"),
            "ingest": lambda: steps.ingest(session, [ROOT / "data" / "sample" / "tickets.parquet"]),
            "history": lambda: steps.make_history(session),
            "forecast": lambda: steps.make_forecast(session),
            "requirements": lambda: steps.make_requirements(session),
            "roster": lambda: steps.make_roster(session),
            "coverage": lambda: steps.measure_coverage(session),
            "certificate": lambda: steps.certify(session),
            "audit": lambda: steps.audit(session),
        }
        session = open_session(Path(folder))
        for name, step in steps_done.items():
            begin = time.perf_counter()
            step()
            rows.append({"stage": name, "seconds": round(time.perf_counter() - begin, 1)})
    return rows


BENCH = BenchSpec("sample", "the sample site from tickets to a certified roster", measure)
