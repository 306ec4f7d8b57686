"""Days off come at least so many in a row.

Source: `days_off_min` of the agreement (two days off of a five-day week: Labour Code of the Russian Federation, article
111). Days between two worked days are counted, also back into the roster before; days off before the first shift that
is known and after the last one may be fewer. Leave counts as days off.
For all people a and days d < d' with k = d' − d − 1 < days_off_min days between them, k ≥ 1:
    worked[a,d] + worked[a,d'] − Σ_{d < e < d'} worked[a,e] ≤ 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.meters import Meter, TourFrame
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork, Worked


def constrain(model: AgentModel) -> None:
    """One row for each pair of days that lie too near to hold a rest between them."""
    least = model.agreement.days_off_min or 1
    before = {shift.day - int(model.days[0]) for shift in model.person.history}
    nothing = np.zeros(0, dtype=np.int64)
    for last in range(len(model.days)):
        for gap in range(1, least):
            first = last - gap - 1
            between = range(first + 1, last)
            if first < 0 and (first not in before or any(day in before for day in between)):
                continue
            flags = [(model.works(last), 1.0), *((model.works(day), -1.0) for day in between if day >= 0)]
            if first >= 0:
                flags.append((model.works(first), 1.0))
            limit = 1.0 if first >= 0 else 0.0
            model.at_most(f"d{last}_gap{gap}", nothing, np.zeros(0), limit, unit=least - gap, flags=flags)


class DaysOffMeter(Meter):
    """State: 0 free to work; 1 worked on the last day; 1 + k: k days off since then, which are too few."""

    def first(self, history: Sequence[Worked]) -> int:
        """Days off since the roster before; none are owed where nothing is known."""
        if not history:
            return 0
        off = int(self.frame.days[0]) - 1 - max(shift.day for shift in history)
        return 0 if off >= self._least else 1 + off

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Priced by the days off that are missing."""
        missing = np.where(states > 1, self._least + 1 - states, 0) * (not second)
        shape = (len(states), len(slots))
        price = self.charge(missing.astype(np.float64))
        return np.ones(shape, dtype=np.int64), np.broadcast_to(price[:, None], shape)

    def free(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """One more day off."""
        return np.where((states == 0) | (states >= self._least), 0, states + 1), np.zeros(len(states))

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Nothing is owed after the plan."""
        last = position + 1 == len(self.frame.days)
        return np.zeros_like(states) if last else states, np.zeros(len(states))

    @property
    def _least(self) -> int:
        return self.frame.agreement.days_off_min or 1


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    return DaysOffMeter(frame, setting) if (frame.agreement.days_off_min or 1) > 1 else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Days off that are too few, reported at the shift that ends them."""
    least = work.agreement.days_off_min or 1
    days = {shift.day: shift for shift in reversed(work.shifts)}
    for before, after in pairwise(sorted(days)):
        off = after - before - 1
        if 0 < off < least and not days[after].previous:
            yield Finding(days[after].start, off, least, f"{off} days off in a row, at least {least} are due")


RULE = Rule("days_off", "Days off come at least so many in a row", "agreement", "days", constrain, check, meter=meter)
