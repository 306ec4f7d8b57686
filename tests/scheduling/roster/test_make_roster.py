"""Rosters whose best cost can be added up by hand, and rosters at the edges: nights, clock changes, history, nobody."""

from __future__ import annotations

import pandas as pd
import pytest

from domain.errors import BadValue
from scheduling import audit, make_roster
from scheduling.roster.engines import insertion, program

EARLY = {"start_from": "06:00", "length_minutes": 480}
LATE = {"start_from": "14:00", "length_minutes": 480}
NIGHT = {"start_from": "22:00", "length_minutes": 480}


def starts(roster: pd.DataFrame, agent: str, timezone: str = "UTC") -> list[str]:
    own = roster[(roster["agent"] == agent) & (roster["activity"] == "work")]
    return [stamp.tz_convert(timezone).strftime("%d %H:%M") for stamp in own["start"]]


def test_two_people_cover_a_day_at_the_price_of_their_pay(make_book, make_need, make_people, day_shift):
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 2.0)])
    result = make_roster(need, make_people(ann="phone/a", bob="phone/a"), make_book({"day": day_shift}))
    assert result.summary["status"] == "optimal"
    assert result.summary["cost"] == pytest.approx(16.0)  # 2 people × 8 hours × 1
    assert result.summary["bound"] == pytest.approx(16.0)
    assert result.summary["uncovered_hours"] == 0
    assert result.summary["paid_hours"] == 16


def test_a_missing_person_costs_the_price_of_missing_hours(make_book, make_need, make_people, day_shift):
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 2.0)])
    result = make_roster(need, make_people(ann="phone/a"), make_book({"day": day_shift}))
    assert result.summary["cost"] == pytest.approx(8 + 8 * 50)
    assert result.summary["uncovered_hours"] == pytest.approx(8)
    assert result.summary["gaps"][0]["missing"] == pytest.approx(1)


def test_nobody_is_put_on_where_a_surplus_costs_more_than_the_gap(make_book, make_need, make_people, day_shift):
    book = make_book({"day": day_shift}, cover={"under_per_hour": 1.0, "over_per_hour": 3.0})
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 0.5)])  # put on: 8 + 12; left out: 4
    result = make_roster(need, make_people(ann="phone/a"), book)
    assert len(result.roster) == 0
    assert result.summary["cost"] == pytest.approx(4)


def test_a_person_of_two_queues_is_split_and_never_counted_twice(make_book, make_need, make_people, day_shift):
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 0.5), ("phone/b", "2026-03-02 08:00", 8, 1.0)])
    result = make_roster(need, make_people(ann="phone/*"), make_book({"day": day_shift}))
    assert result.summary["uncovered_hours"] == pytest.approx(0.5 * 8)
    assert result.roster["queue"].tolist() == ["phone/a|phone/b"]


def test_lunches_are_staggered_so_that_somebody_always_answers(make_book, make_need, make_people):
    lunch = [{"kind": "lunch", "minutes": 60, "paid": False, "earliest_minutes": 180, "latest_minutes": 240}]
    book = make_book({"day": {"start_from": "08:00", "length_minutes": 480, "break": lunch}})
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 1.0)])
    result = make_roster(need, make_people(ann="phone/a", bob="phone/a"), book)
    lunches = result.roster[result.roster["activity"] == "lunch"]
    assert sorted(stamp.hour for stamp in lunches["start"]) == [11, 12]
    assert result.summary["cost"] == pytest.approx(2 * 7 + 2 * (14 - 8))
    assert result.summary["uncovered_hours"] == 0


def test_a_quarter_hour_break_takes_half_a_person_from_a_half_hour(make_book, make_need, make_people):
    pause = [{"kind": "break", "minutes": 15, "earliest_minutes": 60, "latest_minutes": 60}]
    book = make_book({"day": {"start_from": "08:00", "length_minutes": 120, "break": pause}})
    need = make_need([("phone/a", "2026-03-02 08:00", 2, 1.0)], minutes=30)
    result = make_roster(need, make_people(ann="phone/a"), book)
    assert result.summary["uncovered_hours"] == pytest.approx(0.25)
    assert result.summary["gaps"][0]["missing"] == pytest.approx(0.5)


def test_night_after_night_is_allowed_and_morning_after_night_is_not(make_book, make_need, make_people):
    book = make_book({"early": EARLY, "night": NIGHT})
    nights = make_need([("phone/a", "2026-03-02 22:00", 8, 1.0), ("phone/a", "2026-03-03 22:00", 2, 1.0)])
    result = make_roster(nights, make_people(ann="phone/a"), book)
    assert starts(result.roster, "ann") == ["02 22:00", "03 22:00"]
    mornings = make_need([("phone/a", "2026-03-02 22:00", 2, 1.0), ("phone/a", "2026-03-03 06:00", 8, 1.0)])
    result = make_roster(mornings, make_people(ann="phone/a"), book)
    assert starts(result.roster, "ann") == ["03 06:00"]  # 8 hours covered beat 2
    assert audit(result.roster, make_people(ann="phone/a"), book).empty


def test_eleven_hours_of_rest_are_kept_across_midnight(make_book, make_need, make_people):
    book = make_book({"late": LATE, "early": {"start_from": "08:00", "start_to": "10:00", "length_minutes": 480}})
    need = make_need([("phone/a", "2026-03-02 14:00", 8, 1.0), ("phone/a", "2026-03-03 08:00", 9, 1.0)])
    result = make_roster(need, make_people(ann="phone/a"), book)
    assert starts(result.roster, "ann") == ["02 14:00", "03 09:00"]  # 22:00 + 11 h


@pytest.mark.parametrize(("night", "first"), [("2026-10-24", "08:30"), ("2026-10-17", "09:00")])
def test_rest_is_elapsed_time_in_the_night_the_clocks_go_back(make_book, make_need, make_people, night, first):
    zone = "Europe/Berlin"
    morning = {"start_from": "08:30", "start_to": "09:00", "length_minutes": 480}
    book = make_book({"late": LATE, "early": morning}, timezone=zone, rest_hours_min=11)
    after = pd.Timestamp(night) + pd.Timedelta(days=1)
    spans = [("phone/a", f"{night} 14:00", 8, 1.0), ("phone/a", f"{after:%Y-%m-%d} 08:30", 8.5, 1.0)]
    result = make_roster(make_need(spans, timezone=zone, minutes=30), make_people(ann="phone/a"), book)
    # 22:00 to 08:30 by the clock is 10.5 hours, and 11.5 elapsed hours in the night of 25 October 2026
    assert starts(result.roster, "ann", zone)[1].endswith(first)


def test_a_start_that_the_clock_skips_does_not_exist_that_day(make_book, make_need, make_people):
    zone = "Europe/Berlin"
    book = make_book({"night": {"start_from": "02:30", "length_minutes": 120}}, timezone=zone)
    need = make_need([("phone/a", "2026-03-28 02:00", 48, 1.0)], timezone=zone)
    result = make_roster(need, make_people(ann="phone/a"), book)
    assert starts(result.roster, "ann", zone) == ["28 02:30", "30 02:30"]


def test_rest_and_days_in_a_row_count_from_the_roster_before(make_book, make_need, make_people, make_rows):
    book = make_book({"early": EARLY, "late": LATE}, consecutive_days_max=3)
    before = make_rows(
        ("ann", "2026-02-28 14:00", 8, "work", "phone/a", "late"),
        ("ann", "2026-03-01 14:00", 8, "work", "phone/a", "late"),
    )
    need = make_need([("phone/a", f"2026-03-0{day} 06:00", 8, 1.0) for day in (2, 3)])
    result = make_roster(need, make_people(ann="phone/a"), book, previous=before)
    assert starts(result.roster, "ann") == ["03 06:00"]  # the 2nd at 06:00 lies 8 hours after the late shift
    day = pd.Timedelta(hours=8)
    mornings = before.assign(start=before["start"] - day, end=before["end"] - day)
    strict = make_book({"early": EARLY, "late": LATE}, consecutive_days_max=2)
    days = make_roster(need, make_people(ann="phone/a"), strict, previous=mornings)
    assert starts(days.roster, "ann") == ["03 06:00"]  # two days in a row are over, the third would be one too many


def test_a_night_of_the_roster_before_ends_after_its_pause_past_midnight(make_book, make_need, make_people, make_rows):
    book = make_book({"night": NIGHT, "late": LATE}, rest_hours_min=11.0)
    before = make_rows(
        ("bob", "2026-03-01 22:00", 3, "work", "phone/a", "night"),
        ("bob", "2026-03-02 01:00", 1, "break", "", "night"),
        ("bob", "2026-03-02 02:00", 4, "work", "phone/a", "night"),
    )
    staff, need = make_people(bob="phone/a"), make_need([("phone/a", "2026-03-02 14:00", 8, 1.0)])
    assert starts(make_roster(need, staff, book, previous=before).roster, "bob") == []  # 8 hours after 06:00
    late = make_rows(("bob", "2026-03-02 14:00", 8, "work", "phone/a", "late"))
    [short] = audit(late, staff, book, previous=before).to_dict("records")
    assert (short["rule"], short["found"]) == ("rest", 8.0)


def test_people_still_at_work_from_the_night_before_count_as_present(make_book, make_need, make_people, make_rows):
    book = make_book({"night": NIGHT})
    before = make_rows(("bob", "2026-03-01 22:00", 8, "work", "phone/a", "night"))
    need = make_need([("phone/a", "2026-03-02 00:00", 8, 1.0)])
    result = make_roster(need, make_people(bob="phone/a"), book, previous=before)
    assert result.summary["uncovered_hours"] == pytest.approx(2)  # 06:00 to 08:00


def test_weekly_hours_go_to_the_days_that_need_people_most(make_book, make_need, make_people, day_shift):
    book = make_book({"day": day_shift}, hours_per_week_max=16)
    need = make_need(
        [
            ("phone/a", "2026-03-02 08:00", 8, 0.5),
            ("phone/a", "2026-03-03 08:00", 8, 1.0),
            ("phone/a", "2026-03-04 08:00", 8, 0.75),
        ]
    )
    result = make_roster(need, make_people(ann="phone/a"), book)
    assert starts(result.roster, "ann") == ["03 08:00", "04 08:00"]


def test_the_weekly_minimum_is_worked_even_where_it_is_surplus(make_book, make_need, make_people, day_shift):
    need = make_need([("phone/a", f"2026-03-0{day} 08:00", 8, 0.01) for day in range(2, 7)])
    book = make_book({"day": day_shift}, hours_per_week_min=24)
    result = make_roster(need, make_people(ann="phone/a"), book)
    assert result.summary["paid_hours"] == 24


def test_leave_stands_on_the_roster_as_whole_local_days(make_book, make_need, make_people, day_shift):
    zone = "Europe/Berlin"
    book = make_book({"day": day_shift}, timezone=zone)
    off = pd.DataFrame({"agent": ["ann"], "from": ["2026-03-02"], "to": ["2026-03-05"], "kind": ["leave"]})
    need = make_need([("phone/a", f"2026-03-0{day} 08:00", 8, 1.0) for day in (2, 3)], timezone=zone)
    result = make_roster(need, make_people(ann="phone/a"), book, time_off=off)
    assert result.roster["activity"].tolist() == ["leave", "leave"]
    assert result.roster["start"].dt.tz_convert(zone).dt.strftime("%d %H:%M").tolist() == ["02 00:00", "03 00:00"]
    assert result.summary["uncovered_hours"] == pytest.approx(16)


def test_a_wish_decides_between_equal_people(make_book, make_need, make_people, day_shift):
    off = pd.DataFrame({"agent": ["ann"], "from": ["2026-03-02"], "to": ["2026-03-02"], "kind": ["wish_off"]})
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 1.0)])
    result = make_roster(need, make_people(ann="phone/a", bob="phone/a"), make_book({"day": day_shift}), time_off=off)
    assert result.roster["agent"].tolist() == ["bob"]


def test_availability_hours_keep_people_to_their_part_of_the_day(make_book, make_need, make_people):
    need = make_need([("phone/a", "2026-03-02 06:00", 16, 1.0)])
    book = make_book({"early": EARLY, "late": LATE})
    people = make_people(ann=("phone/a", "13:00", None), bob=("phone/a", None, "15:00"))
    result = make_roster(need, people, book)
    assert starts(result.roster, "ann") == ["02 14:00"]
    assert starts(result.roster, "bob") == ["02 06:00"]


def test_nobody_at_all_gives_an_empty_roster_that_says_so(make_book, make_need, make_people, day_shift):
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 2.0)])
    result = make_roster(need, make_people(), make_book({"day": day_shift}))
    assert len(result.roster) == 0
    assert result.summary["uncovered_hours"] == pytest.approx(16)
    assert any("no people" in words for words in result.summary["warnings"])


def test_no_requirements_give_an_empty_roster(make_book, make_need, make_people, day_shift):
    result = make_roster(make_need([]), make_people(ann="phone/a"), make_book({"day": day_shift}))
    assert len(result.roster) == 0
    assert result.summary["cost"] == 0


def test_a_queue_nobody_serves_and_a_person_nobody_needs_are_named(make_book, make_need, make_people, day_shift):
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 1.0), ("chat/b", "2026-03-02 08:00", 8, 1.0)])
    result = make_roster(need, make_people(ann="phone/*", eve="fax/*"), make_book({"day": day_shift}))
    words = " ".join(result.summary["warnings"])
    assert "chat/b: nobody can serve it; 8.0 agent-hours stay uncovered" in words
    assert "1 people have no skill that is needed: eve" in words
    assert result.roster["agent"].unique().tolist() == ["ann"]


def test_rules_that_leave_a_person_no_shift_are_named(make_book, make_need, make_people, day_shift):
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 1.0)])
    people = make_people(ann=("phone/a", "10:00", "12:00"))
    result = make_roster(need, people, make_book({"day": day_shift}))
    assert "no shift is left for 1 people by availability: ann" in result.summary["warnings"]


def test_a_rule_that_is_paid_for_is_broken_where_that_is_cheaper(make_book, make_need, make_people):
    need = make_need([("phone/a", "2026-03-02 14:00", 8, 1.0), ("phone/a", "2026-03-03 06:00", 8, 1.0)])
    dear = {"rest": {"strictness": "pay", "price": 1000.0}}
    cheap = {"rest": {"strictness": "pay", "price": 10.0}}
    people = make_people(ann="phone/a")
    book = make_book({"early": EARLY, "late": LATE}, rules=dear)
    assert len(make_roster(need, people, book).roster) == 1
    book = make_book({"early": EARLY, "late": LATE}, rules=cheap)
    result = make_roster(need, people, book)
    assert len(result.roster) == 2
    assert result.summary["cost"] == pytest.approx(16 + 3 * 10)  # 8 hours of rest instead of 11
    assert audit(result.roster, people, book)["strictness"].tolist() == ["pay"]


def test_an_agreement_the_book_does_not_have_is_named(make_book, make_need, make_people, day_shift):
    people = make_people(ann="phone/a").assign(agreement="casual")
    need = make_need([("phone/a", "2026-03-02 08:00", 8, 1.0)])
    with pytest.raises(BadValue, match="casual"):
        make_roster(need, people, make_book({"day": day_shift}))


def test_two_grids_in_one_plan_are_refused(make_book, make_need, make_people, day_shift):
    need = pd.concat(
        [
            make_need([("phone/a", "2026-03-02 08:00", 8, 1.0)]),
            make_need([("phone/b", "2026-03-02 08:00", 8, 1.0)], minutes=30),
        ]
    )
    with pytest.raises(BadValue, match="one grid"):
        make_roster(need, make_people(ann="phone/*"), make_book({"day": day_shift}))


def test_daily_requirements_are_met_by_shares_of_a_day(make_book, make_need, make_people, day_shift):
    need = make_need([("mail/a", "2026-03-02 00:00", 48, 1 / 3)], minutes=1440)
    result = make_roster(need, make_people(ann="mail/a"), make_book({"day": day_shift}))
    assert result.summary["uncovered_hours"] == pytest.approx(0, abs=1e-6)
    assert result.summary["paid_hours"] == 16


def test_a_weekly_minimum_that_no_week_can_hold_is_named(make_book, make_need, make_people):
    book = make_book(
        {"long": {"start_from": "08:00", "length_minutes": 540}}, hours_per_week_min=38, hours_per_week_max=40
    )
    need = make_need([("phone/a", "2026-03-02 08:00", 9, 1.0)])
    result = make_roster(need, make_people(ann="phone/a"), book)
    words = "agreement 'full': hours_per_week_min 38 can't be reached"
    assert any(warning.startswith(words) and "at most 36 hours" in warning for warning in result.summary["warnings"])


def test_a_rule_name_nobody_knows_is_named(make_book, make_need, make_people, day_shift):
    book = make_book({"day": day_shift}, rules={"siesta": {"strictness": "warn"}})
    result = make_roster(make_need([("phone/a", "2026-03-02 08:00", 8, 1.0)]), make_people(ann="phone/a"), book)
    assert "the rule book sets rule 'siesta', which does not exist" in result.summary["warnings"]


def test_every_roster_on_the_way_is_told_and_the_best_one_is_kept(
    make_book, make_need, make_people, day_shift, monkeypatch
):
    """One insertion of all, four sweeps, twelve passes, three rounds, a dive where the bound is not reached."""
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", 0)
    told: list[float] = []
    need = make_need([("phone/a", f"2026-03-0{day} 08:00", 8, 2.5) for day in range(2, 7)])
    people = make_people(ann="phone/a", bob="phone/a", eve="phone/a")
    result = make_roster(need, people, make_book({"day": day_shift}), iterations=3, trace=told.append)
    assert len(told) in (1 + 4 + 12 + 3, 1 + 4 + 12 + 3 + 1)
    assert result.summary["cost"] == pytest.approx(min(told[4:]))


@pytest.mark.parametrize("strictness", ["pay", "warn", "ignore"])
@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("overlap", "nobody works twice at once"),
        ("leave", "nobody works on a day of leave.*a wish_off in the time off"),
    ],
)
def test_no_book_lets_anybody_be_in_two_places(make_book, make_need, make_people, day_shift, strictness, rule, words):
    book = make_book({"day": day_shift}, rules={rule: {"strictness": strictness}})
    with pytest.raises(BadValue, match=rf"rule\.{rule}\.strictness.*{words}"):
        make_roster(make_need([("phone/a", "2026-03-02 08:00", 8, 1.0)]), make_people(ann="phone/a"), book)


def test_a_bound_that_climbs_beside_the_search_repeats_with_its_seed(
    make_book, make_need, make_people, day_shift, monkeypatch
):
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", 0)
    monkeypatch.setattr(insertion, "CELLS_MOST", 0)
    need = make_need([("phone/a", f"2026-03-0{day} 08:00", 8, 1.5) for day in range(2, 7)])
    people, book = make_people(ann="phone/a", bob="phone/a", eve="phone/a"), make_book({"day": day_shift})
    first, again = (make_roster(need, people, book, iterations=3, seed=5) for _ in range(2))
    assert first.summary == again.summary
    pd.testing.assert_frame_equal(first.roster, again.roster)
    assert first.summary["bound"] <= first.summary["cost"]


def test_a_search_that_is_stopped_hands_back_the_legal_roster_it_has(
    monkeypatch, make_book, make_need, make_people, day_shift
):
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", 0)  # the insertion engine
    stages: list[tuple[str, int]] = []
    need, people = make_need([("phone/a", "2026-03-02 08:00", 8, 2.0)]), make_people(ann="phone/a", bob="phone/a")
    book = make_book({"day": day_shift})
    result = make_roster(
        need, people, book, iterations=10**9, progress=lambda stage, done, total: stages.append((stage, done)),
        stopped=lambda: ("people", 1) in stages,
    )  # fmt: skip
    assert result.summary["uncovered_hours"] == 0  # both were put in before
    assert result.summary["warnings"][-1] == "stopped before its end: the best roster so far"
    assert len(audit(result.roster, people, book)) == 0
