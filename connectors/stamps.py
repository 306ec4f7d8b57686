"""Times as files hold them, to UTC: with an offset, or by the wall clock of a zone, or as plain dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from connectors.texts import cut, fits, replaced, trimmed
from domain.intervals import UTC_STAMP, local_midnights, localise, to_utc

ISO = "ISO8601"
EPOCH = "epoch"  # seconds (10 digits) or milliseconds (13 digits) since 1970
_DIGITS = r"^(?P<seconds>\d{10})(?P<millis>\d{3})?(?:\.0+)?$"
_OFFSET = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[+-]\d{2}(?::?\d{2})?|Z|z|UTC|GMT)$"
LOOKS_ISO = r"^\d{4}-\d{2}-\d{2}(?:$|[T\s])"
_DAY_FIRST = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d/%m/%y %H:%M",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y",
)  # fmt: skip
_MONTH_FIRST = (
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%y %I:%M %p",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%m/%d/%y %H:%M",
)  # fmt: skip
_USUAL = (
    ISO, EPOCH,
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y %H:%M:%S", "%d.%m.%y %H:%M", "%d.%m.%y",
    "%d.%m.%Y, %H:%M:%S", "%d.%m.%Y, %H:%M",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y%m%d %H:%M",
    "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%b %d, %Y %I:%M %p", "%a, %d %b %Y %H:%M:%S %z",
)  # fmt: skip


@dataclass(frozen=True)
class Stamps:
    """Parsed times, one a row. `utc` is NaT where a flag says why, or where the cell was empty.

    unreadable: no time at all; in_gap: a local time the clocks skipped; doubled: a local time they showed twice (the
    first is taken); needs_zone: a local time, but no zone was given. `local` is the wall time of rows without offset.
    """

    utc: pd.DatetimeIndex
    local: pd.DatetimeIndex
    unreadable: np.ndarray
    in_gap: np.ndarray
    doubled: np.ndarray
    needs_zone: np.ndarray


def parse_stamps(values: pd.Series, timezone: str | None, formats: tuple[str, ...] = (ISO,)) -> Stamps:
    """Times from text, or from timestamps with or without a zone. `formats` are tried in order on what is left."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return _aware(to_utc(pd.DatetimeIndex(values)))
    if pd.api.types.is_datetime64_dtype(values):
        return _naive(pd.DatetimeIndex(values).as_unit("us"), np.zeros(len(values), dtype=bool), timezone)
    codes, texts = pd.factorize(values.astype("str"))
    once = _of_texts(trimmed(pd.Series(texts, dtype="str")).fillna(""), timezone, formats)
    known = codes >= 0
    place = np.where(known, codes, 0)
    if len(texts) == 0:
        return _aware(pd.DatetimeIndex([pd.NaT] * len(values)).tz_localize("UTC").as_unit("us"))
    return Stamps(
        pd.DatetimeIndex(once.utc[place].where(known)),
        pd.DatetimeIndex(once.local[place].where(known)),
        once.unreadable[place] & known,
        once.in_gap[place] & known,
        once.doubled[place] & known,
        once.needs_zone[place] & known,
    )


def _of_texts(texts: pd.Series, timezone: str | None, formats: tuple[str, ...]) -> Stamps:
    """Different, non-empty texts."""
    with_offset = fits(texts, _OFFSET)
    if with_offset.any():
        texts = texts.mask(with_offset, replaced(texts, r"\s*(?:UTC|GMT|z)$", "Z"))
    aware = _first_fit(texts.where(with_offset), formats, utc=True)
    if EPOCH in formats and bool(fits(texts, _DIGITS).any()):
        epoch = _epochs(texts)
        from_epoch = np.asarray(epoch.notna())
        aware, with_offset = pd.DatetimeIndex(aware.where(~from_epoch, epoch)), with_offset | from_epoch
    wall = _first_fit(texts.where(~with_offset), formats, utc=False)
    plain = texts.str.len().to_numpy() <= 10
    read = _naive(wall, plain, timezone)
    unreadable = np.asarray(aware.isna()) & np.asarray(wall.isna()) & (texts != "").to_numpy()
    utc = pd.DatetimeIndex(read.utc.where(~with_offset, aware))
    return Stamps(utc, wall, unreadable, read.in_gap, read.doubled, read.needs_zone)


def _first_fit(texts: pd.Series, formats: tuple[str, ...], utc: bool) -> pd.DatetimeIndex:
    """Times by the first format that reads them; NaT where none does."""
    dtype: Any = UTC_STAMP if utc else "datetime64[us]"
    found = pd.Series(pd.NaT, index=texts.index, dtype=dtype)
    for pattern in formats:
        left = (texts.notna() & found.isna()).to_numpy()
        if not left.any():
            break
        if pattern == ISO:
            left = left & fits(texts, LOOKS_ISO)
        if pattern == EPOCH or not left.any():
            continue
        try:
            read = pd.to_datetime(texts[left], format=pattern, errors="coerce", utc=utc)
        except ValueError:  # mixed offsets where none was expected: another format must fit
            continue
        found[left] = read.astype(dtype)
    return pd.DatetimeIndex(found)


def _epochs(texts: pd.Series) -> pd.DatetimeIndex:
    """Seconds or milliseconds since 1970, told apart by their digits."""
    digits = cut(texts, _DIGITS, ("seconds", "millis"))
    seconds = pd.to_numeric(digits["seconds"]).astype("float64")
    millis = pd.to_numeric(digits["millis"]).astype("float64").fillna(0)
    return pd.DatetimeIndex(pd.to_datetime(seconds + millis / 1000, unit="s", utc=True)).as_unit("us")


def usual_formats(values: pd.Series, first: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Time formats to try on a column of text: `first`, then ISO, epochs, DD.MM.YYYY, and one reading of 03/04/2026.

    Slashes are read month first where a second part above 12 or AM/PM shows it, else day first; never both in a column.
    """
    if not isinstance(values.dtype, pd.StringDtype) or bool((fits(values, LOOKS_ISO) | values.isna().to_numpy()).all()):
        return (*first, ISO)
    texts = pd.Series(values.dropna().unique(), dtype="str")
    slashed = cut(texts, r"^\s*(?P<one>\d{1,2})[/-](?P<two>\d{1,2})[/-]\d{2,4}", ("one", "two"))
    one, two = (pd.to_numeric(part).astype("float64") for part in slashed.values())
    american = bool((two > 12).any()) or bool(fits(texts, r"[AaPp][Mm]$").any())
    return (*first, *_USUAL, *(_MONTH_FIRST if american and not bool((one > 12).any()) else _DAY_FIRST))


def _aware(utc: pd.DatetimeIndex) -> Stamps:
    none = np.zeros(len(utc), dtype=bool)
    return Stamps(utc, pd.DatetimeIndex([pd.NaT] * len(utc)).as_unit("us"), none, none, none, none)


def _naive(wall: pd.DatetimeIndex, plain: np.ndarray, timezone: str | None) -> Stamps:
    """Wall-clock times of a zone. A plain date means its first instant, also where midnight was skipped."""
    none = np.zeros(len(wall), dtype=bool)
    if timezone is None:
        nowhere = pd.DatetimeIndex([pd.NaT] * len(wall)).tz_localize("UTC").as_unit("us")
        return Stamps(nowhere, wall, none, none, none, np.asarray(wall.notna()))
    utc, in_gap, doubled = localise(pd.Series(wall), timezone)
    dates = plain & np.asarray(wall.notna())
    if dates.any():
        utc = pd.DatetimeIndex(utc.where(~dates, local_midnights(wall, timezone)))
        in_gap, doubled = in_gap & ~dates, doubled & ~dates
    return Stamps(utc, wall, none, in_gap, doubled, none)


def second_hour(wall: pd.DatetimeIndex, timezone: str) -> pd.DatetimeIndex:
    """The later of the two instants of wall-clock times that a zone shows twice, as UTC."""
    second = np.zeros(len(wall), dtype=bool)
    return to_utc(wall.tz_localize(timezone, ambiguous=second, nonexistent="NaT"))


def iso_texts(stamps: pd.Series, timezone: str) -> pd.Series:
    """UTC stamps as ISO 8601 with the offset of `timezone`; seconds, or microseconds where any stamp has them.

    Vectorised: the wall time is printed by numpy, the few different offsets are formatted once.
    """
    index = to_utc(pd.DatetimeIndex(stamps))
    wall = index.tz_convert(timezone).tz_localize(None)
    empty = np.asarray(index.isna())
    numbers = np.where(empty, 0, wall.asi8)
    unit: Literal["us", "s"] = "us" if bool(np.any(numbers % 1_000_000)) else "s"
    texts = np.datetime_as_string(np.asarray(numbers, dtype="datetime64[us]"), unit=unit)
    offsets = np.where(empty, 0, (wall.asi8 - index.asi8) // 1_000_000)
    kinds, which = np.unique(offsets, return_inverse=True)
    suffixes = np.asarray([_offset_text(int(seconds)) for seconds in kinds], dtype=str)
    printed = pd.Series(np.char.add(texts, suffixes[which]), index=stamps.index, dtype="str")
    return printed.mask(empty)


def _offset_text(seconds: int) -> str:
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"
