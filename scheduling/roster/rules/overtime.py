"""Hours of a week above the tiers of the agreement cost more: a price, and under `forbid` a limit.

Source: `overtime` of the agreement, the tiers of a week (half as much again above 40 h: Fair Labor Standards Act, 29
USC 207; California Labor Code § 510). Hours are paid hours of the local ISO week; a shift counts in the week it starts
in, hours of the roster before count. With tiers k of h_k hours and factor f_k (f_0 = 1), for all people a and weeks w
    premium(a, w) = cost_per_hour · Σ_k (f_k − f_{k−1}) · max(0, Σ_{s starts in w} paid(s) · x[a,s] − h_k)
is paid on top of the ordinary hours: one unit of breach is one unit of money. An hour is paid on top once (California
Labor Code § 510 (a)): where days have tiers too, a day counts in the week with its straight hours only,
    paid(s) above becoming min(paid(s), h_1 of the day),
exact with one shift a day; of split days the program's rows take each shift for itself, which counts too much, while
check and meter take the day's sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from domain.people import OvertimeTier, RuleSetting, WorkAgreement
from scheduling.roster.meters import HoursWindow, Meter, TourFrame, weeks_of
from scheduling.roster.model import AgentModel, Person
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork, Worked
from scheduling.shifts.localtime import iso_week

SPLIT = 4096  # more than two days' minutes


def tiers_of(agreement: WorkAgreement, per: str) -> list[tuple[float, float]]:
    """(hours, money that an hour above them costs more than an hour below) of a week's or a day's tiers."""
    tiers: list[OvertimeTier] = [tier for tier in agreement.overtime if tier.per == per]
    below = [1.0, *(tier.factor for tier in tiers)]
    steps = zip(tiers, below[:-1], strict=True)
    return [(tier.over_hours, (tier.factor - less) * agreement.cost_per_hour) for tier, less in steps]


def premium(hours: float, before: float, tiers: list[tuple[float, float]]) -> float:
    """Money on top for `hours` of which `before` were worked, and paid, earlier."""
    return sum(price * max(hours - max(over, before), 0.0) for over, price in tiers)


def straight_most(agreement: WorkAgreement) -> float:
    """Hours of a day that the day's tiers do not pay on top."""
    return min((tier.over_hours for tier in agreement.overtime if tier.per == "day"), default=np.inf)


def straight_hours(shifts: Iterable[Worked], agreement: WorkAgreement) -> float:
    """Hours that count towards a week's tiers: of each day those that are not paid on top already."""
    of_day: dict[int, float] = {}
    for shift in shifts:
        of_day[shift.day] = of_day.get(shift.day, 0.0) + shift.paid_hours
    return sum(min(hours, straight_most(agreement)) for hours in of_day.values())


def rows_overcharge(agreement: WorkAgreement) -> bool:
    """Whether `constrain` may charge more than `check`: two shifts a day, and tiers of days and of weeks."""
    both = np.isfinite(straight_most(agreement)) and bool(tiers_of(agreement, "week"))
    return both and agreement.shifts_per_day_max > 1


def constrain(model: AgentModel) -> None:
    """One row a week and tier."""
    straight = np.minimum(model.slots.paid_hours, straight_most(model.agreement))
    weeks = [iso_week(int(day)) for day in model.days]
    for number, week in enumerate(dict.fromkeys(weeks)):
        inside = np.array([w == week for w in weeks])
        slots = np.flatnonzero(model.active & inside[model.slots.day])
        before = straight_hours((s for s in model.person.history if iso_week(s.day) == week), model.agreement)
        for tier, (over, price) in enumerate(tiers_of(model.agreement, "week")):
            if slots.size and straight[slots].sum() + before > over:
                model.at_most(f"w{number}_tier{tier}", slots, straight[slots], max(over - before, 0.0), unit=price)


def windows(person: Person, frame: TourFrame, setting: RuleSetting) -> Iterator[HoursWindow]:
    """What the insertion engine counts: one window a week and tier, the prices on top of each other.

    Windows count all paid hours: where days have tiers too, a meter keeps straight hours instead.
    """
    if np.isfinite(straight_most(person.agreement)):
        return
    for week, first, last in weeks_of(frame.days):
        before = sum(shift.paid_hours for shift in person.history if iso_week(shift.day) == week)
        for over, price in tiers_of(person.agreement, "week"):
            charged = setting.price * price if setting.strictness == "pay" else np.inf
            yield HoursWindow(first, last, before, most=over, over_price=charged)


class StraightHoursMeter(Meter):
    """State: straight minutes of the week so far · `SPLIT` + paid minutes of the day so far (split days only)."""

    def __init__(self, frame: TourFrame, setting: RuleSetting) -> None:
        super().__init__(frame, setting)
        self._day_most = 60 * straight_most(frame.agreement)
        self._tiers = tiers_of(frame.agreement, "week")

    def first(self, history: Sequence[Worked]) -> int:
        """Straight minutes of the week that the plan begins in."""
        week = iso_week(int(self.frame.days[0]))
        before = straight_hours((shift for shift in history if iso_week(shift.day) == week), self.frame.agreement)
        return round(60 * before) * SPLIT

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Priced by what this shift adds to the week's premium."""
        week, day = np.divmod(states[:, None], SPLIT)
        after = day + np.round(self.frame.slots.paid_hours[slots] * 60).astype(np.int64)[None, :]
        total = week + np.round(np.minimum(after, self._day_most) - np.minimum(day, self._day_most)).astype(np.int64)
        money = np.zeros(total.shape)
        for over, price in self._tiers:
            money += price * (np.maximum(total / 60 - over, 0.0) - np.maximum(week / 60 - over, 0.0))
        top = round(60 * self._tiers[-1][0])  # above it every hour costs the same
        kept = after if self.frame.agreement.shifts_per_day_max > 1 else np.zeros_like(after)
        return np.minimum(total, top) * SPLIT + kept, self.charge(money)

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """A new day; minutes are forgotten where the rest of the week can't bring overtime any more."""
        week = states // SPLIT
        idle = week + self._to_come(position) <= 60 * self._tiers[0][0]
        return np.where(idle, 0, week * SPLIT), np.zeros(len(states))

    def _to_come(self, position: int) -> float:
        """The most straight minutes of later days in the same week; less than any tier where there are none."""
        days, most = self.frame.days, self.frame.agreement.shifts_per_day_max
        later = [p for p in range(position + 1, len(days)) if iso_week(int(days[p])) == iso_week(int(days[position]))]
        return sum(min(60 * most * self.frame.longest_hours[p], self._day_most) for p in later) if later else -np.inf


def meter(frame: TourFrame, setting: RuleSetting) -> Meter | None:
    """What the insertion engine remembers where days have tiers too."""
    both = np.isfinite(straight_most(frame.agreement)) and tiers_of(frame.agreement, "week")
    return StraightHoursMeter(frame, setting) if both else None


def check(work: PersonWork) -> Iterator[Finding]:
    """Weeks with overtime, reported at their last shift with what it costs on top."""
    tiers = tiers_of(work.agreement, "week")
    for week in dict.fromkeys(iso_week(shift.day) for shift in work.audited) if tiers else ():
        shifts = [shift for shift in work.shifts if iso_week(shift.day) == week]
        hours = straight_hours(shifts, work.agreement)
        before = straight_hours((shift for shift in shifts if shift.previous), work.agreement)
        money = premium(hours, before, tiers)
        if money > 1e-6:
            over = hours - max(tiers[0][0], before)
            words = f"{over:g} hours of overtime in week {week[1]} of {week[0]}, {money:g} on top"
            yield Finding(shifts[-1].start, money, 0.0, words)


RULE = Rule(
    "overtime", "Hours of a week above the agreed tiers cost more", "agreement", "money", constrain, check,
    default=RuleSetting(strictness="pay", price=1.0), meter=meter, windows=windows,
)  # fmt: skip
