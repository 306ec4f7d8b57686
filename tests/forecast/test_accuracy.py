"""Each measure against its plain-loop twin, and against hand arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast import accuracy

COUNTS = st.lists(
    st.tuples(st.one_of(st.just(float("nan")), st.floats(0, 1e4)), st.floats(0, 1e4)), min_size=1, max_size=12
)


def loop(pairs: list[tuple[float, float]]) -> dict[str, float]:
    error = signed = actual = 0.0
    for y, f in pairs:
        if math.isnan(y):
            continue
        error += abs(y - f)
        signed += f - y
        actual += y
    none = float("nan")
    return {"wape": error / actual if actual else none, "bias": signed / actual if actual else none}


@given(COUNTS)
@settings(max_examples=40, deadline=None)
def test_wape_and_bias_equal_a_plain_loop(pairs: list[tuple[float, float]]) -> None:
    y, f = (np.array(part) for part in zip(*pairs, strict=True))
    twin = loop(pairs)
    assert accuracy.wape(y, f) == pytest.approx(twin["wape"], nan_ok=True)
    assert accuracy.bias_share(y, f) == pytest.approx(twin["bias"], nan_ok=True)


def test_mase_equals_a_plain_loop() -> None:
    history = np.array([10.0, 20, 30, 40, 50, 60, 70, 13, 18, np.nan, 44, 50, 61, 75])
    steps = [abs(history[t] - history[t - 7]) for t in range(7, 14) if not math.isnan(history[t])]
    y, f = np.array([12.0, 25, 33]), np.array([10.0, 20, 40])
    twin = (sum(abs(a - b) for a, b in zip(y, f, strict=True)) / 3) / (sum(steps) / len(steps))
    assert accuracy.mase(y, f, history) == pytest.approx(twin)
    assert math.isnan(accuracy.mase(y, f, np.full(14, 5.0)))


def test_pinball_equals_a_plain_loop() -> None:
    shares = np.array([0.1, 0.5, 0.9])
    y = np.array([10.0, 20.0, np.nan])
    q = np.array([[8.0, 10.0, 13.0], [21.0, 23.0, 30.0], [1.0, 2.0, 3.0]])
    total = 0.0
    for row in range(2):
        for column, p in enumerate(shares):
            miss = y[row] - q[row, column]
            total += p * miss if miss > 0 else (p - 1) * miss
    assert accuracy.pinball(y, q, shares) == pytest.approx(2 * total / 3 / 30)


def test_coverage_counts_the_edges_in() -> None:
    y = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    assert accuracy.coverage(y, np.full(5, 2.0), np.full(5, 3.0)) == 0.5
    assert math.isnan(accuracy.coverage(np.array([np.nan]), np.zeros(1), np.ones(1)))


@pytest.mark.parametrize("rate", [0.0, 0.3, 1.0, 4.7, 25.0])
def test_the_poisson_deviation_equals_its_sum_over_all_counts(rate: float) -> None:
    probability, twin = math.exp(-rate), 0.0
    for count in range(200):
        twin += probability * abs(count - rate)
        probability *= rate / (count + 1)
    assert accuracy.poisson_mean_absolute_deviation(np.array([rate]))[0] == pytest.approx(twin, abs=1e-9)


def test_the_noise_floor_is_what_the_true_rate_misses_by() -> None:
    counts = np.random.default_rng(0).poisson(9.0, 20000).astype(float)
    rate = np.full(20000, 9.0)
    assert accuracy.noise_floor(counts, rate) == pytest.approx(accuracy.wape(counts, rate), rel=0.02)
