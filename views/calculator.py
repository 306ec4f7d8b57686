"""Calculator: how many people one queue needs, and what another number of people would give. Needs no store."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planning import questions
from planning.questions import Staffed
from views.parts import calculator
from views.parts.language import words_here
from views.parts.notices import heading, reported, show_notes

words = words_here()
INTERVALS_MINUTES = (5, 10, 15, 20, 30, 60)
CONTACTS_MOST, SECONDS_MOST, PEOPLE_MOST = 1_000_000.0, 86_400.0, 1_100_000


def number(name: str, value: float | None, least: float, most: float, step: float, **how: Any) -> float | None:
    """One number of the form, kept for the session; None where it is empty."""
    label, text = words(f"calculator.{name}"), how.pop("placeholder", None)
    found: float | None = st.number_input(
        label, least, most, value, step, key=f"calculator_{name}", persist_state="session", format="%g",
        placeholder=text, **how,
    )  # fmt: skip
    return found


def fields() -> dict[str, Any]:
    """The form: what comes in, what is promised, what limits it."""
    work = st.segmented_control(
        words("calculator.work"), calculator.WORKS, default="live", required=True, key="calculator_work",
        format_func=lambda name: words(f"calculator.work_{name}"), persist_state="session",
    )  # fmt: skip
    given: dict[str, Any] = {"work": work}
    demand, promised, limits = st.columns(3, border=True)
    with demand:
        given["contacts"] = number("contacts", 100.0, 0.0, CONTACTS_MOST, 10.0)
        given["interval"] = st.selectbox(
            words("calculator.interval"), INTERVALS_MINUTES, INTERVALS_MINUTES.index(30), key="calculator_interval",
            format_func=lambda minutes: words("calculator.minutes", minutes=minutes), persist_state="session",
        )  # fmt: skip
        if work == "chat":
            given["concurrency"] = int(number("concurrency", 3.0, 1.0, 10.0, 1.0) or 1)
            given["aht"] = number("aht_alone", 480.0, 1.0, SECONDS_MOST, 10.0)
            given["aht_full"] = number("aht_full", 660.0, 1.0, SECONDS_MOST, 10.0)
        else:
            given["aht"] = number("aht", 300.0, 1.0, SECONDS_MOST, 10.0, help=words("calculator.aht_help"))
    with promised:
        given["level"] = number("level", 80.0, 0.0, 100.0, 1.0)
        if work == "deferred":
            given["deadline"] = number("deadline", 8.0, 0.25, 1000.0, 1.0)
        else:
            given["within"] = number("within", 20.0, 0.0, SECONDS_MOST, 5.0)
            given["patience"] = number(
                "patience", None, 1.0, SECONDS_MOST, 10.0, help=words("calculator.patience_help"),
                placeholder=words("calculator.patience_none"),
            )  # fmt: skip
    with limits:
        none = words("calculator.none")
        given["occupancy"] = number(
            "occupancy", None, 1.0, 100.0, 1.0, help=words("calculator.occupancy_help"), placeholder=none
        )
        if work != "deferred":
            given["abandon"] = number(
                "abandon", None, 0.1, 100.0, 1.0, help=words("calculator.abandon_help"), placeholder=none
            )
        given["shrinkage"] = number("shrinkage", 0.0, 0.0, 95.0, 1.0, help=words("calculator.shrinkage_help"))
    return given


def answered(given: dict[str, Any]) -> None:
    """The answer, what another number of people would give, and the table around both."""
    promise, contacts, minutes = calculator.promise_of(given), given["contacts"], given["interval"]
    found = questions.staff_one_queue(contacts, minutes, promise)
    message = st.success if found.need.agents < float("inf") else st.warning
    message(calculator.answer(found, words), icon=":material/groups:")
    left, right = st.columns([2, 3], border=True)
    with left:
        with st.container(horizontal=True):
            needed, scheduled = (number_or_dash(value) for value in (found.need.agents, found.need.scheduled))
            st.metric(words("calculator.needed"), needed)
            st.metric(words("calculator.scheduled"), scheduled)
            st.metric(
                words("calculator.load"), words.number(found.need.load_erlangs, 1), help=words("calculator.load_help")
            )
        people = st.number_input(
            words("calculator.what_if"), 0, PEOPLE_MOST, found.centre, 1, key=f"calculator_people_{found.centre}",
            help=words("calculator.what_if_help"),
        )  # fmt: skip
        found = questions.staff_one_queue(contacts, minutes, promise, extra=(int(people),))
        row = found.table[found.table["agents"] == people].iloc[0]
        st.markdown(calculator.sentence(row, found, words))
    with right:
        table(found)


def number_or_dash(people: float) -> str:
    """A number of people; a dash where no number is enough."""
    return words.number(people) if people < float("inf") else "–"


def table(found: Staffed) -> None:
    """Numbers of people around the answer and what each gives; the same as CSV."""
    shown, text = calculator.shown(found), calculator.as_csv(found)
    own = ("agents", "p_wait", "keeps")
    names = {name: words(f"calculator.{name}" if name in own else f"column.{name}") for name in map(str, shown)}
    columns: dict[str, Any] = {**names, "keeps": st.column_config.CheckboxColumn(names["keeps"])}
    for name in set(names) - {"agents", "keeps"}:
        how = "%.1f" if name == "asa_seconds" else "percent"
        columns[name] = st.column_config.NumberColumn(names[name], format=how)
    st.subheader(words("calculator.table"), anchor=False)
    st.dataframe(
        shown, hide_index=True, height="content", placeholder="–", key="calculator_table", column_config=columns,
        alt=words("calculator.table"),
    )  # fmt: skip
    with st.container(horizontal=True):
        st.download_button(
            words("calculator.download"), text, "calculator.csv", "text/csv", icon=":material/download:",
            key="calculator_csv", on_click="ignore",
        )  # fmt: skip
        with st.popover(words("calculator.copy"), icon=":material/content_copy:"):
            st.code(text, language=None)


@st.fragment
def page() -> None:
    """The form and its answer; a change reruns nothing else."""
    given = fields()
    if not calculator.complete(given):
        st.info(words("calculator.filled"), icon=":material/edit:")
        return
    with reported(words):
        answered(given)


heading("calculator", words)
page()
show_notes()
