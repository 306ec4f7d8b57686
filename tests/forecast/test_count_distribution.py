"""Many negative binomial and gamma quantiles at once, against scipy's one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecast.count_distribution import MOST_SHAPE, gamma_quantiles, negative_binomial_quantiles
from forecast.quantiles import SHARES


def mid_quantiles(distribution: Any, shares: np.ndarray, most: int = 4000) -> np.ndarray:
    """A slow twin: linear between the middles of the steps of the cumulative distribution."""
    counts = np.arange(most)
    middle = distribution.cdf(counts) - distribution.pmf(counts) / 2
    rising = np.concatenate([[True], np.diff(middle) > 0])
    return np.interp(shares, middle[rising], counts[rising], left=0.0)


def test_they_lie_between_the_middles_of_the_steps() -> None:
    rng = np.random.default_rng(5)
    mean, cv = np.exp(rng.uniform(-6, 4, 300)), rng.uniform(0.01, 1.5, 300)
    found = negative_binomial_quantiles(mean, cv, SHARES)
    for row in range(300):
        size = 1 / cv[row] ** 2
        expected = mid_quantiles(stats.nbinom(size, size / (size + mean[row])), SHARES)
        np.testing.assert_allclose(found[row], expected, atol=1e-6)


def test_of_one_coin_toss_each_the_half_is_a_half() -> None:
    """Poisson of mean ln 2: zero contacts have the chance 1/2, one has 0.3466; F(0) − ½·½ = 1/4, F(1) − … = 0.6733."""
    found = negative_binomial_quantiles(np.array([np.log(2)]), np.zeros(1), np.array([0.25, 0.5]))[0]
    assert found == pytest.approx([0.0, 0.25 / (0.25 + np.log(2) / 4)])


def test_without_an_error_of_the_rate_they_are_poisson() -> None:
    mean = np.array([0.0, 0.01, 3.0, 59.0, 400.0])
    expected = [mid_quantiles(stats.poisson(max(rate, 1e-12)), SHARES) for rate in mean]
    np.testing.assert_allclose(negative_binomial_quantiles(mean, np.zeros(5), SHARES), expected, atol=1e-6)


def test_half_of_a_rare_and_wild_count_is_zero_and_its_tail_is_long() -> None:
    found = negative_binomial_quantiles(np.array([2.0]), np.array([4.0]), np.array([0.4, 0.975]))[0]
    assert found[0] == 0
    exact = stats.nbinom.ppf(0.975, 1 / 16, (1 / 16) / (1 / 16 + 2.0))
    assert exact - 1 <= found[1] <= exact + 0.5


@pytest.mark.parametrize("mean", [2.7, 6.0, 25.0])
def test_eighty_of_a_hundred_counts_fall_into_the_band_of_eighty(mean: float) -> None:
    means = mean * np.linspace(0.8, 1.2, 81)  # one mean alone holds a bit more or less: counts are whole
    band = negative_binomial_quantiles(means, np.full(81, 0.3), np.array([0.1, 0.9]))
    size = 1 / 0.3**2
    chance = size / (size + means)
    held = stats.nbinom.cdf(np.floor(band[:, 1]), size, chance) - stats.nbinom.cdf(
        np.ceil(band[:, 0]) - 1, size, chance
    )
    assert held.mean() == pytest.approx(0.80, abs=0.035)


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
