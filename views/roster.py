"""Roster: who works when, what it covers, what it costs, and the way to publish and hand it out."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from views.parts import pickers, site
from views.parts.copying import copy_panel
from views.parts.drafts import drafts_view, has_two_drafts
from views.parts.empty import next_step
from views.parts.exports import export_buttons
from views.parts.hand_edits import edit_view
from views.parts.language import words_here
from views.parts.notices import heading, reported, show_notes
from views.parts.proof import proof_view
from views.parts.repairing import repair_panel
from views.parts.roster_charts import coverage, people
from views.parts.rostering import audit_table, hours_table, make_panel, summary_cards
from views.parts.standing import standing_view
from views.parts.swapping import swap_panel

words = words_here()


def roster_views(roster: pd.DataFrame) -> None:
    """What the roster is worth, the files to take away, and one of its views."""
    summary_cards(words)
    export_buttons(words)
    with st.container(horizontal=True):
        repair_panel(roster, words)
        swap_panel(roster, words)
        copy_panel(words)
    show: dict[str, Callable[[], None]] = {
        "people": lambda: people(roster, words),
        "coverage": lambda: coverage(words),
        "edit": lambda: edit_view(roster, words),
        "standing": lambda: standing_view(words),
        "hours": lambda: hours_table(words),
        "audit": lambda: audit_table(words),
        "proof": lambda: proof_view(words),
    }
    if has_two_drafts():
        show["drafts"] = lambda: drafts_view(words)
    view = pickers.view_switch("roster", list(show), words)
    with st.container(border=True):
        show[view]()


heading("roster", words)
if not site.has("requirements"):
    next_step("roster", words)
else:
    with reported(words):
        pickers.stale_hint("roster", words)
        make_panel(words)
        made = site.table("roster")
        if made is not None:
            roster_views(made)
show_notes()
