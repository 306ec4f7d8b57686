"""Adjustments: what planners say about the forecast, kept as instructions and folded over every new one."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from domain.errors import BadValue, TableError
from domain.tables import ADJUSTMENTS, Table
from planning.session import Session
from planning.steps.produce import Materials, needed

SAYS = ["queue", "from_start", "to_start", "kind", "value", "reason"]
IMPORTED_ADJUSTMENTS = Table(
    "ADJUSTMENTS",
    "Adjustments as a file brings them: what is not said is filled in.",
    (),  # two people may say the same, and each counts
    tuple(
        replace(column, required=column.name in SAYS)
        for column in ADJUSTMENTS.columns
        if column.name != "adjustment_id"
    ),
)


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

    Raises `BadValue` for a range that ends before it begins, an unknown kind, an expiry that has passed, or a negative
    value where none makes sense.
    """
    now = session.clock()
    if expires_at is not None and expires_at <= now:
        raise BadValue(
            f"a time after now, {now:%Y-%m-%d %H:%M} UTC", column="expires_at", found=f"{expires_at:%Y-%m-%d %H:%M} UTC"
        )
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
            "made_at": [now],
            "expires_at": pd.Series([expires_at], dtype="datetime64[us, UTC]"),
            "active": [True],
        }
    )
    return session.store.adjustments.add(checked_adjustments(row))[0]


def set_total(
    session: Session,
    *,
    queue: str,
    from_start: pd.Timestamp,
    to_start: pd.Timestamp,
    total: float,
    reason: str,
    author: str,
) -> list[str]:
    """Bring the adjusted contacts of a queue or pattern on [from_start, to_start) to a total; the numbers of what was
    added: one `scale`, or, where nothing was expected, a `set` for each stretch of open intervals.

    Raises as `add_adjustment` and `forecast.edits.set_total`.
    """
    from forecast.edits import set_total as instructions_for

    said = instructions_for(adjusted(session), queue.strip(), from_start, to_start, total)
    rows = pd.DataFrame([asdict(instruction) for instruction in said])
    if rows.empty:
        return []
    filled = rows.assign(
        adjustment_id=[f"new {number}" for number in range(len(rows))],
        reason=reason.strip(),
        author=author,
        made_at=session.clock(),
        expires_at=pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us, UTC]"),
        active=True,
    )
    return session.store.adjustments.add(checked_adjustments(filled))


def import_adjustments(session: Session, rows: pd.DataFrame, *, author: str) -> dict[str, Any]:
    """Add all adjustments of a frame under IMPORTED_ADJUSTMENTS, or none.

    Rows that say what an adjustment of the log says already are left out, so that a file may be imported twice; where
    several say the same, as many are left out as the log has.
    Returns `added` (numbers) and `known` (how many were left out).
    """
    log = list_adjustments(session)
    filled = rows.assign(adjustment_id=[f"row {number}" for number in range(1, len(rows) + 1)])
    for name, value in (("author", author), ("made_at", session.clock()), ("active", True)):
        filled[name] = filled[name].fillna(value) if name in filled else value
    if "expires_at" not in filled:
        filled["expires_at"] = pd.Series(pd.NaT, index=filled.index, dtype="datetime64[us, UTC]")
    checked = checked_adjustments(filled)
    there = Counter(map(tuple, log[SAYS].astype(object).to_numpy()))
    fresh = []
    for row in map(tuple, checked[SAYS].astype(object).to_numpy()):
        fresh.append(there[row] == 0)
        there[row] = max(there[row] - 1, 0)
    added = session.store.adjustments.add(checked[fresh])
    return {"added": added, "known": len(checked) - len(added)}


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
    import forecast as core  # loads scipy: only where numbers are made

    version = needed(session, "forecast")
    forecast = session.store.versions.frame("forecast", version)
    return core.apply_adjustments(forecast, list_adjustments(session), at=session.clock())


def adjusted_by_recipe(materials: Materials) -> pd.DataFrame:
    """The recipe's forecast with the adjustments that the recipe names, whatever became of them since."""
    import forecast as core

    log = materials.store.adjustments.frame()
    chosen = log[log["adjustment_id"].isin(materials.parameters["adjustments"])]
    never = pd.Series(pd.NaT, index=chosen.index, dtype="datetime64[us, UTC]")
    chosen = chosen.assign(active=True, expires_at=never)
    at = chosen["made_at"].max() if len(chosen) else pd.Timestamp(0, tz="UTC")
    return core.apply_adjustments(materials.frame("forecast"), chosen, at=at)
