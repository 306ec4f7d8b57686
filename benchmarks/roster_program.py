"""The roster of the made-up call centre as one plain mixed-integer program: PuLP, then HiGHS on two threads.

    python -m benchmarks.roster_program PEOPLE WEEKS SECONDS FOLDER

The program is the product's own exact one without its limit of size (`scheduling.roster.engines.exact`): every rule's
rows for every person, skills split by a flow, the same costs. Breaks stand in the middle of their windows: with every
place of every break (2.5 times the columns; seen once, 50 people, 30 s) HiGHS ended dearer, CP-SAT without a roster.

FOLDER/program.npz: the matrix for other solvers, and what its columns mean. FOLDER/highs.npz: the values found.
Prints one JSON line: seconds to write and to build, peak memory, proven bound, (seconds, cost) of each roster.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from pulp.apis import HiGHS

from benchmarks.call_centre import make_call_centre
from benchmarks.registry import peak_mb
from benchmarks.roster_child import TIGHT
from domain.people import RuleBook
from scheduling.roster.engines.exact import ExactProgram, write_exact
from scheduling.roster.open_people import people_alike
from scheduling.roster.problem import make_problem

WORKERS = 2
QUARTER = 15  # minutes
SHARES_OF_AN_HOUR = 60  # unit of a breach that is counted in hours; all other columns are whole numbers here


def main(people: int, weeks: int, seconds: float, folder: Path) -> dict[str, Any]:
    """Write, build, solve."""
    centre = make_call_centre(people, weeks, tight=TIGHT, shares=False)
    begin, cpu = time.perf_counter(), time.process_time()
    problem = make_problem(centre.requirements, centre.people, fixed_breaks(centre.book), **centre.beside)
    program = write_exact(problem, people_alike(problem))
    written = program.writer.program.finish()
    write_seconds = time.perf_counter() - begin
    trace: list[tuple[float, float]] = []

    def heard(kind: Any, _message: str, data: Any, *_: Any) -> None:
        trace.append((time.perf_counter() - begin, float(data.objective_function_value)))

    solver = HiGHS(
        msg=False, threads=WORKERS, timeLimit=seconds, callbackTuple=(heard, None),
        callbacksToActivate=[highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution],
    )  # fmt: skip
    solver.createAndConfigureSolver(written)
    solver.buildSolverModel(written)
    highs = written.solverModel
    build_seconds = time.perf_counter() - begin
    _write_matrix(folder / "program.npz", written.exported_variables(), program, highs.getLp(), problem.group_of)
    highs.run()
    values = np.asarray(highs.getSolution().col_value, dtype=np.float64)
    if trace and len(values):
        np.savez(folder / "highs.npz", values=values)
    return {
        "columns": highs.getNumCol(),
        "rows": highs.getNumRow(),
        "write_seconds": write_seconds,
        "build_seconds": build_seconds,
        "cpu_seconds": time.process_time() - cpu,
        "bound": float(highs.getInfo().mip_dual_bound),
        "trace": trace,
        "peak_mb": peak_mb(),
    }


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


def _write_matrix(path: Path, variables: Any, program: ExactProgram, lp: Any, group_of: np.ndarray) -> None:
    """Columns, rows and the matrix by rows; person and slot of each shift's column; what each place's column places."""
    column_of = {variable.id: column for column, variable in enumerate(variables)}  # the program counts columns by id
    shifts = [
        (column_of[column], number, slot)
        for number, written in program.people
        for slot, column in zip(written.slots.tolist(), written.columns.tolist(), strict=True)
        if column in column_of
    ]
    places = [(column_of[column], *place) for place, column in program.places.items() if column in column_of]
    unit = [
        SHARES_OF_AN_HOUR if variable.cat != "Integer" and variable.name[:2] not in ("y_", "n_") else 1
        for variable in variables
    ]
    matrix, rows = lp.a_matrix_, lp.num_row_
    start, index, value = (np.asarray(part) for part in (matrix.start_, matrix.index_, matrix.value_))
    if matrix.format_ == highspy.MatrixFormat.kColwise:
        order = np.argsort(index, kind="stable")
        column = np.repeat(np.arange(lp.num_col_), np.diff(start))[order]
        start = np.searchsorted(index[order], np.arange(rows + 1))
        index, value = column, value[order]
    np.savez(
        path,
        cost=np.asarray(lp.col_cost_),
        offset=lp.offset_,
        low=np.asarray(lp.col_lower_),
        high=np.asarray(lp.col_upper_),
        unit=np.array(unit),
        row_low=np.asarray(lp.row_lower_),
        row_high=np.asarray(lp.row_upper_),
        start=start,
        index=index,
        value=value,
        group_of=group_of,
        shifts=np.array(shifts, dtype=np.int64).reshape(-1, 3),
        places=np.array(places, dtype=np.int64).reshape(-1, 5),
    )


def shifts_found(folder: Path, name: str) -> list[tuple[int, int, tuple[int, ...]]]:
    """(person, slot, break offsets in minutes) of a solver's values; breaks of a group are dealt out in any order."""
    program, values = np.load(folder / "program.npz"), np.load(folder / f"{name}.npz")["values"]
    group_of = program["group_of"]
    waiting: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for column, group, slot, number, offset in program["places"].tolist():
        waiting[group, slot, number] += [offset] * round(values[column])
    breaks: dict[int, int] = defaultdict(int)
    for _, _, slot, number, _ in program["places"].tolist():
        breaks[slot] = max(breaks[slot], number + 1)
    return [
        (person, slot, tuple(waiting[int(group_of[person]), slot, number].pop(0) for number in range(breaks[slot])))
        for column, person, slot in program["shifts"].tolist()
        if values[column] > 0.5
    ]


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))))
