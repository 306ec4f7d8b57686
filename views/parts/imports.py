"""Import: files → preset found → dry run looked at → accepted; and the log of what was imported."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from planning import previews, steps
from views.locale import Words
from views.parts import site
from views.parts.days import channel_days, local_stamps
from views.parts.notices import leave_note, reported
from views.parts.progress import Progress, run_in_sight

ENDINGS = ["csv", "tsv", "txt", "parquet", "xlsx", "xlsm", "jsonl", "ndjson"]
PREVIEW_ROWS = 20


def import_panel(words: Words) -> None:
    """Choose files, look at the dry run, accept."""
    with st.container(border=True):
        files = st.file_uploader(
            words("import.files"), type=ENDINGS, accept_multiple_files=True, key=f"tickets_{_round()}",
            help=words("import.files_help"),
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="bottom"):
            layout = st.selectbox(
                words("import.preset"), ["", *previews.preset_names()], key="preset", width=300,
                format_func=lambda name: name or words("import.preset_found"),
            )  # fmt: skip
            zone = st.text_input(
                words("import.zone"), value=site.zone(), key="import_zone", width=260, help=words("import.zone_help")
            )
        if not files:
            st.caption(words("import.how"))
            return
    with reported(words):
        preview = _preview(files, layout or None, zone)
        _show(preview, words)
        if st.button(words("import.accept"), type="primary", icon=":material/check:", key="accept"):
            _accept(files, layout or None, zone, words)


def _preview(files: Sequence[UploadedFile], preset: str | None, zone: str) -> previews.ImportPreview:
    """The dry run, remembered until files or choices change: every rerun would read the files again."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + file.getbuffer())
    asked = (digest.hexdigest(), preset, zone)
    if st.session_state.get("preview_of") != asked:
        with TemporaryDirectory() as folder:
            st.session_state["preview"] = previews.preview_import(
                site.session(), _saved(files, Path(folder)), preset=preset, timezone=zone
            )
        st.session_state["preview_of"] = asked
    preview: previews.ImportPreview = st.session_state["preview"]
    return preview


def _show(preview: previews.ImportPreview, words: Words) -> None:
    found, rejects = preview.found, preview.found.rejects
    counts = {**found.report, "already_stored": preview.already_stored}
    with st.container(horizontal=True):
        for name in ("rows", "loaded", "rejected", "duplicates", "already_stored"):
            st.metric(words(f"column.{name}"), words.number(counts[name]), border=True)
    left, right = st.columns([3, 2])
    with left, st.container(border=True, height="stretch"):
        st.subheader(words("import.first_rows"), anchor=False)
        st.caption(words("import.found", preset=found.preset))
        st.dataframe(
            local_stamps(found.frame.head(PREVIEW_ROWS), site.zone()),
            hide_index=True,
            height=320,
            alt=words("import.first_rows"),
        )
    with right, st.container(border=True, height="stretch"):
        st.subheader(words("import.by_channel"), anchor=False)
        days = channel_days(found.frame, site.zone())
        days.index = [words.day(pd.Timestamp(day).date(), year=True) for day in days.index]
        st.dataframe(days, height=320, alt=words("import.by_channel"))
    with st.container(border=True):
        st.subheader(words("import.rejects"), anchor=False)
        if rejects.empty:
            st.caption(words("import.no_rejects"))
        else:
            st.dataframe(rejects, hide_index=True, height=260, column_config=_reject_columns(words))


def _reject_columns(words: Words) -> dict[str, Any]:
    return {
        "file": words("error.file"),
        "line": st.column_config.NumberColumn(words("error.line"), format="%d"),
        "column": words("error.column"),
        "reason": words("column.reason"),
        "raw": words("column.raw"),
    }


def _accept(files: Sequence[UploadedFile], preset: str | None, zone: str, words: Words) -> None:
    def work(progress: Progress) -> bool:
        with TemporaryDirectory() as folder:
            paths = _saved(files, Path(folder))
            steps.ingest(site.session(), paths, preset=preset, timezone=zone, progress=progress)
        steps.make_history(site.session())
        return True

    if run_in_sight(words("import.running"), work, words):
        st.session_state.pop("preview_of", None)
        st.session_state["import_round"] = _round() + 1  # a fresh uploader: these files are in
        leave_note(words("import.accepted"))
        st.rerun()


def _saved(files: Sequence[UploadedFile], folder: Path) -> list[Path]:
    paths = []
    for number, file in enumerate(files):
        path = folder / str(number) / Path(file.name).name  # two files may carry one name
        path.parent.mkdir()
        path.write_bytes(file.getbuffer())
        paths.append(path)
    return paths


def _round() -> int:
    return int(st.session_state.get("import_round", 0))


def import_log(words: Words) -> None:
    """Every file that was read in, newest first."""
    entries = site.imports()
    with st.container(border=True):
        if entries.empty:
            st.caption(words("import.none_yet"))
            return
        st.dataframe(
            entries, hide_index=True, alt=words("data.view_log"),
            column_config={
                "file": words("error.file"),
                "made_at": words("app.local_time", zone=site.zone()),
                **{n: st.column_config.NumberColumn(words(f"column.{n}")) for n in ("rows", "rejected", "duplicates")},
            },
        )  # fmt: skip
