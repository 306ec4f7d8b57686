"""Writes `data/DICTIONARY.md` from the contracts in `domain/tables.py`: `python examples/make_dictionary.py [FILE]`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from domain.tables import TABLES, Column, Table  # noqa: E402

INTRODUCTION = """# Dictionary of the tables

Written from `domain/tables.py` by `examples/make_dictionary.py`; change it there. A test compares the two.

Files are CSV (UTF-8, comma, header) or Parquet. Kinds: *text*; *stamp*, a moment (in CSV ISO 8601 with offset, kept in
UTC); *date*, a local day `2026-03-02`; *number*; *integer*; *flag*, `true` or `false`. Shares lie between 0 and 1.
A column that is *optional* may be absent; one that *may be empty* may hold empty cells. Further columns may follow.
"""


def dictionary() -> str:
    """The whole document."""
    contents = "\n".join(f"- [{name}](#{name.lower()}): {table.meaning}" for name, table in TABLES.items())
    return "\n".join([INTRODUCTION, contents, "", *(_section(table) for table in TABLES.values())])


def _section(table: Table) -> str:
    key = f"Key: {', '.join(f'`{name}`' for name in table.key)}." if table.key else "Rows may say the same."
    head = f"## {table.name}\n\n{table.meaning} {key}\n"
    rows = "\n".join(_row(column) for column in table.columns)
    return f"{head}\n| column | kind | unit | meaning | presence | allowed |\n|---|---|---|---|---|---|\n{rows}\n"


def _row(column: Column) -> str:
    presence = ", ".join(
        word for word in ("" if column.required else "optional", "may be empty" if column.nullable else "") if word
    )
    cells = (f"`{column.name}`", column.kind, column.unit, column.meaning, presence or "needed", _allowed(column))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _allowed(column: Column) -> str:
    if column.choices is not None:
        return ", ".join(f"`{choice}`" if choice else "empty" for choice in column.choices)
    if column.minimum is None and column.maximum is None:
        return ""
    low = "" if column.minimum is None else f"≥ {column.minimum:g}"
    high = "" if column.maximum is None else f"≤ {column.maximum:g}"
    return f"{low} {high}".strip()


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data" / "DICTIONARY.md"
    target.write_text(dictionary(), "utf-8", newline="\n")
