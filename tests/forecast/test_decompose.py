"""The parts of a number sum to it; hand-made numbers say which part gets what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadValue
from forecast import FORECASTERS
from forecast.calendar_effects import DayCalendar
from forecast.decompose import Explained, Parts, contributions, decompose_days, decompose_intervals, scales_of
from forecast.learned_days import learned_days
from forecast.panel import DailyPanel, daily_panel

Calendars = Callable[..., DayCalendar]
EXACT = 1e-9


def one_day(scale: str, mean: float, **values: float) -> Parts:
    return Parts(
        names=tuple(values),
        values=np.array(list(values.values()))[:, None, None],
        scales=(scale,),  # type: ignore[arg-type]
        means=np.array([[mean]]),
    )


def contacts_by_part(frame: pd.DataFrame) -> dict[str, float]:
    return dict(zip(frame["part"], frame["contacts"], strict=True))


def test_on_the_log_scale_the_logarithmic_mean_splits_the_difference() -> None:
    """100 × 2 × 3 = 600: the 500 above the typical day go to ln 2 and ln 3 in proportion (Ang 2005, eq. 5)."""
    parts = one_day("log", 600.0, level=np.log(100), weekday=np.log(2), holiday=np.log(3))
    contacts, factors = contributions(parts)
    expected = [100.0, 500 * np.log(2) / np.log(6), 500 * np.log(3) / np.log(6), 0.0]
    assert contacts[:, 0, 0] == pytest.approx(expected, abs=EXACT)
    assert factors[1:3, 0, 0] == pytest.approx([2.0, 3.0])


def test_on_the_square_root_scale_the_two_roots_are_the_slope() -> None:
    """(3 + 1 + 2)² = 36, 3² = 9: the 27 go 1 : 2, which is 1 and 2 times 6 + 3; the 4 above 36 are the correction."""
    contacts, factors = contributions(one_day("sqrt", 40.0, level=3.0, weekday=1.0, event=2.0))
    assert contacts[:, 0, 0] == pytest.approx([9.0, 9.0, 18.0, 4.0], abs=EXACT)
    assert factors[1:3, 0, 0] == pytest.approx([16 / 9, 25 / 9])


def test_a_root_below_zero_is_no_contacts_and_the_parts_take_all_of_the_level_away() -> None:
    """(3 − 5 + 1) is below zero: 0 contacts; the 9 of the level are taken away −5 : 1."""
    contacts, _ = contributions(one_day("sqrt", 0.0, level=3.0, holiday=-5.0, event=1.0))
    assert contacts[:, 0, 0] == pytest.approx([9.0, -5 * 9 / 4, 1 * 9 / 4, 0.0], abs=EXACT)


def test_parts_that_cancel_still_show() -> None:
    """ln 2 − ln 2: the slope of the exponential at 100 is 100."""
    contacts, _ = contributions(one_day("log", 100.0, level=np.log(100), weekday=np.log(2), holiday=-np.log(2)))
    assert contacts[:, 0, 0] == pytest.approx([100.0, 100 * np.log(2), -100 * np.log(2), 0.0], abs=EXACT)


def test_the_order_of_the_parts_does_not_matter() -> None:
    first = one_day("log", 55.0, level=4.0, weekday=0.2, month_day=-0.1, holiday=-0.9)
    second = one_day("log", 55.0, level=4.0, holiday=-0.9, month_day=-0.1, weekday=0.2)
    found, other = (dict(zip(parts.names, contributions(parts)[0][:, 0, 0], strict=False)) for parts in (first, second))
    assert found == pytest.approx(other)


@pytest.fixture(scope="module")
def days_off_and_on(make_calendar: Calendars) -> tuple[DayCalendar, DayCalendar]:
    """A closed day, and an open one."""
    return make_calendar(1, closed=(0,)), make_calendar(1)


@given(
    scale=st.sampled_from(["log", "sqrt", "linear"]),
    level=st.floats(-12.0, 14.0),
    effects=st.lists(st.floats(-8.0, 3.0), min_size=1, max_size=6),
    mean=st.one_of(st.just(0.0), st.floats(1e-9, 1e7)),
    later=st.lists(st.floats(0.0, 1e7), min_size=0, max_size=3),
    opened=st.booleans(),
)
def test_every_number_is_the_sum_of_its_parts(
    days_off_and_on: tuple[DayCalendar, DayCalendar],
    scale: str,
    level: float,
    effects: list[float],
    mean: float,
    later: list[float],
    opened: bool,
) -> None:
    parts = one_day(scale, mean, level=level, **{f"part_{number}": effect for number, effect in enumerate(effects)})
    horizon = days_off_and_on[opened]
    shown = later[-1] if later else (mean if opened else 0.0)
    stages = {f"stage_{number}": np.array([[value]]) for number, value in enumerate(later)}
    frame = decompose_days(parts, horizon, stages)
    largest = max(1.0, float(frame["contacts"].abs().max()))
    assert abs(frame["contacts"].sum() - shown) <= EXACT * largest
    assert np.isfinite(frame["contacts"]).all()


def test_a_closed_day_shows_what_it_would_have_been_and_that_it_is_closed(make_calendar: Calendars) -> None:
    parts = one_day("linear", 110.0, level=100.0, weekday=10.0)
    found = contacts_by_part(decompose_days(parts, make_calendar(1, closed=(0,))))
    assert found == {"level": 100.0, "weekday": 10.0, "correction": 0.0, "closed": -110.0}


def test_each_later_step_is_a_part_of_its_own(make_calendar: Calendars) -> None:
    parts = one_day("linear", 110.0, level=100.0, weekday=10.0)
    steps = {"blend": np.array([[120.0]]), "reconciled": np.array([[118.0]]), "adjusted": np.array([[150.0]])}
    found = contacts_by_part(decompose_days(parts, make_calendar(1), steps))
    assert found["blend"] == 10.0
    assert found["reconciled"] == -2.0
    assert found["adjusted"] == 32.0
    assert sum(found.values()) == 150.0


def test_a_queue_without_a_forecast_has_no_rows_and_a_stage_of_another_shape_is_refused(
    make_calendar: Calendars,
) -> None:
    values = np.array([[[5.0], [np.nan]]])
    parts = Parts(("level",), values, scales_of(np.array([True, False])), np.array([[150.0], [np.nan]]))
    assert set(decompose_days(parts, make_calendar(1, 2))["queue"]) == {"a"}
    with pytest.raises(BadValue, match="blend"):
        decompose_days(parts, make_calendar(1, 2), {"blend": np.zeros((2, 3))})


def test_an_interval_is_its_share_of_the_day_and_what_its_own_shape_adds(make_calendar: Calendars) -> None:
    """A quarter of 100 + 20 is 30; 33 are shown, so 3 are the shape's."""
    days = decompose_days(one_day("linear", 120.0, level=100.0, weekday=20.0), make_calendar(1))
    start = pd.Timestamp("2026-01-05 08:00", tz="UTC")
    intervals = pd.DataFrame(
        {"queue": ["a"], "start": [start], "day": [days["day"][0]], "share": [0.25], "offered": [33.0]}
    )
    found = contacts_by_part(decompose_intervals(days, intervals))
    assert found == {"level": 25.0, "weekday": 5.0, "correction": 0.0, "closed": 0.0, "shape": 3.0}


@pytest.fixture
def explained_panel(make_calendar: Calendars) -> tuple[DailyPanel, DayCalendar]:
    """Three queues, one of them unknown, over two years with a holiday each month; and the four weeks after them."""
    days, dates = 731, pd.date_range("2024-01-01", periods=760, freq="D")
    holidays: dict[date, str] = {day.date(): "pay day off" for day in dates if day.day == 9}
    sale = pd.DataFrame(
        {
            "name": "sale",
            "kind": "campaign",
            "from": pd.to_datetime(["2025-06-03", "2026-01-12"]),
            "to": pd.to_datetime(["2025-06-16", "2026-01-13"]),
            "queues": "a",
        }
    )
    calendar = make_calendar(760, 3, closed=(6,), holidays=holidays, events=sale, first=dates[0])
    truth = np.resize([1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4], 760) * np.where(calendar.is_holiday, 0.4, 1.0)
    level = np.array([300.0, 6.0, np.nan])[:, None]
    values = np.random.default_rng(4).poisson(np.nan_to_num(level) * truth).astype(float) + 0 * level
    return daily_panel(calendar.between(0, days), values[:, :days]), calendar.between(days, 760)


@pytest.mark.parametrize("name", FORECASTERS)
def test_the_parts_of_every_forecaster_that_explains_itself_sum_to_its_forecast(
    name: str, explained_panel: tuple[DailyPanel, DayCalendar]
) -> None:
    panel, horizon = explained_panel
    fitted = FORECASTERS[name].fit(panel)
    if not isinstance(fitted, Explained):
        assert name in {"blend", "holt_winters", "calendar_lanes"}
        return
    means, parts = fitted.predict(horizon), fitted.parts(horizon)
    summed = decompose_days(parts, horizon).pivot_table("contacts", "queue", "day", aggfunc="sum")
    assert list(summed.index) == ["a", "b"]
    assert summed.to_numpy() == pytest.approx(means[:2], abs=EXACT)
    contacts, _ = contributions(parts)
    assert np.abs(contacts[-1, :2]).max() < 0.15 * np.nanmax(means), "the correction must not hide what the model says"


def test_the_weekday_average_shows_the_typical_day_and_the_deviation_of_the_weekday(make_calendar: Calendars) -> None:
    week = np.array([130.0, 110, 100, 100, 90, 90, 80])  # their mean is 100
    calendar = make_calendar(30)
    fitted = FORECASTERS["weekday_average_4"].fit(daily_panel(calendar.between(0, 28), np.resize(week, (1, 28))))
    assert isinstance(fitted, Explained)
    found = decompose_days(fitted.parts(calendar.between(28, 29)), calendar.between(28, 29))
    assert contacts_by_part(found) == pytest.approx({"level": 100.0, "weekday": 30.0, "correction": 0.0, "closed": 0.0})
    assert found["factor"][1] == pytest.approx(1.3)


def test_the_days_a_forecast_comes_from_are_told_by_part(make_calendar: Calendars) -> None:
    dates = pd.date_range("2025-01-06", periods=420, freq="D")  # a Monday
    holidays = {pd.Timestamp(day).date(): name for day, name in (("2025-02-20", "day A"), ("2025-03-20", "day B"))}
    holidays[pd.Timestamp("2026-02-20").date()] = "day A"
    sale = pd.DataFrame(
        {
            "name": ["sale", "sale"],
            "kind": ["campaign", "campaign"],
            "from": pd.to_datetime(["2025-04-01", "2026-02-20"]),
            "to": pd.to_datetime(["2025-04-02", "2026-02-20"]),
        }
    )
    calendar = make_calendar(420, 1, holidays=holidays, events=sale, first=dates[0])
    end = int(dates.get_loc(pd.Timestamp("2026-02-01")))
    values = np.full((1, end), 50.0)
    values[0, end - 3] = np.nan  # Thursday the 29th of January
    panel, horizon = daily_panel(calendar.between(0, end), values), calendar.between(end, 420)
    found = learned_days(panel, horizon, "a", pd.Timestamp("2026-02-20"))
    assert list(found["holiday"]) == [pd.Timestamp("2025-02-20")]
    assert list(found["event"]) == [pd.Timestamp("2025-04-01"), pd.Timestamp("2025-04-02")]
    assert list(found["weekday"]) == list(pd.date_range("2025-12-12", "2026-01-30", freq="7D"))
    assert list(found["month_day"][-2:]) == [pd.Timestamp("2025-12-20"), pd.Timestamp("2026-01-20")]
    assert list(found["season"]) == [
        day for day in pd.date_range("2025-02-17", "2025-02-23") if day != pd.Timestamp("2025-02-20")
    ]
    assert pd.Timestamp("2026-01-29") not in found["recent"]
    assert len(found["recent"]) == 8
    thursday = learned_days(panel, horizon, "a", pd.Timestamp("2026-02-05"))
    assert "holiday" not in thursday
    assert "event" not in thursday


def test_the_last_of_a_month_is_learned_from_the_last_of_others(make_calendar: Calendars) -> None:
    calendar = make_calendar(120, first=pd.Timestamp("2026-01-01"))
    panel = daily_panel(calendar.between(0, 100), np.full((1, 100), 50.0))
    found = learned_days(panel, calendar.between(100, 120), "a", pd.Timestamp("2026-04-30"))
    expected = ["2026-01-30", "2026-01-31", "2026-02-28", "2026-03-30", "2026-03-31"]
    assert list(found["month_day"].strftime("%Y-%m-%d")) == expected
