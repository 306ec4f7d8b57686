"""Small sites for roster tests, built from numbers a reader can add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from domain.people import RuleBook

Book = Callable[..., RuleBook]
Need = Callable[..., pd.DataFrame]
People = Callable[..., pd.DataFrame]
Rows = Callable[..., pd.DataFrame]


@pytest.fixture
def make_book() -> Book:
    """A rule book with one agreement `full`; keyword arguments change it."""

    def book(
        shifts: Mapping[str, Mapping[str, Any]],
        *,
        timezone: str = "UTC",
        rules: Mapping[str, Mapping[str, Any]] | None = None,
        cover: Mapping[str, float] | None = None,
        **agreement: Any,
    ) -> RuleBook:
        full = {"shifts": list(shifts), "rest_hours_min": 11, "hours_per_week_max": 48, **agreement}
        return RuleBook.from_mapping(
            {
                "timezone": timezone,
                "agreement": {"full": full},
                "shift": {name: dict(table) for name, table in shifts.items()},
                "rule": {name: dict(table) for name, table in (rules or {}).items()},
                "cover": dict(cover or {"under_per_hour": 50.0, "over_per_hour": 2.0}),
            }
        )

    return book


@pytest.fixture
def make_need() -> Need:
    """Requirements: `(queue, local start, hours, people)` in hourly intervals unless said otherwise."""

    def need(
        spans: Sequence[tuple[str, str, float, float]], *, timezone: str = "UTC", minutes: int = 60
    ) -> pd.DataFrame:
        rows = []
        for queue, begin, hours, people in spans:
            first = pd.Timestamp(begin).tz_localize(timezone).tz_convert("UTC")
            for step in range(round(hours * 60 / minutes)):
                rows.append((queue, first + pd.Timedelta(minutes=minutes * step), minutes, people, people, people))
        frame = pd.DataFrame(
            rows, columns=["queue", "start", "interval_minutes", "load_erlangs", "agents", "scheduled"]
        )
        return frame.assign(start=pd.DatetimeIndex(frame["start"]).as_unit("us"))

    return need


@pytest.fixture
def make_people() -> People:
    """People of agreement `full`: `name=queues` or `name=(queues, available_from, available_to)`."""

    def people(**staff: str | tuple[str, str | None, str | None]) -> pd.DataFrame:
        rows = []
        for name, what in staff.items():
            queues, first, last = (what, None, None) if isinstance(what, str) else what
            rows.append((name, queues, "full", first, last))
        columns = ["agent", "queues", "agreement", "available_from", "available_to"]
        return pd.DataFrame(rows, columns=columns)

    return people


@pytest.fixture
def make_rows() -> Rows:
    """Roster rows `(agent, local start, hours, activity, queue, shift)`."""

    def rows(*entries: tuple[str, str, float, str, str, str], timezone: str = "UTC") -> pd.DataFrame:
        frame = pd.DataFrame(entries, columns=["agent", "start", "hours", "activity", "queue", "shift"])
        start = pd.DatetimeIndex(frame["start"].map(pd.Timestamp)).tz_localize(timezone).tz_convert("UTC").as_unit("us")
        end = start + pd.to_timedelta(frame["hours"].to_numpy() * 60, unit="m")
        return pd.DataFrame(
            {
                "agent": frame["agent"],
                "start": start,
                "end": pd.DatetimeIndex(end).as_unit("us"),
                "activity": frame["activity"],
                "queue": frame["queue"],
                "shift": frame["shift"],
                "source": "hand",
            }
        )

    return rows


@pytest.fixture
def day_shift() -> Mapping[str, Any]:
    """Eight hours from 08:00, nothing else."""
    return {"start_from": "08:00", "length_minutes": 480}
