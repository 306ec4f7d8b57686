"""A load that rises inside its interval, or is known up to a distribution only; patience from censored waits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

from domain.errors import BadValue
from scheduling.queueing import (
    ServiceGoals,
    erlang_a,
    erlang_c,
    estimate_patience,
    lagged_load,
    load_inside,
    mixed_line,
    modified_offered_load,
    required_agents,
    required_agents_mixed,
    required_chat_agents,
    survival_of_patience,
    uncertain_load,
)

GOALS = ServiceGoals(service_level=0.8, answer_within_seconds=20)


@pytest.mark.parametrize("patience", [None, 120.0])
def test_a_load_that_is_certain_needs_what_the_formula_says(patience: float | None) -> None:
    loads = np.array([0.5, 5.0, 100.0, 2000.0])
    for fractional in (False, True):
        plain = required_agents(loads, 300, GOALS, patience_seconds=patience, fractional=fractional).agents
        mixed = required_agents_mixed(
            uncertain_load(loads, 0.0), 300, GOALS, patience_seconds=patience, fractional=fractional
        ).agents
        assert mixed == pytest.approx(plain, rel=1e-9)


@pytest.mark.parametrize(("load", "agents", "cv"), [(5, 7, 0.1), (100, 105, 0.2), (500, 510, 0.1)])
def test_the_level_under_uncertainty_is_the_integral_over_the_rate(load: float, agents: float, cv: float) -> None:
    """Twin: adaptive quadrature of Λ SL(Λ) over the gamma density."""
    density = gamma(1 / cv**2, scale=cv**2)

    def level(factor: float) -> float:
        return factor * float(erlang_a(load * factor, agents, 300, 20, 120).service_level) * density.pdf(factor)

    expected = quad(level, 1 - 6 * cv if cv < 0.15 else 0.05, 1 + 8 * cv, limit=200)[0]
    found = mixed_line(uncertain_load(load, cv), agents, 300, 20, 120)
    assert float(found.service_level[0]) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("load", "agents", "cv", "aht_cv"), [(5, 7, 0.2, 0.1), (100, 105, 0.1, 0.1), (500, 510, 0, 0.1)]
)
def test_an_uncertain_handle_time_adds_to_an_uncertain_volume(
    load: float, agents: float, cv: float, aht_cv: float
) -> None:
    """Twin: the mean over drawn volumes and drawn handle times, contacts counted as often as they come."""
    rng = np.random.default_rng(7)
    volume, longer = (rng.gamma(1 / c**2, c**2, 20_000) if c else np.ones(20_000) for c in (cv, aht_cv))
    level = erlang_a(load * volume * longer, agents, 300 * longer, 20, 120).service_level
    found = mixed_line(uncertain_load(load, cv, aht_cv), agents, 300, 20, 120)
    assert float(found.service_level[0]) == pytest.approx(np.average(level, weights=volume), abs=0.01)
    assert uncertain_load(load, cv, aht_cv).mean == pytest.approx([load])


def test_a_sure_handle_time_changes_no_bit() -> None:
    plain, same = uncertain_load([5.0, 100.0], 0.2), uncertain_load([5.0, 100.0], 0.2, 0.0)
    assert np.array_equal(plain.contact_share, same.contact_share)
    assert plain.contact_share == pytest.approx(plain.time_share * plain.erlangs / np.array([[5.0], [100.0]]))


def test_agents_for_an_expected_level_give_it_and_one_less_does_not() -> None:
    load = uncertain_load([5.0, 100.0, 500.0], 0.2)
    need = required_agents_mixed(load, 300, GOALS, patience_seconds=120).agents
    kept = mixed_line(load, need, 300, 20, 120).service_level
    short = mixed_line(load, need - 1, 300, 20, 120).service_level
    assert np.all(kept >= 0.8)
    assert np.all(short < 0.8)
    assert np.all(need >= required_agents([5.0, 100.0, 500.0], 300, GOALS, patience_seconds=120).agents)


def test_without_hang_ups_a_rate_beyond_the_agents_counts_as_level_zero() -> None:
    """cv so wide that much of the volume lies above 10 agents; the mean is below Erlang C's at the mean volume."""
    line = mixed_line(uncertain_load(9.0, 0.5), 10, 300, 20)
    assert 0 < float(line.service_level[0]) < float(erlang_c(9, 10, 300, 20).service_level)
    assert np.isinf(line.asa_seconds[0])


def test_the_load_inside_an_interval_has_the_mean_of_the_offered_load() -> None:
    whole = modified_offered_load([10.0, 40.0], 1200, 900)
    inside = load_inside(whole.start, [10.0, 40.0], 1200, 900)
    assert inside.mean == pytest.approx(whole.mean, rel=1e-6)
    assert np.all(np.diff(inside.erlangs, axis=1) > 0)
    assert inside.rises.tolist() == [True, True]


def test_a_rising_load_needs_more_than_its_mean_and_no_more_than_twice_that() -> None:
    need = required_agents_mixed(load_inside(20.0, 60.0, 1200, 900), 1200, GOALS, patience_seconds=180).agents
    inside = load_inside(20.0, 60.0, 1200, 900)
    at_mean = required_agents(float(inside.mean[0]), 1200, GOALS, patience_seconds=180).agents
    at_most = required_agents(60.0, 1200, GOALS, patience_seconds=180).agents
    assert float(at_mean) < float(need[0]) <= float(at_most)


def test_lagged_load_is_the_rate_one_handle_time_ago() -> None:
    """Handle time = one interval: the load of the interval before; half of it: half of each."""
    assert lagged_load([10.0, 20.0, 0.0], 900, 900.0).tolist() == pytest.approx([0, 10, 20])
    assert lagged_load([10.0, 20.0, 0.0], 450, 900.0).tolist() == pytest.approx([5, 15, 10])
    assert lagged_load([10.0, 20.0], 900, 900.0, begins=[True, True]).tolist() == [0, 0]
    assert lagged_load([10.0, 20.0], 0, 900.0).tolist() == [10, 20]


def test_patience_is_the_time_waited_over_the_hang_ups() -> None:
    """Waits 10, 20, 30 answered, 40 and 50 hung up: 150 ÷ 2. Kaplan-Meier: 1 up to 40, then 1/2, then 0: 45."""
    found = estimate_patience([10, 20, 30, 40, 50, np.nan], [False, False, False, True, True, True])
    assert (found.mean_seconds, found.waits, found.hang_ups) == (75, 5, 2)
    assert found.kaplan_meier_mean_seconds == pytest.approx(45)
    assert found.median_seconds == 40
    assert found.low_seconds < 75 < found.high_seconds
    assert not found.enough


def test_survival_of_patience_by_hand() -> None:
    """Risk sets 4, 3, 1: one of four leaves at 1, one of three at 2 (one answered), the last is answered at 3."""
    times, curve = survival_of_patience(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, False]))
    assert times.tolist() == [1, 2, 3]
    assert curve.tolist() == pytest.approx([3 / 4, 3 / 4 * 2 / 3, 1 / 2])


def test_patience_is_found_again_in_a_line_that_was_drawn() -> None:
    rng = np.random.default_rng(3)
    patience, offered = rng.exponential(180, 20_000), rng.exponential(60, 20_000)
    found = estimate_patience(np.minimum(patience, offered), patience < offered)
    assert found.low_seconds < 180 < found.high_seconds
    assert found.median_seconds == pytest.approx(180 * np.log(2), rel=0.05)


def test_patience_edges() -> None:
    nobody = estimate_patience([5, 10], [False, False])
    assert np.isinf(nobody.mean_seconds)
    assert nobody.low_seconds > 0
    assert estimate_patience([], []).waits == 0
    with pytest.raises(BadValue, match="wait_seconds"):
        estimate_patience([-1], [True])
    with pytest.raises(BadValue, match="abandoned"):
        estimate_patience([1, 2], [True])


@pytest.mark.parametrize("times", [(480.0, 560.0, 660.0), (300.0, 380.0), (300.0, 300.0, 300.0, 300.0)])
@pytest.mark.parametrize("patience", [120.0, None])
def test_chat_is_never_under_the_exact_chain_and_at_most_one_over(
    times: tuple[float, ...], patience: float | None
) -> None:
    """Twin: the chain summed state by state for every n, the line behind it to 40 deviations."""
    goals = ServiceGoals(service_level=0.8, answer_within_seconds=30)
    rates = np.array([0.002, 0.01, 0.05, 0.15])
    plan = required_chat_agents(rates, times, goals, patience_seconds=patience, fractional=True).agents
    for rate, found in zip(rates, plan, strict=True):
        first = max(1, int(found) - 2)  # more agents answer more: were this one enough, the plan would be two over
        exact = next(n for n in range(first, 400) if chat_level(rate, n, times, patience) >= 0.8)
        assert exact <= np.ceil(found - 1e-9) <= exact + 1
        assert found > exact - 1


def chat_level(rate: float, agents: int, times: tuple[float, ...], patience: float | None) -> float:
    """Share answered within 30 s by uniform sums: P(served in T | k ahead) over the states of the chain."""
    places = agents * len(times)
    full = places / times[-1]
    leave = 0.0 if patience is None else 1 / patience
    if rate >= full and patience is None:
        return 0.0
    weights, m = [1.0], 0
    while m < places or (weights[-1] > 1e-14 * max(weights) and m < places + 5000):
        m += 1
        q, r = divmod(min(m, places), agents)
        ends = (agents - r) * q / times[q - 1] if q else 0.0
        ends += r * (q + 1) / times[q] if r else 0.0
        weights.append(weights[-1] * rate / (ends + max(m - places, 0) * leave))
    p = np.array(weights) / np.sum(weights)
    return float(p[:places].sum() + p[places:] @ served_within(30.0, full, leave, p.size - places))


def served_within(seconds: float, full: float, leave: float, most: int) -> np.ndarray:
    """P(a contact with k waiting ahead is served within T): forward equations of its own place in the line."""
    steps = 3000
    step = seconds / steps
    k = np.arange(most)
    ahead = full + k * leave  # rate at which the contact moves up from k ahead (0 ahead: it is served)
    reached = np.zeros(most)  # served by now, by starting place: backward equations
    for _ in range(steps):
        before = np.concatenate([[1.0], reached[:-1]])
        change = ahead * (before - reached) - leave * reached
        half = reached + step / 2 * change
        before = np.concatenate([[1.0], half[:-1]])
        reached = reached + step * (ahead * (before - half) - leave * half)
    return reached
