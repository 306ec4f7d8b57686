"""The first tables: versions, plans, pointers, adjustments, site files, imports, runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STAMP = sa.String(40)
TABLES = (
    "run_steps", "runs", "imports", "site_files", "adjustment_events", "adjustments", "pointers", "plan_members",
    "plans", "versions",
)  # fmt: skip


def upgrade() -> None:
    _versions_and_plans()
    _adjustments()
    _site_and_imports()
    _runs()


def _versions_and_plans() -> None:
    op.create_table(
        "versions",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.String(60), nullable=False),
        sa.Column("made_at", STAMP, nullable=False),
        sa.Column("run", sa.String(60), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("recipe_key", sa.String(64), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_versions"),
        sa.UniqueConstraint("kind", "version", name="uq_versions_kind"),
    )
    op.create_index("ix_versions_recipe_key", "versions", ["recipe_key"])
    op.create_table(
        "plans",
        sa.Column("plan", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("pointer", sa.String(80), nullable=False),
        sa.Column("made_at", STAMP, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("run", sa.String(60), nullable=True),
        sa.PrimaryKeyConstraint("plan", name="pk_plans"),
    )
    op.create_table(
        "plan_members",
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["plan"], ["plans.plan"], name="fk_plan_members_plan"),
        sa.ForeignKeyConstraint(
            ["kind", "version"], ["versions.kind", "versions.version"], name="fk_plan_members_kind"
        ),
        sa.PrimaryKeyConstraint("plan", "kind", name="pk_plan_members"),
    )
    op.create_table(
        "pointers",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan"], ["plans.plan"], name="fk_pointers_plan"),
        sa.PrimaryKeyConstraint("name", name="pk_pointers"),
    )


def _adjustments() -> None:
    op.create_table(
        "adjustments",
        sa.Column("adjustment_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("queue", sa.String(200), nullable=False),
        sa.Column("from_start", STAMP, nullable=False),
        sa.Column("to_start", STAMP, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("made_at", STAMP, nullable=False),
        sa.Column("expires_at", STAMP, nullable=True),
        sa.PrimaryKeyConstraint("adjustment_id", name="pk_adjustments"),
    )
    op.create_table(
        "adjustment_events",
        sa.Column("adjustment_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(10), nullable=False),
        sa.Column("at", STAMP, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["adjustment_id"], ["adjustments.adjustment_id"], name="fk_adjustment_events_adjustment_id"
        ),
        sa.PrimaryKeyConstraint("adjustment_id", "revision", name="pk_adjustment_events"),
    )


def _site_and_imports() -> None:
    op.create_table(
        "site_files",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", STAMP, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", "revision", name="pk_site_files"),
    )
    op.create_index("ix_site_files_sha256", "site_files", ["sha256"])
    op.create_table(
        "imports",
        sa.Column("import_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file", sa.String(400), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.String(60), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("made_at", STAMP, nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name="pk_imports"),
        sa.UniqueConstraint("sha256", name="uq_imports_sha256"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run", sa.String(60), nullable=False),
        sa.Column("started_at", STAMP, nullable=False),
        sa.Column("ended_at", STAMP, nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("engine", sa.String(80), nullable=False),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_runs"),
        sa.UniqueConstraint("run", name="uq_runs_run"),
    )
    op.create_table(
        "run_steps",
        sa.Column("run", sa.String(60), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("started_at", STAMP, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("version", sa.String(60), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["runs.run"], name="fk_run_steps_run"),
        sa.PrimaryKeyConstraint("run", "step", name="pk_run_steps"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
