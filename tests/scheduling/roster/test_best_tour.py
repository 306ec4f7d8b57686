"""The best legal tour of one person, against every tour there is: the rules' own checks say which are legal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.people import RuleBook
from scheduling.roster.cover import make_prices
from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.site import make_site, read_staff
from scheduling.roster.engines.tours import TourFinder
from scheduling.roster.model import Person
from scheduling.roster.open_people import people_alike
from scheduling.roster.problem import RosterProblem, make_problem
from scheduling.roster.rules import RULES
from scheduling.roster.work import PersonWork, Row, Worked

SHIFTS = {
    "early": {"start_from": "06:00", "start_to": "10:00", "start_step_minutes": 240, "length_minutes": 480},
    "late": {"start_from": "15:00", "length_minutes": 480},
    "night": {"start_from": "22:00", "length_minutes": 600},
    "short": {"start_from": "12:00", "start_to": "16:00", "start_step_minutes": 240, "length_minutes": 180},
}


def site_of(
    agreement: dict[str, Any],
    rules: dict[str, Any],
    days: int,
    first: str,
    zone: str,
    history: str,
) -> RosterProblem:
    """One person, so many days, need every hour; `history`: letters of shifts on the days before (- is a day off)."""
    named = agreement.get("shifts", list(SHIFTS))
    book = RuleBook.from_mapping(
        {
            "timezone": zone, "agreement": {"own": {**agreement, "shifts": named}},
            "shift": {name: SHIFTS[name] for name in named}, "rule": rules,
            "cover": {"under_per_hour": 50.0, "over_per_hour": 2.0},
        }
    )  # fmt: skip
    begin = pd.Timestamp(first).tz_localize(zone)
    stamps = (
        pd.date_range(begin, begin + pd.DateOffset(days=days), freq="60min", inclusive="left")
        .tz_convert("UTC")
        .as_unit("us")
    )
    need = pd.DataFrame(
        {
            "queue": "calls",
            "start": stamps,
            "interval_minutes": 60,
            "load_erlangs": 1.0,
            "agents": 1.0,
            "scheduled": 1.0,
        }
    )
    people = pd.DataFrame({"agent": ["a"], "queues": ["calls"], "agreement": ["own"]})
    return make_problem(need, people, book, previous=_before(begin, history))


def _before(begin: pd.Timestamp, history: str) -> pd.DataFrame | None:
    names = {"E": ("early", 6, 8), "L": ("late", 15, 8), "N": ("night", 22, 10)}
    rows = []
    for back, letter in enumerate(reversed(history), start=1):
        if letter in names:
            name, hour, length = names[letter]
            start = (begin - pd.DateOffset(days=back)).replace(hour=hour).tz_convert("UTC")
            rows.append(("a", start, start + pd.Timedelta(hours=length), "work", "calls", name, "solver"))
    if not rows:
        return None
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue", "shift", "source"])
    for column in ("start", "end"):
        frame[column] = pd.DatetimeIndex(frame[column]).as_unit("us")
    return frame


def every_tour(problem: RosterProblem) -> Iterator[tuple[int, ...]]:
    """All choices of shifts, day by day: none, one, or (where the agreement allows it) two."""
    options: list[list[tuple[int, ...]]] = []
    for position in range(len(problem.days)):
        own = [int(slot) for slot in np.flatnonzero(problem.slots.day == position)]
        today: list[tuple[int, ...]] = [(), *((slot,) for slot in own)]
        if problem.people[0].agreement.shifts_per_day_max > 1:
            today += [(a, b) for a in own for b in own if problem.slots.end[a] <= problem.slots.start[b]]
        options.append(today)
    for choice in product(*options):
        yield tuple(slot for today in choice for slot in today)


def price_of(problem: RosterProblem, person: Person, tour: tuple[int, ...]) -> float:
    """Pay and priced breaches of a tour by the checks of the rules; infinite where a rule forbids it."""
    slots, book = problem.slots, problem.book
    shifts = list(person.history)
    total = 0.0
    for slot in tour:
        start, end = float(slots.start[slot]), float(slots.end[slot])
        name = slots.templates[int(slots.template[slot])].name
        row = Row(start, end, "work", ("calls",), name)
        day = int(problem.days[slots.day[slot]])
        shifts.append(Worked(start, end, day, name, float(slots.paid_hours[slot]), (row,)))
        total += float(slots.paid_hours[slot]) * person.agreement.cost_per_hour
    shifts.sort(key=lambda shift: (shift.start, shift.end))
    rows = tuple(row for shift in shifts if not shift.previous for row in shift.rows)
    work = PersonWork(
        "a", person.agreement, book, ("calls",), person.availability, person.absences, rows, tuple(shifts),
        int(problem.days[0]), int(problem.days[-1]),
    )  # fmt: skip
    for rule in RULES:
        setting = rule.setting(book)
        for finding in rule.check(work):
            if setting.strictness == "forbid":
                return np.inf
            if setting.strictness == "pay":
                total += setting.price * abs(finding.found - finding.limit)
    return total


TOURS_TRIED = 40
EVERY_KEY: dict[str, Any] = {
    "shifts": ["early", "night"], "hours_per_week_max": 30, "weekly_rest_hours_min": 35, "consecutive_days_max": 3,
    "consecutive_days_min": 2, "days_off_min": 2, "consecutive_weekends_max": 2, "complete_weekends": True,
    "consecutive_nights_max": 1, "start_after_night": "12:00",
    "overtime": [{"over_hours": 16, "factor": 1.5}, {"per": "day", "over_hours": 9, "factor": 2.0}],
}  # fmt: skip
EVERY_RULE = (
    "weekly_rest", "consecutive_days", "consecutive_days_min", "days_off", "weekends", "consecutive_weekends",
    "complete_weekends", "consecutive_nights", "after_night", "hours_per_period", "overtime", "overtime_day",
)  # fmt: skip
Case = tuple[dict[str, Any], dict[str, Any], int, str, str, str]
CASES: dict[str, Case] = {
    "rest and hours of a week": ({"hours_per_week_max": 30}, {}, 4, "2026-03-02", "UTC", ""),
    "rest after the roster before": ({"rest_hours_min": 12}, {}, 3, "2026-03-03", "UTC", "N"),
    "no rest rule: shifts may only not overlap": ({"rest_hours_min": None}, {}, 3, "2026-03-03", "UTC", "N"),
    "a run that began before": ({"consecutive_days_max": 3}, {}, 4, "2026-03-05", "UTC", "EEE"),
    "a paid day too many": (
        {"consecutive_days_max": 2, "hours_per_week_max": 60},
        {"consecutive_days": {"strictness": "pay", "price": 5.0}}, 4, "2026-03-03", "UTC", "",
    ),
    "42 hours of rest across a Sunday": (
        {"shifts": ["early", "late", "night"], "weekly_rest_hours_min": 42, "hours_per_week_max": 60}, {}, 5,
        "2026-03-05", "UTC", "EEE",
    ),
    "weekly rest after a night before": (
        {"weekly_rest_hours_min": 42, "hours_per_week_max": 60}, {}, 4, "2026-03-06", "UTC", "LLLN",
    ),
    "weekly rest of 60 hours": (
        {"weekly_rest_hours_min": 60, "hours_per_week_max": 60}, {}, 4, "2026-03-05", "UTC", "EEE",
    ),
    "rest in the night when clocks go on": ({}, {}, 3, "2026-03-28", "Europe/Berlin", ""),
    "rest in the night when clocks go back": ({}, {}, 3, "2026-10-24", "Europe/Berlin", "L"),
    "hours of two weeks": (
        {"hours_per_week_max": 16, "hours_per_week_min": 16},
        {"hours_per_week_min": {"strictness": "pay", "price": 3.0}}, 4, "2026-03-07", "UTC", "E",
    ),
    "split days": ({"shifts_per_day_max": 2, "hours_per_week_max": 48}, {}, 3, "2026-03-03", "UTC", "L"),
    "split days of at most eleven hours": (
        {"shifts_per_day_max": 2, "hours_per_day_max": 11}, {}, 2, "2026-03-03", "UTC", "",
    ),
    "days off in pairs": ({"days_off_min": 2, "hours_per_week_max": 60}, {}, 4, "2026-03-03", "UTC", "E"),
    "three days off after the roster before": (
        {"shifts": ["late"], "days_off_min": 3, "hours_per_week_max": 60}, {}, 8, "2026-03-03", "UTC", "L-",
    ),
    "paid days off": (
        {"shifts": ["early", "short"], "days_off_min": 3, "consecutive_days_min": 2},
        {"days_off": {"strictness": "pay", "price": 3.0}, "consecutive_days_min": {"strictness": "pay", "price": 2.0}},
        5, "2026-03-03", "UTC", "L",
    ),
    "working days in threes": (
        {"shifts": ["late", "night"], "consecutive_days_min": 3, "hours_per_week_max": 60}, {}, 6,
        "2026-03-03", "UTC", "L-",
    ),
    "split days in pairs": (
        {"shifts": ["early", "short"], "consecutive_days_min": 2, "days_off_min": 2, "shifts_per_day_max": 2}, {}, 4,
        "2026-03-05", "UTC", "",
    ),
    "one weekend of three": (
        {"shifts": ["late"], "weekends_max": 1, "hours_per_week_max": 60}, {}, 10, "2026-03-07", "UTC", "",
    ),
    "two weekends too many, paid": (
        {"shifts": ["late"], "weekends_max": 0, "hours_per_week_max": 32},
        {"weekends": {"strictness": "pay", "price": 6.0}}, 10, "2026-03-06", "UTC", "",
    ),
    "no three weekends in a row": (
        {"shifts": ["late"], "consecutive_weekends_max": 2, "hours_per_week_max": 60}, {}, 9,
        "2026-03-08", "UTC", "L------L",
    ),
    "a second weekend in a row, paid": (
        {"shifts": ["early"], "consecutive_weekends_max": 1, "hours_per_week_max": 24},
        {"consecutive_weekends": {"strictness": "pay", "price": 6.0}}, 5, "2026-03-05", "UTC", "L---",
    ),
    "whole weekends": (
        {"shifts": ["early", "late"], "complete_weekends": True, "hours_per_week_max": 60}, {}, 5,
        "2026-03-05", "UTC", "",
    ),
    "half weekends on split days, paid": (
        {"shifts": ["early", "short"], "complete_weekends": True, "shifts_per_day_max": 2, "hours_per_week_max": 20},
        {"complete_weekends": {"strictness": "pay", "price": 6.0}}, 3, "2026-03-07", "UTC", "",
    ),
    "two nights in a row": (
        {"shifts": ["late", "night"], "consecutive_nights_max": 2, "hours_per_week_max": 70}, {}, 6,
        "2026-03-03", "UTC", "N",
    ),
    "a third night, paid": (
        {"shifts": ["late", "night"], "consecutive_nights_max": 1, "hours_per_week_max": 70},
        {"consecutive_nights": {"strictness": "pay", "price": 4.0}}, 5, "2026-03-03", "UTC", "N",
    ),
    "nights on split days": (
        {"shifts": ["night", "short"], "shifts_per_day_max": 2, "consecutive_nights_max": 1,
         "start_after_night": "15:00", "rest_hours_min": 4},
        {}, 3, "2026-03-03", "UTC", "N",
    ),
    "no morning after a night": (
        {"shifts": ["early", "night", "late"], "start_after_night": "15:00", "rest_hours_min": 2}, {}, 4,
        "2026-03-03", "UTC", "N",
    ),
    "a morning after a night, paid": (
        {"start_after_night": "16:00", "rest_hours_min": None, "shifts_per_day_max": 2, "shifts": ["night", "short"]},
        {"after_night": {"strictness": "pay", "price": 2.0}}, 3, "2026-03-03", "UTC", "N",
    ),
    "overtime in two tiers": (
        {"shifts": ["early", "short"], "hours_per_week_max": 26,
         "overtime": [{"over_hours": 12, "factor": 1.5}, {"over_hours": 20, "factor": 3.0}]},
        {}, 4, "2026-03-06", "UTC", "E",
    ),
    "overtime forbidden": (
        {"shifts": ["early", "short"], "overtime": [{"over_hours": 16, "factor": 1.5}]},
        {"overtime": {"strictness": "forbid"}}, 4, "2026-03-06", "UTC", "",
    ),
    "overtime of a day": (
        {"overtime": [{"per": "day", "over_hours": 6, "factor": 1.5}, {"per": "day", "over_hours": 9, "factor": 2.0}],
         "shifts_per_day_max": 2, "shifts": ["early", "short"], "hours_per_week_max": 24},
        {}, 3, "2026-03-06", "UTC", "",
    ),
    "overtime of days and weeks, each hour once": (
        {"overtime": [{"per": "day", "over_hours": 6, "factor": 1.5}, {"over_hours": 10, "factor": 1.5},
                      {"over_hours": 15, "factor": 4.0}],
         "shifts": ["early", "short"], "hours_per_week_max": 22},
        {}, 4, "2026-03-06", "UTC", "E",
    ),
    "hours of the plan": ({"hours_per_period_max": 20, "hours_per_week_max": 16}, {}, 4, "2026-03-07", "UTC", ""),
    "hours of two months": (
        {"shifts": ["early", "short"], "accounting_period": "month", "norm_hours_per_week": 40,
         "norm_calendar": "RU", "norm_share_min": 0.5},
        {}, 4, "2026-04-29", "UTC", "L",
    ),
    "hours of the plan, paid": (
        {"hours_per_period_max": 12, "hours_per_period_min": 8, "hours_per_week_max": 60},
        {"hours_per_period": {"strictness": "pay", "price": 0.5}}, 3, "2026-03-03", "UTC", "E",
    ),
    "every rule at once": (
        {**EVERY_KEY, "weekends_max": 1, "hours_per_period_max": 36}, {}, 5, "2026-03-05", "UTC", "L-E",
    ),
    "every rule at once, paid": (
        {**EVERY_KEY, "weekends_max": 0, "hours_per_period_max": 20},
        {name: {"strictness": "pay", "price": 1.0 + number / 4} for number, name in enumerate(EVERY_RULE)}, 4,
        "2026-03-06", "UTC", "LNN",
    ),
    "paid rest": ({}, {"rest": {"strictness": "pay", "price": 0.75}}, 3, "2026-03-03", "UTC", "N"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_no_legal_tour_is_worth_more_than_the_one_found(name: str) -> None:
    agreement, rules, days, first, zone, history = CASES[name]
    problem = site_of(agreement, rules, days, first, zone, history)
    person = problem.people[0]
    prices = {tour: price_of(problem, person, tour) for tour in every_tour(problem)}
    staff = read_staff(problem)
    site = make_site(problem, staff, make_prices(problem), np.random.default_rng(1))
    legal = {tour: price for tour, price in prices.items() if np.isfinite(price)}
    assert 1 < len(legal) < len(prices)
    assert () in legal  # whoever works nothing keeps every rule
    for seed in range(6):
        worth = np.random.default_rng(seed).normal(8.0, 10.0, len(problem.slots))
        best = max(sum(worth[list(tour)]) - price for tour, price in legal.items())
        site.room.worth[:] = worth - problem.slots.paid_hours * person.agreement.cost_per_hour
        value = kernel.best_tour(site, 0)
        found = tuple(int(slot) for slot in site.tours.slot[0] if slot >= 0)
        assert found in legal
        assert site.tours.own[0] == pytest.approx(legal[found], abs=1e-3)
        assert value == pytest.approx(best, abs=1e-3)


@pytest.mark.parametrize("name", CASES)
def test_the_rows_of_the_rules_price_a_tour_as_their_checks_do(name: str) -> None:
    problem = site_of(*CASES[name])
    person, random = problem.people[0], np.random.default_rng(1)
    tours = list(every_tour(problem))
    chosen = [tours[int(n)] for n in random.choice(len(tours), size=min(TOURS_TRIED, len(tours)), replace=False)]
    finder = TourFinder(people_alike(problem)[0])
    for tour in chosen:
        by_rows, by_checks = finder.own_cost(list(tour)), price_of(problem, person, tour)
        assert (by_rows is None) == np.isinf(by_checks), tour
        assert by_rows is None or by_rows == pytest.approx(by_checks, abs=1e-6), tour
