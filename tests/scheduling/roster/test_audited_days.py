"""Which days an audit looks at: those on which something is planned."""

from __future__ import annotations

from scheduling.roster import audit

NIGHT = {
    "start_from": "22:00",
    "length_minutes": 480,
    "break": [{"kind": "break", "minutes": 15, "paid": True, "earliest_minutes": 180, "latest_minutes": 180}],
}


def test_a_break_after_midnight_of_sundays_night_begins_no_new_week(make_book, make_people, make_rows):
    book = make_book({"night": NIGHT}, hours_per_week_min=8)
    rows = make_rows(  # Sunday 2026-03-08
        ("ann", "2026-03-08T22:00", 3, "work", "phone/a", "night"),
        ("ann", "2026-03-09T01:00", 0.25, "break", "", "night"),
        ("ann", "2026-03-09T01:15", 4.75, "work", "phone/a", "night"),
    )

    found = audit(rows, make_people(ann="phone/a", bob="phone/a"), book)

    # Bob owes a fifth of the week that has one planned day, and nothing in the week nobody planned.
    assert list(found["rule"]) == ["hours_per_week_min"]
    assert list(found["agent"]) == ["bob"]
    assert str(found["start"].iloc[0]) == "2026-03-08 00:00:00+00:00"


def test_a_day_on_which_somebody_is_only_on_leave_is_a_planned_day(make_book, make_people, make_rows):
    book = make_book({"night": NIGHT}, hours_per_week_min=8)
    rows = make_rows(("ann", "2026-03-09T00:00", 24, "leave", "", ""))

    found = audit(rows, make_people(bob="phone/a"), book)

    owed = found[found["rule"] == "hours_per_week_min"]
    assert list(owed["agent"]) == ["bob"]
    assert float(owed["limit"].iloc[0]) == 8 / 5
