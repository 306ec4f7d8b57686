"""Whether staffed days keep their promise: the plan of `require_staff` met by the simulation.

- *days*: a double-peak day in quarter-hours, opened empty, 80 % in 20 s, handle times of 3 to 60 minutes, peaks of 8 to
  200 Erlangs, for each arrival model. Goal: no interval under .75, the day not above .88 from 40 Erlangs on. The worst
  of 48 intervals is partly luck, so its 95 % interval is shown and those surely under are counted.
- *uncertain*: 5, 100, 500 Erlangs with a volume of cv 10 and 20 %: level to expect and P(target met) by formula and by
  simulated days that each have their own rate. Goal: within 1 point (100 days, the quick effort, cannot tell: ± 3).
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from benchmarks.registry import BenchSpec, Effort, Row, Tables, seconds_of
from domain.targets import QueueTargets, Targets
from scheduling import certify, require_staff
from scheduling.queueing import ServiceGoals, erlang_a, required_agents_mixed, uncertain_load
from scheduling.simulation import Contacts, make_site, simulate_contacts, staff_of_requirements
from scheduling.uncertain import expected_under_uncertainty

PEAKS, HANDLE_MINUTES, MODELS = (8, 40, 200), (3, 5, 20, 60), ("mol", "lagged_sipp", "sipp")
PATIENCE_SECONDS, INTERVAL_MINUTES, INTERVALS = 180.0, 15, 48
CONTACTS = {"quick": 2e5, "usual": 1e6, "full": 4e6}  # simulated a row
RUNS_MOST = 4000
HOURS = {5.0: 40.0, 100.0: 4.0, 500.0: 8.0}  # of a day, by Erlangs: so long that its luck is small against its rate
OTHERS_SHARE = 0.2  # of the contacts, for the arrival models that are only shown for contrast


def double_peak(peak_erlangs: float, aht_minutes: float) -> pd.DataFrame:
    """A forecast of one day of twelve hours: peaks after three and eight hours, a quarter of the peak at the edges."""
    hours = (np.arange(INTERVALS) + 0.5) * INTERVAL_MINUTES / 60
    shape = 0.25 + 0.75 * (np.exp(-(((hours - 3) / 1.3) ** 2)) + 0.9 * np.exp(-(((hours - 8) / 1.6) ** 2)))
    start = pd.date_range("2026-09-01T08:00Z", periods=INTERVALS, freq=f"{INTERVAL_MINUTES}min", unit="us")
    offered = peak_erlangs * shape / shape.max() * INTERVAL_MINUTES / aht_minutes
    return pd.DataFrame({"queue": "phone", "start": start, "offered": offered, "aht_seconds": aht_minutes * 60.0})


def staffed_day(peak: float, aht_minutes: float, contacts: float, seed: int = 1, **targets: object) -> Row:
    """One row: agent-hours of the plan (whole people), level of the day, of the worst interval, intervals under .75."""
    forecast = double_peak(peak, aht_minutes)
    promise = Targets(QueueTargets.model_validate({"answer_within_seconds": 20, **targets}))
    need = require_staff(forecast, promise)
    runs = int(np.clip(contacts / forecast["offered"].sum(), 100, RUNS_MOST))
    found = certify(forecast, promise, requirements=need, runs=runs, seed=seed)
    each = found.loc[found["period"] == "interval"].set_index("start")
    level = each["service_level"]
    worst = each.loc[level.idxmin()]
    day = found.loc[found["period"] == "day", "service_level"].iloc[0]
    hours = float(np.ceil(need["agents"] - 1e-9).sum() * INTERVAL_MINUTES / 60)
    return {
        "peak_erlangs": peak, "aht_minutes": aht_minutes, "agent_hours": round(hours, 1), "day": round(float(day), 3),
        "worst_interval": round(float(level.min()), 3), "worst_95": f"{worst['low']:.3f}–{worst['high']:.3f}",
        "under_75": int((level < 0.75).sum()), "surely_under_75": int((each["high"] < 0.75).sum()), "runs": runs,
    }  # fmt: skip


def simulated_rates(load: float, cv: float, agents: int, runs: int, hours: float, seed: int = 1) -> tuple[float, float]:
    """Level of all contacts and share of days that keep 80 % in 20 s, each day at a rate of its own (aht 180 s).

    The first half-hour of a day and what comes in its last ten minutes are not counted.
    """
    rng, site = np.random.default_rng(seed), make_site([QueueTargets(patience_seconds=PATIENCE_SECONDS)], [(0,)])
    until = hours * 3600.0
    staff, _ = staff_of_requirements(np.array([0]), np.array([0.0]), np.array([until]), np.array([agents]))
    hits, counted, met = 0, 0, 0
    for chance in (np.arange(runs) + 0.5) / runs:  # rates at even quantiles: less noise than drawn ones
        count = rng.poisson(load * gammaincinv(1 / cv**2, chance) * cv**2 / 180.0 * until)
        at, none = np.sort(rng.random(count) * until), np.zeros(count, dtype=np.int64)
        given = Contacts(
            at,
            none,
            rng.exponential(180.0, count),
            rng.exponential(PATIENCE_SECONDS, count),
            np.full(count, np.inf),
            none,
        )
        outcome = simulate_contacts(given, site, staff, horizon_seconds=until, bin_seconds=until)
        inside = (at > 1800) & (at < until - 600)
        good = int(np.sum(outcome.answered_at[inside] - at[inside] <= 20.0))
        hits, counted = hits + good, counted + int(inside.sum())
        met += good >= 0.8 * inside.sum()
    return hits / counted, met / runs


def uncertain_rows(effort: Effort) -> list[Row]:
    """Formula and simulation at the agents that keep an expected 80 %."""
    rows: list[Row] = []
    goals = ServiceGoals(service_level=0.8, answer_within_seconds=20)
    for load in HOURS:
        for cv in (0.1, 0.2):
            need = required_agents_mixed(uncertain_load(load, cv), 180, goals, patience_seconds=PATIENCE_SECONDS).agents
            agents = int(need[0])
            said = expected_under_uncertainty(load, cv, agents, 180, 20, target=0.8, patience_seconds=PATIENCE_SECONDS)
            hours = HOURS[load]
            runs = {"quick": 100, "usual": 400, "full": 2000}[effort]
            level, met = simulated_rates(load, cv, agents, runs, hours)
            point = float(erlang_a(load, agents, 180, 20, PATIENCE_SECONDS).service_level)
            rows.append({
                "load_erlangs": load, "cv": cv, "agents": agents, "level_at_mean_volume": round(point, 3),
                "expected": round(float(said.service_level[0]), 3), "simulated": round(level, 3),
                "p_met": round(float(said.probability_met[0]), 3), "p_met_simulated": round(met, 3),
            })  # fmt: skip
    return rows


def measure(effort: Effort) -> list[Row]:
    """All rows; `table` says which they belong to."""
    rows: list[Row] = []
    for model in MODELS if effort != "quick" else MODELS[:1]:
        for patience in (PATIENCE_SECONDS, None):
            for peak in PEAKS:
                for minutes in HANDLE_MINUTES:
                    targets = {"arrival_model": model, **({"patience_seconds": patience} if patience else {})}
                    contacts = CONTACTS[effort] * (1.0 if model == "mol" else OTHERS_SHARE)
                    found = staffed_day(peak, minutes, contacts, **targets)
                    rows.append({"table": "days", "model": model, "patience_seconds": patience or np.nan, **found})
    year = pd.concat([double_peak(40, 6).assign(queue=f"q{i}") for i in range(500)])
    promise = Targets(QueueTargets(patience_seconds=PATIENCE_SECONDS))
    seconds = seconds_of(partial(require_staff, year, promise), repeats=1)
    rows.append({"table": "speed", "rows": len(year), "require_staff_seconds": round(seconds, 2)})
    return rows + [{"table": "uncertain", **row} for row in uncertain_rows(effort)]


def tables(rows: list[Row]) -> Tables:
    """The rows by the table they belong to."""
    frame = pd.DataFrame(rows)
    return {str(name): part.drop(columns="table").dropna(axis=1, how="all") for name, part in frame.groupby("table")}


BENCH = BenchSpec("staffing", "plans met by simulation", measure, has_effort=True, tables=tables)
