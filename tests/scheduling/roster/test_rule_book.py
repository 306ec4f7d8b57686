"""Rosters of random agreements under audit: what the engines plan never breaks what the book forbids."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.people import RuleBook
from scheduling import audit, make_roster
from scheduling.roster.engines import program
from scheduling.roster.engines.site import read_staff
from scheduling.roster.problem import make_problem

SHIFTS = {
    "early": {"start_from": "06:00", "start_to": "08:00", "start_step_minutes": 120, "length_minutes": 480},
    "late": {"start_from": "14:00", "length_minutes": 480},
    "night": {"start_from": "22:00", "length_minutes": 480},
}
FIRST = pd.Timestamp("2026-04-23", tz="Europe/Berlin")  # a Thursday; May begins in the second week
DAYS = 12


def maybe(**choices: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Agreements in which each key is left out or has one of the values."""
    return st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in choices.items()})


AGREEMENTS = maybe(
    hours_per_week_max=[24, 40, 56], rest_hours_min=[8, 11, 14], weekly_rest_hours_min=[35, 42],
    consecutive_days_max=[3, 5], consecutive_days_min=[2, 3], days_off_min=[2, 3], weekends_max=[0, 1],
    consecutive_weekends_max=[1], complete_weekends=[True], consecutive_nights_max=[1, 2],
    start_after_night=["12:00", "16:00"], hours_per_period_max=[24, 48], hours_per_period_min=[16],
    overtime=[[{"over_hours": 20, "factor": 1.5}, {"over_hours": 30, "factor": 2.0}]],
)  # fmt: skip


def rows_before(agents: list[str], letters: list[str]) -> pd.DataFrame:
    """The roster before: for each agent a letter a day, the last one the day before the plan."""
    kinds = {"E": ("early", 6), "L": ("late", 14), "N": ("night", 22)}
    rows = []
    for agent, days in zip(agents, letters, strict=True):
        for back, letter in enumerate(reversed(days), start=1):
            if letter in kinds:
                name, hour = kinds[letter]
                start = (FIRST - pd.DateOffset(days=back)).replace(hour=hour).tz_convert("UTC")
                rows.append((agent, start, start + pd.Timedelta(hours=8), "work", "calls", name, "hand"))
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue", "shift", "source"])
    for column in ("start", "end"):
        frame[column] = pd.DatetimeIndex(frame[column]).as_unit("us")
    return frame


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    agreement=AGREEMENTS,
    before=st.lists(st.sampled_from(["", "E", "LL-", "NN", "-EEE", "EEEEEEE--"]), min_size=3, max_size=3),
    most=st.sampled_from([0, 10_000]),
)
def test_rosters_of_random_agreements_pass_the_audit(
    agreement: dict[str, Any], before: list[str], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", most)
    monkeypatch.setattr(program, "EXACT_NODES", 50)
    book = RuleBook.from_mapping(
        {
            "timezone": "Europe/Berlin",
            "agreement": {"own": {"shifts": list(SHIFTS), **agreement}},
            "shift": SHIFTS,
        }
    )
    agents = ["ann", "bob", "eve"]
    start = pd.date_range(FIRST, FIRST + pd.DateOffset(days=DAYS), freq="2h", inclusive="left").tz_convert("UTC")
    need = pd.DataFrame(
        {
            "queue": "calls",
            "start": start.as_unit("us"),
            "interval_minutes": 120,
            "load_erlangs": 1.0,
            "agents": 1.0,
            "scheduled": 1.0,
        }
    )
    people = pd.DataFrame({"agent": agents, "queues": "calls", "agreement": "own"})
    off = pd.DataFrame([("bob", "2026-04-28", "2026-04-29", "leave")], columns=["agent", "from", "to", "kind"])
    previous = rows_before(agents, before)
    given_before = previous if len(previous) else None
    found = make_roster(need, people, book, time_off=off, previous=given_before, iterations=1)
    faults = audit(found.roster, people, book, time_off=off, previous=given_before)
    assert faults[faults["strictness"] == "forbid"].empty, faults["words"].tolist()
    assert found.summary["bound"] <= found.summary["cost"] + 1e-6


PINNED_BOOK = {
    "agreement": {"own": {"shifts": list(SHIFTS)}},
    "shift": SHIFTS,
}


def pinned_roster(extra: list[tuple[str, ...]]) -> pd.DataFrame:
    """Nobody is needed but on the morning of 4 May; ann's shift of 5 May is pinned late."""
    start = pd.date_range("2026-05-04", "2026-05-06", freq="1h", inclusive="left", tz="UTC").as_unit("us")
    need = pd.DataFrame({"queue": "calls", "start": start, "interval_minutes": 60, "load_erlangs": 0.0})
    need["agents"] = need["scheduled"] = [1.0 if 6 <= hour < 14 else 0.0 for hour in range(len(need))]
    people = pd.DataFrame({"agent": ["ann"], "queues": "calls", "agreement": "own"})
    rows = [("ann", "2026-05-05", "2026-05-05", "pinned", "late", "14:00"), *extra]
    off = pd.DataFrame(rows, columns=["agent", "from", "to", "kind", "shift", "clock"])
    book = RuleBook.from_mapping(PINNED_BOOK)
    found = make_roster(need, people, book, time_off=off)
    faults = audit(found.roster, people, book, time_off=off)
    assert set(faults["rule"]) == ({"pinned"} if extra else set())
    return found.roster


@pytest.mark.parametrize("most", [0, 10_000])
def test_a_pinned_shift_stands_where_nobody_is_needed(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", most)
    assert pinned_roster([])["shift"].tolist() == ["early", "late"]


@pytest.mark.parametrize("most", [0, 10_000])
def test_leave_is_harder_than_a_pinned_shift_and_the_audit_says_so(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", most)
    roster = pinned_roster([("ann", "2026-05-05", "2026-05-05", "leave", "", "")])
    assert roster["activity"].tolist() == ["work", "leave"]


def test_every_rule_speaks_to_the_insertion_engine() -> None:
    agreement = {
        "shifts": list(SHIFTS), "hours_per_day_max": 10, "hours_per_week_min": 16, "weekly_rest_hours_min": 42,
        "consecutive_days_max": 5, "consecutive_days_min": 2, "days_off_min": 2, "weekends_max": 1,
        "consecutive_weekends_max": 1, "complete_weekends": True, "consecutive_nights_max": 2,
        "start_after_night": "12:00", "accounting_period": "month", "norm_hours_per_week": 40, "norm_share_min": 0.8,
        "norm_calendar": "RU", "rotation_days": [4, 2], "rotation_from": "2026-04-23",
        "overtime": [{"over_hours": 40, "factor": 1.5}, {"per": "day", "over_hours": 8, "factor": 1.5}],
    }  # fmt: skip
    book = RuleBook.from_mapping({"agreement": {"own": agreement}, "shift": SHIFTS})
    start = pd.date_range("2026-04-27", "2026-05-06", freq="2h", inclusive="left", tz="UTC").as_unit("us")
    need = pd.DataFrame({"queue": "calls", "start": start, "interval_minutes": 120, "load_erlangs": 1.0})
    need["agents"] = need["scheduled"] = 1.0
    people = pd.DataFrame({"agent": ["ann"], "queues": "calls", "agreement": "own"})
    kinds = ["leave", "wish_off", "wish_work", "pinned"]
    days = [f"2026-04-{day}" for day in (27, 28, 29, 30)]
    off = pd.DataFrame({"agent": "ann", "from": days, "to": days, "kind": kinds})
    staff = read_staff(make_problem(need, people, book, time_off=off))
    assert len(staff.able) == 1
