"""Events as weights, and what planners state of events that never happened."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import TableError
from domain.tables import EVENTS
from forecast.calendar_effects import DayCalendar, day_calendar
from forecast.events import event_offsets, learned_event_days

QUEUES = ("chat/a", "phone/a")
DAYS = pd.date_range("2026-03-02", periods=14, freq="D")


def event(name: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "campaign", "from": pd.Timestamp(first), "to": pd.Timestamp(last), **more}


def calendar(*events: dict[str, Any], days: pd.DatetimeIndex = DAYS) -> DayCalendar:
    opened = np.ones((len(QUEUES), len(days)), dtype=bool)
    return day_calendar(QUEUES, days, opened, {}, pd.DataFrame(list(events)))


def test_an_event_rises_before_its_first_day_and_fades_after_its_last() -> None:
    weights = calendar(event("sale", "2026-03-06", "2026-03-08", ramp_days=3, decay_days=1)).events[0, 0]
    assert weights.tolist() == [0, 0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0, 0, 0, 0, 0, 0]


def test_without_ramp_and_decay_an_event_is_all_or_nothing() -> None:
    weights = calendar(event("sale", "2026-03-06", "2026-03-08")).events[0]
    assert weights.tolist() == [[0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]] * 2


def test_an_event_touches_only_the_queues_it_names() -> None:
    weights = calendar(event("sale", "2026-03-02", "2026-03-02", queues="phone/*")).events[0]
    assert weights[:, 0].tolist() == [0, 1]


def test_two_events_of_a_name_share_it_and_the_greater_weight_counts() -> None:
    found = calendar(
        event("sale", "2026-03-02", "2026-03-02", ramp_days=0.0, decay_days=3.0),
        event("sale", "2026-03-04", "2026-03-04", ramp_days=0.0, decay_days=0.0),
    )
    assert found.event_names == ("sale",)
    assert found.events[0, 0, :5].tolist() == [1, 0.75, 1, 0.25, 0]


def test_an_empty_cell_is_no_ramp() -> None:
    found = calendar(
        event("sale", "2026-03-04", "2026-03-04", ramp_days=np.nan, effect=np.nan),
        event("fair", "2026-03-09", "2026-03-09", ramp_days=1.0, effect=2.0),
    )
    assert found.events[found.event_names.index("sale"), 0].sum() == 1
    assert np.isnan(found.event_effects[found.event_names.index("sale")]).all()


def test_an_event_that_never_happened_moves_the_forecast_by_its_stated_effect() -> None:
    horizon = calendar(event("sale", "2026-03-04", "2026-03-05", queues="phone/*", effect=1.5))
    factors = event_offsets(horizon, np.zeros((1, 2)))
    assert factors[0].tolist() == [1.0] * 14
    assert factors[1] == pytest.approx([1, 1, 1.5, 1.5, *[1] * 10])


def test_half_the_weight_moves_by_the_root_of_the_effect() -> None:
    horizon = calendar(event("sale", "2026-03-04", "2026-03-04", ramp_days=1, effect=4.0))
    assert event_offsets(horizon, np.zeros((1, 2)))[0, :4] == pytest.approx([1, 2, 4, 1])


def test_after_three_learned_days_half_of_the_stated_effect_is_left() -> None:
    horizon = calendar(event("sale", "2026-03-04", "2026-03-04", effect=4.0))
    assert event_offsets(horizon, np.array([[3.0, 0.0]]))[:, 2] == pytest.approx([2, 4])


def test_an_event_without_a_stated_effect_moves_nothing() -> None:
    assert (event_offsets(calendar(event("sale", "2026-03-04", "2026-03-04")), np.zeros((1, 2))) == 1).all()


def test_two_stated_events_on_a_day_multiply() -> None:
    horizon = calendar(
        event("sale", "2026-03-04", "2026-03-04", effect=1.2), event("fair", "2026-03-04", "2026-03-04", effect=0.5)
    )
    assert event_offsets(horizon, np.zeros((2, 2)))[0, 2] == pytest.approx(0.6)


def test_the_newest_row_of_a_name_says_its_effect() -> None:
    horizon = calendar(
        event("sale", "2026-03-09", "2026-03-09", effect=3.0), event("sale", "2026-03-03", "2026-03-03", effect=2.0)
    )
    assert horizon.event_effects.tolist() == [[3.0, 3.0]]


def test_learned_days_count_by_weight_and_only_where_they_are_known() -> None:
    history = calendar(event("sale", "2026-03-04", "2026-03-05", ramp_days=1))
    known = np.ones((2, 14), dtype=bool)
    known[1, 2] = False
    assert learned_event_days(history, known).tolist() == [[2.5, 1.5]]


def test_a_discarded_day_of_an_event_teaches_nothing() -> None:
    lost = {"name": "lost", "kind": "discard", "from": pd.Timestamp("2026-03-04"), "to": pd.Timestamp("2026-03-04")}
    history = calendar(event("sale", "2026-03-04", "2026-03-05"), lost)
    assert learned_event_days(history, np.ones((2, 14), dtype=bool)).tolist() == [[1.0, 1.0]]


def test_a_closure_is_closed_on_its_days_alone() -> None:
    closed = {"name": "move", "kind": "closure", "from": pd.Timestamp("2026-03-04"), "to": pd.Timestamp("2026-03-05")}
    assert calendar(closed).open[0].tolist() == [True, True, False, False, *[True] * 10]


@settings(deadline=None, max_examples=25)
@given(
    length=st.integers(1, 10), ramp=st.integers(0, 10), decay=st.integers(0, 10), start=st.integers(0, 20),
    cut=st.integers(0, 39),
)  # fmt: skip
def test_weights_stay_between_zero_and_one_and_are_the_same_in_any_slice(
    length: int, ramp: int, decay: int, start: int, cut: int
) -> None:
    days = pd.date_range("2026-03-02", periods=40, freq="D")
    one = event("sale", str(days[start].date()), str(days[start + length - 1].date()), ramp_days=ramp, decay_days=decay)
    weights = calendar(one, days=days).events[0, 0]
    assert weights.min() >= 0
    assert (weights == 1).sum() == length
    assert (weights > 0).sum() <= length + ramp + decay
    assert np.array_equal(weights[cut:], calendar(one, days=days[cut:]).events[0, 0])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"to": "2026-03-01"}, "a day on or after 2026-03-04"),
        ({"ramp_days": "1.5"}, "a whole number of days"),
        ({"decay_days": "-1"}, "at least 0"),
        ({"ramp_days": "99"}, "at most 60"),
        ({"effect": "0"}, r"at least 0\.05"),
        ({"effect": "a lot"}, "a finite number"),
        ({"kind": "closure", "effect": "1.2"}, "only campaign and special have effect"),
        ({"kind": "outage", "ramp_days": "2"}, "only campaign and special have ramp_days"),
        ({"kind": "party"}, "one of campaign, special, closure, outage, discard"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(changes: dict[str, str], says: str) -> None:
    row = {"name": "sale", "kind": "campaign", "from": "2026-03-04", "to": "2026-03-05", **changes}
    with pytest.raises(TableError, match=says):
        EVENTS.check(pd.DataFrame([row]))
