"""Tables of the house as files: CSV or Parquet, read and written under their contracts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from connectors.csv_files import CsvFile, open_csv
from connectors.files import atomic_write, check_size, ending, shown_name
from connectors.stamps import Stamps, iso_texts, parse_stamps, second_hour
from domain.errors import (
    BadValue,
    BrokenFile,
    EmptyFile,
    InputError,
    MissingColumn,
    RepeatedColumn,
    TableError,
    UnknownFormat,
)
from domain.tables import Column, Table

READABLE = ("csv", "parquet")
_DECIMAL_COMMA = re.compile(r"^-?\d+,\d+$")


@dataclass(frozen=True)
class Layout:
    """Another header of a table. `marks`: columns that tell it; `renamed`: its names of the table's columns;
    `reshape`: a frame of it, and its lines in the file, as a frame of the table, row for row."""

    marks: frozenset[str]
    renamed: dict[str, str]
    reshape: Callable[[pd.DataFrame, np.ndarray], pd.DataFrame]


def read_table(
    path: str | Path, table: Table, *, timezone: str | None = None, layout: Layout | None = None
) -> pd.DataFrame:
    """A file as a frame under `table`. CSV or Parquet by ending; "-" is CSV from standard input.

    A CSV file whose header shows the marks of `layout` is read as that.

    Stamps without an offset are wall-clock times of `timezone`; where a key holds the same wall time twice on the night
    the clocks go back, the second row is the second hour. Plain dates are local midnights.

    Raises `InputError`s naming file, line, column and remedy: `EmptyFile`, `MissingColumn`, `RepeatedColumn`,
    `WrongEncoding`, `BrokenFile`, `UnknownFormat`, and `BadValue` for the first cell that breaks the contract (its
    `__cause__` is the `TableError` with all of them).
    """
    kind = ending(path)
    if kind not in READABLE:
        raise UnknownFormat(
            "a file that ends in .csv or .parquet", file=shown_name(path), found=f".{kind}" if kind else "no ending"
        )
    if kind == "parquet":
        frame = read_parquet(Path(path))
        if frame.empty:
            raise EmptyFile("at least one row", file=shown_name(path), found="0 rows")
        return _checked(frame, np.arange(1, len(frame) + 1), table, shown_name(path), timezone)
    with open_csv(path) as file:
        layout = layout if layout is not None and layout.marks <= set(file.header) else None
        _check_header(file, table.required_names if layout is None else ())
        loaded = file.load()
        if len(loaded.rejects):
            first = loaded.rejects.iloc[0]
            column = first["column"] if isinstance(first["column"], str) else None
            raise BadValue(
                str(first["reason"]).removeprefix("expected "), file=file.shown, line=int(first["line"]),
                column=column, found=first["raw"], remedy=_more(len(loaded.rejects), "row"),
            )  # fmt: skip
        if layout is None:
            return _checked(loaded.frame, loaded.lines, table, file.shown, timezone)
        try:
            return _checked(layout.reshape(loaded.frame, loaded.lines), loaded.lines, table, file.shown, timezone)
        except InputError as fault:
            fault.column = layout.renamed.get(fault.column or "", fault.column)
            raise fault.in_file(file.shown) from fault.__cause__


def _check_header(file: CsvFile, required: Sequence[str]) -> None:
    if file.repeated:
        raise RepeatedColumn(
            "each column once", file=file.shown, line=file.header_line, column=file.repeated[0], found=list(file.header)
        )
    missing = [name for name in required if name not in file.header]
    if missing:
        raise MissingColumn(
            f"the columns {', '.join(required)}",
            file=file.shown,
            line=file.header_line,
            column=missing[0],
            found=", ".join(file.header),
            remedy="See data/DICTIONARY.md",
        )


def read_parquet(path: Path) -> pd.DataFrame:
    """All columns of a Parquet file as DuckDB reads them. Raises `BrokenFile`, `EmptyFile`."""
    shown = shown_name(path)
    check_size(path, None, shown)
    try:
        with duckdb.connect() as link:
            link.execute("set TimeZone = 'UTC'")
            frame: pd.DataFrame = link.read_parquet(str(path)).to_arrow_table().to_pandas()
    except duckdb.Error as fault:
        raise BrokenFile("a Parquet file", file=shown, found=str(fault).splitlines()[0]) from fault
    return frame


def _checked(frame: pd.DataFrame, lines: np.ndarray, table: Table, shown: str, timezone: str | None) -> pd.DataFrame:
    """The frame under its contract; a broken promise becomes an error that names line and column."""
    if missing := [name for name in table.required_names if name not in frame.columns]:
        raise MissingColumn(
            f"the columns {', '.join(table.required_names)}",
            file=shown,
            column=missing[0],
            found=", ".join(map(str, frame.columns)),
        )
    frame = frame.copy(deep=False)
    for column in table.columns:
        if column.name not in frame.columns:
            continue
        if column.kind == "stamp":
            frame[column.name] = _stamps(frame, column, table, lines, shown, timezone)
        elif column.choices is not None and "" in column.choices:
            frame[column.name] = frame[column.name].astype("str").fillna("")
    try:
        return table.check(frame, shown)
    except TableError as fault:
        raise _at_line(fault, lines, shown) from fault


def _at_line(fault: TableError, lines: np.ndarray, shown: str) -> BadValue:
    first = fault.violations[0]
    line = None if first.row is None else int(lines[first.row])
    remedy = _more(len(fault.violations), "cell")
    if isinstance(first.found, str) and _DECIMAL_COMMA.match(first.found.strip()):
        remedy = f"Write decimals with a point: {first.found.strip().replace(',', '.')}"
    return BadValue(first.expected, file=shown, line=line, column=first.column, found=first.found, remedy=remedy)


def _more(number: int, what: str) -> str:
    return f"{number - 1} more {what}{'s' if number > 2 else ''} at fault" if number > 1 else ""


def _stamps(
    frame: pd.DataFrame, column: Column, table: Table, lines: np.ndarray, shown: str, timezone: str | None
) -> pd.Series:
    """A column of stamps as UTC. Raises `BadValue` naming line and remedy."""
    values = frame[column.name]
    read = parse_stamps(values, timezone)
    _refuse(read, values, column, lines, shown, timezone)
    utc = pd.Series(read.utc, index=frame.index)
    if timezone is not None and read.doubled.any() and column.name in table.key:
        others = [name for name in table.key if name != column.name]
        key = frame.loc[read.doubled, others].assign(wall=read.local[read.doubled])
        again = np.flatnonzero(read.doubled)[key.duplicated().to_numpy()]
        utc.iloc[again] = second_hour(read.local[again], timezone)
    return utc


def _refuse(
    read: Stamps, values: pd.Series, column: Column, lines: np.ndarray, shown: str, timezone: str | None
) -> None:
    faults = (
        (read.unreadable, "a time such as 2026-03-02T09:00:00+03:00", ""),
        (read.needs_zone, "a time with a UTC offset", "Write it like 2026-03-02T09:00:00+03:00, or give --timezone"),
        (read.in_gap, f"a time that the clocks of {timezone} show", "They skip it when they go forward"),
    )
    for rows, expected, remedy in faults:
        if rows.any():
            row = int(np.flatnonzero(rows)[0])
            found = values.iloc[row]
            raise BadValue(
                expected, file=shown, line=int(lines[row]), column=column.name,
                found=found if isinstance(found, str) else str(found), remedy=remedy,
            )  # fmt: skip


def write_table(
    frame: pd.DataFrame, path: str | Path, table: Table | None = None, *, timezone: str | None = None
) -> None:
    """Write a frame as CSV (UTF-8, comma, stamps ISO 8601 with the offset of `timezone`, UTC by default) or Parquet.

    Checked under `table` where given. The file appears whole or not at all; "-" is CSV on standard output.
    Raises `UnknownFormat` for another ending, `InputError` where the folder is missing, `TableError`.
    """
    kind = ending(path)
    if kind not in READABLE:
        raise UnknownFormat("a file that ends in .csv or .parquet", file=shown_name(path), found=f".{kind}")
    checked = frame if table is None else table.check(frame)
    options = "format parquet, compression zstd"
    if kind == "csv":
        checked, options = _printable(checked, timezone or "UTC"), "format csv, header true, delimiter ','"
    with atomic_write(path) as part, duckdb.connect() as link:
        link.execute("set TimeZone = 'UTC'")
        link.register("written", checked)
        link.execute(f"copy (select * from written) to '{str(part).replace("'", "''")}' ({options})")


def _printable(frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Stamps with offset and dates without clock time, as text."""
    printed = frame.copy(deep=False)
    for name in frame.columns:
        values = frame[name]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            printed[name] = iso_texts(values, timezone)
        elif pd.api.types.is_datetime64_dtype(values):
            midnight = bool((values.dropna() == values.dropna().dt.normalize()).all())
            printed[name] = values.dt.strftime("%Y-%m-%d" if midnight else "%Y-%m-%dT%H:%M:%S.%f").astype("str")
    return printed
