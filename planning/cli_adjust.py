"""`smena adjust …`: what planners say about the forecast."""

from __future__ import annotations

from typing import Annotated

import typer

from planning.cli_common import JsonOption, OutOption, QuietOption, StoreOption, door, give, opened, say, say_json

app = typer.Typer(help="List, add, switch, import and export adjustments.", no_args_is_help=True, rich_markup_mode=None)

AuthorOption = Annotated[str | None, typer.Option("--author", help="Who says so (default: the user's name).")]
IdArgument = Annotated[str, typer.Argument(help="Number of the adjustment.")]
SeenOption = Annotated[int | None, typer.Option("--seen", help="The revision you saw; refused if it changed.")]


@app.command("list")
@door
def list_(store: StoreOption = None, out: OutOption = None, json: JsonOption = False) -> None:
    """Every adjustment ever made, oldest first.

    Example: smena adjust list
    """
    from domain.tables import ADJUSTMENTS
    from planning import steps

    with opened(store) as session:
        give(steps.list_adjustments(session), out, ADJUSTMENTS, session.settings.timezone, as_json=json)


@app.command()
@door
def add(
    queue: Annotated[str, typer.Option("--queue", help="Queue or pattern such as phone/*.")],
    from_: Annotated[str, typer.Option("--from", help="First interval it touches.")],
    to: Annotated[str, typer.Option("--to", help="First interval it no longer touches.")],
    kind: Annotated[str, typer.Option("--kind", help="set, add, scale, floor or cap.")],
    value: Annotated[float, typer.Option("--value", help="Contacts per interval; a factor for scale.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    author: AuthorOption = None,
    expires: Annotated[str | None, typer.Option("--expires", help="From when it no longer counts.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Add one; times are of the site's zone unless they have an offset. Prints its number.

    Example: smena adjust add --queue 'phone/*' --from 2026-09-07 --to 2026-09-12 --kind scale --value 1.2
    --reason "price change"
    """
    from planning import stages, steps

    with opened(store, author=author) as session:
        zone = session.settings.timezone
        for warning in steps.queue_warnings(session, queue.strip()):
            say(f"warning: {warning}", quiet)
        made = steps.add_adjustment(
            session,
            queue=queue,
            from_start=stages.parse_time(from_, zone, "--from"),
            to_start=stages.parse_time(to, zone, "--to"),
            kind=kind,
            value=value,
            reason=reason,
            author=session.author,
            expires_at=stages.parse_time(expires, zone, "--expires") if expires else None,
        )
    if json:
        say_json({"adjustment_id": made})
    else:
        typer.echo(made)


def _switch(number: str, active: bool, author: str | None, seen: int | None, store: StoreOption) -> None:
    from planning import steps

    with opened(store, author=author) as session:
        steps.switch_adjustment(session, number, active=active, author=session.author, seen_revision=seen)


@app.command()
@door
def off(number: IdArgument, author: AuthorOption = None, seen: SeenOption = None, store: StoreOption = None) -> None:
    """Switch one off; it stays in the log.

    Example: smena adjust off 3
    """
    _switch(number, False, author, seen, store)


@app.command()
@door
def on(number: IdArgument, author: AuthorOption = None, seen: SeenOption = None, store: StoreOption = None) -> None:
    """Switch one on again.

    Example: smena adjust on 3
    """
    _switch(number, True, author, seen, store)


@app.command("import")
@door
def import_(
    file: Annotated[str, typer.Argument(help="queue,from_start,to_start,kind,value,reason[,author,expires_at] (CSV).")],
    author: AuthorOption = None,
    store: StoreOption = None,
    quiet: QuietOption = False,
) -> None:
    """Add all adjustments of a file, or none; those that are there already are left out.

    Example: smena adjust import adjustments.csv
    """
    from connectors import read_table
    from planning import steps

    with opened(store, author=author) as session:
        rows = read_table(file, steps.IMPORTED_ADJUSTMENTS, timezone=session.settings.timezone)
        report = steps.import_adjustments(session, rows, author=session.author)
    say(f"{len(report['added'])} added, {report['known']} were there already", quiet)
    say_json(report)


@app.command()
@door
def export(
    file: Annotated[str, typer.Argument(help="File to write (.csv, .parquet).")], store: StoreOption = None
) -> None:
    """Write all adjustments to a file.

    Example: smena adjust export adjustments.csv
    """
    from domain.tables import ADJUSTMENTS
    from planning import steps

    with opened(store) as session:
        give(steps.list_adjustments(session), file, ADJUSTMENTS, session.settings.timezone)
