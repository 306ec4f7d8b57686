"""What the planner's changes do to contacts and staffing, in headline numbers."""

from __future__ import annotations

import streamlit as st

from views.locale import Words
from views.parts import site
from views.parts.staffing import Staffing


def effect(queue: str, words: Words) -> None:
    """Contacts, peak and agent-hours of the queue or group: before the adjustments and after."""
    before, after = site.effect_of_adjustments(queue)
    contacts_before, contacts_after = site.contacts_of(queue)
    with st.container(horizontal=True, key="effect"):
        _moved(words, "contacts", contacts_before, contacts_after, 0)
        if isinstance(before, Staffing) and isinstance(after, Staffing):
            _moved(words, "peak_people", before.peak_people, after.peak_people, 1)
            _moved(words, "agent_hours", before.agent_hours, after.agent_hours, 0)


def _moved(words: Words, name: str, before: float, after: float, digits: int) -> None:
    change = round(after - before, digits)
    st.metric(
        words(f"forecast.{name}"),
        f"{words.number(before, digits)} → {words.number(after, digits)}" if change else words.number(after, digits),
        delta=words.signed(change, digits) if change else None,
        delta_color="off",
        border=True,
    )
