"""At most so many working days in a row.

Source: `consecutive_days_max` of the agreement (six follow from one day of rest in seven: ILO convention 14). A day is
worked if a shift starts on it; days worked in the roster before count on.
For all people a and runs of consecutive_days_max + 1 days D:  Σ_{d in D} worked[a,d] ≤ consecutive_days_max.
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
    """One row a run of days that is one too long."""
    limit = model.agreement.consecutive_days_max
    if limit is None or len(model.days) == 0:
        return
    position_of = {int(day): position for position, day in enumerate(model.days)}
    before = {shift.day for shift in model.person.history}
    for first in range(int(model.days[0]) - limit, int(model.days[-1]) - limit + 1):
        run = range(first, first + limit + 1)
        planned = [position_of[day] for day in run if day in position_of]
        worked = sum(day in before and day not in position_of for day in run)
        if worked + len(planned) <= limit or not planned:
            continue
        parts = [model.worked(position) for position in planned]
        slots = np.concatenate([part[0] for part in parts])
        coefficients = np.concatenate([part[1] for part in parts])
        flags = [flag for part in parts for flag in part[2]]
        model.at_most(f"d{planned[0]}_d{planned[-1]}", slots, coefficients, limit - worked, flags=flags)


class RunMeter(Meter):
    """State: days worked in a row so far; the day itself counts at once, and again only where nothing is worked."""

    def first(self, history: Sequence[Worked]) -> int:
        """The run that the roster before ends with."""
        worked, run, day = {shift.day for shift in history}, 0, int(self.frame.days[0]) - 1
        while day in worked:
            run, day = run + 1, day - 1
        return min(run, self._most)

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """One more day, priced where it is one too many."""
        run = states if second else states + 1
        price = np.zeros(len(states)) if second else self.charge((run - self._most).astype(np.float64))
        shape = (len(states), len(slots))
        return np.broadcast_to(np.minimum(run, self._most)[:, None], shape), np.broadcast_to(price[:, None], shape)

    def free(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """The run ends."""
        return np.zeros_like(states), np.zeros(len(states))

    @property
    def _most(self) -> int:
        return self.frame.agreement.consecutive_days_max or 0


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    return RunMeter(frame, setting) if frame.agreement.consecutive_days_max else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Runs that are too long, reported at the first day too many."""
    limit = work.agreement.consecutive_days_max
    if limit is None:
        return
    days = sorted({shift.day for shift in work.shifts})
    reported = {shift.day: shift for shift in reversed(work.audited)}
    run: list[int] = []
    for day in [*days, None]:
        if day is not None and run and day == run[-1] + 1:
            run.append(day)
            continue
        over = [d for d in run[limit:] if d in reported]
        if over:
            yield Finding(
                reported[over[0]].start, len(run), limit, f"{len(run)} working days in a row, at most {limit} may be"
            )
        run = [] if day is None else [day]


RULE = Rule(
    "consecutive_days", "At most so many working days in a row", "agreement", "days", constrain, check, meter=meter
)
