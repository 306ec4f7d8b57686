"""Commands on a finished roster: repair, copy-week, compare."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from planning.cli_common import (
    BREACHES,
    JsonOption,
    OutOption,
    QuietOption,
    StoreOption,
    door,
    give,
    only_with_a_file,
    opened,
    records,
    say,
    say_json,
)
from planning.cli_staffing import PeopleOption, PreviousOption, RulesOption

RequirementsOption = Annotated[Path | None, typer.Option("--requirements", help="People needed (CSV, Parquet).")]
TimeOffOption = Annotated[Path | None, typer.Option("--time-off", help="Time off and wishes, the new ones too (CSV).")]
DATE = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add these commands to `smena`."""
    app.command()(door(repair))
    app.command("copy-week")(door(copy_week))
    app.command()(door(compare))


def _needs(**options: object) -> None:
    missing = [name for name, value in options.items() if value is None]
    if missing:
        raise typer.BadParameter(f"an input file needs --{missing[0].replace('_', '-')} as well")


def repair(
    roster: Annotated[str | None, typer.Argument(help="A roster file; without it the store's roster.")] = None,
    people: PeopleOption = None,
    rules: RulesOption = None,
    requirements: RequirementsOption = None,
    time_off: TimeOffOption = None,
    previous: PreviousOption = None,
    absent: Annotated[
        str | None,
        typer.Option("--absent", help="Store only: who is sick, as AGENT or AGENT=FIRST or AGENT=FIRST..LAST."),
    ] = None,
    changes_most: Annotated[
        int | None,
        typer.Option(
            "--changes-most",
            min=0,
            help="Agent-days to change, those that an absence frees included; default: five more than it frees.",
        ),
    ] = None,
    least_gain: Annotated[
        float | None,
        typer.Option(
            "--least-gain", min=0, help="What a changed day must save; default: one missing hour. Files only."
        ),
    ] = None,
    now: Annotated[
        str | None, typer.Option("--now", help="What begins before stays; default: the clock of the store; files: all.")
    ] = None,
    out: OutOption = None,
    changes: Annotated[str | None, typer.Option("--changes", help="File for the changes (.csv, .parquet).")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """A published roster after an absence, a late request or a new requirement: few agent-days change, each for a gain.

    The account is JSON on stdout. Exit 3 where hours stay uncovered.

    Example: smena repair roster.csv --people people.csv --rules rules.toml --requirements req.csv --time-off off.csv
    --changes-most 5 --out repaired.csv
    """
    from domain.tables import REPAIRS, ROSTER
    from planning import roster_stages, stages, steps

    if roster is None:
        only_with_a_file(
            people=people, rules=rules, requirements=requirements, time_off=time_off, previous=previous,
            least_gain=least_gain, changes=changes,
        )  # fmt: skip
        with opened(store) as session:
            if absent:
                steps.save_absence(
                    session, *roster_stages.parse_absence(absent, session.clock(), session.settings.timezone)
                )
            moment = stages.parse_time(now, session.settings.timezone, "--now") if now else None
            result = steps.repair_roster(session, changes_most=changes_most, now=moment)
            steps.measure_coverage(session)
            if out:
                give(steps.read(session, "roster"), out, ROSTER, session.settings.timezone)
        account, rows = dict(result.details["summary"]), list(result.details["changes"])
        account["version"] = result.version
    else:
        _needs(people=people, rules=rules, requirements=requirements, out=out)
        assert people is not None
        assert rules is not None
        assert requirements is not None
        if out == "-" or changes == "-":
            raise typer.BadParameter("stdout carries the account: give a file to --out and --changes")
        zone = stages.rulebook_of(rules).timezone
        done = roster_stages.repair_of_files(
            roster, requirements, people, rules, time_off=time_off, previous=previous, changes_most=changes_most,
            least_gain=least_gain, now=stages.parse_time(now, zone, "--now") if now else None,
        )  # fmt: skip
        give(done.roster, out, ROSTER, zone)
        if changes:
            give(done.changes, changes, REPAIRS, zone)
        rows = records(done.changes.assign(date=done.changes["date"].dt.strftime("%Y-%m-%d")))
        account = dict(done.summary)
    for row in rows:
        before, after = row["before"] or "free", row["after"] or "free"
        say(f"{row['agent']} {row['date']} {row['kind']}: {before} -> {after}, gain {row['gain']:.2f}", quiet)
    say_json({**account, "changes": rows})
    after_all = account.get("after") or account.get("repair", {}).get("after", {})
    if float(after_all.get("uncovered_hours") or 0.0) > 0:
        raise typer.Exit(BREACHES)


def copy_week(
    roster: Annotated[str | None, typer.Argument(help="A roster file; without it the store's roster.")] = None,
    to: Annotated[
        datetime | None, typer.Option("--to", help="First day of the new week. Needed.", formats=DATE)
    ] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", help="First day to copy; default: the roster's first.", formats=DATE)
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=35, help="How many days; files only.")] = 7,
    people: PeopleOption = None,
    rules: RulesOption = None,
    time_off: TimeOffOption = None,
    out: OutOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """A week's shifts in another week, as a draft; absences of the new week are kept.

    Example: smena copy-week roster.csv --to 2026-09-14 --people people.csv --rules rules.toml --out draft.csv
    """
    from domain.tables import ROSTER
    from planning import roster_stages, stages, steps

    if to is None:
        raise typer.BadParameter("--to is needed: the first day of the new week")
    begin = first.date() if first else None
    if roster is None:
        only_with_a_file(people=people, rules=rules, time_off=time_off)
        with opened(store) as session:
            result = steps.copy_week(session, to.date(), first=begin)
            made, zone, dropped = steps.read(session, "roster"), session.settings.timezone, result.messages
            if out:
                give(made, out, ROSTER, zone)
    else:
        _needs(people=people, rules=rules)
        assert people is not None
        assert rules is not None
        done = roster_stages.copy_of_file(
            roster, people, rules, to=to.date(), first=begin, days=days, time_off=time_off
        )
        made, zone, dropped = done.roster, stages.rulebook_of(rules).timezone, done.dropped
        give(made, out, ROSTER, zone)
    for words in dropped:
        say(f"not copied: {words}", quiet)
    say(f"{len(made)} rows from {to:%Y-%m-%d}", quiet)
    if json and out is not None:
        say_json({"rows": len(made), "not_copied": list(dropped)})


def compare(
    drafts: Annotated[list[str], typer.Argument(help="Roster files; without --people versions, published or draft.")],
    people: PeopleOption = None,
    rules: RulesOption = None,
    requirements: RequirementsOption = None,
    time_off: TimeOffOption = None,
    previous: PreviousOption = None,
    out: OutOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Drafts of a roster side by side: cost, cover, breaches, fairness, wishes, and how many days differ.

    Example: smena compare a.csv b.csv --people people.csv --rules rules.toml --requirements requirements.csv
    """
    from domain.tables import COMPARISON
    from planning import roster_stages, steps

    if people is None:
        only_with_a_file(rules=rules, requirements=requirements, time_off=time_off, previous=previous)
        with opened(store) as session:
            found = steps.compare_rosters(session, drafts)
    else:
        _needs(rules=rules, requirements=requirements)
        assert rules is not None
        assert requirements is not None
        found = roster_stages.comparison_of_files(
            drafts, requirements, people, rules, time_off=time_off, previous=previous
        )
    give(found, out, COMPARISON, as_json=json)
