"""Which plan readers see: publish, go back, compare, and check what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from domain.errors import BadValue, NothingToPlan, SmenaError, StoreError
from domain.tables import TABLES
from planning.recipe import Recipe
from planning.session import Session
from planning.steps.demand import forecast_maker
from planning.steps.history import history_maker
from planning.steps.produce import CHAIN, STEP_THAT_MAKES, Made, Maker, Materials, Tools
from planning.steps.staffing import (
    audit_maker,
    certificate_maker,
    coverage_maker,
    requirements_maker,
    roster_maker,
)
from planning.store import NewPlan, Plan, Store, Version

WHOLE_PLAN = "plan"
COMPANIONS: Mapping[str, tuple[str, ...]] = {
    "history": ("cleaning",),
    "forecast": ("scores", "decomposition"),
    "requirements": ("adjusted",),
    "roster": ("coverage", "certificate", "audit"),
}
MAKERS: Mapping[str, Maker] = {
    "history": history_maker,
    "forecast": forecast_maker,
    "requirements": requirements_maker,
    "roster": roster_maker,
    "coverage": coverage_maker,
    "certificate": certificate_maker,
    "audit": audit_maker,
}
TOLERANCE = 1e-9


def publish(session: Session, kind: str = WHOLE_PLAN, *, seen_revision: int | None = None) -> Plan:
    """Show readers the session's plan, in one step.

    `kind` = "plan" publishes all of it, and only if its parts belong together. Another kind publishes that part with
    everything it was made from and what was made beside it; parts that are now behind stay published and are shown as
    outdated by `status`. Raises `NothingToPlan`, `StaleRevision` where `seen_revision` is no longer the published one.
    """
    plan, published = session.plan, session.published
    if plan is None:
        raise NothingToPlan(kind, STEP_THAT_MAKES.get(kind, "run the steps first, see `smena --help`"))
    if kind == WHOLE_PLAN:
        members = dict(plan.members)
        if faults := outdated(session.store, members):
            part, reason = next(iter(faults.items()))
            raise NothingToPlan(f"{part} that belongs to the rest of the plan ({reason})", STEP_THAT_MAKES[part])
    else:
        members = {**(published.members if published else {}), **_closure(session.store, plan.members, kind)}
    if published is not None and members == dict(published.members) and session.pointer == "draft":
        return published
    note = f"publish {kind}"
    new = NewPlan(members, session.clock(), session.author, note, session.run)
    return session.store.plans.publish(new, seen_revision=seen_revision)


def _closure(store: Store, members: Mapping[str, str], kind: str) -> dict[str, str]:
    """A part, all it was made from, and what was made beside each."""
    if kind not in CHAIN:
        raise BadValue(f"one of {', '.join((WHOLE_PLAN, *CHAIN))}", column="kind", found=kind)
    if kind not in members:
        raise NothingToPlan(kind, STEP_THAT_MAKES[kind])
    chosen: dict[str, str] = {}
    waiting = [(kind, members[kind])]
    while waiting:
        part, version = waiting.pop()
        if part in chosen:
            continue
        chosen[part] = version
        waiting += _made_from(store, part, version)
    for part in [part for part in CHAIN if part in chosen]:
        for companion in COMPANIONS.get(part, ()):
            beside = members.get(companion)
            if beside and all(chosen.get(k) == v for k, v in _made_from(store, companion, beside)):
                chosen.setdefault(companion, beside)
    return chosen


def _made_from(store: Store, kind: str, version: str) -> list[tuple[str, str]]:
    """The parts of a plan that a version was made from (a roster's look at last week's roster is none)."""
    inputs = store.versions.get(kind, version).inputs
    return [(name, value) for name, value in inputs.items() if name in CHAIN and name != kind]


def outdated(store: Store, members: Mapping[str, str]) -> dict[str, str]:
    """Parts of a plan that were made from another version than the one beside them, with the reason in words."""
    faults = {}
    for kind in (kind for kind in CHAIN if kind in members):
        behind = [name for name, v in _made_from(store, kind, members[kind]) if members.get(name) != v]
        if behind:
            faults[kind] = f"the {kind} was made from another {behind[0]}"
    return faults


def revert(session: Session, kind: str = WHOLE_PLAN, version: str | None = None) -> Plan:
    """Publish again the plan that was published before, as a whole.

    `kind` (other than "plan") goes back to the last plan in which that part was another one; `version` to the last
    plan that held it. Raises `NothingToPlan` where there is no such plan any more.
    """
    current = session.published
    if current is None:
        raise NothingToPlan("published plan", "run `smena publish`")
    for earlier in session.store.plans.published_before(current):
        then = earlier.members.get(kind)
        if (version is not None and then == version) or (
            version is None and (kind == WHOLE_PLAN or (then is not None and then != current.members.get(kind)))
        ):
            note = f"revert to plan {earlier.plan}"
            new = NewPlan(earlier.members, session.clock(), session.author, note)
            return session.store.plans.publish(new, seen_revision=current.revision, reverts_to=earlier)
    raise NothingToPlan(f"earlier published {kind}" + (f" {version}" if version else ""), "see `smena status`")


def diff(session: Session, kind: str, first: str, second: str) -> dict[str, Any]:
    """Two versions of a kind compared: rows added, removed and changed, and the totals of the number columns.

    `first` and `second` are version names, `published` or `draft`. `changed_rows` is a frame of the key and the first
    differing columns, old beside new. Raises `BadValue` for a kind or a version that is none, `NothingToPlan`.
    """
    if kind not in CHAIN:
        raise BadValue(f"one of {', '.join(CHAIN)}", column="kind", found=kind)
    table = TABLES[kind.upper()]
    old, new = (table.check(read_version(session, kind, name)) for name in (first, second))
    key = list(table.key)
    both = old.merge(new, on=key, how="outer", suffixes=("_old", "_new"), indicator="where")
    shared = both[both["where"] == "both"]
    names = [n for n in old.columns if n in new.columns and n not in key]
    differs = {name: _differs(shared[f"{name}_old"], shared[f"{name}_new"]) for name in names}
    rows = np.any(list(differs.values()), axis=0) if differs else np.zeros(len(shared), dtype=bool)
    moved = [name for name in names if differs[name].any()]
    shown = [*key, *(f"{name}_{side}" for name in moved for side in ("old", "new"))]
    numbers = [name for name in names if pd.api.types.is_float_dtype(old[name].dtype)]
    return {
        "kind": kind,
        "added": int((both["where"] == "right_only").sum()),
        "removed": int((both["where"] == "left_only").sum()),
        "changed": int(rows.sum()),
        "changed_columns": moved,
        "totals": {name: [float(old[name].sum()), float(new[name].sum())] for name in numbers},
        "changed_rows": shared.loc[rows, shown].reset_index(drop=True),
    }


def _differs(old: pd.Series, new: pd.Series) -> np.ndarray:
    if pd.api.types.is_float_dtype(old.dtype) and pd.api.types.is_float_dtype(new.dtype):
        close = np.isclose(old.to_numpy(), new.to_numpy(), rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
        return np.asarray(~close)
    return np.asarray((old != new) & ~(old.isna() & new.isna()))


def read_version(session: Session, kind: str, version: str) -> pd.DataFrame:
    """A body by version name, or by `published` or `draft`.

    Raises `NothingToPlan`, `BadValue` for a version that the store does not have, `StoreError` for a damaged one.
    """
    name: str | None = version
    if version in ("published", "draft"):
        plan = session.published if version == "published" else session.plan
        name = plan.members.get(kind) if plan else None
    if name is None:
        raise NothingToPlan(f"{version} {kind}", STEP_THAT_MAKES.get(kind, "see `smena status`"))
    if name not in session.store.versions.known().get(kind, ()):
        raise BadValue(f"a version of {kind}, published or draft", column="version", found=name)
    return session.store.versions.frame(kind, name)


def verify(session: Session, *, remake: bool = True) -> dict[str, Any]:
    """Check every body against its record to the last bit, and make the published plan again from its recipes.

    Returns `faults` (sentences), `bodies` (how many were checked), `remade` (per kind: "equal" or what differs).
    """
    store = session.store
    kinds = store.versions.known()
    records = [record for kind in sorted(kinds) for record in store.versions.all(kind)]
    faults = [
        f"{record.kind}/{record.version}: {fault}"
        for record in records
        if (fault := store.bodies.fault(record.kind, record.version, record.facts))
    ]
    plan = session.published
    if plan is not None:
        faults += outdated(store, plan.members).values()
    remade: dict[str, str] = {}
    if remake and plan is not None:
        for kind in (kind for kind in CHAIN if kind in plan.members and kind in MAKERS):
            remade |= _remade(store, store.versions.get(kind, plan.members[kind]))
    faults += [f"{kind} made again: {words}" for kind, words in remade.items() if words != "equal"]
    return {"faults": faults, "bodies": len(records), "remade": remade}


def _remade(store: Store, record: Version) -> dict[str, str]:
    recipe = Recipe(record.kind, record.inputs, record.parameters)
    tools = Tools(fallback=record.details.get("fallback_version"))
    try:
        made: Made = MAKERS[record.kind](Materials(store, recipe), tools)
        return {kind: _same(kind, store.versions.frame(kind, record.version), new) for kind, new in made.frames.items()}
    except StoreError as fault:
        return {record.kind: f"not possible: {fault}"}
    except SmenaError as fault:
        return {record.kind: f"fails now: {fault}"}


def _same(kind: str, stored: pd.DataFrame, made: pd.DataFrame) -> str:
    """What differs, or "equal". Optional columns that came into the contract after the body was stored do not count."""
    optional = set(TABLES[kind.upper()].column_names) - set(TABLES[kind.upper()].required_names)
    made = made.drop(columns=[name for name in made.columns if name in optional and name not in stored.columns])
    if len(stored) != len(made) or list(stored.columns) != list(made.columns):
        return f"{len(made)} rows × {len(made.columns)} columns, stored {len(stored)} × {len(stored.columns)}"
    made = made.reset_index(drop=True)
    moved = [name for name in stored.columns if _differs(stored[name], made[name]).any()]
    return "equal" if not moved else f"differs in {', '.join(moved)}"
