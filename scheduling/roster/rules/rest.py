"""At least so many hours lie between the end of a shift and the start of the next one on another day.

Source: `rest_hours_min` of the agreement (11 h: Directive 2003/88/EC, article 3; many national laws ask for more).
Hours are elapsed time, across midnight, across the edge of the roster before, and in nights when clocks change. Two
shifts on one day (a split shift) need no rest between them.
For all people a, days d < d' and moments τ:
    Σ_{s on d, end(s) + rest > τ} x[a,s] + Σ_{s on d', start(s) ≤ τ} x[a,s] ≤ 1,
and where m > 1 shifts may start on one day, for each s on d:  m · x[a,s] + Σ_{near s on d'} x[a,s'] ≤ m.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.meters import Meter, TourFrame
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule, conflict_rows
from scheduling.roster.work import PersonWork, Worked
from scheduling.shifts.localtime import words_of


def constrain(model: AgentModel) -> None:
    """Rows for every pair of days whose shifts can lie too near."""
    if model.agreement.rest_hours_min is None:
        return
    rest = model.agreement.rest_hours_min * 60
    _edge(model, rest)
    for first in range(len(model.days) - 1):
        early = model.open_on(first)
        if early.size == 0:
            continue
        ends = model.slots.end[early] + rest
        for second in range(first + 1, len(model.days)):
            late = model.open_on(second)
            if late.size and model.slots.start[late].min() < ends.max():
                _pair(model, f"d{first}_d{second}", early, late, rest)
            elif late.size:
                break


def _pair(model: AgentModel, label: str, early: np.ndarray, late: np.ndarray, rest: float) -> None:
    ends, starts = model.slots.end[early] + rest, model.slots.start[late].astype(float)
    if model.agreement.shifts_per_day_max > 1 and not model.priced:
        _split_pair(model, label, early, late, ends)
        return
    for number, (left, right, width) in enumerate(conflict_rows(ends, starts, every_unit=model.priced)):
        slots = np.concatenate([early[left], late[right]])
        model.at_most(f"{label}_{number}", slots, np.ones(len(slots)), 1.0, unit=width / 60)


def _split_pair(model: AgentModel, label: str, early: np.ndarray, late: np.ndarray, ends: np.ndarray) -> None:
    """Each day may hold two shifts, so that one shift rules out those of the other day: m · x + Σ y ≤ m."""
    most = float(model.agreement.shifts_per_day_max)
    for slot, end in zip(early, ends, strict=True):
        near = late[model.slots.start[late] < end]
        if near.size:
            slots, weights = np.append(near, slot), np.append(np.ones(len(near)), most)
            model.at_most(f"{label}_{slot}", slots, weights, most)


def _edge(model: AgentModel, rest: float) -> None:
    for shift in model.person.history:
        missing = (shift.end + rest - model.slots.start) / 60
        same_day = model.days[model.slots.day] == shift.day
        model.bar("edge", np.where((missing > 0) & ~same_day, missing, 0.0))


class RestMeter(Meter):
    """State: the end of the last shift of an earlier day, 0 once the rest after it is certain."""

    def first(self, history: Sequence[Worked]) -> int:
        """The last end of the roster before."""
        return int(max((shift.end for shift in history), default=0))

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Priced by the missing hours; the second shift of a split day needs no rest."""
        start, end = self.frame.slots.start[slots], self.frame.slots.end[slots]
        missing = (states[:, None] + self._minutes - start[None, :]) / 60
        missing[states == 0] = 0.0
        price = np.zeros_like(missing) if second else self.charge(missing)
        return np.broadcast_to(end, missing.shape), price

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Forgotten where the earliest shift to come keeps the rest."""
        kept = states + self._minutes <= self.frame.next_start[position]
        return np.where(kept, 0, states), np.zeros(len(states))

    @property
    def _minutes(self) -> float:
        return 60 * (self.frame.agreement.rest_hours_min or 0.0)


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    return RestMeter(frame, setting) if frame.agreement.rest_hours_min else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Pairs of neighbouring shifts that lie too near."""
    limit = work.agreement.rest_hours_min
    if limit is None:
        return
    for before, after in pairwise(work.shifts):
        hours = (after.start - before.end) / 60
        if not after.previous and after.day != before.day and hours < limit - 1e-9:
            end = words_of(before.end, work.timezone)
            yield Finding(
                after.start, hours, limit, f"{hours:g} hours of rest after the shift that ends {end}, not {limit:g}"
            )


RULE = Rule(
    "rest", "At least so many hours of rest between two shifts", "agreement", "hours", constrain, check, meter=meter
)
