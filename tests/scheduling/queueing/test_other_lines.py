"""Chat, deferred work, carried load, limited lines and priorities."""

from __future__ import annotations

import numpy as np
import pytest

from domain.errors import BadValue
from scheduling.queueing import (
    ServiceGoals,
    chat_line,
    engset,
    erlang_a,
    erlang_b,
    erlang_c,
    finite_line,
    modified_offered_load,
    priority_waits,
    required_chat_agents,
)

CHAT_TIMES = (480.0, 560.0, 660.0)


def chat_by_chain(rate: float, agents: int, patience: float) -> tuple[float, float, float]:
    """Slow twin: the birth-death chain solved as linear equations. Returns P(wait), hang-ups, places in use."""
    places = agents * len(CHAT_TIMES)
    states = places + 120
    generator = np.zeros((states, states))
    for m in range(states):
        if m + 1 < states:
            generator[m, m + 1] = rate
        if m:
            q, r = divmod(min(m, places), agents)
            ends = (agents - r) * q / CHAT_TIMES[q - 1] if q else 0.0
            ends += r * (q + 1) / CHAT_TIMES[q] if r else 0.0
            generator[m, m - 1] = ends + max(m - places, 0) / patience
    generator -= np.diag(generator.sum(axis=1))
    p = np.linalg.lstsq(np.vstack([generator.T, np.ones(states)]), np.append(np.zeros(states), 1.0), rcond=None)[0]
    m = np.arange(states)
    lost = np.sum(p * np.maximum(m - places, 0)) / patience / rate
    return p[places:].sum(), lost, np.sum(p * np.minimum(m, places)) / places


@pytest.mark.parametrize(("rate", "agents"), [(0.004, 1), (0.02, 5), (0.04, 9)])
def test_chat_agrees_with_its_chain(rate: float, agents: int) -> None:
    line = chat_line(rate, agents, CHAT_TIMES, 30, 180)
    found = (float(line.p_wait), float(line.abandon_share), float(line.occupancy))
    assert found == pytest.approx(chat_by_chain(rate, agents, 180), rel=1e-8)


def test_one_chat_at_a_time_is_erlang_a_or_c() -> None:
    alone, left = chat_line(0.05, [15, 18], [300], 20, 120), erlang_a(15, [15, 18], 300, 20, 120)
    for name in ("p_wait", "abandon_share", "service_level", "asa_seconds", "occupancy"):
        assert np.allclose(getattr(alone, name), getattr(left, name), rtol=1e-10)
    patient, waiting = chat_line(0.05, 18, [300], 20), erlang_c(15, 18, 300, 20)
    for name in ("p_wait", "service_level", "asa_seconds", "occupancy"):
        assert float(getattr(patient, name)) == pytest.approx(float(getattr(waiting, name)), rel=1e-6)


def test_chat_needs_far_more_than_a_third_of_the_agents() -> None:
    """200 chats in 15 minutes, 480/560/660 s, 80 % in 30 s: 47 agents; "Erlang with a third of the time" says 36."""
    goals = ServiceGoals(service_level=0.8, answer_within_seconds=30)
    assert required_chat_agents(200 / 900, CHAT_TIMES, goals, patience_seconds=180).agents == 47
    assert chat_line(200 / 900, 36, CHAT_TIMES, 30, 180).service_level < 0.2


def test_a_fraction_of_a_chat_agent_is_time() -> None:
    goals = ServiceGoals(service_level=0.8, answer_within_seconds=30, max_abandon_share=0.05)
    rates = np.linspace(0.002, 0.3, 40)
    whole = required_chat_agents(rates, CHAT_TIMES, goals, patience_seconds=180).agents
    need = required_chat_agents(rates, CHAT_TIMES, goals, patience_seconds=180, fractional=True).agents
    assert np.all((need <= whole) & (need > whole - 1))
    kept = chat_line(rates, need, CHAT_TIMES, 30, 180)
    assert np.all((kept.service_level >= 0.8 - 1e-6) & (kept.abandon_share <= 0.05 + 1e-6))
    assert np.all(np.minimum(np.abs(kept.service_level - 0.8), np.abs(kept.abandon_share - 0.05)) < 1e-6)


def test_chat_edges() -> None:
    assert chat_line(0.0, 3, CHAT_TIMES, 30, 180).service_level == 1
    assert chat_line(0.1, 0, CHAT_TIMES, 30, 180).abandon_share == 1
    assert chat_line(1.0, 3, CHAT_TIMES, 30).asa_seconds == np.inf
    assert not required_chat_agents(0.1, CHAT_TIMES, ServiceGoals(service_level=1.0)).attainable
    with pytest.raises(BadValue, match="aht_by_concurrency_seconds"):
        chat_line(0.1, 3, [300, 0], 30)


def test_a_queue_that_opens_starts_empty_and_carries_contacts_on() -> None:
    """Handle time = interval: load 10 fills to 10 (1 - 1/e); the next interval, at no load, keeps e^-1 of it."""
    found = modified_offered_load([10.0, 0.0, 10.0], 900, 900, begins=[True, False, True])
    reached = 10 * (1 - np.exp(-1))
    assert found.end.tolist() == pytest.approx([reached, reached * np.exp(-1), reached])
    assert found.maximum.tolist() == pytest.approx([reached, reached, reached])
    assert found.mean.tolist() == pytest.approx([10 * np.exp(-1), reached * (1 - np.exp(-1)), 10 * np.exp(-1)])


def test_short_handle_times_leave_the_load_as_it_is() -> None:
    assert modified_offered_load([5.0, 9.0], 0, 900).mean.tolist() == [5, 9]
    assert modified_offered_load([5.0, 9.0], 0.01, 900).mean == pytest.approx([5, 9], rel=1e-3)


def test_a_line_without_places_to_wait_is_erlang_b_and_with_many_erlang_c() -> None:
    assert finite_line(8, 10, 10, 300, 20).p_block == pytest.approx(float(erlang_b(8, 10).p_block), rel=1e-12)
    long, endless = finite_line(8, 10, 2000, 300, 20), erlang_c(8, 10, 300, 20)
    assert long.service_level == pytest.approx(float(endless.service_level), rel=1e-10)
    assert long.asa_seconds == pytest.approx(float(endless.asa_seconds), rel=1e-10)
    with pytest.raises(BadValue, match="places"):
        finite_line(8, 10, 9, 300, 20)


def test_a_line_of_no_load_makes_nobody_wait_and_a_load_needs_a_handle_time() -> None:
    calm = finite_line(0, 2, 4, 0, 20)
    assert (calm.p_block, calm.p_wait, calm.service_level, calm.asa_seconds, calm.occupancy) == (0, 0, 1, 0, 0)
    with pytest.raises(BadValue, match="a handle time above 0"):
        finite_line(2, 2, 4, 0, 20)


def test_few_customers_by_hand_and_many_as_erlang_b() -> None:
    """Two customers, one agent, load 1 each: weights 1, 2: busy 2/3 of the time; the other one finds it busy 1/2."""
    assert engset(2, 1, 1.0) == pytest.approx((2 / 3, 1 / 2))
    assert engset(3, 5, 1.0) == (0.0, 0.0)
    assert engset(10**7, 10, 8 / 10**7)[1] == pytest.approx(float(erlang_b(8, 10).p_block), rel=1e-5)
    with pytest.raises(BadValue, match="sources"):
        engset(0, 1, 1.0)


def test_priorities_share_out_the_same_wait() -> None:
    """Conservation law: waits weighted by load add up to Erlang C's, whoever goes first."""
    loads = [10.0, 20.0, 15.0]
    waits = priority_waits(loads, 50, 300)
    assert waits[0] < waits[1] < waits[2]
    total = sum(load * wait for load, wait in zip(loads, waits, strict=True))
    assert total == pytest.approx(45 * float(erlang_c(45, 50, 300, 20).asa_seconds), rel=1e-12)
    assert priority_waits([10.0, 60.0], 50, 300)[1] == np.inf
    with pytest.raises(BadValue, match="load_erlangs"):
        priority_waits([], 5, 300)
