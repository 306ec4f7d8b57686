"""From day means to intervals, without models: what is open, what a cell holds, and who has a say in the next days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from domain import IntervalGrid
from domain.calendar import OpeningHours
from forecast.backtest import Backtest
from forecast.prepare import Prepared, Site, prepare
from forecast.spreading import common_shares, spread_over_intervals

BERLIN = "Europe/Berlin"
MODEL = "calendar_lanes"


def history(days: int, minutes: int, shape: np.ndarray, first: str = "2026-01-05", queue: str = "a") -> pd.DataFrame:
    """Whole local days from a Monday; `shape`: contacts by wall-clock slot, negative: no row there."""
    edges = pd.DatetimeIndex(
        [pd.Timestamp(first, tz=BERLIN), pd.Timestamp(first, tz=BERLIN) + pd.DateOffset(days=days)]
    )
    starts = pd.date_range(edges[0], edges[1], freq=f"{minutes}min", inclusive="left")
    offered = shape[np.asarray(starts.hour * 60 + starts.minute) // minutes]
    frame = pd.DataFrame({"queue": queue, "start": starts.tz_convert("UTC").as_unit("us"), "offered": offered})
    return frame[frame["offered"] >= 0].reset_index(drop=True)


def ready_for(rows: pd.DataFrame, minutes: int, as_of_day: str, horizon_days: int = 7, **site: object) -> Prepared:
    made = Site(IntervalGrid(minutes, BERLIN), None, {}, None, "missing")
    return prepare(rows, replace(made, **site), as_of_day=pd.Timestamp(as_of_day), horizon_days=horizon_days)


def spread(ready: Prepared, day_means: object, model: str = MODEL) -> pd.DataFrame:
    """The intervals of all queues by local wall clock, with day means given by hand and no backtest."""
    empty = np.zeros((0, len(ready.panel.queues), 7))
    test = Backtest(ready.panel.queues, (), empty, {}, ready.panel.values)
    means = np.broadcast_to(np.asarray(day_means, dtype=float), (len(ready.panel.queues), len(ready.horizon.days)))
    frame = spread_over_intervals(ready, test, dict.fromkeys(ready.panel.queues, model), means.copy(), None)
    return frame.assign(local=frame["start"].dt.tz_convert(BERLIN))


@pytest.mark.parametrize("minutes", [5, 15, 30, 60])
def test_a_day_s_intervals_add_up_to_its_mean_at_any_grain(minutes: int) -> None:
    slots = 1440 // minutes
    shape = np.where((np.arange(slots) >= slots // 3) & (np.arange(slots) < slots // 2), 2.0, -1.0)
    frame = spread(ready_for(history(21, minutes, shape), minutes, "2026-01-26"), [10, 20, 30, 40, 50, 60, 70])
    by_day = frame.groupby(frame["local"].dt.date)["offered"].sum()
    assert by_day.to_list() == pytest.approx([10, 20, 30, 40, 50, 60, 70])
    assert (frame.loc[frame["closed"], "offered"] == 0).all()
    assert (frame.loc[frame["closed"], [name for name in frame if name.startswith("offered_p")]] == 0).all(axis=None)


def test_a_daily_grid_gives_back_the_day_means() -> None:
    rows = pd.concat(history(30, 1440, np.array([5.0]), queue=name) for name in "ab").reset_index(drop=True)
    frame = spread(ready_for(rows, 1440, "2026-02-04"), [1, 2, 3, 4, 5, 6, 7])
    assert frame["offered"].to_list() == [1, 2, 3, 4, 5, 6, 7] * 2
    assert frame["queue"].to_list() == ["a"] * 7 + ["b"] * 7


def test_a_sunday_to_thursday_week_is_zero_on_fridays_and_saturdays() -> None:
    rows = history(84, 60, np.full(24, 3.0))
    weekday = rows["start"].dt.tz_convert(BERLIN).dt.day_of_week
    rows = rows[~weekday.isin([4, 5])].reset_index(drop=True)
    frame = spread(ready_for(rows, 60, "2026-03-30"), 72.0)
    free = frame["local"].dt.day_of_week.isin([4, 5])
    assert frame["closed"].equals(free)
    assert (frame.loc[free, "offered"] == 0).all()
    assert frame.loc[~free, "offered"].to_list() == pytest.approx([3.0] * 120, rel=0.05)


def test_the_doubled_hour_has_two_intervals_of_a_usual_hour_and_the_lost_hour_none() -> None:
    always = OpeningHours()
    autumn = spread(
        ready_for(history(77, 60, np.full(24, 10.0), "2026-08-03"), 60, "2026-10-19", opening=always), 240.0
    )
    sunday = autumn[autumn["local"].dt.day == 25]
    assert len(sunday) == 25
    assert sunday["offered"].to_list() == pytest.approx([10.0] * 25, rel=0.02)
    spring = spread(ready_for(history(77, 60, np.full(24, 10.0)), 60, "2026-03-23", opening=always), 240.0)
    sunday = spring[spring["local"].dt.day == 29]
    assert len(sunday) == 23
    assert sunday["offered"].to_list() == pytest.approx([10.0] * 23, rel=0.02)


def test_a_history_over_a_clock_change_keeps_the_shape() -> None:
    shape = np.where(np.arange(24) < 6, 10.0, 40.0)
    frame = spread(ready_for(history(84, 60, shape, "2026-02-02"), 60, "2026-04-27", opening=OpeningHours()), 780.0)
    assert frame["offered"].to_list() == pytest.approx(np.tile(shape, 7).tolist(), rel=0.08)


def test_days_with_a_gap_still_teach_the_shape() -> None:
    shape = np.where(np.arange(24) < 12, 30.0, 10.0)
    rows = history(28, 60, shape)
    hour = rows["start"].dt.tz_convert(BERLIN).dt.hour
    day = rows["start"].dt.tz_convert(BERLIN).dt.day
    rows.loc[(hour == 20) & (day % 2 == 0), "offered"] = np.nan  # every other day misses an hour
    rows.loc[(hour == 8) & (day % 2 == 1), "offered"] = np.nan
    frame = spread(ready_for(rows, 60, "2026-02-02", opening=OpeningHours()), 480.0)
    assert frame["offered"].to_list() == pytest.approx(np.tile(shape, 7).tolist(), rel=0.1)


def test_one_day_of_history_is_a_shape_and_no_contacts_are_an_even_one() -> None:
    shape = np.where(np.arange(24) < 12, 300.0, 100.0)
    frame = spread(ready_for(history(1, 60, shape), 60, "2026-01-06", opening=OpeningHours()), 4800.0)
    assert frame["offered"].to_list() == pytest.approx(np.tile(shape, 7).tolist(), rel=0.2)  # softer at the jump
    none = spread(ready_for(history(7, 60, np.zeros(24)), 60, "2026-01-12", opening=OpeningHours()), 24.0)
    assert none["offered"].to_list() == pytest.approx([1.0] * 168)


def growing() -> Prepared:
    """Twelve flat weeks and a last one of twice as many contacts each hour."""
    rows = history(84, 60, np.full(24, 50.0))
    late = rows["start"] >= pd.Timestamp("2026-03-23", tz=BERLIN)
    rows.loc[late, "offered"] = 100.0
    rows["offered"] += np.random.default_rng(9).normal(0, 3, len(rows)).round()
    return ready_for(rows, 60, "2026-03-30", opening=OpeningHours())


def test_the_last_days_have_a_say_in_the_next_two_days_only() -> None:
    means = spread(growing(), 1200.0).groupby(lambda row: row // 24)["offered"].sum()
    assert means[0] > 1400
    assert 1300 < means[1] < means[0]
    assert means[2:7].to_list() == pytest.approx([1200.0] * 5, rel=0.01)


def test_a_model_that_repeats_the_past_is_left_as_it_is() -> None:
    for model in ("seasonal_naive", "weekday_average_4", "weekday_average_8"):
        means = spread(growing(), 1200.0, model).groupby(lambda row: row // 24)["offered"].sum()
        assert means.to_list() == pytest.approx([1200.0] * 7, rel=0.01)


def test_an_event_tomorrow_keeps_the_level_it_was_given() -> None:
    rows = history(84, 60, np.full(24, 50.0))
    rows.loc[rows["start"] >= pd.Timestamp("2026-03-23", tz=BERLIN), "offered"] = 100.0
    day = pd.Timestamp("2026-03-30")
    events = pd.DataFrame({"name": ["sale"], "kind": ["campaign"], "from": [day], "to": [day]})
    ready = ready_for(rows, 60, "2026-03-30", opening=OpeningHours(), events=events)
    means = spread(ready, 1200.0).groupby(lambda row: row // 24)["offered"].sum()
    assert means[0] == pytest.approx(1200.0)
    assert means[1] > 1210.0


@pytest.mark.parametrize("share", [0.0, 0.8])
def test_what_queues_have_in_common_is_learned_from_the_backtest(share: float) -> None:
    """Six queues of 1,000 contacts a day over eight origins of a week, each 10 % off, of which a share is common."""
    rng = np.random.default_rng(11)
    rows = pd.concat(history(30, 1440, np.array([5.0]), queue=name) for name in "abcdef").reset_index(drop=True)
    ready = ready_for(rows, 1440, "2026-02-04")
    off = np.sqrt(share) * rng.standard_normal((8, 1, 7)) + np.sqrt(1 - share) * rng.standard_normal((8, 6, 7))
    forecast = np.full((8, 6, 7), 1000.0)
    test = Backtest(ready.panel.queues, tuple(range(8)), 1000 * (1 + 0.1 * off), {MODEL: forecast}, ready.panel.values)
    chosen = dict.fromkeys(ready.panel.queues, MODEL)
    assert common_shares(ready, test, chosen) == pytest.approx(np.full(6, share), abs=0.25)
    assert np.isnan(common_shares(ready, replace(test, forecasts={}), chosen)).all()
