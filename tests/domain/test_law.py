"""Law packs: dated figures, what agreements inherit, and what is named as laxer than the law."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import BadValue
from domain.law import known_packs, law_pack
from domain.people import RuleBook, WorkAgreement
from scheduling import RULES

LUNCH = {"kind": "lunch", "minutes": 30, "paid": False, "earliest_minutes": 180, "latest_minutes": 240}


def book(law: object, rules: dict[str, Any] | None = None, pause: dict[str, Any] = LUNCH, **agreement: Any) -> RuleBook:
    return RuleBook.from_mapping(
        {
            "law": law,
            "agreement": {"full": {"shifts": ["day"], **agreement}},
            "shift": {"day": {"start_from": "08:00", "length_minutes": 510, "break": [pause]}},
            "rule": rules or {},
        },
        "rules.toml",
    )


@pytest.mark.parametrize("name", known_packs())
def test_a_pack_is_dated_and_speaks_of_keys_and_rules_that_exist(name: str) -> None:
    pack = law_pack(name)
    assert pack.checked_on >= date(2026, 1, 1)
    assert pack.checked_against
    assert {limit.key for limit in pack.limits} <= set(WorkAgreement.model_fields)
    assert {limit.unless for limit in pack.limits} <= {"", *WorkAgreement.model_fields}
    assert {limit.rule for limit in pack.limits} <= {"", *(rule.name for rule in RULES)}
    for provision in (*pack.limits, *pack.overtime, *pack.pauses, *pack.figures):
        assert provision.article
        assert provision.text_date < pack.checked_on


@pytest.mark.parametrize("name", known_packs())
def test_an_agreement_that_is_silent_is_never_laxer_than_the_law(name: str) -> None:
    assert book(name).laxer_than_law() == ()


def test_the_packs_are_the_four_that_are_promised() -> None:
    assert known_packs() == ("EU", "RU", "US-CA", "US-FLSA")


def test_agreements_inherit_what_they_are_silent_on() -> None:
    russian = book("RU").agreements[0]
    assert russian.weekly_rest_hours_min == 42
    assert russian.hours_per_week_max == 40
    assert book("EU").agreements[0].weekly_rest_hours_min == 35
    assert book("EU").agreements[0].hours_per_week_max == 40  # the default is stricter than 48
    californian = book({"pack": "US-CA"}).agreements[0]
    assert [(t.per, t.over_hours, t.factor) for t in californian.overtime] == [
        ("day", 8, 1.5), ("day", 12, 2.0), ("week", 40, 1.5),
    ]  # fmt: skip
    assert californian.consecutive_days_max == 6


def test_what_an_agreement_says_stands_where_the_law_allows_it() -> None:
    assert book("RU", weekly_rest_hours_min=48).agreements[0].weekly_rest_hours_min == 48


@pytest.mark.parametrize(
    ("law", "agreement", "says"),
    [
        ("RU", {"weekly_rest_hours_min": 35}, "agreement.full.weekly_rest_hours_min.*at least 42 .*art. 110.*found 35"),
        ("RU", {"hours_per_week_max": 48}, "agreement.full.hours_per_week_max.*at most 40 .*art. 91"),
        ("RU", {"night_from": "23:00"}, "agreement.full.night_from.*22:00 .*art. 96"),
        ("EU", {"rest_hours_min": 8}, "agreement.full.rest_hours_min.*at least 11 .*art. 3"),
        ("US-CA", {"overtime": []}, "agreement.full.overtime.*1.5 times the pay above 8 hours a day"),
        ("RU", {"rules": {"weekly_rest": {"strictness": "warn"}}}, "rule.weekly_rest.strictness.*forbid"),
        ("RU", {"pause": {**LUNCH, "minutes": 15}}, "shift.day.break.*30 minutes .*art. 108"),
        ("RU", {"pause": {**LUNCH, "paid": True}}, "shift.day.break.*unpaid pause"),
    ],
)
def test_what_is_laxer_than_the_law_is_refused_by_table_and_key(law: str, agreement: dict[str, Any], says: str) -> None:
    with pytest.raises(BadValue, match=f"rules.toml.*{says}"):
        book(law, **agreement)


def test_an_exception_is_a_warning_where_the_book_says_so() -> None:
    lax = book({"pack": "RU", "laxer": "warn"}, weekly_rest_hours_min=35).laxer_than_law()
    assert [(where, found) for where, _, found in lax] == [("agreement.full.weekly_rest_hours_min", 35)]


def test_summed_accounting_lifts_the_weekly_limit_of_the_labour_code() -> None:
    assert book("RU", hours_per_week_max=60, norm_hours_per_week=40, norm_calendar="RU").laxer_than_law() == ()
    with pytest.raises(BadValue, match=r"norm_hours_per_week.*at most 40 .*art. 104"):
        book("RU", hours_per_week_max=60, norm_hours_per_week=44)


def test_a_rule_says_the_article_where_the_book_gives_no_source() -> None:
    assert book("RU").source_of("weekly_rest") == "Labour Code, art. 110"
    named = book("RU", {"weekly_rest": {"strictness": "forbid", "source": "works council"}})
    assert named.source_of("weekly_rest") == "works council"


def test_a_pack_whose_law_is_about_to_change_says_so() -> None:
    assert any("240 hours" in note for note in law_pack("RU").pending)


def test_an_unknown_pack_is_told_the_known_ones() -> None:
    with pytest.raises(BadValue, match="EU, RU, US-CA, US-FLSA"):
        book("DE")
