"""A rule book written as the `rules.toml` that it could have come from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from domain.people import RuleBook


def rules_toml(book: RuleBook) -> str:
    """TOML that `RuleBook.from_mapping` reads to an equal book; what is at its default is left out."""
    given = book.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    tables: list[tuple[str, Mapping[str, Any]]] = []
    for key, table in (("agreements", "agreement"), ("shifts", "shift")):
        for entry in given.pop(key):
            tables.append((f"{table}.{json.dumps(entry.pop('name'))}", entry))
    tables += [(f"rule.{json.dumps(name)}", entry) for name, entry in given.pop("rules", {}).items()]
    tables += [(name, given.pop(name)) for name in ("cover", "law") if name in given]
    lines = [f"{key} = {_value(value)}" for key, value in given.items()]
    for name, entry in tables:
        lines += ["", *_table(name, entry)]
    return "\n".join(lines) + "\n"


def _table(name: str, entry: Mapping[str, Any]) -> Iterator[str]:
    yield f"[{name}]"
    yield from (f"{key} = {_value(value)}" for key, value in entry.items())


def _value(value: Any) -> str:
    """A TOML value: texts, numbers and flags are written as in JSON, tables inline."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(own)}" for key, own in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(own) for own in value) + "]"
    return json.dumps(value)
