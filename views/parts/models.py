"""Which model forecasts which queue, and how it did in the backtest."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from views.locale import Words
from views.parts import pickers, site
from views.parts.days import of_queue
from views.parts.empty import make_forecast
from views.parts.progress import run_in_sight

COLUMNS = (
    "chosen", "queue", "model", "wape", "noise_floor", "mase", "bias_share", "pinball", "coverage_80", "coverage_95",
    "days",
)  # fmt: skip
SHARES = ("wape", "noise_floor", "bias_share", "pinball", "coverage_80", "coverage_95")


def ranked(scores: pd.DataFrame, lead: str) -> pd.DataFrame:
    """Scores of one lead time, the chosen model first, then by WAPE."""
    part = scores[scores["lead"] == lead]
    return part.sort_values(["queue", "chosen", "wape"], ascending=[True, False, True]).reset_index(drop=True)


def model_panel(words: Words) -> None:
    """Scores per queue, the chosen model marked, and the choice of the model for the next forecast."""
    scores = site.table("scores")
    with st.container(border=True):
        st.subheader(words("models.make"), anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            names = [] if scores is None else sorted(scores["model"].unique())
            model = st.selectbox(
                words("column.model"),
                ["", *names],
                format_func=lambda m: m or words("models.best"),
                key="model",
                width=320,
            )
            pressed = st.button(words("empty.make_forecast"), type="primary", icon=":material/play_arrow:")
        if (
            pressed
            and run_in_sight(
                words("empty.make_forecast"), lambda progress: make_forecast(progress, model or None), words
            )
            is not None
        ):
            st.rerun()
    if scores is None or scores.empty:
        st.info(words("models.no_scores"))
        return
    with st.container(border=True):
        st.subheader(words("models.scores"), anchor=False)
        st.caption(words("models.explain"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            queue = pickers.queue_picker(scores, words, key="scores_queue", every=True)
            lead = st.segmented_control(
                words("column.lead"),
                sorted(scores["lead"].unique()),
                default=_longest(scores),
                required=True,
                key="lead",
            )
        table = ranked(of_queue(scores, queue), lead)
        config = {name: st.column_config.NumberColumn(words(f"column.{name}"), format="percent") for name in SHARES}
        st.dataframe(
            table[list(COLUMNS)],
            hide_index=True, height=460, placeholder="–", alt=words("models.scores"),
            column_config={
                "chosen": st.column_config.CheckboxColumn(words("column.chosen"), width="small"),
                "queue": words("app.queue"),
                "model": words("column.model"),
                "mase": st.column_config.NumberColumn(words("column.mase"), format="%.2f"),
                "days": words("column.days_scored"),
                **config,
            },
        )  # fmt: skip


def _longest(scores: pd.DataFrame) -> str:
    return str(sorted(scores["lead"].unique(), key=len)[-1])
