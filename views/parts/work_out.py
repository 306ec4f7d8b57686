"""The button that works the requirements out anew."""

from __future__ import annotations

import streamlit as st

from planning import steps
from views.locale import Words
from views.parts import site
from views.parts.notices import leave_note, reported


def work_out(words: Words) -> None:
    """The share of days the plan shall suffice for, and the button that works the requirements out anew."""
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        chosen = st.select_slider(
            words("requirements.percentile"), ["mean", *range(50, 100, 5)], key="percentile", width=420,
            help=words("requirements.percentile_help"),
            format_func=lambda p: words("requirements.mean") if p == "mean" else words("requirements.of_days", share=p),
        )  # fmt: skip
        if st.button(words("requirements.make"), type="primary", icon=":material/calculate:"):
            with reported(words), st.spinner(words("step.requirements")):
                steps.make_requirements(site.session(), percentile=None if chosen == "mean" else float(chosen))
                leave_note(words("requirements.made"))
                st.rerun()
