"""Aggregates of queues, and queues reconciled with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import IntervalGrid
from domain.calendar import OpeningHours
from domain.errors import BadValue
from domain.queues import matches
from domain.tables import EVENTS
from forecast import make_forecast
from forecast.hierarchy import Hierarchy, aggregate_panel, build_hierarchy, reconcile
from forecast.panel import DailyPanel

FOUR = ("phone/billing", "phone/sales", "email/billing", "email/sales")


def slow_twin(bottom: np.ndarray, said: np.ndarray, hierarchy: Hierarchy) -> np.ndarray:
    """One day by explicit projection of the queues with contacts: S (S′ W⁻¹ S)⁻¹ S′ W⁻¹ ŷ, with pinv."""
    busy = bottom > 0
    sums = hierarchy.matrix()[:, busy]
    live = sums @ bottom[busy] > 0
    every = np.vstack([sums[live], np.eye(int(busy.sum()))])
    inverse = np.diag(1.0 / (every @ bottom[busy]))
    stacked = np.concatenate([said[live], bottom[busy]])
    found = np.zeros(len(bottom))
    found[busy] = np.linalg.pinv(every.T @ inverse @ every) @ every.T @ inverse @ stacked
    return found


def test_four_queues_have_a_total_two_channels_and_two_types() -> None:
    found = build_hierarchy(FOUR)
    assert found.aggregates == ("*", "email/*", "phone/*", "*/billing", "*/sales")
    assert found.matrix().tolist() == [[1, 1, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1]]


def test_three_parts_give_two_levels_of_first_parts_and_every_later_part() -> None:
    queues = ("oslo/phone/a", "oslo/phone/b", "oslo/chat/a", "rome/phone/a", "rome/chat/b")
    found = build_hierarchy(queues).aggregates
    assert found == ("*", "oslo/*", "rome/*", "oslo/phone/*", "*/chat/*", "*/phone/*", "*/*/a", "*/*/b")


def test_an_aggregate_that_equals_a_queue_or_another_aggregate_is_left_out() -> None:
    assert build_hierarchy(("phone/a", "phone/b", "chat/c")).aggregates == ("*", "phone/*")
    assert build_hierarchy(("phone/a", "phone/b")).aggregates == ("*",)
    assert build_hierarchy(("phone", "chat")).aggregates == ("*",)
    assert build_hierarchy(("phone",)).aggregates == ()


def test_names_without_a_part_are_in_no_aggregate_of_it() -> None:
    found = build_hierarchy(("phone", "phone/a", "phone/b", "chat/a"))
    members = {name: row.tolist() for name, row in zip(found.aggregates, found.matrix(), strict=True)}
    assert members == {"*": [1, 1, 1, 1], "phone/*": [0, 1, 1, 0], "*/a": [0, 1, 0, 1]}


def test_a_queue_named_twice_is_refused() -> None:
    with pytest.raises(BadValue, match="each queue once"):
        build_hierarchy(("phone/a", "phone/a"))


@given(st.sets(st.tuples(*[st.sampled_from("abc")] * 3), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_the_name_of_an_aggregate_is_the_pattern_of_its_queues(parts: set[tuple[str, ...]]) -> None:
    hierarchy = build_hierarchy(tuple(sorted("/".join(own) for own in parts)))
    for name, row in zip(hierarchy.aggregates, hierarchy.matrix(), strict=True):
        assert [bool(flag) for flag in row] == [matches(queue, [name]) for queue in hierarchy.queues]
        assert row.sum() > 1
    assert len({tuple(row) for row in hierarchy.matrix().tolist()}) == len(hierarchy.aggregates)


def test_two_queues_meet_their_total_half_way() -> None:
    """λ = (110 − 100) ÷ (100 + 100) = 0.05, so each queue grows by 5 %."""
    found = reconcile(np.array([[60.0], [40.0]]), np.array([[110.0]]), build_hierarchy(("a", "b")))
    assert found[:, 0] == pytest.approx([63.0, 42.0], abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.4))
@settings(max_examples=60, deadline=None)
def test_it_is_the_projection_that_generalised_least_squares_gives(seed: int, wrong: float) -> None:
    rng = np.random.default_rng(seed)
    hierarchy = build_hierarchy(("a/x", "a/y", "b/x", "b/y", "c/x", "c/z"))
    bottom = rng.gamma(1.0, 20.0, (6, 3)) * (rng.random((6, 3)) < 0.8) + 0.0
    said = hierarchy.sums(bottom) * rng.lognormal(0, wrong, (len(hierarchy.aggregates), 3))
    found = reconcile(bottom, said, hierarchy)
    for day in range(3):
        twin = slow_twin(bottom[:, day], said[:, day], hierarchy)
        if (twin >= 0).all():
            assert found[:, day] == pytest.approx(twin, rel=1e-9, abs=1e-9)
    assert (found >= 0).all()
    assert (found[bottom == 0] == 0).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_what_already_adds_up_stays_as_it_is(seed: int) -> None:
    hierarchy = build_hierarchy(FOUR)
    bottom = np.random.default_rng(seed).gamma(0.5, 50.0, (4, 5))
    assert reconcile(bottom, hierarchy.sums(bottom), hierarchy) == pytest.approx(bottom, rel=1e-12)


def test_sums_of_the_result_lie_between_the_two_forecasts_of_the_total() -> None:
    found = reconcile(np.array([[60.0], [40.0]]), np.array([[50.0]]), build_hierarchy(("a", "b")))
    assert 50.0 < found.sum() < 100.0


def test_aggregates_at_odds_never_make_a_queue_negative() -> None:
    hierarchy = build_hierarchy(FOUR)
    bottom = np.full((4, 1), 100.0)
    said = np.array([[400.0], [0.0], [600.0], [0.0], [600.0]])
    found = reconcile(bottom, said, hierarchy)
    assert (slow_twin(bottom[:, 0], said[:, 0], hierarchy) < 0).any()
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(slow_twin(bottom[:, 0], said[:, 0], hierarchy).sum(), rel=1e-9)


def test_an_aggregate_that_is_not_known_leaves_the_others_their_say() -> None:
    hierarchy = build_hierarchy(FOUR)
    bottom = np.array([[10.0], [20.0], [30.0], [40.0]])
    said = np.full((5, 1), np.nan)
    assert reconcile(bottom, said, hierarchy).tolist() == bottom.tolist()
    said[1] = 80.0  # email/*: 70 so far
    assert reconcile(bottom, said, hierarchy)[:, 0] == pytest.approx([10, 20, 30 * 75 / 70, 40 * 75 / 70])


def test_a_queue_that_failed_takes_its_aggregates_out_and_stays_failed() -> None:
    hierarchy = build_hierarchy(FOUR)
    bottom = np.array([[np.nan], [20.0], [30.0], [40.0]])
    found = reconcile(bottom, np.array([[200.0], [84.0], [60.0], [60.0], [60.0]]), hierarchy)[:, 0]
    assert np.isnan(found[0])
    assert found[1:].sum() != 90.0  # email/* (84 for 70) and */sales still count


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(BadValue, match="5 aggregates"):
        reconcile(np.ones((4, 2)), np.ones((4, 2)), build_hierarchy(FOUR))


def test_the_panel_of_the_aggregates_sums_its_queues(make_panel: Callable[..., DailyPanel]) -> None:
    panel = make_panel([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    assert aggregate_panel(panel, build_hierarchy(panel.queues)).values.tolist() == [[11.0, 22.0, 33.0]]


def test_a_queue_counts_as_nothing_before_it_began(make_panel: Callable[..., DailyPanel]) -> None:
    panel = make_panel([[1.0, 2.0, 3.0], [np.nan, np.nan, 30.0]])
    assert aggregate_panel(panel, build_hierarchy(panel.queues)).values.tolist() == [[1.0, 2.0, 33.0]]


def test_a_small_queue_that_is_unknown_for_a_day_stands_with_its_weekdays_mean(
    make_panel: Callable[..., DailyPanel],
) -> None:
    large, small = np.full(21, 1000.0), np.tile([7.0, 5, 5, 5, 5, 2, 1], 3)
    small[14] = np.nan
    panel = make_panel([large, small])
    assert aggregate_panel(panel, build_hierarchy(panel.queues)).values[0, 14] == 1007.0


def test_without_a_large_queue_the_sum_is_unknown(make_panel: Callable[..., DailyPanel]) -> None:
    panel = make_panel([[100.0, np.nan, 100.0], [10.0, 10.0, 10.0]])
    assert np.isnan(aggregate_panel(panel, build_hierarchy(panel.queues)).values).tolist() == [[False, True, False]]


def test_an_aggregate_is_open_while_any_of_its_queues_is(make_calendar: Callable[..., object]) -> None:
    events = pd.DataFrame(
        {
            "name": ["holiday", "mailing"],
            "from": [pd.Timestamp("2026-01-06")] * 2,
            "to": [pd.Timestamp("2026-01-06")] * 2,
            "kind": ["closure", "campaign"],
            "queues": ["a", "b"],
        }
    )
    calendar = make_calendar(3, queues=2, events=events)
    panel = DailyPanel(calendar, np.array([[5.0, np.nan, 5.0], [1.0, 1.0, 1.0]]))  # type: ignore[arg-type]
    found = aggregate_panel(panel, build_hierarchy(panel.queues))
    assert found.calendar.open.all()
    assert found.values.tolist() == [[6.0, 1.0, 6.0]]
    assert found.calendar.events[0].tolist() == [[False, True, False]]


def closure(first: str, queue: str) -> pd.DataFrame:
    day = pd.Timestamp(first)
    return EVENTS.check(pd.DataFrame({"name": ["move"], "kind": "closure", "from": day, "to": day, "queues": queue}))


def test_the_sum_of_a_day_on_which_a_large_queue_was_closed_is_unknown(make_panel: Callable[..., DailyPanel]) -> None:
    """A closed small queue (5 of 1,005 contacts) hardly changes the sum; closed weekdays are as every week."""
    for queue, unknown in (("a", [9]), ("b", [])):
        events = closure("2026-01-14", queue)  # the second Wednesday
        panel = make_panel([[1000.0] * 21, [5.0] * 21], closed=(6,), events=events)
        found = aggregate_panel(panel, build_hierarchy(panel.queues)).values[0]
        assert np.flatnonzero(np.isnan(found)).tolist() == sorted([6, 13, 20, *unknown])


def test_a_closed_queue_leaves_its_contacts_to_nobody(make_history: Callable[..., pd.DataFrame]) -> None:
    history = pd.concat([make_history([900.0] * 90, queue="phone/a"), make_history([100.0] * 90, queue="phone/b")])
    as_of, grid = pd.Timestamp("2026-04-05", tz="Europe/Berlin"), IntervalGrid(1440, "Europe/Berlin")
    said = make_forecast(
        history, as_of=as_of, grid=grid, horizon_days=4, opening=OpeningHours(), events=closure("2026-04-07", "phone/a")
    ).forecast
    assert (said["queue"] == "phone/a").sum() == 3
    assert said.loc[said["queue"] == "phone/b", "offered"].to_numpy() == pytest.approx(np.full(4, 100.0), rel=0.02)


def test_a_queue_that_keeps_holidays_leaves_its_contacts_to_nobody(make_history: Callable[..., pd.DataFrame]) -> None:
    """6 January and Good Friday taught little of the third such day; phone/a is closed on all of them."""
    free = {date(2026, 1, 6): "Epiphany", date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"}
    hours = {"daily": ["00:00-24:00"], "holidays": "closed"}
    opening = OpeningHours.from_mapping({"queue": {"phone/a": hours}})
    history = pd.concat([make_history([900.0] * 90, queue="phone/a"), make_history([100.0] * 90, queue="phone/b")])
    as_of, grid = pd.Timestamp("2026-04-05", tz="Europe/Berlin"), IntervalGrid(1440, "Europe/Berlin")
    said = make_forecast(
        history, as_of=as_of, grid=grid, horizon_days=3, opening=opening, holidays=free, origins=0
    ).forecast
    assert said.loc[said["queue"] == "phone/b", "offered"].to_numpy() == pytest.approx(np.full(3, 100.0), rel=0.05)


def test_many_queues_are_reconciled_by_systems_as_small_as_the_aggregates() -> None:
    hierarchy = build_hierarchy(tuple(f"c{number % 5}/t{number // 5}" for number in range(2000)))
    bottom = np.random.default_rng(3).gamma(1.0, 10.0, (2000, 2))
    found = reconcile(bottom, hierarchy.sums(bottom) * 1.1, hierarchy)
    assert 1.0 < found.sum() / bottom.sum() < 1.1
