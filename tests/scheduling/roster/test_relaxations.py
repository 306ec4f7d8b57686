"""What would have to give way so that nothing is missing: cases whose answer can be added up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scheduling.roster import make_roster

WEEK = [f"2026-03-{day:02d}" for day in range(2, 9)]  # Monday to Sunday
DAY = {"day": {"start_from": "08:00", "length_minutes": 600}}
FIVE = {"half": {"start_from": "08:00", "start_to": "13:00", "start_step_minutes": 300, "length_minutes": 300}}


def found(result) -> list[tuple[str, float, float]]:
    return [(row["rule"], row["units"], row["hours_gained"]) for row in result.summary["relaxations"]]


def test_two_people_of_20_hours_for_50_hours_need_ten_hours_more(make_book, make_need, make_people):
    need = make_need([("calls", f"{day} 08:00", 5, 2.0) for day in WEEK[:5]])
    result = make_roster(
        need,
        make_people(ann="calls", bob="calls"),
        make_book({"five": {"start_from": "08:00", "length_minutes": 300}}, hours_per_week_max=20, cost_per_hour=10),
    )
    assert result.summary["uncovered_hours"] == 10.0
    [row] = result.summary["relaxations"]
    assert (row["rule"], row["agreement"], row["queues"]) == ("hours_per_week", "full", ["calls"])
    assert (row["units"], row["unit"], row["hours_gained"]) == (10.0, "hours", 10.0)
    assert (row["cost"], row["saves"]) == (100.0, 400.0)  # 10 hours at 10; each missing one costs 50


def test_overtime_pay_prices_the_hours(make_book, make_need, make_people):
    need = make_need([("calls", f"{day} 08:00", 5, 1.0) for day in WEEK[:5]])
    book = make_book(
        {"five": {"start_from": "08:00", "length_minutes": 300}}, hours_per_week_max=20, cost_per_hour=10,
        overtime=[{"over_hours": 20, "factor": 1.5, "per": "week"}],
    )  # fmt: skip
    [row] = make_roster(need, make_people(ann="calls"), book).summary["relaxations"]
    assert (row["units"], row["cost"]) == (5.0, 75.0)


def test_a_queue_that_nobody_can_serve_asks_for_people(make_book, make_need, make_people):
    need = make_need([("calls", "2026-03-02 08:00", 10, 1.0), ("mail", "2026-03-02 08:00", 10, 2.0)])
    result = make_roster(need, make_people(ann="calls"), make_book(DAY))
    [row] = result.summary["relaxations"]
    assert (row["rule"], row["queues"], row["units"], row["unit"]) == ("people", ["mail"], 2.0, "people")


def test_a_seventh_day_in_a_row_is_asked_for(make_book, make_need, make_people):
    need = make_need([("calls", f"{day} 08:00", 5, 1.0) for day in WEEK])
    book = make_book(
        {"five": {"start_from": "08:00", "length_minutes": 300}}, hours_per_week_max=48, consecutive_days_max=6
    )
    result = make_roster(need, make_people(ann="calls"), book)
    assert result.summary["uncovered_hours"] == 5.0
    assert found(result) == [("consecutive_days", 1.0, 5.0)]


def test_a_second_shift_a_day_is_asked_for(make_book, make_need, make_people):
    need = make_need([("calls", "2026-03-02 08:00", 10, 1.0)])
    assert found(make_roster(need, make_people(ann="calls"), make_book(FIVE))) == [("shifts_per_day", 1.0, 5.0)]


def test_leave_is_dearer_than_hours_and_cheaper_than_nothing(make_book, make_need, make_people):
    need = make_need([("calls", "2026-03-02 08:00", 10, 1.0)])
    off = pd.DataFrame(
        {
            "agent": ["ann"], "kind": ["leave"],
            "from": np.array(["2026-03-02"], "datetime64[us]"), "to": np.array(["2026-03-02"], "datetime64[us]"),
        }
    )  # fmt: skip
    result = make_roster(need, make_people(ann="calls"), make_book(DAY), time_off=off)
    assert found(result) == [("leave", 1.0, 10.0)]


def test_late_and_early_next_morning_ask_for_less_rest(make_book, make_need, make_people):
    need = make_need([("calls", "2026-03-02 14:00", 8, 1.0), ("calls", "2026-03-03 06:00", 8, 1.0)])
    book = make_book({name: {"start_from": at, "length_minutes": 480} for name, at in (("e", "06:00"), ("l", "14:00"))})
    result = make_roster(need, make_people(ann="calls"), book)
    assert result.summary["uncovered_hours"] == 8.0
    assert found(result) == [("rest", 1.0, 8.0)]


def test_where_hours_run_out_people_are_asked_for(make_book, make_need, make_people):
    need = make_need([("calls", f"{day} 08:00", 10, 3.0) for day in WEEK[:4]])
    result = make_roster(need, make_people(ann="calls"), make_book(DAY, hours_per_week_max=40))
    assert found(result) == [("people", 2.0, 80.0)]


def test_a_covered_need_asks_for_nothing_and_a_rule_that_is_ignored_is_not_named(make_book, make_need, make_people):
    need = make_need([("calls", "2026-03-02 08:00", 10, 1.0)])
    assert found(make_roster(need, make_people(ann="calls"), make_book(DAY))) == []
    loose = make_book(FIVE, rules={"shifts_per_day": {"strictness": "ignore"}}, hours_per_week_max=5)
    assert [rule for rule, *_ in found(make_roster(need, make_people(ann="calls"), loose))] == ["hours_per_week"]


def test_without_people_every_queue_asks_for_them(make_book, make_need, make_people):
    need = make_need([("calls", "2026-03-02 08:00", 10, 1.5)])
    [row] = make_roster(need, make_people(), make_book(DAY)).summary["relaxations"]
    assert (row["rule"], row["units"]) == ("people", 2.0)


def test_where_whole_shifts_do_not_fit_the_account_says_so(make_book, make_people, make_need):
    """Two people of twelve hours each have the 24 that three days need, but a shift of eight fits once into twelve."""
    book = make_book({"day": {"start_from": "08:00", "length_minutes": 480}}, hours_per_week_max=12)
    need = make_need([("phone/a", f"2026-03-0{day}T08:00", 8, 1) for day in (2, 3, 4)])
    summary = make_roster(need, make_people(ann="phone/a", bob="phone/a"), book).summary
    assert (summary["uncovered_hours"], summary["relaxations"]) == (8.0, [])
    assert summary["relaxations_none"] == "whole_shifts"


def test_where_nobody_has_a_shift_the_account_says_that_nothing_helps(make_book, make_people, make_need):
    book = make_book({"day": {"start_from": "08:00", "length_minutes": 480}})
    need = make_need([("phone/a", "2026-03-02T00:00", 4, 1), ("phone/a", "2026-03-02T08:00", 8, 1)])
    summary = make_roster(need, make_people(ann="phone/a"), book).summary
    assert (summary["uncovered_hours"], summary["relaxations"]) == (4.0, [])
    assert summary["relaxations_none"] == "no_shift"


def test_a_roster_that_covers_all_has_no_reason_to_give(make_book, make_people, make_need):
    book = make_book({"day": {"start_from": "08:00", "length_minutes": 480}})
    need = make_need([("phone/a", "2026-03-02T08:00", 8, 1)])
    assert make_roster(need, make_people(ann="phone/a"), book).summary["relaxations_none"] == ""


def test_nobody_is_asked_to_work_the_same_hours_twice(make_book, make_people, make_need):
    need = make_need([("calls", f"{WEEK[0]} 08:00", 10, 3.0)])
    result = make_roster(need, make_people(ann="calls"), make_book(DAY))
    assert found(result) == [
        ("people", 2.0, 20.0)
    ]  # two more; their week holds more hours than the 20 that are missing
