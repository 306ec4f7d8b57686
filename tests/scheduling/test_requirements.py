"""From forecast and targets to people per interval."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.errors import BadValue, MissingColumn, TableError
from domain.tables import REQUIREMENTS
from domain.targets import Targets
from scheduling import require_staff
from scheduling.queueing import erlang_a, erlang_c

OPENS = pd.Timestamp("2026-09-01T06:00:00Z")


def forecast_of(
    *, queue: str = "phone/billing", offered: list[float], aht: float | None = 300.0, minutes: int = 30, **columns: Any
) -> pd.DataFrame:
    starts = pd.date_range(OPENS, periods=len(offered), freq=pd.Timedelta(minutes=minutes), unit="us")
    frame = pd.DataFrame({"queue": queue, "start": starts, "offered": offered})
    return frame.assign(aht_seconds=aht, **columns) if aht is not None else frame.assign(**columns)


def targets_of(**keys: Any) -> Targets:
    return Targets.from_mapping({"default": {"service_level": 0.8, "answer_within_seconds": 20, **keys}})


def steady(require: pd.DataFrame) -> pd.Series:
    """The last interval of a long run at one rate, where the queue has forgotten that it opened."""
    return require.iloc[-1]


def test_load_is_contacts_times_handle_time_over_the_interval() -> None:
    out = require_staff(forecast_of(offered=[6.0, 12.0]), targets_of())
    assert out["load_erlangs"].tolist() == pytest.approx([1.0, 2.0])
    assert out["interval_minutes"].tolist() == [30, 30]
    REQUIREMENTS.check(out)


def test_without_patience_the_need_is_erlang_c_s_and_stays_fractional() -> None:
    row = steady(require_staff(forecast_of(offered=[60.0] * 20), targets_of()))
    assert row["sized_load_erlangs"] == pytest.approx(10.0, rel=1e-12)
    assert row["agents"] % 1 > 0.001
    assert float(erlang_c(10, row["agents"], 300, 20).service_level) == pytest.approx(0.8, abs=1e-8)
    assert row["service_level"] == pytest.approx(0.8, abs=1e-8)
    assert row["asa_seconds"] == pytest.approx(float(erlang_c(10, row["agents"], 300, 20).asa_seconds))
    assert row["abandon_share"] == 0
    assert row["occupancy"] == pytest.approx(10 / row["agents"])


def test_with_patience_fewer_are_needed_and_caps_bind() -> None:
    frame = forecast_of(offered=[60.0] * 20)
    patient = steady(require_staff(frame, targets_of()))
    leaving = steady(require_staff(frame, targets_of(patience_seconds=120)))
    capped = steady(require_staff(frame, targets_of(patience_seconds=120, max_abandon_share=0.01)))
    calm = steady(require_staff(frame, targets_of(patience_seconds=120, max_occupancy=0.7)))
    assert leaving["agents"] < patient["agents"]
    assert leaving["service_level"] == pytest.approx(0.8, abs=1e-8)
    assert capped["abandon_share"] == pytest.approx(0.01, abs=1e-8)
    assert calm["occupancy"] == pytest.approx(0.7, abs=1e-8)
    line = erlang_a(10, capped["agents"], 300, 20, 120)
    assert capped["service_level"] == pytest.approx(float(line.service_level))


def test_the_definition_of_the_service_level_is_the_targets_own() -> None:
    frame = forecast_of(offered=[60.0] * 20)
    keys = {"patience_seconds": 120, "service_level": 0.9}
    offered = steady(require_staff(frame, targets_of(**keys)))
    answered = steady(require_staff(frame, targets_of(**keys, service_level_definition="answered")))
    assert answered["agents"] < offered["agents"]
    assert [offered["service_level"], answered["service_level"]] == pytest.approx([0.9, 0.9], abs=1e-8)


def test_shrinkage_divides() -> None:
    """A need of n with 30 % away is n / 0.7 people, not 1.3 n."""
    row = steady(require_staff(forecast_of(offered=[60.0] * 2), targets_of(shrinkage=0.3)))
    assert row["scheduled"] == pytest.approx(row["agents"] / 0.7)


def test_a_queue_that_opens_needs_fewer_at_first_and_one_that_empties_needs_more() -> None:
    """Handle time one hour, interval half an hour: contacts carry over, and the morning starts empty."""
    frame = forecast_of(offered=[20.0, 20.0, 20.0, 2.0], aht=3600.0)
    out = require_staff(frame, targets_of())
    assert out["load_erlangs"].tolist() == pytest.approx([40, 40, 40, 4])
    assert out["sized_load_erlangs"].iloc[0] < 10
    assert out["sized_load_erlangs"].iloc[3] > 20
    night = frame.assign(start=frame["start"] + pd.Timedelta(days=1))
    two_days = require_staff(pd.concat([frame, night]), targets_of())
    assert two_days["sized_load_erlangs"].tolist() == pytest.approx([*out["sized_load_erlangs"]] * 2)


def test_no_contacts_need_nobody_unless_a_minimum_is_set() -> None:
    out = require_staff(forecast_of(offered=[0.0, 0.0]), targets_of())
    assert out["agents"].tolist() == [0, 0]
    assert out["service_level"].tolist() == [1, 1]
    held = require_staff(forecast_of(offered=[0.0, 0.6]), targets_of(minimum_agents=2))
    assert held["agents"].tolist() == [2, 2]
    assert held["service_level"].min() > 0.8


def test_a_target_that_nobody_can_reach_leaves_the_cells_empty() -> None:
    for keys in ({}, {"patience_seconds": 120}, {"work": "chat", "concurrency": 2}):
        out = require_staff(forecast_of(offered=[0.0, 10.0]), targets_of(service_level=1.0, **keys))
        empty = ["agents", "scheduled", "service_level", "asa_seconds", "abandon_share", "occupancy"]
        assert out.loc[1, empty].isna().all()
        assert out.loc[0, "agents"] == 0


def test_the_handle_time_of_the_targets_serves_where_the_forecast_has_none() -> None:
    known = require_staff(forecast_of(offered=[30.0, 30.0], aht=240.0), targets_of(aht_seconds=999))
    spare = require_staff(forecast_of(offered=[30.0, 30.0], aht=None), targets_of(aht_seconds=240))
    assert known["agents"].tolist() == spare["agents"].tolist()
    with pytest.raises(BadValue, match=r"handle time for queue 'phone/billing'.*Add aht_seconds"):
        require_staff(forecast_of(offered=[30.0, 30.0], aht=None), targets_of())


def test_a_percentile_staffs_to_a_busier_day() -> None:
    """p75 = 12, p90 = 18: the 80th percentile is 14 on the line between them."""
    frame = forecast_of(offered=[10.0, 10.0], offered_p50=10.0, offered_p75=12.0, offered_p90=18.0)
    out = require_staff(frame, targets_of(), percentile=80)
    assert out["load_erlangs"].tolist() == pytest.approx([14 * 300 / 1800] * 2)
    assert require_staff(frame, targets_of(), percentile=90)["load_erlangs"].tolist() == pytest.approx([3.0, 3.0])
    with pytest.raises(BadValue, match="percentile"):
        require_staff(frame, targets_of(), percentile=95)
    with pytest.raises(MissingColumn, match="quantiles"):
        require_staff(forecast_of(offered=[10.0, 10.0]), targets_of(), percentile=80)


def test_an_adjusted_forecast_is_staffed_by_its_adjusted_numbers() -> None:
    frame = forecast_of(offered=[60.0, 60.0]).assign(baseline=30.0, adjustment_ids="1")
    assert require_staff(frame, targets_of())["load_erlangs"].tolist() == pytest.approx([10.0, 10.0])


def test_deferred_work_is_spread_over_its_deadline_and_lasts_the_night() -> None:
    """Six hours of mail in the first half-hour, due in two hours: two hours of work in each of the next three."""
    keys = {"work": "deferred", "deadline_hours": 2, "max_occupancy": 0.8}
    out = require_staff(forecast_of(offered=[72.0, 0, 0, 0, 0, 0]), targets_of(**keys))
    assert out["sized_load_erlangs"].tolist() == pytest.approx([0, 4, 4, 4, 0, 0])
    assert out["agents"].tolist() == pytest.approx([0, 5, 5, 5, 0, 0])
    assert out["occupancy"].tolist() == pytest.approx([0, 0.8, 0.8, 0.8, 0, 0])
    evening = forecast_of(offered=[72.0])
    morning = forecast_of(offered=[0.0, 0.0, 0.0, 0.0])
    morning["start"] += pd.Timedelta(hours=14)
    night = require_staff(pd.concat([evening, morning]), targets_of(**keys), interval_minutes=30)
    assert night["sized_load_erlangs"].tolist() == pytest.approx([0, 4, 4, 4, 0])


def test_chat_counts_parallel_contacts() -> None:
    one = {"work": "chat", "patience_seconds": 180, "aht_seconds": 480}
    frame = forecast_of(offered=[60.0] * 20, aht=None)
    alone = steady(require_staff(frame, targets_of(**one)))
    three = {**one, "concurrency": 3, "aht_by_concurrency_seconds": [480, 560, 660]}
    several = steady(require_staff(frame, targets_of(**three)))
    ideal = steady(require_staff(frame, targets_of(**one, concurrency=3)))
    assert alone["agents"] > several["agents"] > ideal["agents"] > alone["agents"] / 3.5
    assert several["service_level"] == pytest.approx(0.8, abs=1e-6)
    live = steady(require_staff(frame, targets_of(patience_seconds=180, aht_seconds=480)))
    assert abs(alone["agents"] - live["agents"]) < 0.3


def test_a_chat_s_own_handle_times_go_before_the_default_one() -> None:
    """60 chats of 480 s alone in half an hour are 16 Erlangs, whatever [default] says of calls."""
    chat = {"work": "chat", "concurrency": 3, "aht_by_concurrency_seconds": [480, 560, 660]}
    out = require_staff(forecast_of(offered=[60.0] * 4, aht=None), targets_of(aht_seconds=300, **chat))
    assert out["load_erlangs"].tolist() == pytest.approx([16.0] * 4)


def test_a_chat_whose_target_is_out_of_reach_says_so() -> None:
    out = require_staff(forecast_of(offered=[60.0]), targets_of(work="chat", service_level=1.0), interval_minutes=30)
    assert out["agents"].isna().all()
    assert out["driver"].tolist() == ["unattainable"]


def test_a_daily_grid_is_told_by_its_steps_also_across_a_clock_change() -> None:
    starts = pd.date_range("2026-10-23", periods=4, freq="D", tz="Europe/Berlin").tz_convert("UTC").as_unit("us")
    frame = pd.DataFrame({"queue": "city", "start": starts, "offered": 288.0, "aht_seconds": 300.0})
    out = require_staff(frame, targets_of())
    assert out["interval_minutes"].tolist() == [1440] * 4
    assert out["load_erlangs"].tolist() == pytest.approx([1.0] * 4)


def test_one_interval_alone_has_no_length_unless_it_is_given() -> None:
    with pytest.raises(BadValue, match="Give the interval"):
        require_staff(forecast_of(offered=[6.0]), targets_of())
    assert require_staff(forecast_of(offered=[6.0]), targets_of(), interval_minutes=30)["load_erlangs"].tolist() == [1]


def test_an_empty_forecast_needs_nothing_and_a_broken_one_is_named() -> None:
    empty = forecast_of(offered=[1.0]).iloc[:0]
    assert require_staff(empty, targets_of()).empty
    with pytest.raises(TableError, match="offered"):
        require_staff(forecast_of(offered=[-1.0]), targets_of())


def test_many_queues_in_one_call_give_what_each_gives_alone() -> None:
    rng = np.random.default_rng(3)
    frames = [forecast_of(queue=f"q/{n}", offered=list(rng.uniform(0, 80, 30))) for n in range(6)]
    mapping = {
        "default": {"patience_seconds": 150, "shrinkage": 0.2},
        "queue": {
            "q/1": {"service_level": 0.9, "service_level_definition": "virtual"},
            "q/2": {"work": "deferred", "deadline_hours": 4},
            "q/3": {"work": "chat", "concurrency": 2},
            "q/4": {"target_asa_seconds": 10, "max_occupancy": 0.8},
        },
    }
    targets = Targets.from_mapping(mapping)
    together = require_staff(pd.concat(frames[::-1]), targets)
    apart = pd.concat([require_staff(frame, targets) for frame in frames], ignore_index=True)
    pd.testing.assert_frame_equal(together, apart, rtol=1e-7)


def test_intervals_longer_than_their_distance_are_refused() -> None:
    with pytest.raises(BadValue, match="60 minutes that do not overlap, found '30 minutes apart'"):
        require_staff(forecast_of(offered=[6.0, 12.0]), targets_of(), interval_minutes=60)
    with pytest.raises(BadValue, match="1440 minutes that do not overlap"):
        require_staff(forecast_of(offered=[6.0, 12.0]), targets_of(), interval_minutes=1440)


def test_intervals_further_apart_than_they_are_long_are_a_choice_of_intervals() -> None:
    out = require_staff(forecast_of(offered=[6.0, 12.0], minutes=60), targets_of(), interval_minutes=30)
    assert out["load_erlangs"].tolist() == pytest.approx([1.0, 2.0])


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"patience_seconds": 120.0},
        {"work": "chat", "concurrency": 3, "aht_by_concurrency_seconds": [300.0, 360.0, 400.0]},
    ],
    ids=["erlang c", "erlang a", "chat"],
)
def test_the_promise_is_kept_to_the_last_digit(kind: dict[str, Any]) -> None:
    out = require_staff(forecast_of(offered=[3.0, 7.0, 20.0, 55.0, 140.0]), targets_of(**kind))
    assert (out["service_level"] >= 0.8 - 1e-12).all()
