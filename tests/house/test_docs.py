"""The docs cannot rot: every command, table and column is named there, every link leads somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from domain.tables import TABLES
from planning.cli import app

ROOT = Path(__file__).resolve().parents[2]
DICTIONARY = (ROOT / "data" / "DICTIONARY.md").read_text("utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")


def command_names() -> list[str]:
    import typer.main

    return sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_the_page_of_commands_is_what_the_command_line_gives(tmp_path: Path) -> None:
    remade = tmp_path / "commands.md"
    subprocess.run([sys.executable, str(ROOT / "examples" / "make_commands.py"), str(remade)], check=True)
    assert remade.read_text("utf-8") == COMMANDS, "run examples/make_commands.py"


@pytest.mark.parametrize("command", command_names())
def test_every_command_is_documented(command: str) -> None:
    assert f"smena {command}" in COMMANDS


def test_no_command_is_documented_that_does_not_exist() -> None:
    documented = set(re.findall(r"^## `smena ([a-z-]+)`", COMMANDS, flags=re.MULTILINE))
    assert documented == set(command_names())


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_and_column_is_in_the_dictionary(table: str) -> None:
    _, _, after = DICTIONARY.partition(f"## {table}\n")
    section = after.split("\n## ")[0]
    assert [name for name in TABLES[table].column_names if f"`{name}`" not in section] == []


@pytest.mark.parametrize(
    "page", ["README.md", "README.ru.md", "CONTRIBUTING.md", "docs/commands.md", "docs/glossary.md", "docs/rules.md"]
)
def test_every_link_of_a_page_leads_to_a_file(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_both_readmes_name_the_two_commands() -> None:
    for page in ("README.md", "README.ru.md"):
        text = (ROOT / page).read_text("utf-8")
        assert "make demo" in text
        assert "make app" in text
