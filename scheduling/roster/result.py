"""What planning hands back: the roster as rows, and a summary that says how good it is and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from domain.people import RuleBook
from domain.queues import LIST_SEPARATOR
from domain.tables import REQUIREMENTS, ROSTER
from scheduling.roster.cover import make_prices
from scheduling.roster.engines.among import unkept
from scheduling.roster.engines.fair import shares_cost
from scheduling.roster.engines.plan import Plan, Shift
from scheduling.roster.engines.program import Effort, Solved, solve
from scheduling.roster.engines.until import never
from scheduling.roster.explain import biggest_gaps, binding_rules, rule_warnings
from scheduling.roster.problem import RosterProblem, make_problem
from scheduling.roster.relaxations import relaxations, why_nothing
from scheduling.roster.standing import fairness_figures, wish_figures
from scheduling.roster.work import ABSENT
from scheduling.shifts.localtime import midnight, stamps_of

Record = tuple[str, float, float, str, str, str, str]


@dataclass(frozen=True)
class RosterResult:
    """`roster`: frame under ROSTER. `summary`: status, cost, bound, gap (share of the bound), uncovered_hours,
    surplus_hours, paid_hours, costs (cover, pay, rules, fairness), fairness and wishes (see `standing`), agents, gaps,
    rules_that_bind, relaxations, relaxations_none (why there are none), warnings; JSON can hold it."""

    roster: pd.DataFrame
    summary: dict[str, Any] = field(default_factory=dict)


def make_roster(
    requirements: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    time_off: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
    seed: int = 1,
    iterations: int = 60,
    time_limit_seconds: float | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    trace: Callable[[float], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> RosterResult:
    """A roster for named people over the local days of `requirements`: always one, legal, with its bound.

    Cover is soft (`[cover]` of the book prices what is missing and what is too much), law is hard (`[rule.NAME]`).
    `requirements`: frame under REQUIREMENTS, one interval length; `people` under PEOPLE; `time_off` under TIME_OFF;
    `previous` under ROSTER: its shifts before the first day count in rest, days in a row and weekly hours;
    `ledger` under LEDGER: what people have had so far counts in fair shares. Equal arguments give equal rosters unless
    `time_limit_seconds` cuts the search; `progress(stage, done, total)`; `trace(cost)` hears what each legal roster on
    the way costs, where people are many enough to be inserted singly. The search asks `stopped()` between its steps and
    ends, with the best roster so far, when it says so.
    Raises `TableError` and `BadValue` for input that breaks its contract.
    """
    requirements = REQUIREMENTS.check(requirements)
    if len(requirements) == 0:
        return RosterResult(ROSTER.empty(), _empty_summary(len(people)))
    problem = make_problem(requirements, people, rulebook, time_off=time_off, previous=previous, ledger=ledger)
    solved = solve(problem, Effort(seed, iterations, time_limit_seconds, progress, stopped or never, trace))
    roster = _rows(problem, solved.shifts)
    summary = _summary(problem, solved, roster)
    if stopped is not None and stopped():
        summary["warnings"].append("stopped before its end: the best roster so far")
    return RosterResult(roster, summary)


def _rows(problem: RosterProblem, shifts: dict[int, list[Shift]]) -> pd.DataFrame:
    records: list[Record] = []
    for number, person in enumerate(problem.people):
        queues = LIST_SEPARATOR.join(person.queues)
        for slot, offsets in sorted(shifts.get(number, []), key=lambda shift: int(problem.slots.start[shift[0]])):
            records += shift_rows(problem, person.agent, queues, slot, offsets)
        for position, day in enumerate(problem.days):
            for absence in person.absences:
                if absence.kind in ABSENT and absence.holds(int(day)):
                    begin = midnight(int(problem.days[position]), problem.book.timezone)
                    end = midnight(int(day) + 1, problem.book.timezone)
                    records.append((person.agent, begin, end, absence.kind, "", "", "solver"))
                    break
    if not records:
        return ROSTER.empty()
    frame = pd.DataFrame(records, columns=list(ROSTER.column_names))
    frame["start"] = stamps_of(frame["start"].to_numpy(dtype=np.float64))
    frame["end"] = stamps_of(frame["end"].to_numpy(dtype=np.float64))
    return ROSTER.check(frame.sort_values(["agent", "start"], kind="stable"))


def shift_rows(problem: RosterProblem, agent: str, queues: str, slot: int, offsets: tuple[int, ...]) -> list[Record]:
    """The rows of one slot with its breaks at those offsets, minutes after its start."""
    slots = problem.slots
    template = slots.templates[int(slots.template[slot])]
    start, end = float(slots.start[slot]), float(slots.end[slot])
    records: list[Record] = []
    reached = start
    for offset, pause in zip(offsets, template.breaks, strict=True):
        begin = start + offset
        if begin > reached:
            records.append((agent, reached, begin, "work", queues, template.name, "solver"))
        reached = begin + pause.minutes
        records.append((agent, begin, reached, pause.kind, "", template.name, "solver"))
    if end > reached:
        records.append((agent, reached, end, "work", queues, template.name, "solver"))
    return records


def _summary(problem: RosterProblem, solved: Solved, roster: pd.DataFrame) -> dict[str, Any]:
    plan = Plan(problem, make_prices(problem))
    for number, shifts in solved.shifts.items():
        plan.put(number, shifts, 0.0)
    served = plan.prices.served(plan.cuts)
    hours = problem.grid.hours
    cost = solved.cost
    paid = sum(float(problem.slots.paid_hours[slot]) for shifts in solved.shifts.values() for slot, _ in shifts)
    bound = min(solved.bound, cost)
    missing = (plan.prices.need - served) * hours
    closing = relaxations(problem, missing)
    idle = [number for number in range(len(problem.people)) if not solved.shifts.get(number)]
    return {
        "status": "optimal" if solved.proven else "feasible",
        "cost": round(cost, 4),
        "bound": round(bound, 4),
        "gap": round((cost - bound) / max(abs(bound), 1e-9), 6) if cost - bound > 1e-6 else 0.0,
        "uncovered_hours": round(float(((plan.prices.need - served) * hours).sum()), 4),
        "surplus_hours": round(float(((plan.present.sum(axis=0) - served) * hours).sum()), 4),
        "required_hours": round(float((problem.need * hours).sum()), 4),
        "paid_hours": round(paid, 4),
        "costs": _costs(problem, plan, served, cost),
        "fairness": fairness_figures(problem, solved.shifts),
        "wishes": wish_figures(problem, solved.shifts),
        "agents": len(problem.people),
        "agents_rostered": sum(bool(shifts) for shifts in solved.shifts.values()),
        "gaps": biggest_gaps(problem, plan.present),
        "rules_that_bind": binding_rules(problem, solved.savings, solved.shifts),
        "relaxations": closing,
        "relaxations_none": why_nothing(problem, missing, closing),
        "warnings": [*problem.warnings, *unkept(problem, solved.shifts), *rule_warnings(problem, idle)],
    }


def _costs(problem: RosterProblem, plan: Plan, served: np.ndarray, cost: float) -> dict[str, float]:
    """The parts of the cost: what is missing or too much, pay, unequal shares, and the price of all other rules."""
    paid = problem.slots.paid_hours
    pay = sum(
        problem.people[number].agreement.cost_per_hour * float(paid[slot])
        for number, shifts in plan.shifts.items()
        for slot, _ in shifts
    )
    cover, fairness = plan.prices.cost(plan.present, served), shares_cost(problem, plan.shifts)
    parts = {"cover": cover, "pay": pay, "rules": cost - cover - pay - fairness, "fairness": fairness}
    return {name: round(part, 4) + 0.0 for name, part in parts.items()}


def _empty_summary(agents: int) -> dict[str, Any]:
    return {
        "status": "optimal", "cost": 0.0, "bound": 0.0, "gap": 0.0, "uncovered_hours": 0.0, "surplus_hours": 0.0,
        "required_hours": 0.0, "paid_hours": 0.0, "costs": dict.fromkeys(("cover", "pay", "rules", "fairness"), 0.0),
        "fairness": [], "wishes": {}, "agents": agents, "agents_rostered": 0, "gaps": [],
        "rules_that_bind": [], "relaxations": [], "relaxations_none": "",
        "warnings": ["nothing is required: the roster is empty"],
    }  # fmt: skip
