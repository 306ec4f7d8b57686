"""Trainees beside their mentors: hours by hand in rows, trainees put where their mentors are, refused names."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from domain.errors import BadValue
from domain.people import RuleBook
from scheduling import audit, make_roster

SHIFTS: dict[str, Any] = {
    "early": {"start_from": "06:00", "length_minutes": 480},
    "late": {"start_from": "14:00", "length_minutes": 480},
}


def book_of(share: float = 1.0, **rule: Any) -> RuleBook:
    return RuleBook.from_mapping(
        {
            "agreement": {"own": {"shifts": list(SHIFTS)}},
            "shift": SHIFTS,
            "mentoring": {"share": share},
            "rule": {"mentor": rule} if rule else {},
        }
    )


def people_of(mentor: str | None = "ann") -> pd.DataFrame:
    people = pd.DataFrame({"agent": ["ann", "tim"], "queues": "phone/a", "agreement": "own"})
    return people.assign(mentor=[None, mentor])


def need_of(*hours: int) -> pd.DataFrame:
    stamps = [pd.Timestamp("2026-03-02", tz="UTC") + pd.Timedelta(hours=hour) for hour in hours]
    same = {"load_erlangs": 1.0, "agents": 1.0, "scheduled": 1.0}
    start = pd.DatetimeIndex(stamps).as_unit("us")
    return pd.DataFrame({"queue": "phone/a", "start": start, "interval_minutes": 60, **same})


@pytest.mark.parametrize(
    ("share", "limit"),
    [(1.0, 16.0), (0.75, 12.0), (0.7, None)],  # 12 of 16 hours are beside ann
)
def test_a_trainee_alone_is_found_with_the_hours_and_the_first_such_shift(
    share: float, limit: float | None, make_rows: Any
) -> None:
    roster = make_rows(
        ("ann", "2026-03-02 06:00", 8, "work", "phone/a", "early"),
        ("ann", "2026-03-03 06:00", 8, "work", "phone/a", "early"),
        ("tim", "2026-03-02 06:00", 8, "work", "phone/a", "early"),
        ("tim", "2026-03-03 10:00", 8, "work", "phone/a", "early"),
    )
    found = audit(roster, people_of(), book_of(share))
    found = found[found["rule"] == "mentor"]
    if share <= 0.75:
        assert found.empty
        return
    assert found[["agent", "found", "limit"]].to_numpy().tolist() == [["tim", 12.0, limit]]
    assert found["start"].tolist() == [pd.Timestamp("2026-03-03 10:00", tz="UTC")]
    words = "tim: 12 of 16 hours beside mentor ann, alone from the shift of Tue 2026-03-03 10:00"
    assert found["words"].tolist() == [words]


def test_a_trainee_is_not_planned_on_a_day_on_which_the_mentor_is_away() -> None:
    away = pd.DataFrame([("ann", "2026-03-02", "2026-03-02", "leave")], columns=["agent", "from", "to", "kind"])
    alone = make_roster(need_of(*range(6, 14)), people_of(), book_of(), time_off=away, iterations=1)
    assert "tim" not in set(alone.roster["agent"])
    assert alone.summary["uncovered_hours"] == 8.0
    free = make_roster(need_of(*range(6, 14)), people_of(None), book_of(), time_off=away, iterations=1)
    assert "tim" in set(free.roster["agent"])


@pytest.mark.parametrize(
    ("rule", "alone", "cost"),
    [
        ({}, 0.0, 8 + 8 * 50),  # one of the two shifts stays open: the trainee may not be there alone
        ({"strictness": "pay", "price": 10.0}, 8.0, 16 + 8 * 10),
        ({"strictness": "warn"}, 8.0, 16.0),
    ],
)
def test_a_trainee_works_another_shift_alone_only_where_that_is_cheaper(
    rule: dict[str, Any], alone: float, cost: float
) -> None:
    result = make_roster(need_of(*range(6, 22)), people_of(), book_of(**rule), iterations=1)
    found = audit(result.roster, people_of(), book_of(**rule))
    assert (found["limit"] - found["found"]).sum() == alone
    assert result.summary["cost"] == pytest.approx(cost)
    assert result.summary["bound"] <= result.summary["cost"]


@pytest.mark.parametrize("mentor", ["zoe", "tim"])
def test_a_mentor_who_is_nobody_else_of_the_people_is_refused(mentor: str) -> None:
    with pytest.raises(BadValue, match="mentor of tim"):
        make_roster(need_of(6), people_of(mentor), book_of())
