"""`smena require --people`: what people with several skills save, from files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from planning.cli import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    starts = [f"2026-09-01T{hour:02d}:00:00+00:00" for hour in range(6, 12)]
    rows = [f"{queue},{start},240,300" for queue in ("phone/a", "phone/b") for start in starts]
    (tmp_path / "forecast.csv").write_text("queue,start,offered,aht_seconds\n" + "\n".join(rows) + "\n", "utf-8")
    (tmp_path / "targets.toml").write_text("[default]\nservice_level = 0.8\nanswer_within_seconds = 20\n", "utf-8")
    people = "agent,queues,agreement\nann,phone/a,full\nbob,phone/b,full\ncy,phone/*,full\n"
    (tmp_path / "people.csv").write_text(people, "utf-8")
    return tmp_path


def ask(folder: Path, *more: str) -> tuple[int, str]:
    words = ["require", str(folder / "forecast.csv"), "--targets", str(folder / "targets.toml"), *more]
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.stdout


def test_hours_saved_are_the_queues_apart_less_the_least_together(folder: Path) -> None:
    people, out, bounds = (str(folder / name) for name in ("people.csv", "need.csv", "bounds.csv"))
    code, text = ask(folder, "--out", out, "--people", people, "--bounds", bounds)
    assert code == 0
    found = json.loads(text)["pooling"]
    need, least = pd.read_csv(out), pd.read_csv(bounds)
    assert least["queues"].unique().tolist() == ["phone/a|phone/b"]
    assert found["hours_apart"] == pytest.approx(need["agents"].sum(), abs=0.01)
    assert found["hours_together_at_least"] == pytest.approx(least["agents"].sum(), abs=0.01)
    assert found["hours_saved_at_most"] == pytest.approx(least["apart"].sum() - least["agents"].sum(), abs=0.01)


def test_the_account_needs_a_file_for_the_table_and_bounds_need_people(folder: Path) -> None:
    assert ask(folder, "--people", str(folder / "people.csv"))[0] == 2
    assert ask(folder, "--bounds", str(folder / "bounds.csv"))[0] == 2
