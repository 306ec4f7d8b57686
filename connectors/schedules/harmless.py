"""Text that a spreadsheet would run, made plain; and file names that any file system takes."""

from __future__ import annotations

import re
from hashlib import sha256
from unicodedata import normalize

import pandas as pd

_RUNS = re.compile(r"^'*[=+\-@\t\r\n]")
_PLAIN_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)|.*-[0-9a-f]{8}")
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
)


def would_run(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula: it begins with = + - @, a tab or a line end."""
    return _RUNS.match(text) is not None


def harmless(text: str) -> str:
    """The text for a CSV cell: an apostrophe before what would run, and before apostrophes that stand before such.

    To get the text back, take one apostrophe off every cell that begins with apostrophes and then = + - @, tab or line
    end.
    """
    return f"'{text}" if would_run(text) else text


def harmless_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Every text cell made plain; numbers and stamps as they are."""
    return frame.assign(
        **{
            name: frame[name].map(lambda cell: harmless(cell) if isinstance(cell, str) else cell)
            for name in frame.columns
            if frame[name].dtype == "str" or frame[name].dtype == object
        }
    )


def digest(text: str, length: int = 8) -> str:
    """The first hex digits of the text's SHA-256."""
    return sha256(text.encode()).hexdigest()[:length]


def slug(text: str) -> str:
    """ASCII letters, digits and dashes that remind of the text; `person` where nothing is left."""
    latin = "".join(_CYRILLIC.get(letter, letter) for letter in normalize("NFC", text).lower())
    plain = normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "person"


def file_stem(agent: str) -> str:
    """A file name for one person, the same in every run and different for every person, on any file system.

    A code such as `A01` stands for itself; any other name gets its digest behind it.
    """
    if _PLAIN_CODE.fullmatch(agent) and not _RESERVED.fullmatch(agent):
        return agent
    return f"{slug(agent)}-{digest(agent)}"
