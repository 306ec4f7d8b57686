"""Patience from tickets: by file and from the store, and the lines for the targets."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from domain.targets import Targets
from planning.cli import app
from planning.patience import for_targets, patience_of_store
from planning.session import Session
from scheduling.patience import patience_by_queue


def smena(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.stdout}\n{result.stderr}"
    return result


def tickets_file(folder: Path, hang_ups: int = 6) -> Path:
    """Twelve calls to each of two queues: 60 s of waiting each; on phone/a some hang up, on phone/b nobody."""
    rows = ["ticket_id,created_at,channel,type,wait_seconds,abandoned"]
    for kind in ("a", "b"):
        for number in range(12):
            left = kind == "a" and number < hang_ups
            rows.append(f"{kind}{number},2026-03-02T{8 + number % 8:02d}:00:00Z,phone,{kind},60,{str(left).lower()}")
    path = folder / "tickets.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_patience_is_all_time_waited_over_hang_ups(tmp_path: Path) -> None:
    """12 × 60 s of waiting and 6 hang-ups: 120 s; nobody hung up on the other queue, and it says so."""
    result = smena("patience", tickets_file(tmp_path), "--json")
    told, silent = json.loads(result.stdout)
    assert (told["queue"], told["waits"], told["hang_ups"], told["patience_seconds"]) == ("phone/a", 12, 6, 120.0)
    assert told["low_seconds"] < 120 < told["high_seconds"]
    assert silent["patience_seconds"] is None
    assert silent["remark"] == "no_hang_ups"
    assert "phone/b: nobody hung up, so patience can't be told" in result.stderr
    assert tomllib.loads(result.stderr.partition("For targets.toml:\n")[2]) == {
        "queue": {"phone/a": {"patience_seconds": 120}}
    }


def test_few_hang_ups_are_a_rough_number_and_no_advice(tmp_path: Path) -> None:
    result = smena("patience", tickets_file(tmp_path, hang_ups=3))
    assert "phone/a: fewer than five hung up" in result.stderr
    assert "For targets.toml" not in result.stderr


def test_the_targets_stand_beside_and_deferred_work_is_left_out() -> None:
    tickets = pd.DataFrame({"wait_seconds": [10.0, 20.0], "abandoned": [True, False]})
    targets = Targets.from_mapping(
        {"default": {"patience_seconds": 90}, "queue": {"email/a": {"work": "deferred", "deadline_hours": 8}}}
    )
    found = patience_by_queue(pd.Series(["phone/a", "email/a"]), tickets, targets)
    assert found["queue"].tolist() == ["phone/a"]
    assert found["in_targets_seconds"].tolist() == [90.0]


def test_an_interval_report_has_no_single_waits(tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    report.write_text("queue,start,offered\nphone/a,2026-03-02T08:00:00Z,5\nphone/a,2026-03-02T08:30:00Z,5\n")
    assert "tickets, one row a contact" in smena("patience", report, code=2).stderr


def test_tickets_without_waits_say_so(planned: Session) -> None:
    found = patience_of_store(planned)
    assert found["remark"].tolist() == ["no_waits", "no_waits"]
    assert for_targets(found) == ""


@pytest.mark.parametrize("option", ["--targets", "--segments"])
def test_the_store_has_its_own_targets(tmp_path: Path, option: str) -> None:
    assert smena("patience", option, "x.toml", "--store", tmp_path / "s", code=2).exit_code == 2
