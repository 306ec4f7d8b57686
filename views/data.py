"""Data: import tickets, see what is there, keep the site's files."""

from __future__ import annotations

import streamlit as st

from views.figures import CONFIG, heat_map
from views.parts import pickers, site
from views.parts.cleaning import cleaning_panel
from views.parts.days import day_grid, of_queue, on_days
from views.parts.empty import empty_site
from views.parts.imports import import_log, import_panel
from views.parts.language import colours_here, words_here
from views.parts.notices import heading, reported, show_notes
from views.parts.patience import patience_panel
from views.parts.site_files import site_files_panel

words = words_here()


def kpis() -> None:
    """How much there is and how fresh it is."""
    facts = site.freshness()
    if facts is None:
        return
    with st.container(horizontal=True):
        st.metric(words("data.contacts"), words.number(facts.contacts), border=True)
        st.metric(words("data.queues"), words.number(facts.queues), border=True)
        st.metric(words("data.first_day"), words.day(facts.first_day, year=True), border=True)
        st.metric(words("data.last_day"), words.day(facts.last_day, year=True), border=True)


def volume() -> None:
    """Contacts by day and hour; closed hours grey, holes in colour."""
    history = site.table("history")
    if history is None:
        st.info(words("data.no_history"))
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            queue = pickers.queue_picker(history, words, key="volume_queue", every=True)
            first, last = pickers.day_range(history, words, key="volume_days", days=56)
        part = on_days(of_queue(history, queue), site.zone(), first, last)
        if part.empty:
            st.info(words("app.nothing_here"))
            return
        figure = heat_map(
            *day_grid(part, "offered", site.zone()),
            words,
            colours_here(),
            unit=words("unit.contacts"),
            zone=site.zone(),
        )
        st.plotly_chart(figure, config=CONFIG, key="volume", alt=words("data.volume_alt"))


heading("data", words)
if not site.has("tickets"):
    empty_site(words, here=True)
kpis()
show = {
    "import": import_panel,
    "volume": lambda _: volume(),
    "cleaning": cleaning_panel,
    "patience": patience_panel,
    "files": site_files_panel,
    "log": import_log,
}
view = pickers.view_switch("data", list(show), words)
with reported(words):
    show[view](words)
show_notes()
