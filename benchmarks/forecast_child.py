"""One timed forecast in a process of its own, so that its peak memory is its own.

    python -m benchmarks.forecast_child QUEUES DAYS INTERVAL_MINUTES MODEL|default ENGINE

Prints one JSON line: CPU and wall seconds of the call alone, peak memory of the process with its children.
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


def cpu_seconds() -> float:
    """CPU seconds of this process and of its finished children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(words: list[str]) -> None:
    """Make the history, forecast 28 days with intervals and backtest, print what it took."""
    queues, days, minutes = (int(word) for word in words[:3])
    model, engine = words[3:5]
    history = synthetic_history(queues, days, minutes)
    options = {
        "as_of": (FIRST_DAY + pd.Timedelta(days=days)).tz_localize("UTC"),
        "grid": IntervalGrid(minutes, "UTC"),
        "holidays": public_holidays("US", range(FIRST_DAY.year, FIRST_DAY.year + days // 365 + 2)),
        "model": None if model == "default" else model,
    }
    small = history[history["queue"].isin(history["queue"].unique()[:2])]
    make_forecast(small, **options)  # imports and first-call work are not part of the figure
    cpu, wall = cpu_seconds(), time.perf_counter()
    if engine == "none":
        rows = len(make_forecast(history, **options).forecast)
    else:
        from planning.execute import executor_of
        from planning.shards import forecast_part, forecast_tasks

        parts = executor_of(engine).run(forecast_part, forecast_tasks(history, options))
        rows = sum(len(part.forecast) for part in parts)
    record = {"cpu_seconds": cpu_seconds() - cpu, "wall_seconds": time.perf_counter() - wall, "rows": rows}
    peak = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({**record, "peak_mb": max(peak) / 1024}))


if __name__ == "__main__":
    main(sys.argv[1:])
