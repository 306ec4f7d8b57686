"""The door to published multi-activity problems, on a week small enough to score in twenty lines."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from benchmarks.massp import penalty_of, read_instance
from benchmarks.rostering import main
from scheduling.roster.engines.activities import Block

HEAD = """# a comment
SECTION_HORIZON
2
SECTION_TASKS
2
SECTION_STAFF
a,720,900
b,360,1200
SECTION_COVER
"""
FIRST_COVER = 10  # line of the file


def instance_file(folder: Path, text: str = HEAD, wrong: tuple[str, str] | None = None) -> Path:
    """Two days; task x needs one person from 06:00 to 09:00, task y one from 09:00 to 12:00, on the first day."""
    lines = []
    for at in range(2 * 96):
        minute = 360 + 15 * at
        clock = f"{minute // 60 % 24:02d}:{minute % 60:02d}"
        for task, begin in (("x", 0), ("y", 12)):
            need = int(begin <= at < begin + 12)
            lines.append(f"{1 + minute // 1440},{clock}-00:00,{task},{need},{need}")
    content = text + "\n".join(lines) + "\n"
    if wrong:
        assert wrong[0] in content
        content = content.replace(*wrong, 1)
    path = folder / "1_2_2_2.txt"
    path.write_text(content, "utf-8")
    return path


def referee(path: Path) -> tuple[dict[str, int], np.ndarray]:
    """(minutes by employee, people by task and quarter-hour from 06:00) of a legal roster file."""
    there, minutes = np.zeros((2, 2 * 96), dtype=int), {}
    for employee in ET.parse(path).getroot().iter("Employee"):
        total, reached, days = 0, -56, set()
        for shift in employee.iter("Shift"):
            hour, quarter = (int(part) for part in str(shift.findtext("Start")).split(":"))
            day, clock = int(str(shift.findtext("Day"))), 60 * hour + quarter
            assert any(low <= clock <= high for low, high in ((360, 600), (840, 1080), (1200, 1440), (0, 0)))
            assert day not in days
            at = begin = day * 96 + clock // 15 - 24
            assert begin - reached >= 56
            for task in shift.iter("Task"):
                length = int(str(task.findtext("Length"))) // 15
                assert length >= 4
                there["xy".index(str(task.findtext("ID"))), at : at + length] += 1
                at += length
            assert 24 <= at - begin <= 40
            days.add(day)
            total, reached = total + 15 * (at - begin), at
        minutes[str(employee.get("ID"))] = total
    return minutes, there


def test_a_roster_is_legal_and_costs_what_the_bound_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = instance_file(tmp_path), tmp_path / "roster.xml"
    assert main(["solve", str(path), "--format", "massp", "--rounds", "5", "--out", str(out)]) == 0
    summary = json.loads(capsys.readouterr().out)
    minutes, there = referee(out)
    assert 720 <= minutes["a"] <= 900
    assert 360 <= minutes["b"] <= 1200
    need = np.zeros((2, 2 * 96), dtype=int)
    need[0, :12] = need[1, 12:24] = 1
    assert (there >= need).all()
    # By hand: 72 quarter-hours are owed and 24 needed, so that 48 are too many; one at a time is the best there is.
    assert summary["penalty"] == ((there - need) ** 2).sum() == 48
    assert summary["bound"] == 48
    assert summary["missing"] == summary["short_minutes"] == 0
    assert summary["compile_seconds"] >= 0


def test_the_penalty_counts_squares_of_surplus(tmp_path: Path) -> None:
    instance = read_instance(instance_file(tmp_path))
    roster = {"a": [Block(0, 0, 24)], "b": [Block(0, 8, 32)]}
    # x: one too many from 8 to 12 and 24 to 32, two people too many from 12 to 24; y: nobody for its 12 quarter-hours.
    assert penalty_of(instance, roster) == (4 + 8 + 12 * 4, 12)


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("a,720,900", "a,900,720", 7),
        ("a,720,900", "a,720", 7),
        ("b,360,1200", "a,360,1200", 8),
        ("1,06:00-00:00,x,1,1", "1,05:45-00:00,x,1,1", FIRST_COVER),
        ("1,06:00-00:00,x,1,1", "1,06:05-00:00,x,1,1", FIRST_COVER),
        ("1,06:00-00:00,y,0,0", "1,06:00-00:00,y,0,some", FIRST_COVER + 1),
        ("1,06:15-00:00,x,1,1", "1,06:00-00:00,x,1,1", FIRST_COVER + 2),
    ],
)
def test_a_line_that_can_t_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], right: str, wrong: str, line: int
) -> None:
    path, out = instance_file(tmp_path, wrong=(right, wrong)), tmp_path / "roster.xml"
    assert main(["solve", str(path), "--format", "massp", "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "1_2_2_2.txt" in told
    assert wrong in told
    assert f"line {line}" in told
    assert not out.exists()


@pytest.mark.parametrize(
    "wrong", [("2,05:45-00:00,y,0,0\n", ""), ("SECTION_HORIZON\n2", ""), ("a,720,900\nb,360,1200", "")]
)
def test_a_file_that_lacks_something_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: tuple[str, str]
) -> None:
    path = instance_file(tmp_path, wrong=wrong)
    assert main(["solve", str(path), "--format", "massp", "--out", str(tmp_path / "roster.xml")]) == 2
    assert "1_2_2_2.txt" in capsys.readouterr().err
