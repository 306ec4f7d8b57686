"""People and their rules as part of a PuLP program: one column a slot, one row a rule's row.

Written for one person, or for n people alike at once: every limit and bound × n. The sum of n legal tours keeps these
rows, so that the aggregate is a relaxation and its optimum a lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.lp import Program, Variable
from scheduling.roster.model import ModelRow
from scheduling.roster.open_people import PeopleAlike


@dataclass(frozen=True)
class WrittenPeople:
    """Where a class of people stands in the program: numbers of its columns and rows; limits are for one person."""

    columns: np.ndarray  # by entry of `slots`
    slots: np.ndarray
    flags: np.ndarray
    slacks: np.ndarray
    rows: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    rules: tuple[str, ...]
    variables: tuple[Variable, ...]


class Writer:
    """A program with running column and row numbers."""

    def __init__(self, name: str) -> None:
        self.program = Program(name)
        self.columns = 0
        self.rows = 0

    def column(
        self, name: str, *, cost: float = 0.0, high: float | None = None, integer: bool = False
    ) -> tuple[int, Variable]:
        """A column ≥ 0 and its number."""
        variable = self.program.column(name, cost=cost, high=high, integer=integer)
        self.columns += 1
        return self.columns - 1, variable

    def row(self, name: str, terms: list[tuple[Variable, float]], low: float, high: float) -> int:
        """A row with one finite limit (or both equal) and its number."""
        if low == high:
            self.program.row(name, terms, "=", low)
        elif np.isfinite(high):
            self.program.row(name, terms, "<=", high)
        else:
            self.program.row(name, terms, ">=", low)
        self.rows += 1
        return self.rows - 1


def write_people(
    writer: Writer, people: PeopleAlike, name: str, *, count: float = 1.0, keep: frozenset[str] | None = None
) -> WrittenPeople:
    """Writes the columns and rows of one class. `keep`: names of the rules to write, None for all."""
    slots = people.slots
    rows = [row for row in people.rows if keep is None or row.rule in keep]
    made = [
        writer.column(f"x_{name}_{people.model.slots.label(int(slot))}", cost=float(cost), high=count, integer=True)
        for slot, cost in zip(slots, people.slot_costs, strict=True)
    ]
    variables = tuple(variable for _, variable in made)
    variable_of = dict(zip((int(slot) for slot in slots), variables, strict=True))
    used = sorted({flag for row in rows for flag in row.flags})
    flags = {flag: writer.column(f"{people.model.flags[flag]}_{name}", high=count, integer=True) for flag in used}
    numbers, slacks = [], []
    for row in rows:
        terms = [(variable_of[int(s)], float(c)) for s, c in zip(row.slots, row.coefficients, strict=True)]
        terms += [(flags[f][1], c) for f, c in zip(row.flags, row.flag_coefficients, strict=True)]
        if row.price is not None:
            sign = -1.0 if np.isfinite(row.high) else 1.0
            number, slack = writer.column(f"breach_{row.rule}_{name}_{row.label}", cost=row.price)
            slacks.append(number)
            terms.append((slack, sign))
        numbers.append(writer.row(f"{row.rule}_{name}_{row.label}", terms, *_limits(row, count)))
    return WrittenPeople(
        columns=np.array([number for number, _ in made], dtype=np.int64),
        slots=slots,
        flags=np.array([flags[flag][0] for flag in used], dtype=np.int64),
        slacks=np.array(slacks, dtype=np.int64),
        rows=np.array(numbers, dtype=np.int64),
        lows=np.array([row.low for row in rows]),
        highs=np.array([row.high for row in rows]),
        rules=tuple(row.rule for row in rows),
        variables=variables,
    )


def _limits(row: ModelRow, count: float) -> tuple[float, float]:
    return row.low * count, row.high * count
