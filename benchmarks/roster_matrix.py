"""A mixed-integer program as plain arrays, which the peers' own environment can read: numpy only.

A solver's heuristics leave columns that pay for something above what their rows ask for (seen: a roster of 95,916 that
HiGHS told as 150,941). `settled` lowers them, so that the cost of a roster is that of its shifts, whoever found it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Matrix:
    """The program by rows.

    Attributes:
        unit: parts of a column that are whole numbers.
        lowered: columns that pay for a breach or for people who are missing, one a row at most.
        flag: yes/no columns of rules.
        shifts: column, person (position in the problem) and slot of every shift that somebody could work.
    """

    cost: np.ndarray
    offset: float
    low: np.ndarray
    high: np.ndarray
    unit: np.ndarray
    row_low: np.ndarray
    row_high: np.ndarray
    start: np.ndarray
    index: np.ndarray
    value: np.ndarray
    lowered: np.ndarray
    flag: np.ndarray
    shifts: np.ndarray


def settled(matrix: Matrix, values: np.ndarray) -> np.ndarray:
    """The values with every `lowered` column at the least that its rows ask for; a row holds one of them at most."""
    values = np.where(matrix.lowered, 0.0, np.round(values))
    row = np.repeat(np.arange(len(matrix.row_low)), np.diff(matrix.start))
    sums = np.bincount(row, weights=matrix.value * values[matrix.index], minlength=len(matrix.row_low))
    own = np.flatnonzero(matrix.lowered[matrix.index])
    sign = matrix.value[own]
    asked = np.where(sign > 0, matrix.row_low[row[own]] - sums[row[own]], sums[row[own]] - matrix.row_high[row[own]])
    np.maximum.at(values, matrix.index[own], asked / np.abs(sign))
    return values


def cost_of(matrix: Matrix, values: np.ndarray) -> float:
    """The program's objective."""
    return float(matrix.cost @ values) + matrix.offset


def read_matrix(path: Path) -> Matrix:
    """The arrays of a file by their names."""
    with np.load(path) as held:
        parts = {name: held[name] for name in held.files}
    return Matrix(**{**parts, "offset": float(parts["offset"])})


def shifts_found(matrix: Matrix, values: np.ndarray) -> list[tuple[int, int]]:
    """(person, slot) of a solver's values."""
    return [(person, slot) for column, person, slot in matrix.shifts.tolist() if values[column] > 0.5]
