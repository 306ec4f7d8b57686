"""Compiles what is compiled on first use, on a site of a few rows: `python -m planning.warm`.

The set-up runs it once after each change of compiled code. Where the folder of a module can't be written to, the
compiler keeps its cache in the user's own folder; nothing else changes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from domain.intervals import IntervalGrid
from domain.people import RuleBook
from domain.targets import QueueTargets, Targets
from forecast import make_forecast
from scheduling import certify, make_shift_mix
from scheduling.roster.engines.insertion import solve_by_insertion
from scheduling.roster.problem import make_problem

FIRST = pd.Timestamp("2026-03-02T00:00", tz="UTC")


def warm() -> None:
    """One small forecast, roster, mix of shifts and certificate."""
    _forecast()
    need = _hours({"agents": 1.0, "scheduled": 1.0, "load_erlangs": 1.0, "interval_minutes": 60})
    people = pd.DataFrame({"agent": ["a", "b"], "queues": "calls", "agreement": "own", "site": "hall"})
    solve_by_insertion(make_problem(need, people, _book()), seed=1, rounds=1)
    make_shift_mix(need, _book(), iterations=2)
    asked = _hours({"offered": 5.0, "aht_seconds": 300.0, "model": "given"})
    targets = Targets(default=QueueTargets(patience_seconds=120, answer_within_seconds=20))
    certify(asked, targets, requirements=need, runs=2)


def _forecast() -> None:
    starts = pd.date_range(FIRST - pd.Timedelta(days=70), FIRST, freq="D", inclusive="left").as_unit("us")
    offered = 100.0 + 10.0 * np.sin(np.arange(len(starts)))
    history = pd.DataFrame(
        {"queue": "calls", "start": starts, "interval_minutes": 1440, "offered": offered, "handled": offered}
    )
    make_forecast(history.assign(aht_seconds=300.0), as_of=FIRST, horizon_days=7, grid=IntervalGrid(1440, "UTC"))


def _hours(columns: dict[str, float | str]) -> pd.DataFrame:
    """Two days of hours from 8 to 16."""
    days = [pd.date_range(FIRST + pd.Timedelta(days=day, hours=8), periods=8, freq="h").as_unit("us") for day in (0, 1)]
    return pd.DataFrame({"queue": "calls", "start": days[0].append(days[1]), **columns})


def _book() -> RuleBook:
    pause = {"kind": "break", "minutes": 15, "earliest_minutes": 60, "latest_minutes": 120}
    return RuleBook.from_mapping(
        {
            "agreement": {"own": {"shifts": ["day"]}},
            "shift": {"day": {"start_from": "08:00", "start_to": "10:00", "length_minutes": 360, "break": [pause]}},
            "rule": {"fair_late_ends": {"strictness": "pay", "price": 1.0}},
            "site": {"hall": {"seats": 1}},
        }
    )


if __name__ == "__main__":
    warm()
