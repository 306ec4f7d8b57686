"""The command `reforecast`: the rest of today, given the day so far."""

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
    records,
    say,
    say_json,
)

if TYPE_CHECKING:
    from forecast import ReforecastResult

ForecastOption = Annotated[Path | None, typer.Option("--forecast", help="The forecast as it stood at midnight.")]
NowOption = Annotated[
    str | None, typer.Option("--now", help="Intervals that were over then count (store: the clock's time).")
]
IntervalOption = Annotated[str | None, typer.Option("--interval", help="Minutes; that of the forecast if absent.")]
CalendarOption = Annotated[str | None, typer.Option("--calendar", help="Public holidays of a country: RU, US-CA …")]
GapsOption = Annotated[str | None, typer.Option("--gaps", help="Absent intervals: missing (default) or zero.")]
WholeDayOption = Annotated[
    bool, typer.Option("--whole-day", help="Also the intervals that are over, as they were forecast.")
]


def register(app: typer.Typer) -> None:
    """Add this command to `smena`."""
    app.command()(door(reforecast))


def reforecast(
    history: Annotated[
        str | None, typer.Argument(help="A history file with today so far; without it the store is worked on.")
    ] = None,
    forecast: ForecastOption = None,
    now: NowOption = None,
    out: OutOption = None,
    interval: IntervalOption = None,
    timezone: ZoneOption = None,
    calendar: CalendarOption = None,
    gaps: GapsOption = None,
    whole_day: WholeDayOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """The rest of the day, given the day so far: a forecast from the interval under way to local midnight.

    A queue is changed only where its past days show that it pays; the rest keep their forecast. On public holidays, the
    days next to them and from 23 December to 2 January nothing changes. Nothing is stored.

    Example: smena reforecast history.csv --forecast forecast.csv --now 2026-09-01T12:00 --timezone Europe/Berlin
    """
    from planning import stages

    if history is None:
        from planning import steps

        only_with_a_file(forecast=forecast, interval=interval, timezone=timezone, calendar=calendar, gaps=gaps)
        with opened(store) as session:
            zone = session.settings.timezone
            moment = stages.parse_time(now, zone, "--now") if now else None
            result = steps.reforecast(session, now=moment, whole_day=whole_day)
        _show(result, out, zone, as_json=json, quiet=quiet)
        return
    if forecast is None or now is None:
        raise typer.BadParameter(f"an input file needs --{'now' if forecast else 'forecast'} as well")
    from planning.reforecasting import rest_of_day

    result, grid = rest_of_day(
        history,
        forecast,
        now=now,
        interval_minutes=stages.parse_interval(interval),
        timezone=timezone,
        calendar=calendar or "",
        gaps=gaps or "missing",
        whole_day=whole_day,
    )
    say(f"forecast in steps of {grid.interval_minutes} minutes; days of {grid.timezone}", quiet)
    _show(result, out, grid.timezone, as_json=json, quiet=quiet)


def _show(result: ReforecastResult, out: str | None, timezone: str | None, *, as_json: bool, quiet: bool) -> None:
    """The rest of the day where it was asked for; with `--json` a document that says what became of each queue."""
    from domain.tables import FORECAST
    from planning.reforecasting import facts, sentence

    for queue, update in result.updates.items():
        say(sentence(queue, update), quiet)
    if result.forecast.empty:
        say("no interval of the day is left", quiet)
    if out is not None or not as_json:
        give(result.forecast, out, FORECAST, timezone)
    if as_json:
        document: dict[str, object] = {"queues": {queue: facts(update) for queue, update in result.updates.items()}}
        say_json(document if out is not None else {**document, "forecast": records(result.forecast)})
