"""How people fare in the plan's roster: fair shares with what they carry, wishes granted. Milliseconds: not stored."""

from __future__ import annotations

import pandas as pd

from domain.tables import GRANTS, SHARES
from planning.session import Session
from planning.steps.ledgers import ledger_frame
from planning.steps.produce import needed
from planning.steps.weeks import days_of


def fair_shares(session: Session) -> pd.DataFrame:
    """SHARES of the plan's roster with the ledger it was made with. Raises `NothingToPlan`."""
    import scheduling as core

    if session.site.people.empty:
        return SHARES.empty()
    made = session.store.versions.get("roster", needed(session, "roster"))
    roster = session.store.versions.frame("roster", made.version)
    return core.fair_shares(
        roster, session.site.people, session.site.rulebook, time_off=session.site.time_off,
        ledger=ledger_frame(session, made), days=days_of(made.parameters),
    )  # fmt: skip


def wish_grants(session: Session) -> pd.DataFrame:
    """GRANTS of the plan's roster. Raises `NothingToPlan`."""
    import scheduling as core

    if session.site.people.empty:
        return GRANTS.empty()
    made = session.store.versions.get("roster", needed(session, "roster"))
    roster = session.store.versions.frame("roster", made.version)
    return core.wish_grants(
        roster, session.site.people, session.site.rulebook, time_off=session.site.time_off,
        days=days_of(made.parameters),
    )  # fmt: skip
