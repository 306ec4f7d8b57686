"""Who is at work when, and for which queues: a roster read as work windows of skill groups.

Coverage and the simulation read rosters through this one door, so that both count the same people.

- **group**: a set of queues that some people answer together, as positions in the planned queues;
- **window**: [start, end) of one person's work in one group. Windows of one person never overlap: where rows of a
  roster overlap, the one that began last holds (a lunch row inside a day-long work row is lunch).
- **proficiency**: how much of a full person somebody is: as many times faster they handle a contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from domain.errors import BadValue
from domain.intervals import DAY_MINUTES
from domain.queues import matches, split_list

SECOND = 1_000_000  # microseconds


@dataclass(frozen=True)
class WorkWindows:
    """Work windows sorted by agent and start. All arrays have one entry a window, `proficiency` one an agent; times are
    microseconds UTC."""

    agent: np.ndarray  # integer codes 0 … agents − 1
    start: np.ndarray
    end: np.ndarray
    group: np.ndarray  # position in `groups`
    groups: tuple[tuple[int, ...], ...]
    agents: int
    proficiency: np.ndarray

    def can_serve(self, queues: int) -> np.ndarray:
        """(groups, queues) flags: who answers what."""
        can = np.zeros((len(self.groups), queues), dtype=bool)
        for number, members in enumerate(self.groups):
            can[number, list(members)] = True
        return can


def work_windows(roster: pd.DataFrame, queues: Sequence[str], people: pd.DataFrame | None = None) -> WorkWindows:
    """The work rows of a roster (frame under ROSTER) as windows of skill groups over `queues`.

    A work row names its queues (names or patterns); where it names none, the person's queues in `people` (frame under
    PEOPLE) count; who is not among the people has proficiency 1. Queues that are not among `queues` are passed over,
    and so are rows that leave none.
    Raises `BadValue` for a work row of which nobody knows the queues.
    """
    rows = _without_overlaps(roster)
    rows = rows[rows["activity"] == "work"]
    skills: Mapping[str, str] = {} if people is None else dict(zip(people["agent"], people["queues"], strict=True))
    named = [
        text if split_list(text) else skills.get(agent)
        for agent, text in zip(rows["agent"], rows["queue"], strict=True)
    ]
    unknown = [agent for agent, text in zip(rows["agent"], named, strict=True) if not split_list(text)]
    if unknown:
        raise BadValue(
            "work rows that name their queues", column="queue", found=unknown[0], remedy="Name them or give the people."
        )
    resolved = {text: _resolve(str(text), queues) for text in set(named)}
    groups = tuple(sorted({members for members in resolved.values() if members}, key=lambda g: (len(g), g)))
    position = {members: number for number, members in enumerate(groups)}
    group = np.array([position.get(resolved[text], -1) for text in named], dtype=np.int64)
    kept = group >= 0
    agent, names = pd.factorize(rows["agent"])
    return WorkWindows(
        agent=np.asarray(agent, dtype=np.int64)[kept],
        start=microseconds(rows["start"])[kept],
        end=microseconds(rows["end"])[kept],
        group=group[kept],
        groups=groups,
        agents=len(names),
        proficiency=proficiency_of(names, people),
    )


def proficiency_of(agents: Iterable[str], people: pd.DataFrame | None) -> np.ndarray:
    """By agent, the proficiency that a frame under PEOPLE gives them; 1 where it says nothing."""
    known: Mapping[str, float] = {}
    if people is not None and "proficiency" in people:
        known = dict(zip(people["agent"], people["proficiency"].astype(float).fillna(1.0), strict=True))
    return np.array([known.get(agent, 1.0) for agent in agents], dtype=np.float64)


def microseconds(stamps: pd.Series | pd.DatetimeIndex) -> np.ndarray:
    """Tz-aware stamps as whole microseconds UTC."""
    return np.asarray(pd.DatetimeIndex(stamps).as_unit("us").asi8)


def interval_ends(queue: np.ndarray, start: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """End of each interval, microseconds: start + length; a local day ends where the queue's next day begins.

    `queue` holds integer codes. Days last 23 to 25 hours: the next start decides where it lies within that range.
    """
    end = start + minutes.astype(np.int64) * 60 * SECOND
    order = np.lexsort((start, queue))
    following = order[1:][queue[order[1:]] == queue[order[:-1]]]
    before = order[:-1][queue[order[1:]] == queue[order[:-1]]]
    step = start[following] - start[before]
    is_day = (minutes[before] == DAY_MINUTES) & (np.abs(step - DAY_MINUTES * 60 * SECOND) <= 3600 * SECOND)
    end[before[is_day]] = start[following[is_day]]
    return end


def _resolve(text: str, queues: Sequence[str]) -> tuple[int, ...]:
    patterns = split_list(text)
    return tuple(number for number, queue in enumerate(queues) if matches(queue, patterns))


def _without_overlaps(roster: pd.DataFrame) -> pd.DataFrame:
    """The roster sorted by agent and start, overlapping rows of one person cut so that the last begun holds."""
    rows = roster.sort_values(["agent", "start"], kind="stable", ignore_index=True)
    same = rows["agent"].eq(rows["agent"].shift())
    overlap = same & (rows["start"] < rows.groupby("agent", sort=False)["end"].cummax().shift())
    if not bool(overlap.any()):
        return rows
    tangled = set(rows.loc[overlap, "agent"])
    apart = [_cut(part) for agent, part in rows.groupby("agent", sort=False) if agent in tangled]
    clear = rows[~rows["agent"].isin(tangled)]
    return pd.concat([clear, *apart]).sort_values(["agent", "start"], kind="stable", ignore_index=True)


def _cut(rows: pd.DataFrame) -> pd.DataFrame:
    edges = pd.DatetimeIndex(rows["start"]).union(pd.DatetimeIndex(rows["end"]))
    pieces = []
    for begin, end in pairwise(edges):
        holding = rows[(rows["start"] <= begin) & (rows["end"] >= end)]
        if len(holding):
            pieces.append(holding.iloc[[-1]].assign(start=begin, end=end))
    return pd.concat(pieces)
