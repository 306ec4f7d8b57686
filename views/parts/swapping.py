"""Two people swap a day: with whom one could, whether it is legal and what it costs, before it is taken."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from domain.day_edits import DayEdit
from domain.errors import SmenaError
from planning import steps
from views.locale import Words
from views.parts import plan, site
from views.parts.days import day_list
from views.parts.hand_edits import apply
from views.parts.notices import show_error


def swap_panel(roster: pd.DataFrame, words: Words) -> None:
    """Who swaps which day, everybody with whom they could, and the button that does it."""
    days = day_list(roster, site.zone())
    names = plan.names()
    people = sorted(site.session().site.people["agent"].astype(str), key=lambda agent: names.get(agent, agent))
    if not days or len(people) < 2:
        return
    with st.popover(words("swap.open"), icon=":material/swap_horiz:", key="swap"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            agent = st.selectbox(
                words("column.agent"), people, key="swap_agent", format_func=lambda name: names.get(name, name)
            )
            day = st.selectbox(words("swap.day"), days, key="swap_day", format_func=words.day)
        asked = (agent, day, site.member("roster"))
        if st.button(words("swap.show"), icon=":material/search:", key="swap_show"):
            st.session_state["swap_preview"] = _look(agent, day, asked, words)
        preview = st.session_state.get("swap_preview")
        if preview is not None and preview["asked"] == asked:
            _choose(preview["found"], asked, words)


def _look(agent: str, day: date, asked: tuple[Any, ...], words: Words) -> dict[str, Any] | None:
    try:
        return {"asked": asked, "found": steps.swaps(site.session(), agent, day)}
    except SmenaError as error:
        show_error(error, words)
        return None


def _choose(found: pd.DataFrame, asked: tuple[str, date, str | None], words: Words) -> None:
    if found.empty:
        st.info(words("swap.nobody"))
        return
    st.dataframe(swaps_table(found, words), hide_index=True, height=260, alt=words("swap.open"))
    names, rows = plan.names(), found.set_index("agent")
    other = st.selectbox(
        words("swap.partner"), list(rows.index), key="swap_other", format_func=lambda name: names.get(name, name)
    )
    row = rows.loc[other]
    with st.container(horizontal=True, vertical_alignment="center"):
        if row["legal"]:
            st.badge(words("edit.legal"), icon=":material/verified:", color="green")
        else:
            st.badge(_rules(row["breaks"], words), icon=":material/gavel:", color="red")
        st.caption(
            words("swap.account", cost=words.signed(-row["gain"], 1), hours=words.number(row["uncovered_hours"], 1))
        )
    agent, day, roster = asked
    edits = (DayEdit(agent, day, takes=other), DayEdit(other, day, takes=agent))
    st.button(
        words("swap.apply") if row["legal"] else words("edit.apply_anyway"), icon=":material/swap_horiz:",
        type="primary" if row["legal"] else "secondary", key="swap_apply", on_click=apply, args=(edits, roster, words),
    )  # fmt: skip


def swaps_table(found: pd.DataFrame, words: Words) -> pd.DataFrame:
    """SWAPS as a reader sees them."""
    names = plan.names()
    return pd.DataFrame(
        {
            words("swap.partner"): [names.get(agent, agent) for agent in found["agent"]],
            words("swap.their_shift"): [shift or words("swap.free") for shift in found["shift"].fillna("")],
            words("swap.rules"): [
                words("swap.kept") if legal else _rules(breaks, words)
                for legal, breaks in zip(found["legal"], found["breaks"], strict=True)
            ],
            words("swap.cost_change"): [words.signed(-gain + 0.0, 1) for gain in found["gain"]],
            words("repair.column_uncovered_hours"): [words.number(hours, 1) for hours in found["uncovered_hours"]],
        }
    )


def _rules(breaks: Any, words: Words) -> str:
    rules = [name for name in str(breaks or "").split("|") if name]
    return words("swap.breaks", rules=", ".join(words.either(f"rule.{rule}", rule) for rule in rules))
