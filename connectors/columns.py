"""One file's rows on their way to a table of the house: source columns in, typed columns and a ledger of faults out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from connectors.layouts import Field, Layout, folded
from connectors.sources import Rows
from connectors.stamps import LOOKS_ISO, Stamps, parse_stamps, usual_formats
from connectors.texts import fits, replaced, trimmed
from connectors.values import parse_flags, parse_numbers, parse_seconds, translate

_EARLIEST, _LATEST = pd.Timestamp("1990-01-01", tz="UTC"), pd.Timestamp("2100-01-01", tz="UTC")
_RANGE_END = r"(\d:\d{2}(?::\d{2})?)\s*[-–—]\s*\d{1,2}:\d{2}(?::\d{2})?$"


@dataclass
class Conversion:
    """The rows of one file under a layout. Each `…s_of` types a column and notes the rows at fault."""

    rows: Rows
    layout: Layout
    timezone: str
    decimal: str | None
    faults: list[tuple[np.ndarray, str, str]] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fine = np.ones(len(self.rows.frame), dtype=bool)

    @property
    def size(self) -> int:
        """Rows that the reader could cut into cells."""
        return len(self.rows.frame)

    def refuse(self, rows: np.ndarray, column: str, expected: str) -> None:
        """Note a fault on rows that have none yet."""
        fresh = rows & self.fine
        if fresh.any():
            self.faults.append((np.flatnonzero(fresh), column, f"expected {expected}"))
            self.fine &= ~rows

    def filter(self) -> None:
        """Rows that the layout says are none of ours go to the ledger."""
        for source, kept in self.layout.filters.items():
            cells = self.rows.frame[source].astype("str").map(folded, na_action="ignore")
            ours = cells.isin([folded(value) for value in kept]).to_numpy()
            self.refuse(~ours, source, f"{' or '.join(kept)} (other rows are not loaded)")

    def cells(self, entry: Field) -> pd.Series:
        """A field's cells: a constant, a source column, or several joined by a space; words translated."""
        if entry.constant is not None:
            return pd.Series(entry.constant, index=self.rows.frame.index, dtype="str")
        first = self.rows.frame[entry.sources[0]]
        if len(entry.sources) > 1:
            first = first.astype("str").fillna("")
            for name in entry.sources[1:]:
                first = first + " " + self.rows.frame[name].astype("str").fillna("")
        words = self.layout.preset.values.get(entry.name)
        return translate(first, words) if words else first

    def texts_of(self, entry: Field) -> pd.Series:
        """Text without spaces at the ends; empty cells missing."""
        return trimmed(self.cells(entry))

    def numbers_of(self, entry: Field, minimum: float | None = 0.0) -> np.ndarray:
        """Numbers, at least `minimum`; several source columns are added (an empty one is nothing)."""
        return self._added(entry, minimum, durations=False)

    def seconds_of(self, entry: Field) -> np.ndarray:
        """Durations in seconds, none negative; several source columns are added."""
        return self._added(entry, 0.0, durations=True)

    def _added(self, entry: Field, minimum: float | None, *, durations: bool) -> np.ndarray:
        parts = [entry] if len(entry.sources) < 2 else [Field(entry.name, (s,), unit=entry.unit) for s in entry.sources]
        total = np.full(self.size, np.nan)
        for part in parts:
            cells, source = self.cells(part).astype("str"), part.sources[0] if part.sources else part.name
            read = parse_seconds(cells, entry.unit, self.decimal) if durations else parse_numbers(cells, self.decimal)
            values, bad = read
            self.refuse(bad, source, self._number_words(durations, entry.unit))
            if minimum is not None:
                self.refuse(values < minimum, source, f"at least {minimum:g}")
            total = np.asarray(np.where(np.isnan(total), values, total + np.nan_to_num(values)))
        return total

    def _number_words(self, durations: bool, unit: str) -> str:
        sign = {",": " with a decimal comma", ".": " with a decimal point", None: ""}[self.decimal]
        return f"a number of {unit}{sign}, or a clock such as 0:05:30" if durations else f"a number{sign}"

    def flags_of(self, entry: Field) -> np.ndarray:
        """Yes or no; empty is no."""
        flags, bad = parse_flags(self.cells(entry))
        self.refuse(bad, entry.sources[0] if entry.sources else entry.name, "yes or no")
        return np.asarray(flags == 1.0)

    def stamps_of(self, entry: Field, *, needed: bool = False) -> Stamps:
        """Times in UTC; a time that the clocks skipped is a fault, one they showed twice is the first."""
        cells = self.cells(entry)
        if isinstance(cells.dtype, pd.StringDtype):
            cells = _without_range_end(trimmed(cells))
        read = parse_stamps(cells, self.timezone, usual_formats(cells, self.layout.preset.formats))
        source = entry.sources[0] if entry.sources else entry.name
        if needed:
            self.refuse(cells.isna().to_numpy(), source, "a time")
            self.refuse(np.asarray((read.utc < _EARLIEST) | (read.utc >= _LATEST)), source, "a time from 1990 to 2099")
        self.refuse(read.unreadable, source, "a time such as 2026-03-02T09:00:00+03:00 or 02.03.2026 09:00")
        self.refuse(read.in_gap, source, f"a time that the clocks of {self.timezone} show")
        return read

    def ledger(self) -> pd.DataFrame:
        """The faults, and what the reader rejected: line, column, reason; sorted by line."""
        noted = [
            pd.DataFrame({"line": self.rows.lines[rows], "column": column, "reason": reason, "raw": None})
            for rows, column, reason in self.faults
        ]
        parts = [part.astype({"column": "str", "reason": "str", "raw": "str"}) for part in [self.rows.rejects, *noted]]
        return pd.concat(parts, ignore_index=True).sort_values("line", kind="stable", ignore_index=True)


def _without_range_end(cells: pd.Series) -> pd.Series:
    """ "01.03.2026 09:00-09:30" as its beginning; an ISO time's offset is left alone."""
    ranges = fits(cells, _RANGE_END) & ~fits(cells, LOOKS_ISO)
    return cells.mask(ranges, replaced(cells, _RANGE_END, r"\1")) if ranges.any() else cells
