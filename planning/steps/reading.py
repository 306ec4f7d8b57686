"""Looking: tables of the plan, the state of the store, the history of runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from domain.errors import BadValue
from domain.tables import ADJUSTED, REJECTS, TABLES
from planning.session import Session
from planning.site import holidays_of
from planning.site_checks import queue_warnings as site_warnings
from planning.site_checks import unknown_queues
from planning.steps.adjusting import adjusted
from planning.steps.history import stored_tickets
from planning.steps.produce import CHAIN
from planning.steps.publishing import outdated, read_version
from planning.store import Plan

KINDS = ("tickets", *CHAIN, "rejects")


def read(session: Session, kind: str, version: str | None = None) -> pd.DataFrame:
    """A table of the store under its contract.

    Without `version` it is the one of the plan the session works on; `adjusted` is then the forecast with the
    adjustments that count now. `version` is a version's name, `published` or `draft`. Tickets and rejects are those of
    all imports (`version`: of one). Raises `NothingToPlan`, `BadValue` for a kind that is none.
    """
    if kind not in KINDS:
        raise BadValue(f"one of {', '.join(KINDS)}", column="kind", found=kind)
    if version is None and kind == "adjusted":
        return ADJUSTED.check(adjusted(session))
    if version is None and kind == "tickets":
        imported = [entry.version for entry in session.store.imports.all() if entry.kind == "tickets"]
        return stored_tickets(session.store, imported)
    if version is None and kind == "rejects":
        return _rejects(session)
    return TABLES[kind.upper()].check(read_version(session, kind, version or "draft"))


def _rejects(session: Session) -> pd.DataFrame:
    entries = [entry for entry in session.store.imports.all() if entry.rejected]
    frames = [session.store.versions.frame("rejects", entry.version) for entry in entries]
    if not frames:
        return REJECTS.empty()
    joined = pd.concat(frames, ignore_index=True)
    return REJECTS.check(joined.drop_duplicates(list(REJECTS.key), keep="last", ignore_index=True))


def known_queues(session: Session) -> tuple[str, ...]:
    """The queues of the plan's history (of its forecast where it has none), sorted; none before the first."""
    for kind in ("history", "forecast"):
        if version := session.member(kind):
            return tuple(sorted(session.store.versions.frame(kind, version, ["queue"])["queue"].unique()))
    return ()


def queue_warnings(session: Session, pattern: str | None = None) -> list[str]:
    """Sentences about queues that the site's files (or a `pattern`) name and the history lacks; none without one.

    Without a `pattern` also about years of the horizon whose moved working days are not known yet.
    """
    known = known_queues(session)
    if pattern is not None:
        return unknown_queues([("--queue", pattern)], known) if known else []
    return [*(site_warnings(session.site, known) if known else []), *_calendar_warnings(session)]


def _calendar_warnings(session: Session) -> list[str]:
    settings, now = session.settings, session.clock()
    unsure = holidays_of(settings.calendar, now, now + pd.Timedelta(days=settings.horizon_days)).unsure_years
    if not unsure:
        return []
    years = ", ".join(str(year) for year in unsure)
    return [f"calendar {settings.calendar}: moved days of {years} are not known yet, only the holidays of the law are"]


def details(session: Session, kind: str, version: str | None = None) -> Mapping[str, Any]:
    """What the step that made a version said beside its table (`summary` of a roster, `chosen` of a forecast …)."""
    name = version or session.member(kind)
    return session.store.versions.get(kind, name).details if name else {}


def imports(session: Session) -> pd.DataFrame:
    """One row per imported file: file, kind, rows, rejected, duplicates, made_at, sha256."""
    columns = ["file", "kind", "rows", "rejected", "duplicates", "made_at", "sha256"]
    entries = session.store.imports.all()
    return pd.DataFrame([[getattr(entry, name) for name in columns] for entry in entries], columns=columns)


def runs(session: Session) -> pd.DataFrame:
    """The nights, newest first: run, started_at, ended_at, seconds, status, engine, exit_code, message."""
    return session.store.runs.frame()


def run_steps(session: Session, run: str | None = None) -> pd.DataFrame:
    """What each step of a night did: run, step, status, started_at, seconds, message, version."""
    return session.store.runs.steps(run)


def status(session: Session) -> dict[str, Any]:
    """The state of the store, JSON-able: pointers with their parts and age, the site's files, the last run."""
    entries = session.store.imports.all()
    site = session.store.site.current()
    last = session.store.runs.frame().head(1)
    published = session.published
    draft = session.plan
    return {
        "store": str(session.store.folder),
        "database": session.store.address,
        "imports": len(entries),
        "imported_rows": sum(entry.rows for entry in entries),
        "site_files": {name: file.made_at.isoformat() for name, file in site.items()},
        "published": _plan(session, published),
        "draft": _plan(session, draft) if draft and (not published or draft.plan != published.plan) else None,
        "last_run": _run(last),
    }


def _plan(session: Session, plan: Plan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    late = outdated(session.store, plan.members)
    parts = {}
    for kind in (kind for kind in CHAIN if kind in plan.members):
        record = session.store.versions.get(kind, plan.members[kind])
        parts[kind] = {
            "version": record.version,
            "made_at": record.made_at.isoformat(),
            "age_hours": round((session.clock() - record.made_at).total_seconds() / 3600, 2),
            "rows": record.rows,
            "outdated": late.get(kind),
        }
    return {
        "plan": plan.plan,
        "revision": plan.revision,
        "made_at": plan.made_at.isoformat(),
        "author": plan.author,
        "note": plan.note,
        "run": plan.run,
        "parts": parts,
    }


def _run(runs: pd.DataFrame) -> dict[str, Any] | None:
    if runs.empty:
        return None
    row = runs.iloc[0]
    return {
        "run": row["run"],
        "started_at": row["started_at"].isoformat(),
        "ended_at": None if pd.isna(row["ended_at"]) else row["ended_at"].isoformat(),
        "seconds": None if pd.isna(row["seconds"]) else float(row["seconds"]),
        "status": row["status"],
        "exit_code": None if pd.isna(row["exit_code"]) else int(row["exit_code"]),
        "message": row["message"],
    }
