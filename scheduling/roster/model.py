"""One person's part of a roster program: which slots are open to them, and the rows that rules put on these slots.

The rows are data, so that every engine reads the same rule: the PuLP program writes them as constraints (for one
person, or for n people alike with every limit × n), a search evaluates them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.people import RuleBook, RuleSetting, WorkAgreement
from scheduling.roster.availability import Availability
from scheduling.roster.work import EVEN, Absence, Balance, Worked
from scheduling.shifts.slots import SlotTable

ELASTIC_FACTOR = 10.0  # an elastic rule that is forbidden to break costs this many times a missing agent-hour


@dataclass(frozen=True)
class Person:
    """One person to plan. `queues`: the planned queues they serve; `history`: their shifts of the roster before;
    `before`: nights, weekends, holidays and late ends above their share so far; `site`: where they work;
    `mentor`: the agent a trainee works beside; `proficiency`: how much of a person they cover; `kept_from`: planned
    queues among their skills that ask for more."""

    agent: str
    agreement: WorkAgreement
    patterns: tuple[str, ...]
    queues: tuple[str, ...]
    availability: Availability
    absences: tuple[Absence, ...] = ()
    history: tuple[Worked, ...] = ()
    before: Balance = EVEN
    site: str = ""
    mentor: str = ""
    proficiency: float = 1.0
    kept_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelRow:
    """`low ≤ Σ coefficients · x[slots] + Σ flag_coefficients · flag[flags] ≤ high`.

    `price`: None for a hard row, else what one unit of breach of the row costs.
    """

    rule: str
    label: str
    slots: np.ndarray
    coefficients: np.ndarray
    flags: tuple[int, ...]
    flag_coefficients: tuple[float, ...]
    low: float
    high: float
    price: float | None


class AgentModel:
    """What the rules write on, one person at a time. `active`: slots still open; `slot_cost`: price put on a slot."""

    def __init__(
        self, person: Person, slots: SlotTable, days: np.ndarray, book: RuleBook, *, explicit: bool = False
    ) -> None:
        self.person, self.slots, self.days, self.book = person, slots, days, book
        self.active = np.ones(len(slots), dtype=bool)
        self.slot_cost = np.zeros(len(slots))
        self.rows: list[ModelRow] = []
        self.flags: list[str] = []
        self._worked: dict[int, int] = {}
        self._exact: dict[tuple[str, int], int] = {}
        self._explicit = explicit
        self._rule, self._setting, self._elastic = "", RuleSetting(), False

    @property
    def agreement(self) -> WorkAgreement:
        """The person's agreement."""
        return self.person.agreement

    def under(self, rule: str, setting: RuleSetting, *, elastic: bool = False) -> None:
        """Says whose rows come next and how strict they are."""
        self._rule, self._setting, self._elastic = rule, setting, elastic

    @property
    def priced(self) -> bool:
        """Whether a breach of the rule that is written now may be paid for."""
        return self._setting.strictness == "pay"

    def open_on(self, position: int) -> np.ndarray:
        """The slots still open on the plan's day at `position`."""
        return np.flatnonzero(self.active & (self.slots.day == position))

    def bar(self, label: str, units: np.ndarray) -> None:
        """Slots that break a rule by themselves, by `units` (one entry a slot; 0 keeps the rule)."""
        hit = np.flatnonzero(self.active & (units > 1e-9))
        if hit.size == 0:
            return
        if self.priced:
            self.slot_cost[hit] += self._setting.price * units[hit]
        elif self._explicit:
            self._add(label, hit, units[hit], -np.inf, 0.0, 1.0, (), ())
        else:
            self.active[hit] = False

    def at_most(
        self,
        label: str,
        slots: np.ndarray,
        coefficients: np.ndarray,
        limit: float,
        *,
        unit: float = 1.0,
        flags: Sequence[tuple[int, float]] = (),
    ) -> None:
        """`Σ coefficient · slot + Σ coefficient · flag ≤ limit`. `unit`: breach, in the rule's unit, per unit above."""
        if not flags and limit <= 1e-9 and not self.priced:
            units = np.zeros(len(self.slots))
            units[slots] = coefficients
            self.bar(label, units)
            return
        numbers, weights = tuple(f for f, _ in flags), tuple(c for _, c in flags)
        self._add(label, slots, coefficients, -np.inf, limit, unit, numbers, weights)

    def at_least(
        self, label: str, slots: np.ndarray, coefficients: np.ndarray, limit: float, *, unit: float = 1.0,
        flags: Sequence[tuple[int, float]] = (),
    ) -> None:  # fmt: skip
        """`Σ coefficient · slot + Σ coefficient · flag ≥ limit`."""
        numbers, weights = tuple(f for f, _ in flags), tuple(c for _, c in flags)
        self._add(label, slots, coefficients, limit, np.inf, unit, numbers, weights)

    def link(
        self, label: str, slots: np.ndarray, coefficients: np.ndarray, limit: float, flags: Sequence[tuple[int, float]]
    ) -> None:
        """A row that only gives a flag its meaning: always hard, whatever the rule's strictness."""
        numbers, weights = tuple(f for f, _ in flags), tuple(c for _, c in flags)
        self.rows.append(
            ModelRow(self._rule, label, slots, np.asarray(coefficients, float), numbers, weights, -np.inf, limit, None)
        )

    def flag(self, label: str) -> int:
        """A new yes/no decision beside the slots."""
        self.flags.append(label)
        return len(self.flags) - 1

    def worked(self, position: int) -> tuple[np.ndarray, np.ndarray, tuple[tuple[int, float], ...]]:
        """Terms (slots, coefficients, flags) that count 1 where the person works on that day of the plan."""
        slots = self.open_on(position)
        most = self.agreement.shifts_per_day_max
        if most == 1 or slots.size < 2:
            return slots, np.ones(len(slots)), ()
        if position not in self._worked:
            self._worked[position] = self.flag(f"works_d{position}")
            self.link(f"works_d{position}", slots, np.ones(len(slots)), 0.0, [(self._worked[position], -float(most))])
        return np.zeros(0, dtype=np.int64), np.zeros(0), ((self._worked[position], 1.0),)

    def flag_of(self, label: str, position: int, slots: np.ndarray) -> int:
        """A flag that is 1 exactly where one of the slots of a day is worked; made once for each label and day."""
        key = (label, position)
        if key not in self._exact:
            number = self._exact[key] = self.flag(f"{label}_d{position}")
            ones, most = np.ones(len(slots)), float(self.agreement.shifts_per_day_max)
            self.link(f"{label}_least_d{position}", slots, -ones, 0.0, [(number, 1.0)])
            if slots.size:
                self.link(f"{label}_most_d{position}", slots, ones, 0.0, [(number, -most)])
        return self._exact[key]

    def works(self, position: int) -> int:
        """A flag that is 1 exactly where the person works on that day of the plan."""
        return self.flag_of("on", position, self.open_on(position))

    def _add(
        self, label: str, slots: np.ndarray, coefficients: np.ndarray, low: float, high: float, unit: float,
        flags: tuple[int, ...], weights: tuple[float, ...],
    ) -> None:  # fmt: skip
        price: float | None = None
        if self.priced:
            price = self._setting.price * unit
        elif self._elastic:
            price = elastic_price(self.book, self.agreement) * unit
        self.rows.append(
            ModelRow(self._rule, label, slots, np.asarray(coefficients, float), flags, weights, low, high, price)
        )


def elastic_price(book: RuleBook, agreement: WorkAgreement) -> float:
    """What a unit of breach of an elastic rule costs that is forbidden to break."""
    return ELASTIC_FACTOR * max(book.cover.under_per_hour, agreement.cost_per_hour, 1.0)
