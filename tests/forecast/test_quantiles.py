"""Quantiles from past errors and counting noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecast.quantiles import (
    DEFAULT_CV,
    LEAD_ENDS,
    SHARES,
    _upper_points,
    count_quantiles,
    learn_spreads,
    poisson_quantiles,
)


def test_without_an_error_of_the_rate_they_are_poisson() -> None:
    found = count_quantiles(np.array([7.0]), np.zeros(1), np.zeros(1))[0]
    assert found.tolist() == [float(stats.poisson.ppf(share, 7.0)) for share in SHARES]


def test_small_means_are_exact_negative_binomial() -> None:
    mean, cv = 12.0, 0.3
    found = count_quantiles(np.array([mean]), np.array([cv]), np.array([cv]))[0]
    cumulated = np.cumsum(stats.nbinom.pmf(np.arange(200), 1 / cv**2, 1 / (1 + mean * cv**2)))
    assert found.tolist() == [float(np.searchsorted(cumulated, share - 1e-12)) for share in SHARES]


def test_the_change_from_counts_to_the_gamma_is_smooth() -> None:
    below, above = count_quantiles(np.array([59.999, 60.001]), np.full(2, 0.1), np.full(2, 0.1))
    assert above == pytest.approx(below, abs=1.0)


def test_nothing_expected_means_nothing_at_any_quantile() -> None:
    assert (count_quantiles(np.zeros(2), np.full(2, 0.2), np.full(2, 0.2)) == 0).all()


@given(st.floats(0, 1e5), st.floats(0, 1.5), st.floats(0, 1.5))
@settings(max_examples=60, deadline=None)
def test_they_rise_and_are_never_negative(mean: float, inner: float, outer: float) -> None:
    found = count_quantiles(np.array([mean]), np.array([inner]), np.array([outer]))[0]
    assert (np.diff(found) >= 0).all()
    assert (found >= 0).all()


@pytest.mark.parametrize(("mean", "cv"), [(8.0, 0.0), (40.0, 0.25), (900.0, 0.08)])
def test_the_bands_hold_what_they_promise_on_negative_binomial_days(mean: float, cv: float) -> None:
    rng = np.random.default_rng(11)
    origins, queues, leads = 8, 4, 28
    rate = mean * (
        rng.gamma(1 / cv**2, cv**2, (2, origins, queues, leads)) if cv else np.ones((2, origins, queues, leads))
    )
    past, future = rng.poisson(rate).astype(float)
    spreads = learn_spreads(past, np.full(past.shape, mean))
    lead = np.tile(np.arange(1, leads + 1), origins)
    inside_80 = inside_95 = 0.0
    for queue, spread in enumerate(spreads):
        band = count_quantiles(np.full(lead.size, mean), *spread.at(lead))
        came = future[:, queue].ravel()
        inside_80 += float(np.mean((came >= band[:, 2]) & (came <= band[:, 6]))) / queues
        inside_95 += float(np.mean((came >= band[:, 0]) & (came <= band[:, 8]))) / queues
    wider = 0.10 if mean < 10 else 0.05  # a band of whole numbers holds more than it must
    assert 0.76 <= inside_80 <= 0.80 + wider
    assert 0.93 <= inside_95 <= 0.99


def test_days_far_ahead_get_the_wider_band_they_need() -> None:
    rng = np.random.default_rng(4)
    forecast = np.full((10, 1, 28), 1000.0)
    error = np.where(np.arange(28) < 7, 0.03, 0.15)
    actual = forecast * (1 + rng.normal(size=forecast.shape) * error)
    spread = learn_spreads(actual, forecast)[0]
    near, far = spread.at(np.array([3, 25]))[0]
    assert near < 0.08
    assert far > 0.12


def test_a_queue_with_no_scored_day_takes_the_spread_of_the_others_and_alone_the_default() -> None:
    rng = np.random.default_rng(4)
    forecast = np.full((10, 2, 28), 1e6)
    actual = forecast * (1 + 0.05 * rng.normal(size=forecast.shape))
    actual[:, 1] = np.nan
    known, unknown = learn_spreads(actual, forecast)
    assert unknown.inner == pytest.approx(np.full(len(LEAD_ENDS), known.inner[-1]), rel=0.2)
    alone = learn_spreads(np.full((1, 1, 28), np.nan), np.full((1, 1, 28), 5.0))[0]
    assert alone.inner == pytest.approx(np.full(len(LEAD_ENDS), DEFAULT_CV))


def test_poisson_quantiles_are_the_least_counts_that_reach_their_share() -> None:
    rng = np.random.default_rng(5)
    mean, share = np.exp(rng.uniform(-6, 4, 3000)), rng.choice(SHARES, 3000)
    np.testing.assert_array_equal(poisson_quantiles(mean, share), stats.poisson.ppf(share, mean))
    assert list(poisson_quantiles(np.zeros(2), np.array([0.5, 0.975]))) == [0, 0]


def test_upper_points_are_numpys_quantiles_row_by_row_shrunk_to_their_prior() -> None:
    rng = np.random.default_rng(6)
    rows = rng.normal(1.0, 0.5, (40, 12))
    rows[rng.random(rows.shape) < 0.4] = np.nan
    rows[0] = np.nan
    got = _upper_points(rows, 0.8, np.full(40, 0.3), 10.0)
    for row, value in zip(rows, got, strict=True):
        known = row[~np.isnan(row)]
        own = max(float(np.quantile(known, min(0.8 * (1 + 1 / known.size), 1.0))), 0.0) if known.size else 0.0
        assert np.isclose(value, (known.size * own + 10.0 * 0.3) / (known.size + 10.0))
