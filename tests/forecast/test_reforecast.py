"""The rest of today from the day so far: what moves it, what leaves it alone, and what is never looked at."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from domain.intervals import IntervalGrid
from domain.tables import FORECAST, QUANTILES
from domain.work_calendar import WorkCalendar
from forecast import reforecast_day
from forecast.day_rule import PastDays, learn_rule, parts_so_far, surprises
from forecast.past_midnights import Dates, day_totals_said, shares_said
from forecast.special_days import special_days

ZONE = "Europe/Berlin"
HOURS = range(9, 17)  # eight open hours
GRID = IntervalGrid(60, ZONE)
TODAY = pd.Timestamp("2026-09-01", tz=ZONE)
LOUD_DAY = np.random.default_rng(5).choice([0.8, 1.2], 140)  # a day is a fifth too loud or too quiet, all day long


def rows(day: pd.Timestamp, values: list[float], hours: object = HOURS, queue: str = "phone/a") -> pd.DataFrame:
    """HISTORY rows of one local day."""
    starts = [day + pd.Timedelta(hours=hour) for hour in hours]  # type: ignore[attr-defined]
    stamps = pd.DatetimeIndex(starts).tz_convert("UTC").as_unit("us")
    return pd.DataFrame({"queue": queue, "start": stamps, "offered": np.asarray(values, dtype=float)})


def past(days: int = 140, *, independent_afternoon: bool = False, size: float = 100.0) -> pd.DataFrame:
    """`days` days before TODAY: `size` contacts an hour, times 0.8 or 1.2 all day (or the afternoon on its own)."""
    afternoon = LOUD_DAY[::-1] if independent_afternoon else LOUD_DAY
    frames = []
    for back in range(days, 0, -1):
        levels = [size * LOUD_DAY[-back]] * 4 + [size * afternoon[-back]] * 4
        frames.append(rows(pd.Timestamp(TODAY.date(), tz=ZONE) - pd.DateOffset(days=back), levels))
    return pd.concat(frames, ignore_index=True)


def expected(values: float | list[float] = 100.0, hours: object = HOURS, queue: str = "phone/a") -> pd.DataFrame:
    """FORECAST of TODAY with a band of 20 % on either side of the mean at p10 and p90."""
    number = len(list(hours))  # type: ignore[call-overload]
    frame = rows(TODAY, [values] * number if isinstance(values, float) else values, hours, queue)
    for name, share in QUANTILES.items():
        frame[name] = frame["offered"] * (1 + 0.5 * (share - 0.5))
    return frame.assign(aht_seconds=300.0, model="calendar_lanes")


def at(clock: str) -> pd.Timestamp:
    return pd.Timestamp(f"2026-09-01T{clock}", tz=ZONE)


def test_a_loud_morning_raises_the_afternoon_where_days_are_loud_all_day_long() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])

    result = reforecast_day(history, expected(), at("13:00"), GRID)

    update = result.updates["phone/a"]
    assert (update.came, update.expected) == (480.0, 400.0)
    assert 1.1 < update.factor < 1.2  # towards 480 ÷ 400, but shrunk
    assert np.allclose(result.forecast["offered"], 100 * update.factor)
    assert list(result.forecast["model"]) == ["calendar_lanes+day"] * 4


def test_a_loud_morning_changes_nothing_where_the_afternoon_goes_its_own_way() -> None:
    history = pd.concat([past(independent_afternoon=True), rows(TODAY, [120.0] * 4, range(9, 13))])

    result = reforecast_day(history, expected(), at("13:00"), GRID)

    assert result.updates["phone/a"].reason == "NOT_PROVEN"
    pd.testing.assert_frame_equal(result.forecast, FORECAST.check(expected()).iloc[4:].reset_index(drop=True))


def test_on_a_holiday_and_the_days_next_to_it_nothing_changes() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])

    for away, reason in ((-2, ""), (-1, "SPECIAL_DAY"), (0, "SPECIAL_DAY"), (1, "SPECIAL_DAY"), (2, "")):
        holiday = (TODAY + pd.DateOffset(days=away)).date()
        result = reforecast_day(history, expected(), at("13:00"), GRID, holidays=[holiday])
        assert result.updates["phone/a"].reason == reason
        assert (list(result.forecast["offered"]) == [100.0] * 4) == bool(reason)


def test_holidays_do_not_teach() -> None:
    days = pd.date_range("2026-05-01", "2026-08-31", freq="D")
    closed = days[::6]  # quiet all day long; the other days' afternoons go their own way
    loud = np.where(days.isin(closed), 0.2, 1.0)
    noise = np.random.default_rng(8).uniform(0.9, 1.1, (len(days), 2))
    frames = [
        rows(pd.Timestamp(day, tz=ZONE), [100 * level * am] * 4 + [100 * level * pm] * 4)
        for day, level, (am, pm) in zip(days, loud, noise, strict=True)
    ]
    history = pd.concat([*frames, rows(TODAY, [80.0] * 4, range(9, 13))])

    blind = reforecast_day(history, expected(), at("13:00"), GRID).updates["phone/a"]
    told = reforecast_day(history, expected(), at("13:00"), GRID, holidays=[*closed.date]).updates["phone/a"]

    assert blind.factor < 0.95  # days that were quiet all day long look like a rule
    assert told.reason == "NOT_PROVEN"


def test_special_days_are_holidays_their_neighbours_moved_days_and_the_turn_of_the_year() -> None:
    calendar = WorkCalendar({date(2026, 6, 12): "Russia Day"}, moved_working={date(2026, 6, 20): date(2026, 6, 22)})
    days = pd.DatetimeIndex(["2026-06-10", "2026-06-11", "2026-06-12", "2026-06-13", "2026-06-14", "2026-06-20",
                             "2026-12-22", "2026-12-23", "2027-01-02", "2027-01-03"])  # fmt: skip

    assert special_days(days, calendar).tolist() == [False, True, True, True, False, True, False, True, True, False]
    assert special_days(days, ()).tolist() == [False] * 7 + [True, True, False]


def test_a_morning_as_expected_leaves_the_mean() -> None:
    history = pd.concat([past(), rows(TODAY, [100.0] * 4, range(9, 13))])

    result = reforecast_day(history, expected(), at("13:00"), GRID)

    assert result.updates["phone/a"].rule.name != "no_change"
    assert np.allclose(result.forecast["offered"], 100.0)


def test_bands_narrow_and_still_rise() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])

    result = reforecast_day(history, expected(), at("13:00"), GRID)

    bands = result.forecast[list(QUANTILES)].to_numpy() / result.forecast[["offered"]].to_numpy()
    assert (np.diff(bands, axis=1) >= 0).all()
    assert (bands[:, 7] - bands[:, 2] < 0.4).all()  # p90 − p10 was 0.4 of the mean
    assert result.updates["phone/a"].rule.width < 0.5  # nearly all of the error was the day's


def test_nothing_from_now_on_is_used() -> None:
    seen = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])
    later = pd.concat([seen, rows(TODAY, [9999.0] * 4, range(13, 17)), rows(TODAY + pd.Timedelta(days=1), [7.0] * 8)])

    with_future = reforecast_day(later, expected(), at("13:00"), GRID)

    pd.testing.assert_frame_equal(with_future.forecast, reforecast_day(seen, expected(), at("13:00"), GRID).forecast)


def test_the_interval_under_way_belongs_to_the_rest_and_its_part_so_far_is_not_used() -> None:
    whole = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])
    under_way = pd.concat([whole, rows(TODAY, [5.0], [13])])

    result = reforecast_day(under_way, expected(), at("13:20"), GRID)

    assert result.forecast["start"].iloc[0] == at("13:00")
    assert result.updates["phone/a"].came == 480.0


def test_the_whole_day_shows_the_past_as_it_was_forecast() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])

    day = reforecast_day(history, expected(), at("13:00"), GRID, whole_day=True).forecast

    assert list(day["offered"].iloc[:4]) == [100.0] * 4
    assert (day["offered"].iloc[4:] > 110).all()


@pytest.mark.parametrize("mark", ["missing", "outage", "outlier", "discard"])
def test_an_interval_that_is_marked_counts_neither_as_contacts_nor_as_expected(mark: str) -> None:
    today = rows(TODAY, [120.0, 5000.0, 120.0, 120.0], range(9, 13)).assign(mark=["", mark, "", ""])
    history = pd.concat([past().assign(mark=""), today])

    update = reforecast_day(history, expected(), at("13:00"), GRID).updates["phone/a"]

    assert (update.came, update.expected) == (360.0, 300.0)


def test_silence_after_the_last_contact_is_not_counted_yet() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0, 120.0, 0.0, 0.0], range(9, 13))])

    update = reforecast_day(history, expected(), at("13:00"), GRID).updates["phone/a"]

    assert (update.came, update.expected) == (240.0, 200.0)


def test_one_queue_can_be_silent_while_another_is_heard() -> None:
    silent = pd.concat([past(), rows(TODAY, [120.0, 120.0, 0.0, 0.0], range(9, 13))])
    other = pd.concat([past(), rows(TODAY, [100.0] * 4, range(9, 13))]).assign(queue="phone/b")
    stood = pd.concat([expected(), expected(queue="phone/b")])

    updates = reforecast_day(pd.concat([silent, other]), stood, at("13:00"), GRID).updates

    assert (updates["phone/a"].came, updates["phone/a"].expected) == (240.0, 400.0)


def test_a_history_finer_than_the_forecast_is_summed() -> None:
    coarse = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])
    half = coarse.assign(offered=coarse["offered"] / 2)
    fine = pd.concat([half, half.assign(start=half["start"] + pd.Timedelta(minutes=30))])

    ours = reforecast_day(fine, expected(), at("13:00"), GRID)

    pd.testing.assert_frame_equal(ours.forecast, reforecast_day(coarse, expected(), at("13:00"), GRID).forecast)


def test_a_queue_that_the_history_does_not_know_is_named_and_kept() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])
    stood = pd.concat([expected(), expected(50.0, queue="mail/new")])

    result = reforecast_day(history, stood, at("13:00"), GRID)

    assert result.updates["mail/new"].reason == "NOT_IN_HISTORY"
    assert list(result.forecast.loc[result.forecast["queue"] == "mail/new", "offered"]) == [50.0] * 4


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        (pd.concat([past(40), rows(TODAY, [120.0] * 4, range(9, 13))]), "FEW_DAYS"),
        (pd.concat([past(size=0.5), rows(TODAY, [1.0] * 4, range(9, 13))]), "FEW_CONTACTS"),
        (past(), "NOTHING_SO_FAR"),
    ],
)
def test_a_queue_of_which_too_little_is_known_keeps_its_forecast(history: pd.DataFrame, reason: str) -> None:
    result = reforecast_day(history, expected(), at("13:00"), GRID)

    assert result.updates["phone/a"].reason == reason
    assert list(result.forecast["offered"]) == [100.0] * 4


def test_a_closed_day_stays_closed_whatever_came() -> None:
    history = pd.concat([past(), rows(TODAY, [20.0] * 4, range(9, 13))])

    result = reforecast_day(history, expected(0.0), at("13:00"), GRID)

    assert result.updates["phone/a"].reason == "NOTHING_AHEAD"
    assert list(result.forecast["offered"]) == [0.0] * 4


def test_a_quiet_holiday_that_was_foreseen_is_not_raised_to_a_usual_day() -> None:
    history = pd.concat([past(), rows(TODAY, [30.0] * 4, range(9, 13))])

    result = reforecast_day(history, expected(30.0), at("13:00"), GRID)

    assert np.allclose(result.forecast["offered"], 30.0)


def test_a_planned_event_of_the_afternoon_keeps_its_shape() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])
    stood = expected([100.0] * 4 + [100.0, 300.0, 100.0, 0.0])

    afternoon = reforecast_day(history, stood, at("13:00"), GRID).forecast["offered"].to_numpy()

    assert np.allclose(afternoon / afternoon[0], [1.0, 3.0, 1.0, 0.0])
    assert afternoon[0] > 110


def test_before_the_first_interval_is_over_nothing_changes() -> None:
    result = reforecast_day(past(), expected(), at("00:00"), GRID)

    assert result.updates["phone/a"].reason == "NOTHING_SO_FAR"
    assert len(result.forecast) == 8


def test_when_the_day_is_over_no_interval_is_left() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0] * 8)])

    result = reforecast_day(history, expected(), at("22:00"), GRID)

    assert result.forecast.empty
    assert result.updates["phone/a"].reason == "NOTHING_AHEAD"


@pytest.mark.parametrize("now", ["2026-08-31T23:59", "2026-09-02T00:00"])
def test_a_now_on_no_day_of_the_forecast_is_refused(now: str) -> None:
    with pytest.raises(BadValue, match="one of the days of the forecast"):
        reforecast_day(past(), expected(), pd.Timestamp(now, tz=ZONE), GRID)


def test_a_daily_forecast_has_no_rest_of_the_day_and_stays() -> None:
    daily = past().assign(start=lambda frame: frame["start"]).groupby(
        past()["start"].dt.tz_convert(ZONE).dt.normalize().dt.tz_convert("UTC").dt.as_unit("us"), as_index=True
    )["offered"].sum().reset_index().assign(queue="phone/a")  # fmt: skip
    stood = expected(800.0, hours=[0])

    result = reforecast_day(daily, stood, at("13:00"), IntervalGrid(1440, ZONE))

    assert list(result.forecast["offered"]) == [800.0]
    assert result.updates["phone/a"].reason == "NOTHING_SO_FAR"


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23)])
def test_the_day_the_clocks_change_has_its_own_number_of_hours(day: str, hours: int) -> None:
    midnight = pd.Timestamp(day, tz=ZONE)
    first = (midnight - pd.DateOffset(days=100)).tz_convert("UTC")
    before = pd.date_range(first, midnight.tz_convert("UTC"), freq="h", inclusive="left").as_unit("us")
    level = np.repeat(LOUD_DAY, 24)[: len(before)]
    old = pd.DataFrame({"queue": "phone/a", "start": before, "offered": 100 * level})
    stamps = pd.date_range(midnight, midnight + pd.DateOffset(days=1), freq="h", inclusive="left").tz_convert("UTC")
    today = pd.DataFrame({"queue": "phone/a", "start": stamps.as_unit("us"), "offered": 120.0})
    stood = today.assign(offered=100.0)
    noon = pd.Timestamp(f"{day}T12:00", tz=ZONE)

    result = reforecast_day(pd.concat([old, today[today["start"] < noon]]), stood, noon, GRID)

    assert len(today) == hours
    assert len(result.forecast) == 12
    assert (result.updates["phone/a"].came, result.updates["phone/a"].expected) == (
        120.0 * (hours - 12),
        100.0 * (hours - 12),
    )


def test_whole_numbered_quantiles_stay_whole() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])
    stood = expected()
    stood[list(QUANTILES)] = stood[list(QUANTILES)].round()

    bands = reforecast_day(history, stood, at("13:00"), GRID).forecast[list(QUANTILES)].to_numpy()

    assert (bands == np.round(bands)).all()
    assert (bands[:, 4] > 105).all()


def test_a_forecast_without_quantiles_is_moved_as_well() -> None:
    history = pd.concat([past(), rows(TODAY, [120.0] * 4, range(9, 13))])

    result = reforecast_day(history, rows(TODAY, [100.0] * 8), at("13:00"), GRID)

    assert (result.forecast["offered"] > 110).all()


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    came=st.lists(st.floats(0, 1e5), min_size=1, max_size=7),
    mean=st.lists(st.floats(0, 1e4), min_size=8, max_size=8),
)
def test_whatever_came_the_rest_is_a_valid_forecast_within_half_and_double(
    came: list[float], mean: list[float]
) -> None:
    history = pd.concat([past(), rows(TODAY, came, range(9, 9 + len(came)))])

    stood = expected(mean)
    rest = reforecast_day(history, stood, at(f"{9 + len(came):02d}:00"), GRID).forecast

    old = stood["offered"].to_numpy()[len(came) :]
    FORECAST.check(rest)
    assert (rest["offered"] >= 0.5 * old - 1e-9).all()
    assert (rest["offered"] <= 2.0 * old + 1e-9).all()


def _past_days(seed: int, days: int = 60, slots: int = 8) -> PastDays:
    rng = np.random.default_rng(seed)
    came = 100 * rng.normal(1, 0.15, (days, 1)) * rng.normal(1, 0.05, (days, slots))
    return PastDays(came, np.full((days, slots), 100.0), np.ones((days, slots), dtype=bool))


def test_surprises_count_only_what_is_known_and_ask_for_most_of_it() -> None:
    came, said = np.array([[12.0, 99.0, 9.0], [1.0, 1.0, 1.0]]), np.full((2, 3), 10.0)
    known = np.array([[True, False, True], [True, False, False]])
    part = np.array([True, False, True])

    found = surprises(came, said, known, part)

    assert found[0] == pytest.approx(21 / 20 - 1)
    assert np.isnan(found[1])  # half of the part is unknown


def test_parts_that_are_the_same_are_told_once() -> None:
    morning = np.array([False, True, True, False, False, False])  # hours 1 and 2 of a day of six slots, an hour each

    parts = parts_so_far(morning, cut_slot=3, slots_an_hour=1.0)

    assert list(parts) == ["day_so_far", "last_hour"]
    assert np.flatnonzero(parts["last_hour"]).tolist() == [2]


def test_a_rule_is_learned_and_believed_where_the_day_has_one_level() -> None:
    days = _past_days(1)
    morning = np.arange(8) < 4

    rule = learn_rule(days, parts_so_far(morning, 4, 1.0), ~morning)

    assert rule.trust == 1.0
    assert rule.gain_share > 0.5
    assert 0.5 < sum(rule.slopes) < 0.63  # all of a surprise holds, six tenths of it are used


def test_the_error_of_a_left_out_day_is_that_of_learning_without_it() -> None:
    from forecast.day_rule import KEPT_SHARE, SLOPE_SD, _fit

    rng = np.random.default_rng(3)
    told = rng.normal(0, 0.1, (40, 2))
    missed = told @ [0.5, 0.2] + rng.uniform(-0.05, 0.05, 40)  # no outlier: nothing is held
    size, recency = np.full(40, 100.0), np.full(40, 1.0)

    fit = _fit(told, missed, size, recency)

    prior = np.eye(2) * np.mean(missed**2) / SLOPE_SD**2
    for day in range(40):
        rest = np.arange(40) != day
        slopes = np.linalg.solve(told[rest].T @ told[rest] + prior, told[rest].T @ missed[rest])
        assert fit.left_out[day] == pytest.approx(KEPT_SHARE * told[day] @ slopes)


def test_shares_come_from_the_weeks_before_only() -> None:
    contacts = np.tile([30.0, 10.0], (21, 1))
    scrambled = contacts.copy()
    scrambled[14:] = [0.0, 500.0]

    said, said_scrambled = (shares_said(each, np.ones(21, dtype=bool)) for each in (contacts, scrambled))

    assert np.allclose(said[7:], [0.75, 0.25])
    assert np.array_equal(said[:21], said_scrambled)  # the third week is told from the first two


def test_past_midnights_know_weekday_and_level_but_not_the_day_itself() -> None:
    dates = Dates(np.arange(140) % 7, np.zeros(140))
    totals = np.where(dates.weekday < 5, 1000.0, 400.0)
    usual = day_totals_said(totals, dates)
    totals[130] *= 2

    said = day_totals_said(totals, dates)

    assert np.allclose(usual[28:], np.where(dates.weekday < 5, 1000.0, 400.0)[28:], rtol=0.05)
    assert said[130] == pytest.approx(usual[130], rel=0.05)
