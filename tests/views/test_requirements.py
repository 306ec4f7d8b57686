"""The page Requirements: the chosen cell and what drives it, the price of a promise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from domain.targets import QueueTargets
from views.figures import LIGHT, deadline_chart, heat_map, need_chart, price_chart
from views.locale import Words
from views.parts.drivers import STEPS, by_cell, deciding_shares, steps_of, target_text
from views.parts.price import free_up_to, price_of_point

Open = Callable[..., AppTest]
EN = Words("en")


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    return next(frame.value for frame in app.dataframe if column in frame.value)


def test_the_peak_is_the_cell_that_is_explained_first(open_app: Open, planned: Path) -> None:
    app = open_app(planned, "requirements")
    assert not app.exception
    day, time = app.selectbox(key="cell_day"), app.selectbox(key="cell_time")
    peak = next(metric.value for metric in app.metric if metric.label == EN("requirements.peak_at"))
    assert peak == f"{EN.day(day.value)} {time.value}"
    assert app.subheader[0].value == EN("drivers.title", moment=peak)


def test_all_queues_are_explained_one_by_one_and_sum_to_the_cell(open_app: Open, planned: Path) -> None:
    app = open_app(planned, "requirements")
    people = next(metric.value for metric in app.metric if metric.label == EN("requirements.peak"))
    table = table_with(app, "decides")
    assert table["queue"].tolist() == ["chat/support", "phone/billing", "phone/tech"]
    assert f"{table['scheduled'].sum():.1f}" == people


def test_one_queue_says_which_promise_decides(open_app: Open, planned: Path) -> None:
    app = open_app(planned, "requirements")
    app.selectbox(key="need_queue").set_value("phone/billing").run()
    assert not app.exception
    assert [text.value for text in app.markdown] == ["**The service level decides: 80\u00a0% within 60 s.**"]
    row = table_with(app, "decides").iloc[0]
    assert row["load"] == pytest.approx(row["offered"] * row["aht_seconds"] / 3600)
    assert row["scheduled"] == pytest.approx(row["agents"] / 0.9)


def test_another_cell_is_chosen_without_a_mouse(open_app: Open, planned: Path) -> None:
    app = open_app(planned, "requirements")
    app.selectbox(key="cell_day").set_value(date(2026, 9, 2))
    app.selectbox(key="cell_time").set_value("09:00").run()
    assert app.subheader[0].value == EN("drivers.title", moment="Wed 2 Sep 09:00")


def test_the_price_of_a_promise_names_the_present_one(open_app: Open, planned: Path) -> None:
    app = open_app(planned, "requirements")
    app.segmented_control(key="requirements_view").set_value("price").run()
    assert not app.exception
    assert app.metric[0].value == "80\u00a0% within 60 s"
    prices = table_with(app, "service_level")
    assert prices.loc[prices["chosen"], "service_level"].tolist() == [0.8]
    assert prices.loc[prices["chosen"], "change"].tolist() == [0]
    assert "money" not in prices  # no agreement of the small site names a price of the hour


def test_the_table_by_interval_holds_every_row(open_app: Open, planned: Path) -> None:
    app = open_app(planned, "requirements")
    app.segmented_control(key="requirements_view").set_value("table").run()
    assert not app.exception
    assert set(table_with(app, "scheduled")["queue"]) == {"chat/support", "phone/billing", "phone/tech"}


def driven(**steps: float) -> pd.DataFrame:
    row = {name: steps.get(name, 0.0) for name in STEPS}
    agents = sum(row.values()) - row["shrinkage"]
    return pd.DataFrame([{**row, "agents": agents, "scheduled": agents + row["shrinkage"], "binding": "service_level"}])


def test_bars_that_add_nothing_are_left_out_and_totals_stand_between() -> None:
    bars = steps_of(driven(load=5.0, carried=0.001, service_level=1.5, shrinkage=0.5))
    assert bars == [("load", 5), ("service_level", 1.5), ("agents", 6.501), ("shrinkage", 0.5), ("scheduled", 7.001)]


def test_what_decides_is_counted_by_people() -> None:
    found = pd.DataFrame({"binding": ["asa", "occupancy", "nobody"], "scheduled": [1.0, 3.0, 0.0]})
    assert deciding_shares(found).to_dict() == {"occupancy": 0.75, "asa": 0.25}
    assert deciding_shares(found.iloc[2:]).empty


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        ("service_level", "82.5\u00a0% within 20 s"),
        ("asa", "at most 15 s"),
        ("abandonment", "at most 10\u00a0%"),  # the default of the targets is seen
        ("occupancy", "at most 88\u00a0%"),
        ("minimum", "at least 2.0 people"),
        ("rest", ""),
    ],
)
def test_a_goal_is_named_as_people_say_it(goal: str, text: str) -> None:
    promise = QueueTargets(
        service_level=0.825, target_asa_seconds=15, patience_seconds=60, max_occupancy=0.88, minimum_agents=2
    )
    assert target_text(goal, promise, EN) == text


def test_a_cell_is_a_local_day_and_time() -> None:
    starts = pd.DatetimeIndex(["2026-09-01T22:30Z"])
    row = by_cell(pd.DataFrame({"start": starts}), "Europe/Berlin").iloc[0]
    assert (row["day"], row["time"]) == (pd.Timestamp("2026-09-02"), "00:30")


def levels(*hours: float, chosen: int = 1) -> pd.DataFrame:
    table = pd.DataFrame({"service_level": [0.7, 0.8, 0.9], "hours_per_week": hours})
    return table.assign(alone_hours_per_week=table["hours_per_week"], chosen=[n == chosen for n in range(3)])


def test_a_point_is_read_off_the_curve_to_the_right_of_the_present_target() -> None:
    assert price_of_point(levels(100.0, 110.0, 130.0)) == pytest.approx(2.0)
    assert np.isnan(price_of_point(levels(100.0, 110.0, 130.0, chosen=2)))
    assert np.isnan(price_of_point(levels(100.0, 110.0, 130.0, chosen=9)))


def test_a_higher_level_is_free_as_far_as_another_promise_asks_for_more() -> None:
    assert free_up_to(levels(110.0, 110.0, 110.0)) == 0.9
    assert free_up_to(levels(110.0, 110.0, 130.0)) is None
    assert free_up_to(levels(100.0, 110.0, 130.0, chosen=9)) is None


def test_the_chosen_cell_is_framed_and_cells_can_be_picked() -> None:
    days = pd.date_range("2026-09-07", periods=2)
    values = pd.DataFrame([[4.0, 5.0], [np.nan, 6.0]], index=["08:00", "08:30"], columns=days)
    figure = heat_map(
        values, values.isna().astype(int), EN, LIGHT, unit="people", zone="UTC", chosen=(days[1], "08:30")
    )
    marks = figure.data[3]
    assert [point[:2] for point in marks.customdata] == [
        ["2026-09-07", "08:00"], ["2026-09-08", "08:00"], ["2026-09-08", "08:30"]
    ]  # fmt: skip
    frame = figure.layout.shapes[0]
    assert (frame.y0, frame.y1, frame.visible) == (0.5, 1.5, True)
    assert (figure.data[0].zmin, figure.data[0].zmax) == (0, 6)


def test_the_need_is_a_waterfall_with_totals_on_the_ground() -> None:
    figure = need_chart([("Load", 5.0), ("Less", -1.0), ("On contact", 4.0)], ["On contact"], Words("ru"), LIGHT)
    (bars,) = figure.data
    assert list(bars.measure) == ["relative", "relative", "total"]
    assert list(bars.text) == ["5,00", "−1,00", "4,00"]


def test_the_present_target_is_marked_on_the_curve_and_among_the_deadlines() -> None:
    together, alone, present = price_chart(levels(100.0, 110.0, 130.0), EN, LIGHT).data
    assert (list(together.y), list(alone.x)) == ([100, 110, 130], [70, 80, 90])
    assert (list(present.x), list(present.y)) == ([80], [110])
    assert len(price_chart(levels(1.0, 2.0, 3.0, chosen=9), EN, LIGHT).data) == 2
    deadlines = pd.DataFrame({"deadline_hours": [2.0, 24.0], "hours_per_week": [20.0, 10.0], "chosen": [True, False]})
    (bars,) = deadline_chart(deadlines, EN, LIGHT).data
    assert list(bars.x) == ["2 h", "24 h"]
    assert list(bars.marker.color) == [LIGHT.missing, LIGHT.adjusted]
