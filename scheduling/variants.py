"""One forecast under several promises at once: each variant is a queue of its own, so one call answers all of them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from domain.targets import QueueTargets, Targets
from scheduling.requirements import require_staff

Key = tuple[str, str]  # queue, name of the variant
GOALS = ("service_level", "asa", "abandonment", "occupancy")
ACCOUNTS = ("baseline", "adjustment_ids", "model")  # columns that say where a number comes from


def goals_of(promise: QueueTargets) -> list[str]:
    """The goals that a promise has. Staff by worth has none."""
    waits = promise.work != "deferred"
    has = {
        "service_level": promise.service_level is not None,
        "asa": waits and promise.target_asa_seconds is not None,
        "abandonment": waits and promise.patience_seconds is not None and promise.abandon_cap is not None,
        "occupancy": promise.occupancy_cap is not None,
    }
    return [goal for goal in GOALS if has[goal] and promise.wage_per_hour is None]


def with_one_goal(promise: QueueTargets, goal: str) -> QueueTargets:
    """The promise with one of its goals and no floor on agents; 1 switches a cap off, None would mean its default."""
    keeps = {
        "service_level": promise.service_level if goal == "service_level" else None,
        "target_asa_seconds": promise.target_asa_seconds if goal == "asa" else None,
        "max_abandon_share": promise.abandon_cap if goal == "abandonment" else 1.0,
        "max_occupancy": promise.occupancy_cap if goal == "occupancy" else 1.0,
    }
    return promise.model_copy(update={**keeps, "minimum_agents": 0.0})


def require_variants(
    forecast: pd.DataFrame,
    promises: Mapping[Key, QueueTargets],
    *,
    interval_minutes: int,
    percentile: float | None = None,
    timezone: str = "UTC",
    backlog: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """REQUIREMENTS of the forecast's queues under other promises, with a column `variant` beside `queue`.

    Work that is done in the idle time of other queues is planned as if it had people of its own: several variants of a
    queue can't share the idle time of one. Seats do not cap them. Errors are those of `require_staff`.
    """
    names = {key: f"{key[0]} {number}" for number, key in enumerate(promises)}
    forecast = forecast.drop(columns=[name for name in ACCOUNTS if name in forecast])
    parts = [forecast[forecast["queue"] == queue].assign(queue=names[queue, label]) for queue, label in promises]
    alone = {names[key]: promise.model_copy(update={"blend_with": ()}) for key, promise in promises.items()}
    tiled = pd.concat(parts, ignore_index=True) if parts else forecast.iloc[:0]
    held = None
    if backlog is not None:
        waits = [key for key, promise in promises.items() if promise.work == "deferred"]
        held = pd.concat(
            [backlog[backlog["queue"] == key[0]].assign(queue=names[key]) for key in waits] or [backlog[:0]]
        )
    found = require_staff(
        tiled,
        Targets(by_pattern=alone),
        interval_minutes=interval_minutes,
        percentile=percentile,
        timezone=timezone,
        backlog=held,
    )
    keys = {name: key for key, name in names.items()}
    return found.assign(
        variant=[keys[name][1] for name in found["queue"]], queue=[keys[name][0] for name in found["queue"]]
    )
