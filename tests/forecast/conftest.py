"""Small synthetic sites with known answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.calendar_effects import DayCalendar, day_calendar
from forecast.panel import DailyPanel, daily_panel

MONDAY = pd.Timestamp("2026-01-05")


@pytest.fixture(scope="session")
def make_calendar() -> Callable[..., DayCalendar]:
    """Calendar of `days` days from a Monday for queues a, b, …; closed weekdays by number."""

    def make(
        days: int,
        queues: int = 1,
        closed: tuple[int, ...] = (),
        holidays: Mapping[date, str] | None = None,
        events: pd.DataFrame | None = None,
        first: pd.Timestamp = MONDAY,
    ) -> DayCalendar:
        index = pd.date_range(first, periods=days, freq="D")
        opened = np.tile(~np.isin(index.day_of_week, closed), (queues, 1))
        names = tuple("abcdefgh"[:queues])
        return day_calendar(names, index, opened, holidays or {}, events)

    return make


@pytest.fixture(scope="session")
def make_panel(make_calendar: Callable[..., DayCalendar]) -> Callable[..., DailyPanel]:
    """Panel of values (queues × days) from a Monday."""

    def make(values: object, **calendar: object) -> DailyPanel:
        array = np.atleast_2d(np.asarray(values, dtype=float))
        return daily_panel(make_calendar(array.shape[1], len(array), **calendar), array)

    return make


@pytest.fixture(scope="session")
def make_history() -> Callable[..., pd.DataFrame]:
    """HISTORY rows of one queue from values in order of `starts` (local wall time of a zone)."""

    def make(
        values: object,
        first: str = "2026-01-05",
        freq: str = "D",
        timezone: str = "Europe/Berlin",
        queue: str = "phone/a",
    ) -> pd.DataFrame:
        array = np.asarray(values, dtype=float)
        starts = pd.date_range(pd.Timestamp(first, tz=timezone), periods=len(array), freq=freq)
        return pd.DataFrame({"queue": queue, "start": starts.tz_convert("UTC").as_unit("us"), "offered": array})

    return make
