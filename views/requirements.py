"""Requirements: how many people each interval needs to keep the promises to customers."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning import steps
from views.figures import CONFIG, heat_map
from views.parts import drivers, pickers, site
from views.parts.days import day_grid, local_times, of_queue
from views.parts.empty import next_step
from views.parts.language import colours_here, words_here
from views.parts.notices import heading, leave_note, reported, show_notes
from views.parts.price import price_view
from views.parts.staffing import staffing_of

words = words_here()
COLUMNS = ["scheduled", "agents", "load_erlangs", "service_level", "asa_seconds", "abandon_share", "occupancy"]
COLUMNS += ["expected_service_level", "probability_met", "blended_agents", "offered", "fresh"]
SHARES = ("service_level", "abandon_share", "occupancy", "expected_service_level", "probability_met")


def controls() -> None:
    """The share of days the plan shall suffice for, and the button that works the requirements out anew."""
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        chosen = st.select_slider(
            words("requirements.percentile"), ["mean", *range(50, 100, 5)], key="percentile", width=420,
            help=words("requirements.percentile_help"),
            format_func=lambda p: words("requirements.mean") if p == "mean" else words("requirements.of_days", share=p),
        )  # fmt: skip
        if st.button(words("requirements.make"), type="primary", icon=":material/calculate:"):
            with reported(words), st.spinner(words("step.requirements")):
                steps.make_requirements(site.session(), percentile=None if chosen == "mean" else float(chosen))
                leave_note(words("requirements.made"))
                st.rerun()


@st.fragment
def need() -> None:
    """Headline numbers and heat map of one queue or all together; what drives the chosen cell."""
    site.look_again()
    requirements = site.table("requirements")
    if requirements is None:
        return
    queue = pickers.queue_picker(requirements, words, key="need_queue", every=True)
    part = of_queue(requirements, queue)
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
    queue = pickers.queue_picker(requirements, words, key="price_queue")
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
    part = of_queue(requirements, pickers.queue_picker(requirements, words, key="need_queue", every=True))
    columns = [name for name in COLUMNS if name in part]
    shown = part.assign(time=local_times(part["start"], site.zone()))[["queue", "time", *columns]]
    config = {name: st.column_config.NumberColumn(words(f"column.{name}"), format="%.2f") for name in columns}
    config |= {n: st.column_config.NumberColumn(words(f"column.{n}"), format="percent") for n in SHARES if n in part}
    st.dataframe(
        shown, hide_index=True, height=560, alt=words("requirements.table"), placeholder="–",
        column_config={"queue": words("app.queue"), "time": pickers.time_column(words), **config},
    )  # fmt: skip


VIEWS = {"need": need, "price": price, "table": by_interval}
heading("requirements", words)
if not site.has("forecast") or not site.has("requirements"):
    next_step("requirements", words)
else:
    pickers.stale_hint("requirements", words)
    controls()
    view = pickers.view_switch("requirements", tuple(VIEWS), words)
    with reported(words):
        VIEWS[view]()
show_notes()
