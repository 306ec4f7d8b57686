"""Forecast: what is expected, how sure that is, and the planner's changes with their effect on staffing."""

from __future__ import annotations

from datetime import date

import streamlit as st

from views.figures import CONFIG, forecast_chart
from views.parts import pickers, site
from views.parts.adjustments import adjustment_form, adjustment_list, edit_table
from views.parts.days import day_list, is_group, of_queue
from views.parts.effect import effect
from views.parts.empty import next_step
from views.parts.events import events_panel
from views.parts.explain import why_panel
from views.parts.language import colours_here, words_here
from views.parts.notices import heading, reported, show_notes
from views.parts.quality import quality_panel
from views.parts.today import today_panel
from views.parts.totals import PERIODS, charted, group_name, past_totals, queue_or_group, totals_panel

words = words_here()
PAST = {"days": 42, "weeks": 26}


def chart(queue: str, grain: str, day: date | None) -> None:
    """History, baseline, adjusted and bands: by day or week, or by interval of the day that is edited."""
    shown = charted(queue, grain, day)
    before = past_totals(queue, grain, PAST[grain]) if grain in PAST else shown.iloc[:0]
    figure = forecast_chart(before, shown, words, colours_here(), zone=site.zone(), within_a_day=day is not None)
    alt = words("forecast.chart_alt", queue=group_name(queue, words))
    st.plotly_chart(figure, config=CONFIG, key="forecast_chart", alt=alt)


@st.fragment
def workbench() -> None:
    """Queue, chart, table and list: one fragment, so that an edit shows its effect at once."""
    site.look_again()
    adjusted = site.adjusted()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        queue = queue_or_group(adjusted, words, key="queue")
        grain = st.segmented_control(
            words("forecast.grain"), list(PERIODS), default="days", required=True, key="grain",
            format_func=lambda name: words(f"forecast.grain_{name}"),
        )  # fmt: skip
        day = None
        if grain == "intervals":
            days = day_list(of_queue(adjusted, queue), site.zone())
            day = st.selectbox(words("app.day"), days, format_func=words.day, key="forecast_day", width=200)
    effect(queue, words)
    today_panel(queue, words)
    with st.container(border=True):
        chart(queue, grain, day)
    left, right = st.columns([5, 6])
    with left, st.container(border=True):
        if is_group(queue) or grain == "weeks":
            totals_panel(queue, grain, day, words)
        else:
            edit_table(queue, day, words)
    with right, st.container(border=True):
        adjustment_list(queue, words)
        adjustment_form(queue, words)
    show_notes()


heading("forecast", words)
if not site.has("forecast"):
    next_step("forecast", words)
    with reported(words):
        events_panel(words)
else:
    show = {"plan": lambda _: workbench(), "why": why_panel, "quality": quality_panel, "events": events_panel}
    with reported(words):
        show[pickers.view_switch("forecast", list(show), words)](words)
