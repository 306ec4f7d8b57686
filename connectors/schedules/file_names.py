"""File names that any file system takes."""

from __future__ import annotations

import re
from hashlib import sha256
from unicodedata import normalize

_PLAIN_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)|.*-[0-9a-f]{8}")
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
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
