"""The log of adjustments: instructions and the events that switch them on and off. Nothing is ever changed in it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from domain.errors import BadValue, StaleRevision
from domain.tables import ADJUSTMENTS
from planning.store.database import transaction
from planning.store.schema import adjustment_events, adjustments
from planning.store.stamps import to_text

ON, OFF, MADE = "on", "off", "made"


@dataclass(frozen=True)
class AdjustmentLog:
    """All adjustments of a store."""

    engine: sa.Engine

    def add(self, rows: pd.DataFrame) -> list[str]:
        """Append adjustments (under ADJUSTMENTS; their ids are given here), all or none. Returns the ids."""
        with transaction(self.engine) as connection:
            return [_insert(connection, row) for row in rows.to_dict("records")]

    def switch(
        self, adjustment_id: str, *, active: bool, author: str, at: pd.Timestamp, seen_revision: int | None = None
    ) -> int:
        """Switch one on or off. Returns its new revision; nothing happens where it already is as asked.

        Raises `BadValue` for an id that does not exist, `StaleRevision` where someone was faster.
        """
        try:
            with transaction(self.engine) as connection:
                revision, event = _last(connection, adjustment_id)
                if seen_revision is not None and seen_revision != revision:
                    raise StaleRevision(f"adjustment {adjustment_id}", seen_revision, revision)
                if (event != OFF) == active:
                    return revision
                _append(connection, int(adjustment_id), revision + 1, ON if active else OFF, to_text(at), author)
                return revision + 1
        except sa.exc.IntegrityError as fault:
            raise StaleRevision(f"adjustment {adjustment_id}", revision, revision + 1) from fault

    def frame(self) -> pd.DataFrame:
        """Every adjustment under ADJUSTMENTS, in the order they were made, with its `revision`."""
        newest = (
            sa.select(adjustment_events.c.adjustment_id, sa.func.max(adjustment_events.c.revision).label("revision"))
            .group_by(adjustment_events.c.adjustment_id)
            .subquery()
        )
        query = (
            sa.select(adjustments, adjustment_events.c.event, adjustment_events.c.revision)
            .join(newest, newest.c.adjustment_id == adjustments.c.adjustment_id)
            .join(
                adjustment_events,
                (adjustment_events.c.adjustment_id == newest.c.adjustment_id)
                & (adjustment_events.c.revision == newest.c.revision),
            )
            .order_by(adjustments.c.adjustment_id)
        )
        with transaction(self.engine, only_reads=True) as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        if not rows:
            return ADJUSTMENTS.empty().assign(revision=pd.Series([], dtype="int64"))
        found = pd.DataFrame(rows)
        found["adjustment_id"] = found["adjustment_id"].astype("str")
        found["active"] = found.pop("event") != OFF
        return ADJUSTMENTS.check(found)


def _insert(connection: sa.Connection, row: Mapping[Hashable, Any]) -> str:
    expires, made_at, author = row.get("expires_at"), to_text(row["made_at"]), str(row["author"])
    values = {
        "queue": row["queue"],
        "from_start": to_text(row["from_start"]),
        "to_start": to_text(row["to_start"]),
        "kind": row["kind"],
        "value": float(row["value"]),
        "reason": row["reason"],
        "author": author,
        "made_at": made_at,
        "expires_at": None if expires is None or pd.isna(expires) else to_text(expires),
    }
    query = sa.insert(adjustments).values(**values).returning(adjustments.c.adjustment_id)
    number = int(connection.execute(query).scalar_one())
    _append(connection, number, 1, MADE, made_at, author)
    if not row["active"]:
        _append(connection, number, 2, OFF, made_at, author)
    return str(number)


def _last(connection: sa.Connection, adjustment_id: str) -> tuple[int, str]:
    number = int(adjustment_id) if adjustment_id.isdigit() else -1
    row = connection.execute(
        sa.select(adjustment_events.c.revision, adjustment_events.c.event)
        .where(adjustment_events.c.adjustment_id == number)
        .order_by(adjustment_events.c.revision.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise BadValue(
            "the number of an adjustment, see `smena adjust list`", column="adjustment_id", found=adjustment_id
        )
    return int(row.revision), str(row.event)


def _append(connection: sa.Connection, number: int, revision: int, event: str, at: str, author: str) -> None:
    values = {"adjustment_id": number, "revision": revision, "event": event, "at": at, "author": author}
    connection.execute(sa.insert(adjustment_events).values(**values))
