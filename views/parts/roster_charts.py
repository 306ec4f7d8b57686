"""The roster as pictures: a line a person, required against present people, and where they are missing."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from views.figures import CONFIG, cover_heat, coverage_chart, gantt_chart
from views.locale import Words
from views.parts import pickers, plan, site
from views.parts.days import day_list, on_days
from views.parts.language import colours_here
from views.parts.staffing import bars_of, bars_on, biggest_gaps, cover_by_interval, cover_grid, in_order

PEOPLE_SHOWN = 60


def span_picker(frame: pd.DataFrame, key: str, words: Words) -> tuple[pd.Timestamp, int]:
    """The whole roster or one of its days: first local day and number of days."""
    days = day_list(frame, site.zone())
    chosen = st.pills(
        words("app.day"), ["week", *days], default="week", required=True, key=key, label_visibility="collapsed",
        format_func=lambda d: words("roster.whole") if d == "week" else words.day(d),
    )  # fmt: skip
    return (pd.Timestamp(str(chosen)), 1) if chosen in days else (pd.Timestamp(days[0]), len(days))


def people(roster: pd.DataFrame, words: Words) -> None:
    """A line a person, a bar an activity; long lists in pages."""
    if roster.empty:
        st.info(words("roster.nobody"), icon=":material/person_off:")
        return
    queues = sorted({name for cell in roster["queue"].dropna() for name in cell.split("|") if name})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        queue = pickers.queue_box(queues, words, key="gantt_queue", every=True)
        first, days = span_picker(roster, "gantt_day", words)
    bars = bars_on(bars_of(roster, site.zone(), queue, plan.names()), first, days)
    order = in_order(bars)
    pages = max(1, -(-len(order) // PEOPLE_SHOWN))
    page = st.pagination(pages, key="gantt_page") if pages > 1 else 1
    shown = order[(page - 1) * PEOPLE_SHOWN : page * PEOPLE_SHOWN]
    figure = gantt_chart(bars[bars["agent"].isin(shown)], shown, words, colours_here(), zone=site.zone())
    st.plotly_chart(figure, config=CONFIG, key="gantt", alt=words("roster.gantt_alt"))


def coverage(words: Words) -> None:
    """Required against present, and where it falls short."""
    found = site.table("coverage")
    if found is None or found.empty:
        st.info(words("app.nothing_here"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        queue = pickers.queue_picker(found, words, key="cover_queue", every=True)
        first, days = span_picker(found, "cover_day", words)
    part = found if queue is None else found[found["queue"] == queue]
    part = on_days(part, site.zone(), first.date(), (first + pd.Timedelta(days=days - 1)).date())
    figure = coverage_chart(
        cover_by_interval(part, site.zone(), site.interval_minutes()), words, colours_here(), zone=site.zone(),
        interval_minutes=site.interval_minutes(),
    )  # fmt: skip
    st.plotly_chart(figure, config=CONFIG, key="coverage", alt=words("roster.coverage_alt"))
    heat(part, words, by_queue=days == 1 and queue is None)
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


def heat(part: pd.DataFrame, words: Words, *, by_queue: bool) -> None:
    """Where people are missing and where there are too many: by day, or on one day by queue."""
    grid = cover_grid(part, site.zone(), "queue" if by_queue else "day")
    if grid.empty:
        return
    labels = [str(name) if by_queue else words.day(pd.Timestamp(str(name)).date()) for name in grid.columns]
    st.subheader(words("roster.heat"), anchor=False)
    figure = cover_heat(grid, labels, words, colours_here(), zone=site.zone())
    st.plotly_chart(figure, config=CONFIG, key="cover_heat", alt=words("roster.heat"))
