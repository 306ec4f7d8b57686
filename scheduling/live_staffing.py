"""Live queues: which load an interval is sized for, by what rule, and what the people then give.

- *arrival model*: `mol`, the modified offered load (contacts in service carry over; where the load rises the level is
  kept over the interval and nearly so at its end, see `queueing/mixed_load.py`); `sipp`, each interval as if it lasted
  for ever; `lagged_sipp`, the rate one handle time ago.
- *rule*: a service level with caps; the same over the forecast's distribution; a level of the day with a floor for the
  interval; or the worth of an agent against the wage.
- *appointments*: that share of the contacts holds a desk each at its time and waits for nobody; the rest walk in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.targets import QueueTargets
from scheduling.day_targets import PLENTY, allocate_over_day
from scheduling.economics import economic_agents
from scheduling.queueing.erlang_a import erlang_a
from scheduling.queueing.mixed_load import load_inside, mixed_line, required_agents_mixed, uncertain_load
from scheduling.queueing.offered_load import OfferedLoad
from scheduling.queueing.sizing import ServiceGoals, required_agents
from scheduling.queueing.special import Array

Rows = NDArray[np.intp]
RISES = 0.2  # rise of the load inside an interval, in √load, from which it counts
BINDS = 1e-6  # how near its limit a measure is that drives the need, relative


@dataclass(frozen=True)
class LiveRows:
    """Live queues in order of queue and time, 1-d arrays: loads in Erlangs, `cv` of the volume (NaN: not known).

    `aht_cv`: of the mean handle time, 0 where not known; `day` numbers the local days of each queue.
    """

    contacts: Array
    load: Array
    carried: OfferedLoad
    lagged: Array
    aht: Array
    cv: Array
    aht_cv: Array
    day: NDArray[np.intp]
    seconds: float

    def at(self, rows: Rows) -> LiveRows:
        """Some of the rows."""
        names = ("contacts", "load", "lagged", "aht", "cv", "aht_cv", "day")
        part = {name: getattr(self, name)[rows] for name in names}
        carried = OfferedLoad(*(getattr(self.carried, name)[rows] for name in ("mean", "end", "maximum", "start")))
        return replace(self, carried=carried, **part)


@dataclass(frozen=True)
class LiveNeed:
    """Per row: the load sized for, agents (NaN where no number reaches the targets), what they give, what drives them.

    `driver`: service_level, asa, abandonment, occupancy, minimum, day, wage, appointments, or nothing where nobody is
    needed.
    """

    sized: Array
    agents: Array
    service_level: Array
    asa_seconds: Array
    abandon_share: Array
    occupancy: Array
    driver: NDArray[np.object_]


@dataclass(frozen=True)
class _Promise:
    """The targets of some rows of one definition, arrays."""

    goals: ServiceGoals
    patience: Array
    minimum: Array
    fixed: Array  # desks held by appointments
    level: Array
    within: Array


def staff_live(rows: LiveRows, promises: Sequence[QueueTargets], codes: NDArray[np.intp]) -> LiveNeed:
    """People for live queues; `promises[codes[i]]` are the targets of row i."""
    size = rows.load.size
    empty: dict[str, Any] = {name: np.full(size, np.nan) for name in LiveNeed.__dataclass_fields__}
    out = LiveNeed(**{**empty, "driver": np.full(size, "", dtype=object)})
    ways = [_way(promise) for promise in promises]
    for way in sorted({ways[code] for code in np.unique(codes)}):
        mine = np.flatnonzero(np.array([own == way for own in ways])[codes])
        found = _staff(rows.at(mine), [promises[code] for code in codes[mine]])
        for name in LiveNeed.__dataclass_fields__:
            getattr(out, name)[mine] = getattr(found, name)
    return out


def _way(promise: QueueTargets) -> tuple[str, ...]:
    """Queues of one way are sized in one call."""
    rule = "wage" if promise.wage_per_hour is not None else promise.period
    return (promise.service_level_definition, promise.arrival_model, promise.sized_for, rule)


def _staff(rows: LiveRows, targets: list[QueueTargets]) -> LiveNeed:
    definition, _, sized_for, rule = _way(targets[0])
    sized, booked, promise, rising = _line_of(rows, targets)
    if rule == "wage":
        found = economic_agents(
            sized, rows.aht, _of(targets, "wage_per_hour"), patience_seconds=promise.patience,
            value_of_contact=_of(targets, "value_of_contact"),
            cost_of_waiting_per_hour=_of(targets, "cost_of_waiting_per_hour"),
        )  # fmt: skip
    elif rule == "day":
        found = _over_days(rows, sized, promise, _of(targets, "floor_service_level"), definition)
    else:
        found = required_agents(
            sized, rows.aht, promise.goals, patience_seconds=promise.patience, fractional=True
        ).agents
        if sized_for == "expected_level":
            known = np.flatnonzero((np.fmax(rows.cv, rows.aht_cv) > 0) & np.isfinite(rows.cv) & np.isfinite(found))
            found[known] = required_agents_mixed(
                uncertain_load(sized[known], rows.cv[known], rows.aht_cv[known]), rows.aht[known],
                _goals_at(promise.goals, known), patience_seconds=promise.patience[known], fractional=True,
            ).agents  # fmt: skip
        found = _lift_rising(rows, found, booked, promise, rising)
    return _need(rows, sized, found, promise, definition, rule, booked, rising)


def _line_of(rows: LiveRows, targets: list[QueueTargets]) -> tuple[Array, Array, _Promise, Rows]:
    """Load that walks in, share booked, the promises, and the rows whose load rises; for targets of one way."""
    definition, model, _, rule = _way(targets[0])
    booked = _of(targets, "appointment_share")
    sized = {"mol": rows.carried.mean, "sipp": rows.load, "lagged_sipp": rows.lagged}[model] * (1.0 - booked)
    rising = np.zeros(0, dtype=np.intp)
    if model == "mol" and rule == "interval":
        with np.errstate(divide="ignore", invalid="ignore"):
            rise = (rows.carried.end - rows.carried.start) / np.sqrt(rows.carried.mean)
        rising = np.flatnonzero(rise > RISES)
    return sized, booked, _promise(targets, definition, rows.load * booked), rising


def live_given(rows: LiveRows, target: QueueTargets, agents: Array) -> list[Array]:
    """Service level, ASA, share lost and occupancy of one queue's rows with these agents.

    What sizing assumes is assumed here too: its load, rises inside the interval, desks held by appointments (agents
    beyond those serve the rest; too few for them leave nobody to walk in to).
    """
    targets = [target] * rows.load.size
    sized, booked, promise, rising = _line_of(rows, targets)
    walk_in = np.maximum(agents - promise.fixed, 0.0)
    return _given(rows, sized, walk_in, promise, target.service_level_definition, booked, rising)


def _of(targets: list[QueueTargets], name: str) -> Array:
    """One value a row; None is NaN. Few different targets, many rows."""
    return np.array([getattr(target, name) for target in targets], dtype=float)


def _promise(targets: list[QueueTargets], definition: str, fixed: Array) -> _Promise:
    level, within = _of(targets, "service_level"), _of(targets, "answer_within_seconds")
    goals = ServiceGoals(
        service_level=level,
        answer_within_seconds=within,
        asa_seconds=_of(targets, "target_asa_seconds"),
        max_occupancy=_of(targets, "occupancy_cap"),
        max_abandon_share=_of(targets, "abandon_cap"),
        service_level_definition=definition,
    )
    patience = _of(targets, "patience_seconds")
    return _Promise(goals, patience, _of(targets, "minimum_agents"), fixed, level, within)


def _goals_at(goals: ServiceGoals, rows: Rows) -> ServiceGoals:
    names = ("service_level", "answer_within_seconds", "asa_seconds", "max_occupancy", "max_abandon_share")
    part: dict[str, Any] = {name: np.asarray(getattr(goals, name))[rows] for name in names}
    return replace(goals, **part)


def _lift_rising(rows: LiveRows, found: Array, booked: Array, promise: _Promise, rising: Rows) -> Array:
    """Where the load rises inside the interval: at least what keeps the goals over it."""
    rising = rising[np.isfinite(found[rising])]
    if not rising.size:
        return found
    walk = 1.0 - booked[rising]
    inside = load_inside(rows.carried.start[rising] * walk, rows.load[rising] * walk, rows.aht[rising], rows.seconds)
    lifted = required_agents_mixed(
        inside, rows.aht[rising], _goals_at(promise.goals, rising),
        patience_seconds=_at_most(promise.patience[rising], rows.aht[rising], rows.seconds), fractional=True,
    ).agents  # fmt: skip
    found = found.copy()
    found[rising] = np.maximum(found[rising], lifted)
    return found


def _at_most(patience: Array, aht: Array, seconds: float) -> Array:
    """A rising line has not come to balance: it has grown for an interval or a handle time, whichever is longer."""
    return np.asarray(np.fmin(patience, np.maximum(aht, seconds)))


def _over_days(rows: LiveRows, load: Array, promise: _Promise, floor: Array, definition: str) -> Array:
    """Whole agents that keep the level of each queue's day; NaN where no number does."""
    least = replace(promise.goals, service_level=np.minimum(floor, promise.level))
    most = replace(promise.goals, service_level=np.minimum(np.maximum(PLENTY, promise.level), 1.0))
    low = required_agents(load, rows.aht, least, patience_seconds=promise.patience).agents
    high = required_agents(load, rows.aht, most, patience_seconds=promise.patience).agents
    out = np.full(load.size, np.nan)
    usual = np.isfinite(low) & np.isfinite(high)
    low, high = np.maximum(np.where(usual, low, 0.0), np.ceil(promise.minimum)), np.where(usual, high, 0.0)
    count = (np.maximum(high - low, 0.0) + 1.0).astype(np.intp)
    row = np.repeat(np.arange(load.size), count)
    step = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
    level = erlang_a(
        load[row], low[row] + step, rows.aht[row], promise.within[row], promise.patience[row]
    ).service_level_by(definition)
    level = np.where(load[row] == 0, 1.0, level)
    levels = np.split(level, np.cumsum(count)[:-1])
    for day in np.unique(rows.day):
        mine = np.flatnonzero(rows.day == day)
        target = float(promise.level[mine[0]])
        if usual[mine].all():
            aim = 0.0 if np.isnan(target) else target
            out[mine] = allocate_over_day(rows.contacts[mine], [levels[i] for i in mine], aim, low[mine])
    return out


def _need(
    rows: LiveRows,
    sized: Array,
    found: Array,
    promise: _Promise,
    definition: str,
    rule: str,
    booked: Array,
    rising: Rows,
) -> LiveNeed:
    """The agents of a rule with the floor and the booked desks, and what they give to those who walk in."""
    wanted = np.where(np.isfinite(found), found, np.nan)
    walk_in = np.maximum(wanted, promise.minimum - promise.fixed)
    idle = sized == 0
    calm = _given(rows, sized, walk_in, promise, definition, booked, rising)
    agents = walk_in + promise.fixed
    driver = _driver(calm, promise, rule)
    driver[wanted < promise.minimum - promise.fixed] = "minimum"
    driver[(wanted <= 0) & (promise.minimum <= 0)] = ""
    driver[(promise.fixed > 0) & idle] = "appointments"
    hopeless = np.isnan(agents)
    driver[hopeless] = "unattainable"
    level, asa, lost, busy = (np.where(hopeless, np.nan, values) for values in calm)
    return LiveNeed(sized + promise.fixed, agents, level, asa, lost, busy, driver)


def _given(
    rows: LiveRows, sized: Array, walk_in: Array, promise: _Promise, definition: str, booked: Array, rising: Rows
) -> list[Array]:
    """Service level, ASA, share lost and occupancy with `walk_in` agents beside the booked desks."""
    filled = np.where(np.isnan(walk_in), 1.0, np.maximum(walk_in, 0.0))
    line = erlang_a(sized, filled, rows.aht, promise.within, promise.patience)
    measures = [line.service_level_by(definition), line.asa_seconds, line.abandon_share, line.occupancy]
    if rising.size:
        walk = 1.0 - booked[rising]
        inside = load_inside(
            rows.carried.start[rising] * walk, rows.load[rising] * walk, rows.aht[rising], rows.seconds,
        )  # fmt: skip
        mixed = mixed_line(
            inside, filled[rising], rows.aht[rising], promise.within[rising],
            _at_most(promise.patience[rising], rows.aht[rising], rows.seconds), definition,
        )  # fmt: skip
        for values, name in zip(measures, ("service_level", "asa_seconds", "abandon_share", "occupancy"), strict=True):
            values[rising] = getattr(mixed, name)
        measures[2][np.isnan(promise.patience)] = 0.0
    idle = sized == 0
    calm = [np.where(idle, still, values) for still, values in zip((1.0, 0.0, 0.0, 0.0), measures, strict=True)]
    agents = walk_in + promise.fixed
    share = promise.fixed / np.where(agents > 0, agents, 1.0)  # booked desks are busy all their time and keep all waits
    calm[3] = np.where(agents > 0, np.minimum(share + (1.0 - share) * calm[3], 1.0), 0.0)
    return calm


def _driver(measures: list[Array], promise: _Promise, rule: str) -> NDArray[np.object_]:
    """The goal that is nearest to its limit with the agents found."""
    if rule != "interval":
        return np.full(measures[0].size, rule, dtype=object)
    level, asa, lost, busy = measures
    goals = promise.goals
    with np.errstate(divide="ignore", invalid="ignore"):
        used = np.array([
            (1.0 - level) / (1.0 - promise.level), asa / np.asarray(goals.asa_seconds),
            lost / np.asarray(goals.max_abandon_share), busy / np.asarray(goals.max_occupancy),
        ])  # fmt: skip
    used = np.where(np.isnan(used), -1.0, used)
    used[0] += BINDS  # of two that bind the promise is named first
    names = np.array(["service_level", "asa", "abandonment", "occupancy"], dtype=object)
    return np.asarray(names[np.argmax(used, axis=0)], dtype=object)
