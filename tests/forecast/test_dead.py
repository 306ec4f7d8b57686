"""Queues that died."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from domain import IntervalGrid
from domain.calendar import OpeningHours
from forecast import make_forecast
from forecast.dead import dead_queues
from forecast.pipeline import DEAD_QUEUE, STALE_HISTORY

History = Callable[..., pd.DataFrame]
DAILY = IntervalGrid(1440, "Europe/Berlin")


def dead(*runs: tuple[float, int]) -> bool:
    return bool(dead_queues(np.concatenate([np.full(days, level) for level, days in runs])[None, :])[0])


def test_eight_weeks_of_zeros_after_contacts_are_death_and_a_day_less_is_not() -> None:
    assert dead((10.0, 100), (0.0, 56))
    assert not dead((10.0, 100), (0.0, 55))


def test_closed_days_between_the_zeros_neither_count_nor_disturb() -> None:
    week = np.array([0.0] * 5 + [np.nan] * 2)
    assert dead_queues(np.concatenate([np.full(100, 9.0), np.tile(week, 8), [0.0]])[None, :])[0]
    assert not dead_queues(np.concatenate([np.full(100, 9.0), np.full(100, np.nan)])[None, :])[0]


def test_a_queue_so_small_that_zeros_may_be_luck_is_alive() -> None:
    """One contact in ten days, then 60 days of none: 6 were to come."""
    sparse = np.tile([1.0] + [0.0] * 9, 30)
    assert not dead_queues(np.concatenate([sparse, np.zeros(51)])[None, :])[0]
    assert dead_queues(np.concatenate([sparse, np.zeros(71)])[None, :])[0]


def test_a_queue_that_never_had_contacts_did_not_die() -> None:
    assert not dead((0.0, 300))


def test_work_of_one_season_that_came_back_before_is_alive() -> None:
    assert not dead((0.0, 90), (50.0, 60), (0.0, 300), (50.0, 60), (0.0, 200))


@pytest.mark.parametrize("opening", [OpeningHours(), None])
@pytest.mark.parametrize("level", [100.0, 2.0])
def test_a_dead_queue_is_forecast_as_nothing_and_flagged(
    make_history: History, opening: OpeningHours | None, level: float
) -> None:
    values = np.concatenate([np.random.default_rng(0).poisson(level, 200), np.zeros(60)])
    history = pd.concat([make_history(values), make_history(np.full(260, 40.0), queue="phone/b")])
    result = make_forecast(
        history, as_of=pd.Timestamp("2026-09-22", tz="Europe/Berlin"), grid=DAILY, opening=opening, explain=True
    )
    rows = result.forecast[result.forecast["queue"] == "phone/a"]
    assert (rows[["offered", "offered_p025", "offered_p975"]] == 0).all(axis=None)
    assert DEAD_QUEUE in result.flags["phone/a"]
    alive = result.forecast[result.forecast["queue"] == "phone/b"]["offered"]
    assert alive.to_numpy() == pytest.approx(40.0, rel=0.02)
    parts = result.parts[result.parts["queue"] == "phone/a"]
    if len(parts):
        assert parts.groupby("day")["contacts"].sum().abs().max() < 1e-9


def test_a_queue_that_died_within_the_half_year_gets_nothing_in_any_interval(make_history: History) -> None:
    values = np.concatenate([np.random.default_rng(0).poisson(6.0, 24 * 100), np.zeros(24 * 60)])
    as_of = pd.Timestamp("2026-06-14", tz="Europe/Berlin")
    result = make_forecast(
        make_history(values, freq="h", timezone="UTC"), as_of=as_of, grid=IntervalGrid(60, "Europe/Berlin"),
        horizon_days=3, opening=OpeningHours(), origins=0,
    )  # fmt: skip
    assert DEAD_QUEUE in result.flags["phone/a"]
    assert (result.forecast[["offered", "offered_p975"]] == 0).all(axis=None)


def test_who_pins_a_model_gets_what_it_says_of_a_dead_queue(make_history: History) -> None:
    history = make_history([70.0] * 200 + [0.0] * 56 + [0.0])
    as_of = pd.Timestamp("2026-09-19", tz="Europe/Berlin")
    result = make_forecast(history, as_of=as_of, grid=DAILY, opening=OpeningHours(), model="weekday_average_8")
    assert DEAD_QUEUE in result.flags["phone/a"]


def test_rows_that_stopped_are_stale_and_not_dead(make_history: History) -> None:
    history = make_history(np.full(200, 70.0))
    as_of = pd.Timestamp("2026-09-22", tz="Europe/Berlin")
    flags = make_forecast(history, as_of=as_of, grid=DAILY, opening=OpeningHours()).flags["phone/a"]
    assert STALE_HISTORY in flags
    assert DEAD_QUEUE not in flags
