"""The proof sheet of the plan's roster. It is worked out when it is asked for: milliseconds, so no version is kept."""

from __future__ import annotations

import pandas as pd

from domain.tables import PROOF
from planning.recipe import Recipe
from planning.session import Session
from planning.steps.produce import Materials, needed
from planning.steps.weeks import days_of, previous_rows


def proof(session: Session) -> pd.DataFrame:
    """PROOF of the plan's roster under the site's rules. Raises `NothingToPlan`."""
    import scheduling as core  # loads the solver: only where numbers are made

    version = session.store.versions.get("roster", needed(session, "roster"))
    roster = session.store.versions.frame("roster", version.version)
    if roster.empty and session.site.people.empty:  # nobody to plan needs no rule book
        return PROOF.empty()
    return core.prove(
        roster,
        session.site.people,
        session.site.rulebook,
        time_off=session.site.time_off,
        previous=_previous(session, version.version),
        days=days_of(version.parameters),
    )


def tightest(proof: pd.DataFrame) -> pd.DataFrame:
    """Of a frame under PROOF the row with the least margin of each rule."""
    import scheduling as core

    return core.tightest(proof)


def _previous(session: Session, version: str) -> pd.DataFrame | None:
    """The rows of the roster that a version was made after, shortly before its week; None where there is none."""
    made = session.store.versions.get("roster", version)
    return previous_rows(Materials(session.store, Recipe(made.kind, made.inputs, made.parameters)))
