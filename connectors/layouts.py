"""Layouts of foreign files: which source column becomes which of ours; from `presets.yaml`, chosen by the header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from domain.errors import BadValue, MissingColumn, RepeatedColumn, UnknownFormat

FILE = Path(__file__).with_name("presets.yaml")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "tickets": ("ticket_id", "created_at"),
    "intervals": ("start", "offered"),
}
UNITS: Mapping[str, float] = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "milliseconds": 0.001, "days": 86400.0}
DEFAULT_CHANNEL = "phone"
BY_HAND = "by_hand"  # the name of a layout that the caller's mapping alone describes


@dataclass(frozen=True)
class Preset:
    """One entry of `presets.yaml`. `map` holds alternatives, the first that the header has is taken."""

    name: str
    kind: str
    about: str
    detect: tuple[tuple[str, ...], ...]
    map: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    decimal: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    makes_id: bool = False


@dataclass(frozen=True)
class Field:
    """Where one of our columns comes from: source columns taken together, or a constant. `unit` is of durations."""

    name: str
    sources: tuple[str, ...] = ()
    constant: str | None = None
    unit: str = "seconds"


@dataclass(frozen=True)
class Layout:
    """A preset met a header (and perhaps the caller's mapping): how to read this very file."""

    preset: Preset
    fields: tuple[Field, ...]
    filters: Mapping[str, tuple[str, ...]]

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Every source column that is needed, in header-independent order, each once."""
        names = [source for entry in self.fields for source in entry.sources] + list(self.filters)
        return tuple(dict.fromkeys(names))

    def field(self, name: str) -> Field | None:
        """The field of one of our columns, or None where the file does not have it."""
        return next((entry for entry in self.fields if entry.name == name), None)


@lru_cache(maxsize=1)
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return document


@lru_cache(maxsize=1)
def load_presets() -> Mapping[str, Preset]:
    """All presets by name, in the file's order."""
    return {name: _preset(name, entry) for name, entry in _document()["presets"].items()}


@lru_cache(maxsize=1)
def channel_words() -> Mapping[str, str]:
    """Channel name by the (folded) word that a source uses for it."""
    return {folded(str(word)): channel for channel, words in _document()["channels"].items() for word in words}


@lru_cache(maxsize=1)
def flag_words() -> Mapping[str, bool]:
    """Yes or no by the (folded) word that says it."""
    return {folded(str(word)): answer == "yes" for answer, words in _document()["answers"].items() for word in words}


def presets() -> tuple[str, ...]:
    """The names of all layouts that are known."""
    return tuple(load_presets())


def _preset(name: str, entry: Mapping[str, Any]) -> Preset:
    return Preset(
        name=name,
        kind=entry["kind"],
        about=entry["about"],
        detect=tuple(_several(names) for names in entry["detect"]),
        map={column: _several(names) for column, names in entry["map"].items()},
        units=dict(entry.get("units", {})),
        values={
            column: {str(k): str(v) for k, v in words.items()} for column, words in entry.get("values", {}).items()
        },
        keep={column: _several(values) for column, values in entry.get("keep", {}).items()},
        formats=tuple(entry.get("formats", ())),
        decimal=entry.get("decimal"),
        constants=dict(entry.get("constants", {})),
        makes_id=bool(entry.get("makes_id", False)),
    )


def _several(names: object) -> tuple[str, ...]:
    return tuple(str(name) for name in names) if isinstance(names, list) else (str(names),)


def folded(name: str) -> str:
    """A header name or a word, made comparable: case, spaces at the ends and in a row, and ё do not matter."""
    return " ".join(name.casefold().replace("ё", "е").replace("\u00a0", " ").split())


def find_layout(
    header: Iterable[str],
    shown: str,
    *,
    preset: str | None = None,
    mapping: Mapping[str, str] | None = None,
    line: int | None = None,
) -> Layout:
    """The layout of a file with this header: the named preset, or the one whose names it has; `mapping` goes first.

    `mapping` says our column -> source column, "A + B", "=constant", with "|minutes" behind it for a unit.
    Raises `UnknownFormat` (no layout fits; names the nearest), `MissingColumn`, `RepeatedColumn`, `BadValue`.
    """
    names = tuple(header)
    mapping = dict(mapping or {})
    chosen = _named(preset) if preset else _detected(names, mapping, shown, line)
    places: dict[str, str] = {}
    for name in names:
        places.setdefault(folded(name), name)
    fields = {entry.name: entry for entry in _preset_fields(chosen, places)}
    for column, text in mapping.items():
        fields[column] = _mapped_field(column, text, places, chosen, shown, line)
    _complete(fields, chosen, names, shown, line)
    filters = {places[folded(name)]: values for name, values in chosen.keep.items() if folded(name) in places}
    layout = Layout(chosen, tuple(fields.values()), filters)
    _refuse_repeats(layout, names, shown, line)
    return layout


def _named(preset: str) -> Preset:
    if preset not in load_presets():
        raise BadValue("a preset", column="preset", found=preset, remedy=f"Known are {', '.join(presets())}")
    return load_presets()[preset]


def _detected(names: tuple[str, ...], mapping: Mapping[str, str], shown: str, line: int | None) -> Preset:
    there = {folded(name) for name in names}
    fitting = [preset for preset in load_presets().values() if not _lacking(preset, there)]
    if fitting:
        return max(fitting, key=lambda preset: len(preset.detect))
    for kind, needed in NEEDED.items():
        if needed[1] in mapping and (kind == "tickets" or "start" in mapping):
            return Preset(BY_HAND, kind, "the caller's mapping", (), {}, makes_id=True)
    nearest = max(load_presets().values(), key=lambda p: 1 - len(_lacking(p, there)) / len(p.detect))
    lacking = ", ".join(" or ".join(repr(name) for name in group[:3]) for group in _lacking(nearest, there))
    raise UnknownFormat(
        "the columns of a layout that is known",
        file=shown, line=line, found=", ".join(names),
        remedy=f"The nearest is {nearest.name}, which also has {lacking}. "
        "Give --preset, or say where the columns are: --map created_at='Source column'",
    )  # fmt: skip


def _lacking(preset: Preset, there: set[str]) -> list[tuple[str, ...]]:
    return [group for group in preset.detect if not any(folded(name) in there for name in group)]


def _preset_fields(preset: Preset, places: Mapping[str, str]) -> Iterable[Field]:
    for column, alternatives in preset.map.items():
        for text in alternatives:
            sources = _sources(text, places)
            if sources:
                yield Field(column, sources, unit=preset.units.get(column) or unit_of(sources[0]))
                break
    for column, constant in preset.constants.items():
        if not any(_sources(text, places) for text in preset.map.get(column, ())):
            yield Field(column, constant=constant)


def _sources(text: str, places: Mapping[str, str]) -> tuple[str, ...]:
    """The header's names that `text` means; none where one of them is not there."""
    if folded(text) in places:
        return (places[folded(text)],)
    parts = [folded(part) for part in text.split(" + ")]
    if len(parts) > 1 and all(part in places for part in parts):
        return tuple(places[part] for part in parts)
    return ()


def _mapped_field(
    column: str, text: str, places: Mapping[str, str], preset: Preset, shown: str, line: int | None
) -> Field:
    if text.startswith("="):
        return Field(column, constant=text[1:].strip())
    source, bar, unit = text.rpartition("|")
    if not bar or (_sources(text, places) and unit not in UNITS):
        source, unit = text, ""
    if unit and unit not in UNITS:
        raise BadValue(f"a unit: {', '.join(UNITS)}", file=shown, column=column, found=unit)
    sources = _sources(source, places)
    if not sources:
        raise MissingColumn(
            f"the column {source!r} that the mapping of {column} names",
            file=shown, line=line, column=source, found=", ".join(places.values()),
            remedy="A constant is written with an equals sign: =phone",
        )  # fmt: skip
    return Field(column, sources, unit=unit or unit_of(sources[0]))


def _complete(fields: dict[str, Field], preset: Preset, names: tuple[str, ...], shown: str, line: int | None) -> None:
    """Needed columns are there, or get what the preset allows."""
    for column in NEEDED[preset.kind]:
        if column not in fields and not (column == "ticket_id" and preset.makes_id):
            expected = " or ".join(repr(name) for name in preset.map.get(column, (column,))[:4])
            raise MissingColumn(
                f"a column {expected} for {column} (preset {preset.name})",
                file=shown, line=line, column=column, found=", ".join(names),
                remedy=f"Say where it is: --map {column}='Source column'",
            )  # fmt: skip
    if "channel" not in fields and (preset.kind == "tickets" or "queue" not in fields):
        fields["channel"] = Field("channel", constant=DEFAULT_CHANNEL)


def _refuse_repeats(layout: Layout, names: tuple[str, ...], shown: str, line: int | None) -> None:
    counts = [folded(name) for name in names]
    for source in layout.source_columns:
        if counts.count(folded(source)) > 1:
            raise RepeatedColumn("a column that is read, once", file=shown, line=line, column=source)


_HINTS = (
    (re.compile(r"\b(ms|msec|milliseconds?|мс)\b"), "milliseconds"),
    (re.compile(r"\b(min|mins|minutes?|мин|минут|минуты)\b"), "minutes"),
    (re.compile(r"\b(hrs?|hours?|час|часы|часов|ч)\b"), "hours"),
    (re.compile(r"\b(days?|дн|дней|дни)\b"), "days"),
)


def unit_of(source: str) -> str:
    """The unit that a source column's name tells ("Ожидание, мин"), seconds where it tells none."""
    words = folded(source).replace("_", " ")
    return next((unit for pattern, unit in _HINTS if pattern.search(words)), "seconds")
