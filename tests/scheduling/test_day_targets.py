"""A level of the day with a floor per interval, and staffing by worth instead of a level."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from domain.errors import BadValue
from domain.targets import QueueTargets, Targets
from scheduling import require_staff
from scheduling.day_targets import allocate_over_day
from scheduling.economics import economic_agents, value_of_next_agent
from scheduling.queueing import erlang_a, erlang_c, required_agents
from scheduling.queueing.sizing import ServiceGoals
from scheduling.uncertain import expected_under_uncertainty


def levels_of(loads: list[float], floor: float, most: int) -> tuple[list[np.ndarray], np.ndarray]:
    first, levels = [], []
    for load in loads:
        every = erlang_a(load, np.arange(0, most), 300, 20, 180).service_level
        low = int(np.argmax(every >= floor))
        first.append(low)
        levels.append(every[low:])
    return levels, np.array(first, dtype=float)


def by_trying_all(volume: np.ndarray, levels: list[np.ndarray], target: float, first: np.ndarray) -> float:
    """Slow twin: every combination of agents."""
    best = np.inf
    for steps in itertools.product(*(range(min(len(own), 9)) for own in levels)):
        reached = sum(v * own[k] for v, own, k in zip(volume, levels, steps, strict=True))
        if reached >= target * volume.sum() - 1e-12:
            best = min(best, first.sum() + sum(steps))
    return float(best)


@pytest.mark.parametrize("loads", [[2.0, 5.0, 3.0, 1.0], [8.0, 4.0, 6.0], [0.7, 12.0, 9.0, 3.5], [4.0, 4.0, 4.0, 4.0]])
@pytest.mark.parametrize("target", [0.8, 0.9])
def test_taking_away_the_least_loss_is_as_good_as_trying_all(loads: list[float], target: float) -> None:
    levels, first = levels_of(loads, 0.6, 30)
    volume = np.array(loads) * 3
    found = allocate_over_day(volume, levels, target, first)
    assert found.sum() == by_trying_all(volume, levels, target, first)
    kept = [own[int(n - low)] for own, n, low in zip(levels, found, first, strict=True)]
    assert volume @ kept >= target * volume.sum() - 1e-9
    assert min(kept) >= 0.6


def test_a_level_of_the_day_out_of_reach_is_an_error() -> None:
    with pytest.raises(BadValue, match="service level"):
        allocate_over_day(np.array([1.0]), [np.array([0.5, 0.6])], 0.9, np.array([1.0]))


def day_of(loads: list[float]) -> pd.DataFrame:
    start = pd.date_range("2026-09-01T06:00Z", periods=len(loads), freq="30min", unit="us")
    return pd.DataFrame({"queue": "phone", "start": start, "offered": np.array(loads) * 6, "aht_seconds": 300.0})


def test_a_promise_for_the_day_needs_fewer_agents_than_one_for_each_interval() -> None:
    frame = day_of([2, 4, 6, 5, 3, 2, 1, 1])
    keys = {"patience_seconds": 180, "service_level": 0.8, "arrival_model": "sipp"}
    each = require_staff(frame, Targets(QueueTargets.model_validate(keys)))
    day = require_staff(frame, Targets(QueueTargets.model_validate({**keys, "period": "day"})))
    volume = frame["offered"].to_numpy()
    assert volume @ day["service_level"] >= 0.8 * volume.sum() - 1e-9
    assert day["service_level"].min() >= 0.6
    assert day["agents"].sum() < np.ceil(each["agents"]).sum()
    assert set(day["driver"]) == {"day"}


def test_one_more_agent_is_added_while_he_saves_his_wage() -> None:
    """400 calls an hour of 300 s, patience 120 s, 4.6 a lost call, wage 25: the break-even near 35 agents."""
    n = float(economic_agents(100 / 3, 300, 25.0, patience_seconds=120, value_of_contact=4.6))
    lost = 400 * erlang_a(100 / 3, [n - 1, n, n + 1], 300, 0, 120).abandon_share
    assert 4.6 * (lost[0] - lost[1]) > 25 >= 4.6 * (lost[1] - lost[2])
    assert 34 <= n <= 36


def test_where_nobody_hangs_up_waiting_is_what_costs() -> None:
    n = float(economic_agents(10, 300, 30.0, cost_of_waiting_per_hour=60.0))
    wait_hours = 120 * erlang_c(10, [n - 1, n, n + 1], 300, 0).asa_seconds / 3600
    assert 60 * (wait_hours[0] - wait_hours[1]) > 30 >= 60 * (wait_hours[1] - wait_hours[2])
    assert np.isinf(value_of_next_agent(10, 9, 300, cost_of_waiting_per_hour=60.0))


def test_a_contact_worth_less_than_its_time_gets_nobody() -> None:
    """One agent-hour answers twelve calls of 300 s at most: at 1 a call he earns 12, less than 25."""
    assert economic_agents(10, 300, 25.0, patience_seconds=120, value_of_contact=1.0) == 0
    assert economic_agents(0, 300, 25.0, patience_seconds=120, value_of_contact=100.0) == 0
    with pytest.raises(BadValue, match="cost_of_waiting_per_hour"):
        economic_agents(10, 300, 25.0, value_of_contact=5.0)
    with pytest.raises(BadValue, match="wage_per_hour"):
        economic_agents(10, 300, 0.0, patience_seconds=120, value_of_contact=5.0)


def test_a_wage_in_the_targets_needs_something_to_weigh_it_against() -> None:
    with pytest.raises(BadValue, match="value_of_contact"):
        Targets.from_mapping({"default": {"wage_per_hour": 25}})
    with pytest.raises(BadValue, match="cost_of_waiting_per_hour"):
        Targets.from_mapping({"default": {"wage_per_hour": 25, "value_of_contact": 5}})
    keys = {"wage_per_hour": 25, "value_of_contact": 10, "patience_seconds": 120}
    out = require_staff(day_of([30.0] * 12), Targets(QueueTargets.model_validate(keys)))
    assert out["driver"].iloc[-1] == "wage"
    assert out["agents"].iloc[-1] == economic_agents(30, 300, 25, patience_seconds=120, value_of_contact=10)


def test_booked_customers_hold_a_desk_each_and_the_rest_walk_in() -> None:
    """10 Erlangs, 40 % booked: 4 desks and what 6 Erlangs of walk-ins need."""
    keys = {"arrival_model": "sipp", "answer_within_seconds": 300, "appointment_share": 0.4}
    out = require_staff(day_of([10.0, 10.0]), Targets(QueueTargets.model_validate(keys)))
    goals = ServiceGoals(service_level=0.8, answer_within_seconds=300)
    walk_in = float(required_agents(6, 300, goals, fractional=True).agents)
    assert out["agents"].tolist() == pytest.approx([4 + walk_in] * 2)
    assert out["occupancy"].tolist() == pytest.approx([10 / (4 + walk_in)] * 2)


def test_default_caps_hold_a_large_line_and_are_switched_off_by_one() -> None:
    """2,000 Erlangs, 80/20, patience 120 s: 1776 agents with 11 % lost; the cap of 98 % occupancy asks for more."""
    frame = day_of([2000.0] * 30)
    keys = {"patience_seconds": 120, "arrival_model": "sipp"}
    held = require_staff(frame, Targets(QueueTargets.model_validate(keys))).iloc[-1]
    free = require_staff(
        frame, Targets(QueueTargets.model_validate({**keys, "max_abandon_share": 1, "max_occupancy": 1}))
    ).iloc[-1]
    assert np.ceil(free["agents"]) == 1776
    assert held["occupancy"] == pytest.approx(0.98, abs=1e-6)
    assert (held["driver"], free["driver"]) == ("occupancy", "service_level")


def test_the_load_follows_the_arrival_model() -> None:
    frame = day_of([10.0, 20.0, 10.0]).assign(aht_seconds=1800.0, offered=[10.0, 20.0, 10.0])
    sized = {
        model: require_staff(frame, Targets(QueueTargets.model_validate({"arrival_model": model})))[
            "sized_load_erlangs"
        ].tolist()
        for model in ("sipp", "lagged_sipp", "mol")
    }
    assert sized["sipp"] == pytest.approx([10, 20, 10])
    assert sized["lagged_sipp"] == pytest.approx([0, 10, 20])
    assert sized["mol"][0] == pytest.approx(10 * np.exp(-1))


def test_staffing_for_an_uncertain_volume_keeps_the_expected_level() -> None:
    """Quantiles of a gamma-Poisson count with cv 20 % at 600 contacts: sd² = 600 + 120²."""
    sd = np.sqrt(600 + 120**2)
    frame = day_of([100.0] * 4).assign(
        offered_p10=600 - 1.2815515655446004 * sd, offered_p90=600 + 1.2815515655446004 * sd
    )
    keys = {"patience_seconds": 120, "arrival_model": "sipp"}
    plain = require_staff(frame, Targets(QueueTargets.model_validate(keys)), expected=True)
    safe = require_staff(
        frame, Targets(QueueTargets.model_validate({**keys, "sized_for": "expected_level"})), expected=True
    )
    assert plain["expected_service_level"].iloc[0] < 0.7
    assert safe["expected_service_level"].iloc[0] == pytest.approx(0.8, abs=1e-3)
    assert safe["agents"].iloc[0] > plain["agents"].iloc[0]
    assert 0.5 < plain["probability_met"].iloc[0] < 0.6 < safe["probability_met"].iloc[0]


def test_an_uncertain_handle_time_asks_for_more_people_and_keeps_the_expected_level() -> None:
    """Volume and handle time 10 % off each is a load 14.2 % off: √(1.01² − 1). Sized for the level to expect."""
    frame = day_of([100.0] * 4).assign(day_cv=0.1, interval_cv=0.0)
    keys = {"patience_seconds": 120, "arrival_model": "sipp", "sized_for": "expected_level"}
    targets = Targets(QueueTargets.model_validate(keys))
    found = {cv: require_staff(frame.assign(aht_cv=cv), targets, expected=True).iloc[0] for cv in (0.0, 0.1)}
    assert found[0.1]["agents"] > found[0.0]["agents"] + 1
    assert found[0.1]["expected_service_level"] == pytest.approx(0.8, abs=1e-3)
    unknown = require_staff(frame.assign(aht_cv=np.nan), targets, expected=True)
    pd.testing.assert_frame_equal(unknown, require_staff(frame, targets, expected=True))
    pd.testing.assert_series_equal(unknown.iloc[0], found[0.0])


def test_the_target_is_met_by_the_chance_that_the_load_allows() -> None:
    """Twin: Erlang A at 4,000 drawn loads, volume 10 % and handle time 15 % off."""
    rng = np.random.default_rng(8)
    loads = 100 * rng.gamma(100, 0.01, 4000) * rng.gamma(1 / 0.0225, 0.0225, 4000)
    met = (erlang_a(loads, 104, 180, 20, 120).service_level >= 0.8).mean()
    found = expected_under_uncertainty(100.0, 0.1, 104.0, 180, 20, target=0.8, patience_seconds=120, aht_cv=0.15)
    assert found.probability_met[0] == pytest.approx(met, abs=0.02)
