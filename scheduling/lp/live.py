"""A program inside HiGHS that is solved again and again with new costs, bounds, limits and columns (warm starts)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from highspy import HighsModelStatus, HighsStatus, kHighsInf

_STOPPED = (
    HighsModelStatus.kOptimal,
    HighsModelStatus.kSolutionLimit,
    HighsModelStatus.kTimeLimit,
    HighsModelStatus.kIterationLimit,
    HighsModelStatus.kInterrupt,
    HighsModelStatus.kObjectiveBound,
    HighsModelStatus.kObjectiveTarget,
)


@dataclass(frozen=True)
class Answer:
    """What a solve gave. `values` has one entry a column of the program (0 for columns PuLP left out).

    `row_duals`: change of the objective per unit of a row's limit (linear programs only, else zeros).
    `column_duals`: reduced costs, one a column (linear programs only, else zeros).
    `bound`: proven lower bound on the objective; `proven`: solved to optimality.
    """

    objective: float
    bound: float
    proven: bool
    values: np.ndarray
    row_duals: np.ndarray
    column_duals: np.ndarray


def settle(highs: Any, seed: int) -> None:
    """One thread, fixed seed, no output: equal runs give equal answers."""
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", int(seed) % 2_147_483_647)):
        highs.setOptionValue(option, value)


class LiveModel:
    """HiGHS with a program loaded. The methods change it in place, `solve` answers."""

    def __init__(self, highs: Any, column_of: np.ndarray) -> None:
        self._highs = highs
        self._column_of = column_of

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self._highs.getNumRow())

    @property
    def columns(self) -> int:
        """Number of columns of the program, those made by `add_columns` included."""
        return len(self._column_of)

    def set_costs(self, columns: np.ndarray, costs: np.ndarray) -> None:
        """New costs of some columns."""
        inside, kept = self._inside(columns)
        self._highs.changeColsCost(len(inside), inside, np.ascontiguousarray(costs[kept], dtype=np.float64))

    def set_bounds(self, columns: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """New bounds of some columns; infinity means none."""
        inside, kept = self._inside(columns)
        self._highs.changeColsBounds(len(inside), inside, _finite(low[kept]), _finite(high[kept]))

    def set_limits(self, rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """New limits of some rows; infinity means none."""
        inside = np.ascontiguousarray(rows, dtype=np.int32)
        self._highs.changeRowsBounds(len(inside), inside, _finite(low), _finite(high))

    def add_columns(
        self, costs: np.ndarray, starts: np.ndarray, rows: np.ndarray, coefficients: np.ndarray
    ) -> np.ndarray:
        """New continuous columns ≥ 0, as compressed columns (`starts` into `rows`). Returns their numbers."""
        count = len(costs)
        first = int(self._highs.getNumCol())
        self._highs.addCols(
            count,
            np.ascontiguousarray(costs, dtype=np.float64),
            np.zeros(count),
            np.full(count, kHighsInf),
            len(rows),
            np.ascontiguousarray(starts, dtype=np.int32),
            np.ascontiguousarray(rows, dtype=np.int32),
            np.ascontiguousarray(coefficients, dtype=np.float64),
        )
        numbers = np.arange(len(self._column_of), len(self._column_of) + count)
        self._column_of = np.concatenate([self._column_of, np.arange(first, first + count)])
        return numbers

    def start_from(self, columns: np.ndarray, values: np.ndarray) -> None:
        """A known solution to begin a mixed-integer search with."""
        inside, kept = self._inside(columns)
        self._highs.setSolution(len(inside), inside, np.ascontiguousarray(values[kept], dtype=np.float64))

    def option(self, name: str, value: object) -> None:
        """Sets a HiGHS option by name."""
        self._highs.setOptionValue(name, value)

    def solve(
        self,
        *,
        nodes: int | None = None,
        gap: float | None = None,
        seconds: float | None = None,
    ) -> Answer | None:
        """Solves; None where no solution exists or none was found within the limits."""
        highs = self._highs
        if nodes is not None:
            highs.setOptionValue("mip_max_nodes", nodes)
        if gap is not None:
            highs.setOptionValue("mip_rel_gap", gap)
        if seconds is not None:
            highs.setOptionValue("time_limit", float(highs.getRunTime()) + max(seconds, 0.01))
        if highs.run() == HighsStatus.kError:
            return None
        status = highs.getModelStatus()
        objective = float(highs.getInfo().objective_function_value)
        if status not in _STOPPED or not np.isfinite(objective):
            return None
        return self._answer(status, objective)

    def _answer(self, status: Any, objective: float) -> Answer | None:
        highs = self._highs
        solution = highs.getSolution()
        inside = np.asarray(solution.col_value, dtype=np.float64)
        if inside.size == 0 and len(self._column_of):
            inside = np.zeros(int(highs.getNumCol()))
        values = np.zeros(len(self._column_of))
        kept = self._column_of >= 0
        values[kept] = inside[self._column_of[kept]]
        duals = np.asarray(solution.row_dual, dtype=np.float64)
        column_duals = np.zeros(len(self._column_of))
        if len(solution.col_dual):
            column_duals[kept] = np.asarray(solution.col_dual, dtype=np.float64)[self._column_of[kept]]
        proven = status == HighsModelStatus.kOptimal
        bound = float(highs.getInfo().mip_dual_bound)
        if not np.isfinite(bound) or not _has_integers(highs):
            bound = objective if proven else -np.inf
        return Answer(objective, bound, proven, values, duals, column_duals)

    def _inside(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        numbers = self._column_of[np.asarray(columns, dtype=np.int64)]
        kept = numbers >= 0
        return np.ascontiguousarray(numbers[kept], dtype=np.int32), kept


def _finite(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.clip(values, -kHighsInf, kHighsInf), dtype=np.float64)


def _has_integers(highs: Any) -> bool:
    return float(highs.getInfo().mip_node_count) >= 0
