"""What people of a roster cost each other: unequal shares, too few seats, trainees without their mentors.

The sum over all people is that of the rules' own checks; what one person's change would make of it is counted beside
what the others have, so that a repair can price many changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduling.roster.rules import fair_share, mentor, seats
from scheduling.roster.rules.base import GroupRule
from scheduling.roster.rules.fairness import count_shifts, holidays_of
from scheduling.roster.work import PersonWork

COUNTS_OF_A_SHIFT = 4.0  # by a shift less, and one more, shares are at most so many shifts less off in all


def group_cost(rule: GroupRule, works: Sequence[PersonWork]) -> float:
    """What a roster's breaches of a rule among people cost."""
    if not works or (setting := rule.setting(works[0].book)).strictness != "pay":
        return 0.0
    return setting.price * sum(abs(finding.found - finding.limit) for _, finding in rule.check(works))


@dataclass(frozen=True)
class Shared:
    """The price of all rules among people, and the hours by which those that the book forbids to break are broken."""

    cost: float
    hard: tuple[float, float] = (0.0, 0.0)  # seats, mentors

    def is_worse_than(self, other: Shared) -> bool:
        """Whether a rule that may not be broken is broken further."""
        return any(mine > theirs + 1e-6 for mine, theirs in zip(self.hard, other.hard, strict=True))


class SharedCost:
    """The works of all people (by agent), and what they cost each other."""

    def __init__(self, works: Mapping[str, PersonWork]) -> None:
        self._works = dict(works)
        self._row = {agent: number for number, agent in enumerate(works)}
        self.on = False
        if not works:
            return
        everyone = list(works.values())
        self._book, first, last = everyone[0].book, everyone[0].first_day, everyone[0].last_day
        self._prices = fair_share.prices(self._book)
        self._limits = {name: site.seats for name, site in self._book.sites.items() if site.seats is not None}
        self._trainees = [work.agent for work in everyone if work.mentor]
        self._seat_price, self._mentor_price = (
            found.price if found.strictness == "pay" else 0.0
            for found in (rule.RULE.setting(self._book) for rule in (seats, mentor))
        )
        self._crowded = self._seat_price > 0 and any(work.site in self._limits for work in everyone)
        self._taught = self._mentor_price > 0 and bool(self._trainees)
        self._fair = bool((self._prices > 0).any())
        self.on = self._crowded or self._taught or self._fair
        if self._fair:
            self._fairness, self._counts = fair_share.fairness_of(everyone)
            self._holidays = holidays_of(self._book, first, last)
        self.now = self._priced(self._works)

    @property
    def most_gain(self) -> float:
        """The most that a change of one person's work can save of it."""
        if not self.on:
            return 0.0
        fair = self._fair_cost(None) if self._fair else 0.0
        return self.now.cost - fair + min(fair, COUNTS_OF_A_SHIFT * float(self._prices.sum()))

    def after(self, work: PersonWork) -> Shared:
        """What it would be if a person worked that."""
        return self._priced({**self._works, work.agent: work}, work) if self.on else Shared(0.0)

    def _priced(self, works: Mapping[str, PersonWork], changed: PersonWork | None = None) -> Shared:
        fair = self._fair_cost(changed) if self._fair else 0.0
        over = self._hours_over(works) if self._crowded else 0.0
        alone = self._hours_alone(works) if self._taught else 0.0
        hard = [self._book.setting(name).strictness == "forbid" for name in ("seats", "mentor")]
        cost = fair + self._seat_price * over + self._mentor_price * alone
        return Shared(cost, (over * hard[0], alone * hard[1]))

    def _fair_cost(self, changed: PersonWork | None) -> float:
        counts = self._counts
        if changed is not None:
            counts = counts.copy()
            own = count_shifts(changed.audited, changed.agreement, self._book, self._holidays)
            counts[self._row[changed.agent]] = own
        return float(self._fairness.breach(counts).sum(axis=0) @ self._prices)

    def _hours_over(self, works: Mapping[str, PersonWork]) -> float:
        total = 0.0
        for site, limit in self._limits.items():
            shifts = [shift for work in works.values() if work.site == site for shift in work.shifts]
            own, before = (
                [(shift.start, shift.end) for shift in shifts if shift.previous == previous]
                for previous in (False, True)
            )
            total += sum(crowd.hours for crowd in seats.crowds(limit, own, before))
        return total

    def _hours_alone(self, works: Mapping[str, PersonWork]) -> float:
        share, total = self._book.mentoring.share, 0.0
        for agent in self._trainees:
            own = [(shift.start, shift.end) for shift in works[agent].audited]
            beside = works.get(works[agent].mentor)
            spans = [(shift.start, shift.end) for shift in beside.shifts] if beside is not None else []
            total += mentor.alone(own, spans, share)
        return total
