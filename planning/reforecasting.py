"""The rest of today on plain files, and what is said of it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import forecast as forecasting
from connectors import read_table
from domain import IntervalGrid
from domain.errors import BadValue, UnknownQueue
from domain.intervals import infer_interval_minutes
from domain.tables import FORECAST, HISTORY, QUANTILES
from planning.site import holidays_of
from planning.stages import of_file, parse_time

if TYPE_CHECKING:
    from forecast import QueueUpdate, ReforecastResult

OFFSET = re.compile(r"T\d\d:\d\d(?::\d\d(?:\.\d+)?)?([+-])(\d\d):?(\d\d)")
WHY_UNCHANGED = {
    "NOT_IN_HISTORY": "it is not in the history",
    "NOTHING_SO_FAR": "nothing is known of it yet today",
    "NOTHING_AHEAD": "nothing is expected in the rest of the day",
    "FEW_DAYS": "too few past days are known to learn from",
    "FEW_CONTACTS": "it has too few contacts a day",
    "NOT_PROVEN": "on past days no correction paid",
    "SPECIAL_DAY": "on holidays, the days next to them and at the turn of the year the morning tells too little",
}
ONLY_OF_HISTORY = ("handled", "abandoned", "mark", "offered_corrected")
ONLY_OF_FORECAST = ("model", *QUANTILES)
SURE_INTERVALS = 8  # with contacts: a forecast that says of each exactly what came is no forecast
LOOKS_AT = {
    "day_so_far": "learned from the day so far",
    "last_two_hours": "learned from the day so far and its last two hours",
    "last_hour": "learned from the day so far and its last hours",
}


def rest_of_day(
    path: str,
    forecast: Path,
    *,
    now: str,
    interval_minutes: int | None,
    timezone: str | None,
    calendar: str,
    gaps: str,
    whole_day: bool,
) -> tuple[ReforecastResult, IntervalGrid]:
    """The rest of the day of `now` from a history file and a forecast file, and the grid (that of the forecast).

    `timezone` None: the offset that a CSV forecast is written with, else UTC. `calendar`: as for `holidays_of`.
    Raises `BadValue` for a `now` on no day of the forecast, a forecast not on the grid or by the day, or one that is
    a history; `UnknownQueue` where the history has none of its queues.
    """
    timezone = timezone or offset_zone(forecast)
    moment = parse_time(now, timezone, "--now")
    stood = read_table(forecast, FORECAST, timezone=timezone)
    with of_file(forecast):
        found = infer_interval_minutes(stood["start"], timezone)
    grid = IntervalGrid(interval_minutes or found, timezone)
    if found % grid.interval_minutes:
        raise BadValue(f"the interval of the forecast, {found} minutes", column="--interval", found=interval_minutes)
    if grid.is_daily:
        raise BadValue(
            "a forecast by the interval: a day's total has no rest of the day", column="start",
            file=forecast.name, found="one row per day",
        )  # fmt: skip
    history = read_table(path, HISTORY, timezone=timezone)
    if not set(stood["queue"]) & set(history["queue"]):
        known = ", ".join(sorted(set(stood["queue"]))[:5])
        raise UnknownQueue(f"queues of the forecast ({known}) in the history", file=Path(path).name, column="queue")
    refuse_a_history(stood, history, moment, forecast.name)
    holidays = holidays_of(calendar, history["start"].min(), stood["start"].max())
    with of_file(path):
        result = forecasting.reforecast_day(
            history, stood, moment, grid, holidays=holidays, gaps=gaps, whole_day=whole_day
        )
    return result, grid


def refuse_a_history(stood: pd.DataFrame, history: pd.DataFrame, now: pd.Timestamp, file: str) -> None:
    """Raise `BadValue` where the rows given as a forecast (`stood`) are a history.

    A history has columns that only it has, or says of the intervals before `now` what `history` says of them.
    """
    remedy = "Give the file that `smena forecast` wrote before this day, and the history as the first argument."
    counted = [name for name in ONLY_OF_HISTORY if name in stood]
    if counted and not any(name in stood for name in ONLY_OF_FORECAST):
        raise BadValue(
            "a forecast, as `smena forecast` writes it", column=counted[0], file=file,
            found="a column of what came: this is a history", remedy=remedy,
        )  # fmt: skip
    both = stood[stood["start"] < now].merge(history, on=["queue", "start"], suffixes=("", "_came"))
    both = both[both["offered"] + both["offered_came"] > 0]
    if len(both) >= SURE_INTERVALS and (both["offered"] == both["offered_came"]).all():
        raise BadValue(
            "a forecast, as `smena forecast` writes it", column="offered", file=file,
            found=f"in all {len(both)} intervals so far exactly what came: this is a history", remedy=remedy,
        )  # fmt: skip


def offset_zone(forecast: Path) -> str:
    """The zone of fixed offset that the first start of a CSV forecast is written with; UTC for other files.

    Raises `BadValue` for an offset that is no whole hour, which no such zone has.
    """
    if forecast.suffix.lower() != ".csv":
        return "UTC"
    with forecast.open(encoding="utf-8-sig", errors="replace") as lines:
        written = OFFSET.search(next(itertools.islice(lines, 1, None), ""))
    if written is None:
        return "UTC"
    sign, hours, minutes = written.groups()
    if minutes != "00":
        raise BadValue("a zone such as Asia/Kolkata", column="--timezone", found=f"none, with {written.group()}")
    ahead = int(f"{sign}{hours}")
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


def sentence(queue: str, update: QueueUpdate) -> str:
    """What became of a queue, in words."""
    if update.reason:
        return f"queue {queue!r}: unchanged, {WHY_UNCHANGED[update.reason]}"
    return (
        f"queue {queue!r}: {update.came:.0f} contacts came, {update.expected:.0f} were expected; the rest of the day "
        f"{update.factor - 1:+.1%} ({LOOKS_AT[update.rule.name]})"
    )


def facts(update: QueueUpdate) -> dict[str, Any]:
    """What became of a queue, JSON-able."""
    rule = update.rule
    return {
        "rule": rule.name,
        "reason": update.reason,
        "came": update.came,
        "expected": update.expected,
        "factor": update.factor,
        "gain_share": rule.gain_share,
        "trust": rule.trust,
        "past_days": rule.days,
    }
