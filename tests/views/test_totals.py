"""Sums of queues, days and weeks with their bands; a total set from above."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planning import steps
from planning.session import open_session
from views.locale import Words
from views.parts.totals import first_days, group_name, groups_of, label_of, summed_up, whole_weeks

EN = Words("en")
Open = Callable[..., AppTest]
QUEUES = ["chat/support", "phone/billing", "phone/tech", "email/tech"]
NORMAL_90 = 1.2815515655446004  # the 90 % quantile of a standard normal


def test_groups_are_all_then_channels_then_types_that_hold_several_queues() -> None:
    assert groups_of(QUEUES) == ["*", "phone/*", "*/tech"]


@pytest.mark.parametrize("queues", [["phone/a"], []])
def test_one_queue_makes_no_group(queues: list[str]) -> None:
    assert groups_of(queues) == []


@pytest.mark.parametrize(
    ("queue", "name"),
    [("*", "All queues"), ("phone/*", "phone: all queues"), ("*/tech", "tech: all queues"), ("phone/a", "phone/a")],
)
def test_groups_have_names_for_people(queue: str, name: str) -> None:
    assert group_name(queue, EN) == name


def test_a_week_begins_on_its_monday() -> None:
    starts = pd.Series(pd.to_datetime(["2026-09-06T21:30Z", "2026-09-06T22:30Z"]).as_unit("us"))  # Sunday, Monday local
    assert list(first_days(starts, "Europe/Berlin", "weeks")) == [
        pd.Timestamp("2026-08-31"),
        pd.Timestamp("2026-09-07"),
    ]


def test_a_chart_leaves_out_weeks_of_which_only_a_part_is_forecast() -> None:
    weeks = pd.DataFrame({"time": pd.date_range("2026-08-31", periods=4, freq="7D")})
    kept = whole_weeks(weeks, date(2026, 9, 1), 21)  # Tuesday, 1 September, to Monday, 21 September
    assert kept["time"].tolist() == [pd.Timestamp("2026-09-07"), pd.Timestamp("2026-09-14")]
    assert len(whole_weeks(weeks, date(2026, 8, 31), 28)) == 4
    assert len(whole_weeks(weeks.head(1), date(2026, 9, 1), 3)) == 1  # better a part than nothing


def test_rows_are_called_by_their_time_their_day_or_the_days_of_their_week() -> None:
    monday = pd.Timestamp("2026-09-07")
    assert label_of(monday, "days", EN) == "Mon 7 Sep"
    assert label_of(monday, "weeks", EN) == "Mon 7 Sep – Sun 13 Sep"
    assert label_of(monday + pd.Timedelta(hours=8), "intervals", EN) == "08:00"


def adjusted_rows(planned: Path) -> pd.DataFrame:
    with open_session(planned) as session:
        return steps.adjusted(session)


@pytest.mark.parametrize(("period", "rows"), [("day", 10), ("week", 2), ("interval", 100)])
def test_a_sum_keeps_every_contact_and_its_baseline(period: str, rows: int, planned: Path) -> None:
    adjusted = adjusted_rows(planned).assign(baseline=lambda frame: frame["offered"] / 2)
    with open_session(planned) as session:
        table = summed_up(session, adjusted, period)
    assert len(table) == rows  # two working weeks of ten hours
    assert table["offered"].sum() == pytest.approx(adjusted["offered"].sum())
    assert table["baseline"].to_numpy() == pytest.approx(table["offered"].to_numpy() / 2)
    assert table["change"].to_numpy() == pytest.approx(1.0)
    assert table["from_start"].iloc[0] == adjusted["start"].min()
    assert table["to_start"].iloc[-1] == adjusted["start"].max() + pd.Timedelta(hours=1)
    assert set(table["days"]) == ({5} if period == "week" else {1})


def test_the_band_of_a_sum_is_wider_than_counting_noise_and_narrower_than_the_sum_of_bands(planned: Path) -> None:
    adjusted = adjusted_rows(planned)
    with open_session(planned) as session:
        week = summed_up(session, adjusted, "week").iloc[0]
    inside = adjusted[adjusted["start"] < week["to_start"]]
    width = week["offered_p90"] - week["offered_p10"]
    assert width > 2 * NORMAL_90 * np.sqrt(week["offered"]) * 0.98
    assert width < (inside["offered_p90"] - inside["offered_p10"]).sum() / 2
    assert week["offered_p025"] < week["offered_p10"] < week["offered"] < week["offered_p90"] < week["offered_p975"]


def test_a_forecast_without_bands_is_summed_without_bands(planned: Path) -> None:
    adjusted = adjusted_rows(planned)[["queue", "start", "baseline", "offered"]]
    with open_session(planned) as session:
        assert not [name for name in summed_up(session, adjusted, "day") if name.startswith("offered_")]


@pytest.mark.parametrize("grain", ["days", "weeks", "intervals"])
@pytest.mark.parametrize("queue", ["*", "phone/*"])
def test_a_group_is_shown_with_its_bands_and_is_not_edited_cell_by_cell(
    queue: str, grain: str, open_app: Open, planned: Path
) -> None:
    app = open_app(planned, "forecast")
    app.segmented_control(key="grain").set_value(grain).run()
    app.selectbox(key="queue").set_value(queue).run()
    assert not app.exception
    assert not app.error
    (table,) = [entry.value for entry in app.dataframe]
    assert {"baseline", "offered", "offered_p10", "offered_p90"} <= set(table)
    assert not [editor for editor in app.data_editor if "offered" in editor.value]


def test_the_total_of_a_channel_is_set_and_its_queues_follow_in_proportion(open_app: Open, planned_copy: Path) -> None:
    before = adjusted_rows(planned_copy)
    app = open_app(planned_copy, "forecast")
    app.selectbox(key="queue").set_value("phone/*").run()
    value = next(field for field in app.number_input if (field.key or "").startswith("total_"))
    value.set_value(240.0)
    next(
        f for f in app.text_input if (f.key or "").endswith("_reason") and (f.key or "").startswith("total_")
    ).set_value("a strike")
    app.run()
    app.button(key="store_total").click().run()
    assert not app.exception
    after = adjusted_rows(planned_copy)
    first_day = (after["start"] < pd.Timestamp("2026-08-31T22:00Z")) & after["queue"].str.startswith("phone/")
    assert after.loc[first_day, "offered"].sum() == pytest.approx(240)
    factors = after.loc[first_day, "offered"] / before.loc[first_day, "offered"]
    assert factors.to_numpy() == pytest.approx(factors.iloc[0])
    pd.testing.assert_series_equal(after.loc[~first_day, "offered"], before.loc[~first_day, "offered"])
    with open_session(planned_copy) as session:
        log = steps.list_adjustments(session).iloc[-1]
    assert (log["queue"], log["kind"]) == ("phone/*", "scale")
    assert log["reason"].startswith("a strike (")


def test_a_total_without_a_reason_is_refused(open_app: Open, planned_copy: Path) -> None:
    app = open_app(planned_copy, "forecast")
    app.selectbox(key="queue").set_value("*").run()
    next(field for field in app.number_input if (field.key or "").startswith("total_")).set_value(5000.0).run()
    app.button(key="store_total").click().run()
    assert EN("forecast.reason_expected") in app.toast[0].value
    with open_session(planned_copy) as session:
        assert steps.list_adjustments(session).empty


def test_a_total_of_numbers_that_a_colleague_has_changed_is_not_stored(open_app: Open, planned_copy: Path) -> None:
    app = open_app(planned_copy, "forecast")
    app.selectbox(key="queue").set_value("*").run()
    next(field for field in app.number_input if (field.key or "").startswith("total_")).set_value(5000.0)
    next(f for f in app.text_input if (f.key or "").startswith("total_")).set_value("mine")
    app.run()
    with open_session(planned_copy) as session:
        start = steps.adjusted(session)["start"].min()
        steps.add_adjustment(
            session, queue="*", from_start=start, to_start=start + pd.Timedelta(hours=1), kind="add", value=7.0,
            reason="theirs", author="a colleague",
        )  # fmt: skip
    app.button(key="store_total").click().run()
    assert [toast.value for toast in app.toast] == [EN("app.changed_meanwhile")]
    with open_session(planned_copy) as session:
        assert steps.list_adjustments(session)["reason"].tolist() == ["theirs"]


def test_a_window_without_contacts_is_filled_evenly(planned_copy: Path) -> None:
    first, end = pd.Timestamp("2026-08-31T00:00Z"), pd.Timestamp("2026-08-31T22:00Z")
    window = {"queue": "chat/support", "from_start": first, "to_start": end}
    with open_session(planned_copy) as session:
        steps.set_total(session, **window, total=0.0, reason="closed", author="me")
        made = steps.set_total(session, **window, total=50.0, reason="open after all", author="me")
        day = steps.adjusted(session).query("queue == 'chat/support' and start < @end")
    assert len(made) == 1
    assert day["offered"].to_numpy() == pytest.approx(np.full(10, 5.0))
