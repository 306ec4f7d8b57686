"""The night's work: start it, follow it, see what it did and what is published."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from planning import nightly, steps
from views.locale import Words
from views.parts import plan, site
from views.parts.days import local_times
from views.parts.notices import leave_note
from views.parts.progress import Progress, run_in_sight

BAD = ("failed", "partly", "killed")


def night_panel(words: Words) -> None:
    """The last run in four numbers and the button that plans everything now."""
    runs = steps.runs(site.session())
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(runs):
            last = runs.iloc[0]
            st.metric(words("runs.last"), words.either(f"status.{last['status']}", str(last["status"])), border=True)
            st.metric(words("runs.when"), site.moment(last["started_at"], words), border=True)
            st.metric(words("column.seconds"), words.number(last["seconds"], 1), border=True)
        st.metric(words("runs.count"), words.number(len(runs)), border=True)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(words("runs.night"))
        pressed = st.button(words("runs.start"), type="primary", icon=":material/play_arrow:", key="night")
    report = run_in_sight(words("runs.start"), _night, words) if pressed else None
    if report is not None:
        if report.failures:
            leave_note(words("runs.ended_with", failures=len(report.failures)), ":material/report:", stays=True)
        else:
            leave_note(words("runs.ended"))
        st.rerun()


def _night(progress: Progress) -> nightly.NightReport:
    return nightly.run_night(site.session(), progress=progress)


def run_table(words: Words) -> None:
    """Every run, newest first."""
    runs = steps.runs(site.session())
    with st.container(border=True):
        st.subheader(words("runs.history"), anchor=False)
        if runs.empty:
            st.caption(words("runs.none"))
            return
        shown = runs.assign(
            started_at=local_times(runs["started_at"], site.zone()).dt.floor("s"),
            status=[words.either(f"status.{status}", status) for status in runs["status"]],
        )
        names = ["started_at", "status", "seconds", "engine", "exit_code", "message"]
        config: dict[str, Any] = {name: words(f"column.{name}") for name in names}
        config["seconds"] = st.column_config.NumberColumn(words("column.seconds"), format="%.1f")
        st.dataframe(shown[names], hide_index=True, column_config=config, placeholder="–", alt=words("runs.history"))


def run_steps(words: Words) -> None:
    """The steps of one run with their seconds and what they said."""
    runs = steps.runs(site.session())
    if runs.empty:
        return
    with st.container(border=True):
        st.subheader(words("runs.steps"), anchor=False)
        run = st.selectbox(words("runs.run"), list(runs["run"]), key="run", width=360)
        table = steps.run_steps(site.session(), run)
        for _, step in failures_of(table).iterrows():
            st.warning(f"{_step(step['step'], words)}: {step['message']}", icon=":material/report:")
        shown = table.assign(
            step=[_step(name, words) for name in table["step"]],
            status=[words.either(f"status.{status}", status) for status in table["status"]],
        )
        names = ["step", "status", "seconds", "message", "version"]
        config: dict[str, Any] = {name: words(f"column.{name}") for name in names}
        config["seconds"] = st.column_config.ProgressColumn(
            words("column.seconds"), format="%.1f", min_value=0.0, max_value=max(float(table["seconds"].max()), 0.1)
        )
        st.dataframe(shown[names], hide_index=True, column_config=config, placeholder="–", alt=words("runs.steps"))


def _step(name: str, words: Words) -> str:
    return words.either(f"step.{name}", name)


def version_table(words: Words) -> None:
    """What is worked on and what is published, kind by kind."""
    with st.container(border=True):
        st.subheader(words("runs.versions"), anchor=False)
        rows = plan.versions()
        shown = rows.assign(kind=[_step(kind, words) for kind in rows["kind"]])
        shown["made_at"] = local_times(rows["made_at"], site.zone()).dt.floor("s")
        names = ["kind", "version", "made_at", "rows", "published"]
        config: dict[str, Any] = {name: words(f"column.{name}") for name in names}
        config["published"] = st.column_config.CheckboxColumn(words("column.published"))
        st.dataframe(shown[names], hide_index=True, column_config=config, alt=words("runs.versions"))


def failures_of(table: pd.DataFrame) -> pd.DataFrame:
    """The steps of a run that did not do all of their work."""
    return table[table["status"].isin(BAD)]
