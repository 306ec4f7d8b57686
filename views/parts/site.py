"""What pages ask of the store, remembered by version: a rerun of a page reads no file twice.

The frames handed out are shared between browser sessions and must not be changed in place.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from planning import previews, steps
from planning.session import STORE_FOLDER, Session, open_session
from views.locale import Words
from views.parts.days import day_list, local_times, of_queue
from views.parts.staffing import Staffing, staffing_of

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
FRAMES_KEPT = 48


@st.cache_resource(show_spinner=False)
def _opened(folder: str) -> Session:
    return open_session(Path(folder) if folder else None)


def session() -> Session:
    """The store that this server works on (SMENA_STORE)."""
    return _opened(os.environ.get(STORE_FOLDER, ""))


@st.cache_resource(show_spinner=False, max_entries=FRAMES_KEPT)
def _frame(_session: Session, store: str, kind: str, version: str) -> pd.DataFrame:
    return steps.read(_session, kind, version)


def table(kind: str) -> pd.DataFrame | None:
    """A table of the plan that is worked on; None where there is none yet."""
    version = session().member(kind)
    return None if version is None else _frame(session(), str(session().store.address), kind, version)


def has(kind: str) -> bool:
    """Whether the plan has this table (or any import, for tickets)."""
    return bool(session().store.imports.all()) if kind == "tickets" else session().member(kind) is not None


def zone() -> str:
    """The site's time zone."""
    return session().settings.timezone


def interval_minutes() -> int:
    """The planning interval."""
    return session().settings.interval_minutes


def step() -> timedelta:
    """The planning interval as the step of time fields (at least a minute, less than a day)."""
    return timedelta(minutes=min(interval_minutes(), 60))


def roster_days() -> int:
    """Length of a roster."""
    return session().settings.roster_days


def sample_tickets() -> list[Path]:
    """The ticket file of the sample site."""
    return [SAMPLE / "tickets.parquet"]


@dataclass(frozen=True)
class Freshness:
    """How much history there is and how far it reaches."""

    contacts: float
    queues: int
    first_day: date
    last_day: date


def freshness() -> Freshness | None:
    """From the history; None without one."""
    history = table("history")
    if history is None or history.empty:
        return None
    days = day_list(history, zone())
    return Freshness(float(history["offered"].sum()), int(history["queue"].nunique()), days[0], days[-1])


@st.cache_resource(show_spinner=False, max_entries=FRAMES_KEPT)
def _adjusted(_session: Session, store: str, plan_key: str) -> pd.DataFrame:
    return steps.adjusted(_session)


def adjusted() -> pd.DataFrame:
    """The forecast with the adjustments that count now."""
    return _adjusted(session(), str(session().store.address), plan_key())


def adjustments() -> pd.DataFrame:
    """Every adjustment, oldest first, with its revision."""
    return steps.list_adjustments(session())


def plan_key() -> str:
    """Changes whenever the forecast or any adjustment does: part of the keys of editors and caches."""
    log = adjustments()
    return f"{session().member('forecast')}_{len(log)}_{int(log['revision'].sum())}_{len(counting(log))}"


def counting(log: pd.DataFrame) -> set[str]:
    """The adjustments that count now: switched on and not expired."""
    counts = log["active"] & (log["expires_at"].isna() | (log["expires_at"] > session().clock()))
    return set(log.loc[counts, "adjustment_id"])


def contacts_of(queue: str) -> tuple[float, float]:
    """Contacts of the horizon: baseline and adjusted."""
    part = of_queue(adjusted(), queue)
    return float(part["baseline"].sum()), float(part["offered"].sum())


@st.cache_resource(show_spinner=False, max_entries=FRAMES_KEPT)
def _effect(
    _session: Session, store: str, plan_key: str, queue: str, percentile: float | None
) -> tuple[Staffing, Staffing]:
    after = of_queue(steps.adjusted(_session), queue)
    forecast = steps.read(_session, "forecast", _session.member("forecast"))
    before = of_queue(forecast, queue)
    found = [
        staffing_of(previews.preview_requirements(_session, part, percentile=percentile)) for part in (before, after)
    ]
    return found[0], found[1]


def effect_of_adjustments(queue: str) -> tuple[Staffing, Staffing]:
    """Staffing of the queue over the horizon: before the adjustments and after."""
    targets = session().store.site.current().get("targets.toml")
    key = f"{plan_key()}_{targets.sha256 if targets else ''}"
    return _effect(session(), str(session().store.address), key, queue, percentile())


def percentile() -> float | None:
    """The percentile that the plan's requirements were made for; None = the mean."""
    found = _record("requirements")
    return None if found is None else found.parameters.get("percentile")


def forecast_days() -> tuple[date, date]:
    """First and last local day of the forecast."""
    days = day_list(adjusted(), zone())
    return days[0], days[-1]


def weeks() -> list[date]:
    """Mondays that a roster can begin on; the first day where the requirements hold no Monday."""
    found = table("requirements")
    days = [] if found is None else day_list(found, zone())
    return [day for day in days if day.weekday() == 0] or days[:1]


def usual_week(choices: list[date]) -> int:
    """Where in `choices` the roster's week is, else the week that the night would take."""
    made = _record("roster")
    wanted = date.fromisoformat(made.parameters["week_start"]) if made else steps.first_week(session())
    return choices.index(wanted) if wanted in choices else 0


def names() -> dict[str, str]:
    """What to print for each agent: the name, with the code where two share it."""
    people = session().site.people
    if "name" not in people:
        return {}
    shared = people["name"].duplicated(keep=False)
    printed = people["name"].where(~shared, people["name"] + " (" + people["agent"] + ")").fillna(people["agent"])
    return dict(zip(people["agent"], printed, strict=True))


def roster_name() -> str:
    """File name of the roster: its first day."""
    made = _record("roster")
    return f"roster-{made.parameters['week_start']}" if made else "roster"


def roster_summary() -> Mapping[str, Any]:
    """The solver's account of the plan's roster."""
    summary = steps.details(session(), "roster").get("summary", {})
    return dict(summary)


def is_published(kind: str) -> bool:
    """Whether readers see the version that is worked on."""
    published = session().published
    return published is not None and published.members.get(kind) == session().member(kind)


def can_revert(kind: str) -> bool:
    """Whether another version was published before the one that is published now."""
    published = session().published
    if published is None:
        return False
    now = published.members.get(kind)
    return any(plan.members.get(kind) not in (None, now) for plan in session().store.plans.published_before(published))


def stale(kind: str) -> bool:
    """Whether the table was made from something older than what the plan has now."""
    made = _record(kind)
    if made is None:
        return False
    if kind == "requirements":
        changed = set(made.parameters["adjustments"]) != counting(adjustments())
        return changed or made.inputs.get("forecast") != session().member("forecast")
    return made.inputs.get("requirements") != session().member("requirements") or stale("requirements")


def imports() -> pd.DataFrame:
    """Imported files, newest first: file, made_at (naive local), kind, rows, rejected, duplicates."""
    found = steps.imports(session()).iloc[::-1].reset_index(drop=True)
    stamps = pd.to_datetime(found["made_at"], utc=True)
    return found.assign(made_at=local_times(stamps, zone()).dt.floor("s")).drop(columns="sha256")


def versions() -> pd.DataFrame:
    """What is worked on: kind, version, made_at (UTC), rows, published (whether readers see this very version)."""
    plan = session().plan
    records = [session().store.versions.get(kind, version) for kind, version in (plan.members if plan else {}).items()]
    rows = [(r.kind, r.version, r.made_at, r.rows, is_published(r.kind)) for r in sorted(records, key=lambda r: r.seq)]
    found = pd.DataFrame(rows, columns=["kind", "version", "made_at", "rows", "published"])
    return found.assign(made_at=pd.to_datetime(found["made_at"], utc=True))


def moment(stamp: pd.Timestamp | None, words: Words) -> str:
    """A UTC stamp as day and local time."""
    if stamp is None or pd.isna(stamp):
        return "–"
    local = stamp.tz_convert(zone())
    return f"{words.day(local.date())} {local:%H:%M}"


def _record(kind: str) -> Any:
    version = session().member(kind)
    return None if version is None else session().store.versions.get(kind, version)
