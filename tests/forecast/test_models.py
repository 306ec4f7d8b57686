"""Known answers of single forecasters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast import FORECASTERS
from forecast.calendar_effects import DayCalendar, Features
from forecast.models import CalendarGlm, HoltWinters, SeasonalNaive, WeekdayAverage
from forecast.models.blend import combine
from forecast.models.calendar_glm import ridge_poisson
from forecast.models.transform import backward, clip_outliers, fill_gaps, forward
from forecast.panel import DailyPanel, daily_panel

Calendars = Callable[..., DayCalendar]
Panels = Callable[..., DailyPanel]
WEEKS = np.concatenate([np.full(7, 200.0), np.full(7, 300.0)])  # week 1 = 200s, week 2 = 300s


def test_the_naive_forecast_repeats_the_last_week_and_the_average_takes_the_middle(make_calendar: Calendars) -> None:
    calendar = make_calendar(28)
    panel = daily_panel(calendar.between(0, 14), WEEKS[None, :])
    ahead = calendar.between(14, 28)
    assert SeasonalNaive().fit(panel).predict(ahead)[0].tolist() == [300.0] * 14
    assert WeekdayAverage(4).fit(panel).predict(ahead)[0].tolist() == [250.0] * 14


def test_the_average_of_four_weeks_forgets_the_fifth(make_calendar: Calendars) -> None:
    calendar = make_calendar(42)
    values = np.repeat([1000.0, 10, 20, 30, 40], 7)[None, :]
    panel = daily_panel(calendar.between(0, 35), values)
    assert WeekdayAverage(4).fit(panel).predict(calendar.between(35, 42))[0].tolist() == [25.0] * 7
    assert WeekdayAverage(8).fit(panel).predict(calendar.between(35, 42))[0].tolist() == [220.0] * 7


def test_an_unknown_day_is_replaced_by_the_week_before_it(make_calendar: Calendars) -> None:
    calendar = make_calendar(21)
    values = WEEKS.copy()
    values[7] = np.nan  # the second Monday
    panel = daily_panel(calendar.between(0, 14), values[None, :])
    assert SeasonalNaive().fit(panel).predict(calendar.between(14, 16))[0].tolist() == [200.0, 300.0]


def test_a_weekday_never_seen_takes_the_mean_of_the_known_days(make_calendar: Calendars) -> None:
    calendar = make_calendar(9)
    panel = daily_panel(calendar.between(0, 2), np.array([[100.0, 140.0]]))
    assert SeasonalNaive().fit(panel).predict(calendar.between(2, 9))[0].tolist() == [120.0] * 5 + [100.0, 140.0]


def test_an_outage_is_not_learned(make_panel: Callable[..., DailyPanel]) -> None:
    outage = pd.DataFrame(
        {"name": ["down"], "kind": ["outage"], "from": [pd.Timestamp("2026-01-12")], "to": [pd.Timestamp("2026-01-18")]}
    )
    panel = make_panel(np.concatenate([np.full(7, 200.0), np.full(7, 3.0)]), events=outage)
    assert np.isnan(panel.values[0, 7:]).all()
    assert SeasonalNaive().fit(panel).predict(panel.calendar.between(0, 7))[0].tolist() == [200.0] * 7


def test_holt_winters_follows_a_step_that_the_average_still_mixes(make_calendar: Calendars) -> None:
    calendar = make_calendar(112)
    values = np.where(np.arange(105) < 84, 200.0, 400.0)[None, :]
    panel = daily_panel(calendar.between(0, 105), values)
    smooth = HoltWinters().fit(panel).predict(calendar.between(105, 112))[0]
    average = WeekdayAverage(4).fit(panel).predict(calendar.between(105, 112))[0]
    assert average == pytest.approx(np.full(7, 350.0))
    assert smooth == pytest.approx(np.full(7, 400.0), rel=0.06)


def test_the_glm_learns_what_a_holiday_and_a_campaign_do(make_calendar: Calendars) -> None:
    days = 3 * 365
    dates = pd.date_range("2023-01-02", periods=days + 28, freq="D")
    first_of_month = [day for day in dates if day.day == 9]  # a "holiday" each month, on every weekday in turn
    holidays: dict[date, str] = {day.date(): "pay day off" for day in first_of_month}
    sale = pd.DataFrame(
        {
            "name": "sale",
            "kind": "campaign",
            "from": pd.to_datetime(["2023-06-05", "2024-06-03", "2025-06-02", "2026-01-05"]),
            "to": pd.to_datetime(["2023-06-18", "2024-06-16", "2025-06-15", "2026-01-06"]),
        }
    )
    calendar = make_calendar(days + 28, holidays=holidays, events=sale, first=dates[0])
    truth = 1000.0 * np.where(calendar.is_holiday, 0.4, 1.0) * np.where(calendar.events[0, 0], 1.5, 1.0)
    values = np.random.default_rng(3).poisson(truth[:days]).astype(float)[None, :]
    means = CalendarGlm().fit(daily_panel(calendar.between(0, days), values)).predict(calendar.between(days, days + 28))
    assert means[0] == pytest.approx(truth[days:], rel=0.06)


def test_with_a_vanishing_prior_the_effects_are_those_of_the_statsmodels_glm() -> None:
    from statsmodels.api import GLM
    from statsmodels.genmod.families import Poisson

    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(200), rng.normal(size=(200, 2))])
    contacts = rng.poisson(np.exp(design @ [3.0, 0.3, -0.2])).astype(float)
    mean = float(contacts.mean())
    ours = ridge_poisson(Features(design, np.full(3, 1e6)), contacts / mean, mean)
    theirs = GLM(contacts, design, family=Poisson()).fit().params
    assert ours + np.array([np.log(mean), 0, 0]) == pytest.approx(theirs, abs=1e-5)


def test_a_prior_shrinks_like_statsmodels_ridge() -> None:
    from statsmodels.api import GLM
    from statsmodels.genmod.families import Poisson

    rng = np.random.default_rng(2)
    design = np.column_stack([np.ones(150), rng.normal(size=(150, 2))])
    contacts = rng.poisson(np.exp(design @ [1.0, 0.3, -0.2])).astype(float)
    prior = np.array([1.0, 0.1, 0.1])
    ours = ridge_poisson(Features(design, prior), contacts / contacts.mean(), float(contacts.mean()))
    pearson = contacts - (fitted := contacts.mean() * np.exp(design @ ours))
    spread = max(1.4826 * float(np.median(np.abs(pearson / np.sqrt(fitted)))), 1.0)
    alpha = spread**2 / (len(contacts) * contacts.mean() * prior**2)
    theirs = GLM(contacts / contacts.mean(), design, family=Poisson()).fit_regularized(alpha=alpha, L1_wt=0.0).params
    assert ours == pytest.approx(theirs, abs=0.01)


def test_the_blend_leaves_out_who_has_no_forecast_and_prefers_who_erred_less() -> None:
    first, second = np.array([[100.0, 100.0]]), np.array([[200.0, np.nan]])
    assert combine([first, second])[0].tolist() == [150.0, 100.0]
    weighted = combine([first, second], [np.array([[10.0]]), np.array([[20.0]])])[0]
    assert weighted.tolist() == pytest.approx([(100 * 8 + 200) / 9, 100.0])  # weights 1 ÷ 10³ and 1 ÷ 20³
    assert combine([first, second], [np.array([[np.nan]]), np.array([[np.nan]])])[0].tolist() == [150.0, 100.0]


@pytest.mark.parametrize("log", [True, False])
def test_a_scale_and_back_is_the_identity(log: bool) -> None:
    values = np.array([0.0, 1.0, 30.0, 5000.0])
    assert backward(forward(values, log), log) == pytest.approx(values, abs=1e-9)


def test_gaps_are_filled_with_the_weekday_and_the_level_of_the_time() -> None:
    weekdays = np.resize(np.arange(7), 70)
    season = np.array([10.0, 9, 8, 7, 6, 1, 0])[weekdays]
    values = season + np.where(np.arange(70) < 35, 0.0, 5.0)
    holes = values.copy()
    holes[[40, 41, 69]] = np.nan
    filled = fill_gaps(holes, weekdays)
    assert filled[69] == pytest.approx(values[69], abs=1.0)
    assert np.isnan(holes[40])
    assert (filled[:40] == values[:40]).all()


def test_a_wild_day_is_clipped_and_ordinary_ones_are_kept() -> None:
    weekdays = np.resize(np.arange(7), 140)
    values = 100.0 + 10 * (weekdays == 0) + np.random.default_rng(0).normal(0, 1, 140)
    wild = values.copy()
    wild[70] = 900.0
    clipped = clip_outliers(wild, weekdays)
    assert clipped[70] < 130
    assert np.delete(clipped, 70) == pytest.approx(np.delete(values, 70), abs=1.0)


@pytest.mark.parametrize(("mean", "shape"), [(5.0, 1.0), (20.0, 1.0), (100.0, 2.0)])
def test_the_mean_of_a_restless_queue_is_its_mean_and_not_its_median(
    mean: float, shape: float, make_panel: Panels
) -> None:
    rng = np.random.default_rng(7)
    values = rng.negative_binomial(shape, shape / (shape + mean), (8, 540)).astype(float)
    panel = make_panel(values)
    said = FORECASTERS["calendar_lanes"].fit(panel.until(512)).predict(panel.calendar.between(512, 540))
    assert said.mean() == pytest.approx(mean, rel=0.15)  # the median is 0.69 to 0.84 of it


def test_a_few_contacts_of_a_rare_queue_and_batches_between_empty_days_count(make_panel: Panels) -> None:
    rng = np.random.default_rng(8)
    rare = rng.poisson(0.05, (4, 540)).astype(float)
    batches = np.where(rng.random((4, 540)) < 0.3, 100.0, 0.0)
    panel = make_panel(np.concatenate([rare, batches]))
    said = FORECASTERS["calendar_lanes"].fit(panel.until(512)).predict(panel.calendar.between(512, 540))
    assert said[:4].mean() == pytest.approx(0.05, rel=0.4)
    assert said[4:].mean() == pytest.approx(30.0, rel=0.2)


@pytest.mark.parametrize("spike", [30.0, 1e6, 1e9])
def test_one_mistyped_count_hardly_moves_the_forecast(spike: float, make_panel: Panels) -> None:
    values = np.random.default_rng(9).poisson(100.0, (1, 130)).astype(float)
    values[0, 90] *= spike
    panel = make_panel(values)
    said = FORECASTERS["calendar_lanes"].fit(panel.until(110)).predict(panel.calendar.between(110, 130))
    assert said == pytest.approx(np.full((1, 20), 100.0), rel=0.1)
