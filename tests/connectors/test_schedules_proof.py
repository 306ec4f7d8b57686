"""The proof sheet of a workbook: readable in the language of the export, no name cut off."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd

from connectors.schedules import write_proof_file
from connectors.schedules.proof_sheet import in_russian
from connectors.schedules.rule_words import RULES_RU, STRICTNESS_RU, UNITS_RU
from connectors.schedules.workbook import make_content
from domain.tables import ROSTER
from views.locale import catalogue

PROOF = pd.DataFrame(
    {
        "rule": ["rest", "hours_per_week", "made_up"],
        "agent": "a",
        "start": pd.to_datetime(["2026-09-07T06:00Z"] * 3),
        "strictness": ["forbid", "forbid", "warn"],
        "found": [10.5, 40.0, 3.0],
        "limit": [11.0, 48.0, 2.0],
        "margin": [-0.5, 8.0, -1.0],
        "unit": ["hours", "hours", "moons"],
        "words": "in English",
        "source": "art. 110",
    }
)


def test_rules_units_and_sentences_are_russian_with_the_sign_that_holds() -> None:
    told = in_russian(PROOF)
    assert told["words"].tolist() == [
        "Отдых между сменами: 10,5 < 11 ч", "Часы в неделю, не больше: 40 ≤ 48 ч", "made_up: 3 > 2 moons",
    ]  # fmt: skip
    assert told["strictness"].tolist() == ["запрещено", "запрещено", "предупреждение"]


def test_the_russian_sheet_has_no_english_rule(tmp_path: Path) -> None:
    write_proof_file(tmp_path / "proof.xlsx", PROOF, timezone="Europe/Moscow", language="ru")
    rows = list(openpyxl.load_workbook(tmp_path / "proof.xlsx").worksheets[0].iter_rows(min_row=4, values_only=True))
    assert rows[0][0] == "Отдых между сменами"


def test_sheets_and_pages_call_rules_alike() -> None:
    words = catalogue("ru")
    for prefix, names in (("rule", RULES_RU), ("unit", UNITS_RU), ("strictness", STRICTNESS_RU)):
        assert {key.removeprefix(f"{prefix}."): text for key, text in words.items()
                if key.startswith(f"{prefix}.")} == names  # fmt: skip


def test_a_column_of_names_is_as_wide_as_the_longest() -> None:
    def width(name: str) -> int:
        people = pd.DataFrame({"agent": ["a"], "queues": "phone/*", "agreement": "full", "name": [name]})
        return make_content(ROSTER.empty(), None, people, timezone="UTC", language="ru").name_width

    assert width("Ян") == 22
    assert width("Анна-Мария фон Шварценберг-Гогенцоллерн") == 41
    assert width("х" * 200) == 48
