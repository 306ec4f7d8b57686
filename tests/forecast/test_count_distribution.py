"""Many negative binomial and gamma quantiles at once, against scipy's one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecast.count_distribution import MOST_SHAPE, gamma_quantiles, negative_binomial_quantiles
from forecast.quantiles import SHARES


def test_they_are_the_least_counts_that_reach_their_share() -> None:
    rng = np.random.default_rng(5)
    mean, cv = np.exp(rng.uniform(-6, 4, 3000)), rng.uniform(0.01, 1.5, 3000)
    size = (1 / cv**2)[:, None]
    expected = stats.nbinom.ppf(SHARES[None, :], size, size / (size + mean[:, None]))
    np.testing.assert_array_equal(negative_binomial_quantiles(mean, cv, SHARES), expected)


def test_without_an_error_of_the_rate_they_are_poisson() -> None:
    mean = np.array([0.0, 0.01, 3.0, 59.0, 400.0])
    expected = stats.poisson.ppf(SHARES[None, :], np.maximum(mean, 1e-9)[:, None])
    np.testing.assert_array_equal(negative_binomial_quantiles(mean, np.zeros(5), SHARES), expected)


def test_half_of_a_rare_and_wild_count_is_zero_and_its_tail_is_long() -> None:
    found = negative_binomial_quantiles(np.array([2.0]), np.array([4.0]), np.array([0.5, 0.975]))[0]
    assert found[0] == 0
    assert found[1] == stats.nbinom.ppf(0.975, 1 / 16, (1 / 16) / (1 / 16 + 2.0))


@given(st.floats(60, 1e6), st.floats(0, 3.0))
@settings(max_examples=80, deadline=None)
def test_gamma_quantiles_are_scipys_to_a_hundredth_of_a_percent_of_the_standard_deviation(
    mean: float, cv: float
) -> None:
    found = gamma_quantiles(np.array([mean]), np.array([cv]), SHARES)[0]
    sd = np.sqrt(mean + (mean * cv) ** 2)
    expected = stats.gamma.ppf(SHARES, (mean / sd) ** 2, scale=sd**2 / mean)
    assert found == pytest.approx(expected, abs=1e-4 * sd)


def test_very_narrow_gammas_are_worked_out_and_stay_near_the_normal() -> None:
    mean = 100 * MOST_SHAPE
    found = gamma_quantiles(np.array([mean]), np.zeros(1), np.array([0.025, 0.5, 0.975]))[0]
    assert found == pytest.approx(mean + np.sqrt(mean) * np.array([-1.96, 0, 1.96]), abs=0.01 * np.sqrt(mean))


def test_rows_come_back_in_the_order_they_were_given() -> None:
    mean = np.array([50.0, 1.0, 20.0])
    together = negative_binomial_quantiles(mean, np.full(3, 0.2), SHARES)
    alone = [negative_binomial_quantiles(mean[[row]], np.full(1, 0.2), SHARES)[0] for row in range(3)]
    np.testing.assert_array_equal(together, alone)
