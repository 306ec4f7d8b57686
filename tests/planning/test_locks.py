"""One night at a time; the lock ends with its holder, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import LockHeld
from planning.execute import executor_of
from planning.session import Session, open_session

HOLD = """
import sys, time
from pathlib import Path
from planning.session import open_session
with open_session(Path(sys.argv[1])) as session, session.store.night():
    print("held", flush=True)
    time.sleep(60)
"""
ROOT = Path(__file__).resolve().parents[2]


def holder(folder: Path, url: str | None = None) -> subprocess.Popen[str]:
    env = {**os.environ, **({"SMENA_DATABASE_URL": url} if url else {})}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=env
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_second_night_is_refused_while_one_runs_and_let_in_when_it_was_killed(session: Session) -> None:
    process = holder(session.store.folder)
    try:
        with pytest.raises(LockHeld, match=f"process {process.pid}"), session.store.night():
            pass
    finally:
        end(process)

    with session.store.night():
        pass


def test_a_night_that_ends_lets_the_next_one_in(session: Session) -> None:
    with session.store.night():
        pass
    with session.store.night():
        pass


@pytest.mark.postgres
def test_the_lock_in_postgres_refuses_and_ends_with_its_holder(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMENA_DATABASE_URL", postgres_url)
    with open_session(tmp_path / "store") as session:
        process = holder(tmp_path / "store", postgres_url)
        try:
            with pytest.raises(LockHeld), session.store.night():
                pass
        finally:
            end(process)
        for _ in range(200):  # the server notices a dead client within moments, not at once
            try:
                with session.store.night():
                    return
            except LockHeld:
                continue
        pytest.fail("the lock outlived its holder")


@pytest.mark.parametrize("engine", ["serial", "local:2"])
def test_every_executor_gives_the_results_in_the_order_of_the_tasks(engine: str) -> None:
    heard: list[int] = []

    results = executor_of(engine).run(abs, [-3, 1, -2, 5], heard.append)

    assert results == [3, 1, 2, 5]
    assert heard == [1, 2, 3, 4]


def test_a_worker_that_dies_costs_a_retry_not_the_result(tmp_path: Path) -> None:
    import builtins

    # Workers import what they run; `exec` of a sentence is there in every interpreter.
    sentence = (
        "import os, signal, pathlib; p = pathlib.Path({!r}); "
        "p.exists() or (p.write_text('x'), os.kill(os.getpid(), signal.SIGKILL))"
    )
    task = sentence.format(str(tmp_path / "died"))

    results = executor_of("local:1").run(builtins.exec, [task, "pass"])

    assert results == [None, None]
    assert (tmp_path / "died").exists()
