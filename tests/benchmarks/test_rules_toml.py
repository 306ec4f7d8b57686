"""A rule book written as TOML is read back as the same book."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from benchmarks.rules_toml import rules_toml
from domain.people import RuleBook

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "rules.toml"
SHIFT = {"start_from": "22:00", "length_minutes": 480, "letter": 'Н "night"'}
PAUSE = {"minutes": 30, "earliest_minutes": 120, "latest_minutes": 240, "paid": False}
ROTATION = {"rotation_days": [2, 2], "rotation_from": "2026-03-02"}
TIERS = [{"per": "day", "over_hours": 8, "factor": 1.5}, {"per": "day", "over_hours": 10, "factor": 2}]


@pytest.mark.parametrize(
    "book",
    [
        RuleBook.from_mapping(tomllib.loads(SAMPLE.read_text("utf-8"))),
        RuleBook.from_mapping(
            {
                "timezone": "Europe/Moscow",
                "law": "RU",
                "agreement": {"full time": {"shifts": ["late"], "weekly_rest_hours_min": 42}},
                "shift": {"late": {**SHIFT, "break": [PAUSE]}},
                "rule": {"wishes": {"strictness": "pay", "price": 3.5}},
            }
        ),
        RuleBook.from_mapping(
            {
                "agreement": {"tiers": {"shifts": ["late"], "overtime": TIERS, **ROTATION}},
                "shift": {"late": SHIFT},
            }
        ),
    ],
    ids=["sample", "law", "tiers"],
)
def test_a_written_book_is_read_as_the_same_book(book: RuleBook) -> None:
    assert RuleBook.from_mapping(tomllib.loads(rules_toml(book))) == book
