"""Imports: which files were read into the store, each once, by the digest of its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from domain.errors import StaleRevision
from planning.store.database import transaction
from planning.store.schema import imports
from planning.store.stamps import from_text, to_text


@dataclass(frozen=True)
class Import:
    """One imported file. `version` names its body of `kind` (tickets or intervals) and that of its rejects."""

    sha256: str
    file: str
    kind: str
    version: str
    rows: int
    rejected: int
    duplicates: int
    made_at: pd.Timestamp
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Imports:
    """All imports of a store."""

    engine: sa.Engine

    def all(self) -> list[Import]:
        """Every import, oldest first."""
        with transaction(self.engine, only_reads=True) as connection:
            rows = connection.execute(sa.select(imports).order_by(imports.c.import_id)).all()
        return [
            Import(
                sha256=row.sha256,
                file=row.file,
                kind=row.kind,
                version=row.version,
                rows=row.rows,
                rejected=row.rejected,
                duplicates=row.duplicates,
                made_at=from_text(row.made_at),
                report=row.report,
            )
            for row in rows
        ]

    def insert(self, connection: sa.Connection, entry: Import) -> None:
        """Record one; inside a caller's transaction. A file that is already there breaks the unique digest."""
        connection.execute(sa.insert(imports).values(**_values(entry)))

    def replace(self, connection: sa.Connection, old: Import, entry: Import) -> None:
        """Put another reading of the same file in its place among the imports; inside a caller's transaction.

        Raises `StaleRevision` where someone else has replaced it meanwhile.
        """
        same = (imports.c.sha256 == old.sha256) & (imports.c.version == old.version)
        if connection.execute(sa.update(imports).where(same).values(**_values(entry))).rowcount != 1:
            raise StaleRevision("the list of imported files", 0, 1)


def _values(entry: Import) -> dict[str, Any]:
    return {
        "sha256": entry.sha256,
        "file": entry.file,
        "kind": entry.kind,
        "version": entry.version,
        "rows": entry.rows,
        "rejected": entry.rejected,
        "duplicates": entry.duplicates,
        "made_at": to_text(entry.made_at),
        "report": dict(entry.report),
    }
