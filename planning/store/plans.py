"""Plans and pointers: which versions belong together, and which plan readers see.

A plan is immutable; a pointer names one. Moving a pointer is one update `… WHERE revision = :seen`, so a reader gets
the old plan or the new one, and two people who move it from the same revision can't both succeed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from domain.errors import StaleRevision
from planning.store.database import transaction
from planning.store.schema import plan_members, plans, pointers
from planning.store.stamps import from_text, to_text

PUBLISHED = "published"
DRAFT = "draft"


@dataclass(frozen=True)
class Plan:
    """A plan as recorded: `members` are version names by kind; `revision` that of the pointer it was read through."""

    plan: int
    parent: int | None
    made_at: pd.Timestamp
    author: str
    note: str
    run: str | None
    members: Mapping[str, str]
    revision: int = 0


@dataclass(frozen=True)
class NewPlan:
    """What a plan to be recorded consists of."""

    members: Mapping[str, str]
    made_at: pd.Timestamp
    author: str
    note: str = ""
    run: str | None = None


@dataclass(frozen=True)
class Plans:
    """All plans and pointers of a store."""

    engine: sa.Engine

    def at(self, pointer: str) -> Plan | None:
        """The plan a pointer names, read in one statement; None where the pointer does not exist yet."""
        with transaction(self.engine, only_reads=True) as connection:
            return _at(connection, pointer)

    def published_before(self, plan: Plan) -> list[Plan]:
        """The plans that were published before this one, newest first (the way a revert goes back)."""
        before: list[Plan] = []
        with transaction(self.engine, only_reads=True) as connection:
            parent = plan.parent
            while parent is not None and (found := _plan(connection, parent)) is not None:
                before.append(found)
                parent = found.parent
        return before

    def shown_before(self, plan: Plan) -> list[Plan]:
        """All plans that readers have seen before this one, newest first: those that a revert went back over too."""
        asked = sa.select(plans.c.plan).where(plans.c.pointer == PUBLISHED, plans.c.plan < plan.plan)
        with transaction(self.engine, only_reads=True) as connection:
            numbers = [row.plan for row in connection.execute(asked.order_by(plans.c.plan.desc()))]
            return [found for number in numbers if (found := _plan(connection, number)) is not None]

    def advance(self, pointer: str, new: NewPlan) -> Plan:
        """A new plan for a draft: what the pointer names (or what is published), with `new.members` laid over it."""
        with transaction(self.engine) as connection:
            base = _at(connection, pointer)
            start = base or _at(connection, PUBLISHED)
            members = {**(start.members if start else {}), **new.members}
            number = _record(connection, pointer, members, new, start.plan if start else None)
            _move(connection, pointer, number, base.revision if base else None)
            found = _at(connection, pointer)
        assert found is not None
        return found

    def publish(self, new: NewPlan, *, seen_revision: int | None = None, reverts_to: Plan | None = None) -> Plan:
        """Make `new.members` the published plan and the draft, in one transaction.

        `seen_revision` is the revision of the published pointer that the decision was made on. After a revert, a
        further revert goes on from `reverts_to`. Raises `StaleRevision`.
        """
        with transaction(self.engine) as connection:
            old = _at(connection, PUBLISHED)
            now = old.revision if old else 0
            if seen_revision is not None and seen_revision != now:
                raise StaleRevision("the published plan", seen_revision, now)
            parent = reverts_to.parent if reverts_to else old.plan if old else None
            number = _record(connection, PUBLISHED, new.members, new, parent)
            _move(connection, PUBLISHED, number, old.revision if old else None)
            draft = _at(connection, DRAFT)
            _move(connection, DRAFT, number, draft.revision if draft else None)
            if new.run is not None:
                connection.execute(sa.delete(pointers).where(pointers.c.name == run_pointer(new.run)))
            found = _at(connection, PUBLISHED)
        assert found is not None
        return found

    def drop(self, pointer: str) -> None:
        """Forget a draft."""
        with transaction(self.engine) as connection:
            connection.execute(sa.delete(pointers).where(pointers.c.name == pointer))

    def prune(self, keep: int) -> None:
        """Forget plans that no pointer names, beyond the newest `keep` published ones."""
        with transaction(self.engine) as connection:
            newest = (
                sa.select(plans.c.plan).where(plans.c.pointer == PUBLISHED).order_by(plans.c.plan.desc()).limit(keep)
            )
            kept = {row.plan for row in connection.execute(newest)}
            kept |= {row.plan for row in connection.execute(sa.select(pointers.c.plan))}
            doomed = [row.plan for row in connection.execute(sa.select(plans.c.plan)) if row.plan not in kept]
            for plan in doomed:
                connection.execute(sa.delete(plan_members).where(plan_members.c.plan == plan))
                connection.execute(sa.delete(plans).where(plans.c.plan == plan))


def run_pointer(run: str) -> str:
    """The name of the private draft of a run."""
    return f"run:{run}"


def _at(connection: sa.Connection, pointer: str) -> Plan | None:
    found = connection.execute(
        sa.select(pointers.c.revision, plans, plan_members.c.kind, plan_members.c.version)
        .join(plans, plans.c.plan == pointers.c.plan)
        .outerjoin(plan_members, plan_members.c.plan == plans.c.plan)
        .where(pointers.c.name == pointer)
    ).all()
    return _as_plan(found, found[0].revision) if found else None


def _plan(connection: sa.Connection, number: int) -> Plan | None:
    found = connection.execute(
        sa.select(plans, plan_members.c.kind, plan_members.c.version)
        .outerjoin(plan_members, plan_members.c.plan == plans.c.plan)
        .where(plans.c.plan == number)
    ).all()
    return _as_plan(found, 0) if found else None


def _as_plan(rows: Sequence[sa.Row[Any]], revision: int) -> Plan:
    first = rows[0]
    return Plan(
        plan=first.plan,
        parent=first.parent,
        made_at=from_text(first.made_at),
        author=first.author,
        note=first.note,
        run=first.run,
        members={row.kind: row.version for row in rows if row.kind is not None},
        revision=revision,
    )


def _record(
    connection: sa.Connection, pointer: str, members: Mapping[str, str], new: NewPlan, parent: int | None
) -> int:
    values = {
        "parent": parent,
        "pointer": pointer,
        "made_at": to_text(new.made_at),
        "author": new.author,
        "note": new.note,
        "run": new.run,
    }
    number = int(connection.execute(sa.insert(plans).values(**values).returning(plans.c.plan)).scalar_one())
    if members:
        rows = [{"plan": number, "kind": kind, "version": version} for kind, version in sorted(members.items())]
        connection.execute(sa.insert(plan_members), rows)
    return number


def _move(connection: sa.Connection, pointer: str, plan: int, seen: int | None) -> None:
    if seen is None:
        try:
            connection.execute(sa.insert(pointers).values(name=pointer, plan=plan, revision=1))
        except sa.exc.IntegrityError as fault:
            raise StaleRevision(f"the {pointer} plan", 0, 1) from fault
        return
    moved = connection.execute(
        sa.update(pointers)
        .where(pointers.c.name == pointer, pointers.c.revision == seen)
        .values(plan=plan, revision=seen + 1)
    )
    if moved.rowcount != 1:
        now = connection.execute(sa.select(pointers.c.revision).where(pointers.c.name == pointer)).scalar()
        raise StaleRevision(f"the {pointer} plan", seen, int(now or 0))
