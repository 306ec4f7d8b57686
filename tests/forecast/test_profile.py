"""How a day spreads over its intervals: layers of shrunk factors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.profile import DayProfile, ProfileDays, learn_profile

OPEN = np.ones((7, 4), dtype=bool)


def profile_days(
    contacts: np.ndarray, holiday: np.ndarray | None = None, events: np.ndarray | None = None
) -> ProfileDays:
    """Known days up to the day before the forecast, the first a Monday."""
    days = len(contacts)
    return ProfileDays(
        contacts=contacts,
        weekdays=np.resize(np.arange(7), days),
        is_holiday=np.zeros(days, dtype=bool) if holiday is None else holiday,
        age_days=np.arange(days, dtype=float)[::-1],
        events=np.zeros((0, days)) if events is None else events,
    )


def ordinary(shares: np.ndarray) -> DayProfile:
    return DayProfile(shares, np.ones(shares.shape[1]), {}, np.zeros(shares.shape[1]))


def test_a_profile_gives_back_the_shares_it_was_made_with() -> None:
    shape = np.array([0.1, 0.2, 0.4, 0.3])
    contacts = np.random.default_rng(1).poisson(400 * np.tile(shape, (182, 1))).astype(float)
    profile = learn_profile(profile_days(contacts), OPEN)
    assert profile.shares == pytest.approx(np.tile(shape, (7, 1)), abs=0.01)
    assert profile.shares.sum(axis=1) == pytest.approx(np.ones(7))
    assert (profile.interval_cv < 0.05).all()


def test_weekdays_keep_their_own_shape_when_there_is_enough_of_it() -> None:
    contacts = np.tile([100.0, 100.0, 200.0, 0.0], (182, 1))
    contacts[np.resize(np.arange(7), 182) == 0] = [300.0, 50.0, 50.0, 0.0]
    profile = learn_profile(profile_days(contacts), OPEN)
    assert profile.shares[0] == pytest.approx([0.75, 0.125, 0.125, 0], abs=0.03)
    assert profile.shares[3] == pytest.approx([0.25, 0.25, 0.5, 0], abs=0.03)


def test_one_odd_monday_of_few_contacts_does_not_make_the_mondays() -> None:
    contacts = np.tile([1.0, 1.0, 2.0, 1.0], (28, 1))
    contacts[0] = [5.0, 0.0, 0.0, 0.0]  # the first of four Mondays
    own = np.array([8.0, 3.0, 6.0, 3.0]) / 20  # shares of the Mondays' 20 contacts
    shares = learn_profile(profile_days(contacts), OPEN).shares
    assert abs(shares[0] - shares[3]).max() < 0.25 * abs(own - 0.2 * np.array([1, 1, 2, 1])).max()


def test_what_the_last_weeks_have_moved_is_followed() -> None:
    contacts = np.tile([500.0, 500.0, 500.0, 500.0], (182, 1))
    contacts[-28:] = [800.0, 400.0, 400.0, 400.0]
    shares = learn_profile(profile_days(contacts), OPEN).shares
    # 15-day half-life: 1 − 2^(−28/15) = 73 % of the weight lies on the last 28 days, share 0.25 then 0.40
    assert shares[:, 0] == pytest.approx(np.full(7, 0.25 + 0.73 * 0.15), abs=0.015)


def test_a_quiet_slot_leans_on_its_neighbours_and_nothing_leaks_over_closing_time() -> None:
    usual = np.zeros((7, 6), dtype=bool)
    usual[:, 1:5] = True
    contacts = np.zeros((14, 6))
    contacts[:, 1:5] = [1.0, 0.0, 1.0, 1.0]
    shares = learn_profile(profile_days(contacts), usual).shares
    assert (shares[:, 2] > 0).all()
    assert (shares[:, [0, 5]] == 0).all()
    assert shares.sum(axis=1) == pytest.approx(np.ones(7))


def test_holidays_have_a_shape_of_their_own_and_more_of_it_the_more_are_known() -> None:
    contacts = np.tile([1000.0, 1000.0, 2000.0, 0.0], (182, 1))
    special = np.zeros(182, dtype=bool)
    special[[20, 60, 100, 140, 150, 160, 170, 180]] = True
    contacts[special] = [3000.0, 500.0, 500.0, 0.0]
    opened = np.array([[True, True, True, False]])

    def first_share(holiday: np.ndarray) -> float:
        kept = holiday | ~special  # holidays left out of `holiday` are left out of the history
        days = profile_days(contacts, holiday).pick(kept)
        profile = learn_profile(days, np.tile(opened, (7, 1)))
        return float(profile.of_days(np.array([2]), np.array([True]), opened)[0, 0])

    none, one = np.zeros(182, dtype=bool), np.zeros(182, dtype=bool)
    one[20] = True
    assert first_share(none) == pytest.approx(0.25, abs=0.01)
    assert first_share(none) + 0.05 < first_share(one) < first_share(special) < 0.75
    assert first_share(special) > 0.5


def test_an_event_has_a_shape_of_its_own_in_proportion_to_its_weight() -> None:
    contacts = np.tile([500.0, 500.0, 500.0, 500.0], (182, 1))
    weight = np.zeros((1, 182))
    weight[0, 30::30] = 1.0
    contacts[weight[0] > 0] = [1400.0, 200.0, 200.0, 200.0]
    profile = learn_profile(profile_days(contacts, events=weight), OPEN)
    opened = np.ones((3, 4), dtype=bool)
    rows = profile.of_days(np.array([1, 1, 1]), np.zeros(3, dtype=bool), opened, np.array([[0.0, 0.5, 1.0]]))
    assert rows[0] == pytest.approx(np.full(4, 0.25), abs=0.005)
    assert rows[0, 0] + 0.03 < rows[1, 0] < rows[2, 0] - 0.03
    assert rows[2, 0] > 0.4
    assert rows.sum(axis=1) == pytest.approx(np.ones(3))


def test_an_event_never_seen_has_the_ordinary_shape() -> None:
    profile = learn_profile(profile_days(np.full((60, 4), 50.0), events=np.zeros((1, 60))), OPEN)
    rows = profile.of_days(np.array([1]), np.zeros(1, dtype=bool), np.ones((1, 4), dtype=bool), np.ones((1, 1)))
    assert rows == pytest.approx(np.full((1, 4), 0.25))


def test_a_holiday_that_closed_early_does_not_teach_that_afternoons_are_quiet() -> None:
    contacts = np.full((182, 4), 500.0)
    special = np.zeros(182, dtype=bool)
    special[20::20] = True
    contacts[special, 2:] = 0.0
    days = profile_days(contacts, special)
    opened = np.ones((182, 4), dtype=bool)
    opened[special, 2:] = False
    short = ProfileDays(days.contacts, days.weekdays, special, days.age_days, opened, days.events)
    profile = learn_profile(short, OPEN)
    whole = profile.of_days(np.array([1]), np.array([True]), np.ones((1, 4), dtype=bool))
    assert whole == pytest.approx(np.full((1, 4), 0.25), abs=0.01)


def test_extra_spread_of_intervals_is_measured_without_the_counting_noise() -> None:
    rng = np.random.default_rng(2)
    means = 300.0 * rng.gamma(1 / 0.2**2, 0.2**2, (182, 12))
    profile = learn_profile(profile_days(rng.poisson(means).astype(float)), np.ones((7, 12), dtype=bool))
    assert profile.interval_cv == pytest.approx(np.full(12, 0.2), abs=0.04)


def test_slots_that_vary_more_have_a_wider_spread() -> None:
    rng = np.random.default_rng(4)
    cv = np.repeat([0.05, 0.4], 12)
    means = 300.0 * rng.gamma(1 / cv**2, cv**2, (182, 24))
    found = learn_profile(profile_days(rng.poisson(means).astype(float)), np.ones((7, 24), dtype=bool)).interval_cv
    assert found[3:9].max() < 0.15
    assert found[15:21].min() > 0.3


def test_with_nothing_to_learn_contacts_spread_evenly_over_opening_hours() -> None:
    usual = np.zeros((7, 4), dtype=bool)
    usual[:5, 1:3] = True
    profile = learn_profile(profile_days(np.zeros((3, 4))), usual)
    assert profile.shares[0].tolist() == [0, 0.5, 0.5, 0]
    assert profile.interval_cv.tolist() == [0, 0, 0, 0]


def test_a_short_holiday_holds_its_whole_total_and_a_closed_interval_none() -> None:
    opened = np.array([[True, True, False, False], [True, True, True, True]])
    rows = ordinary(np.full((7, 4), 0.25)).of_days(np.array([0, 1]), np.array([True, False]), opened)
    assert rows.tolist() == [[0.5, 0.5, 0, 0], [0.25] * 4]


def test_an_ordinary_day_cut_short_keeps_the_share_of_its_open_intervals() -> None:
    opened = np.array([[True, True, False, True]])
    rows = ordinary(np.full((7, 4), 0.25)).of_days(np.array([0]), np.array([False]), opened)
    assert rows.tolist() == [[0.25, 0.25, 0, 0.25]]


def test_a_weekday_that_is_open_but_was_never_seen_has_the_shape_of_the_others() -> None:
    contacts = np.tile([400.0, 100.0, 100.0, 200.0], (5, 1))
    shares = learn_profile(profile_days(contacts), OPEN).shares
    assert shares[6] == pytest.approx([0.5, 0.125, 0.125, 0.25], abs=0.02)


@given(
    st.integers(1, 40), st.sampled_from([1, 2, 24, 48, 288]), st.sampled_from([0.02, 1.0, 300.0]), st.integers(0, 2**16)
)
@settings(max_examples=60, deadline=None)
def test_shares_are_never_negative_and_add_up_over_the_usual_hours(
    days: int, slots: int, mean: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    usual = rng.random((7, slots)) < 0.6
    contacts = rng.poisson(mean, (days, slots)) * usual[np.resize(np.arange(7), days)]
    holiday, events = rng.random(days) < 0.2, rng.random((2, days)) * (rng.random((2, days)) < 0.2)
    profile = learn_profile(profile_days(contacts.astype(float), holiday, events), usual)
    inside = np.where(usual, profile.shares, 0.0).sum(axis=1)
    assert (profile.shares >= 0).all()
    assert inside[usual.any(axis=1)] == pytest.approx(np.ones(int(usual.any(axis=1).sum())))
    rows = profile.of_days(np.arange(7), rng.random(7) < 0.5, usual, rng.random((2, 7)))
    assert np.isfinite(rows).all()
    assert (rows[~usual] == 0).all()
    assert rows.sum(axis=1)[usual.any(axis=1)] == pytest.approx(np.ones(int(usual.any(axis=1).sum())))
