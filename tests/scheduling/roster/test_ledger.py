"""The fairness ledger: counts a reader can make by hand, carried over, and held against each person's share."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from scheduling.roster.ledger import carry, over_share

SHIFTS = {
    "day": {"start_from": "08:00", "length_minutes": 480},
    "late": {"start_from": "13:00", "length_minutes": 480},
    "night": {"start_from": "22:00", "length_minutes": 480},
}


def test_nights_weekends_holidays_and_late_ends_are_counted(make_book, make_people, make_rows):
    roster = make_rows(
        ("ann", "2026-03-06 22:00", 8, "work", "phone/a", "night"),  # a Friday night, over into the Saturday
        ("ann", "2026-03-08 13:00", 8, "work", "phone/a", "late"),  # a Sunday and a holiday, until 21:00
        ("bob", "2026-03-07 08:00", 8, "work", "phone/a", "day"),
        ("bob", "2026-03-08 08:00", 8, "work", "phone/a", "day"),
    )
    people = make_people(ann="phone/*", bob="phone/*", eve="phone/*")
    found = carry(roster, people, make_book(SHIFTS), holidays=[date(2026, 3, 8)]).set_index("agent")
    counts = ["days", "nights", "weekends", "holidays", "late_ends"]
    assert found.loc["ann", counts].tolist() == [3, 1, 1, 1, 1]
    assert found.loc["bob", counts].tolist() == [3, 0, 1, 1, 0]
    assert found.loc["eve", counts].tolist() == [3, 0, 0, 0, 0]
    assert str(found.loc["ann", "from"])[:10] == "2026-03-06"


def test_a_ledger_counts_the_days_of_the_plan_though_nobody_works_on_them(make_book, make_people, make_rows):
    roster = make_rows(("ann", "2026-03-04 08:00", 8, "work", "phone/a", "day"))
    week = (date(2026, 3, 2), date(2026, 3, 8))
    found = carry(roster, make_people(ann="phone/*"), make_book(SHIFTS), days=week)
    assert found["days"].tolist() == [7]
    assert [str(found[edge][0])[:10] for edge in ("from", "to")] == ["2026-03-02", "2026-03-08"]


def test_a_ledger_is_carried_on_and_forgets_nobody(make_book, make_people, make_rows):
    book = make_book(SHIFTS)
    first = make_rows(("ann", "2026-03-02 22:00", 8, "work", "phone/a", "night"))
    second = make_rows(("bob", "2026-03-03 22:00", 8, "work", "phone/a", "night"))
    ledger = carry(first, make_people(ann="phone/*"), book)
    found = carry(second, make_people(bob="phone/*"), book, ledger=ledger).set_index("agent")
    assert found["nights"].to_dict() == {"ann": 1, "bob": 1}
    both = carry(second, make_people(ann="phone/*", bob="phone/*"), book, ledger=ledger).set_index("agent")
    assert both["days"].to_dict() == {"ann": 2, "bob": 1}
    assert str(both.loc["ann", "to"])[:10] == "2026-03-03"


def test_days_of_absence_are_no_days_of_a_share(make_book, make_people, make_rows):
    roster = make_rows(
        ("ann", "2026-03-02 22:00", 8, "work", "phone/a", "night"),
        ("ann", "2026-03-05 08:00", 8, "work", "phone/a", "day"),
    )
    off = pd.DataFrame([("bob", "2026-03-03", "2026-03-04", "leave")], columns=["agent", "from", "to", "kind"])
    people = make_people(ann="phone/*", bob="phone/*")
    ledger = carry(roster, people, make_book(SHIFTS), time_off=off)
    assert ledger.set_index("agent")["days"].to_dict() == {"ann": 4, "bob": 2}
    # one night among six days of people: ann's share is 4/6 of it, bob's 2/6
    over = over_share(ledger, people).set_index("agent")
    assert over["nights"].to_dict() == pytest.approx({"ann": 1 - 4 / 6, "bob": -2 / 6})
    assert over["weekends"].to_dict() == pytest.approx({"ann": 0.0, "bob": 0.0})


def test_people_without_a_past_are_owed_nothing(make_book, make_people, make_rows):
    roster = make_rows(("ann", "2026-03-02 22:00", 8, "work", "phone/a", "night"))
    ledger = carry(roster, make_people(ann="phone/*"), make_book(SHIFTS))
    over = over_share(ledger, make_people(ann="phone/*", new="phone/*")).set_index("agent")
    assert over["nights"].to_dict() == pytest.approx({"ann": 0.0, "new": 0.0})
