"""Seats as a cap: no more people at once than there are places for, and what that costs the customers.

`[seats]` in the targets gives a number for a pattern of queues. Where their agents together are more, some are taken
away, and the rows say how many it would take (`wanted_agents`) and what is left of the service level. What waits gives
way first: outbound work, then deferred work; then live queues and chats, which lose the same share of their idle people
each (so none loses its whole margin before the others), and only then busy ones. Nothing is moved to other hours: the
planner sees what does not fit, and may give a list other hours or a mail queue another deadline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.queues import matches
from domain.targets import QueueTargets, Targets
from scheduling import outbound
from scheduling.expected import MEASURES, QueueWork, given
from scheduling.queueing.special import Array

DRIVER = "seats"
LEAST = 1e-9  # people: less is no shortfall


@dataclass(frozen=True)
class SeatsShort:
    """Seats that are too few: people wanted at the `worst` start, how many intervals are short, and the service level
    to expect at the worst of the queues that lack people there."""

    pattern: str
    seats: float
    people: float
    worst: pd.Timestamp
    intervals: int
    levels: Mapping[str, float]


def within_seats(table: pd.DataFrame, targets: Targets, opened: NDArray[np.bool_]) -> pd.DataFrame:
    """REQUIREMENTS with no more agents than seats; `opened`: whether each row's queue is worked then."""
    wanted = table["agents"].to_numpy(dtype=float)
    agents = wanted.copy()
    for pattern, seats in targets.seats.items():
        sharing = np.flatnonzero(_sharing(table, pattern))
        if sharing.size:
            agents[sharing] = _seated(table.iloc[sharing], agents[sharing], seats, targets)
    short = wanted - agents > LEAST
    kept = table.assign(wanted_agents=np.where(short, wanted, np.nan))
    if not short.any():
        return kept
    share = np.where(short, agents / np.where(wanted > 0, wanted, 1.0), 1.0)
    planned = (table["driver"] == outbound.DRIVER).to_numpy()
    kept = kept.assign(
        agents=agents,
        scheduled=kept["scheduled"] * share,
        driver=np.where(short & ~planned, DRIVER, kept["driver"].to_numpy(dtype=object)),
    )
    columns = {name: kept[name].to_numpy(dtype=float, copy=True) for name in (*MEASURES, "sized_load_erlangs")}
    for queue in kept.loc[short, "queue"].unique():
        mine = np.flatnonzero((kept["queue"] == queue).to_numpy())
        rows, promise = kept.iloc[mine], targets.of(str(queue))
        if planned[mine].any():
            found, told = _of_plan(rows, share[mine]), mine
        elif promise.work == "deferred":
            found, told = _of_plan(rows, _in_time(rows, promise, opened[mine])), mine
        else:
            told = mine[short[mine]]
            found = _of_line(rows, promise, short[mine])
        for name, values in found.items():
            columns[name][told] = values
    return kept.assign(**columns)


def _sharing(table: pd.DataFrame, pattern: str) -> NDArray[np.bool_]:
    names = {queue: matches(str(queue), [pattern]) for queue in table["queue"].unique()}
    return table["queue"].map(names).to_numpy(dtype=bool)


def _seated(rows: pd.DataFrame, agents: Array, seats: float, targets: Targets) -> Array:
    """Agents of the rows that share these seats."""
    code, _ = pd.factorize(rows["start"])
    count = int(code.max(initial=-1)) + 1
    left = np.nan_to_num(agents)
    over = np.maximum(np.bincount(code, weights=left, minlength=count) - seats, 0.0)
    planned = (rows["driver"] == outbound.DRIVER).to_numpy()
    later = {queue: targets.of(str(queue)).work == "deferred" for queue in rows["queue"].unique()}
    waits = rows["queue"].map(later).to_numpy(dtype=bool) & ~planned
    live = ~planned & ~waits
    idle = 1.0 - np.nan_to_num(rows["occupancy"].to_numpy(dtype=float))
    for part in (planned.astype(float), waits.astype(float), np.where(live, idle, 0.0), live.astype(float)):
        gives = left * part
        total = np.bincount(code, weights=gives, minlength=count)
        taken = np.divide(np.minimum(over, total), total, out=np.zeros(count), where=total > 0)
        left, over = left - gives * taken[code], over - np.minimum(over, total)
    return np.where(np.isnan(agents), np.nan, left)


def _of_plan(rows: pd.DataFrame, level: Array) -> dict[str, Array]:
    """Work without a line: nobody is busier than present. Late work goes on, so all rows of the queue are told."""
    agents = rows["agents"].to_numpy(dtype=float)
    busy = np.minimum(rows["sized_load_erlangs"].to_numpy(dtype=float), agents)
    occupancy = np.divide(busy, agents, out=np.zeros_like(busy), where=agents > 0)
    return {"service_level": level, "occupancy": occupancy, "sized_load_erlangs": busy}


def _in_time(rows: pd.DataFrame, promise: QueueTargets, opened: NDArray[np.bool_]) -> Array:
    people = rows["agents"].to_numpy(dtype=float)
    if "blended_agents" in rows:
        people = people + rows["blended_agents"].fillna(0.0).to_numpy(dtype=float)
    return given(_work_of(rows, opened), promise, people).service_level


def _of_line(rows: pd.DataFrame, promise: QueueTargets, short: NDArray[np.bool_]) -> dict[str, Array]:
    """Calls and chats: what their line gives in the rows that are short of people."""
    people = np.nan_to_num(rows["agents"].to_numpy(dtype=float))
    found = given(_work_of(rows, np.ones(len(rows), dtype=bool)), promise, people)
    values = {name: getattr(found, name)[short] for name in MEASURES}
    return {name: np.where(np.isinf(own), np.nan, own) for name, own in values.items()}


def _work_of(rows: pd.DataFrame, opened: NDArray[np.bool_]) -> QueueWork:
    load, aht = (rows[name].to_numpy(dtype=float) for name in ("load_erlangs", "aht_seconds"))
    return QueueWork(rows["start"], load, aht, opened, float(rows["interval_minutes"].iloc[0]) * 60.0)


def seats_short(requirements: pd.DataFrame, targets: Targets) -> list[SeatsShort]:
    """The patterns of seats that are too few somewhere in requirements, in the order of the targets."""
    if "wanted_agents" not in requirements:
        return []
    found = []
    for pattern, seats in targets.seats.items():
        rows = requirements[_sharing(requirements, pattern)]
        wanted = rows["wanted_agents"].fillna(rows["agents"]).groupby(rows["start"]).sum()
        short = wanted[wanted > seats + LEAST]
        if short.empty:
            continue
        worst = pd.Timestamp(str(short.idxmax()))
        there = rows[(rows["start"] == worst) & rows["wanted_agents"].notna() & rows["service_level"].notna()]
        levels = dict(zip(there["queue"], there["service_level"], strict=True))
        found.append(SeatsShort(pattern, seats, float(short.max()), worst, len(short), levels))
    return found


def seats_notes(requirements: pd.DataFrame, targets: Targets, timezone: str = "UTC") -> list[str]:
    """A sentence for each pattern of seats that are too few: how many, how often, and what it does to customers."""
    notes = []
    for short in seats_short(requirements, targets):
        levels = ", ".join(f"{queue} {level:.0%}" for queue, level in short.levels.items())
        moment = f"{short.worst.tz_convert(timezone):%Y-%m-%d %H:%M}"
        notes.append(
            f"seats {short.pattern!r}: needs {short.people:.1f} people, {short.seats:g} seats (most at {moment}); too "
            f"few in {short.intervals} intervals. Service level expected then: {levels or 'not known'}"
        )
    return notes
