"""Versions: bodies with the record of what they are and what they were made from."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from domain.errors import StoreError
from planning.recipe import Recipe
from planning.store.bodies import Bodies, BodyFacts
from planning.store.database import transaction
from planning.store.schema import plan_members, versions
from planning.store.stamps import from_text, to_text


@dataclass(frozen=True)
class Version:
    """One version as recorded."""

    seq: int
    kind: str
    version: str
    made_at: pd.Timestamp
    run: str | None
    facts: BodyFacts
    recipe_key: str
    inputs: Mapping[str, str]
    parameters: Mapping[str, Any]
    details: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """Rows of the body."""
        return self.facts.rows


def new_version(made_at: pd.Timestamp) -> str:
    """A name for a version: its time and four random bytes, so that names sort and never meet."""
    return f"{made_at.tz_convert('UTC'):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


@dataclass(frozen=True)
class Versions:
    """All versions of a store."""

    engine: sa.Engine
    bodies: Bodies

    def write(
        self,
        frames: Mapping[str, pd.DataFrame],
        recipe: Recipe,
        made_at: pd.Timestamp,
        *,
        run: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> str:
        """Store frames by kind under one new version name: files first, then their rows in one transaction."""
        version = new_version(made_at)
        with self.bodies.writing():
            facts = {kind: self.bodies.write(kind, version, frame) for kind, frame in frames.items()}
            with transaction(self.engine) as connection:
                self.insert(connection, version, facts, recipe, made_at, run=run, details=details)
        return version

    def insert(
        self,
        connection: sa.Connection,
        version: str,
        facts: Mapping[str, BodyFacts],
        recipe: Recipe,
        made_at: pd.Timestamp,
        *,
        run: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """The rows of bodies that are written; inside a caller's transaction."""
        connection.execute(
            sa.insert(versions),
            [
                {
                    "kind": kind,
                    "version": version,
                    "made_at": to_text(made_at),
                    "run": run,
                    "rows": fact.rows,
                    "bytes": fact.bytes,
                    "sha256": fact.sha256,
                    "recipe_key": recipe.key,
                    "inputs": dict(recipe.inputs),
                    "parameters": dict(recipe.parameters),
                    "details": dict(details or {}),
                }
                for kind, fact in facts.items()
            ],
        )

    def get(self, kind: str, version: str) -> Version:
        """The record of one version. Raises `StoreError` where there is none."""
        found = self._select(versions.c.kind == kind, versions.c.version == version)
        if not found:
            raise StoreError(f"there is no version {version} of {kind}")
        return found[0]

    def all(self, kind: str) -> list[Version]:
        """All versions of a kind, oldest first."""
        return self._select(versions.c.kind == kind)

    def made_by(self, recipe: Recipe) -> str | None:
        """The newest version that this very recipe made and whose bodies are still there."""
        found = self._select(versions.c.recipe_key == recipe.key)
        for version in sorted({entry.version for entry in found}, reverse=True):
            kinds = [entry.kind for entry in found if entry.version == version]
            if all(self.bodies.path(kind, version).is_file() for kind in kinds):
                return version
        return None

    def frame(self, kind: str, version: str, columns: list[str] | None = None) -> pd.DataFrame:
        """The body of a version. Raises `StoreError` where it is gone or is not what its record says."""
        return self.bodies.read(kind, version, self.get(kind, version).facts, columns)

    def known(self) -> dict[str, set[str]]:
        """Version names by kind."""
        with transaction(self.engine, only_reads=True) as connection:
            rows = connection.execute(sa.select(versions.c.kind, versions.c.version)).all()
        names: dict[str, set[str]] = {}
        for kind, version in rows:
            names.setdefault(kind, set()).add(version)
        return names

    def prune(self, kinds: Iterable[str], keep: int) -> int:
        """Delete bodies of these kinds beyond the newest `keep`, save those that a plan holds or came from."""
        with transaction(self.engine) as connection:
            entries = {kind: _read(connection, versions.c.kind == kind) for kind in kinds}
            by_name = {(entry.kind, entry.version): entry for found in entries.values() for entry in found}
            held = {tuple(row) for row in connection.execute(sa.select(plan_members.c.kind, plan_members.c.version))}
            newest = {(entry.kind, entry.version) for found in entries.values() for entry in found[-keep:]}
            kept = _with_ancestors(held | newest, by_name)
            doomed = [entry for name, entry in by_name.items() if name not in kept]
            for entry in doomed:
                connection.execute(sa.delete(versions).where(versions.c.seq == entry.seq))
        for entry in doomed:
            self.bodies.remove(entry.kind, entry.version)
        return len(doomed)

    def _select(self, *where: sa.ColumnElement[bool]) -> list[Version]:
        with transaction(self.engine, only_reads=True) as connection:
            return _read(connection, *where)


def _read(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Version]:
    rows = connection.execute(sa.select(versions).where(*where).order_by(versions.c.seq)).mappings().all()
    return [
        Version(
            seq=row["seq"],
            kind=row["kind"],
            version=row["version"],
            made_at=from_text(row["made_at"]),
            run=row["run"],
            facts=BodyFacts(row["rows"], row["bytes"], row["sha256"]),
            recipe_key=row["recipe_key"],
            inputs=row["inputs"],
            parameters=row["parameters"],
            details=row["details"],
        )
        for row in rows
    ]


def _with_ancestors(names: set[tuple[str, ...]], by_name: Mapping[tuple[str, str], Version]) -> set[tuple[str, ...]]:
    """The names and what they were made from. A body made from an older one of its own kind (a roster after the roster
    of last week) keeps that body, but not in turn all that it was made from, or nothing would ever be forgotten."""
    kept: set[tuple[str, ...]] = set()
    behind: set[tuple[str, ...]] = set()
    waiting = list(names)
    while waiting:
        kind, version = name = waiting.pop()
        if name in kept:
            continue
        kept.add(name)
        if (kind, version) in by_name:
            inputs = by_name[kind, version].inputs.items()
            behind |= {above for above in inputs if above[0] == kind}
            waiting += [above for above in inputs if above in by_name and above[0] != kind]
    return kept | behind
