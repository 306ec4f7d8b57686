"""CSV files through DuckDB: every column as text, every record accounted for.

DuckDB is told the delimiter, the quote and the columns; nothing is sniffed. Records that it rejects come back with
their line, and the sum is held against the independent count of `csv_records`.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from connectors.csv_bytes import SAVE_AS, clean_copy, look
from connectors.csv_records import Records, scan_records
from connectors.files import check_size, local_copy, shown_name
from domain.errors import BrokenFile, EmptyFile

SAMPLE_LINES = 30
DELIMITERS = (",", ";", "\t", "|")
_REASONS = {
    "MISSING COLUMNS": "as many cells as the header has",
    "TOO MANY COLUMNS": "as many cells as the header has",
    "UNQUOTED VALUE": "every quote to be closed, and nothing between it and the delimiter",
    "INVALID ENCODING": "text in UTF-8",
    "LINE SIZE OVER MAXIMUM": "a row of at most 2 MB",
}


@dataclass(frozen=True)
class CsvFile:
    """An opened CSV file: what it is, its header, and how to load it."""

    shown: str
    path: Path  # what DuckDB reads: the file itself, or a copy in UTF-8
    encoding: str
    sha256: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    first_lines: tuple[str, ...] = ()  # from the header on

    @cached_property
    def records(self) -> Records:
        """The independent count, with the line of each record from the header on."""
        found = scan_records(self.path, self.delimiter, self.shown)
        below = found.lines >= self.header_line
        return Records(found.lines[below], found.ordinals[below], found.has_multiline)

    @property
    def repeated(self) -> tuple[str, ...]:
        """Header names that occur more than once."""
        return tuple(name for name, times in Counter(self.header).items() if times > 1)

    @property
    def unique_header(self) -> tuple[str, ...]:
        """The header with repeated names numbered: Comment, Comment (2) …"""
        seen: Counter[str] = Counter()
        names = []
        for name in self.header:
            seen[name] += 1
            names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
        return tuple(names)

    def load(self, positions: tuple[int, ...] | None = None) -> LoadedCsv:
        """The columns at `positions` (all by default) as text, and the records that could not be read.

        Raises `EmptyFile` for a file without data rows, `BrokenFile` where loaded and rejected do not add up.
        """
        records = self.records
        if records.count == 0:
            raise EmptyFile("at least one row under the header", file=self.shown, line=self.header_line)
        wanted = range(len(self.header)) if positions is None else positions
        frame, rejects = _through_duckdb(self, list(wanted))
        if len(frame) + len(rejects) != records.count:
            raise BrokenFile(
                f"{records.count} rows, as an independent count of the file finds",
                file=self.shown,
                found=f"{len(frame)} loaded and {len(rejects)} rejected",
                remedy="The file is set aside and nothing of it is loaded. Look for quotes out of place",
            )
        kept = ~np.isin(records.ordinals[1:], rejects["ordinal"].to_numpy())
        rejects["line"] = _line_of(records, rejects["ordinal"].to_numpy())
        return LoadedCsv(frame, records.lines[1:][kept], rejects[["line", "column", "reason", "raw"]])


@dataclass(frozen=True)
class LoadedCsv:
    """frame: text columns in file order; lines: line of each row; rejects: line, column, reason, raw."""

    frame: pd.DataFrame
    lines: np.ndarray
    rejects: pd.DataFrame


def _line_of(records: Records, ordinals: np.ndarray) -> np.ndarray:
    places = np.searchsorted(records.ordinals, ordinals)
    return np.asarray(records.lines[np.minimum(places, len(records.lines) - 1)], dtype=np.int64)


@contextmanager
def open_csv(path: str | Path, megabytes_max: float | None = None) -> Iterator[CsvFile]:
    """Open a CSV file ("-" = standard input) of any encoding and delimiter we know, for the length of a block.

    Raises `EmptyFile`, `BrokenFile`, `WrongEncoding` or `InputError` (too large), each naming file and line.
    """
    shown = shown_name(path)
    with local_copy(path) as local, tempfile.TemporaryDirectory(prefix="smena-") as folder:
        check_size(local, megabytes_max, shown)
        found = look(local, shown)
        readable = local
        if not found.clean:
            readable = Path(folder) / "clean.csv"
            clean_copy(local, readable, found.encoding, shown)
        sample, header_line = _first_lines(readable, shown)
        said = _SEP.match(sample[0])  # a spreadsheet's own note of its delimiter
        if said and len(sample) > 1:
            sample, header_line = sample[1:], header_line + 1
        delimiter = said.group(1) if said else find_delimiter(sample)
        names = header_names(next(csv.reader(sample, delimiter=delimiter)))
        yield CsvFile(shown, readable, found.encoding, found.sha256, delimiter, names, header_line, tuple(sample))


_SEP = re.compile(r"(?i)^sep=([,;|\t])\s*$")


def header_names(cells: list[str]) -> tuple[str, ...]:
    """A header row as names; a cell without one is named by its number."""
    return tuple(cell.strip() or f"column {number}" for number, cell in enumerate(cells, start=1))


def later_headers(file: CsvFile, rows: int = 10) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Lines below the first that could be the header instead, because titles stand above it: line and names.

    Only lines without quotes are tried: a cell of two lines would shift the count.
    """
    for number, line in enumerate(file.first_lines[1:rows], start=1):
        if '"' in line or '"' in "".join(file.first_lines[:number]):
            return
        cells = line.rstrip("\n").split(file.delimiter)
        if len(cells) > 1 and any(cell.strip() for cell in cells):
            yield file.header_line + number, header_names(cells)


def _first_lines(path: Path, shown: str) -> tuple[list[str], int]:
    """Up to 30 lines from the first that is not blank, and its number."""
    lines: list[str] = []
    number = 0
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        for line in islice(iter(lambda: file.readline(4_000_000), ""), 1000):
            if not lines:
                number += 1
            if lines or line.strip():
                lines.append(line)
            if len(lines) >= SAMPLE_LINES:
                break
    if not lines:
        raise EmptyFile("a header and at least one row", file=shown, found="blank lines")
    return lines, number


def find_delimiter(lines: list[str]) -> str:
    """The delimiter that cuts the header into the most columns; the following lines decide between equals.

    Source: the header decides because its names rarely hold a delimiter, while cells hold decimal commas.
    """

    def score(delimiter: str) -> tuple[int, int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        usual, times = Counter(widths).most_common(1)[0]
        return widths[0], (usual if titled else 0), times if titled else widths.count(widths[0])

    titled = not any(delimiter in lines[0] for delimiter in DELIMITERS)  # a title above the header decides nothing

    return max(DELIMITERS, key=score)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _through_duckdb(file: CsvFile, wanted: list[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The wanted columns and the rejected records (ordinal, column, reason, raw), one row each."""
    names = [f"c{number}" for number in range(len(file.header))]
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    with tempfile.TemporaryDirectory(prefix="smena-") as spill, duckdb.connect() as link:
        link.execute(f"set temp_directory = {_literal(spill)}")
        if file.records.has_multiline:
            link.execute("set threads = 1")  # a quoted line end may lie on the border of two threads' parts
        chosen = ", ".join(names[position] for position in wanted)
        # In a file of one column a blank line reads as an empty cell; it is told from "" and left out.
        alone = "where c0 is not null" if len(names) == 1 else ""
        try:
            link.execute(
                f"create table loaded as select {chosen} from read_csv({_literal(str(file.path))}, "
                f"auto_detect = false, header = true, skip = {file.header_line - 1}, "
                f"delim = {_literal(file.delimiter)}, quote = '\"', escape = '\"', "
                f"columns = {columns}, store_rejects = true, rejects_limit = 0, null_padding = false, "
                f"allow_quoted_nulls = {'false' if alone else 'true'}) {alone}"
            )
        except duckdb.Error as fault:
            raise BrokenFile("a CSV file", file=file.shown, found=str(fault).splitlines()[0], remedy=SAVE_AS) from fault
        frame = link.sql("select * from loaded").to_arrow_table().to_pandas()
        rejects = link.sql(
            "select line as ordinal, first(column_name order by column_idx) as col, "
            "first(error_type::varchar order by column_idx) as kind, "
            "any_value(left(csv_line, 500)) as raw from reject_errors group by line order by line"
        ).to_arrow_table().to_pandas()  # fmt: skip
    header = file.unique_header
    frame = pd.DataFrame({header[p]: frame[names[p]].astype("str") for p in wanted}, index=frame.index)
    rejects["column"] = rejects["col"].map(dict(zip(names, header, strict=True))).astype("str")
    rejects["reason"] = [f"expected {_REASONS.get(kind, kind.lower())}" for kind in rejects["kind"]]
    return frame, rejects
