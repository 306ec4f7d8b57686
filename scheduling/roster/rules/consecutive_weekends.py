"""At most so many weekends in a row are worked: a free one at least every so many weeks.

Source: `consecutive_weekends_max` of the agreement (2: every third weekend at the latest is free). A weekend is worked
if a shift starts on its Saturday or Sunday; the roster before counts.
For all people a and runs of consecutive_weekends_max + 1 weekends W, z[a,w] as in `weekends`:
    Σ_{w in W} z[a,w] ≤ consecutive_weekends_max.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.meters import Meter, TourFrame
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.rules.weekend_days import is_weekend, weekend_flag, weekend_of, weekends_of
from scheduling.roster.work import PersonWork, Worked

WEEK = 7


def constrain(model: AgentModel) -> None:
    """One row for each run that is one too long."""
    most = model.agreement.consecutive_weekends_max
    if most is None:
        return
    planned = weekends_of(model.days)
    before = set(weekends_of([shift.day for shift in model.person.history]))
    flags: dict[int, int] = {}
    for first in range((planned or [0])[0] - WEEK * most, (planned or [0])[-1] - WEEK * most + 1, WEEK):
        run = range(first, first + WEEK * (most + 1), WEEK)
        own = [weekend for weekend in run if weekend in planned and weekend not in before]
        worked = sum(weekend in before for weekend in run)
        if not own or worked + len(own) <= most:
            continue
        for weekend in own:
            if weekend not in flags:
                flags[weekend] = weekend_flag(model, weekend)
        label = f"w{planned.index(own[0])}_w{planned.index(own[-1])}"
        terms = [(flags[weekend], 1.0) for weekend in own]
        model.at_most(label, np.zeros(0, dtype=np.int64), np.zeros(0), float(most - worked), flags=terms)


class WeekendRunMeter(Meter):
    """State: `2 · weekends worked in a row + whether this one is worked`, both 0 once no weekend is to come."""

    def first(self, history: Sequence[Worked]) -> int:
        """The run that the roster before ends with; its last weekend may be half planned."""
        worked = set(weekends_of([shift.day for shift in history]))
        weekend, run = weekend_of(int(self.frame.days[0])), 0
        half = weekend in worked
        weekend -= 0 if half else WEEK
        while weekend in worked:
            run, weekend = run + 1, weekend - WEEK
        return int(self._tidy(np.array([2 * min(run, self._most) + half]), -1)[0])

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """The first shift of a weekend counts, priced where it is one too many."""
        shape = (len(states), len(slots))
        if not is_weekend(int(self.frame.days[position])):
            return np.broadcast_to(states[:, None], shape), np.zeros(shape)
        counts = states % 2 == 0
        run = states // 2 + counts
        price = self.charge(np.where(counts, run - self._most, 0).astype(np.float64))
        after = 2 * np.minimum(run, self._most) + 1
        return np.broadcast_to(after[:, None], shape), np.broadcast_to(price[:, None], shape)

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """A weekend that ends unworked ends the run."""
        day = int(self.frame.days[position])
        if is_weekend(day) and not is_weekend(day + 1):
            states = np.where(states % 2 == 1, states - 1, 0)
        return self._tidy(states, position), np.zeros(len(states))

    def _tidy(self, states: np.ndarray, position: int) -> np.ndarray:
        """A run that the weekends to come can't make too long is forgotten."""
        to_come = len(weekends_of(self.frame.days[position + 1 :]))
        within = position >= 0 and is_weekend(int(self.frame.days[position])) and states % 2 == 1
        safe = states // 2 + to_come - np.where(within, 1, 0) <= self._most
        return np.asarray(np.where(safe, 0, states)) if to_come else np.zeros_like(states)

    @property
    def _most(self) -> int:
        return self.frame.agreement.consecutive_weekends_max or 0


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    limited = frame.agreement.consecutive_weekends_max is not None
    return WeekendRunMeter(frame, setting) if limited else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Runs that are too long, reported at the first shift of the first weekend too many."""
    most = work.agreement.consecutive_weekends_max
    if most is None:
        return
    worked = weekends_of([shift.day for shift in work.shifts])
    before = set(weekends_of([shift.day for shift in work.shifts if shift.previous]))
    starts = {weekend_of(s.day): s.start for s in reversed(work.audited) if is_weekend(s.day)}
    run: list[int] = []
    for weekend in [*worked, None]:
        if weekend is not None and run and weekend == run[-1] + WEEK:
            run.append(weekend)
            continue
        over = [w for w in run[most:] if w in starts and w not in before]
        if over:
            yield Finding(
                starts[over[0]], len(run), most, f"{len(run)} weekends in a row worked, at most {most} may be"
            )
        run = [] if weekend is None else [weekend]


RULE = Rule(
    "consecutive_weekends", "At most so many weekends in a row are worked", "agreement", "weekends", constrain, check,
    meter=meter,
)  # fmt: skip
