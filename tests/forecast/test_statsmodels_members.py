"""Each of statsmodels' members against the bare call of the library, and what a holiday does to those that see it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast import FORECASTERS
from forecast.calendar_effects import DayCalendar
from forecast.models.regressors import CalendarColumns, rough_effects, state_model
from forecast.panel import DailyPanel, daily_panel

Calendars = Callable[..., DayCalendar]
MEMBERS = ("ets", "theta", "stl", "mstl", "sarimax", "unobserved")
DAYS, AHEAD = 105, 14


def small_series() -> np.ndarray:
    """Fifteen weeks of about 400 contacts a day: week, a slow wave, Poisson noise of a fixed seed."""
    week = np.resize([1.3, 1.1, 1.0, 1.0, 0.9, 0.8, 0.7], DAYS)
    return np.random.default_rng(11).poisson(400 * week * (1 + 0.1 * np.sin(np.arange(DAYS) / 15))).astype(float)


def by_member(name: str, make_calendar: Calendars) -> np.ndarray:
    """What the member says on the log scale, before the way back to a mean."""
    calendar = make_calendar(DAYS + AHEAD)
    panel = daily_panel(calendar.between(0, DAYS), small_series()[None, :])
    fitted = FORECASTERS[name].fit(panel)
    values = fitted.parts(calendar.between(DAYS, DAYS + AHEAD)).values  # type: ignore[attr-defined]
    return np.asarray(values[:, 0].sum(axis=0))


def bare_ets(series: np.ndarray) -> np.ndarray:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(
        series, trend="add", damped_trend=True, seasonal="add", seasonal_periods=7, initialization_method="heuristic"
    )
    return np.asarray(model.fit(disp=False, maxiter=500).forecast(AHEAD))


def bare_theta(series: np.ndarray) -> np.ndarray:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    return np.asarray(ThetaModel(series, period=7).fit().forecast(AHEAD))


def bare_stl(series: np.ndarray) -> np.ndarray:
    from statsmodels.tsa.forecasting.stl import STLForecast
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    options = {"initialization_method": "estimated"}
    fitted = STLForecast(series, SimpleExpSmoothing, model_kwargs=options, period=7, seasonal=13, robust=True).fit()
    return np.asarray(fitted.forecast(AHEAD))


def bare_mstl(series: np.ndarray) -> np.ndarray:
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing
    from statsmodels.tsa.seasonal import MSTL

    found = MSTL(series, periods=7, windows=13).fit()
    level = SimpleExpSmoothing(found.trend + found.resid, initialization_method="estimated").fit().forecast(1)
    return np.resize(np.asarray(found.seasonal).ravel()[-7:], AHEAD) + float(level[0])


def bare_sarimax(series: np.ndarray) -> np.ndarray:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    fitted = SARIMAX(series, order=(1, 0, 1), seasonal_order=(0, 1, 1, 7)).fit(disp=False, maxiter=500)
    return np.asarray(fitted.forecast(AHEAD))


def bare_unobserved(series: np.ndarray) -> np.ndarray:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    fitted = UnobservedComponents(series, level="local level", seasonal=7).fit(disp=False, maxiter=500)
    return np.asarray(fitted.forecast(AHEAD))


BARE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "ets": bare_ets,
    "theta": bare_theta,
    "stl": bare_stl,
    "mstl": bare_mstl,
    "sarimax": bare_sarimax,
    "unobserved": bare_unobserved,
}


def test_every_member_on_statsmodels_has_a_bare_twin_and_takes_part_only_when_named() -> None:
    assert set(BARE) == {name for name, made in FORECASTERS.items() if made.only_when_named}


@pytest.mark.parametrize("name", BARE)
def test_a_member_says_on_the_log_scale_what_the_bare_call_of_statsmodels_says(
    name: str, make_calendar: Calendars
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a search that is not stopped at our bound may still stop early
        expected = BARE[name](np.log(small_series() + 0.5))
    assert by_member(name, make_calendar) == pytest.approx(expected, abs=0.01)  # 1 %: the searches stop apart


def site_with_holidays(make_calendar: Calendars, days: int, events: pd.DataFrame | None = None) -> DayCalendar:
    """A holiday on the 10th of each month, on every weekday in turn."""
    dates = pd.date_range("2025-01-06", periods=days, freq="D")
    holidays: dict[date, str] = {day.date(): "rest day" for day in dates if day.day == 10}
    return make_calendar(days, holidays=holidays, events=events, first=dates[0])


@pytest.mark.parametrize("name", ["sarimax", "unobserved"])
def test_a_holiday_and_an_event_move_the_forecast_of_the_members_that_see_them(
    name: str, make_calendar: Calendars
) -> None:
    days = 332
    sale = pd.DataFrame(
        {
            "name": "sale",
            "kind": "campaign",
            "from": pd.to_datetime(["2025-03-03", "2025-06-16", "2025-09-22", "2025-12-15"]),
            "to": pd.to_datetime(["2025-03-07", "2025-06-20", "2025-09-26", "2025-12-16"]),
        }
    )
    calendar = site_with_holidays(make_calendar, days + 21, sale)
    touched = calendar.events[0, 0] > 0
    truth = 500.0 * np.where(calendar.is_holiday, 0.3, 1.0) * np.where(touched, 1.5, 1.0)
    values = np.random.default_rng(2).poisson(truth).astype(float)[None, :]
    panel, horizon = daily_panel(calendar.between(0, days), values[:, :days]), calendar.between(days, days + 21)
    means = FORECASTERS[name].fit(panel).predict(horizon)[0]
    assert horizon.is_holiday.sum() == 1
    assert touched[days:].sum() == 2
    assert means == pytest.approx(truth[days:], rel=0.1)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_warns_of_nothing_and_gives_numbers_on_counts_that_are_hardly_there(
    name: str, make_calendar: Calendars
) -> None:
    """Few contacts on single days: no model converges well there. Warnings are errors in this suite."""
    values = np.zeros((3, 60))
    values[0, ::9] = 1.0
    values[1, 30:] = 4.0
    values[2, :] = np.resize([0.0, 50.0], 60)
    calendar = make_calendar(67, 3)
    found = FORECASTERS[name].fit(daily_panel(calendar.between(0, 60), values))
    means = found.predict(calendar.between(60, 67))
    assert np.isfinite(means).all()
    assert (means < 100).all()


@pytest.mark.parametrize("name", MEMBERS)
def test_ten_years_ahead_are_still_near_what_was_seen(name: str, make_calendar: Calendars) -> None:
    values = np.linspace(100, 300, DAYS)[None, :] * np.random.default_rng(8).uniform(0.95, 1.05, DAYS)
    calendar = make_calendar(DAYS + 3650)
    means = (
        FORECASTERS[name]
        .fit(daily_panel(calendar.between(0, DAYS), values))
        .predict(calendar.between(DAYS, DAYS + 3650))
    )
    assert means.max() < 300 * 3  # a line through the logs would be at e³⁰
    assert means.min() > 30


def test_two_years_give_a_yearly_season_to_mstl(make_calendar: Calendars) -> None:
    days = 3 * 365
    calendar = make_calendar(days + 28, first=pd.Timestamp("2022-01-03"))
    wave = 200 * (1 + 0.4 * np.sin(2 * np.pi * np.arange(days + 28) / 365))
    panel = daily_panel(calendar.between(0, days), wave[None, :days])
    later = panel.until(days - 90)  # a quarter before the end, where the wave is steep
    means = FORECASTERS["mstl"].fit(later).predict(calendar.between(days - 90, days - 62))
    assert means[0] == pytest.approx(wave[days - 90 : days - 62], rel=0.04)
    short = FORECASTERS["mstl"].fit(later.last(700)).predict(calendar.between(days - 90, days - 62))
    assert abs(short[0, -1] / wave[days - 63] - 1) > 0.05


def test_columns_are_only_those_the_history_gives_reason_for(make_calendar: Calendars) -> None:
    dates = pd.date_range("2025-01-06", periods=200, freq="D")
    names = {"2025-02-05": "A", "2025-04-03": "A", "2025-05-01": "B", "2025-06-12": "C", "2025-07-15": "D"}
    holidays = {pd.Timestamp(day).date(): name for day, name in names.items()}
    calendar = make_calendar(200, holidays=holidays, first=dates[0])
    known = np.ones(200, dtype=bool)
    columns = CalendarColumns.of(calendar.between(0, 180), 0, known[:180])  # D is after it
    assert columns.holiday_names == ("A",)
    assert columns.rare  # B and C once each
    assert not columns.year
    row = int(dates.get_loc(pd.Timestamp("2025-07-15")))
    ahead = columns.rows(calendar)[row]
    assert ahead[:2].tolist() == [0.0, 1.0]  # a holiday never seen acts as the rare ones do
    assert len(columns.parts) == columns.rows(calendar).shape[1]


def test_a_holiday_never_seen_acts_as_the_mean_of_the_seen_where_all_have_their_own_column(
    make_calendar: Calendars,
) -> None:
    names = {3: "A", 10: "A", 17: "A", 24: "B", 31: "B", 45: "new"}
    first = pd.Timestamp("2026-01-05")
    holidays = {(first + pd.Timedelta(days=day)).date(): name for day, name in names.items()}
    calendar = make_calendar(50, holidays=holidays)
    columns = CalendarColumns.of(calendar.between(0, 40), 0, np.ones(40, dtype=bool))
    assert columns.rows(calendar)[45, :2] == pytest.approx([3 / 5, 2 / 5])


def test_rough_effects_find_what_differences_of_a_week_show() -> None:
    rows = np.zeros((70, 1))
    rows[[10, 25, 40, 55], 0] = 1.0
    series = np.resize([5.0, 4, 4, 4, 4, 2, 1], 70) + 0.01 * np.arange(70) - 1.5 * rows[:, 0]
    series[30] = np.nan
    assert rough_effects(series, rows, 7) == pytest.approx([-1.5], abs=0.02)


def test_the_effects_and_the_rest_are_the_forecast_that_statsmodels_gives_with_regressors(
    make_calendar: Calendars,
) -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    calendar = site_with_holidays(make_calendar, 228)
    history, horizon = calendar.between(0, 200), calendar.between(200, 228)
    columns = CalendarColumns.of(history, 0, np.ones(200, dtype=bool))
    rows, series = columns.rows(history), np.random.default_rng(0).normal(5, 0.1, 200)
    for bare in (
        SARIMAX(series, exog=rows, mle_regression=False, order=(1, 0, 1), seasonal_order=(0, 1, 1, 7)).filter(
            [0.3, 0.1, -0.8, 0.01]
        ),
        UnobservedComponents(series, level="llevel", seasonal=7, exog=rows, mle_regression=False).filter(
            [0.01, 0.01, 0.001]
        ),
    ):
        model, lead = state_model(bare, columns, 0.1), np.arange(28)
        ours = model.rest(lead) + np.sum(list(model.effects(horizon, lead).values()), axis=0)
        assert ours == pytest.approx(np.asarray(bare.forecast(28, exog=columns.rows(horizon))), abs=1e-9)


def test_parts_of_a_member_name_the_holiday(make_calendar: Calendars) -> None:
    days = 332
    calendar = site_with_holidays(make_calendar, days + 21)
    truth = 500.0 * np.where(calendar.is_holiday, 0.3, 1.0)
    values = np.random.default_rng(2).poisson(truth).astype(float)[None, :]
    fitted = FORECASTERS["unobserved"].fit(DailyPanel(calendar.between(0, days), values[:, :days]))
    horizon = calendar.between(days, days + 21)
    parts = fitted.parts(horizon)  # type: ignore[attr-defined]
    holiday = parts.values[parts.names.index("holiday"), 0]
    assert np.exp(holiday[horizon.is_holiday]) == pytest.approx([0.3], abs=0.03)
    assert np.abs(holiday[~horizon.is_holiday]).max() < 0.1
