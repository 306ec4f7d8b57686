"""The schema comes from migrations, opens from anywhere, and tells what it refuses without telling the password."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from domain.errors import BadValue, StoreError
from planning.session import Session, open_session
from planning.store import open_store
from planning.store.database import HEAD, MIGRATIONS, migrate, open_engine, schema_differences


def test_the_migrations_make_exactly_the_schema_of_the_code(session: Session) -> None:
    assert schema_differences(session.store.engine) == []


def test_the_newest_migration_is_the_one_the_store_waits_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_sqlite_waits_for_others_and_begins_writes_at_once(session: Session) -> None:
    with session.store.engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "busy_timeout")]
        connection.rollback()

    assert pragmas == ["wal", 10_000]


def test_a_writer_that_waits_is_not_refused(session: Session) -> None:
    engine = session.store.engine
    counter = sa.text("UPDATE counter SET n = n + 1")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counter VALUES (0)")

    def add() -> None:
        for _ in range(10):
            with engine.begin() as connection:
                connection.execute(sa.text("SELECT n FROM counter"))
                connection.execute(counter)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counter").scalar() == 40


def test_several_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    faults: list[Exception] = []

    def opening() -> None:
        try:
            open_store(tmp_path / "store").close()
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=opening) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []


def test_a_store_of_a_newer_smena_is_refused(session: Session) -> None:
    with session.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match="at schema 9999, which this version of Smena does not know"):
        migrate(session.store.engine)


def test_a_store_that_cannot_be_made_is_a_named_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(BadValue, match="a folder for the store"):
        open_session(tmp_path / "file")
    with pytest.raises(StoreError, match="can't be made"):
        open_session(tmp_path / "file" / "store")


def test_a_database_that_is_no_database_is_a_named_error(tmp_path: Path) -> None:
    (tmp_path / "smena.sqlite").write_bytes(b"this is no database at all, not even a small one" * 50)

    with pytest.raises(StoreError, match="file is not a database"):
        open_store(tmp_path)


@pytest.mark.parametrize("url", ["mysql://smena:s3cret@host/db", "no address at all"])
def test_another_kind_of_database_is_refused_without_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_engine(tmp_path, url)

    assert "s3cret" not in str(caught.value)


def test_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="refused") as caught:
        open_store(tmp_path, "postgresql+psycopg://smena:s3cret@127.0.0.1:1/db?connect_timeout=2")

    assert "s3cret" not in str(caught.value)
