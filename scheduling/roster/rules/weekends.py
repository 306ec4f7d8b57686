"""At most so many weekends of a plan are worked.

Source: `weekends_max` of the agreement. A weekend is a local Saturday and Sunday; it is worked if a shift of the plan
starts on it (a Friday's night shift belongs to Friday).
For all people a and weekends w of the plan a yes/no z[a,w] ≥ worked[a,Saturday], worked[a,Sunday]:
    Σ_w z[a,w] ≤ weekends_max.
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


def constrain(model: AgentModel) -> None:
    """One row, and a flag for each weekend."""
    most = model.agreement.weekends_max
    weekends = weekends_of(model.days)
    if most is None or len(weekends) <= most:
        return
    flags = [(weekend_flag(model, weekend), 1.0) for weekend in weekends]
    model.at_most("all", np.zeros(0, dtype=np.int64), np.zeros(0), float(most), flags=flags)


class WeekendsMeter(Meter):
    """State: `2 · weekends that may still be worked + whether this one is worked`; no limit where it can't bind."""

    def first(self, history: Sequence[Worked]) -> int:
        """The whole allowance: weekends of the roster before were counted there."""
        return int(self._tidy(np.array([2 * (self.frame.agreement.weekends_max or 0)]), -1)[0])

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """The first shift of a weekend counts; priced where none is left."""
        shape = (len(states), len(slots))
        if not is_weekend(int(self.frame.days[position])):
            return np.broadcast_to(states[:, None], shape), np.zeros(shape)
        counts = states % 2 == 0
        price = self.charge((counts & (states < 2)).astype(np.float64))
        after = np.where(counts, np.maximum(states - 2, 0) + 1, states)
        return np.broadcast_to(after[:, None], shape), np.broadcast_to(price[:, None], shape)

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Between weekends only the allowance is kept, and no more of it than there are weekends to come."""
        return self._tidy(states, position), np.zeros(len(states))

    def _tidy(self, states: np.ndarray, position: int) -> np.ndarray:
        days = self.frame.days
        if position + 1 >= len(days):
            return np.zeros_like(states)
        within = position >= 0 and weekend_of(int(days[position])) == weekend_of(int(days[position + 1]))
        worked = states % 2 if within else 0
        to_come = len(weekends_of(days[position + 1 :])) - worked  # this one counts no more once it is worked
        return np.asarray(2 * np.minimum(states // 2, to_come) + worked)


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    most = frame.agreement.weekends_max
    return WeekendsMeter(frame, setting) if most is not None and len(weekends_of(frame.days)) > most else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Weekends too many, reported at the first shift of the first one too many."""
    most = work.agreement.weekends_max
    if most is None:
        return
    worked: dict[int, float] = {}
    for shift in work.audited:
        if is_weekend(shift.day):
            worked.setdefault(weekend_of(shift.day), shift.start)
    if len(worked) > most:
        yield Finding(list(worked.values())[most], len(worked), most, f"{len(worked)} weekends worked, not {most}")


RULE = Rule(
    "weekends", "At most so many weekends of a plan are worked", "agreement", "weekends", constrain, check, meter=meter
)
