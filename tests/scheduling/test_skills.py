"""People with several skills: bounds by hand, against brute force, and what the answer gives in simulation."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from domain.tables import SKILL_BOUNDS
from domain.targets import QueueTargets, Targets
from scheduling import require_staff
from scheduling.coverage import share_people
from scheduling.multi_skill import SteadyCentre, multi_skill_need, simulate_groups
from scheduling.queueing import ServiceGoals, erlang_a, required_agents
from scheduling.skills import (
    least_people,
    need_of_loads,
    pooling,
    skill_bounds,
    skill_groups,
    subset_needs,
    subsets_to_keep,
    who_serves_what,
)

PROMISE = QueueTargets(service_level=0.8, answer_within_seconds=20.0, patience_seconds=180.0)
TWO = ((0,), (1,), (0, 1))
groups_of_four = st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=1, max_size=5)


def erlang(load: float, **keys: Any) -> float:
    goals = ServiceGoals(service_level=0.8, answer_within_seconds=20)
    return float(required_agents(load, 300, goals, fractional=True, **keys).agents)


def sets_of(subsets: np.ndarray) -> list[tuple[int, ...]]:
    return [tuple(int(k) for k in np.flatnonzero(members)) for members in subsets]


def people_of(*queues: str) -> pd.DataFrame:
    return pd.DataFrame({"agent": [f"a{n}" for n in range(len(queues))], "queues": queues, "agreement": "full"})


def test_two_teams_and_people_who_do_both_have_three_sets() -> None:
    assert sets_of(subsets_to_keep(who_serves_what(TWO, 2))) == [(0,), (1,), (0, 1)]


def test_where_everybody_does_both_only_the_pool_counts_and_teams_apart_have_no_pool() -> None:
    assert sets_of(subsets_to_keep(who_serves_what([(0, 1)], 2))) == [(0, 1)]
    assert sets_of(subsets_to_keep(who_serves_what([(0,), (1,)], 2))) == [(0,), (1,)]


def test_queues_that_share_no_people_form_no_set_and_queues_that_nobody_serves_none_either() -> None:
    """0 and 2 meet only over 1; nobody serves 3."""
    chain = who_serves_what([(0,), (0, 1), (1, 2), (2,)], 4)
    assert sets_of(subsets_to_keep(chain)) == [(0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)]


@given(groups=groups_of_four, size=st.lists(st.floats(0, 30), min_size=5, max_size=5), seed=st.integers(0, 9))
def test_the_sets_that_are_kept_imply_all_others(groups: list[set[int]], size: list[float], seed: int) -> None:
    """Additive needs: where the kept rows hold, a flow covers every queue, each person's hour used once."""
    can = who_serves_what([sorted(members) for members in groups], 4)
    need = np.random.default_rng(seed).uniform(0, 10, 4) * can.any(axis=0)
    people = np.array(size[: len(groups)])
    kept = subsets_to_keep(can)
    slack = min(people[(can & members).any(axis=1)].sum() - need[members].sum() for members in kept)
    shared = share_people(people[None, :], can, need[None, :], np.ones((1, 4), dtype=bool))[0]
    short = float(np.maximum(need - shared, 0).sum())
    assert (short <= 1e-6) == (slack >= -1e-6) or abs(slack) < 1e-5
    assert shared.sum() <= people.sum() + 1e-6


def test_the_bound_of_a_set_is_the_need_of_the_pooled_load() -> None:
    need = need_of_loads((20, 20), (300, 300), (PROMISE, PROMISE))
    found = subset_needs(need, subsets_to_keep(who_serves_what(TWO, 2)))[:, 0]
    apart, pooled = erlang(20, patience_seconds=180), erlang(40, patience_seconds=180)
    assert found.tolist() == pytest.approx([apart, apart, pooled])
    assert apart < pooled < 2 * apart


def test_the_default_caps_bind_a_set_as_they_bind_a_queue() -> None:
    """1,000 Erlangs keep 80 % in 20 s with everybody busy all the time; the default cap leaves 2 % idle."""
    people = need_of_loads((1000,), (300,), (PROMISE,)).agents[0, 0]
    assert float(erlang_a(1000, people, 300, 20, 180).occupancy) == pytest.approx(0.98)
    assert float(erlang_a(1000, erlang(1000, patience_seconds=180), 300, 20, 180).occupancy) > 0.99


def test_a_set_needs_no_fewer_than_its_work_nor_than_any_of_its_queues() -> None:
    """Deferred work keeps 8 busy and a floor asks for 12: with 3 Erlangs of calls, 12 at least; without it 11."""
    mail = QueueTargets(work="deferred", deadline_hours=8)
    need = need_of_loads((3, 8), (300, 300), (PROMISE, PROMISE))
    for alone, expected in ((12.0, 12.0), (8.0, 3.0 + 8.0)):
        agents = np.array([[4.0], [alone]])
        mixed = type(need)(need.load_erlangs, need.aht_seconds, agents, np.array([[3.0], [8.0]]), (PROMISE, mail))
        assert subset_needs(mixed, np.array([[True, True]]))[0, 0] == pytest.approx(expected)


@settings(max_examples=15, deadline=None)
@given(loads=st.lists(st.floats(0.1, 60), min_size=3, max_size=3))
def test_bounds_rise_with_the_set_and_never_pass_the_sum_of_the_queues(loads: list[float]) -> None:
    need = need_of_loads(loads, (300, 300, 300), (PROMISE,) * 3)
    every = np.array(
        [[k in members for k in range(3)] for size in (1, 2, 3) for members in combinations(range(3), size)]
    )
    found = subset_needs(need, every)[:, 0]
    for small, few in zip(every, found, strict=True):
        assert few <= need.agents[small].sum() * (1 + 1e-9)
        for large, many in zip(every, found, strict=True):
            if not (small & ~large).any():
                assert few <= many * (1 + 1e-9)


def test_the_least_people_are_those_of_the_tightest_rows() -> None:
    """Rows 5, 4 and 7: seven people, two of them with both skills; without such people nine."""
    subsets = np.array([[True, False], [False, True], [True, True]])
    assert least_people(who_serves_what(TWO, 2), subsets, np.array([[5.0], [4.0], [7.0]]))[0] == pytest.approx(7)
    assert least_people(who_serves_what([(0,), (1,)], 2), subsets[:2], np.array([[5.0], [4.0]]))[0] == pytest.approx(9)


def test_people_s_patterns_become_groups_and_people_of_unplanned_queues_none() -> None:
    people = people_of("phone/*", "phone/billing", "phone/tech|phone/billing", "mail/billing")
    assert skill_groups(people, ["phone/billing", "phone/tech"]) == ((0,), (0, 1))


def requirements_of(offered: dict[str, float], **keys: Any) -> tuple[pd.DataFrame, Targets]:
    starts = pd.date_range("2026-09-01T06:00Z", periods=12, freq="30min", unit="us")
    rows = [
        pd.DataFrame({"queue": name, "start": starts, "offered": n, "aht_seconds": 300.0})
        for name, n in offered.items()
    ]
    promises = {"service_level": 0.8, "answer_within_seconds": 20, "patience_seconds": 180, **keys}
    targets = Targets.from_mapping({"default": promises})
    return require_staff(pd.concat(rows), targets), targets


def test_bounds_of_a_plan_are_rows_of_cover_beside_those_of_the_queues() -> None:
    """120 contacts of 300 s in half an hour are 20 Erlangs; the last interval has forgotten that the lines opened."""
    need, targets = requirements_of({"phone/a": 120.0, "phone/b": 120.0}, shrinkage=0.2)
    found = skill_bounds(need, targets, people_of("phone/*", "phone/a", "phone/b"))
    SKILL_BOUNDS.check(found)
    last = found.iloc[-1]
    assert len(found) == 12
    assert last["queues"] == "phone/a|phone/b"
    assert last["agents"] == pytest.approx(erlang(40, patience_seconds=180), rel=1e-6)
    assert last["apart"] == pytest.approx(2 * erlang(20, patience_seconds=180), rel=1e-6)
    assert last["scheduled"] == pytest.approx(last["agents"] / 0.8)


def test_what_cross_training_can_save_is_the_difference_in_hours() -> None:
    need, targets = requirements_of({"phone/a": 120.0, "phone/b": 120.0})
    both = pooling(need, targets, people_of("phone/*"))
    apart = pooling(need, targets, people_of("phone/a", "phone/b"))
    bounds = skill_bounds(need, targets, people_of("phone/*"))
    assert both["hours_apart"] == pytest.approx(need["agents"].sum() / 2, abs=0.05)
    assert both["hours_together_at_least"] == pytest.approx(bounds["agents"].sum() / 2, abs=0.05)
    assert both["hours_saved_at_most"] > 10
    assert apart["hours_saved_at_most"] == pytest.approx(0, abs=1e-6)


def test_a_queue_that_nobody_serves_is_named_and_saves_nothing() -> None:
    need, targets = requirements_of({"phone/a": 60.0, "phone/b": 60.0})
    found = pooling(need, targets, people_of("phone/a"))
    assert found["queues_without_people"] == ["phone/b"]
    assert found["hours_saved_at_most"] == pytest.approx(0, abs=1e-6)


def test_a_plan_without_handle_times_asks_for_them() -> None:
    need, _ = requirements_of({"phone/a": 60.0, "phone/b": 60.0})
    with pytest.raises(BadValue, match="handle time for queue 'phone/a'"):
        skill_bounds(need.drop(columns="aht_seconds"), Targets(), people_of("phone/*"))


@pytest.mark.parametrize("loads", [(20.0, 20.0), (40.0, 30.0)])
def test_simulated_levels_are_within_two_points_of_the_target(loads: tuple[float, float]) -> None:
    found = multi_skill_need(loads, (300, 300), (PROMISE, PROMISE), TWO, contacts=30_000 if loads[0] < 40 else 10_000)
    assert found.kept
    assert np.abs(found.levels.service_level - 0.8).max() < 0.02
    assert found.agents.sum() in (np.ceil(found.bounds.max()), np.ceil(found.bounds.max()) + 1)
    assert found.agents[:2].min() > found.agents.sum() / 5  # many need one skill only


def test_people_counted_in_full_in_both_queues_lose_most_of_the_contacts_in_time() -> None:
    """25 people with both skills, each queue's own need, for 40 Erlangs in all."""
    centre = SteadyCentre((20.0, 20.0), (300.0, 300.0), (PROMISE, PROMISE), TWO)
    found = simulate_groups(centre, np.array([0, 0, 25]), contacts=40_000)
    assert found.service_level.max() < 0.10
    assert found.abandon_share.min() > 0.30


def test_simulated_groups_agree_with_erlang_where_nobody_is_shared() -> None:
    """A one-skill team of 23 for 20 Erlangs and one of 14 for 12: Erlang A, pessimistic by at most a few points."""
    from scheduling.queueing import erlang_a

    centre = SteadyCentre((20.0, 12.0), (300.0, 300.0), (PROMISE, PROMISE), ((0,), (1,)))
    found = simulate_groups(centre, np.array([23, 14]), contacts=200_000)
    expected = erlang_a([20, 12], [23, 14], 300, 20, 180)
    assert found.service_level.tolist() == pytest.approx(expected.service_level.tolist(), abs=0.02)
    assert found.abandon_share.tolist() == pytest.approx(expected.abandon_share.tolist(), abs=0.01)


def test_more_people_need_fewer_skills() -> None:
    least = multi_skill_need((10, 10), (300, 300), (PROMISE, PROMISE), TWO, contacts=15_000)
    more = multi_skill_need(
        (10, 10), (300, 300), (PROMISE, PROMISE), TWO, people_at_least=int(least.agents.sum()) + 1, contacts=15_000
    )
    assert more.agents.sum() == least.agents.sum() + 1
    assert more.agents[2] < least.agents[2]


def test_a_queue_without_people_work_that_waits_and_hopeless_targets_are_refused() -> None:
    with pytest.raises(BadValue, match="nobody for queue 2"):
        multi_skill_need((5, 5), (300, 300), (PROMISE, PROMISE), ((0,),))
    with pytest.raises(BadValue, match="live queues"):
        multi_skill_need((5,), (300,), (QueueTargets(work="deferred", deadline_hours=2),), ((0,),))
    with pytest.raises(BadValue, match="some number of people reaches"):
        multi_skill_need((5,), (300,), (QueueTargets(service_level=1.0),), ((0,),))
