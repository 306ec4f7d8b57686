"""Deferred work between arrival and deadline: the taut string, the linear program, the closed form, a twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadValue
from scheduling.lp import level_together
from scheduling.queueing import Held, deferred_capacity
from scheduling.queueing.backlog import WorkBounds, taut_string, work_bounds

works = st.lists(st.floats(0, 50).map(lambda hours: round(hours, 3)), min_size=1, max_size=40)


def earliest_deadline_first(work: np.ndarray, waiting: np.ndarray, capacity: np.ndarray, deadline: int) -> float:
    """Work that is late when the earliest deadline is taken first; three rounds, of which the first fills the in-tray.

    Work of an interval is there from the next one on, what waited for the opening at once.
    """
    tray: list[list[float]] = []  # [last interval in time, hours], in order of deadline
    late, count = 0.0, work.size
    for now in range(3 * count):
        tray.append([now + deadline - 1, float(waiting[now % count])])
        tray.append([now + deadline - 1, float(work[now % count])])
        hours = float(capacity[now % count])
        for entry in tray[:-1]:
            done = min(entry[1], hours)
            entry[1] -= done
            hours -= done
        if now >= 2 * count:
            late += sum(entry[1] for entry in tray if entry[0] <= now)
        tray = [entry for entry in tray if entry[1] > 1e-12]
    return late


def closed_form_peak(bounds: WorkBounds) -> float:
    """Most work due in a stretch that was not there before it, by the length of the stretch (Jeffay & Stone 1993)."""
    point = np.arange(bounds.due.size)
    length = point[:, None] - point[None, :]
    pressed = np.where(length > 0, (bounds.due[:, None] - bounds.there[None, :]) / np.maximum(length, 1), 0.0)
    return float(max(pressed.max(), 0.0))


@settings(max_examples=60, deadline=None)
@given(work=works, nights=st.integers(1, 9), deadline=st.integers(2, 60))
def test_earliest_deadline_first_finishes_everything_in_time(work: list[float], nights: int, deadline: int) -> None:
    own = np.array(work)
    waiting = np.where(np.arange(own.size) % nights == 0, 7.0, 0.0)
    capacity = deferred_capacity(own, deadline * 0.5, 0.5, waiting_hours=waiting)
    assert capacity.sum() == pytest.approx(own.sum() + waiting.sum())
    assert earliest_deadline_first(own, waiting, capacity, deadline) <= 1e-6


@settings(max_examples=60, deadline=None)
@given(work=works, nights=st.integers(1, 9), deadline=st.integers(1, 60))
def test_the_string_the_linear_program_and_the_closed_form_agree(work: list[float], nights: int, deadline: int) -> None:
    own = np.array(work)
    waiting = np.where(np.arange(own.size) % nights == 0, 7.0, 0.0)
    bounds = work_bounds(own, deadline * 0.25, 0.25, waiting)
    string = taut_string(bounds.due, bounds.there)
    plan = level_together([bounds.due], [bounds.there])[0]
    assert string.max() == pytest.approx(closed_form_peak(bounds), abs=1e-6)
    assert plan.max() == pytest.approx(closed_form_peak(bounds), abs=1e-6)
    assert np.maximum(np.diff(string), 0).sum() == pytest.approx(np.maximum(np.diff(plan), 0).sum(), abs=1e-5)
    assert (string**2).sum() <= (plan**2).sum() + 1e-5


def test_work_is_spread_over_its_open_window() -> None:
    """12 hours of work in one interval, due within 4 intervals: 4 hours in each of the next 3."""
    assert deferred_capacity([0, 12, 0, 0, 0, 0], 2, 0.5).tolist() == pytest.approx([0, 0, 4, 4, 4, 0])


def test_work_that_waited_for_the_opening_can_be_worked_at_once() -> None:
    """The same 12 hours, in by night: 3 in each of the 4 intervals up to the deadline."""
    night = [0, 12, 0, 0, 0, 0]
    assert deferred_capacity(np.zeros(6), 2, 0.5, waiting_hours=night).tolist() == pytest.approx([0, 3, 3, 3, 3, 0])


def test_a_steady_stream_with_a_batch_is_levelled_as_far_as_the_deadline_allows() -> None:
    """A batch of 20 due within 4, and 1 an interval: the first 4 take the batch, the 1 of the interval before it and
    the 1 of the first; the other 7 of the round's 29 are left to 5 intervals."""
    plan = deferred_capacity(np.ones(9), 4, 1, waiting_hours=[20] + [0] * 8)
    assert plan[:4].tolist() == pytest.approx([22 / 4] * 4)
    assert plan[4:].tolist() == pytest.approx([7 / 5] * 5)


def test_a_long_deadline_makes_the_plan_level() -> None:
    assert deferred_capacity([8, 0, 0, 4, 0, 0], 100, 1).tolist() == pytest.approx([2.0] * 6)


def test_work_at_the_end_of_the_horizon_is_taken_to_have_been_left_before_it_too() -> None:
    assert deferred_capacity([0, 0, 0, 0, 12], 2, 0.5).tolist() == pytest.approx([4, 4, 4, 0, 0])
    assert deferred_capacity([0, 0, 0, 0, 12], 2, 0.5, held=Held()).tolist() == pytest.approx([0, 0, 0, 0, 0])
    assert deferred_capacity([3, 0], 4, 0.5).sum() == pytest.approx(3)  # a window longer than the horizon


def test_the_in_tray_of_the_start_is_done_by_what_is_left_of_its_deadlines() -> None:
    """Due within 4 hours: 6 hours of work that waited 3 hours are due in the first, 9 fresh ones in the first 4."""
    held = Held(age_hours=(3.0, 0.0), work_hours=(6.0, 9.0))
    assert deferred_capacity([0.0] * 8, 4, 1, held=held).tolist() == pytest.approx([6, 3, 3, 3, 0, 0, 0, 0])


def test_late_work_goes_first_and_is_done_before_what_can_still_be_in_time() -> None:
    held = Held(age_hours=(9.0, 2.0), work_hours=(6.0, 2.0))
    assert deferred_capacity([0.0] * 6, 4, 1, held=held).tolist() == pytest.approx([4, 4, 0, 0, 0, 0])
    only_late = Held(age_hours=(9.0,), work_hours=(8.0,))
    assert deferred_capacity([0.0] * 6, 4, 1, held=only_late).tolist() == pytest.approx([2, 2, 2, 2, 0, 0])


def test_a_deadline_inside_the_interval_is_work_of_the_interval() -> None:
    assert deferred_capacity([1, 2, 3], 0.5, 0.5).tolist() == pytest.approx([1, 2, 3])
    assert deferred_capacity([], 8, 0.5).size == 0


@pytest.mark.parametrize(("work", "deadline", "word"), [([1], 0, "deadline"), ([-1], 2, "at least 0")])
def test_work_without_a_deadline_or_less_than_none_is_refused(work: list[float], deadline: float, word: str) -> None:
    with pytest.raises(BadValue, match=word):
        deferred_capacity(work, deadline, 0.5)


def windows_of_two(bounds: list[WorkBounds]) -> float:
    """The closed form for several kinds: what of each kind came and is due within a stretch (processor demand)."""
    point = np.arange(bounds[0].due.size)
    length = point[:, None] - point[None, :]
    inside = sum(np.maximum(b.due[:, None] - b.there[None, :], 0.0) for b in bounds)
    return float(np.where(length > 0, inside / np.maximum(length, 1), 0.0).max())


@settings(max_examples=40, deadline=None)
@given(work=works, share=st.floats(0.1, 0.9), first=st.integers(2, 6), rest=st.integers(7, 30))
def test_two_kinds_on_the_same_people_have_the_lowest_peak_of_all_stretches(
    work: list[float], share: float, first: int, rest: int
) -> None:
    own = np.array(work)
    kinds = [(own * share, first), (own * (1 - share), rest)]
    bounds = [work_bounds(hours, deadline, 1.0, held=Held(), pinned=False, rounds=2) for hours, deadline in kinds]
    done = level_together([b.due for b in bounds], [b.there for b in bounds])
    assert done.sum(axis=0).max() == pytest.approx(windows_of_two(bounds), abs=1e-6)
    for kind, bound in zip(done, bounds, strict=True):
        path = np.cumsum(kind)
        assert (path >= bound.due[1:] - 1e-6).all()
        assert (path <= bound.there[1:] + 1e-6).all()
