"""Law packs: what labour law asks of work agreements, as dated data (`domain/data/law_*.toml`). Not legal advice.

A pack fills what an agreement is silent on, and names what is laxer than the law. What an agreement says and the law
allows stands.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import BadValue

DATA = Path(__file__).resolve().parent / "data"
Sense = Literal["at_least", "at_most", "exactly"]


class Provision(BaseModel):
    """Something the law says. `text_date`: last change of its wording known here; `secondary`: from commentary only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article: str
    text_date: date
    words: str
    secondary: bool = False


class Limit(Provision):
    """A key of the agreement that may not be laxer than `at`; kept by `rule`.

    `unless`: a key that lifts the limit where it is set; `when_set`: silent agreements stay silent.
    """

    key: str
    sense: Sense
    at: float | str
    rule: str = ""
    unless: str = ""
    when_set: bool = False

    def is_lax(self, value: object) -> bool:
        """Whether a value of the key allows more than the law."""
        if value is None:
            return not self.when_set
        if self.sense == "exactly" or isinstance(self.at, str) or not isinstance(value, int | float):
            return value != self.at
        return value < self.at if self.sense == "at_least" else value > self.at

    def wording(self) -> str:
        """The limit in words, such as `at least 42 (Labour Code, art. 110)`."""
        at = f"{self.at:g}" if isinstance(self.at, float) else self.at
        sense = "" if self.sense == "exactly" else self.sense.replace("_", " ") + " "
        return f"{sense}{at} ({self.article})"


class OvertimePay(Provision):
    """Hours of a day or week above a figure cost at least so much."""

    per: Literal["day", "week"]
    over_hours: float
    factor: float


class Pause(Provision):
    """Shifts with more working hours than `over_hours` hold `count` pauses of so many minutes."""

    over_hours: float
    count: int
    minutes_min: int
    minutes_max: int = 1440
    unpaid: bool = False
    kind: str = ""


class LawPack(BaseModel):
    """One body of law. `pending`: changes under way; `checked_on`, `checked_against`: when and against what."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str
    words: str
    checked_on: date
    checked_against: str
    pending: tuple[str, ...]
    limits: tuple[Limit, ...] = Field((), alias="limit")
    overtime: tuple[OvertimePay, ...] = ()
    pauses: tuple[Pause, ...] = Field((), alias="pause")
    figures: tuple[Provision, ...] = Field((), alias="figure")

    def filled(self, table: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
        """An agreement's table with the law's figures where it is silent and the default is laxer or off."""
        full = dict(table)
        for limit in self.limits:
            silent = limit.key not in table and not (limit.unless and limit.unless in table)
            if silent and not limit.when_set and limit.is_lax(defaults[limit.key]):
                full[limit.key] = limit.at
        if self.overtime and "overtime" not in table:
            full["overtime"] = [
                {"per": tier.per, "over_hours": tier.over_hours, "factor": tier.factor} for tier in self.overtime
            ]
        return full

    def source(self, rule: str) -> str:
        """The article behind a roster rule; empty where the pack has none."""
        return next((limit.article for limit in self.limits if limit.rule == rule), "")


def known_packs() -> tuple[str, ...]:
    """Names of the packs, in order."""
    return tuple(sorted(_packs()))


def law_pack(name: str) -> LawPack:
    """The pack of that name. Raises `BadValue` where there is none."""
    if name not in _packs():
        raise BadValue(f"one of the law packs {', '.join(known_packs())}", column="law.pack", found=name)
    return _packs()[name]


@cache
def _packs() -> dict[str, LawPack]:
    found = [LawPack.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in sorted(DATA.glob("law_*.toml"))]
    return {pack.name: pack for pack in found}
