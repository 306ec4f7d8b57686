"""How people fare: their shares of the shifts nobody likes, with what they carry from before, and their wishes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning import steps
from planning.session import Session
from views.locale import Words
from views.parts import plan, site

COUNTS = ("nights", "weekends", "holidays", "late_ends")
WISH_DAYS_SHOWN = 3
ONE = 1.05  # shifts: "one off" of a share that is no whole number


@st.cache_resource(show_spinner=False, max_entries=8)
def _standing(_session: Session, store: str, roster: str, files: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return steps.fair_shares(_session), steps.wish_grants(_session)


def standing_view(words: Words) -> None:
    """Shares first, wishes below."""
    session = site.session()
    shares, grants = _standing(session, str(session.store.address), site.member("roster") or "", plan.rule_files())
    st.subheader(words("standing.shares"), anchor=False)
    show_shares(shares, words)
    st.subheader(words("standing.wishes"), anchor=False)
    show_wishes(grants, words)


def show_shares(shares: pd.DataFrame, words: Words) -> None:
    """One count at a time: had against a fair share, carried from before, and how far off that leaves everybody."""
    if shares.empty:
        st.info(words("standing.no_shares"))
        return
    counts = [count for count in COUNTS if (shares["count"] == count).any()]
    chosen = st.pills(
        words("standing.count"), counts, default=counts[0], required=True, key="standing_count",
        label_visibility="collapsed", format_func=lambda count: words(f"standing.{count}"),
    )  # fmt: skip
    own = shares[shares["count"] == (chosen or counts[0])]
    near = float((own["off"].abs() <= ONE).mean())
    st.caption(words("standing.near", share=words.percent(near), people=len(own)))
    if not own["before"].any():
        st.caption(words("standing.no_ledger"))
    st.dataframe(
        shares_table(own, words), hide_index=True, height=380, alt=words("standing.shares"),
        column_config={
            words(f"standing.{name}"): st.column_config.NumberColumn(format="%.1f")
            for name in ("share", "before", "off")
        },
    )  # fmt: skip


def shares_table(own: pd.DataFrame, words: Words) -> pd.DataFrame:
    """SHARES of one count as a reader sees them, furthest off first."""
    names = plan.names()
    ordered = own.assign(size=own["off"].abs()).sort_values(["size", "agent"], ascending=[False, True], kind="stable")
    table = {words("column.agent"): [names.get(agent, agent) for agent in ordered["agent"]]}
    shown = {words(f"standing.{name}"): ordered[name].to_numpy() for name in ("had", "share", "before", "off")}
    return pd.DataFrame(table | shown)


def show_wishes(grants: pd.DataFrame, words: Words) -> None:
    """Granted of asked: days off, shifts, weightiest wishes; then person by person."""
    if grants.empty:
        st.info(words("standing.no_wishes"))
        return
    off = (grants["kind"] == "wish_off") & (grants["what"].fillna("") == "")
    with st.container(horizontal=True):
        for name, rows in (("days_off", grants[off]), ("shifts", grants[~off]), ("first", grants[grants["first"]])):
            if len(rows):
                value = words("standing.granted_of", granted=int(rows["granted"].sum()), asked=len(rows))
                st.metric(words(f"standing.{name}"), value, border=True)
    st.dataframe(wishes_table(grants, words), hide_index=True, alt=words("standing.wishes"))


def wishes_table(grants: pd.DataFrame, words: Words) -> pd.DataFrame:
    """GRANTS as a line a person: asked, granted, the weightiest ones, the days that went the other way."""
    names, rows = plan.names(), []
    for agent, own in grants.groupby("agent", sort=False):
        first = own[own["first"]]
        refused = [words.day(day.date()) for day in own.loc[~own["granted"], "date"]]
        more = f" +{len(refused) - WISH_DAYS_SHOWN}" if len(refused) > WISH_DAYS_SHOWN else ""
        rows.append(
            (
                names.get(str(agent), str(agent)), len(own), int(own["granted"].sum()),
                words("standing.granted_of", granted=int(first["granted"].sum()), asked=len(first)),
                ", ".join(refused[:WISH_DAYS_SHOWN]) + more,
            )
        )  # fmt: skip
    columns = ["column.agent", "standing.asked", "standing.granted", "standing.first", "standing.refused"]
    table = pd.DataFrame(rows, columns=[words(name) for name in columns])
    return table.sort_values([words("column.agent")], ignore_index=True)
