"""Every number of every interval of the requirements, and where there are too few seats."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning.previews import seats_missing
from views.locale import Words
from views.parts import pickers, site
from views.parts.days import local_times

COLUMNS = ["scheduled", "agents", "wanted_agents", "load_erlangs", "service_level", "asa_seconds", "abandon_share"]
COLUMNS += ["occupancy", "expected_service_level", "probability_met", "blended_agents", "offered", "fresh"]
SHARES = ("service_level", "abandon_share", "occupancy", "expected_service_level", "probability_met")


def need_table(part: pd.DataFrame, words: Words) -> None:
    """The rows of some queues; columns without any value are left out."""
    columns = [name for name in COLUMNS if name in part and part[name].notna().any()]
    shown = part.assign(time=local_times(part["start"], site.zone()))[["queue", "time", *columns]]
    config = {name: st.column_config.NumberColumn(words(f"column.{name}"), format="%.2f") for name in columns}
    config |= {n: st.column_config.NumberColumn(words(f"column.{n}"), format="percent") for n in SHARES if n in columns}
    st.dataframe(
        shown, hide_index=True, height=560, alt=words("requirements.table"), placeholder="–",
        column_config={"queue": words("app.queue"), "time": pickers.time_column(words), **config},
    )  # fmt: skip


def seats_warning(requirements: pd.DataFrame, words: Words) -> None:
    """A sentence for each group of queues whose seats are too few; nothing where they suffice."""
    for short in seats_missing(site.session(), requirements):
        level = ", ".join(f"{queue} {words.percent(share)}" for queue, share in short.levels.items()) or "–"
        st.warning(
            words(
                "requirements.seats", queues=short.pattern, people=words.number(short.people, 1),
                seats=words.number(short.seats), moment=site.moment(short.worst, words), count=short.intervals,
                level=level,
            ),
            icon=":material/event_seat:",
        )  # fmt: skip
