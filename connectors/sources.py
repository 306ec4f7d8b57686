"""Foreign files as columns of text (or stamps), each row with its line: CSV, Parquet, JSON lines, XLSX."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from connectors.csv_bytes import clean_copy, look
from connectors.csv_files import CsvFile, LoadedCsv, later_headers, open_csv
from connectors.files import CHUNK, check_size, ending, shown_name
from domain.errors import BrokenFile, EmptyFile, UnknownFormat

ENDINGS = ("csv", "tsv", "txt", "parquet", "xlsx", "xlsm", "jsonl", "ndjson")
NO_REJECTS = {"line": "int64", "column": "str", "reason": "str", "raw": "str"}


@dataclass(frozen=True)
class Source:
    """An opened file: header and facts; `load(columns)` reads the rows, `raw(lines)` shows some as they stand.

    candidates: headers to try with the line of each; the first that a layout fits is taken (a spreadsheet may have
    titles above its header).
    """

    shown: str
    candidates: tuple[tuple[int, tuple[str, ...]], ...]
    sha256: str
    load: Callable[[int, tuple[str, ...]], Rows]
    raw: Callable[[Mapping[int, str]], dict[int, str]]
    encoding: str = ""
    delimiter: str = ""
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Rows:
    """frame: the wanted columns; lines: line of each row; rejects: line, column, reason, raw; records = their sum."""

    frame: pd.DataFrame
    lines: np.ndarray
    rejects: pd.DataFrame
    records: int


@contextmanager
def open_source(path: str | Path, megabytes_max: float) -> Iterator[Source]:
    """Open a file by its ending, for the length of a block.

    Raises `UnknownFormat`, `EmptyFile`, `BrokenFile`, `WrongEncoding`, `InputError` (too large).
    """
    kind = ending(path)
    shown = shown_name(path)
    if kind not in ENDINGS:
        raise UnknownFormat(
            f"a file that ends in {', '.join('.' + name for name in ENDINGS)}",
            file=shown, found=f".{kind}" if kind else "no ending",
            remedy=_REMEDIES.get(kind, "Save it as CSV UTF-8"),
        )  # fmt: skip
    if kind in ("csv", "tsv", "txt"):
        with open_csv(path, megabytes_max) as file:
            yield _csv_source(file)
        return
    check_size(Path(path), megabytes_max, shown)
    if kind in ("xlsx", "xlsm"):
        from connectors.spreadsheets import open_workbook

        yield open_workbook(Path(path), shown, megabytes_max)
    elif kind == "parquet":
        yield _parquet_source(Path(path), shown)
    else:
        yield _json_source(Path(path), shown)


_REMEDIES = {
    "xls": "Open it and save it as .xlsx or CSV UTF-8",
    "json": "Write one object a line and name it .jsonl",
    "gz": "Unpack it first",
    "zip": "Unpack it first",
}


def no_rejects() -> pd.DataFrame:
    """An empty ledger."""
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in NO_REJECTS.items()})


def checksum(path: Path) -> str:
    """SHA-256 of a file, in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def cells_as_row(frame: pd.DataFrame, positions: Mapping[int, str], lines: np.ndarray) -> dict[int, str]:
    """Rows shown as their cells, for files that have no lines of text."""
    chosen = np.flatnonzero(np.isin(lines, list(positions)))
    rows = frame.iloc[chosen].astype("str").fillna("")
    return {int(lines[at]): "; ".join(row)[:500] for at, row in zip(chosen, rows.to_numpy(), strict=True)}


def _csv_source(file: CsvFile) -> Source:
    candidates = ((file.header_line, file.header), *later_headers(file))

    def load(header_line: int, columns: tuple[str, ...]) -> Rows:
        header = dict(candidates)[header_line]
        below = replace(file, header=header, header_line=header_line)
        loaded: LoadedCsv = below.load(tuple(header.index(name) for name in columns))
        return Rows(loaded.frame, loaded.lines, loaded.rejects, below.records.count)

    def raw(wanted: Mapping[int, str]) -> dict[int, str]:
        found: dict[int, str] = {}
        with file.path.open(encoding="utf-8-sig", errors="replace", newline="\n") as text:
            for number, line in enumerate(islice(text, max(wanted, default=0)), start=1):
                if number in wanted:
                    found[number] = line.rstrip("\r\n")[:500]
        return found

    return Source(file.shown, candidates, file.sha256, load, raw, file.encoding, file.delimiter)


def _parquet_source(path: Path, shown: str) -> Source:
    def ask(query: str, link: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        try:
            frame: pd.DataFrame = link.sql(query, params=[str(path)]).to_arrow_table().to_pandas()
        except duckdb.Error as fault:
            raise BrokenFile("a Parquet file", file=shown, found=str(fault).splitlines()[0]) from fault
        return frame

    with duckdb.connect() as link:
        types = ask("describe select * from read_parquet($1)", link)
    kinds = dict(zip(types["column_name"], types["column_type"], strict=True))

    def read(columns: tuple[str, ...]) -> pd.DataFrame:
        times = ("TIMESTAMP", "DATE")
        chosen = [
            _quoted(name) if kinds[name].startswith(times) else f"{_quoted(name)}::varchar as {_quoted(name)}"
            for name in columns
        ]
        with duckdb.connect() as link:
            link.execute("set TimeZone = 'UTC'")
            frame = ask(f"select {', '.join(chosen)} from read_parquet($1)", link)
        if frame.empty:
            raise EmptyFile("at least one row", file=shown, found="0 rows")
        return frame.astype({name: "datetime64[us]" for name in columns if kinds[name] == "DATE"})

    def load(_: int, columns: tuple[str, ...]) -> Rows:
        frame = read(columns)
        return Rows(frame, np.arange(1, len(frame) + 1), no_rejects(), len(frame))

    def raw(wanted: Mapping[int, str]) -> dict[int, str]:
        if not wanted:
            return {}
        frame = read(tuple(kinds))
        return cells_as_row(frame, wanted, np.arange(1, len(frame) + 1))

    return Source(shown, ((0, tuple(kinds)),), checksum(path), load, raw, encoding="parquet")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _json_source(path: Path, shown: str) -> Source:
    """JSON lines: each line an object; a key of an object in it is named `outer.inner`."""
    found = look(path, shown)
    with path.open(encoding="utf-8-sig", errors="replace") as text:
        header = _json_keys(islice(text, 2000))
    if not header:
        raise EmptyFile("at least one JSON object, one a line", file=shown)

    def lines_of(link: duckdb.DuckDBPyConnection, readable: Path, folder: str) -> None:
        link.execute(f"set temp_directory = '{folder}'")
        link.execute(
            "create table lines as select c0 as line, row_number() over () as number from read_csv($1, "
            "auto_detect = false, header = false, delim = '\\x01', quote = '', escape = '', "
            "columns = {'c0': 'VARCHAR'}, max_line_size = 16000000)",
            [str(readable)],
        )

    def load(_: int, columns: tuple[str, ...]) -> Rows:
        with tempfile.TemporaryDirectory(prefix="smena-") as folder, duckdb.connect() as link:
            readable = path
            if not found.clean:
                readable = Path(folder) / "clean.jsonl"
                clean_copy(path, readable, found.encoding, shown)
            lines_of(link, readable, folder)
            cells = ", ".join(
                f"json_extract_string(line, '{_json_path(name)}') as c{at}" for at, name in enumerate(columns)
            )
            good = "json_valid(line) and json_type(line) = 'OBJECT'"
            frame = link.sql(f"select number, {cells} from lines where line is not null and trim(line) <> '' "
                             f"and case when json_valid(line) then json_type(line) = 'OBJECT' else false end "
                             "order by number").to_arrow_table().to_pandas()  # fmt: skip
            bad = link.sql(f"select number as line, left(line, 500) as raw from lines where line is not null and "
                           f"trim(line) <> '' and not (case when json_valid(line) then {good} else false end) "
                           "order by number").to_arrow_table().to_pandas()  # fmt: skip
        rejects = pd.DataFrame(
            {"line": bad["line"].astype("int64"), "column": pd.Series(pd.NA, index=bad.index, dtype="str"),
             "reason": "expected a JSON object on one line", "raw": bad["raw"].astype("str")}
        )  # fmt: skip
        lines = frame.pop("number").to_numpy(dtype=np.int64)
        frame = pd.DataFrame({name: frame[f"c{at}"].astype("str") for at, name in enumerate(columns)})
        return Rows(frame, lines, rejects, _filled_lines(path, found.encoding))

    def raw(wanted: Mapping[int, str]) -> dict[int, str]:
        with path.open(encoding=found.encoding, errors="replace") as text:
            every = enumerate(islice(text, max(wanted, default=0)), start=1)
            return {number: line.strip()[:500] for number, line in every if number in wanted}

    return Source(shown, ((0, header),), found.sha256, load, raw, found.encoding)


def _filled_lines(path: Path, encoding: str) -> int:
    """An independent count: lines that are not blank."""
    with path.open(encoding=encoding, errors="replace") as text:
        return sum(1 for line in text if line.strip())


def _json_keys(lines: Iterator[str]) -> tuple[str, ...]:
    """Keys of the first objects, in the order met; those of inner objects with a dot."""
    keys: dict[str, None] = {}
    for line in lines:
        try:
            entry = json.loads(line) if line.strip() else None
        except ValueError:
            continue
        for key, value in entry.items() if isinstance(entry, dict) else ():
            inner = value if isinstance(value, dict) else {}
            keys.update(dict.fromkeys([f"{key}.{name}" for name in inner] or [key]))
    return tuple(keys)


def _json_path(name: str) -> str:
    """A DuckDB JSON path for `outer.inner` or a plain key."""
    parts = "".join(f'."{part}"' for part in name.replace("'", "''").replace('"', "").split("."))
    return f"${parts}"
