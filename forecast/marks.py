"""Marks on a history: the planner's word before the automatic one, applied reversibly, corrected beside the raw value.

- **marked**: the history with the column `mark`; `offered` is never touched, a mark switched off leaves no trace.
- **corrected**: beside `offered`, what was to be expected where a mark says that the count is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from domain.queues import matches
from domain.tables import CLEANING, HISTORY
from forecast.cells import UNKNOWN_MARKS
from forecast.survey import QueueSurvey, Survey

LEAST_SPREAD = 0.05  # relative: how far the level of a day is always free to differ


def numbers_of(queue: QueueSurvey, first: int, last: int) -> dict[str, float]:
    """Raw, expected and corrected contacts of the cells from `first` to `last`."""
    part = queue.contacts.ravel()[first : last + 1]
    known = ~np.isnan(part)
    return {
        "raw_contacts": float(part[known].sum()) if known.any() else np.nan,
        "expected_contacts": float(queue.usual.ravel()[first : last + 1].sum()),
        "corrected_contacts": float(corrected_cells(queue, first, last).sum()),
    }


def corrected_cells(queue: QueueSurvey, first: int, last: int) -> np.ndarray:
    """Contacts to put in the place of the cells from `first` to `last` (flat, both included): the usual at the level
    that the rest of the day had.

    The level is a gamma mean around 1 whose variance is the spread of days, after the Poisson counts of that rest.
    """
    slots = queue.contacts.shape[1]
    inside = np.zeros(queue.contacts.size, dtype=bool)
    inside[first : last + 1] = True
    days = slice(first // slots, last // slots + 1)
    rest = ~inside.reshape(-1, slots)[days] & ~np.isnan(queue.contacts[days])
    came = np.where(rest, queue.contacts[days], 0.0).sum(axis=1)
    due = np.where(rest, queue.usual[days], 0.0).sum(axis=1)
    sure = 1.0 / np.maximum(queue.spread[days], LEAST_SPREAD) ** 2
    level = (came + sure) / (due + sure)
    filled = (queue.usual[days] * level[:, None]).ravel()
    return np.asarray(filled[first % slots : first % slots + last - first + 1])


def decide(marks: pd.DataFrame, decisions: pd.DataFrame, found: Survey) -> pd.DataFrame:
    """Marks after the planner's word: an automatic mark inside a decided stretch gives way to it.

    `decisions`: columns queue (a pattern), start, end (UTC), mark ("" = keep as it is), reason; oldest first, and the
    last word on a stretch counts. Decisions about time outside the history have no row.
    """
    rows: list[dict[str, Any]] = []
    for queue in found.queues:
        own = marks[(marks["queue"] == queue.queue) & (marks["source"] == "auto")]
        said = [row for row in decisions.to_dict("records") if matches(queue.queue, [str(row["queue"])])]
        kept = np.ones(len(own), dtype=bool)
        for number, row in enumerate(said):
            covered = ((own["start"] >= row["start"]) & (own["end"] <= row["end"])).to_numpy()
            kept &= ~covered
            later = said[number + 1 :]
            if not any(other["start"] <= row["start"] and row["end"] <= other["end"] for other in later):
                rows += _decided(row, queue, found, own[covered])
        rows += [{str(name): value for name, value in line.items()} for line in own[kept].to_dict("records")]
    return marks_table(rows)


def _decided(row: Mapping[Any, Any], queue: QueueSurvey, found: Survey, covered: pd.DataFrame) -> list[dict[str, Any]]:
    span = _cells_between(found, pd.Timestamp(row["start"]), pd.Timestamp(row["end"]))
    if span is None:
        return []
    finding = "planner" if covered.empty else str(covered["finding"].iloc[0])
    line = {name: row[name] for name in ("start", "end", "mark", "reason")}
    numbers = numbers_of(queue, *span)
    return [
        {"queue": queue.queue, **line, "finding": finding, **numbers, "source": "planner", "active": row["mark"] != ""}
    ]


def _cells_between(found: Survey, start: pd.Timestamp, end: pd.Timestamp) -> tuple[int, int] | None:
    """First and last cell (flat) that begin in [start, end); None where there is none."""
    begin = found.edges[0]
    inside = np.flatnonzero((begin >= start.value // 1000) & (begin < end.value // 1000))
    return (int(inside[0]), int(inside[-1])) if len(inside) else None


def marks_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame under CLEANING, by queue and time; times may be stamps or UTC microseconds."""
    if not rows:
        return CLEANING.empty()
    frame = pd.DataFrame(rows)
    for name in ("start", "end"):
        stamps = [value.value // 1000 if isinstance(value, pd.Timestamp) else int(value) for value in frame[name]]
        frame[name] = pd.to_datetime(stamps, unit="us", utc=True).as_unit("us")
    ordered = frame.sort_values(["queue", "start", "end", "source"], kind="stable", ignore_index=True)
    return CLEANING.check(ordered.drop_duplicates(list(CLEANING.key), keep="last", ignore_index=True))


def marked(history: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    """A frame under HISTORY with the marks that count in its column `mark`; `offered` as it was, rows as they were.

    A mark counts if it is active; the planner's "keep as it is" takes the history's own mark away, too. Automatic marks
    leave the history's own alone.
    """
    checked = HISTORY.check(history)
    own = checked["mark"] if "mark" in checked else pd.Series("", index=checked.index, dtype="str")
    values = own.to_numpy(dtype=object).copy()
    free = values == ""

    def put(rows: np.ndarray, line: Mapping[str, Any]) -> None:
        if line["source"] == "planner":
            values[rows] = line["mark"]
        else:
            values[rows[free[rows]]] = line["mark"]

    _each(checked, marks, put)
    values[checked["offered"].isna().to_numpy() & (values == "")] = "missing"
    changed = pd.Series(values, index=checked.index).astype("str")
    return HISTORY.check(checked.assign(mark=changed)) if "mark" in checked or (changed != "").any() else checked


def _each(history: pd.DataFrame, marks: pd.DataFrame, act: Callable[[np.ndarray, Mapping[str, Any]], None]) -> None:
    """Call `act` with the row positions of every mark that counts: automatic ones first, then the planner's."""
    counts = marks[marks["active"] | ((marks["source"] == "planner") & (marks["mark"] == ""))]
    starts = pd.DatetimeIndex(history["start"]).asi8
    rows_of = {str(queue): rows for queue, rows in history.groupby("queue", sort=False).indices.items()}
    ordered = pd.concat([counts[counts["source"] == "auto"], counts[counts["source"] == "planner"]])
    for line in ordered.to_dict("records"):
        rows = rows_of.get(str(line["queue"]), np.array([], dtype=np.int64))
        inside = (starts[rows] >= line["start"].value // 1000) & (starts[rows] < line["end"].value // 1000)
        act(rows[inside], {str(name): value for name, value in line.items()})


def corrected(history: pd.DataFrame, marks: pd.DataFrame, found: Survey, *, insert: bool = True) -> pd.DataFrame:
    """The history with its marks, and beside `offered` the column `offered_corrected`.

    Both are equal but where an active mark says missing, outage, outlier or discard: there it is what was to be
    expected. `found` is the survey of the history. `insert`: a row for each interval of a gap that had none (offered
    empty). A mark that is switched off leaves no trace.
    """
    whole = _with_gap_rows(history, marks, found) if insert else history
    frame = marked(whole, marks)
    values = frame["offered"].to_numpy(dtype=float).copy()
    day, slot = found.layout.located(pd.DatetimeIndex(frame["start"]))
    place = day * found.slots + slot
    parts = np.maximum(found.rows_a_cell * found.layout.multiplicity.ravel(), 1.0)
    surveys = {queue.queue: queue for queue in found.queues}

    def put(rows: np.ndarray, line: Mapping[str, Any]) -> None:
        span = _cells_between(found, pd.Timestamp(line["start"]), pd.Timestamp(line["end"]))
        if span is None:
            return
        if line["mark"] not in UNKNOWN_MARKS:
            values[rows] = frame["offered"].to_numpy(dtype=float)[rows]
            return
        cells = corrected_cells(surveys[str(line["queue"])], *span) / parts[span[0] : span[1] + 1]
        at = place[rows] - span[0]
        inside = (at >= 0) & (at < len(cells))
        values[rows[inside]] = cells[at[inside]]

    _each(frame, marks, put)
    return HISTORY.check(frame.assign(offered_corrected=values))


def _with_gap_rows(history: pd.DataFrame, marks: pd.DataFrame, found: Survey) -> pd.DataFrame:
    checked = HISTORY.check(history)
    holes = marks[marks["active"] & (marks["mark"] == "missing")]
    starts = found.layout.starts
    surveys = {queue.queue: queue for queue in found.queues}
    added = []
    for line in holes.to_dict("records"):
        queue = surveys[str(line["queue"])]
        usual = queue.usual.ravel()[found.layout.day * found.slots + found.layout.slot]
        wanted = starts[np.asarray((starts >= line["start"]) & (starts < line["end"])) & (usual > 0)]
        there = checked.loc[checked["queue"] == queue.queue, "start"]
        fresh = wanted[~wanted.isin(there)]
        added.append(pd.DataFrame({"queue": queue.queue, "start": fresh, "offered": np.nan}))
    if not any(len(rows) for rows in added):
        return checked
    filled = pd.concat([rows for rows in added if len(rows)], ignore_index=True)
    for name, value in (("open", True), ("mark", "")):
        if name in checked:
            filled[name] = value
    joined = pd.concat([checked, filled], ignore_index=True)
    return HISTORY.check(joined.sort_values(["queue", "start"], kind="stable", ignore_index=True))
