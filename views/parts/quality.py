"""How good the forecast of each queue is: errors on days it had not seen, beside what chance alone explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from planning import steps
from views.locale import Words
from views.parts import site
from views.parts.models import COLUMNS_OF, lead_picker, models_of_queue, next_forecast

NAIVE = ("seasonal_naive", "weekday_average_4", "weekday_average_8")


def quality_table(scores: pd.DataFrame, lead: str) -> pd.DataFrame:
    """The chosen model of each queue at one lead time, beside the best of the naive models.

    Columns queue, model, wape, noise_floor, naive_wape (NaN where none was tried), gain (share of the naive error that
    the model avoids), bias_share, coverage_80, coverage_95, days.
    """
    part = scores[scores["lead"] == lead]
    naive = part[part["model"].isin(NAIVE)].groupby("queue")["wape"].min()
    chosen = part[part["chosen"]].drop_duplicates("queue").sort_values("queue", ignore_index=True)
    chosen = chosen.assign(naive_wape=chosen["queue"].map(naive))
    gain = (1 - chosen["wape"] / chosen["naive_wape"]).where(chosen["naive_wape"] > 0)
    names = ["queue", "model", "wape", "noise_floor", "naive_wape", "gain", "bias_share", "coverage_80", "coverage_95"]
    return chosen.assign(gain=gain)[[*names, "days"]]


def in_words(flags: Sequence[str], words: Words) -> str:
    """Flags such as LOW_HISTORY as a planner says them."""
    return ", ".join(words.either(f"flag.{flag}", flag) for flag in flags)


def quality_panel(words: Words) -> None:
    """A line a queue, sortable; the models of one queue; the next forecast and its pins."""
    scores, details = site.table("scores"), _details()
    for queue, reason in list(details.get("failures", {}).items())[:10]:
        st.warning(words("quality.failed", queue=queue, reason=reason), icon=":material/error:")
    pins = steps.pinned_models(site.session())
    if scores is None or scores.empty:
        st.info(words("models.no_scores"))
        next_forecast(scores, pins, words)
        return
    with st.container(border=True):
        st.subheader(words("quality.title"), anchor=False)
        st.caption(words("models.explain"))
        lead = lead_picker(scores, words)
        table = quality_table(scores, lead)
        better = int((table["gain"] > 0).sum())
        st.caption(words("quality.better", better=better, all=int(table["gain"].notna().sum())))
        _table(table, details.get("flags", {}), pins, words)
    models_of_queue(scores, lead, words)
    next_forecast(scores, pins, words)


def _details() -> Mapping[str, Any]:
    record = site.record("forecast")
    return {} if record is None else record.details


def _table(table: pd.DataFrame, flags: Mapping[str, Sequence[str]], pins: Mapping[str, str], words: Words) -> None:
    shown = table.assign(
        pinned=[queue in pins for queue in table["queue"]],
        flags=[in_words(flags.get(queue, ()), words) for queue in table["queue"]],
    )
    said = ["flags"] if shown["flags"].ne("").any() else []
    order = ["queue", "model", "pinned", *said, *table.columns[2:]]
    st.dataframe(
        shown[order], hide_index=True, height=min(420, 38 + 35 * len(shown)), placeholder="–", key="quality",
        alt=words("quality.title"),
        column_config={
            **{name: make(words) for name, make in COLUMNS_OF.items() if name in order},
            "pinned": st.column_config.CheckboxColumn(words("column.pinned"), width="small"),
            "flags": st.column_config.TextColumn(words("column.flags"), width="medium"),
        },
    )  # fmt: skip
