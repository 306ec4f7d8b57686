"""Forecast: what is expected, how sure that is, and the planner's changes with their effect on staffing."""

from __future__ import annotations

from datetime import date

import streamlit as st

from domain.tables import QUANTILES
from views.figures import CONFIG, forecast_chart
from views.parts import pickers, site
from views.parts.adjustments import adjustment_form, adjustment_list, edit_table
from views.parts.days import by_interval, day_bands, day_list, day_sums, of_queue, on_days
from views.parts.empty import next_step
from views.parts.events import events_panel
from views.parts.language import colours_here, words_here
from views.parts.models import model_panel
from views.parts.notices import heading, reported, show_notes
from views.parts.staffing import Staffing

words = words_here()
PAST_DAYS = 42


def effect(queue: str) -> None:
    """Contacts, peak and agent-hours of the queue: before the adjustments and after."""
    before, after = site.effect_of_adjustments(queue)
    contacts_before, contacts_after = site.contacts_of(queue)
    with st.container(horizontal=True, key="effect"):
        _moved(words("forecast.contacts"), contacts_before, contacts_after, 0)
        if isinstance(before, Staffing) and isinstance(after, Staffing):
            _moved(words("forecast.peak_people"), before.peak_people, after.peak_people, 1)
            _moved(words("forecast.agent_hours"), before.agent_hours, after.agent_hours, 0)


def _moved(label: str, before: float, after: float, digits: int) -> None:
    change = round(after - before, digits)
    st.metric(
        label,
        f"{words.number(before, digits)} → {words.number(after, digits)}" if change else words.number(after, digits),
        delta=words.signed(change, digits) if change else None,
        delta_color="off",
        border=True,
    )


def chart(queue: str, day: date | None) -> None:
    """History, baseline, adjusted and bands: by day, or by interval of the day that is edited."""
    ahead, past, zone = of_queue(site.adjusted(), queue), site.table("history"), site.zone()
    if day is None:
        shown = day_bands(ahead, zone)
        before = shown.iloc[:0] if past is None else day_sums(of_queue(past, queue), ["offered"], zone)
        before = before.tail(PAST_DAYS)
    else:
        columns = ["baseline", "offered", *[name for name in QUANTILES if name in ahead]]
        shown = by_interval(on_days(ahead, zone, day, day), columns, zone)
        before = shown.iloc[:0]
    figure = forecast_chart(before, shown, words, colours_here(), zone=zone, within_a_day=day is not None)
    st.plotly_chart(figure, config=CONFIG, key="forecast_chart", alt=words("forecast.chart_alt", queue=queue))


@st.fragment
def workbench() -> None:
    """Queue, chart, table and list: one fragment, so that an edit shows its effect at once."""
    site.look_again()
    adjusted = site.adjusted()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        queue = str(pickers.queue_picker(adjusted, words, key="queue"))
        grain = st.segmented_control(
            words("forecast.grain"), ("days", "intervals"), default="days", required=True, key="grain",
            format_func=lambda name: words(f"forecast.grain_{name}"),
        )  # fmt: skip
        day = None
        if grain == "intervals":
            days = day_list(of_queue(adjusted, queue), site.zone())
            day = st.selectbox(words("app.day"), days, format_func=words.day, key="forecast_day", width=200)
    effect(queue)
    with st.container(border=True):
        chart(queue, day)
    left, right = st.columns([5, 6])
    with left, st.container(border=True):
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
    show = {"plan": lambda _: workbench(), "models": model_panel, "events": events_panel}
    with reported(words):
        show[pickers.view_switch("forecast", list(show), words)](words)
