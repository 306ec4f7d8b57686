"""The referee of the forecast benchmark, on numbers worked out by hand; no peer needs to be installed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.histories import EvaluationSet
from benchmarks.referee import LEVELS, coverage, origins_of, questions, score, weekday_mean, weighted_quantile_loss

WEEKS = 12
FIRST = pd.Timestamp("2024-01-01")  # a Monday


def daily_set(values: dict[str, np.ndarray], step_days: int = 6) -> EvaluationSet:
    days = pd.date_range(FIRST, periods=len(next(iter(values.values()))), freq="1D")
    return EvaluationSet("made", pd.DataFrame(values, index=days), 1440, step_days, "US")


def week_numbers() -> np.ndarray:
    """100 in week 0, 101 in week 1 …: each week tells which one was used."""
    return 100.0 + np.arange(7 * WEEKS) // 7


def asked(contacts: list[float], is_1d: list[bool], is_1w: list[bool]) -> pd.DataFrame:
    days = pd.date_range(FIRST, periods=len(contacts), freq="1D")
    frame = pd.DataFrame({"queue": "a", "start": days, "contacts": contacts, "is_1d": is_1d, "is_1w": is_1w})
    return frame.assign(origin=FIRST)


def answered(question: pd.DataFrame, mean: list[float], **bands: list[float]) -> pd.DataFrame:
    return question[["origin", "queue", "start"]].assign(mean=mean, **bands)


def test_the_last_horizon_ends_with_the_set_and_the_others_step_back() -> None:
    history = daily_set({"a": np.ones(84)}, step_days=6)
    assert origins_of(history, 3) == [FIRST + pd.Timedelta(days=days) for days in (56, 50, 44)]


def test_the_next_open_day_is_found_for_each_queue() -> None:
    values = np.ones(84)
    closed_first = values.copy()
    closed_first[56:58] = np.nan
    history = daily_set({"open": values, "closed two days": closed_first})
    found = questions(history, origins_of(history, 1))
    first = found[found["is_1d"]].set_index("queue")["start"]
    assert first["open"] == FIRST + pd.Timedelta(days=56)
    assert first["closed two days"] == FIRST + pd.Timedelta(days=58)
    assert found.groupby("queue").size().to_dict() == {"open": 28, "closed two days": 26}
    assert found[found["is_1w"]].groupby("queue").size().to_dict() == {"open": 7, "closed two days": 5}


def test_wape_and_bias_by_lead() -> None:
    question = asked([10, 20, 30, 40], [True, False, False, False], [True, True, False, False])
    scores = score(question, answered(question, [12, 17, 30, 50]))
    assert scores["1d"] == pytest.approx(20.0)  # 2 of 10
    assert scores["1w"] == pytest.approx(100 * 5 / 30)
    assert scores["4w"] == pytest.approx(15.0)  # 2 + 3 + 0 + 10 of 100
    assert scores["bias_4w"] == pytest.approx(9.0)  # 109 said, 100 came
    assert scores["rows_1w"] == 2
    assert "coverage_80" not in scores


def test_an_entrant_that_leaves_out_a_row_has_no_score() -> None:
    question = asked([10, 20], [True, False], [True, True])
    scores = score(question, answered(question, [10, 20]).iloc[[0]])
    assert scores["1d"] == 0.0
    assert np.isnan(scores["1w"])
    assert np.isnan(scores["4w"])


def test_coverage_counts_the_ends_of_the_interval_as_inside() -> None:
    came = np.array([10.0, 20.0, 30.0, 40.0])
    assert coverage(came, pd.Series([10.0, 0, 31, 0]), pd.Series([12.0, 20, 35, 39])) == 50.0


def test_the_quantile_loss_of_seven_levels_by_hand() -> None:
    # y = 100; every quantile at 90: over by 10, loss 2 · τ · 10 each; the seven levels sum to 3.5
    bands = pd.DataFrame({name: [90.0] for name in LEVELS})
    assert weighted_quantile_loss(np.array([100.0]), bands) == pytest.approx(100 * 2 * 10 * 3.5 / 7 / 100)
    # every quantile at 110: loss 2 · (1 − τ) · 10; seven minus 3.5 again
    assert weighted_quantile_loss(np.array([100.0]), bands + 20) == pytest.approx(10.0)
    # only the 2.5 % quantile is off, by 40 below: 2 · 0.025 · 40 over seven levels
    low = pd.DataFrame({name: [100.0] for name in LEVELS}).assign(q025=60.0)
    assert weighted_quantile_loss(np.array([100.0]), low) == pytest.approx(2 / 7)


def test_scores_with_quantiles_use_the_first_week_only() -> None:
    question = asked([100, 100], [True, False], [True, False])
    bands = {name: [100.0, 0.0] for name in LEVELS}
    scores = score(question, answered(question, [100, 100], **bands))
    assert scores["coverage_80"] == 100.0
    assert scores["coverage_95"] == 100.0
    assert scores["wql_1w"] == 0.0


@pytest.mark.parametrize(("weeks", "expected"), [(1, 107.0), (4, 105.5), (8, 103.5)])
def test_the_naive_mean_is_of_the_last_weeks_before_the_origin(weeks: int, expected: float) -> None:
    history = daily_set({"a": week_numbers()})
    answers = weekday_mean(history, FIRST + pd.Timedelta(days=56), weeks)
    assert len(answers) == 28
    assert answers["mean"].unique().tolist() == [expected]


def test_a_closed_day_makes_the_naive_mean_reach_further_back() -> None:
    values = week_numbers()
    values[49] = np.nan  # the Monday of week 7
    answers = weekday_mean(daily_set({"a": values}), FIRST + pd.Timedelta(days=56), 1).set_index("start")["mean"]
    assert answers[FIRST + pd.Timedelta(days=56)] == 106.0
    assert answers[FIRST + pd.Timedelta(days=57)] == 107.0


def test_the_naive_mean_keeps_the_intervals_of_the_day_apart() -> None:
    starts = pd.date_range(FIRST, periods=24 * 84, freq="1h")
    history = EvaluationSet("made", pd.DataFrame({"a": 1.0 * starts.hour}, index=starts), 60, 13, "US")
    answers = weekday_mean(history, FIRST + pd.Timedelta(days=56), 4)
    assert (answers["mean"] == answers["start"].dt.hour).all()
