"""Long work in sight: a status box with a bar that the step itself moves."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from domain.errors import SmenaError
from views.locale import Words
from views.parts.notices import show_error

Progress = Callable[[str, int, int], None]


def run_in_sight[Result](label: str, work: Callable[[Progress], Result], words: Words) -> Result | None:
    """Run `work(progress)` in a status box. An error of the house is shown in place, and None comes back."""
    with st.status(label, expanded=True) as box:
        bar = st.progress(0.0, text=label)

        def progress(what: str, done: int, of: int) -> None:
            share = min(1.0, done / of) if of else 0.0
            bar.progress(share, text=words("app.progress", what=words.either(f"step.{what}", what), done=done, of=of))

        try:
            result = work(progress)
        except SmenaError as error:
            box.update(label=words("app.failed", what=label), state="error")
            show_error(error, words)
            return None
        bar.empty()
        box.update(label=words("app.done", what=label), state="complete", expanded=False)
        return result
