"""Commands around the store: load-site, demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planning.cli_common import (
    JsonOption,
    QuietOption,
    SeedOption,
    StoreOption,
    door,
    give,
    opened,
    progress_bar,
    records,
    say,
    say_json,
)

if TYPE_CHECKING:
    from planning.session import Session
    from planning.steps import StepResult

SAMPLE = Path("data") / "sample"


def register(app: typer.Typer) -> None:
    """Add these commands to `smena`."""
    app.command("load-site")(door(load_site))
    app.command()(door(demo))


def show_result(
    session: Session, result: StepResult, kind: str, out: str | None, *, as_json: bool, quiet: bool
) -> None:
    """What a step on the store did: a line on stderr, the table where `--out` asks for it, JSON where asked."""
    from domain.tables import TABLES
    from planning import steps

    for message in result.messages:
        say(message, quiet)
    rows = ", ".join(f"{number} rows of {name}" for name, number in result.rows.items())
    word = "unchanged" if result.unchanged else "made"
    say(f"{word}: {rows}, version {result.version}", quiet)
    if out:
        table = steps.read(session, kind, result.version)
        give(table, out, TABLES[kind.upper()], session.settings.timezone)
    if as_json:
        document = {"step": result.step, "version": result.version, "rows": dict(result.rows)}
        say_json({**document, "unchanged": result.unchanged, "details": dict(result.details)})


def load_site(
    folder: Annotated[Path, typer.Argument(help="Folder with people.csv, rules.toml, targets.toml …")],
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """The site's own files into the store, once all of them are valid.

    Example: smena load-site data/sample
    """
    from planning import steps

    with opened(store) as session:
        changed = steps.load_site(session, folder)
        for warning in steps.queue_warnings(session):
            say(f"warning: {warning}", quiet)
    say(f"new content: {', '.join(changed)}" if changed else "nothing changed", quiet)
    if json:
        say_json({"changed": changed})


def demo(
    folder: Annotated[Path, typer.Argument(help="The sample site.")] = SAMPLE,
    engine: Annotated[str, typer.Option("--engine", help="serial, local or local:N.")] = "serial",
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    seed: SeedOption = None,
) -> None:
    """Plan the sample site from tickets to a published roster and say where the files are.

    Example: smena demo
    """
    from planning import steps
    from planning.cli_plan import show_night
    from planning.nightly import run_night

    with opened(store, seed=seed) as session, progress_bar(quiet) as progress:
        steps.load_site(session, folder)
        report = run_night(session, files=sorted(folder.glob("tickets*")), engine=engine, progress=progress)
        show_night(report, as_json=json, quiet=quiet or json)
        if report.published and not json:
            _show_demo(session, report.exports)
    if not report.published:
        raise typer.Exit(report.exit_code)


def _show_demo(session: Session, exports: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table

    from planning import steps
    from planning.summary import week_by_queue

    table = Table(title=f"Week from {exports.name if exports else ''}", title_justify="left")
    for name in ("queue", "contacts", "hours needed", "hours present", "service level"):
        table.add_column(name, justify="left" if name == "queue" else "right")
    for row in records(week_by_queue(session)):
        level = "" if row["service_level"] is None else f"{row['service_level']:.0%}"
        hours = (f"{row[name]:.1f}" for name in ("required_hours", "present_hours"))
        table.add_row(row["queue"], f"{row['contacts']:.0f}", *hours, level)
    Console().print(table)
    summary = steps.details(session, "roster").get("summary", {})
    shown = ("status", "cost", "bound", "gap", "uncovered_hours", "paid_hours")
    typer.echo("roster   " + ", ".join(f"{name} {_short(summary[name])}" for name in shown if name in summary))
    typer.echo(f"audit    {steps.details(session, 'audit').get('hard', 0)} breaches of hard rules")
    if exports is not None:
        typer.echo(f"exports  {exports}: " + ", ".join(sorted(path.name for path in exports.iterdir())))


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
