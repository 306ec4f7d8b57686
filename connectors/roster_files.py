"""Rosters read back: tables of the house, and the CSV that managers and other systems get."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from connectors.formulas import plain_again
from connectors.frames import Layout, read_table
from domain.errors import BadValue
from domain.tables import ROSTER, WHOLE_DAYS


def read_roster(path: str | Path, *, timezone: str | None) -> pd.DataFrame:
    """A roster file as a frame under ROSTER: a table of the house or, by its header, `schedules.write_roster_csv`'s.

    A row without stamps is an absence of the whole local day `date`. Apostrophes that the export put before text are
    taken off. Raises `InputError`s as `read_table` does, naming the file's own columns.
    """
    return read_table(path, ROSTER, timezone=timezone, layout=_EXPORTED)


def _from_export(frame: pd.DataFrame, lines: np.ndarray) -> pd.DataFrame:
    stamps = frame[["activity_start", "activity_end"]].astype("str").fillna("")
    whole_day = (stamps["activity_start"].str.strip() == "") & (stamps["activity_end"].str.strip() == "")
    whole_day &= frame["activity"].isin(WHOLE_DAYS)
    day = pd.to_datetime(frame["date"].where(whole_day), format="%Y-%m-%d", errors="coerce")
    if (unread := whole_day & day.isna()).any():
        row = int(np.flatnonzero(unread)[0])
        found = frame["date"].iloc[row]
        raise BadValue(
            "the day of an absence such as 2026-03-02", line=int(lines[row]), column="date",
            found=found if isinstance(found, str) else "nothing",
        )  # fmt: skip
    roster = pd.DataFrame(
        {
            "start": stamps["activity_start"].mask(whole_day, day.dt.strftime("%Y-%m-%d")),
            "end": stamps["activity_end"].mask(whole_day, (day + pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d")),
        }
    )
    for name in ("agent", "activity", "queue", "shift", "source"):
        roster[name] = frame[name].map(plain_again, na_action="ignore") if name in frame else None
    return roster


_EXPORTED = Layout(
    frozenset({"agent", "date", "activity", "activity_start", "activity_end"}),
    {"start": "activity_start", "end": "activity_end"},
    _from_export,
)
