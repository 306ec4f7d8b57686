"""The night: everything due, once; killed anywhere, the published plan stays whole and the next night finishes."""

from __future__ import annotations

import json
import multiprocessing
import random
import shutil
import signal
import time
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import forecast as forecasting
from domain.errors import BadValue, ForecastFailed
from planning import steps
from planning.cli import app, main
from planning.nightly import STEPS, inbox_files, run_night
from planning.session import Session, open_session
from planning.steps import publishing
from planning.steps.exporting import deliver
from planning.steps.produce import CHAIN
from planning.steps.publishing import outdated

NEXT_DAY = pd.Timestamp("2026-09-01T00:00", tz="Europe/Berlin")


def statuses(session: Session, run: str) -> dict[str, str]:
    found = steps.run_steps(session, run)
    return dict(zip(found["step"], found["status"], strict=True))


def assert_whole(session: Session) -> None:
    """All parts of the published plan are there, are what their records say, and were made from each other."""
    plan = session.published
    assert plan is not None
    assert set(plan.members) == set(CHAIN)
    assert outdated(session.store, plan.members) == {}
    for kind in CHAIN:
        record = session.store.versions.get(kind, plan.members[kind])
        assert session.store.bodies.fault(kind, record.version, record.facts) is None
        assert len(steps.read(session, kind, "published")) == record.rows


def test_a_night_plans_from_a_file_to_a_published_roster_and_exports(planned: Session) -> None:
    assert_whole(planned)
    history, week = steps.read(planned, "history"), steps.read(planned, "coverage")
    forecast = steps.read(planned, "forecast")
    assert history["start"].max() < forecast["start"].min()
    assert week["start"].min() == pd.Timestamp("2026-08-31T07:00Z")  # Monday nine o'clock in Berlin
    assert week["start"].max() == pd.Timestamp("2026-09-04T15:00Z")
    exports = planned.store.folder / "exports" / "2026-08-31"
    assert {"roster.xlsx", "roster.csv", "roster.pdf", "calendars", "forecast.csv"} == {
        path.name for path in exports.iterdir()
    }


def test_a_night_that_runs_twice_changes_nothing(planned: Session, site_folder: Path) -> None:
    before = planned.published
    bodies = sorted((planned.store.folder / "bodies").rglob("*.parquet"))

    report = run_night(planned, files=[site_folder / "tickets.csv"])

    assert {step.status for step in report.steps} == {"unchanged"}
    assert planned.published == before
    assert sorted((planned.store.folder / "bodies").rglob("*.parquet")) == bodies


def test_exports_of_a_store_restored_without_its_links_are_put_aside(planned: Session) -> None:
    exports = planned.store.folder / "exports"
    link = next(path for path in exports.iterdir() if path.is_symlink())
    target = link.resolve()
    link.unlink()
    shutil.copytree(target, link)  # what a copy that follows links leaves
    delivered = deliver(planned)
    assert delivered.is_symlink()
    assert delivered.resolve() == target
    assert len([path for path in exports.iterdir() if ".before-" in path.name]) == 1


def test_new_tickets_make_a_new_plan(planned: Session, monday: Path) -> None:
    before = dict(planned.published.members)  # type: ignore[union-attr]

    report = run_night(planned, files=[monday])

    assert report.published
    after = planned.published
    assert after is not None
    assert all(after.members[kind] != before[kind] for kind in CHAIN)
    assert_whole(planned)
    assert report.exports is not None
    assert report.exports.name == "2026-09-07"


def test_an_adjustment_survives_the_night_and_reaches_the_requirements(planned: Session, tmp_path: Path) -> None:
    number = steps.add_adjustment(
        planned, queue="phone/billing", from_start=pd.Timestamp("2026-08-31T07:00Z"),
        to_start=pd.Timestamp("2026-08-31T08:00Z"), kind="set", value=50.0, reason="mailing", author="anna",
    )  # fmt: skip

    report = run_night(planned)

    assert report.published
    demand = steps.read(planned, "adjusted", "published").set_index(["queue", "start"])
    touched = demand.loc[("phone/billing", pd.Timestamp("2026-08-31T07:00Z"))]
    assert (touched["offered"], touched["adjustment_ids"]) == (50.0, number)
    assert touched["baseline"] < 20
    found = statuses(planned, report.run)
    assert (found["forecast"], found["requirements"]) == ("unchanged", "done")


def test_a_file_that_cannot_be_read_does_not_stop_the_night(planned: Session, tmp_path: Path) -> None:
    (tmp_path / "broken.csv").write_bytes(b"")

    report = run_night(planned, files=[tmp_path / "broken.csv"])

    assert report.published
    assert report.exit_code == 4
    assert "broken.csv" in report.failures[0]
    assert_whole(planned)


def test_a_failed_queue_keeps_its_last_published_forecast(planned: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    last_good = steps.read(planned, "forecast")
    real = forecasting.make_forecast

    def fails_for_tech(history: pd.DataFrame, **options: object) -> forecasting.ForecastResult:
        result = real(history[history["queue"] != "phone/tech"], **options)  # type: ignore[arg-type]
        failed = (ForecastFailed("phone/tech", "the numbers are strange"),)
        return forecasting.ForecastResult(result.forecast, result.scores, failed, result.chosen, result.flags)

    monkeypatch.setattr(forecasting, "make_forecast", fails_for_tech)
    report = run_night(planned, as_of=NEXT_DAY)

    assert (report.published, report.exit_code) == (True, 4)
    assert "phone/tech" in report.failures[0]
    now = steps.read(planned, "forecast", "published")
    kept, old = (frame[frame["queue"] == "phone/tech"] for frame in (now, last_good))
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), old[old["start"] >= NEXT_DAY].reset_index(drop=True))
    assert_whole(planned)


def test_a_step_that_fails_leaves_the_published_plan_and_names_its_exit_code(
    planned: Session,
) -> None:
    before = planned.published
    people = {"people.csv": "agent,queues,agreement\nanna,phone/*,nobody-agreed-to-this\n"}
    planned.store.site.save(people, author="tester", at=planned.clock())  # load_site refuses such people

    report = run_night(planned)

    assert (report.published, report.exit_code) == (False, 2)
    assert "nobody-agreed-to-this" in report.failures[0]
    found = statuses(planned, report.run)
    assert (found["roster"], found["coverage"], found["publish"]) == ("failed", "skipped", "skipped")
    assert planned.published == before
    assert planned.store.plans.at(f"run:{report.run}") is None
    assert steps.runs(planned).iloc[0][["status", "exit_code"]].tolist() == ["failed", 2]


def test_an_unexpected_fault_is_recorded_and_leaves_the_published_plan(
    planned: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = planned.published

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(forecasting, "make_forecast", broken)
    report = run_night(planned, as_of=NEXT_DAY)

    assert (report.published, report.exit_code) == (False, 1)
    assert planned.published == before
    journal = (planned.store.folder / "logs" / "nightly.jsonl").read_text().splitlines()
    traced = [line for line in map(json.loads, journal) if "exception" in line]
    assert "ZeroDivisionError" in traced[-1]["exception"]


def test_a_night_with_nobody_to_plan_says_so_and_publishes_an_empty_roster(session: Session, site_folder: Path) -> None:
    for name in ("smena.toml", "targets.toml", "opening_hours.toml"):
        (session.store.folder / name).write_text((site_folder / name).read_text())
    steps.load_site(session, session.store.folder)

    report = run_night(session, files=[site_folder / "tickets.csv"])

    assert (report.published, report.exit_code) == (True, 3)
    assert steps.read(session, "roster").empty
    messages = steps.run_steps(session, report.run).set_index("step")["message"]
    assert "no people to plan" in messages["roster"]
    assert_whole(session)


def test_a_night_without_any_tickets_names_the_step_to_run_first(session: Session) -> None:
    report = run_night(session)

    assert (report.published, report.exit_code) == (False, 2)
    assert "smena ingest" in report.failures[0]


def test_an_unknown_engine_is_refused_before_anything_happens(session: Session) -> None:
    with pytest.raises(BadValue, match="local:N"):
        run_night(session, engine="dask")
    assert steps.runs(session).empty


def test_hidden_and_unfinished_files_of_an_inbox_are_left_alone(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", ".hidden.csv", "c.csv.part", "d.tmp"):
        (tmp_path / name).write_text("x")

    assert [path.name for path in inbox_files([tmp_path])] == ["a.csv", "b.csv"]


def test_a_published_plan_can_be_made_again_from_its_recipes(planned: Session) -> None:
    found = steps.verify(planned)

    assert found["faults"] == []
    assert set(found["remade"].values()) == {"equal"}
    assert set(found["remade"]) == set(CHAIN)


def test_a_forecast_from_before_a_column_came_is_still_made_again_equal(
    planned: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, plan = planned.store, planned.published
    assert plan is not None
    record = store.versions.get("forecast", plan.members["forecast"])
    assert "aht_cv" in store.versions.frame("forecast", record.version)
    read = type(store.versions).frame

    def before(versions: Any, kind: str, *rest: Any) -> pd.DataFrame:
        return read(versions, kind, *rest).drop(columns="aht_cv", errors="ignore")

    monkeypatch.setattr(type(store.versions), "frame", before)
    assert publishing._remade(store, record)["forecast"] == "equal"


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Fresh processes that need not import everything again: they are forked from one that has."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["planning.nightly", "planning.cli", "forecast", "scheduling"])
    return context


def night(store: Path, inbox: Path, processes: ForkServerContext) -> ForkServerProcess:
    process = processes.Process(target=main, args=(["nightly", str(inbox), "--store", str(store), "--quiet"],))
    process.start()
    return process


def test_a_night_killed_at_any_moment_leaves_a_whole_plan_and_the_next_one_finishes(
    planned: Session, monday: Path, processes: ForkServerContext
) -> None:
    before = planned.published
    chance = random.Random(20260831)
    killed = 0
    for _ in range(4):
        recorded = len(steps.run_steps(planned))
        process = night(planned.store.folder, monday.parent, processes)
        # A moment inside the night: after a random number of its steps, and a little more.
        wanted = recorded + chance.randrange(len(STEPS))
        while process.is_alive() and len(steps.run_steps(planned)) < wanted:
            time.sleep(0.02)
        time.sleep(chance.random() * 0.2)
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        assert_whole(planned)

    last = night(planned.store.folder, monday.parent, processes)
    last.join()

    assert last.exitcode in (0, 3)
    assert killed >= 1
    assert_whole(planned)
    assert planned.published != before
    with open_session(planned.store.folder) as opened:
        assert opened.store.bodies.strays(opened.store.versions.known()) == []
        nights = steps.runs(opened)
    assert set(nights["status"]) <= {"published", "killed"}
    assert nights.iloc[0]["status"] == "published"


def test_the_command_says_when_another_night_holds_the_lock(planned: Session) -> None:
    with planned.store.night():
        done = CliRunner().invoke(app, ["nightly", "--store", str(planned.store.folder)])

    assert done.exit_code == 5
    assert "another run holds the lock" in done.stderr
    assert done.stdout == ""
