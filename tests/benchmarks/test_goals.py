"""How scores are held against the goals, and what the tables and locks of the benchmarks promise."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.forecast_speed import exponent
from benchmarks.goals import best_peers, geometric_mean, goal_rows, judged
from benchmarks.growth_plot import growth_svg
from benchmarks.synthetic import synthetic_history
from domain.tables import HISTORY

ROOT = Path(__file__).resolve().parents[2]


def scores_of(**wape: tuple[float, float]) -> pd.DataFrame:
    """One set, `bank daily`: (1 week, 4 weeks) by model."""
    rows = [
        {
            "set": "bank", "grain": "daily", "model": model, "1d": 3.0, "1w": week, "4w": month,
            "bias_4w": -5.0, "rows_1w": 10, "coverage_80": 85.0, "coverage_95": 94.0, "wql_1w": 1.8,
        }
        for model, (week, month) in wape.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


SCORES = scores_of(smena=(3.0, 8.0), seasonal_naive=(6.0, 7.0), avg4=(4.0, 8.0), ets=(5.0, 5.0))


def verdicts() -> dict[str, tuple[float, str]]:
    return {str(row["what"]): (float(row["ours"]), str(row["verdict"])) for row in goal_rows(SCORES)}


def test_a_goal_is_stretched_met_missed_or_not_measured() -> None:
    said = [judged("x", ours, 3.0, 2.0)["verdict"] for ours in (2.0, 2.5, 3.0, 3.1, float("nan"))]
    assert said == ["stretch", "ok", "ok", "MISSED", "not measured"]


def test_the_geometric_mean_of_a_half_and_two_is_one() -> None:
    assert geometric_mean([0.5, 2.0]) == pytest.approx(1.0)
    assert np.isnan(geometric_mean([]))


def test_the_best_peer_is_chosen_for_each_lead_and_is_never_the_product() -> None:
    best = best_peers(SCORES, "daily")
    assert best.loc["bank"].to_dict() == {"1w": 4.0, "4w": 5.0}


def test_the_peers_of_the_earlier_run_count_where_they_were_better() -> None:
    best = best_peers(SCORES, "daily", with_earlier=True)
    assert best.loc["bank"].to_dict() == {"1w": 4.0, "4w": 4.7}


def test_the_means_over_the_average_and_over_the_best_peer() -> None:
    found = verdicts()
    assert found["geometric mean over the 4-week average, daily"][0] == pytest.approx((0.75 * 1.0) ** 0.5)
    assert found["geometric mean over the best peer of this run, daily"][0] == pytest.approx((0.75 * 1.6) ** 0.5)
    assert found["geometric mean over the 4-week average, intraday"][1] == "not measured"


def test_worse_than_one_naive_method_at_one_lead_is_a_miss() -> None:
    assert verdicts()["worst ratio to the better naive method (bank daily, 4w)"] == (pytest.approx(8 / 7), "MISSED")


def test_bias_counts_without_its_sign_and_coverage_on_both_sides() -> None:
    found = verdicts()
    assert found["largest bias of 4 weeks, % (bank daily)"] == (5.0, "MISSED")
    assert found["coverage of 80 %: furthest off, points (bank daily)"] == (5.0, "ok")
    assert found["coverage of 80 %, mean of the sets: points off"] == (5.0, "MISSED")
    assert found["coverage of 95 %, all rows: points off"] == (1.0, "stretch")


def test_the_exponent_of_a_square_is_two() -> None:
    assert exponent([10, 20, 40], [3.0, 12.0, 48.0]) == pytest.approx(2.0)


def test_the_picture_of_growth_has_a_point_for_every_size() -> None:
    assert growth_svg([50, 100, 200], [1.0, 2.0, 4.0], 1.0).count("<circle") == 3


def test_the_made_history_is_the_same_every_time_and_keeps_its_contract() -> None:
    once, again = (synthetic_history(2, 14, 30) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
    assert len(HISTORY.check(once)) == 2 * 14 * 24


def test_the_peers_are_locked_with_hashes_and_are_no_dependency_of_the_product() -> None:
    lock = (ROOT / "requirements-bench.lock").read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", lock) if "==" in entry]
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    peers = {re.split(r"[><=]", entry)[0] for entry in project["dependency-groups"]["bench"]}
    assert peers <= {entry.split("==")[0] for entry in entries}
    product = (ROOT / "requirements.lock").read_text("utf-8")
    assert [name for name in ("statsforecast", "prophet", "lightgbm") if f"\n{name}==" in product] == []
