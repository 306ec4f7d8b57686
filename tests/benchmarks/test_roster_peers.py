"""What the peers of the roster benchmark are given, and how their answers are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import __main__ as command
from benchmarks.curves import Curve, curves_svg
from benchmarks.roster_matrix import Matrix, cost_of, settled, shifts_found
from benchmarks.roster_peers import _row, falling
from benchmarks.roster_program import fixed_breaks, solve_plain
from benchmarks.roster_score import roster_of
from domain.people import RuleBook
from scheduling import compare
from scheduling.roster.problem import make_problem


@pytest.mark.parametrize(("earliest", "latest", "at"), [(60, 120, 90), (75, 150, 105), (100, 110, 105), (20, 26, 20)])
def test_a_fixed_break_lies_in_the_middle_of_its_window_on_a_quarter(earliest: int, latest: int, at: int) -> None:
    pause = {"minutes": 15, "earliest_minutes": earliest, "latest_minutes": latest}
    book = RuleBook.from_mapping(
        {
            "agreement": {"all": {"shifts": ["day"]}},
            "shift": {"day": {"start_from": "08:00", "length_minutes": 480, "break": [pause]}},
        }
    )
    (fixed,) = fixed_breaks(book).shift("day").breaks
    assert (fixed.earliest_minutes, fixed.latest_minutes) == (at, at)


BOOK: dict[str, Any] = {
    "timezone": "UTC",
    "agreement": {
        "all": {"shifts": ["day"], "hours_per_week_min": 24, "rest_hours_min": 11, "consecutive_days_max": 2},
    },
    "shift": {
        "day": {
            "start_from": "08:00", "start_to": "09:00", "length_minutes": 480, "break": [
                {"kind": "lunch", "paid": False, "minutes": 30, "earliest_minutes": 210, "latest_minutes": 285},
            ],
        }
    },
    "cover": {"under_per_hour": 50.0, "over_per_hour": 2.0},
    "rule": {"hours_per_week_min": {"strictness": "pay", "price": 5.0}},
}  # fmt: skip


def tiny_site() -> tuple[pd.DataFrame, pd.DataFrame, RuleBook]:
    """Three people of two skills; two calls and one chat are needed from 8 to 17 on three days."""
    start = pd.date_range("2026-03-02", periods=3 * 96, freq="15min", tz="UTC").as_unit("us")
    is_open = (start.hour >= 8) & (start.hour < 17)
    parts = []
    for queue, agents in (("calls", 2.0), ("chats", 1.0)):
        need = np.where(is_open, agents, 0.0)
        parts.append(
            pd.DataFrame(
                {
                    "queue": queue, "start": start, "interval_minutes": 15,
                    "load_erlangs": need, "agents": need, "scheduled": need,
                }
            )
        )  # fmt: skip
    people = pd.DataFrame(
        {"agent": ["a", "b", "c"], "agreement": "all", "queues": ["calls", "calls|chats", "calls|chats"]}
    )
    return pd.concat(parts, ignore_index=True), people, RuleBook.from_mapping(BOOK)


def without(matrix: Matrix, values: np.ndarray, column: int) -> np.ndarray:
    """The values with one shift less, sums (rows `−sum + parts = 0`, in order) and breaches put right."""
    values = np.where(np.arange(len(values)) == column, 0.0, values)
    for row in np.flatnonzero((matrix.row_low == 0) & (matrix.row_high == 0)):
        own = slice(int(matrix.start[row]), int(matrix.start[row + 1]))
        index, value = matrix.index[own], matrix.value[own]
        values[index[value < 0]] = value[value > 0] @ values[index[value > 0]]
    return settled(matrix, values)


def test_what_the_plain_program_says_a_roster_costs_is_what_the_comparison_says() -> None:
    """The best roster, the same with one shift less, which nobody optimised, and nobody at work."""
    requirements, people, book = tiny_site()
    said, matrix, best = solve_plain(make_problem(requirements, people, fixed_breaks(book)), 20.0, 0.0, workers=1)
    assert min(cost for _, cost in said["trace"]) == pytest.approx(said["bound"])
    worked = [int(column) for column in matrix.shifts[:, 0] if best[column] > 0.5]
    assert len(worked) > 3
    problem = make_problem(requirements, people, book)
    nobody = settled(matrix, np.zeros(len(best)))
    # 27 hours × 3 people at 50; 3 people owe 24 hours a week, three of its seven days are planned: see the rule
    assert cost_of(matrix, nobody) > 27 * 3 * 50
    for values in (best, without(matrix, best, worked[0]), nobody):
        draft = roster_of(problem, shifts_found(matrix, values))
        (row,) = compare({"peer": draft}, requirements, people, book).to_dict("records")
        assert cost_of(matrix, values) == pytest.approx(row["cost"])
        assert row["hard_breaches"] == 0


def test_columns_that_pay_stand_no_higher_than_their_rows_ask_for() -> None:
    """x0 + y ≥ 3 and 2 · x1 − z ≤ 1 at x = (1, 2): y = 2, z = 3, whatever the solver left them at."""
    matrix = Matrix(
        cost=np.array([1.0, 1.0, 10.0, 100.0]), offset=7.0, low=np.zeros(4), high=np.full(4, np.inf),
        unit=np.ones(4), row_low=np.array([3.0, -np.inf]), row_high=np.array([np.inf, 1.0]),
        start=np.array([0, 2, 4]), index=np.array([0, 2, 1, 3]), value=np.array([1.0, 1.0, 2.0, -1.0]),
        lowered=np.array([False, False, True, True]), flag=np.zeros(4, dtype=bool),
        shifts=np.array([(0, 0, 5), (1, 4, 6)]),
    )  # fmt: skip
    values = settled(matrix, np.array([0.9999999, 2.0, 50.0, 40.0]))
    assert values.tolist() == [1.0, 2.0, 2.0, 3.0]
    assert cost_of(matrix, values) == 1 + 2 + 20 + 300 + 7
    assert shifts_found(matrix, values) == [(0, 5), (4, 6)]


def test_a_gap_falls_in_steps_to_the_limit() -> None:
    """A worse roster on the way changes nothing."""
    across, up = falling([(1.0, 9.0), (2.0, 4.0), (3.0, 6.0)], 10.0)
    assert (across, up) == ([1.0, 2.0, 2.0, 10.0], [9.0, 9.0, 4.0, 4.0])


def test_curves_stay_inside_the_picture() -> None:
    text = curves_svg("A & B", "x", "y", [Curve("a", [1, 10, 100], [5, 0.5, 0.05]), Curve("b", [2], [3])])
    assert "A &amp; B" in text
    points = [point.split(",") for line in text.split('points="')[1:] for point in line.split('"')[0].split()]
    assert len(points) == 4
    assert all(70 <= float(x) <= 540 and 40 <= float(y) <= 385 for x, y in points)


def test_help_lists_the_benchmarks_and_runs_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "MODULES", ("roster_peers", "roster_growth"))
    monkeypatch.setattr(command, "run", lambda *_: pytest.fail("a benchmark ran"))
    assert command.main(["roster_peers", "--help"]) == 0
    told = capsys.readouterr().out
    assert "roster_peers    rosters by the product, OR-Tools, PuLP + HiGHS and pyworkforce" in told
    assert "roster_growth   how rosters' seconds grow with people and weeks" in told
    assert command.main(["no_such"]) == 2


def test_a_peer_that_failed_is_a_row_that_says_why() -> None:
    scored = {"rosters": {}, "under_per_hour": 50.0, "required_hours": 100.0}
    row = _row("CP-SAT", 200, 1, 60.0, 1000.0, {"fault": "not done after 180 s"}, scored)
    assert (row["method"], row["words"], row["trace"]) == ("CP-SAT", "not done after 180 s", [])
    assert not {"cost", "cpu_s", "peak_MB"} & row.keys()
