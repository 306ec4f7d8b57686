"""Certificates: what must hold whatever the random numbers, and what small cases give."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.errors import BadValue
from domain.tables import CERTIFICATE
from domain.targets import QueueTargets, Targets
from scheduling.certify import certify
from scheduling.presence import work_windows
from scheduling.simulation import draw_contacts, plan_arrivals, staff_of_roster
from scheduling.simulation.arrivals import add_opening_time, hold_work
from scheduling.simulation.measures import Tally

DAYS = ("2026-03-02T09:00", "2026-03-03T09:00")
PHONE = Targets(default=QueueTargets(patience_seconds=120, answer_within_seconds=20))


def forecast(
    queue: str = "phone/a",
    *,
    first: str = "2026-03-02T09:00",
    intervals: int = 4,
    offered: float = 20.0,
    aht: float = 180.0,
    timezone: str = "UTC",
) -> pd.DataFrame:
    starts = pd.date_range(first, periods=intervals, freq="30min", tz=timezone).tz_convert("UTC")
    return pd.DataFrame({"queue": queue, "start": starts, "offered": offered, "aht_seconds": aht, "model": "given"})


def asking(rows: pd.DataFrame, agents: float) -> pd.DataFrame:
    """Requirements of so many agents for each row of a forecast."""
    return rows[["queue", "start"]].assign(
        interval_minutes=30, load_erlangs=rows["offered"] * rows["aht_seconds"] / 1800, agents=agents, scheduled=agents
    )


def at_work(agents: int, start: str, end: str, queue: str = "phone/a") -> pd.DataFrame:
    rows = [(f"P{n}", pd.Timestamp(start), pd.Timestamp(end), "work", queue, "day", "hand") for n in range(agents)]
    return pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue", "shift", "source"])


def row(certificate: pd.DataFrame, period: str, queue: str = "phone/a") -> pd.Series:
    return certificate[(certificate["period"] == period) & (certificate["queue"] == queue)].iloc[0]


def test_nobody_present_means_nobody_answered_and_all_gone() -> None:
    roster = at_work(1, "2026-03-02T09:00Z", "2026-03-02T10:00Z").iloc[:0]
    total = row(certify(forecast(), PHONE, roster=roster, runs=20), "total")
    assert total["service_level"] == 0
    assert total["low"] == 0
    assert total["high"] < 0.02
    assert total["abandon_share"] > 0.97  # the last to arrive may still wait at the end
    assert total["probability_met"] == 0
    assert np.isnan(total["occupancy"])
    assert np.isnan(total["asa_seconds"])


def test_people_half_as_fast_are_people_whose_contacts_take_twice_as_long() -> None:
    roster = at_work(5, "2026-03-02T09:00Z", "2026-03-02T11:00Z")
    slow = pd.DataFrame({"agent": [f"P{n}" for n in range(5)], "queues": "*", "agreement": "x", "proficiency": 0.5})
    found = certify(forecast(aht=180.0), PHONE, roster=roster, runs=10, people=slow)
    pd.testing.assert_frame_equal(found, certify(forecast(aht=360.0), PHONE, roster=roster, runs=10))
    quick = certify(forecast(aht=180.0), PHONE, roster=roster, runs=10)
    assert row(found, "total")["service_level"] < row(quick, "total")["service_level"]


def test_slow_people_are_as_busy_as_the_load_over_their_speed() -> None:
    """6.4 erlangs are 8 people's time at speed 0.8: of ten people eight in ten."""
    rows = forecast(offered=32.0, aht=360.0, intervals=16)
    roster = at_work(10, "2026-03-02T09:00Z", "2026-03-02T17:00Z")
    slow = pd.DataFrame({"agent": [f"P{n}" for n in range(10)], "queues": "*", "agreement": "x", "proficiency": 0.8})
    patient = Targets(default=QueueTargets(answer_within_seconds=20))
    total = row(certify(rows, patient, roster=roster, runs=60, people=slow), "total")
    assert total["occupancy"] == pytest.approx(0.8, abs=0.03)  # it begins with nobody on the line


def test_endless_patience_without_people_is_neither_answered_nor_abandoned() -> None:
    targets = Targets(default=QueueTargets())
    total = row(certify(forecast(), targets, requirements=asking(forecast(), 0), runs=5), "total")
    assert total["service_level"] == 0
    assert total["abandon_share"] == 0


def test_people_in_plenty_answer_everybody_at_once() -> None:
    total = row(certify(forecast(), PHONE, requirements=asking(forecast(), 40), runs=20), "total")
    assert total["service_level"] == 1
    assert 0.99 < total["low"] < 1
    assert total["high"] == 1
    assert total["asa_seconds"] == 0
    assert total["probability_met"] == 1
    assert total["runs"] == 20


def test_agents_are_rounded_up_and_an_empty_number_is_as_many_as_the_load() -> None:
    rows = forecast(offered=30, aht=180)  # 3 Erlangs
    four = certify(rows, PHONE, requirements=asking(rows, 4.0), runs=10)
    pd.testing.assert_frame_equal(four, certify(rows, PHONE, requirements=asking(rows, 3.2), runs=10))
    three = certify(rows, PHONE, requirements=asking(rows, 3.0), runs=10)
    pd.testing.assert_frame_equal(three, certify(rows, PHONE, requirements=asking(rows, np.nan), runs=10))


def test_the_same_seed_gives_the_same_certificate_and_another_one_another() -> None:
    need = asking(forecast(), 3)
    first = certify(forecast(), PHONE, requirements=need, runs=5, seed=4)
    pd.testing.assert_frame_equal(first, certify(forecast(), PHONE, requirements=need, runs=5, seed=4))
    other = certify(forecast(), PHONE, requirements=need, runs=5, seed=5)
    assert row(first, "total")["asa_seconds"] != row(other, "total")["asa_seconds"]


def test_every_further_person_helps_when_they_meet_the_same_contacts() -> None:
    levels = [
        row(certify(forecast(), PHONE, requirements=asking(forecast(), n), runs=30), "total")["service_level"]
        for n in range(1, 6)
    ]
    assert (np.diff(levels) > 0).all()


def test_a_roster_is_certified_like_as_many_required_people() -> None:
    rows = forecast(intervals=8)
    roster = at_work(4, "2026-03-02T09:00Z", "2026-03-02T13:00Z")
    by_roster = certify(rows, PHONE, roster=roster, runs=10)
    by_need = certify(rows, PHONE, requirements=asking(rows, 4), runs=10)
    columns = ["service_level", "asa_seconds", "abandon_share"]
    np.testing.assert_allclose(by_roster[columns], by_need[columns])


def test_people_away_by_shrinkage_are_missed() -> None:
    rows = forecast(intervals=8)
    roster = at_work(5, "2026-03-02T09:00Z", "2026-03-02T13:00Z")
    away = Targets(default=QueueTargets(patience_seconds=120, shrinkage=0.5))
    full = row(certify(rows, PHONE, roster=roster, runs=60), "total")
    half = row(certify(rows, away, roster=roster, runs=60), "total")
    assert half["service_level"] < full["service_level"] - 0.1
    windows = work_windows(roster, ["phone/a"])
    gone = np.array([True, False, True, False, False])
    plan = staff_of_roster(windows, origin=int(windows.start.min()), horizon_seconds=14400, away=gone)
    assert set(plan.server) == {1, 3, 4}


def test_only_the_days_of_the_roster_are_certified() -> None:
    two_days = pd.concat([forecast(), forecast(first="2026-03-03T09:00")])
    roster = at_work(4, "2026-03-03T09:00Z", "2026-03-03T11:00Z")
    found = certify(two_days, PHONE, roster=roster, runs=2)
    assert found.loc[found["period"] == "day", "start"].tolist() == [pd.Timestamp("2026-03-03", tz="UTC")]
    with pytest.raises(BadValue, match="roster's days"):
        certify(forecast(), PHONE, roster=roster, runs=2)


def test_people_who_come_before_the_first_interval_work_off_the_in_tray() -> None:
    """8 letters of 10 minutes, due by 10:00: one person from 6:00 is done, one from 9:00 gets to 6 of them."""
    mail = Targets(default=QueueTargets(work="deferred", deadline_hours=1))
    held = pd.DataFrame({"queue": ["phone/a"], "age_hours": [0.0], "contacts": [8.0]})
    quiet = forecast(offered=0.0, aht=600.0)
    early, late = (
        row(certify(quiet, mail, roster=at_work(1, begin, "2026-03-02T11:00Z"), runs=20, backlog=held), "total")
        for begin in ("2026-03-02T06:00Z", "2026-03-02T09:00Z")
    )
    assert early["service_level"] > 0.97
    assert late["service_level"] < 0.85


def test_an_empty_forecast_gives_an_empty_certificate() -> None:
    found = certify(forecast().iloc[:0], PHONE, requirements=asking(forecast(), 1))
    assert len(found) == 0
    assert list(found.columns) == list(CERTIFICATE.column_names)


@pytest.mark.parametrize("both", [True, False])
def test_either_a_roster_or_requirements_are_asked_for(both: bool) -> None:
    extra = {"roster": at_work(1, "2026-03-02T09:00Z", "2026-03-02T10:00Z"), "requirements": asking(forecast(), 1)}
    with pytest.raises(BadValue, match="either"):
        certify(forecast(), PHONE, **(extra if both else {}))


def test_a_handle_time_that_nobody_knows_is_asked_for() -> None:
    rows = forecast().assign(aht_seconds=np.nan)
    with pytest.raises(BadValue, match="handle time"):
        certify(rows, PHONE, requirements=asking(forecast(), 1))


def test_an_interval_without_contacts_is_empty_not_perfect() -> None:
    rows = forecast(offered=20.0)
    rows.loc[0, "offered"] = 0.0
    found = certify(rows, PHONE, requirements=asking(rows, 4), runs=5)
    first = row(found, "interval")
    assert np.isnan(first["service_level"])
    assert np.isnan(first["probability_met"])
    assert first["occupancy"] == 0


def test_periods_follow_the_local_calendar_through_a_clock_change() -> None:
    # Monday 19 to Sunday 25 October 2026 in Berlin: the clocks go back on Sunday, which has 50 half-hours.
    rows = forecast(first="2026-10-19T00:00", intervals=7 * 48 + 2, offered=0.5, timezone="Europe/Berlin")
    found = certify(rows, PHONE, requirements=asking(rows, 1), runs=2, timezone="Europe/Berlin")
    days = found.loc[found["period"] == "day", "start"]
    assert len(days) == 7
    assert days.iloc[-1] == pd.Timestamp("2026-10-25T00:00", tz="Europe/Berlin")
    assert found.loc[found["period"] == "week", "start"].tolist() == [
        pd.Timestamp("2026-10-19T00:00", tz="Europe/Berlin")
    ]
    assert (found["period"] == "interval").sum() == 338


def test_mail_counts_by_its_deadline_and_what_is_due_later_is_left_out() -> None:
    targets = Targets(default=QueueTargets(work="deferred", deadline_hours=1))
    rows = forecast("email/a", intervals=4, offered=10, aht=60)
    found = certify(rows, targets, requirements=asking(rows, 5), runs=20)
    by_interval = found[found["period"] == "interval"]["service_level"].to_numpy()
    assert by_interval[:2].tolist() == [1.0, 1.0]
    assert np.isnan(by_interval[2:]).all()  # arrived in the last hour, due beyond the horizon
    overloaded = certify(rows.assign(aht_seconds=1800.0), targets, requirements=asking(rows, 1), runs=20)
    assert row(overloaded, "total", "email/a")["service_level"] < 0.3


def test_deadlines_count_opening_time_only() -> None:
    # Open 0-100 and 200-300; 50 s from 80 end at 230, 50 s from 50 at 100, 150 s from 200 never.
    due = add_opening_time(np.array([80.0, 50.0, 200.0]), 50.0, np.array([0.0, 200.0]), np.array([100.0, 100.0]))
    assert due[:2].tolist() == [230.0, 100.0]
    late = add_opening_time(np.array([200.0]), 150.0, np.array([0.0, 200.0]), np.array([100.0, 100.0]))
    assert np.isinf(late[0])


def test_counts_scatter_as_the_quantiles_of_the_forecast_say() -> None:
    # 100 contacts a day with p10 = 74.4 and p90 = 125.6: σ = 20, var 400 = 100 + c² 100², c² = 0.03.
    zero = np.zeros(1)
    plan = plan_arrivals(
        zero.astype(int), zero, zero + 3600, zero + 100, zero + 60, targets=[QueueTargets()],
        low=zero + 100 - 25.631, high=zero + 100 + 25.631,
    )  # fmt: skip
    assert plan.day_spread[0] == pytest.approx(0.03, rel=1e-3)
    counts = np.array([draw_contacts(plan, np.random.default_rng([3, n])).at.size for n in range(2000)])
    assert counts.mean() == pytest.approx(100, abs=3.5 * 20 / np.sqrt(2000))
    assert counts.std() == pytest.approx(20, rel=0.07)


def test_a_day_s_handle_times_are_longer_or_shorter_together() -> None:
    """2,500 contacts of 60 s a day: what the days' means scatter by is 10 % (first day) and the luck of contacts."""
    start = np.array([0.0, 3600.0])
    rows: dict[str, Any] = {"targets": [QueueTargets()], "day": np.array([0, 1])}
    plan = plan_arrivals(
        start.astype(int) * 0, start, start * 0 + 3600, start * 0 + 2500, start * 0 + 60,
        aht_cv=np.array([0.1, np.nan]), **rows,
    )  # fmt: skip
    means = []
    for number in range(100):
        found = draw_contacts(plan, np.random.default_rng([9, number]))
        means.append(np.bincount(found.row, weights=found.work) / np.bincount(found.row))
    assert np.mean(means, axis=0) == pytest.approx([60, 60], rel=0.035)
    assert np.std(means, axis=0) == pytest.approx([60 * np.hypot(0.1, 0.02), 60 * 0.02], rel=0.25)


def test_certain_handle_times_are_drawn_as_before() -> None:
    start = np.array([0.0, 1800.0])
    rows: dict[str, Any] = {"targets": [QueueTargets()] * 2}
    queue, volume = np.array([0, 1]), (start, start * 0 + 1800, start * 0 + 9, start * 0 + 60)
    plain = draw_contacts(plan_arrivals(queue, *volume, **rows), np.random.default_rng(1))
    sure = draw_contacts(plan_arrivals(queue, *volume, aht_cv=np.zeros(2), **rows), np.random.default_rng(1))
    assert all(np.array_equal(old, new) for old, new in zip(plain, sure, strict=True))


def test_an_uncertain_forecast_meets_its_target_on_fewer_days() -> None:
    rows = forecast(intervals=8, offered=60, aht=300)  # 10 Erlangs
    unsure = rows.assign(offered_p10=40.0, offered_p90=80.0)
    targets = Targets(default=QueueTargets(patience_seconds=300, service_level=0.7))
    sure = row(certify(rows, targets, requirements=asking(rows, 13), runs=40), "day")["probability_met"]
    assert row(certify(unsure, targets, requirements=asking(rows, 13), runs=40), "day")["probability_met"] < sure


def test_a_run_has_the_contacts_that_were_drawn_for_it() -> None:
    start = np.array([0.0, 1800.0, 0.0])
    plan = plan_arrivals(
        np.array([0, 0, 1]), start, start * 0 + 1800, start * 0 + 9, start * 0 + 60, targets=[QueueTargets()] * 2
    )
    found = draw_contacts(plan, np.random.default_rng(1), np.array([3, 0, 5]))
    assert np.bincount(found.row, minlength=3).tolist() == [3, 0, 5]
    assert bool(np.all(np.diff(found.at) >= 0))


def test_counts_are_asked_for_the_simulated_rows_and_taken_in_blocks() -> None:
    rows = pd.concat([forecast(queue, first=day) for queue in ("phone/b", "phone/a") for day in DAYS])
    roster = at_work(40, "2026-03-03T09:00Z", "2026-03-03T11:00Z", "phone/a|phone/b")
    asked = []

    def draw(simulated: pd.DataFrame, runs: int, seed: int) -> list[np.ndarray]:
        asked.append((simulated["queue"].tolist(), set(simulated["start"].dt.day), runs, seed))
        nothing, ten = np.zeros((2, 8), dtype=int), np.full((1, 8), 10)
        ten[:, :4] = 0  # none of phone/a
        return [nothing, ten]

    found = certify(rows, PHONE, roster=roster, runs=3, seed=7, draw_counts=draw)
    assert asked == [(["phone/a"] * 4 + ["phone/b"] * 4, {3}, 3, 7)]
    assert np.isnan(row(found, "total", "phone/a")["service_level"])
    assert row(found, "total", "phone/b")["service_level"] == 1.0


def test_the_in_tray_is_due_by_the_opening_time_that_is_left() -> None:
    # Open 0-1 h and 2-3 h, promise 2 h. Waited 0.5 h: 1.5 h left, due at 2.5 h. 1.5 h: at 0.5 h. 3 h: an hour ago.
    start = np.array([0.0, 7200.0])
    mail = QueueTargets(work="deferred", deadline_hours=2)
    plan = plan_arrivals(np.zeros(2, dtype=int), start, start * 0 + 3600, start, start * 0 + 60, targets=[mail])
    held = hold_work(plan, np.zeros(3, dtype=int), np.array([0.5, 3.0, 1.5]), np.array([2.0, 1.0, 1.0]))
    assert held.due.tolist() == [-3600.0, 1800.0, 9000.0, 9000.0]
    assert held.row.tolist() == [0, 0, 0, 0]
    assert held.aht == pytest.approx(60)


def test_a_backlog_is_worked_first_and_what_was_late_stays_late() -> None:
    targets = Targets(default=QueueTargets(work="deferred", deadline_hours=1))
    rows = forecast("email/a", offered=0.0, aht=60)
    waiting = pd.DataFrame({"queue": "email/a", "age_hours": [0.5, 2.0], "contacts": [20.0, 5.0]})
    found = certify(rows, targets, requirements=asking(rows, 5), runs=5, backlog=waiting)
    assert row(found, "total", "email/a")["service_level"] == pytest.approx(20 / 25)
    assert row(found, "interval", "email/a")["service_level"] == pytest.approx(20 / 25)
    nobody = certify(rows, targets, requirements=asking(rows, 0), runs=5, backlog=waiting)
    assert row(nobody, "total", "email/a")["service_level"] == 0.0


def test_a_backlog_changes_nothing_in_the_contacts_that_come() -> None:
    targets = Targets(default=QueueTargets(work="deferred", deadline_hours=2))
    start = np.arange(4) * 1800.0
    plan = plan_arrivals(
        np.zeros(4, dtype=int), start, start * 0 + 1800, start * 0 + 5, start * 0 + 60, targets=[targets.default]
    )
    held = hold_work(plan, np.zeros(1, dtype=int), np.array([0.0]), np.array([3.0]))
    alone = draw_contacts(plan, np.random.default_rng(4))
    behind = draw_contacts(replace(plan, in_tray=held), np.random.default_rng(4))
    for own, same in zip(alone, behind, strict=True):
        assert same[3:].tolist() == own.tolist()


@pytest.mark.parametrize("queue", ["phone/a", "email/of another house"])
def test_a_backlog_of_live_or_unknown_work_is_refused(queue: str) -> None:
    waiting = pd.DataFrame({"queue": [queue], "age_hours": [0.5], "contacts": [20.0]})
    with pytest.raises(BadValue, match="queue"):
        certify(forecast(), PHONE, requirements=asking(forecast(), 5), runs=2, backlog=waiting)


def test_the_interval_of_a_ratio_is_that_of_its_textbook() -> None:
    # Hits 8, 9, 5 of 10, 10, 10: R = 22/30; residuals 2/3, 5/3, −7/3: Σ² = 78/9; var = Σ² × 3/2 ÷ 30².
    tally = Tally.zeros(1, 3)
    for hits in (8.0, 9.0, 5.0):
        found = np.zeros((8, 1))
        found[0], found[1] = hits, 10.0
        tally.add(found, np.zeros((4, 1), dtype=int)[:1], np.array([0.75]))
    half = 4.302652729911275 * np.sqrt(78 / 9 * 1.5) / 30
    result = tally.result()
    assert result["service_level"][0] == pytest.approx(22 / 30)
    assert result["low"][0] == pytest.approx(22 / 30 - half)
    assert result["high"][0] == 1.0
    assert result["probability_met"][0] == pytest.approx(2 / 3)


def test_a_daily_forecast_of_another_zone_lasts_whole_days() -> None:
    days = pd.date_range("2026-10-24", periods=3, freq="D", tz="Europe/Berlin").tz_convert("UTC")  # the second has 25 h
    rows = pd.DataFrame({"queue": "phone/a", "start": days, "offered": 50.0, "aht_seconds": 60.0, "model": "given"})
    need = asking(rows, 1).assign(interval_minutes=1440)
    for timezone in ("UTC", "Europe/Berlin"):
        found = certify(rows, PHONE, requirements=need, runs=20, timezone=timezone)
        # 50 minutes of work spread over a day, not pressed into its first hour
        assert row(found, "total")["occupancy"] == pytest.approx(150 / (73 * 60), rel=0.15)
        assert row(found, "total")["service_level"] > 0.9
