"""`smena shifts`: the table in a file, the account on stdout, exit 3 where hours stay uncovered."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from connectors import read_table, write_table
from domain.tables import REQUIREMENTS, SHIFTS
from planning.cli import app

RULES = """
timezone = "Europe/Berlin"
[agreement.own]
shifts = ["day"]
cost_per_hour = 10
[shift.day]
start_from = "08:00"
length_minutes = 240
[[shift.day.break]]
minutes = 60
earliest_minutes = 60
latest_minutes = 120
"""


def smena(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    need = pd.DataFrame(
        {
            "queue": "calls", "interval_minutes": 60, "load_erlangs": 1.0, "agents": 1.0, "scheduled": 1.0,
            "start": pd.date_range("2026-03-02T07:00", periods=4, freq="h", tz="UTC").as_unit("us"),
        }
    )  # fmt: skip
    write_table(need, str(tmp_path / "need.csv"), REQUIREMENTS, timezone="Europe/Berlin")
    (tmp_path / "rules.toml").write_text(RULES, "utf-8")
    return tmp_path / "need.csv", tmp_path / "rules.toml", tmp_path / "shifts.csv"


def test_two_shifts_relieve_each_other(files: tuple[Path, Path, Path]) -> None:
    need, rules, out = files
    done = smena("shifts", need, "--rules", rules, "--cover", "hard", "--out", out, "--quiet")

    assert done.exit_code == 0, done.stderr
    account = json.loads(done.stdout)
    assert (account["shifts"], account["paid_hours"], account["cost"]) == (2, 8.0, 80.0)
    found = read_table(str(out), SHIFTS, timezone="Europe/Berlin")
    assert sorted(found["breaks"]) == ["09:00 break 60", "10:00 break 60"]


def test_hours_that_no_shift_reaches_are_exit_three(files: tuple[Path, Path, Path]) -> None:
    need, rules, out = files
    rules.write_text(RULES.replace('"08:00"', '"09:00"'), "utf-8")
    done = smena("shifts", need, "--rules", rules, "--cover", "hard", "--out", out)

    assert done.exit_code == 3
    assert json.loads(done.stdout)["uncovered_hours"] == 1.0


def test_an_unknown_queue_and_a_missing_file_name_are_wrong_use(files: tuple[Path, Path, Path]) -> None:
    need, rules, out = files

    assert smena("shifts", need, "--rules", rules, "--out", out, "--queue", "mail").exit_code == 2
    assert smena("shifts", need, "--rules", rules).exit_code == 2
    assert smena("shifts", need, "--out", out).exit_code == 2
