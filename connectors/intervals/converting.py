"""One file's rows to history."""

from __future__ import annotations

import numpy as np
import pandas as pd

from connectors.columns import Conversion
from connectors.layouts import Field
from connectors.stamps import Stamps, second_hour
from connectors.values import parse_channels
from domain.queues import SEPARATOR
from domain.tables import MARKS

_COUNTS = ("offered", "handled", "abandoned")


def convert_intervals(work: Conversion, file_id: str) -> tuple[pd.DataFrame, pd.Series]:
    """History (all rows of the file; those at fault are noted in `work`) and the key that must occur once.

    A queue without a channel in its name gets the file's channel in front. Where a queue has the same wall time twice
    on the night the clocks go back, the second row is the second hour.
    """
    work.filter()
    fields = {entry.name: entry for entry in work.layout.fields}
    queue = _queues(work, fields, file_id)
    read = work.stamps_of(fields["start"], needed=True)
    frame = pd.DataFrame({"queue": queue, "start": _with_second_hours(work, queue, read)})
    for name in _COUNTS:
        if name in fields:
            frame[name] = work.numbers_of(fields[name])
    aht = _aht_seconds(work, fields, frame)
    if aht is not None:
        frame["aht_seconds"] = aht
    if "open" in fields:
        frame["open"] = work.flags_of(fields["open"])
    frame["mark"] = _marks(work, fields, frame)
    if "interval_minutes" in fields:
        work.notes["interval_minutes"] = _interval_minutes(work, fields["interval_minutes"])
    key = queue.fillna("") + "@" + pd.Series(frame["start"].astype("int64"), index=frame.index).astype("str")
    return frame, key


def _queues(work: Conversion, fields: dict[str, Field], file_id: str) -> pd.Series:
    if "queue" in fields:
        queue = work.texts_of(fields["queue"])
        work.refuse(queue.isna().to_numpy(), (fields["queue"].sources or ("queue",))[0], "a queue")
    else:
        stem = file_id.rpartition(".")[0] or file_id
        queue = pd.Series(stem, index=work.rows.frame.index, dtype="str")
    if "channel" not in fields:
        return queue
    channel = parse_channels(work.cells(fields["channel"]).astype("str"))
    named = queue.str.contains(SEPARATOR, regex=False).fillna(True).astype(bool)
    return queue.where(named, channel + SEPARATOR + queue)


def _with_second_hours(work: Conversion, queue: pd.Series, read: Stamps) -> pd.Series:
    utc = pd.Series(read.utc, index=queue.index)
    work.notes["doubled_hour"] = int((read.doubled & work.fine).sum())
    if not read.doubled.any():
        return utc
    nights = np.flatnonzero(read.doubled)
    wall = read.local[nights]
    seen_before = pd.DataFrame({"queue": queue.to_numpy()[nights], "wall": wall}).groupby(["queue", "wall"]).cumcount()
    again = (seen_before == 1).to_numpy()
    utc.iloc[nights[again]] = second_hour(wall[again], work.timezone)
    return utc


def _aht_seconds(work: Conversion, fields: dict[str, Field], frame: pd.DataFrame) -> np.ndarray | None:
    if "aht_seconds" in fields:
        return work.seconds_of(fields["aht_seconds"])
    if "handle_seconds_total" not in fields:
        return None
    total = work.seconds_of(fields["handle_seconds_total"])
    contacts = frame["handled" if "handled" in frame else "offered"].to_numpy()
    return np.asarray(np.divide(total, contacts, out=np.full(len(total), np.nan), where=contacts > 0))


def _marks(work: Conversion, fields: dict[str, Field], frame: pd.DataFrame) -> pd.Series:
    """The file's marks, if it has any; an interval without a count is missing."""
    marks = pd.Series("", index=frame.index, dtype="str")
    if "mark" in fields:
        marks = work.texts_of(fields["mark"]).fillna("")
        work.refuse(~marks.isin(MARKS).to_numpy(), "mark", f"one of {', '.join(filter(None, MARKS))}, or nothing")
    return marks.mask(frame["offered"].isna() & (marks == ""), "missing")


def _interval_minutes(work: Conversion, entry: Field) -> int:
    """The length that the rows tell most often, minutes."""
    lengths = work.numbers_of(entry, minimum=1.0)
    known = lengths[work.fine & ~np.isnan(lengths)]
    if len(known) == 0:
        return 0
    values, counts = np.unique(known, return_counts=True)
    return int(values[np.argmax(counts)])
