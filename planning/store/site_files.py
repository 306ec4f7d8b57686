"""Site files (people, rules, targets …): every revision of their text is kept, so that old plans can be re-made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from domain.errors import StaleRevision, StoreError
from planning.store.database import transaction
from planning.store.schema import site_files
from planning.store.stamps import from_text, to_text


@dataclass(frozen=True)
class SiteFile:
    """One revision of one site file."""

    name: str
    revision: int
    sha256: str
    content: str
    made_at: pd.Timestamp
    author: str


@dataclass(frozen=True)
class SiteFiles:
    """All site files of a store."""

    engine: sa.Engine

    def current(self) -> dict[str, SiteFile]:
        """The newest revision of every file, by name."""
        with transaction(self.engine, only_reads=True) as connection:
            rows = connection.execute(sa.select(site_files).order_by(site_files.c.name, site_files.c.revision)).all()
        return {row.name: _as_file(row) for row in rows}

    def by_digest(self, name: str, sha256: str) -> str:
        """The content a file once had. Raises `StoreError` where it never had it."""
        query = sa.select(site_files.c.content).where(site_files.c.name == name, site_files.c.sha256 == sha256).limit(1)
        with transaction(self.engine, only_reads=True) as connection:
            content = connection.execute(query).scalar()
        if content is None:
            raise StoreError(f"site file {name} never had the content {sha256[:12]}")
        return str(content)

    def save(
        self, contents: dict[str, str], *, author: str, at: pd.Timestamp, seen: dict[str, int] | None = None
    ) -> list[str]:
        """Store the new content of files, all or none. Returns the names of those whose content is new.

        `seen` is the revision each edit was made on. Raises `StaleRevision`.
        """
        changed = []
        try:
            with transaction(self.engine) as connection:
                for name, content in contents.items():
                    if self._save_one(connection, name, content, author, at, (seen or {}).get(name)):
                        changed.append(name)
        except sa.exc.IntegrityError as fault:
            raise StaleRevision("a site file", 0, 1) from fault
        return changed

    def _save_one(
        self, connection: sa.Connection, name: str, content: str, author: str, at: pd.Timestamp, seen: int | None
    ) -> bool:
        newest = connection.execute(
            sa.select(site_files.c.revision, site_files.c.sha256)
            .where(site_files.c.name == name)
            .order_by(site_files.c.revision.desc())
            .limit(1)
        ).one_or_none()
        revision = int(newest.revision) if newest else 0
        if seen is not None and seen != revision:
            raise StaleRevision(f"site file {name}", seen, revision)
        digest = hashlib.sha256(content.encode()).hexdigest()
        if newest and newest.sha256 == digest:
            return False
        values = {"name": name, "revision": revision + 1, "sha256": digest, "content": content}
        connection.execute(sa.insert(site_files).values(**values, made_at=to_text(at), author=author))
        return True


def _as_file(row: sa.Row[Any]) -> SiteFile:
    return SiteFile(row.name, row.revision, row.sha256, row.content, from_text(row.made_at), row.author)
