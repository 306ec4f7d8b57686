"""One night at a time: a file lock beside SQLite, an advisory lock in PostgreSQL. Both end with their holder.

A row that says "locked" would outlive a killed run; neither of these does.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from domain.errors import LockHeld

NIGHT_LOCK = 7_262_901_002


@contextmanager
def night_lock(engine: sa.Engine, folder: Path) -> Iterator[None]:
    """Held by the night from start to end. Raises `LockHeld` at once when another run holds it."""
    with _advisory_lock(engine) if engine.dialect.name == "postgresql" else _file_lock(folder / "night.lock"):
        yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
            raise LockHeld(holder or path.name) from fault
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"process {os.getpid()}".encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(engine: sa.Engine) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(NIGHT_LOCK))).scalar():
            raise LockHeld("a session of the database")
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(NIGHT_LOCK)))
