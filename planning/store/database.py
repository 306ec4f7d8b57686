"""The database behind the store: SQLite (WAL) in the store's folder, or PostgreSQL by SMENA_DATABASE_URL.

SQLite begins every write with BEGIN IMMEDIATE: two writers wait for each other instead of failing half-way
("database is locked" is what a deferred transaction answers when it finds it must become a writer too late).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from domain.errors import StoreError
from planning.store.schema import metadata

HEAD = "0001"  # the newest migration; a test compares it with the scripts
MIGRATION_LOCK = 7_262_901_001
MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MILLISECONDS = 10_000


def open_engine(folder: Path, url: str | None = None) -> sa.Engine:
    """The engine for a store. Raises `StoreError` for an address that is none (without showing its password)."""
    if url is None:
        engine = sa.create_engine(f"sqlite:///{folder / 'smena.sqlite'}", poolclass=sa.NullPool)
        sa.event.listen(engine, "connect", _set_pragmas)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        address = sa.make_url(url)
        if address.get_backend_name() != "postgresql":
            raise StoreError("SMENA_DATABASE_URL must begin with postgresql+psycopg://")
        return sa.create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except (ArgumentError, ImportError) as fault:
        raise StoreError(f"SMENA_DATABASE_URL can't be used: {type(fault).__name__}") from fault


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    only_reads = connection.get_execution_options().get("only_reads", False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def shown_address(engine: sa.Engine) -> str:
    """The database's address with its password masked."""
    return engine.url.render_as_string(hide_password=True)


@contextmanager
def transaction(engine: sa.Engine, *, only_reads: bool = False) -> Iterator[sa.Connection]:
    """One transaction; a database fault comes out as `StoreError`, a constraint as itself."""
    try:
        with engine.connect().execution_options(only_reads=only_reads) as connection, connection.begin():
            yield connection
    except sa.exc.IntegrityError:
        raise
    except SQLAlchemyError as fault:
        reason = str(getattr(fault, "orig", None) or fault).strip().splitlines()
        raise StoreError(
            f"the database at {shown_address(engine)} refused: {reason[0] if reason else fault}"
        ) from fault


def migrate(engine: sa.Engine) -> None:
    """Bring the schema to the newest migration. Two processes may call this at once."""
    with transaction(engine, only_reads=True) as connection:
        if _revision(connection) == HEAD:
            return
    with transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        found = _revision(connection)
        if found == HEAD:
            return
        _upgrade(connection, found)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: sa.Connection, found: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as fault:
        raise StoreError(f"the store is at schema {found}, which this version of Smena does not know") from fault


def schema_differences(engine: sa.Engine) -> list[Any]:
    """What the migrated database and `schema.py` disagree about; empty when nothing."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with transaction(engine, only_reads=True) as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))
