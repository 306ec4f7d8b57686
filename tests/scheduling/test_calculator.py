"""One queue, one interval: how many, and what if."""

from __future__ import annotations

import numpy as np
import pytest

from domain.errors import BadValue
from domain.targets import QueueTargets
from scheduling.calculator import how_many, what_if
from scheduling.queueing import erlang_a

CALLS = QueueTargets(service_level=0.8, answer_within_seconds=15, aht_seconds=240)
MAIL = QueueTargets(work="deferred", deadline_hours=8, service_level=0.9, aht_seconds=600)
CHAT = QueueTargets(
    work="chat",
    concurrency=3,
    aht_by_concurrency_seconds=(480, 560, 660),
    answer_within_seconds=30,
    patience_seconds=120,
)


def test_the_published_example_of_360_calls_in_half_an_hour() -> None:
    need = how_many(360, 30, CALLS)  # mitan.co.uk: 55 agents, P(wait) .2387, service level .8459, ASA 8.18 s
    assert (need.load_erlangs, need.agents) == (48, 55)
    row = what_if(360, 30, CALLS, [55]).iloc[0]
    assert [row["p_wait"], row["service_level"]] == pytest.approx([0.2387, 0.8459], abs=5e-5)
    assert row["asa_seconds"] == pytest.approx(8.18, abs=5e-3)
    assert row["occupancy"] == pytest.approx(48 / 55)


def test_shrinkage_divides_and_rounds_up_once() -> None:
    assert how_many(360, 30, CALLS.model_copy(update={"shrinkage": 0.1})).scheduled == 62  # 55 / 0.9 = 61.1
    assert how_many(360, 30, CALLS.model_copy(update={"shrinkage": 0.45})).scheduled == 100  # 55 / 0.55 exactly


def test_the_answer_is_the_first_row_that_keeps_every_promise() -> None:
    for contacts, promise in ((360, CALLS), (40, MAIL), (200, CHAT)):
        need = how_many(contacts, 15, promise).agents
        table = what_if(contacts, 15, promise, [need - 1, need])
        assert table["keeps"].tolist() == [False, True]
        assert table["service_level"].iloc[1] >= (promise.service_level or 0)
        assert table["service_level"].iloc[0] < (promise.service_level or 0)


def test_one_chat_at_a_time_is_a_call_and_three_need_fewer_people() -> None:
    single = CHAT.model_copy(update={"concurrency": 1, "aht_by_concurrency_seconds": (240.0,)})
    call = CHAT.model_copy(update={"work": "live", "concurrency": 1, "aht_seconds": 240.0, "max_abandon_share": 1.0})
    call = call.model_copy(update={"max_occupancy": 1.0})
    assert how_many(200, 15, single).agents == how_many(200, 15, call).agents
    three = how_many(200, 15, CHAT).agents
    assert (
        200 / 900 * 660 / 3 * 0.9
        < three
        < how_many(200, 15, single.model_copy(update={"aht_by_concurrency_seconds": (480.0,)})).agents
    )


def test_patience_makes_it_erlang_a() -> None:
    patient = CALLS.model_copy(update={"patience_seconds": 180.0})
    row = what_if(360, 30, patient, [50]).iloc[0]
    assert row["abandon_share"] == pytest.approx(float(erlang_a(48, 50, 240, 15, 180).abandon_share))
    assert how_many(360, 30, patient).agents < 55


def test_nothing_comes_nobody_is_needed() -> None:
    for promise in (CALLS, MAIL, CHAT):
        assert how_many(0, 30, promise).agents == 0
        assert what_if(0, 30, promise, [0, 1])["service_level"].tolist() == [1, 1]


def test_overload_waits_without_end() -> None:
    row = what_if(360, 30, CALLS, [40]).iloc[0]
    assert (row["service_level"], row["p_wait"], row["asa_seconds"]) == (0, 1, np.inf)
    assert what_if(40, 15, MAIL, [20])["service_level"].tolist() == [0]


def test_everybody_at_once_is_out_of_reach_of_calls() -> None:
    need = how_many(360, 30, CALLS.model_copy(update={"service_level": 1.0}))
    assert (need.agents, need.scheduled) == (np.inf, np.inf)


def test_mail_needs_air_over_its_load_and_less_of_it_with_a_longer_deadline() -> None:
    # 6.67 Erlangs; w = 6.67 x (2 + .25 - .167) = 13.9 hours, v = 1/3 hour, late .1: f = .5 + sqrt(.25 + 2.3026/41.7)
    factor = 0.5 + np.sqrt(0.25 + np.log(10) / (20 / 3 * (2 + 0.25 - 1 / 6) * 3))
    two = how_many(20, 30, MAIL.model_copy(update={"deadline_hours": 2.0}))
    assert two.agents == np.ceil(20 / 3 * factor)
    hurried = how_many(20, 30, MAIL.model_copy(update={"deadline_hours": 0.5})).agents
    assert hurried >= two.agents >= how_many(20, 30, MAIL).agents


def test_a_cap_on_occupancy_on_the_knife_s_edge() -> None:
    capped = MAIL.model_copy(update={"max_occupancy": 0.85, "service_level": None})
    assert how_many(35.7, 10, capped).agents == 42  # 35.7 Erlangs / 0.85


def test_the_floor_holds_without_contacts_too() -> None:
    assert how_many(0, 30, CALLS.model_copy(update={"minimum_agents": 2.0})).agents == 2


def test_what_can_t_be_worked_out_is_refused() -> None:
    with pytest.raises(BadValue, match="handle time"):
        how_many(10, 30, QueueTargets())
    with pytest.raises(BadValue, match="interval above 0"):
        how_many(10, 0, CALLS)
    with pytest.raises(BadValue, match="contacts of at least 0"):
        how_many(-1, 30, CALLS)
    with pytest.raises(BadValue, match="2,000 Erlangs"):
        how_many(100_000, 5, CHAT)
