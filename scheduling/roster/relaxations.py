"""The least relaxation that would close a gap in cover: how much of which rule, or how many more people, at what price.

Week by week a linear program over crowds (people of one agreement and skill set, by the hour, as in `engines.guide`)
covers all need, and every limit may give way at a price a unit:
    min  Σ price · give + dear · Σ missing                                  over give, missing, x, y ≥ 0
    Σ_q y[k,q,b] ≤ Σ_s cover[s,b] · x[k,s];   Σ_k y[k,q,b] + missing[q,b] ≥ need[q,b];
    Σ paid · x[c] ≤ hours of c + give;   Σ_{s on d} x[c,s] ≤ people there + give;   days in a row, rest alike.
A unit is priced by the pay of the hours it lets people work, times how much planners mind it. New people are such a
unit too; they count, as all of a crowd, by its mean proficiency. The answer is an estimate. What crowds leave out
(nights in a row, weekends, wishes) is not relaxed, so that a roster may need more; starts are thinned to eight a day,
which made it 3 % dearer at 200 people. Where nothing is found that would have to give way, `why_nothing` says which of
two reasons that has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from domain.people import WorkAgreement
from scheduling.lp import Variable
from scheduling.roster.availability import Availability
from scheduling.roster.engines.guide import cover_hours, mean_proficiency
from scheduling.roster.engines.people_program import Writer
from scheduling.roster.model import Person
from scheduling.roster.problem import RosterProblem
from scheduling.roster.work import ABSENT
from scheduling.shifts.localtime import day_of, monday_of
from scheduling.shifts.slots import SlotTable

BIN_MINUTES = 60
STARTS_KEPT = 8  # a template and day
REST_STEP_MINUTES = 240  # moments at which rest is looked at
EXTRA_HOURS_MOST = 12.0  # a person and week; beyond that people are what is missing
MINDED = {"hours_per_week": 1.0, "shifts_per_day": 0.5, "consecutive_days": 0.5, "rest": 1.0, "leave": 2.0}
MINDED_PEOPLE = 1.5  # of the pay of a full week
UNITS = {"hours_per_week": "hours", "shifts_per_day": "shifts", "consecutive_days": "days", "rest": "shifts"}
UNITS |= {"leave": "days", "people": "people"}
DEAR = 100.0  # price of an hour that stays missing, in the dearest hour's pay
PAY_SHARE = 1e-3  # of the pay that hours within the rules cost here: they are there anyway
LEAST_UNITS = 0.05
LEAST_HOURS = 0.05  # missing in a week, below which it is left alone
Key = tuple[str, str, tuple[str, ...]]
Terms = list[tuple[Variable, float]]


@dataclass(frozen=True)
class Crowd:
    """People of one agreement who serve the same queues (positions); none: who could be hired."""

    agreement: WorkAgreement
    queues: tuple[int, ...]
    members: tuple[Person, ...]


@dataclass(frozen=True)
class Given:
    """One limit that may give way: column number, whose, hours of pay that a unit lets people work."""

    column: int
    rule: str
    crowd: Crowd
    hours: float


def relaxations(problem: RosterProblem, missing: np.ndarray, seed: int = 1) -> list[dict[str, Any]]:
    """What would have to give way so that nothing is missing, most hours first.

    `missing`: hours by interval that the roster leaves uncovered; weeks without any are not looked at. Entries: rule
    (`people`: more of them), agreement, queues, units, unit, hours_gained (of cover; rules that hold back the same
    hours each count them; at most what is missing), cost (pay of these hours), saves (the price of the missing hours
    less the cost).
    """
    crowds = list(_crowds(problem))
    mondays = np.array([monday_of(int(day)) for day in problem.days])
    days_of_grid = np.array([day_of(float(start), problem.book.timezone) for start in problem.grid.start])
    short_days = days_of_grid[missing > 1e-9]
    found: dict[Key, float] = {}
    hours: dict[Key, tuple[float, Crowd]] = {}
    for monday in np.unique(mondays):
        days = np.flatnonzero(mondays == monday)
        inside = (days_of_grid >= monday) & (days_of_grid < monday + 7)
        if not len(short_days) or float(missing[inside].sum()) < LEAST_HOURS:
            continue
        for given, units in _week(problem, crowds, days, seed):
            key = (given.rule, given.crowd.agreement.name, tuple(problem.queues[q] for q in given.crowd.queues))
            known = found.get(key, 0.0)
            found[key] = max(known, units) if given.rule == "people" else known + units
            before = hours.get(key, (0.0, given.crowd))[0]
            hours[key] = (before + units * given.hours, given.crowd)
    most = float(missing.sum())
    rows = [_row(problem, key, units, *hours[key], most) for key, units in found.items()]
    return sorted(rows, key=lambda row: (-float(row["hours_gained"]), str(row["rule"]), str(row["agreement"])))


def why_nothing(problem: RosterProblem, missing: np.ndarray, rows: Sequence[dict[str, Any]]) -> str:
    """Why hours stay uncovered though `relaxations` has no `rows`; empty where it has some, or nothing is missing.

    `no_shift`: no agreement has a shift at those hours, so that no people and no looser rule would help.
    `whole_shifts`: by the hour there are people enough, but not in whole shifts under all rules.
    """
    if rows or float(missing.sum()) < LEAST_HOURS:
        return ""
    named = {shift for agreement in problem.book.agreements for shift in agreement.shifts}
    own = np.array([template.name in named for template in problem.slots.templates], dtype=bool)
    there = problem.cover.base[own[problem.slots.template]].sum(axis=0) > 0 if len(problem.slots) else missing < 0
    return "no_shift" if float(missing[there].sum()) < LEAST_HOURS else "whole_shifts"


def _row(problem: RosterProblem, key: Key, units: float, paid: float, crowd: Crowd, most: float) -> dict[str, Any]:
    rule, agreement, queues = key
    gained = min(paid * _present_share(problem, crowd.agreement) * mean_proficiency(crowd.members), most)
    cost = paid * _rate(crowd.agreement) * (_overtime(crowd.agreement) if rule == "hours_per_week" else 1.0)
    return {
        "rule": rule,
        "agreement": agreement,
        "queues": list(queues),
        "units": float(np.ceil(units - LEAST_UNITS)) if rule == "people" else round(units, 1),
        "unit": UNITS[rule],
        "hours_gained": round(gained, 2),
        "cost": round(cost, 2),
        "saves": round(problem.book.cover.under_per_hour * gained - cost, 2),
    }


def _crowds(problem: RosterProblem) -> Iterator[Crowd]:
    """The people there are, and who could be hired for queues that nobody serves."""
    members: dict[tuple[str, int], list[Person]] = {}
    for person, group in zip(problem.people, problem.group_of, strict=True):
        if group >= 0:
            members.setdefault((person.agreement.name, int(group)), []).append(person)
    for (_, group), own in members.items():
        yield Crowd(own[0].agreement, problem.groups[group], tuple(own))
    served = {queue for group in problem.groups for queue in group}
    used = {person.agreement.name for person in problem.people}
    for queue in range(len(problem.queues)):
        if queue not in served and problem.need[queue].any():
            for agreement in problem.book.agreements:
                if not used or agreement.name in used:
                    yield Crowd(agreement, (queue,), ())


def _week(problem: RosterProblem, crowds: Sequence[Crowd], days: np.ndarray, seed: int) -> list[tuple[Given, float]]:
    """What gives way in one week, and by how many units."""
    grid, slots = problem.grid, problem.slots
    chosen = np.flatnonzero((slots.day >= days[0]) & (slots.day <= days[-1]))
    if not len(chosen):
        return []
    span = np.flatnonzero((grid.end > slots.start[chosen].min()) & (grid.start < slots.end[chosen].max()))
    bins = ((grid.start[span] - grid.start[span[0]]) // BIN_MINUTES).astype(np.int64)
    many = int(bins.max()) + 1
    shares = cover_hours(problem, chosen, span, bins, many)
    writer = Writer(f"relax_d{days[0]}")
    given: list[Given] = []
    supply: dict[tuple[tuple[int, ...], int], Terms] = {}
    for number, crowd in enumerate(crowds):
        rows = CrowdRows(writer, problem, crowd, f"c{number}", days, chosen)
        rows.write()
        given += rows.given
        speed = mean_proficiency(crowd.members)
        for slot, variable in rows.x.items():
            for b, share in shares[slot]:
                supply.setdefault((crowd.queues, b), []).append((variable, -speed * share))
    _write_cover(writer, problem, supply, span, bins, many)
    live = writer.program.live(seed=seed, relaxed=True)
    live.option("solver", "ipm")  # with crossover: few limits give way, in whole; a seventh of the simplex's time
    answer = live.solve()
    if answer is None:
        return []
    return [(own, float(answer.values[own.column])) for own in given if answer.values[own.column] > LEAST_UNITS]


def _write_cover(
    writer: Writer, problem: RosterProblem, supply: dict[tuple[tuple[int, ...], int], Terms], span: np.ndarray,
    bins: np.ndarray, many: int,
) -> None:  # fmt: skip
    """Who serves what, hour by hour, and what stays missing."""
    hours = problem.grid.hours[span]
    need = np.array([np.bincount(bins, problem.need[q, span] * hours, many) for q in range(len(problem.queues))])
    there = {
        group: np.bincount(bins, problem.present[number, span] * hours, many)
        for number, group in enumerate(problem.groups)
    }
    dear = DEAR * max([_rate(agreement) for agreement in problem.book.agreements])
    served: dict[tuple[int, int], Terms] = {}
    for number, ((queues, b), terms) in enumerate(supply.items()):
        flows = []
        for queue in queues:
            if need[queue, b] > 0:
                _, flow = writer.column(f"y_{number}_q{queue}")
                flows.append((flow, 1.0))
                served.setdefault((queue, b), []).append((flow, 1.0))
        if flows:
            before = float(there[queues][b]) if queues in there else 0.0
            writer.row(f"supply_{number}", [*flows, *terms], -np.inf, before)
    for queue, b in np.argwhere(need > 0):
        _, short = writer.column(f"missing_q{queue}_{b}", cost=dear)
        terms = [*served.get((int(queue), int(b)), []), (short, 1.0)]
        writer.row(f"need_q{queue}_{b}", terms, float(need[queue, b]), np.inf)


class CrowdRows:
    """One crowd in the program of one week: columns `x` by slot, rows of its limits, and what of them is `given`."""

    def __init__(
        self, writer: Writer, problem: RosterProblem, crowd: Crowd, name: str, days: np.ndarray, chosen: np.ndarray
    ) -> None:
        self.writer, self.problem, self.crowd, self.name, self.days = writer, problem, crowd, name, days
        self.agreement, self.slots = crowd.agreement, problem.slots
        names = np.array([template.name for template in self.slots.templates])
        self.own = _thinned(self.slots, chosen[np.isin(names[self.slots.template[chosen]], self.agreement.shifts)])
        self.typical = float(self.slots.paid_hours[self.own].mean()) if len(self.own) else 0.0
        self.x: dict[int, Variable] = {}
        self.given: list[Given] = []

    def write(self) -> None:
        """All columns and rows."""
        if not len(self.own):
            return
        rate, paid = _rate(self.agreement), self.slots.paid_hours
        for slot in self.own:
            cost = PAY_SHARE * rate * float(paid[slot])
            self.x[int(slot)] = self.writer.column(f"x_{self.name}_{slot}", cost=cost)[1]
        more = self._give("people", "week", self.agreement.hours_per_week_max, MINDED_PEOPLE)
        self._write_hours(more)
        self._write_days(more)
        self._write_at_once(more)
        self._write_runs(more)
        self._write_rest(more)

    def _give(self, rule: str, label: str, hours: float, minded: float, most: float | None = None) -> Variable:
        """A limit that gives way; a unit lets people work so many paid hours."""
        cost = minded * hours * _rate(self.agreement)
        number, variable = self.writer.column(f"give_{rule}_{self.name}_{label}", cost=cost, high=most)
        self.given.append(Given(number, rule, self.crowd, hours))
        return variable

    def _holds(self, rule: str) -> bool:
        """Whether the rule holds people who are there."""
        return bool(self.crowd.members) and self.problem.book.setting(rule).strictness == "forbid"

    def _write_hours(self, more: Variable) -> None:
        week = self.agreement.hours_per_week_max
        terms = [(self.x[int(slot)], float(self.slots.paid_hours[slot])) for slot in self.own] + [(more, -week)]
        if self._holds("hours_per_week"):
            most = EXTRA_HOURS_MOST * len(self.crowd.members)
            terms.append((self._give("hours_per_week", "week", 1.0, MINDED["hours_per_week"], most), -1.0))
        elif self.crowd.members:
            return
        first, last = int(self.problem.days[self.days[0]]), int(self.problem.days[self.days[-1]])
        left = 0.0
        for person in self.crowd.members:
            before = sum(shift.paid_hours for shift in person.history if monday_of(shift.day) == monday_of(first))
            left += max(week - before, 0.0)
        self.writer.row(f"hours_{self.name}_{first}_{last}", terms, -np.inf, left)

    def _write_days(self, more: Variable) -> None:
        """Shifts on a day: those who are there, one each (or as many as allowed)."""
        able, each = self._able(), float(self.agreement.shifts_per_day_max)
        for day in self.days:
            today = np.flatnonzero(self.slots.day[self.own] == day)
            if not len(today):
                continue
            ease: Terms = [(more, -each)]
            away = sum(_away(person, int(self.problem.days[day])) for person in self.crowd.members)
            if away:
                ease.append((self._give("leave", f"d{day}", self.typical, MINDED["leave"], float(away)), -each))
            barred = self.own[today[able[today] == 0]]
            if len(barred):
                self._at_most(f"barred_{self.name}_d{day}", barred, ease, 0.0)
            there = float(able[today].max()) * each
            if self._holds("shifts_per_day"):
                minded = MINDED["shifts_per_day"]
                ease.append((self._give("shifts_per_day", f"d{day}", self.typical, minded, there), -1.0))
            elif self.crowd.members:
                continue
            self._at_most(f"day_{self.name}_d{day}", self.own[today], ease, there)

    def _at_most(self, name: str, slots: np.ndarray, ease: Terms, limit: float) -> None:
        terms = [(self.x[int(slot)], 1.0) for slot in slots]
        self.writer.row(name, [*terms, *ease], -np.inf, limit)

    def _write_at_once(self, more: Variable) -> None:
        """Whoever works two shifts a day works them one after the other; looked at when most shifts of a day run."""
        if not self.crowd.members or not (self.agreement.shifts_per_day_max > 1 or self._holds("shifts_per_day")):
            return
        for day in self.days:
            today = self.own[self.slots.day[self.own] == day]
            if len(today):
                start, end = self.slots.start[today], self.slots.end[today]
                at = start[np.argmax([int(((start <= moment) & (end > moment)).sum()) for moment in start])]
                running = today[(start <= at) & (end > at)]
                self._at_most(f"once_{self.name}_d{day}", running, [(more, -1.0)], float(len(self.crowd.members)))

    def _write_runs(self, more: Variable) -> None:
        """Days in a row: every window of one day more than allowed."""
        most = self.agreement.consecutive_days_max
        if not most or len(self.days) <= most or not self._holds("consecutive_days"):
            return
        people, each = float(len(self.crowd.members)), float(self.agreement.shifts_per_day_max)
        day_more = self._give("consecutive_days", "week", self.typical, MINDED["consecutive_days"], people)
        for first in range(int(self.days[0]), int(self.days[-1]) - most + 1):
            run = self.own[(self.slots.day[self.own] >= first) & (self.slots.day[self.own] <= first + most)]
            ease: Terms = [(more, -most * each), (day_more, -each)]
            self._at_most(f"run_{self.name}_d{first}", run, ease, most * each * people)

    def _write_rest(self, more: Variable) -> None:
        """Of a late shift and an early one on the next day a person works one (rows of `rules.rest`, thinned out)."""
        rest = self.agreement.rest_hours_min
        if not rest or self.agreement.shifts_per_day_max > 1 or not self._holds("rest"):
            return
        people, day = float(len(self.crowd.members)), self.slots.day[self.own]
        for first in self.days[:-1]:
            late, early = self.own[day == first], self.own[day == first + 1]
            free = self.slots.end[late] + rest * 60
            begin = self.slots.start[early]
            if not len(late) or not len(early) or begin.min() >= free.max():
                continue
            ease: Terms = [(more, -1.0), (self._give("rest", f"d{first}", self.typical, MINDED["rest"], people), -1.0)]
            for moment in range(int(begin.min()), int(free.max()), REST_STEP_MINUTES):
                held = np.concatenate([late[free > moment], early[begin <= moment]])
                self._at_most(f"rest_{self.name}_d{first}_m{moment}", held, ease, people)

    def _able(self) -> np.ndarray:
        """How many of the crowd may work each of its slots: not on leave, available."""
        able = np.zeros(len(self.own))
        position = self.slots.day[self.own]
        for person in self.crowd.members:
            free = np.array([not _away(person, int(day)) for day in self.problem.days])
            may = free[position]
            if person.availability != Availability():
                may &= np.array([self._inside(person, int(slot)) for slot in self.own])
            able += may
        return able

    def _inside(self, person: Person, slot: int) -> bool:
        length = float(self.slots.end[slot] - self.slots.start[slot])
        last = day_of(float(self.slots.end[slot]) - 1, self.problem.book.timezone)
        days = (int(self.problem.days[self.slots.day[slot]]), last)
        return person.availability.minutes_outside(float(self.slots.clock[slot]), length, days) <= 0


def _thinned(slots: SlotTable, chosen: np.ndarray) -> np.ndarray:
    """Of the starts of a template on a day that are many, one in a bin: what crowds cover is counted by bins."""
    key = (slots.day[chosen] * len(slots.templates) + slots.template[chosen]) * 1440
    _, which, many = np.unique(key, return_inverse=True, return_counts=True)
    _, first = np.unique(key + slots.clock[chosen] // BIN_MINUTES, return_index=True)
    kept = many[which] <= STARTS_KEPT
    kept[first] = True
    return chosen[kept]


def _away(person: Person, day: int) -> bool:
    return any(absence.kind in ABSENT and absence.holds(day) for absence in person.absences)


def _rate(agreement: WorkAgreement) -> float:
    """Pay of an hour; where nobody is paid, hours themselves are counted."""
    return agreement.cost_per_hour or 1.0


def _overtime(agreement: WorkAgreement) -> float:
    """What an hour above the week's most is paid, over a common one."""
    return min((tier.factor for tier in agreement.overtime if tier.per == "week"), default=1.0)


def _present_share(problem: RosterProblem, agreement: WorkAgreement) -> float:
    """Hours of cover in a paid hour."""
    own = [template for template in problem.slots.templates if template.name in agreement.shifts]
    there = sum(t.length_minutes - sum(pause.minutes for pause in t.breaks) for t in own)
    return there / max(sum(template.paid_minutes for template in own), 1)
