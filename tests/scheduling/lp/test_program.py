"""Programs whose optimum can be seen, solved once and again with other numbers."""

from __future__ import annotations

import numpy as np
import pytest

from scheduling.lp import Program


def knapsack() -> Program:
    """Take things of value 6, 5, 4 and weight 3, 2, 2 into a bag of 4."""
    program = Program("bag")
    things = [
        program.column(f"x{number}", cost=-value, high=1, integer=True) for number, value in enumerate((6.0, 5.0, 4.0))
    ]
    program.row("weight", list(zip(things, (3.0, 2.0, 2.0), strict=True)), "<=", 4)
    return program


def test_a_mixed_integer_program_is_solved_to_proof():
    answer = knapsack().live().solve()
    assert answer is not None
    assert answer.objective == pytest.approx(-9)
    assert answer.bound == pytest.approx(-9)
    assert answer.proven
    assert np.round(answer.values).tolist() == [0, 1, 1]


def test_its_relaxation_is_a_bound_with_the_price_of_the_row():
    answer = knapsack().live(relaxed=True).solve()
    assert answer is not None
    assert answer.objective == pytest.approx(-9)  # 5 + 4 fill the bag; 6/3 is the price at which the first thing waits
    assert answer.row_duals[0] == pytest.approx(-2.0)


def test_new_costs_bounds_and_limits_need_no_new_program():
    live = knapsack().live()
    live.set_costs(np.array([0]), np.array([-20.0]))
    assert live.solve().objective == pytest.approx(-20)
    live.set_bounds(np.array([0]), np.array([0.0]), np.array([0.0]))
    assert live.solve().objective == pytest.approx(-9)
    live.set_limits(np.array([0]), np.array([-np.inf]), np.array([2.0]))
    assert live.solve().objective == pytest.approx(-5)


def test_new_columns_join_with_their_rows():
    live = knapsack().live(relaxed=True)
    numbers = live.add_columns(np.array([-100.0]), np.array([0]), np.array([0]), np.array([4.0]))
    answer = live.solve()
    assert numbers.tolist() == [3]
    assert answer.objective == pytest.approx(-100)
    assert answer.values[3] == pytest.approx(1)


def test_a_program_without_a_solution_gives_no_answer():
    program = Program("empty")
    x = program.column("x", cost=1.0, high=1.0)
    program.row("too_much", [(x, 1.0)], ">=", 2.0)
    assert program.live().solve() is None


def test_a_constant_counts_in_the_objective():
    program = Program("constant")
    x = program.column("x", cost=1.0)
    program.row("least", [(x, 1.0)], ">=", 2.0)
    program.constant(40)
    assert program.live().solve().objective == pytest.approx(42)
