"""Drafts: a week in another week, and drafts side by side, with numbers a hand can add up."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from domain.errors import BadValue
from domain.tables import REQUIREMENTS, ROSTER
from scheduling.roster import compare, copy_week

DAY = {"start_from": "08:00", "length_minutes": 480}
NIGHT = {"start_from": "22:00", "length_minutes": 480}
MONDAY = date(2026, 3, 23)  # the clocks go forward in Berlin on Sunday the 29th
NEXT = date(2026, 3, 30)


def work(agent: str, start: str, name: str = "day") -> tuple[str, str, float, str, str, str]:
    return agent, start, 8, "work", "phone/a", name


def off(agent: str, day: str, kind: str) -> pd.DataFrame:
    frame = pd.DataFrame({"agent": [agent], "from": [day], "to": [day], "kind": [kind], "weight": [1.0]})
    return frame.astype({"from": "datetime64[us]", "to": "datetime64[us]"})


def local(roster: pd.DataFrame, zone: str) -> list[tuple[str, str, str]]:
    starts, ends = (roster[name].dt.tz_convert(zone).dt.strftime("%m-%d %H:%M") for name in ("start", "end"))
    return list(zip(roster["agent"], starts, ends, strict=True))


def test_a_copied_shift_starts_at_the_same_clock_and_lasts_as_long(make_book, make_people, make_rows):
    zone = "Europe/Berlin"
    book = make_book({"day": DAY, "night": NIGHT}, timezone=zone)
    rows = make_rows(
        work("ann", "2026-03-23T08:00"), work("bob", "2026-03-21T22:00", "night"),
        work("bob", "2026-03-28T22:00", "night"), timezone=zone,
    )  # fmt: skip
    people = make_people(ann="phone/a", bob="phone/a")
    copied = copy_week(rows, people, book, first=MONDAY, to=NEXT)
    # Bob's night over the change ended at 07:00 by the clock; a week later there is no change, and eight hours again.
    assert local(rows, zone)[2] == ("bob", "03-28 22:00", "03-29 07:00")
    assert local(copied.roster, zone) == [("ann", "03-30 08:00", "03-30 16:00"), ("bob", "04-04 22:00", "04-05 06:00")]
    assert copied.dropped == ()


def test_absences_of_the_new_week_are_kept_and_those_of_the_old_are_not_copied(make_book, make_people, make_rows):
    rows = make_rows(
        work("ann", "2026-03-23T08:00"),
        work("ann", "2026-03-24T08:00"),
        ("bob", "2026-03-23T00:00", 24, "sick", "", ""),
    )
    people, book = make_people(ann="phone/a", bob="phone/a"), make_book({"day": DAY})
    copied = copy_week(rows, people, book, first=MONDAY, to=NEXT, time_off=off("ann", "2026-03-31", "leave"))
    assert copied.roster[["agent", "activity"]].to_numpy().tolist() == [["ann", "work"], ["ann", "leave"]]
    assert len(copied.dropped) == 1
    assert "ann" in copied.dropped[0]


def test_people_who_have_left_are_not_copied(make_book, make_people, make_rows):
    rows = make_rows(work("ann", "2026-03-23T08:00"), work("gone", "2026-03-23T08:00"))
    people = make_people(ann=("phone/a", None, "2026-03-25"))
    copied = copy_week(rows, people, make_book({"day": DAY}), first=MONDAY, to=NEXT)
    assert copied.roster.empty
    assert len(copied.dropped) == 2


def test_drafts_are_compared_by_cost_cover_fairness_and_wishes(make_book, make_need, make_people, make_rows):
    """Saturday from 8 to 16 needs two people. The first draft has one; the second has both, one against a wish."""
    book = make_book({"day": DAY, "night": NIGHT})
    need = make_need([("phone/a", "2026-03-28T08:00", 8, 2)])
    people = make_people(ann="phone/a", bob="phone/a")
    drafts = {
        "one": make_rows(work("ann", "2026-03-28T08:00")),
        "two": make_rows(work("ann", "2026-03-28T08:00"), work("bob", "2026-03-28T08:00")),
    }
    found = compare(drafts, need, people, book, time_off=off("bob", "2026-03-28", "wish_off")).set_index("draft")
    assert found["cost"].tolist() == [8 + 8 * 50, 16 + 4]  # a broken wish costs four hours of pay
    assert found["uncovered_hours"].tolist() == [8, 0]
    assert found["covered_share"].tolist() == [0.5, 1.0]
    assert found["paid_hours"].tolist() == [8, 16]
    assert found["weekends_spread"].tolist() == [1, 0]
    assert found["wishes_met_share"].tolist() == [1, 0]
    assert found["changed_days"].tolist() == [0, 1]
    assert found["hard_breaches"].tolist() == [0, 0]


@pytest.mark.parametrize(("hour", "nights"), [(18, 1), (17, 1), (16, 0), (3, 1), (4, 0)])
def test_a_night_shift_has_three_hours_between_22_and_6(make_book, make_need, make_people, make_rows, hour, nights):
    book = make_book({"day": {"start_from": "00:00", "start_to": "23:00", "length_minutes": 480}})
    need = make_need([("phone/a", "2026-03-28T00:00", 24, 1)])
    draft = make_rows(work("ann", f"2026-03-28T{hour:02d}:00"))
    people = make_people(ann="phone/a", bob="phone/a")
    assert compare({"d": draft}, need, people, book)["nights_spread"].tolist() == [nights]


def test_drafts_of_nothing_needed_are_refused_in_words(make_book, make_people) -> None:
    book = make_book({"day": {"start_from": "08:00", "length_minutes": 480}})
    with pytest.raises(BadValue, match="at least one interval that people are needed in"):
        compare({"it": ROSTER.empty()}, REQUIREMENTS.empty(), make_people(ann="phone/a"), book)
