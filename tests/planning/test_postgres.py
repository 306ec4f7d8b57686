"""The store on a real PostgreSQL server, where several planners and a night work at once."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from domain.errors import StaleRevision
from planning import steps
from planning.nightly import run_night
from planning.recipe import Recipe
from planning.session import Session, open_session
from planning.store import DRAFT, PUBLISHED, NewPlan
from planning.store.database import schema_differences

pytestmark = pytest.mark.postgres
NOW = pd.Timestamp("2026-08-31T03:00:00", tz="UTC")


@pytest.fixture
def address(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new, empty database on the server."""
    name = f"smena_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    url = postgres_url.rpartition("/")[0] + f"/{name}"
    monkeypatch.setenv("SMENA_DATABASE_URL", url)
    return url


@pytest.fixture
def shared_session(address: str, tmp_path: Path) -> Iterator[Session]:
    with open_session(tmp_path / "store", clock=lambda: NOW, author="tester") as opened:
        yield opened


def published(session: Session, number: int) -> dict[str, str]:
    recipe = Recipe("forecast", {}, {"number": number})
    version = session.store.versions.write({"forecast": pd.DataFrame({"n": [number]})}, recipe, NOW)
    return {"forecast": version}


def test_the_migrations_make_exactly_the_schema_of_the_code(shared_session: Session) -> None:
    assert schema_differences(shared_session.store.engine) == []


def test_two_sessions_may_open_a_new_database_at_once(address: str, tmp_path: Path) -> None:
    faults: list[Exception] = []

    def opening(folder: str) -> None:
        try:
            open_session(tmp_path / folder).close()
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=opening, args=(folder,)) for folder in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []


def test_the_password_is_shown_nowhere(shared_session: Session) -> None:
    shown = steps.status(shared_session)["database"]

    assert shown.startswith("postgresql+psycopg://smena:***@")
    assert "s3cret" not in shown


def test_publishing_is_one_step_and_the_slower_planner_is_told(shared_session: Session) -> None:
    plans = shared_session.store.plans
    members = published(shared_session, 1)
    plans.advance(DRAFT, NewPlan(members, NOW, "anna"))
    seen = plans.publish(NewPlan(members, NOW, "anna")).revision
    plans.publish(NewPlan(published(shared_session, 2), NOW, "anna"), seen_revision=seen)

    with pytest.raises(StaleRevision):
        plans.publish(NewPlan(published(shared_session, 3), NOW, "boris"), seen_revision=seen)

    assert plans.at(PUBLISHED).author == "anna"  # type: ignore[union-attr]


def test_no_acknowledged_change_is_lost_when_several_planners_publish_at_once(shared_session: Session) -> None:
    plans = shared_session.store.plans
    members = published(shared_session, 1)
    plans.publish(NewPlan(members, NOW, "tester"))
    counted: list[str] = []

    def planner() -> None:
        for _ in range(8):
            seen = plans.at(PUBLISHED)
            assert seen is not None
            try:
                plans.publish(NewPlan(members, NOW, "tester"), seen_revision=seen.revision)
                counted.append("saved")
            except StaleRevision:
                counted.append("refused")

    threads = [threading.Thread(target=planner) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(counted) == 32
    assert plans.at(PUBLISHED).revision == 1 + counted.count("saved")  # type: ignore[union-attr]


def test_an_adjustment_switched_by_two_is_switched_by_one(shared_session: Session) -> None:
    number = steps.add_adjustment(
        shared_session, queue="phone/*", from_start=NOW, to_start=NOW + pd.Timedelta(days=1), kind="scale", value=1.2,
        reason="реклама", author="anna",
    )  # fmt: skip
    outcomes: list[str] = []

    def planner(name: str) -> None:
        try:
            steps.switch_adjustment(shared_session, number, active=False, author=name, seen_revision=1)
            outcomes.append("switched")
        except StaleRevision:
            outcomes.append("told")

    threads = [threading.Thread(target=planner, args=(name,)) for name in ("anna", "boris")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["switched", "told"]


def test_a_night_runs_and_runs_again_without_a_change(shared_session: Session, site_folder: Path) -> None:
    steps.load_site(shared_session, site_folder)

    first = run_night(shared_session, files=[site_folder / "tickets.csv"])
    second = run_night(shared_session, files=[site_folder / "tickets.csv"])

    assert first.published, first.failures
    assert {step.status for step in second.steps} == {"unchanged"}
    assert steps.verify(shared_session, remake=False)["faults"] == []
