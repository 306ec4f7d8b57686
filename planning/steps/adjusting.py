"""Adjustments: what planners say about the forecast, kept as instructions and folded over every new one."""

from __future__ import annotations

import pandas as pd

import forecast as core
from domain.errors import BadValue, TableError
from domain.tables import ADJUSTMENTS
from planning.session import Session
from planning.steps.produce import Materials, needed


def add_adjustment(
    session: Session,
    *,
    queue: str,
    from_start: pd.Timestamp,
    to_start: pd.Timestamp,
    kind: str,
    value: float,
    reason: str,
    author: str,
    expires_at: pd.Timestamp | None = None,
) -> str:
    """Append one adjustment (tz-aware times). Returns its number.

    Raises `BadValue` for a range that ends before it begins, an unknown kind, or a negative value where none makes
    sense.
    """
    row = pd.DataFrame(
        {
            "adjustment_id": ["new"],
            "queue": [queue.strip()],
            "from_start": [from_start],
            "to_start": [to_start],
            "kind": [kind],
            "value": [value],
            "reason": [reason.strip()],
            "author": [author],
            "made_at": [session.clock()],
            "expires_at": pd.Series([expires_at], dtype="datetime64[us, UTC]"),
            "active": [True],
        }
    )
    return session.store.adjustments.add(checked_adjustments(row).iloc[0])


def checked_adjustments(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows under ADJUSTMENTS whose values make sense. Raises `BadValue` naming the first that does not."""
    try:
        checked = ADJUSTMENTS.check(rows)
    except TableError as fault:
        first = fault.violations[0]
        raise BadValue(first.expected, column=first.column, found=first.found) from fault
    negative = checked[(checked["value"] < 0) & (checked["kind"] != "add")]
    if len(negative):
        first_row = negative.iloc[0]
        raise BadValue(f"a value of at least 0 for {first_row['kind']}", column="value", found=first_row["value"])
    for name in ("queue", "reason"):
        if (checked[name] == "").any():
            raise BadValue("a text", column=name, found="")
    return checked


def switch_adjustment(session: Session, id: str, *, active: bool, author: str, seen_revision: int | None = None) -> int:
    """Switch an adjustment on or off; it stays in the log. Returns its new revision. Raises `StaleRevision`."""
    return session.store.adjustments.switch(
        id, active=active, author=author, at=session.clock(), seen_revision=seen_revision
    )


def list_adjustments(session: Session) -> pd.DataFrame:
    """Every adjustment ever made under ADJUSTMENTS, oldest first, with its `revision`."""
    return session.store.adjustments.frame()


def counting_ids(session: Session) -> list[str]:
    """The adjustments that count now: switched on and not expired."""
    log = session.store.adjustments.frame()
    counts = log["active"] & (log["expires_at"].isna() | (log["expires_at"] > session.clock()))
    return list(log.loc[counts, "adjustment_id"])


def adjusted(session: Session) -> pd.DataFrame:
    """The plan's forecast with the adjustments that count now, under ADJUSTED. Raises `NothingToPlan`."""
    version = needed(session, "forecast")
    forecast = session.store.versions.frame("forecast", version)
    return core.apply_adjustments(forecast, list_adjustments(session), at=session.clock())


def adjusted_by_recipe(materials: Materials) -> pd.DataFrame:
    """The recipe's forecast with the adjustments that the recipe names, whatever became of them since."""
    log = materials.store.adjustments.frame()
    chosen = log[log["adjustment_id"].isin(materials.parameters["adjustments"])]
    never = pd.Series(pd.NaT, index=chosen.index, dtype="datetime64[us, UTC]")
    chosen = chosen.assign(active=True, expires_at=never)
    at = chosen["made_at"].max() if len(chosen) else pd.Timestamp(0, tz="UTC")
    return core.apply_adjustments(materials.frame("forecast"), chosen, at=at)
