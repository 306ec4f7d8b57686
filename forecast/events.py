"""The planner's events as weights by day, and the planner's own word on events that never happened before.

An event weighs 1 from its first to its last day. It rises to that in equal steps over its `ramp_days` before, and falls
in equal steps over its `decay_days` after. Rows with the same name share one learned effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from domain.queues import matches, split_list

if TYPE_CHECKING:
    from forecast.calendar_effects import DayCalendar

PRIOR_DAYS = 3.0  # learned event days that weigh as much as the planner's stated effect


def touched_queues(pattern: object, queues: tuple[str, ...]) -> np.ndarray:
    """(Q) which queues the `queues` cell of an event names; an empty cell names all."""
    named = split_list(pattern) or ("*",)
    return np.array([matches(queue, named) for queue in queues], dtype=bool)


def event_weights(events: pd.DataFrame, queues: tuple[str, ...], days: pd.DatetimeIndex) -> np.ndarray:
    """(Q × D) the greatest weight, 0-1, that any of the events (rows under EVENTS) has for the queue that day."""
    weights = np.zeros((len(queues), len(days)), dtype=np.float32)
    for row in events.to_dict("records"):
        shape = _shape(row["from"], row["to"], _number(row.get("ramp_days")), _number(row.get("decay_days")), days)
        on, named = np.flatnonzero(shape), np.flatnonzero(touched_queues(row.get("queues"), queues))
        if on.size and named.size:
            part = np.ix_(named, on)
            weights[part] = np.maximum(weights[part], shape[on])
    return weights


def _shape(
    first: pd.Timestamp, last: pd.Timestamp, ramp_days: float, decay_days: float, days: pd.DatetimeIndex
) -> np.ndarray:
    """(D) 1 from `first` to `last`; k days before, (ramp + 1 − k) / (ramp + 1); k days after, the same with decay."""
    one_day = pd.Timedelta(days=1)
    before = np.maximum(np.asarray((first - days) // one_day, dtype=float), 0.0)
    after = np.maximum(np.asarray((days - last) // one_day, dtype=float), 0.0)
    rising, falling = 1.0 - before / (ramp_days + 1.0), 1.0 - after / (decay_days + 1.0)
    return np.asarray(np.clip(np.minimum(rising, falling), 0.0, 1.0), dtype=np.float32)


def _number(value: object) -> float:
    """An optional number of a row; 0 where there is none."""
    return float(value) if isinstance(value, int | float) and value == value else 0.0


def stated_effects(events: pd.DataFrame, names: tuple[str, ...], queues: tuple[str, ...]) -> np.ndarray:
    """(E × Q) the planner's factor of each event and queue, NaN where none is stated; the newest row decides."""
    effects = np.full((len(names), len(queues)), np.nan)
    if "effect" not in events:
        return effects
    stated = events[events["effect"].notna()].sort_values("from", kind="stable")
    for row in stated.to_dict("records"):
        effects[names.index(str(row["name"])), touched_queues(row.get("queues"), queues)] = row["effect"]
    return effects


def learned_event_days(history: DayCalendar, known: np.ndarray) -> np.ndarray:
    """(E × Q) days with the event that a model could learn from, each by its weight; `known` is (Q × D)."""
    return np.asarray(np.einsum("eqd,qd->eq", history.events, (known & ~history.excluded).astype(np.float32)))


def event_offsets(horizon: DayCalendar, learned_days: np.ndarray) -> np.ndarray:
    """(Q × D) factors on a forecast for the effects that planners stated; 1 where nothing is stated.

    factor = Π over events of effect ** (weight · k ÷ (n + k)), with k = `PRIOR_DAYS` and n learned days: a model that
    shrinks effects to zero gives about n ÷ (n + k) of what n days showed, so the two together are shrunk to the
    planner's word instead of to zero. An event that never happened moves the forecast by its whole stated effect.

    Args:
        learned_days: (E × Q), of `learned_event_days`.
    """
    share = PRIOR_DAYS / (PRIOR_DAYS + learned_days)
    stated = np.where(np.isnan(horizon.event_effects), 0.0, np.log(horizon.event_effects) * share)
    return np.asarray(np.exp(np.einsum("eqd,eq->qd", horizon.events, stated)))
