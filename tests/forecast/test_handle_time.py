"""Average handle time by weekday and slot, and the work that contacts bring."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.handle_time import handle_time, handle_time_with_variance, workload


def weekdays(days: int) -> np.ndarray:
    return np.resize(np.arange(7), days)


def test_handle_time_is_weighted_by_contacts_and_small_groups_are_pulled_to_the_mean() -> None:
    handled = np.zeros((56, 2))
    handled[:, 0], handled[:, 1] = 1000, 1
    seconds = handled * np.array([200.0, 900.0])
    found = handle_time(handled, seconds, weekdays(56))
    assert found[:, 0] == pytest.approx(np.full(7, 200), rel=0.02)
    assert 200 < found[0, 1] < 400


def test_handle_time_forgets_what_is_older_than_eight_weeks() -> None:
    handled = np.full((112, 1), 500.0)
    seconds = handled * np.repeat([900.0, 300.0], 56)[:, None]
    found = handle_time(handled, seconds, weekdays(112))
    assert found == pytest.approx(np.full((7, 1), 300.0))


def test_without_handled_contacts_in_eight_weeks_the_older_ones_are_taken() -> None:
    handled = np.zeros((112, 1))
    handled[:7] = 500.0
    assert handle_time(handled, handled * 240.0, weekdays(112)) == pytest.approx(np.full((7, 1), 240.0))


def test_no_known_handle_time_stays_unknown() -> None:
    found = handle_time_with_variance(np.zeros((10, 3)), np.zeros((10, 3)), weekdays(10))
    assert np.isnan(found.aht_seconds).all()
    assert np.isnan(found.aht_var).all()


def test_the_variance_of_an_average_is_that_of_the_days_weighted_by_contacts() -> None:
    # 14 days of 100 contacts, averages of 290 and 310 s by turns: 300 s, each day 10 s off; no weekday keeps a side
    handled = np.full((14, 1), 100.0)
    seconds = handled * np.resize([290.0, 310.0], 14)[:, None]
    found = handle_time_with_variance(handled, seconds, np.resize(np.arange(7), 14))
    assert found.aht_seconds == pytest.approx(np.full((7, 1), 300.0))
    assert found.aht_var == pytest.approx(np.full((7, 1), 100.0))


def test_two_days_tell_no_scatter() -> None:
    handled = np.full((2, 1), 100.0)
    assert np.isnan(handle_time_with_variance(handled, handled * 300.0, weekdays(2)).aht_var).all()


def test_workload_has_the_mean_and_variance_of_a_product() -> None:
    # 20 ± 5 contacts of 300 ± 30 s: 6000 s; 25·300² + 900·20² + 25·900 = 2 250 000 + 360 000 + 22 500
    mean, variance = workload(np.array([20.0]), np.array([25.0]), np.array([300.0]), np.array([900.0]))
    assert mean.tolist() == [6000.0]
    assert variance.tolist() == [2_632_500.0]


def test_workload_of_a_sure_handle_time_varies_with_the_volume_alone() -> None:
    mean, variance = workload(np.array([10.0, 0.0]), np.array([10.0, 0.0]), np.array([60.0]), np.array([0.0]))
    assert mean.tolist() == [600.0, 0.0]
    assert variance.tolist() == [36_000.0, 0.0]


def test_workload_agrees_with_drawn_products() -> None:
    rng = np.random.default_rng(3)
    drawn = rng.normal(50, 8, 400_000) * rng.normal(240, 20, 400_000)
    mean, variance = workload(np.array(50.0), np.array(64.0), np.array(240.0), np.array(400.0))
    assert float(mean) == pytest.approx(drawn.mean(), rel=0.005)
    assert float(variance) == pytest.approx(drawn.var(), rel=0.02)
