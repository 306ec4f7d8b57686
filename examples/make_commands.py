"""Writes `docs/commands.md` from the command line itself: `python examples/make_commands.py [FILE]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import typer.main  # noqa: E402

from planning.cli import app  # noqa: E402

INTRODUCTION = """# Commands

Written from the command line itself by `examples/make_commands.py`; a test compares the two.

`smena` is `.venv/bin/smena`; `python -m planning` is the same. Data goes to stdout or `--out`, everything else to
stderr. Files are CSV (UTF-8, comma, header) or Parquet, chosen by the ending; `-` is standard input or output; `start`
is ISO 8601 with offset. Without an input file a stage works on the store (`data/store`, `SMENA_STORE` elsewhere;
PostgreSQL for the plan's state with `SMENA_DATABASE_URL`).

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | unexpected fault |
| 2 | wrong use or bad input; the message says file, line, column, what was expected and what to do |
| 3 | done, with hard-rule breaches or unmet requirements found |
| 4 | published with fallbacks: some queues kept their last good forecast; from a file: some queues have none |
| 5 | another run holds the lock |
"""


def commands() -> str:
    """The whole document."""
    group: Any = typer.main.get_command(app)
    sections = [_section(f"smena {name}", command) for name, command in group.commands.items()]
    return "\n".join([INTRODUCTION, *sections])


def _section(name: str, command: Any) -> str:
    words = (command.help or "").strip()
    if hasattr(command, "commands"):
        inner = "\n".join(
            _section(f"{name} {child}", made).replace("## ", "### ", 1) for child, made in command.commands.items()
        )
        return f"## `{name}`\n\n{words}\n\n{inner}"
    before, _, example = words.partition("Example:")
    shown = f"\n```sh\n{' '.join(example.split())}\n```\n" if example else ""
    rows = "\n".join(_row(parameter) for parameter in command.params if parameter.name != "help")
    return f"## `{name}`\n\n{before.strip()}\n{shown}\n| argument | meaning |\n|---|---|\n{rows}\n"


def _row(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    names = ", ".join((*parameter.opts, *parameter.secondary_opts)) if is_option else parameter.name.upper()
    words = (getattr(parameter, "help", None) or "").replace("|", "\\|")
    return f"| `{names}` | {words}{'' if is_option or not parameter.required else ' Needed.'} |"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "commands.md"
    target.write_text(commands(), "utf-8")
