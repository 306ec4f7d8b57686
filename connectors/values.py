"""Cells as foreign files write them, to numbers: decimal commas, clocks, units, yes and no in two languages.

Each function works on the different values of a column and spreads the answers, so a million rows cost little.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from connectors.layouts import UNITS, channel_words, flag_words, folded
from connectors.texts import cut, fits, replaced, trimmed

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
    numbers = _numbers(texts, decimal)
    return _spread(codes, numbers, np.isnan(numbers) & texts.notna().to_numpy())


def _numbers(texts: pd.Series, decimal: str | None) -> np.ndarray:
    """Plain numbers at once, the rest after their signs are put right; NaN for what is none."""
    numbers = _plain_numbers(texts)
    odd = np.isnan(numbers) & texts.notna().to_numpy()
    if odd.any():
        numbers[odd] = _plain_numbers(_with_point(texts[odd], decimal))
    return numbers


def _plain_numbers(texts: pd.Series) -> np.ndarray:
    numbers = np.array(pd.to_numeric(texts, errors="coerce"), dtype=float)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _with_point(texts: pd.Series, decimal: str | None) -> pd.Series:
    """Numbers as a source writes them, with a decimal point and nothing between the thousands."""
    plain = replaced(replaced(texts, _SPACES, ""), "−", "-")
    if decimal == ",":
        plain = plain.mask(fits(plain, _THOUSANDS_POINT), plain.str.replace(".", "", regex=False))
        return plain.str.replace(",", ".", regex=False)
    plain = plain.mask(fits(plain, _THOUSANDS_COMMA), plain.str.replace(",", "", regex=False))
    if decimal is None:
        plain = plain.mask(fits(plain, _DECIMAL_COMMA), plain.str.replace(",", ".", regex=False))
    return plain


def parse_seconds(values: pd.Series, unit: str, decimal: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Durations in seconds and a mask of cells that are none: numbers of `unit`, or clocks.

    1:02:03 is hours, minutes, seconds; 02:03 is minutes and seconds, or hours and minutes where the unit is hours.
    """
    codes, texts = _different(values)
    seconds = _numbers(texts, decimal) * UNITS[unit]
    clocks = fits(texts, _CLOCK)
    if clocks.any():
        seconds[clocks] = _clock_seconds(texts[clocks], in_hours=unit == "hours")
    return _spread(codes, seconds, np.isnan(seconds) & texts.notna().to_numpy())


def _clock_seconds(texts: pd.Series, *, in_hours: bool) -> np.ndarray:
    parts = cut(texts, _CLOCK, ("sign", "first", "second", "third"))
    first, second, third = (
        _plain_numbers(parts[name].str.replace(",", ".", regex=False)) for name in ("first", "second", "third")
    )
    two = first * 3600 + second * 60 if in_hours else first * 60 + second
    seconds = np.where(np.isnan(third), two, first * 3600 + second * 60 + third)
    return np.asarray(np.where((parts["sign"] == "-").to_numpy(), -seconds, seconds))


def parse_flags(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Yes or no (1.0 or 0.0; empty = no) and a mask of cells that say neither."""
    codes, texts = _different(values)
    said = [folded(text) for text in texts.fillna("")]
    known = {**flag_words(), "": False}
    flags = np.asarray([float(known.get(word, np.nan)) for word in said])
    answer, bad = _spread(codes, flags, np.isnan(flags) if len(flags) else np.zeros(0, dtype=bool))
    return np.nan_to_num(answer, nan=0.0), bad


def parse_channels(values: pd.Series) -> pd.Series:
    """Channel names of the house for a source's words; an unknown word stays, in small letters, / replaced by -.

    Empty cells are "other".
    """
    codes, texts = _different(values)
    known = channel_words()
    said = [folded(text) for text in texts.fillna("")]
    names = [known.get(word, word.replace("/", "-")) or "other" for word in said]
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
    others = table.get("*")
    meanings = np.asarray([table.get(folded(t), others or t) if t else None for t in texts.fillna("")], dtype=object)
    return pd.Series(meanings[np.maximum(codes, 0)], index=values.index, dtype="str").mask(codes < 0)


def _different(values: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """Each different text once, without spaces at its ends (empty = missing); which one a cell has (-1: none)."""
    codes, texts = pd.factorize(values.astype("str"))
    return codes, trimmed(pd.Series(texts, dtype="str"))


def _spread(codes: np.ndarray, numbers: np.ndarray, bad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(numbers) == 0:
        return np.full(len(codes), np.nan), np.zeros(len(codes), dtype=bool)
    place = np.maximum(codes, 0)
    return np.where(codes >= 0, numbers[place], np.nan), bad[place] & (codes >= 0)
