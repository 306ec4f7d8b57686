"""Tickets to history: what is counted, what is missing, and the two nights a year that have another length."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import OpeningHours
from domain.errors import BadValue, EmptyFile
from domain.intervals import IntervalGrid
from domain.queues import SegmentRule, SegmentRules
from domain.tables import HISTORY
from forecast.history import build_history, regrid_history

BERLIN = "Europe/Berlin"
HALF_HOURS = IntervalGrid(30, BERLIN)


def tickets(times: list[str], **columns: object) -> pd.DataFrame:
    stamps = pd.to_datetime(pd.Series(times), utc=True, format="ISO8601")
    return pd.DataFrame(
        {
            "ticket_id": [str(number) for number in range(len(times))],
            "created_at": stamps,
            "channel": "phone",
            "type": "billing",
            **columns,
        }
    )


def test_a_contact_counts_in_the_interval_in_which_it_arrived() -> None:
    history = build_history(
        tickets(["2026-03-02T09:29:59+01:00", "2026-03-02T09:30:00+01:00", "2026-03-02T09:59:59+01:00"]), HALF_HOURS
    )
    counted = history.set_index("start")["offered"]
    assert counted[pd.Timestamp("2026-03-02T09:00:00+01:00")] == 1
    assert counted[pd.Timestamp("2026-03-02T09:30:00+01:00")] == 2
    assert counted.sum() == 3


def test_rows_reach_from_the_first_contact_to_the_end_of_the_last_day() -> None:
    history = build_history(tickets(["2026-03-02T22:40:00+01:00", "2026-03-03T08:00:00+01:00"]), HALF_HOURS)
    assert history["start"].min() == pd.Timestamp("2026-03-02T22:30:00+01:00")
    assert history["start"].max() == pd.Timestamp("2026-03-03T23:30:00+01:00")
    assert len(history) == 3 + 48
    assert (history["mark"] == "").all()


def test_each_queue_begins_with_its_own_first_contact() -> None:
    frame = tickets(["2026-03-02T09:00:00+01:00", "2026-03-02T12:00:00+01:00"], type=["billing", "tech"])
    history = build_history(frame, IntervalGrid(60, BERLIN))
    assert history.groupby("queue").size().to_dict() == {"phone/billing": 15, "phone/tech": 12}


def test_segment_rules_name_the_queues() -> None:
    rules = SegmentRules((SegmentRule("phone/money", {"type": "bill*"}),))
    history = build_history(tickets(["2026-03-02T09:00:00Z"]), IntervalGrid(1440), segments=rules)
    assert list(history["queue"]) == ["phone/money"]


def test_the_doubled_hour_of_october_is_two_hours_of_intervals() -> None:
    """25 October 2026 in Berlin has 25 hours; 02:30 summer time and 02:30 winter time are different intervals."""
    history = build_history(
        tickets(["2026-10-25T00:00:00+02:00", "2026-10-25T02:40:00+02:00", "2026-10-25T02:40:00+01:00"]), HALF_HOURS
    )
    assert len(history) == 50
    counted = history.set_index("start")["offered"]
    assert counted[pd.Timestamp("2026-10-25T02:30:00+02:00")] == 1
    assert counted[pd.Timestamp("2026-10-25T02:30:00+01:00")] == 1


def test_the_lost_hour_of_march_has_no_intervals() -> None:
    history = build_history(tickets(["2026-03-29T00:00:00+01:00", "2026-03-29T12:00:00+02:00"]), HALF_HOURS)
    local = history["start"].dt.tz_convert(BERLIN)
    assert len(history) == 46
    assert 2 not in set(local.dt.hour)


def test_days_of_23_and_25_hours_are_one_day_each_on_the_daily_grid() -> None:
    frame = tickets(["2026-03-28T12:00:00+01:00", "2026-03-29T23:59:00+02:00", "2026-03-30T00:00:00+02:00"])
    history = build_history(frame, IntervalGrid(1440, BERLIN))
    assert list(history["offered"]) == [1, 1, 1]
    assert list(history["start"].dt.tz_convert(BERLIN).dt.strftime("%m-%d %H:%M")) == [
        "03-28 00:00", "03-29 00:00", "03-30 00:00",
    ]  # fmt: skip


def test_the_leap_day_is_a_day() -> None:
    history = build_history(tickets(["2024-02-28T12:00:00Z", "2024-03-01T12:00:00Z"]), IntervalGrid(1440))
    assert list(history["start"].dt.day) == [28, 29, 1]
    assert history["mark"].tolist() == ["", "missing", ""]


def test_a_day_without_any_contact_is_missing_not_zero() -> None:
    frame = tickets(["2026-03-02T09:00:00Z", "2026-03-04T09:00:00Z"], abandoned=[False, True])
    history = build_history(frame, IntervalGrid(60)).set_index("start")
    silent = history.loc["2026-03-03"]
    assert (silent["mark"] == "missing").all()
    assert silent[["offered", "handled", "abandoned"]].isna().all(axis=None)
    assert history["offered"].tolist()[:2] == [1, 0]
    assert history.loc["2026-03-04 10:00", "offered"].item() == 0


def test_a_quiet_queue_is_zero_on_a_day_that_another_queue_was_heard() -> None:
    frame = tickets(
        ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"], type=["billing", "tech", "tech"]
    )
    history = build_history(frame, IntervalGrid(1440)).set_index(["queue", "start"])
    row = history.loc[("phone/billing", pd.Timestamp("2026-03-03", tz="UTC"))]
    assert row["offered"] == 0
    assert row["mark"] == ""


def test_gaps_zero_counts_silent_days_as_zero() -> None:
    history = build_history(tickets(["2026-03-02T09:00:00Z", "2026-03-04T09:00:00Z"]), IntervalGrid(1440), gaps="zero")
    assert history["offered"].tolist() == [1, 0, 1]
    assert (history["mark"] == "").all()


def test_closed_intervals_have_no_row_unless_somebody_came_and_holidays_close() -> None:
    hours = OpeningHours.from_mapping({"default": {"daily": ["09:00-17:00"], "holidays": "closed"}})
    frame = tickets(["2026-03-02T09:10:00Z", "2026-03-02T20:10:00Z", "2026-03-04T09:00:00Z"])
    history = build_history(frame, IntervalGrid(60), opening=hours, holidays=[date(2026, 3, 3)])
    by_day = history.groupby(history["start"].dt.day)
    assert by_day.size().to_dict() == {2: 9, 4: 8}
    late = history[history["start"] == pd.Timestamp("2026-03-02T20:00:00Z")]
    assert late["open"].tolist() == [False]
    assert late["offered"].tolist() == [1]


def test_handle_time_is_the_mean_of_those_not_abandoned_who_have_one() -> None:
    frame = tickets(
        ["2026-03-02T09:00:00Z"] * 5,
        handle_seconds=[100.0, 300.0, np.nan, 7.0, np.nan],
        abandoned=[False, False, False, True, True],
    )
    row = build_history(frame, IntervalGrid(1440)).iloc[0]
    assert row["offered"] == 5
    assert row["abandoned"] == 2
    assert row["handled"] == 3
    assert row["aht_seconds"] == 200


def test_columns_that_the_tickets_do_not_know_are_not_invented() -> None:
    history = build_history(tickets(["2026-03-02T09:00:00Z"]), IntervalGrid(1440))
    assert {"handled", "abandoned", "aht_seconds"}.isdisjoint(history.columns)


def test_nothing_at_or_after_until_is_used() -> None:
    until = pd.Timestamp("2026-03-03T00:00:00+01:00")
    frame = tickets(["2026-03-02T09:00:00+01:00", "2026-03-03T00:00:00+01:00"])
    history = build_history(frame, HALF_HOURS, until=until)
    assert history["offered"].sum() == 1
    assert history["start"].max() == pd.Timestamp("2026-03-02T23:30:00+01:00")


def test_until_after_the_last_contact_adds_missing_days() -> None:
    until = pd.Timestamp("2026-03-05T00:00:00Z")
    history = build_history(tickets(["2026-03-02T09:00:00Z"]), IntervalGrid(1440), until=until)
    assert history["mark"].tolist() == ["", "missing", "missing"]


def test_no_tickets_at_all_is_an_error_with_a_name() -> None:
    frame = tickets(["2026-03-02T09:00:00Z"])
    with pytest.raises(EmptyFile, match="at least one ticket"):
        build_history(frame.iloc[:0], HALF_HOURS)
    with pytest.raises(EmptyFile, match="none before 2026-03-01"):
        build_history(frame, HALF_HOURS, until=pd.Timestamp("2026-03-01", tz="UTC"))


def test_until_without_a_zone_is_refused() -> None:
    with pytest.raises(BadValue, match="time zone"):
        build_history(tickets(["2026-03-02T09:00:00Z"]), HALF_HOURS, until=pd.Timestamp("2026-03-03"))


@settings(deadline=None, max_examples=15)
@given(
    hours=st.lists(st.integers(0, 24 * 300), min_size=1, max_size=40),
    minutes=st.sampled_from([5, 15, 30, 60, 1440]),
    zone=st.sampled_from(["UTC", BERLIN, "America/New_York", "Asia/Kolkata"]),
)
def test_every_contact_is_counted_once_whatever_the_grid(hours: list[int], minutes: int, zone: str) -> None:
    stamps = pd.Timestamp("2026-01-31T12:07:00Z") + pd.to_timedelta(pd.Series(hours), unit="h")
    frame = tickets([stamp.isoformat() for stamp in stamps])
    grid = IntervalGrid(minutes, zone)
    history = build_history(frame, grid)
    assert history["offered"].sum() == len(hours)
    days = stamps.dt.tz_convert(zone).dt.normalize().unique()
    by_day = regrid_history(history, IntervalGrid(1440, zone))
    assert set(by_day.loc[by_day["offered"] > 0, "start"]) == set(pd.DatetimeIndex(days).tz_convert("UTC"))


# ---- regrid


def counted(starts: list[str], **columns: object) -> pd.DataFrame:
    stamps = pd.to_datetime(pd.Series(starts), utc=True, format="ISO8601")
    return HISTORY.check(pd.DataFrame({"queue": "phone/billing", "start": stamps, **columns}))


def test_finer_rows_are_summed_and_handle_time_is_weighted_by_handled() -> None:
    fine = counted(
        ["2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z"],
        offered=[10, 40], handled=[10, 30], abandoned=[0, 10], aht_seconds=[200, 400],
    )  # fmt: skip
    row = regrid_history(fine, IntervalGrid(60)).iloc[0]
    assert (row["offered"], row["handled"], row["abandoned"]) == (50, 40, 10)
    assert row["aht_seconds"] == (10 * 200 + 30 * 400) / 40


def test_handle_time_is_weighted_by_offered_where_handled_is_unknown() -> None:
    fine = counted(["2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z"], offered=[10, 40], aht_seconds=[200, 400])
    assert regrid_history(fine, IntervalGrid(60))["aht_seconds"].tolist() == [(10 * 200 + 40 * 400) / 50]


def test_an_interval_without_handle_time_does_not_pull_the_mean_down() -> None:
    fine = counted(["2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z"], offered=[10, 40], aht_seconds=[200, np.nan])
    assert regrid_history(fine, IntervalGrid(60))["aht_seconds"].tolist() == [200]


def test_a_coarse_interval_with_a_missing_open_part_is_missing() -> None:
    fine = counted(
        ["2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z", "2026-03-02T10:00:00Z"],
        offered=[10, np.nan, 3], open=[True, True, True], mark=["", "missing", "outlier"],
    )  # fmt: skip
    coarse = regrid_history(fine, IntervalGrid(60))
    assert np.isnan(coarse["offered"].iloc[0])
    assert coarse["mark"].tolist() == ["missing", "outlier"]
    assert coarse["offered"].iloc[1] == 3


def test_a_missing_part_that_was_closed_does_not_spoil_the_day() -> None:
    fine = counted(
        ["2026-03-02T09:00:00Z", "2026-03-02T20:00:00Z"], offered=[10, np.nan], open=[True, False], mark=["", "missing"]
    )
    coarse = regrid_history(fine, IntervalGrid(1440))
    assert coarse["offered"].tolist() == [10]
    assert coarse["mark"].tolist() == [""]


def test_a_day_of_25_hours_sums_all_of_them() -> None:
    starts = pd.date_range("2026-10-24T22:00:00Z", periods=25, freq="h")
    fine = counted([start.isoformat() for start in starts], offered=[1.0] * 25)
    assert regrid_history(fine, IntervalGrid(1440, BERLIN))["offered"].tolist() == [25]


def test_a_finer_grid_than_the_history_is_refused() -> None:
    fine = counted(["2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"], offered=[1, 2])
    with pytest.raises(BadValue, match="30 minutes or finer"):
        regrid_history(fine, IntervalGrid(30))


def test_history_on_its_own_grid_stays_as_it_is() -> None:
    frame = tickets(["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"], handle_seconds=[100.0, 200.0])
    history = build_history(frame, HALF_HOURS)
    pd.testing.assert_frame_equal(regrid_history(history, HALF_HOURS), history)
