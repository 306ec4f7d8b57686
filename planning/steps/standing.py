"""How people fare in the plan's roster: fair shares with what they carry, wishes granted. Milliseconds: not stored."""

from __future__ import annotations

from typing import Any

import pandas as pd

from domain.tables import GRANTS, SHARES
from planning.session import Session
from planning.steps.ledgers import ledger_frame
from planning.steps.produce import needed
from planning.steps.weeks import days_of
from planning.store import Version


def fair_shares(session: Session) -> pd.DataFrame:
    """SHARES of the plan's roster with the ledger it was made with. Raises `NothingToPlan`."""
    import scheduling as core

    if session.site.people.empty:
        return SHARES.empty()
    made = _made(session)
    return core.fair_shares(**_of(session, made), ledger=ledger_frame(session, made))


def wish_grants(session: Session) -> pd.DataFrame:
    """GRANTS of the plan's roster. Raises `NothingToPlan`."""
    import scheduling as core

    return GRANTS.empty() if session.site.people.empty else core.wish_grants(**_of(session, _made(session)))


def _made(session: Session) -> Version:
    return session.store.versions.get("roster", needed(session, "roster"))


def _of(session: Session, made: Version) -> dict[str, Any]:
    """The roster, the people and rules, and the days planned, by the names of the cores' arguments."""
    site = session.site
    return {
        "roster": session.store.versions.frame("roster", made.version),
        "people": site.people,
        "rulebook": site.rulebook,
        "time_off": site.time_off,
        "days": days_of(made.parameters),
    }
