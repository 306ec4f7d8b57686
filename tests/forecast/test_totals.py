"""Sums of a forecast over queues and time, with bands that agree with the paths; and top-down edits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from domain.tables import ADJUSTMENTS, QUANTILES
from forecast import apply_adjustments
from forecast.correlation import DEFAULT_QUEUE_CORRELATION
from forecast.edits import set_total
from forecast.paths import path_totals
from forecast.quantiles import count_quantiles
from forecast.totals import WORKLOAD, aggregate_forecast, path_plan, workload_hours

NAMES = list(QUANTILES)
MONDAY = pd.Timestamp("2026-03-02", tz="UTC")
QUEUES = ("phone/billing", "phone/sales", "email/billing")


def site(days: int = 8, mean: float = 30.0, queues: tuple[str, ...] = QUEUES, cv: float = 0.2) -> pd.DataFrame:
    """Three hours a day from midnight on."""
    starts = [MONDAY + pd.Timedelta(days=day, hours=hour) for day in range(days) for hour in range(3)]
    frame = pd.DataFrame([(queue, start) for queue in queues for start in starts], columns=["queue", "start"])
    frame["start"] = frame["start"].astype("datetime64[us, UTC]")
    frame["offered"] = mean
    frame[NAMES] = count_quantiles(np.full(len(frame), mean), np.full(len(frame), cv), np.full(len(frame), cv))
    return frame


@pytest.mark.parametrize(("by", "groups"), [
    ("queue", ["email/billing", "phone/billing", "phone/sales"]), ("channel", ["email", "phone"]),
    ("type", ["billing", "sales"]), ("site", ["other"]), ("total", ["total"]),
])  # fmt: skip
@pytest.mark.parametrize("period", ["interval", "day", "week", "month"])
def test_means_of_groups_and_periods_add_up_to_the_forecast(by: str, groups: list[str], period: str) -> None:
    found = aggregate_forecast(site(), by=by, period=period)
    assert sorted(set(found["group"])) == groups
    assert found["offered"].sum() == pytest.approx(3 * 8 * 3 * 30.0, rel=1e-12)
    assert found["intervals"].sum() == 72


def test_weeks_begin_on_monday_and_days_at_local_midnight() -> None:
    weeks = aggregate_forecast(site(), period="week")
    assert weeks["start"].tolist() == [MONDAY, MONDAY + pd.Timedelta(days=7)]
    assert weeks["offered"].tolist() == [7 * 3 * 3 * 30.0, 3 * 3 * 30.0]
    days = aggregate_forecast(site(), period="day", timezone="Asia/Tokyo")
    assert days["start"].iloc[0] == pd.Timestamp("2026-03-02", tz="Asia/Tokyo")


def test_an_interval_of_one_queue_keeps_its_own_quantiles() -> None:
    frame = site().assign(offered_p975=1000.0)
    found = aggregate_forecast(frame, by="queue", period="interval")
    expected = frame.sort_values(["queue", "start"])[NAMES].to_numpy()
    assert (found[NAMES].to_numpy() == expected).all()


@pytest.mark.parametrize(("by", "period"), [("total", "interval"), ("queue", "day"), ("channel", "day"),
                                            ("total", "week"), ("total", "month")])  # fmt: skip
def test_quantiles_of_sums_are_those_of_the_paths(by: str, period: str) -> None:
    frame = site().assign(day_cv=0.2, interval_cv=0.1)
    found = aggregate_forecast(frame, by=by, period=period)
    plan, _ = path_plan(frame, "UTC")
    keys = {"total": "total", "queue": frame["queue"], "channel": frame["queue"].str.split("/").str[0]}[by]
    start = {
        "interval": frame["start"],
        "day": frame["start"].dt.day,
        "week": frame["start"].dt.isocalendar().week,
        "month": frame["start"].dt.month,
    }[period]
    group = frame.assign(key=keys, period=start).groupby(["key", "period"]).ngroup().to_numpy()
    drawn = path_totals(plan, group, 20_000, seed=6)
    for name in ("offered_p10", "offered_p50", "offered_p90", "offered_p975"):
        below = (drawn <= found[name].to_numpy()).mean()
        least = (drawn < found[name].to_numpy()).mean()
        assert least - 0.02 < QUANTILES[name] < below + 0.02  # half a contact is 1 % of a day with sd 20


def test_a_days_band_is_wider_than_counting_noise_and_narrower_than_the_sum_of_bands() -> None:
    frame = site(days=1, queues=("phone/a",))
    day = aggregate_forecast(frame, by="queue").iloc[0]
    poisson = 2 * 1.96 * np.sqrt(90)
    width = day["offered_p975"] - day["offered_p025"]
    assert poisson < width < (frame["offered_p975"] - frame["offered_p025"]).sum()


def test_without_columns_of_spread_it_is_read_off_the_quantiles() -> None:
    """A fifth of each day's rate is what the quantiles were made with."""
    plan, _ = path_plan(site(mean=400.0, cv=0.2), "UTC")
    assert plan.day_cv == pytest.approx(np.full(72, 0.2), rel=0.02)
    assert (plan.interval_cv == 0).all()


def test_without_quantiles_only_counting_noise_is_left() -> None:
    frame = site().drop(columns=NAMES)
    found = aggregate_forecast(frame, by="queue")
    assert found[NAMES].iloc[0].tolist() == count_quantiles(np.array([90.0]), np.zeros(1), np.zeros(1))[0].tolist()


def test_correlated_queues_widen_the_total() -> None:
    def width(share: float) -> float:
        known = dict.fromkeys(QUEUES, (0.5, share))
        row = aggregate_forecast(site(), period="week", correlation=known).iloc[0]
        return float(row["offered_p90"] - row["offered_p10"])

    assert width(0.0) < width(0.4) < width(0.9)


def test_groups_may_be_given_by_queue_and_leave_queues_out() -> None:
    found = aggregate_forecast(site(), by={"phone/billing": "Oslo", "email/billing": "Oslo"}, period="month")
    assert found[["group", "offered"]].to_numpy().tolist() == [["Oslo", 1440.0]]


def test_an_empty_forecast_has_no_sums() -> None:
    found = aggregate_forecast(site().iloc[:0])
    assert len(found) == 0
    assert list(found) == ["group", "start", "offered", *NAMES, "intervals"]


@pytest.mark.parametrize(("by", "period"), [("colour", "day"), ("total", "year")])
def test_unknown_words_are_refused(by: str, period: str) -> None:
    with pytest.raises(BadValue):
        aggregate_forecast(site(), by=by, period=period)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_quantiles_of_sums_rise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = site(days=3)
    frame = frame.assign(offered=rng.gamma(0.5, 20.0, len(frame)), day_cv=rng.uniform(0, 1), interval_cv=0.1)
    found = aggregate_forecast(frame.drop(columns=NAMES), by="channel")
    assert (np.diff(found[NAMES].to_numpy(), axis=1) >= 0).all()


def folded(frame: pd.DataFrame, queue: str, total: float) -> pd.DataFrame:
    """The second day of `queue` brought to a total, through the log of adjustments."""
    first = MONDAY + pd.Timedelta(days=1)
    made = set_total(frame, queue, first, first + pd.Timedelta(days=1), total)
    rows = [
        {
            **vars(one),
            "adjustment_id": str(number),
            "reason": "plan",
            "author": "anna",
            "made_at": MONDAY,
            "active": True,
        }
        for number, one in enumerate(made)
    ]
    return apply_adjustments(frame, ADJUSTMENTS.check(pd.DataFrame(rows)), at=MONDAY)


def second_day(frame: pd.DataFrame, prefix: str) -> pd.Series:
    inside = frame["start"].dt.day.eq(3) & frame["queue"].str.startswith(prefix)
    return frame.loc[inside, "offered"]


def test_twelve_hundred_for_phone_is_the_sum_over_its_queues_and_intervals_in_the_shape_they_had() -> None:
    frame = site(days=3)
    frame["offered"] = frame["offered"] * np.tile([1.0, 2.0, 3.0], len(frame) // 3)
    found = folded(frame, "phone/*", 1200.0)
    assert second_day(found, "phone").sum() == pytest.approx(1200.0, rel=1e-12)
    assert second_day(found, "phone").tolist() == pytest.approx([100.0, 200.0, 300.0] * 2)
    assert second_day(found, "email").tolist() == [30.0, 60.0, 90.0]
    assert found["adjustment_ids"].eq("0").sum() == 6


def test_an_empty_window_is_filled_evenly_over_its_open_intervals() -> None:
    frame = site(days=3, mean=0.0).assign(open=True)
    frame.loc[frame["start"].dt.hour.eq(1) & frame["queue"].eq("phone/sales"), "open"] = False
    found = folded(frame, "phone/*", 1200.0)
    assert second_day(found, "phone").tolist() == [240.0, 240.0, 240.0, 240.0, 0.0, 240.0]


def test_nothing_at_all_can_be_said_too() -> None:
    assert second_day(folded(site(days=3), "phone/*", 0.0), "phone").sum() == 0.0


def test_a_name_that_is_a_queue_means_that_queue_alone() -> None:
    found = folded(site(days=3), "phone/sales", 10.0)
    assert second_day(found, "phone/sales").sum() == pytest.approx(10.0)
    assert second_day(found, "phone/billing").sum() == 90.0


@pytest.mark.parametrize("total", [-1.0, float("nan")])
def test_a_total_below_0_is_refused(total: float) -> None:
    with pytest.raises(BadValue, match="at least 0"):
        folded(site(days=3), "phone/*", total)


def test_a_window_without_intervals_is_refused() -> None:
    with pytest.raises(BadValue, match="with forecast intervals"):
        folded(site(days=1), "phone/*", 10.0)


def test_a_closed_window_takes_no_contacts() -> None:
    with pytest.raises(BadValue, match="an open interval"):
        folded(site(days=3, mean=0.0).assign(open=False), "phone/*", 10.0)


def two_hours(queues: tuple[str, ...] = ("phone/a",), days: int = 1) -> pd.DataFrame:
    """100 contacts of 180 s in each of two hours a day: 10 hours of work; volume and handle time 10 % off by day."""
    starts = [MONDAY + pd.Timedelta(days=day, hours=hour) for day in range(days) for hour in range(2)]
    frame = pd.DataFrame([(queue, start) for queue in queues for start in starts], columns=["queue", "start"])
    return frame.assign(offered=100.0, aht_seconds=180.0, day_cv=0.1, interval_cv=0.0, aht_cv=0.1)


def test_the_band_of_a_day_s_work_by_hand() -> None:
    """Contacts 200·(1 + 1)·0.05² = 1, volume (10·0.1)² = 1, handle time (10·0.1)²·1.01 = 1.01 hours²: sd 1.735."""
    found = aggregate_forecast(two_hours()).iloc[0]
    assert found["workload_hours"] == pytest.approx(10.0)
    sd = np.sqrt(3.01)  # a gamma of cv 0.17 is near a normal distribution around 10 − sd²/30
    assert found["workload_hours_p10"] == pytest.approx(10 - 1.2816 * sd, abs=0.13)
    assert found["workload_hours_p90"] == pytest.approx(10 + 1.2816 * sd, abs=0.13)


@pytest.mark.parametrize("by", ["queue", "total"])
def test_the_band_of_work_holds_four_of_five_drawn_days(by: str) -> None:
    """Twin: paths of the contacts, each day's handle times longer or shorter together, single ones exponential."""
    frame = two_hours(("phone/a", "phone/b"), days=3)
    said = aggregate_forecast(frame, by=by, period="week").iloc[0]
    plan, _ = path_plan(frame, "UTC")
    queue_day = plan.queue * 3 + plan.day
    rng = np.random.default_rng(4)
    contacts = path_totals(plan, queue_day, 4000, seed=4)
    hours = rng.gamma(contacts) * 0.05 * rng.gamma(100, 0.01, contacts.shape)
    drawn = hours[:, :3].sum(axis=1) if by == "queue" else hours.sum(axis=1)
    assert said["workload_hours"] == pytest.approx(drawn.mean(), rel=0.01)
    for name, share in (("workload_hours_p10", 0.1), ("workload_hours_p90", 0.9)):
        assert (drawn < said[name]).mean() == pytest.approx(share, abs=0.02)


def test_work_is_unknown_where_a_row_with_contacts_has_no_handle_time() -> None:
    frame = two_hours(("phone/a", "phone/b"))
    frame.loc[frame["queue"] == "phone/b", "aht_seconds"] = np.nan
    found = aggregate_forecast(frame, by="queue").set_index("group")
    assert found.loc["phone/a", list(WORKLOAD)].notna().all()
    assert found.loc["phone/b", list(WORKLOAD)].isna().all()
    assert not set(WORKLOAD) & set(aggregate_forecast(frame.assign(aht_seconds=np.nan)))


def test_no_contacts_are_no_work() -> None:
    frame = two_hours().assign(offered=0.0)
    plan, _ = path_plan(frame, "UTC")
    assert workload_hours(plan, np.zeros(2, dtype=np.int64), frame).tolist() == [[0.0, 0.0, 0.0]]


def test_what_queues_have_in_common_is_read_from_the_forecast_and_an_argument_overrides_it() -> None:
    frame = site(queues=("phone/a", "phone/b")).assign(day_cv=0.2, interval_cv=0.0, queue_correlation=0.9)
    frame.loc[frame["queue"] == "phone/b", "queue_correlation"] = np.nan
    told = path_plan(frame, "UTC")[0].correlation
    assert told.queue == pytest.approx([0.9, DEFAULT_QUEUE_CORRELATION])
    given = path_plan(frame, "UTC", {"phone/a": (0.3, 0.1)})[0].correlation
    assert (given.queue[0], given.day[0]) == (0.1, 0.3)
    wide = [
        aggregate_forecast(frame.assign(queue_correlation=share), period="week").iloc[0] for share in (0.0, 0.4, 0.9)
    ]
    widths = [row["offered_p90"] - row["offered_p10"] for row in wide]
    assert widths == sorted(widths)
    plain = aggregate_forecast(frame.drop(columns="queue_correlation"), period="week").iloc[0]
    assert plain["offered_p90"] == wide[1]["offered_p90"]
