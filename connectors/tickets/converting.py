"""One file's rows to tickets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from connectors.columns import Conversion
from connectors.layouts import Field
from connectors.values import parse_channels
from domain.tables import TICKETS

SUBJECT_LONGEST = 200
_KINDS = {column.name: column.kind for column in TICKETS.columns}


def convert_tickets(work: Conversion, file_id: str) -> tuple[pd.DataFrame, pd.Series]:
    """Tickets (all rows of the file; those at fault are noted in `work`) and the key that must occur once.

    A layout without a ticket number gets `file:line`. Columns outside the contract are kept as text.
    """
    work.filter()
    columns: dict[str, object] = {"ticket_id": _ids(work, file_id)}
    for entry in sorted(work.layout.fields, key=lambda one: one.name not in ("ticket_id", "created_at")):
        if entry.name != "ticket_id":
            columns[entry.name] = _column(work, entry)
    frame = pd.DataFrame(columns, index=work.rows.frame.index)
    _forget_earlier(work, frame)
    return frame, frame["ticket_id"]


def _column(work: Conversion, entry: Field) -> object:
    kind = _KINDS.get(entry.name, "text")
    if entry.name == "channel":
        return parse_channels(work.cells(entry).astype("str"))
    if kind == "stamp":
        needed = entry.name == "created_at"
        read = work.stamps_of(entry, needed=needed)
        if needed:
            work.notes["doubled_hour"] = int((read.doubled & work.fine).sum())
        return read.utc
    if entry.name.endswith("_seconds"):
        return work.seconds_of(entry)
    if kind == "number":
        return work.numbers_of(entry)
    if kind == "flag":
        return work.flags_of(entry)
    texts = work.texts_of(entry)
    return texts.str.slice(0, SUBJECT_LONGEST) if entry.name == "subject" else texts


def _ids(work: Conversion, file_id: str) -> pd.Series:
    entry = work.layout.field("ticket_id")
    if entry is None:
        lines = pd.Series(work.rows.lines, index=work.rows.frame.index)
        return file_id + ":" + lines.astype("str")
    texts = work.texts_of(entry)
    filled = texts.dropna()
    if len(filled) and bool(filled.str.fullmatch(r"\d+\.0").all()):  # numbers that went through a spreadsheet
        texts = texts.str.removesuffix(".0")
    work.refuse(texts.isna().to_numpy(), entry.sources[0] if entry.sources else "ticket_id", "a ticket number")
    return texts


def _forget_earlier(work: Conversion, frame: pd.DataFrame) -> None:
    """An answer before the contact itself is no answer time: emptied and counted, the contact stays."""
    for column in ("first_response_at", "resolved_at"):
        if column in frame:
            earlier = (frame[column] < frame["created_at"]).to_numpy() & work.fine
            frame[column] = frame[column].mask(earlier)
            work.notes[f"{column}_before_created"] = int(np.sum(earlier))
