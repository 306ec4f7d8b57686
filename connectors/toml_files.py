"""Settings files: TOML in UTF-8."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connectors.files import check_size, shown_name
from domain.errors import BrokenFile, EmptyFile, InputError, WrongEncoding

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_\"'. -]+?)\s*=")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read_toml(path: str | Path) -> dict[str, Any]:
    """The tables of a TOML file. A file of comments only is an empty mapping.

    Raises `BrokenFile` naming the line of a syntax error, `WrongEncoding` for text that is not UTF-8.
    """
    name = shown_name(path)
    try:
        check_size(Path(path), 16, name)
    except EmptyFile:
        return {}
    data = Path(path).read_bytes()
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise WrongEncoding("UTF-8 text", file=name, line=line, remedy="Save the file as UTF-8") from fault
    except tomllib.TOMLDecodeError as fault:
        message = str(fault)
        place = _PLACE.search(message)
        line = int(place.group(1)) if place else data.count(b"\n") + 1
        raise BrokenFile("TOML", file=name, line=line, found=_PLACE.sub("", message).strip()) from fault


@contextmanager
def lines_of_toml(source: str | Path) -> Iterator[None]:
    """Errors that name a key of this file, or of this text of one, name the line it stands on, too."""
    try:
        yield
    except InputError as fault:
        if fault.line is not None or not fault.column:
            raise
        text = Path(source).read_text("utf-8-sig") if isinstance(source, Path) else source
        raise fault.at_line(line_of_key(text, fault.column)) from fault


def line_of_key(text: str, key: str) -> int | None:
    """The line of a dotted key, such as `agreement.full.shifts`, in a TOML text; of the table that holds it where the
    key itself is not there. Tables of a list count from 0: `shift.day.break.0`. None where nothing of it is there."""
    table, found, longest = "", None, 0
    lists: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            table = _plain(header.group(2))
            if header.group(1) == "[[":
                lists[table] += 1
                table = f"{table}.{lists[table] - 1}"
            name = table
        elif entry := _KEY.match(line):
            name = f"{table}.{_plain(entry.group(1))}".removeprefix(".")
        else:
            continue
        if len(name) > longest and (key == name or key.startswith(f"{name}.")):
            found, longest = number, len(name)
    return found


def _plain(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.strip().split("."))
