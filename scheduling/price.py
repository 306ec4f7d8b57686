"""What a promise costs: agent-hours a week against the service level, or against the deadline of deferred work.

A week is the first whole one of the forecast, Monday to Sunday local time; a shorter forecast is taken as a whole and
counted up to seven days.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from domain.intervals import local_days
from domain.targets import QueueTargets, Targets
from scheduling.variants import goals_of, require_variants, with_one_goal

LEVELS = tuple(round(0.70 + 0.025 * step, 3) for step in range(11))  # 70 to 95 %
DEADLINES_HOURS = (2.0, 4.0, 8.0, 24.0)
WEEK_DAYS = 7


def price_of_level(
    forecast: pd.DataFrame,
    targets: Targets,
    queue: str,
    *,
    interval_minutes: int,
    levels: Sequence[float] = LEVELS,
    percentile: float | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """`service_level`, `hours_per_week` (scheduled agent-hours), `alone_hours_per_week`, `chosen`; ascending.

    `forecast`: frame under FORECAST or ADJUSTED. The present target is added to `levels` and is the `chosen` row; a
    queue without one has none. The queue's other promises stay as they are, so the curve is flat where another one
    binds; `alone_hours_per_week` is that of the service level without them. Hours are empty where an interval's targets
    can't be reached. Errors are those of `require_staff`.
    """
    promise = targets.of(queue)
    asked = sorted({*levels, *([] if promise.service_level is None else [promise.service_level])})
    together = [promise.model_copy(update={"service_level": level}) for level in asked]
    has_others = len(goals_of(promise)) > 1 or promise.minimum_agents > 0
    alone = [with_one_goal(variant, "service_level") for variant in together] if has_others else []
    week = first_week(forecast[forecast["queue"] == queue], timezone)
    hours = _hours(_variants(week, queue, together + alone, interval_minutes, percentile, timezone), timezone)
    return pd.DataFrame(
        {
            "service_level": asked,
            "hours_per_week": hours[: len(asked)],
            "alone_hours_per_week": hours[-len(asked) :],
            "chosen": [level == promise.service_level for level in asked],
        }
    )


def price_of_deadline(
    forecast: pd.DataFrame,
    targets: Targets,
    queue: str,
    *,
    interval_minutes: int,
    deadlines_hours: Sequence[float] = DEADLINES_HOURS,
    percentile: float | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """`deadline_hours` (of opening time), `hours_per_week`, `peak_people` (scheduled), `chosen`, ascending.

    For deferred work. A first answer that is due later than the deadline is then due with it.
    """
    promise = targets.of(queue)
    asked = sorted({*deadlines_hours, *([] if promise.deadline_hours is None else [promise.deadline_hours])})
    first = promise.first_response_hours
    variants = [
        promise.model_copy(
            update={"deadline_hours": hours, "first_response_hours": None if first is None else min(first, hours)}
        )
        for hours in asked
    ]
    week = first_week(forecast[forecast["queue"] == queue], timezone)
    found = _variants(week, queue, variants, interval_minutes, percentile, timezone)
    peak = found.groupby("variant")["scheduled"].max()
    return pd.DataFrame(
        {
            "deadline_hours": asked,
            "hours_per_week": _hours(found, timezone),
            "peak_people": [float(peak[number]) for number in range(len(asked))],
            "chosen": [hours == promise.deadline_hours for hours in asked],
        }
    )


def first_week(frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """The rows of the first local week from a Monday on that the frame reaches over; all rows where there is none."""
    days = pd.DatetimeIndex(local_days(frame["start"], timezone))
    if not len(days):
        return frame
    monday = days.min() + pd.Timedelta(days=(7 - days.min().day_of_week) % 7)
    last = monday + pd.Timedelta(days=WEEK_DAYS - 1)
    return frame if days.max() < last else frame[(days >= monday) & (days <= last)]


def _variants(
    week: pd.DataFrame,
    queue: str,
    variants: Sequence[QueueTargets],
    interval_minutes: int,
    percentile: float | None,
    timezone: str,
) -> pd.DataFrame:
    named = {(queue, str(number)): variant for number, variant in enumerate(variants)}
    found = require_variants(week, named, interval_minutes=interval_minutes, percentile=percentile, timezone=timezone)
    return found.assign(variant=found["variant"].astype(int))


def _hours(found: pd.DataFrame, timezone: str) -> np.ndarray:
    """Agent-hours a week of each variant in their order."""
    days = local_days(found["start"], timezone)
    count = max((days.max() - days.min()).days + 1, 1) if len(found) else WEEK_DAYS
    hours = (found["scheduled"] * found["interval_minutes"] / 60.0).groupby(found["variant"])
    sums = hours.agg(lambda people: people.sum(skipna=False)).sort_index()
    return np.asarray(sums, dtype=float) * WEEK_DAYS / count
