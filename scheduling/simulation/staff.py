"""People over time, as changes: who starts or stops work in which group, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.presence import SECOND, WorkWindows


@dataclass(frozen=True)
class StaffPlan:
    """Changes of staff in order of time (seconds from the origin); group −1 = stops work. Stops come before starts.

    `proficiency`: by server, what handle times are divided by; None: 1 for everybody.
    """

    at: np.ndarray
    server: np.ndarray
    group: np.ndarray
    servers: int
    proficiency: np.ndarray | None = None


def staff_of_requirements(
    queue: np.ndarray, start: np.ndarray, end: np.ndarray, count: np.ndarray
) -> tuple[StaffPlan, np.ndarray]:
    """`count` people present per row, each for one queue; times in seconds. Group number = queue number.

    Person j of a queue is present while its count is above j: where the count falls, the same people leave, where it
    rises, the same come back. Returns the plan and the (servers,) queue of each server.
    """
    at: list[np.ndarray] = []
    server: list[np.ndarray] = []
    group: list[np.ndarray] = []
    owner: list[np.ndarray] = []
    base = 0
    for number in np.unique(queue):
        mine = np.flatnonzero(queue == number)
        mine = mine[np.argsort(start[mine], kind="stable")]
        for moment, before, now in _steps(start[mine], end[mine], count[mine]):
            changed = np.arange(min(before, now), max(before, now)) + base
            at.append(np.full(changed.size, moment))
            server.append(changed)
            group.append(np.full(changed.size, number if now > before else -1))
        most = int(count[mine].max(initial=0))
        owner.append(np.full(most, number))
        base += most
    plan = _in_order(_joined(at, float), _joined(server, np.int64), _joined(group, np.int64), base)
    return plan, _joined(owner, np.int64)


def _steps(start: np.ndarray, end: np.ndarray, count: np.ndarray) -> list[tuple[float, int, int]]:
    """(time, count before, count after) wherever the count changes; between rows with a hole it is 0."""
    steps, present, until = [], 0, -np.inf
    for begin, finish, now in zip(start, end, count, strict=True):
        if begin > until and present:
            steps.append((float(until), present, 0))
            present = 0
        if now != present:
            steps.append((float(begin), present, int(now)))
        present, until = int(now), finish
    if present:
        steps.append((float(until), present, 0))
    return steps


def staff_of_roster(
    windows: WorkWindows, *, origin: int, horizon_seconds: float, away: np.ndarray | None = None
) -> StaffPlan:
    """The work windows of a roster, without those marked `away`, cut to the horizon. `origin` is in microseconds."""
    start = np.clip((windows.start - origin) / SECOND, 0.0, horizon_seconds)
    end = np.clip((windows.end - origin) / SECOND, 0.0, horizon_seconds)
    kept = (end > start) if away is None else (end > start) & ~away
    agent, start, end, group = windows.agent[kept], start[kept], end[kept], windows.group[kept]
    goes_on = np.zeros(agent.size, dtype=bool)  # the next window of the same person begins where this one ends
    goes_on[:-1] = (agent[1:] == agent[:-1]) & (start[1:] == end[:-1])
    stops = ~goes_on
    return _in_order(
        np.concatenate([start, end[stops]]),
        np.concatenate([agent, agent[stops]]),
        np.concatenate([group, np.full(int(stops.sum()), -1)]),
        windows.agents,
        windows.proficiency,
    )


def _in_order(
    at: np.ndarray, server: np.ndarray, group: np.ndarray, servers: int, proficiency: np.ndarray | None = None
) -> StaffPlan:
    order = np.lexsort((server, group >= 0, at))
    return StaffPlan(
        np.ascontiguousarray(at[order], dtype=float),
        np.ascontiguousarray(server[order], dtype=np.int64),
        np.ascontiguousarray(group[order], dtype=np.int64),
        servers,
        proficiency,
    )


def _joined(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype=dtype)
