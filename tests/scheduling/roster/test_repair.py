"""Repair: few agent-days change, each for a gain a hand can add up, and nothing that is past or agreed to."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from domain.people import SiteSetting
from scheduling.roster import audit
from scheduling.roster.repair import repair

DAY = {"start_from": "08:00", "length_minutes": 480}
EARLY_OR_LATE = {"start_from": "08:00", "start_to": "16:00", "start_step_minutes": 480, "length_minutes": 480}
MONDAY, TUESDAY = "2026-03-02", "2026-03-03"


def shift(agent: str, day: str, clock: str = "08:00", name: str = "day") -> tuple[str, str, float, str, str, str]:
    return agent, f"{day}T{clock}", 8, "work", "phone/a", name


def away(agent: str, first: str, last: str | None = None, kind: str = "sick") -> pd.DataFrame:
    frame = pd.DataFrame({"agent": [agent], "from": [first], "to": [last or first], "kind": [kind], "weight": [1.0]})
    return frame.astype({"from": "datetime64[us]", "to": "datetime64[us]"})


def days_worked(roster: pd.DataFrame) -> set[tuple[str, str]]:
    rows = roster[roster["activity"] == "work"]
    return {(agent, f"{start:%Y-%m-%d %H:%M}") for agent, start in zip(rows["agent"], rows["start"], strict=True)}


@pytest.fixture
def site(make_book, make_people, make_need, make_rows):
    """One person needed on Monday and Tuesday from 8 to 16; Ann works both, Bob and Cyd are free."""
    return {
        "book": make_book({"day": DAY}),
        "people": make_people(ann="phone/a", bob="phone/a", cyd="phone/b"),
        "need": make_need([("phone/a", f"{day}T08:00", 8, 1) for day in (MONDAY, TUESDAY)]),
        "roster": make_rows(shift("ann", MONDAY), shift("ann", TUESDAY)),
    }


def mend(site, **options):
    return repair(site["roster"], site["need"], site["people"], site["book"], **options)


def test_somebody_who_can_do_the_work_takes_the_shift_of_the_absent(site):
    done = mend(site, time_off=away("ann", TUESDAY))
    assert days_worked(done.roster) == {("ann", "2026-03-02 08:00"), ("bob", "2026-03-03 08:00")}
    assert done.changes[["agent", "kind", "before", "after"]].to_numpy().tolist() == [
        ["ann", "absent", "day 08:00-16:00", ""], ["bob", "added", "", "day 08:00-16:00"],
    ]  # fmt: skip
    # Eight hours uncovered cost 8 × 50 − 8 of Ann's pay; Bob's pay is 8.
    assert done.changes["gain"].tolist() == [-392.0, 392.0]
    assert done.changes["uncovered_hours"].tolist() == [8.0, 0.0]
    assert (done.summary["changed_days"], done.summary["forced_days"]) == (1, 1)


def test_the_absence_stands_on_the_roster_and_the_rest_is_as_it_was(site):
    done = mend(site, time_off=away("ann", TUESDAY))
    sick = done.roster[done.roster["activity"] == "sick"]
    assert [(r.agent, str(r.start)) for r in sick.itertuples()] == [("ann", "2026-03-03 00:00:00+00:00")]
    kept = done.roster[done.roster["start"] < pd.Timestamp(TUESDAY, tz="UTC")].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, site["roster"].iloc[:1], check_dtype=False)


def test_a_repair_that_may_change_nothing_only_takes_the_absent_off(site):
    done = mend(site, time_off=away("ann", TUESDAY), changes_most=0)
    assert done.changes["kind"].tolist() == ["absent"]
    assert done.summary["after"]["uncovered_hours"] == 8.0


def test_a_change_that_brings_less_than_asked_for_is_not_made(site):
    assert mend(site, time_off=away("ann", TUESDAY), least_gain=391).summary["changed_days"] == 1
    assert mend(site, time_off=away("ann", TUESDAY), least_gain=393).summary["changed_days"] == 0


def test_nothing_before_now_is_touched(site):
    now = pd.Timestamp(f"{TUESDAY}T09:00", tz="UTC")
    done = mend(site, time_off=away("ann", MONDAY, TUESDAY), now=now)
    assert done.changes.empty
    pd.testing.assert_frame_equal(done.roster, site["roster"], check_dtype=False)


def test_a_shift_that_was_agreed_to_stays(make_rows, make_need, site):
    rows = make_rows(shift("ann", MONDAY), shift("bob", MONDAY)).assign(acknowledged=[True, False])
    need = make_need([("phone/a", f"{MONDAY}T08:00", 8, 0)])
    done = repair(rows, need, site["people"], site["book"], least_gain=0.0)
    # Two people too many: only Bob's shift may go. It saves 8 hours of pay and 8 × 2 of surplus.
    assert done.changes[["agent", "kind", "gain"]].to_numpy().tolist() == [["bob", "removed", 24.0]]


def test_a_day_is_moved_where_the_weeks_hours_are_full(make_book, make_people, make_need, make_rows):
    """Bob has 8 hours a week and works Monday, where he is one too many; Ann falls ill on Tuesday."""
    book = make_book({"day": DAY}, hours_per_week_max=8)
    need = make_need([("phone/a", f"{MONDAY}T08:00", 8, 1), ("phone/a", f"{TUESDAY}T08:00", 8, 1)])
    rows = make_rows(shift("ann", TUESDAY), shift("bob", MONDAY), shift("cyd", MONDAY))
    people = make_people(ann="phone/a", bob="phone/a", cyd="phone/a")
    done = repair(rows, need, people, book, time_off=away("ann", TUESDAY))
    moved = done.changes[done.changes["kind"] != "absent"]
    assert moved[["agent", "kind", "step"]].to_numpy().tolist() == [["bob", "added", 1], ["bob", "removed", 1]]
    assert moved["gain"].sum() == 400 + 16  # Tuesday is covered, the surplus of Monday is gone, pay is the same
    one = repair(rows, need, people, book, time_off=away("ann", TUESDAY), changes_most=1)
    assert one.summary["changed_days"] == 0  # both days or none


def test_a_new_requirement_changes_the_day_it_is_for(make_need, site):
    need = make_need([("phone/a", f"{MONDAY}T08:00", 8, 2), ("phone/a", f"{TUESDAY}T08:00", 8, 1)])
    done = repair(site["roster"], need, site["people"], site["book"])
    assert [(r.agent, str(r.date.date()), r.kind) for r in done.changes.itertuples()] == [("bob", MONDAY, "added")]


def test_no_rule_is_broken_for_a_repair(make_book, make_people, make_need, make_rows):
    """Bob worked until midnight: he may not come at eight, though he alone could."""
    book = make_book({"day": EARLY_OR_LATE})
    need = make_need([("phone/a", f"{MONDAY}T16:00", 8, 1), ("phone/a", f"{TUESDAY}T08:00", 8, 1)])
    rows = make_rows(shift("bob", MONDAY, "16:00"), shift("ann", TUESDAY))
    done = repair(rows, need, make_people(ann="phone/a", bob="phone/a"), book, time_off=away("ann", TUESDAY))
    assert done.summary["changed_days"] == 0
    assert done.summary["after"]["uncovered_hours"] == 8.0


def test_a_repair_knows_the_days_of_the_plan_on_which_nobody_works(make_book, make_people, make_need, make_rows):
    """Five days are planned and need nobody; of the week's 40 hours Ann has the 8 of Monday: 32 are owed, 50 each."""
    need = make_need([("phone/a", f"2026-03-0{day}T08:00", 8, 0) for day in range(2, 7)])
    book = make_book({"day": DAY}, hours_per_week_min=40)
    done = repair(make_rows(shift("ann", MONDAY)), need, make_people(ann="phone/a"), book, changes_most=0)
    # Eight paid hours, as many too many at 2 each.
    assert done.summary["before"]["cost"] == 32 * 50 + 8 + 16


def test_the_days_that_an_absence_frees_count_among_the_changes(site):
    """Ann's two days are freed; of three changes one is left."""
    done = mend(site, time_off=away("ann", MONDAY, TUESDAY), changes_most=3)
    assert (done.summary["changed_days"], done.summary["forced_days"]) == (1, 2)
    assert mend(site, time_off=away("ann", MONDAY, TUESDAY)).summary["changed_days"] == 2


def test_no_seat_is_taken_twice_for_a_repair(make_need, site):
    """A second person is needed on Monday and Bob is free, but the site has one seat."""
    need = make_need([("phone/a", f"{MONDAY}T08:00", 8, 2), ("phone/a", f"{TUESDAY}T08:00", 8, 1)])
    people = site["people"].assign(site="s")
    full = site["book"].model_copy(update={"sites": {"s": SiteSetting(seats=1)}})
    assert repair(site["roster"], need, people, full).changes.empty
    roomy = site["book"].model_copy(update={"sites": {"s": SiteSetting(seats=2)}})
    assert repair(site["roster"], need, people, roomy).changes["agent"].tolist() == ["bob"]


def test_no_trainee_is_left_alone_for_a_repair(site):
    """Bob learns from Ann: he can't stand in for her. Dan can."""
    people = site["people"].assign(mentor=["", "ann", ""])
    assert (
        repair(site["roster"], site["need"], people, site["book"], time_off=away("ann", TUESDAY)).summary[
            "changed_days"
        ]
        == 0
    )
    people = pd.concat([people, people.iloc[:1].assign(agent="dan")], ignore_index=True)
    done = repair(site["roster"], site["need"], people, site["book"], time_off=away("ann", TUESDAY))
    assert done.changes["agent"].tolist() == ["ann", "dan"]


def test_of_two_who_could_stand_in_the_one_with_fewer_late_ends_does(make_book, make_people, make_need, make_rows):
    """Ann's late shift of Tuesday falls to Bob, who has had Monday's, or to Cyd, who has had none.

    Ann could work one of the two days, the others both: their shares are 0.2, 0.4 and 0.4 of all late ends. Of one,
    Bob's own, he is 0.6 off; of two, Bob's and Cyd's, both are 0.2 off. Half a shift off is fair, more costs 30 each.
    """
    late = {"start_from": "13:00", "length_minutes": 480}
    book = make_book({"late": late}, rules={"fair_late_ends": {"strictness": "pay", "price": 30.0}})
    need = make_need([("phone/a", f"{day}T13:00", 8, 1) for day in (MONDAY, TUESDAY)])
    rows = make_rows(*(shift(agent, day, "13:00", "late") for agent, day in (("bob", MONDAY), ("ann", TUESDAY))))
    people = make_people(ann="phone/a", bob="phone/a", cyd="phone/a")
    done = repair(rows, need, people, book, time_off=away("ann", TUESDAY))
    assert done.changes["agent"].tolist() == ["ann", "cyd"]
    assert done.changes["gain"].tolist()[1] == pytest.approx(8 * 50 - 8 + 0.1 * 30)
    assert done.summary["after"]["cost"] == pytest.approx(16)


def plain_cost(roster: pd.DataFrame, need: pd.DataFrame, people: pd.DataFrame, book, off: pd.DataFrame) -> float | None:
    """Pay, broken rules and cover of one queue, hour by hour; None where a hard rule is broken."""
    found = audit(roster, people, book, time_off=off)
    if (found["strictness"] == "forbid").any():
        return None
    work = roster[roster["activity"] == "work"]
    hours = (work["end"] - work["start"]).dt.total_seconds().sum() / 3600
    cost = hours * book.agreements[0].cost_per_hour
    paid = found[found["strictness"] == "pay"]
    for rule, units in zip(paid["rule"], (paid["found"] - paid["limit"]).abs(), strict=True):
        cost += units * {"hours_per_week_min": 50.0, "wishes": 4.0}[rule]
    for start, people_needed in zip(need["start"], need["scheduled"], strict=True):
        there = ((work["start"] <= start) & (work["end"] > start)).sum()
        cost += 50 * max(people_needed - there, 0) + 2 * max(there - people_needed, 0)
    for start in pd.date_range("2026-03-02", "2026-03-05", freq="h", tz="UTC", inclusive="left"):
        if not (need["start"] == start).any():
            cost += 2 * ((work["start"] <= start) & (work["end"] > start)).sum()
    return cost


def test_a_single_change_is_the_best_of_all_single_changes(make_book, make_people, make_need, make_rows):
    book = make_book({"day": EARLY_OR_LATE}, hours_per_week_min=16, hours_per_week_max=16, consecutive_days_max=2)
    needs = [(MONDAY, "08:00", 2), (MONDAY, "16:00", 1), (TUESDAY, "08:00", 1), (TUESDAY, "16:00", 0)]
    need = make_need([("phone/a", f"{day}T{clock}", 8, people) for day, clock, people in needs])
    people = make_people(ann="phone/a", bob="phone/a")
    entries = [shift("ann", MONDAY), shift("ann", TUESDAY, "16:00"), shift("bob", MONDAY)]
    off = away("bob", TUESDAY, kind="wish_off")
    before = plain_cost(make_rows(*entries), need, people, book, off)
    assert before is not None
    costs = []
    for agent, day, clock in itertools.product(("ann", "bob"), (MONDAY, TUESDAY), ("", "08:00", "16:00")):
        kept = [entry for entry in entries if not (entry[0] == agent and entry[1].startswith(day))]
        changed = [*kept, shift(agent, day, clock)] if clock else kept
        cost = plain_cost(make_rows(*changed), need, people, book, off)
        costs += [cost] if cost is not None else []
    done = repair(make_rows(*entries), need, people, book, time_off=off, changes_most=1, least_gain=0.0)
    assert before - min(costs) > 0
    assert done.changes["gain"].sum() == pytest.approx(before - min(costs))
    assert plain_cost(done.roster, need, people, book, off) == pytest.approx(min(costs))
