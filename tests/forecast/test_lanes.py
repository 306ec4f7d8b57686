"""The bank of smoothers and the shrunk regression behind `calendar_lanes`: planted truths come back."""

from __future__ import annotations

import numpy as np

from forecast.evidence import Design, fit_blocks
from forecast.lanes import LEADS, LEVEL_SHARES, MEMORY, WEEKDAY_SHARES, all_lanes, between_leads, run_lanes


def plain_lane(series: list[float], level_share: float, weekday_share: float) -> float:
    """One smoother as a loop: its forecast of the next day."""
    level, weekday = float(np.median(series[:28])), [0.0] * 7
    for day, value in enumerate(series):
        surprise = value - level - weekday[day % 7]
        level += level_share * surprise
        weekday[day % 7] += weekday_share * (1 - level_share) * surprise
    return level + weekday[len(series) % 7]


def test_every_lane_equals_a_plain_loop() -> None:
    series = [10.0 + 3 * (day % 7) + 0.1 * day for day in range(60)]
    state = run_lanes(np.array([series]))
    told = (state.level + state.weekday[60 % 7])[0]
    expected = [plain_lane(series, level, week) for level in LEVEL_SHARES for week in WEEKDAY_SHARES]
    np.testing.assert_allclose(told, expected, rtol=1e-12)


def test_a_returning_lane_goes_from_the_fast_level_to_the_slow_one() -> None:
    plain = np.zeros(len(LEVEL_SHARES) * len(WEEKDAY_SHARES))
    plain[LEVEL_SHARES.index(1.0) * 3 + 1] = 8.0  # fast level 8 above the slow ones
    returning = all_lanes(plain, 2)[len(plain) :].reshape(2, 2, 3)  # slow × fast × φ
    np.testing.assert_allclose(returning[:, 1], [[8 * 0.25, 8 * 0.49, 8 * 0.81]] * 2)
    np.testing.assert_allclose(returning[:, 0], 0.0)


def test_errors_are_those_of_forecasts_made_so_many_days_before() -> None:
    """A slow twin: forecast afresh from every day, for every lead, and discount the squared errors."""
    rng = np.random.default_rng(5)
    series = np.cumsum(rng.normal(0, 1, 90)) + 3 * (np.arange(90) % 7)
    series[:28] = 0.0  # so that every beginning of it starts at the same level
    series[[20, 40, 41]] = np.nan
    state = run_lanes(series[None, :])
    states = [run_lanes(series[None, :end]) for end in range(1, 90)]
    for number, lead in enumerate(LEADS[:4]):
        error, mass = np.zeros(len(state.weights[0, 0])), 0.0
        for day in range(max(lead, 14), 90):
            before = states[day - lead]  # has seen the days up to day − lead
            said = all_lanes(before.level + before.weekday[day % 7], lead)[0]
            if np.isnan(series[day]):
                error, mass = error * MEMORY, mass * MEMORY
            else:
                error, mass = error * MEMORY + (series[day] - said) ** 2, mass * MEMORY + 1
        expected = (error / mass + 1e-9) ** -3.0
        np.testing.assert_allclose(state.weights[number, 0], expected / expected.sum(), rtol=1e-6)


def test_unknown_days_teach_nothing() -> None:
    series = np.full((1, 70), 5.0)
    series[0, 30:40] = np.nan
    means, variance = run_lanes(series).predict(14)
    np.testing.assert_allclose(means, 5.0)
    np.testing.assert_allclose(variance, 0.0)


def test_lanes_are_weighted_as_their_known_errors_say() -> None:
    """A share α misses white noise of variance 1 by 2/(2−α), a walk of unit steps by 1/(α(2−α)) (mean squares)."""
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 1, (30, 3000))
    state = run_lanes(np.concatenate([noise, np.cumsum(noise, axis=1)]), judged_days=3000)
    weights = state.weights[0][:, : 3 * len(LEVEL_SHARES) : 3]  # plain lanes with no weekday share
    share = np.array(LEVEL_SHARES)
    for got, square in zip(weights.reshape(2, 30, -1), (2 / (2 - share), 1 / (share * (2 - share))), strict=True):
        expected = square**-3.0  # root mean square to the power −6
        np.testing.assert_allclose(
            (got / got.sum(axis=1, keepdims=True)).mean(axis=0), expected / expected.sum(), atol=0.03
        )


def test_the_error_variance_of_a_random_walk_grows_with_the_lead() -> None:
    walk = np.cumsum(np.random.default_rng(2).normal(0, 1, 2000))
    variance = run_lanes(walk[None, :]).predict(28)[1][0]
    assert 0.7 < variance[0] < 1.8  # one day ahead a walk of unit steps misses by about one
    assert 18 < variance[27] < 45  # and by about √28 after 28 days


def test_lead_times_between_two_measured_ones_share_their_weights() -> None:
    assert [between_leads(lead) for lead in LEADS[:3]] == [(0, 1, 0.0), (1, 2, 0.0), (2, 3, 0.0)]
    low, high, share = between_leads(10)
    assert (LEADS[low], LEADS[high]) == (7, 14)
    assert np.isclose(share, np.log(10 / 7) / np.log(2))
    assert between_leads(400) == (5, 5, 0.0)


def design_of(common: np.ndarray, blocks: list[int], queues: int) -> Design:
    return Design(common, np.zeros((queues, len(common), 0)), np.array(blocks))


def planted(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    truth = np.array([5.0, 0.8, -0.5, 0.0, 0.0, 0.0])
    features = np.column_stack([np.ones(600), rng.normal(size=(600, 5))])
    return truth, features, features @ truth + rng.normal(0, 0.3, 600)


def test_effects_that_were_planted_come_back_and_idle_blocks_vanish() -> None:
    truth, features, values = planted(np.random.default_rng(3))
    design = design_of(features, [0, 1, 1, 2, 2, 2], 1)
    effects = fit_blocks(values[None, :], design, np.ones((1, 3), bool))[0][0, 0]
    np.testing.assert_allclose(effects[:3], truth[:3], atol=0.05)
    np.testing.assert_allclose(effects[3:], 0.0, atol=0.02)


def test_wild_days_move_the_fit_less_than_half_as_far_as_a_mean() -> None:
    truth, features, values = planted(np.random.default_rng(3))
    values[::50] += 40.0  # 2 % of the days: least squares is moved by 0.8
    design = design_of(features, [0, 1, 1, 2, 2, 2], 1)
    effects = fit_blocks(values[None, :], design, np.ones((1, 3), bool))[0][0, 0]
    assert abs(effects[0] - truth[0]) < 0.4
    np.testing.assert_allclose(effects[1:3], truth[1:3], atol=0.05)


def test_a_block_that_is_not_allowed_stays_out() -> None:
    features = np.column_stack([np.ones(200), np.tile([1.0, -1.0], 100)])
    values = features @ np.array([3.0, 1.0])
    design = design_of(features, [0, 1], 2)
    effects = fit_blocks(np.stack([values, values]), design, np.array([[True, True], [True, False]]))[0][0]
    assert abs(effects[0, 1] - 1.0) < 0.01
    assert abs(effects[1, 1]) < 0.01


def test_queues_do_not_disturb_one_another_whatever_the_batch() -> None:
    rng = np.random.default_rng(4)
    features = np.column_stack([np.ones(120), rng.normal(size=(120, 3))])
    values = rng.normal(size=(30, 120))
    together = fit_blocks(values, design_of(features, [0, 1, 1, 2], 30), np.ones((30, 3), bool))[0][0]
    alone = fit_blocks(values[7:8], design_of(features, [0, 1, 1, 2], 1), np.ones((1, 3), bool))[0][0]
    np.testing.assert_allclose(together[7], alone[0], rtol=1e-8, atol=1e-10)


def test_a_queue_with_no_known_day_has_no_effects() -> None:
    features = np.column_stack([np.ones(50), np.arange(50.0)])
    effects = fit_blocks(np.full((1, 50), np.nan), design_of(features, [0, 1], 1), np.ones((1, 2), bool))[0]
    np.testing.assert_allclose(effects, 0.0)


def test_a_path_of_fits_ends_where_one_fit_does_and_never_looks_ahead() -> None:
    rng = np.random.default_rng(6)
    truth, features, values = planted(rng)
    design = design_of(features, [0, 1, 1, 2, 2, 2], 1)
    allowed = np.ones((1, 3), bool)
    path, optimism = fit_blocks(values[None, :], design, allowed, ends=(200, 400, 600))
    once, _ = fit_blocks(values[None, :], design, allowed)
    np.testing.assert_allclose(path[-1], once[0], atol=0.01)
    np.testing.assert_allclose(path[0, 0, :3], truth[:3], atol=0.1)
    scrambled = np.where(np.arange(600) < 400, values, 1e6)
    again, _ = fit_blocks(scrambled[None, :], design, allowed, ends=(200, 400, 600))
    np.testing.assert_array_equal(again[:2], path[:2])
    # three effects of use in 200, 400 and 600 days (the intercept among them): n ÷ (n − 3)
    np.testing.assert_allclose(optimism[:, 0], [200 / 197, 400 / 397, 600 / 597], atol=0.012)
