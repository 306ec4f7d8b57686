"""The fairness ledger of the store: what people have had before a roster begins, carried from published rosters.

A roster's ledger is that of the roster published before it, with what that one gave everybody until the new one begins.
A roster made anew for the same days starts from the same ledger. Ledgers are versions like all else, named among what a
roster was made from, so that a roster can be made again and its page can say who carries what.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from domain.tables import LEDGER
from planning.recipe import Recipe
from planning.session import Session
from planning.steps.produce import SITE_PREFIX, Materials
from planning.steps.weeks import days_of, week_of
from planning.store import Version

KIND = "ledger"


def ledger_before(session: Session, week_start: str) -> dict[str, str]:
    """The ledger that counts for a roster from `week_start` on, as an input of its recipe; none before the first
    published roster. It is made where it is not there yet."""
    published = session.published
    version = published.members.get("roster") if published else None
    known = session.store.versions.known().get("roster", set())
    while version is not None and version in known:
        made = session.store.versions.get("roster", version)
        if made.parameters["week_start"] < week_start:
            return {KIND: _carried(session, made, week_start)}
        if made.parameters["week_start"] == week_start:
            return ledger_of(made.inputs)
        version = made.inputs.get("roster")
    return {}


def ledger_of(inputs: Mapping[str, str]) -> dict[str, str]:
    """The ledger among what a roster was made from, as an input for another recipe of the same days."""
    return {KIND: inputs[KIND]} if KIND in inputs else {}


def ledger_frame(session: Session, made: Version) -> pd.DataFrame | None:
    """LEDGER that a roster was made with; None where it began without one."""
    return session.store.versions.frame(KIND, made.inputs[KIND]) if KIND in made.inputs else None


def _carried(session: Session, made: Version, until: str) -> str:
    """The version of the ledger after a roster, up to the day `until`."""
    files = {name: digest for name, digest in made.inputs.items() if name.startswith(SITE_PREFIX)}
    inputs = {"roster": made.version, **files, **ledger_of(made.inputs)}
    parameters = {name: made.parameters[name] for name in ("week_start", "days", "timezone")}
    recipe = Recipe(KIND, inputs, {**parameters, "until": until})
    found = session.store.versions.made_by(recipe)
    if found is not None:
        return found
    frame = _carry(Materials(session.store, recipe))
    return session.store.versions.write({KIND: frame}, recipe, session.clock(), run=session.run)


def _carry(materials: Materials) -> pd.DataFrame:
    import scheduling as core

    site, parameters = materials.site, materials.parameters
    before = materials.frame(KIND) if KIND in materials.recipe.inputs else None
    if site.people.empty:
        return before if before is not None else LEDGER.empty()
    _, end = week_of({**parameters, "days": (pd.Timestamp(parameters["until"]) - _first(parameters)).days})
    roster = materials.frame("roster")
    had = roster[roster["start"] < end].reset_index(drop=True)
    days = _days_until(parameters)
    return core.carry(had, site.people, site.rulebook, time_off=site.time_off, ledger=before, days=days)


def _days_until(parameters: Mapping[str, Any]) -> tuple[date, date]:
    """First and last local day of a roster before the day `until`."""
    first, last = days_of(parameters)
    return first, min(last, date.fromisoformat(parameters["until"]) - timedelta(days=1))


def _first(parameters: Mapping[str, str]) -> pd.Timestamp:
    return pd.Timestamp(parameters["week_start"])
