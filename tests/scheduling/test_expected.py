"""What given people give: the people a requirement asks for give the level that the requirement states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.targets import Targets
from scheduling import require_staff
from scheduling.expected import expected_service_level

SICK = {"sickness": [{"share": 0.3, "from": "08:00", "to": "10:00"}, {"share": 0.05, "from": "10:00", "to": "24:00"}]}


def forecast(aht: float = 300.0) -> pd.DataFrame:
    """A morning that rises steeply, by the half-hour from 8:00 in Berlin."""
    starts = pd.date_range("2026-03-02 08:00", periods=8, freq="30min", tz="Europe/Berlin").tz_convert("UTC")
    offered = [5.0, 15.0, 40.0, 80.0, 120.0, 120.0, 100.0, 60.0]
    return pd.DataFrame({"queue": "phone/a", "start": starts.as_unit("us"), "offered": offered, "aht_seconds": aht})


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"patience_seconds": 180},
        {"patience_seconds": 180, "appointment_share": 0.5},
        {"arrival_model": "sipp"},
        {"arrival_model": "lagged_sipp", "patience_seconds": 90, "service_level_definition": "answered"},
        {"shrinkage": SICK, "patience_seconds": 180},
        {"work": "chat", "concurrency": 2, "aht_by_concurrency_seconds": [300, 400], "patience_seconds": 180},
    ],
)
def test_the_people_asked_for_give_the_level_stated(keys: dict[str, Any]) -> None:
    """Loads that rise, booked desks, arrival models, absence by the hour: the same on both sides."""
    rows = forecast(aht=900.0 if "work" not in keys else 300.0)
    targets = Targets.from_mapping({"default": {"service_level": 0.8, "answer_within_seconds": 20, **keys}})
    need = require_staff(rows, targets, timezone="Europe/Berlin")
    covered = need[["queue", "start"]].assign(present=need["scheduled"])
    found = expected_service_level(covered, np.full(len(need), 30), rows, targets, "Europe/Berlin")
    assert found == pytest.approx(need["service_level"].to_numpy(), abs=2e-6)


def test_absence_of_the_morning_counts_in_the_morning_only() -> None:
    rows, plain = forecast(), Targets.from_mapping({"default": {"patience_seconds": 180}})
    sick = Targets.from_mapping({"default": {"patience_seconds": 180, "shrinkage": {"sickness": {
        "share": 0.3, "from": "08:00", "to": "10:00"}}}})  # fmt: skip
    covered = rows[["queue", "start"]].assign(present=20.0)
    minutes = np.full(len(rows), 30)
    well = expected_service_level(covered, minutes, rows, plain, "Europe/Berlin")
    away = expected_service_level(covered, minutes, rows, sick, "Europe/Berlin")
    assert (away[1:4] < well[1:4]).all()
    assert away[4:] == pytest.approx(well[4:])
