"""Accuracy of the product on the evaluation histories, in one run with the peers, held against the goals.

Twelve rolling origins a set (three with `--quick`). The product is scored as a user gets it, through `make_forecast`
with its default settings. The peers run meanwhile in a process and an environment of their own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.entrants import PINNED, PRODUCT, product_answers
from benchmarks.goals import goal_rows
from benchmarks.histories import EvaluationSet, evaluation_sets
from benchmarks.peer_process import label, start_peers
from benchmarks.referee import origins_of, questions, score, weekday_mean
from benchmarks.registry import BenchSpec, Effort, Row, Tables

ORIGINS: dict[Effort, int] = {"usual": 12, "full": 12, "quick": 3}
NAIVE_WEEKS = {"seasonal_naive": 1, "avg4": 4, "avg8": 8}
LEADS = {"1d": "next open day", "1w": "days 1-7", "4w": "days 1-28"}


def measure(effort: Effort = "usual") -> list[Row]:
    """One row a set, grain and model (`kind` score), then the goals (`kind` goal)."""
    sets = evaluation_sets()
    origins = {label(history): origins_of(history, ORIGINS[effort]) for history in sets}
    with tempfile.TemporaryDirectory() as folder:
        peers = start_peers(Path(folder), sets, origins, effort)
        try:
            rows = [row for history in sets for row in own_rows(history, origins[label(history)])]
            rows += peers.rows(sets, origins) if peers else []
        finally:
            if peers:
                peers.stop()
    scores = pd.DataFrame(rows)
    return [*({"kind": "score", **row} for row in rows), *({"kind": "goal", **row} for row in goal_rows(scores))]


def own_rows(history: EvaluationSet, origins: Sequence[pd.Timestamp]) -> list[dict[str, float | int | str]]:
    """Scores of the naive methods and of the product: default settings, and single members pinned."""
    asked = questions(history, origins)
    known = {"set": history.name, "grain": history.grain}
    rows: list[dict[str, float | int | str]] = []
    for name, weeks in NAIVE_WEEKS.items():
        answers = pd.concat([weekday_mean(history, origin, weeks) for origin in origins])
        rows.append({**known, "model": name, **score(asked, answers)})
    for pinned in (None, *(PINNED if history.grain == "daily" else ())):
        answers, seconds = product_answers(history, asked, pinned)
        rows.append({**known, "model": pinned or PRODUCT, **score(asked, answers), "cpu_seconds": seconds})
    return rows


def tables(rows: list[Row]) -> Tables:
    """WAPE by model and set for each grain and lead, the product's calibration, CPU seconds, the goals."""
    frame = pd.DataFrame(rows)
    scores = frame[frame["kind"] == "score"]
    found = {}
    for grain in ("daily", "intraday"):
        own = scores[scores["grain"] == grain]
        for lead, words in LEADS.items():
            found[f"{grain}, {words}: WAPE %"] = _wide(own, lead, 1)
    for column, words in {"wql_1w": "wQL %, days 1-7", "cpu_seconds": "CPU seconds, all origins"}.items():
        found[f"daily, {words}"] = _wide(scores[scores["grain"] == "daily"].dropna(subset=[column]), column, 1)
    calibration = ["set", "grain", "bias_4w", "coverage_80", "coverage_95", "wql_1w", "cpu_seconds"]
    found["the product: bias of 4 weeks, coverage and wQL of week 1, %"] = scores.loc[
        scores["model"] == PRODUCT, calibration
    ].round(1)
    goals = frame.loc[frame["kind"] == "goal", ["what", "must", "stretch", "ours", "verdict"]]
    found["goals (less is better)"] = goals.round({"ours": 3})
    return found


def _wide(scores: pd.DataFrame, column: str, digits: int) -> pd.DataFrame:
    sets, models = scores["set"].unique(), scores["model"].unique()
    wide = scores.pivot(index="model", columns="set", values=column)
    return wide.reindex(index=models, columns=sets).round(digits).reset_index()


BENCH = BenchSpec(
    "accuracy",
    "forecasts of the evaluation histories against peers and goals",
    measure,
    needs_shared=True,
    has_effort=True,
    tables=tables,
)
