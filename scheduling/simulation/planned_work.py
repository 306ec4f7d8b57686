"""Outbound work in the simulation of a roster: who does it is taken from the phones for that time.

Outbound work is planned in hours of its own (`scheduling/outbound.py`): nobody waits for it, and no contact of it is
simulated. Its people are. Of each interval the fair flow of the coverage says how many of those present do it, never
more than are needed; people who do nothing else go first, then those with other queues, in equal shares of their
groups. Who of a group does it is drawn once a run, so that the same people keep at it; of those away nobody does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from domain.tables import REQUIREMENTS
from scheduling.coverage import average_present, share_people
from scheduling.presence import WorkWindows, interval_ends, microseconds, work_windows

EDGE = 1e-9  # people


@dataclass(frozen=True)
class PlannedWork:
    """Work windows cut at the intervals of the requirements, one entry a piece.

    `window`: the window that it is cut from; `cell`: a number for its group and interval; `share`: the part of the
    people of that cell who do outbound work.
    """

    pieces: WorkWindows
    window: np.ndarray
    cell: np.ndarray
    share: np.ndarray

    def people_left(self, away: np.ndarray, rng: np.random.Generator) -> WorkWindows:
        """The work of one run without those `away` (a flag a window) and those at outbound work."""
        here = np.flatnonzero(~away[self.window])
        turn, luck = rng.random(self.pieces.agents), rng.random()
        order = here[np.lexsort((turn[self.pieces.agent[here]], self.cell[here]))]
        if not order.size:
            return _part(self.pieces, order)
        _, first, count = np.unique(self.cell[order], return_index=True, return_counts=True)
        place = np.arange(order.size) - np.repeat(first, count)
        taken = place < np.floor(np.repeat(count, count) * self.share[order] + luck + EDGE)
        return _joined(_part(self.pieces, np.sort(order[~taken])))


def with_planned_work(
    roster: pd.DataFrame, queues: Sequence[str], requirements: pd.DataFrame, people: pd.DataFrame | None = None
) -> tuple[WorkWindows, PlannedWork | None]:
    """The windows of a roster over `queues` (those simulated), and who of them does the outbound work required.

    `requirements`: frame under REQUIREMENTS of all queues; those that are not among `queues` are outbound work. None
    where there is none.
    """
    need = REQUIREMENTS.check(requirements)
    planned = sorted(set(need["queue"]) - set(queues))
    if not planned:
        return work_windows(roster, queues, people), None
    names = [*queues, *planned]
    need = need.assign(code=need["queue"].map({name: number for number, name in enumerate(names)}))
    all_windows = work_windows(roster, names, people)
    edges, share = _shares(all_windows, need, len(queues), len(names))
    windows = _without_planned(all_windows, len(queues))
    mine = all_windows.group[[bool(min(all_windows.groups[g]) < len(queues)) for g in all_windows.group]]
    return windows, _cut(windows, mine, edges, share)


def _shares(windows: WorkWindows, need: pd.DataFrame, first: int, queues: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges of the cells, and (cells, groups) the part of the people of each group at outbound work."""
    code, start = need["code"].to_numpy(), microseconds(need["start"])
    end = interval_ends(code, start, need["interval_minutes"].to_numpy())
    edges = np.unique(np.concatenate([start, end]))
    needed, is_open = np.zeros((edges.size - 1, queues)), np.zeros((edges.size - 1, queues), dtype=bool)
    for own, begin, finish, people in zip(code, start, end, need["scheduled"].fillna(0.0), strict=True):
        cells = slice(np.searchsorted(edges, begin), np.searchsorted(edges, finish))
        needed[cells, own], is_open[cells, own] = people, True
    present, can = average_present(windows, edges), windows.can_serve(queues)
    given = np.minimum(share_people(present, can, needed, is_open), needed)
    left = present.copy()
    for queue in range(first, queues):
        wanted = given[:, queue].copy()
        for mixed in (False, True):
            groups = [g for g in range(len(windows.groups)) if can[g, queue] and can[g, :first].any() == mixed]
            there = left[:, groups].sum(axis=1)
            part = np.divide(wanted, there, out=np.zeros_like(wanted), where=there > EDGE)
            taken = left[:, groups] * np.minimum(part, 1.0)[:, None]
            left[:, groups] -= taken
            wanted = np.maximum(wanted - taken.sum(axis=1), 0.0)
    busy = np.divide(present - left, present, out=np.zeros_like(present), where=present > EDGE)
    return edges, np.clip(busy, 0.0, 1.0)


def _without_planned(windows: WorkWindows, first: int) -> WorkWindows:
    """The same windows with groups over the first queues only; those of people who serve none of them are left out."""
    reduced = [tuple(k for k in members if k < first) for members in windows.groups]
    groups = tuple(sorted({members for members in reduced if members}, key=lambda g: (len(g), g)))
    number = np.array([groups.index(members) if members else -1 for members in reduced], dtype=np.int64)
    group = number[windows.group] if windows.group.size else windows.group
    return replace(_part(replace(windows, group=group), np.flatnonzero(group >= 0)), groups=groups)


def _cut(windows: WorkWindows, group: np.ndarray, edges: np.ndarray, share: np.ndarray) -> PlannedWork:
    """`group`: of each window, among the groups (columns) of `share`."""
    outer = np.concatenate([[min(edges[0], windows.start.min(initial=edges[0])) - 1], edges,
                            [max(edges[-1], windows.end.max(initial=edges[-1])) + 1]])  # fmt: skip
    share = np.pad(share, ((1, 1), (0, 0)))
    begin = np.searchsorted(outer, windows.start, side="right") - 1
    count = np.searchsorted(outer, windows.end, side="left") - begin
    window = np.repeat(np.arange(windows.agent.size), count)
    place = np.arange(window.size) - np.repeat(np.cumsum(count) - count, count) + begin[window]
    pieces = replace(
        _part(windows, window),
        start=np.maximum(windows.start[window], outer[place]),
        end=np.minimum(windows.end[window], outer[place + 1]),
    )
    own = group[window]
    return PlannedWork(pieces, window, place * max(1, share.shape[1]) + own, share[place, own])


def _part(windows: WorkWindows, chosen: np.ndarray) -> WorkWindows:
    names = ("agent", "start", "end", "group")
    return replace(windows, **{name: getattr(windows, name)[chosen] for name in names})


def _joined(windows: WorkWindows) -> WorkWindows:
    """Pieces of one person and group that follow on each other are one window again."""
    if not windows.agent.size:
        return windows
    follows = np.zeros(windows.agent.size, dtype=bool)
    follows[1:] = (
        (windows.agent[1:] == windows.agent[:-1])
        & (windows.group[1:] == windows.group[:-1])
        & (windows.start[1:] == windows.end[:-1])
    )
    last = np.append(~follows[1:], True)
    return replace(_part(windows, np.flatnonzero(~follows)), end=windows.end[last])
