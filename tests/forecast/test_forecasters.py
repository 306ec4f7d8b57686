"""The contract of every forecaster in the list. A new one is tested by being listed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from forecast import FORECASTERS
from forecast.calendar_effects import DayCalendar
from forecast.panel import DailyPanel, daily_panel

DAYS, HORIZON = 120, 28
Calendars = Callable[..., DayCalendar]


def busy(queues: int = 3, days: int = DAYS) -> np.ndarray:
    """Two large queues and a small one with a weekly season, Poisson noise, a fixed seed."""
    rng = np.random.default_rng(5)
    season = np.resize([1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4], days)
    return rng.poisson(np.array([400.0, 90.0, 4.0])[:queues, None] * season).astype(float)


def fitted(name: str, calendar: DayCalendar, values: np.ndarray) -> np.ndarray:
    """The forecast of the horizon that follows the history inside `calendar`."""
    days = values.shape[1]
    panel = daily_panel(calendar.between(0, days), values)
    return FORECASTERS[name].fit(panel).predict(calendar.between(days, len(calendar.days)))


@cache
def of_busy(name: str, make_calendar: Calendars) -> np.ndarray:
    """The forecast of the busy queues, every day open: made once for the tests that compare with it. Read-only."""
    means = fitted(name, make_calendar(DAYS + HORIZON, 3), busy())
    means.setflags(write=False)
    return means


@pytest.fixture(params=FORECASTERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_list_is_keyed_by_the_forecasters_own_names() -> None:
    assert all(name == forecaster.name for name, forecaster in FORECASTERS.items())
    assert {"seasonal_naive", "weekday_average_4", "holt_winters", "calendar_glm", "blend"} <= set(FORECASTERS)


def test_shape_sign_and_closed_days_are_as_promised(name: str, make_calendar: Calendars) -> None:
    calendar = make_calendar(DAYS + HORIZON, 3, closed=(6,))
    means = fitted(name, calendar, busy())
    assert means.shape == (3, HORIZON)
    closed = calendar.weekdays[DAYS:] == 6
    assert (means[:, closed] == 0).all()
    assert (means[:2, ~closed] > 0).all()
    assert (means >= 0).all()


def test_a_steady_week_is_repeated(name: str, make_calendar: Calendars) -> None:
    week = np.array([130.0, 110, 100, 100, 90, 50, 40])
    means = fitted(name, make_calendar(DAYS + 14), np.resize(week, (1, DAYS)))
    assert means[0] == pytest.approx(np.resize(week, DAYS + 14)[DAYS:], rel=0.05)


def test_nothing_after_the_end_is_seen(name: str, make_calendar: Calendars) -> None:
    calendar = make_calendar(DAYS + HORIZON, 3)
    scrambled = np.concatenate([busy(), np.full((3, HORIZON), 1e6)], axis=1)
    panel = daily_panel(calendar, scrambled).until(DAYS)
    found = FORECASTERS[name].fit(panel).predict(calendar.between(DAYS, len(calendar.days)))
    assert (found == of_busy(name, make_calendar)).all()


def test_the_same_panel_gives_the_same_forecast_and_is_not_changed(name: str, make_calendar: Calendars) -> None:
    calendar, values = make_calendar(DAYS + HORIZON, 3), busy()
    kept = values.copy()
    assert (fitted(name, calendar, values) == of_busy(name, make_calendar)).all()
    assert (values == kept).all()


def test_missing_days_hardly_move_the_forecast(name: str, make_calendar: Calendars) -> None:
    calendar, values = make_calendar(DAYS + HORIZON, 3), busy()
    holes = values.copy()
    holes[:, 40:47] = np.nan
    holes[1, -3:] = np.nan
    whole, with_holes = of_busy(name, make_calendar), fitted(name, calendar, holes)
    assert not np.isnan(with_holes).any()
    assert with_holes.sum(axis=1) == pytest.approx(whole.sum(axis=1), rel=0.15)


def test_a_queue_of_zeros_is_forecast_as_zero_or_nearly_so(name: str, make_calendar: Calendars) -> None:
    values = busy()
    values[2] = 0.0
    means = fitted(name, make_calendar(DAYS + HORIZON, 3), values)
    assert (means[2] <= 0.3).all()
    assert (means[:2] > 1).all()


def test_one_unknown_queue_is_a_value_with_a_reason_and_the_others_go_on(name: str, make_calendar: Calendars) -> None:
    calendar, values = make_calendar(DAYS + HORIZON, 3), busy()
    alone = of_busy(name, make_calendar)
    values[1] = np.nan
    panel = daily_panel(calendar.between(0, DAYS), values)
    found = FORECASTERS[name].fit(panel)
    means = found.predict(calendar.between(DAYS, DAYS + HORIZON))
    assert np.isnan(means[1]).all()
    assert found.reasons["b"]
    assert set(found.reasons) == {"b"}
    assert not np.isnan(means[[0, 2]]).any()
    assert means[0] == pytest.approx(alone[0], rel=0.25)


@pytest.mark.parametrize("days", [1, 8, 20, 30])
def test_a_short_history_is_forecast_or_refused_by_reason(name: str, days: int, make_calendar: Calendars) -> None:
    calendar = make_calendar(days + 7, 1)
    panel = DailyPanel(calendar.between(0, days), np.full((1, days), 50.0))
    found = FORECASTERS[name].fit(panel)
    means = found.predict(calendar.between(days, days + 7))
    if "a" in found.reasons:
        assert np.isnan(means).all()
    else:
        assert means[0] == pytest.approx(np.full(7, 50.0), rel=0.1)


def test_a_wild_day_does_not_carry_the_month_away(name: str, make_calendar: Calendars) -> None:
    calendar, values = make_calendar(DAYS + HORIZON, 3), busy()
    wild = values.copy()
    wild[0, 60] = 40 * values[0, 60]
    means = fitted(name, calendar, wild)
    assert means[0].sum() == pytest.approx(of_busy(name, make_calendar)[0].sum(), rel=0.1)


def test_special_days_in_past_and_future_are_taken(name: str, make_calendar: Calendars) -> None:
    events = pd.DataFrame(
        {
            "name": ["sale", "sale", "repair"],
            "kind": ["campaign", "campaign", "closure"],
            "from": pd.to_datetime(["2026-02-02", "2026-05-11", "2026-05-20"]),
            "to": pd.to_datetime(["2026-02-06", "2026-05-12", "2026-05-20"]),
            "queues": ["a", "a", ""],
        }
    )
    holidays = {pd.Timestamp(day).date(): "holiday" for day in ("2026-02-23", "2026-05-14")}
    calendar = make_calendar(DAYS + HORIZON, 3, holidays=holidays, events=events)
    means = fitted(name, calendar, busy())
    shut = calendar.days[DAYS:] == pd.Timestamp("2026-05-20")
    assert (means[:, shut] == 0).all()
    assert (means[:2, ~shut] > 0).all()
