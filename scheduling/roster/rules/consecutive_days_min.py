"""Working days come at least so many in a row.

Source: `consecutive_days_min` of the agreement: nobody travels for one day. Runs that begin before the plan or reach
its last day may be shorter; so may the first run of people of whom nothing is known before.
For all people a, runs of k < consecutive_days_min days d+1 … d+k inside the plan:
    Σ_{i=1..k} worked[a,d+i] − worked[a,d] − worked[a,d+k+1] ≤ k − 1.
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
    """One row for each run that is too short."""
    least = model.agreement.consecutive_days_min or 1
    before = {shift.day - int(model.days[0]) for shift in model.person.history}
    nothing = np.zeros(0, dtype=np.int64)
    for first in range(-1 if before and -1 not in before else 0, len(model.days)):
        for run in range(1, least):
            last = first + run + 1
            if last >= len(model.days):
                break
            flags = [(model.works(day), 1.0) for day in range(first + 1, last)]
            flags += [(model.works(day), -1.0) for day in (first, last) if day >= 0]
            model.at_most(f"d{first + 1}_run{run}", nothing, np.zeros(0), run - 1.0, unit=least - run, flags=flags)


class ShortRunMeter(Meter):
    """State: 0 off; k < least: k days worked in a row so far; least: enough, or a run of which not all is known."""

    def first(self, history: Sequence[Worked]) -> int:
        """A run is counted from its first day only where the day before it is known to be free."""
        known_free = history and max(shift.day for shift in history) < int(self.frame.days[0]) - 1
        return 0 if known_free else self._least

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """One more day of the run."""
        run = states if second else np.minimum(states + 1, self._least)
        shape = (len(states), len(slots))
        return np.broadcast_to(run[:, None], shape), np.zeros(shape)

    def free(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """The run ends: priced by the days that are missing."""
        missing = np.where(states > 0, self._least - states, 0)
        return np.zeros_like(states), self.charge(missing.astype(np.float64))

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """A run that reaches the plan's last day may go on."""
        last = position + 1 == len(self.frame.days)
        return np.zeros_like(states) if last else states, np.zeros(len(states))

    @property
    def _least(self) -> int:
        return self.frame.agreement.consecutive_days_min or 1


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    return ShortRunMeter(frame, setting) if (frame.agreement.consecutive_days_min or 1) > 1 else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Runs that are too short, reported at their first shift."""
    least = work.agreement.consecutive_days_min or 1
    before = {shift.day for shift in work.shifts if shift.previous}
    worked = {shift.day: shift for shift in reversed(work.audited)}
    for day, shift in sorted(worked.items()):
        if day - 1 in worked or day - 1 in before or (not before and day == work.first_day):
            continue
        run = next(length for length in range(1, len(worked) + 1) if day + length not in worked)
        if run < least and day + run <= work.last_day:
            yield Finding(shift.start, run, least, f"{run} working days in a row, at least {least} are due")


RULE = Rule(
    "consecutive_days_min", "Working days come at least so many in a row", "agreement", "days", constrain, check,
    meter=meter,
)  # fmt: skip
