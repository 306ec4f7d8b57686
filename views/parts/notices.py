"""Messages: errors with their facts and remedy, empty states that name the next step, notes that outlive a rerun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from domain.errors import InputError, SmenaError, StaleRevision, TableError
from views.locale import Words

FACTS = ("file", "line", "column", "expected", "found", "remedy")


def facts_of(error: SmenaError) -> pd.DataFrame:
    """An error as rows of file, line, column, expected, found, remedy (text); one row a violation of a table."""
    if isinstance(error, TableError):
        rows = [
            {
                "file": error.file,
                "line": None if fault.row is None else fault.row + 2,
                "column": fault.column,
                "expected": fault.expected,
                "found": fault.found,
                "remedy": None,
            }
            for fault in error.violations
        ]
    elif isinstance(error, InputError):
        rows = [{name: getattr(error, name) for name in FACTS}]
    else:
        rows = []
    table = pd.DataFrame(rows, columns=list(FACTS)).astype("object")
    return table.map(lambda value: "" if value is None or value != value else str(value)).astype("str")


def headline(error: SmenaError, words: Words) -> str:
    """What kind of fault it is and where, in the reader's language; the error's own words where there is no kind."""
    kind = words.either(f"fault.{type(error).__name__}", "")
    if not kind:
        return str(error)
    if isinstance(error, InputError):
        line = f"{words('error.line')} {error.line}" if error.line else ""
        return f"{kind}: {place}" if (place := ", ".join(filter(None, (error.file, line, error.column)))) else kind
    return f"{kind} ({error})"


def remedy_for(error: SmenaError, words: Words) -> str:
    """What to do, in the reader's language. The error's own advice goes first where it is no advice for a terminal."""
    own = getattr(error, "remedy", "")
    usual = words.either(f"remedy.{type(error).__name__}", own)
    return own if own and words.language == "en" and "--" not in own else usual


def show_error(error: SmenaError, words: Words) -> None:
    """The error as a message, and its facts as a table where it has any."""
    st.error(headline(error, words), icon=":material/error:")
    facts = facts_of(error).assign(remedy=remedy_for(error, words))
    if len(facts):
        st.dataframe(
            facts,
            hide_index=True,
            column_config={name: words(f"error.{name}") for name in FACTS},
            key=f"facts_{id(error)}",
        )


@contextmanager
def reported(words: Words) -> Iterator[None]:
    """Shows an error of the house where it happens; the rest of the page goes on."""
    try:
        yield
    except SmenaError as error:
        show_error(error, words)


def leave_note(text: str, icon: str = ":material/check_circle:", *, stays: bool = False) -> None:
    """A short message for the next run: a toast before `st.rerun()` would be lost. `stays`: until it is closed."""
    st.session_state.setdefault("notes", []).append((text, icon, stays))


def leave_error(error: SmenaError, words: Words) -> None:
    """An error as a note, for callbacks, which can't draw on the page. It stays until it is closed."""
    if isinstance(error, StaleRevision):
        leave_note(words("app.changed_meanwhile"), ":material/sync_problem:", stays=True)
        return
    expected = f" · {words('error.expected')}: {error.expected}" if isinstance(error, InputError) else ""
    leave_note(headline(error, words) + expected, ":material/error:", stays=True)


def show_notes() -> None:
    """Show and forget the messages left by the run before."""
    for text, icon, stays in st.session_state.pop("notes", []):
        st.toast(text, icon=icon, duration="infinite" if stays else "short")


def heading(page: str, words: Words) -> None:
    """A page's title and one line that says what it is for."""
    st.title(words(f"{page}.title"), anchor=False)
    st.caption(words(f"{page}.purpose"))
