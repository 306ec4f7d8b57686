"""One timed forecast in a process of its own, so that its peak memory is its own.

    python -m benchmarks.forecast_child QUEUES DAYS INTERVAL_MINUTES MODEL|default

Prints one JSON line: CPU and wall seconds of the call alone, peak memory of the process.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import pandas as pd

from benchmarks.synthetic import FIRST_DAY, synthetic_history
from domain import IntervalGrid, public_holidays
from forecast import make_forecast


def main(words: list[str]) -> None:
    """Make the history, forecast 28 days with intervals and backtest, print what it took."""
    queues, days, minutes = (int(word) for word in words[:3])
    model = words[3]
    history = synthetic_history(queues, days, minutes)
    options = {
        "as_of": (FIRST_DAY + pd.Timedelta(days=days)).tz_localize("UTC"),
        "grid": IntervalGrid(minutes, "UTC"),
        "holidays": public_holidays("US", range(FIRST_DAY.year, FIRST_DAY.year + days // 365 + 2)),
        "model": None if model == "default" else model,
    }
    small = history[history["queue"].isin(history["queue"].unique()[:2])]
    make_forecast(small, **options)  # imports and first-call work are not part of the figure
    cpu, wall = time.process_time(), time.perf_counter()
    rows = len(make_forecast(history, **options).forecast)
    record = {"cpu_seconds": time.process_time() - cpu, "wall_seconds": time.perf_counter() - wall, "rows": rows}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**record, "peak_mb": peak}))


if __name__ == "__main__":
    main(sys.argv[1:])
