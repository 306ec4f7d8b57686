"""Rosters of one week side by side: the published one, the draft and earlier drafts; and the way to take one up."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from domain.errors import SmenaError
from planning import steps
from planning.session import Session
from views.locale import Words
from views.parts import plan, site
from views.parts.notices import leave_error, leave_note

WHOLE = ("hard_breaches", "nights_spread", "weekends_spread", "changed_days")
SHARES = ("covered_share", "wishes_met_share")
DRAFTS_MOST, COMPARED_FIRST = 8, 3
MADE_BY = ("edits", "repair", "copy")  # parameters of a recipe that say how a roster was made


def drafts_of_week() -> list[Any]:
    """The stored rosters of the page's week: the published one first, then the draft, then others, newest first."""
    return site.once("drafts", _drafts)


def _drafts() -> list[Any]:
    made = site.record("roster")
    if made is None:
        return []
    same = [
        record
        for record in reversed(site.session().store.versions.all("roster"))
        if all(record.parameters[name] == made.parameters[name] for name in ("week_start", "days"))
    ]
    shown, current = _published(), site.member("roster")
    same.sort(key=lambda record: (record.version != shown, record.version != current))
    return same[:DRAFTS_MOST]


def _published() -> str | None:
    shown = site.published()
    return shown.members.get("roster") if shown else None


def has_two_drafts() -> bool:
    """Whether there is anything to compare with the roster on the page."""
    return len(drafts_of_week()) > 1


@st.cache_resource(show_spinner=False, max_entries=8)
def _compared(
    _session: Session, store: str, versions: tuple[str, ...], requirements: str, roster: str, files: str
) -> pd.DataFrame:
    return steps.compare_rosters(_session, list(versions))


def drafts_view(words: Words) -> None:
    """A line a measure, a column a draft; which to compare and which to take up."""
    known = {record.version: record for record in drafts_of_week()}
    chosen = st.pills(
        words("drafts.compare"), list(known), selection_mode="multi", default=list(known)[:COMPARED_FIRST],
        key=f"drafts_{site.member('roster')}_{len(known)}",
        format_func=lambda version: draft_name(known[version], words),
    )  # fmt: skip
    versions = tuple(version for version in known if version in (chosen or ()))
    if not versions:
        st.info(words("drafts.choose"))
        return
    session = site.session()
    found = _compared(
        session, str(session.store.address), versions, site.member("requirements") or "", site.member("roster") or "",
        plan.rule_files(),
    )  # fmt: skip
    names = [draft_name(known[version], words) for version in versions]
    st.dataframe(drafts_table(found, names, words), hide_index=True, alt=words("roster.view_drafts"))
    others = [version for version in known if version != site.member("roster")]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        version = st.selectbox(
            words("drafts.other"), others, key="draft_other", width=360,
            format_func=lambda version: draft_name(known[version], words),
        )  # fmt: skip
        st.button(
            words("drafts.take_up"),
            icon=":material/swap_vert:",
            key="take_up",
            on_click=_take_up,
            args=(version, words),
        )


def draft_name(record: Any, words: Words) -> str:
    """How a draft is called: published, on the page, else how and when it was made."""
    how = next((name for name in MADE_BY if name in record.parameters), "made")
    when = site.moment(record.made_at, words)
    shown = record.version == _published()
    if record.version == site.member("roster"):
        return words("drafts.here_published") if shown else words("drafts.here", when=when)
    if shown:
        return words("drafts.published")
    return f"{words(f'drafts.by_{how}')}, {when}"


def _take_up(version: str, words: Words) -> None:
    site.look_again()
    try:
        steps.take_up(site.session(), version)
        steps.measure_coverage(site.session())
        steps.audit(site.session())
    except SmenaError as error:
        leave_error(error, words)
    else:
        site.look_again()
        leave_note(words("drafts.taken_up"))


def drafts_table(found: pd.DataFrame, names: list[str], words: Words) -> pd.DataFrame:
    """COMPARISON turned: measures down, the named drafts across."""
    measures = [name for name in found.columns if name != "draft"]
    table = {words("drafts.measure"): [words(f"drafts.{name}") for name in measures]}
    for title, (_, row) in zip(_apart(names), found.iterrows(), strict=True):
        table[title] = [_text(name, float(row[name]), words) for name in measures]
    return pd.DataFrame(table)


def _apart(names: list[str]) -> list[str]:
    """The names, numbered where two are alike: columns need names of their own."""
    return [name if names.count(name) == 1 else f"{name} ({number})" for number, name in enumerate(names, start=1)]


def _text(name: str, value: float, words: Words) -> str:
    if name in SHARES:
        return words.percent(value, 1)
    return words.number(value, 0 if name in WHOLE else 1)
