"""Empty states: what is missing, why, and the one button that goes on from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from planning import steps
from views.locale import Words
from views.parts import site
from views.parts.progress import Progress, run_in_sight

CHAIN = ("tickets", "forecast", "requirements")  # what must be there before a roster, in order


def missing_before(page: str, there: Callable[[str], bool]) -> str | None:
    """The first thing in the chain that `page` needs and the store lacks; None when it has all."""
    needed = CHAIN[: {"forecast": 2, "requirements": 3, "roster": 3}.get(page, 1)]
    return next((kind for kind in needed if not there(kind)), None)


def empty_site(words: Words, *, here: bool = False) -> None:
    """Nothing in the store: offer the sample site, or the planner's own tickets (`here`: their import is below)."""
    with st.container(border=True):
        st.subheader(words("empty.tickets"), anchor=False)
        st.write(words("empty.tickets_why"))
        with st.container(horizontal=True):
            pressed = site.SAMPLE.is_dir() and st.button(
                words("empty.load_sample"), type="primary", icon=":material/deployed_code:", key="load_sample"
            )
            if not here and st.button(words("empty.import"), icon=":material/upload_file:", key="go_import"):
                st.switch_page("views/data.py")
        if pressed and run_in_sight(words("empty.load_sample"), _load_sample, words) is not None:
            st.rerun()


def _load_sample(progress: Progress) -> bool:
    steps.load_site(site.session(), site.SAMPLE)
    steps.ingest(site.session(), site.sample_tickets(), progress=progress)
    steps.make_history(site.session())
    return True


def next_step(page: str, words: Words) -> None:
    """The card of the first missing thing before `page`, with its button."""
    missing = missing_before(page, site.has)
    if missing is None:
        return
    if missing == "tickets":
        empty_site(words)
        return
    with st.container(border=True):
        st.subheader(words(f"empty.{missing}"), anchor=False)
        st.write(words(f"empty.{missing}_why"))
        if st.button(
            words(f"empty.make_{missing}"), type="primary", icon=":material/play_arrow:", key=f"make_{missing}"
        ):
            work = make_forecast if missing == "forecast" else _make_requirements
            if run_in_sight(words(f"empty.make_{missing}"), work, words) is not None:
                st.rerun()


def make_forecast(progress: Progress, model: str | None = None, pins: Mapping[str, str] | None = None) -> bool:
    """History, then the forecast from the end of the history on; `model` and `pins` as `steps.make_forecast`."""
    steps.make_history(site.session())
    steps.make_forecast(site.session(), model=model, pins=pins, progress=progress)
    return True


def _make_requirements(progress: Progress) -> bool:
    progress("requirements", 0, 1)
    steps.make_requirements(site.session())
    return True
