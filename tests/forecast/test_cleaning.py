"""Cleaning: planted faults are found, ordinary days are left alone, and what was marked can be taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import IntervalGrid, public_holidays
from domain.calendar import OpeningHours
from forecast.cleaning import find_marks, marks_of
from forecast.marks import corrected, decide, marked
from forecast.survey import survey_history

ZONE = "Europe/Berlin"
HOURS, DAYS = IntervalGrid(60, ZONE), IntervalGrid(1440, ZONE)
MONDAY = pd.Timestamp("2024-01-08")
WEEK = np.array([120.0, 110.0, 100.0, 100.0, 90.0, 40.0, 30.0])
SHAPE = np.array([0, 0, 0, 0, 0, 0, 0, 0, 8, 10, 12, 12, 9, 9, 10, 10, 8, 6, 4, 2, 0, 0, 0, 0]) / 100.0


def history_of(values: np.ndarray, grid: IntervalGrid = HOURS, queue: str = "phone/a") -> pd.DataFrame:
    """HISTORY of days × slots from MONDAY on; NaN cells have no row."""
    slots = values.shape[1]
    local = pd.DatetimeIndex(
        [MONDAY + pd.Timedelta(days=d, minutes=s * 1440 // slots) for d in range(len(values)) for s in range(slots)]
    )
    starts = local.tz_localize(grid.timezone, ambiguous=True, nonexistent="NaT").tz_convert("UTC").as_unit("us")
    frame = pd.DataFrame({"queue": queue, "start": starts, "offered": values.ravel()})
    return frame[frame["start"].notna() & frame["offered"].notna()].reset_index(drop=True)


def busy(days: int = 140, seed: int = 1, scale: float = 1.0, spread: float = 0.08) -> np.ndarray:
    """Contacts of an ordinary queue (days × 24): weekdays, a shape of the day, days that differ, counting noise."""
    rng = np.random.default_rng(seed)
    level = np.resize(WEEK, days) * scale * rng.gamma(1 / spread**2, spread**2, days)
    return rng.poisson(level[:, None] * SHAPE).astype(float)


def day_of(marks: pd.DataFrame) -> list[int]:
    """The number of the local day on which each mark begins."""
    return [(start.tz_convert(ZONE).tz_localize(None).normalize() - MONDAY).days for start in marks["start"]]


def local_hours(mark: pd.Series) -> tuple[int, int]:
    return mark["start"].tz_convert(ZONE).hour, mark["end"].tz_convert(ZONE).hour


@pytest.mark.parametrize("seed", range(6))
def test_an_ordinary_history_has_no_marks(seed: int) -> None:
    assert find_marks(history_of(busy(seed=seed)), HOURS).empty


@pytest.mark.parametrize("seed", range(4))
def test_an_ordinary_history_by_the_day_has_no_marks(seed: int) -> None:
    totals = busy(days=400, seed=seed).sum(axis=1, keepdims=True)
    assert find_marks(history_of(totals, DAYS), DAYS).empty


def test_hours_without_contacts_in_a_busy_day_are_an_outage() -> None:
    values = busy()
    values[72, 10:14] = 0  # a Wednesday; about 42 were due
    (mark,) = find_marks(history_of(values), HOURS).to_dict("records")
    assert (mark["mark"], mark["finding"], mark["active"]) == ("outage", "silence", True)
    assert local_hours(pd.Series(mark)) == (10, 14)
    assert mark["raw_contacts"] == 0
    assert 30 < mark["corrected_contacts"] < 55
    assert mark["reason"].startswith("0 contacts where ")


def test_an_hour_without_contacts_in_a_quiet_queue_is_no_outage() -> None:
    values = busy(scale=0.1)  # one contact an hour
    values[72, 10:12] = 0
    assert find_marks(history_of(values), HOURS).empty


def test_contacts_counted_late_belong_to_the_outage_before_them() -> None:
    values = busy()
    due = values[72, 10:12].sum()
    values[72, 10:12] = 0
    values[72, 12] += due
    (mark,) = find_marks(history_of(values), HOURS).to_dict("records")
    assert local_hours(pd.Series(mark)) == (10, 13)
    assert mark["reason"].endswith("counted late after it")


def test_a_day_of_zeros_and_the_doubled_day_after_it_are_one_outage() -> None:
    totals = busy().sum(axis=1, keepdims=True)
    totals[73] += totals[72]
    totals[72] = 0
    (mark,) = find_marks(history_of(totals, DAYS), DAYS).to_dict("records")
    assert mark["mark"] == "outage"
    assert mark["end"] - mark["start"] == pd.Timedelta(days=2)
    assert mark["raw_contacts"] == totals[73, 0]


def test_queues_that_fall_silent_together_are_an_outage_of_the_site_small_ones_too() -> None:
    parts = []
    for number, scale in enumerate((1.0, 0.8, 0.15)):
        values = busy(seed=number, scale=scale)
        values[72, 10:14] = 0
        parts.append(history_of(values, queue=f"phone/{'abc'[number]}"))
    marks = find_marks(pd.concat(parts), HOURS)
    assert marks["queue"].tolist() == ["phone/a", "phone/b", "phone/c"]
    assert set(marks["finding"]) == {"site_silence"}
    assert "in 3 queues at once" in marks["reason"].iloc[0]
    alone = find_marks(parts[2], HOURS)
    assert alone.empty  # seven contacts that do not come may be chance


def test_a_closed_holiday_and_the_early_close_before_it_are_no_faults() -> None:
    values = busy()
    values[72] = 0
    values[71, 13:] = 0
    holiday = {(MONDAY + pd.Timedelta(days=72)).date(): "Feast"}
    assert find_marks(history_of(values), HOURS, holidays=holiday).empty
    assert len(find_marks(history_of(values), HOURS)) == 1  # nobody told of the holiday


def test_closed_hours_expect_nothing() -> None:
    values = busy()
    values[72, 16:] = 0
    opening = OpeningHours.from_mapping({"default": {"daily": ["08:00-16:00"]}})
    assert find_marks(history_of(values), HOURS, opening=opening).empty
    assert len(find_marks(history_of(values), HOURS)) == 1


def test_hours_that_changed_for_good_are_no_outage() -> None:
    values = busy(scale=4)
    values[70:, 17:] = 0  # from a Monday on the queue closes at five
    assert find_marks(history_of(values), HOURS).empty


def test_hours_that_changed_last_week_are_no_outage() -> None:
    values = busy(scale=4)
    values[-5:, 17:] = 0
    assert find_marks(history_of(values), HOURS).empty


def test_a_new_level_is_no_outlier() -> None:
    values = busy(days=200, scale=4)
    values[100:] = busy(days=100, seed=2, scale=7)
    assert find_marks(history_of(values), HOURS).empty


def test_three_weeks_on_another_level_are_no_outliers() -> None:
    values = busy(days=200, scale=4)
    values[98:119] = busy(days=21, seed=2, scale=8)
    assert find_marks(history_of(values), HOURS).empty


def test_a_day_far_above_the_weeks_around_it_is_an_outlier_that_waits_for_the_planner() -> None:
    values = busy(scale=4)
    values[72] *= 2.5
    (mark,) = find_marks(history_of(values), HOURS).to_dict("records")
    assert (mark["mark"], mark["finding"], mark["active"]) == ("outlier", "high", False)
    assert mark["end"] - mark["start"] == pd.Timedelta(days=1)


def test_a_day_far_below_the_weeks_around_it_is_an_outlier() -> None:
    values = busy(scale=4)
    values[72] = np.floor(values[72] * 0.35)
    (mark,) = find_marks(history_of(values), HOURS).to_dict("records")
    assert (mark["mark"], mark["finding"]) == ("outlier", "low")


def test_an_event_is_no_outlier() -> None:
    values = busy(scale=4)
    values[72] *= 2.5
    day = MONDAY + pd.Timedelta(days=72)
    events = pd.DataFrame({"name": ["sale"], "kind": ["campaign"], "from": [day], "to": [day], "queues": ["phone/*"]})
    assert find_marks(history_of(values), HOURS, events=events).empty
    assert len(find_marks(history_of(values), HOURS, events=events.assign(queues="chat/*"))) == 1


def test_a_day_that_is_odd_every_year_is_special() -> None:
    values = busy(days=1095, scale=4)
    for year in range(3):
        values[72 + 364 * year] *= 2.5  # the same weekday of the year
    marks = find_marks(history_of(values), HOURS)
    assert day_of(marks) == [72, 436, 800]
    assert set(marks["mark"]) == {"special"}
    assert not marks["active"].any()


def test_a_day_closed_but_for_a_few_contacts_looks_like_a_holiday_and_is_only_proposed() -> None:
    values = busy(scale=4)
    values[72] = np.floor(values[72] * 0.1)
    (mark,) = find_marks(history_of(values), HOURS).to_dict("records")
    assert (mark["mark"], mark["finding"], mark["active"]) == ("outlier", "closed", False)


def test_hours_that_nobody_counted_are_a_gap() -> None:
    values = busy()
    values[72, 10:12] = np.nan
    (mark,) = find_marks(history_of(values), HOURS).to_dict("records")
    assert (mark["mark"], mark["finding"], mark["active"]) == ("missing", "gap", True)
    assert np.isnan(mark["raw_contacts"])
    assert local_hours(pd.Series(mark)) == (10, 12)


def test_a_feed_that_repeats_a_day_is_discarded() -> None:
    values = busy()
    values[73] = values[72]
    (mark,) = find_marks(history_of(values), HOURS).to_dict("records")
    assert (mark["mark"], mark["finding"], mark["active"]) == ("discard", "repeat", True)
    assert day_of(pd.DataFrame([mark])) == [73]


def test_a_feed_that_repeats_one_number_is_discarded() -> None:
    values = busy(scale=4)
    values[72, 9:18] = 37
    marks = find_marks(history_of(values), HOURS)
    assert marks["finding"].tolist() == ["constant"]
    assert local_hours(marks.iloc[0]) == (9, 18)


def test_a_queue_that_always_has_one_number_is_no_repeat() -> None:
    assert find_marks(history_of(np.tile(SHAPE * 100, (80, 1))), HOURS).empty


def test_planted_faults_are_found_and_hardly_anything_else() -> None:
    """Ten queues of half a year, four faults each: at least 95 % found, at most one mark in fifty false."""
    found = false = planted = 0
    for seed in range(10):
        rng = np.random.default_rng(1000 + seed)
        values = busy(days=182, seed=seed, scale=float(rng.uniform(1.5, 6)), spread=0.1)
        weekdays = [day for day in rng.permutation(np.arange(21, 160)) if day % 7 < 5]
        places: list[int] = []
        for day in weekdays:  # faults a fortnight apart
            if len(places) < 4 and all(abs(int(day) - other) >= 14 for other in places):
                places.append(int(day))
        hours, whole, high, repeat = places
        values[hours, 9:13] = 0
        values[whole] = 0
        values[high] *= 3
        values[repeat] = values[repeat - 1]
        marks = find_marks(history_of(values), HOURS)
        seen = set(zip(day_of(marks), marks["mark"], strict=True))
        wanted = {(hours, "outage"), (whole, "outage"), (high, "outlier"), (repeat, "discard")}
        planted, found, false = planted + 4, found + len(seen & wanted), false + len(seen - wanted)
    assert found >= 0.95 * planted
    assert false <= 0.02 * planted


def faulty() -> pd.DataFrame:
    values = busy()
    values[30, 10:14] = 0
    values[50, 10:12] = np.nan
    values[80] *= 3
    return history_of(values)


def test_offered_is_never_touched_and_the_corrected_value_stands_beside_it() -> None:
    history = faulty()
    found = survey_history(history, HOURS)
    frame = corrected(history, marks_of(found), found)
    raw = frame[frame["start"].isin(history["start"])].reset_index(drop=True)
    pd.testing.assert_series_equal(raw["offered"], history["offered"])
    outage = frame[frame["mark"] == "outage"]
    assert (outage["offered"] == 0).all()
    assert outage["offered_corrected"].between(5, 20).all()
    gap = frame[frame["mark"] == "missing"]
    assert len(gap) == 2
    assert gap["offered"].isna().all()
    assert gap["offered_corrected"].between(5, 20).all()
    rest = frame[frame["mark"] == ""]  # the odd day among them: only a proposal
    pd.testing.assert_series_equal(rest["offered"], rest["offered_corrected"], check_names=False)


def test_a_mark_that_is_switched_off_leaves_no_trace() -> None:
    history = faulty()
    found = survey_history(history, HOURS)
    marks = marks_of(found)
    assert len(marks) == 3
    off = corrected(history, marks.assign(active=False), found)
    pd.testing.assert_frame_equal(off[["queue", "start", "offered"]], history)
    assert off["offered"].to_numpy().tobytes() == off["offered_corrected"].to_numpy().tobytes()
    assert "mark" not in off


def test_marks_of_a_history_finer_than_the_grid_share_the_expected_contacts() -> None:
    values = busy(scale=4)
    values[72, 10:12] = 0
    hourly = history_of(values)
    halves = pd.concat([hourly, hourly.assign(start=hourly["start"] + pd.Timedelta(minutes=30))])
    halves["offered"] /= 2
    frames = []
    for history in (hourly, halves.sort_values("start")):
        found = survey_history(history, HOURS)
        frame = corrected(history, marks_of(found), found)
        frames.append(frame[frame["mark"] == "outage"])
    assert len(frames[1]) == 2 * len(frames[0]) == 4
    assert frames[1]["offered_corrected"].sum() == pytest.approx(frames[0]["offered_corrected"].sum())


def test_on_the_day_of_25_hours_both_hours_of_one_name_are_looked_at() -> None:
    values = np.tile(np.full(24, 40.0), (60, 1)) + np.random.default_rng(3).integers(-3, 4, (60, 24))
    starts = pd.date_range("2024-09-02", "2024-11-01", freq="h", tz=ZONE, inclusive="left").tz_convert("UTC")
    offered = np.resize(values.ravel(), len(starts))
    hour = starts.tz_convert(ZONE)
    silent = (hour.date == date(2024, 10, 27)) & (hour.hour >= 1) & (hour.hour < 4)
    history = pd.DataFrame({"queue": "a", "start": starts.as_unit("us"), "offered": np.where(silent, 0.0, offered)})
    (mark,) = find_marks(history, HOURS).to_dict("records")
    assert mark["end"] - mark["start"] == pd.Timedelta(hours=4)
    assert mark["expected_contacts"] == pytest.approx(160, abs=10)


def decision(mark: str, first: str, last: str, queue: str = "phone/*", reason: str = "we know") -> dict[str, object]:
    stamps = [pd.Timestamp(text, tz=ZONE).tz_convert("UTC").as_unit("us") for text in (first, last)]
    return {"queue": queue, "start": stamps[0], "end": stamps[1], "mark": mark, "reason": reason}


def test_the_planners_word_takes_the_place_of_an_automatic_mark() -> None:
    history = faulty()
    found = survey_history(history, HOURS)
    marks = marks_of(found)
    said = pd.DataFrame([decision("", "2024-02-07", "2024-02-08"), decision("special", "2024-03-28", "2024-03-29")])
    decided = decide(marks, said, found)
    words = {(row["mark"], row["finding"], row["source"], row["active"]) for row in decided.to_dict("records")}
    assert words == {
        ("", "silence", "planner", False),
        ("missing", "gap", "auto", True),
        ("special", "high", "planner", True),
    }
    frame = marked(history, decided)
    assert set(frame["mark"]) == {"", "special"}
    assert (frame.loc[frame["mark"] == "special", "start"].dt.tz_convert(ZONE).dt.date == date(2024, 3, 28)).all()
    cleaned = corrected(history, decided, found)
    special = cleaned[cleaned["mark"] == "special"]
    assert (special["offered"] == special["offered_corrected"]).all()


def test_the_last_word_on_a_stretch_counts() -> None:
    history = faulty()
    found = survey_history(history, HOURS)
    said = pd.DataFrame(
        [decision("outlier", "2024-03-28", "2024-03-29"), decision("discard", "2024-03-28", "2024-03-29", "phone/a")]
    )
    decided = decide(marks_of(found), said, found)
    mine = decided[decided["source"] == "planner"]
    assert mine["mark"].tolist() == ["discard"]
    assert set(marked(history, decided)["mark"]) == {"", "outage", "discard"}


def test_a_decision_of_another_queue_changes_nothing() -> None:
    found = survey_history(faulty(), HOURS)
    marks = marks_of(found)
    said = pd.DataFrame([decision("discard", "2024-02-07", "2024-02-08", queue="chat/*")])
    pd.testing.assert_frame_equal(decide(marks, said, found), marks)


def test_the_historys_own_marks_stay_unless_the_planner_says_otherwise() -> None:
    history = history_of(busy()).assign(mark="")
    day = history["start"].dt.tz_convert(ZONE).dt.date == date(2024, 2, 7)
    history.loc[day, "mark"] = "discard"
    found = survey_history(history, HOURS)
    assert marks_of(found).loc[lambda frame: frame["mark"] != "missing"].empty
    assert (marked(history, marks_of(found)).loc[day, "mark"] == "discard").all()
    kept = decide(marks_of(found), pd.DataFrame([decision("", "2024-02-07", "2024-02-08")]), found)
    assert (marked(history, kept)["mark"] == "").all()


@settings(max_examples=12, deadline=None)
@given(
    st.integers(1, 45).flatmap(
        lambda days: st.lists(st.one_of(st.none(), st.integers(0, 400)), min_size=days, max_size=days)
    ),
    st.booleans(),
)
def test_any_history_can_be_cleaned_and_taken_back(values: list[int | None], last_known: bool) -> None:
    totals = np.array([[np.nan if value is None else float(value)] for value in values])
    if last_known or np.isnan(totals).all():
        totals[-1] = 5.0
    history = history_of(totals, DAYS)
    found = survey_history(history, DAYS)
    marks = marks_of(found)
    frame = corrected(history, marks, found)
    assert (frame["offered_corrected"].dropna() >= 0).all()
    pd.testing.assert_frame_equal(
        corrected(history, marks.assign(active=False), found)[["queue", "start", "offered"]], history
    )


@pytest.mark.shared
def test_the_known_outages_of_a_public_history_are_found_and_its_storms_are_none(shared: Path) -> None:
    frame = pd.read_parquet(shared / "data" / "nyc_ems_hourly.parquet")
    frame = frame[
        (frame["series_id"] != "nyc_ems_total") & (frame["ts"] >= "2011-06-01") & (frame["ts"] < "2018-01-01")
    ]
    starts = pd.DatetimeIndex(frame["ts"]).tz_localize("America/New_York", ambiguous=True, nonexistent="NaT")
    history = pd.DataFrame(
        {
            "queue": frame["series_id"].to_numpy(),
            "start": starts.tz_convert("UTC").as_unit("us"),
            "offered": frame["volume"].astype("float64").to_numpy(),
        }
    ).dropna(subset=["start"])

    grid = IntervalGrid(60, "America/New_York")
    marks = find_marks(history, grid, holidays=public_holidays("US-NY", range(2011, 2019)))
    marks = marks.assign(day=marks["start"].dt.tz_convert("America/New_York").dt.strftime("%Y-%m-%d"))
    outages = marks[marks["mark"] == "outage"].groupby("day")["queue"].nunique()
    assert outages[["2012-06-06", "2014-11-03", "2017-11-05"]].tolist() == [5, 5, 5]
    storms = marks[marks["day"].isin(["2012-10-29", "2015-01-18"])]
    assert set(storms["day"]) == {"2012-10-29", "2015-01-18"}
    assert set(storms["mark"]) == {"outlier"}
    without_gaps = marks[marks["mark"] != "missing"]
    assert len(without_gaps) <= 3 * history["start"].nunique() * 5 / 24 / 1000  # marks per 1,000 days of a queue
