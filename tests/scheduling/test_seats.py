"""Seats as a cap on the requirement: what gives way, and what the rows say of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.errors import BadValue
from domain.targets import Targets
from scheduling import require_staff
from scheduling.queueing import erlang_a
from scheduling.seats import seats_notes

LINE: dict[str, Any] = {"service_level": 0.8, "answer_within_seconds": 20, "patience_seconds": 180, "shrinkage": 0.2}


def calls(*queues: str, offered: float = 120.0, hours: int = 8) -> pd.DataFrame:
    """Calls of 5 minutes by the half-hour at one rate."""
    starts = pd.date_range("2026-03-02 08:00", periods=hours * 2, freq="30min", tz="UTC").as_unit("us")
    return pd.concat([
        pd.DataFrame({"queue": queue, "start": starts, "offered": offered, "aht_seconds": 300.0}) for queue in queues
    ])  # fmt: skip


def targets_of(seats: dict[str, float] | None = None, **queues: dict[str, Any]) -> Targets:
    return Targets.from_mapping({"default": LINE, "queue": queues, "seats": seats or {}})


def test_seats_that_suffice_change_nothing() -> None:
    free = require_staff(calls("phone/a"), targets_of())
    seated = require_staff(calls("phone/a"), targets_of({"phone/*": 100}))
    assert seated["wanted_agents"].isna().all()
    pd.testing.assert_frame_equal(seated.drop(columns="wanted_agents"), free)


def test_too_few_seats_cap_the_need_and_say_what_it_costs() -> None:
    """20 Erlangs want more than 21; with 19 seats the level is Erlang A's for 19, and the row names both numbers."""
    free = require_staff(calls("phone/a"), targets_of()).iloc[-1]
    row = require_staff(calls("phone/a"), targets_of({"phone/*": 19})).iloc[-1]
    assert row["wanted_agents"] == pytest.approx(free["agents"])
    assert row["agents"] == pytest.approx(19.0)
    assert row["scheduled"] == pytest.approx(19.0 / 0.8)
    assert row["driver"] == "seats"
    line = erlang_a(20.0, 19.0, 300.0, 20.0, 180.0)
    assert row["service_level"] == pytest.approx(float(line.service_level), abs=1e-6)
    assert row["abandon_share"] == pytest.approx(float(line.abandon_share), abs=1e-6)
    assert row["occupancy"] == pytest.approx(float(line.occupancy), abs=1e-6)


def test_queues_that_share_seats_lose_the_same_share_of_their_idle_people() -> None:
    frame = pd.concat([calls("phone/a"), calls("phone/b", offered=30.0)])
    free = require_staff(frame, targets_of()).set_index(["queue", "start"])
    seated = require_staff(frame, targets_of({"phone/*": 24.5})).set_index(["queue", "start"])
    last = frame["start"].max()
    total = seated["agents"].groupby("start").sum()
    assert total.max() == pytest.approx(24.5)
    kept = (seated["agents"] - free["agents"] * free["occupancy"]) / (free["agents"] * (1 - free["occupancy"]))
    assert kept["phone/a", last] == pytest.approx(kept["phone/b", last])
    assert 0 < kept["phone/a", last] < 1


def test_work_that_waits_gives_way_before_those_who_call() -> None:
    """Mail loses its seats; calls keep theirs, and the mail's rows say how much is done in time."""
    frame = pd.concat([calls("phone/a"), calls("email/a", offered=60.0)])
    mail = {"email/a": {"work": "deferred", "deadline_hours": 2.0, "service_level": 0.9}}
    free = require_staff(frame, targets_of(**mail))
    seated = require_staff(frame, targets_of({"*": 27}, **mail))
    phone = seated["queue"] == "phone/a"
    assert seated.loc[phone, "agents"].tolist() == pytest.approx(free.loc[phone, "agents"].tolist())
    late = seated.loc[~phone & seated["wanted_agents"].notna(), "service_level"].dropna()
    assert len(late)
    assert late.min() < 0.9
    assert seated.groupby("start")["agents"].sum().max() <= 27 + 1e-9


def test_outbound_work_gives_way_first() -> None:
    lists = pd.DataFrame([
        {"name": "r", "queue": "outbound/a", "from": "2026-03-02", "to": "2026-03-02", "contacts": 480.0,
         "contacts_per_hour": 12.0}
    ])  # fmt: skip
    seated = require_staff(calls("phone/a"), targets_of({"*": 24}), outbound=lists).set_index(["queue", "start"])
    assert seated.loc["phone/a", "wanted_agents"].isna().all()
    last = seated.loc["outbound/a"].iloc[-1]
    assert last["wanted_agents"] == pytest.approx(5.0)
    assert last["agents"] == pytest.approx(24.0 - seated.loc["phone/a", "agents"].iloc[-1])
    assert last["service_level"] == pytest.approx(last["agents"] / 5.0)
    assert seated["sized_load_erlangs"].notna().all()


def test_chats_too_are_capped_by_their_own_line() -> None:
    chat = {"chat/a": {"work": "chat", "concurrency": 2, "aht_by_concurrency_seconds": [300, 420]}}
    row = require_staff(calls("chat/a"), targets_of({"chat/*": 13}, **chat)).iloc[-1]
    assert row["agents"] == pytest.approx(13.0)
    assert row["wanted_agents"] > 13
    assert 0 < row["service_level"] < 0.8


def test_a_sentence_names_seats_people_and_level() -> None:
    targets = targets_of({"phone/*": 19, "chat/*": 4})
    need = require_staff(calls("phone/a"), targets)
    (note,) = seats_notes(need, targets)
    wanted, level = need["wanted_agents"].max(), need["service_level"].iloc[-1]
    assert f"needs {wanted:.1f} people, 19 seats" in note
    assert f"phone/a {level:.0%}" in note
    assert seats_notes(need.drop(columns="wanted_agents"), targets) == []


@pytest.mark.parametrize(
    ("seats", "said"), [({"a": -1}, "at least 0"), ({"a": "many"}, "at least 0"), (3, "a number for each pattern")]
)
def test_seats_that_are_no_numbers_are_refused(seats: Any, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        Targets.from_mapping({"seats": seats})


def test_the_price_of_seats_is_monotonic() -> None:
    levels = [
        require_staff(calls("phone/a"), targets_of({"*": seats}))["service_level"].iloc[-1] for seats in (0, 10, 19, 30)
    ]
    assert levels[0] == 0
    assert (np.diff(levels) > 0).all()
