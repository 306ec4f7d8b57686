"""OR-Tools CP-SAT and pyworkforce on the made-up call centre. A script of `.venv-bench`, no part of the product.

    .venv-bench/bin/python -m benchmarks.roster_solvers cpsat|pyworkforce SECONDS FOLDER

cpsat: FOLDER/program.npz (`roster_program`) as whole numbers, two workers; the values go to FOLDER/cpsat.npz. It is
hinted that nobody works and presolve neither probes nor repeats: without the hint it had no roster of 50 people after
25 CPU seconds, with it one of 108,600 (nobody at all: 172,500); probing alone took 30 of 45 s.
pyworkforce: FOLDER/pools.json (`roster_peers`), first the shifts a day needs (MinAbsDifference), then who works them
(MinHoursRoster), pool by pool; the shifts go to FOLDER/pyworkforce.json. It has no shift over midnight, no rest in
hours, no most hours, no days in a row, no skills, no leave but banned shifts, no soft cover: what a pool is asked for
is lowered until an answer comes.
Both print one JSON line: seconds to build, (seconds, cost) of each roster, proven bound, peak memory.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.roster_matrix import Matrix, cost_of, read_matrix, settled

WORKERS = 2
SCALES = (1, 2, 4, 12, 60, 240, 3600)
UNBOUNDED = 1_000  # hours that somebody is short of, at most
SOLVED = ("OPTIMAL", "FEASIBLE")
SHARES_ASKED = (0.8, 0.7, 0.6, 0.5, 0.4)  # of the need; a pool is asked for the largest that it can do
SELECTION_SHARE = 0.25  # of a pool's time for the choice of shifts


def cpsat(seconds: float, folder: Path) -> dict[str, Any]:
    """The program's columns as whole numbers of `unit` parts, its rows scaled to whole coefficients."""
    from ortools.sat.python import cp_model

    begin, cpu = time.perf_counter(), time.process_time()
    data = read_matrix(folder / "program.npz")
    model, unit = cp_model.CpModel(), data.unit
    low = np.ceil(np.maximum(data.low, -UNBOUNDED) * unit).astype(np.int64)
    high = np.floor(np.minimum(tightened(data), UNBOUNDED) * unit + 1e-6).astype(np.int64)
    columns = [model.new_int_var(int(a), int(b), "") for a, b in zip(low, high, strict=True)]
    start, index, value = data.start, data.index, data.value / unit[data.index]
    for row in range(len(start) - 1):
        own = slice(int(start[row]), int(start[row + 1]))
        parts, limits = value[own], (float(data.row_low[row]), float(data.row_high[row]))
        scale = next(s for s in SCALES if whole(np.append(parts, [x for x in limits if np.isfinite(x)]) * s))
        bounds = [round(x * scale) if np.isfinite(x) else int(np.sign(x)) * 2**60 for x in limits]
        coefficients = np.round(parts * scale).astype(np.int64).tolist()
        sums = cp_model.LinearExpr.weighted_sum([columns[j] for j in index[own]], coefficients)
        model.add_linear_constraint(sums, *bounds)
    costs = data.cost / unit
    priced = np.flatnonzero(costs)
    model.minimize(
        cp_model.LinearExpr.weighted_sum([columns[j] for j in priced], costs[priced].tolist()) + float(data.offset)
    )
    build_seconds = time.perf_counter() - begin
    trace: list[tuple[float, float]] = []

    class Heard(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            values = settled(data, np.array([self.value(column) for column in columns]) / unit)
            trace.append((time.perf_counter() - begin, cost_of(data, values)))

    nobody = np.ceil(settled(data, np.zeros(len(unit))) * unit - 1e-6)
    for column in np.flatnonzero(~data.flag):  # flags of rules may have to stand
        model.add_hint(columns[column], int(nobody[column]))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = WORKERS
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_presolve_iterations = 1
    status = solver.solve(model, Heard())
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        values = np.array([solver.value(column) for column in columns]) / unit
        np.savez(folder / "cpsat.npz", values=values)
    return {
        "build_seconds": build_seconds,
        "cpu_seconds": time.process_time() - cpu,
        "bound": solver.best_objective_bound,
        "trace": trace,
        "status": solver.status_name(status),
    }


def tightened(data: Matrix) -> np.ndarray:
    """Upper bounds of the columns as single rows imply them."""
    low, high, start = data.low, data.high.copy(), data.start
    for row in np.flatnonzero(np.isfinite(data.row_high)):
        own = slice(int(start[row]), int(start[row + 1]))
        column, value = data.index[own], data.value[own]
        least = float(np.where(value > 0, value * low[column], value * high[column]).sum())
        rising = value > 0
        room = (data.row_high[row] - least) / value[rising]
        high[column[rising]] = np.minimum(high[column[rising]], low[column[rising]] + room)
    return high


def whole(numbers: np.ndarray) -> bool:
    """Whether all numbers are whole ones, to a millionth."""
    return bool(np.abs(numbers - np.round(numbers)).max(initial=0.0) < 1e-6)


def pyworkforce(seconds: float, folder: Path) -> dict[str, Any]:
    """Every pool in turn, each with its share of the time."""
    task = json.loads((folder / "pools.json").read_text("utf-8"))
    begin, cpu = time.perf_counter(), time.process_time()
    found, asked = [], {}
    for done, pool in enumerate(task["pools"]):
        until = begin + seconds * (done + 1) / len(task["pools"])
        for share in SHARES_ASKED:
            if time.perf_counter() > until:
                break
            rows = pool_shifts(task, pool, share, until)
            if rows:
                found += rows
                asked[pool["name"]] = share
                break
    took = time.perf_counter() - begin
    (folder / "pyworkforce.json").write_text(json.dumps(found), "utf-8")
    return {
        "trace": [],
        "seconds": took,
        "cpu_seconds": time.process_time() - cpu,
        "asked": asked,
        "build_seconds": 0.0,
    }


def pool_shifts(task: dict[str, Any], pool: dict[str, Any], share: float, until: float) -> list[tuple[str, int, str]]:
    """(agent, day, shift) of a pool asked for a share of its part of the need; none where it can't be done."""
    from pyworkforce.rostering import MinHoursRoster
    from pyworkforce.scheduling import MinAbsDifference

    left = until - time.perf_counter()
    need = np.array(task["need"]) * pool["share"] * share
    names = [shift["name"] for shift in pool["shifts"]]
    people = len(pool["agents"])
    chosen = MinAbsDifference(
        num_days=task["days"], periods=task["periods"],
        shifts_coverage={shift["name"]: shift["cover"] for shift in pool["shifts"]},
        required_resources=np.round(need).astype(int).tolist(), max_period_concurrency=people,
        max_shift_concurrency=people, max_search_time=max(left * SELECTION_SHARE, 0.1), num_search_workers=WORKERS,
    ).solve()  # fmt: skip
    if chosen["status"] not in SOLVED:
        return []
    required = {name: [0] * task["days"] for name in names}
    for row in chosen["resources_shifts"]:
        required[row["shift"]][row["day"]] = int(row["resources"])
    solved = MinHoursRoster(
        num_days=task["days"], resources=pool["agents"], shifts=names,
        shifts_hours=[shift["hours"] for shift in pool["shifts"]], min_working_hours=pool["least_hours"],
        banned_shifts=[
            {"resource": agent, "shift": name, "day": day} for agent, day in pool["away"] for name in names
        ],
        max_resting=task["days"] - 1, required_resources=required,
        max_search_time=max(until - time.perf_counter(), 0.1), num_search_workers=WORKERS,
    ).solve()  # fmt: skip
    if solved["status"] not in SOLVED:
        return []
    return [(row["resource"], row["day"], row["shift"]) for row in solved["resource_shifts"]]


def peak_mb() -> float:
    """The most memory this process has held, MB."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    logging.disable(logging.INFO)
    said = {"cpsat": cpsat, "pyworkforce": pyworkforce}[sys.argv[1]](float(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps({**said, "peak_mb": peak_mb()}))
