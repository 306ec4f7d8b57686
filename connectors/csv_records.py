"""An independent count of the records of a CSV file, with the line each begins on.

This is not a parser: it follows only quotes and line ends, in chunks, with numpy. What DuckDB loads plus what it
rejects must equal this count, or rows were lost on the way and the file is quarantined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from connectors.files import CHUNK
from domain.errors import BrokenFile

_QUOTE, _NEWLINE, _RETURN = 0x22, 0x0A, 0x0D


@dataclass(frozen=True)
class Records:
    """Every record that is not blank, the header included, in order.

    lines: 1-based line each begins on; ordinals: its number counting blank ones, which is how DuckDB numbers rejects.
    """

    lines: np.ndarray
    ordinals: np.ndarray
    has_multiline: bool

    @property
    def count(self) -> int:
        """Data records: all but the header."""
        return max(len(self.lines) - 1, 0)


@dataclass
class _Walk:
    """Where the scan stands between two chunks."""

    delimiter: int
    line: int = 1
    record_line: int = 1
    ordinal: int = 1
    quoted: bool = False
    opened_line: int = 0
    multiline: bool = False
    lines: list[np.ndarray] = field(default_factory=list)
    ordinals: list[np.ndarray] = field(default_factory=list)


def scan_records(path: Path, delimiter: str, shown: str) -> Records:
    """All records of a UTF-8 file with \\n or \\r\\n line ends.

    Raises `BrokenFile` naming the line where a quote opens that never closes, or that closes inside another record.
    """
    walk = _Walk(delimiter=ord(delimiter))
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        while chunk := file.read(CHUNK):
            if not chunk.endswith(b"\n"):
                chunk += file.readline(CHUNK)
            if not chunk.endswith(b"\n"):
                _check_end(file.read(1), shown, walk)
                chunk += b"\n"
            _step(walk, chunk, shown)
    if walk.quoted:
        raise _unterminated(shown, walk.opened_line)
    return Records(_joined(walk.lines), _joined(walk.ordinals), walk.multiline)


def _check_end(rest: bytes, shown: str, walk: _Walk) -> None:
    if rest:
        raise BrokenFile("lines shorter than 8 MB", file=shown, line=walk.line, remedy="Is it a CSV file?")


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _unterminated(shown: str, line: int) -> BrokenFile:
    return BrokenFile(
        "every quote to be closed", file=shown, line=line, found="a quote that opens a cell and does not end it",
        remedy='Close it, or double a quote that belongs to the text ("")',
    )  # fmt: skip


def _step(walk: _Walk, chunk: bytes, shown: str) -> None:
    """Advance over one chunk, which ends with a line end."""
    ends = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == _NEWLINE)
    line_at_start = walk.line
    if b'"' in chunk or walk.quoted:
        toggles = _toggles(walk, chunk, ends, shown)
        inside = (np.searchsorted(toggles, ends) + walk.quoted) % 2 == 1
        if len(toggles):
            walk.quoted = bool((len(toggles) + walk.quoted) % 2)
        walk.multiline |= bool(inside.any())
        end_lines = line_at_start + np.flatnonzero(~inside)
        closing = ends[~inside]
    else:
        end_lines = line_at_start + np.arange(len(ends))
        closing = ends
    walk.line += len(ends)
    if len(end_lines) == 0:
        return
    begin_lines = np.concatenate([[walk.record_line], end_lines[:-1] + 1])
    starts = np.concatenate([[0], closing[:-1] + 1])
    blank = (begin_lines == end_lines) & _blank(chunk, starts, closing)
    numbers = walk.ordinal + np.arange(len(end_lines))
    walk.lines.append(begin_lines[~blank])
    walk.ordinals.append(numbers[~blank])
    walk.record_line, walk.ordinal = int(end_lines[-1]) + 1, walk.ordinal + len(end_lines)


def _blank(chunk: bytes, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Whether nothing (or a lone carriage return) stands between start and line end."""
    length = ends - starts
    first = np.frombuffer(chunk, dtype=np.uint8)[starts]
    return np.asarray((length == 0) | ((length == 1) & (first == _RETURN)))


def _toggles(walk: _Walk, chunk: bytes, ends: np.ndarray, shown: str) -> np.ndarray:
    """Positions of the quotes that open or close a cell, or of all quotes where every one is in its place."""
    codes = np.frombuffer(chunk, dtype=np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    if len(quotes) == 0:
        return quotes
    before = codes[np.maximum(quotes - 1, 0)]
    after = codes[np.minimum(quotes + 1, len(codes) - 1)]
    opens = (np.arange(len(quotes)) + walk.quoted) % 2 == 0
    starts_cell = (before == walk.delimiter) | (before == _NEWLINE) | (quotes == 0)
    doubled = np.concatenate([[False], np.diff(quotes) == 1])
    ends_cell = (after == walk.delimiter) | (after == _NEWLINE) | (after == _RETURN) | (after == _QUOTE)
    if not bool(np.where(opens, starts_cell | doubled, ends_cell).all()):
        return _walked(walk, codes, quotes, ends, shown)
    openings = quotes[opens & ~doubled]
    if len(openings):
        walk.opened_line = walk.line + int(np.searchsorted(ends, openings[-1]))
    return quotes


def _walked(walk: _Walk, codes: np.ndarray, quotes: np.ndarray, ends: np.ndarray, shown: str) -> np.ndarray:
    """The slow way for chunks with quotes out of place: one quote after the other, as the CSV grammar reads them."""
    quoted, skip = walk.quoted, -1
    toggles: list[int] = []
    for place in quotes.tolist():
        if place == skip:
            continue
        before = codes[place - 1] if place else _NEWLINE
        after = codes[place + 1]
        if not quoted and before in (walk.delimiter, _NEWLINE):
            quoted, walk.opened_line = True, walk.line + int(np.searchsorted(ends, place))
            toggles.append(place)
        elif quoted and after == _QUOTE:
            skip = place + 1
        elif quoted:
            quoted = False
            toggles.append(place)
            line = walk.line + int(np.searchsorted(ends, place))
            if after not in (walk.delimiter, _NEWLINE, _RETURN) and line > walk.opened_line:
                raise _unterminated(shown, walk.opened_line)
    return np.asarray(toggles, dtype=np.int64)
