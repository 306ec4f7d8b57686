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


def make_site(targets: Sequence[QueueTargets], groups: Sequence[tuple[int, ...]]) -> Site:
    """The site of queues with these targets, served by groups of these queue positions."""
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
    )


def _filled_up(lists: Sequence[Sequence[int]]) -> np.ndarray:
    table = np.full((len(lists), max((len(entries) for entries in lists), default=1)), -1, dtype=np.int64)
    for number, entries in enumerate(lists):
        table[number, : len(entries)] = entries
    return table
