"""Edits by hand and swaps: what they break, mend and cost, with numbers a hand can add up."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from domain.day_edits import DayEdit
from domain.errors import BadValue
from domain.people import SiteSetting
from scheduling.roster import audit, edit, possible_swaps

EARLY = {"start_from": "08:00", "length_minutes": 480}
LATE = {"start_from": "14:00", "start_to": "16:00", "start_step_minutes": 120, "length_minutes": 480}
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def shift(agent: str, day: date, clock: str = "08:00", name: str = "early") -> tuple[str, str, float, str, str, str]:
    return agent, f"{day}T{clock}", 8, "work", "phone/a", name


@pytest.fixture
def site(make_book, make_people, make_need, make_rows):
    """One person from 8 to 16 and one from 14 to 22 on Monday, one from 8 to 16 on Tuesday; an hour's pay is 1."""
    return {
        "roster": make_rows(shift("ann", MONDAY), shift("bob", MONDAY, "14:00", "late"), shift("ann", TUESDAY)),
        "requirements": make_need(
            [("phone/a", f"{MONDAY}T08:00", 8, 1), ("phone/a", f"{MONDAY}T14:00", 8, 1),
             ("phone/a", f"{TUESDAY}T08:00", 8, 1)]
        ).groupby(["queue", "start"], as_index=False).agg(
            {"interval_minutes": "first", "load_erlangs": "sum", "agents": "sum", "scheduled": "sum"}
        ),
        "people": make_people(ann="phone/a", bob="phone/a", cyd="phone/b|phone/a", dan="phone/b"),
        "rulebook": make_book({"early": EARLY, "late": LATE}),
    }  # fmt: skip


def starts(roster: pd.DataFrame) -> set[tuple[str, str, str]]:
    return {(row.agent, f"{row.start:%d %H:%M}", row.shift) for row in roster.itertuples()}


def test_a_day_set_free_costs_its_cover_and_saves_its_pay(site):
    done = edit(**site, edits=[DayEdit("ann", TUESDAY)])
    assert done.changes[["agent", "kind", "before", "after", "gain"]].to_numpy().tolist() == [
        ["ann", "removed", "early 08:00-16:00", "", 8 - 8 * 50.0]
    ]
    assert done.summary["after"]["cost"] - done.summary["before"]["cost"] == 8 * 50 - 8
    assert done.summary["after"]["uncovered_hours"] == 8.0
    assert starts(done.roster) == {("ann", "02 08:00", "early"), ("bob", "02 14:00", "late")}
    assert done.broken.empty


def test_a_shift_that_leaves_too_little_rest_is_made_and_named(site):
    """From Monday 22:00 to Tuesday 08:00 are 10 hours, one less than the agreement's 11."""
    done = edit(**site, edits=[DayEdit("ann", MONDAY, (("late", 14 * 60),)), DayEdit("bob", MONDAY, (("early", 480),))])
    assert done.broken[["rule", "agent", "found", "limit"]].to_numpy().tolist() == [["rest", "ann", 10.0, 11.0]]
    assert done.summary["after"]["cost"] == done.summary["before"]["cost"]
    back = edit(**{**site, "roster": done.roster}, edits=[DayEdit("ann", TUESDAY)])
    assert back.broken.empty
    assert back.mended["rule"].tolist() == ["rest"]


def test_the_edited_roster_is_audited_as_the_edit_said(site):
    done = edit(**site, edits=[DayEdit("ann", MONDAY, takes="bob"), DayEdit("bob", MONDAY, takes="ann")])
    found = audit(done.roster, site["people"], site["rulebook"])
    pd.testing.assert_frame_equal(found, done.broken)
    assert starts(done.roster) >= {("ann", "02 14:00", "late"), ("bob", "02 08:00", "early")}


def test_an_edit_that_changes_nothing_changes_nothing(site):
    done = edit(**site, edits=[DayEdit("ann", MONDAY, (("early", 480),))])
    assert done.changes.empty
    assert done.summary["before"] == done.summary["after"]
    pd.testing.assert_frame_equal(done.roster, site["roster"], check_dtype=False)


def test_breaks_of_a_new_shift_go_where_cover_is_best(make_book, make_people, make_need, make_rows):
    """Two are needed at 12 and one at 13: the lunch of the second person goes to 13."""
    lunch = {"kind": "lunch", "minutes": 60, "paid": False, "earliest_minutes": 240, "latest_minutes": 300}
    book = make_book({"day": {**EARLY, "break": [lunch]}})
    need = make_need([("phone/a", f"{MONDAY}T08:00", 5, 2), ("phone/a", f"{MONDAY}T13:00", 3, 1)])
    roster = make_rows(("ann", f"{MONDAY}T08:00", 8, "work", "phone/a", "day"))
    people = make_people(ann="phone/a", bob="phone/a")
    done = edit(roster, need, people, book, [DayEdit("bob", MONDAY, (("day", 480),))])
    (pause,) = done.roster[done.roster["activity"] == "lunch"].itertuples()
    assert (pause.agent, pause.start.hour) == ("bob", 13)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (DayEdit("eve", MONDAY), "one of the people"),
        (DayEdit("ann", date(2026, 3, 9)), "a day from 2026-03-02 to 2026-03-03"),
        (DayEdit("ann", MONDAY, (("late", 15 * 60),)), "a start of late: 14:00, 16:00"),
        (DayEdit("ann", MONDAY, (("noon", 12 * 60),)), "one of early, late"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_can(site, wrong, expected):
    with pytest.raises(BadValue) as fault:
        edit(**site, edits=[wrong])
    assert fault.value.expected == expected


def test_swaps_tell_who_could_legally_and_what_it_costs(site):
    """Ann's late Monday would leave 10 hours of rest. Cyd could take the shift, Dan too but to no use."""
    found = possible_swaps(**site, agent="ann", day=MONDAY).set_index("agent")
    assert list(found.index) == ["cyd", "dan", "bob"]
    assert found["legal"].tolist() == [True, True, False]
    assert found.loc["bob", "breaks"] == "rest"
    assert found.loc["cyd", "gain"] == 0.0
    assert found.loc["dan", "gain"] == -8 * 50.0  # Dan is paid and covers nothing of phone/a
    assert found.loc["bob", "shift"] == "late 14:00-22:00"


def test_what_a_swap_said_is_what_it_does(site):
    said = possible_swaps(**site, agent="bob", day=MONDAY).set_index("agent")
    for other in said.index:
        done = edit(**site, edits=[DayEdit("bob", MONDAY, takes=other), DayEdit(other, MONDAY, takes="bob")])
        saved = done.summary["before"]["cost"] - done.summary["after"]["cost"]
        assert said.loc[other, "gain"] == pytest.approx(saved)
        assert said.loc[other, "legal"] == (done.broken["strictness"] != "forbid").all()
        assert said.loc[other, "uncovered_hours"] == done.summary["after"]["uncovered_hours"]


def test_who_is_too_slow_for_the_work_of_a_day_breaks_the_rule_by_taking_it_over(site):
    """Eve could answer phone/a but for its least proficiency; rows of hers name it, so that no swap is called legal."""
    eve = pd.DataFrame({"agent": ["eve"], "queues": "phone/a", "agreement": "full", "proficiency": 0.5})
    book = site["rulebook"].model_copy(update={"proficiency": {"phone/a": 0.8}})
    slow = {**site, "people": pd.concat([site["people"], eve], ignore_index=True), "rulebook": book}
    found = possible_swaps(**slow, agent="ann", day=MONDAY).set_index("agent")
    assert found.loc["eve", ["legal", "breaks"]].tolist() == [False, "proficiency"]
    for change in (DayEdit("eve", MONDAY, takes="ann"), DayEdit("eve", MONDAY, (("early", 480),))):
        assert edit(**slow, edits=[change]).broken["rule"].tolist() == ["proficiency"]


def test_rows_of_an_edit_always_name_queues(site):
    """Dan serves nothing that is needed: work rows without a queue are refused by coverage and certificate."""
    done = edit(**site, edits=[DayEdit("dan", MONDAY, takes="ann"), DayEdit("dan", TUESDAY, (("early", 480),))])
    assert done.roster.loc[done.roster["agent"] == "dan", "queue"].tolist() == ["phone/b", "phone/b"]


def test_a_swap_that_takes_a_seat_twice_is_not_legal(site):
    """Ann holds the only seat at Eve's site: Bob, who works elsewhere, can't give Eve a shift of that time."""
    people = pd.concat([site["people"].assign(site=["a", "b", "b", "b"]), pd.DataFrame(
        {"agent": ["eve"], "queues": "phone/a", "agreement": "full", "site": "a"})], ignore_index=True)  # fmt: skip
    book = site["rulebook"].model_copy(update={"sites": {"a": SiteSetting(seats=1)}})
    found = possible_swaps(**{**site, "people": people, "rulebook": book}, agent="bob", day=MONDAY).set_index("agent")
    assert found.loc["eve", ["legal", "breaks"]].tolist() == [False, "seats"]
    assert found.loc["cyd", ["legal", "breaks"]].tolist() == [True, ""]


def test_one_shift_typed_twice_is_refused_by_its_name(site):
    with pytest.raises(BadValue, match=r"each shift of ann on 2026-03-02 once, found 'early 08:00, early 08:00'"):
        edit(**site, edits=[DayEdit("ann", MONDAY, (("early", 480), ("early", 480)))])
