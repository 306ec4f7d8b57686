"""A forecast from a file: failures are said and told by the exit code; impossible times and horizons are named."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from domain.errors import BadValue
from planning import stages
from planning.cli import app


def smena(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.stdout}\n{result.stderr}"
    return result


def history(folder: Path, **offered: float | None) -> Path:
    """Three weeks of whole days for each queue; None = a queue whose counts are all missing."""
    days = pd.date_range("2026-06-01", periods=21, freq="D", tz="UTC")
    path = folder / "history.csv"
    frames = [
        pd.DataFrame({"queue": f"phone/{name}", "start": days, "offered": number, "aht_seconds": 300.0})
        for name, number in offered.items()
    ]
    pd.concat(frames).to_csv(path, index=False)
    return path


OPTIONS = ("--horizon", "7d", "--origins", "1")


def test_a_forecast_of_which_a_queue_failed_is_exit_4_with_the_others_written(tmp_path: Path) -> None:
    out = tmp_path / "f.csv"

    result = smena("forecast", history(tmp_path, tech=10.0, web=None), *OPTIONS, "--out", out, code=4)

    assert "smena: queue 'phone/web':" in result.stderr
    assert pd.read_csv(out)["queue"].unique().tolist() == ["phone/tech"]


def test_a_forecast_of_which_every_queue_failed_is_a_fault_and_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "f.csv"

    result = smena("forecast", history(tmp_path, web=None), *OPTIONS, "--out", out, code=1)

    assert "smena: queue 'phone/web':" in result.stderr
    assert not out.exists()


def test_what_a_planner_should_know_of_a_forecast_is_said(tmp_path: Path) -> None:
    result = smena("forecast", history(tmp_path, tech=10.0), *OPTIONS, "--out", tmp_path / "f.csv")

    assert "queue 'phone/tech': LOW_HISTORY" in result.stderr


@pytest.mark.parametrize("text", ["0d", "3661d", "524w", "99999999999999999999", "d", "-1"])
def test_a_horizon_outside_one_day_to_ten_years_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match=r"from 1 to 3660 days, found"):
        stages.parse_days(text)


def test_the_longest_horizon_is_3660_days() -> None:
    assert (stages.parse_days("3660"), stages.parse_days("4w")) == (3660, 28)


def test_a_time_that_the_clocks_skip_names_the_option_and_the_gap(tmp_path: Path) -> None:
    options = ("--as-of", "2026-03-29T02:30", "--timezone", "Europe/Berlin", "--interval", "day")

    said = smena("forecast", history(tmp_path, tech=10.0), *options, code=2).stderr

    assert "column '--as-of'" in said
    assert "in Europe/Berlin the clocks go from 02:00 to 03:00 then" in said


def test_a_time_that_the_clocks_show_twice_asks_for_its_offset() -> None:
    with pytest.raises(BadValue, match=r"'--as-of': expected a time that the clocks show once.*give the offset"):
        stages.parse_time("2026-10-25T02:30", "Europe/Berlin", "--as-of")
