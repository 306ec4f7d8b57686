"""Requirements: how many people each interval needs to keep the promises to customers."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning.previews import forecast_queues
from views.figures import CONFIG, heat_map
from views.parts import drivers, pickers, site
from views.parts.days import day_grid, of_queue
from views.parts.empty import next_step
from views.parts.language import colours_here, words_here
from views.parts.need_table import need_table, seats_warning
from views.parts.notices import heading, reported, show_notes
from views.parts.outbound import outbound_panel
from views.parts.price import price_view
from views.parts.staffing import staffing_of
from views.parts.work_out import work_out

words = words_here()


@st.fragment
def need() -> None:
    """Headline numbers and heat map of one queue or all together; what drives the chosen cell."""
    site.look_again()
    requirements = site.table("requirements")
    if requirements is None:
        return
    queue = pickers.queue_picker(requirements, words, key="need_queue", every=True)
    part = of_queue(requirements, queue)
    seats_warning(part, words)
    found, zone = staffing_of(part), site.zone()
    with st.container(horizontal=True):
        st.metric(words("requirements.peak"), words.number(found.peak_people, 1), border=True)
        st.metric(words("requirements.peak_at"), site.moment(found.peak_start, words), border=True)
        st.metric(words("requirements.hours"), words.number(found.agent_hours), border=True)
        st.metric(
            words("requirements.unreachable"), words.number(found.unreachable), border=True,
            help=words("requirements.unreachable_help"),
        )  # fmt: skip
    cell = drivers.chosen_cell(part, found.peak_start, zone)
    if cell is None:
        return
    with st.container(border=True):
        figure = heat_map(
            *day_grid(part, "scheduled", zone), words, colours_here(), unit=words("unit.people"), zone=zone, height=480,
            chosen=(pd.Timestamp(cell[0]), cell[1]),
        )  # fmt: skip
        st.plotly_chart(
            figure, config=CONFIG, key=drivers.CHART, alt=words("requirements.heat_alt"),
            on_select=drivers.picked_cell, selection_mode="points",
        )  # fmt: skip
    with reported(words):
        drivers.cell_card(part, queue, words)


@st.fragment
def price() -> None:
    """What the promises of one queue cost."""
    site.look_again()
    requirements = site.table("requirements")
    if requirements is None:
        return
    queue = pickers.queue_box(forecast_queues(requirements), words, key="price_queue")
    if queue is not None:
        with reported(words):
            price_view(queue, words)


@st.fragment
def by_interval() -> None:
    """Every number of every interval, of one queue or all."""
    site.look_again()
    requirements = site.table("requirements")
    if requirements is None:
        return
    need_table(of_queue(requirements, pickers.queue_picker(requirements, words, key="need_queue", every=True)), words)


def outbound() -> None:
    """Contacts to be made, as planned work."""
    outbound_panel(words)


VIEWS = {"need": need, "price": price, "table": by_interval, "outbound": outbound}
heading("requirements", words)
if not site.has("forecast") or not site.has("requirements"):
    next_step("requirements", words)
else:
    pickers.stale_hint("requirements", words)
    work_out(words)
    view = pickers.view_switch("requirements", tuple(VIEWS), words)
    with reported(words):
        VIEWS[view]()
show_notes()
