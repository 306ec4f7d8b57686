"""The command that says how many shifts of which kind a need takes: shifts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from planning.cli_common import (
    BREACHES,
    QuietOption,
    SeedOption,
    StoreOption,
    door,
    give,
    only_with_a_file,
    opened,
    progress_bar,
    say,
    say_json,
)


def register(app: typer.Typer) -> None:
    """Add these commands to `smena`."""
    app.command()(door(shifts))


def shifts(
    requirements: Annotated[str | None, typer.Argument(help="Requirements; without it the store's.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Agreements, shifts, rules (TOML).")] = None,
    out: Annotated[str | None, typer.Option("--out", "-o", help="File for the shifts (.csv, .parquet).")] = None,
    queue: Annotated[
        list[str] | None,
        typer.Option("--queue", help="Only these queues (name or pattern; repeatable), counted together."),
    ] = None,
    cover: Annotated[
        Literal["soft", "hard"],
        typer.Option("--cover", help="soft: gaps and surplus at the prices of [cover]; hard: no gap, least pay."),
    ] = "soft",
    repeats: Annotated[
        bool, typer.Option("--repeats", help="The plan goes around: its last night runs into its first morning.")
    ] = False,
    iterations: Annotated[int, typer.Option("--iterations", min=0, help="Improvement rounds.")] = 300,
    time_limit: Annotated[float | None, typer.Option("--time-limit", min=0.1, help="Seconds.")] = None,
    store: StoreOption = None,
    quiet: QuietOption = False,
    seed: SeedOption = None,
) -> None:
    """How many shifts of which kind would cover the need of all queues together, before there are names.

    The account is JSON on stdout: paid hours, cost, the proven bound and the gap. Rules about people, such as rest or
    weekly hours, are not looked at. Exit 3 where hours stay uncovered.
    Example: smena shifts requirements.csv --rules rules.toml --cover hard --out shifts.csv
    """
    from domain.tables import SHIFTS
    from planning import roster_stages

    if out is None or out == "-":
        raise typer.BadParameter("stdout carries the account: give a file to --out")
    asked = roster_stages.MixAsked(
        tuple(queue or ()), cover, repeats, 1 if seed is None else seed, iterations, time_limit
    )
    if requirements is None:
        only_with_a_file(rules=rules)
        with opened(store, seed=seed) as session, progress_bar(quiet) as progress:
            found, zone = roster_stages.shifts_of_store(session, asked, progress)
    else:
        if rules is None:
            raise typer.BadParameter("an input file needs --rules as well")
        with progress_bar(quiet) as progress:
            found, zone = roster_stages.shifts_of_file(requirements, rules, asked, progress)
    give(found.shifts, out, SHIFTS, zone)
    say(f"{found.summary['shifts']} shifts, {found.summary['paid_hours']:.1f} paid hours", quiet)
    say_json(found.summary)
    if found.summary["uncovered_hours"] > 0:
        raise typer.Exit(BREACHES)
