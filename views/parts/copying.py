"""The roster's week in another week, as a draft."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from domain.errors import SmenaError
from planning import steps
from views.locale import Words
from views.parts import plan, site
from views.parts.notices import leave_error, leave_note


def copy_panel(words: Words) -> None:
    """Which week, and the button."""
    made = site.record("roster")
    begins = date.fromisoformat(made.parameters["week_start"])
    weeks = [week for week in plan.weeks() if week != begins]
    if not weeks:
        return
    with st.popover(words("copy.open"), icon=":material/content_copy:", key="copy_week"):
        st.caption(words("copy.how"))
        later = next((number for number, week in enumerate(weeks) if week > begins), 0)
        week = st.selectbox(
            words("copy.to"), weeks, index=later, key="copy_to",
            format_func=lambda day: f"{words.day(day)} – {words.day(day + timedelta(6), year=True)}",
        )  # fmt: skip
        st.button(
            words("copy.apply"), type="primary", icon=":material/content_copy:", key="copy_apply",
            on_click=_copy, args=(week, site.member("roster"), words),
        )  # fmt: skip


def _copy(week: date, roster: str | None, words: Words) -> None:
    site.look_again()
    if site.member("roster") != roster:
        leave_note(words("app.changed_meanwhile"), ":material/sync_problem:", stays=True)
        return
    try:
        result = steps.copy_week(site.session(), week)
        steps.measure_coverage(site.session())
        steps.audit(site.session())
    except SmenaError as error:
        leave_error(error, words)
        return
    site.look_again()
    st.session_state.pop("week", None)  # the box follows the roster
    leave_note(words("copy.done", day=words.day(week)))
    if result.messages:
        leave_note(words("copy.left_out", shifts=len(result.messages)), ":material/info:", stays=True)
