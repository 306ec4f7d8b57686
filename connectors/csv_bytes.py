"""The first look at a text file, byte by byte: is it UTF-8, what else could it be, how do its lines end.

DuckDB is then told the answers. It is never left to guess: its guess at the quote character gives up on the whole file
for one unterminated quote, and its guess at the encoding stops at the first odd byte.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from connectors.files import CHUNK, MEGABYTE
from domain.errors import BrokenFile, WrongEncoding

SAVE_AS = "Save the file as CSV UTF-8"
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class ByteLook:
    """What one pass over the bytes found. `clean` means DuckDB may read the file as it is."""

    encoding: str
    sha256: str
    clean: bool


def look(path: Path, shown: str) -> ByteLook:
    """Encoding, checksum and line ends of a text file, in one pass of bounded memory.

    Raises `WrongEncoding` naming the first line that is not text of an encoding we know.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    lines, bad_line, null_line = 1, 0, 0
    newlines = pairs = returns = 0
    head, last = b"", b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            head = head or chunk[:4]
            if not bad_line and not chunk.isascii():
                bad_line = _first_bad_line(decoder, chunk, lines)
            if not null_line and b"\0" in chunk:
                null_line = lines + chunk.count(b"\n", 0, chunk.index(b"\0"))
            found = chunk.count(b"\n")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            returns += chunk.count(b"\r")
            newlines, lines, last = newlines + found, lines + found, chunk[-1:]
    if not bad_line and decoder.getstate()[0]:
        bad_line = lines
    encoding = _encoding(path, head, bad_line, null_line, shown)
    even_ends = returns == 0 or (returns == pairs == newlines)
    clean = encoding in ("utf-8", "utf-8-sig") and even_ends
    return ByteLook(encoding, digest.hexdigest(), clean)


def _first_bad_line(decoder: codecs.IncrementalDecoder, chunk: bytes, lines: int) -> int:
    """The line of the first byte that is not UTF-8; 0 where all are."""
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as fault:
        decoder.reset()
        return lines + fault.object.count(b"\n", 0, fault.start)
    return 0


def _encoding(path: Path, head: bytes, bad_line: int, null_line: int, shown: str) -> str:
    if head[:2] in _UTF16:
        return _UTF16[head[:2]]
    if null_line:
        raise WrongEncoding("text", file=shown, line=null_line, found="a zero byte", remedy=SAVE_AS)
    if not bad_line:
        return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    with path.open("rb") as file:
        sample = file.read(64 * MEGABYTE)
    guess = guess_encoding(sample)
    if guess is None:
        raise WrongEncoding(
            "text in UTF-8 or Windows-1251", file=shown, line=bad_line, found=_odd_bytes(sample), remedy=SAVE_AS
        )
    return guess


def _odd_bytes(sample: bytes) -> str:
    """The first bytes that are not UTF-8, as they would look in Latin-1."""
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as fault:
        around = sample[max(fault.start - 8, 0) : fault.end + 12].decode("latin-1")
        return f"byte 0x{sample[fault.start]:02X} in {around!r}"
    return "bytes that are no text"


_RUN = re.compile(rb"[\xC0-\xFF\xA8\xB8]+")


def guess_encoding(sample: bytes) -> str | None:
    """What bytes that are not valid UTF-8 may be: "utf-8" (a few damaged places), "cp1251", "cp1252", or None.

    Russian in Windows-1251 shows as runs of letters, mostly small ones (0xE0–0xFF); in KOI8-R and the DOS code page the
    small letters lie elsewhere. Western text has single accented letters inside ASCII words.
    """
    text = sample.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    good = sum(1 for letter in text[: 4 * MEGABYTE] if letter > "\x7f" and letter != "\ufffd") if damaged else 0
    if good > 4 * damaged:
        return "utf-8"
    codes = np.bincount(np.frombuffer(sample, dtype=np.uint8), minlength=256)
    letters = int(codes[0xC0:].sum() + codes[0xA8] + codes[0xB8])
    high = int(codes[0x80:].sum())
    small = int(codes[0xE0:].sum() + codes[0xB8])
    if letters == 0 or letters < 0.7 * high:
        return None
    runs = [len(run) for run in _RUN.findall(sample[:MEGABYTE])]
    in_runs = sum(length for length in runs if length > 2)
    if in_runs >= 0.6 * sum(runs):
        return "cp1251" if small >= 0.6 * letters and codes[0x98] == 0 else None
    return "cp1252" if all(codes[code] == 0 for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)) else None


def clean_copy(path: Path, target: Path, encoding: str, shown: str) -> None:
    """A copy of a text file in UTF-8 with one kind of line end. Raises `WrongEncoding`, `BrokenFile`."""
    decoder = codecs.getincrementaldecoder(encoding)(
        "surrogateescape" if encoding in ("utf-8", "utf-8-sig") else "strict"
    )
    held, lines = "", 1
    with path.open("rb") as source, target.open("wb") as copy:
        while chunk := source.read(CHUNK):
            try:
                text = held + decoder.decode(chunk)
            except UnicodeDecodeError as fault:
                line = lines + fault.object.count(b"\n", 0, fault.start)
                raise WrongEncoding(f"text in {encoding}", file=shown, line=line, remedy=SAVE_AS) from fault
            held = "\r" if text.endswith("\r") else ""
            text = text[: len(text) - len(held)].replace("\r\n", "\n").replace("\r", "\n")
            lines += text.count("\n")
            copy.write(text.encode("utf-8", errors="surrogateescape"))
        try:
            rest = decoder.decode(b"", final=True)
        except UnicodeDecodeError as fault:
            raise BrokenFile("whole characters to the end", file=shown, line=lines, remedy=SAVE_AS) from fault
        copy.write((held.replace("\r", "\n") + rest).encode("utf-8", errors="surrogateescape"))
