"""Average handle time by weekday and slot, and the work that contacts bring."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.handle_time import PRIOR_CV, handle_time, handle_time_with_cv


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
    found = handle_time_with_cv(np.zeros((10, 3)), np.zeros((10, 3)), weekdays(10))
    assert np.isnan(found.aht_seconds).all()
    assert np.isnan(found.aht_cv)


def test_two_days_tell_no_scatter() -> None:
    handled = np.full((2, 1), 100.0)
    assert np.isnan(handle_time_with_cv(handled, handled * 300.0, weekdays(2)).aht_cv)


def test_countless_contacts_tell_the_scatter_of_the_days_themselves() -> None:
    # 56 days of a million contacts, averages of 270 and 330 s by turns: 10 % off each day. A week is an odd number of
    # days, so no weekday keeps a side. 7 of 56 days go into the fit: h² = .01 × 56/49 = .01143, drawn to .0025 by 7
    # days against 49: h² = .01031
    handled = np.full((56, 1), 1e6)
    found = handle_time_with_cv(handled, handled * np.resize([270.0, 330.0], 56)[:, None], weekdays(56))
    assert found.aht_seconds == pytest.approx(np.full((7, 1), 300.0))
    assert found.aht_cv == pytest.approx(np.sqrt((49 * 0.01 * 56 / 49 + 7 * 0.0025) / 56), rel=1e-3)


@pytest.mark.parametrize(("contacts", "slots"), [(400, 1), (400, 20), (4000, 20)])
def test_days_that_differ_by_the_luck_of_their_contacts_alone_are_sure(contacts: int, slots: int) -> None:
    """Exponential handle times of one mean: a day's average scatters by 1 ÷ √contacts, its mean not at all."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(20):
        handled = rng.multinomial(contacts, np.full(slots, 1 / slots), size=56).astype(float)
        found.append(handle_time_with_cv(handled, 300.0 * rng.gamma(np.maximum(handled, 1e-9)), weekdays(56)).aht_cv)
    assert np.mean(found) < PRIOR_CV


def test_a_day_s_own_mean_is_told_from_the_luck_of_its_contacts() -> None:
    """2,000 exponential handle times a day, the mean of each day off by 10 %: averages scatter by 10.2 %."""
    rng = np.random.default_rng(6)
    found = []
    for _ in range(20):
        handled = rng.multinomial(2000, np.full(10, 0.1), size=56).astype(float)
        off = 1 + 0.1 * rng.standard_normal((56, 1))
        found.append(handle_time_with_cv(handled, 300.0 * off * rng.gamma(handled), weekdays(56)).aht_cv ** 2)
    assert np.sqrt(np.mean(found)) == pytest.approx(0.1, abs=0.012)


def test_few_contacts_leave_the_usual_uncertainty() -> None:
    handled = np.full((56, 1), 2.0)
    seconds = handled * np.resize([100.0, 900.0, 300.0, 250.0], 56)[:, None]
    assert handle_time_with_cv(handled, seconds, weekdays(56)).aht_cv == pytest.approx(PRIOR_CV, rel=0.05)


def test_handle_times_steadier_than_exponential_ones_are_not_taken_for_certain() -> None:
    """By the day, 100 contacts: averages that scatter by 4 % where exponential handle times would scatter by 10 %."""
    handled = np.full((56, 1), 100.0)
    found = handle_time_with_cv(handled, handled * np.resize([288.0, 312.0], 56)[:, None], weekdays(56))
    assert 0.02 < found.aht_cv < 0.04
