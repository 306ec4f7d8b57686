"""The command `smena export`: files for managers and other systems."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from planning.cli_common import (
    JsonOption,
    OutOption,
    QuietOption,
    StoreOption,
    door,
    only_with_a_file,
    opened,
    say,
    say_json,
)
from planning.cli_staffing import PeopleOption, RulesOption, WishesOption


def register(app: typer.Typer) -> None:
    """Add the command to `smena`."""
    app.command()(door(export))


def export(
    what: Annotated[str, typer.Argument(help="roster or forecast.")],
    format: Annotated[
        str | None, typer.Option("--format", help="xlsx, csv, ics, pdf or teams; all but teams if absent.")
    ] = None,
    out: OutOption = None,
    language: Annotated[Literal["en", "ru"] | None, typer.Option("--language", help="en or ru.")] = None,
    roster: Annotated[str | None, typer.Option("--roster", help="A roster file; without it the store's.")] = None,
    people: PeopleOption = None,
    rules: RulesOption = None,
    wishes: WishesOption = None,
    requirements: Annotated[
        Path | None, typer.Option("--requirements", help="With --roster: for the coverage in the workbook.")
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", help="With --roster: what people saw before; calendars change and cancel."),
    ] = None,
    calendar: Annotated[
        str | None, typer.Option("--calendar", help="With --roster: country of norm and holidays, such as RU.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Files for managers and other systems. `--out` is a folder for a roster, a file for a forecast.

    Example: smena export roster --format xlsx --out schedules/
    """
    from planning import steps
    from planning.roster_files import NIGHTLY_FORMATS

    if what not in ("roster", "forecast"):
        raise typer.BadParameter(f"roster or forecast, not {what!r}")
    if roster is None or what == "forecast":
        only_with_a_file(
            people=people, rules=rules, wishes=wishes, requirements=requirements, previous=previous, calendar=calendar
        )
    formats = (format,) if format else NIGHTLY_FORMATS
    if roster is not None and what == "roster":
        written = _from_file(
            roster, Path(out or "."), formats, people, rules, requirements, wishes, previous, calendar, language
        )
    else:
        with opened(store) as session:
            if what == "roster":
                written = steps.export_roster(session, Path(out or "."), formats, language)
            elif format not in (None, "csv"):
                raise typer.BadParameter("a forecast is exported as csv (or by --out FILE.parquet)")
            else:
                written = [steps.export_forecast(session, out or "forecast.csv")]
            if session.published is None or session.plan is None or session.plan.plan != session.published.plan:
                say("note: this is a draft, it is not published", quiet)
    if json:
        say_json({"files": [str(path) for path in written]})
    else:
        say(f"written: {written[0]}" + (f" and {len(written) - 1} more" if len(written) > 1 else ""), quiet)


def _from_file(
    roster: str, folder: Path, formats: tuple[str, ...], people: Path | None, rules: Path | None,
    requirements: Path | None, wishes: Path | None, previous: Path | None, calendar: str | None,
    language: Literal["en", "ru"] | None,
) -> list[Path]:  # fmt: skip
    import pandas as pd

    from planning import roster_stages

    for name, value in (("people", people), ("rules", rules)):
        if value is None:
            raise typer.BadParameter(f"a roster file needs --{name} as well")
    assert people is not None
    assert rules is not None
    return roster_stages.export_roster_file(
        roster, folder, formats, people, rules, requirements=requirements, wishes=wishes, previous=previous,
        calendar=calendar or "", language=language or "en", made_at=pd.Timestamp.now(tz="UTC"),
    )  # fmt: skip
