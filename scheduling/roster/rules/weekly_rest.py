"""Every week has at least so many hours of unbroken rest.

Source: `weekly_rest_hours_min` of the agreement (35 h: Directive 2003/88/EC, articles 3 and 5; 42 h: Labour Code of the
Russian Federation, article 110). A week is the local ISO week; the rest counts as far as it lies in the week; time of
the week that no roster covers counts as free.
For all people a and weeks w a yes/no r[a,w,p] chooses the rest before the first shift on or after day p:
    Σ_p r[a,w,p] ≥ 1,   and for all days d < p ≤ d' and moments τ
    Σ_{s on d, end(s) + rest > τ} x[a,s] + Σ_{s on d', start(s) ≤ τ} x[a,s] ≤ 2 − r[a,w,p],
with the week's first and last minute standing for shifts outside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.meters import NEVER, Meter, TourFrame
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule, conflict_rows
from scheduling.roster.work import PersonWork, Worked
from scheduling.shifts.localtime import midnight, monday_of


def constrain(model: AgentModel) -> None:
    """Flags and rows for each week in which rest is not certain."""
    hours = model.agreement.weekly_rest_hours_min
    if not hours:
        return
    for number, monday in enumerate(dict.fromkeys(monday_of(int(day)) for day in model.days)):
        _week(model, f"w{number}", monday, hours * 60)


def _week(model: AgentModel, label: str, monday: int, rest: float) -> None:
    begin, end = midnight(monday, model.book.timezone), midnight(monday + 7, model.book.timezone)
    fixed = [shift for shift in model.person.history if shift.end > begin and shift.start < end]
    slots, days = model.slots, model.days
    near = np.flatnonzero(model.active & (slots.end > begin) & (slots.start < end))
    busy = [(shift.start, shift.end) for shift in fixed] + [(slots.start[s], slots.end[s]) for s in near]
    if longest_rest(busy, begin, end) >= rest - 1e-9:
        return  # even if every slot were worked
    flags = [model.flag(f"rest_{label}_{p}") for p in range(8)]
    for p, flag in enumerate(flags):
        left = near[days[slots.day[near]] < monday + p]
        right = near[days[slots.day[near]] >= monday + p]
        last = max([begin, *(shift.end for shift in fixed if shift.day < monday + p)])
        if any(shift.day >= monday + p for shift in fixed):
            last = end  # the roster before works on: no rest begins here
        _sides(model, f"{label}_{p}", left, right, flag, last, end, rest)
        _meeting(model, f"{label}_{p}", left, right, flag, rest)
    nothing = np.zeros(0, dtype=np.int64)
    model.at_least(label, nothing, np.zeros(0), 1.0, unit=rest / 60, flags=[(flag, 1.0) for flag in flags])


def _sides(
    model: AgentModel, label: str, left: np.ndarray, right: np.ndarray, flag: int, last: float, end: float, rest: float
) -> None:
    """Against the last moment fixed before, and against the end of the week."""
    soon = right[model.slots.start[right] < last + rest]
    late = left[model.slots.end[left] > end - rest]
    if last + rest > end:
        model.link(f"{label}_none", np.zeros(0, dtype=np.int64), np.zeros(0), 0.0, [(flag, 1.0)])
        return
    for side, slots in (("first", soon), ("last", late)):
        if slots.size:
            count = float(len(np.unique(model.slots.day[slots])) * model.agreement.shifts_per_day_max)
            model.link(f"{label}_{side}", slots, np.ones(len(slots)), count, [(flag, count)])


def _meeting(model: AgentModel, label: str, left: np.ndarray, right: np.ndarray, flag: int, rest: float) -> None:
    slots = model.slots
    split = float(model.agreement.shifts_per_day_max)
    for first in np.unique(slots.day[left]):
        early = left[slots.day[left] == first]
        for second in np.unique(slots.day[right]):
            late = right[slots.day[right] == second]
            ends, starts = slots.end[early] + rest, slots.start[late].astype(float)
            for number, (before, after, _) in enumerate(conflict_rows(ends, starts, every_unit=False)):
                both = np.concatenate([early[before], late[after]])
                name = f"{label}_d{first}_d{second}_{number}"
                limit = 2.0 * split
                model.link(name, both, np.ones(len(both)), limit, [(flag, limit - 1.0)])


class WeekRestMeter(Meter):
    """State: whether the week has had its rest, whether it has a shift of this plan, and since when rest runs.

    Packed as `4 · minutes + 2 · has a shift + has had its rest`; the minutes are 0 where they can't matter any more.
    """

    def first(self, history: Sequence[Worked]) -> int:
        """What the roster before left of the first day's week."""
        monday = midnight(self._monday(0), self.frame.book.timezone)
        busy = sorted((shift.start, shift.end) for shift in history if shift.end > monday)
        last = max([monday, *(end for _, end in busy)])
        rested = bool(busy) and longest_rest(busy, monday, last) >= self._minutes - 1e-9
        return int(self._tidy(np.array([4 * int(last) + rested]), -1)[0])

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Rest before the shift may be the week's."""
        start, end = self.frame.slots.start[slots].astype(np.int64), self.frame.slots.end[slots].astype(np.int64)
        since, has = self._since(states, position), (states % 2)[:, None]
        stop = np.minimum(start, self._week_end(position))
        rested = has | (stop[None, :] - since[:, None] >= self._minutes)
        return 4 * end[None, :] + 2 + rested, np.zeros((len(states), len(slots)))

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """The last day of a week asks for the rest; weeks in which nothing of this plan is worked ask for none."""
        if position + 1 < len(self.frame.days) and monday_of(int(self.frame.days[position + 1])) == self._monday(
            position
        ):
            return self._tidy(states, position), np.zeros(len(states))
        end = self._week_end(position)
        since = self._since(states, position)
        broken = (states % 4 == 2) & (end - since < self._minutes)
        price = self.charge(np.where(broken, self._minutes / 60, 0.0))
        return self._tidy(4 * np.maximum(since, end), position), price

    def _tidy(self, states: np.ndarray, position: int) -> np.ndarray:
        """What can't matter any more is forgotten: since when, once the rest is certain; everything after the end."""
        if position + 1 >= len(self.frame.days):
            return np.zeros_like(states)
        end, since = self._week_end(position + 1), states // 4
        coming = self.frame.next_start[position] if position >= 0 else self._first_start()
        rested = (states % 2 == 1) | (min(int(coming), end) - since >= self._minutes)
        owed = (states // 2 % 2 == 1) & ~rested
        return np.asarray(4 * np.where(rested & (since <= end), 0, since) + 2 * owed + rested)

    def _since(self, states: np.ndarray, position: int) -> np.ndarray:
        """Where rest runs since, within the week."""
        begin = midnight(self._monday(position), self.frame.book.timezone)
        return np.asarray(np.maximum(states // 4, begin))

    def _first_start(self) -> int:
        starts = [int(self.frame.slots.start[own].min()) for own in self.frame.open if len(own)]
        return min(starts, default=NEVER)

    def _monday(self, position: int) -> int:
        return monday_of(int(self.frame.days[position]))

    def _week_end(self, position: int) -> int:
        return int(midnight(self._monday(position) + 7, self.frame.book.timezone))

    @property
    def _minutes(self) -> float:
        return 60 * (self.frame.agreement.weekly_rest_hours_min or 0.0)


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers."""
    return WeekRestMeter(frame, setting) if frame.agreement.weekly_rest_hours_min else None


def longest_rest(busy: list[tuple[float, float]], begin: float, end: float) -> float:
    """The longest stretch of [begin, end) that no span of `busy` touches, minutes."""
    reached, longest = float(begin), 0.0
    for start, stop in sorted(busy):
        longest = max(longest, min(start, end) - reached)
        reached = max(reached, stop)
    return max(longest, end - reached)


def check(work: PersonWork) -> Iterator[Finding]:
    """Weeks without a long enough rest, reported at the week's last shift."""
    limit = work.agreement.weekly_rest_hours_min
    if not limit:
        return
    for monday in dict.fromkeys(monday_of(shift.day) for shift in work.audited):
        begin, end = midnight(monday, work.timezone), midnight(monday + 7, work.timezone)
        shifts: list[Worked] = [shift for shift in work.shifts if shift.end > begin and shift.start < end]
        hours = longest_rest([(shift.start, shift.end) for shift in shifts], begin, end) / 60
        if hours < limit - 1e-9:
            last = [shift for shift in work.audited if monday_of(shift.day) == monday][-1]
            yield Finding(
                last.start, hours, limit, f"the longest unbroken rest of the week is {hours:g} hours, not {limit:g}"
            )


RULE = Rule(
    "weekly_rest", "So many hours of unbroken rest every week", "agreement", "hours", constrain, check,
    in_bound=False, meter=meter,
)  # fmt: skip
