"""`data/DICTIONARY.md` says what `domain/tables.py` says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from domain.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]


def test_the_dictionary_is_what_the_tables_give(tmp_path: Path) -> None:
    remade = tmp_path / "DICTIONARY.md"
    subprocess.run([sys.executable, str(ROOT / "examples" / "make_dictionary.py"), str(remade)], check=True)
    committed = (ROOT / "data" / "DICTIONARY.md").read_text("utf-8")
    assert committed == remade.read_text("utf-8"), "run examples/make_dictionary.py"


def test_every_table_and_column_has_its_place() -> None:
    sections = (ROOT / "data" / "DICTIONARY.md").read_text("utf-8").split("\n## ")[1:]
    assert [section.split("\n", 1)[0] for section in sections] == list(TABLES)
    for section, table in zip(sections, TABLES.values(), strict=True):
        listed = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
        assert listed == list(table.column_names)
