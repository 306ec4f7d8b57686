"""The roster of the made-up call centre as one plain mixed-integer program: PuLP, then HiGHS on two threads.

    python -m benchmarks.roster_program PEOPLE WEEKS SECONDS FOLDER

    min  Σ pay · x + Σ price · breach + (under + over) · Σ h · short + over · Σ h · present + constant
    s.t. every rule's rows for every person a (`write_people`: columns x[a,s] and breach),
         people[k,s] = Σ_{a in k} x[a,s],   present[k,t] = Σ_s cover[s,t] · people[k,s],
         short[t] ≥ need[t] − need of the queues in U at t − Σ_{k with a skill outside U} present[k,t]   for all cuts U.
Breaks stand in the middle of their windows, and queues are met by their cuts (`scheduling.roster.cover`: as good as
columns that split everybody's time over queues, with fewer rows). With every place of every break (2.5 times the
columns; seen once, 50 people, 30 s) HiGHS ended dearer, CP-SAT without a roster. The search begins where nobody works.

FOLDER/program.npz: the matrix for other solvers, and what its columns mean. FOLDER/highs.npz: the values found.
Prints one JSON line: seconds to write and to build, peak memory, proven bound, (seconds, cost) of each roster. A
solver's heuristics leave breach and short above what their rows ask for; `settled` lowers them, so that the cost of a
roster is that of its shifts.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from pulp.apis import HiGHS

from benchmarks.call_centre import make_call_centre
from benchmarks.registry import peak_mb
from benchmarks.roster_child import TIGHT
from benchmarks.roster_matrix import Matrix, cost_of, settled
from domain.people import RuleBook
from scheduling.lp import Variable
from scheduling.roster.cover import make_prices
from scheduling.roster.engines.people_program import Writer, write_people
from scheduling.roster.open_people import people_alike
from scheduling.roster.problem import RosterProblem, make_problem

WORKERS = 2
QUARTER = 15  # minutes
SHARES_OF_AN_HOUR = 60  # unit of a breach that is counted in hours; all other columns are whole numbers here
WHOLE = ("people", "present", "short")  # columns that are whole of themselves where the others are


def main(people: int, weeks: int, seconds: float, folder: Path) -> dict[str, Any]:
    """Write, build, solve."""
    centre = make_call_centre(people, weeks, tight=TIGHT, shares=False)
    begin, cpu = time.perf_counter(), time.process_time()
    problem = make_problem(centre.requirements, centre.people, fixed_breaks(centre.book), **centre.beside)
    said, _, values = solve_plain(problem, seconds, begin, write=folder / "program.npz")
    if len(values):
        np.savez(folder / "highs.npz", values=values)
    return {**said, "cpu_seconds": time.process_time() - cpu, "peak_mb": peak_mb()}


def solve_plain(
    problem: RosterProblem, seconds: float, begin: float, write: Path | None = None, workers: int = WORKERS
) -> tuple[dict[str, Any], Matrix, np.ndarray]:
    """What the run took and found, the matrix, and the values of the best roster (none: empty).

    `begin`: reading of the performance counter that the trace counts from; `write`: a file for the matrix;
    `workers`: threads of HiGHS, which gives a process the same number for good.
    """
    writer, shifts = write_plain(problem)
    written = writer.program.finish()
    write_seconds = time.perf_counter() - begin
    best: list[tuple[float, np.ndarray]] = []
    trace: list[tuple[float, float]] = []

    def heard(kind: Any, _message: str, data: Any, *_: Any) -> None:
        values = settled(matrix, np.asarray(data.mip_solution))
        cost = cost_of(matrix, values)
        trace.append((time.perf_counter() - begin, cost))
        if not best or cost < best[0][0]:
            best[:] = [(cost, values)]

    solver = HiGHS(
        msg=False, threads=workers, timeLimit=seconds, callbackTuple=(heard, None),
        callbacksToActivate=[highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution],
    )  # fmt: skip
    solver.createAndConfigureSolver(written)
    solver.buildSolverModel(written)
    highs = written.solverModel
    build_seconds = time.perf_counter() - begin
    matrix = _matrix(written.exported_variables(), shifts, highs.getLp())
    if write is not None:
        np.savez(write, **vars(matrix))
    none = matrix.shifts[:, 0].astype(np.int32)
    highs.setSolution(len(none), none, np.zeros(len(none)))  # nobody works: the roster that everybody knows
    highs.run()
    said = {
        "columns": highs.getNumCol(),
        "rows": highs.getNumRow(),
        "write_seconds": write_seconds,
        "build_seconds": build_seconds,
        "bound": float(highs.getInfo().mip_dual_bound),
        "trace": trace,
    }
    return said, matrix, best[0][1] if best else np.zeros(0)


def write_plain(problem: RosterProblem) -> tuple[Writer, dict[int, tuple[int, int]]]:
    """The program in PuLP, and (person, slot) of every shift's column by its number. Breaks need one place each."""
    writer = Writer("roster")
    shifts: dict[int, tuple[int, int]] = {}
    takers: dict[tuple[int, int], list[Variable]] = {}
    for members in people_alike(problem):
        for person in members.members:
            written = write_people(writer, members, f"a{person}")
            for slot, column, variable in zip(
                written.slots.tolist(), written.columns.tolist(), written.variables, strict=True
            ):
                shifts[column] = (person, slot)
                takers.setdefault((members.group, slot), []).append(variable)
    present: dict[tuple[int, int], list[tuple[Variable, float]]] = {}
    for (group, slot), variables in sorted(takers.items()):
        cover = cover_of(problem, slot)
        cost = problem.book.cover.over_per_hour * float(cover @ problem.grid.hours)
        _, people = writer.column(f"people_k{group}_{slot}", cost=cost)
        writer.row(f"count_k{group}_{slot}", [(people, -1.0), *((variable, 1.0) for variable in variables)], 0.0, 0.0)
        for t in np.flatnonzero(cover):
            present.setdefault((group, int(t)), []).append((people, float(cover[t])))
    _write_cuts(writer, problem, present)
    return writer, shifts


def cover_of(problem: RosterProblem, slot: int) -> np.ndarray:
    """People that one person on a slot is worth, by interval, breaks at their first place."""
    cover: np.ndarray = problem.cover.base[slot].astype(np.float64)
    layout = problem.cover.layouts[int(problem.slots.template[slot])]
    row = int(np.flatnonzero(layout.slots == slot)[0])
    for at, lost in zip(layout.lost_at, layout.lost, strict=True):
        np.subtract.at(cover, at[row, 0], lost[row, 0])
    return cover


def _write_cuts(
    writer: Writer, problem: RosterProblem, present: dict[tuple[int, int], list[tuple[Variable, float]]]
) -> None:
    """Columns of people present and missing by interval, and a row a cut; those who stand already count as numbers."""
    prices, standing = make_prices(problem), problem.present
    hours, need = prices.hours, prices.need
    for t in range(len(problem.grid)):
        here = {}
        for k in range(len(problem.groups)):
            if terms := present.get((k, t)):
                _, here[k] = writer.column(f"present_k{k}_{t}")
                writer.row(f"there_k{k}_{t}", [(here[k], -1.0), *terms], 0.0, 0.0)
        _, short = writer.column(f"short_{t}", cost=(prices.under + prices.over) * float(hours[t]))
        for u, held in enumerate(prices.held):
            terms = [(short, 1.0), *((column, 1.0) for k, column in here.items() if held[k])]
            writer.row(f"cut{u}_{t}", terms, float(need[t] - prices.fixed[u, t] - held @ standing[:, t]), np.inf)
    writer.program.constant(prices.over * float((standing.sum(axis=0) - need) @ hours))


def fixed_breaks(book: RuleBook) -> RuleBook:
    """The book with every break in the middle of its window, on the quarter-hour before where that is none."""
    shifts = []
    for shift in book.shifts:
        pauses = []
        for pause in shift.breaks:
            middle = (pause.earliest_minutes + pause.latest_minutes) // 2 // QUARTER * QUARTER
            at = max(middle, pause.earliest_minutes)
            pauses.append(pause.model_copy(update={"earliest_minutes": at, "latest_minutes": at}))
        shifts.append(shift.model_copy(update={"breaks": tuple(pauses)}))
    return book.model_copy(update={"shifts": tuple(shifts)})


def _matrix(variables: Any, shifts: dict[int, tuple[int, int]], lp: Any) -> Matrix:
    """The matrix by rows as HiGHS holds it. PuLP leaves columns out that are used nowhere."""
    kept = [(column, *shifts[one.id]) for column, one in enumerate(variables) if one.id in shifts]
    whole = np.array([one.id not in shifts and one.cat == "Integer" for one in variables])
    free = np.array([one.cat != "Integer" for one in variables])
    named = np.array([one.name.split("_")[0] for one in variables])
    rows = lp.num_row_
    start, index, value = (np.asarray(part) for part in (lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_))
    if lp.a_matrix_.format_ == highspy.MatrixFormat.kColwise:
        order = np.argsort(index, kind="stable")
        column = np.repeat(np.arange(lp.num_col_), np.diff(start))[order]
        start = np.searchsorted(index[order], np.arange(rows + 1))
        index, value = column, value[order]
    return Matrix(
        cost=np.asarray(lp.col_cost_),
        offset=float(lp.offset_),
        low=np.asarray(lp.col_lower_),
        high=np.asarray(lp.col_upper_),
        unit=np.where(free & ~np.isin(named, WHOLE), SHARES_OF_AN_HOUR, 1),
        row_low=np.asarray(lp.row_lower_),
        row_high=np.asarray(lp.row_upper_),
        start=start,
        index=index,
        value=value,
        lowered=free & ~np.isin(named, WHOLE[:2]),
        flag=whole,
        shifts=np.array(kept, dtype=np.int64).reshape(-1, 3),
    )


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))))
