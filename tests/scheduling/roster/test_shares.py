"""Shares and wishes person by person, with sums a reader can make."""

from __future__ import annotations

import pandas as pd
import pytest

from scheduling.roster import carry, fair_shares, wish_grants

SHIFTS = {
    "day": {"start_from": "08:00", "length_minutes": 480},
    "night": {"start_from": "22:00", "length_minutes": 480},
}


def night(agent: str, day: str) -> tuple[str, str, float, str, str, str]:
    return agent, f"{day}T22:00", 8, "work", "phone/a", "night"


def test_a_share_counts_what_was_carried(make_book, make_people, make_rows):
    """Ann had both nights of the days before: one more than her share. She has one of the two nights now as well."""
    people, book = make_people(ann="phone/a", bob="phone/a"), make_book(SHIFTS)
    ledger = carry(make_rows(night("ann", "2026-03-02"), night("ann", "2026-03-03")), people, book)
    roster = make_rows(night("bob", "2026-03-09"), night("ann", "2026-03-10"))
    found = fair_shares(roster, people, book, ledger=ledger)
    assert set(found["count"]) == {"nights"}  # nobody has a weekend, a holiday or a late end
    ann = found.set_index("agent").loc["ann"]
    assert (ann["had"], ann["share"], ann["before"], ann["off"]) == (1, 1.0, 1.0, 1.0)
    assert found["off"].sum() == pytest.approx(0.0)


def test_one_person_shares_with_nobody(make_book, make_people, make_rows):
    found = fair_shares(make_rows(night("ann", "2026-03-02")), make_people(ann="phone/a"), make_book(SHIFTS))
    assert found.empty


def test_every_wished_day_is_granted_or_not(make_book, make_people, make_rows):
    """Ann works on one of two days wished off; Bob's wish for a night weighs more than his wish for a free day."""
    roster = make_rows(night("ann", "2026-03-02"), night("bob", "2026-03-03"))
    wishes = pd.DataFrame(
        [
            ("ann", "2026-03-02", "2026-03-03", "wish_off", 1.0, ""),
            ("bob", "2026-03-02", "2026-03-02", "wish_work", 3.0, "night"),
            ("bob", "2026-03-03", "2026-03-03", "wish_off", 1.0, ""),
        ],
        columns=["agent", "from", "to", "kind", "weight", "shift"],
    ).astype({"from": "datetime64[us]", "to": "datetime64[us]"})
    found = wish_grants(roster, make_people(ann="phone/a", bob="phone/a"), make_book(SHIFTS), time_off=wishes)
    assert found[["agent", "what", "first", "granted"]].to_numpy().tolist() == [
        ["ann", "", True, False], ["ann", "", True, True],
        ["bob", "night", True, False], ["bob", "", False, False],
    ]  # fmt: skip


def test_a_roster_without_rows_or_wishes_says_nothing(make_book, make_people, make_rows):
    people, book = make_people(ann="phone/a", bob="phone/a"), make_book(SHIFTS)
    assert fair_shares(make_rows(), people, book).empty
    assert wish_grants(make_rows(night("ann", "2026-03-02")), people, book).empty
