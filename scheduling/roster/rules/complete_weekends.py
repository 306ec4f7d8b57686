"""Weekends are worked whole or not at all.

Source: `complete_weekends` of the agreement: two half weekends are no free one. Weekends that the edge of the plan
cuts are left alone.
For all people a and weekends w of the plan:
    worked[a,Saturday] − worked[a,Sunday] ≤ 0   and   worked[a,Sunday] − worked[a,Saturday] ≤ 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.meters import Meter, TourFrame
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.rules.weekend_days import is_weekend, weekends_of
from scheduling.roster.work import PersonWork, Worked
from scheduling.shifts.localtime import midnight


def constrain(model: AgentModel) -> None:
    """Two rows a weekend."""
    if not model.agreement.complete_weekends:
        return
    nothing = np.zeros(0, dtype=np.int64)
    for weekend in weekends_of(model.days):
        saturday = weekend - int(model.days[0])
        if saturday < 0 or saturday + 1 >= len(model.days):
            continue
        first, second = model.works(saturday), model.works(saturday + 1)
        for label, more, less in (("sat", first, second), ("sun", second, first)):
            model.at_most(f"d{saturday}_{label}", nothing, np.zeros(0), 0.0, flags=[(more, 1.0), (less, -1.0)])


class HalfWeekendMeter(Meter):
    """State on a Sunday: whether the Saturday was worked; 0 on all other days."""

    def first(self, history: Sequence[Worked]) -> int:
        """Nothing: a weekend that the plan's edge cuts is left alone."""
        return 0

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """A Sunday alone is half a weekend."""
        half = (states == 0) & self._is_second(position) & (not second)
        shape = (len(states), len(slots))
        price = self.charge(half.astype(np.float64))
        return np.ones(shape, dtype=np.int64), np.broadcast_to(price[:, None], shape)

    def free(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """So is a Saturday alone."""
        half = (states == 1) & self._is_second(position)
        return np.zeros_like(states), self.charge(half.astype(np.float64))

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Only Sundays remember."""
        return states if self._is_second(position + 1) else np.zeros_like(states), np.zeros(len(states))

    def _is_second(self, position: int) -> bool:
        """Whether a day is a Sunday of which the plan has the Saturday too."""
        day = int(self.frame.days[0]) + position
        return 0 < position < len(self.frame.days) and is_weekend(day) and not is_weekend(day + 1)


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    return HalfWeekendMeter(frame, setting) if frame.agreement.complete_weekends else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Weekends of which one day is worked, reported at the start of the other one."""
    if not work.agreement.complete_weekends:
        return
    worked = {shift.day for shift in work.audited}
    for saturday in weekends_of(sorted(worked)):
        inside = work.first_day <= saturday and saturday + 1 <= work.last_day
        missing = [day for day in (saturday, saturday + 1) if day not in worked]
        if inside and missing:
            yield Finding(midnight(missing[0], work.timezone), 1, 2, "one day of a weekend worked, not both or none")


RULE = Rule(
    "complete_weekends", "Weekends are worked whole or not at all", "agreement", "days", constrain, check, meter=meter
)
