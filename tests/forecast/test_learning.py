"""Cells, day totals and opening hours: what a history says before anything is forecast."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from domain import IntervalGrid
from domain.calendar import OpeningHours
from domain.errors import InputError
from domain.work_calendar import work_calendar
from forecast import make_forecast
from forecast.cells import CellBlock, cell_layout, cell_reader
from forecast.opening import learn_hours
from forecast.prepare import Site, prepare, rows_before

History = Callable[..., pd.DataFrame]
BERLIN = IntervalGrid(60, "Europe/Berlin")
HOURS = OpeningHours.from_mapping({"default": {"daily": ["08:00-12:00"]}})


def cells_of(contacts: np.ndarray, listed: np.ndarray | None = None) -> CellBlock:
    """One queue's cells of whole days × slots in which every interval is known."""
    listed = np.ones(contacts.shape, dtype=bool) if listed is None else listed
    zero, first, end = np.zeros((1, *contacts.shape)), np.array([0]), np.array([len(contacts)])
    return CellBlock(("a",), contacts[None], np.ones(zero.shape, dtype=bool), listed[None], zero, zero, first, end)


def test_the_lost_hour_has_no_interval_and_the_doubled_hour_has_two() -> None:
    spring = cell_layout(pd.Timestamp("2026-03-28"), 3, BERLIN).multiplicity
    autumn = cell_layout(pd.Timestamp("2026-10-24"), 3, BERLIN).multiplicity
    assert spring[1].tolist() == [1, 1, 0] + [1] * 21
    assert autumn[1].tolist() == [1, 1, 2] + [1] * 21


def test_a_day_total_holds_the_contacts_of_opening_hours_only(make_history: History) -> None:
    history = make_history(np.ones(72), freq="h")
    ready = prepare(
        history, Site(BERLIN, HOURS, {}, None, "missing"), as_of_day=pd.Timestamp("2026-01-08"), horizon_days=1
    )
    assert ready.panel.values[0].tolist() == [4.0, 4.0, 4.0]


def test_a_missing_hour_is_filled_by_its_usual_share_and_a_mostly_missing_day_is_unknown(make_history: History) -> None:
    day = np.zeros(24)
    day[8:12] = [10, 20, 30, 40]
    history = make_history(np.tile(day, 5), freq="h")
    history.loc[24 + 8, "offered"] = np.nan  # a tenth of the second day
    history.loc[48 + 10 : 48 + 11, "offered"] = np.nan  # 70 % of the third
    site = Site(BERLIN, HOURS, {}, None, "missing")
    values = prepare(history, site, as_of_day=pd.Timestamp("2026-01-10"), horizon_days=1).panel.values[0]
    assert values == pytest.approx([100, 100, np.nan, 100, 100], nan_ok=True)


@pytest.mark.parametrize(("gaps", "second"), [("zero", 0.0), ("missing", np.nan)])
def test_an_absent_day_is_zero_or_unknown_as_the_caller_says(gaps: str, second: float, make_history: History) -> None:
    history = make_history(np.ones(72), freq="h").drop(index=range(24, 48))
    site = Site(BERLIN, HOURS, {}, None, gaps)
    values = prepare(history, site, as_of_day=pd.Timestamp("2026-01-08"), horizon_days=1).panel.values[0]
    assert values == pytest.approx([4, second, 4], nan_ok=True)


def test_after_the_end_of_the_source_no_zeros_are_invented(make_history: History) -> None:
    history = make_history(np.ones(24 + 10), freq="h")  # stops at ten on the second day
    site = Site(BERLIN, HOURS, {}, None, "zero")
    values = prepare(history, site, as_of_day=pd.Timestamp("2026-01-09"), horizon_days=1).panel.values[0]
    assert values[0] == 4
    assert np.isnan(values[2:]).all()


@pytest.mark.parametrize("mark", ["outage", "discard", "missing", "outlier"])
def test_marked_days_are_not_learned(mark: str, make_history: History) -> None:
    history = make_history(np.full(3, 50.0)).assign(mark=["", mark, ""])
    site = Site(IntervalGrid(1440, "Europe/Berlin"), None, {}, None, "missing")
    values = prepare(history, site, as_of_day=pd.Timestamp("2026-01-08"), horizon_days=1).panel.values[0]
    assert values == pytest.approx([50, np.nan, 50], nan_ok=True)


def test_an_interval_under_way_at_as_of_is_not_a_whole_one(make_history: History) -> None:
    hourly, daily = make_history(np.ones(48), freq="h"), make_history(np.ones(3))
    noon = pd.Timestamp("2026-01-06T12:30", tz="Europe/Berlin")
    assert len(rows_before(hourly, noon, BERLIN)) == 24 + 12
    assert len(rows_before(daily, noon, IntervalGrid(1440, "Europe/Berlin"))) == 1


def test_a_daily_history_cannot_be_cut_into_half_hours(make_history: History) -> None:
    layout = cell_layout(pd.Timestamp("2026-01-05"), 30, IntervalGrid(30, "Europe/Berlin"))
    with pytest.raises(InputError, match="--interval day"):
        cell_reader(make_history(np.ones(30)), layout, "missing")


def test_an_hourly_history_cannot_be_cut_into_half_hours(make_history: History) -> None:
    layout = cell_layout(pd.Timestamp("2026-01-05"), 3, IntervalGrid(30, "Europe/Berlin"))
    with pytest.raises(InputError, match="--interval 60"):
        cell_reader(make_history(np.ones(48), freq="h"), layout, "missing")


def test_hours_are_learned_from_listed_intervals_that_reach_to_contacts() -> None:
    contacts = np.zeros((84, 24))
    contacts[:, 9:17] = 5
    weekdays = np.resize(np.arange(7), 84)
    contacts[weekdays >= 5] = 0
    (hours,) = learn_hours(cells_of(contacts), weekdays, np.zeros(84, dtype=bool))
    assert hours.days == (((540, 1020),),) * 5 + ((), ())
    assert hours.holidays is None


def test_hours_of_a_source_without_zero_rows_bridge_quiet_intervals() -> None:
    rng = np.random.default_rng(0)
    contacts = np.zeros((84, 24))
    contacts[:, 8:20] = rng.poisson(0.6, (84, 12))
    (hours,) = learn_hours(cells_of(contacts, contacts > 0), np.resize(np.arange(7), 84), np.zeros(84, dtype=bool))
    assert hours.days == (((480, 1200),),) * 7


def test_a_rare_queue_is_not_closed_by_chance_nor_is_one_that_fell_silent() -> None:
    contacts = np.zeros((84, 1))
    contacts[[3, 20, 50], 0] = 1
    weekdays = np.resize(np.arange(7), 84)
    for rare in (contacts, np.zeros((84, 1))):
        assert learn_hours(cells_of(rare), weekdays, np.zeros(84, dtype=bool))[0].days == (((0, 1440),),) * 7


def test_a_weekday_never_seen_is_open_as_the_others_are() -> None:
    contacts = np.zeros((2, 24))
    contacts[:, 9:17] = 5
    (hours,) = learn_hours(cells_of(contacts), np.array([0, 1]), np.zeros(2, dtype=bool))
    assert hours.days == (((540, 1020),),) * 7


def test_holidays_without_contacts_are_learned_as_closed() -> None:
    contacts = np.full((84, 1), 50.0)
    special = np.zeros(84, dtype=bool)
    special[[10, 30, 50]] = True
    contacts[special] = 0
    weekdays = np.resize(np.arange(7), 84)
    assert learn_hours(cells_of(contacts), weekdays, special)[0].holidays == ()
    contacts[special] = 20
    assert learn_hours(cells_of(contacts), weekdays, special)[0].holidays is None


def test_a_weekend_day_that_is_worked_has_learned_hours_of_its_weekday_unless_it_stayed_quiet_before() -> None:
    """An office open on weekdays from 9 to 17; Saturday, day 19, is worked for a Friday."""
    contacts = np.zeros((84, 24))
    contacts[:, 9:17] = 5
    weekdays = np.resize(np.arange(7), 84)
    contacts[weekdays >= 5] = 0
    none, stands_for = np.zeros(84, dtype=bool), weekdays.copy()
    assert not learn_hours(cells_of(contacts), weekdays, none)[0].follows_moved_days  # no day is moved
    stands_for[19] = 4
    assert not learn_hours(cells_of(contacts), weekdays, none, stands_for=stands_for)[0].follows_moved_days
    contacts[19, 9:17] = 5
    (hours,) = learn_hours(cells_of(contacts), weekdays, none, stands_for=stands_for)
    assert hours.follows_moved_days
    assert hours.days == (((540, 1020),),) * 5 + ((), ())


def test_a_worked_saturday_is_forecast_where_hours_are_learned(make_history: History) -> None:
    """In Russia Saturday, 27 April 2024, was worked for Monday, 29 April."""
    office = make_history([50.0] * 40, first="2024-03-11", timezone="Europe/Moscow")
    office = office[office["start"].dt.tz_convert("Europe/Moscow").dt.day_of_week < 5]
    moscow, calendar = IntervalGrid(1440, "Europe/Moscow"), work_calendar("RU", [2024])
    as_of = pd.Timestamp("2024-04-20", tz="Europe/Moscow")
    said = make_forecast(office, as_of=as_of, grid=moscow, horizon_days=9, holidays=calendar, origins=0).forecast
    days = list(said["start"].dt.tz_convert("Europe/Moscow").dt.day)
    assert days == [22, 23, 24, 25, 26, 27]
    assert said["offered"].iloc[-1] == pytest.approx(50.0, rel=0.02)
