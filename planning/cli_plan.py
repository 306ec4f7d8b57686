"""Commands for the plan as a whole: nightly, publish, revert, status, diff, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from planning.cli_common import (
    JsonOption,
    OutOption,
    QuietOption,
    StoreOption,
    door,
    give,
    opened,
    progress_bar,
    records,
    say,
    say_json,
)

KindArgument = Annotated[str, typer.Argument(help="plan (the whole), or one part: forecast, requirements, roster …")]


def register(app: typer.Typer) -> None:
    """Add these commands to `smena`."""
    for command in (nightly, publish, revert, status, diff, verify):
        app.command()(door(command))


def nightly(
    inbox: Annotated[list[Path] | None, typer.Argument(help="Files, or folders whose files are new.")] = None,
    engine: Annotated[str, typer.Option("--engine", help="serial, local or local:N.")] = "serial",
    as_of: Annotated[str | None, typer.Option("--as-of", help="Default: the end of the history.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Everything due, from new files to a published roster; may be started again at any time.

    Example: smena nightly inbox/ --engine local:2
    """
    from planning import stages
    from planning.nightly import inbox_files, run_night

    with opened(store) as session, progress_bar(quiet) as progress:
        report = run_night(
            session,
            as_of=stages.parse_time(as_of, session.settings.timezone, "--as-of") if as_of else None,
            files=inbox_files(inbox or []),
            engine=engine,
            progress=progress,
        )
    show_night(report, as_json=json, quiet=quiet)
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def show_night(report: Any, *, as_json: bool, quiet: bool) -> None:
    """What a night did: a line a step on stderr, or one JSON document."""
    for failure in report.failures:
        say(f"smena: {failure}")
    for step in report.steps:
        say(f"{step.step:13} {step.status:10} {step.seconds:7.1f} s  {step.message}", quiet)
    if as_json:
        say_json(
            {
                "run": report.run,
                "published": report.published,
                "exit_code": report.exit_code,
                "failures": list(report.failures),
                "exports": str(report.exports) if report.exports else None,
                "summary": report.summary,
                "steps": [dict(step.__dict__) for step in report.steps],
            }
        )


def publish(
    kind: KindArgument = "plan",
    seen: Annotated[int | None, typer.Option("--seen", help="The published revision you saw (see status).")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show readers the draft, all at once.

    Example: smena publish
    """
    from planning import steps

    with opened(store) as session:
        plan = steps.publish(session, kind, seen_revision=seen)
    _show_plan(plan, as_json=json, quiet=quiet)


def revert(
    kind: KindArgument = "plan",
    version: Annotated[str | None, typer.Option("--version", help="Go back to the plan with this version.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Publish again what was published before, as a whole.

    Example: smena revert roster
    """
    from planning import steps

    with opened(store) as session:
        plan = steps.revert(session, kind, version)
    _show_plan(plan, as_json=json, quiet=quiet)


def _show_plan(plan: Any, *, as_json: bool, quiet: bool) -> None:
    say(f"plan {plan.plan} is published ({plan.note})", quiet)
    if as_json:
        say_json({"plan": plan.plan, "revision": plan.revision, "note": plan.note, "members": dict(plan.members)})


def status(store: StoreOption = None, json: JsonOption = False) -> None:
    """What is published, how old it is, and how the last night went.

    Example: smena status --json
    """
    from planning import steps

    with opened(store) as session:
        found = steps.status(session)
    if json:
        say_json(found)
        return
    typer.echo(f"store      {found['store']} ({found['database']})")
    typer.echo(f"imported   {found['imported_rows']} rows in {found['imports']} files")
    typer.echo(f"site       {', '.join(found['site_files']) or 'no files: defaults'}")
    for name in ("published", "draft"):
        if plan := found[name]:
            typer.echo(
                f"{name:10} plan {plan['plan']} by {plan['author']} at {plan['made_at']}, revision {plan['revision']}"
            )
            for kind, part in plan["parts"].items():
                late = f"  outdated: {part['outdated']}" if part["outdated"] else ""
                typer.echo(
                    f"  {kind:13} {part['version']}  {part['rows']:>8} rows  {part['age_hours']:>8.1f} h old{late}"
                )
        elif name == "published":
            typer.echo("published  nothing yet")
    if run := found["last_run"]:
        typer.echo(
            f"last run   {run['run']} {run['status']}, exit {run['exit_code']}, {run['seconds']} s {run['message']}"
        )


def diff(
    kind: Annotated[str, typer.Argument(help="history, forecast, requirements, roster …")],
    first: Annotated[str, typer.Argument(help="A version, published or draft.")] = "published",
    second: Annotated[str, typer.Argument(help="A version, published or draft.")] = "draft",
    out: OutOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Two versions of a table compared: changed rows on stdout, totals on stderr.

    Example: smena diff forecast published draft --out changes.csv
    """
    from planning import steps

    with opened(store) as session:
        found = steps.diff(session, kind, first, second)
        zone = session.settings.timezone
    rows = found.pop("changed_rows")
    if json:
        say_json({**found, "changed_rows": records(rows)})
        return
    say(f"{found['added']} rows added, {found['removed']} removed, {found['changed']} changed", quiet)
    for name, (old, new) in found["totals"].items():
        if name in found["changed_columns"] or old != new:
            say(f"  {name:24} {old:>14.2f} -> {new:>14.2f}", quiet)
    give(rows, out, None, zone)


def verify(
    remake: Annotated[bool, typer.Option(help="Also make the published plan again from its recipes.")] = True,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check every stored body to the last bit and make the published plan again. Exit 1 where something differs.

    Example: smena verify --no-remake
    """
    from planning import steps

    with opened(store) as session:
        found = steps.verify(session, remake=remake)
    if json:
        say_json(found)
    for fault in found["faults"]:
        say(f"smena: {fault}")
    equal = sum(words == "equal" for words in found["remade"].values())
    say(f"{found['bodies']} bodies checked, {equal} of {len(found['remade'])} tables made again equal", quiet)
    if found["faults"]:
        raise typer.Exit(1)
