"""People as models with all rules written on them; people alike share one model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.roster.model import AgentModel, ModelRow, Person
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules import RULES, Rule


@dataclass(frozen=True)
class PeopleAlike:
    """People for whom every rule reads the same: positions in `problem.people`, their skill group, their model."""

    members: tuple[int, ...]
    group: int
    model: AgentModel

    @property
    def proficiency(self) -> float:
        """How much of a full person each of them covers."""
        return self.model.person.proficiency

    @property
    def slots(self) -> np.ndarray:
        """Slots open to them."""
        return np.flatnonzero(self.model.active)

    @property
    def slot_costs(self) -> np.ndarray:
        """Pay and priced breaches of each of `slots`."""
        slots = self.slots
        hours = self.model.slots.paid_hours[slots]
        return np.asarray(hours * self.model.agreement.cost_per_hour + self.model.slot_cost[slots])

    @property
    def rows(self) -> tuple[ModelRow, ...]:
        """The rows of all rules, restricted to slots that are still open."""
        return tuple(_restricted(row, self.model.active) for row in self.model.rows)


def _restricted(row: ModelRow, active: np.ndarray) -> ModelRow:
    kept = active[row.slots]
    if kept.all():
        return row
    return ModelRow(
        row.rule, row.label, row.slots[kept], row.coefficients[kept], row.flags, row.flag_coefficients, row.low,
        row.high, row.price,
    )  # fmt: skip


def write_rules(
    problem: RosterProblem, person: Person, rules: tuple[Rule, ...] = RULES, *, explicit: bool = False
) -> AgentModel:
    """The model of one person under the rules, as strict as the book says. `warn` and `ignore` write nothing."""
    model = AgentModel(person, problem.slots, problem.days, problem.book, explicit=explicit)
    for rule in rules:
        setting = rule.setting(problem.book)
        if setting.strictness in ("forbid", "pay"):
            model.under(rule.name, setting, elastic=rule.elastic)
            rule.constrain(model)
    return model


def people_alike(problem: RosterProblem) -> tuple[PeopleAlike, ...]:
    """All people with a needed skill, grouped where all that rules and cover know of them agrees."""
    members: dict[tuple[object, ...], list[int]] = {}
    for number, person in enumerate(problem.people):
        if problem.group_of[number] < 0:
            continue
        key = (
            person.agreement, int(problem.group_of[number]), person.availability, person.absences, person.history,
            person.proficiency,
        )  # fmt: skip
        members.setdefault(key, []).append(number)
    return tuple(
        PeopleAlike(tuple(numbers), int(problem.group_of[numbers[0]]), write_rules(problem, problem.people[numbers[0]]))
        for numbers in members.values()
    )
