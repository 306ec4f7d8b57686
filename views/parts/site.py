"""What pages ask of the store: tables are remembered by version, pointers and logs for the length of one run.

A run of a page (or of a fragment) begins with `look_again()`, so all of it shows one state of the store. The frames
handed out are shared between browser sessions and must not be changed in place.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from domain import Settings
from planning import previews, steps
from planning.session import STORE_FOLDER, Session, open_session
from planning.store import Plan
from views.locale import Language, Words
from views.parts.days import day_list, local_times, of_queue
from views.parts.staffing import Staffing, staffing_of

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
FRAMES_KEPT = 48
SEEN = "seen_of_the_store"


@st.cache_resource(show_spinner=False)
def _opened(folder: str) -> Session:
    return open_session(Path(folder) if folder else None)


def session() -> Session:
    """The store that this server works on (SMENA_STORE)."""
    return _opened(os.environ.get(STORE_FOLDER, ""))


def look_again() -> None:
    """Forget what this run has seen of the store's state."""
    st.session_state[SEEN] = {}


def once[Result](name: str, look: Callable[[], Result]) -> Result:
    """Look at something once in a run."""
    seen: dict[str, Any] = st.session_state.setdefault(SEEN, {})
    if name not in seen:
        seen[name] = look()
    found: Result = seen[name]
    return found


def _settings() -> Settings:
    return once("settings", lambda: session().settings)


def member(kind: str) -> str | None:
    """The version of a kind in the plan that is worked on."""
    plan = once("plan", lambda: session().plan)
    return plan.members.get(kind) if plan else None


def published() -> Plan | None:
    """The plan that readers see."""
    return once("published", lambda: session().published)


@st.cache_resource(show_spinner=False, max_entries=FRAMES_KEPT)
def _frame(_session: Session, store: str, kind: str, version: str) -> pd.DataFrame:
    return steps.read(_session, kind, version)


def table(kind: str) -> pd.DataFrame | None:
    """A table of the plan that is worked on; None where there is none yet."""
    version = member(kind)
    return None if version is None else _frame(session(), str(session().store.address), kind, version)


def has(kind: str) -> bool:
    """Whether the plan has this table (or any import, for tickets)."""
    return (
        once("imports", lambda: bool(session().store.imports.all())) if kind == "tickets" else member(kind) is not None
    )


def language() -> Language:
    """The site's language."""
    return _settings().language


def zone() -> str:
    """The site's time zone."""
    return _settings().timezone


def interval_minutes() -> int:
    """The planning interval."""
    return _settings().interval_minutes


def step() -> timedelta:
    """The planning interval as the step of time fields (at least a minute, less than a day)."""
    return timedelta(minutes=min(interval_minutes(), 60))


def roster_days() -> int:
    """Length of a roster."""
    return _settings().roster_days


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
    return once("adjustments", lambda: steps.list_adjustments(session()))


def plan_key() -> str:
    """Changes whenever the forecast or any adjustment does: part of the keys of editors and caches."""
    log = adjustments()
    return f"{member('forecast')}_{len(log)}_{int(log['revision'].sum())}_{len(counting(log))}"


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
    _session: Session, store: str, plan_key: str, queue: str, percentile: float | None, _adjusted: pd.DataFrame
) -> tuple[Staffing, Staffing]:
    after = of_queue(_adjusted, queue)
    staffing = staffing_of(previews.preview_requirements(_session, after, percentile=percentile))
    if not after["adjustment_ids"].fillna("").ne("").any():
        return staffing, staffing
    before = of_queue(steps.read(_session, "forecast", _session.member("forecast")), queue)
    return staffing_of(previews.preview_requirements(_session, before, percentile=percentile)), staffing


def effect_of_adjustments(queue: str) -> tuple[Staffing, Staffing]:
    """Staffing of the queue over the horizon: before the adjustments and after."""
    targets = session().store.site.current().get("targets.toml")
    key = f"{plan_key()}_{targets.sha256 if targets else ''}"
    return _effect(session(), str(session().store.address), key, queue, percentile(), adjusted())


def percentile() -> float | None:
    """The percentile that the plan's requirements were made for; None = the mean."""
    found = record("requirements")
    return None if found is None else found.parameters.get("percentile")


def forecast_days() -> tuple[date, date]:
    """First and last local day of the forecast."""
    days = day_list(adjusted(), zone())
    return days[0], days[-1]


def imports() -> pd.DataFrame:
    """Imported files, newest first: file, made_at (naive local), kind, rows, rejected, duplicates."""
    found = steps.imports(session()).iloc[::-1].reset_index(drop=True)
    stamps = pd.to_datetime(found["made_at"], utc=True)
    return found.assign(made_at=local_times(stamps, zone()).dt.floor("s")).drop(columns="sha256")


def moment(stamp: pd.Timestamp | None, words: Words) -> str:
    """A UTC stamp as day and local time."""
    if stamp is None or pd.isna(stamp):
        return "–"
    local = stamp.tz_convert(zone())
    return f"{words.day(local.date())} {local:%H:%M}"


def record(kind: str) -> Any:
    """The record of that version: what it was made from, with which parameters; None where there is none."""
    version = member(kind)
    return None if version is None else once(f"record {kind}", lambda: session().store.versions.get(kind, version))
