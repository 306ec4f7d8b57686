"""The command `smena patience`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planning.cli_common import (
    JsonOption,
    OutOption,
    QuietOption,
    StoreOption,
    ZoneOption,
    door,
    give,
    mapping_of,
    only_with_a_file,
    opened,
    say,
)
from planning.cli_demand import MapOption, PresetOption


def register(app: typer.Typer) -> None:
    """Add this command to `smena`."""
    app.command()(door(patience))


def patience(
    tickets: Annotated[str | None, typer.Argument(help="A ticket file; without it the store's tickets.")] = None,
    targets: Annotated[Path | None, typer.Option("--targets", help="Service targets (TOML), to compare with.")] = None,
    out: OutOption = None,
    timezone: ZoneOption = None,
    preset: PresetOption = None,
    map: MapOption = None,
    segments: Annotated[Path | None, typer.Option("--segments", help="Rules that sort tickets (TOML).")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Mean patience of each queue from the waits of its contacts, with hang-ups and a 95 % interval.

    What to write into the targets is told on stderr.

    Example: smena patience tickets.csv --targets targets.toml
    """
    from domain.tables import PATIENCE
    from planning import stages
    from planning.patience import for_targets, patience_of_file, patience_of_store, remarks

    if tickets is None:
        only_with_a_file(targets=targets, timezone=timezone, preset=preset, map=map, segments=segments)
        with opened(store) as session:
            found = patience_of_store(session)
    else:
        found = patience_of_file(
            tickets,
            timezone=timezone or "UTC",
            preset=preset,
            mapping=mapping_of(map),
            segments=segments,
            targets=stages.targets_of(targets) if targets else None,
        )
    give(found, out, PATIENCE, as_json=json)
    for remark in remarks(found):
        say(f"note: {remark}", quiet)
    if text := for_targets(found):
        say(f"For targets.toml:\n{text}", quiet)
