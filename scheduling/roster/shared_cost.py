"""What people of a roster cost each other: unequal shares, too few seats, trainees without their mentors.

The sum over all people is that of the rules' own checks; what one person's change would make of it is counted beside
what the others have, so that a repair can price many changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scheduling.roster.rules import fair_share, mentor, seats
from scheduling.roster.rules.fairness import Fairness, count_shifts, holidays_of
from scheduling.roster.work import PersonWork, Worked

AMONG_PEOPLE = ("seats", "mentor")  # rules that a book may forbid to break


@dataclass(frozen=True)
class Shared:
    """The price of all rules among people, and the hours by which those that the book forbids to break are broken."""

    cost: float
    hard: tuple[float, float] = (0.0, 0.0)  # of `AMONG_PEOPLE`

    def is_worse_than(self, other: Shared) -> bool:
        """Whether a rule that may not be broken is broken further."""
        return any(mine > theirs + 1e-6 for mine, theirs in zip(self.hard, other.hard, strict=True))


class SharedCost:
    """The works of all people (by agent), and what they cost each other.

    `like`: that of the same people before some of them worked something else; saves to measure their shares again.
    """

    def __init__(self, works: Mapping[str, PersonWork], like: SharedCost | None = None) -> None:
        self._works = dict(works)
        self._row = {agent: number for number, agent in enumerate(works)}
        self.on, self.now = False, Shared(0.0)
        if not works:
            return
        everyone = list(works.values())
        self._book, first, last = everyone[0].book, everyone[0].first_day, everyone[0].last_day
        self._prices = fair_share.prices(self._book)
        self._seat_price, self._mentor_price = (
            found.price if found.strictness == "pay" else 0.0
            for found in (rule.RULE.setting(self._book) for rule in (seats, mentor))
        )
        self._fair = bool((self._prices > 0).any())
        if self._fair:
            self._holidays = holidays_of(self._book, first, last)
            self._queues = {queue for work in everyone for row in work.rows for queue in row.queues}
            self._fairness, self._counts = self._measured(like)
        self._sites = self._sites_with_seats() if self._seat_price > 0 else {}
        self._alone = self._trainees() if self._mentor_price > 0 else {}
        self._pupils: dict[str, list[str]] = {}
        for agent in self._alone:
            self._pupils.setdefault(works[agent].mentor, []).append(agent)
        self.on = bool(self._sites or self._alone or self._fair)
        self._fair_now = self._fair_of(self._counts) if self._fair else 0.0
        self.now = self._shared(
            self._fair_now, sum(site.hours for site in self._sites.values()), sum(self._alone.values())
        )
        self._most: dict[tuple[str, tuple[float, ...], bool], float] = {}

    def most_gain(self, agent: str, gone: Sequence[Worked], adds: bool) -> float:
        """The most that is saved by a change of a person's work: shifts `gone` (one at most) taken off, one put on."""
        if not self.on:
            return 0.0
        key = (agent, tuple(shift.start for shift in gone), adds)
        if key not in self._most:
            self._most[key] = self._fair_gain(agent, bool(gone), adds) + self._crowd_and_mentor_gain(agent, gone)
        return self._most[key]

    def after(self, work: PersonWork) -> Shared:
        """What it would be if a person worked that."""
        if not self.on:
            return self.now
        fair = self._fair_cost(work) if self._fair else 0.0
        over = sum(site.hours for site in self._sites.values())
        if work.site in self._sites:
            over += self._sites[work.site].hours_with(work) - self._sites[work.site].hours
        touched = self._touched(work.agent)
        alone = sum(self._alone.values()) - sum(self._alone[agent] for agent in touched)
        works = {**self._works, work.agent: work} if touched else self._works
        return self._shared(fair, over, alone + sum(self._hours_alone(works, agent) for agent in touched))

    def _shared(self, fair: float, over: float, alone: float) -> Shared:
        hard = [self._book.setting(name).strictness == "forbid" for name in AMONG_PEOPLE]
        cost = fair + self._seat_price * over + self._mentor_price * alone
        return Shared(cost, (over * hard[0], alone * hard[1]))

    def _measured(self, like: SharedCost | None) -> tuple[Fairness, np.ndarray]:
        """The measure of shares and everyone's counts. Shares hang on what is served at all, not on who serves it."""
        if like is None or not like._fair or like._queues != self._queues or like._row != self._row:
            return fair_share.fairness_of(list(self._works.values()))
        counts = like._counts.copy()
        for agent, work in self._works.items():
            if work is not like._works[agent]:
                counts[self._row[agent]] = self._count(work)
        return like._fairness, counts

    def _count(self, work: PersonWork) -> tuple[int, int, int, int]:
        return count_shifts(work.audited, work.agreement, self._book, self._holidays)

    def _fair_cost(self, changed: PersonWork) -> float:
        row = self._row[changed.agent]
        by = np.array(self._count(changed)) - self._counts[row]
        if np.abs(by).max() <= 1:
            less, more = (own[row] for own in self._fair_if)
            return self._fair_now + float(np.where(by < 0, less, np.where(by > 0, more, 0.0)).sum())
        counts = self._counts.copy()
        counts[row] += by
        return self._fair_of(counts)

    def _fair_of(self, counts: np.ndarray) -> float:
        return float(self._fairness.breach(counts).sum(axis=0) @ self._prices)

    @cached_property
    def _fair_if(self) -> tuple[np.ndarray, np.ndarray]:
        """What shares cost more if this one person's count were one less, or one more, people × counts."""
        breach = self._fairness.breach(self._counts).sum(axis=0)
        less, more = ((self._fairness.breach_if(self._counts, by) - breach) * self._prices for by in (-1.0, 1.0))
        return less, more

    def _fair_gain(self, agent: str, takes: bool, adds: bool) -> float:
        """Each count changes by one at most, and costs alone: the better way is counted for each."""
        if not self._fair:
            return 0.0
        less, more = (own[self._row[agent]] for own in self._fair_if)
        return float(np.maximum(np.maximum(-less * takes, -more * adds), 0.0).sum())

    def _crowd_and_mentor_gain(self, agent: str, gone: Sequence[Worked]) -> float:
        """Seats are given back where it is too full; whom the person teaches, and they themselves, are not alone."""
        site = self._sites.get(self._works[agent].site)
        freed = sum(mentor.beside((shift.start, shift.end), site.crowded) for shift in gone) if site else 0.0
        return self._seat_price * freed + self._mentor_price * sum(self._alone[own] for own in self._touched(agent))

    def _touched(self, agent: str) -> list[str]:
        """Trainees whose hours alone hang on what a person works."""
        return [*([agent] if agent in self._alone else []), *self._pupils.get(agent, [])]

    def _trainees(self) -> dict[str, float]:
        return {agent: self._hours_alone(self._works, agent) for agent, work in self._works.items() if work.mentor}

    def _hours_alone(self, works: Mapping[str, PersonWork], agent: str) -> float:
        own = [(shift.start, shift.end) for shift in works[agent].audited]
        beside = works.get(works[agent].mentor)
        spans = [(shift.start, shift.end) for shift in beside.shifts] if beside is not None else []
        return mentor.alone(own, spans, self._book.mentoring.share)

    def _sites_with_seats(self) -> dict[str, _Site]:
        limits = {name: site.seats for name, site in self._book.sites.items() if site.seats is not None}
        works = {name: [work for work in self._works.values() if work.site == name] for name in limits}
        return {name: _site(limit, works[name]) for name, limit in limits.items() if works[name]}


@dataclass(frozen=True)
class _Site:
    """Shifts at a site with `seats`: `own` and those `before` the plan (start, end), whose the own are, how many hours
    are too many, and when."""

    seats: int
    own: np.ndarray
    before: np.ndarray
    agents: np.ndarray
    hours: float
    crowded: tuple[tuple[float, float], ...]

    def hours_with(self, work: PersonWork) -> float:
        """Hours too many if a person worked that."""
        own = np.concatenate([self.own[self.agents != work.agent], _spans(work.audited)])
        return seats.hours_over(self.seats, own, self.before)


def _site(limit: int, works: Sequence[PersonWork]) -> _Site:
    own = _spans([shift for work in works for shift in work.audited])
    before = _spans([shift for work in works for shift in work.shifts if shift.previous])
    agents = np.array([work.agent for work in works for _ in work.audited], dtype=object)
    crowds = seats.crowds(limit, own, before)
    return _Site(
        limit, own, before, agents, sum(crowd.hours for crowd in crowds), tuple((c.start, c.end) for c in crowds)
    )


def _spans(shifts: Sequence[Worked]) -> np.ndarray:
    return np.array([(shift.start, shift.end) for shift in shifts], dtype=np.float64).reshape(-1, 2)
