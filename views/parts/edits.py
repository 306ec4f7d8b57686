"""The editable forecast table and what an edit of it means as an adjustment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from domain.intervals import local_days
from views.parts.days import local_times, on_days

UNCHANGED = 5e-4  # shares below it are shown as no change
SAME = 5e-3  # contacts; numbers nearer than this are one number
Rows = Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class Edit:
    """One planner's change, ready to be an adjustment on [from_start, to_start); the number `before` and `after`."""

    from_start: pd.Timestamp
    to_start: pd.Timestamp
    kind: str
    value: float
    before: float
    after: float


def day_table(adjusted: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """One queue of ADJUSTED as day totals: day, baseline, offered, change (share), from_start, to_start, intervals."""
    ordered = adjusted.sort_values("start")
    days = pd.Series(local_days(ordered["start"], timezone), index=ordered.index, name="day")
    table = ordered.groupby(days).agg(
        baseline=("baseline", "sum"),
        offered=("offered", "sum"),
        from_start=("start", "min"),
        last=("start", "max"),
        intervals=("start", "count"),
    )
    step = interval_of(ordered)
    table = table.assign(to_start=table.pop("last") + step, change=change_of(table)).reset_index()
    return table[["day", "baseline", "offered", "change", "from_start", "to_start", "intervals"]]


def interval_table(adjusted: pd.DataFrame, timezone: str, day: date) -> pd.DataFrame:
    """One queue of ADJUSTED on one local day by interval: time (HH:MM), else as `day_table`."""
    part = on_days(adjusted.sort_values("start"), timezone, day, day)
    step = interval_of(adjusted.sort_values("start"))
    table = pd.DataFrame(
        {
            "time": local_times(part["start"], timezone).dt.strftime("%H:%M"),
            "baseline": part["baseline"],
            "offered": part["offered"],
            "change": change_of(part),
            "from_start": part["start"],
            "to_start": part["start"] + step,
            "intervals": 1,
        }
    )
    return table.reset_index(drop=True)


def edits_of(table: pd.DataFrame, edited_rows: Rows) -> list[Edit]:
    """What the edited rows of a day or interval table say. Cells set back, emptied or negative are no edit.

    A single interval is *set* to the new number. A day total *scales* its intervals, so that their profile stays; a day
    that stood at zero is *set*, spread evenly.
    """
    edits: list[Edit] = []
    for row, changes in sorted(edited_rows.items()):
        after = changes.get("offered")
        line = table.iloc[int(row)]
        before = float(line["offered"])
        if after is None or float(after) < 0 or abs(float(after) - before) < SAME:
            continue
        kind, value = _instruction(before, float(after), int(line["intervals"]))
        edits.append(Edit(line["from_start"], line["to_start"], kind, value, before, float(after)))
    return edits


def open_edits(edits: Sequence[Edit], now: pd.DataFrame) -> tuple[list[Edit], list[Edit]]:
    """Edits that are still to be stored, and edits of numbers that somebody else has changed since they were shown.

    `now` is the table as it stands. An edit that is in it already is neither: a browser sends all edits of a table
    again with the next one, and a scale must not count twice.
    """
    stands = dict(zip(now["from_start"], now["offered"].astype(float), strict=True))
    fresh = [edit for edit in edits if not abs(stands.get(edit.from_start, -1.0) - edit.after) < SAME]
    moved = [edit for edit in fresh if not abs(stands.get(edit.from_start, -1.0) - edit.before) < SAME]
    return [edit for edit in fresh if edit not in moved], moved


def _instruction(before: float, after: float, intervals: int) -> tuple[str, float]:
    if intervals == 1:
        return "set", after
    return ("scale", after / before) if before > 0 else ("set", after / intervals)


def change_of(table: pd.DataFrame) -> pd.Series:
    """Offered over baseline less one, a share; empty where nothing changed or nothing was expected."""
    change = table["offered"] / table["baseline"] - 1
    return change.where((table["baseline"] > 0) & (change.abs() > UNCHANGED))


def interval_of(ordered: pd.DataFrame) -> pd.Timedelta:
    """The distance of neighbouring starts of rows in their order; a day for a single one."""
    gaps = ordered["start"].diff().dropna()
    positive = gaps[gaps > pd.Timedelta(0)]
    return positive.min() if len(positive) else pd.Timedelta(days=1)
