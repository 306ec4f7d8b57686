"""From the adjusted forecast to a roster: people needed, people planned, and what that gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from domain.errors import NothingToPlan
from domain.tables import AUDIT, REQUIREMENTS, ROSTER
from planning.execute import Executor, SerialExecutor
from planning.recipe import Recipe
from planning.sample_paths import draw_by_paths
from planning.session import Progress, Session
from planning.site_checks import live_by_the_day
from planning.site_rosters import roster_all
from planning.steps.adjusting import adjusted_by_recipe, counting_ids
from planning.steps.from_roster import remade_from_a_roster
from planning.steps.ledgers import KIND as LEDGER_KIND
from planning.steps.ledgers import ledger_before, ledger_of
from planning.steps.produce import Made, Materials, StepResult, Tools, needed, produce, site_inputs
from planning.steps.weeks import PREVIOUS_DAYS, days_of, previous_of, previous_rows, week_of, within

RULE_FILES = ("people.csv", "rules.toml", "time_off.csv")
BACKLOG_FILE = "backlog.csv"
BACKLOG_FRESH = pd.Timedelta(hours=36)  # an in-tray counted one evening is that of the next day


def make_requirements(session: Session, percentile: float | None = None) -> StepResult:
    """People needed per queue and interval of the plan's forecast, adjustments included.

    `percentile` (0–100) plans for a high day instead of the mean. Raises `NothingToPlan`.
    """
    parameters = {
        "adjustments": counting_ids(session),
        "percentile": percentile,
        "interval_minutes": session.settings.interval_minutes,
        "timezone": session.settings.timezone,
    }
    inputs = {"forecast": needed(session, "forecast"), **site_inputs(session, ("targets.toml", "outbound.csv"))}
    counted = session.store.site.current().get(BACKLOG_FILE)
    if counted is not None:
        begins = session.store.versions.frame("forecast", inputs["forecast"], ["start"])["start"].min()
        if begins - counted.made_at > BACKLOG_FRESH:
            parameters["old_backlog"] = counted.made_at.isoformat()
        else:
            inputs |= site_inputs(session, (BACKLOG_FILE,))
    return produce(session, Recipe("requirements", inputs, parameters), requirements_maker)


def requirements_maker(materials: Materials, _tools: Tools) -> Made:
    """ADJUSTED and REQUIREMENTS."""
    import scheduling as core  # loads the solver: only where numbers are made
    from planning.staffing_notes import blending_note, staffing_notes

    demand = adjusted_by_recipe(materials)
    lists, timezone = materials.site.outbound, materials.parameters.get("timezone", "UTC")
    requirements = core.require_staff(
        demand,
        materials.site.targets,
        interval_minutes=materials.parameters["interval_minutes"],
        percentile=materials.parameters["percentile"],
        timezone=timezone,
        backlog=materials.site.backlog,
        outbound=lists,
    )
    messages = tuple(live_by_the_day(requirements, materials.site.targets))
    messages += tuple(staffing_notes(requirements, materials.site.targets, timezone=timezone, outbound=lists))
    messages += tuple(blending_note(requirements, materials.site.targets))
    if "old_backlog" in materials.parameters:
        counted = pd.Timestamp(materials.parameters["old_backlog"]).tz_convert(timezone)
        messages += (f"backlog.csv of {counted:%Y-%m-%d %H:%M} is too old for this forecast and is left out",)
    return Made({"adjusted": demand, "requirements": REQUIREMENTS.check(requirements)}, messages=messages)


def first_week(session: Session) -> date:
    """The Monday of the first week the plan's requirements allow: the first on or after their first local day, plus
    the site's `roster_lead_days`."""
    settings = session.settings
    starts = session.store.versions.frame("requirements", needed(session, "requirements"), ["start"])["start"]
    first = starts.min().tz_convert(settings.timezone).date() + timedelta(days=settings.roster_lead_days)
    return date.fromordinal(first.toordinal() + (-first.weekday()) % 7)


def make_roster(
    session: Session,
    *,
    week_start: date | None = None,
    days: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> StepResult:
    """A roster for the site's people from `week_start` on (default: `first_week`), `days` long.

    `details["summary"]` is the solver's account. With nobody to plan the roster is empty and says so. `executor` plans
    sites that share no queue (`planning.site_rosters`); it changes nothing of the result. What people have had in the
    rosters published before counts in fair shares (`ledgers`).
    """
    settings = session.settings
    week_start = week_start or first_week(session)
    parameters = {
        "week_start": week_start.isoformat(),
        "days": days or settings.roster_days,
        "timezone": settings.timezone,
        "seed": settings.seed,
        "iterations": settings.roster_iterations,
    }
    inputs = {"requirements": needed(session, "requirements"), **site_inputs(session, RULE_FILES)}
    previous = _previous_version(session, parameters)
    if previous is not None:
        inputs["roster"] = previous
    inputs |= ledger_before(session, week_start.isoformat())
    tools = Tools(executor or SerialExecutor(), progress)
    return produce(session, Recipe("roster", inputs, parameters), roster_maker, tools)


def roster_maker(materials: Materials, tools: Tools) -> Made:
    """ROSTER of the recipe's week: planned anew, or a roster before it repaired or copied."""
    if made := remade_from_a_roster(materials):
        return made
    parameters, site = materials.parameters, materials.site
    first, end = week_of(parameters)
    week = within(materials.frame("requirements"), first, end)
    if week.empty:
        raise NothingToPlan(
            f"requirement for the week from {parameters['week_start']}",
            "forecast further ahead (horizon_days) or choose an earlier week",
        )
    if site.people.empty:
        hours = float((week["scheduled"] * week["interval_minutes"]).sum() / 60)
        summary = {"status": "nobody to plan", "uncovered_hours": hours, "paid_hours": 0.0}
        message = "there are no people to plan: the roster is empty; load people.csv with `smena load-site FOLDER`"
        return Made({"roster": ROSTER.empty()}, {"summary": summary}, (message,))
    result = roster_all(
        week,
        site.people,
        site.rulebook,
        time_off=site.time_off,
        previous=previous_rows(materials),
        ledger=_ledger(materials),
        seed=parameters["seed"],
        iterations=parameters["iterations"],
        progress=tools.progress,
        executor=tools.executor,
    )
    messages = tuple(str(warning) for warning in result.summary.get("warnings", ()))
    return Made({"roster": ROSTER.check(result.roster)}, {"summary": dict(result.summary)}, messages)


def measure_coverage(session: Session) -> StepResult:
    """Required against present people over the week of the plan's roster."""
    inputs = {kind: needed(session, kind) for kind in ("roster", "requirements", "adjusted")}
    inputs |= site_inputs(session, ("people.csv", "targets.toml"))
    return produce(session, Recipe("coverage", inputs, _week_parameters(session)), coverage_maker)


def coverage_maker(materials: Materials, _tools: Tools) -> Made:
    """COVERAGE of the roster's week."""
    import scheduling as core

    first, end = week_of(materials.parameters)
    coverage = core.measure_coverage(
        within(materials.frame("requirements"), first, end),
        materials.frame("roster"),
        people=materials.site.people,
        targets=materials.site.targets,
        forecast=within(materials.frame("adjusted"), first, end),
        timezone=materials.parameters["timezone"],
    )
    return Made({"coverage": coverage})


def certify(session: Session, runs: int | None = None, *, progress: Progress | None = None) -> StepResult:
    """Simulate the week with the people of the plan's roster (of its requirements, where the roster is empty)."""
    settings = session.settings
    inputs = {kind: needed(session, kind) for kind in ("roster", "requirements", "adjusted")}
    inputs |= site_inputs(session, ("people.csv", "targets.toml"))
    parameters = {**_week_parameters(session), "runs": runs or settings.certificate_runs, "seed": settings.seed}
    return produce(session, Recipe("certificate", inputs, parameters), certificate_maker, Tools(progress=progress))


def certificate_maker(materials: Materials, _tools: Tools) -> Made:
    """CERTIFICATE of the roster's week."""
    import scheduling as core
    from scheduling.outbound import outbound_queues

    parameters = materials.parameters
    first, end = week_of(parameters)
    roster = materials.frame("roster")
    staffed: dict[str, Any] = {"roster": roster}
    messages: tuple[str, ...] = ()
    need = within(materials.frame("requirements"), first, end)
    if roster.empty:
        staffed = {"requirements": need}
        messages = ("the roster is empty: the certificate is that of the required people, were they present",)
    elif lists := outbound_queues(need):
        staffed["planned"] = need
        messages = (f"{', '.join(lists)}: no contacts are simulated, but who makes them takes no others at that time",)
    certificate = core.certify(
        within(materials.frame("adjusted"), first, end),
        materials.site.targets,
        runs=parameters["runs"],
        seed=parameters["seed"],
        timezone=parameters["timezone"],
        draw_counts=draw_by_paths(parameters["timezone"]),
        people=materials.site.people,
        **staffed,
    )
    return Made({"certificate": certificate}, {"of": next(iter(staffed))}, messages)


def audit(session: Session) -> StepResult:
    """Check the plan's roster against every rule. `details["hard"]` counts the breaches of rules that forbid."""
    version = needed(session, "roster")
    made_from = session.store.versions.get("roster", version)
    inputs = {"roster": version, **site_inputs(session, RULE_FILES), **ledger_of(made_from.inputs)}
    parameters = {**_week_parameters(session), "previous": previous_of(made_from.parameters, made_from.inputs)}
    return produce(session, Recipe("audit", inputs, parameters), audit_maker)


def audit_maker(materials: Materials, _tools: Tools) -> Made:
    """AUDIT of the roster."""
    import scheduling as core

    site, roster = materials.site, materials.frame("roster")
    if roster.empty and site.people.empty:  # nobody to plan needs no rule book
        return Made({"audit": AUDIT.empty()}, {"hard": 0})
    found = core.audit(
        roster, site.people, site.rulebook, time_off=site.time_off, previous=previous_rows(materials),
        ledger=_ledger(materials), days=days_of(materials.parameters),
    )  # fmt: skip
    return Made({"audit": found}, {"hard": int((found["strictness"] == "forbid").sum())})


def _ledger(materials: Materials) -> pd.DataFrame | None:
    """LEDGER of the recipe; None where it names none."""
    return materials.frame(LEDGER_KIND) if LEDGER_KIND in materials.recipe.inputs else None


def _previous_version(session: Session, parameters: Mapping[str, Any]) -> str | None:
    """The published roster of an earlier week, if it reaches near this one. A published roster of the same week (the
    night runs twice) is stepped over to the one it was made after."""
    published = session.published
    version = published.members.get("roster") if published else None
    while version is not None:
        made = session.store.versions.get("roster", version)
        if made.parameters["week_start"] < parameters["week_start"]:
            first, _ = week_of(parameters)
            starts = session.store.versions.frame("roster", version, ["start"])
            return version if len(within(starts, first - pd.Timedelta(days=PREVIOUS_DAYS), first)) else None
        version = made.inputs.get("roster")
    return None


def _week_parameters(session: Session) -> dict[str, Any]:
    made = session.store.versions.get("roster", needed(session, "roster"))
    return {name: made.parameters[name] for name in ("week_start", "days", "timezone")}
