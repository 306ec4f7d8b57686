"""What each day's number is made of: kept beside the forecast, written beside a file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from domain.intervals import local_days
from domain.tables import DECOMPOSITION
from planning import steps
from planning.cli import app
from planning.session import Session
from planning.steps import demand

ZONE = "Europe/Berlin"
QUEUE_DAY = ["queue", "day"]


def test_the_parts_in_the_store_sum_to_each_days_number(planned: Session) -> None:
    parts = steps.read(planned, "decomposition").groupby(QUEUE_DAY)["contacts"].sum()
    forecast = steps.read(planned, "forecast")
    days = forecast.assign(day=local_days(forecast["start"], ZONE)).groupby(QUEUE_DAY)["offered"].sum()

    open_days = parts[parts.abs() > 1e-9]
    assert len(open_days) == len(days) == 2 * 10  # queues × working days of two weeks
    pd.testing.assert_series_equal(open_days, days, check_names=False, rtol=1e-9)


def test_they_go_with_their_forecast_when_that_is_published(planned: Session) -> None:
    members = planned.published.members if planned.published else {}

    assert members["decomposition"] == members["forecast"]


def test_very_many_queues_are_forecast_without_their_parts(planned: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demand, "EXPLAINED_QUEUES_MOST", 1)

    result = steps.make_forecast(planned, model="weekday_average_8")

    assert result.rows["decomposition"] == 0
    assert result.rows["forecast"] > 0
    assert steps.read(planned, "decomposition").empty


def history_file(folder: Path) -> Path:
    days = pd.date_range("2026-06-01", periods=63, freq="D", tz="UTC")
    path = folder / "history.csv"
    offered = [20.0 if day.day_of_week == 0 else 10.0 for day in days]
    pd.DataFrame({"queue": "phone/tech", "start": days, "offered": offered}).to_csv(path, index=False)
    return path


def test_a_forecast_from_a_file_writes_its_parts_where_asked(tmp_path: Path) -> None:
    forecast, parts = tmp_path / "f.csv", tmp_path / "parts.csv"
    words = ["forecast", history_file(tmp_path), "--horizon", "7d", "--out", forecast, "--parts", parts]

    result = CliRunner().invoke(app, [str(word) for word in words])

    assert result.exit_code == 0, result.stderr
    told = DECOMPOSITION.check(pd.read_csv(parts))
    sums = told.groupby("day")["contacts"].sum()
    assert sums.to_numpy() == pytest.approx(pd.read_csv(forecast)["offered"].to_numpy(), rel=1e-9)
    monday = told[(told["day"] == pd.Timestamp("2026-08-03")) & (told["part"] == "weekday")]
    assert monday["factor"].item() > 1.3  # Mondays have twice the contacts


def test_the_store_keeps_the_parts_by_itself(planned: Session) -> None:
    store = planned.store.folder
    planned.close()

    result = CliRunner().invoke(app, ["forecast", "--store", str(store), "--parts", "p.csv"])

    assert result.exit_code == 2
    assert "--parts goes with an input file" in result.stderr
