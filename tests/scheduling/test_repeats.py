"""Redials and repeats: hand arithmetic, published figures, a slow simulation with people who come back."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from domain.targets import QueueTargets, Targets
from scheduling import require_staff
from scheduling.queueing import erlang_a
from scheduling.repeats import coming_back, fresh_of_counted, offered_with_returns, repeats_over_time

HOUR = 3600.0


def returns_of(fresh: Any, agents: Any, **keys: Any) -> Any:
    return offered_with_returns(fresh, agents, 300.0, 120.0, interval_seconds=HOUR, **keys)


def simulated(
    fresh: float, agents: int, redial: float, repeat: float, *, hours: int, pause_seconds: float = 7200.0
) -> tuple[float, float]:
    """A slow twin: (arrivals an hour, share that hangs up) of calls that come back after a random pause."""
    rng = np.random.default_rng(7)
    end, count = hours * HOUR, rng.poisson(fresh * hours)
    arrivals = [float(at) for at in rng.random(count) * end]
    heapq.heapify(arrivals)
    free_at = [0.0] * agents
    came, lost = 0, 0
    while arrivals:
        now = heapq.heappop(arrivals)
        if now >= end:
            break
        came += 1
        begin = max(now, free_at[0])
        if begin - now > rng.exponential(120.0):
            lost, chance = lost + 1, redial
        else:
            heapq.heapreplace(free_at, begin + rng.exponential(300.0))
            chance = repeat
        if rng.random() < chance:
            heapq.heappush(arrivals, now + rng.exponential(pause_seconds))
    return came / hours, lost / came


def test_without_people_everybody_hangs_up_and_half_of_them_come_back_for_ever() -> None:
    """100 fresh, all lost, half redial: 100 + 50 + 25 + … = 200."""
    found = returns_of(100.0, 0.0, redial_share=0.5)
    assert float(found.offered) == pytest.approx(200)
    assert float(found.redials) == pytest.approx(100)
    assert float(found.abandon_share) == 1


def test_with_everybody_answered_a_fifth_that_comes_back_makes_a_quarter_more() -> None:
    """100 + 20 + 4 + … = 125."""
    found = returns_of(100.0, 1000.0, repeat_share=0.2)
    assert float(found.offered) == pytest.approx(125)
    assert [float(found.redials), float(found.repeats)] == pytest.approx([0, 25])


@pytest.mark.parametrize(
    ("agents", "repeat", "load_factor", "level"),
    [(36, 0.0, 1.04, 0.804), (36, 0.1, 1.21, 0.579), (28, 0.0, 1.25, 0.183)],
)
def test_measured_cases_of_the_methods_file(agents: int, repeat: float, load_factor: float, level: float) -> None:
    """400 fresh calls an hour of 300 s, patience 120 s, 60 % redial."""
    found = returns_of(400.0, agents, redial_share=0.6, repeat_share=repeat)
    line = erlang_a(found.offered * 300 / HOUR, agents, 300, 20, 120)
    assert float(found.offered) / 400 == pytest.approx(load_factor, abs=0.006)
    assert float(line.service_level) == pytest.approx(level, abs=0.0015)


@pytest.mark.parametrize(("redial", "repeat"), [(0.6, 0.0), (0.0, 0.2), (0.5, 0.15)])
def test_the_fixed_point_is_what_a_simulation_with_people_who_come_back_gives(redial: float, repeat: float) -> None:
    """120 fresh calls an hour, 11 agents."""
    found = returns_of(120.0, 11, redial_share=redial, repeat_share=repeat)
    came, lost = simulated(120.0, 11, redial, repeat, hours=400)
    assert came == pytest.approx(float(found.offered), rel=0.02)
    assert lost == pytest.approx(float(found.abandon_share), abs=0.01)


case = st.tuples(st.floats(0.1, 2000), st.integers(1, 150), st.floats(0, 0.95), st.floats(0, 0.95))


@settings(max_examples=3, deadline=None)
@given(cases=st.lists(case, min_size=12, max_size=12))
def test_the_three_kinds_add_up_and_lead_back_to_the_fresh(cases: list[tuple[float, int, float, float]]) -> None:
    """Twelve cases a call: the fixed point is sought for all rows at once."""
    fresh, agents, redial, repeat = np.array(cases, dtype=float).T
    less = np.minimum(redial, repeat)
    new, people, back_share = np.tile(fresh, 3), np.concatenate([agents, agents + 1, agents]), np.tile(redial, 3)
    every = returns_of(new, people, redial_share=back_share, repeat_share=np.concatenate([repeat, less, less]))
    found, fewer, more = every.offered.reshape(3, -1)
    parts = (every.fresh + every.redials + every.repeats)[: fresh.size]
    np.testing.assert_allclose(parts, found, rtol=1e-8)
    back = fresh_of_counted(found, every.abandon_share[: fresh.size], redial_share=redial, repeat_share=repeat)
    np.testing.assert_allclose(back, fresh, rtol=1e-7)
    assert np.all(fewer <= more * (1 + 1e-9))  # people answer, fewer call again


def test_nobody_who_comes_back_changes_nothing() -> None:
    found = returns_of(123.0, 10.0)
    assert [float(found.offered), float(found.redials), float(found.repeats)] == [123.0, 0.0, 0.0]


def test_repeats_come_with_their_lag() -> None:
    """Of 100 a fifth comes back: 15 after one interval, 5 after two; of those again a fifth."""
    found = repeats_over_time([100, 0, 0, 0], 0.2, (0.75, 0.25))
    assert found.tolist() == pytest.approx([100, 15, 5 + 0.15 * 15, 0.05 * 15 + 0.15 * 7.25])
    long_run = repeats_over_time(np.full(200, 80.0), 0.2, (0.75, 0.25))
    assert long_run[-1] == pytest.approx(100)


def test_shares_that_make_no_sense_are_refused() -> None:
    with pytest.raises(BadValue, match="redial_share"):
        returns_of(10.0, 5, redial_share=1.0)
    with pytest.raises(BadValue, match="add up to 1"):
        repeats_over_time([1.0], 0.1, (0.8, 0.3))
    with pytest.raises(BadValue, match="below 1"):
        repeats_over_time([1.0], 1.0, (1.0,))


def planned(offered: float = 100.0, **keys: Any) -> pd.Series:
    starts = pd.date_range("2026-09-01T06:00Z", periods=20, freq="30min", unit="us")
    frame = pd.DataFrame({"queue": "phone", "start": starts, "offered": offered, "aht_seconds": 300.0})
    promises = {"service_level": 0.8, "answer_within_seconds": 20, "patience_seconds": 120, **keys}
    return require_staff(frame, Targets.from_mapping({"default": promises})).iloc[-1]


def test_a_forecast_is_what_arrives_unless_the_history_s_hang_ups_are_known() -> None:
    plain, told = planned(), planned(redial_share=0.6)
    assert told["agents"] == plain["agents"]
    assert "fresh" not in plain
    assert told["offered"] == 100
    assert told["fresh"] == pytest.approx(100 * (1 - 0.6 * plain["abandon_share"]), rel=1e-6)


def test_a_plan_that_answers_as_many_as_the_history_did_expects_as_many() -> None:
    usual = planned(redial_share=0.6, history_abandon_share=float(planned()["abandon_share"]))
    assert usual["offered"] == pytest.approx(100, rel=1e-6)


def test_a_history_of_hang_ups_promises_fewer_contacts_to_a_plan_that_answers() -> None:
    """30 % hung up and 60 % of them redialled: 82 of 100 were fresh."""
    row = planned(redial_share=0.6, history_abandon_share=0.30)
    assert row["fresh"] == pytest.approx(82)
    assert row["offered"] == pytest.approx(82 / (1 - 0.6 * row["abandon_share"]), rel=1e-4)
    assert row["load_erlangs"] == pytest.approx(row["offered"] * 300 / 1800)
    assert row["agents"] < planned()["agents"]


def test_the_default_caps_count_where_hang_ups_are_foreseen() -> None:
    """2,000 Erlangs: 80 % in 20 s alone would let 11 % hang up; the plan under its caps loses less than 1 %."""
    row = planned(offered=12_000.0, redial_share=0.6, history_abandon_share=0.0)
    assert row["abandon_share"] < 0.01
    assert row["offered"] == pytest.approx(12_000 / (1 - 0.6 * row["abandon_share"]), rel=1e-4)


def test_repeats_are_unsettled_contacts_that_return() -> None:
    assert coming_back(QueueTargets(first_contact_resolution=0.75, repeat_share=0.4)) == pytest.approx(0.1)
    row = planned(first_contact_resolution=0.75, repeat_share=0.4, history_abandon_share=0.0)
    assert row["fresh"] == pytest.approx(90)
