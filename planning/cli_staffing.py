"""Commands from a forecast to a roster: require, roster, audit, certify, erlang."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planning.cli_common import (
    BREACHES,
    JsonOption,
    OutOption,
    QuietOption,
    SeedOption,
    StoreOption,
    ZoneOption,
    door,
    give,
    only_with_a_file,
    opened,
    progress_bar,
    records,
    say,
    say_json,
    stoppable,
    tell_utc_days,
)

if TYPE_CHECKING:
    import pandas as pd

    from domain import Targets

RELAXATIONS_TOLD = 5
BacklogOption = Annotated[
    Path | None, typer.Option("--backlog", help="Deferred work that waits already (CSV: queue, age_hours, contacts).")
]
TargetsOption = Annotated[Path | None, typer.Option("--targets", help="Service targets (TOML).")]
PeopleOption = Annotated[Path | None, typer.Option("--people", help="People, skills, agreements (CSV).")]
RulesOption = Annotated[Path | None, typer.Option("--rules", help="Agreements, shifts, rules (TOML).")]
WishesOption = Annotated[Path | None, typer.Option("--wishes", help="Time off and wishes (CSV).")]
PreviousOption = Annotated[Path | None, typer.Option("--previous", help="The roster before this one.")]
LedgerOption = Annotated[
    Path | None, typer.Option("--ledger", help="What people have had of nights, weekends … (see smena ledger).")
]
PlannedOption = Annotated[
    Path | None, typer.Option("--requirements", help="What was planned for: says which days the plan has.")
]
NOTHING_CLOSES = {
    "whole_shifts": "uncovered though people would suffice by the hour: whole shifts under all rules don't fit",
    "no_shift": "uncovered when no agreement has a shift: neither more people nor looser rules would help",
}
DAYS_OF_ROWS = "the plan's days are taken from the roster's rows; --requirements says which days were planned"
PercentileOption = Annotated[
    float | None, typer.Option("--percentile", min=2.5, max=97.5, help="Plan for this percentile instead of the mean.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to `smena`."""
    for command in (require, roster, audit, certify, erlang):
        app.command()(door(command))


def needs(**options: object) -> None:
    """Raises `typer.BadParameter` naming the options that are missing."""
    missing = [name for name, value in options.items() if value is None]
    if missing:
        raise typer.BadParameter(f"an input file needs --{missing[0].replace('_', '-')} as well")


def require(
    forecast: Annotated[str | None, typer.Argument(help="A forecast file; without it the store is worked on.")] = None,
    targets: TargetsOption = None,
    out: OutOption = None,
    percentile: PercentileOption = None,
    interval: Annotated[str | None, typer.Option("--interval", help="Minutes; that of the file if absent.")] = None,
    timezone: ZoneOption = None,
    people: Annotated[
        Path | None, typer.Option("--people", help="Whose skills are pooled: JSON of what that saves on stdout.")
    ] = None,
    bounds: Annotated[
        str | None, typer.Option("--bounds", help="With --people: file for the least people by set of queues.")
    ] = None,
    backlog: BacklogOption = None,
    outbound: Annotated[
        Path | None,
        typer.Option(
            "--outbound",
            help="Contacts to be made (CSV: name, queue, from, to, contacts, aht_seconds or contacts_per_hour, "
            "hours, beside).",
        ),
    ] = None,
    expected: Annotated[
        bool, typer.Option("--expected", help="Also the level to expect as volume varies, and its odds; files only.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """People needed per queue and interval; with people, what those with several skills save.

    Example: smena require forecast.csv --targets targets.toml --timezone Europe/Berlin --out requirements.csv
    """
    from domain.tables import REQUIREMENTS, SKILL_BOUNDS
    from planning import stages, steps
    from planning.cli_store import show_result

    if bounds is not None and people is None:
        raise typer.BadParameter("--bounds needs --people as well")
    if forecast is None:
        only_with_a_file(
            expected=expected or None,
            targets=targets,
            interval=interval,
            timezone=timezone,
            people=people,
            bounds=bounds,
            backlog=backlog,
            outbound=outbound,
        )
        with opened(store) as session:
            result = steps.make_requirements(session, percentile)
            _tell_default_caps(steps.read(session, "requirements"), session.site.targets, quiet)
            show_result(session, result, "requirements", out, as_json=json, quiet=quiet)
        return
    needs(targets=targets)
    assert targets is not None
    tell_utc_days(forecast, timezone, quiet)
    made = stages.requirements_of_forecast(
        forecast,
        targets,
        percentile=percentile,
        interval_minutes=stages.parse_interval(interval),
        timezone=timezone or "UTC",
        expected=expected,
        backlog=backlog,
        outbound=outbound,
    )
    for warning in stages.targets_warnings(targets, made, timezone=timezone or "UTC", outbound=outbound):
        say(f"warning: {warning}", quiet)
    _tell_default_caps(made, stages.targets_of(targets), quiet)
    _tell_blending(made, stages.targets_of(targets), quiet)
    if people is None:
        give(made, out, REQUIREMENTS, timezone, as_json=json)
        return
    from planning.pooling import pooling_of_requirements

    if out in (None, "-") or bounds == "-":
        raise typer.BadParameter("stdout carries what pooling saves: give a file to --out")
    give(made, out, REQUIREMENTS, timezone)
    pooled, summary = pooling_of_requirements(made, targets, people)
    if bounds is not None:
        give(pooled, bounds, SKILL_BOUNDS, timezone)
    say_json({"pooling": summary})


def _tell_default_caps(requirements: pd.DataFrame, targets: Targets, quiet: bool) -> None:
    from planning.staffing_notes import default_caps_note

    for note in default_caps_note(requirements, targets):
        say(f"note: {note}", quiet)


def _tell_blending(requirements: pd.DataFrame, targets: Targets, quiet: bool) -> None:
    from planning.staffing_notes import blending_note

    for note in blending_note(requirements, targets):
        say(f"note: {note}", quiet)


def roster(
    requirements: Annotated[str | None, typer.Argument(help="Requirements; without it the store is worked on.")] = None,
    people: PeopleOption = None,
    rules: RulesOption = None,
    wishes: WishesOption = None,
    previous: PreviousOption = None,
    ledger: LedgerOption = None,
    out: OutOption = None,
    time_limit: Annotated[float | None, typer.Option("--time-limit", min=0.1, help="Seconds; files only.")] = None,
    iterations: Annotated[int | None, typer.Option("--iterations", min=0, help="Improvement rounds.")] = None,
    week: Annotated[
        datetime | None, typer.Option("--week", help="First day; store only.", formats=["%Y-%m-%d"])
    ] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, max=35, help="How many days; store only.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    seed: SeedOption = None,
) -> None:
    """Shifts for named people; the solver's account is JSON on stdout. Exit 3 where hours stay uncovered.

    Ctrl-C ends the search of one site's roster and writes the best so far.

    Example: smena roster requirements.csv --people people.csv --rules rules.toml --out roster.csv
    """
    from domain.tables import ROSTER
    from planning import stages, steps
    from planning.execute import LocalExecutor

    if requirements is None:
        only_with_a_file(
            people=people,
            rules=rules,
            wishes=wishes,
            previous=previous,
            ledger=ledger,
            time_limit=time_limit,
            iterations=iterations,
        )
        with opened(store, seed=seed) as session, progress_bar(quiet) as progress:
            first = week.date() if week else None
            result = steps.make_roster(
                session, week_start=first, days=days, progress=progress, executor=LocalExecutor()
            )
            steps.measure_coverage(session)
            if out:
                give(steps.read(session, "roster"), out, ROSTER, session.settings.timezone)
        _account({**result.details["summary"], "version": result.version}, result.messages, quiet)
        return
    needs(people=people, rules=rules, out=out)
    assert people is not None
    assert rules is not None
    if out == "-":
        raise typer.BadParameter("stdout carries the solver's account: give a file to --out")
    with progress_bar(quiet) as progress:
        made, summary = stages.roster_of_requirements(
            requirements,
            people,
            rules,
            wishes=wishes,
            previous=previous,
            ledger=ledger,
            seed=1 if seed is None else seed,
            iterations=60 if iterations is None else iterations,
            time_limit_seconds=time_limit,
            progress=progress,
            executor=LocalExecutor(),
            watch=partial(stoppable, quiet),
        )
    checked = "sites" in summary  # each site's roster where it was made; of all together no second copy is made
    give(made, out, None if checked else ROSTER, stages.rulebook_of(rules).timezone)
    _account(summary, (), quiet)


def _account(summary: dict[str, Any], messages: tuple[str, ...], quiet: bool) -> None:
    for message in messages:
        say(message, quiet)
    _tell_what_would_close(summary.get("relaxations", []), quiet)
    if reason := NOTHING_CLOSES.get(summary.get("relaxations_none", "")):
        say(reason, quiet)
    say_json(summary)
    if float(summary.get("uncovered_hours") or 0.0) > 0:
        raise typer.Exit(BREACHES)


def _tell_what_would_close(rows: list[dict[str, Any]], quiet: bool) -> None:
    for row in rows[:RELAXATIONS_TOLD]:
        whose = f"{row['agreement']}, {'|'.join(row['queues'])}"
        gain = f"{row['hours_gained']:g} hours of cover, cost {row['cost']:g}, save {row['saves']:g}"
        say(f"would close the gap: {row['rule']} +{row['units']:g} {row['unit']} ({whose}): {gain}", quiet)
    if len(rows) > RELAXATIONS_TOLD:
        say(f"and {len(rows) - RELAXATIONS_TOLD} more: see relaxations", quiet)


def audit(
    roster: Annotated[str | None, typer.Argument(help="A roster file; without it the store's roster.")] = None,
    people: PeopleOption = None,
    rules: RulesOption = None,
    wishes: WishesOption = None,
    previous: PreviousOption = None,
    ledger: LedgerOption = None,
    requirements: PlannedOption = None,
    proof: Annotated[
        str | None, typer.Option("--proof", help="Also the margin of every rule and person (.csv, .xlsx).")
    ] = None,
    out: OutOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Breaches of a roster, rule by rule. Exit 3 where a hard rule is broken.

    Example: smena audit roster.csv --people people.csv --rules rules.toml --json
    """
    from domain.tables import AUDIT
    from planning import roster_stages, stages, steps

    if proof == "-" and out in (None, "-"):
        raise typer.BadParameter("stdout carries the breaches: give a file to --proof")
    if roster is None:
        only_with_a_file(
            people=people, rules=rules, wishes=wishes, previous=previous, ledger=ledger, requirements=requirements
        )
        with opened(store) as session:
            steps.audit(session)
            found, zone = steps.read(session, "audit"), session.settings.timezone
            if proof:
                roster_stages.write_proof(steps.proof(session), proof, zone, session.settings.language)
    else:
        needs(people=people, rules=rules)
        assert people is not None
        assert rules is not None
        roster = stages.spooled(roster)
        found = stages.audit_of_roster(
            roster, people, rules, wishes=wishes, previous=previous, ledger=ledger, requirements=requirements
        )
        zone = stages.rulebook_of(rules).timezone
        if proof:
            margins = roster_stages.proof_of_roster(
                roster, people, rules, wishes=wishes, previous=previous, requirements=requirements
            )
            roster_stages.write_proof(margins, proof, zone)
        if requirements is None:
            say(DAYS_OF_ROWS, quiet)
    hard = int((found["strictness"] == "forbid").sum())
    if json and out is None:
        say_json({"hard": hard, "breaches": records(found)})
    else:
        give(found, out, AUDIT, zone)
    say(f"{hard} breaches of hard rules, {len(found) - hard} of others", quiet)
    if hard:
        raise typer.Exit(BREACHES)


def certify(
    staffed: Annotated[str | None, typer.Argument(help="A roster or requirements file; without it the store.")] = None,
    forecast: Annotated[Path | None, typer.Option("--forecast", help="The forecast (CSV, Parquet).")] = None,
    targets: TargetsOption = None,
    out: OutOption = None,
    backlog: BacklogOption = None,
    requirements: Annotated[
        Path | None, typer.Option("--requirements", help="With a roster: its requirements, for outbound work.")
    ] = None,
    people: Annotated[
        Path | None, typer.Option("--people", help="With a roster: its people (people.csv), for their proficiency.")
    ] = None,
    runs: Annotated[int | None, typer.Option("--runs", min=1, help="Simulated runs.")] = None,
    timezone: ZoneOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    seed: SeedOption = None,
) -> None:
    """Simulate the people present against the forecast and its uncertainty.

    Example: smena certify roster.csv --forecast forecast.csv --targets targets.toml --timezone Europe/Berlin
    """
    from domain.tables import CERTIFICATE
    from planning import stages, steps
    from planning.cli_store import show_result

    if staffed is None:
        only_with_a_file(
            forecast=forecast, targets=targets, timezone=timezone, backlog=backlog, requirements=requirements,
            people=people,
        )  # fmt: skip
        with opened(store, seed=seed) as session, progress_bar(quiet) as progress:
            result = steps.certify(session, runs, progress=progress)
            show_result(session, result, "certificate", out, as_json=json, quiet=quiet)
        return
    needs(forecast=forecast, targets=targets)
    assert forecast is not None
    tell_utc_days(staffed, timezone, quiet)
    assert targets is not None
    made = stages.certificate_of_file(
        staffed, forecast, targets, runs=runs or 100, seed=1 if seed is None else seed, timezone=timezone or "UTC",
        backlog=backlog, requirements=requirements, people=people,
    )  # fmt: skip
    give(made, out, CERTIFICATE, timezone, as_json=json)


def erlang(
    cases: Annotated[str, typer.Argument(help="Cases (CSV, see docs/commands.md); - = stdin.")],
    out: OutOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Erlang B, C and A for many cases at once: evaluate agents, or find how many are needed.

    Example: smena erlang cases.csv --out results.csv
    """
    from planning import stages

    give(stages.erlang_of_cases(cases), out, None, as_json=json)
