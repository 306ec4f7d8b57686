"""Mail that comes in while nobody works is worked in the next open hours, in time, and costs nobody a night shift."""

from __future__ import annotations

import numpy as np
import pandas as pd

from domain.targets import Targets
from scheduling.certify import certify
from scheduling.queueing import gather_into_open
from scheduling.requirements import require_staff

MAIL = Targets.from_mapping({"queue": {"email/a": {"work": "deferred", "deadline_hours": 4, "shrinkage": 0.2}}})
HOUR_SECONDS = 3600.0


def two_days(open_from: int = 8, open_to: int = 18) -> pd.DataFrame:
    """Hourly mail of two days, ten letters of six minutes each hour around the clock: one agent-hour an hour."""
    starts = pd.date_range("2026-03-02", periods=48, freq="h", tz="UTC")
    worked = (starts.hour >= open_from) & (starts.hour < open_to)
    return pd.DataFrame({"queue": "email/a", "start": starts, "offered": 10.0, "aht_seconds": 360.0, "open": worked})


def test_work_of_closed_hours_waits_for_the_next_open_one() -> None:
    work = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    is_open = np.array([False, True, True, False, True, False])
    assert list(gather_into_open(work, is_open)) == [3.0, 4.0, 24.0]
    assert list(gather_into_open(work, np.zeros(6, dtype=bool))) == []


def test_nobody_is_needed_at_night_and_all_the_work_is_done_by_day() -> None:
    need = require_staff(two_days(), MAIL, interval_minutes=60)
    night = ~two_days()["open"].to_numpy()
    assert (need["agents"].to_numpy()[night] == 0).all()
    # 10 open hours a day for 24 hours of work; the last evening's is taken to have waited for the first morning too
    assert np.isclose(need["sized_load_erlangs"].sum(), 48.0)
    assert (need["agents"] >= need["sized_load_erlangs"]).all()
    assert np.allclose(need["scheduled"], need["agents"] / 0.8)


def test_without_the_column_every_interval_is_worked() -> None:
    need = require_staff(two_days().drop(columns="open"), MAIL, interval_minutes=60)
    assert np.isclose(need["sized_load_erlangs"].sum(), 48.0)
    assert (need["agents"] > 0).all()


def test_the_people_required_by_day_keep_the_deadline_in_opening_hours() -> None:
    forecast = two_days()
    need = require_staff(forecast, MAIL, interval_minutes=60)
    found = certify(forecast, MAIL, requirements=need, runs=20, seed=1)
    total = found[found["period"] == "total"].iloc[0]
    assert total["service_level"] > 0.97


def test_a_deadline_counts_opening_hours_only() -> None:
    """One agent can do 10 of the 24 hours of work of a day: by far not all of it is done in time."""
    forecast = two_days()
    need = require_staff(forecast, MAIL, interval_minutes=60)
    few = need.assign(agents=np.where(forecast["open"], 1.0, 0.0))
    found = certify(forecast, MAIL, requirements=few, runs=5, seed=1)
    total = found[found["period"] == "total"].iloc[0]
    assert total["service_level"] < 0.6
