"""The language and the author of a browser session: chosen in the side bar, guessed from the browser before that."""

from __future__ import annotations

import getpass

import streamlit as st

from views.figures import Colours, colours_of
from views.locale import LANGUAGES, Language, Words, language_of


def language_switch(site_language: Language) -> Words:
    """The switch in the side bar; without a choice the browser's locale decides, then the site's language.

    The choice stands in the address (`?lang=ru`), so it survives a reload and can be sent to a colleague.
    """
    guessed = language_of(_browser_locale(), site_language)
    asked = st.query_params.get("lang")
    with st.sidebar:
        chosen = st.segmented_control(
            "Language · Язык",
            list(LANGUAGES),
            default=language_of(asked, guessed),
            required=True,
            format_func=lambda code: LANGUAGES[code],
            key="lang",
        )
    language = chosen
    st.session_state["language"] = language
    in_address("lang", language, usual=guessed)
    return Words(language)


def in_address(name: str, value: str, *, usual: str) -> None:
    """Keep a choice in the page's address, unless it is the usual one."""
    if value == usual:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def words_here() -> Words:
    """The words of this browser session."""
    return Words(language_of(st.session_state.get("language")))


def colours_here() -> Colours:
    """The figure colours of this browser's theme."""
    return colours_of(st.context.theme.type)


def author_field(words: Words) -> None:
    """Who is planning, kept for the session; changes are stored under this name."""
    with st.sidebar:
        st.text_input(
            words("app.author"),
            value=_login_name(),
            key="author",
            max_chars=80,
            help=words("app.author_help"),
            persist_state="session",
        )


def author_here() -> str:
    """The name that changes are stored under; never empty."""
    return str(st.session_state.get("author") or "").strip() or _login_name()


def _login_name() -> str:
    email = st.user.get("email") if hasattr(st.user, "get") else None
    if isinstance(email, str) and email:
        return email
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "planner"


def _browser_locale() -> str | None:
    locale = st.context.locale
    return locale if isinstance(locale, str) else None
