"""Rosters made from a roster: the plan's one repaired, or a week of it copied to another week, as drafts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from domain.errors import BadValue, NothingToPlan
from domain.tables import ROSTER, TIME_OFF
from planning.recipe import Recipe
from planning.session import Session
from planning.steps.editing import EDITED, edited_maker
from planning.steps.ledgers import KIND, ledger_before, ledger_frame, ledger_of
from planning.steps.produce import Made, Materials, StepResult, Tools, needed, produce, site_inputs
from planning.steps.weeks import previous_of, previous_rows, week_of, within

RULE_FILES = ("people.csv", "rules.toml", "time_off.csv")
TIME_OFF_FILE = "time_off.csv"
REPAIRED, COPIED = "repair", "copy"


def save_absence(session: Session, agent: str, first: date, last: date, kind: str = "sick") -> bool:
    """Add one absence or wish to time_off.csv. Returns whether it is new.

    Raises `BadValue` for somebody who is not among the people, `TableError` for a kind that is none.
    """
    if agent not in set(session.site.people["agent"]):
        raise BadValue("one of the people", column="agent", found=agent)
    known = session.store.site.current().get(TIME_OFF_FILE)
    row = {"agent": agent, "from": pd.Timestamp(first), "to": pd.Timestamp(last), "kind": kind, "weight": 1.0}
    entry = pd.DataFrame([row]).astype({"from": "datetime64[us]", "to": "datetime64[us]"})
    old = session.site.time_off
    joined = pd.concat([old, entry], ignore_index=True) if len(old) else entry
    joined = TIME_OFF.check(joined.drop_duplicates(list(TIME_OFF.key), keep="last"), TIME_OFF_FILE)
    text = str(joined.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))
    seen = {TIME_OFF_FILE: known.revision if known else 0}
    return bool(session.store.site.save({TIME_OFF_FILE: text}, author=session.author, at=session.clock(), seen=seen))


def preview_repair(
    session: Session, agent: str, first: date, last: date, kind: str = "sick", *, changes_most: int | None = None,
    now: pd.Timestamp | None = None,
) -> Any:  # fmt: skip
    """What a repair for one more absence would change: a `scheduling.Repair`; nothing is stored.

    Shifts that begin before `now` (default: the session's clock; the first day of a week that is over) stay.
    Raises `NothingToPlan`.
    """
    row = {"agent": agent, "from": pd.Timestamp(first), "to": pd.Timestamp(last), "kind": kind, "weight": 1.0}
    entry = pd.DataFrame([row]).astype({"from": "datetime64[us]", "to": "datetime64[us]"})
    old = session.site.time_off
    time_off = pd.concat([old, entry], ignore_index=True) if len(old) else entry
    time_off = time_off.drop_duplicates(list(TIME_OFF.key), keep="last")
    return _repair(Materials(session.store, _repair_recipe(session, changes_most, now)), time_off)


def repair_roster(session: Session, *, changes_most: int | None = None, now: pd.Timestamp | None = None) -> StepResult:
    """A draft that repairs the plan's roster for today's time off and requirements with few changes.

    `details["changes"]` are the rows of REPAIRS, `details["summary"]` the account. Raises `NothingToPlan`.
    """
    from planning.steps.staffing import roster_maker

    return produce(session, _repair_recipe(session, changes_most, now), roster_maker, Tools())


def copy_week(session: Session, to: date, *, first: date | None = None) -> StepResult:
    """A draft for the week from `to` with the shifts of the plan's roster from `first` (default: its first day).

    Absences of the new week are kept. Raises `NothingToPlan`.
    """
    from planning.steps.staffing import roster_maker

    base = session.store.versions.get("roster", needed(session, "roster"))
    begin = first or date.fromisoformat(base.parameters["week_start"])
    parameters = {
        "week_start": to.isoformat(), "days": base.parameters["days"], "timezone": base.parameters["timezone"],
        COPIED: begin.isoformat(), "previous": base.version,
    }  # fmt: skip
    inputs = _inputs(session, base.version) | ledger_before(session, to.isoformat())
    return produce(session, Recipe("roster", inputs, parameters), roster_maker, Tools())


def compare_rosters(session: Session, versions: list[str]) -> pd.DataFrame:
    """COMPARISON of versions of the roster (names, `published` or `draft`) over the week of the first."""
    import scheduling as core
    from planning.steps.publishing import read_version

    drafts = {name: ROSTER.check(read_version(session, "roster", name)) for name in versions}
    base = session.store.versions.get("roster", needed(session, "roster"))
    materials = Materials(session.store, Recipe("roster", base.inputs, base.parameters))
    first, end = week_of(base.parameters)
    need = within(session.store.versions.frame("requirements", needed(session, "requirements")), first, end)
    return core.compare(
        drafts, need, session.site.people, session.site.rulebook, time_off=session.site.time_off,
        previous=previous_rows(materials), ledger=ledger_frame(session, base),
    )  # fmt: skip


def remade_from_a_roster(materials: Materials) -> Made | None:
    """ROSTER of a recipe that repairs, edits or copies; None for one that plans anew."""
    if REPAIRED in materials.parameters:
        done = _repair(materials, materials.site.time_off)
        after = done.summary.get("after", {})
        summary = {"status": "repaired", **after, "repair": dict(done.summary)}
        return Made({"roster": done.roster}, {"summary": summary, "changes": _rows(done.changes)})
    if EDITED in materials.parameters:
        return edited_maker(materials)
    if COPIED in materials.parameters:
        return _copied(materials)
    return None


def _inputs(session: Session, base: str) -> dict[str, str]:
    return {"requirements": needed(session, "requirements"), "roster": base, **site_inputs(session, RULE_FILES)}


def _repair_recipe(session: Session, changes_most: int | None, now: pd.Timestamp | None) -> Recipe:
    base = session.store.versions.get("roster", needed(session, "roster"))
    parameters = {name: base.parameters[name] for name in ("week_start", "days", "timezone")}
    first, end = week_of(parameters)
    clock = now if now is not None else session.clock()
    if now is None and clock >= end:
        clock = first  # of a week that is over, as in the sample: what could have been done before it
    parameters[REPAIRED] = {"changes_most": changes_most, "now": clock.floor("min").isoformat()}
    parameters["previous"] = previous_of(base.parameters, base.inputs)
    return Recipe("roster", _inputs(session, base.version) | ledger_of(base.inputs), parameters)


def _repair(materials: Materials, time_off: pd.DataFrame) -> Any:
    import scheduling as core

    told = materials.parameters[REPAIRED]
    first, end = week_of(materials.parameters)
    need = within(materials.frame("requirements"), first, end)
    if need.empty:
        raise NothingToPlan(
            f"requirement for the week from {materials.parameters['week_start']}", "run `smena require`"
        )
    return core.repair(
        materials.frame("roster"), need, materials.site.people, materials.site.rulebook,
        time_off=time_off, previous=previous_rows(materials), now=pd.Timestamp(told["now"]),
        changes_most=told["changes_most"], ledger=_ledger(materials),
    )  # fmt: skip


def _ledger(materials: Materials) -> pd.DataFrame | None:
    """LEDGER of the recipe; None where it names none."""
    return materials.frame(KIND) if KIND in materials.recipe.inputs else None


def _copied(materials: Materials) -> Made:
    import scheduling as core

    parameters, site = materials.parameters, materials.site
    done = core.copy_week(
        materials.frame("roster"), site.people, site.rulebook, first=date.fromisoformat(parameters[COPIED]),
        to=date.fromisoformat(parameters["week_start"]), days=parameters["days"], time_off=site.time_off,
    )  # fmt: skip
    summary: dict[str, Any] = {"status": "copied", "warnings": list(done.dropped)}
    first, end = week_of(parameters)
    need = within(materials.frame("requirements"), first, end)
    if len(need):
        row = core.compare(
            {"copy": done.roster}, need, site.people, site.rulebook, time_off=site.time_off,
            previous=previous_rows(materials), ledger=_ledger(materials),
        ).iloc[0]  # fmt: skip
        summary |= {name: float(row[name]) for name in ("cost", "paid_hours", "uncovered_hours")}
    return Made({"roster": done.roster}, {"summary": summary}, done.dropped)


def _rows(changes: pd.DataFrame) -> list[dict[str, Any]]:
    told = changes.assign(date=changes["date"].dt.strftime("%Y-%m-%d"))
    return [{str(name): cell for name, cell in row.items()} for row in told.to_dict("records")]
