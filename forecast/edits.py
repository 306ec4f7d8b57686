"""Top-down edits: a planner says the total, and the intervals below it move by their shape.

A kind `set` in ADJUSTMENTS is a value *per interval*: "phone/* is 1,200 on 3 March" as `set` would put 1,200 into each
interval of each queue. What the planner means is one scale factor over the window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from domain.errors import BadValue
from domain.queues import matches
from domain.tables import ADJUSTED, FORECAST


@dataclass(frozen=True)
class Instruction:
    """What an adjustment says, without who, why and when: fields as in ADJUSTMENTS."""

    queue: str
    from_start: pd.Timestamp
    to_start: pd.Timestamp
    kind: str
    value: float


def set_total(
    forecast: pd.DataFrame, queue: str, from_start: pd.Timestamp, to_start: pd.Timestamp, total: float
) -> tuple[Instruction, ...]:
    """Instructions that bring a window's contacts to a total, in proportion to what is there.

    Args:
        forecast: frame under FORECAST or ADJUSTED as it stands, with every adjustment that counts folded in.
        queue: name or pattern; with the window [from_start, to_start) it names the rows.
        total: contacts, ≥ 0.

    One `scale` where the window holds contacts: folded after the others, its rows sum to `total`. A window without
    contacts has no shape: one `set` for each run of open intervals of each queue, the same value everywhere.
    A later forecast with another sum is scaled by the same factor, so it no longer sums to `total`.
    Raises `BadValue` for a negative total, a window without rows, or (total above 0) without an open interval.
    """
    if not (np.isfinite(total) and total >= 0):
        raise BadValue("a total of at least 0 contacts", column="total", found=total)
    rows = (ADJUSTED if "baseline" in forecast else FORECAST).check(forecast)
    names = set(rows["queue"])
    named = {queue} if queue in names else {name for name in names if matches(name, [queue])}
    inside = rows["queue"].isin(named) & (rows["start"] >= from_start) & (rows["start"] < to_start)
    window = rows[inside]
    if window.empty:
        raise BadValue("a queue and window with forecast intervals", column="queue", found=queue)
    now = float(window["offered"].sum())
    if now > 0:
        return (Instruction(queue, from_start, to_start, "scale", total / now),)
    return _evenly(window, to_start, total) if total > 0 else ()


def _evenly(window: pd.DataFrame, to_start: pd.Timestamp, total: float) -> tuple[Instruction, ...]:
    """A `set` of the same value for each run of open rows that no closed row interrupts."""
    opened = window["open"].to_numpy(dtype=bool) if "open" in window else np.ones(len(window), dtype=bool)
    if not opened.any():
        raise BadValue("a window with an open interval", column="open", found="all closed")
    value = total / int(opened.sum())
    found = []
    ordered = window.assign(open=opened).sort_values(["queue", "start"])
    for name, own in ordered.groupby("queue", sort=True):
        run = (own["open"] != own["open"].shift()).cumsum()
        ends = [*own["start"].groupby(run).min().tolist()[1:], to_start]
        for (_, part), end in zip(own.groupby(run), ends, strict=True):
            if part["open"].iloc[0]:
                found.append(Instruction(str(name), part["start"].iloc[0], end, "set", value))
    return tuple(found)
