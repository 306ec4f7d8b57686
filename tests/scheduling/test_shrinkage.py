"""From people needed to people scheduled."""

from __future__ import annotations

from itertools import count
from math import comb
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadValue
from domain.targets import QueueTargets, Targets
from scheduling import require_staff
from scheduling.shrinkage import paid_people, people_to_schedule, planned_share, unplanned_share

MONDAY = pd.Timestamp("2026-09-07T00:00", tz="Europe/Berlin")
shares = st.floats(0, 0.95)
needs = st.floats(0, 500)


def promise_of(shrinkage: Any, **keys: Any) -> QueueTargets:
    return Targets.from_mapping({"shrinkage": shrinkage, "default": keys}).of("phone/billing")


def starts_at(*hours: float) -> pd.Series:
    return pd.Series([MONDAY + pd.Timedelta(hours=hour) for hour in hours]).dt.tz_convert("UTC")


def least_by_sum(need: int, away: float, chance: float) -> int:
    """A slow twin: the terms of the binomial distribution added up."""
    for n in count(need):
        present = sum(comb(n, k) * (1 - away) ** k * away ** (n - k) for k in range(need, n + 1))
        if present >= chance - 1e-12:
            return n
    raise AssertionError


def test_a_number_divides_as_it_always_did() -> None:
    promise = promise_of(0.30)
    assert unplanned_share(promise, starts_at(9, 14), 30).tolist() == [0.30, 0.30]
    assert people_to_schedule([7.0, 14.0], 0.30).tolist() == pytest.approx([10, 20])


def test_only_the_unplanned_part_divides_and_shares_act_one_after_the_other() -> None:
    promise = promise_of({"leave": 0.08, "training": 0.05, "sickness": 0.05, "lateness": 0.04})
    assert unplanned_share(promise, starts_at(9), 30)[0] == pytest.approx(1 - 0.95 * 0.96)
    assert planned_share(promise, starts_at(9), 30)[0] == pytest.approx(1 - 0.92 * 0.95)
    assert promise.shrinkage == pytest.approx(1 - 0.95 * 0.96)


def test_a_window_counts_by_the_minutes_it_covers_on_its_days_in_local_time() -> None:
    """08:00 to 08:20 on Mondays: two thirds of the half-hour from eight, nothing else."""
    promise = promise_of({"lateness": {"share": 0.30, "from": "08:00", "to": "08:20", "weekdays": ["mon"]}})
    found = unplanned_share(promise, starts_at(7.5, 8, 8.5, 32), 30, "Europe/Berlin")
    assert found.tolist() == pytest.approx([0, 0.20, 0, 0])
    assert unplanned_share(promise, starts_at(8), 30, "UTC").tolist() == [0]
    assert promise.shrinkage == pytest.approx(0.30 * 20 / (7 * 1440))


def test_a_window_past_midnight_belongs_to_the_day_it_begins_on() -> None:
    promise = promise_of({"sickness": {"share": 0.10, "from": "22:00", "to": "06:00", "weekdays": ["sun"]}})
    at = starts_at(1, 7, 6 * 24 + 23, 25)  # Monday 01:00 and 07:00, Sunday 23:00, Tuesday 01:00
    assert unplanned_share(promise, at, 60, "Europe/Berlin").tolist() == pytest.approx([0.10, 0, 0.10, 0])


def test_one_activity_may_have_several_windows() -> None:
    parts = [{"share": 0.10, "from": "08:00", "to": "12:00"}, {"share": 0.20, "from": "12:00", "to": "24:00"}]
    found = unplanned_share(promise_of({"sickness": parts}), starts_at(7, 8, 12), 60, "Europe/Berlin")
    assert found.tolist() == pytest.approx([0, 0.10, 0.20])


def test_a_queue_s_own_table_replaces_the_default_table() -> None:
    targets = Targets.from_mapping({"shrinkage": {"sickness": 0.05}, "queue": {"mail": {"shrinkage": {"other": 0.20}}}})
    assert [targets.of(name).shrinkage for name in ("phone", "mail")] == pytest.approx([0.05, 0.20])


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"gardening": 0.1}, "shrinkage.gardening: planned = true or false"),
        ({"leave": 1.0}, "shrinkage.leave.share: less than 1"),
        ({"leave": {"share": 0.1, "from": "25:00"}}, "shrinkage.leave: a local time HH:MM, not '25:00'"),
        ({"leave": {"share": 0.1, "weekdays": ["someday"]}}, "shrinkage.leave: weekdays out of mon"),
        ({"leave": {"share": 0.1, "from": "09:00", "to": "09:00"}}, "ends at another time"),
        ({"leave": {"until": "09:00", "share": 0.1}}, "shrinkage.leave.until: a key that is known here"),
    ],
)
def test_a_wrong_entry_is_named(table: dict[str, Any], words: str) -> None:
    with pytest.raises(BadValue, match=words):
        promise_of(table)


def test_shrinkage_is_said_once() -> None:
    with pytest.raises(BadValue, match="shrinkage once"):
        Targets.from_mapping({"shrinkage": {"leave": 0.1}, "default": {"shrinkage": 0.3}})


def test_random_absence_by_hand() -> None:
    """2 people with 10 % away: two are both there with 81 %, of three at least two with 97.2 %."""
    for percentile, people in ((81.0, 2), (81.1, 3), (97.1, 3), (97.3, 4)):
        assert np.ceil(people_to_schedule(2, 0.1, percentile=percentile)) == people


@given(need=st.integers(1, 60), away=st.floats(0.01, 0.6), chance=st.floats(0.05, 0.99))
def test_random_absence_is_the_sum_of_the_binomial_terms(need: int, away: float, chance: float) -> None:
    found = float(people_to_schedule(need, away, percentile=100 * chance))
    assert abs(found - np.round(found)) < 1e-6 or np.ceil(found) == least_by_sum(need, away, chance)


@given(need=needs, more=st.floats(0, 50), share=shares, worse=st.floats(0, 0.04), chance=st.none() | st.floats(1, 99))
def test_more_need_or_more_away_never_needs_fewer(
    need: float, more: float, share: float, worse: float, chance: float | None
) -> None:
    plain = float(people_to_schedule(need, share, percentile=chance))
    assert plain >= need - 1e-9
    assert float(people_to_schedule(need + more, share, percentile=chance)) >= plain * (1 - 1e-9)
    assert float(people_to_schedule(need, share + worse, percentile=chance)) >= plain * (1 - 1e-9)


@given(need=needs, chance=st.none() | st.floats(1, 99))
def test_nobody_away_changes_nothing(need: float, chance: float | None) -> None:
    assert float(people_to_schedule(need, 0.0, percentile=chance)) == need
    assert float(paid_people(need, 0.0)) == need


def test_requirements_divide_by_the_share_of_their_own_hour() -> None:
    """Half are away from 09:00 to 10:00 in Berlin (07:00 to 08:00 UTC), nobody else; planned leave divides nothing."""
    frame = pd.DataFrame({"queue": "phone", "start": starts_at(8, 9, 10), "offered": 60.0, "aht_seconds": 300.0})
    late = {"share": 0.5, "from": "09:00", "to": "10:00"}
    targets = Targets.from_mapping({"shrinkage": {"leave": 0.25, "lateness": late}})
    out = require_staff(frame, targets, timezone="Europe/Berlin")
    assert (out["scheduled"] / out["agents"]).tolist() == pytest.approx([1, 2, 1])


def test_requirements_meet_the_need_at_the_percentile_asked_for() -> None:
    frame = pd.DataFrame({"queue": "phone", "start": starts_at(8, 9), "offered": 0.0, "aht_seconds": 300.0})
    keys = {"minimum_agents": 2, "absence_percentile": 90}
    out = require_staff(frame, Targets.from_mapping({"default": {"shrinkage": 0.1, **keys}}))
    assert np.ceil(out["scheduled"]).tolist() == [3, 3]
    assert out["agents"].tolist() == [2, 2]


def test_a_need_that_nobody_knows_stays_empty_and_a_share_of_all_is_refused() -> None:
    assert np.isnan(people_to_schedule(np.nan, 0.1, percentile=90))
    with pytest.raises(BadValue, match="below 1"):
        people_to_schedule(1.0, 1.0)
    with pytest.raises(BadValue, match="between 0 and 100"):
        people_to_schedule(1.0, 0.1, percentile=100)
