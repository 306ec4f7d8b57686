"""One store: its folder, its database, and the parts that keep each kind of record."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from domain.errors import StaleRevision, StoreError
from planning.recipe import Recipe
from planning.store.adjustments import AdjustmentLog
from planning.store.bodies import Bodies, BodyFacts
from planning.store.database import migrate, open_engine, shown_address, transaction
from planning.store.imports import Import, Imports
from planning.store.locks import night_lock
from planning.store.plans import Plans
from planning.store.runs import Runs
from planning.store.site_files import SiteFiles
from planning.store.versions import Versions, new_version

DATABASE_URL = "SMENA_DATABASE_URL"


@dataclass(frozen=True)
class Store:
    """A store that is open. Everything a process shares with others goes through here."""

    folder: Path
    engine: sa.Engine
    bodies: Bodies
    versions: Versions
    plans: Plans
    adjustments: AdjustmentLog
    site: SiteFiles
    imports: Imports
    runs: Runs

    @property
    def address(self) -> str:
        """The database's address, its password masked."""
        return shown_address(self.engine)

    @contextmanager
    def night(self) -> Iterator[None]:
        """Held by a night from start to end. Raises `LockHeld`."""
        with night_lock(self.engine, self.folder):
            yield

    def add_imports(
        self, entries: Sequence[tuple[Import, pd.DataFrame, pd.DataFrame]], replaced: Sequence[Import] = ()
    ) -> list[Import]:
        """Store imported files with their bodies and rejects: all or none.

        `entries` are (import without version, rows, rejects); those of a digest in `replaced` take the place of that
        import, whose bodies stay for the plans that were made from them. Raises `StaleRevision` when another process
        has imported one of the files meanwhile.
        """
        stored: list[Import] = []
        earlier = {entry.sha256: entry for entry in replaced}
        with self.bodies.writing():
            prepared = [self._write_import(*entry) for entry in entries]
            try:
                with transaction(self.engine) as connection:
                    for entry, facts in prepared:
                        recipe = Recipe("ingest", {"file": entry.sha256})
                        self.versions.insert(connection, entry.version, facts, recipe, entry.made_at)
                        if entry.sha256 in earlier:
                            self.imports.replace(connection, earlier[entry.sha256], entry)
                        else:
                            self.imports.insert(connection, entry)
                        stored.append(entry)
            except sa.exc.IntegrityError as fault:
                raise StaleRevision("the list of imported files", 0, 1) from fault
        return stored

    def _write_import(
        self, entry: Import, rows: pd.DataFrame, rejects: pd.DataFrame
    ) -> tuple[Import, dict[str, BodyFacts]]:
        version = new_version(entry.made_at)
        facts = {entry.kind: self.bodies.write(entry.kind, version, rows)}
        facts["rejects"] = self.bodies.write("rejects", version, rejects)
        return Import(**{**entry.__dict__, "version": version}), facts

    def clean(self) -> list[Path]:
        """Delete what a killed process left behind."""
        return self.bodies.clean(self.versions.known)

    def prune(self, kinds: Sequence[str], keep: int) -> int:
        """Forget old plans, then bodies nobody needs any more."""
        self.plans.prune(keep)
        return self.versions.prune(kinds, keep)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_store(folder: Path, url: str | None = None) -> Store:
    """Open (or make) the store in a folder: newest schema, leavings of killed processes removed.

    `url` is a PostgreSQL address; None = SQLite in the folder. Raises `StoreError`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreError(f"the store {folder} can't be made: {fault.strerror}") from fault
    engine = open_engine(folder, url)
    with _opening(folder):
        migrate(engine)
    bodies = Bodies(folder / "bodies")
    store = Store(
        folder=folder,
        engine=engine,
        bodies=bodies,
        versions=Versions(engine, bodies),
        plans=Plans(engine),
        adjustments=AdjustmentLog(engine),
        site=SiteFiles(engine),
        imports=Imports(engine),
        runs=Runs(engine),
    )
    store.clean()
    return store


@contextmanager
def _opening(folder: Path) -> Iterator[None]:
    """One process at a time makes or migrates a store."""
    try:
        handle = os.open(folder / ".opening", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as fault:
        raise StoreError(f"the store {folder} can't be written: {fault.strerror}") from fault
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
