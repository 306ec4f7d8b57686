"""The planner's events: a table to edit, a form to add one, CSV in and out, and what the country's calendar brings."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from domain.errors import TableError
from domain.queues import channel_of
from domain.tables import EVENT_KINDS, EVENTS
from planning import steps
from views.locale import Words
from views.parts import site
from views.parts.language import author_here
from views.parts.notices import leave_note, reported, show_notes

BASE = "events_base"  # the stored events that the table on the page began with
ROUND = "events_round"  # part of the keys of table and upload: a new one is a fresh widget
TEXTS, DATES = ("name", "kind", "queues"), ("from", "to")
HEIGHT = 420


def events_panel(words: Words) -> None:
    """Events to see, edit, add, upload and download; the country's special days below."""
    base = _base()
    with st.container(border=True):
        st.subheader(words("events.title"), anchor=False)
        st.caption(words("events.explain"))
        with st.expander(words("events.kinds"), icon=":material/help:"):
            st.markdown("\n".join(f"- {words(f'events.about_{kind}')}" for kind in (*EVENT_KINDS, "queues", "effect")))
        with st.container(horizontal=True):
            _form(base, words)
            _upload(base, words)
            st.download_button(
                words("events.download"), steps.events_text(base.events), file_name="events.csv", key="get_events",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
        _table(base, words)
    _calendar(words)
    show_notes()


def _base() -> Any:
    """The stored events the table shows: the newest, but those of before while an unsaved edit stands on them."""
    newest = steps.list_events(site.session())
    base = st.session_state.get(BASE)
    if base is None or (base.revision != newest.revision and not _edited(base.revision)):
        st.session_state[BASE] = base = newest
    return base


def _table_key(revision: int) -> str:
    return f"events_table_{revision}_{st.session_state.get(ROUND, 0)}"


def _edited(revision: int) -> bool:
    """Whether the table holds an edit that is not stored."""
    return any(dict(st.session_state.get(_table_key(revision), {})).values())


def _table(base: Any, words: Words) -> None:
    days = {name: base.events[name].dt.date for name in DATES}
    edited = st.data_editor(
        base.events.assign(**days), key=_table_key(base.revision), num_rows="dynamic", hide_index=True, height=HEIGHT,
        column_config=_columns(words), placeholder="–", alt=words("events.title"),
    )  # fmt: skip
    events, faults = checked_events(edited)
    if len(faults):
        st.error(words("events.wrong"), icon=":material/error:")
        names = {"row": words("events.row"), **{name: words(f"error.{name}") for name in ("expected", "found")}}
        shown = faults.assign(column=[words.either(f"events.column_{name}", name) for name in faults["column"]])
        st.dataframe(
            shown, hide_index=True, key="event_faults", column_config={**names, "column": words("error.column")}
        )
    for name, pattern in [] if events is None else steps.unknown_patterns(site.session(), events):
        st.warning(words("events.no_queue", event=name, pattern=pattern), icon=":material/filter_alt_off:")
    changed = _edited(base.revision) or (events is not None and not _same(events, base.events))
    with st.container(horizontal=True):
        store = st.button(
            words("events.store"), type="primary", icon=":material/save:", key="store_events",
            disabled=events is None or not changed,
        )  # fmt: skip
        if st.button(words("events.discard"), icon=":material/undo:", key="discard_events", disabled=not changed):
            _afresh()
    if store and events is not None:
        _save(events, base.revision, words)


def checked_events(edited: pd.DataFrame) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    """The table as it was edited, under EVENTS (None where it breaks it), and its faults: row, column, expected, found.

    Rows without anything in them are left out; rows are counted from 1 as the page shows them.
    """
    frame = edited.reset_index(drop=True)
    texts = {name: frame[name].astype("object").map(_text) for name in TEXTS}
    frame = frame.assign(**texts, **{name: pd.to_datetime(frame[name], errors="coerce") for name in DATES})
    frame = frame[frame.notna().any(axis=1)]
    rows = frame.index.to_numpy() + 1
    try:
        events = EVENTS.check(frame.reset_index(drop=True))
    except TableError as fault:
        found = [
            {
                "row": None if one.row is None else int(rows[one.row]),
                "column": one.column,
                "expected": one.expected,
                "found": "" if one.found is None else str(one.found),
            }
            for one in fault.violations
        ]
        return None, pd.DataFrame(found, columns=["row", "column", "expected", "found"])
    return events, pd.DataFrame(columns=["row", "column", "expected", "found"])


def _text(value: object) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text or None


def _same(events: pd.DataFrame, others: pd.DataFrame) -> bool:
    return steps.events_text(events) == steps.events_text(others)


def _columns(words: Words) -> dict[str, Any]:
    def head(name: str) -> str:
        return words(f"events.column_{name}")

    config, day = st.column_config, "YYYY-MM-DD"
    return {
        "name": config.TextColumn(head("name"), required=True, max_chars=80, width="medium", help=words("events.same")),
        "kind": config.SelectboxColumn(
            head("kind"), options=EVENT_KINDS, required=True, format_func=lambda kind: words(f"events.kind_{kind}")
        ),
        "from": config.DateColumn(head("from"), required=True, format=day),
        "to": config.DateColumn(head("to"), required=True, format=day),
        "queues": config.TextColumn(head("queues"), width="medium", help=words("events.queues_help")),
        "ramp_days": config.NumberColumn(head("ramp_days"), min_value=0, max_value=60, step=1, width="small"),
        "decay_days": config.NumberColumn(head("decay_days"), min_value=0, max_value=60, step=1, width="small"),
        "effect": config.NumberColumn(
            head("effect"),
            min_value=0.05,
            max_value=20.0,
            format="%.2f",
            width="small",
            help=words("events.effect_help"),
        ),
    }


def _form(base: Any, words: Words) -> None:
    """One event, field by field; stored at once."""
    today = site.session().clock().tz_convert(site.zone()).date()
    with st.popover(words("events.new"), icon=":material/add:"), st.form("event", border=False):
        if _edited(base.revision):
            st.info(words("events.draft_first"))
        st.text_input(words("events.column_name"), key="event_name", max_chars=80, help=words("events.same"))
        st.selectbox(
            words("events.column_kind"), EVENT_KINDS, key="event_kind",
            format_func=lambda kind: words(f"events.kind_{kind}"),
        )  # fmt: skip
        first, last = st.columns(2)
        first.date_input(words("events.column_from"), today, key="event_from", format="YYYY-MM-DD")
        last.date_input(words("events.column_to"), today, key="event_to", format="YYYY-MM-DD")
        st.multiselect(
            words("events.column_queues"), _patterns(), key="event_queues", accept_new_options=True,
            help=words("events.queues_help"), placeholder=words("app.all_queues"),
        )  # fmt: skip
        ramp, decay, effect = st.columns(3)
        ramp.number_input(words("events.column_ramp_days"), 0, 60, 0, key="event_ramp_days")
        decay.number_input(words("events.column_decay_days"), 0, 60, 0, key="event_decay_days")
        effect.number_input(
            words("events.column_effect"), 0.05, 20.0, None, 0.05, key="event_effect", help=words("events.effect_help")
        )
        pressed = st.form_submit_button(words("events.add"), type="primary", disabled=_edited(base.revision))
        if pressed:
            row = event_of({name: st.session_state[f"event_{name}"] for name in EVENTS.column_names})
            with reported(words):
                _save(pd.concat([base.events, row], ignore_index=True), base.revision, words)


def event_of(fields: dict[str, Any]) -> pd.DataFrame:
    """The fields of the form as one row for EVENTS; ramps of 0 days are left empty."""
    cells = {
        **fields,
        "name": _text(fields["name"]),
        "queues": "|".join(fields["queues"]) or None,
        "ramp_days": fields["ramp_days"] or None,
        "decay_days": fields["decay_days"] or None,
    }
    return pd.DataFrame([cells]).assign(**{name: pd.to_datetime([cells[name]]) for name in DATES})


def _patterns() -> list[str]:
    queues = steps.known_queues(site.session())
    return [*dict.fromkeys(f"{channel_of(queue)}/*" for queue in queues), *queues]


def _upload(base: Any, words: Words) -> None:
    """A CSV file that takes the place of the list, or is added to it."""
    with st.popover(words("events.upload"), icon=":material/upload_file:"):
        file = st.file_uploader(
            words("events.file"), type=["csv"], key=f"events_file_{st.session_state.get(ROUND, 0)}",
            help=words("events.file_help"),
        )  # fmt: skip
        if file is None:
            return
        with reported(words):
            found = steps.events_of_file(file.name, file.getvalue())
            st.caption(words("events.found", rows=len(found)))
            if st.button(words("events.replace"), type="primary", key="replace_events"):
                _save(found, base.revision, words)
            if st.button(words("events.append"), key="append_events"):
                _save(pd.concat([base.events, found], ignore_index=True).drop_duplicates(), base.revision, words)


def _save(events: pd.DataFrame, revision: int, words: Words) -> None:
    with reported(words):
        steps.save_events(site.session(), events, author=author_here(), seen_revision=revision)
        leave_note(words("events.stored"))
        _afresh()


def _afresh() -> None:
    """Begin anew with what the store has."""
    st.session_state.pop(BASE, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.rerun()


def _calendar(words: Words) -> None:
    """Public holidays and moved days of the year ahead; a warning where a year's moved days are not known."""
    with st.container(border=True):
        country = site.session().settings.calendar
        st.subheader(words("events.calendar"), anchor=False)
        if not country:
            st.caption(words("events.no_calendar"))
            return
        ahead = steps.calendar_ahead(site.session())
        st.caption(words("events.calendar_of", country=country))
        if ahead.unsure_years:
            years = ", ".join(str(year) for year in ahead.unsure_years)
            st.warning(words("events.unsure", years=years), icon=":material/event_busy:")
        kinds = [words(f"events.day_{str(kind).replace(' ', '_')}") for kind in ahead.days["kind"]]
        days = [words.day(day, year=True) for day in ahead.days["date"] if isinstance(day, date)]
        st.dataframe(
            pd.DataFrame({"day": days, "kind": kinds, "name": ahead.days["name"]}), hide_index=True, height=260,
            column_config={
                "day": words("app.day"), "kind": words("events.column_kind"), "name": words("events.column_name"),
            },
            alt=words("events.calendar"),
        )  # fmt: skip
