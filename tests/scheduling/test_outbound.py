"""Outbound work: lists of contacts poured into the hours in which they may be made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadValue, TableError
from domain.tables import OUTBOUND
from domain.targets import Targets
from scheduling import require_staff
from scheduling.lp import level_together
from scheduling.outbound import contacts_planned, pour

BERLIN = "Europe/Berlin"
TARGETS = Targets.from_mapping({"default": {"shrinkage": 0.2}, "queue": {"phone/a": {"minimum_agents": 0}}})


def phone(days: int = 2, offered: tuple[float, ...] = (10.0,) * 10, first: str = "2026-03-02") -> pd.DataFrame:
    """Calls from 8:00 to 18:00 in Berlin, by the hour; `offered` of each hour of the day."""
    starts = pd.date_range(f"{first} 08:00", periods=days * 24, freq="60min", tz=BERLIN)
    starts = starts[(starts.hour >= 8) & (starts.hour < 18)].tz_convert("UTC").as_unit("us")
    contacts = np.tile(offered, days)
    return pd.DataFrame({"queue": "phone/a", "start": starts, "offered": contacts, "aht_seconds": 300.0})


def a_list(**cells: Any) -> dict[str, Any]:
    row = {"name": "Renewals", "queue": "outbound/a", "from": "2026-03-02", "to": "2026-03-03", "contacts": 240.0}
    return {**row, **({} if "contacts_per_hour" in cells else {"aht_seconds": 600.0}), **cells}


def require(*lists: dict[str, Any], forecast: pd.DataFrame | None = None, targets: Targets = TARGETS) -> pd.DataFrame:
    frame = phone() if forecast is None else forecast
    return require_staff(frame, targets, outbound=pd.DataFrame(list(lists)), timezone=BERLIN)


def outbound_of(need: pd.DataFrame, queue: str = "outbound/a") -> pd.DataFrame:
    return need[need["queue"] == queue].reset_index(drop=True)


def test_a_list_is_spread_evenly_over_the_open_hours_of_its_days() -> None:
    """240 contacts of 10 minutes are 40 hours of work in 20 open hours: 2 people, 2.5 where a fifth is away."""
    rows = outbound_of(require(a_list()))
    assert rows["agents"].tolist() == pytest.approx([2.0] * 20)
    assert rows["scheduled"].tolist() == pytest.approx([2.5] * 20)
    assert set(rows["driver"]) == {"outbound"}
    assert rows["occupancy"].tolist() == pytest.approx([1.0] * 20)


def test_live_service_is_not_touched() -> None:
    alone = require_staff(phone(), TARGETS, timezone=BERLIN)
    with_list = require(a_list(beside="phone/*"))
    live = with_list[with_list["queue"] == "phone/a"].reset_index(drop=True)
    pd.testing.assert_frame_equal(live[alone.columns], alone)


def test_nothing_is_planned_outside_the_hours_of_the_list() -> None:
    """10:30 to 19:30 leaves the whole hours 11 to 19, also after the phones have closed."""
    rows = outbound_of(require(a_list(hours="10:30-19:30", to="2026-03-02")))
    local = rows["start"].dt.tz_convert(BERLIN)
    assert sorted(set(local.dt.hour)) == [11, 12, 13, 14, 15, 16, 17, 18]
    assert rows["agents"].tolist() == pytest.approx([40 / 8] * 8)


def test_contacts_per_hour_say_all_of_the_pace() -> None:
    """12 an hour and person, pauses and no answers included: 240 contacts are 20 hours, whatever the occupancy."""
    targets = Targets.from_mapping({"default": {"max_occupancy": 0.5}})
    rows = outbound_of(require(a_list(contacts_per_hour=12.0), targets=targets))
    assert rows["agents"].sum() == pytest.approx(20.0)
    paced = outbound_of(require(a_list(), targets=targets))
    assert paced["agents"].sum() == pytest.approx(80.0)
    assert paced["occupancy"].tolist() == pytest.approx([0.5] * 20)


def test_a_list_beside_the_phones_fills_their_quiet_hours() -> None:
    """Water over uneven ground: where the list has people, phones and list together stand at one level."""
    forecast = phone(days=1, offered=(10, 60, 60, 60, 10, 10, 40, 40, 10, 10))
    need = require(a_list(to="2026-03-02", contacts=60.0, beside="phone/*"), forecast=forecast)
    mine = outbound_of(need).set_index("start")["agents"]
    phones = need[need["queue"] == "phone/a"].set_index("start")["agents"]
    both = phones.add(mine, fill_value=0.0)
    assert mine.sum() == pytest.approx(10.0)
    assert both[mine > 1e-9].std() == pytest.approx(0.0, abs=1e-6)
    assert both.max() == pytest.approx(phones.max())
    assert (mine[phones > both[mine > 1e-9].min() + 1e-6] == 0).all()


def test_two_lists_of_one_queue_are_levelled_together() -> None:
    """20 hours on Monday only and 20 on either day: all 40 hours spread over 20, and Monday alone keeps its own."""
    monday = a_list(name="Monday", to="2026-03-02", contacts=120.0)
    either = a_list(name="Either", contacts=120.0)
    rows = outbound_of(require(monday, either))
    assert rows["agents"].tolist() == pytest.approx([2.0] * 20)


def test_the_peak_of_several_lists_is_that_of_the_linear_program() -> None:
    """Windows 0–6, 4–10 and 5–6 of ten hours with 6, 12 and 5 hours of work, checked by the levelling program."""
    spans, work = [(8, 14), (12, 18), (13, 14)], [6.0, 12.0, 5.0]
    lists = [
        a_list(name=f"n{a}", to="2026-03-02", hours=f"{a:02d}:00-{b:02d}:00", contacts=hours * 6)
        for (a, b), hours in zip(spans, work, strict=True)
    ]
    rows = outbound_of(require(*lists, forecast=phone(days=1)))
    due = [np.r_[np.zeros(b - 8), np.full(19 - b, hours)] for (_, b), hours in zip(spans, work, strict=True)]
    there = [np.r_[np.zeros(a - 8 + 1), np.full(18 - a, hours)] for (a, _), hours in zip(spans, work, strict=True)]
    best = level_together(due, there, level=False).sum(axis=0).max()
    assert rows["agents"].max() == pytest.approx(best, abs=1e-6)
    assert rows["agents"].sum() == pytest.approx(23.0)


def test_of_a_list_beyond_the_forecast_only_the_share_inside_is_planned() -> None:
    """Four days of which the forecast has two: half of the contacts."""
    need = require(a_list(to="2026-03-05"))
    assert contacts_planned(need).to_dict() == pytest.approx({"outbound/a": 120.0})
    assert outbound_of(require(a_list(**{"from": "2026-04-01", "to": "2026-04-02"}))).empty


def test_a_list_that_can_be_done_at_no_time_is_refused() -> None:
    with pytest.raises(BadValue, match="an interval in which 'Renewals' can be done"):
        require(a_list(hours="10:00-10:30"))


def test_a_queue_of_the_forecast_is_no_queue_for_a_list() -> None:
    with pytest.raises(BadValue, match="a queue of its own"):
        require(a_list(queue="phone/a"))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"contacts_per_hour": 12.0, "aht_seconds": 300.0}, "either aht_seconds or contacts_per_hour"),
        ({"aht_seconds": None}, "either aht_seconds or contacts_per_hour"),
        ({"aht_seconds": 0.0}, "more than 0"),
        ({"hours": "morning"}, "a span such as 08:00-20:00"),
        ({"to": "2026-03-01"}, "a day on or after 2026-03-02"),
    ],
)
def test_a_row_that_makes_no_sense_is_named(cells: dict[str, Any], said: str) -> None:
    with pytest.raises(TableError, match=said):
        OUTBOUND.check(pd.DataFrame([a_list(**cells)]))


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0, 100),
    st.lists(st.floats(0, 50), min_size=1, max_size=12),
)
def test_poured_work_is_all_there_and_lies_level(work: float, base: list[float]) -> None:
    laid = pour(work, base)
    total = np.array(base) + laid
    assert laid.sum() == pytest.approx(work, abs=1e-9)
    assert (laid >= 0).all()
    if work > 1e-6:
        level = total[laid > 0].max()
        assert total[laid > 1e-12] == pytest.approx(level)
        assert (np.array(base)[laid == 0] >= level - 1e-9).all()
