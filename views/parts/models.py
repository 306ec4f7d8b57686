"""Every model of a queue and how it did in the backtest; which model the next forecast takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from views.locale import Words
from views.parts import pickers
from views.parts.days import of_queue
from views.parts.empty import make_forecast
from views.parts.progress import Progress, run_in_sight

COLUMNS = (
    "chosen", "queue", "model", "wape", "noise_floor", "mase", "bias_share", "pinball", "coverage_80", "coverage_95",
    "days",
)  # fmt: skip
SHARES = (
    "wape", "noise_floor", "naive_wape", "gain", "bias_share", "pinball", "coverage_80", "coverage_95",
)  # fmt: skip


def _share(name: str) -> Callable[[Words], Any]:
    return lambda words: st.column_config.NumberColumn(words(f"column.{name}"), format="percent")


COLUMNS_OF: Mapping[str, Callable[[Words], Any]] = {
    "chosen": lambda words: st.column_config.CheckboxColumn(words("column.chosen"), width="small"),
    "queue": lambda words: words("app.queue"),
    "model": lambda words: words("column.model"),
    "mase": lambda words: st.column_config.NumberColumn(words("column.mase"), format="%.2f"),
    "days": lambda words: words("column.days_scored"),
    **{name: _share(name) for name in SHARES},
}


def ranked(scores: pd.DataFrame, lead: str) -> pd.DataFrame:
    """Scores of one lead time, the chosen model first, then by WAPE."""
    part = scores[scores["lead"] == lead]
    return part.sort_values(["queue", "chosen", "wape"], ascending=[True, False, True]).reset_index(drop=True)


def lead_picker(scores: pd.DataFrame, words: Words) -> str:
    """One of the lead times, the longest at first."""
    leads = sorted(scores["lead"].unique(), key=len)
    chosen = st.segmented_control(words("column.lead"), leads, default=leads[-1], required=True, key="lead")
    return str(chosen)


def models_of_queue(scores: pd.DataFrame, lead: str, words: Words) -> None:
    """All models that were tried for a queue, the chosen one first."""
    with st.container(border=True):
        st.subheader(words("models.scores"), anchor=False)
        queue = pickers.queue_picker(scores, words, key="scores_queue")
        table = ranked(of_queue(scores, queue), lead)
        st.dataframe(
            table[list(COLUMNS)], hide_index=True, placeholder="–", alt=words("models.scores"), key="models",
            column_config={name: make(words) for name, make in COLUMNS_OF.items() if name in COLUMNS},
        )  # fmt: skip


def next_forecast(scores: pd.DataFrame | None, pins: Mapping[str, str], words: Words) -> None:
    """Forecast again: the best models, one for all queues this time, or one that is pinned to a queue from now on."""
    queues, names = ([], []) if scores is None else (sorted(scores[n].unique()) for n in ("queue", "model"))
    with st.container(border=True):
        st.subheader(words("models.make"), anchor=False)
        st.caption(words("models.make_help"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            queue = pickers.queue_box(queues, words, key="pin_queue", every=True)
            options = ["", *dict.fromkeys([*names, *pins.values()])]
            held = pins.get(queue, "") if queue else ""
            model = st.selectbox(
                words("column.model"), options, index=options.index(held), key=f"model_{queue}_{held}", width=320,
                format_func=lambda name: name or words("models.best"),
            )  # fmt: skip
            pressed = st.button(words("empty.make_forecast"), type="primary", icon=":material/play_arrow:", key="again")
        if pressed and run_in_sight(words("empty.make_forecast"), _work(queue, model, pins), words) is not None:
            st.rerun()
        for name, pin in sorted(pins.items()):
            st.caption(words("models.pinned", queue=name, model=pin))


def _work(queue: str | None, model: str, pins: Mapping[str, str]) -> Callable[[Progress], bool]:
    """The forecast with one model for all, or with the queue's pin set (an empty model takes it off)."""
    if queue is None:
        return lambda progress: make_forecast(progress, model or None)
    others = {name: pin for name, pin in pins.items() if name != queue}
    return lambda progress: make_forecast(progress, pins={**others, queue: model} if model else others)
