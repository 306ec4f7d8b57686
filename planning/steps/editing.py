"""The plan's roster changed by hand: looked at first (nothing is stored), then made a draft; and possible swaps.

A draft made by hand is made again from its recipe like any other: the roster it was made from, and the edits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from domain.day_edits import DayEdit, Start
from domain.errors import BadValue, NothingToPlan
from planning.recipe import Recipe
from planning.session import Session
from planning.steps.ledgers import ledger_of
from planning.steps.produce import Made, Materials, StepResult, Tools, needed, produce, site_inputs
from planning.steps.weeks import previous_of, previous_rows, week_of, within
from planning.store import NewPlan, Plan

if TYPE_CHECKING:
    from scheduling import Edited

RULE_FILES = ("people.csv", "rules.toml", "time_off.csv")
EDITED = "edits"


def preview_edits(session: Session, edits: Sequence[DayEdit]) -> Edited:
    """What edits of the plan's roster would break, mend and cost; nothing is stored. Raises `NothingToPlan`,
    `BadValue` for a person, day or start that there is not."""
    return _edited(Materials(session.store, _recipe(session, edits)), edits)


def edit_roster(session: Session, edits: Sequence[DayEdit]) -> StepResult:
    """A draft with the edits. `details["changes"]` are the rows of REPAIRS. Raises as `preview_edits`."""
    from planning.steps.staffing import roster_maker

    return produce(session, _recipe(session, edits), roster_maker, Tools())


def swaps(session: Session, agent: str, day: date) -> pd.DataFrame:
    """SWAPS of the plan's roster: with whom somebody could swap a day. Raises as `preview_edits`."""
    import scheduling as core

    materials = Materials(session.store, _recipe(session, ()))
    return core.possible_swaps(agent=agent, day=day, **_of(materials))


def shifts_by_day(session: Session) -> dict[tuple[str, date], tuple[Start, ...]]:
    """The shifts (template, start) of the plan's roster by person and local day. Raises `NothingToPlan`."""
    import scheduling as core

    roster = session.store.versions.frame("roster", needed(session, "roster"))
    return core.shifts_by_day(roster, session.site.rulebook)


def take_up(session: Session, version: str) -> Plan:
    """Make another version of the roster the draft's: one that was put aside, or the published one.

    Raises `BadValue` for a version that the store does not have.
    """
    if version not in session.store.versions.known().get("roster", ()):
        raise BadValue("a version of roster", column="version", found=version)
    new = NewPlan({"roster": version}, session.clock(), session.author, f"take up {version}", session.run)
    return session.store.plans.advance(session.pointer, new)


def edited_maker(materials: Materials) -> Made:
    """ROSTER of a recipe that edits."""
    done = _edited(materials, [_edit_of(told) for told in materials.parameters[EDITED]])
    rows = done.changes.assign(date=done.changes["date"].dt.strftime("%Y-%m-%d")).to_dict("records")
    changes = [{str(name): cell for name, cell in row.items()} for row in rows]
    hard = bool((done.broken["strictness"] == "forbid").any())
    summary = {"status": "edited", **done.summary["after"], "edit": done.summary}
    summary |= {} if hard else _bound(materials, float(summary["cost"]))
    return Made({"roster": done.roster}, {"summary": summary, "changes": changes})


def _bound(materials: Materials, cost: float) -> dict[str, float]:
    """The bound that was proven for the roster edited, and the gap to it; nothing where the need, the people or the
    rules are others by now, or none was proven."""
    inputs = materials.recipe.inputs
    base = materials.store.versions.get("roster", inputs["roster"])
    told = base.details.get("summary", {})
    same = all(inputs.get(name) == base.inputs.get(name) for name in inputs if name != "roster")
    if not same or "bound" not in told:
        return {}
    bound = min(float(told["bound"]), cost)
    return {"bound": bound, "gap": round((cost - bound) / max(abs(bound), 1e-9), 6)}


def _recipe(session: Session, edits: Sequence[DayEdit]) -> Recipe:
    base = session.store.versions.get("roster", needed(session, "roster"))
    parameters: dict[str, Any] = {name: base.parameters[name] for name in ("week_start", "days", "timezone")}
    parameters[EDITED] = [_told(edit) for edit in edits]
    parameters["previous"] = previous_of(base.parameters, base.inputs)
    inputs = {"requirements": needed(session, "requirements"), "roster": base.version}
    return Recipe("roster", {**inputs, **site_inputs(session, RULE_FILES), **ledger_of(base.inputs)}, parameters)


def _told(edit: DayEdit) -> dict[str, Any]:
    told: dict[str, Any] = {"agent": edit.agent, "date": edit.day.isoformat()}
    return told | ({"takes": edit.takes} if edit.takes else {"shifts": [list(start) for start in edit.shifts]})


def _edit_of(told: Mapping[str, Any]) -> DayEdit:
    shifts = tuple((str(name), int(clock)) for name, clock in told.get("shifts", ()))
    return DayEdit(told["agent"], date.fromisoformat(told["date"]), shifts, told.get("takes", ""))


def _edited(materials: Materials, edits: Sequence[DayEdit]) -> Edited:
    import scheduling as core

    return core.edit(edits=edits, **_of(materials))


def _of(materials: Materials) -> dict[str, Any]:
    """The frames and the rule book that edits are looked at with, by the names of their arguments."""
    first, end = week_of(materials.parameters)
    need = within(materials.frame("requirements"), first, end)
    if need.empty:
        raise NothingToPlan(
            f"requirement for the week from {materials.parameters['week_start']}", "run `smena require`"
        )
    return {
        "roster": materials.frame("roster"),
        "requirements": need,
        "people": materials.site.people,
        "rulebook": materials.site.rulebook,
        "time_off": materials.site.time_off,
        "previous": previous_rows(materials),
        "ledger": materials.frame("ledger") if "ledger" in materials.recipe.inputs else None,
    }
