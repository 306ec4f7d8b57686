"""Commands from tickets to a forecast: ingest, history, forecast, backtest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from planning.cli_common import (
    INCOMPLETE,
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
    progress_bar,
    say,
    say_json,
)

PresetOption = Annotated[str | None, typer.Option("--preset", help="Layout of the file; found out where absent.")]
MapOption = Annotated[list[str] | None, typer.Option("--map", help="Column by column: canonical=Source; repeatable.")]
OpeningOption = Annotated[Path | None, typer.Option("--opening", help="Opening hours (TOML).")]
CalendarOption = Annotated[str | None, typer.Option("--calendar", help="Public holidays of a country: RU, US-CA …")]
EventsOption = Annotated[Path | None, typer.Option("--events", help="Campaigns, outages, closures (CSV).")]
GapsOption = Annotated[str | None, typer.Option("--gaps", help="Absent intervals: missing (default) or zero.")]
IntervalOption = Annotated[str | None, typer.Option("--interval", help="Minutes, or day.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Nothing at or after this time is used.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Take this forecaster for every queue.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `smena`."""
    for command in (ingest, history, forecast, backtest):
        app.command()(door(command))


def ingest(
    files: Annotated[list[Path], typer.Argument(help="CSV, Parquet, XLSX or JSON lines.")],
    preset: PresetOption = None,
    map: MapOption = None,
    timezone: ZoneOption = None,
    again: Annotated[bool, typer.Option("--again", help="Files imported before are read anew and replaced.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report, store nothing.")] = False,
    rejects: Annotated[
        str | None, typer.Option("--rejects", help="Write the rejected rows here, with reasons.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Tickets or interval reports into the store; the report is JSON on stdout.

    Example: smena ingest export.csv --preset zendesk --timezone Europe/Berlin
    """
    from domain.tables import REJECTS
    from planning import steps

    if folders := [str(file) for file in files if file.is_dir()]:
        raise typer.BadParameter(f"{folders[0]} is a folder: name its files, or give the folder to `smena nightly`")
    if rejects == "-":
        raise typer.BadParameter("stdout carries the report: give a file to --rejects")
    with opened(store) as session, progress_bar(quiet) as progress:
        report = steps.ingest(
            session,
            files,
            preset=preset,
            timezone=timezone,
            mapping=mapping_of(map),
            again=again,
            dry_run=dry_run,
            keep_rejects=(lambda rows: give(rows, rejects, REJECTS)) if rejects else None,
            progress=progress,
        )
    for name in report["unchanged"]:
        say(f"{name} was imported before: nothing changed (--again reads it anew)", quiet)
    for name in report["replaced"]:
        say(f"{name} was imported before: this reading takes that one's place", quiet)
    if report["rejected"]:
        _say_rejected(report, rejects, quiet)
    say_json(report)


def _say_rejected(report: dict[str, Any], rejects: str | None, quiet: bool) -> None:
    reasons = [f"{reason} ({number})" for reason, number in report["reasons"].items()]
    shown = "; ".join(reasons[:5]) + (f"; and {len(reasons) - 5} more reasons" if len(reasons) > 5 else "")
    place = f"see {rejects}" if rejects else "--rejects FILE lists them"
    say(f"{report['rejected']} rows rejected: {shown}; {place}", quiet)


def history(
    tickets: Annotated[str | None, typer.Argument(help="A ticket file; without it the store is worked on.")] = None,
    interval: IntervalOption = None,
    out: OutOption = None,
    timezone: ZoneOption = None,
    preset: PresetOption = None,
    map: MapOption = None,
    segments: Annotated[Path | None, typer.Option("--segments", help="Rules that sort tickets (TOML).")] = None,
    opening: OpeningOption = None,
    calendar: CalendarOption = None,
    gaps: GapsOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Contacts per queue and interval, from tickets.

    Example: smena history tickets.csv --interval 30 --timezone Europe/Berlin --out history.csv
    """
    from domain.tables import HISTORY

    if tickets is None:
        from planning import steps
        from planning.cli_store import show_result

        only_with_a_file(
            interval=interval, timezone=timezone, preset=preset, map=map, segments=segments, opening=opening,
            calendar=calendar, gaps=gaps,
        )  # fmt: skip
        with opened(store) as session:
            result = steps.make_history(session)
            show_result(session, result, "history", out, as_json=json, quiet=quiet)
        return
    from planning import stages

    made, report = stages.history_of_tickets(
        tickets,
        interval_minutes=stages.parse_interval(interval) or 30,
        timezone=timezone or "UTC",
        preset=preset,
        mapping=mapping_of(map),
        segments=segments,
        opening=opening,
        calendar=calendar or "",
        gaps=gaps or "missing",
    )
    say(f"{len(made)} intervals of {made['queue'].nunique()} queues; {_account(report)}", quiet)
    give(made, out, HISTORY, timezone, as_json=json)


def _account(report: dict[str, object]) -> str:
    names = ("rows", "loaded", "rejected", "duplicates")
    return ", ".join(f"{report[name]} {name}" for name in names if name in report) or "read"


def forecast(
    history: Annotated[str | None, typer.Argument(help="A history file; without it the store is worked on.")] = None,
    horizon: Annotated[str | None, typer.Option("--horizon", help="How far: 28d, 4w.")] = None,
    as_of: AsOfOption = None,
    out: OutOption = None,
    interval: IntervalOption = None,
    timezone: ZoneOption = None,
    calendar: CalendarOption = None,
    events: EventsOption = None,
    grid: Annotated[Path | None, typer.Option("--grid", help="The intervals to forecast (queue,start).")] = None,
    model: ModelOption = None,
    gaps: GapsOption = None,
    opening: OpeningOption = None,
    scores: Annotated[str | None, typer.Option("--scores", help="Also write the backtest's scores here.")] = None,
    parts: Annotated[
        str | None, typer.Option("--parts", help="Also write what each day's number is made of here.")
    ] = None,
    origins: Annotated[int | None, typer.Option("--origins", min=0, help="Origins of the backtest (8).")] = None,
    like: Annotated[
        list[str] | None,
        typer.Option("--like", help="A new queue borrows the past of another: chat/new=chat/old*0.5; repeatable."),
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """What will arrive, per queue and open interval of the horizon. Exit 4 where some queues could not be forecast.

    Example: smena forecast history.csv --horizon 28d --as-of 2026-09-01T00:00 --timezone Europe/Berlin --out f.csv
    """
    from domain.likeness import likeness_of, parse_likenesses
    from domain.tables import DECOMPOSITION, FORECAST, SCORES
    from planning import forecasting, stages
    from planning.execute import LocalExecutor

    if history is None:
        from planning import steps
        from planning.cli_store import show_result

        only_with_a_file(
            horizon=horizon, interval=interval, timezone=timezone, calendar=calendar, events=events, grid=grid,
            gaps=gaps, opening=opening, scores=scores, parts=parts, origins=origins, like=like,
        )  # fmt: skip
        with opened(store) as session, progress_bar(quiet) as progress:
            moment = stages.parse_time(as_of, session.settings.timezone, "--as-of") if as_of else None
            result = steps.make_forecast(
                session, as_of=moment, model=model, progress=progress, executor=LocalExecutor()
            )
            for queue, flags in result.details.get("flags", {}).items():
                say(f"queue {queue!r}: {', '.join(flags)}{_what_to_do(flags)}", quiet)
            show_result(session, result, "forecast", out, as_json=json, quiet=quiet)
        return
    request = forecasting.ForecastRequest(
        horizon_days=stages.parse_days(horizon or "28d"),
        as_of=as_of,
        interval_minutes=stages.parse_interval(interval),
        timezone=timezone or "UTC",
        calendar=calendar or "",
        events=events,
        opening=opening,
        grid=grid,
        model=model,
        gaps=gaps or "missing",
        origins=8 if origins is None else origins,
        explain=parts is not None,
        like=likeness_of(parse_likenesses(like or ())),
    )
    with progress_bar(quiet) as progress:
        result_, used, found = forecasting.forecast_of_history(
            history, request, progress=progress, executor=LocalExecutor()
        )
    say(f"history in steps of {found} minutes, forecast in steps of {used.interval_minutes}", quiet)
    for sentence in forecasting.file_warnings(request, result_.forecast):
        say(f"warning: {sentence}")
    for failure in result_.failures:
        say(f"smena: {failure}")
    for queue, flags in result_.flags.items():
        say(f"queue {queue!r}: {', '.join(flags)}{_what_to_do(flags)}", quiet)
    give(result_.forecast, out, FORECAST, timezone, as_json=json)
    if scores:
        give(result_.scores, scores, SCORES, timezone)
    if parts:
        give(result_.parts if len(result_.parts) else DECOMPOSITION.empty(), parts, DECOMPOSITION, timezone)
    if result_.failures:
        raise typer.Exit(INCOMPLETE)


def backtest(
    history: Annotated[str | None, typer.Argument(help="A history file; without it the store's scores.")] = None,
    horizon: Annotated[str | None, typer.Option("--horizon", help="How far each origin looks: 7d.")] = None,
    origins: Annotated[int | None, typer.Option("--origins", min=1, help="How many origins.")] = None,
    as_of: AsOfOption = None,
    out: OutOption = None,
    interval: IntervalOption = None,
    timezone: ZoneOption = None,
    calendar: CalendarOption = None,
    events: EventsOption = None,
    model: ModelOption = None,
    gaps: GapsOption = None,
    opening: OpeningOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Rolling-origin errors of each model, per queue and lead time.

    Example: smena backtest history.csv --horizon 7d --origins 8 --out scores.csv
    """
    from domain.tables import SCORES
    from planning import forecasting, stages, steps

    if history is None:
        only_with_a_file(
            horizon=horizon, origins=origins, as_of=as_of, interval=interval, timezone=timezone, calendar=calendar,
            events=events, model=model, gaps=gaps, opening=opening,
        )  # fmt: skip
        with opened(store) as session:
            give(steps.read(session, "scores"), out, SCORES, as_json=json)
        return
    request = forecasting.ForecastRequest(
        horizon_days=stages.parse_days(horizon or "28d"),
        as_of=as_of,
        interval_minutes=stages.parse_interval(interval),
        timezone=timezone or "UTC",
        calendar=calendar or "",
        events=events,
        opening=opening,
        model=model,
        gaps=gaps or "missing",
        origins=origins or 8,
    )
    with progress_bar(quiet) as progress:
        scores, found = forecasting.backtest_of_history(history, request, progress=progress)
    say(f"history in steps of {found} minutes", quiet)
    give(scores, out, SCORES, timezone, as_json=json)


def _what_to_do(flags: Iterable[str]) -> str:
    """The words that follow a queue's flags where the planner has something to bring in."""
    if "STALE_HISTORY" not in flags:
        return ""
    return (
        "; its rows stop more than four weeks before the forecast, which is made from what was known then: "
        "bring in the missing weeks, or rows of 0 contacts if nobody comes any more"
    )
