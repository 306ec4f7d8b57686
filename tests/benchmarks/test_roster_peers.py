"""What the peers of the roster benchmark are given, and how their answers are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.curves import Curve, curves_svg
from benchmarks.roster_peers import falling
from benchmarks.roster_program import fixed_breaks, shifts_found
from domain.people import RuleBook


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


def test_breaks_counted_by_group_are_dealt_out_to_its_people(tmp_path: Path) -> None:
    """Columns 0 to 2: slot 4 of persons 0, 1 (group 0) and 2 (group 1); 3 and 4: group 0's break at 60 or 75."""
    np.savez(
        tmp_path / "program.npz",
        group_of=np.array([0, 0, 1]),
        shifts=np.array([(0, 0, 4), (1, 1, 4), (2, 2, 4)]),
        places=np.array([(3, 0, 4, 0, 60), (4, 0, 4, 0, 75)]),
    )
    np.savez(tmp_path / "found.npz", values=np.array([1.0, 0.9999999, 0.0, 1.0, 1.0]))
    assert shifts_found(tmp_path, "found") == [(0, 4, (60,)), (1, 4, (75,))]


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
