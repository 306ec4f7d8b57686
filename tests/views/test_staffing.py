"""Headline numbers of requirements, coverage and rosters, and the roster as bars."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from views.parts.staffing import (
    bars_of,
    bars_on,
    biggest_gaps,
    cover_by_interval,
    cover_share,
    hours_by_person,
    in_order,
    staffing_of,
)

BERLIN = "Europe/Berlin"


def stamps(*texts: str) -> pd.DatetimeIndex:
    return pd.to_datetime(list(texts), utc=True).as_unit("us")


def test_the_peak_is_taken_over_queues_together_and_hours_follow_the_interval() -> None:
    need = pd.DataFrame(
        {
            "queue": ["a", "b", "a", "b"],
            "start": stamps("2026-09-07T06:00Z", "2026-09-07T06:00Z", "2026-09-07T06:30Z", "2026-09-07T06:30Z"),
            "interval_minutes": 30,
            "scheduled": [4.0, 3.0, 5.0, np.nan],
        }
    )
    found = staffing_of(need)
    assert found.peak_people == 7
    assert found.peak_start == pd.Timestamp("2026-09-07T06:00Z")
    assert found.agent_hours == 6
    assert found.unreachable == 1


def test_an_empty_table_asks_for_nobody() -> None:
    empty = pd.DataFrame({"queue": [], "start": [], "interval_minutes": [], "scheduled": []})
    assert staffing_of(empty).agent_hours == 0


@pytest.fixture
def coverage() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "queue": ["a", "b", "a"],
            "start": stamps("2026-09-07T06:00Z", "2026-09-07T06:00Z", "2026-09-07T06:30Z"),
            "required": [4.0, 2.0, 4.0],
            "present": [1.0, 5.0, 4.0],
            "gap": [3.0, 0.0, 0.0],
        }
    )


def test_a_surplus_of_one_queue_does_not_hide_the_gap_of_another(coverage: pd.DataFrame) -> None:
    cover = cover_by_interval(coverage, BERLIN, 30)
    assert cover["gap"].tolist() == [3, 0, 0]
    assert cover["time"].iloc[0] == pd.Timestamp("2026-09-07 08:00")
    assert cover_share(coverage) == pytest.approx(0.7)
    assert biggest_gaps(coverage, BERLIN)["queue"].tolist() == ["a"]


def test_the_hours_in_which_nobody_is_needed_stand_at_zero() -> None:
    night = pd.DataFrame(
        {"queue": "a", "start": stamps("2026-09-07T20:00Z", "2026-09-07T21:30Z"), "required": 2.0, "present": 2.0}
    ).assign(gap=0.0)
    assert cover_by_interval(night, BERLIN, 30)["required"].tolist() == [2, 0, 0, 2, 0]


@pytest.fixture
def roster() -> pd.DataFrame:
    rows = [
        ("Eva", "2026-09-07T06:00Z", "2026-09-07T10:00Z", "work", "phone/billing|chat/support", "early"),
        ("Eva", "2026-09-07T10:00Z", "2026-09-07T10:30Z", "lunch", "", "early"),
        ("Олег", "2026-09-07T04:00Z", "2026-09-07T08:00Z", "work", "email/tech", "dawn"),
        ("Ann", "2026-09-06T22:00Z", "2026-09-07T22:00Z", "leave", "", ""),
        ("Bob", "2026-09-07T20:00Z", "2026-09-08T04:00Z", "work", "email/tech", "night"),
    ]
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue", "shift"])
    return frame.assign(start=stamps(*frame["start"]), end=stamps(*frame["end"]), source="solver")


def test_people_stand_in_the_order_they_begin_and_those_away_come_last(roster: pd.DataFrame) -> None:
    assert in_order(bars_of(roster, BERLIN)) == ["Олег", "Eva", "Bob", "Ann"]


def test_a_queue_shows_its_people_with_all_their_bars(roster: pd.DataFrame) -> None:
    bars = bars_of(roster, BERLIN, "chat/support")
    assert bars["activity"].tolist() == ["work", "lunch"]


def test_a_night_shift_is_cut_at_the_edge_of_the_day(roster: pd.DataFrame) -> None:
    bars = bars_on(bars_of(roster, BERLIN), pd.Timestamp("2026-09-07"), 1)
    assert bars.loc[bars["agent"] == "Bob", "finish"].item() == pd.Timestamp("2026-09-08")
    tomorrow = bars_on(bars_of(roster, BERLIN), pd.Timestamp("2026-09-08"), 1)
    assert tomorrow["agent"].tolist() == ["Bob"]
    assert tomorrow["begin"].item() == pd.Timestamp("2026-09-08")


def test_hours_count_presence_without_leave(roster: pd.DataFrame) -> None:
    hours = hours_by_person(roster, BERLIN).set_index("agent")["hours"].to_dict()
    assert hours == {"Bob": 8.0, "Eva": 4.5, "Олег": 4.0}


def test_a_person_is_shown_by_name_where_there_is_one(roster: pd.DataFrame) -> None:
    bars = bars_of(roster, BERLIN, names={"Eva": "Eva Braun (A07)"})
    assert set(bars["agent"]) == {"Eva Braun (A07)", "Олег", "Ann", "Bob"}
