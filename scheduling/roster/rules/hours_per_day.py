"""At most so many paid hours on one day.

Source: `hours_per_day_max` of the agreement (12 h a shift: Labour Code of the Russian Federation, article 94, and many
others). A shift counts on the local day it starts on.
For all people a and local days d:  Σ_{s starts on d} paid(s) · x[a,s] ≤ hours_per_day_max.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.meters import Meter, TourFrame
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork, Worked


def constrain(model: AgentModel) -> None:
    """Bars what is too long alone; rows for split days."""
    limit = model.agreement.hours_per_day_max
    if limit is None:
        return
    if model.agreement.shifts_per_day_max == 1 or not model.priced:
        model.bar("alone", np.maximum(model.slots.paid_hours - limit, 0.0))
    if model.agreement.shifts_per_day_max > 1:
        for position in range(len(model.days)):
            slots = model.open_on(position)
            if slots.size:
                model.at_most(f"d{position}", slots, model.slots.paid_hours[slots], limit)


class DayHoursMeter(Meter):
    """State: paid minutes of the day so far, which only a split day needs."""

    def first(self, history: Sequence[Worked]) -> int:
        """Nothing: a shift counts on the day it starts on."""
        return 0

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Priced by the hours above the limit that this shift adds."""
        minutes = np.round(self.frame.slots.paid_hours[slots] * 60).astype(np.int64)
        total = states[:, None] + minutes[None, :]
        limit = 60 * (self.frame.agreement.hours_per_day_max or 0.0)
        over = np.maximum(total - limit, 0.0) - np.maximum(states[:, None] - limit, 0.0)
        return total, self.charge(over / 60)

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """A new day."""
        return np.zeros_like(states), np.zeros(len(states))


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    limited = frame.agreement.hours_per_day_max is not None
    return DayHoursMeter(frame, setting) if limited else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Days with too many paid hours."""
    limit = work.agreement.hours_per_day_max
    if limit is None:
        return
    for day in dict.fromkeys(shift.day for shift in work.audited):
        shifts = [shift for shift in work.audited if shift.day == day]
        hours = sum(shift.paid_hours for shift in shifts)
        if hours > limit + 1e-6:
            yield Finding(shifts[-1].start, hours, limit, f"{hours:g} paid hours on one day, not {limit:g}")


RULE = Rule("hours_per_day", "At most so many paid hours a day", "agreement", "hours", constrain, check, meter=meter)
