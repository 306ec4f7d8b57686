"""Shifts start only on the days on of a fixed rotation.

Source: `rotation_days` and `rotation_from` of the agreement: 2-2, 5-2 or 4-2-4-3 days on and off in turn, counted from
a first day on, before it and after it. Crews that are out of step are agreements of their own.
For all people a and slots s that start on a day off of the rotation:  x[a,s] ≤ 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from domain.people import WorkAgreement
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.work import PersonWork


def is_day_on(agreement: WorkAgreement, day: int) -> bool:
    """Whether the rotation has a local day (ordinal) on; all days where there is no rotation."""
    if agreement.rotation_from is None:
        return True
    place = (day - agreement.rotation_from.toordinal()) % sum(agreement.rotation_days)
    for number, length in enumerate(agreement.rotation_days):
        if place < length:
            return number % 2 == 0
        place -= length
    raise AssertionError("the rotation has a place for every day")


def constrain(model: AgentModel) -> None:
    """Bars slots on days off."""
    off = np.array([not is_day_on(model.agreement, int(day)) for day in model.days], dtype=float)
    if off.any():
        model.bar("off", off[model.slots.day])


def check(work: PersonWork) -> Iterator[Finding]:
    """Shifts that start on days off."""
    for shift in work.audited:
        if not is_day_on(work.agreement, shift.day):
            yield Finding(shift.start, 1, 0, "a shift starts on a day off of the rotation")


RULE = Rule("rotation", "Only on the days on of a fixed rotation", "agreement", "shifts", constrain, check)
