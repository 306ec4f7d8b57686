"""The planner's changes: editable table, list with switches, form. Every change goes to the store at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from domain.errors import BadValue, SmenaError
from domain.intervals import local_midnights, localise
from domain.queues import channel_of, matches
from domain.tables import ADJUSTMENT_KINDS
from planning import steps
from views.locale import Words
from views.parts import site
from views.parts.days import is_group, local_times, of_queue
from views.parts.edits import day_table, edits_of, interval_table, open_edits
from views.parts.language import author_here
from views.parts.notices import leave_error, leave_note

HEIGHT = 420
FIELDS = ("queue", "kind", "value", "from", "to", "reason", "expires")


def edit_table(queue: str, day: date | None, words: Words) -> None:
    """Day totals, or the intervals of one day; the column of the adjusted forecast is edited in place."""
    st.subheader(words("forecast.table"), anchor=False)
    reason = st.text_input(
        words("forecast.reason"), key="reason", max_chars=200, placeholder=words("forecast.reason_eg")
    )
    table = _table(queue, day)
    label = table["time"] if day else table["day"].map(lambda stamp: words.day(stamp.date())).astype("str")
    shown = pd.DataFrame({"label": label, "baseline": table["baseline"].round(1), "offered": table["offered"].round(1)})
    shown["change"] = table["change"] * 100
    key = f"edit_{site.plan_key()}_{queue}_{day}"  # the frame is constant while its key lives
    st.data_editor(
        shown,
        key=key,
        hide_index=True,
        height=HEIGHT,
        disabled=["label", "baseline", "change"],
        column_config={
            "label": st.column_config.TextColumn(words("app.day") if day is None else words("app.time")),
            "baseline": st.column_config.NumberColumn(words("column.baseline"), format="%.1f"),
            "offered": st.column_config.NumberColumn(
                words("figure.adjusted"), format="%.1f", min_value=0, required=True, help=words("forecast.edit_help")
            ),
            "change": st.column_config.NumberColumn(words("forecast.change"), format="%+.0f %%"),
        },
        placeholder="–",
        on_change=_store_edits,
        args=(key, table, queue, day, reason, words),
        alt=words("forecast.table"),
    )
    st.caption(words("forecast.edit_help"))


def _table(queue: str, day: date | None) -> pd.DataFrame:
    adjusted = of_queue(site.adjusted(), queue)
    return day_table(adjusted, site.zone()) if day is None else interval_table(adjusted, site.zone(), day)


def _store_edits(key: str, table: pd.DataFrame, queue: str, day: date | None, reason: str, words: Words) -> None:
    site.look_again()
    edits, moved = open_edits(edits_of(table, st.session_state[key]["edited_rows"]), _table(queue, day))
    if moved:
        leave_note(words("app.changed_meanwhile"), ":material/sync_problem:", stays=True)
    for edit in edits:
        told = reason.strip() or words("forecast.reason_none")
        if edit.kind == "scale":
            told += f" ({words.number(edit.before, 1)} → {words.number(edit.after, 1)})"
        with noted(words):
            steps.add_adjustment(
                site.session(),
                queue=queue,
                from_start=edit.from_start,
                to_start=edit.to_start,
                kind=edit.kind,
                value=edit.value,
                reason=told,
                author=author_here(),
            )


def adjustment_list(queue: str, words: Words) -> None:
    """The adjustments that touch the queue, newest first, each with its switch."""
    st.subheader(words("forecast.adjustments"), anchor=False)
    log = site.adjustments()
    own = list(of_queue(site.adjusted(), queue)["queue"].unique())
    touched = {pattern: any(matches(name, [pattern]) for name in own) for pattern in log["queue"].unique()}
    mine = log[log["queue"].map(touched).astype(bool)].iloc[::-1].reset_index(drop=True)
    if mine.empty:
        st.caption(words("forecast.no_adjustments"))
        return
    key = f"log_{site.plan_key()}_{queue}"
    st.data_editor(
        _readable(mine, queue, words),
        key=key,
        hide_index=True,
        height=min(HEIGHT - 60, 38 + 35 * len(mine)),
        disabled=["what", "when", "reason", "author", "made", "expires"],
        column_config={
            "active": st.column_config.CheckboxColumn(words("forecast.active"), width="small"),
            **{name: words(f"column.{name}") for name in ("what", "when", "reason", "author", "made", "expires")},
        },
        on_change=_switch,
        args=(key, mine, words),
        alt=words("forecast.adjustments"),
    )


def _readable(log: pd.DataFrame, queue: str, words: Words) -> pd.DataFrame:
    zone = site.zone()
    begin, end = local_times(log["from_start"], zone), local_times(log["to_start"], zone)
    expires = log["expires_at"] if "expires_at" in log else pd.Series(pd.NaT, index=log.index)
    return pd.DataFrame(
        {
            "active": log["active"],
            "what": [
                words.either(f"kind.{kind}", kind).format(value=words.number(value, 3 if kind == "scale" else 1))
                + ("" if pattern == queue else f" · {pattern}")
                for kind, value, pattern in zip(log["kind"], log["value"], log["queue"], strict=True)
            ],
            "when": [_span(first, last, words) for first, last in zip(begin, end, strict=True)],
            "reason": log["reason"],
            "author": log["author"],
            "made": local_times(log["made_at"], zone).dt.strftime("%Y-%m-%d %H:%M"),
            "expires": ["–" if pd.isna(at) else words.day(at.tz_convert(zone).date(), year=True) for at in expires],
        }
    )


def _span(first: pd.Timestamp, last: pd.Timestamp, words: Words) -> str:
    if first.date() == last.date():
        return f"{words.day(first.date())} {first:%H:%M}–{last:%H:%M}"
    return f"{words.day(first.date())} {first:%H:%M} – {words.day(last.date())} {last:%H:%M}"


def _switch(key: str, log: pd.DataFrame, words: Words) -> None:
    site.look_again()
    now = site.adjustments().set_index("adjustment_id")["active"]
    for row, changes in st.session_state[key]["edited_rows"].items():
        line = log.iloc[int(row)]
        active = bool(changes.get("active", line["active"]))
        if active in (bool(line["active"]), bool(now[line["adjustment_id"]])):
            continue
        with noted(words):
            steps.switch_adjustment(
                site.session(),
                str(line["adjustment_id"]),
                active=active,
                author=author_here(),
                seen_revision=int(line["revision"]),
            )


def adjustment_form(queue: str, words: Words) -> None:
    """Set, add, scale, floor or cap over any range, with reason and expiry."""
    first, last = site.forecast_days()
    midnight, step = time(0), site.step()
    with st.popover(words("forecast.new"), icon=":material/add:"), st.form("adjust", border=False):
        wider = [] if is_group(queue) else [f"{channel_of(queue)}/*"]
        st.selectbox(words("app.queue"), list(dict.fromkeys([queue, *wider, "*"])), key="adjust_queue")
        st.selectbox(
            words("forecast.kind"), ADJUSTMENT_KINDS, index=2, key="adjust_kind",
            format_func=lambda name: words(f"kind_help.{name}"),
        )  # fmt: skip
        st.number_input(words("forecast.value"), value=1.0, step=0.05, format="%g", key="adjust_value")
        st.datetime_input(
            words("app.from"), datetime.combine(first, midnight), key="adjust_from", step=step, format="YYYY-MM-DD"
        )
        st.datetime_input(
            words("app.before"), datetime.combine(first + timedelta(1), midnight), key="adjust_to", step=step,
            max_value=datetime.combine(last + timedelta(1), midnight), format="YYYY-MM-DD",
        )  # fmt: skip
        st.text_input(words("forecast.reason"), key="adjust_reason", max_chars=200)
        st.date_input(words("forecast.expires"), value=None, key="adjust_expires", format="YYYY-MM-DD")
        st.form_submit_button(
            words("forecast.store"), type="primary", on_click=_store_form, args=(site.plan_key(), words)
        )


def _store_form(shown: str, words: Words) -> None:
    if st.session_state.get("form_stored") == shown:
        return  # a second click before the page was drawn anew
    with noted(words):
        _add_from({name: st.session_state[f"adjust_{name}"] for name in FIELDS}, words)
        st.session_state["form_stored"] = shown


def _add_from(fields: dict[str, Any], words: Words) -> None:
    reason, expires = str(fields["reason"] or "").strip(), fields["expires"]
    if not reason:
        raise BadValue(words("forecast.reason_expected"), column=words("forecast.reason"))
    expires_at = None if expires is None else local_midnights(pd.DatetimeIndex([expires]), site.zone())[0]
    begin, end = utc_of(fields["from"]), utc_of(fields["to"])
    if end <= begin:
        raise BadValue(words("forecast.range_expected"), column=words("app.before"))
    steps.add_adjustment(
        site.session(), queue=fields["queue"], from_start=begin, to_start=end,
        kind=fields["kind"], value=float(fields["value"]), reason=reason, author=author_here(), expires_at=expires_at,
    )  # fmt: skip


def utc_of(moment: datetime) -> pd.Timestamp:
    """A local moment of the site as UTC; one that the clock skipped is the first after it."""
    utc, in_gap, _ = localise(pd.Series([moment]), site.zone())
    return utc_of(moment + timedelta(minutes=30)) if in_gap[0] else utc[0]


@contextmanager
def noted(words: Words) -> Iterator[None]:
    """Do a change and say so; an error of the house becomes a note, as callbacks can't draw on the page."""
    try:
        yield
    except SmenaError as error:
        leave_error(error, words)
    else:
        leave_note(words("forecast.stored"))
