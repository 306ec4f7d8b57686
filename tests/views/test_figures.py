"""Figures: how many traces, which values, which colours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from views.figures import (
    CLOSED,
    DARK,
    LIGHT,
    MISSING,
    Colours,
    colours_of,
    coverage_chart,
    factor_chart,
    forecast_chart,
    gantt_chart,
    heat_map,
    parts_chart,
    waterfall_chart,
)
from views.locale import LANGUAGES, Words

EN = Words("en")


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def colours(request: pytest.FixtureRequest) -> Colours:
    return request.param


def grid() -> tuple[pd.DataFrame, pd.DataFrame]:
    days = pd.date_range("2026-09-07", periods=2)
    values = pd.DataFrame([[4.0, 5.0], [np.nan, 6.0]], index=["08:00", "08:30"], columns=days)
    states = pd.DataFrame([[0, 0], [CLOSED, MISSING]], index=["08:00", "08:30"], columns=days)
    return values, states


def test_a_heat_map_shows_counted_cells_and_greys_out_closed_ones(colours: Colours) -> None:
    figure = heat_map(*grid(), EN, colours, unit="contacts", zone="Europe/Berlin")
    counted, closed, missing = figure.data
    np.testing.assert_array_equal(counted.z, [[4, 5], [np.nan, np.nan]])
    np.testing.assert_array_equal(closed.z, [[np.nan, np.nan], [1, np.nan]])
    np.testing.assert_array_equal(missing.z, [[np.nan, np.nan], [np.nan, 1]])
    assert closed.colorscale[0][1] == colours.closed
    assert missing.colorscale[0][1] == colours.missing
    assert counted.colorscale[-1][1] == colours.scale[-1]


def test_a_heat_map_names_the_zone_and_reads_from_morning_down() -> None:
    figure = heat_map(*grid(), EN, LIGHT, unit="contacts", zone="Europe/Berlin")
    assert "Europe/Berlin" in figure.layout.yaxis.title.text
    assert figure.layout.yaxis.autorange == "reversed"


def test_the_legend_names_only_states_that_occur() -> None:
    values, states = grid()
    figure = heat_map(values, states.replace(MISSING, 0), EN, LIGHT, unit="contacts", zone="UTC")
    assert [trace.showlegend for trace in figure.data[1:]] == [True, False]


def ahead(quantiles: bool) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"time": pd.date_range("2026-09-01", periods=2), "baseline": [10.0, 20.0], "offered": [11.0, 22.0]}
    )
    bands = {"offered_p025": [5.0, 9.0], "offered_p10": [7.0, 14.0], "offered_p90": [15.0, 30.0]}
    return frame.assign(**bands, offered_p975=[19.0, 39.0]) if quantiles else frame


def past() -> pd.DataFrame:
    return pd.DataFrame({"time": pd.date_range("2026-08-30", periods=2), "offered": [9.0, np.nan]})


def test_the_forecast_has_two_bands_and_three_lines_in_their_own_colours(colours: Colours) -> None:
    figure = forecast_chart(past(), ahead(True), EN, colours, zone="UTC")
    outer, inner, history, baseline, adjusted = figure.data
    assert list(outer.y) == [19, 39, 9, 5]
    assert list(inner.y) == [15, 30, 14, 7]
    assert list(adjusted.y) == [11, 22]
    assert list(baseline.y) == [10, 20]
    assert (outer.fillcolor, inner.fillcolor) == (colours.band_95, colours.band_80)
    lines = [history.line.color, baseline.line.color, adjusted.line.color]
    assert lines == [colours.history, colours.baseline, colours.adjusted]
    assert len(set(lines)) == 3


def test_the_axis_of_one_day_shows_hours() -> None:
    days = forecast_chart(past(), ahead(False), EN, LIGHT, zone="UTC")
    hours = forecast_chart(past(), ahead(False), EN, LIGHT, zone="UTC", within_a_day=True)
    assert "%H:%M" not in days.layout.xaxis.tickformat
    assert hours.layout.xaxis.tickformat.startswith("%H:%M")


def test_a_forecast_without_quantiles_has_no_band() -> None:
    assert len(forecast_chart(past(), ahead(False), EN, LIGHT, zone="UTC").data) == 3


def test_an_uncounted_day_is_a_hole_in_the_line_not_a_zero() -> None:
    history = forecast_chart(past(), ahead(False), EN, LIGHT, zone="UTC").data[0]
    assert np.isnan(history.y[1])
    assert history.connectgaps is False


def bars() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "agent": ["Eva", "Eva", "Олег"],
            "begin": pd.to_datetime(["2026-09-07 08:00", "2026-09-07 12:00", "2026-09-07 09:00"]),
            "finish": pd.to_datetime(["2026-09-07 12:00", "2026-09-07 12:30", "2026-09-07 17:00"]),
            "activity": ["work", "lunch", "work"],
            "shift": ["early", "early", None],
            "queue": ["phone/billing", None, "email/tech"],
        }
    )


def test_the_roster_has_one_trace_an_activity_with_bars_of_the_right_length(colours: Colours) -> None:
    figure = gantt_chart(bars(), ["Eva", "Олег"], EN, colours, zone="UTC")
    work, lunch = figure.data
    assert (work.name, lunch.name) == (EN("activity.work"), EN("activity.lunch"))
    assert list(work.x) == [4 * 3_600_000, 8 * 3_600_000]
    assert work.marker.color == colours.activities["work"]
    assert lunch.marker.color == colours.activities["lunch"]
    assert work.customdata[0][0] == "08:00–12:00"


def test_a_day_of_leave_does_not_stretch_the_axis() -> None:
    midnight = pd.Timestamp("2026-09-07")
    leave = pd.DataFrame(
        {"agent": ["Ann"], "begin": [midnight], "finish": [midnight + pd.Timedelta(days=1)], "activity": ["leave"]}
    ).assign(shift=None, queue=None)
    figure = gantt_chart(pd.concat([bars(), leave]), ["Eva", "Олег", "Ann"], EN, LIGHT, zone="UTC")
    assert figure.layout.xaxis.range == (pd.Timestamp("2026-09-07 08:00"), pd.Timestamp("2026-09-07 17:00"))
    assert figure.data[-1].name == EN("activity.leave")


def test_people_stand_from_top_to_bottom_and_those_without_bars_keep_a_line() -> None:
    figure = gantt_chart(bars(), ["Олег", "Eva", "Ann"], EN, LIGHT, zone="UTC")
    assert list(figure.layout.yaxis.categoryarray) == ["Олег", "Eva", "Ann"]
    assert list(figure.layout.yaxis.range) == [2.5, -0.5]


def test_coverage_stacks_the_gap_on_the_people_present(colours: Colours) -> None:
    cover = pd.DataFrame(
        {"time": pd.date_range("2026-09-07 08:00", periods=2, freq="30min"), "required": [4, 4], "present": [3, 4]}
    ).assign(gap=[1, 0])
    figure = coverage_chart(cover, EN, colours, zone="UTC", interval_minutes=30)
    present, gap, required = figure.data
    assert list(gap.y) == [1, 0]
    assert list(required.y) == [4, 4]
    assert [present.marker.color, gap.marker.color, required.line.color] == [
        colours.present,
        colours.gap,
        colours.required,
    ]
    assert figure.layout.barmode == "stack"
    assert present.width == 30 * 60_000


def test_a_waterfall_goes_from_the_typical_day_to_the_sum_of_all_parts(colours: Colours) -> None:
    parts = pd.DataFrame({"label": ["Typical", "Weekday", "Yours"], "contacts": [100.0, 12.0, -30.0], "text": "x"})
    bars = waterfall_chart(parts, "In all", EN, colours).data[0]
    assert list(bars.x) == ["Typical", "Weekday", "Yours", "In all"]
    assert list(bars.y) == [100, 12, -30, 82]
    assert list(bars.measure) == ["absolute", "relative", "relative", "total"]
    assert bars.text[-1] == "82.0"


def test_a_waterfall_of_small_steps_looks_at_where_they_happen_and_a_closed_day_at_zero() -> None:
    small = pd.DataFrame({"label": ["a", "b"], "contacts": [1000.0, 10.0], "text": "x"})
    low, high = waterfall_chart(small, "all", EN, LIGHT).layout.yaxis.range
    assert 800 < low < 1000 < 1010 < high
    closed = pd.DataFrame({"label": ["a", "b"], "contacts": [1000.0, -1000.0], "text": "x"})
    assert waterfall_chart(closed, "all", EN, LIGHT).layout.yaxis.range is None


def test_the_parts_of_all_days_are_stacked_under_the_line_of_the_numbers(colours: Colours) -> None:
    days = pd.date_range("2026-09-07", periods=2)
    parts = pd.DataFrame(
        {"day": [*days, *days], "part": ["level"] * 2 + ["weekday"] * 2, "contacts": [100.0, 100.0, 20.0, -5.0]}
    ).assign(label=["Typical"] * 2 + ["Weekday"] * 2)
    figure = parts_chart(parts, pd.DataFrame({"time": days, "offered": [120.0, 95.0]}), EN, colours)
    level, weekday, line = figure.data
    assert (list(level.y), list(weekday.y), list(line.y)) == ([100, 100], [20, -5], [120, 95])
    assert (level.marker.color, weekday.marker.color) == (colours.parts["level"], colours.parts["weekday"])
    assert figure.layout.barmode == "relative"


def test_factors_stand_on_one_and_shares_on_zero() -> None:
    factors = factor_chart(["Mon", "Tue"], [1.25, 0.5], EN, LIGHT, colour="weekday").data[0]
    assert (factors.base, list(factors.y)) == (1, [0.25, -0.5])
    shares = factor_chart(["08:00"], [0.125], EN, LIGHT, colour="hours", as_share=True).data[0]
    assert (shares.base, list(shares.y)) == (0, [0.125])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_writes_numbers_as_its_language_does(language: str) -> None:
    figure = forecast_chart(past(), ahead(False), Words(language), LIGHT, zone="UTC")
    assert figure.layout.separators == {"en": ".,", "ru": ",\u00a0"}[language]


def test_the_theme_chooses_the_colours() -> None:
    assert colours_of("dark") is DARK
    assert colours_of(None) is LIGHT
