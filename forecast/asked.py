"""Which rows of a forecast are asked for: a number of days ahead, or a grid of queues and starts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from domain.errors import BadValue, EmptyFile, ForecastFailed, UnknownQueue
from domain.intervals import IntervalGrid, floor_to_grid, to_utc
from forecast.borrow import nearest_queue

MOST_DAYS = 3660  # ten years: further ahead nothing is known of opening, holidays or clock changes


def wanted_rows(
    targets_grid: pd.DataFrame | None, rows: pd.DataFrame, as_of: pd.Timestamp, grid: IntervalGrid
) -> tuple[pd.DataFrame | None, tuple[ForecastFailed, ...]]:
    """The wanted rows (queue, start) whose queue has history, and a failure for each other queue; None: no grid.

    `rows`: the history. Raises `BadValue` for a start off the grid, before the day of `as_of`, more than ten years
    after it, or named twice; `EmptyFile` for an empty grid, `UnknownQueue` where no wanted queue is in the history.
    """
    if targets_grid is None:
        return None, ()
    if targets_grid.empty:
        raise EmptyFile("a grid that names at least one queue and start")
    wanted = targets_grid[["queue", "start"]].assign(start=to_utc(targets_grid["start"]))
    wanted = wanted.assign(queue=wanted["queue"].astype("str")).reset_index(drop=True)
    off = wanted["start"] != floor_to_grid(wanted["start"], grid)
    today = floor_to_grid(pd.DatetimeIndex([as_of]), IntervalGrid(1440, grid.timezone))[0]
    early = wanted["start"] < today
    late = wanted["start"] > today + pd.Timedelta(days=MOST_DAYS)
    for bad, expected in (
        (off, "a start on the grid"),
        (early, "a start not before the day of as_of"),
        (late, f"a start in the {MOST_DAYS} days after as_of"),
    ):
        if bad.any():
            row = int(np.flatnonzero(bad.to_numpy())[0])
            raise BadValue(expected, line=row + 2, column="start", found=str(wanted["start"].iloc[row]))
    if wanted.duplicated().any():
        row = int(np.flatnonzero(wanted.duplicated().to_numpy())[0])
        raise BadValue("each queue and start once", line=row + 2, column="start", found=str(wanted["start"].iloc[row]))
    known = wanted["queue"].isin(set(rows["queue"]))
    strange = sorted(set(wanted["queue"][~known]))
    if not known.any():
        near = _not_known(strange[0], [str(queue) for queue in rows["queue"].unique()]).partition("; ")[2]
        remedy = f"{near[0].upper()}{near[1:]}." if near else ""
        raise UnknownQueue(
            "queues that are in the history", column="queue", found=", ".join(strange[:5]), remedy=remedy
        )
    names = [str(queue) for queue in rows["queue"].unique()]
    return wanted[known], tuple(ForecastFailed(queue, _not_known(queue, names)) for queue in strange)


def horizon_end(
    as_of: pd.Timestamp, horizon_days: int, grid: IntervalGrid, wanted: pd.DataFrame | None
) -> pd.Timestamp:
    """The moment (UTC) `horizon_days` local days after `as_of`, or behind the last wanted start where that is later."""
    local = as_of.tz_convert(grid.timezone).tz_localize(None) + pd.Timedelta(days=horizon_days)
    end = local.tz_localize(grid.timezone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC")
    return end if wanted is None or wanted.empty else max(end, wanted["start"].max() + pd.Timedelta(1, "us"))


def asked_rows(frame: pd.DataFrame, as_of: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """The open intervals of a forecast from `as_of` to before `end`."""
    inside = (frame["start"] >= as_of) & (frame["start"] < end) & ~frame["closed"]
    return frame[inside].drop(columns="closed")


def as_wanted(frame: pd.DataFrame, wanted: pd.DataFrame, able: set[str]) -> pd.DataFrame:
    """The wanted rows of queues that could be forecast, in their order."""
    asked = wanted[wanted["queue"].isin(able)]
    return asked.merge(frame.drop(columns="closed"), on=["queue", "start"], how="left")


def _not_known(queue: str, names: list[str]) -> str:
    near = nearest_queue(queue, names)
    hint = f'; the nearest by name to borrow a past from is {near!r} (--like "{queue}={near}")' if near else ""
    return f"not in the history{hint}"
