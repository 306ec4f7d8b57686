"""The page of rules is what the rules and the law packs say, and its example is a rule book that can be read."""

from __future__ import annotations

import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from domain.law import known_packs
from domain.people import RuleBook
from scheduling import GROUP_RULES, RULES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "rules.md").read_text("utf-8")


def test_the_page_of_rules_is_what_the_rules_say() -> None:
    spec = spec_from_file_location("make_rules", ROOT / "examples" / "make_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == PAGE, "run examples/make_rules.py"


def test_every_rule_and_law_pack_has_its_place_on_the_page() -> None:
    assert [rule.name for rule in (*RULES, *GROUP_RULES) if f"\n### `{rule.name}`\n" not in PAGE] == []
    assert [name for name in known_packs() if f"\n### {name}: " not in PAGE] == []


def test_the_example_of_the_page_is_a_rule_book() -> None:
    content = tomllib.loads(PAGE.split("```toml\n")[1].split("```")[0])
    lunch = {"kind": "lunch", "minutes": 30, "paid": False, "earliest_minutes": 180, "latest_minutes": 240}
    shifts = {
        name: {"start_from": start, "length_minutes": 510, "break": [lunch]}
        for name, start in (("early", "06:00"), ("late", "14:00"), ("night", "22:00"))
    }
    book = RuleBook.from_mapping({**content, "shift": shifts}, "rules.md")
    assert book.agreement("contact-centre").weekly_rest_hours_min == 42
    assert set(book.rules) <= {rule.name for rule in (*RULES, *GROUP_RULES)}
