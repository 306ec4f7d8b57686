"""The catalogue: every word the app shows, by language and dotted key; dates and numbers in the language's way."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["en", "ru"]
LANGUAGES: Mapping[Language, str] = {"en": "English", "ru": "Русский"}
FALLBACK: Language = "en"
FOLDER = Path(__file__).parent


@lru_cache(maxsize=8)
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language by dotted key, such as `roster.title`."""
    with (FOLDER / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file), ""))


def _flat(tables: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    texts: list[tuple[str, str]] = []
    for key, value in tables.items():
        name = f"{prefix}{key}"
        texts += _flat(value, f"{name}.") if isinstance(value, Mapping) else [(name, str(value))]
    return texts


@dataclass(frozen=True)
class Words:
    """The words of one language. `words("data.rows", rows=3)` fills the text of that key."""

    language: Language

    def __call__(self, key: str, **facts: object) -> str:
        """The text of a key with `{facts}` filled in. Raises `KeyError` for a key that the catalogue lacks."""
        text = catalogue(self.language)[key]
        return text.format(**facts) if facts else text

    def either(self, key: str, otherwise: str) -> str:
        """The text of a key built from data (an activity, a status), or `otherwise` where there is none."""
        return catalogue(self.language).get(key, otherwise)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with the separators of the language; an unknown one as a dash."""
        if value != value:
            return "–"
        text = f"{value:,.{digits}f}"
        return text.replace(",", "\u00a0").replace(".", ",") if self.language == "ru" else text

    def percent(self, share: float, digits: int = 0) -> str:
        """A share (0–1) as a percentage."""
        return f"{self.number(share * 100, digits)}\u00a0%" if share == share else "–"

    def signed(self, value: float, digits: int = 0) -> str:
        """A change with its sign."""
        return f"{'+' if value > 0 else ''}{self.number(value, digits).replace('-', '−')}"

    def weekday(self, day: date) -> str:
        """The short name of the weekday."""
        return self("calendar.weekdays").split()[day.weekday()]

    def day(self, day: date, year: bool = False) -> str:
        """A day as `Mon 7 Sep` (or with its year)."""
        month = self("calendar.months").split()[day.month - 1]
        return f"{self.weekday(day)} {day.day} {month}" + (f" {day.year}" if year else "")

    @property
    def separators(self) -> str:
        """Decimal and thousands marks as plotly wants them."""
        return ",\u00a0" if self.language == "ru" else ".,"


def language_of(locale: str | None, otherwise: Language = FALLBACK) -> Language:
    """The catalogue's language for a browser locale such as `ru-RU`; `otherwise` for one it lacks."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return next((language for language in LANGUAGES if language == code), otherwise)
