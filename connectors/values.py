"""Cells as foreign files write them, to numbers: decimal commas, clocks, units, yes and no in two languages.

Each function works on the different values of a column and spreads the answers, so a million rows cost little.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from connectors.layouts import UNITS, channel_words, flag_words, folded

_SPACES = "[\\s\u00a0\u202f'’]+"
_THOUSANDS_COMMA = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
_DECIMAL_COMMA = r"^[+-]?\d*,\d+$"
_THOUSANDS_POINT = r"^[+-]?\d{1,3}(?:\.\d{3})+,\d+$|^[+-]?\d{1,3}(?:\.\d{3}){2,}$"
_CLOCK = r"^(?P<sign>-?)(?P<first>\d+):(?P<second>[0-5]?\d)(?::(?P<third>[0-5]?\d(?:[.,]\d+)?))?$"


def parse_numbers(values: pd.Series, decimal: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and a mask of cells that are none. Empty cells are NaN and no fault.

    decimal: "." or "," as the file is known to write; None = a point, and a comma where it can't part thousands (1,5).
    Spaces and apostrophes part thousands in any case.
    """
    codes, texts = _different(values)
    numbers = _numbers(pd.Series(texts, dtype="str"), decimal)
    return _spread(codes, numbers, _faulty(texts, numbers))


def _numbers(texts: pd.Series, decimal: str | None) -> np.ndarray:
    plain = texts.str.replace(_SPACES, "", regex=True).str.replace("−", "-", regex=False)
    if decimal == ",":
        grouped = plain.str.match(_THOUSANDS_POINT)
        plain = plain.mask(grouped, plain.str.replace(".", "", regex=False)).str.replace(",", ".", regex=False)
    else:
        grouped = plain.str.match(_THOUSANDS_COMMA)
        plain = plain.mask(grouped, plain.str.replace(",", "", regex=False))
        if decimal is None:
            comma = plain.str.match(_DECIMAL_COMMA)
            plain = plain.mask(comma, plain.str.replace(",", ".", regex=False))
    numbers = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(np.where(np.isfinite(numbers), numbers, np.nan))


def parse_seconds(values: pd.Series, unit: str, decimal: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Durations in seconds and a mask of cells that are none: numbers of `unit`, or clocks.

    1:02:03 is hours, minutes, seconds; 02:03 is minutes and seconds, or hours and minutes where the unit is hours.
    """
    codes, texts = _different(values)
    series = pd.Series(texts, dtype="str").str.strip()
    seconds = _numbers(series, decimal) * UNITS[unit]
    clock = series.str.extract(_CLOCK)
    parts = [pd.to_numeric(clock[name].str.replace(",", ".", regex=False)).to_numpy(dtype=float, na_value=np.nan)
             for name in ("first", "second", "third")]  # fmt: skip
    in_hours = unit == "hours"
    two = np.where(np.isnan(parts[2]), parts[0] * (3600 if in_hours else 60) + parts[1] * (60 if in_hours else 1), 0)
    three = parts[0] * 3600 + parts[1] * 60 + parts[2]
    clocks = np.where(np.isnan(parts[2]), two, three) * np.where((clock["sign"] == "-").to_numpy(dtype=bool), -1, 1)
    seconds = np.where(np.isnan(clocks), seconds, clocks)
    return _spread(codes, seconds, _faulty(texts, seconds))


def parse_flags(values: pd.Series, words: Mapping[str, str] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Yes or no (1.0 or 0.0; empty = no) and a mask of cells that say neither."""
    codes, texts = _different(translate(values, words or {}))
    said = [folded(text) for text in texts]
    known = {**flag_words(), "": False}
    flags = np.asarray([float(known.get(word, np.nan)) for word in said])
    answer, bad = _spread(codes, flags, np.isnan(flags) if len(flags) else np.zeros(0, dtype=bool))
    return np.nan_to_num(answer, nan=0.0), bad


def parse_channels(values: pd.Series, words: Mapping[str, str] | None = None) -> pd.Series:
    """Channel names of the house for a source's words; an unknown word stays, in small letters, / replaced by -.

    Empty cells are "other".
    """
    codes, texts = _different(translate(values, words or {}))
    known = channel_words()
    names = [known.get(folded(text), folded(text).replace("/", "-")) or "other" for text in texts]
    if not names:
        return pd.Series("other", index=values.index, dtype="str")
    spread = pd.Series(np.asarray(names, dtype=object)[np.maximum(codes, 0)], index=values.index, dtype="str")
    return spread.mask(codes < 0, "other")


def translate(values: pd.Series, words: Mapping[str, str]) -> pd.Series:
    """Cells by a table of words (folded; "*" = all others that are not empty)."""
    if not words:
        return values
    table = {folded(word): meaning for word, meaning in words.items()}
    codes, texts = _different(values)
    if len(texts) == 0:
        return values
    meanings = np.asarray([table.get(folded(text), table.get("*", text)) for text in texts], dtype=object)
    return pd.Series(meanings[np.maximum(codes, 0)], index=values.index, dtype="str").mask(codes < 0)


def _different(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    codes, texts = pd.factorize(values.astype("str"))
    return codes, np.asarray(texts, dtype=object)


def _faulty(texts: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    filled = np.asarray([bool(str(text).strip()) for text in texts], dtype=bool)
    return np.asarray(np.isnan(numbers) & filled)


def _spread(codes: np.ndarray, numbers: np.ndarray, bad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(numbers) == 0:
        return np.full(len(codes), np.nan), np.zeros(len(codes), dtype=bool)
    place = np.maximum(codes, 0)
    return np.where(codes >= 0, numbers[place], np.nan), bad[place] & (codes >= 0)
