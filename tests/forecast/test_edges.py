"""The edges of the engine: odd days, odd weeks, odd clocks, odd histories."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import IntervalGrid, public_holidays
from domain.calendar import OpeningHours
from domain.intervals import grid_between, local_days, local_midnights
from domain.tables import FORECAST, QUANTILES
from forecast import make_forecast
from forecast.pipeline import LOW_HISTORY, STALE_HISTORY, ForecastResult

WEEK = (1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.3)  # Monday first
BANDS = list(QUANTILES)


def days_of(
    first: str, number: int, level: float = 100.0, zone: str = "Europe/Berlin", queue: str = "phone/a"
) -> pd.DataFrame:
    """Whole local days of level × WEEK."""
    index = pd.date_range(first, periods=number, freq="D")
    offered = level * np.array(WEEK)[index.day_of_week]
    return pd.DataFrame({"queue": queue, "start": local_midnights(index, zone), "offered": offered})


def intervals_of(
    first: str, end: str, minutes: int, level: float = 6.0, zone: str = "Europe/Berlin", queue: str = "phone/a"
) -> pd.DataFrame:
    """Every interval of the local days [first, end): level from 08:00 to 20:00, half of it at night."""
    grid = IntervalGrid(minutes, zone)
    starts = grid_between(midnight(first, zone), midnight(end, zone), grid)
    hour = starts.tz_convert(zone).hour
    offered = np.where((hour >= 8) & (hour < 20), level, level / 2)
    return pd.DataFrame({"queue": queue, "start": starts, "offered": offered})


def midnight(day: str, zone: str = "Europe/Berlin") -> pd.Timestamp:
    return local_midnights(pd.DatetimeIndex([day]), zone)[0]


def forecast_of(history: pd.DataFrame, as_of: str, minutes: int = 1440, **options: Any) -> ForecastResult:
    zone = options.pop("zone", "Europe/Berlin")
    moment = midnight(as_of, zone)
    told = {"opening": OpeningHours(), "horizon_days": 7, "origins": 0, **options}
    result = make_forecast(history, as_of=moment, grid=IntervalGrid(minutes, zone), **told)
    frame = FORECAST.check(result.forecast)
    assert np.isfinite(frame[["offered", *BANDS]].to_numpy()).all()
    assert (np.diff(frame[BANDS].to_numpy(), axis=1) >= 0).all()
    return result


def weekly(day: pd.Timestamp) -> float:
    return 100.0 * WEEK[day.day_of_week]


@pytest.mark.parametrize(("first", "as_of"), [("2027-08-01", "2028-02-26"), ("2023-10-01", "2024-03-03")])
def test_the_29th_of_february_is_a_day_like_others(first: str, as_of: str) -> None:
    """Ahead of the forecast in 2028, behind it in 2024."""
    number = (pd.Timestamp(as_of) - pd.Timestamp(first)).days
    frame = forecast_of(days_of(first, number), as_of).forecast
    days = local_days(frame["start"], "Europe/Berlin")
    assert list(days) == list(pd.date_range(as_of, periods=7))
    assert frame["offered"].to_numpy() == pytest.approx([weekly(day) for day in days], rel=0.05)


CLOCKS = [
    ("Europe/Berlin", "2026-03-29", 46),
    ("Europe/Berlin", "2026-10-25", 50),
    ("Australia/Lord_Howe", "2026-10-04", 47),
    ("Australia/Lord_Howe", "2026-04-05", 49),
    ("Asia/Kathmandu", "2026-03-29", 48),
    ("America/Sao_Paulo", "2018-11-04", 46),
]


@pytest.mark.parametrize(("zone", "day", "intervals"), CLOCKS)
def test_a_day_on_which_the_clocks_change_has_its_own_number_of_half_hours(zone: str, day: str, intervals: int) -> None:
    """Of the horizon; each keeps its level by the wall clock: the day is that much shorter or longer."""
    changing = pd.Timestamp(day)
    first, as_of = (str((changing - pd.Timedelta(days=back)).date()) for back in (70, 3))
    frame = forecast_of(intervals_of(first, as_of, 30, zone=zone), as_of, 30, zone=zone).forecast
    there = frame[local_days(frame["start"], zone) == changing]
    assert len(there) == intervals
    assert there["start"].is_unique
    hour = there["start"].dt.tz_convert(zone).dt.hour
    assert there["offered"].to_numpy() == pytest.approx(np.where((hour >= 8) & (hour < 20), 6.0, 3.0), rel=0.1)


@pytest.mark.parametrize(("zone", "day", "_intervals"), CLOCKS)
def test_a_change_of_clocks_in_the_history_moves_no_day_and_no_hour(zone: str, day: str, _intervals: int) -> None:
    changing = pd.Timestamp(day)
    first, as_of = str((changing - pd.Timedelta(days=60)).date()), str((changing + pd.Timedelta(days=2)).date())
    frame = forecast_of(intervals_of(first, as_of, 30, zone=zone), as_of, 30, zone=zone, horizon_days=1).forecast
    hour = frame["start"].dt.tz_convert(zone).dt.hour
    assert len(frame) == 48
    assert frame["offered"].to_numpy() == pytest.approx(np.where((hour >= 8) & (hour < 20), 6.0, 3.0), rel=0.1)
    daily = forecast_of(days_of(first, 62, zone=zone), as_of, zone=zone).forecast
    days = local_days(daily["start"], zone)
    assert list(days) == list(pd.date_range(as_of, periods=7))
    assert daily["offered"].to_numpy() == pytest.approx([weekly(there) for there in days], rel=0.05)


SUN_TO_THU = OpeningHours.from_mapping(
    {"default": {day: ["08:00-17:00"] for day in ("sun", "mon", "tue", "wed", "thu")} | {"holidays": "closed"}}
)


@pytest.mark.parametrize("opening", [SUN_TO_THU, None])
def test_a_week_from_sunday_to_thursday(opening: OpeningHours | None) -> None:
    """Purim 2026 (3 March) is no public holiday, Passover (2 April) is one and closed."""
    zone = "Asia/Jerusalem"
    holidays = public_holidays("IL", [2026])
    history = intervals_of("2026-01-01", "2026-03-29", 60, zone=zone)
    local = history["start"].dt.tz_convert(zone)
    shop = local.dt.hour.between(8, 16) & ~local.dt.day_of_week.isin([4, 5])
    frame = forecast_of(history[shop], "2026-03-29", 60, zone=zone, opening=opening, holidays=holidays).forecast
    days = set(local_days(frame["start"], zone).date)
    assert date(2026, 4, 2) in holidays
    worked = {date(2026, 3, 29), date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1)}
    assert days - {date(2026, 4, 2)} == worked
    assert (date(2026, 4, 2) in days) == (opening is None)  # no holiday has been seen to be closed
    calm = frame[local_days(frame["start"], zone) < "2026-04-01"]
    assert calm["offered"].to_numpy() == pytest.approx(6.0, rel=0.1)


@pytest.mark.parametrize("minutes", [60, 1440])
@pytest.mark.parametrize("given", [True, False])
def test_a_queue_open_on_saturdays_only(minutes: int, given: bool) -> None:
    opening = OpeningHours.from_mapping({"default": {"sat": ["08:00-20:00"]}}) if given else None
    history = intervals_of("2026-01-05", "2026-06-01", 60)
    local = history["start"].dt.tz_convert("Europe/Berlin")
    history = history[(local.dt.day_of_week == 5) & local.dt.hour.between(8, 19)]
    if minutes == 1440:
        history = days_of("2026-01-05", 147).query("start.dt.tz_convert('Europe/Berlin').dt.day_of_week == 5")
        history = history.assign(offered=72.0)
    frame = forecast_of(history, "2026-06-01", minutes, opening=opening, horizon_days=14).forecast
    days = local_days(frame["start"], "Europe/Berlin")
    assert set(days) == {pd.Timestamp("2026-06-06"), pd.Timestamp("2026-06-13")}
    assert frame.groupby(days)["offered"].sum().to_numpy() == pytest.approx(72.0, rel=0.05)


def test_five_minutes_around_the_clock() -> None:
    history = intervals_of("2026-05-01", "2026-06-01", 5, level=2.0)
    frame = forecast_of(history, "2026-06-01", 5, horizon_days=1).forecast
    assert len(frame) == 288
    assert frame["offered"].sum() == pytest.approx(144 * 2 + 144 * 1, rel=0.05)
    hour = frame["start"].dt.tz_convert("Europe/Berlin").dt.hour
    assert frame["offered"].to_numpy() == pytest.approx(np.where((hour >= 8) & (hour < 20), 2.0, 1.0), abs=0.2)


def test_a_year_and_more_ahead_keeps_season_and_level() -> None:
    """Two and a half years with a season of ± 30 %; 400 days ahead."""
    history = days_of("2023-06-01", 915)
    days = local_days(history["start"], "Europe/Berlin")
    season = 1 + 0.3 * np.sin(2 * np.pi * np.asarray(days.day_of_year) / 365.25)
    noise = np.random.default_rng(0).normal(1, 0.05, len(days))
    history["offered"] = (history["offered"].to_numpy() * season * noise).round()
    frame = forecast_of(history, "2025-12-02", horizon_days=400, origins=4).forecast
    ahead = local_days(frame["start"], "Europe/Berlin")
    turn = 2 * np.pi * np.asarray(ahead.day_of_year) / 365.25
    truth = np.array([weekly(day) for day in ahead]) * (1 + 0.3 * np.sin(turn))
    assert len(frame) == 400
    assert np.abs(frame["offered"] - truth).sum() / truth.sum() < 0.1
    width = ((frame["offered_p90"] - frame["offered_p10"]) / frame["offered"]).to_numpy()
    assert width[364:399].mean() >= 0.9 * width[:7].mean()


def test_the_band_of_a_level_that_wanders_widens_for_a_year_as_a_random_walk_does() -> None:
    """Steps of 2 % a day: after a week the level is known to about 5 %, after a year to 2 % × √365 = 38 %."""
    rng = np.random.default_rng(3)
    history = days_of("2024-01-01", 730, level=2000.0)
    history["offered"] *= np.exp(np.cumsum(rng.normal(0, 0.02, 730)))
    frame = forecast_of(history, "2025-12-31", horizon_days=365, model="calendar_lanes").forecast
    cv = ((frame["offered_p90"] - frame["offered_p10"]) / frame["offered"] / 2.56).to_numpy()
    assert cv[:7].mean() < 0.1
    assert 0.25 < cv[350:].mean() < 0.6
    assert (cv[28:357] <= cv[35:364] + 1e-9).all()


def test_a_forecast_in_the_middle_of_a_day_begins_there_and_ends_at_the_same_clock() -> None:
    history = intervals_of("2026-01-05", "2026-03-27", 30)
    noon = pd.Timestamp("2026-03-26 12:10", tz="Europe/Berlin")
    grid = IntervalGrid(30, "Europe/Berlin")
    frame = make_forecast(history, as_of=noon, grid=grid, horizon_days=7, opening=OpeningHours(), origins=0).forecast
    starts = frame["start"].dt.tz_convert("Europe/Berlin")
    assert starts.min() == pd.Timestamp("2026-03-26 12:30", tz="Europe/Berlin")
    assert starts.max() == pd.Timestamp("2026-04-02 12:00", tz="Europe/Berlin")
    assert len(frame) == 7 * 48 - 2  # the 29th is an hour short
    later = history.assign(offered=history["offered"].where(history["start"] < noon.floor("30min"), 1e6))
    same = make_forecast(later, as_of=noon, grid=grid, horizon_days=7, opening=OpeningHours(), origins=0).forecast
    pd.testing.assert_frame_equal(frame, same)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.25, 7.0, 1e7])
def test_a_history_of_one_value_is_forecast_as_that_value(value: float) -> None:
    history = days_of("2026-01-05", 120).assign(offered=value)
    frame = forecast_of(history, "2026-05-05", horizon_days=28, origins=4).forecast
    assert frame["offered"].to_numpy() == pytest.approx(value, rel=0.02, abs=1e-6)
    assert (frame["offered_p025"] <= value).all()
    assert (frame["offered_p975"] >= value).all()


def test_one_huge_day_last_week_moves_the_forecast_little() -> None:
    rng = np.random.default_rng(1)
    calm = days_of("2026-01-05", 120)
    calm["offered"] = rng.poisson(calm["offered"]).astype(float)
    wild = calm.copy()
    wild.loc[116, "offered"] *= 100
    plain, shaken = (forecast_of(history, "2026-05-05", origins=4).forecast for history in (calm, wild))
    assert shaken["offered"].sum() == pytest.approx(plain["offered"].sum(), rel=0.15)
    width = [(frame["offered_p90"] - frame["offered_p10"]).sum() for frame in (plain, shaken)]
    assert width[1] < 4 * width[0]


def test_ten_days_are_enough_for_a_level_and_a_flag() -> None:
    result = forecast_of(days_of("2026-01-05", 10).assign(offered=50.0), "2026-01-15", origins=4)
    assert result.forecast["offered"].to_numpy() == pytest.approx(50.0, rel=0.05)
    assert LOW_HISTORY in result.flags["phone/a"]


def test_a_gap_of_two_months_is_no_fall() -> None:
    history = days_of("2025-09-01", 240)
    kept = history[(history.index < 120) | (history.index >= 180)]
    frame = forecast_of(kept, "2026-04-29", horizon_days=28, origins=4).forecast
    truth = [weekly(day) for day in local_days(frame["start"], "Europe/Berlin")]
    assert frame["offered"].to_numpy() == pytest.approx(truth, rel=0.1)


def test_a_gap_of_two_months_until_now_is_flagged() -> None:
    result = forecast_of(days_of("2025-09-01", 180), "2026-04-29")
    assert STALE_HISTORY in result.flags["phone/a"]


def test_names_with_russian_letters_and_spaces_that_differ_by_little_are_different_queues() -> None:
    names = ["чат/новые клиенты", "чат/новые  клиенты", "Чат/новые клиенты", "чат/новые клиенты "]
    history = pd.concat(
        [days_of("2026-01-05", 60, level=100.0 * (place + 1), queue=name) for place, name in enumerate(names)]
    )
    frame = forecast_of(history, "2026-03-06").forecast
    found = frame.groupby("queue")["offered"].sum()
    assert set(found.index) == set(names)
    total = 100.0 * sum(WEEK)
    assert [found[name] / total for name in names] == pytest.approx([1, 2, 3, 4], rel=0.05)


def test_fractions_of_contacts_and_millions_are_counts_too() -> None:
    small = days_of("2026-01-05", 60, level=0.4, queue="mail/small")
    huge = days_of("2026-01-05", 60, level=1e7, queue="chat/huge")
    frame = forecast_of(pd.concat([small, huge]), "2026-03-06").forecast
    found = frame.groupby("queue")["offered"].sum()
    assert found["chat/huge"] == pytest.approx(1e7 * sum(WEEK), rel=0.05)
    assert found["mail/small"] == pytest.approx(0.4 * sum(WEEK), rel=0.3)


def test_a_horizon_wholly_closed_has_no_rows_and_its_wanted_rows_are_zero() -> None:
    shut = {date(2026, 3, day): "closing week" for day in range(6, 13)}
    opening = OpeningHours.from_mapping({"default": {"daily": ["08:00-20:00"], "holidays": "closed"}})
    history = intervals_of("2026-01-05", "2026-03-06", 60)
    result = forecast_of(history, "2026-03-06", 60, opening=opening, holidays=shut)
    assert result.forecast.empty
    assert result.failures == ()
    wanted = pd.DataFrame({"queue": "phone/a", "start": [midnight("2026-03-08") + pd.Timedelta(hours=9)]})
    asked = forecast_of(history, "2026-03-06", 60, opening=opening, holidays=shut, targets_grid=wanted).forecast
    assert asked[["offered", "offered_p025", "offered_p975"]].to_numpy().tolist() == [[0.0, 0.0, 0.0]]


def three_queues(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    parts = []
    for queue, level in (("phone/a", 80.0), ("chat/b", 12.0), ("mail", 1.5)):
        part = days_of("2026-01-05", 110, level=level, queue=queue)
        parts.append(part.assign(offered=rng.poisson(part["offered"]).astype(float), aht_seconds=300.0))
    return pd.concat(parts, ignore_index=True)


UNSCRAMBLED: dict[bool, ForecastResult] = {}  # the same in every example: made once


@given(scale=st.sampled_from([0.0, 0.5, 1e3, np.nan]), seed=st.integers(0, 2**16), asked=st.booleans())
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_scrambled_future_changes_no_bit(scale: float, seed: int, asked: bool) -> None:
    """All that stands at or after as_of is changed, dropped or multiplied: 80 days are known, 30 are scrambled."""
    history, rng = three_queues(0), np.random.default_rng(seed)
    as_of = midnight("2026-03-26")
    future = (history["start"] >= as_of).to_numpy()
    other = history.copy()
    other.loc[future, "offered"] = other.loc[future, "offered"].to_numpy() * scale
    other.loc[future, "aht_seconds"] = rng.uniform(0, 5000, future.sum())
    kept = ~future | (rng.random(len(history)) < 0.7)
    other = other[kept].sample(frac=1.0, random_state=seed)
    starts = local_midnights(pd.date_range("2026-03-26", periods=14), "Europe/Berlin")
    wanted = pd.DataFrame({"queue": np.repeat(["chat/b", "phone/a"], 14), "start": starts.append(starts)})
    options = {"horizon_days": 14, "origins": 2, "targets_grid": wanted if asked else None}
    if asked not in UNSCRAMBLED:
        UNSCRAMBLED[asked] = forecast_of(history, "2026-03-26", **options)
    first, second = UNSCRAMBLED[asked], forecast_of(other, "2026-03-26", **options)
    pd.testing.assert_frame_equal(first.forecast, second.forecast, check_exact=True)
    pd.testing.assert_frame_equal(first.scores, second.scores, check_exact=True)


def test_rows_that_were_asked_for_come_back_in_their_order() -> None:
    starts = local_midnights(pd.date_range("2026-03-26", periods=14), "Europe/Berlin")
    wanted = pd.DataFrame({"queue": np.repeat(["phone/a", "mail", "chat/b"], 14), "start": list(starts) * 3})
    shuffled = wanted.sample(frac=1.0, random_state=5)
    frame, other = (
        forecast_of(three_queues(0), "2026-03-26", targets_grid=grid).forecast for grid in (wanted, shuffled)
    )
    assert other["queue"].tolist() == shuffled["queue"].tolist()
    assert other["start"].tolist() == shuffled["start"].tolist()
    again = shuffled.reset_index(drop=True)[["queue", "start"]].merge(frame, on=["queue", "start"])
    pd.testing.assert_frame_equal(other.reset_index(drop=True), again, check_exact=True)


def test_the_order_of_the_history_s_rows_does_not_matter() -> None:
    history = three_queues(0)
    frame = forecast_of(history, "2026-04-25", origins=2).forecast
    other = forecast_of(history.sample(frac=1.0, random_state=3), "2026-04-25", origins=2).forecast
    pd.testing.assert_frame_equal(frame, other, check_exact=True)


def test_a_queue_alone_and_beside_others_differs_only_by_agreeing_with_their_sums() -> None:
    """A pinned model is not reconciled, so that its numbers are the same alone; the default's sum is moved."""
    history = three_queues(0)
    alone = history[history["queue"] == "phone/a"]
    for model in ("calendar_lanes", "weekday_average_8"):
        own, beside = (forecast_of(rows, "2026-04-25", model=model).forecast for rows in (alone, history))
        beside = beside[beside["queue"] == "phone/a"].reset_index(drop=True)
        assert beside["offered"].to_numpy() == pytest.approx(own["offered"].to_numpy(), rel=1e-9)
