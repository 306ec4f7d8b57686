"""Coverage: who is present for what, nobody counted twice, the total gap least."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from domain.errors import BadValue, TableError
from domain.targets import QueueTargets, Targets
from scheduling.coverage import UNATTAINABLE, _by_cuts, _by_subsets, measure_coverage, share_people

MONDAY = "2026-03-02T09:00:00+00:00"


def needs(*rows: tuple[str, str, float], minutes: int = 30) -> pd.DataFrame:
    """Requirements from (queue, start, scheduled)."""
    return pd.DataFrame(
        [
            {"queue": queue, "start": start, "interval_minutes": minutes, "load_erlangs": 0.0, "agents": scheduled,
             "scheduled": scheduled}
            for queue, start, scheduled in rows
        ]
    )  # fmt: skip


def work(*rows: tuple[str, str, str, str], activity: str = "work") -> pd.DataFrame:
    """A roster from (agent, start, end, queues)."""
    return pd.DataFrame(
        [
            {"agent": agent, "start": start, "end": end, "activity": activity, "queue": queues, "shift": "day",
             "source": "hand"}
            for agent, start, end, queues in rows
        ]
    )  # fmt: skip


def whole_morning(agent: str, queues: str) -> tuple[str, str, str, str]:
    return (agent, "2026-03-02T08:00:00+00:00", "2026-03-02T12:00:00+00:00", queues)


def test_two_people_who_can_do_both_cover_one_queue_each() -> None:
    found = measure_coverage(
        needs(("a", MONDAY, 1), ("b", MONDAY, 1)), work(whole_morning("Ann", "a|b"), whole_morning("Bo", "a|b"))
    )
    assert found["present"].tolist() == [1.0, 1.0]
    assert found["gap"].tolist() == [0.0, 0.0]


def people_of(**proficiency: float) -> pd.DataFrame:
    rows = [(agent, "a", "x", speed) for agent, speed in proficiency.items()]
    return pd.DataFrame(rows, columns=["agent", "queues", "agreement", "proficiency"])


def test_two_people_of_half_the_speed_are_one_and_four_fifths_leave_a_fifth() -> None:
    both = work(whole_morning("Ann", "a"), whole_morning("Bo", "a"))
    found = measure_coverage(needs(("a", MONDAY, 1)), both, people=people_of(Ann=0.5, Bo=0.5))
    assert found[["present", "gap"]].to_numpy().tolist() == [[1.0, 0.0]]
    found = measure_coverage(needs(("a", MONDAY, 1)), work(whole_morning("Ann", "a")), people=people_of(Ann=0.8))
    assert found.iloc[0][["present", "gap"]].tolist() == pytest.approx([0.8, 0.2])


def test_a_quick_person_who_comes_for_half_of_the_interval_counts_half_their_speed() -> None:
    late = ("Ann", "2026-03-02T09:15:00+00:00", "2026-03-02T12:00:00+00:00", "a")
    roster = work(late, whole_morning("Bo", "a"), whole_morning("Cy", "a"))  # nobody knows how fast Cy is: 1
    found = measure_coverage(needs(("a", MONDAY, 3)), roster, people=people_of(Ann=1.5, Bo=np.nan))
    assert found["present"].tolist() == pytest.approx([0.75 + 1 + 1])


def test_a_person_of_two_queues_is_not_counted_twice() -> None:
    found = measure_coverage(needs(("a", MONDAY, 1), ("b", MONDAY, 1)), work(whole_morning("Ann", "a|b")))
    assert found["present"].tolist() == [0.5, 0.5]
    assert found["gap"].sum() == 1.0


def test_the_shared_person_goes_where_the_specialist_cannot() -> None:
    found = measure_coverage(
        needs(("a", MONDAY, 1), ("b", MONDAY, 1)), work(whole_morning("Ann", "a"), whole_morning("Bo", "a|b"))
    )
    assert found["gap"].tolist() == [0.0, 0.0]
    assert found["present"].tolist() == [1.0, 1.0]


def test_a_chain_of_skills_is_followed_where_a_greedy_split_would_fail() -> None:
    # Greedy by queue would give Ann and Bo to a; only Ann -> a, Bo -> b, Cy -> c covers everything.
    roster = work(whole_morning("Ann", "a"), whole_morning("Bo", "a|b"), whole_morning("Cy", "b|c"))
    found = measure_coverage(needs(("a", MONDAY, 1), ("b", MONDAY, 1), ("c", MONDAY, 1)), roster)
    assert found["gap"].tolist() == pytest.approx([0.0, 0.0, 0.0])


def test_people_beyond_the_need_are_shared_in_proportion_to_it() -> None:
    roster = work(*[whole_morning(f"P{i}", "a|b") for i in range(8)])
    found = measure_coverage(needs(("a", MONDAY, 3), ("b", MONDAY, 1)), roster)
    assert found["present"].tolist() == pytest.approx([6.0, 2.0])


def test_fifteen_of_thirty_minutes_count_as_half_a_person() -> None:
    roster = work(("Ann", "2026-03-02T09:15:00+00:00", "2026-03-02T10:00:00+00:00", "a"))
    found = measure_coverage(needs(("a", MONDAY, 1), ("a", "2026-03-02T09:30:00+00:00", 1)), roster)
    assert found["present"].tolist() == [0.5, 1.0]
    assert found["gap"].tolist() == [0.5, 0.0]


def test_lunch_counts_for_nobody_even_where_it_lies_inside_a_work_row() -> None:
    lunch = work(("Ann", "2026-03-02T09:00:00+00:00", "2026-03-02T09:30:00+00:00", ""), activity="lunch")
    roster = pd.concat([work(whole_morning("Ann", "a")), lunch])
    found = measure_coverage(needs(("a", MONDAY, 1), ("a", "2026-03-02T09:30:00+00:00", 1)), roster)
    assert found["present"].tolist() == [0.0, 1.0]


def test_overlapping_rows_of_one_person_count_once() -> None:
    roster = work(whole_morning("Ann", "a"), ("Ann", "2026-03-02T08:30:00+00:00", "2026-03-02T11:00:00+00:00", "a"))
    assert measure_coverage(needs(("a", MONDAY, 2)), roster)["present"].tolist() == [1.0]


def test_an_unattainable_requirement_is_shown_as_zero_with_a_note() -> None:
    found = measure_coverage(needs(("a", MONDAY, np.nan)), work(whole_morning("Ann", "a")))
    assert found["required"].tolist() == [0.0]
    assert found["present"].tolist() == [1.0]
    assert found["note"].tolist() == [UNATTAINABLE]


def test_an_empty_roster_leaves_the_whole_requirement_as_gap() -> None:
    found = measure_coverage(needs(("a", MONDAY, 2.5)), work().reindex(columns=list(work(whole_morning("x", "a")))))
    assert found["gap"].tolist() == [2.5]


def test_no_requirements_give_no_rows() -> None:
    assert len(measure_coverage(needs(("a", MONDAY, 1)).iloc[:0], work(whole_morning("Ann", "a")))) == 0


def test_rows_without_queues_take_the_skills_of_the_person() -> None:
    people = pd.DataFrame({"agent": ["Ann"], "queues": ["phone/*"], "agreement": ["full"]})
    requirement = needs(("phone/a", MONDAY, 1), ("mail/a", MONDAY, 1))
    found = measure_coverage(requirement, work(whole_morning("Ann", "")), people=people)
    assert dict(zip(found["queue"], found["present"], strict=True)) == {"mail/a": 0.0, "phone/a": 1.0}
    with pytest.raises(BadValue, match="Ann"):
        measure_coverage(requirement, work(whole_morning("Ann", "")))


def test_a_roster_without_ends_is_refused_by_name() -> None:
    with pytest.raises(TableError, match="end"):
        measure_coverage(needs(("a", MONDAY, 1)), work(whole_morning("Ann", "a")).drop(columns="end"))


def test_queues_on_different_grids_meet_in_their_common_cells() -> None:
    hour = needs(("b", MONDAY, 1), minutes=60)
    halves = needs(("a", MONDAY, 1), ("a", "2026-03-02T09:30:00+00:00", 0))
    found = measure_coverage(pd.concat([hour, halves]), work(whole_morning("Ann", "a|b")))
    # 9:00 Ann is split evenly, 9:30 she is all for b: a has 0.5 and 0, b has (0.5 + 1) / 2.
    assert found["present"].tolist() == pytest.approx([0.5, 0.0, 0.75])


def test_the_doubled_hour_of_a_clock_change_is_covered_as_two() -> None:
    # 25 October 2026 in Berlin has two 02:00 hours: 00:00 and 01:00 UTC. A person works only the second of them.
    starts = [f"2026-10-25T{hour:02d}:00:00+00:00" for hour in range(4)]
    night = ("Ann", "2026-10-25T03:00:00+02:00", "2026-10-25T03:00:00+01:00", "a")
    roster = work((night[0], "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00", "a"))
    found = measure_coverage(needs(*[("a", start, 1) for start in starts], minutes=60), roster)
    assert found["present"].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_a_daily_row_spans_the_twenty_five_hours_of_its_day() -> None:
    days = needs(("a", "2026-10-25T00:00:00+02:00", 1), ("a", "2026-10-26T00:00:00+01:00", 1), minutes=1440)
    roster = work(("Ann", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", "a"))
    assert measure_coverage(days, roster)["present"].tolist() == [1.0, 0.0]


def least_gap(people: np.ndarray, can: np.ndarray, needed: np.ndarray) -> float:
    """The slow twin: max Σ covered over flows, as a linear program."""
    pairs = np.argwhere(can)
    rows, bounds = [], []
    for group, supply in enumerate(people):
        rows.append([float(pair[0] == group) for pair in pairs])
        bounds.append(supply)
    for queue, demand in enumerate(needed):
        rows.append([float(pair[1] == queue) for pair in pairs])
        bounds.append(demand)
    found = linprog(-np.ones(len(pairs)), A_ub=np.array(rows), b_ub=np.array(bounds))
    return float(needed.sum() + found.fun)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), groups=st.integers(1, 6), queues=st.integers(1, 5))
def test_the_total_gap_is_that_of_a_linear_program_and_nobody_is_lost(seed: int, groups: int, queues: int) -> None:
    rng = np.random.default_rng(seed)
    can = rng.random((groups, queues)) < 0.45
    can[can.sum(axis=1) == 0, 0] = True
    people = rng.integers(0, 5, (3, groups)) * rng.choice([1.0, 0.5])
    needed = rng.integers(0, 5, (3, queues)) * 1.0
    shared = share_people(people, can, needed, np.ones(needed.shape, dtype=bool))
    assert shared.sum(axis=1) == pytest.approx(people.sum(axis=1))
    for cell in range(3):
        gap = np.maximum(needed[cell] - shared[cell], 0).sum()
        assert gap == pytest.approx(least_gap(people[cell], can, needed[cell]), abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_cuts_and_subsets_find_the_same_flow(seed: int) -> None:
    rng = np.random.default_rng(seed)
    can = rng.random((7, 6)) < 0.4
    people, needed = rng.integers(0, 6, (2, 7)) * 0.5, rng.integers(0, 6, (2, 6)) * 1.0
    by_subsets, _ = _by_subsets(people, can, needed)
    by_cuts, _ = _by_cuts(people, can, needed)
    assert by_cuts == pytest.approx(by_subsets, abs=1e-4)


def expected(targets: QueueTargets, offered: float, aht: float, people: int, rows: int = 4) -> np.ndarray:
    starts = pd.date_range("2026-03-02T09:00", periods=rows, freq="30min", tz="UTC")
    forecast = pd.DataFrame({"queue": "a", "start": starts, "offered": offered, "aht_seconds": aht, "model": "m"})
    need = needs(*[("a", start.isoformat(), people) for start in starts])
    roster = work(*[whole_morning(f"P{i}", "a") for i in range(people)])
    found = measure_coverage(need, roster, targets=Targets(default=targets), forecast=forecast)
    return found["expected_service_level"].to_numpy()


def test_expected_service_level_is_that_of_erlang_c_once_the_queue_has_settled() -> None:
    # 10 Erlangs, 180 s, 20 s, 14 agents: .88835 (published: manual of the R package ErlangC).
    level = expected(QueueTargets(answer_within_seconds=20), 100, 180, 14)
    assert level[-1] == pytest.approx(0.88835, abs=1e-5)
    assert level[0] > level[-1]  # the first half-hour starts with nobody in service


def test_shrinkage_takes_its_share_of_the_people_present() -> None:
    shrunk = expected(QueueTargets(answer_within_seconds=20, shrinkage=0.3), 100, 180, 20)
    assert shrunk[-1] == pytest.approx(0.88835, abs=1e-5)  # 20 × 0.7 = 14


def test_chats_without_slow_down_wait_like_calls_for_as_many_slots() -> None:
    chat = QueueTargets(work="chat", concurrency=2, answer_within_seconds=20)
    assert expected(chat, 100, 180, 7)[-1] == pytest.approx(0.88835, abs=1e-5)


def test_deferred_work_is_covered_by_all_capacity_up_to_its_deadline() -> None:
    # 1.5 agent-hours arrive each half-hour, one person does 0.5: of row 0 two thirds are done within an hour (rows 0
    # and 1); of row 1, behind 1.5 hours of row 0, nothing by the end of row 2.
    mail = QueueTargets(work="deferred", deadline_hours=1)
    level = expected(mail, 9, 600, 1)
    assert level[:3] == pytest.approx([2 / 3, 0.0, 0.0])
    assert np.isnan(level[3])  # due beyond the last row


def test_rows_without_a_forecast_expect_nothing() -> None:
    found = measure_coverage(
        needs(("a", MONDAY, 1)),
        work(whole_morning("Ann", "a")),
        targets=Targets(),
        forecast=pd.DataFrame({"queue": ["b"], "start": [MONDAY], "offered": [1.0], "model": ["m"]}),
    )
    assert found["expected_service_level"].isna().all()
