"""Worker processes and what becomes of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
POOL = """
import os, sys, time
from pathlib import Path
from planning.execute import LocalExecutor

def work(folder):
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)

if __name__ == "__main__":
    LocalExecutor(2).run(work, [sys.argv[1]] * 2)
"""


def alive(pid: int) -> bool:
    """Whether the process runs still; one that ended and that nobody has asked for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text(POOL)
    names = tmp_path / "names"
    names.mkdir()
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, str(tmp_path / "pool.py"), str(names)], env=path)
    try:
        wait_for(lambda: len(list(names.iterdir())) == 2)
    finally:
        process.kill()
        process.wait()
    workers = [int(name.name) for name in names.iterdir()]
    wait_for(lambda: not any(alive(pid) for pid in workers))


def wait_for(holds: object, seconds: float = 60.0) -> None:
    """Until it holds; fails after a time that is ample."""
    assert callable(holds)
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
