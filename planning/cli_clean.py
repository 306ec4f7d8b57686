"""The command that shows what in a history does not look like contacts: clean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planning.cli_common import (
    JsonOption,
    OutOption,
    QuietOption,
    StoreOption,
    ZoneOption,
    door,
    give,
    only_with_a_file,
    opened,
    say,
)
from planning.cli_demand import CalendarOption, EventsOption, GapsOption, IntervalOption, OpeningOption

if TYPE_CHECKING:
    import pandas as pd

MarksOption = Annotated[Path | None, typer.Option("--marks", help="The planner's decisions (CSV).")]
CorrectedOption = Annotated[
    str | None, typer.Option("--corrected", help="Write the history here, corrected values beside the raw ones.")
]


def register(app: typer.Typer) -> None:
    """Add this command to `smena`."""
    app.command()(door(clean))


def clean(
    history: Annotated[str | None, typer.Argument(help="A history file; without it the store is worked on.")] = None,
    interval: IntervalOption = None,
    timezone: ZoneOption = None,
    calendar: CalendarOption = None,
    opening: OpeningOption = None,
    events: EventsOption = None,
    marks: MarksOption = None,
    gaps: GapsOption = None,
    out: OutOption = None,
    corrected: CorrectedOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Outages, gaps, repeated numbers and odd days of a history: what was counted, what was to be expected.

    Example: smena clean history.csv --timezone Europe/Berlin --calendar DE --out marks_found.csv
    """
    from domain.tables import CLEANING, HISTORY

    if history is None:
        from planning import steps

        only_with_a_file(
            interval=interval, timezone=timezone, calendar=calendar, opening=opening, events=events, marks=marks,
            gaps=gaps,
        )  # fmt: skip
        with opened(store) as session:
            zone: str | None = session.settings.timezone
            found = steps.list_marks(session)
            cleaned = steps.read(session, "history") if corrected else None
    else:
        zone = timezone
        found, cleaned = _of_file(history, interval, timezone or "UTC", calendar, opening, events, marks, gaps)
    _say(found, quiet)
    if history is not None and ((found["mark"] == "special") & found["active"]).any():
        say("special days are learned by their name from smena forecast --events, as rows of kind special", quiet)
    if corrected and cleaned is not None:
        give(cleaned, corrected, HISTORY, zone)
    if not (corrected == "-" and out is None):
        give(found, out, CLEANING, zone, as_json=json)


def _of_file(
    history: str,
    interval: str | None,
    timezone: str,
    calendar: str | None,
    opening: Path | None,
    events: Path | None,
    marks: Path | None,
    gaps: str | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """CLEANING and the corrected history of a file."""
    import forecast as core
    from connectors import read_table
    from domain import IntervalGrid
    from domain.errors import BadValue
    from domain.intervals import infer_interval_minutes
    from domain.tables import DECISIONS, EVENTS, HISTORY
    from planning import stages
    from planning.cleaning import decided_spans, with_special_days
    from planning.site import holidays_of

    if gaps not in (None, "missing", "zero"):
        raise BadValue("zero or missing", column="--gaps", found=gaps)
    frame = read_table(history, HISTORY, timezone=timezone)
    decisions = DECISIONS.empty() if marks is None else read_table(marks, DECISIONS, timezone=timezone)
    known = EVENTS.empty() if events is None else read_table(events, EVENTS)
    spans = decided_spans(decisions, timezone, "" if marks is None else marks.name)
    with stages.of_file(history):
        minutes = stages.parse_interval(interval) or infer_interval_minutes(frame["start"], timezone)
        found = core.survey_history(
            frame,
            IntervalGrid(minutes, timezone),
            opening=stages.opening_hours(opening),
            holidays=holidays_of(calendar or "", frame["start"].min(), frame["start"].max()),
            events=with_special_days(known, decisions, timezone),
            gaps=gaps or "missing",
        )
        table = core.decide(core.marks_of(found), spans, found)
        return table, core.corrected(frame, table, found)


def _say(found: pd.DataFrame, quiet: bool) -> None:
    applied = found[found["active"]]
    kinds = ", ".join(f"{number} {mark}" for mark, number in applied["mark"].value_counts().sort_index().items())
    proposed = int((~found["active"] & (found["source"] == "auto")).sum())
    say(f"{len(applied)} marks are applied{f' ({kinds})' if kinds else ''}, {proposed} are proposals", quiet)
