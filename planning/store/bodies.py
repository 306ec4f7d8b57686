"""Bodies: immutable Parquet files, one a version, `bodies/<kind>/<version>.parquet`.

A body is written under a temporary name, flushed to the disk and renamed; its row in `versions` follows. A writer holds
a shared lock meanwhile, so that whoever opens the store can tell the leavings of a killed process (nobody holds the
lock) from a file that is being written.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from domain.errors import StoreError

SUFFIX = ".parquet"


@dataclass(frozen=True)
class BodyFacts:
    """What the row of a body must say about its file."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Bodies:
    """The body files under one folder."""

    folder: Path

    def path(self, kind: str, version: str) -> Path:
        """Where a body lies."""
        return self.folder / kind / f"{version}{SUFFIX}"

    def write(self, kind: str, version: str, frame: pd.DataFrame) -> BodyFacts:
        """Write a body whole or not at all."""
        path = self.path(kind, version)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        frame.to_parquet(temporary, index=False, compression="zstd")
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        facts = BodyFacts(len(frame), temporary.stat().st_size, sha256_of(temporary))
        temporary.replace(path)
        _sync_folder(path.parent)
        return facts

    def read(self, kind: str, version: str, facts: BodyFacts, columns: list[str] | None = None) -> pd.DataFrame:
        """The frame of a body. Raises `StoreError` where the file is not there or is not what its row says."""
        path = self.path(kind, version)
        try:
            size = path.stat().st_size
            frame = pd.read_parquet(path, columns=columns)
        except FileNotFoundError as fault:
            raise StoreError(f"the body {kind}/{version} is not in the store") from fault
        except (OSError, ValueError) as fault:
            raise StoreError(f"the body {kind}/{version} can't be read: {fault}") from fault
        if (size, len(frame)) != (facts.bytes, facts.rows):
            raise StoreError(
                f"the body {kind}/{version} has {len(frame)} rows in {size} bytes, "
                f"its record says {facts.rows} in {facts.bytes}; run `smena verify`"
            )
        return frame

    def fault(self, kind: str, version: str, facts: BodyFacts) -> str | None:
        """What is wrong with a body, checked to the last bit; None when it is what its row says."""
        path = self.path(kind, version)
        if not path.is_file():
            return "the file is not there"
        if path.stat().st_size != facts.bytes:
            return f"{path.stat().st_size} bytes, its record says {facts.bytes}"
        return None if sha256_of(path) == facts.sha256 else "its content was changed (sha256 differs)"

    def remove(self, kind: str, version: str) -> None:
        """Delete a body; it may be gone already."""
        self.path(kind, version).unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Held by every writer between the first file and the row that names it."""
        with self._lock_file() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield

    def clean(self, known: Callable[[], Mapping[str, set[str]]]) -> list[Path]:
        """Delete temporary files and bodies that no row names, unless a writer is at work. Returns what was deleted.

        `known` gives the versions that have a row, by kind; it is asked only once no writer is left.
        """
        with self._lock_file() as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return []
            return [path for path in self.strays(known()) if _removed(path)]

    def strays(self, known: Mapping[str, set[str]]) -> list[Path]:
        """Temporary files and bodies that no row names."""
        return [
            path
            for path in sorted(self.folder.glob("*/*"))
            if path.suffix == ".tmp" or path.stem not in known.get(path.parent.name, set())
        ]

    @contextmanager
    def _lock_file(self) -> Iterator[int]:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / ".writing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            yield handle
        finally:
            os.close(handle)


def sha256_of(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _removed(path: Path) -> bool:
    with suppress(OSError):
        path.unlink()
        return True
    return False


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
