"""The price of a promise: agent-hours and money a week against the service level, and against a deadline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from planning import questions
from planning.questions import Prices
from planning.session import Session
from views.figures import CONFIG, deadline_chart, price_chart
from views.locale import Words
from views.parts import site
from views.parts.drivers import plan_key, target_text
from views.parts.language import colours_here

POINT = 0.01
FLAT = 0.005  # agent-hours a week: less is no change


@st.cache_resource(show_spinner=False, max_entries=site.FRAMES_KEPT)
def _prices(_session: Session, store: str, key: str, queue: str) -> Prices:
    return questions.prices(_session, queue)


def price_view(queue: str, words: Words) -> None:
    """Headline numbers, the curve and its table; for deferred work also the deadlines."""
    files = site.session().store.site.current()
    rules = "_".join(files[name].sha256 for name in ("rules.toml", "people.csv") if name in files)
    with st.spinner(words("step.requirements")):
        found = _prices(site.session(), str(site.session().store.address), f"{plan_key()}_{rules}", queue)
    promise = site.session().site.targets.of(queue)
    levels, wage = found.levels, found.wage_per_hour
    now = levels[levels["chosen"]]
    with st.container(horizontal=True):
        st.metric(words("price.target"), target_text("service_level", promise, words) or "–", border=True)
        hours = float(now["hours_per_week"].iloc[0]) if len(now) else np.nan
        st.metric(words("price.hours"), words.number(hours, 1), border=True)
        more = price_of_point(levels)
        text = "–" if np.isnan(more) else words("price.per_week", hours=words.signed(more, 1))
        st.metric(words("price.point"), text, border=True, help=words("price.point_help"))
        if wage is not None:
            help_text = words("price.money_help", wage=words.number(wage, 2))
            st.metric(words("price.money"), words.number(hours * wage), border=True, help=help_text)
    with st.container(border=True):
        first, last = found.first_day, found.last_day
        st.write(words("price.explain", first=words.day(first), last=words.day(last, year=True)))
        _remark(levels, worth=promise.wage_per_hour is not None, words=words)
        figure = price_chart(levels, words, colours_here())
        st.plotly_chart(figure, config=CONFIG, key="price_chart", alt=words("price.chart_alt"))
        _levels_table(levels, wage, words)
    if found.deadlines is not None:
        with st.container(border=True):
            st.subheader(words("price.deadlines"), anchor=False)
            st.write(words("price.deadlines_explain"))
            figure = deadline_chart(found.deadlines, words, colours_here())
            st.plotly_chart(figure, config=CONFIG, key="deadline_chart", alt=words("price.deadlines_alt"))
            _deadlines_table(found.deadlines, wage, words)


def price_of_point(levels: pd.DataFrame) -> float:
    """Agent-hours a week that one point more costs at the present target, along the curve; NaN without a target."""
    now = levels.loc[levels["chosen"], "service_level"]
    if now.empty or float(now.iloc[0]) + POINT > float(levels["service_level"].max()):
        return float("nan")
    at = np.array([0.0, POINT]) + float(now.iloc[0])
    below, above = np.interp(at, levels["service_level"], levels["hours_per_week"])
    return float(above - below)


def free_up_to(levels: pd.DataFrame) -> float | None:
    """The highest level that costs no more than the present target; None where the next one already does."""
    now = levels[levels["chosen"]]
    if now.empty:
        return None
    present = now.iloc[0]
    same = levels[(levels["hours_per_week"] - present["hours_per_week"]).abs() < FLAT]["service_level"]
    highest = float(same.max()) if len(same) else float(present["service_level"])
    return highest if highest > present["service_level"] else None


def _remark(levels: pd.DataFrame, *, worth: bool, words: Words) -> None:
    if worth:
        st.info(words("price.worth"), icon=":material/balance:")
    elif not levels["chosen"].any():
        st.info(words("price.no_target"), icon=":material/info:")
    elif (highest := free_up_to(levels)) is not None:
        whole = highest >= float(levels["service_level"].max())
        text = words("price.free_all" if whole else "price.free", level=words.percent(highest, 1))
        st.info(text, icon=":material/lightbulb:")


def _compared(table: pd.DataFrame, wage: float | None) -> pd.DataFrame:
    """The table with the change of hours against the present promise, and money where a wage is known."""
    now = table.loc[table["chosen"], "hours_per_week"]
    out = table.assign(change=table["hours_per_week"] - float(now.iloc[0]) if len(now) else np.nan)
    return out if wage is None else out.assign(money=table["hours_per_week"] * wage)


def _columns(words: Words) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "service_level": number(words("column.service_level"), format="percent"),
        "deadline_hours": number(words("price.column_deadline"), format="%.1f"),
        "hours_per_week": number(words("price.hours"), format="%.1f"),
        "alone_hours_per_week": number(words("price.alone"), format="%.1f"),
        "peak_people": number(words("price.column_peak"), format="%.2f"),
        "change": number(words("price.change"), format="%+.1f"),
        "money": number(words("price.money"), format="%.0f"),
        "chosen": st.column_config.CheckboxColumn(words("price.present")),
    }


def _levels_table(levels: pd.DataFrame, wage: float | None, words: Words) -> None:
    names = ["service_level", "hours_per_week", "change", "money", "alone_hours_per_week", "chosen"]
    table = _compared(levels, wage)
    st.dataframe(
        table[[name for name in names if name in table]], hide_index=True, placeholder="–", key="price_table",
        height="content", alt=words("price.chart_alt"), column_config=_columns(words),
    )  # fmt: skip


def _deadlines_table(deadlines: pd.DataFrame, wage: float | None, words: Words) -> None:
    names = ["deadline_hours", "hours_per_week", "change", "money", "peak_people", "chosen"]
    table = _compared(deadlines, wage)
    st.dataframe(
        table[[name for name in names if name in table]], hide_index=True, placeholder="–", key="deadline_table",
        height="content", alt=words("price.deadlines_alt"), column_config=_columns(words),
    )  # fmt: skip
