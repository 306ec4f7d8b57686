"""Queues: the unit of forecast and staffing, named `channel/type[/…]`, and the rules that sort tickets into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from domain.errors import BadValue, MissingColumn

SEPARATOR = "/"
LIST_SEPARATOR = "|"


@dataclass(frozen=True)
class SegmentRule:
    """Tickets whose columns match all `when` patterns go to `queue`; `{column}` in it is filled from the ticket."""

    queue: str
    when: Mapping[str, str]


@dataclass(frozen=True)
class SegmentRules:
    """An ordered list of rules; the first that matches decides. Tickets that none matches go to `otherwise`."""

    rules: tuple[SegmentRule, ...] = ()
    otherwise: str = "{channel}/{type}"

    @staticmethod
    def from_mapping(mapping: Mapping[str, object], file: str | None = None) -> SegmentRules:
        """From TOML: `otherwise = "…"` and `[[segment]]` tables with `queue` and one pattern a ticket column.

        Raises `BadValue` for anything else.
        """
        unknown = sorted(set(mapping) - {"segment", "otherwise"})
        if unknown:
            raise BadValue("only `otherwise` and [[segment]] tables", file=file, found=unknown)
        rules = []
        for number, entry in enumerate(_list_of_tables(mapping.get("segment", []), file), start=1):
            if not isinstance(entry.get("queue"), str):
                raise BadValue(f"a text `queue` in [[segment]] number {number}", file=file, column="queue")
            when = {str(key): str(value) for key, value in entry.items() if key != "queue"}
            rules.append(SegmentRule(queue=str(entry["queue"]), when=when))
        return SegmentRules(tuple(rules), str(mapping.get("otherwise", "{channel}/{type}")))

    def assign(self, tickets: pd.DataFrame) -> pd.Series:
        """The queue of every ticket (text, index of `tickets`). Missing values read as `other`."""
        queue = pd.Series(_filled(self.otherwise, tickets), index=tickets.index, dtype="str")
        undecided = np.ones(len(tickets), dtype=bool)
        for rule in self.rules:
            hit = undecided & _matches(rule, tickets)
            queue[hit] = _filled(rule.queue, tickets[hit])
            undecided &= ~hit
        return queue


def _list_of_tables(value: object, file: str | None) -> list[Mapping[str, object]]:
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise BadValue("[[segment]] tables", file=file, column="segment", found=value)
    return value


def _matches(rule: SegmentRule, tickets: pd.DataFrame) -> np.ndarray:
    hit = np.ones(len(tickets), dtype=bool)
    for column, pattern in rule.when.items():
        if column not in tickets:
            raise MissingColumn(f"ticket column {column!r}, which a segment rule names", column=column)
        values = tickets[column].astype("str").fillna("other")
        kept = {value for value in values.unique() if fnmatchcase(value.lower(), pattern.lower())}
        hit &= values.isin(kept).to_numpy()
    return hit


def _filled(template: str, tickets: pd.DataFrame) -> np.ndarray:
    parts: list[np.ndarray] = []
    rest = template
    while rest:
        before, brace, after = rest.partition("{")
        parts.append(np.full(len(tickets), before, dtype=object))
        if not brace:
            break
        column, closing, rest = after.partition("}")
        if not closing or column not in tickets:
            raise MissingColumn(f"ticket column {column!r}, which queue name {template!r} needs", column=column)
        text = tickets[column].astype("str").fillna("other").str.strip().replace("", "other")
        parts.append(text.to_numpy(dtype=object))
    if not parts:
        return np.full(len(tickets), "other", dtype=object)
    return np.asarray(sum(parts[1:], start=parts[0]), dtype=object)


def matches(queue: str, patterns: Iterable[str]) -> bool:
    """Whether a queue is named by one of the patterns (`phone/*`, `*`, or a whole name)."""
    return any(fnmatchcase(queue, pattern) for pattern in patterns)


def most_specific(queue: str, patterns: Iterable[str]) -> str | None:
    """The pattern that speaks for a queue: its whole name, else the longest that matches; None where none does."""
    fitting = [pattern for pattern in patterns if pattern == queue or matches(queue, [pattern])]
    return queue if queue in fitting else max(fitting, key=len, default=None)


def split_list(text: object) -> tuple[str, ...]:
    """The entries of a `|`-separated cell, blanks dropped; an empty or missing cell gives none."""
    if not isinstance(text, str):
        return ()
    return tuple(part.strip() for part in text.split(LIST_SEPARATOR) if part.strip())


def channel_of(queue: str) -> str:
    """The first part of a queue's name."""
    return queue.split(SEPARATOR, 1)[0]
