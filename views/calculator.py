"""Calculator: how many people one queue needs, and what another number of people would give. Needs no store."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planning import questions
from planning.questions import Staffed
from views.parts import calculator
from views.parts.calculator_form import fields
from views.parts.language import words_here
from views.parts.notices import heading, reported, show_notes

words = words_here()
PEOPLE_MOST = 1_100_000


def answered(given: dict[str, Any]) -> None:
    """The answer, what another number of people would give, and the table around both."""
    promise, contacts, minutes = calculator.promise_of(given), given["contacts"], given["interval"]
    found = questions.staff_one_queue(contacts, minutes, promise)
    message = st.success if found.need.agents < float("inf") else st.warning
    message(calculator.answer(found, words), icon=":material/groups:")
    left, right = st.columns([1, 2], border=True)
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
    given = fields(words)
    if not calculator.complete(given):
        st.info(words("calculator.filled"), icon=":material/edit:")
        return
    with reported(words):
        answered(given)


heading("calculator", words)
page()
show_notes()
