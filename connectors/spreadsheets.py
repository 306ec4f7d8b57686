"""XLSX through calamine, within bounds: how much it may unpack to, how many rows a sheet can hold."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from connectors.files import MEGABYTE
from connectors.sources import Rows, Source, cells_as_row, checksum, no_rejects
from domain.errors import BrokenFile, EmptyFile, InputError

SHEET_ROWS_MAX = 1_048_576
UNPACKED_RATIO = 3  # a workbook may unpack to this many times the megabytes that a file may have
HEADER_ROWS = 10  # a header is looked for in so many rows
Cell = int | float | str | bool | time | date | datetime | timedelta


def open_workbook(path: Path, shown: str, megabytes_max: float) -> Source:
    """The first visible sheet with rows in it. Raises `BrokenFile`, `EmptyFile`, `InputError` (a zip bomb)."""
    check_archive(path, shown, megabytes_max)
    rows, warnings = _sheet(path, shown)
    filled = [number for number, row in enumerate(rows) if any(_text(cell) for cell in row)]
    if not filled:
        raise EmptyFile("a header and at least one row", file=shown, found="an empty sheet")
    candidates = tuple((number + 1, _header(rows[number])) for number in filled[:HEADER_ROWS])

    def load(header_line: int, columns: tuple[str, ...]) -> Rows:
        header = _header(rows[header_line - 1])
        data = [number for number in filled if number >= header_line]
        if not data:
            raise EmptyFile("at least one row under the header", file=shown, line=header_line)
        places = [header.index(name) for name in columns]
        frame = pd.DataFrame(
            {name: pd.Series([_text(rows[number][at]) or None for number in data], dtype="str")
             for name, at in zip(columns, places, strict=True)}
        )  # fmt: skip
        return Rows(frame, np.asarray(data, dtype=np.int64) + 1, no_rejects(), len(data))

    def raw(wanted: Mapping[int, str]) -> dict[int, str]:
        shown_rows = [number for number in wanted if 0 < number <= len(rows)]
        table = pd.DataFrame([[_text(cell) for cell in rows[number - 1]] for number in shown_rows])
        return cells_as_row(table, wanted, np.asarray(shown_rows, dtype=np.int64)) if shown_rows else {}

    return Source(shown, candidates, checksum(path), load, raw, encoding="xlsx", warnings=warnings)


def check_archive(path: Path, shown: str, megabytes_max: float) -> None:
    """Refuse an archive that is damaged or unpacks to more than we would hold.

    The sizes written in the archive are not believed: each part is unpacked once, in pieces, and counted.
    """
    limit = int(megabytes_max * UNPACKED_RATIO * MEGABYTE)
    unpacked = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                unpacked = _unpacked(archive, entry, unpacked, limit)
                if unpacked > limit:
                    raise InputError(
                        f"a workbook that unpacks to at most {limit // MEGABYTE} MB",
                        file=shown, found=f"more, in {entry.filename}", remedy="Save the sheet as CSV UTF-8",
                    )  # fmt: skip
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, EOFError) as fault:
        raise BrokenFile("an XLSX workbook", file=shown, found=str(fault), remedy="Save it again as .xlsx") from fault


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, so_far: int, limit: int) -> int:
    """Bytes so far plus those of one part, counted by unpacking; stops soon after the limit."""
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        return so_far + max(entry.file_size, entry.compress_size)
    raw = archive.fp
    assert raw is not None  # open while the block lasts
    raw.seek(entry.header_offset + 26)
    lengths = raw.read(4)
    raw.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), 1)
    left, inflate = entry.compress_size, zlib.decompressobj(-15)
    while left > 0 and not inflate.eof and so_far <= limit:
        packed = raw.read(min(left, MEGABYTE))
        if not packed:
            raise zipfile.BadZipFile(f"{entry.filename} ends early")
        left -= len(packed)
        while packed and so_far <= limit:
            so_far += len(inflate.decompress(packed, 4 * MEGABYTE))
            packed = inflate.unconsumed_tail
    return so_far


def _sheet(path: Path, shown: str) -> tuple[list[list[Cell]], tuple[str, ...]]:
    """All rows of the first visible sheet that has any, and what a person should know about them."""
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            names = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            for name in names:
                rows: list[list[Cell]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                if rows:
                    return rows, _notes(name, len(rows), len(names))
    except Exception as fault:  # calamine's errors share no root of their own
        raise BrokenFile("an XLSX workbook", file=shown, found=str(fault), remedy="Save it again as .xlsx") from fault
    raise EmptyFile("a header and at least one row", file=shown, found="no sheet with cells")


def _notes(name: str, rows: int, sheets: int) -> tuple[str, ...]:
    notes = []
    if sheets > 1:
        notes.append(f"read from sheet {name!r}, one of {sheets}")
    if rows >= SHEET_ROWS_MAX:
        notes.append(
            f"the sheet is full ({SHEET_ROWS_MAX:,} rows): what came after was cut off when it was saved; export CSV"
        )
    return tuple(notes)


def _header(row: list[Cell]) -> tuple[str, ...]:
    return tuple(_text(cell) or f"column {number}" for number, cell in enumerate(row, start=1))


def _text(cell: Cell) -> str:
    """A cell as the text pipeline reads it: whole numbers without a point, times in ISO 8601, durations as clocks."""
    match cell:
        case str():
            return cell.strip()
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds" if cell.microsecond == 0 else "microseconds")
        case timedelta():
            seconds = round(cell.total_seconds())
            sign, seconds = "-" if seconds < 0 else "", abs(seconds)
            return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)
