"""A tiny site that is planned in seconds: two queues, eight weeks of tickets, six people."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planning.session import Session, open_session

ZONE = "Europe/Berlin"
FIRST_DAY = pd.Timestamp("2026-07-06", tz=ZONE)  # a Monday
DAYS = 56
NOW = pd.Timestamp("2026-08-31T03:00:00", tz="UTC")
WEEK = "2026-08-31"

SETTINGS = f"""
timezone = "{ZONE}"
interval_minutes = 60
horizon_days = 14
backtest_origins = 1
certificate_runs = 2
roster_iterations = 2
"""
TARGETS = """
[default]
service_level = 0.8
answer_within_seconds = 60
shrinkage = 0.1
aht_seconds = 300
"""
RULES = f"""
timezone = "{ZONE}"

[agreement.full]
shifts = ["day"]
hours_per_week_max = 40
rest_hours_min = 11
consecutive_days_max = 5

[shift.day]
start_from = "09:00"
start_to = "10:00"
start_step_minutes = 60
length_minutes = 480
"""
OPENING = """
[default]
mon = ["09:00-18:00"]
tue = ["09:00-18:00"]
wed = ["09:00-18:00"]
thu = ["09:00-18:00"]
fri = ["09:00-18:00"]
"""
PEOPLE = "agent,queues,agreement\n" + "".join(f"p{n},phone/*,full\n" for n in range(6))
TIME_OFF = "agent,from,to,kind,weight\np0,2026-09-01,2026-09-01,leave,\n"


def tickets(days: int = DAYS, first: pd.Timestamp = FIRST_DAY, seed: int = 1) -> pd.DataFrame:
    """About 7 contacts a working hour on two queues; canonical columns."""
    rng = np.random.default_rng(seed)
    rows = []
    for day in range(days):
        date = first.tz_localize(None) + pd.Timedelta(days=day)
        if date.day_of_week > 4:
            continue
        for kind, rate in (("billing", 5), ("tech", 2)):
            for hour in range(9, 18):
                for minute in rng.integers(0, 60, rng.poisson(rate)):
                    rows.append((date + pd.Timedelta(hours=hour, minutes=int(minute)), "phone", kind))
    frame = pd.DataFrame(rows, columns=["created_at", "channel", "type"])
    frame["created_at"] = frame["created_at"].dt.tz_localize(ZONE)
    frame.insert(0, "ticket_id", [f"t{seed}-{number}" for number in range(len(frame))])
    frame["handle_seconds"] = rng.integers(120, 480, len(frame)).astype(float)
    return frame


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the tiny site and its tickets."""
    folder = tmp_path_factory.mktemp("site")
    contents = {
        "smena.toml": SETTINGS,
        "targets.toml": TARGETS,
        "rules.toml": RULES,
        "opening_hours.toml": OPENING,
        "people.csv": PEOPLE,
        "time_off.csv": TIME_OFF,
    }
    for name, content in contents.items():
        (folder / name).write_text(content, "utf-8")
    tickets().to_csv(folder / "tickets.csv", index=False)
    return folder


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session on an empty store whose clock stands still."""
    monkeypatch.delenv("SMENA_DATABASE_URL", raising=False)
    with open_session(tmp_path / "store", clock=lambda: NOW, author="tester") as opened:
        yield opened


@pytest.fixture
def monday(tmp_path: Path) -> Path:
    """An inbox with the tickets of the day after those of the site."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    tickets(1, FIRST_DAY + pd.Timedelta(days=DAYS), seed=9).to_csv(inbox / "monday.csv", index=False)
    return inbox / "monday.csv"


@pytest.fixture(scope="session")
def planned_store(site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which one night has run; copied by the tests that change it."""
    from planning import steps
    from planning.nightly import run_night

    folder = tmp_path_factory.mktemp("planned") / "store"
    with open_session(folder, clock=lambda: NOW, author="tester") as opened:
        steps.load_site(opened, site_folder)
        report = run_night(opened, files=[site_folder / "tickets.csv"])
        assert report.published, report.failures
    return folder


@pytest.fixture
def planned(planned_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session on a copy of the planned store."""
    monkeypatch.delenv("SMENA_DATABASE_URL", raising=False)
    folder = tmp_path / "store"
    shutil.copytree(planned_store, folder, symlinks=True)
    with open_session(folder, clock=lambda: NOW, author="tester") as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a real PostgreSQL server, started for the tests (or SMENA_TEST_DATABASE_URL)."""
    if given := os.environ.get("SMENA_TEST_DATABASE_URL"):
        yield given
        return
    binaries = _postgres_binaries()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have PostgreSQL: initdb and pg_ctl are not there")
        pytest.skip("needs PostgreSQL (initdb, pg_ctl)")
    folder = Path(tempfile.mkdtemp(prefix="smena-postgres-"))  # not pytest's folder, which only its owner may enter
    port = _free_port()
    data, socket_folder = folder / "data", folder / "socket"
    socket_folder.mkdir()
    _let_postgres_in(folder)
    secret = folder / "password"
    secret.write_text("s3cret-word\n")
    if os.geteuid() == 0:
        shutil.chown(secret, "postgres")
    _as_postgres(
        str(binaries / "initdb"), "-D", str(data), "-U", "smena", "--auth=scram-sha-256", f"--pwfile={secret}",
        "--no-sync", "-E", "UTF8", "--locale=C",
    )  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {socket_folder}"
    log = str(folder / "log")
    _as_postgres(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-t", "30", "-l", log, "-o", options, "start")
    try:
        yield f"postgresql+psycopg://smena:s3cret-word@127.0.0.1:{port}/postgres"
    finally:
        _as_postgres(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _let_postgres_in(folder: Path) -> None:
    """initdb refuses root: the server runs as `postgres` then, who must own its folder."""
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "postgres")


def _as_postgres(*command: str) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*prefix, *command], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
