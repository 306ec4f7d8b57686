"""The door to published rostering problems, on instances small enough to solve by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.curtois_qu import read_instance
from benchmarks.rostering import main, penalty_of, solve

# Three people, early and late, a week from Monday. Nobody may work early the day after late.
WEEK = """
SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
L,480,E
SECTION_STAFF
a,E=7|L=7,2400,1440,5,2,2,1
b,E=7|L=0,2400,960,5,1,1,1
c,E=0|L=2,2400,0,5,1,1,0
SECTION_DAYS_OFF
a,0
SECTION_SHIFT_ON_REQUESTS
b,1,E,3
SECTION_SHIFT_OFF_REQUESTS
c,2,L,2
SECTION_COVER
"""


def instance_file(folder: Path, cover: dict[tuple[int, str], int], text: str = WEEK) -> Path:
    """The week with so many people needed by day and type, 0 elsewhere; missing costs 100, surplus 1."""
    lines = [f"{day},{name},{cover.get((day, name), 0)},100,1" for day in range(7) for name in "EL"]
    path = folder / "Instance.txt"
    path.write_text(text + "\n".join(lines) + "\n", "utf-8")
    return path


def test_the_penalty_counts_requests_and_cover_by_their_weights(tmp_path: Path) -> None:
    instance = read_instance(instance_file(tmp_path, {(0, "E"): 2, (1, "L"): 1}))
    roster = {("b", 0): "E", ("a", 1): "L", ("c", 2): "L", ("a", 2): "L"}
    # one early missing on day 0 (100), b has no early on day 1 (3), c works a late on day 2 (2), two lates too many (2)
    assert penalty_of(instance, roster) == 100 + 3 + 2 + 2


def test_a_week_is_covered_as_well_as_the_contracts_allow(tmp_path: Path) -> None:
    cover = {(0, "E"): 1, (1, "E"): 1, (0, "L"): 1, (2, "L"): 1, (3, "L"): 1}
    path = instance_file(tmp_path, cover)
    roster, summary = solve(read_instance(path), seconds=60, seed=1, rounds=5)
    # By hand: b works early on days 0 and 1 and gets the wish; c has two lates at most and a works at least three days
    # (1440 minutes), two in a row, none on day 0: c late on day 0, a late on days 2 and 3 and once more, one surplus.
    assert summary["penalty"] == 1
    assert summary["bound"] <= 1
    assert [roster.get(("b", day)) for day in (0, 1)] == ["E", "E"]
    assert ("a", 0) not in roster
    assert sum(name == "L" for (who, _), name in roster.items() if who == "c") <= 2
    worked = sorted(day for who, day in roster if who == "a")
    assert len(worked) >= 3
    for day in worked:
        assert not (roster["a", day] == "L" and roster.get(("a", day + 1)) == "E")


def test_the_same_seed_and_rounds_give_the_same_roster(tmp_path: Path) -> None:
    path = instance_file(tmp_path, {(day, name): 1 for day in range(7) for name in "EL"})
    assert solve(read_instance(path), 60, 3, 2)[0] == solve(read_instance(path), 60, 3, 2)[0]


def test_the_command_writes_employee_day_and_shift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = instance_file(tmp_path, {(1, "E"): 1})
    out = tmp_path / "roster.csv"
    given = ["solve", str(path), "--format", "curtois-qu", "--rounds", "1", "--out", str(out)]
    assert main(given) == 0
    summary = json.loads(capsys.readouterr().out)
    assert {"penalty", "bound", "gap", "seconds"} <= set(summary)
    lines = out.read_text("utf-8").splitlines()
    assert lines[0] == "employee,day,shift"
    assert "b,1,E" in lines


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("b,E=7|L=0,2400", "b,E=seven|L=0,2400", 9),
        ("b,E=7|L=0,2400", "b,E=7|X=0,2400", 9),
        ("b,1,E,3", "nobody,1,E,3", 14),
        ("c,2,L,2", "c,7,L,2", 16),
        ("c,E=0|L=2,2400,0,5,1,1,0", "c,E=0|L=2,2400,0", 10),
    ],
)
def test_a_line_that_can_t_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], right: str, wrong: str, line: int
) -> None:
    path = instance_file(tmp_path, {}, WEEK.replace(right, wrong))
    out = tmp_path / "roster.csv"
    assert main(["solve", str(path), "--format", "curtois-qu", "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "Instance.txt" in told
    assert wrong in told
    assert f"line {line}" in told
    assert not out.exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00binary"])
def test_a_file_that_is_no_instance_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "Instance.txt"
    path.write_bytes(content)
    assert main(["solve", str(path), "--format", "curtois-qu", "--out", str(tmp_path / "roster.csv")]) == 2
    assert "Instance.txt" in capsys.readouterr().err
