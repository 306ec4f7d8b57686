"""The threshold of blending in the simulation, booked contacts that go first, and absence by the hour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.targets import QueueTargets, Targets
from scheduling import require_staff
from scheduling.certify import certify
from scheduling.simulation import draw_contacts, make_site, plan_arrivals, simulate_contacts
from scheduling.simulation.arrivals import Contacts
from scheduling.simulation.guards import guarded_queues
from scheduling.simulation.scene import scene_of_roster
from scheduling.simulation.staff import StaffPlan

MAIL = QueueTargets(work="deferred", deadline_hours=8, blend_with=("phone/*",))
LINE = QueueTargets(patience_seconds=120, answer_within_seconds=20)


def contacts(*rows: tuple[float, int, float]) -> Contacts:
    """(arrival, queue, work) in order of arrival; nobody leaves, nothing is due."""
    at, queue, work = (np.array(column) for column in zip(*rows, strict=True))
    endless = np.full(at.size, np.inf)
    return Contacts(at.astype(float), queue.astype(np.int64), work.astype(float), endless, endless,
                    np.zeros(at.size, dtype=np.int64))  # fmt: skip


def present(number: int, group: int = 0) -> StaffPlan:
    """So many people of one group, from 0 to 1000 s."""
    who = np.arange(number)
    return StaffPlan(
        np.repeat([0.0, 1000.0], number), np.tile(who, 2), np.repeat([group, -1], number).astype(np.int64), number
    )


def answered(given: Contacts, keep: list[int], people: int) -> list[float]:
    """Phone is queue 0, mail queue 1; all people have both skills; `keep` idle people in each 100 s."""
    table = np.vstack([keep, np.zeros(len(keep))]).astype(np.int64)
    site = make_site([LINE, MAIL], [(0, 1)], [(), (0,)], table)
    out = simulate_contacts(given, site, present(people), horizon_seconds=1000, bin_seconds=100)
    return [float(moment) for moment in out.answered_at]


def test_deferred_work_leaves_the_threshold_idle() -> None:
    """Three people, two to be kept: one e-mail at a time, and a call is answered at once."""
    given = contacts((0, 1, 300), (0, 1, 300), (50, 0, 10))
    assert answered(given, [2] * 10, 3) == [0.0, 300.0, 50.0]
    assert answered(given, [0] * 10, 2) == [0.0, 0.0, 300.0]


def test_held_back_work_is_offered_again_when_fewer_are_kept() -> None:
    """The phones close after 200 s: the e-mails that waited are begun then, by all who are idle."""
    given = contacts((0, 1, 50), (0, 1, 50), (0, 1, 50))
    assert answered(given, [2, 2] + [0] * 8, 2) == [200.0, 200.0, 250.0]


def test_a_booked_contact_goes_before_those_who_walked_in_earlier() -> None:
    desk = QueueTargets(appointment_share=0.5)
    site = make_site([desk], [(0,)])
    given = contacts((0, 0, 100), (10, 0, 100), (20, 1, 100))
    out = simulate_contacts(given, site, present(1), horizon_seconds=1000, bin_seconds=100)
    assert out.answered_at.tolist() == [0.0, 200.0, 100.0]


def test_booked_contacts_come_evenly_and_the_sum_is_the_forecast_s() -> None:
    plan = plan_arrivals(
        np.zeros(2, dtype=int), np.array([0.0, 1800.0]), np.full(2, 1800.0), np.array([10.0, 20.0]), np.full(2, 60.0),
        targets=[QueueTargets(appointment_share=0.4)],
    )  # fmt: skip
    found = [draw_contacts(plan, np.random.default_rng(n)) for n in range(200)]
    booked = found[0].at[found[0].queue == 1]
    assert booked.tolist() == [225.0, 675.0, 1125.0, 1575.0, *(1912.5 + 225.0 * np.arange(8))]
    assert np.mean([one.at.size for one in found]) == pytest.approx(30.0, abs=1.2)
    assert all((np.diff(one.at) >= 0).all() for one in found)


def test_only_live_queues_named_by_the_targets_are_guarded() -> None:
    chat = QueueTargets(work="chat", concurrency=2)
    assert guarded_queues(["phone/a", "email/a", "chat/a"], [LINE, MAIL, chat]) == [(), (0,), ()]


def site_of_two(hours: int = 10) -> tuple[pd.DataFrame, Targets]:
    starts = pd.date_range("2026-03-02 08:00", periods=2 * hours, freq="30min", tz="UTC").as_unit("us")
    parts = [
        pd.DataFrame({"queue": queue, "start": starts, "offered": offered, "aht_seconds": 300.0})
        for queue, offered in (("email/a", 6.0), ("phone/a", 120.0))
    ]
    phone: dict[str, Any] = {"service_level": 0.8, "answer_within_seconds": 20, "max_occupancy": 0.8}
    mail = {"work": "deferred", "deadline_hours": 6, "service_level": 0.9, "blend_with": ["phone/*"]}
    targets = Targets.from_mapping({"default": {"patience_seconds": 180}, "queue": {"phone/a": phone, "email/a": mail}})
    return pd.concat(parts, ignore_index=True), targets


def test_the_certificate_of_a_blended_need_agrees_with_the_plan() -> None:
    """Mail in the idle time of 25 people: all of it is done in time, and the calls keep the level of the need."""
    forecast, targets = site_of_two()
    need = require_staff(forecast, targets)
    assert need["blended_agents"].sum() > 0
    found = certify(forecast, targets, requirements=need, runs=20, seed=1)
    total = found[found["period"] == "total"].set_index("queue")["service_level"]
    planned = need.loc[need["queue"] == "phone/a", "service_level"].mean()
    assert total["email/a"] >= 0.9
    assert total["phone/a"] >= planned - 0.02


def test_people_are_missing_at_the_hours_of_the_shrinkage() -> None:
    """Half are away from 8 to 12, nobody after: windows of the morning are half away, those of the afternoon not."""
    forecast, _ = site_of_two()
    shrinkage = {"sickness": {"share": 0.5, "from": "08:00", "to": "12:00"}}
    targets = Targets.from_mapping({"default": {"shrinkage": shrinkage}})
    day = pd.Timestamp("2026-03-02T00:00Z")
    spans = [(8, 12), (12, 16), (10, 14)]
    roster = pd.DataFrame([
        (f"p{number}-{place}", day + pd.Timedelta(hours=a), day + pd.Timedelta(hours=b), "work", "phone/a", "d", "hand")
        for place, (a, b) in enumerate(spans) for number in range(200)
    ], columns=["agent", "start", "end", "activity", "queue", "shift", "source"])  # fmt: skip
    scene = scene_of_roster(forecast[forecast["queue"] == "phone/a"].reset_index(drop=True), targets, roster, "UTC")
    plan = scene.draw_staff(np.random.default_rng(1))
    there = np.bincount(
        plan.at[plan.group >= 0].astype(int) // 3600
    )  # hours after midnight, where the roster's day begins
    assert there[8] == pytest.approx(100, abs=25)
    assert there[12] == 200
    assert there[10] == pytest.approx(150, abs=25)
