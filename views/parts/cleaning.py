"""Cleaning: what in the history does not look like contacts, and the planner's word on it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from domain.errors import SmenaError
from planning import steps
from views.figures import CONFIG, cleaning_chart
from views.locale import Words
from views.parts import site
from views.parts.days import day_sums, local_times, of_queue
from views.parts.language import author_here, colours_here
from views.parts.notices import leave_error, leave_note

CHOICES = ("accept", "keep", "special", "discard")
PLAIN_MARK = {"keep": "", "special": "special", "discard": "discard"}
AROUND = pd.Timedelta(days=35)  # shown before and after the mark that was chosen
LATE_SHARE = 0.5  # a silence that holds more of what was expected was counted late


def cleaning_panel(words: Words) -> None:
    """The marks of one queue, a chart of the days around the chosen one, and four things to say of it."""
    history, marks = site.table("history"), site.table("cleaning")
    if history is None or marks is None:
        st.info(words("data.no_history"))
        return
    st.caption(words("cleaning.how"))
    if marks.empty:
        st.success(words("cleaning.none"), icon=":material/check_circle:")
        return
    with st.container(border=True):
        queue = _queue(marks, words)
        mine = marks[marks["queue"] == queue].iloc[::-1].reset_index(drop=True)
        labels = [mark_words(row, site.zone(), words) for _, row in mine.iterrows()]
        chosen = st.selectbox(
            words("cleaning.mark"), range(len(mine)), format_func=lambda number: labels[number],
            key=f"mark_{queue}_{site.member('cleaning')}",
        )  # fmt: skip
        _chart(of_queue(history, queue), mine, mine.iloc[chosen], labels, words)
        _say_something(mine.iloc[chosen], words)
    with st.container(border=True):
        st.dataframe(
            _readable(mine, labels, words), hide_index=True, alt=words("data.view_cleaning"),
            column_config={
                "active": st.column_config.CheckboxColumn(words("cleaning.active"), width="small"),
                **{name: words(f"column.{name}") for name in ("what", "reason", "author")},
                **{name: st.column_config.NumberColumn(words(f"cleaning.{name}"), format="%.0f")
                   for name in ("raw", "expected", "corrected")},
            },
        )  # fmt: skip


def _queue(marks: pd.DataFrame, words: Words) -> str:
    numbers = marks["queue"].value_counts()
    queue: str = st.selectbox(
        words("app.queue"), sorted(numbers.index), key="cleaning_queue", width=320,
        format_func=lambda name: f"{name} ({numbers[name]})",
    )  # fmt: skip
    return queue


def mark_words(mark: pd.Series, timezone: str, words: Words) -> str:
    """A mark in a sentence of the reader's language: when, and what was found there."""
    begin, end = mark["start"].tz_convert(timezone), mark["end"].tz_convert(timezone)
    last = (end - pd.Timedelta(1, "us")).date()
    when = words.day(begin.date(), year=True)
    if last != begin.date():
        when += f" – {words.day(last, year=True)}"
    elif end - begin < pd.Timedelta(hours=20):
        when += f" {begin:%H:%M}–{end:%H:%M}"
    finding, raw, expected = str(mark["finding"]), mark["raw_contacts"], float(mark["expected_contacts"])
    if finding in ("silence", "site_silence") and raw > LATE_SHARE * expected:
        finding += "_late"
    numbers = {"raw": "–" if pd.isna(raw) else words.number(raw), "expected": words.number(expected)}
    found = words(f"finding.{finding}", **numbers)
    said = words(f"mark.{mark['mark'] or 'keep'}")
    return f"{when}: {found} → {said}" if mark["source"] == "planner" else f"{when}: {found}"


def _readable(marks: pd.DataFrame, labels: list[str], words: Words) -> pd.DataFrame:
    planners = marks["source"] == "planner"
    return pd.DataFrame(
        {
            "active": marks["active"],
            "what": labels,
            "raw": marks["raw_contacts"],
            "expected": marks["expected_contacts"],
            "corrected": marks["corrected_contacts"],
            "reason": marks["reason"].where(planners, "–"),
            "author": [words("cleaning.planner") if own else words("cleaning.automatic") for own in planners],
        }
    )


def _chart(history: pd.DataFrame, marks: pd.DataFrame, chosen: pd.Series, labels: list[str], words: Words) -> None:
    first, last = chosen["start"] - AROUND, chosen["end"] + AROUND
    part = history[(history["start"] >= first) & (history["start"] < last)]
    columns = ["offered", "offered_corrected"] if "offered_corrected" in part else ["offered"]
    days = day_sums(part, columns, site.zone())
    days["corrected"] = days[columns[-1]]
    near = ((marks["end"] > first) & (marks["start"] < last)).to_numpy()
    midnight = local_times(marks["start"], site.zone()).dt.normalize()
    heights = days.set_index("time")["offered"].reindex(midnight).fillna(0.0).to_numpy()
    points = pd.DataFrame(
        {"time": midnight.to_numpy(), "contacts": heights, "active": marks["active"].to_numpy(), "words": labels}
    )
    figure = cleaning_chart(days, points[near], words, colours_here(), zone=site.zone())
    st.plotly_chart(figure, config=CONFIG, key="cleaning_chart", alt=words("cleaning.chart_alt"))


def _say_something(mark: pd.Series, words: Words) -> None:
    """The reason and four buttons; each writes a decision to marks.csv and makes the history anew."""
    seen = site.once("marks revision", lambda: steps.marks_revision(site.session()))
    st.text_input(
        words("cleaning.reason"), key="mark_reason", max_chars=120, placeholder=words("cleaning.reason_eg"),
        help=words("cleaning.reason_help"),
    )  # fmt: skip
    with st.container(horizontal=True):
        for choice in CHOICES:
            unclear = choice == "accept" and str(mark["mark"]) not in ("outage", "outlier", "special", "discard")
            st.button(
                words(f"cleaning.{choice}"), key=f"mark_{choice}", help=words(f"cleaning.{choice}_help"),
                disabled=unclear, type="primary" if choice == "accept" else "secondary",
                on_click=_decider(mark, choice, seen, words),
            )  # fmt: skip


def _decider(mark: pd.Series, choice: str, seen: int, words: Words) -> Callable[[], None]:
    def decide() -> None:
        site.look_again()
        told = str(st.session_state.get("mark_reason") or "").strip()
        made = PLAIN_MARK.get(choice, str(mark["mark"]))
        if not told and made == "special":
            leave_note(words("cleaning.name_expected"), ":material/error:", stays=True)
            return
        try:
            steps.decide_mark(
                site.session(), queue=str(mark["queue"]), start=mark["start"], end=mark["end"], mark=made,
                reason=told or words(f"cleaning.{choice}"), author=author_here(), seen_revision=seen,
            )  # fmt: skip
        except SmenaError as error:
            leave_error(error, words)
        else:
            st.session_state["mark_reason"] = ""
            leave_note(words("cleaning.stored"))

    return decide
