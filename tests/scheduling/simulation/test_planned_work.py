"""Outbound work takes people from the phones: as many as planned, those with nothing else first, nobody twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from domain.targets import QueueTargets, Targets
from scheduling.certify import certify
from scheduling.simulation.planned_work import with_planned_work

STARTS = pd.date_range("2026-03-02T09:00Z", periods=4, freq="30min")
BOTH = "phone/a|outbound/r"


def need(phone: float, outbound: float | list[float]) -> pd.DataFrame:
    """Two hours of requirements."""
    parts = [
        pd.DataFrame({"queue": queue, "start": STARTS, "interval_minutes": 30, "load_erlangs": 1.0, "agents": people})
        for queue, people in (("phone/a", phone), ("outbound/r", outbound))
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(scheduled=table["agents"])


def roster(*queues: str, until: str = "2026-03-02T11:00Z") -> pd.DataFrame:
    """A person for each text of queues, at work from nine."""
    rows = [(f"P{n}", STARTS[0], pd.Timestamp(until), "work", text, "day", "hand") for n, text in enumerate(queues)]
    return pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue", "shift", "source"])


def left(staff: pd.DataFrame, table: pd.DataFrame, seed: int = 1, away: tuple[int, ...] = ()) -> list[tuple[int, int]]:
    """(person, minutes on the phone) of one run."""
    windows, planned = with_planned_work(staff, ["phone/a"], table)
    assert planned is not None
    gone = np.isin(np.arange(windows.agent.size), away)
    found = planned.people_left(gone, np.random.default_rng(seed))
    minutes = (found.end - found.start) // 60_000_000
    return [(int(agent), int(length)) for agent, length in zip(found.agent, minutes, strict=True)]


def test_as_many_as_planned_leave_the_phones_and_the_same_all_day() -> None:
    found = left(roster(*[BOTH] * 5), need(3, 2))
    assert [minutes for _, minutes in found] == [120, 120, 120]


def test_who_has_nothing_else_to_do_makes_the_calls_first() -> None:
    assert left(roster("outbound/r", BOTH, "phone/a"), need(2, 1)) == [(1, 120), (2, 120)]
    assert left(roster("outbound/r", BOTH, "phone/a"), need(1, 2)) == [(2, 120)]


def test_people_are_on_the_phone_when_no_list_is_planned() -> None:
    found = left(roster(BOTH, "phone/a"), need(1, [1, 0, 0, 1]))
    assert sorted(found) == [(0, 60), (1, 120)]


def test_too_few_people_are_shared_as_the_coverage_shares_them() -> None:
    assert len(left(roster(BOTH, BOTH), need(2, 2))) == 1


def test_of_those_away_nobody_makes_calls() -> None:
    assert [minutes for _, minutes in left(roster(*[BOTH] * 4), need(2, 2), away=(0, 1))] == [120]


def test_half_a_person_is_one_in_half_of_the_runs() -> None:
    _, planned = with_planned_work(roster(BOTH, BOTH), ["phone/a"], need(1.5, 0.5))
    assert planned is not None
    nobody = np.zeros(2, dtype=bool)
    counts = [planned.people_left(nobody, np.random.default_rng(seed)).agent.size for seed in range(200)]
    assert set(counts) == {1, 2}
    assert 1.4 < np.mean(counts) < 1.6


def test_work_beyond_the_requirements_stays_whole() -> None:
    late = roster(BOTH, BOTH, until="2026-03-02T12:00Z")
    assert sorted(minutes for _, minutes in left(late, need(1, 1))) == [60, 180]


def test_six_with_two_at_outbound_work_are_certified_like_four() -> None:
    rows = pd.DataFrame({"queue": "phone/a", "start": STARTS, "offered": 25.0, "aht_seconds": 180.0, "model": "given"})
    targets = Targets(default=QueueTargets(patience_seconds=120))
    six = certify(rows, targets, roster=roster(*[BOTH] * 6), planned=need(4, 2), runs=5)
    four = certify(rows, targets, roster=roster(*["phone/a"] * 4), runs=5)
    free = certify(rows, targets, roster=roster(*[BOTH] * 6), runs=5)
    columns = ["service_level", "asa_seconds", "abandon_share", "occupancy"]
    np.testing.assert_allclose(six[columns], four[columns])
    assert free["service_level"].mean() > four["service_level"].mean() + 0.05
