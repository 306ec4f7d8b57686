"""The machine on contacts with fixed times: every expected time is hand arithmetic or a slow twin."""

from __future__ import annotations

import heapq
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.targets import QueueTargets
from scheduling.simulation import Contacts, Outcome, StaffPlan, make_site, simulate_contacts, staff_of_requirements

LIVE = QueueTargets()
MAIL = QueueTargets(work="deferred", deadline_hours=1)
CHAT = QueueTargets(work="chat", concurrency=2, aht_by_concurrency_seconds=(100, 150))
nan = np.nan


def contacts(*rows: tuple[float, int, float, float], due: tuple[float, ...] | None = None) -> Contacts:
    """Contacts from (arrival, queue, work, patience), in order of arrival."""
    at, queue, work, patience = (np.array(column) for column in zip(*rows, strict=True))
    deadlines = np.full(at.size, np.inf) if due is None else np.array(due)
    return Contacts(at * 1.0, queue.astype(np.int64), work * 1.0, patience * 1.0, deadlines, np.zeros(at.size, int))


def staff(*changes: tuple[float, int, int]) -> StaffPlan:
    """Changes (time, server, group or −1)."""
    at, server, group = (np.array(column) for column in zip(*changes, strict=True))
    return StaffPlan(at * 1.0, server.astype(np.int64), group.astype(np.int64), int(server.max()) + 1)


def run(given: Contacts, queues: list[QueueTargets], groups: list[tuple[int, ...]], people: StaffPlan) -> Outcome:
    return simulate_contacts(given, make_site(queues, groups), people, horizon_seconds=1000, bin_seconds=100)


def test_the_second_contact_waits_until_the_only_person_is_free() -> None:
    found = run(contacts((0, 0, 60, 999), (10, 0, 30, 999)), [LIVE], [(0,)], staff((0, 0, 0), (1000, 0, -1)))
    assert found.answered_at.tolist() == [0, 60]
    assert found.done_at.tolist() == [60, 90]
    assert found.busy_seconds.sum() == 90
    assert found.present_seconds.tolist() == [[100.0] * 10]


def test_who_is_half_as_fast_takes_twice_the_handle_time() -> None:
    people = replace(staff((0, 0, 0), (1000, 0, -1)), proficiency=np.array([0.5]))
    found = run(contacts((0, 0, 60, 999), (10, 0, 30, 999)), [LIVE], [(0,)], people)
    assert found.answered_at.tolist() == [0, 120]
    assert found.done_at.tolist() == [120, 180]


def test_parallel_chats_slow_down_from_the_time_that_the_person_takes_for_one() -> None:
    # Twice as fast, one chat of 100 s takes 50; two in parallel 1.5 times as long: 75 s each.
    people = replace(staff((0, 0, 0), (1000, 0, -1)), proficiency=np.array([2.0]))
    found = run(contacts((0, 0, 100, 999), (0, 0, 100, 999)), [CHAT], [(0,)], people)
    assert found.done_at.tolist() == [75, 75]


def test_an_impatient_contact_hangs_up_and_the_next_one_is_answered() -> None:
    given = contacts((0, 0, 60, 999), (10, 0, 30, 20), (20, 0, 5, 999))
    found = run(given, [LIVE], [(0,)], staff((0, 0, 0), (1000, 0, -1)))
    np.testing.assert_equal(found.answered_at, [0, nan, 60])
    np.testing.assert_equal(found.reached_at, [nan, 60, nan])  # it would have been answered at 60, had it stayed


def test_a_contact_in_progress_is_finished_in_the_break_and_the_next_waits_for_its_end() -> None:
    people = staff((0, 0, 0), (100, 0, -1), (200, 0, 0), (300, 0, -1))
    found = run(contacts((90, 0, 50, 999), (120, 0, 10, 999)), [LIVE], [(0,)], people)
    assert found.answered_at.tolist() == [90, 200]
    assert found.done_at.tolist() == [140, 210]
    assert found.busy_seconds[0, :3].tolist() == [10, 0, 10]  # the 40 s of the break are not working time
    assert found.present_seconds[0, :3].tolist() == [100, 0, 100]


def test_a_person_who_comes_back_while_still_busy_is_one_busy_person() -> None:
    people = staff((0, 0, 0), (100, 0, -1), (200, 0, 0), (400, 0, -1))
    found = run(contacts((90, 0, 200, 999), (210, 0, 10, 999)), [LIVE], [(0,)], people)
    assert found.answered_at.tolist() == [90, 290]


def test_back_to_back_shifts_of_one_person_make_no_second_person() -> None:
    people = staff((0, 0, 0), (100, 0, 0), (200, 0, 0), (300, 0, -1))
    found = run(contacts((50, 0, 200, 999), (110, 0, 10, 999)), [LIVE], [(0,)], people)
    assert found.answered_at.tolist() == [50, 250]


def test_nobody_present_answers_nobody() -> None:
    found = run(contacts((0, 0, 60, 30)), [LIVE], [(0,)], staff((500, 0, 0), (600, 0, -1)))
    np.testing.assert_equal(found.answered_at, [nan])


def test_a_free_person_takes_the_longest_waiting_of_their_queues() -> None:
    given = contacts((0, 0, 100, 999), (10, 1, 5, 999), (20, 0, 5, 999))
    found = run(given, [LIVE, LIVE], [(0, 1)], staff((0, 0, 0), (1000, 0, -1)))
    assert found.answered_at.tolist() == [0, 100, 105]


def test_the_specialist_is_called_before_the_person_with_many_skills() -> None:
    given = contacts((10, 0, 50, 999), (20, 1, 5, 999))  # were the all-rounder called first, queue 1 would wait
    found = run(given, [LIVE, LIVE], [(0, 1), (0,)], staff((0, 0, 0), (5, 1, 1), (1000, 0, -1), (1000, 1, -1)))
    assert found.answered_at.tolist() == [10, 20]


def test_mail_is_left_for_a_waiting_call_but_not_interrupted() -> None:
    given = contacts((0, 1, 50, np.inf), (5, 1, 50, np.inf), (10, 0, 20, 999))
    found = run(given, [LIVE, MAIL], [(0, 1)], staff((0, 0, 0), (1000, 0, -1)))
    assert found.answered_at.tolist() == [0, 70, 50]


def test_the_mail_due_first_is_worked_first() -> None:
    given = contacts((0, 0, 50, np.inf), (1, 0, 10, np.inf), (2, 1, 10, np.inf), due=(900, 800, 300))
    found = run(given, [MAIL, MAIL], [(0, 1)], staff((0, 0, 0), (1000, 0, -1)))
    assert found.answered_at.tolist() == [0, 60, 50]


def test_a_second_chat_slows_down_the_first() -> None:
    # Alone until 50: 50 s of 100 done. Then at 100/150 speed: 50 s of work take 75 s. The second has done 50 by 125.
    found = run(contacts((0, 0, 100, 999), (50, 0, 100, 999)), [CHAT], [(0,)], staff((0, 0, 0), (1000, 0, -1)))
    assert found.answered_at.tolist() == [0, 50]
    assert found.done_at.tolist() == pytest.approx([125, 175])
    assert found.busy_seconds.sum() == pytest.approx(0.5 * 50 + 75 + 0.5 * 50)  # of two slots


def test_a_third_chat_waits_for_a_slot() -> None:
    given = contacts((0, 0, 100, 999), (0, 0, 100, 999), (1, 0, 10, 999))
    found = run(given, [CHAT], [(0,)], staff((0, 0, 0), (1000, 0, -1)))
    assert found.answered_at.tolist() == pytest.approx([0, 0, 150])


def test_a_chat_goes_to_the_least_loaded_person() -> None:
    given = contacts((0, 0, 100, 999), (10, 0, 100, 999))
    found = run(given, [CHAT], [(0,)], staff((0, 0, 0), (0, 1, 0), (1000, 0, -1), (1000, 1, -1)))
    assert found.done_at.tolist() == pytest.approx([100, 110])  # side by side, nobody slowed down


def test_a_waiting_call_is_taken_before_further_chats() -> None:
    given = contacts((0, 1, 100, 999), (10, 0, 20, 999), (20, 1, 100, 999))
    found = run(given, [LIVE, CHAT], [(0, 1)], staff((0, 0, 0), (1000, 0, -1)))
    assert found.answered_at.tolist() == [0, 100, 120]


def slow_twin(given: Contacts, servers: int) -> list[float]:
    """FCFS with `servers` people who are always there: each contact meets the person who is free first."""
    free = [0.0] * servers
    answered = []
    for at, work, patience in zip(given.at, given.work, given.patience, strict=True):
        begin = max(at, free[0])
        if begin - at >= patience:
            answered.append(nan)
            continue
        heapq.heapreplace(free, begin + work)
        answered.append(begin)
    return answered


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), servers=st.integers(1, 5))
def test_one_queue_runs_as_the_slow_twin(seed: int, servers: int) -> None:
    rng = np.random.default_rng(seed)
    at = np.sort(rng.integers(0, 900, 60)) + rng.random(60) / 8
    at.sort()
    given = contacts(*zip(at, [0] * 60, rng.random(60) * 80, rng.random(60) * 60, strict=True))
    plan, _ = staff_of_requirements(np.array([0]), np.array([0.0]), np.array([1000.0]), np.array([servers]))
    np.testing.assert_allclose(run(given, [LIVE], [(0,)], plan).answered_at, slow_twin(given, servers))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_nobody_is_lost_and_nobody_holds_more_than_they_can(seed: int) -> None:
    rng = np.random.default_rng(seed)
    queues, groups = [LIVE, CHAT, MAIL], [(0,), (0, 1), (1, 2), (0, 1, 2)]
    at = np.sort(rng.random(120) * 900)
    queue = rng.integers(0, 3, 120)
    patience = np.where(queue == 2, np.inf, rng.random(120) * 200)
    given = contacts(*zip(at, queue, rng.random(120) * 60, patience, strict=True))
    changes = [(float(t), s, int(rng.integers(-1, 4))) for s in range(4) for t in np.sort(rng.random(6) * 900)]
    people = staff(*sorted([*changes, *((1000.0, s, -1) for s in range(4))]))
    found = run(given, queues, groups, people)
    answered = ~np.isnan(found.answered_at)
    assert (np.isnan(found.done_at) == ~answered).all()  # whoever is answered is also finished
    assert (found.answered_at[answered] - at[answered] < patience[answered]).all()
    assert (found.answered_at[answered] >= at[answered]).all()
    whole = answered & (queue != 1)
    np.testing.assert_allclose((found.done_at - found.answered_at)[whole], given.work[whole])
    moments = np.concatenate([found.answered_at[answered], found.done_at[answered]])
    weight = np.where(queue[answered] == 1, 0.5, 1.0)
    held = np.cumsum(np.concatenate([weight, -weight])[np.lexsort((np.repeat([1, 0], answered.sum()), moments))])
    assert held.max(initial=0.0) <= 4
    assert (found.busy_seconds <= found.present_seconds + 1e-9).all()
    for code in (0, 1):  # first come, first served among those who stayed
        mine = answered & (queue == code)
        assert (np.diff(found.answered_at[mine]) >= 0).all()
