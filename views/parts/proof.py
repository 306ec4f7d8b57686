"""How much room is left under each rule: a badge a rule with its tightest place, and the whole sheet below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from planning import steps
from planning.session import Session
from views.locale import Words
from views.parts import pickers, plan, site
from views.parts.days import local_times

UNMEASURED = "breaches"
CLOSE_SHARE = 0.05  # of the limit: less room than this is worth a look
Colour = Literal["red", "orange", "green"]
COLUMNS = ["rule", "agent", "time", "found", "limit", "margin", "unit", "words"]


@st.cache_resource(show_spinner=False, max_entries=8)
def _proof(_session: Session, store: str, roster: str, files: str) -> pd.DataFrame:
    return steps.proof(_session)


def proof_of_plan() -> pd.DataFrame:
    """PROOF of the roster on the page, worked out once for each roster and set of rules."""
    return _proof(site.session(), str(site.session().store.address), site.member("roster") or "", plan.rule_files())


def proof_view(words: Words) -> None:
    """Badges and sheet."""
    found = proof_of_plan()
    if found.empty:
        st.info(words("app.nothing_here"))
        return
    names = plan.names()
    measured = found[found["unit"] != UNMEASURED]
    with st.container(horizontal=True):
        for row in steps.tightest(measured).to_dict("records"):
            st.badge(
                _label(row, words), color=_colour(row), help=f"{names.get(row['agent'], row['agent'])}: {row['words']}"
            )
    shown = found.assign(
        time=local_times(found["start"], site.zone()),
        agent=[names.get(agent, agent) for agent in found["agent"]],
        rule=[words.either(f"rule.{rule}", rule) for rule in found["rule"]],
        unit=[words.either(f"unit.{unit}", str(unit)) for unit in found["unit"]],
    ).sort_values("margin", kind="stable")
    st.dataframe(
        shown[COLUMNS], hide_index=True, height=460, alt=words("roster.view_proof"),
        column_config={name: words(f"column.{name}") for name in COLUMNS} | {"time": pickers.time_column(words)},
    )  # fmt: skip


def _label(row: Mapping[Any, Any], words: Words) -> str:
    rule, unit = words.either(f"rule.{row['rule']}", str(row["rule"])), words.either(f"unit.{row['unit']}", "")
    return f"{rule}: {float(row['margin']):+.3g} {unit}"


def _colour(row: Mapping[Any, Any]) -> Colour:
    margin, limit = float(row["margin"]), float(row["limit"])
    if margin < 0:
        return "red" if row["strictness"] == "forbid" else "orange"
    return "orange" if margin < CLOSE_SHARE * limit else "green"
