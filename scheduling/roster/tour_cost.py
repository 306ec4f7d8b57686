"""What one person's tour costs by the checks of all rules: pay, and the price of what it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduling.roster.model import elastic_price
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules import RULES
from scheduling.roster.work import PersonWork

ROUNDING = 1e-6
OFTEN_BROKEN = ("hours_per_week", "rest", "consecutive_days", "weekly_rest")  # by a shift more: looked at first
_CHECKED = sorted(RULES, key=lambda rule: rule.name not in OFTEN_BROKEN)


@dataclass(frozen=True)
class TourCost:
    """What one person's rows cost: pay, the price of broken rules, and by hard rule (breaches, excess)."""

    pay: float
    penalty: float
    hard: Mapping[str, tuple[int, float]]

    @property
    def total(self) -> float:
        """Pay and penalties."""
        return self.pay + self.penalty


def tour_cost(work: PersonWork, least: TourCost | None = None) -> TourCost | None:
    """By the checks of all rules, so that every rule counts here as it does in the audit.

    None where a hard rule is broken more often or further than in `least`.
    """
    pay = sum(shift.paid_hours for shift in work.audited) * work.agreement.cost_per_hour
    penalty, hard = 0.0, dict[str, tuple[int, float]]()
    for rule in _CHECKED:
        setting = rule.setting(work.book)
        if setting.strictness not in ("forbid", "pay"):
            continue
        units = [abs(finding.found - finding.limit) for finding in rule.check(work)]
        if setting.strictness == "pay":
            penalty += setting.price * sum(units)
        elif rule.elastic:
            penalty += elastic_price(work.book, work.agreement) * sum(units)
        elif units:
            hard[rule.name] = (len(units), sum(units))
            count, excess = least.hard.get(rule.name, (0, 0.0)) if least else hard[rule.name]
            if len(units) > count or sum(units) > excess + ROUNDING:
                return None
    return TourCost(pay, penalty, hard)


def idle_cost(problem: RosterProblem, number: int) -> float:
    """What it costs that a person of a problem works nothing."""
    person = problem.people[number]
    nothing = PersonWork(
        agent=person.agent, agreement=person.agreement, book=problem.book, patterns=person.patterns,
        availability=person.availability, absences=person.absences, rows=(), shifts=person.history,
        first_day=int(problem.days[0]), last_day=int(problem.days[-1]),
    )  # fmt: skip
    found = tour_cost(nothing)
    return 0.0 if found is None else found.total
