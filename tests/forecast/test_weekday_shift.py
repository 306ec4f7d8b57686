"""A weekday pattern that becomes another one is told from odd days, and followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from domain.work_calendar import WorkCalendar
from forecast.models import FORECASTERS
from forecast.panel import DailyPanel
from forecast.weekday_shift import new_patterns

REACH = np.array([0.5])
SWAPPED = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0])  # Mondays gain what Sundays lose


def residuals(weeks: int, shifted: int, pattern: np.ndarray = SWAPPED, level: float = 0.0) -> np.ndarray:
    """One queue: nothing is left over, but the pattern in the last `shifted` weeks."""
    found = np.full((weeks, 7), level)
    found[weeks - shifted :] += pattern
    return found.reshape(1, -1)


@pytest.mark.parametrize("shifted", [3, 4, 10])
def test_two_weekdays_odd_three_weeks_in_a_row_are_a_pattern_from_its_first_week(shifted: int) -> None:
    found = new_patterns(residuals(20, shifted), REACH)
    assert list(found) == [0]
    assert found[0] == pytest.approx(residuals(20, shifted)[0])


@pytest.mark.parametrize("level", [-3.0, 3.0])
def test_the_level_of_the_weeks_is_no_part_of_the_pattern(level: float) -> None:
    assert new_patterns(residuals(20, 5, level=level), REACH)[0] == pytest.approx(residuals(20, 5)[0])


@pytest.mark.parametrize(
    ("shifted", "pattern"),
    [(2, SWAPPED), (20, SWAPPED * 0.4), (5, np.array([2.0, 0, 0, 0, 0, 0, 0]))],
    ids=["two weeks", "within reach", "one weekday"],
)
def test_what_is_short_small_or_of_one_weekday_is_no_pattern(shifted: int, pattern: np.ndarray) -> None:
    assert new_patterns(residuals(20, shifted, pattern), REACH) == {}


def test_odd_days_that_change_sides_are_no_pattern() -> None:
    weeks = residuals(20, 3)
    weeks[0, -14:-7] *= -1
    assert new_patterns(weeks, REACH) == {}


def test_closed_weekdays_and_a_history_that_begins_within_a_week_do_not_matter() -> None:
    pattern = np.array([1.0, -1.0, 0.0, 0.0, 0.0, np.nan, np.nan])
    found = new_patterns(residuals(20, 4, pattern)[:, 3:], REACH)
    assert found[0] == pytest.approx(np.nan_to_num(residuals(20, 4, pattern)[0, 3:]))


def test_too_short_or_unknown_histories_have_no_pattern() -> None:
    assert new_patterns(residuals(2, 2), REACH) == {}
    assert new_patterns(np.full((1, 70), np.nan), REACH) == {}


def test_a_shifted_week_is_forecast_as_it_is_now(make_panel: Callable[..., DailyPanel]) -> None:
    """Two years of quiet Saturdays and Sundays; for four weeks Mondays and Tuesdays have been the quiet days."""
    rng = np.random.default_rng(3)
    usual = np.array([130, 110, 100, 100, 95, 40, 30]) * 3.0
    means = np.concatenate([np.tile(usual, 100), np.tile(np.roll(usual, 2), 4)])
    panel = make_panel(rng.poisson(means))
    ahead = make_panel(np.zeros(len(means) + 28)).calendar.between(len(means), len(means) + 28)
    found = FORECASTERS["calendar_lanes"].fit(panel).predict(ahead)[0]
    truth = np.tile(np.roll(usual, 2), 4)
    assert np.abs(found - truth).sum() < 0.1 * truth.sum()


def test_a_worked_saturday_does_not_take_the_place_of_its_weekday(make_panel: Callable[..., DailyPanel]) -> None:
    """The week has turned by two days; the last Saturday is worked for a Monday, and as quiet as Mondays are now."""
    usual = np.array([130, 110, 100, 100, 95, 40, 30]) * 3.0
    turned = np.array([40, 30, 130, 110, 100, 100, 95]) * 3.0
    values = np.random.default_rng(3).poisson(np.concatenate([np.tile(usual, 40), np.tile(turned, 4)]))
    monday = pd.Timestamp("2026-01-05")
    saturday = monday + pd.Timedelta(days=len(values) - 2)
    moved = WorkCalendar(
        {date(2020, 1, 1): "long ago"}, moved_working={saturday.date(): (saturday + pd.Timedelta(days=2)).date()}
    )
    values[-2] = values[-7]
    ahead = make_panel(np.zeros(len(values) + 14)).calendar.between(len(values), len(values) + 14)
    found = FORECASTERS["calendar_lanes"].fit(make_panel(values, holidays=moved)).predict(ahead)[0]
    assert found.reshape(2, 7).mean(axis=0) == pytest.approx(turned, rel=0.15)
