"""Roster: who works when, what it covers, what it costs, and the way to publish and hand it out."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from views.figures import CONFIG, coverage_chart, gantt_chart
from views.parts import pickers, plan, site
from views.parts.days import day_list, on_days
from views.parts.drafts import drafts_view, has_two_drafts
from views.parts.empty import next_step
from views.parts.exports import export_buttons
from views.parts.language import colours_here, words_here
from views.parts.notices import heading, reported, show_notes
from views.parts.proof import proof_view
from views.parts.repairing import repair_panel
from views.parts.rostering import audit_table, hours_table, make_panel, summary_cards
from views.parts.staffing import bars_of, bars_on, biggest_gaps, cover_by_interval, in_order

words = words_here()
PEOPLE_SHOWN = 60


def span_picker(frame: pd.DataFrame, key: str) -> tuple[pd.Timestamp, int]:
    """The whole roster or one of its days: first local day and number of days."""
    days = day_list(frame, site.zone())
    chosen = st.pills(
        words("app.day"), ["week", *days], default="week", required=True, key=key, label_visibility="collapsed",
        format_func=lambda d: words("roster.whole") if d == "week" else words.day(d),
    )  # fmt: skip
    return (pd.Timestamp(str(chosen)), 1) if chosen in days else (pd.Timestamp(days[0]), len(days))


def people(roster: pd.DataFrame) -> None:
    """A line a person, a bar an activity; long lists in pages."""
    queues = sorted({name for cell in roster["queue"].dropna() for name in cell.split("|") if name})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        queue = pickers.queue_box(queues, words, key="gantt_queue", every=True)
        first, days = span_picker(roster, "gantt_day")
    bars = bars_on(bars_of(roster, site.zone(), queue, plan.names()), first, days)
    order = in_order(bars)
    pages = max(1, -(-len(order) // PEOPLE_SHOWN))
    page = st.pagination(pages, key="gantt_page") if pages > 1 else 1
    shown = order[(page - 1) * PEOPLE_SHOWN : page * PEOPLE_SHOWN]
    figure = gantt_chart(bars[bars["agent"].isin(shown)], shown, words, colours_here(), zone=site.zone())
    st.plotly_chart(figure, config=CONFIG, key="gantt", alt=words("roster.gantt_alt"))


def coverage() -> None:
    """Required against present, and where it falls short."""
    found = site.table("coverage")
    if found is None:
        st.info(words("app.nothing_here"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        queue = pickers.queue_picker(found, words, key="cover_queue", every=True)
        first, days = span_picker(found, "cover_day")
    part = found if queue is None else found[found["queue"] == queue]
    part = on_days(part, site.zone(), first.date(), (first + pd.Timedelta(days=days - 1)).date())
    figure = coverage_chart(
        cover_by_interval(part, site.zone(), site.interval_minutes()), words, colours_here(), zone=site.zone(),
        interval_minutes=site.interval_minutes(),
    )  # fmt: skip
    st.plotly_chart(figure, config=CONFIG, key="coverage", alt=words("roster.coverage_alt"))
    gaps = biggest_gaps(part, site.zone())
    if gaps.empty:
        st.success(words("roster.no_gaps"), icon=":material/check:")
    else:
        st.subheader(words("roster.gaps"), anchor=False)
        config = {
            name: st.column_config.NumberColumn(words(f"figure.{name}"), format="%.1f")
            for name in ("required", "present", "gap")
        }
        st.dataframe(
            gaps,
            hide_index=True,
            column_config={"queue": words("app.queue"), "time": pickers.time_column(words), **config},
        )


def roster_views(roster: pd.DataFrame) -> None:
    """What the roster is worth, the files to take away, and one of its views."""
    summary_cards(words)
    export_buttons(words)
    repair_panel(roster, words)
    show: dict[str, Callable[[], None]] = {
        "people": lambda: people(roster),
        "coverage": coverage,
        "hours": lambda: hours_table(words),
        "audit": lambda: audit_table(words),
        "proof": lambda: proof_view(words),
    }
    if has_two_drafts():
        show["drafts"] = lambda: drafts_view(words)
    view = pickers.view_switch("roster", list(show), words)
    with st.container(border=True):
        show[view]()


heading("roster", words)
if not site.has("requirements"):
    next_step("roster", words)
else:
    with reported(words):
        pickers.stale_hint("roster", words)
        make_panel(words)
        made = site.table("roster")
        if made is not None:
            roster_views(made)
show_notes()
