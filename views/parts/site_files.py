"""Site files: people, time off, events, targets, rules, hours. Checked on upload; stored only if all are right."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from planning import steps
from planning.site import SITE_FILES
from planning.store import SiteFile
from views.locale import Words
from views.parts import site
from views.parts.notices import leave_note, reported


def site_files_panel(words: Words) -> None:
    """What is stored, and the way to replace it."""
    stored = site.session().store.site.current()
    with st.container(border=True):
        st.subheader(words("files.title"), anchor=False)
        for name in SITE_FILES:
            _line(name, stored.get(name), words)
    with st.container(border=True):
        uploads = st.file_uploader(
            words("files.upload"), type=["csv", "toml"], accept_multiple_files=True, help=", ".join(SITE_FILES),
            key=f"site_files_{st.session_state.get('files_round', 0)}",
        )  # fmt: skip
        if uploads and st.button(words("files.store"), type="primary", icon=":material/fact_check:", key="store_files"):
            with reported(words), TemporaryDirectory() as folder:
                for file in uploads:
                    (Path(folder) / Path(file.name).name).write_bytes(file.getbuffer())
                names = steps.load_site(site.session(), Path(folder))
                st.session_state["files_round"] = st.session_state.get("files_round", 0) + 1
                leave_note(words("files.stored", names=", ".join(names)))
                st.rerun()


def _line(name: str, entry: SiteFile | None, words: Words) -> None:
    what, since, get = st.columns([5, 2, 1], vertical_alignment="center")
    what.markdown(f"**{name}**  \n:small[{words(f'file.{Path(name).stem}')}]")
    if entry is None:
        since.badge(words("files.absent"), color="gray")
        return
    day = entry.made_at.tz_convert(site.zone()).date()
    since.badge(words("files.since", day=words.day(day, year=True)), color="green")
    get.download_button(
        words("files.download"), entry.content, file_name=name, key=f"get_{name}", type="tertiary",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
