"""Foreign files to tickets or history, with a ledger: every record is loaded, rejected, or a duplicate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from connectors.columns import Conversion
from connectors.files import shown_name
from connectors.intervals import convert_intervals
from connectors.layouts import Layout, find_layout
from connectors.sources import Source, open_source
from connectors.tickets.converting import convert_tickets
from domain.errors import BadValue, BrokenFile, SmenaError
from domain.intervals import check_timezone
from domain.queues import channel_of
from domain.tables import HISTORY, REJECTS, TICKETS

DECIMALS = (None, ".", ",")


@dataclass(frozen=True)
class TicketImport:
    """What was read: `frame` under TICKETS or HISTORY as `kind` says, `rejects` under REJECTS, `report` JSON-able."""

    kind: str
    frame: pd.DataFrame
    rejects: pd.DataFrame
    report: dict[str, Any]
    preset: str


@dataclass
class _Seen:
    """Keys of the rows kept so far, with the file and line of each."""

    keys: pd.Index
    files: np.ndarray
    lines: np.ndarray


def read_tickets(
    paths: str | Path | Sequence[str | Path],
    *,
    preset: str | None = None,
    timezone: str = "UTC",
    mapping: Mapping[str, str] | None = None,
    decimal: str | None = None,
    megabytes_max: float = 512,
) -> TicketImport:
    """Read files of contacts (or of counted intervals) of any known layout.

    timezone: of times without an offset. mapping: our column -> "Source column", "A + B", "Source|minutes" or
    "=constant"; it goes before the preset, and names outside the contract are kept as text. decimal: "." or ","; None =
    as the layout says. Of a key that occurs twice, also in two files, the first is kept.

    Raises `InputError`s naming file, line and column: `EmptyFile`, `UnknownFormat`, `MissingColumn`, `RepeatedColumn`,
    `WrongEncoding`, `BrokenFile` (set aside: its rows don't add up), `BadValue` (also for a file whose rows are all at
    fault; of others the rows at fault are in the ledger).
    """
    check_timezone(timezone)
    if decimal not in DECIMALS:
        raise BadValue("a decimal sign, . or ,", column="decimal", found=decimal)
    files = [paths] if isinstance(paths, str | Path) else list(paths)
    if not files:
        raise BadValue("at least one file")
    names = _different_names(files)
    seen = _Seen(pd.Index([], dtype="str"), np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64))
    parts = []
    for path, name in zip(files, names, strict=True):
        with open_source(path, megabytes_max) as source:
            parts.append(_one_file(source, name, seen, (preset, mapping, timezone, decimal)))
    return _together(parts)


_Part = tuple[str, pd.DataFrame, pd.DataFrame, dict[str, Any]]


def _different_names(files: Sequence[str | Path]) -> list[str]:
    """A name for each file; files of one name in several folders are told apart by their folder."""
    names = [shown_name(path) for path in files]
    return [
        name if names.count(name) == 1 else f"{Path(path).parent.name}/{name}"
        for path, name in zip(files, names, strict=True)
    ]


def _one_file(
    source: Source,
    name: str,
    seen: _Seen,
    how: tuple[str | None, Mapping[str, str] | None, str, str | None],
) -> _Part:
    preset, mapping, timezone, decimal = how
    line, layout = _layout(source, preset, mapping)
    rows = source.load(line, layout.source_columns)
    if len(rows.frame) + len(rows.rejects) != rows.records:
        raise BrokenFile(
            f"{rows.records} rows, as an independent count finds", file=source.shown,
            found=f"{len(rows.frame)} loaded and {len(rows.rejects)} rejected",
        )  # fmt: skip
    work = Conversion(rows, layout, timezone, _decimal(decimal, layout, source))
    convert = convert_tickets if layout.preset.kind == "tickets" else convert_intervals
    frame, key = convert(work, name)
    kept = frame.loc[work.fine]
    lines = rows.lines[work.fine]
    again, words = _duplicates(key[work.fine], lines, name, seen)
    ledger = work.ledger()
    rejected = len(ledger)
    doubles = pd.DataFrame({"line": lines[again], "column": _key_name(layout), "reason": words, "raw": None})
    ledger = pd.concat([ledger, doubles.astype({"column": "str", "reason": "str", "raw": "str"})], ignore_index=True)
    ledger = _with_raw(ledger.sort_values("line", kind="stable", ignore_index=True), source, name)
    if len(ledger) == rejected == rows.records:
        raise _nothing_fits(ledger, source.shown)
    kept = kept.loc[~again]
    report = {
        "file": name, "preset": layout.preset.name, "rows": rows.records, "loaded": len(kept),
        "rejected": rejected, "duplicates": int(again.sum()), "encoding": source.encoding,
        "delimiter": source.delimiter, "decimal": work.decimal or "auto", "header_line": line, "timezone": timezone,
        "sha256": source.sha256, "columns": {f.name: " + ".join(f.sources) or f"={f.constant}" for f in layout.fields},
        "doubled_hour": 0, **work.notes, **_summary(kept, layout.preset.kind),
        "reasons": _counted(ledger), "warnings": list(source.warnings),
    }  # fmt: skip
    return layout.preset.kind, kept, ledger, report


def _nothing_fits(ledger: pd.DataFrame, shown: str) -> BadValue:
    """Of a file without one good row nothing is kept: the layout, the zone or the decimal sign is likely wrong."""
    first = ledger.iloc[0]
    rows = "The only row is" if len(ledger) == 1 else f"All {len(ledger)} rows are"
    return BadValue(
        str(first["reason"]).removeprefix("expected "), file=shown, line=int(first["line"]),
        column=first["column"] if isinstance(first["column"], str) else None, found=first["raw"],
        remedy=f"{rows} at fault: nothing is read",
    )  # fmt: skip


def _layout(source: Source, preset: str | None, mapping: Mapping[str, str] | None) -> tuple[int, Layout]:
    """The first header that a layout fits; the first header's error where none fits."""
    first_fault: SmenaError | None = None
    for line, header in source.candidates:
        try:
            found = find_layout(header, source.shown, preset=preset, mapping=mapping, line=line or None)
        except SmenaError as fault:
            first_fault = first_fault or fault
        else:
            return line, found
    assert first_fault is not None  # every source has a header
    raise first_fault


def _decimal(decimal: str | None, layout: Layout, source: Source) -> str | None:
    """What the caller says, else the layout, else a semicolon hints at a comma; typed files write a point."""
    if decimal is not None:
        return decimal
    if source.encoding == "parquet":
        return "."
    return layout.preset.decimal or ("," if source.delimiter == ";" else None)


def _key_name(layout: Layout) -> str:
    entry = layout.field("ticket_id" if layout.preset.kind == "tickets" else "start")
    return entry.sources[0] if entry and entry.sources else "ticket_id"


def _duplicates(key: pd.Series, lines: np.ndarray, name: str, seen: _Seen) -> tuple[np.ndarray, list[str]]:
    """Which rows repeat a key of this file or an earlier one, and where the first is. Adds the others to `seen`."""
    keys = pd.Index(key.astype("str"))
    again = np.asarray(keys.duplicated(keep="first"))
    earlier = seen.keys.get_indexer(keys) if len(seen.keys) else np.full(len(keys), -1)
    again |= earlier >= 0
    words: list[str] = []
    if again.any():
        here, first_lines = pd.Index(keys[~again]).get_indexer(keys[again]), lines[~again]
        words = [
            f"duplicate of {seen.files[old]} line {seen.lines[old]}"
            if old >= 0
            else f"duplicate of line {first_lines[new]}"
            for old, new in zip(earlier[again], here, strict=True)
        ]
    seen.keys = seen.keys.append(keys[~again])
    seen.files = np.concatenate([seen.files, np.full(int((~again).sum()), name, dtype=object)])
    seen.lines = np.concatenate([seen.lines, lines[~again]])
    return again, words


def _with_raw(ledger: pd.DataFrame, source: Source, name: str) -> pd.DataFrame:
    """The ledger with the file's name and each row as it stands there."""
    blank = ledger["raw"].isna()
    if blank.any():
        wanted = {int(line): "" for line in ledger.loc[blank, "line"]}
        texts = source.raw(wanted)
        ledger["raw"] = ledger["raw"].mask(blank, ledger["line"].map(texts).astype("str"))
    ledger.insert(0, "file", name)
    return ledger.astype({"file": "str"})


def _counted(ledger: pd.DataFrame) -> dict[str, int]:
    """How often each reason occurs, with its column (duplicates together), the most frequent first."""
    column = ledger["column"].astype("str").fillna("")
    reasons = column.where(column == "", column + ": ") + ledger["reason"]
    reasons = reasons.mask(ledger["reason"].str.startswith("duplicate of"), "duplicate")
    return {str(reason): int(number) for reason, number in reasons.value_counts().items()}


def _summary(kept: pd.DataFrame, kind: str) -> dict[str, Any]:
    if kind == "tickets":
        by_channel = kept["channel"].value_counts()
        times = kept["created_at"]
    else:
        by_channel = kept["offered"].groupby(kept["queue"].map(channel_of)).sum().sort_values(ascending=False)
        times = kept["start"]
    return {
        "by_channel": {str(channel): int(number) for channel, number in by_channel.items()},
        "first": None if times.empty else times.min().isoformat(),
        "last": None if times.empty else times.max().isoformat(),
    }


def _together(parts: list[_Part]) -> TicketImport:
    kinds = list(dict.fromkeys(part[0] for part in parts))
    reports = [part[3] for part in parts]
    if len(kinds) > 1:
        raise BadValue(
            "files of one kind, tickets or intervals",
            found=", ".join(f"{report['file']}: {report['preset']}" for report in reports),
            remedy="Read them in two calls",
        )
    frame = pd.concat([part[1] for part in parts], ignore_index=True)
    if "abandoned" in frame and kinds[0] == "tickets":
        frame["abandoned"] = frame["abandoned"].fillna(False).astype(bool)
    table = TICKETS if kinds[0] == "tickets" else HISTORY
    order = [name for name in table.column_names if name in frame]
    checked = table.check(frame[[*order, *(name for name in frame if name not in order)]])
    rejects = REJECTS.check(pd.concat([part[2] for part in parts], ignore_index=True)) if parts else REJECTS.empty()
    names = ", ".join(dict.fromkeys(report["preset"] for report in reports))
    totals = {key: sum(report[key] for report in reports) for key in ("rows", "loaded", "rejected", "duplicates")}
    report = {"kind": kinds[0], "preset": names, **totals, "files": reports}
    return TicketImport(kinds[0], checked, rejects, report, names)
