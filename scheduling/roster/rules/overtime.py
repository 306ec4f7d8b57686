"""Hours of a week above the tiers of the agreement cost more: a price, and under `forbid` a limit.

Source: `overtime` of the agreement, the tiers of a week (half as much again above 40 h: Fair Labor Standards Act, 29
USC 207; California Labor Code § 510). Hours are paid hours of the local ISO week; a shift counts in the week it starts
in, hours of the roster before count. With tiers k of h_k hours and factor f_k (f_0 = 1), for all people a and weeks w
    premium(a, w) = cost_per_hour · Σ_k (f_k − f_{k−1}) · max(0, Σ_{s starts in w} paid(s) · x[a,s] − h_k)
is paid on top of the ordinary hours: one unit of breach is one unit of money.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from domain.people import OvertimeTier, RuleSetting, WorkAgreement
from scheduling.roster.meters import HoursWindow, TourFrame, weeks_of
from scheduling.roster.model import AgentModel, Person
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork
from scheduling.shifts.localtime import iso_week


def tiers_of(agreement: WorkAgreement, per: str) -> list[tuple[float, float]]:
    """(hours, money that an hour above them costs more than an hour below) of a week's or a day's tiers."""
    tiers: list[OvertimeTier] = [tier for tier in agreement.overtime if tier.per == per]
    below = [1.0, *(tier.factor for tier in tiers)]
    steps = zip(tiers, below[:-1], strict=True)
    return [(tier.over_hours, (tier.factor - less) * agreement.cost_per_hour) for tier, less in steps]


def premium(hours: float, before: float, tiers: list[tuple[float, float]]) -> float:
    """Money on top for `hours` of which `before` were worked, and paid, earlier."""
    return sum(price * max(hours - max(over, before), 0.0) for over, price in tiers)


def constrain(model: AgentModel) -> None:
    """One row a week and tier."""
    weeks = [iso_week(int(day)) for day in model.days]
    for number, week in enumerate(dict.fromkeys(weeks)):
        inside = np.array([w == week for w in weeks])
        slots = np.flatnonzero(model.active & inside[model.slots.day])
        before = sum(shift.paid_hours for shift in model.person.history if iso_week(shift.day) == week)
        for tier, (over, price) in enumerate(tiers_of(model.agreement, "week")):
            if slots.size and model.slots.paid_hours[slots].sum() + before > over:
                paid = model.slots.paid_hours[slots]
                model.at_most(f"w{number}_tier{tier}", slots, paid, max(over - before, 0.0), unit=price)


def windows(person: Person, frame: TourFrame, setting: RuleSetting) -> Iterator[HoursWindow]:
    """What the insertion engine counts: one window a week and tier, the prices on top of each other."""
    for week, first, last in weeks_of(frame.days):
        before = sum(shift.paid_hours for shift in person.history if iso_week(shift.day) == week)
        for over, price in tiers_of(person.agreement, "week"):
            charged = setting.price * price if setting.strictness == "pay" else np.inf
            yield HoursWindow(first, last, before, most=over, over_price=charged)


def check(work: PersonWork) -> Iterator[Finding]:
    """Weeks with overtime, reported at their last shift with what it costs on top."""
    tiers = tiers_of(work.agreement, "week")
    for week in dict.fromkeys(iso_week(shift.day) for shift in work.audited) if tiers else ():
        shifts = [shift for shift in work.shifts if iso_week(shift.day) == week]
        hours = sum(shift.paid_hours for shift in shifts)
        before = sum(shift.paid_hours for shift in shifts if shift.previous)
        money = premium(hours, before, tiers)
        if money > 1e-6:
            over = hours - max(tiers[0][0], before)
            words = f"{over:g} hours of overtime in week {week[1]} of {week[0]}, {money:g} on top"
            yield Finding(shifts[-1].start, money, 0.0, words)


RULE = Rule(
    "overtime", "Hours of a week above the agreed tiers cost more", "agreement", "money", constrain, check,
    default=RuleSetting(strictness="pay", price=1.0), windows=windows,
)  # fmt: skip
