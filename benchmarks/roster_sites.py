"""Ten thousand people at fifty sites, four weeks, one command: `smena roster` plans sites as tasks on all cores.

Each site is a call centre of its own (`make_call_centre`, another seed each, queues `calls/s07`). Files are made and
the roster is audited in processes of their own, so that memory is that of the command and its workers.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.peer_process import ONE_THREAD
from benchmarks.registry import ROOT, BenchSpec, Effort, Row

SIZES: dict[Effort, tuple[int, int, int]] = {"quick": (4, 50, 1), "usual": (10, 200, 4), "full": (50, 200, 4)}
SECONDS_MOST, MEGABYTES_MOST = 300.0, 500.0  # of fifty sites with 200 people each
ROUNDS = 0
FILES = ("requirements.parquet", "people.csv", "time_off.csv", "previous.parquet", "rules.toml")


def measure(effort: Effort = "usual") -> list[Row]:
    """One row: the command from files to a file, start and reading included."""
    sites, people, weeks = SIZES[effort]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _child("make", folder, sites, people, weeks)
        took = _command(folder)
        audited = _child("check", folder)
    row: dict[str, Any] = {
        "sites": sites,
        "people": sites * people,
        "weeks": weeks,
        "rounds": ROUNDS,
        **took,
        **audited,
    }
    if effort == "full":
        fits = (
            row["seconds"] <= SECONDS_MOST and row["largest_process_MB"] < MEGABYTES_MOST and not row["hard_breaches"]
        )
        row |= {"bound_seconds": SECONDS_MOST, "bound_MB": MEGABYTES_MOST, "verdict": "ok" if fits else "MISSED"}
    return [row]


def _command(folder: Path) -> dict[str, Any]:
    """`smena roster` on the files; CPU seconds of the command and its workers, MB of the largest of these processes."""
    need, people, wishes, previous, rules = (str(folder / name) for name in FILES)
    words = ["roster", need, "--people", people, "--rules", rules, "--wishes", wishes]
    words += ["--previous", previous]
    words += ["--out", str(folder / "roster.parquet"), "--iterations", str(ROUNDS), "--quiet"]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "planning", *words],
        cwd=ROOT, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):  # 3: hours stay uncovered, as they must with too few people
        raise RuntimeError(f"smena roster ended with code {done.returncode}")
    summary = json.loads(done.stdout)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "largest_process_MB": round(after.ru_maxrss / 1024),
        "cost": summary["cost"],
        "cost_gap_%": round(100 * summary["gap"], 2),
        "uncovered_%": round(100 * summary["uncovered_hours"] / summary["required_hours"], 2),
    }


def _child(*words: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.roster_sites", *(str(word) for word in words)],
        cwd=ROOT, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def make_files(folder: Path, sites: int, people: int, weeks: int) -> dict[str, Any]:
    """The inputs of the command; nothing to say of them."""
    from benchmarks.call_centre import make_call_centre
    from benchmarks.roster_child import TIGHT
    from benchmarks.rules_toml import rules_toml

    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in FILES[:-1]}
    for number in range(1, sites + 1):
        centre, site = make_call_centre(people, weeks, tight=TIGHT, seed=number), f"s{number:02d}"
        queues = centre.people["queues"].str.replace(r"(\w+)", rf"\1/{site}", regex=True)
        staff = centre.people.assign(queues=queues, site=site)
        before = centre.previous.assign(queue=centre.previous["queue"].str.replace(r"(\w+)", rf"\1/{site}", regex=True))
        frames = (centre.requirements, staff, centre.time_off, before)
        for name, frame in zip(FILES[:-1], frames, strict=True):
            own = frame.assign(agent=site + "-" + frame["agent"]) if "agent" in frame else frame
            own = own.assign(queue=own["queue"] + "/" + site) if "load_erlangs" in own else own
            parts[name].append(own)
    for name in ("requirements.parquet", "previous.parquet"):
        pd.concat(parts[name]).to_parquet(folder / name, index=False)
    for name in ("people.csv", "time_off.csv"):
        pd.concat(parts[name]).to_csv(folder / name, index=False)
    (folder / "rules.toml").write_text(rules_toml(centre.book), "utf-8")
    return {}


def audit_files(folder: Path) -> dict[str, Any]:
    """Breaches of hard rules, site by site, and the rows that were audited."""
    from connectors import read_table
    from domain.tables import PEOPLE, TIME_OFF
    from planning.stages import rulebook_of
    from scheduling import audit

    book, staff = rulebook_of(folder / "rules.toml"), read_table(folder / "people.csv", PEOPLE)
    roster, away = pd.read_parquet(folder / "roster.parquet"), read_table(folder / "time_off.csv", TIME_OFF)
    previous = pd.read_parquet(folder / "previous.parquet")
    hard = 0
    for _, own in staff.groupby("site"):
        rows, off, before = (frame[frame["agent"].isin(own["agent"])] for frame in (roster, away, previous))
        found = audit(rows, own, book, time_off=off, previous=before)
        hard += int((found["strictness"] == "forbid").sum())
    return {"rows": len(roster), "agents_rostered": int(roster["agent"].nunique()), "hard_breaches": hard}


BENCH = BenchSpec(
    "roster_sites", "10,000 people at 50 sites over four weeks by one command", measure, has_effort=True
)  # fmt: skip

if __name__ == "__main__":
    task, place, *numbers = sys.argv[1:]
    said = audit_files(Path(place)) if task == "check" else make_files(Path(place), *(int(word) for word in numbers))
    print(json.dumps(said))
