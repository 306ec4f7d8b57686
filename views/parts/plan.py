"""The plan as pages speak of it: which week, what is published, what is behind, who is called what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from planning import steps
from views.parts.days import day_list
from views.parts.site import adjustments, counting, member, once, published, record, session, table, zone


def weeks() -> list[date]:
    """Mondays that a roster can begin on; the first day where the requirements hold no Monday."""
    found = table("requirements")
    days = [] if found is None else day_list(found, zone())
    return [day for day in days if day.weekday() == 0] or days[:1]


def usual_week(choices: list[date]) -> int:
    """Where in `choices` the roster's week is, else the week that the night would take."""
    made = record("roster")
    wanted = date.fromisoformat(made.parameters["week_start"]) if made else steps.first_week(session())
    return choices.index(wanted) if wanted in choices else 0


def names() -> dict[str, str]:
    """What to print for each agent: the name, with the code where two share it."""
    people = once("people", lambda: session().site.people)
    if "name" not in people:
        return {}
    shared = people["name"].duplicated(keep=False)
    printed = people["name"].where(~shared, people["name"] + " (" + people["agent"] + ")").fillna(people["agent"])
    return dict(zip(people["agent"], printed, strict=True))


def roster_name() -> str:
    """File name of the roster: its first day."""
    made = record("roster")
    return f"roster-{made.parameters['week_start']}" if made else "roster"


def roster_summary() -> Mapping[str, Any]:
    """The solver's account of the plan's roster."""
    summary = steps.details(session(), "roster").get("summary", {})
    return dict(summary)


def rule_files() -> str:
    """Changes whenever people, rules or time off do: part of the keys of what is worked out from a roster."""
    current = session().store.site.current()
    return "-".join(current[name].sha256 for name in ("people.csv", "rules.toml", "time_off.csv") if name in current)


def is_published(kind: str) -> bool:
    """Whether readers see the version that is worked on."""
    shown = published()
    return shown is not None and shown.members.get(kind) == member(kind)


def can_revert(kind: str) -> bool:
    """Whether another version was published before the one that is published now."""
    shown = published()
    if shown is None:
        return False
    now = shown.members.get(kind)
    return any(plan.members.get(kind) not in (None, now) for plan in session().store.plans.published_before(shown))


def stale(kind: str) -> bool:
    """Whether the table was made from something older than what the plan has now."""
    made = record(kind)
    if made is None:
        return False
    if kind == "requirements":
        changed = set(made.parameters["adjustments"]) != counting(adjustments())
        files = session().store.site.current()
        planned = files["outbound.csv"].sha256 if "outbound.csv" in files else None
        changed |= made.inputs.get("site:outbound.csv") != planned
        return bool(changed or made.inputs.get("forecast") != member("forecast"))
    return made.inputs.get("requirements") != member("requirements") or stale("requirements")


def versions() -> pd.DataFrame:
    """What is worked on: kind, version, made_at (UTC), rows, published (whether readers see this very version)."""
    plan = once("plan", lambda: session().plan)
    records = [session().store.versions.get(kind, version) for kind, version in (plan.members if plan else {}).items()]
    rows = [(r.kind, r.version, r.made_at, r.rows, is_published(r.kind)) for r in sorted(records, key=lambda r: r.seq)]
    found = pd.DataFrame(rows, columns=["kind", "version", "made_at", "rows", "published"])
    return found.assign(made_at=pd.to_datetime(found["made_at"], utc=True))
