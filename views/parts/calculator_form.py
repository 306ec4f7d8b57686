"""The calculator's form: what comes in, what is promised, what limits it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from views.locale import Words
from views.parts.calculator import WORKS

INTERVALS_MINUTES = (5, 10, 15, 20, 30, 60)
CONTACTS_MOST, SECONDS_MOST = 1_000_000.0, 86_400.0


def _number(
    words: Words, name: str, value: float | None, least: float, most: float, step: float, **how: Any
) -> float | None:
    """One number of the form, kept for the session; None where it is empty."""
    label, text = words(f"calculator.{name}"), how.pop("placeholder", None)
    found: float | None = st.number_input(
        label, least, most, value, step, key=f"calculator_{name}", persist_state="session", format="%g",
        placeholder=text, **how,
    )  # fmt: skip
    return found


def fields(words: Words) -> dict[str, Any]:
    """The fields by name, None where one is empty; see `calculator.promise_of`."""
    work = st.segmented_control(
        words("calculator.work"), WORKS, default="live", required=True, key="calculator_work",
        format_func=lambda name: words(f"calculator.work_{name}"), persist_state="session",
    )  # fmt: skip
    given: dict[str, Any] = {"work": work}
    demand, promised, limits = st.columns(3, border=True)
    with demand:
        given["contacts"] = _number(words, "contacts", 100.0, 0.0, CONTACTS_MOST, 10.0)
        given["interval"] = st.selectbox(
            words("calculator.interval"), INTERVALS_MINUTES, INTERVALS_MINUTES.index(30), key="calculator_interval",
            format_func=lambda minutes: words("calculator.minutes", minutes=minutes), persist_state="session",
        )  # fmt: skip
        if work == "chat":
            given["concurrency"] = int(_number(words, "concurrency", 3.0, 1.0, 10.0, 1.0) or 1)
            given["aht"] = _number(words, "aht_alone", 480.0, 1.0, SECONDS_MOST, 10.0)
            given["aht_full"] = _number(words, "aht_full", 660.0, 1.0, SECONDS_MOST, 10.0)
        else:
            given["aht"] = _number(words, "aht", 300.0, 1.0, SECONDS_MOST, 10.0, help=words("calculator.aht_help"))
    with promised:
        given["level"] = _number(words, "level", 80.0, 0.0, 100.0, 1.0)
        if work == "deferred":
            given["deadline"] = _number(words, "deadline", 8.0, 0.25, 1000.0, 1.0)
        else:
            given["within"] = _number(words, "within", 20.0, 0.0, SECONDS_MOST, 5.0)
            given["patience"] = _number(
                words, "patience", None, 1.0, SECONDS_MOST, 10.0, help=words("calculator.patience_help"),
                placeholder=words("calculator.patience_none"),
            )  # fmt: skip
    with limits:
        none = words("calculator.none")
        given["occupancy"] = _number(
            words, "occupancy", None, 1.0, 100.0, 1.0, help=words("calculator.occupancy_help"), placeholder=none
        )
        if work != "deferred":
            given["abandon"] = _number(
                words, "abandon", None, 0.1, 100.0, 1.0, help=words("calculator.abandon_help"), placeholder=none
            )
        given["shrinkage"] = _number(words, "shrinkage", 0.0, 0.0, 95.0, 1.0, help=words("calculator.shrinkage_help"))
    return given
