"""From history to forecast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain import IntervalGrid
from domain.calendar import OpeningHours
from domain.errors import BadValue, EmptyFile, InputError, TableError, UnknownQueue
from domain.tables import FORECAST, SCORES
from forecast import FORECASTERS, make_forecast
from forecast.pipeline import FALLBACK, LOW_HISTORY, NO_BACKTEST, OPENING_LEARNED, STALE_HISTORY

History = Callable[..., pd.DataFrame]
DAILY = IntervalGrid(1440, "Europe/Berlin")
HALF_HOURS = IntervalGrid(30, "Europe/Berlin")
WORKDAY = OpeningHours.from_mapping(
    {"default": {day: ["08:00-20:00"] for day in ("mon", "tue", "wed", "thu", "fri")} | {"holidays": "closed"}}
)


def at(local: str) -> pd.Timestamp:
    return pd.Timestamp(local, tz="Europe/Berlin")


def half_hours(days: int, first: str = "2026-01-05", level: float = 20.0, seed: int = 0) -> pd.Series:
    """Contacts per half-hour of whole local days; busy 08–20 on weekdays, none else."""
    starts = pd.date_range(at(first), at(first) + pd.DateOffset(days=days), freq="30min", inclusive="left")
    busy = (starts.hour >= 8) & (starts.hour < 20) & (starts.day_of_week < 5)
    shape = 1 + np.sin((starts.hour - 8) / 12 * np.pi)
    counts = np.random.default_rng(seed).poisson(np.where(busy, level * shape, 0.0))
    return pd.Series(counts.astype(float), index=starts)


def rows(values: pd.Series, queue: str = "phone/a", **columns: object) -> pd.DataFrame:
    index = pd.DatetimeIndex(values.index).tz_convert("UTC").as_unit("us")
    return pd.DataFrame({"queue": queue, "start": index, "offered": values.to_numpy(), **columns})


def test_week_one_of_200_and_week_two_of_300_give_250(make_history: History) -> None:
    history = make_history(np.repeat([200.0, 300.0], 7))
    result = make_forecast(history, as_of=at("2026-01-19"), horizon_days=7, grid=DAILY, model="weekday_average_4")
    assert result.forecast["offered"].tolist() == [250.0] * 7
    assert result.forecast["start"].tolist() == [at("2026-01-19") + pd.DateOffset(days=d) for d in range(7)]
    assert result.chosen == {"phone/a": "weekday_average_4"}
    assert set(result.flags["phone/a"]) == {LOW_HISTORY, NO_BACKTEST, OPENING_LEARNED}


def test_one_day_of_history_still_gives_a_forecast(make_history: History) -> None:
    result = make_forecast(
        make_history([80.0]), as_of=at("2026-01-06"), horizon_days=3, grid=DAILY, opening=OpeningHours()
    )
    assert result.forecast["offered"].tolist() == [80.0] * 3
    assert (result.forecast["offered_p975"] > result.forecast["offered_p025"] + 20).all()


def test_one_day_without_given_hours_opens_every_weekday(make_history: History) -> None:
    result = make_forecast(make_history([80.0]), as_of=at("2026-01-06"), horizon_days=7, grid=DAILY)
    assert result.forecast["offered"].tolist() == [80.0] * 7


def test_a_forecast_tries_the_fast_models_and_any_other_that_is_named(make_history: History) -> None:
    history = pd.concat([make_history(np.full(60, 9.0), queue=f"phone/{number}") for number in range(2)])
    options: dict[str, Any] = {"as_of": at("2026-03-06"), "horizon_days": 7, "grid": DAILY, "origins": 1}
    plain = make_forecast(history, **options)
    fast = {name for name, made in FORECASTERS.items() if not (made.is_slow or made.only_when_named)}
    assert set(plain.scores["model"]) == fast
    pinned = make_forecast(history, **options, models={"phone/1": "holt_winters"})
    assert set(pinned.scores["model"]) == fast | {"holt_winters"}
    assert pinned.chosen["phone/1"] == "holt_winters"


def test_nothing_at_or_after_as_of_is_used(make_history: History) -> None:
    values = np.random.default_rng(0).poisson(100.0, 120).astype(float)
    scrambled = values.copy()
    scrambled[90:] = 1e6
    as_of = at("2026-01-05") + pd.DateOffset(days=90)
    first, second = (make_forecast(make_history(kept), as_of=as_of, grid=DAILY) for kept in (values, scrambled))
    pd.testing.assert_frame_equal(first.forecast, second.forecast)
    pd.testing.assert_frame_equal(first.scores, second.scores)


def test_open_intervals_come_back_and_closed_ones_have_no_row() -> None:
    history = rows(half_hours(90))
    result = make_forecast(history, as_of=at("2026-04-05"), horizon_days=7, grid=HALF_HOURS, opening=WORKDAY)
    FORECAST.check(result.forecast)
    SCORES.check(result.scores)
    local = result.forecast["start"].dt.tz_convert("Europe/Berlin")
    assert len(local) == 5 * 24
    assert local.dt.hour.between(8, 19).all()
    truth = 20 * (1 + np.sin((local.dt.hour - 8) / 12 * np.pi))
    assert result.forecast["offered"].to_numpy() == pytest.approx(truth.to_numpy(), rel=0.2)
    assert result.forecast["offered"].sum() == pytest.approx(truth.sum(), rel=0.03)


def test_hours_that_nobody_gave_are_learned() -> None:
    history = rows(half_hours(90))
    result = make_forecast(history, as_of=at("2026-04-05"), horizon_days=7, grid=HALF_HOURS)
    local = result.forecast["start"].dt.tz_convert("Europe/Berlin")
    assert len(local) == 5 * 24
    assert (local.dt.hour.min(), local.dt.hour.max()) == (8, 19)
    assert OPENING_LEARNED in result.flags["phone/a"]


def test_a_closed_holiday_has_no_row_and_an_open_one_its_own_level() -> None:
    holiday = {date(2026, 4, 8): "closing day"}
    history = rows(half_hours(90))
    result = make_forecast(
        history, as_of=at("2026-04-06"), horizon_days=7, grid=HALF_HOURS, opening=WORKDAY, holidays=holiday
    )
    days = set(result.forecast["start"].dt.tz_convert("Europe/Berlin").dt.date)
    assert days == {date(2026, 4, day) for day in (6, 7, 9, 10)}


def test_on_the_days_the_clocks_change_local_hours_are_kept() -> None:
    always = OpeningHours()
    starts = pd.date_range(at("2026-01-05"), at("2026-03-23"), freq="h", inclusive="left")
    history = rows(pd.Series(10.0 + starts.hour, index=starts))
    spring = make_forecast(
        history, as_of=at("2026-03-23"), horizon_days=7, grid=IntervalGrid(60, "Europe/Berlin"), opening=always
    )
    local = spring.forecast["start"].dt.tz_convert("Europe/Berlin")
    assert len(local) == 7 * 24 - 1
    assert spring.forecast["offered"].to_numpy() == pytest.approx(10.0 + local.dt.hour.to_numpy(), rel=0.05)
    starts = pd.date_range(at("2026-08-03"), at("2026-10-19"), freq="h", inclusive="left")
    history = rows(pd.Series(10.0 + starts.hour, index=starts))
    autumn = make_forecast(
        history, as_of=at("2026-10-19"), horizon_days=7, grid=IntervalGrid(60, "Europe/Berlin"), opening=always
    )
    local = autumn.forecast["start"].dt.tz_convert("Europe/Berlin")
    assert len(local) == 7 * 24 + 1
    doubled = autumn.forecast.loc[((local.dt.hour == 2) & (local.dt.day == 25)).to_numpy(), "offered"]
    assert doubled.tolist() == pytest.approx([12.0, 12.0], rel=0.05)


def test_from_the_middle_of_a_day_the_rest_of_it_is_forecast_and_its_part_is_not_learned() -> None:
    values = half_hours(85)
    noon = at("2026-03-26T12:10")  # a Thursday
    whole = make_forecast(
        rows(values), as_of=noon, horizon_days=1, grid=HALF_HOURS, opening=WORKDAY, model="weekday_average_4"
    )
    local = whole.forecast["start"].dt.tz_convert("Europe/Berlin")
    assert (local.min(), local.max()) == (at("2026-03-26T12:30"), at("2026-03-27T12:00"))
    morning = at("2026-03-26")
    without_today = make_forecast(
        rows(values[values.index < morning]),
        as_of=noon,
        horizon_days=1,
        grid=HALF_HOURS,
        opening=WORKDAY,
        model="weekday_average_4",
    )
    assert whole.forecast["offered"].to_numpy() == pytest.approx(without_today.forecast["offered"].to_numpy())


def test_exactly_the_wanted_rows_come_back_in_their_order() -> None:
    history = rows(half_hours(90))
    starts = [at("2026-04-07T10:00"), at("2026-04-06T09:30"), at("2026-04-06T03:00"), at("2026-04-11T10:00")]
    wanted = pd.DataFrame({"queue": "phone/a", "start": starts})
    given = make_forecast(history, as_of=at("2026-04-05"), grid=HALF_HOURS, opening=WORKDAY, targets_grid=wanted)
    assert given.forecast["start"].tolist() == starts
    offered = given.forecast["offered"].to_numpy()
    assert (offered[:2] > 10).all()
    assert offered[2:].tolist() == [0.0, 0.0]  # at night, on a Saturday: closed
    learned = make_forecast(history, as_of=at("2026-04-05"), grid=HALF_HOURS, targets_grid=wanted)
    assert learned.forecast["start"].tolist() == starts
    assert learned.forecast["offered"].to_numpy()[2:] == pytest.approx([0.0, 0.0], abs=0.5)


def test_a_wanted_row_may_lie_beyond_the_horizon(make_history: History) -> None:
    wanted = pd.DataFrame({"queue": ["phone/a"], "start": [at("2026-06-01")]})
    history = make_history(np.full(90, 70.0))
    result = make_forecast(history, as_of=at("2026-04-05"), horizon_days=7, grid=DAILY, targets_grid=wanted)
    assert result.forecast["offered"].tolist() == pytest.approx([70.0], rel=0.02)


def test_an_unknown_wanted_queue_is_a_failure_and_only_unknown_ones_an_error(make_history: History) -> None:
    history = make_history(np.full(60, 70.0))
    both = pd.DataFrame({"queue": ["fax/a", "phone/a"], "start": at("2026-04-10")})
    result = make_forecast(history, as_of=at("2026-03-06"), grid=DAILY, targets_grid=both)
    assert result.forecast["queue"].tolist() == ["phone/a"]
    assert [failure.queue for failure in result.failures] == ["fax/a"]
    with pytest.raises(UnknownQueue, match="fax/a"):
        make_forecast(history, as_of=at("2026-03-06"), grid=DAILY, targets_grid=both[:1])


def test_an_empty_grid_is_named_and_so_is_a_history_that_begins_later(make_history: History) -> None:
    history, wanted = make_history(np.full(60, 70.0)), pd.DataFrame({"queue": ["phone/a"], "start": [at("2026-03-06")]})
    with pytest.raises(EmptyFile, match="a grid"):
        make_forecast(history, as_of=at("2026-03-06"), grid=DAILY, targets_grid=wanted[:0])
    with pytest.raises(EmptyFile, match="over at as_of"):
        make_forecast(history, as_of=at("2020-03-06"), grid=DAILY, targets_grid=wanted)


@pytest.mark.parametrize("start", ["2026-04-10T09:10", "2026-03-05T09:00"])
def test_a_wanted_start_off_the_grid_or_in_the_past_is_refused(start: str) -> None:
    wanted = pd.DataFrame({"queue": ["phone/a"], "start": [at(start)]})
    with pytest.raises(BadValue, match="line 2"):
        make_forecast(rows(half_hours(60)), as_of=at("2026-03-06"), grid=HALF_HOURS, targets_grid=wanted)


def test_a_queue_of_which_nothing_is_known_fails_alone(make_history: History) -> None:
    history = pd.concat([make_history(np.full(60, 70.0)), make_history(np.full(60, np.nan), queue="chat/a")])
    result = make_forecast(history, as_of=at("2026-03-06"), horizon_days=7, grid=DAILY, opening=OpeningHours())
    assert set(result.forecast["queue"]) == {"phone/a"}
    assert [failure.queue for failure in result.failures] == ["chat/a"]
    assert "no open day" in str(result.failures[0])


def test_a_queue_of_zeros_is_zero(make_history: History) -> None:
    result = make_forecast(make_history(np.zeros(80)), as_of=at("2026-03-26"), grid=DAILY, opening=OpeningHours())
    assert result.forecast["offered"].max() < 0.3


def test_a_pin_that_cannot_do_the_queue_falls_back_and_says_so(make_history: History) -> None:
    result = make_forecast(
        make_history(np.full(10, 70.0)), as_of=at("2026-01-15"), grid=DAILY, models={"phone/a": "calendar_glm"}
    )
    assert result.chosen == {"phone/a": "weekday_average_4"}
    assert FALLBACK in result.flags["phone/a"]


def test_a_history_that_ended_long_ago_is_flagged(make_history: History) -> None:
    result = make_forecast(make_history(np.full(90, 70.0)), as_of=at("2026-06-01"), horizon_days=7, grid=DAILY)
    assert STALE_HISTORY in result.flags["phone/a"]
    assert result.forecast["offered"].tolist() == pytest.approx([70.0] * 7, rel=0.02)


def test_a_closure_has_no_rows_and_a_campaign_is_learned(make_history: History) -> None:
    values = np.full(400, 100.0)
    values[[50, 51, 52, 53, 120, 121, 122, 123, 300, 301, 302, 303]] = 160.0
    first = pd.Timestamp("2026-01-05")
    events = pd.DataFrame(
        {
            "name": ["sale", "sale", "sale", "sale", "stocktaking"],
            "kind": ["campaign"] * 4 + ["closure"],
            "from": [first + pd.Timedelta(days=d) for d in (50, 120, 300, 402, 404)],
            "to": [first + pd.Timedelta(days=d) for d in (53, 123, 303, 403, 404)],
            "queues": "",
        }
    )
    result = make_forecast(
        make_history(values), as_of=at("2027-02-09"), horizon_days=7, grid=DAILY, events=events, model="calendar_glm"
    )
    assert result.forecast["offered"].tolist() == pytest.approx([100, 100, 160, 160, 100, 100], rel=0.08)


def test_handle_time_of_the_queue_comes_along_and_unknown_stays_empty() -> None:
    values = half_hours(60)
    known = rows(values, aht_seconds=240.0, handled=values.to_numpy())
    result = make_forecast(
        pd.concat([known, rows(values, "chat/a")]),
        as_of=at("2026-03-06"),
        horizon_days=2,
        grid=HALF_HOURS,
        opening=WORKDAY,
    )
    by_queue = result.forecast.groupby("queue")["aht_seconds"]
    assert by_queue.mean()["phone/a"] == pytest.approx(240.0)
    assert by_queue.count()["chat/a"] == 0


def test_a_finer_history_is_summed_to_the_grid() -> None:
    starts = pd.date_range(at("2026-01-05"), at("2026-03-02"), freq="15min", inclusive="left")
    history = rows(pd.Series(3.0, index=starts))
    result = make_forecast(
        history, as_of=at("2026-03-02"), horizon_days=1, grid=IntervalGrid(60, "Europe/Berlin"), opening=OpeningHours()
    )
    assert result.forecast["offered"].tolist() == pytest.approx([12.0] * 24)
    day = make_forecast(history, as_of=at("2026-03-02"), horizon_days=1, grid=DAILY, opening=OpeningHours())
    assert day.forecast["offered"].tolist() == pytest.approx([288.0])


def test_queues_with_different_hours_are_forecast_side_by_side() -> None:
    opening = OpeningHours.from_mapping(
        {"default": {"daily": ["08:00-12:00"]}, "queue": {"chat/*": {"daily": ["22:00-02:00"]}}}
    )
    starts = pd.date_range(at("2026-01-05"), at("2026-03-02"), freq="h", inclusive="left")
    values = pd.Series(5.0, index=starts)
    result = make_forecast(
        pd.concat([rows(values), rows(values, "chat/a")]), as_of=at("2026-03-02"), horizon_days=1,
        grid=IntervalGrid(60, "Europe/Berlin"), opening=opening,
    )  # fmt: skip
    hours = result.forecast["start"].dt.tz_convert("Europe/Berlin").dt.hour
    assert hours[result.forecast["queue"] == "phone/a"].tolist() == [8, 9, 10, 11]
    assert hours[result.forecast["queue"] == "chat/a"].tolist() == [0, 1, 22, 23]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"model": "prophet"}, BadValue, "one of seasonal_naive"),
        ({"horizon_days": 0}, BadValue, "1 to 3660 days"),
        ({"horizon_days": 99_999}, BadValue, "1 to 3660 days"),
        ({"as_of": at("2031-01-01")}, BadValue, "reaches into the 1100 days before as_of"),
        ({"gaps": "maybe"}, BadValue, "missing or zero"),
        ({"as_of": at("2020-01-01")}, EmptyFile, "over at as_of"),
    ],
)
def test_wrong_requests_are_refused_by_name(
    change: dict[str, Any], error: type[Exception], words: str, make_history: History
) -> None:
    request: dict[str, Any] = {"as_of": at("2026-03-06"), "grid": DAILY, **change}
    with pytest.raises(error, match=words):
        make_forecast(make_history(np.full(30, 5.0)), **request)


def test_progress_is_told_to_its_end(make_history: History) -> None:
    seen: list[tuple[str, int, int]] = []
    make_forecast(
        make_history(np.full(90, 70.0)), as_of=at("2026-04-05"), grid=DAILY, origins=2, model="seasonal_naive",
        progress=lambda stage, done, all_: seen.append((stage, done, all_)),
    )  # fmt: skip
    assert seen == [("backtest", 1, 1), ("intervals", 1, 1)]


def test_a_wanted_interval_of_another_century_is_refused(make_history: History) -> None:
    wanted = pd.DataFrame({"queue": ["phone/a"], "start": [at("2126-03-09").tz_convert("UTC")]})
    with pytest.raises(BadValue, match="3660 days after as_of"):
        make_forecast(make_history(np.ones(60)), as_of=at("2026-03-06"), grid=DAILY, targets_grid=wanted)


def test_one_half_hour_of_history_is_enough_where_the_grid_is_given() -> None:
    history = rows(pd.Series([5.0], index=[at("2026-01-05 09:00")]))
    result = make_forecast(history, as_of=at("2026-01-06"), horizon_days=2, grid=HALF_HOURS)
    assert result.forecast["start"].tolist() == [at("2026-01-06 09:00"), at("2026-01-07 09:00")]
    assert result.forecast["offered"].tolist() == pytest.approx([5.0, 5.0])


def test_three_hourly_history_on_a_finer_grid_is_told_a_remedy_that_works(make_history: History) -> None:
    history = make_history(np.ones(40), freq="3h")
    with pytest.raises(InputError, match=r"one row per 180 minutes.*--interval day"):
        make_forecast(history, as_of=at("2026-01-10"), grid=HALF_HOURS)


def test_where_no_queue_can_be_forecast_the_table_has_its_usual_columns(make_history: History) -> None:
    unknown = make_forecast(make_history(np.full(60, np.nan)), as_of=at("2026-03-06"), grid=DAILY)
    known = make_forecast(make_history(np.ones(60)), as_of=at("2026-03-06"), grid=DAILY)
    assert len(unknown.forecast) == 0
    assert list(unknown.forecast) == list(known.forecast)
    assert [failure.queue for failure in unknown.failures] == ["phone/a"]


def test_an_event_that_ends_before_it_begins_is_refused(make_history: History) -> None:
    day = pd.Timestamp("2026-03-09")
    events = pd.DataFrame({"name": ["sale"], "kind": ["campaign"], "from": [day], "to": [day - pd.Timedelta(days=1)]})
    with pytest.raises(TableError, match=r"'to', row 1: expected a day on or after 2026-03-09, found 2026-03-08"):
        make_forecast(make_history(np.ones(60)), as_of=at("2026-03-06"), grid=DAILY, events=events)


def test_the_parts_of_a_day_sum_to_its_intervals_also_where_the_last_days_pull() -> None:
    louder = half_hours(90)
    louder[louder.index >= at("2026-03-30")] *= 2
    result = make_forecast(
        rows(louder), as_of=at("2026-04-05"), horizon_days=7, grid=HALF_HOURS, opening=WORKDAY, model="calendar_lanes",
        explain=True,
    )  # fmt: skip
    local = result.forecast["start"].dt.tz_convert("Europe/Berlin").dt.tz_localize(None).dt.normalize()
    sums = result.forecast["offered"].groupby(local).sum()
    told = result.parts.groupby("day")["contacts"].sum()
    assert told[sums.index].to_numpy() == pytest.approx(sums.to_numpy(), rel=1e-9)
    assert told.drop(sums.index).to_numpy() == pytest.approx(0.0, abs=1e-9)  # the weekend is closed
    pull = result.parts[result.parts["part"] == "last_days"].set_index("day")["contacts"]
    assert (pull[sums.index[:2]].abs() > 1).all()
    assert pull[sums.index[2:]].to_numpy() == pytest.approx(0.0, abs=1e-9)
