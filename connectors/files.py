"""What every reader and writer needs of the file system: sizes, standard input, checksums, atomic writes."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import BrokenFile, EmptyFile, InputError

STANDARD = "-"  # standard input or output
MEGABYTE = 1024 * 1024
CHUNK = 8 * MEGABYTE


def shown_name(path: str | Path) -> str:
    """The name an error or a ledger shows: the file's name without its folder."""
    return "standard input" if str(path) == STANDARD else Path(path).name


def ending(path: str | Path) -> str:
    """The ending in lower case without the dot; standard input and output are CSV."""
    return "csv" if str(path) == STANDARD else Path(path).suffix.lower().lstrip(".")


def check_size(path: Path, megabytes_max: float | None, shown: str | None = None) -> int:
    """Bytes in the file. Raises `BrokenFile` (not there, a folder), `EmptyFile`, `InputError` (over the limit)."""
    name = shown or shown_name(path)
    try:
        size = path.stat().st_size
    except OSError as fault:
        raise BrokenFile("a file that can be read", file=name, found=fault.strerror or "no such file") from fault
    if path.is_dir():
        raise BrokenFile("a file that can be read", file=name, found="a folder")
    if size == 0:
        raise EmptyFile("a header and at least one row", file=name, found="0 bytes")
    if megabytes_max is not None and size > megabytes_max * MEGABYTE:
        raise InputError(
            f"a file of at most {megabytes_max:g} MB",
            file=name,
            found=f"{size / MEGABYTE:.1f} MB",
            remedy="Split it, save it as Parquet, or raise upload_megabytes_max",
        )
    return size


@contextmanager
def local_copy(path: str | Path) -> Iterator[Path]:
    """A path that can be read twice: the file itself, or standard input poured into a temporary file."""
    if str(path) != STANDARD:
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="smena-") as folder:
        copy = Path(folder) / "input.csv"
        with copy.open("wb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target, CHUNK)
        yield copy


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """A temporary path beside the target; renamed onto it when the block ends well, removed when it does not.

    For standard output the temporary file is copied out instead.
    """
    if str(path) == STANDARD:
        with tempfile.TemporaryDirectory(prefix="smena-") as folder:
            part = Path(folder) / "output.csv"
            yield part
            sys.stdout.flush()
            with part.open("rb") as source:
                shutil.copyfileobj(source, sys.stdout.buffer, CHUNK)
            sys.stdout.buffer.flush()
        return
    target = Path(path)
    if not target.parent.is_dir():
        raise InputError("a folder that exists", file=target.name, found=str(target.parent))
    part = target.parent / f".{target.name}.{os.getpid()}.part"
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
