"""Bodies are written whole or not at all, and what a killed process leaves is removed."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pandas as pd
import pytest

from domain.errors import StoreError
from planning.recipe import Recipe
from planning.session import Session
from planning.store import Store, open_store

NOW = pd.Timestamp("2026-08-31T03:00:00", tz="UTC")
FRAME = pd.DataFrame({"queue": ["phone/a", "телефон/б"], "offered": [1.5, float("nan")]})
FRAME["start"] = pd.to_datetime(["2026-08-31T08:00Z", "2026-08-31T09:00Z"]).as_unit("us")


def write(store: Store, frame: pd.DataFrame = FRAME, kind: str = "history") -> str:
    return store.versions.write({kind: frame}, Recipe("history", {}, {"rows": len(frame)}), NOW)


def test_a_body_comes_back_as_it_was_written(session: Session) -> None:
    version = write(session.store)

    pd.testing.assert_frame_equal(session.store.versions.frame("history", version), FRAME)


def test_an_empty_body_keeps_its_columns_and_types(session: Session) -> None:
    version = write(session.store, FRAME.head(0))

    pd.testing.assert_frame_equal(session.store.versions.frame("history", version), FRAME.head(0))


def test_the_leavings_of_a_killed_writer_are_removed_when_the_store_is_opened(session: Session) -> None:
    version = write(session.store)
    folder = session.store.folder / "bodies" / "history"
    (folder / ".half.parquet.4242.tmp").write_bytes(b"PAR1")
    (folder / "no-row-names-it.parquet").write_bytes(b"PAR1")

    open_store(session.store.folder).close()

    assert [path.name for path in folder.iterdir()] == [f"{version}.parquet"]


def test_a_body_that_is_being_written_is_left_alone(session: Session) -> None:
    write(session.store)
    folder = session.store.folder / "bodies"
    growing = folder / "history" / ".growing.parquet.4242.tmp"
    growing.write_bytes(b"PAR1")
    writer = os.open(folder / ".writing", os.O_RDWR)
    fcntl.flock(writer, fcntl.LOCK_SH)

    assert session.store.clean() == []
    assert growing.exists()

    os.close(writer)
    assert session.store.clean() == [growing]


def test_nothing_is_recorded_when_the_disk_refuses(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write(session.store)

    assert session.store.versions.all("history") == []


def test_a_body_that_lost_rows_is_refused_when_read(session: Session) -> None:
    version = write(session.store)
    FRAME.head(1).to_parquet(session.store.bodies.path("history", version))

    with pytest.raises(StoreError, match="its record says 2"):
        session.store.versions.frame("history", version)


def test_a_body_that_is_gone_is_refused_when_read(session: Session) -> None:
    version = write(session.store)
    session.store.bodies.remove("history", version)

    with pytest.raises(StoreError, match="is not in the store"):
        session.store.versions.frame("history", version)


def test_a_changed_byte_is_found_by_its_digest(session: Session) -> None:
    version = write(session.store)
    path = session.store.bodies.path("history", version)
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(bytes(content))
    record = session.store.versions.get("history", version)

    fault = session.store.bodies.fault("history", version, record.facts)

    assert fault == "its content was changed (sha256 differs)"


def test_the_same_recipe_is_found_again_and_another_is_not(session: Session) -> None:
    version = write(session.store)

    assert session.store.versions.made_by(Recipe("history", {}, {"rows": 2})) == version
    assert session.store.versions.made_by(Recipe("history", {}, {"rows": 3})) is None


def test_a_recipe_whose_body_is_gone_is_followed_anew(session: Session) -> None:
    version = write(session.store)
    session.store.bodies.remove("history", version)

    assert session.store.versions.made_by(Recipe("history", {}, {"rows": 2})) is None


def test_the_order_of_inputs_does_not_change_a_recipe_but_their_versions_do() -> None:
    one = Recipe("roster", {"a": "1", "b": "2"}, {"seed": 1})

    assert one.key == Recipe("roster", {"b": "2", "a": "1"}, {"seed": 1}).key
    assert one.key != Recipe("roster", {"a": "1", "b": "3"}, {"seed": 1}).key
    assert one.key != Recipe("roster", {"a": "1", "b": "2"}, {"seed": 2}).key
