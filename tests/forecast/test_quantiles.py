"""Quantiles from past errors and counting noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecast.quantiles import (
    DEFAULT_STRETCH,
    LEAD_ENDS,
    SHARES,
    _upper_points,
    count_quantiles,
    learn_stretch,
    plain_sd,
    poisson_quantiles,
)


def test_small_means_are_exact_and_large_ones_are_gammas() -> None:
    found = count_quantiles(np.array([12.0, 120.0]), np.full(2, 0.3), np.full(2, 0.3))
    middle = stats.nbinom(1 / 0.09, 1 / (1 + 12 * 0.09))
    counts = np.arange(200)
    expected = np.interp(SHARES, middle.cdf(counts) - middle.pmf(counts) / 2, counts, left=0.0)
    assert found[0] == pytest.approx(expected, abs=1e-6)
    variance = 120 + (120 * 0.3) ** 2
    assert found[1] == pytest.approx(stats.gamma.ppf(SHARES, 120**2 / variance, scale=variance / 120), rel=1e-3)


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
@pytest.mark.parametrize("said", [0.5, 1.0, 2.0])
def test_the_bands_hold_what_they_promise_however_wrong_the_said_errors_are(
    mean: float, cv: float, said: float
) -> None:
    rng = np.random.default_rng(11)
    shape = (2, 8, 4, 28)  # past and future, origins, queues, leads
    rate = mean * (rng.gamma(1 / cv**2, cv**2, shape) if cv else np.ones(shape))
    past, future = rng.poisson(rate).astype(float)
    forecast = np.full(past.shape, mean)
    sd = said * np.sqrt(1 / mean + cv**2) * np.ones(past.shape)
    inner, outer = learn_stretch(past, forecast, sd).day_cv(forecast[0], sd[0])
    band = count_quantiles(forecast[0].ravel(), inner.ravel(), outer.ravel()).reshape(4, 28, 9)
    inside_80 = np.mean((future >= band[..., 2]) & (future <= band[..., 6]))
    inside_95 = np.mean((future >= band[..., 0]) & (future <= band[..., 8]))
    whole = 0.06 if mean < 10 else 0.0  # at a mean of 8 a single count more or less holds 6 of 100
    assert 0.76 - whole <= inside_80 <= 0.85 + whole
    assert 0.92 - whole / 2 <= inside_95 <= 0.985


def test_days_far_ahead_get_the_wider_band_they_need() -> None:
    rng = np.random.default_rng(4)
    forecast = np.full((10, 1, 28), 1000.0)
    error = np.where(np.arange(28) < 7, 0.03, 0.15)
    actual = forecast * (1 + rng.normal(size=forecast.shape) * error)
    sd = np.full(forecast.shape, 0.1)
    near, far = learn_stretch(actual, forecast, sd).day_cv(forecast[0], sd[0])[0][0, [2, 24]]
    assert near < 0.08
    assert far > 0.12


def test_a_queue_that_grew_restless_gets_a_wider_band_at_once() -> None:
    rng = np.random.default_rng(4)
    forecast = np.full((10, 1, 28), 1e6)
    actual = forecast * (1 + 0.05 * rng.normal(size=forecast.shape))
    stretch = learn_stretch(actual, forecast, np.full(forecast.shape, 0.06))
    calm, restless = (stretch.day_cv(forecast[0], np.full((1, 28), sd))[0][0, 0] for sd in (0.06, 0.12))
    assert restless == pytest.approx(2 * calm, rel=0.15)


def test_a_queue_with_no_scored_day_takes_the_stretch_of_the_others_and_alone_the_default() -> None:
    rng = np.random.default_rng(4)
    forecast = np.full((10, 2, 28), 1e6)
    actual = forecast * (1 + 0.05 * rng.normal(size=forecast.shape))
    actual[:, 1] = np.nan
    known, unknown = learn_stretch(actual, forecast, np.full(forecast.shape, 0.05)).inner
    assert unknown == pytest.approx(np.full(len(LEAD_ENDS), known[-1]), rel=0.2)
    alone = learn_stretch(np.full((1, 1, 28), np.nan), np.full((1, 1, 28), 5.0), np.ones((1, 1, 28)))
    assert alone.inner[0] == pytest.approx(np.full(len(LEAD_ENDS), DEFAULT_STRETCH))


def test_a_model_that_says_nothing_of_its_errors_counts_with_a_sixth_and_counting_noise() -> None:
    assert plain_sd(np.array([36.0])) == pytest.approx(np.sqrt(1 / 36 + 1 / 36))


def test_what_counting_noise_explains_leaves_no_error_of_the_rate() -> None:
    forecast = np.full((6, 1, 28), 100.0)
    sd = np.full(forecast.shape, 0.1)  # √100 ÷ 100
    stretch = learn_stretch(forecast + 5.0, forecast, sd)  # each missed by half a deviation
    assert (stretch.day_cv(forecast[0], sd[0])[0] == 0).all()


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
        own = float(np.quantile(known, min(0.8 * (1 + 1 / known.size), 1.0))) if known.size else 0.0
        assert np.isclose(value, (known.size * own + 10.0 * 0.3) / (known.size + 10.0))
