"""Nameless shifts that cover a need: held against every multiset of shifts on tiny plans, and at the edges."""

from __future__ import annotations

from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.errors import BadValue
from domain.people import RuleBook
from domain.tables import SHIFTS
from scheduling import make_shift_mix
from scheduling.mix.problem import MixProblem, make_mix_problem
from scheduling.mix.relaxation import cover_of, price_patterns, relax

MONDAY = pd.Timestamp("2026-03-02T00:00", tz="UTC")


def required(people: list[float], *, first: str = "08:00", minutes: int = 60, queue: str = "calls") -> pd.DataFrame:
    start = MONDAY + pd.Timedelta(first + ":00")
    stamps = pd.date_range(start, periods=len(people), freq=f"{minutes}min").as_unit("us")
    return pd.DataFrame(
        {
            "queue": queue, "start": stamps, "interval_minutes": minutes,
            "load_erlangs": people, "agents": people, "scheduled": people,
        }
    )  # fmt: skip


def pause(minutes: int, first: int, last: int, kind: str = "break", paid: bool = True) -> dict[str, Any]:
    return {"kind": kind, "minutes": minutes, "earliest_minutes": first, "latest_minutes": last, "paid": paid}


def shift(first: str, last: str, hours: float, *pauses: dict[str, Any], step: int = 60) -> dict[str, Any]:
    return {
        "start_from": first, "start_to": last, "start_step_minutes": step, "length_minutes": round(60 * hours),
        "break": list(pauses),
    }  # fmt: skip


def book(*shifts: dict[str, Any], under: float = 50.0, over: float = 2.0, rate: float = 1.0) -> RuleBook:
    names = {f"s{number}": own for number, own in enumerate(shifts)}
    agreement = {"own": {"shifts": list(names), "cost_per_hour": rate}}
    return RuleBook.from_mapping(
        {"agreement": agreement, "shift": names, "cover": {"under_per_hour": under, "over_per_hour": over}}
    )


TWO_KINDS = (shift("08:00", "10:00", 3, pause(60, 60, 60)), shift("08:00", "11:00", 2))


def all_patterns(problem: MixProblem) -> list[tuple[int, tuple[int, ...]]]:
    flat = problem.flat
    found = []
    for slot in range(len(flat.first)):
        template = flat.template[slot]
        places = [
            flat.at[flat.at_from[template, b] : flat.at_to[template, b]] if length else [-1]
            for b, length in enumerate(flat.length[template])
        ]
        found += [(slot, tuple(int(p) for p in chosen)) for chosen in product(*places)]
    return found


def cheapest(problem: MixProblem, most: int) -> float:
    """The least cost of any multiset of at most so many patterns."""
    patterns = all_patterns(problem)
    cover = np.zeros((len(patterns), len(problem.need)))
    for row, (slot, places) in enumerate(patterns):
        _, at, people = cover_of(problem, np.array([slot]), np.array([places]))
        cover[row, at] = people
    cost = problem.cost[problem.flat.template[[slot for slot, _ in patterns]]]
    best = np.inf
    for count in range(most + 1):
        for chosen in combinations_with_replacement(range(len(patterns)), count):
            missing = np.maximum(problem.need - cover[list(chosen)].sum(axis=0), 0.0)
            best = min(best, cost[list(chosen)].sum() + (problem.most * missing).sum())
    return float(best - problem.constant)


@pytest.mark.parametrize("cover", ["soft", "hard"])
@pytest.mark.parametrize("need", [[1.0, 2.0, 1.0, 1.0], [0.6, 1.5, 0.0, 1.0], [2.0, 0.0, 0.0, 1.0]])
@pytest.mark.parametrize("under", [0.8, 50.0])
def test_no_multiset_of_shifts_is_cheaper(cover: str, need: list[float], under: float) -> None:
    rules = book(*TWO_KINDS, under=under)
    problem = make_mix_problem(required(need), rules, hard=cover == "hard", around=False)
    found = make_shift_mix(required(need), rules, cover=cover, iterations=100)  # type: ignore[arg-type]
    assert found.summary["cost"] == pytest.approx(cheapest(problem, 4), abs=1e-6)
    assert found.summary["bound"] <= found.summary["cost"] + 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_holds_and_the_relaxation_is_exactly_priced(seed: int) -> None:
    random = np.random.default_rng(seed)
    rules = book(shift("08:00", "12:00", 3, pause(30, 30, 120), step=30), shift("08:00", "12:00", 2, step=30))
    problem = make_mix_problem(required(list(random.integers(0, 3, 5).astype(float))), rules, hard=True, around=False)
    relaxed = relax(problem, [])
    assert relaxed.bound <= cheapest(problem, 3) + 1e-9
    assert relaxed.value - relaxed.bound <= 1e-3 * max(relaxed.value, 1.0)
    price = random.random(len(problem.need))
    value, place = price_patterns(problem, price)
    for slot, places in all_patterns(problem):
        _, at, people = cover_of(problem, np.array([slot]), np.array([places]))
        assert people @ price[at] <= value[slot] + 1e-9
    _, at, people = cover_of(problem, np.arange(1), place[:1])
    assert people @ price[at] == pytest.approx(value[0])


def test_six_hours_for_two_people_take_two_full_shifts_with_breaks_apart() -> None:
    rules = book(shift("08:00", "08:00", 6, pause(60, 60, 240, "lunch", paid=False)))
    found = make_shift_mix(required([2, 2, 1, 1, 2, 2]), rules, cover="hard")
    lunches = found.shifts.loc[found.shifts["shift"] == "s0", "breaks"].tolist()
    assert sorted(lunches) == ["10:00 lunch 60", "11:00 lunch 60"]
    assert found.summary["paid_hours"] == 10.0  # two shifts of five paid hours cover ten, exactly what is needed
    assert found.summary["gap"] == 0.0
    assert found.summary["status"] == "optimal"


def test_breaks_lie_in_their_windows() -> None:
    pauses = (pause(15, 60, 105), pause(30, 180, 225, "lunch"), pause(15, 300, 330))
    found = make_shift_mix(required([3, 5, 6, 4, 5, 6, 5, 3]), book(shift("08:00", "09:00", 7, *pauses)), cover="hard")
    assert found.summary["uncovered_hours"] == 0.0
    for row in found.shifts.to_dict("records"):
        texts = row["breaks"].split(" | ")
        clocks = [pd.Timedelta(f"{text[:5]}:00") - (row["start"] - MONDAY) for text in texts]
        minutes = [clock.total_seconds() / 60 for clock in clocks]
        for minute, own in zip(minutes, pauses, strict=True):
            assert own["earliest_minutes"] <= minute <= own["latest_minutes"]


def test_a_night_shift_covers_the_next_morning_and_a_repeating_week_begins_with_its_last_night() -> None:
    night = book(shift("22:00", "22:00", 4))
    day = required([1.0] * 24, first="00:00")
    once = make_shift_mix(day, night, cover="hard")
    around = make_shift_mix(day, night, cover="hard", repeats=True)
    assert once.summary["uncovered_hours"] == 22.0  # 22:00 to 24:00 is all that a shift reaches
    assert around.summary["uncovered_hours"] == 20.0  # and 00:00 to 02:00 from the night before
    assert around.shifts["count"].tolist() == [1]


def test_a_shift_that_starts_when_nothing_is_needed_any_more_serves_the_first_morning_of_a_repeating_plan() -> None:
    found = make_shift_mix(
        required([1.0, 1.0], first="02:00"), book(shift("23:00", "23:00", 5)), cover="hard", repeats=True
    )
    assert found.summary["uncovered_hours"] == 0.0
    assert found.summary["shifts"] == 1


def test_full_cover_is_in_whole_people_and_soft_cover_weighs_them() -> None:
    rules = book(shift("08:00", "08:00", 1), under=3.0, over=1.0)
    need = required([2.4])
    assert make_shift_mix(need, rules, cover="hard").summary["shifts"] == 3
    soft = make_shift_mix(need, rules)  # a third: 1 pay + 0.6 surplus for 0.4 × 3 missing
    assert soft.summary["shifts"] == 2
    assert soft.summary["cost"] == pytest.approx(2 + 0.4 * 3)


def test_one_interval_and_no_demand() -> None:
    rules = book(shift("08:00", "08:00", 1))
    one = make_shift_mix(required([3.0]), rules, cover="hard")
    assert one.shifts["count"].tolist() == [3]
    nothing = make_shift_mix(required([0.0, 0.0]), rules, cover="hard")
    assert len(nothing.shifts) == 0
    assert nothing.summary["gap"] == 0.0
    empty = make_shift_mix(required([]), rules)
    assert list(empty.shifts.columns) == list(SHIFTS.column_names)
    assert empty.summary["warnings"] == ["nothing is required: there are no shifts"]


def test_queues_are_counted_together_or_one_is_chosen() -> None:
    need = pd.concat([required([1.0]), required([2.0], queue="mail/all")])
    rules = book(shift("08:00", "08:00", 1))
    assert make_shift_mix(need, rules, cover="hard").summary["shifts"] == 3
    assert make_shift_mix(need, rules, cover="hard", queues=["mail/*"]).summary["shifts"] == 2
    with pytest.raises(BadValue, match="a queue of the requirements"):
        make_shift_mix(need, rules, queues=["phone"])


def test_templates_that_no_agreement_allows_are_left_out_and_the_cheapest_agreement_pays() -> None:
    rules = RuleBook.from_mapping(
        {
            "agreement": {
                "dear": {"shifts": ["a"], "cost_per_hour": 9}, "cheap": {"shifts": ["a"], "cost_per_hour": 2},
            },
            "shift": {"a": shift("08:00", "08:00", 2), "nobody": shift("08:00", "08:00", 1)},
        }
    )  # fmt: skip
    found = make_shift_mix(required([1.0, 1.0]), rules, cover="hard")
    assert found.summary["cost"] == 4.0
    assert [entry["shift"] for entry in found.summary["by_shift"]] == ["a"]


def test_equal_arguments_give_equal_shifts() -> None:
    need = required([3, 5, 6, 4, 5, 6, 5, 3])
    rules = book(*TWO_KINDS, shift("10:00", "12:00", 4, pause(30, 60, 150), step=30))
    first, second = (make_shift_mix(need, rules, seed=3, iterations=20) for _ in range(2))
    pd.testing.assert_frame_equal(first.shifts, second.shifts)
    assert first.summary == second.summary
