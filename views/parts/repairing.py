"""Somebody is away: what a repair with few changes would do, shown with its gains before it is applied."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from domain.errors import SmenaError
from planning import steps
from views.locale import Words
from views.parts import plan, site
from views.parts.days import day_list
from views.parts.notices import leave_error, leave_note, show_error

KINDS = ("sick", "leave", "training", "wish_off")
CHANGES_MOST, CHANGES_LIMIT = 5, 20
COLUMNS = ("agent", "date", "kind", "before", "after", "gain", "uncovered_hours")
Asked = tuple[str, date, date, str, int]


def repair_panel(roster: pd.DataFrame, words: Words) -> None:
    """Who is away when, and the button that shows what to change."""
    days = day_list(roster, site.zone())
    names = plan.names()
    people = sorted(site.session().site.people["agent"].astype(str), key=lambda agent: names.get(agent, agent))
    if not days or not people:
        return
    with st.popover(words("repair.open"), icon=":material/sick:", key="repair"):
        agent = st.selectbox(
            words("column.agent"), people, key="repair_agent", format_func=lambda name: names.get(name, name)
        )
        with st.container(horizontal=True):
            first = st.selectbox(words("repair.first"), days, key="repair_first", format_func=words.day)
            count = st.number_input(words("repair.days"), min_value=1, max_value=35, value=1, key="repair_days")
        with st.container(horizontal=True):
            kind = st.selectbox(
                words("repair.kind"), KINDS, key="repair_kind", format_func=lambda name: words(f"repair.kind_{name}")
            )
            most = st.number_input(
                words("repair.most"), min_value=0, max_value=CHANGES_LIMIT, value=CHANGES_MOST, key="repair_most",
                help=words("repair.most_help"),
            )  # fmt: skip
        last = date.fromordinal(first.toordinal() + int(count) - 1)
        asked: Asked = (agent, first, last, kind, int(most))
        if st.button(words("repair.show"), icon=":material/search:", key="repair_show"):
            st.session_state["repair_preview"] = _look(asked, words)
        preview = st.session_state.get("repair_preview")
        if preview is not None and preview["asked"] == (asked, site.member("roster")):
            _show(preview, words)


def _most(asked: Asked) -> int:
    """Days that may change in all: those of the absence and as many others as were asked for."""
    _, first, last, _, most = asked
    return most + (last - first).days + 1


def _look(asked: Asked, words: Words) -> dict[str, Any] | None:
    agent, first, last, kind, _ = asked
    try:
        with st.spinner(words("repair.looking")):
            done = steps.preview_repair(site.session(), agent, first, last, kind, changes_most=_most(asked))
    except SmenaError as error:
        show_error(error, words)
        return None
    return {"asked": (asked, site.member("roster")), "changes": done.changes, "summary": dict(done.summary)}


def _show(preview: dict[str, Any], words: Words) -> None:
    changes, summary = preview["changes"], preview["summary"]
    if changes.empty:
        st.info(words("repair.nothing"))
        return
    st.dataframe(changes_table(changes, words), hide_index=True, alt=words("repair.open"))
    before, broken, after = (summary[name] for name in ("before", "broken", "after"))
    st.caption(
        words(
            "repair.account",
            before=words.number(before["uncovered_hours"], 1),
            broken=words.number(broken["uncovered_hours"], 1),
            after=words.number(after["uncovered_hours"], 1),
        )
    )
    st.button(
        words("repair.apply"), type="primary", icon=":material/build:", key="repair_apply",
        on_click=_apply, args=(preview["asked"], words),
    )  # fmt: skip


def changes_table(changes: pd.DataFrame, words: Words) -> pd.DataFrame:
    """REPAIRS as a reader sees them: names, days, kinds and gains in words."""
    names = plan.names()
    shown = changes.assign(
        agent=[names.get(agent, agent) for agent in changes["agent"]],
        date=[words.day(day.date()) for day in changes["date"]],
        kind=[words(f"repair.did_{kind}") for kind in changes["kind"]],
        gain=[words.number(gain, 1) for gain in changes["gain"]],
        uncovered_hours=[words.number(hours, 1) for hours in changes["uncovered_hours"]],
    )
    return shown[list(COLUMNS)].rename(columns={name: words(f"repair.column_{name}") for name in COLUMNS})


def _apply(asked: tuple[Asked, str | None], words: Words) -> None:
    (agent, first, last, kind, _), roster = asked
    site.look_again()
    if site.member("roster") != roster:
        leave_note(words("app.changed_meanwhile"), ":material/sync_problem:", stays=True)
        return
    try:
        steps.save_absence(site.session(), agent, first, last, kind)
        steps.repair_roster(site.session(), changes_most=_most(asked[0]))
        steps.measure_coverage(site.session())
        steps.audit(site.session())
    except SmenaError as error:
        leave_error(error, words)
    else:
        st.session_state.pop("repair_preview", None)
        site.look_again()
        leave_note(words("repair.done"))
