"""`smena`: the door for machines and planners' scripts. A command parses, calls one step, shows what came of it.

Data goes to stdout or `--out`, everything else to stderr. Exit codes: 0 done, 1 unexpected fault, 2 wrong use or bad
input, 3 done with hard-rule breaches or unmet requirements, 4 forecast in part or published with fallbacks, 5 another
run holds the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from planning import (
    cli_adjust,
    cli_clean,
    cli_demand,
    cli_export,
    cli_ledger,
    cli_patience,
    cli_plan,
    cli_reforecast,
    cli_repair,
    cli_shifts,
    cli_staffing,
    cli_store,
)

app = typer.Typer(
    name="smena",
    help="Workforce load forecasting, staffing and shift rosters, from ticket history to named people.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"smena {version('smena')}")
        except PackageNotFoundError:  # run from a checkout that is not installed
            typer.echo("smena (not installed)")
        raise typer.Exit


@app.callback()
def smena(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Workforce load forecasting, staffing and shift rosters, from ticket history to named people."""


for module in (
    cli_demand,
    cli_clean,
    cli_reforecast,
    cli_patience,
    cli_staffing,
    cli_shifts,
    cli_repair,
    cli_ledger,
    cli_plan,
    cli_export,
    cli_store,
):
    module.register(app)
app.add_typer(cli_adjust.app, name="adjust")


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of the `smena` command; `arguments` are those of the process where not given."""
    app(args=arguments)
