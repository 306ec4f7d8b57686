"""The contract of the rules: each one in the list has a kept and a broken case, and its inequality as golden text.

A rule without a case, or without its text in tests/golden/lp, fails here by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.people import RuleBook
from scheduling import RULES, audit
from scheduling.roster.engines.people_program import Writer, write_people
from scheduling.roster.open_people import PeopleAlike, write_rules
from scheduling.roster.problem import make_problem
from scheduling.roster.rules.base import conflict_rows

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "lp"
EARLY = {"start_from": "06:00", "length_minutes": 480}
LATE = {"start_from": "14:00", "length_minutes": 480}
NIGHT = {"start_from": "22:00", "length_minutes": 480}
PAUSED = {
    "start_from": "08:00",
    "length_minutes": 240,
    "break": [{"kind": "break", "minutes": 15, "earliest_minutes": 60, "latest_minutes": 120}],
}
SHIFTS = {"early": EARLY, "late": LATE, "night": NIGHT, "paused": PAUSED, "other": EARLY}
CALIFORNIA = [
    {"per": "day", "over_hours": 8, "factor": 1.5}, {"per": "day", "over_hours": 12, "factor": 2.0},
    {"over_hours": 40, "factor": 1.5},
]  # fmt: skip
Entry = tuple[str, float, str, str, str]  # local start, hours, activity, queue, shift


def work(start: str, shift: str = "early", hours: float = 8, queue: str = "phone/a") -> Entry:
    return (start, hours, "work", queue, shift)


def week(days: range, clock: str = "06:00", shift: str = "early") -> list[Entry]:
    return [work(f"2026-03-{day:02d} {clock}", shift) for day in days]


@dataclass(frozen=True)
class Case:
    """A roster of one person that keeps the rule, one that breaks it, and what the audit must find."""

    kept: list[Entry]
    broken: list[Entry]
    found: float
    limit: float
    at: str
    agreement: Mapping[str, Any] = field(default_factory=dict)
    person: Mapping[str, Any] = field(default_factory=dict)
    time_off: tuple[tuple[str, str, str], ...] = ()  # from, to, kind
    pinned: tuple[tuple[str, str, str], ...] = ()  # day, shift, clock
    book: Mapping[str, Any] = field(default_factory=dict)
    previous: list[Entry] = field(default_factory=list)


PAUSE_KEPT = [
    work("2026-03-02 08:00", "paused", 1),
    ("2026-03-02 09:00", 0.25, "break", "", "paused"),
    work("2026-03-02 09:15", "paused", 2.75),
]
PAUSE_LATE = [
    work("2026-03-02 08:00", "paused", 3),
    ("2026-03-02 11:00", 0.25, "break", "", "paused"),
    work("2026-03-02 11:15", "paused", 0.75),
]
RU_MONTH = {"accounting_period": "month", "norm_hours_per_week": 40, "norm_calendar": "RU"}
CASES: Mapping[str, list[Case]] = {
    "skills": [
        Case([work("2026-03-02 06:00")], [work("2026-03-02 06:00", queue="phone/a|chat/b")], 1, 0, "2026-03-02 06:00")
    ],
    "proficiency": [
        Case(
            [work("2026-03-02 06:00", queue="phone/b")],
            [work("2026-03-02 06:00", queue="phone/a|phone/b")],
            0.8,
            0.9,
            "2026-03-02 06:00",
            person={"proficiency": 0.8},
            book={"proficiency": {"phone/a": 0.9}},
        ),
        Case(  # the longer pattern decides; who has no figure has 1
            [work("2026-03-02 06:00", queue="phone/a")],
            [work("2026-03-02 06:00", queue="chat/b")],
            1.0,
            1.2,
            "2026-03-02 06:00",
            book={"proficiency": {"*": 1.2, "phone/*": 0.5}},
        ),
    ],
    "shifts": [
        Case([work("2026-03-02 06:00")], [work("2026-03-02 06:00", "other")], 1, 0, "2026-03-02 06:00"),
        Case([work("2026-03-02 06:00")], [work("2026-03-02 07:00")], 1, 0, "2026-03-02 07:00"),
        Case([work("2026-03-02 06:00")], [work("2026-03-02 06:00", hours=9)], 1, 0, "2026-03-02 06:00"),
        Case([work("2026-03-02 06:00")], [work("2026-03-02 06:00", "brunch")], 1, 0, "2026-03-02 06:00"),
    ],
    "availability": [
        Case(
            [work("2026-03-03 14:00", "late")],
            [work("2026-03-03 06:00")],
            4,
            0,
            "2026-03-03 06:00",
            person={"available_from": "10:00"},
        ),
        Case(
            [work("2026-03-03 06:00")],
            [work("2026-03-02 06:00")],
            8,
            0,
            "2026-03-02 06:00",
            person={"available_from": "2026-03-03"},
        ),
        Case(
            [work("2026-03-02 22:00", "night")],
            [work("2026-03-02 06:00")],
            8,
            0,
            "2026-03-02 06:00",
            person={"available_from": "20:00", "available_to": "06:00"},
        ),
    ],
    "leave": [
        Case(
            [work("2026-03-02 06:00")],
            [work("2026-03-03 22:00", "night")],
            6,
            0,
            "2026-03-03 22:00",
            time_off=(("2026-03-04", "2026-03-05", "leave"),),
        ),
    ],
    "hours_per_day": [
        Case(
            [work("2026-03-02 08:00", "paused", 4)],
            [work("2026-03-02 06:00")],
            8,
            5,
            "2026-03-02 06:00",
            {"hours_per_day_max": 5},
        )
    ],
    "shifts_per_day": [
        Case(
            [work("2026-03-02 06:00")],
            [work("2026-03-02 06:00"), work("2026-03-02 14:00", "late")],
            2,
            1,
            "2026-03-02 14:00",
        ),
    ],
    "hours_per_week": [
        Case(week(range(2, 7)), week(range(2, 8)), 48, 40, "2026-03-07 06:00", {"hours_per_week_max": 40}),
        Case(
            week(range(4, 8)),
            week(range(4, 9)),
            48,
            40,
            "2026-03-08 06:00",
            {"hours_per_week_max": 40},
            previous=week(range(3, 4)),
        ),
    ],
    "rest": [
        Case(
            week(range(2, 4), "22:00", "night"),
            [work("2026-03-02 22:00", "night"), work("2026-03-03 14:00", "late")],
            8,
            11,
            "2026-03-03 14:00",
        ),
        Case(
            [work("2026-03-03 06:00")],
            [work("2026-03-02 06:00")],
            8,
            11,
            "2026-03-02 06:00",
            previous=[work("2026-03-01 14:00", "late")],
        ),
    ],
    "overlap": [
        Case(
            [work("2026-03-02 06:00"), work("2026-03-02 14:00", "late")],
            [work("2026-03-02 06:00"), work("2026-03-02 12:00", "late")],
            2,
            0,
            "2026-03-02 12:00",
            {"shifts_per_day_max": 2},
        ),
    ],
    "consecutive_days": [
        Case(week(range(2, 7)), week(range(2, 9)), 7, 5, "2026-03-07 06:00", {"consecutive_days_max": 5}),
        Case(
            week(range(3, 5)),
            week(range(2, 5)),
            4,
            3,
            "2026-03-04 06:00",
            {"consecutive_days_max": 3},
            previous=week(range(1, 2)),
        ),
    ],
    "weekly_rest": [
        Case(week(range(2, 8)), week(range(2, 9)), 16, 34, "2026-03-08 06:00", {"weekly_rest_hours_min": 34}),
    ],
    "hours_per_week_min": [
        Case(
            week(range(2, 7)),
            [*week(range(2, 4)), *week(range(5, 7))],
            32,
            40,
            "2026-03-02 00:00",
            {"hours_per_week_min": 40},
        ),
        Case(
            [*week(range(2, 4)), *week(range(5, 7))],
            [*week(range(2, 4)), work("2026-03-06 06:00")],
            24,
            32,
            "2026-03-02 00:00",
            {"hours_per_week_min": 40},
            time_off=(("2026-03-04", "2026-03-04", "sick"),),
        ),
    ],
    "breaks": [
        Case(PAUSE_KEPT, PAUSE_LATE, 180, 120, "2026-03-02 11:00"),
        Case(PAUSE_KEPT, [work("2026-03-02 08:00", "paused", 4)], 0, 1, "2026-03-02 08:00"),
    ],
    "wishes": [
        Case(
            [work("2026-03-02 06:00")],
            [work("2026-03-03 06:00")],
            1,
            0,
            "2026-03-03 06:00",
            time_off=(("2026-03-03", "2026-03-03", "wish_off"),),
        ),
        Case(
            week(range(2, 4)),
            [work("2026-03-02 06:00"), work("2026-03-04 06:00")],
            0,
            1,
            "2026-03-03 00:00",
            time_off=(("2026-03-03", "2026-03-03", "wish_work"),),
        ),
    ],
    "rotation": [
        Case(
            [*week(range(2, 4)), *week(range(6, 7))],
            [*week(range(2, 5))],
            1,
            0,
            "2026-03-04 06:00",
            {"rotation_days": [2, 2], "rotation_from": "2026-03-02"},
        ),
        Case(
            week(range(2, 5)),
            week(range(1, 3)),
            1,
            0,
            "2026-03-01 06:00",
            {"rotation_days": [4, 2, 2, 1], "rotation_from": "2026-04-16"},
        ),
    ],
    "hours_per_period": [
        Case(week(range(2, 5)), week(range(2, 6)), 32, 24, "2026-03-05 06:00", {"hours_per_period_max": 24}),
        Case(  # March 2026 has 21 working days in Russia: 168 hours
            week(range(2, 23)), week(range(2, 24)), 176, 168, "2026-03-23 06:00", RU_MONTH,
        ),
        Case(  # from Friday 27 March on 3 working days are left, one of them sick: 16 hours
            week(range(27, 29)), week(range(27, 30)), 24, 16, "2026-03-29 06:00", RU_MONTH,
            time_off=(("2026-03-31", "2026-03-31", "sick"),),
        ),
        Case(  # 8 of the 32 hours from Thursday 26 March on are worked before
            week(range(27, 30)), week(range(27, 31)), 40, 32, "2026-03-30 06:00", RU_MONTH,
            previous=week(range(26, 27)),
        ),
    ],
    "hours_per_period_min": [
        Case(
            week(range(2, 7)), [*week(range(2, 4)), *week(range(6, 7))], 24, 40, "2026-03-02 00:00",
            {"hours_per_period_min": 40},
        ),
        Case(  # two working days (27 and 30 March) at 40 hours a week and nine tenths
            [work("2026-03-27 06:00"), work("2026-03-30 06:00")],
            [work("2026-03-27 08:00", "paused", 4), work("2026-03-30 06:00")],
            12, 14.4, "2026-03-27 00:00", {**RU_MONTH, "norm_share_min": 0.9},
        ),
    ],
    "days_off": [
        Case(
            [*week(range(2, 4)), *week(range(6, 7))], [*week(range(2, 3)), *week(range(4, 5))], 1, 2,
            "2026-03-04 06:00", {"days_off_min": 2},
        ),
        Case(
            week(range(4, 5)), week(range(3, 5)), 1, 2, "2026-03-03 06:00", {"days_off_min": 2},
            previous=week(range(1, 2)),
        ),
    ],
    "consecutive_days_min": [
        Case(
            [*week(range(2, 3)), *week(range(4, 6)), *week(range(7, 8))],
            [*week(range(2, 3)), *week(range(4, 5)), *week(range(7, 8))],
            1, 2, "2026-03-04 06:00", {"consecutive_days_min": 2},
        ),
        Case(
            [*week(range(3, 6)), *week(range(7, 8))], [*week(range(3, 5)), *week(range(7, 8))],
            2, 3, "2026-03-03 06:00", {"consecutive_days_min": 3}, previous=week(range(1, 2)),
        ),
    ],
    "weekends": [
        Case(
            [*week(range(7, 9)), *week(range(9, 14))], [*week(range(7, 9)), *week(range(15, 16))], 2, 1,
            "2026-03-15 06:00", {"weekends_max": 1},
        ),
    ],
    "consecutive_weekends": [
        Case(
            [*week(range(7, 9)), *week(range(21, 22))], [*week(range(7, 9)), *week(range(14, 15))], 2, 1,
            "2026-03-14 06:00", {"consecutive_weekends_max": 1},
        ),
        Case(
            week(range(14, 15)), week(range(7, 9)), 2, 1, "2026-03-07 06:00", {"consecutive_weekends_max": 1},
            previous=week(range(1, 2)),
        ),
    ],
    "complete_weekends": [
        Case(
            week(range(6, 10)), [*week(range(6, 8)), *week(range(9, 10))], 1, 2, "2026-03-08 00:00",
            {"complete_weekends": True},
        ),
        Case(
            week(range(7, 8)), [*week(range(6, 7)), *week(range(8, 9))], 1, 2, "2026-03-07 00:00",
            {"complete_weekends": True},
        ),
    ],
    "consecutive_nights": [
        Case(
            [*week(range(2, 4), "22:00", "night"), *week(range(5, 6), "22:00", "night")],
            week(range(2, 5), "22:00", "night"), 3, 2, "2026-03-04 22:00", {"consecutive_nights_max": 2},
        ),
        Case(  # the late shift ends at 22:00 and has an hour of the night from 21:00 on
            [*week(range(2, 3), "14:00", "late"), *week(range(3, 4), "22:00", "night")],
            week(range(2, 3), "22:00", "night"), 2, 1, "2026-03-02 22:00",
            {"consecutive_nights_max": 1, "night_from": "21:00"}, previous=week(range(1, 2), "22:00", "night"),
        ),
    ],
    "after_night": [
        Case(
            [*week(range(2, 4), "22:00", "night"), *week(range(4, 5), "14:00", "late")],
            [*week(range(2, 3), "22:00", "night"), *week(range(3, 4))], 6, 0, "2026-03-03 06:00",
            {"start_after_night": "12:00"},
        ),
        Case(
            week(range(2, 3), "14:00", "late"), [work("2026-03-02 08:00", "paused", 4)], 4, 0, "2026-03-02 08:00",
            {"start_after_night": "12:00"}, previous=week(range(1, 2), "22:00", "night"),
        ),
    ],
    "overtime": [
        Case(  # 8 hours above 40 at half an hour's pay more, 4 of them above 44 at another half
            week(range(2, 7)), week(range(2, 8)), 60, 0, "2026-03-07 06:00",
            {"cost_per_hour": 10, "overtime": [{"over_hours": 40, "factor": 1.5}, {"over_hours": 44, "factor": 2.0}]},
        ),
        Case(  # 5 × 10 h: ten hours above eight a day, 40 straight ones in the week; with a sixth day eight above 40
            [work(f"2026-03-{day:02d} 06:00", hours=10) for day in range(2, 7)],
            [work(f"2026-03-{day:02d} 06:00", hours=10) for day in range(2, 8)], 40, 0, "2026-03-07 06:00",
            {"cost_per_hour": 10, "overtime": CALIFORNIA},
        ),
        Case(  # a split day of 4 and 8 hours has eight straight ones: 4 × 8 + 8 keep, another 8 break
            [work("2026-03-02 15:00", hours=4), *week(range(2, 7))],
            [work("2026-03-02 15:00", hours=4), *week(range(2, 8))], 40, 0, "2026-03-07 06:00",
            {"cost_per_hour": 10, "overtime": CALIFORNIA},
        ),
    ],
    "overtime_day": [
        Case(
            [work("2026-03-02 08:00", "paused", 4)], [work("2026-03-02 06:00")], 15, 0, "2026-03-02 06:00",
            {"cost_per_hour": 10, "overtime": [
                {"per": "day", "over_hours": 6, "factor": 1.5}, {"per": "day", "over_hours": 7, "factor": 2.0},
            ]},
        ),
        Case(  # two hours above eight, at half an hour's pay more
            [work("2026-03-02 06:00")], [work("2026-03-02 06:00", hours=10)], 10, 0, "2026-03-02 06:00",
            {"cost_per_hour": 10, "overtime": CALIFORNIA},
        ),
    ],
    "pinned": [
        Case(
            [work("2026-03-03 06:00")], [work("2026-03-03 14:00", "late")], 0, 1, "2026-03-03 00:00",
            pinned=(("2026-03-03", "early", "06:00"),),
        ),
        Case(
            [work("2026-03-03 14:00", "late")], [*week(range(2, 3)), *week(range(4, 5))], 0, 1, "2026-03-03 00:00",
            pinned=(("2026-03-03", "", ""),),
        ),
    ],
}  # fmt: skip
ALL = [(name, number) for name in CASES for number in range(len(CASES[name]))]


def book_of(case: Case) -> RuleBook:
    allowed = [name for name in SHIFTS if name != "other"]
    agreement = {"shifts": allowed, "hours_per_week_max": 60, **case.agreement}
    book = {"timezone": "Europe/Berlin", "agreement": {"full": agreement}, "shift": SHIFTS, **case.book}
    return RuleBook.from_mapping(book)


def rows_of(entries: list[Entry], make_rows) -> pd.DataFrame:
    return make_rows(*[("ann", *entry) for entry in entries], timezone="Europe/Berlin")


def off_of(case: Case) -> pd.DataFrame:
    rows = [("ann", *entry, None, None) for entry in case.time_off]
    rows += [("ann", day, day, "pinned", shift, clock) for day, shift, clock in case.pinned]
    return pd.DataFrame(rows, columns=["agent", "from", "to", "kind", "shift", "clock"])


def audited(case: Case, entries: list[Entry], make_rows) -> pd.DataFrame:
    person = {"agent": "ann", "queues": "phone/*", "agreement": "full", **case.person}
    off = off_of(case)
    previous = rows_of(case.previous, make_rows) if case.previous else None
    return audit(
        rows_of(entries, make_rows),
        pd.DataFrame([person]),
        book_of(case),
        time_off=off if len(off) else None,
        previous=previous,
    )


def test_every_rule_has_a_case_and_every_case_a_rule():
    assert {rule.name for rule in RULES} == set(CASES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_it_is(rule):
    assert rule.words
    assert rule.source
    assert rule.unit


@pytest.mark.parametrize(("name", "number"), ALL)
def test_a_roster_that_keeps_the_rule_passes(name, number, make_rows):
    case = CASES[name][number]
    found = audited(case, case.kept, make_rows)
    assert found[found["rule"] == name].empty


@pytest.mark.parametrize(("name", "number"), ALL)
def test_a_roster_that_breaks_the_rule_is_found_named_and_measured(name, number, make_rows):
    case = CASES[name][number]
    found = audited(case, case.broken, make_rows)
    found = found[found["rule"] == name]
    assert len(found) == 1
    row = found.iloc[0]
    assert row["found"] == pytest.approx(case.found)
    assert row["limit"] == pytest.approx(case.limit)
    assert row["start"].tz_convert("Europe/Berlin").strftime("%Y-%m-%d %H:%M") == case.at
    assert row["words"].startswith("ann: ")


GOLDEN_AGREEMENT: Mapping[str, Mapping[str, Any]] = {
    "consecutive_days": {"consecutive_days_max": 2},
    "weekly_rest": {"weekly_rest_hours_min": 34, "shifts": ["paused"]},
    "weekends": {"weekends_max": 0},
}
GOLDEN_DAYS = {
    "weekly_rest": range(2, 9),
    "weekends": range(6, 9),
    "consecutive_weekends": range(8, 15),
    "complete_weekends": range(6, 9),
}


def golden_text(name: str, make_need, folder: Path) -> str:
    """The rule's rows for one person and a few days, written by PuLP."""
    case = CASES[name][0]
    case = replace(case, agreement=GOLDEN_AGREEMENT.get(name, case.agreement))
    rule = next(rule for rule in RULES if rule.name == name)
    need = make_need(
        [("phone/a", f"2026-03-{day:02d} 06:00", 8, 1.0) for day in GOLDEN_DAYS.get(name, range(2, 5))],
        timezone="Europe/Berlin",
    )
    queues = "fax/z" if name == "skills" else "phone/*"
    people = pd.DataFrame([{"agent": "ann", "queues": queues, "agreement": "full", **case.person}])
    off = off_of(case)
    problem = make_problem(need, people, book_of(case), time_off=off if len(off) else None)
    barred = tuple(r for r in RULES if r.name == "shifts" and name == "weekly_rest")
    model = write_rules(problem, problem.people[0], (*barred, rule), explicit=not barred)
    writer = Writer(f"rule_{name}")
    write_people(writer, PeopleAlike((0,), 0, model), "ann")
    path = folder / f"{name}.lp"
    writer.program.finish().writeLP(str(path))
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_the_inequality_of_a_rule_is_the_one_that_was_reviewed(name, make_need, tmp_path):
    text = golden_text(name, make_need, tmp_path)
    golden = GOLDEN / f"{name}.lp"
    assert golden.is_file(), f"rule {name} has no golden text: write {golden.name} from tmp_path and review it"
    assert text == golden.read_text(encoding="utf-8")


def test_the_weights_of_conflict_rows_add_up_to_the_missing_rest():
    ends, starts = np.array([33.0, 30.0, 28.5]), np.array([28.0, 29.0, 31.5])
    total = np.zeros((3, 3))
    for left, right, width in conflict_rows(ends, starts, every_unit=True):
        total[np.ix_(left, right)] += width
    assert total == pytest.approx(np.maximum(ends[:, None] - starts[None, :], 0))
