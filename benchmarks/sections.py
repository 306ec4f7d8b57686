"""Text files of published problems: sections of lines of comma-separated parts, `#` before comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from domain.errors import BadValue


def read_sections[Found](path: Path, found: Found, read: Callable[[Found, str, list[str]], Found]) -> Found:
    """What `read` makes of (found so far, section, parts) line by line. Raises `BadValue` with the line it refuses."""
    section = ""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadValue("a text file in UTF-8", file=str(path)) from fault
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("SECTION_"):
            section = line
            continue
        try:
            found = read(found, section, [part.strip() for part in line.split(",")])
        except (ValueError, IndexError, TypeError) as fault:
            raise BadValue(f"a line of {section or 'a section'}", file=str(path), line=number, found=line) from fault
    return found
