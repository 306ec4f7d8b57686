"""The draft of the roster beside the published one: what each costs, covers and grants, and how many days differ."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning import steps
from planning.session import Session
from views.locale import Words
from views.parts import plan, site

NAMES = ("published", "draft")
WHOLE = ("hard_breaches", "nights_spread", "weekends_spread", "changed_days")
SHARES = ("covered_share", "wishes_met_share")


def has_two_drafts() -> bool:
    """Whether the draft and the published roster are two rosters of one week."""
    shown, made = site.published(), site.record("roster")
    version = shown.members.get("roster") if shown else None
    if version is None or made is None or plan.is_published("roster"):
        return False
    other = site.session().store.versions.get("roster", version)
    return bool(other.parameters["week_start"] == made.parameters["week_start"])


@st.cache_resource(show_spinner=False, max_entries=4)
def _compared(_session: Session, store: str, versions: tuple[str, ...], requirements: str) -> pd.DataFrame:
    return steps.compare_rosters(_session, list(versions))


def drafts_view(words: Words) -> None:
    """A line a measure, a column a draft."""
    shown = site.published()
    versions = (shown.members["roster"] if shown else "", site.member("roster") or "")
    found = _compared(site.session(), str(site.session().store.address), versions, site.member("requirements") or "")
    st.dataframe(drafts_table(found, words), hide_index=True, alt=words("roster.view_drafts"))


def drafts_table(found: pd.DataFrame, words: Words) -> pd.DataFrame:
    """COMPARISON of the published roster and the draft, turned: measures down, drafts across."""
    measures = [name for name in found.columns if name != "draft"]
    table = {words("drafts.measure"): [words(f"drafts.{name}") for name in measures]}
    for title, (_, row) in zip(NAMES, found.iterrows(), strict=True):
        table[words(f"drafts.{title}")] = [_text(name, float(row[name]), words) for name in measures]
    return pd.DataFrame(table)


def _text(name: str, value: float, words: Words) -> str:
    if name in SHARES:
        return words.percent(value, 1)
    return words.number(value, 0 if name in WHOLE else 1)
