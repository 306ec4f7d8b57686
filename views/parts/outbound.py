"""Outbound lists on the page Requirements: a table to edit, CSV in and out; contacts to be made as planned work."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from domain.errors import TableError
from domain.tables import OUTBOUND
from planning import steps
from views.locale import Words
from views.parts import site
from views.parts.language import author_here
from views.parts.notices import leave_note, reported

BASE = "outbound_base"  # the stored lists that the table on the page began with
ROUND = "outbound_round"  # part of the keys of table and upload: a new one is a fresh widget
TEXTS, DATES = ("name", "queue", "hours", "beside"), ("from", "to")
FAULTS = ["row", "column", "expected", "found"]


def outbound_panel(words: Words) -> None:
    """Lists to see, edit, upload and download; they count when the requirements are worked out again."""
    base = _base()
    with st.container(border=True):
        st.subheader(words("outbound.title"), anchor=False)
        st.caption(words("outbound.explain"))
        with st.container(horizontal=True):
            _upload(base, words)
            st.download_button(
                words("outbound.download"), steps.outbound_text(base.lists), file_name="outbound.csv",
                key="get_outbound", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
        _table(base, words)


def _base() -> Any:
    """The stored lists the table shows: the newest, but those of before while an unsaved edit stands on them."""
    newest, base = steps.list_outbound(site.session()), st.session_state.get(BASE)
    if base is None or (base.revision != newest.revision and not _edited(base.revision)):
        st.session_state[BASE] = base = newest
    return base


def _table_key(revision: int) -> str:
    return f"outbound_table_{revision}_{st.session_state.get(ROUND, 0)}"


def _edited(revision: int) -> bool:
    return any(dict(st.session_state.get(_table_key(revision), {})).values())


def _table(base: Any, words: Words) -> None:
    days = {name: base.lists[name].dt.date for name in DATES}
    edited = st.data_editor(
        base.lists.assign(**days), key=_table_key(base.revision), num_rows="dynamic", hide_index=True, height=320,
        column_config=_columns(words), placeholder="–", alt=words("outbound.title"),
    )  # fmt: skip
    lists, faults = checked_lists(edited)
    if len(faults):
        st.error(words("events.wrong"), icon=":material/error:")
        heads = {"row": words("events.row"), **{name: words(f"error.{name}") for name in FAULTS[1:]}}
        shown = faults.assign(column=[words.either(f"outbound.column_{name}", name) for name in faults["column"]])
        st.dataframe(shown, hide_index=True, key="outbound_faults", column_config=heads)
    changed = lists is not None and steps.outbound_text(lists) != steps.outbound_text(base.lists)
    with st.container(horizontal=True):
        store = st.button(
            words("outbound.store"), type="primary", icon=":material/save:", key="store_outbound", disabled=not changed
        )
        if st.button(words("events.discard"), icon=":material/undo:", key="discard_outbound",
                     disabled=not _edited(base.revision)):  # fmt: skip
            _afresh()
    if store and lists is not None:
        _save(lists, base.revision, words)


def checked_lists(edited: pd.DataFrame) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    """The table as it was edited, under OUTBOUND (None where it breaks it), and its faults: row, column, expected,
    found. Rows without anything in them are left out; rows are counted from 1 as the page shows them.
    """
    frame = edited.reset_index(drop=True)
    texts = {name: frame[name].astype("object").map(_text) for name in TEXTS}
    frame = frame.assign(**texts, **{name: pd.to_datetime(frame[name], errors="coerce") for name in DATES})
    frame = frame[frame.notna().any(axis=1)]
    rows = frame.index.to_numpy() + 1
    try:
        return OUTBOUND.check(frame.reset_index(drop=True)), pd.DataFrame(columns=FAULTS)
    except TableError as fault:
        found = [
            (None if one.row is None else int(rows[one.row]), one.column, one.expected, _shown(one.found))
            for one in fault.violations
        ]
        return None, pd.DataFrame(found, columns=FAULTS)


def _text(value: object) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text or None


def _shown(value: object) -> str:
    return "" if value is None or value != value else str(value)


def _columns(words: Words) -> dict[str, Any]:
    config, day = st.column_config, "YYYY-MM-DD"

    def head(name: str) -> str:
        return words(f"outbound.column_{name}")

    def about(name: str) -> str:
        return words(f"outbound.{name}_help")

    return {
        "name": config.TextColumn(head("name"), required=True, max_chars=80),
        "queue": config.TextColumn(head("queue"), required=True, help=about("queue")),
        "from": config.DateColumn(head("from"), required=True, format=day),
        "to": config.DateColumn(head("to"), required=True, format=day),
        "hours": config.TextColumn(head("hours"), help=about("hours")),
        "contacts": config.NumberColumn(head("contacts"), required=True, min_value=0),
        "aht_seconds": config.NumberColumn(head("aht_seconds"), min_value=1, help=about("pace")),
        "contacts_per_hour": config.NumberColumn(head("contacts_per_hour"), min_value=0.01, help=about("pace")),
        "beside": config.TextColumn(head("beside"), help=about("beside")),
    }


def _upload(base: Any, words: Words) -> None:
    """A CSV file that takes the place of the lists."""
    with st.popover(words("events.upload"), icon=":material/upload_file:"):
        file = st.file_uploader(
            words("outbound.file"), type=["csv"], key=f"outbound_file_{st.session_state.get(ROUND, 0)}",
            help=", ".join(OUTBOUND.column_names),
        )  # fmt: skip
        if file is None:
            return
        with reported(words):
            found = steps.outbound_of_file(file.name, file.getvalue())
            st.caption(words("outbound.found", rows=len(found)))
            if st.button(words("events.replace"), type="primary", key="replace_outbound"):
                _save(found, base.revision, words)


def _save(lists: pd.DataFrame, revision: int, words: Words) -> None:
    with reported(words):
        steps.save_outbound(site.session(), lists, author=author_here(), seen_revision=revision)
        leave_note(words("outbound.stored"))
        _afresh()


def _afresh() -> None:
    """Begin anew with what the store has."""
    st.session_state.pop(BASE, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.rerun()
