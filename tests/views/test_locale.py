"""The catalogue: the same words in every language, all used, none missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from domain.tables import ACTIVITIES, ADJUSTMENT_KINDS
from views import PAGES
from views.locale import LANGUAGES, Words, catalogue, language_of

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "views").rglob("*.py"))]


def used_keys() -> Iterator[tuple[str, str]]:
    """Every literal key handed to `words(…)`, and the keys of f-strings as patterns with `*`."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name not in {"words", "self", "say", "either"}:
                continue
            if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                yield node.args[0].value, str(path.relative_to(ROOT))
            if isinstance(node.args[0], ast.IfExp):
                for part in (node.args[0].body, node.args[0].orelse):
                    if isinstance(part, ast.Constant):
                        yield str(part.value), str(path.relative_to(ROOT))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_as_english(language: str) -> None:
    assert set(catalogue(language)) == set(catalogue("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_takes_the_same_facts_in_every_language(language: str) -> None:
    def facts(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)", text))

    different = [key for key, text in catalogue("en").items() if facts(text) != facts(catalogue(language)[key])]
    assert different == []


def test_every_key_that_a_page_names_is_in_the_catalogue() -> None:
    assert [f"{place}: {key}" for key, place in used_keys() if key not in catalogue("en")] == []


def named_in_the_source() -> Iterator[re.Pattern[str]]:
    """Texts of the source that may be keys; of an f-string like f"status.{name}" the parts that stand fast."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.compile(re.escape(node.value))
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+" for p in node.values]
                if re.search(r"\w\\?\.|\.\w", "".join(parts)):
                    yield re.compile("".join(parts))


def test_no_text_in_the_catalogue_is_unused() -> None:
    named = list(named_in_the_source())
    assert [key for key in catalogue("en") if not any(pattern.fullmatch(key) for pattern in named)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_built_from_data_are_in_the_catalogue(language: str) -> None:
    built = [f"activity.{name}" for name in ACTIVITIES] + [f"kind.{name}" for name in ADJUSTMENT_KINDS]
    built += [f"{page.name}.{word}" for page in PAGES for word in ("title", "purpose")]
    assert [key for key in built if key not in catalogue(language)] == []


def test_russian_texts_are_russian() -> None:
    same = {"app.name", "app.zone", "calendar.weekdays"}
    latin = [k for k, text in catalogue("ru").items() if k not in same and not re.search("[а-яА-Я%–:{…]", text)]
    assert latin == []


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ru-RU", "ru"), ("ru", "ru"), ("en-GB", "en"), ("de-DE", "en"), (None, "en"), ("RU_ru", "ru")],
)
def test_the_browser_locale_chooses_the_language(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    assert Words("en").number(12345.678, 1) == "12,345.7"
    assert Words("ru").number(12345.678, 1) == "12\u00a0345,7"
    assert Words("en").percent(0.256) == "26\u00a0%"
    assert Words("en").signed(3) == "+3"
    assert Words("en").signed(-2.5, 1) == "−2.5"
    assert Words("en").day(date(2026, 9, 7), year=True) == "Mon 7 Sep 2026"
    assert Words("ru").day(date(2026, 9, 7)) == "пн 7 сен"
    assert Words("en").number(float("nan")) == "–"
