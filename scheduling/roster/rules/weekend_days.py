"""Weekends of a plan: a local Saturday and Sunday, named by the Saturday."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from scheduling.roster.model import AgentModel

SATURDAY = 5


def is_weekend(day: int) -> bool:
    """Whether a local day (ordinal) is a Saturday or Sunday."""
    return date.fromordinal(day).weekday() >= SATURDAY


def weekend_of(day: int) -> int:
    """The Saturday (ordinal) of the ISO week a day is in."""
    return day - date.fromordinal(day).weekday() + SATURDAY


def weekends_of(days: Sequence[int] | np.ndarray) -> list[int]:
    """The weekends of which at least one day is among `days`, in order."""
    return list(dict.fromkeys(weekend_of(int(day)) for day in days if is_weekend(int(day))))


def weekend_flag(model: AgentModel, weekend: int) -> int:
    """A flag that is 1 where a shift of the plan starts on that weekend; made once, whichever rule asks first."""
    first = int(model.days[0])
    positions = [day - first for day in (weekend, weekend + 1) if 0 <= day - first < len(model.days)]
    name = f"weekend_d{positions[0]}"
    if name in model.flags:
        return model.flags.index(name)
    flag = model.flag(name)
    most = float(model.agreement.shifts_per_day_max)
    for position in positions:
        slots = model.open_on(position)
        if slots.size:
            label = f"weekend_d{positions[0]}_on_d{position}"
            model.link(label, slots, np.ones(len(slots)), 0.0, [(flag, -most)])
    return flag
