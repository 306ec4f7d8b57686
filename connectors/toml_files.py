"""Settings files: TOML in UTF-8."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from connectors.files import check_size, shown_name
from domain.errors import BrokenFile, EmptyFile, WrongEncoding

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
