"""The roster as files to take away: a workbook, paper, a table, calendars, Teams. Made when the button is pressed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from planning import steps
from views.locale import Language, Words
from views.parts import plan, site

KINDS = (
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ":material/table_view:"),
    ("pdf", "application/pdf", ":material/print:"),
    ("csv", "text/csv", ":material/description:"),
    ("ics", "application/zip", ":material/calendar_month:"),
    ("teams", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ":material/groups:"),
)
ENDINGS = {"ics": ".zip", "teams": "-teams.xlsx"}


def export_buttons(words: Words) -> None:
    """One download button a format; the file is written when it is asked for."""
    with st.container(horizontal=True):
        for kind, mime, icon in KINDS:
            st.download_button(
                words(f"roster.export_{kind}"),
                data=_maker(kind, words.language),
                file_name=f"{plan.roster_name()}{ENDINGS.get(kind, f'.{kind}')}",
                mime=mime,
                icon=icon,
                key=f"export_{kind}",
                on_click="ignore",
            )


def _maker(kind: str, language: Language) -> Callable[[], bytes]:
    session = site.session()

    def make() -> bytes:
        with TemporaryDirectory() as folder:
            files = steps.export_roster(session, Path(folder), formats=(kind,), language=language)
            return zipped(files) if kind == "ics" else files[0].read_bytes()

    return make


def zipped(files: list[Path]) -> bytes:
    """The files in one archive, by name, in order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files):
            archive.write(file, file.name)
    return buffer.getvalue()
