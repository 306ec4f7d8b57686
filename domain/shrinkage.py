"""Shrinkage by activity and time of day: what share of paid time goes to what, planned or not.

- *planned*: a row of the roster (leave, training, breaks). The roster leaves that time free: nothing is divided by it.
- *unplanned*: nobody knows who and when (sickness, lateness). The rostered need is divided by 1 − share.

Shares act one after the other: breaks are a share of the time of those who are not on leave, so several together are
1 − Π(1 − share).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.errors import key_fault

DAY_MINUTES = 1440
WEEK_MINUTES = 7 * DAY_MINUTES
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLANNED_ACTIVITIES = ("leave", "training", "mentoring", "meetings", "breaks", "lunch")
UNPLANNED_ACTIVITIES = ("sickness", "lateness", "other")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


class ShrinkageActivity(BaseModel):
    """One activity that takes paid time away from contacts, all week or in a window of local time."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    activity: str = Field(min_length=1, description="leave, sickness, training … or a name of one's own")
    share: float = Field(ge=0, lt=1, description="share of paid time inside the window")
    planned: bool = Field(description="a row of the roster (true), or a divisor of the need (false)")
    from_time: str = Field("00:00", alias="from", description="local time HH:MM at which the window begins")
    to_time: str = Field("24:00", alias="to", description="local time HH:MM at which it ends, perhaps the next day")
    weekdays: tuple[str, ...] = Field(WEEKDAYS, min_length=1, description="days on which the window begins: mon … sun")

    @model_validator(mode="before")
    @classmethod
    def _usual_kind(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or "planned" in given:
            return given
        name = given.get("activity")
        if name in PLANNED_ACTIVITIES or name in UNPLANNED_ACTIVITIES:
            return {**given, "planned": name in PLANNED_ACTIVITIES}
        known = ", ".join((*PLANNED_ACTIVITIES, *UNPLANNED_ACTIVITIES))
        raise ValueError(f"planned = true or false for {name!r}, which is none of {known}")

    @model_validator(mode="after")
    def _known_days(self) -> Self:
        strange = sorted(set(self.weekdays) - set(WEEKDAYS))
        if strange:
            raise ValueError(f"weekdays out of {', '.join(WEEKDAYS)}, not {', '.join(strange)}")
        for clock in (self.from_time, self.to_time):
            if not CLOCK.fullmatch(clock):
                raise ValueError(f"a local time HH:MM, not {clock!r}")
        if self.from_time == self.to_time:
            raise ValueError("a window that ends at another time than it begins")
        return self

    def minutes_of_week(self) -> np.ndarray:
        """(10080,) flags by local minute of the week from Monday 00:00. A window may go past midnight."""
        begin, end = _minutes(self.from_time), _minutes(self.to_time)
        length = end - begin if end > begin else end - begin + DAY_MINUTES
        days = np.array([WEEKDAYS.index(day) for day in self.weekdays])
        flags = np.zeros(WEEK_MINUTES, dtype=bool)
        flags[(days[:, None] * DAY_MINUTES + begin + np.arange(length)) % WEEK_MINUTES] = True
        return flags


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def read_activities(table: Mapping[str, Any]) -> tuple[ShrinkageActivity, ...]:
    """`[shrinkage]` of a TOML. An activity is a share, a table with `share` and a window, or a list of such tables.

    Raises `ValueError` that names the activity and the key.
    """
    found: list[ShrinkageActivity] = []
    for activity, given in table.items():
        for part in given if isinstance(given, list) else [given]:
            own = dict(part) if isinstance(part, Mapping) else {"share": part}
            try:
                found.append(ShrinkageActivity.model_validate({"activity": activity, **own}))
            except ValidationError as fault:
                first = fault.errors()[0]
                key = ".".join(["shrinkage", activity, *(str(name) for name in first["loc"])])
                raise ValueError(f"{key}: {key_fault(first['msg'])}") from fault
    return tuple(found)


def share_by_minute(activities: Iterable[ShrinkageActivity], *, planned: bool) -> np.ndarray:
    """(10080,) 1 − Π(1 − share) of the planned or unplanned activities by local minute of the week."""
    left = np.ones(WEEK_MINUTES)
    for activity in activities:
        if activity.planned == planned:
            left[activity.minutes_of_week()] *= 1.0 - activity.share
    return 1.0 - left
