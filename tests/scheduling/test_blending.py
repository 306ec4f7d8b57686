"""Idle time of live lines for deferred work: against a slow twin that simulates the line person by person."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.targets import Targets
from scheduling import require_staff
from scheduling.blending import blend, spare_capacity
from scheduling.queueing import ServiceGoals, erlang_a, required_agents

WITHIN, PATIENCE = 20.0, 180.0


def simulated(agents: int, load: float, aht: float, deferred_aht: float, threshold: float) -> tuple[float, float]:
    """Share of 60,000 contacts answered in time, and agents in deferred work that is always at hand.

    Deferred work is begun while more than `threshold` people are idle, and never put aside.
    """
    rng, count = np.random.default_rng(7), 60_000
    at = np.cumsum(rng.exponential(aht / load, count))
    work, patience = rng.exponential(aht, count), rng.exponential(PATIENCE, count)
    ends: list[float] = []
    waiting: list[int] = []
    in_time, head, deferred, number = 0, 0, 0.0, 0
    while number < count:
        while agents - len(ends) > threshold and head == len(waiting):
            item = float(rng.exponential(deferred_aht))
            deferred += item
            heapq.heappush(ends, (at[number - 1] if number else 0.0) + item)
        if ends and ends[0] <= at[number]:
            now = heapq.heappop(ends)
            while head < len(waiting) and at[waiting[head]] + patience[waiting[head]] <= now:
                head += 1
            if head < len(waiting):
                in_time += bool(now - at[waiting[head]] <= WITHIN)
                heapq.heappush(ends, now + work[waiting[head]])
                head += 1
            elif agents - len(ends) > threshold:
                item = float(rng.exponential(deferred_aht))
                deferred += item
                heapq.heappush(ends, now + item)
            continue
        if len(ends) < agents:
            in_time += 1
            heapq.heappush(ends, at[number] + work[number])
        else:
            waiting.append(number)
        number += 1
    return in_time / count, deferred / at[-1]


@pytest.mark.parametrize(
    ("load", "deferred_aht", "max_occupancy"),
    [(20.0, 300.0, None), (100.0, 300.0, 0.85), (60.0, 600.0, 0.85), (20.0, 150.0, None)],
)
def test_what_can_be_used_is_done_in_simulation_and_live_contacts_lose_a_point_at_most(
    load: float, deferred_aht: float, max_occupancy: float | None
) -> None:
    goals = ServiceGoals(service_level=0.8, answer_within_seconds=WITHIN, max_occupancy=max_occupancy)
    agents = int(required_agents(load, 300.0, goals, patience_seconds=PATIENCE).agents)
    spare = spare_capacity([load], [agents], [300.0], deferred_aht, WITHIN, PATIENCE, reserve=0.0)
    plain = float(erlang_a(load, agents, 300.0, WITHIN, PATIENCE).service_level)
    level, done = simulated(agents, load, 300.0, deferred_aht, float(spare.threshold[0]))
    assert level >= plain - 0.015  # a point, and the error of the simulation
    assert 0 < spare.usable[0] <= done * 1.1


def test_without_a_threshold_live_contacts_would_lose_half_of_their_service() -> None:
    """Why the time is protected: 23 people for 20 Erlangs who take an e-mail whenever nobody calls."""
    level, _ = simulated(23, 20.0, 300.0, 300.0, 0)
    assert level < 0.5 < 0.8 < float(erlang_a(20.0, 23, 300.0, WITHIN, PATIENCE).service_level)


def test_the_level_with_deferred_work_is_exact_for_equal_handle_times() -> None:
    spare = spare_capacity([40.0], [48.0], [300.0], 300.0, WITHIN, PATIENCE)
    level, _ = simulated(48, 40.0, 300.0, 300.0, float(spare.threshold[0]))
    assert spare.service_level[0] == pytest.approx(level, abs=0.006)


def test_work_that_is_put_aside_for_every_contact_can_have_all_idle_time_but_the_reserve() -> None:
    """10 Erlangs, 14 people, nobody hangs up: 4 idle, 3 of them with a reserve of a quarter."""
    spare = spare_capacity([10.0], [14.0], [300.0], 600.0, WITHIN, reserve=0.25, interruptible=True)
    assert spare.idle[0] == pytest.approx(4.0)
    assert spare.usable[0] == pytest.approx(3.0)


def test_nobody_calls_and_all_but_the_reserve_is_free() -> None:
    spare = spare_capacity([0.0, 0.0], [2.0, 0.0], [0.0, 0.0], 600.0, WITHIN)
    assert spare.usable.tolist() == pytest.approx([1.4, 0.0])
    assert spare.service_level.tolist() == [1.0, 1.0]


def test_a_reserve_of_all_leaves_nothing() -> None:
    assert spare_capacity([10.0], [14.0], [300.0], 300.0, WITHIN, reserve=1.0).usable[0] == 0


def site(**mail: Any) -> tuple[pd.DataFrame, Targets]:
    """A day of calls and of two kinds of mail, 8:00 to 18:00."""
    starts = pd.date_range("2026-03-02T08:00Z", periods=20, freq="30min").as_unit("us")
    offered = {"phone/a": 100.0, "email/slow": 20.0, "email/soon": 5.0}
    frames = [
        pd.DataFrame({"queue": name, "start": starts, "offered": volume, "aht_seconds": 300.0})
        for name, volume in offered.items()
    ]
    mapping = {
        "default": {"max_occupancy": 0.8, "shrinkage": 0.2},
        "queue": {
            "email/slow": {"work": "deferred", "deadline_hours": 8, **mail},
            "email/soon": {"work": "deferred", "deadline_hours": 2, **mail},
        },
    }
    return pd.concat(frames), Targets.from_mapping(mapping)


def need_of(table: pd.DataFrame, queue: str) -> pd.DataFrame:
    return table[table["queue"] == queue].reset_index(drop=True)


def test_targets_that_blend_nothing_change_nothing() -> None:
    forecast, targets = site()
    need = require_staff(forecast, targets)
    done = blend(need, targets)
    assert done.spare.empty
    assert done.requirements["agents"].tolist() == need["agents"].tolist()


def test_idle_time_is_used_once_and_the_shortest_deadline_has_it_first() -> None:
    forecast, targets = site(blend_with=["phone/*"], blend_interruptible=True)
    before = require_staff(forecast, site()[1])
    done = blend(before, targets)
    phone, soon, slow = (need_of(done.requirements, name) for name in ("phone/a", "email/soon", "email/slow"))
    usable = 0.7 * (phone["agents"] - phone["sized_load_erlangs"])
    assert phone["agents"].tolist() == need_of(before, "phone/a")["agents"].tolist()
    assert (soon["agents"] == 0).all()
    assert (slow["agents"] > 0).all()
    assert (soon["blended_agents"] + slow["blended_agents"]).tolist() == pytest.approx(usable.tolist())
    assert (slow["scheduled"]).tolist() == pytest.approx((slow["agents"] / 0.8).tolist())
    kept = done.spare["idle_hours"] - done.spare["planned_hours"]
    assert done.spare["protected_hours"].tolist() == pytest.approx(kept.tolist())
    assert done.spare["planned_hours"].tolist() == pytest.approx((usable * 0.5).tolist())


def test_people_who_must_be_there_stay() -> None:
    forecast, targets = site(blend_with=["phone/*"], blend_interruptible=True, minimum_agents=0.5)
    slow = need_of(blend(require_staff(forecast, targets), targets).requirements, "email/soon")
    assert slow["agents"].tolist() == pytest.approx([0.5] * 20)
