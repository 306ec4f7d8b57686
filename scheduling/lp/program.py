"""A mixed-integer program in PuLP: the language in which a roster rule is written and read.

- **column**: a decision variable with its cost; **row**: a linear constraint with a name.
- `live()` hands the same program to HiGHS for loops (new costs, bounds and columns without building it again).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from pulp import LpAffineExpression, LpConstraint, LpMinimize, LpProblem, LpVariable
from pulp.apis import HiGHS

from scheduling.lp.live import LiveModel, settle

Variable = LpVariable
Sense = Literal["<=", "=", ">="]
_SENSES = {"<=": -1, "=": 0, ">=": 1}


class Program:
    """A minimisation in PuLP. Names hold letters, digits and underscores only, so that every PuLP writes them alike."""

    def __init__(self, name: str) -> None:
        self.problem = LpProblem(name, LpMinimize)
        self._objective: list[tuple[LpVariable, float]] = []
        self._constant = 0.0

    def column(
        self, name: str, *, cost: float = 0.0, low: float = 0.0, high: float | None = None, integer: bool = False
    ) -> LpVariable:
        """A new variable in [low, high] with its cost in the objective."""
        variable = self.problem.add_variable(name, low, high, "Integer" if integer else "Continuous")
        self._objective.append((variable, cost))
        return variable

    def row(self, name: str, terms: Iterable[tuple[LpVariable, float]], sense: Sense, limit: float) -> LpConstraint:
        """A new constraint `Σ coefficient · variable  sense  limit`."""
        expression = LpAffineExpression.from_list(list(terms), constant=-float(limit))
        expression.sense = _SENSES[sense]
        return self.problem.addConstraint(expression, name)

    def constant(self, value: float) -> None:
        """Adds a constant to the objective."""
        self._constant += float(value)

    def finish(self) -> LpProblem:
        """The PuLP problem with its objective: to write as text or to solve by any solver PuLP knows."""
        self.problem.setObjective(LpAffineExpression.from_list(self._objective, constant=self._constant))
        return self.problem

    def live(self, *, seed: int = 1, relaxed: bool = False) -> LiveModel:
        """The program inside HiGHS. Column i of the live model is the i-th `column` made; row i the i-th `row`.

        `relaxed` drops integrality. Columns that occur nowhere are kept out by PuLP, so every column must be in a row
        or carry a cost.
        """
        problem = self.finish()
        solver = HiGHS(mip=not relaxed, msg=False, threads=1)
        solver.createAndConfigureSolver(problem)
        solver.buildSolverModel(problem)
        highs = problem.solverModel
        settle(highs, seed)
        used = np.array([variable.id for variable in problem.exported_variables()], dtype=np.int64)
        column_of = np.full(len(self._objective), -1, dtype=np.int64)
        column_of[used] = np.arange(len(used))
        return LiveModel(highs, column_of)
