"""The relational schema: plan state and pointers, no bulk data. Columns are added by migrations only.

Times are ISO 8601 text in UTC: they sort, read the same in SQLite and PostgreSQL, and lose nothing.

- **version**: one immutable body (a Parquet file) of one kind.
- **plan**: an immutable set of versions, one a kind; `parent` is the plan it was made from.
- **pointer**: a name that points to a plan: `published`, `draft`, or `run:…` while a night works. Moving it is one
  update `… WHERE revision = :seen`.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("version", sa.String(60), nullable=False),
    sa.Column("made_at", sa.String(40), nullable=False),
    sa.Column("run", sa.String(60), nullable=True),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("recipe_key", sa.String(64), nullable=False, index=True),
    sa.Column("inputs", sa.JSON, nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.UniqueConstraint("kind", "version"),
)

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("plan", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("parent", sa.Integer, nullable=True),
    sa.Column("pointer", sa.String(80), nullable=False),
    sa.Column("made_at", sa.String(40), nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("run", sa.String(60), nullable=True),
)

plan_members = sa.Table(
    "plan_members",
    metadata,
    sa.Column("plan", sa.Integer, sa.ForeignKey("plans.plan"), primary_key=True),
    sa.Column("kind", sa.String(40), primary_key=True),
    sa.Column("version", sa.String(60), nullable=False),
    sa.ForeignKeyConstraint(["kind", "version"], ["versions.kind", "versions.version"]),
)

pointers = sa.Table(
    "pointers",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("plan", sa.Integer, sa.ForeignKey("plans.plan"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
)

adjustments = sa.Table(
    "adjustments",
    metadata,
    sa.Column("adjustment_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("queue", sa.String(200), nullable=False),
    sa.Column("from_start", sa.String(40), nullable=False),
    sa.Column("to_start", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("made_at", sa.String(40), nullable=False),
    sa.Column("expires_at", sa.String(40), nullable=True),
)

adjustment_events = sa.Table(
    "adjustment_events",
    metadata,
    sa.Column("adjustment_id", sa.Integer, sa.ForeignKey("adjustments.adjustment_id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("event", sa.String(10), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
)

site_files = sa.Table(
    "site_files",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("made_at", sa.String(40), nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
)

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("import_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("file", sa.String(400), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("version", sa.String(60), nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Column("duplicates", sa.Integer, nullable=False),
    sa.Column("made_at", sa.String(40), nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.String(60), nullable=False, unique=True),
    sa.Column("started_at", sa.String(40), nullable=False),
    sa.Column("ended_at", sa.String(40), nullable=True),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("engine", sa.String(80), nullable=False),
    sa.Column("exit_code", sa.Integer, nullable=True),
    sa.Column("message", sa.Text, nullable=False),
)

run_steps = sa.Table(
    "run_steps",
    metadata,
    sa.Column("run", sa.String(60), sa.ForeignKey("runs.run"), primary_key=True),
    sa.Column("step", sa.String(40), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("started_at", sa.String(40), nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("version", sa.String(60), nullable=True),
)
