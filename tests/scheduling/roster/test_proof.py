"""The proof sheet: margins that a hand can check, and agreement with the audit on what is broken."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.people import RuleBook
from domain.tables import PROOF
from scheduling.roster import audit, prove, tightest
from scheduling.roster.margins import MEASURES
from scheduling.roster.rules import RULES

DAY = {"start_from": "08:00", "length_minutes": 480}
LUNCH = {"kind": "lunch", "minutes": 30, "paid": False, "earliest_minutes": 180, "latest_minutes": 300}


def work(agent: str, start: str, hours: float = 8) -> tuple[str, str, float, str, str, str]:
    return agent, start, hours, "work", "phone/a", "day"


def line(proof: pd.DataFrame, rule: str, agent: str = "ann") -> dict[str, object]:
    return proof[(proof["rule"] == rule) & (proof["agent"] == agent)].iloc[0].to_dict()


def test_every_measure_belongs_to_a_rule():
    assert set(MEASURES) <= {rule.name for rule in RULES}


def test_the_tightest_rest_of_a_person_is_told_with_its_source(make_book, make_people, make_rows):
    book = make_book({"day": DAY}, rules={"rest": {"source": "art. 107"}})
    rows = make_rows(
        work("ann", "2026-03-02T08:00"), work("ann", "2026-03-03T06:00"), work("ann", "2026-03-04T01:30", 8)
    )  # rests of 14 and 11.5 hours
    found = line(prove(rows, make_people(ann="phone/a"), book), "rest")
    assert (found["found"], found["limit"], found["margin"], found["unit"]) == (11.5, 11.0, 0.5, "hours")
    assert "11.5 hours ≥ 11 hours, art. 107" in str(found["words"])
    assert str(found["start"]) == "2026-03-04 01:30:00+00:00"


def test_the_weekly_rest_is_the_longest_of_the_week(make_book, make_people, make_rows):
    book = make_book({"day": DAY}, weekly_rest_hours_min=42)
    rows = make_rows(
        *(work("ann", f"2026-03-0{day}T08:00") for day in (2, 3, 4, 5, 6)), work("ann", "2026-03-08T11:30")
    )  # free from Friday 16:00 to Sunday 11:30: 43.5 hours
    found = line(prove(rows, make_people(ann="phone/a"), book), "weekly_rest")
    assert (found["found"], found["limit"], found["margin"]) == (43.5, 42.0, 1.5)


def test_hours_days_and_breaks_have_margins_of_their_own(make_book, make_people, make_rows):
    book = make_book(
        {"day": {**DAY, "break": [LUNCH]}}, hours_per_week_min=10, hours_per_week_max=40, hours_per_day_max=9,
        consecutive_days_max=5,
    )  # fmt: skip
    days = [
        row
        for day in ("2026-03-02", "2026-03-03", "2026-03-04")
        for row in (
            ("ann", f"{day}T08:00", 3.25, "work", "phone/a", "day"),
            ("ann", f"{day}T11:15", 0.5, "lunch", "", "day"),
            ("ann", f"{day}T11:45", 4.25, "work", "phone/a", "day"),
        )
    ]
    proof = prove(make_rows(*days), make_people(ann="phone/a"), book)
    assert line(proof, "hours_per_week")["margin"] == 40 - 22.5
    assert line(proof, "hours_per_day")["margin"] == 9 - 7.5
    assert line(proof, "hours_per_week_min")["margin"] == 22.5 - 10 * 3 / 5  # three of five days are planned
    assert line(proof, "consecutive_days")["margin"] == 5 - 3
    assert line(proof, "breaks")["margin"] == 15.0  # 195 minutes after the start, 180 at the earliest


def test_weekends_nights_and_days_off_are_counted(make_book, make_people, make_rows):
    book = make_book(
        {"night": {"start_from": "22:00", "length_minutes": 480}},
        weekends_max=3, consecutive_weekends_max=3, consecutive_nights_max=4, days_off_min=2, consecutive_days_min=2,
        hours_per_period_max=60,
    )  # fmt: skip
    nights = ("2026-03-06", "2026-03-07", "2026-03-11", "2026-03-12", "2026-03-14")  # from a Friday on
    proof = prove(make_rows(*(work("ann", f"{day}T22:00") for day in nights)), make_people(ann="phone/a"), book)
    assert line(proof, "weekends")["margin"] == 3 - 2
    assert line(proof, "consecutive_weekends")["margin"] == 3 - 2
    assert line(proof, "consecutive_nights")["margin"] == 4 - 2
    assert line(proof, "days_off")["margin"] == 1 - 2  # the 13th alone
    assert line(proof, "consecutive_days_min")["margin"] == 0  # the first run and the last may be longer
    assert line(proof, "hours_per_period")["margin"] == 60 - 40


def test_a_rule_without_a_measure_is_kept_or_broken(make_book, make_people, make_rows):
    people = make_people(ann="phone/a", bob="phone/b")
    rows = make_rows(work("ann", "2026-03-02T08:00"), work("bob", "2026-03-02T08:00"))
    proof = prove(rows, people, make_book({"day": DAY}))
    assert line(proof, "skills")["margin"] == 0
    assert "kept" in str(line(proof, "skills")["words"])
    assert (line(proof, "skills", "bob")["margin"], line(proof, "skills", "bob")["unit"]) == (-1, "breaches")


def test_ignored_rules_and_rules_without_an_instance_have_no_line(make_book, make_people, make_rows):
    book = make_book({"day": DAY}, rules={"hours_per_week": {"strictness": "ignore"}})
    proof = prove(make_rows(work("ann", "2026-03-02T08:00")), make_people(ann="phone/a"), book)
    assert not set(proof["rule"]) & {"hours_per_week", "rest"}  # one shift: nothing to rest between
    assert prove(make_rows().head(0), make_people(ann="phone/a"), book).equals(PROOF.empty())


def test_the_tightest_line_of_each_rule_stands_for_it(make_book, make_people, make_rows):
    rows = make_rows(
        work("ann", "2026-03-02T08:00"), work("ann", "2026-03-03T08:00"),
        work("bob", "2026-03-02T08:00"), work("bob", "2026-03-03T05:00"),
    )  # fmt: skip
    badges = tightest(prove(rows, make_people(ann="phone/a", bob="phone/a"), make_book({"day": DAY})))
    rest = badges[badges["rule"] == "rest"]
    assert list(zip(rest["agent"], rest["margin"], strict=True)) == [("bob", 2.0)]


@settings(max_examples=12, deadline=None)
@given(
    starts=st.lists(st.integers(0, 13 * 24 + 16), min_size=1, max_size=9, unique=True),
    hours=st.sampled_from([4.0, 8.0, 11.0]),
)
def test_a_margin_is_negative_exactly_where_the_audit_finds_a_breach(starts: list[int], hours: float) -> None:
    book = RuleBook.from_mapping(
        {
            "agreement": {
                "full": {
                    "shifts": ["day"], "hours_per_week_min": 20, "hours_per_week_max": 40, "hours_per_day_max": 12,
                    "consecutive_days_max": 3, "weekly_rest_hours_min": 42,
                    "hours_per_period_max": 60, "hours_per_period_min": 24, "days_off_min": 2,
                    "consecutive_days_min": 2, "weekends_max": 1, "consecutive_weekends_max": 1,
                    "consecutive_nights_max": 1,
                }
            },
            "shift": {"day": {**DAY, "break": [LUNCH]}},
        }
    )  # fmt: skip
    begin = pd.DatetimeIndex([pd.Timestamp("2026-03-02", tz="UTC") + pd.Timedelta(hours=h) for h in sorted(starts)])
    rows = pd.DataFrame({"agent": "ann", "start": begin, "end": begin + pd.Timedelta(hours=hours)})
    rows = rows.assign(activity="work", queue="phone/a", shift="day", source="hand")
    people = pd.DataFrame({"agent": ["ann"], "queues": ["phone/a"], "agreement": ["full"]})
    proof, found = prove(rows, people, book), audit(rows, people, book)
    for rule in MEASURES:
        margins = proof.loc[proof["rule"] == rule, "margin"]
        assert bool((margins < 0).any()) == bool((found["rule"] == rule).any()), rule


@pytest.mark.parametrize("strictness", ["pay", "warn"])
def test_a_rule_that_is_not_forbidden_is_proven_too(make_book, make_people, make_rows, strictness):
    book = make_book({"day": DAY}, rules={"rest": {"strictness": strictness}})
    rows = make_rows(work("ann", "2026-03-02T08:00"), work("ann", "2026-03-03T01:00"))
    found = line(prove(rows, make_people(ann="phone/a"), book), "rest")
    assert (found["margin"], found["strictness"]) == (-2.0, strictness)
