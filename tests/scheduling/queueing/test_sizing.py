"""The least number of agents: it keeps every goal, one fewer breaks one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from scheduling.queueing import (
    DEFINITIONS,
    ServiceGoals,
    erlang_a,
    erlang_b,
    erlang_c,
    required_agents,
    required_agents_b,
)


def by_counting_up(load: float, patience: float | None, goals: ServiceGoals) -> int:
    """The slow twin: every number of agents from none to far too many, the first that keeps all goals."""
    agents = np.arange(int(2 * load) + 60)
    within = goals.answer_within_seconds
    if patience is None:
        waiting = erlang_c(load, agents, 300, within)
        level, lost, stable = waiting.service_level, np.zeros(agents.size), agents > load
        asa, busy = waiting.asa_seconds, waiting.occupancy
    else:
        left = erlang_a(load, agents, 300, within, patience)
        level, lost, stable = left.service_level_by(goals.service_level_definition), left.abandon_share, agents >= 0
        asa, busy = left.asa_seconds, left.occupancy
    kept = stable.copy()
    for values, goal, sign in (
        (level, goals.service_level, -1),
        (asa, goals.asa_seconds, 1),
        (busy, goals.max_occupancy, 1),
        (lost, goals.max_abandon_share, 1),
    ):
        if goal is not None:
            kept &= sign * values <= sign * float(np.asarray(goal)) + 1e-12
    if goals.asa_seconds is not None or goals.max_occupancy is not None:
        kept &= agents > 0  # nobody there has no wait and no occupancy
    return int(np.flatnonzero(kept)[0])


@pytest.mark.parametrize("load", [0.004, 0.3, 2.0, 7.7, 31.0, 140.0])
@pytest.mark.parametrize("patience", [None, 20.0, 180.0])
@pytest.mark.parametrize(
    "goals",
    [
        ServiceGoals(service_level=0.8, answer_within_seconds=20),
        ServiceGoals(service_level=0.99, answer_within_seconds=0),
        ServiceGoals(asa_seconds=15),
        ServiceGoals(service_level=0.7, answer_within_seconds=60, asa_seconds=30, max_occupancy=0.8),
        ServiceGoals(max_abandon_share=0.02, max_occupancy=0.9),
    ],
)
def test_the_search_finds_what_counting_up_finds(load: float, patience: float | None, goals: ServiceGoals) -> None:
    assert required_agents(load, 300, goals, patience_seconds=patience).agents == by_counting_up(load, patience, goals)


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_each_definition_of_the_service_level_is_sized_for(definition: str) -> None:
    goals = ServiceGoals(service_level=0.9, answer_within_seconds=20, service_level_definition=definition)
    loads = [0.5, 6.0, 90.0]
    found = required_agents(loads, 300, goals, patience_seconds=120).agents
    assert found.tolist() == [by_counting_up(load, 120, goals) for load in loads]


def test_an_occupancy_on_the_knife_s_edge_is_not_rounded_up() -> None:
    """35.7 Erlangs at 85 % are 42 agents, although 35.7 / 0.85 is 42.00000000000001 in binary."""
    assert 35.7 / 0.85 > 42
    assert required_agents(35.7, 300, ServiceGoals(max_occupancy=0.85)).agents == 42
    assert required_agents(35.7, 300, ServiceGoals(max_occupancy=0.85), patience_seconds=1e9).agents == 42


def test_a_level_met_exactly_is_met() -> None:
    """One agent with a load of 0.2 answers exactly 80 % at once."""
    assert required_agents(0.2, 300, ServiceGoals(service_level=0.8, answer_within_seconds=0)).agents == 1


def test_perfection_is_not_attainable() -> None:
    for goals in (ServiceGoals(service_level=1.0, answer_within_seconds=20), ServiceGoals(asa_seconds=0.0)):
        for patience in (None, 120):
            for fractional in (False, True):
                found = required_agents([5.0, 0.0], 300, goals, patience_seconds=patience, fractional=fractional)
                assert found.agents.tolist() == [np.inf, 0]
                assert found.attainable.tolist() == [False, True]


def test_no_load_needs_nobody_and_no_goal_needs_little() -> None:
    assert required_agents(0, 300, ServiceGoals(service_level=0.99)).agents == 0
    assert required_agents(4.0, 300, ServiceGoals()).agents == 5
    assert required_agents(4.0, 300, ServiceGoals(), patience_seconds=60).agents == 0
    assert required_agents(4.0, 0, ServiceGoals(service_level=0.8, answer_within_seconds=20)).agents == 5


def test_service_level_alone_lets_a_large_queue_lose_a_tenth_and_a_cap_mends_it() -> None:
    """2000 Erlangs, 80/20, patience 120 s: 1776 agents lose 11.2 %; with at most 3 % lost, 1946."""
    level = ServiceGoals(service_level=0.8, answer_within_seconds=20)
    assert required_agents(2000, 300, level, patience_seconds=120).agents == 1776
    assert round(float(erlang_a(2000, 1776, 300, 20, 120).abandon_share), 3) == 0.112
    capped = ServiceGoals(max_abandon_share=0.03)
    assert required_agents(2000, 300, capped, patience_seconds=120).agents == 1946


@settings(max_examples=50, deadline=None)
@example(load=6924.0, level=0.5, within=6.0, occupancy=None, patience=3.0)
@given(
    load=st.floats(1e-6, 20_000),
    level=st.floats(0.01, 0.9999),
    within=st.floats(0, 600),
    occupancy=st.one_of(st.none(), st.floats(0.3, 1.0)),
    patience=st.one_of(st.none(), st.floats(2, 5000)),
)
def test_a_fractional_need_just_keeps_the_goals_and_lies_under_the_whole_one(
    load: float, level: float, within: float, occupancy: float | None, patience: float | None
) -> None:
    goals = ServiceGoals(service_level=level, answer_within_seconds=within, max_occupancy=occupancy)
    need = float(required_agents(load, 300, goals, patience_seconds=patience, fractional=True).agents)
    whole = float(required_agents(load, 300, goals, patience_seconds=patience).agents)
    slack = 1e-6 + 1e-8 * whole  # a whole number is enough where it misses a goal by one part in 10⁹, a fraction is not
    assert need <= whole + slack
    assert whole - 1 <= need + slack
    kept = erlang_a(load, need, 300, within, patience)
    assert kept.service_level >= level - 1e-8
    assert occupancy is None or kept.occupancy <= occupancy + 1e-6
    fewer = need * (1 - 1e-4)
    if patience is None and fewer <= load:
        return
    less = erlang_a(load, fewer, 300, within, patience)
    assert less.service_level < level or (occupancy is not None and less.occupancy > occupancy)


def test_more_load_never_needs_fewer() -> None:
    loads = np.linspace(0.01, 60, 400)
    goals = ServiceGoals(service_level=0.8, answer_within_seconds=20, max_abandon_share=0.05, max_occupancy=0.88)
    for patience in (None, 180):
        for fractional in (False, True):
            found = required_agents(loads, 300, goals, patience_seconds=patience, fractional=fractional).agents
            assert np.all(np.diff(found) >= -1e-7)


def test_a_loss_system_is_sized_for_what_it_blocks() -> None:
    """The classic table: 1 % blocked needs 18 lines for 10 Erlangs, 11 for 5 Erlangs."""
    found = required_agents_b([10.0, 5.0, 0.0], ServiceGoals(service_level=0.99))
    assert found.agents.tolist() == [18, 11, 0]
    assert erlang_b(10, 18).p_block <= 0.01 < erlang_b(10, 17).p_block
    half_busy = required_agents_b(10.0, ServiceGoals(max_occupancy=0.5)).agents
    assert erlang_b(10, half_busy).occupancy <= 0.5 < erlang_b(10, half_busy - 1).occupancy
    assert not required_agents_b(10.0, ServiceGoals(service_level=1.0)).attainable


def test_goals_outside_their_range_are_named() -> None:
    with pytest.raises(BadValue, match="max_occupancy"):
        required_agents(5, 300, ServiceGoals(max_occupancy=1.2))
    with pytest.raises(BadValue, match="service_level_definition"):
        required_agents(5, 300, ServiceGoals(service_level=0.8, service_level_definition="best"))
    with pytest.raises(BadValue, match="load_erlangs"):
        required_agents(-5, 300, ServiceGoals(service_level=0.8))
