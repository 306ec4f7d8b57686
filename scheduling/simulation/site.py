"""The centre as the simulation sees it: queues, and groups of people who serve the same queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from domain.targets import QueueTargets

LIVE, CHAT, DEFERRED = 0, 1, 2
_KINDS = {"live": LIVE, "chat": CHAT, "deferred": DEFERRED}


class Site(NamedTuple):
    """Queues and groups as arrays (a NamedTuple, because the compiled kernel reads it).

    Lists of lists are matrices, filled up with −1: row g of `queues_of` holds the queues of group g, row k of
    `groups_of` the groups that serve queue k, fewest skills first.
    """

    kind: np.ndarray  # (queues,) LIVE, CHAT or DEFERRED
    limit: np.ndarray  # (queues,) contacts one person holds at once
    slow: np.ndarray  # (queues, most parallel) AHT_j ÷ AHT_1 with j = 1, 2, … contacts in parallel
    queues_of: np.ndarray
    groups_of: np.ndarray
    group_limit: np.ndarray  # (groups,) most contacts a person of the group holds at once
    booked: np.ndarray  # (queues,) whether contacts come at a time booked and go before all others
    guards: np.ndarray  # (queues, …) live queues to which its deferred work leaves idle people, filled up with −1
    keep: np.ndarray  # (queues, bins) how many


def booked_twins(targets: Sequence[QueueTargets]) -> np.ndarray:
    """For each queue the number of a queue of its own for its booked contacts, behind all others; −1: it has none."""
    has = np.array([target.work == "live" and target.appointment_share > 0 for target in targets], dtype=bool)
    return np.where(has, len(targets) + np.cumsum(has) - 1, -1)


def make_site(
    targets: Sequence[QueueTargets],
    groups: Sequence[tuple[int, ...]],
    guards: Sequence[tuple[int, ...]] = (),
    keep: np.ndarray | None = None,
) -> Site:
    """The site of queues with these targets, served by groups of these queue positions.

    `guards`: for each queue the live queues to which its deferred work leaves idle people, `keep` (queues, bins) of
    them; without, none. Booked contacts are queues behind the others (`booked_twins`).
    """
    twins = booked_twins(targets)
    parents = np.flatnonzero(twins >= 0)
    groups = [(*members, *(int(twins[k]) for k in members if twins[k] >= 0)) for members in groups]
    targets = [*targets, *(targets[int(k)] for k in parents)]
    guards = [*(guards or [()] * (len(targets) - parents.size)), *([()] * parents.size)]
    limit = np.array([target.concurrency if target.work == "chat" else 1 for target in targets], dtype=np.int64)
    most = int(limit.max(initial=1))
    slow = np.ones((len(targets), most))
    for number, target in enumerate(targets):
        times = target.aht_by_concurrency_seconds
        if target.work == "chat" and times is not None and times[0] > 0:
            slow[number, : len(times)] = np.asarray(times) / times[0]
    preference = sorted(range(len(groups)), key=lambda g: (len(groups[g]), g))
    serving = [[g for g in preference if queue in groups[g]] for queue in range(len(targets))]
    return Site(
        kind=np.array([_KINDS[target.work] for target in targets], dtype=np.int64),
        limit=limit,
        slow=slow,
        queues_of=_filled_up(groups),
        groups_of=_filled_up(serving),
        group_limit=np.array([max((limit[q] for q in members), default=1) for members in groups], dtype=np.int64),
        booked=np.arange(len(targets)) >= len(targets) - parents.size,
        guards=_filled_up(guards),
        keep=np.zeros((len(targets), 1), dtype=np.int64) if keep is None else keep,
    )


def _filled_up(lists: Sequence[Sequence[int]]) -> np.ndarray:
    table = np.full((len(lists), max([1, *(len(entries) for entries in lists)])), -1, dtype=np.int64)
    for number, entries in enumerate(lists):
        table[number, : len(entries)] = entries
    return table
