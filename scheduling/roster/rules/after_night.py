"""On the day on which a night shift has ended, work starts late: a night may follow a night, a morning may not.

Source: `start_after_night` of the agreement (HH:MM); what a night shift is: `consecutive_nights`. Two shifts in a row
are banned by article 103 of the Labour Code of the Russian Federation.
For all people a, night shifts n that end on day d, and starts c < start_after_night by the wall clock of d:
    m · Σ_n x[a,n] + Σ_{s on d, clock(s) ≤ c} x[a,s] ≤ m,   m = shifts_per_day_max.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from domain.calendar import parse_clock
from domain.people import RuleSetting, WorkAgreement
from scheduling.roster.meters import Meter, TourFrame
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.rules.night_hours import end_day, is_night_shift, night_slots
from scheduling.roster.work import PersonWork, Worked
from scheduling.shifts.localtime import clock_of
from scheduling.shifts.slots import SlotTable


def constrain(model: AgentModel) -> None:
    """Bars what the roster before rules out; rows for nights of the plan."""
    if model.agreement.start_after_night is None:
        return
    limit, zone, most = _limit(model.agreement), model.book.timezone, float(model.agreement.shifts_per_day_max)
    early = np.maximum(limit - model.slots.clock, 0) / 60
    for shift in model.person.history:
        ended = end_day(shift.end, zone) - int(model.days[0])
        if is_night_shift(shift, model.agreement, zone):
            model.bar("edge", np.where(model.slots.day == ended, early, 0.0))
    ends = ends_tonight(model.slots, model.agreement, model.days, zone)
    for position in range(len(model.days)):
        tonight = model.open_on(position)
        if position + 1 < len(model.days):
            _rows(model, f"d{position + 1}", tonight[ends[tonight] == 1], model.open_on(position + 1), limit)
        same = tonight[ends[tonight] == 0] if most > 1 else tonight[:0]
        for end in np.unique(model.slots.end[same]):
            later = tonight[model.slots.start[tonight] >= end]
            _rows(model, f"d{position}_{int(end)}", same[model.slots.end[same] == end], later, limit)


def _rows(model: AgentModel, label: str, nights: np.ndarray, after: np.ndarray, limit: int) -> None:
    """The weights of the rows that hold a start add up to the hours it is too early."""
    most = float(model.agreement.shifts_per_day_max)
    early = after[model.slots.clock[after] < limit]
    if nights.size == 0:
        return
    for clock, later in pairwise([*np.unique(model.slots.clock[early]), limit]):
        right = early[model.slots.clock[early] <= clock]
        slots = np.concatenate([nights, right])
        weights = np.concatenate([np.full(len(nights), most), np.ones(len(right))])
        model.at_most(f"{label}_c{int(clock)}", slots, weights, most, unit=float(later - clock) / 60)


def ends_tonight(slots: SlotTable, agreement: WorkAgreement, days: np.ndarray, timezone: str) -> np.ndarray:
    """For each slot the days from its start to its end where it is a night shift, −1 where it is none."""
    found = np.full(len(slots), -1, dtype=np.int64)
    for slot in np.flatnonzero(night_slots(slots, agreement)):
        found[slot] = end_day(float(slots.end[slot]), timezone) - int(days[slots.day[slot]])
    return found


def _limit(agreement: WorkAgreement) -> int:
    return parse_clock(agreement.start_after_night or "00:00")


class AfterNightMeter(Meter):
    """State: 0; 1 a night shift has ended today; 2 one ends tomorrow."""

    def __init__(self, frame: TourFrame, setting: RuleSetting) -> None:
        super().__init__(frame, setting)
        self._ends = ends_tonight(frame.slots, frame.agreement, frame.days, frame.book.timezone)

    def first(self, history: Sequence[Worked]) -> int:
        """Whether the last night of the roster before ends on the first day."""
        zone, agreement = self.frame.book.timezone, self.frame.agreement
        nights = [shift for shift in history if is_night_shift(shift, agreement, zone)]
        return int(any(end_day(shift.end, zone) == int(self.frame.days[0]) for shift in nights))

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Priced by the hours that the shift starts too early."""
        early = np.maximum(_limit(self.frame.agreement) - self.frame.slots.clock[slots], 0) / 60
        price = self.charge(np.where(states[:, None] == 1, early[None, :], 0.0))
        ends = self._ends[slots]
        after = np.where(ends[None, :] >= 0, ends[None, :] + 1, states[:, None])
        return after, price

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Tomorrow becomes today."""
        tomorrow = self.frame.open[position + 1] if position + 1 < len(self.frame.days) else self.frame.open[0][:0]
        matters = bool((self.frame.slots.clock[tomorrow] < _limit(self.frame.agreement)).any())
        return np.where((states == 2) & matters, 1, 0), np.zeros(len(states))


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    return AfterNightMeter(frame, setting) if frame.agreement.start_after_night is not None else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Shifts that start too early on a day on which a night shift has ended."""
    if work.agreement.start_after_night is None:
        return
    limit = _limit(work.agreement)
    nights = [shift for shift in work.shifts if is_night_shift(shift, work.agreement, work.timezone)]
    ended = {end_day(shift.end, work.timezone): shift.end for shift in reversed(nights)}
    for shift in work.audited:
        clock = clock_of(shift.start, work.timezone)
        if shift.start >= ended.get(shift.day, np.inf) and clock < limit:
            found = f"starts at {clock // 60:02d}:{clock % 60:02d} on the day a night shift has ended"
            words = f"{found}, not before {work.agreement.start_after_night}"
            yield Finding(shift.start, (limit - clock) / 60, 0.0, words)


RULE = Rule(
    "after_night", "No early start on the day a night shift has ended", "agreement", "hours", constrain, check,
    meter=meter,
)  # fmt: skip
