"""How patient customers are, queue by queue, and what to write into the targets."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning import patience
from planning.session import Session
from views.locale import Words
from views.parts import site

FILES = ("targets.toml", "segments.toml")
SECONDS = ("patience_seconds", "low_seconds", "high_seconds", "in_targets_seconds")


@st.cache_resource(show_spinner=False, max_entries=site.FRAMES_KEPT)
def _patience(_session: Session, store: str, key: str) -> pd.DataFrame:
    return patience.patience_of_store(_session)


def patience_panel(words: Words) -> None:
    """The table of estimates, a word where there is none, and the lines for targets.toml."""
    session = site.session()
    files = session.store.site.current()
    parts = [entry.version for entry in session.store.imports.all()]
    parts += [files[name].sha256 for name in FILES if name in files]
    with st.container(border=True):
        st.subheader(words("patience.title"), anchor=False)
        st.caption(words("patience.explain"))
        with st.spinner(words("patience.title")):
            found = _patience(session, str(session.store.address), "_".join(parts))
        if found.empty:
            st.info(words("patience.none"), icon=":material/hourglass_disabled:")
            return
        texts = [words(f"patience.remark_{remark}") if remark else "" for remark in found["remark"]]
        config = {n: st.column_config.NumberColumn(words(f"patience.{n}"), format="%.0f") for n in SECONDS}
        config |= {n: st.column_config.NumberColumn(words(f"patience.{n}")) for n in ("waits", "hang_ups")}
        st.dataframe(
            found.assign(remark=texts), hide_index=True, placeholder="–", alt=words("patience.title"), key="patience",
            column_config={"queue": words("app.queue"), **config, "remark": words("patience.remark")},
        )  # fmt: skip
        if text := patience.for_targets(found):
            st.write(words("patience.how"))
            st.code(text, language="toml")
