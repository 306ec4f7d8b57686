"""Ingest of a large CSV: 500,000 tickets, against pandas' own reader of the same file in the same run."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.registry import BenchSpec, Row, seconds_of
from connectors import read_tickets
from domain import IntervalGrid
from forecast import build_history

TICKETS = 500_000


def write_tickets(path: Path) -> None:
    """A seeded year of tickets over five channels."""
    rng = np.random.default_rng(1)
    created = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(
        np.sort(rng.integers(0, 365 * 86_400, TICKETS)), unit="s"
    )
    pd.DataFrame(
        {
            "ticket_id": np.arange(TICKETS),
            "created_at": created.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "channel": rng.choice(["phone", "email", "chat", "messenger", "social"], TICKETS),
            "type": rng.choice(["billing", "tech", "sales"], TICKETS),
            "handle_seconds": rng.integers(30, 1200, TICKETS),
        }
    ).to_csv(path, index=False)


def measure() -> list[Row]:
    """Seconds to read with every check, to build half-hourly history, and of pandas reading the bare file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.csv"
        write_tickets(path)
        plain = seconds_of(lambda: pd.read_csv(path, parse_dates=["created_at"]), repeats=1)
        imported = None

        def read() -> None:
            nonlocal imported
            imported = read_tickets([path])

        reading = seconds_of(read, repeats=1)
        assert imported is not None
        history = seconds_of(lambda: build_history(imported.frame, IntervalGrid(30, "Europe/Berlin")), repeats=1)
        return [
            {"what": "pandas.read_csv, no checks", "seconds": round(plain, 2)},
            {
                "what": "ingest with ledger and independent count",
                "seconds": round(reading, 2),
                "ratio": round(reading / plain, 1),
            },
            {
                "what": "half-hourly history, 15 queues",
                "seconds": round(history, 2),
                "ratio": round(history / plain, 1),
            },
            {"what": "peak memory, MB", "seconds": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)},
        ]


BENCH = BenchSpec("ingest", f"{TICKETS:,} tickets from CSV to history", measure)
