"""Small choices that several pages offer: a queue, a range of days; and the hint that a table is out of date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from views.locale import Words
from views.parts import plan, site
from views.parts.days import day_list
from views.parts.language import in_address

ALL = ""  # an option None would give the box a button that clears it


def queue_picker(frame: pd.DataFrame, words: Words, *, key: str, every: bool = False) -> str | None:
    """One of the frame's queues; with `every` also all together (None), which comes first."""
    queues = sorted(frame["queue"].unique())
    return queue_box(queues, words, key=key, every=every)


def queue_box(queues: Sequence[str], words: Words, *, key: str, every: bool = False) -> str | None:
    """One of the queues named, or all of them (None)."""
    chosen = st.selectbox(
        words("app.queue"), [ALL, *queues] if every else queues, key=key, width=280, persist_state="session",
        format_func=lambda queue: queue or words("app.all_queues"),
    )  # fmt: skip
    return chosen or None


def view_switch(page: str, views: Sequence[str], words: Words) -> str:
    """One of the views of a page, the first one at first; the others stand in the address (`?view=log`)."""
    asked = st.query_params.get("view")
    chosen = st.segmented_control(
        words("app.view"), views, default=asked if asked in views else views[0], required=True, key=f"{page}_view",
        label_visibility="collapsed", format_func=lambda name: words(f"{page}.view_{name}"),
    )  # fmt: skip
    view = chosen or views[0]
    in_address("view", view, usual=views[0])
    return view


def day_range(frame: pd.DataFrame, words: Words, *, key: str, days: int) -> tuple[date, date]:
    """A range of the frame's local days; the last `days` of them at first. A half-made choice is one day."""
    known = day_list(frame, site.zone())
    first, last = known[0], known[-1]
    chosen = st.date_input(
        words("app.days"), (max(first, last - timedelta(days - 1)), last), first, last, key=key, format="YYYY-MM-DD",
        width=280,
    )  # fmt: skip
    picked = chosen if isinstance(chosen, tuple) else (chosen,)
    return (picked[0], picked[-1]) if picked else (first, last)


def stale_hint(kind: str, words: Words) -> None:
    """Say so where the table was made before the last change of what it depends on."""
    if plan.stale(kind):
        st.info(words(f"{kind}.stale"), icon=":material/update:")


def time_column(words: Words) -> Any:
    """How tables show a naive local time: sortable, to the minute, the zone in the head."""
    return st.column_config.DatetimeColumn(words("app.local_time", zone=site.zone()), format="YYYY-MM-DD HH:mm")
