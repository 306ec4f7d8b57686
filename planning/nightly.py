"""The night: everything due, from new files to a published roster.

The night is a list of steps. Each follows a recipe, and a recipe that was followed before is not followed again: a
night that is started twice changes nothing, and one that was killed goes on where it stopped. Until the last step it
works on a draft of its own; readers see the plan of yesterday, then, after one update, the plan of today.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import structlog

from domain.errors import EmptyFile, SmenaError
from planning import steps
from planning.execute import Executor, executor_of
from planning.journal import journal
from planning.session import Progress, Session
from planning.steps.exporting import deliver, export_version
from planning.steps.produce import CHAIN, StepResult
from planning.store import StepRecord

DONE, UNCHANGED, PARTLY, FAILED, SKIPPED = "done", "unchanged", "partly", "failed", "skipped"
FALLBACKS_CODE = 4
BREACHES_CODE = 3
UNFINISHED = (".part", ".tmp", ".crdownload")


@dataclass(frozen=True)
class NightReport:
    """What a night did. `failures`: what went wrong and was survived, or stopped it, in words."""

    run: str
    steps: tuple[StepRecord, ...]
    failures: tuple[str, ...]
    exit_code: int
    published: bool
    exports: Path | None = None
    summary: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What one step reports: its status, a sentence, and the version it made."""

    status: str
    message: str = ""
    version: str | None = None
    failures: tuple[str, ...] = ()
    exit_code: int = 0


@dataclass(frozen=True)
class Night:
    """One night at work: the session on its private draft, and what it was asked."""

    session: Session
    as_of: pd.Timestamp | None
    files: Sequence[Path]
    executor: Executor
    progress: Progress | None


def run_night(
    session: Session,
    *,
    as_of: pd.Timestamp | None = None,
    files: Sequence[Path | str] = (),
    engine: str = "serial",
    progress: Progress | None = None,
) -> NightReport:
    """Do everything due and publish it. Raises `LockHeld` where another night is at work, `BadValue` for the engine.

    A failed queue keeps its last published forecast, an unreadable file waits for tomorrow: both are in `failures`,
    exit code 4. A step that fails as a whole ends the night with its error's exit code; nothing is published then.
    Hard-rule breaches or uncovered hours on the published roster: exit code 3.
    """
    executor = executor_of(engine)
    begun = session.clock()
    run = f"{begun.tz_convert('UTC'):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    with session.store.night(), journal(session.store.folder, run) as log:
        taken_over = session.store.runs.begin(run, at=begun, engine=executor.name)
        session.store.clean()
        log.info("night begins", engine=executor.name, files=len(files), taken_over=taken_over)
        night = Night(session.for_run(run), as_of, [Path(file) for file in files], executor, progress)
        try:
            report = _work(night, log)
        except BaseException:  # the process is told to stop: say so, and let it
            session.store.runs.end(run, at=session.clock(), status="stopped", exit_code=1, message="interrupted")
            session.store.plans.drop(night.session.pointer)
            raise
        status = "published" if report.published else FAILED
        message = "; ".join(report.failures)
        session.store.runs.end(run, at=session.clock(), status=status, exit_code=report.exit_code, message=message)
        log.info("night ends", status=status, exit_code=report.exit_code, failures=list(report.failures))
        return report


def inbox_files(places: Sequence[Path]) -> list[Path]:
    """The files to read: those named, and those in the named folders (hidden and unfinished ones left out).

    Raises `EmptyFile` for a name that is nothing's.
    """
    files: list[Path] = []
    for place in places:
        if place.is_dir():
            found = (path for path in sorted(place.iterdir()) if path.is_file())
            files += [path for path in found if not path.name.startswith(".") and path.suffix not in UNFINISHED]
        elif place.exists():
            files.append(place)
        else:
            raise EmptyFile("a file or a folder", file=str(place), found="nothing of that name")
    return files


def _work(night: Night, log: structlog.typing.FilteringBoundLogger) -> NightReport:
    session, run = night.session, str(night.session.run)
    records: list[StepRecord] = []
    outcomes: list[Outcome] = []
    for position, (name, step) in enumerate(STEPS.items(), start=1):
        if night.progress is not None:
            night.progress(name, position - 1, len(STEPS))
        started, clock = session.clock(), time.monotonic()
        if outcomes and outcomes[-1].status in (FAILED, SKIPPED):
            outcome = Outcome(SKIPPED, "an earlier step failed")
        else:
            outcome = _survived(step, night, log.bind(step=name))
        record = StepRecord(
            step=name,
            position=position,
            status=outcome.status,
            started_at=started,
            seconds=time.monotonic() - clock,
            message=outcome.message,
            version=outcome.version,
        )
        session.store.runs.record(run, record)
        log.info("step", step=name, status=record.status, seconds=round(record.seconds, 3), message=record.message)
        records.append(record)
        outcomes.append(outcome)
    if night.progress is not None:
        night.progress("done", len(STEPS), len(STEPS))
    return _report(night, records, outcomes)


def _survived(step: Callable[[Night], Outcome], night: Night, log: structlog.typing.FilteringBoundLogger) -> Outcome:
    try:
        return step(night)
    except SmenaError as fault:
        log.error("step failed", fault=str(fault))
        return Outcome(FAILED, str(fault), failures=(str(fault),), exit_code=fault.exit_code)
    except Exception as fault:
        log.exception("step failed unexpectedly")
        words = f"unexpected fault: {type(fault).__name__}: {fault}"
        return Outcome(FAILED, words, failures=(words,), exit_code=1)


def _report(night: Night, records: list[StepRecord], outcomes: list[Outcome]) -> NightReport:
    session = night.session
    failed = any(outcome.status == FAILED for outcome in outcomes)
    codes = {outcome.exit_code for outcome in outcomes}
    if failed:
        session.store.plans.drop(session.pointer)
        exit_code = next(outcome.exit_code for outcome in outcomes if outcome.status == FAILED)
    else:
        exit_code = next((code for code in (FALLBACKS_CODE, BREACHES_CODE) if code in codes), 0)
    return NightReport(
        run=str(session.run),
        steps=tuple(records),
        failures=tuple(failure for outcome in outcomes for failure in outcome.failures),
        exit_code=exit_code,
        published=not failed,
        exports=None if failed else _exports_folder(night),
        summary=dict(steps.details(session, "roster", _roster(session)).get("summary", {})) if not failed else {},
    )


def _roster(session: Session) -> str | None:
    published = session.published
    return published.members.get("roster") if published else None


def _ingest(night: Night) -> Outcome:
    failures: list[str] = []
    loaded = rejected = unchanged = 0
    for path in night.files:
        try:
            report = steps.ingest(night.session, [path])
        except SmenaError as fault:  # one bad file must not keep the others from being planned with
            failures.append(str(fault))
            continue
        loaded, rejected = loaded + report["loaded"], rejected + report["rejected"]
        unchanged += len(report["unchanged"])
    words = f"{loaded} rows loaded, {rejected} rejected, {unchanged} of {len(night.files)} files known before"
    if failures:
        return Outcome(PARTLY, f"{words}; {len(failures)} files not read", None, tuple(failures), FALLBACKS_CODE)
    return Outcome(DONE if loaded else UNCHANGED, words)


def _history(night: Night) -> Outcome:
    return _outcome(steps.make_history(night.session))


def _forecast(night: Night) -> Outcome:
    result = steps.make_forecast(night.session, as_of=night.as_of, progress=night.progress, executor=night.executor)
    if not result.details.get("failures"):
        return _outcome(result)
    return Outcome(PARTLY, _words(result), result.version, result.messages, FALLBACKS_CODE)


def _requirements(night: Night) -> Outcome:
    return _outcome(steps.make_requirements(night.session))


def _make_roster(night: Night) -> Outcome:
    result = steps.make_roster(night.session, progress=night.progress, executor=night.executor)
    uncovered = float(result.details["summary"].get("uncovered_hours") or 0.0)
    return _outcome(result, BREACHES_CODE if uncovered > 0 else 0)


def _coverage(night: Night) -> Outcome:
    return _outcome(steps.measure_coverage(night.session))


def _certificate(night: Night) -> Outcome:
    return _outcome(steps.certify(night.session, progress=night.progress))


def _audit(night: Night) -> Outcome:
    result = steps.audit(night.session)
    hard = int(result.details["hard"])
    outcome = _outcome(result, BREACHES_CODE if hard else 0)
    return (
        outcome
        if not hard
        else Outcome(outcome.status, f"{hard} hard-rule breaches", result.version, (), outcome.exit_code)
    )


def _exports(night: Night) -> Outcome:
    folder, unchanged = export_version(night.session)
    return Outcome(UNCHANGED if unchanged else DONE, folder.name)


def _publish(night: Night) -> Outcome:
    session = night.session
    plan, published = session.plan, session.published
    assert plan is not None  # the steps before have made it
    members = {kind: version for kind, version in plan.members.items() if kind in CHAIN}
    if published is not None and members == dict(published.members):
        session.store.plans.drop(session.pointer)
        deliver(session)
        return Outcome(UNCHANGED, f"plan {published.plan} stays published")
    made = steps.publish(session, seen_revision=published.revision if published else 0)
    deliver(session)
    session.store.prune(CHAIN, session.settings.keep_versions)
    return Outcome(DONE, f"plan {made.plan} published")


def _exports_folder(night: Night) -> Path:
    return deliver(night.session)


def _outcome(result: StepResult, exit_code: int = 0) -> Outcome:
    return Outcome(UNCHANGED if result.unchanged else DONE, _words(result), result.version, (), exit_code)


def _words(result: StepResult) -> str:
    rows = ", ".join(f"{number} rows of {kind}" for kind, number in result.rows.items())
    return "; ".join((rows, *result.messages))


STEPS: dict[str, Callable[[Night], Outcome]] = {
    "ingest": _ingest,
    "history": _history,
    "forecast": _forecast,
    "requirements": _requirements,
    "roster": _make_roster,
    "coverage": _coverage,
    "certificate": _certificate,
    "audit": _audit,
    "exports": _exports,
    "publish": _publish,
}
