"""At most so many night shifts on days in a row.

Source: `consecutive_nights_max` of the agreement. A night shift has at least `night_hours_min` hours between
`night_from` and `night_to` (three hours: Directive 2003/88/EC, article 2 (4); 22:00 to 06:00: Labour Code of the
Russian Federation, article 96) and belongs to the day it starts on; the roster before counts.
For all people a and runs of consecutive_nights_max + 1 days D:  Σ_{d in D} night[a,d] ≤ consecutive_nights_max.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.meters import Meter, TourFrame
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.rules.night_hours import is_night_shift, night_slots
from scheduling.roster.work import PersonWork, Worked


def constrain(model: AgentModel) -> None:
    """One row for each run of days that is one too long."""
    most = model.agreement.consecutive_nights_max
    if most is None:
        return
    nights = night_slots(model.slots, model.agreement)
    zone = model.book.timezone
    before = {s.day for s in model.person.history if is_night_shift(s, model.agreement, zone)}
    own = [slots[nights[slots]] for slots in (model.open_on(position) for position in range(len(model.days)))]
    for first in range(-most, len(model.days) - most):
        run = range(first, first + most + 1)
        worked = sum(day < 0 and int(model.days[0]) + day in before for day in run)
        planned = [day for day in run if day >= 0 and own[day].size]
        if not planned or worked + len(planned) <= most:
            continue
        label = f"d{max(first, 0)}_d{run[-1]}"
        if model.agreement.shifts_per_day_max > 1:
            flags = [(model.flag_of("night", day, own[day]), 1.0) for day in planned]
            model.at_most(label, np.zeros(0, dtype=np.int64), np.zeros(0), float(most - worked), flags=flags)
        else:
            slots = np.concatenate([own[day] for day in planned])
            model.at_most(label, slots, np.ones(len(slots)), float(most - worked))


class NightRunMeter(Meter):
    """State: `2 · nights in a row + whether today's is among them`."""

    def first(self, history: Sequence[Worked]) -> int:
        """The run that the roster before ends with."""
        zone, day, run = self.frame.book.timezone, int(self.frame.days[0]) - 1, 0
        nights = {shift.day for shift in history if is_night_shift(shift, self.frame.agreement, zone)}
        while day in nights:
            run, day = run + 1, day - 1
        return 2 * min(run, self._most)

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """A night lengthens the run, once a day."""
        night = night_slots(self.frame.slots, self.frame.agreement)[slots][None, :]
        counts = night & (states % 2 == 0)[:, None]
        run = (states // 2)[:, None] + counts
        price = self.charge(np.where(counts, run - self._most, 0).astype(np.float64))
        after = np.where(counts, 2 * np.minimum(run, self._most) + 1, states[:, None])
        return after, price

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """A day without a night shift ends the run; so does the plan."""
        if position + 1 >= len(self.frame.days):
            return np.zeros_like(states), np.zeros(len(states))
        return np.where(states % 2 == 1, states - 1, 0), np.zeros(len(states))

    @property
    def _most(self) -> int:
        return self.frame.agreement.consecutive_nights_max or 0


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers; nothing where there are no night shifts."""
    if frame.agreement.consecutive_nights_max is None:
        return None
    nights = night_slots(frame.slots, frame.agreement)
    return NightRunMeter(frame, setting) if any(nights[own].any() for own in frame.open) else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Runs that are too long, reported at the first night too many."""
    most = work.agreement.consecutive_nights_max
    if most is None:
        return
    nights = {s.day: s for s in reversed(work.shifts) if is_night_shift(s, work.agreement, work.timezone)}
    run: list[int] = []
    for day in [*sorted(nights), None]:
        if day is not None and run and day == run[-1] + 1:
            run.append(day)
            continue
        over = [d for d in run[most:] if not nights[d].previous]
        if over:
            yield Finding(nights[over[0]].start, len(run), most, f"{len(run)} nights in a row, at most {most} may be")
        run = [] if day is None else [day]


RULE = Rule(
    "consecutive_nights", "At most so many night shifts on days in a row", "agreement", "nights", constrain, check,
    meter=meter,
)  # fmt: skip
