"""The optimum against a slow twin that tries every roster, and rosters of random problems under audit."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.people import RuleBook
from scheduling import audit, make_roster, measure_coverage
from scheduling.roster.bound import lagrangian_bound
from scheduling.roster.cover import make_prices
from scheduling.roster.engines import program
from scheduling.roster.engines.plan import Plan
from scheduling.roster.engines.program import Effort, solve
from scheduling.roster.engines.search import make_search
from scheduling.roster.engines.tours import TourFinder
from scheduling.roster.open_people import people_alike
from scheduling.roster.problem import make_problem

FIRST = pd.Timestamp("2026-03-02", tz="UTC")
UNDER, OVER = 10.0, 1.0
SHIFTS = {"early": (6, 8), "late": (12, 8), "short": (8, 4)}  # start hour, hours


def book_of(**agreement: object) -> RuleBook:
    return RuleBook.from_mapping(
        {
            "agreement": {"full": {"shifts": list(SHIFTS), "hours_per_week_max": 20, **agreement}},
            "shift": {
                name: {"start_from": f"{start:02d}:00", "length_minutes": 60 * hours}
                for name, (start, hours) in SHIFTS.items()
            },
            "cover": {"under_per_hour": UNDER, "over_per_hour": OVER},
        }
    )


def requirements(need: np.ndarray, queues: list[str]) -> pd.DataFrame:
    """`need` queues × days × 24 hours."""
    rows = [
        (queue, FIRST + pd.Timedelta(days=day, hours=hour), 60, 0.0, need[q, day, hour], need[q, day, hour])
        for q, queue in enumerate(queues)
        for day in range(need.shape[1])
        for hour in range(24)
    ]
    columns = ["queue", "start", "interval_minutes", "load_erlangs", "agents", "scheduled"]
    return pd.DataFrame(rows, columns=columns).assign(start=lambda f: pd.DatetimeIndex(f["start"]).as_unit("us"))


def tours(days: int) -> list[tuple[tuple[int, int], ...]]:
    """Every legal tour as (start, end) hours: one shift a day, 11 hours of rest, at most 20 hours."""
    found = []
    choices = [None, *SHIFTS.values()]
    for pick in product(choices, repeat=days):
        spans = [(24 * day + shift[0], 24 * day + shift[0] + shift[1]) for day, shift in enumerate(pick) if shift]
        rested = all(b[0] - a[1] >= 11 for a, b in pairwise(spans))
        if rested and sum(end - start for start, end in spans) <= 20:
            found.append(tuple(spans))
    return found


def served(present: dict[tuple[str, ...], np.ndarray], need: dict[str, np.ndarray]) -> np.ndarray:
    """Need served by hour, by the cuts over all sets of queues written out."""
    queues = list(need)
    best = None
    for size in range(len(queues) + 1):
        for chosen in combinations(queues, size):
            cut = sum((need[q] for q in chosen), np.zeros_like(next(iter(need.values()))))
            cut = cut + sum((n for skills, n in present.items() if not set(skills) <= set(chosen)), np.zeros_like(cut))
            best = cut if best is None else np.minimum(best, cut)
    assert best is not None
    return best


def least_cost(need: np.ndarray, queues: list[str], skills: list[tuple[str, ...]], speeds: tuple[float, ...]) -> float:
    """The cheapest roster of all."""
    hours = need.shape[1] * 24
    by_queue = {queue: need[q].reshape(-1) for q, queue in enumerate(queues)}
    best = np.inf
    for picks in product(tours(need.shape[1]), repeat=len(skills)):
        present: dict[tuple[str, ...], np.ndarray] = {}
        paid = 0
        for own, speed, spans in zip(skills, speeds, picks, strict=True):
            row = present.setdefault(own, np.zeros(hours))
            for start, end in spans:
                row[start : min(end, hours)] += speed
                paid += end - start
        done = served(present, by_queue).sum()
        people = sum(row.sum() for row in present.values())
        best = min(best, paid + UNDER * (need.sum() - done) + OVER * (people - done))
    return best


@pytest.mark.parametrize("speeds", [(1.0, 1.0), (0.5, 1.25)])
@pytest.mark.parametrize("seed", range(4))
def test_the_cost_is_that_of_the_best_of_all_rosters(seed, speeds):
    random = np.random.default_rng(seed)
    queues, skills = ["a/x", "b/y"], [("a/x",), ("a/x", "b/y")]
    need = np.zeros((2, 2, 24))
    need[:, :, 6:20] = random.integers(0, 5, size=(2, 2, 14)) / 4
    people = pd.DataFrame({"agent": ["p0", "p1"], "queues": ["|".join(own) for own in skills], "agreement": "full"})
    result = make_roster(requirements(need, queues), people.assign(proficiency=speeds), book_of())
    assert result.summary["status"] == "optimal"
    assert result.summary["cost"] == pytest.approx(least_cost(need, queues, skills, speeds))


def random_site(seed: int, people: int, days: int, *, mixed: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Need and people; `mixed`: of different proficiency."""
    random = np.random.default_rng(seed)
    need = np.zeros((3, days, 24))
    need[:, :, 6:20] = random.integers(0, people + 1, size=(3, days, 14)) / 3
    queues = ["a/x", "b/y", "c/z"]
    skills = [random.choice(queues, size=random.integers(1, 4), replace=False) for _ in range(people)]
    staff = pd.DataFrame(
        {
            "agent": [f"p{number}" for number in range(people)],
            "queues": ["|".join(own) for own in skills],
            "agreement": "full",
        }
    )
    return requirements(need, queues), staff.assign(proficiency=random.uniform(0.4, 1.6, people) if mixed else 1.0)


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_bound_of_the_search_lies_below_the_proven_optimum(seed, mixed, monkeypatch):
    need, staff = random_site(seed, people=3, days=3, mixed=mixed)
    book = book_of(weekly_rest_hours_min=36)
    optimum = make_roster(need, staff, book).summary
    assert optimum["status"] == "optimal"
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", 0)
    searched = make_roster(need, staff, book, iterations=4).summary
    assert searched["bound"] <= optimum["cost"] + 1e-6
    assert searched["cost"] >= optimum["cost"] - 1e-6
    assert searched["cost"] <= 1.10 * optimum["cost"]


@pytest.mark.parametrize("mixed", [False, True])
def test_the_bound_holds_at_any_prices(mixed):
    need, staff = random_site(5, people=3, days=2, mixed=mixed)
    problem = make_problem(need, staff, book_of())
    classes = people_alike(problem)
    finders = [TourFinder(members) for members in classes]
    optimum = solve(problem, Effort(1, 1, None, None)).cost
    random = np.random.default_rng(1)
    for scale in (0.0, 2.0, 10.0, 30.0):
        worth = scale * random.random((len(problem.groups), len(problem.grid)))
        assert lagrangian_bound(problem, classes, finders, worth) <= optimum + 1e-6


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), rest=st.sampled_from([None, 11.0, 16.0]), row=st.sampled_from([None, 2]))
def test_a_roster_of_any_small_site_passes_the_audit(seed, rest, row):
    need, staff = random_site(seed, people=3, days=4)
    book = book_of(rest_hours_min=rest, consecutive_days_max=row, weekly_rest_hours_min=36)
    exact = make_roster(need, staff, book)
    assert audit(exact.roster, staff, book).empty
    assert exact.summary["bound"] <= exact.summary["cost"] + 1e-6


@pytest.mark.parametrize("seed", [1, 2])
def test_a_searched_roster_passes_the_audit_and_repeats_with_its_seed(seed, monkeypatch):
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", 0)
    need, staff = random_site(seed, people=6, days=5)
    book = book_of(consecutive_days_max=3, weekly_rest_hours_min=40, hours_per_week_min=8)
    first = make_roster(need, staff, book, seed=seed, iterations=3)
    again = make_roster(need, staff, book, seed=seed, iterations=3)
    breaches = audit(first.roster, staff, book)
    assert breaches[breaches["strictness"] == "forbid"].empty
    pd.testing.assert_frame_equal(first.roster, again.roster)
    assert first.summary == again.summary


def test_progress_is_told_stage_by_stage(monkeypatch):
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", 0)
    need, staff = random_site(3, people=2, days=2)
    told: list[tuple[str, int, int]] = []
    make_roster(need, staff, book_of(), iterations=2, progress=lambda *what: told.append(what))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["people", "relaxation", "improvement"]
    assert all(0 <= done <= total for _, done, total in told)
    assert told[-1] == ("improvement", 2, 2)


@pytest.mark.parametrize("seed", range(2))
def test_coverage_misses_what_the_roster_of_mixed_people_says_it_misses(seed):
    need, staff = random_site(seed, people=4, days=2, mixed=True)
    result = make_roster(need, staff, book_of())
    gap = measure_coverage(need, result.roster, people=staff)["gap"]
    assert gap.sum() == pytest.approx(result.summary["uncovered_hours"], abs=1e-3)


def planted(roster: pd.DataFrame, what: str) -> pd.DataFrame:
    """A roster with one fault put in."""
    changed = roster.copy()
    if what == "overlap":
        twin = changed.iloc[[0]].assign(start=changed["start"].iloc[0] + pd.Timedelta(minutes=30))
        return pd.concat([changed, twin.assign(end=twin["end"] + pd.Timedelta(minutes=30))], ignore_index=True)
    if what == "shifts":
        changed.loc[0, "shift"] = "unheard-of"
    if what == "skills":
        changed.loc[0, "queue"] = "q/unknown"
    if what == "known_people":
        changed.loc[0, "agent"] = "stranger"
    return changed


@pytest.mark.parametrize("what", ["overlap", "shifts", "skills", "known_people"])
def test_a_planted_breach_is_found_and_named(what):
    need, staff = random_site(11, people=3, days=3)
    roster = make_roster(need, staff, book_of()).roster
    assert audit(roster, staff, book_of()).empty
    assert what in set(audit(planted(roster, what), staff, book_of())["rule"])


@pytest.mark.parametrize("mixed", [False, True])
def test_the_compiled_day_move_finds_what_the_plain_arithmetic_finds(mixed):
    need, staff = random_site(4, people=5, days=3, mixed=mixed)
    pause = {"kind": "break", "minutes": 30, "earliest_minutes": 60, "latest_minutes": 180}
    shift = {"start_from": "06:00", "start_to": "12:00", "start_step_minutes": 60, "length_minutes": 480}
    table = {"full": {"shifts": ["day"], "hours_per_week_max": 16, "hours_per_week_min": 12}}
    book = RuleBook.from_mapping({"agreement": table, "shift": {"day": {**shift, "break": [pause]}}})
    problem = make_problem(need, staff, book)
    classes = people_alike(problem)
    finders = [TourFinder(members) for members in classes]
    plan = Plan(problem, make_prices(problem))
    search = make_search(plan, classes, finders, np.random.default_rng(1))
    for person in sorted(search.class_of):
        plan.put(person, [], 0.0)
        for day in range(3):
            value, found = search.best_on(person, day)
            legal, view = search.legal[search.class_of[person]], search.views[day]
            others = [taken[0] for taken in plan.shifts[person]]
            worth, chosen = view.worth(plan, int(problem.group_of[person]), problem.people[person].proficiency)
            twin = legal.costs(others, view.slots)
            twin[:-1] = np.where(legal.allowed(others, view.slots), twin[:-1] - worth, np.inf)
            assert value == pytest.approx(twin.min())
            if found is not None:
                best = int(np.flatnonzero(view.slots == found[0])[0])
                assert twin[best] == pytest.approx(twin.min())
                assert found[1] == (int(chosen[best, 0]),)
            search.join(person, found)


def test_a_search_without_time_still_gives_a_legal_roster_and_a_valid_bound(monkeypatch):
    monkeypatch.setattr(program, "EXACT_COLUMNS_MOST", 0)
    need, staff = random_site(6, people=5, days=4)
    result = make_roster(need, staff, book_of(), time_limit_seconds=1e-9)
    assert audit(result.roster, staff, book_of()).empty
    assert result.summary["bound"] <= result.summary["cost"]
