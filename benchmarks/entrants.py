"""The product's entrants: what a user gets through `forecast.make_forecast`, with its default settings."""

from __future__ import annotations

import time

import pandas as pd

from benchmarks.histories import EvaluationSet
from benchmarks.referee import HORIZON_DAYS, KEYS, LEVELS, long_rows
from domain import IntervalGrid, public_holidays
from forecast import make_forecast

PRODUCT = "smena"
PINNED = ("calendar_lanes", "calendar_glm")
RENAMED = {"offered": "mean", **{f"offered_p{name[1:]}": name for name in LEVELS}}


def product_answers(
    history: EvaluationSet, asked: pd.DataFrame, model: str | None = None
) -> tuple[pd.DataFrame, float]:
    """(answers, CPU seconds) of the product on every origin of `asked`; `model` pins one for all queues.

    The door sees the rows before the origin, the public holidays and which intervals are wanted: nothing else.
    """
    grid = IntervalGrid(history.interval_minutes, "UTC")
    years = range(history.counts.index[0].year, history.counts.index[-1].year + 2)
    holidays = public_holidays(history.calendar, years)
    known = in_utc(long_rows(history.counts)).rename(columns={"contacts": "offered"})
    parts, begin = [], time.process_time()
    for origin, wanted in asked.groupby("origin"):
        moment = pd.Timestamp(origin).tz_localize("UTC")
        result = make_forecast(
            known[known["start"] < moment],
            as_of=moment,
            horizon_days=HORIZON_DAYS,
            grid=grid,
            holidays=holidays,
            targets_grid=in_utc(wanted[["queue", "start"]]),
            model=model,
        )
        parts.append(result.forecast.assign(origin=origin))
    seconds = time.process_time() - begin
    answers = pd.concat(parts, ignore_index=True).rename(columns=RENAMED)
    answers["start"] = answers["start"].dt.tz_localize(None)
    return answers[[*KEYS, *RENAMED.values()]], seconds


def in_utc(rows: pd.DataFrame) -> pd.DataFrame:
    """The naive local starts as if the site's clock were UTC: the files know no clock changes."""
    return rows.assign(start=rows["start"].dt.tz_localize("UTC"))
