"""The history of runs: when each night began and ended, and what each of its steps did."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from planning.store.database import transaction
from planning.store.schema import pointers, run_steps, runs
from planning.store.stamps import to_text

RUNNING = "running"
KILLED = "killed"


@dataclass(frozen=True)
class StepRecord:
    """What one step of a run did. `status`: done, unchanged, partly, failed, skipped."""

    step: str
    position: int
    status: str
    started_at: pd.Timestamp
    seconds: float
    message: str = ""
    version: str | None = None


@dataclass(frozen=True)
class Runs:
    """All runs of a store."""

    engine: sa.Engine

    def begin(self, run: str, *, at: pd.Timestamp, engine: str) -> list[str]:
        """Record a run that starts. Runs still marked as running are dead (this one holds the lock): they are
        marked killed, their drafts dropped, and their names returned."""
        with transaction(self.engine) as connection:
            dead = [row.run for row in connection.execute(sa.select(runs.c.run).where(runs.c.status == RUNNING))]
            for name in dead:
                connection.execute(
                    sa.update(runs)
                    .where(runs.c.run == name)
                    .values(status=KILLED, ended_at=to_text(at), message="ended without a word; the next run took over")
                )
                connection.execute(sa.delete(pointers).where(pointers.c.name == f"run:{name}"))
            values = {"run": run, "started_at": to_text(at), "status": RUNNING, "engine": engine, "message": ""}
            connection.execute(sa.insert(runs).values(**values))
        return dead

    def record(self, run: str, step: StepRecord) -> None:
        """What a step did; a step that is done again replaces its record."""
        values = {
            "position": step.position,
            "status": step.status,
            "started_at": to_text(step.started_at),
            "seconds": step.seconds,
            "message": step.message,
            "version": step.version,
        }
        with transaction(self.engine) as connection:
            where = (run_steps.c.run == run, run_steps.c.step == step.step)
            if connection.execute(sa.update(run_steps).where(*where).values(**values)).rowcount == 0:
                connection.execute(sa.insert(run_steps).values(run=run, step=step.step, **values))

    def end(self, run: str, *, at: pd.Timestamp, status: str, exit_code: int, message: str = "") -> None:
        """Record how a run ended."""
        values = {"ended_at": to_text(at), "status": status, "exit_code": exit_code, "message": message}
        with transaction(self.engine) as connection:
            connection.execute(sa.update(runs).where(runs.c.run == run).values(**values))

    def frame(self) -> pd.DataFrame:
        """One row per run, newest first: run, started_at, ended_at, seconds, status, engine, exit_code, message."""
        with transaction(self.engine, only_reads=True) as connection:
            rows = connection.execute(sa.select(runs).order_by(runs.c.seq.desc())).mappings()
            found = pd.DataFrame([dict(row) for row in rows], columns=[column.name for column in runs.columns])
        for name in ("started_at", "ended_at"):
            found[name] = pd.to_datetime(found[name], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
        found["seconds"] = (found["ended_at"] - found["started_at"]).dt.total_seconds()
        found["exit_code"] = found["exit_code"].astype("Int64")
        return found[["run", "started_at", "ended_at", "seconds", "status", "engine", "exit_code", "message"]]

    def steps(self, run: str | None = None) -> pd.DataFrame:
        """One row per run and step, in order: run, step, status, started_at, seconds, message, version."""
        query = sa.select(run_steps).order_by(run_steps.c.run, run_steps.c.position)
        if run is not None:
            query = query.where(run_steps.c.run == run)
        with transaction(self.engine, only_reads=True) as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        found = pd.DataFrame(rows, columns=[column.name for column in run_steps.columns])
        found["started_at"] = pd.to_datetime(found["started_at"], utc=True, format="ISO8601")
        return found[["run", "step", "status", "started_at", "seconds", "message", "version"]]
