"""The week before a plan, as a simple pattern: history at the edge that rest and days in a row have to respect."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from domain.people import RuleBook, WorkAgreement
from domain.shifts import ShiftTemplate
from domain.tables import ROSTER

DAYS = 7
Segment = tuple[int, int, str]  # minutes after the shift's start, activity


def shifts_before(staff: pd.DataFrame, book: RuleBook, first_day: pd.Timestamp) -> pd.DataFrame:
    """A frame under ROSTER over the seven days before `first_day` (UTC) for a PEOPLE frame.

    Every person works one shift at one start, as many days as the week's hours hold, people in turn on other days.
    """
    seen: dict[str, int] = {}
    parts = []
    for agent, name, queues in zip(staff["agent"], staff["agreement"], staff["queues"], strict=True):
        turn = seen[name] = seen.get(name, -1) + 1
        agreement = book.agreement(str(name))
        template = book.shift(agreement.shifts[turn % len(agreement.shifts)])
        clock = template.start_minutes[turn % len(template.start_minutes)]
        for day in _days(turn, agreement, template):
            for begin, end, activity in _segments(template):
                at = 1440 * (day - DAYS) + clock
                parts.append(
                    (agent, at + begin, at + end, activity, queues if activity == "work" else "", template.name)
                )
    frame = pd.DataFrame(parts, columns=["agent", "start", "end", "activity", "queue", "shift"])
    for edge in ("start", "end"):
        minutes = frame[edge].to_numpy(dtype=np.int64).astype("timedelta64[m]")
        frame[edge] = (first_day.tz_localize("UTC") + pd.to_timedelta(minutes)).as_unit("us")
    return ROSTER.check(frame.assign(source="solver").sort_values(["agent", "start"], kind="stable"))


def _days(turn: int, agreement: WorkAgreement, template: ShiftTemplate) -> list[int]:
    """Days of the week, as many on in a row as are allowed (five at most), then two off, until the hours are full."""
    most = int(agreement.hours_per_week_max * 60) // template.paid_minutes
    on = min(agreement.consecutive_days_max or 5, 5)
    days = [day for day in range(DAYS) if (day + turn % (on + 1)) % (on + 2) < on]
    return days[-most:]


def _segments(template: ShiftTemplate) -> Iterator[Segment]:
    """Work and pauses of a shift, each pause at its earliest."""
    reached = 0
    for pause in template.breaks:
        yield reached, pause.earliest_minutes, "work"
        reached = pause.earliest_minutes + pause.minutes
        yield pause.earliest_minutes, reached, pause.kind
    yield reached, template.length_minutes, "work"
