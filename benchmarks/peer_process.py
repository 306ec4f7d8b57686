"""Hands the histories to the peers' own environment as files and reads their answers back.

The peers pin an older pandas than the product, so they live in `.venv-bench` and run as a child process. Where it could
not be made, the benchmark says so and goes on with the naive peers.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.histories import EvaluationSet
from benchmarks.referee import long_rows, questions, score
from benchmarks.registry import ROOT, Effort
from domain import public_holidays

PYTHON = ROOT / ".venv-bench" / "bin" / "python"
DAILY = ("AutoETS", "AutoTheta", "AutoARIMA", "MSTL", "Prophet", "LightGBM")
SLOW_DAILY = ("AutoCES",)
INTRADAY = {"bank": ("MSTL", "Prophet")}
LIMIT_SECONDS = 3600
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class PeerRun:
    """A running child process with the peers; `rows` waits for it."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder, self.process = folder, process

    def rows(
        self, sets: Sequence[EvaluationSet], origins: Mapping[str, list[pd.Timestamp]]
    ) -> list[dict[str, float | int | str]]:
        """Wait for the child; scores of every set and model it did, and a printed line for each it could not do."""
        try:
            self.process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"the peers took more than {LIMIT_SECONDS} s and are ended; what they had done is in the tables")
            self.stop()
        if self.process.returncode:
            print(f"the peers ended with code {self.process.returncode}: {self.last_words()}")
        log = self.folder / "log.jsonl"
        done = [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
        asked = {label(history): questions(history, origins[label(history)]) for history in sets}
        found = []
        for entry in done:
            of, model = f"{entry['set']}.{entry['grain']}", entry["model"]
            if "fault" in entry:
                print(f"{model} on {of}: left out, {entry['fault']}")
                continue
            scores = score(asked[of], pd.read_parquet(self.folder / f"answers.{of}.{model}.parquet"))
            known = {"set": entry["set"], "grain": entry["grain"], "model": model}
            found.append({**known, **scores, "cpu_seconds": entry["seconds"]})
        return found

    def last_words(self) -> str:
        """The last line that the child printed."""
        return (self.folder / "peers.log").read_text("utf-8", "replace").strip().rpartition("\n")[2]

    def stop(self) -> None:
        """End the child if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def start_peers(
    folder: Path, sets: Sequence[EvaluationSet], origins: dict[str, list[pd.Timestamp]], effort: Effort
) -> PeerRun | None:
    """Start the peers on every set (origins by `label`); None, and a line that says so, where there are none."""
    if not PYTHON.exists():
        print(
            "the peers (statsforecast, Prophet, LightGBM) are not installed: tables without them; see .ci/setup bench"
        )
        return None
    tasks = []
    for history in sets:
        models = models_of(history, effort)
        if models:
            long_rows(history.counts).to_parquet(folder / f"{label(history)}.parquet", index=False)
            tasks.append(task_of(history, origins[label(history)], models))
    return launch(folder, tasks)


def launch(folder: Path, tasks: list[dict[str, object]]) -> PeerRun:
    """Start the child on the tasks, whose parquet files are in `folder` already."""
    (folder / "tasks.json").write_text(json.dumps(tasks), "utf-8")
    with (folder / "peers.log").open("wb") as log:
        process = subprocess.Popen(
            [PYTHON, ROOT / "benchmarks" / "peers.py", folder],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **ONE_THREAD},
        )
    return PeerRun(folder, process)


def label(history: EvaluationSet) -> str:
    """The name of a set with its grain: `bank.daily`."""
    return f"{history.name}.{history.grain}"


def models_of(history: EvaluationSet, effort: Effort) -> tuple[str, ...]:
    """The peers that run on a set."""
    if history.grain == "intraday":
        return INTRADAY.get(history.name, ())
    return DAILY if effort == "quick" else DAILY + SLOW_DAILY


def task_of(history: EvaluationSet, origins: list[pd.Timestamp], models: tuple[str, ...]) -> dict[str, object]:
    """What the child needs to know of a set."""
    years = range(history.counts.index[0].year, history.counts.index[-1].year + 1)
    return {
        "name": history.name,
        "grain": history.grain,
        "minutes": history.interval_minutes,
        "origins": [f"{origin:%Y-%m-%d}" for origin in origins],
        "models": models,
        "holidays": {f"{day:%Y-%m-%d}": name for day, name in public_holidays(history.calendar, years).items()},
    }
