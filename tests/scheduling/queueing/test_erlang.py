"""Erlang B, C and A against slow twins, published examples, their limits and the order that queues keep."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from scheduling.queueing import DEFINITIONS, erlang_a, erlang_b, erlang_c

mp.mp.dps = 30


def slow_b(load: Fraction, agents: int) -> Fraction:
    """The recursion of Erlang's formula in exact fractions."""
    inverse = Fraction(1)
    for k in range(1, agents + 1):
        inverse = 1 + Fraction(k) / load * inverse
    return 1 / inverse


def slow_c(load: Fraction, agents: int) -> Fraction:
    block = slow_b(load, agents)
    return agents * block / (agents - load * (1 - block))


def slow_a(load: float, agents: int, patience: float, within: float) -> dict[str, float]:
    """Stationary chain state by state, and the virtual wait by numerical integration; times in handle times."""
    a, theta, t_end = mp.mpf(load), 1 / mp.mpf(patience), mp.mpf(within)
    weights = [mp.mpf(1)]
    while weights[-1] > mp.mpf(10) ** -45 * max(weights) or len(weights) <= agents + 2 * load:
        k = len(weights)
        weights.append(weights[-1] * a / (min(k, agents) + theta * max(k - agents, 0)))
    total = mp.fsum(weights)
    queue = mp.fsum((k - agents) * w for k, w in enumerate(weights) if k > agents) / total
    p_wait = mp.fsum(weights[agents:]) / total
    lost = theta * queue / a

    def density(t: mp.mpf) -> mp.mpf:  # of V on (0, inf): p_(n-1) λ e^g(t), per handle time
        return mp.e ** (a / theta * (1 - mp.e ** (-theta * t)) - agents * t)

    centre = max(mp.log(a / agents) / theta, 0)
    width = 1 / mp.sqrt(agents * theta) + mp.mpf(1) / agents
    points = [centre + step * width for step in (-12, -4, -1, 0, 1, 4, 12, 40, 200)]
    after = [t_end, *sorted(t for t in points if t > t_end), mp.inf]
    whole = [0, *sorted(t for t in points if t > 0), mp.inf]
    norm = p_wait / mp.quad(density, whole)
    late = norm * mp.quad(density, after)
    late_served = norm * mp.quad(lambda t: density(t) * mp.e ** (-theta * t), after)
    wait_served = norm * mp.quad(lambda t: t * density(t) * mp.e ** (-theta * t), whole) / (1 - lost)
    offered = 1 - lost - late_served
    either = 1 - late * mp.e ** (-theta * t_end)
    return {
        "p_wait": float(p_wait),
        "abandon_share": float(lost),
        "asa_seconds": float(wait_served),
        "asa_all_seconds": float(queue / a),
        "occupancy": float(a * (1 - lost) / agents),
        "service_level_offered": float(offered),
        "service_level_virtual": float(1 - late),
        "service_level_answered": float(offered / (1 - lost)),
        "service_level_excluding_short": float(offered / (1 - (either - offered))),
        "service_level_abandons_good": float(either),
    }


@pytest.mark.parametrize(("load", "agents"), [("1/1000000", 1), ("1/3", 4), ("48", 55), ("300", 250), ("900", 1000)])
def test_erlang_b_and_c_agree_with_exact_fractions(load: str, agents: int) -> None:
    exact = Fraction(load)
    assert float(erlang_b(float(exact), agents).p_block) == pytest.approx(float(slow_b(exact, agents)), rel=1e-12)
    if exact < agents:
        found = erlang_c(float(exact), agents, 300, 20)
        wait = slow_c(exact, agents)
        assert float(found.p_wait) == pytest.approx(float(wait), rel=1e-12)
        assert float(found.asa_seconds) == pytest.approx(float(wait * 300 / (agents - exact)), rel=1e-12)
        late = float(wait) * float(mp.e ** (-(agents - mp.mpf(exact.numerator) / exact.denominator) * 20 / 300))
        assert float(found.service_level) == pytest.approx(1 - late, abs=1e-13)


@pytest.mark.parametrize(
    ("load", "agents", "aht", "patience", "within"),
    [
        (0.5, 1, 300, 60, 20),
        (48, 50, 60, 120, 20),
        (30, 20, 300, 90, 60),  # 150 % load
        (80, 40, 300, 300, 20),  # 200 % load: next to nobody in time
        (20, 22, 300, 1e7, 20),  # hardly anybody hangs up
        (4, 3, 600, 0.5, 0),  # everybody hangs up at once
        (90, 100, 240, 200, 15),
        (0.185, 1, 1.48, 73, 11.7),  # light, and far from the mean in the incomplete gamma function
        (9, 20, 60, 120, 5),
    ],
)
def test_erlang_a_agrees_with_the_chain_state_by_state(
    load: float, agents: int, aht: float, patience: float, within: float
) -> None:
    found = erlang_a(load, agents, aht, within, patience)
    for name, want in slow_a(load, agents, patience / aht, within / aht).items():
        want *= aht if name.endswith("_seconds") else 1
        assert float(getattr(found, name)) == pytest.approx(want, rel=1e-10, abs=1e-14), name


def test_a_calculator_on_the_web_says_the_same_for_360_calls_in_half_an_hour() -> None:
    """mitan.co.uk: 360 calls in 30 minutes, 240 s, 55 agents, 15 s: P(wait) .2387, service level .8459, ASA 8.18 s."""
    found = erlang_c(360 * 240 / 1800, 55, 240, 15)
    assert round(float(found.p_wait), 4) == 0.2387
    assert round(float(found.service_level), 4) == 0.8459
    assert round(float(found.asa_seconds), 2) == 8.18


def test_the_r_package_erlangc_documents_the_same_numbers() -> None:
    """R ErlangC: 100 calls in 30 minutes of 180 s, 14 agents, 20 s: .1741319, .88835, 7.83593701177724 s."""
    found = erlang_c(10, 14, 180, 20)
    assert float(found.p_wait) == pytest.approx(0.1741319, abs=5e-8)
    assert float(found.service_level) == pytest.approx(0.88835, abs=5e-6)
    assert float(found.asa_seconds) == pytest.approx(7.83593701177724, rel=1e-14)


def test_mandelbaum_and_zeltyn_s_example() -> None:
    """48 calls a minute of one minute, 50 agents, patience 2 minutes: 3.1 % hang up, mean wait 3.7 s (C: 20.8 s)."""
    found = erlang_a(48, 50, 60, 20, 120)
    assert round(float(found.abandon_share), 3) == 0.031
    assert round(float(found.asa_all_seconds), 1) == 3.7
    assert round(float(erlang_c(48, 50, 60, 20).asa_seconds), 1) == 20.8


@pytest.mark.parametrize(("load", "agents"), [(0.2, 1), (9.0, 10), (45.0, 50), (990.0, 1000)])
def test_endless_patience_is_erlang_c(load: float, agents: int) -> None:
    patient, endless = erlang_a(load, agents, 300, 20, 1e12), erlang_a(load, agents, 300, 20, np.inf)
    waiting = erlang_c(load, agents, 300, 20)
    for name in ("p_wait", "service_level", "asa_seconds", "occupancy"):
        want = float(getattr(waiting, name))
        assert float(getattr(patient, name)) == pytest.approx(want, rel=1e-5)
        assert float(getattr(endless, name)) == want


@pytest.mark.parametrize(("load", "agents"), [(0.2, 1), (9.0, 10), (60.0, 50), (1200.0, 1000)])
def test_no_patience_is_erlang_b(load: float, agents: int) -> None:
    found = erlang_a(load, agents, 300, 20, 1e-7)
    block = float(erlang_b(load, agents).p_block)
    assert float(found.abandon_share) == pytest.approx(block, rel=1e-5)
    assert float(found.service_level) == pytest.approx(1 - block, rel=1e-5)


def test_edges_have_an_answer() -> None:
    assert erlang_b([0.0, 5.0, 0.0], [3, 0, 0]).p_block.tolist() == [0.0, 1.0, 1.0]
    idle = erlang_c(0, 3, 300, 20)
    assert (idle.p_wait, idle.service_level, idle.asa_seconds, idle.occupancy) == (0, 1, 0, 0)
    swamped = erlang_c([5.0, 6.0], [5, 5], 300, 20)
    assert swamped.p_wait.tolist() == [1, 1]
    assert swamped.service_level.tolist() == [0, 0]
    assert swamped.asa_seconds.tolist() == [np.inf, np.inf]
    assert erlang_c(5, 6, 300, 0).service_level == pytest.approx(1 - float(erlang_c(5, 6, 300, 0).p_wait))
    assert erlang_c(0, 6, 0, 20).service_level == 1
    nobody = erlang_a(5, 0, 300, 20, 60)
    assert (nobody.p_wait, nobody.abandon_share, nobody.service_level, nobody.occupancy) == (1, 1, 0, 0)
    assert nobody.asa_all_seconds == 60
    assert nobody.service_level_abandons_good == pytest.approx(1 - np.exp(-20 / 60))
    assert erlang_a(0, 2, 0, 20, 60).service_level == 1


def test_a_hopeless_overload_is_quiet_whatever_the_threshold() -> None:
    """(20000 − 1) · 86400 ÷ 300 is far beyond what exp holds; warnings are errors here."""
    line = erlang_c(20_000, 1, 300, [0, 20, 86_400])
    assert line.service_level.tolist() == [0, 0, 0]
    assert np.isinf(line.asa_seconds).all()


def test_loads_of_any_size_stay_finite_and_quiet() -> None:
    load = np.array([1e-6, 1e-3, 1.0, 1e3, 2e4, 1e6, 1e8])
    for factor in (0.3, 0.999, 1.0, 1.001, 3.0):
        for patience in (0.01, 1.0, 300.0, 1e5, 1e9):
            found = erlang_a(load, np.maximum(load * factor, 1e-3), 300, 20, patience)
            for name in ("p_wait", "abandon_share", "occupancy", *(f"service_level_{word}" for word in DEFINITIONS)):
                values = getattr(found, name)
                assert np.all((values >= -1e-12) & (values <= 1 + 1e-12)), (name, factor, patience, values)
            assert np.all(found.asa_seconds >= 0)
            assert np.all(np.isfinite(found.asa_seconds))


def test_arguments_broadcast() -> None:
    grid = erlang_a(np.array([[4.0], [40.0]]), np.array([5, 45, 60]), 300, 20, 120)
    assert grid.service_level.shape == (2, 3)
    assert float(grid.service_level[1, 1]) == float(erlang_a(40, 45, 300, 20, 120).service_level)


def test_negative_numbers_and_unknown_definitions_are_named() -> None:
    with pytest.raises(BadValue, match="agents"):
        erlang_c(5, -1, 300, 20)
    with pytest.raises(BadValue, match="patience_seconds"):
        erlang_a(5, 6, 300, 20, 0)
    with pytest.raises(BadValue, match="abandons_good"):
        erlang_a(5, 6, 300, 20, 60).service_level_by("best")


@settings(max_examples=30, deadline=None)
@given(
    load=st.floats(0.01, 3000),
    share=st.floats(0.2, 3.0),
    patience=st.floats(1, 3600),
    within=st.floats(0, 300),
    more=st.floats(0.01, 5),
)
def test_more_agents_help_and_more_load_hurts(
    load: float, share: float, patience: float, within: float, more: float
) -> None:
    agents = load * share + 0.05
    base = erlang_a(load, agents, 240, within, patience)
    helped = erlang_a(load, agents + more, 240, within, patience)
    loaded = erlang_a(load * (1 + more), agents, 240, within, patience)
    for definition in DEFINITIONS:
        level = base.service_level_by(definition)
        assert helped.service_level_by(definition) >= level - 1e-11
        assert loaded.service_level_by(definition) <= level + 1e-11
    assert helped.abandon_share <= base.abandon_share + 1e-12
    assert loaded.abandon_share >= base.abandon_share - 1e-12
    assert loaded.occupancy >= base.occupancy - 1e-12


@settings(max_examples=30, deadline=None)
@given(load=st.floats(0.001, 5000), spare=st.floats(0.01, 80), more=st.floats(0.001, 3))
def test_fractional_agents_lie_between_their_neighbours(load: float, spare: float, more: float) -> None:
    few, many = erlang_c(load, load + spare, 300, 20), erlang_c(load, load + spare + more, 300, 20)
    assert many.p_wait <= few.p_wait
    assert many.service_level >= few.service_level - 1e-15  # one step of rounding where both are nearly 1
    assert many.asa_seconds <= few.asa_seconds
