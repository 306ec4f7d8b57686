"""Hours of a day above the tiers of the agreement cost more: a price, and under `forbid` a limit.

Source: `overtime` of the agreement, the tiers of a day (above 8 and 12 hours: California Labor Code § 510). A shift
counts on the local day it starts on. What is paid on top here does not count in the week's tiers. With tiers k of h_k
hours and factor f_k (f_0 = 1), for all people a and local days d
    premium(a, d) = cost_per_hour · Σ_k (f_k − f_{k−1}) · max(0, Σ_{s starts on d} paid(s) · x[a,s] − h_k)
is paid on top of the ordinary hours: one unit of breach is one unit of money.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.meters import Meter, TourFrame
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.rules.overtime import premium, tiers_of
from scheduling.roster.work import PersonWork, Worked


def constrain(model: AgentModel) -> None:
    """One row a day and tier."""
    for tier, (over, price) in enumerate(tiers_of(model.agreement, "day")):
        if model.agreement.shifts_per_day_max == 1 or not model.priced:
            model.bar(f"alone_tier{tier}", np.maximum(model.slots.paid_hours - over, 0.0) * price)
        if model.agreement.shifts_per_day_max > 1:
            for position in range(len(model.days)):
                slots = model.open_on(position)
                if slots.size:
                    model.at_most(f"d{position}_tier{tier}", slots, model.slots.paid_hours[slots], over, unit=price)


class DayTiersMeter(Meter):
    """State: paid minutes of the day so far, which only a split day needs."""

    def first(self, history: Sequence[Worked]) -> int:
        """Nothing: a shift counts on the day it starts on."""
        return 0

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Priced by what this shift adds to the day's premium."""
        minutes = np.round(self.frame.slots.paid_hours[slots] * 60).astype(np.int64)
        total = states[:, None] + minutes[None, :]
        money = np.zeros(total.shape)
        for over, price in tiers_of(self.frame.agreement, "day"):
            money += price * (np.maximum(total / 60 - over, 0.0) - np.maximum(states[:, None] / 60 - over, 0.0))
        return total, self.charge(money)

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """A new day."""
        return np.zeros_like(states), np.zeros(len(states))


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    return DayTiersMeter(frame, setting) if tiers_of(frame.agreement, "day") else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Days with overtime, reported at their last shift with what it costs on top."""
    tiers = tiers_of(work.agreement, "day")
    for day in dict.fromkeys(shift.day for shift in work.audited) if tiers else ():
        shifts = [shift for shift in work.audited if shift.day == day]
        hours = sum(shift.paid_hours for shift in shifts)
        money = premium(hours, 0.0, tiers)
        if money > 1e-6:
            words = f"{hours - tiers[0][0]:g} hours of overtime on one day, {money:g} on top"
            yield Finding(shifts[-1].start, money, 0.0, words)


RULE = Rule(
    "overtime_day", "Hours of a day above the agreed tiers cost more", "agreement", "money", constrain, check,
    default=RuleSetting(strictness="pay", price=1.0), meter=meter,
)  # fmt: skip
