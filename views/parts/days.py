"""Tables by local day and local time of day: what heat maps, charts and day lists show. Pure."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from domain.calendar import clock_text
from domain.intervals import local_days, local_minutes, to_utc
from domain.queues import channel_of, matches

COUNTED, CLOSED, MISSING = 0, 1, 2


def local_times(starts: pd.Series, timezone: str) -> pd.Series:
    """UTC stamps as naive local wall time (same index); the doubled hour of a clock change shows twice."""
    return pd.Series(to_utc(starts).tz_convert(timezone).tz_localize(None), index=starts.index)


def local_stamps(frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Every column of UTC stamps as naive local wall time, for tables that people read."""
    stamps = [name for name in frame if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]
    return frame.assign(**{str(name): local_times(frame[name], timezone) for name in stamps})


def day_list(frame: pd.DataFrame, timezone: str) -> list[date]:
    """The local days that `start` touches, in order."""
    return [pd.Timestamp(day).date() for day in sorted(local_days(frame["start"], timezone).unique())]


def on_days(frame: pd.DataFrame, timezone: str, first: date, last: date) -> pd.DataFrame:
    """The rows whose local day lies in [first, last]."""
    days = local_days(frame["start"], timezone)
    return frame[(days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))]


def of_queue(frame: pd.DataFrame, queue: str | None) -> pd.DataFrame:
    """The rows of one queue, or of a group of them named by a pattern (`phone/*`); all rows for None."""
    if queue is None:
        return frame
    if not is_group(queue):
        return frame[frame["queue"] == queue]
    return frame[frame["queue"].isin([name for name in frame["queue"].unique() if matches(name, [queue])])]


def is_group(queue: str) -> bool:
    """Whether the name is a pattern that stands for a group of queues."""
    return "*" in queue


def day_grid(frame: pd.DataFrame, column: str, timezone: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`column` summed over queues: rows = time of day (HH:MM), columns = local days; beside it the states.

    States: 0 counted, 1 closed (no row, or none of its rows `open`), 2 missing (open, but no row has a value).
    """
    is_open = frame["open"] if "open" in frame else pd.Series(True, index=frame.index)
    cells = pd.DataFrame(
        {
            "day": local_days(frame["start"], timezone),
            "minute": local_minutes(frame["start"], timezone),
            "value": frame[column].to_numpy(dtype=float),
            "known": frame[column].notna().to_numpy(),
            "open": is_open.to_numpy() | (frame[column].fillna(0) > 0).to_numpy(),
        }
    )
    summed = cells.groupby(["minute", "day"]).agg(value=("value", "sum"), known=("known", "any"), open=("open", "any"))
    state = np.where(~summed["open"], CLOSED, np.where(summed["known"], COUNTED, MISSING))
    values = summed["value"].unstack("day")
    states = pd.Series(state, index=summed.index).unstack("day").fillna(CLOSED).astype(int)
    every = pd.date_range(values.columns.min(), values.columns.max(), freq="D")
    values, states = values.reindex(columns=every), states.reindex(columns=every, fill_value=CLOSED)
    values.index = states.index = pd.Index([clock_text(int(minute)) for minute in values.index], name="time")
    return values.where(states == COUNTED), states


def day_sums(frame: pd.DataFrame, columns: list[str], timezone: str) -> pd.DataFrame:
    """Sums of `columns` per local day (`time` = its midnight, naive); a day with no known value stays empty."""
    days = pd.Series(local_days(frame["start"], timezone), index=frame.index, name="time")
    return frame[columns].groupby(days).sum(min_count=1).reset_index()


def channel_days(frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Contacts by local day and channel; takes tickets (a row each) or history (`offered`)."""
    if "created_at" in frame:
        starts, channel, count = frame["created_at"], frame["channel"], np.ones(len(frame))
    else:
        starts, channel, count = frame["start"], frame["queue"].map(channel_of), frame["offered"].fillna(0).to_numpy()
    cells = pd.DataFrame({"day": local_days(starts, timezone), "channel": channel.to_numpy(), "contacts": count})
    return cells.pivot_table(index="day", columns="channel", values="contacts", aggfunc="sum", fill_value=0)
