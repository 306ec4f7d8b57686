"""The glossary names every key a planner may write, with its default."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.people import (
    CoverPrices,
    FairnessSetting,
    LawSetting,
    MentoringSetting,
    OvertimeTier,
    RuleBook,
    RuleSetting,
    SiteSetting,
    WorkAgreement,
)
from domain.settings import Settings
from domain.shifts import BreakTemplate, ShiftTemplate
from domain.targets import QueueTargets

GLOSSARY = (Path(__file__).resolve().parents[1] / "docs" / "glossary.md").read_text("utf-8")
SECTIONS: dict[str, type[BaseModel]] = {
    "Service targets (`targets.toml`)": QueueTargets,
    "Rule book (`rules.toml`)": RuleBook,
    "Work agreement": WorkAgreement,
    "Overtime tier": OvertimeTier,
    "Shift template": ShiftTemplate,
    "Break template": BreakTemplate,
    "Rule setting": RuleSetting,
    "Law": LawSetting,
    "Fairness": FairnessSetting,
    "Site": SiteSetting,
    "Mentoring": MentoringSetting,
    "Cover prices": CoverPrices,
    "Settings (`smena.toml`)": Settings,
}
CASES = [(title, key) for title, model in SECTIONS.items() for key in model.model_fields]


def rows_of(title: str) -> dict[str, list[str]]:
    """The table under a heading: key to cells."""
    _, heading, after = GLOSSARY.partition(f"# {title}\n")
    assert heading, f"no section {title}"
    lines = after.split("\n#")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    return {cells[0].strip("`"): cells for cells in rows}


def shown(default: object) -> str:
    if default is None:
        return "none"
    if isinstance(default, bool):
        return str(default).lower()
    return str(default) if default != "" else "empty"


@pytest.mark.parametrize(("title", "key"), CASES)
def test_every_key_is_explained_with_its_default(title: str, key: str) -> None:
    cells = rows_of(title)[key]
    field = SECTIONS[title].model_fields[key]
    plain = isinstance(field.default, str | int | float | None)
    assert cells[2] == (shown(field.default) if plain else "—")
    assert len(cells[3]) > 5


@pytest.mark.parametrize("title", SECTIONS)
def test_no_key_is_explained_that_does_not_exist(title: str) -> None:
    assert set(rows_of(title)) == set(SECTIONS[title].model_fields)
