"""Sample paths and the correlations behind them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from domain.errors import BadValue
from forecast import paths
from forecast.correlation import (
    DEFAULT_DAY_CORRELATION,
    DEFAULT_QUEUE_CORRELATION,
    LASTING_SHARE,
    Correlation,
    at_days,
    default_correlation,
    learn_correlation,
)
from forecast.paths import PathPlan, gamma_factors, path_totals, sample_paths
from forecast.totals import group_variance


def make_plan(
    mean: float = 20.0,
    queues: int = 2,
    days: int = 4,
    intervals: int = 3,
    day_cv: float = 0.2,
    interval_cv: float = 0.1,
    correlation: Correlation | None = None,
) -> PathPlan:
    queue = np.repeat(np.arange(queues), days * intervals)
    day = np.tile(np.repeat(np.arange(days), intervals), queues)
    size = len(queue)
    return PathPlan(
        np.full(size, mean), queue, day, np.full(size, day_cv), np.full(size, interval_cv),
        correlation or Correlation(np.full(queues, 0.5), np.full(queues, 0.4)),
    )  # fmt: skip


def test_the_same_seed_gives_the_same_paths_and_another_seed_others() -> None:
    plan = make_plan()
    assert (sample_paths(plan, 60, seed=1) == sample_paths(plan, 60, seed=1)).all()
    assert (sample_paths(plan, 60, seed=1) != sample_paths(plan, 60, seed=2)).any()


def test_more_paths_begin_with_the_same_ones() -> None:
    plan = make_plan()
    assert (sample_paths(plan, 130, seed=1)[:70] == sample_paths(plan, 70, seed=1)).all()


def test_totals_are_the_sums_of_the_same_paths() -> None:
    plan = make_plan()
    group = np.where(plan.day < 3, plan.queue * 3 + plan.day, -1)
    drawn = sample_paths(plan, 70, seed=5)
    slow = np.column_stack([drawn[:, group == code].sum(axis=1) for code in range(6)])
    assert (path_totals(plan, group, 70, seed=5) == slow).all()


def test_no_contacts_are_drawn_where_none_are_expected() -> None:
    assert (sample_paths(make_plan(mean=0.0), 50, seed=1) == 0).all()


def test_nothing_to_draw_gives_paths_of_no_rows() -> None:
    nothing = make_plan(days=0)
    assert sample_paths(nothing, 3, seed=1).shape == (3, 0)
    assert path_totals(nothing, np.zeros(0, dtype=np.int64), 3, seed=1).shape == (3, 0)


@given(st.integers(0, 2**32 - 1), st.floats(0, 2), st.floats(0, 1), st.floats(0, 0.95), st.floats(0, 0.95))
@settings(max_examples=20, deadline=None)
def test_contacts_are_whole_numbers_of_at_least_0(
    seed: int, day_cv: float, cv: float, day: float, share: float
) -> None:
    plan = make_plan(day_cv=day_cv, interval_cv=cv, correlation=Correlation(np.full(2, day), np.full(2, share)))
    drawn = sample_paths(plan, 5, seed)
    assert drawn.dtype == np.int32
    assert (drawn >= 0).all()


def test_means_of_rows_and_sums_are_those_of_the_forecast() -> None:
    plan = make_plan(day_cv=0.3)
    drawn = path_totals(plan, plan.queue, 20_000, seed=3)
    error = drawn.std(axis=0) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - 240.0) < 4 * error).all()


def test_without_errors_of_the_rate_counts_are_poisson() -> None:
    drawn = sample_paths(make_plan(day_cv=0.0, interval_cv=0.0), 2000, seed=3).ravel()
    assert drawn.var() == pytest.approx(20.0, rel=0.03)


def test_an_interval_is_the_negative_binomial_of_its_quantiles() -> None:
    """Without an error of its own: counts of mean 12 and cv 0.3 against scipy's distribution function."""
    drawn = sample_paths(make_plan(mean=12.0, queues=1, days=1, intervals=1, day_cv=0.3, interval_cv=0.0), 40_000, 2)
    for count in (4, 8, 12, 16, 24):
        share = stats.nbinom.cdf(count, 1 / 0.09, 1 / (1 + 12 * 0.09))
        error = np.sqrt(share * (1 - share) / 40_000)
        assert abs((drawn <= count).mean() - share) < 4 * error + 0.001


@pytest.mark.parametrize("cv", [0.05, 0.3, 0.6, 1.0, 1.5])
def test_factors_are_gamma_at_the_shares_of_the_normal_values(cv: float) -> None:
    normal = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    found = gamma_factors(normal[:, None], np.array([cv]))[:, 0]
    exact = stats.gamma.ppf(stats.norm.cdf(normal), 1 / cv**2, scale=cv**2)
    assert np.abs(found - exact)[100:-100].max() < 0.05 * cv**2 + 1e-4
    assert found.mean() == pytest.approx(1.0, abs=2e-3)
    assert found.std() == pytest.approx(cv, rel=0.01)


def factors(plan: PathPlan, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """(paths × queues × days) normal values, many at once."""
    monkeypatch.setattr(paths, "PATHS_AT_ONCE", 40_000)
    return paths._normals(plan.correlation, 10, np.random.default_rng(9))


def test_normal_values_correlate_between_days_and_queues_as_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    normal = factors(make_plan(correlation=Correlation(np.array([0.6, 0.6]), np.array([0.8, 0.2]))), monkeypatch)
    assert normal.std(axis=0) == pytest.approx(np.ones((2, 10)), abs=0.02)
    kappa = at_days(0.6, 10)
    for apart in (1, 3, 9):
        assert np.corrcoef(normal[:, 0, 0], normal[:, 0, apart])[0, 1] == pytest.approx(kappa[apart], abs=0.02)
        between = np.corrcoef(normal[:, 0, 0], normal[:, 1, apart])[0, 1]
        assert between == pytest.approx(0.4 * kappa[apart], abs=0.02)  # √(0.8 · 0.2) = 0.4
    assert np.corrcoef(normal[:, 0, 4], normal[:, 1, 4])[0, 1] == pytest.approx(0.4, abs=0.02)


def test_a_part_of_the_correlation_of_days_lasts() -> None:
    kappa = at_days(0.6, 200)
    assert kappa[:2] == pytest.approx([1.0, 0.6])
    assert kappa[-1] == pytest.approx(0.6 * LASTING_SHARE)
    assert (np.diff(kappa) <= 0).all()


@pytest.mark.parametrize("by", ["row", "queue", "day", "all"])
def test_variances_of_sums_are_those_of_the_paths(by: str) -> None:
    plan = make_plan(queues=3, days=7, intervals=2, day_cv=0.2, interval_cv=0.15)
    group = {"row": np.arange(42), "queue": plan.queue, "day": plan.day, "all": np.zeros(42, dtype=np.int64)}[by]
    drawn = path_totals(plan, group, 20_000, seed=4)
    assert (drawn.var(axis=0) / group_variance(plan, group)).mean() == pytest.approx(1.0, abs=0.03)


def test_the_variance_of_two_days_by_hand() -> None:
    """100 contacts a day, cv 0.1: 2·100 counting, 2·10² own, 2·10²·0.5 between the days."""
    plan = make_plan(mean=100, queues=1, days=2, intervals=1, day_cv=0.1, interval_cv=0.0,
                     correlation=Correlation(np.array([0.5]), np.array([0.0])))  # fmt: skip
    assert group_variance(plan, np.zeros(2, dtype=np.int64)) == pytest.approx([200 + 200 + 100])


def test_the_variance_of_two_queues_by_hand() -> None:
    """100 contacts each, cv 0.1, shares 0.9 and 0.4 in common: 200 + 200 + 2·10²·√0.36."""
    plan = make_plan(mean=100, queues=2, days=1, intervals=1, day_cv=0.1, interval_cv=0.0,
                     correlation=Correlation(np.array([0.5, 0.5]), np.array([0.9, 0.4])))  # fmt: skip
    assert group_variance(plan, np.zeros(2, dtype=np.int64)) == pytest.approx([400 + 120])


def test_without_past_errors_the_defaults_are_taken() -> None:
    nothing = np.full((2, 3, 7), np.nan)
    found = learn_correlation(nothing, nothing, np.full((3, 7), 0.2))
    assert found.day == pytest.approx(default_correlation(3).day)
    assert found.queue == pytest.approx(default_correlation(3).queue)
    assert found.day[0] == pytest.approx(DEFAULT_DAY_CORRELATION)
    assert found.queue[0] == pytest.approx(DEFAULT_QUEUE_CORRELATION)


@pytest.mark.parametrize(("day", "share"), [(0.2, 0.7), (0.7, 0.1)])
def test_correlations_are_found_again_in_errors_drawn_with_them(day: float, share: float) -> None:
    plan = make_plan(
        mean=500.0, queues=6, days=28, intervals=1, day_cv=0.1, interval_cv=0.0,
        correlation=Correlation(np.full(6, day), np.full(6, share)),
    )  # fmt: skip
    drawn = sample_paths(plan, 60, seed=8).reshape(60, 6, 28).astype(float)
    found = learn_correlation(drawn, np.full(drawn.shape, 500.0), np.full((6, 28), 0.1))
    assert found.day.mean() == pytest.approx(day, abs=0.1)
    assert found.queue.mean() == pytest.approx(share, abs=0.1)


def test_errors_that_are_all_noise_say_nothing() -> None:
    drawn = np.random.default_rng(2).poisson(0.2, (4, 5, 28)).astype(float)
    found = learn_correlation(drawn, np.full(drawn.shape, 0.2), np.full((5, 28), 0.1))
    assert found.day == pytest.approx(np.full(5, DEFAULT_DAY_CORRELATION), abs=0.05)
    assert found.queue == pytest.approx(np.full(5, DEFAULT_QUEUE_CORRELATION), abs=0.05)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_mean_that_is_no_number_of_contacts_is_refused(bad: float) -> None:
    with pytest.raises(BadValue, match="at least 0"):
        make_plan(mean=bad)


def test_no_paths_at_all_are_refused() -> None:
    with pytest.raises(BadValue, match="at least one path"):
        sample_paths(make_plan(), 0, seed=1)
