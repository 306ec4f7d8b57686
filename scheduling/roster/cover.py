"""The price of cover, exact: who is present, what that serves, what is missing and what is too much.

People of several queues are split over them in the best way. The need that n[k] people of each skill group can serve in
an interval is a maximum flow, hence a minimum over sets U of queues that are unions of skill sets (max-flow min-cut:
Ford and Fulkerson 1956; the case of transport: Gale 1957):

    served(n) = min_U  Σ_{q in U} need[q] + Σ_{k: skills(k) not within U} n[k].

n[k] counts full people: who has proficiency p adds p to the supply of their group, so that however many proficiencies
there are, groups and cuts are those of the skill sets.

It follows that c more people of group k serve min(c, room[k]) more, with room[k] the gap between the smallest cut that
does not hold k's people and the smallest that does. That makes the price of one more shift a table look-up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.roster.problem import RosterProblem

CUTS_MOST = 2048


@dataclass(frozen=True)
class CoverPrices:
    """Need as cuts. `held`: cuts × groups, 1 where the cut counts the group's people; `fixed`: cuts × intervals."""

    held: np.ndarray
    fixed: np.ndarray
    hours: np.ndarray
    need: np.ndarray
    under: float
    over: float

    def cuts(self, present: np.ndarray) -> np.ndarray:
        """The value of every cut with those full people present (groups × intervals)."""
        return np.asarray(self.fixed + self.held @ present)

    def room(self, cuts: np.ndarray, group: int) -> np.ndarray:
        """By interval, how many more full people of the group would serve need."""
        counted = self.held[:, group] > 0
        free = cuts[~counted].min(axis=0) if (~counted).any() else np.full(cuts.shape[1], np.inf)
        return np.asarray(np.maximum(free - cuts[counted].min(axis=0), 0.0))

    def served(self, cuts: np.ndarray) -> np.ndarray:
        """People's worth of need that is served, by interval."""
        return np.asarray(cuts.min(axis=0))

    def cost(self, present: np.ndarray, served: np.ndarray) -> float:
        """Price of what is missing and of what is too much."""
        missing = float(((self.need - served) * self.hours).sum())
        surplus = float(((present.sum(axis=0) - served) * self.hours).sum())
        return self.under * missing + self.over * surplus


def make_prices(problem: RosterProblem) -> CoverPrices:
    """The cuts of a problem."""
    can = problem.can_serve
    sets = _unions(can)
    within = ~((can[None, :, :] & ~sets[:, None, :]).any(axis=2))
    return CoverPrices(
        held=(~within).astype(np.float64),
        fixed=sets.astype(np.float64) @ problem.need,
        hours=problem.grid.hours,
        need=problem.need.sum(axis=0),
        under=problem.book.cover.under_per_hour,
        over=problem.book.cover.over_per_hour,
    )


def _unions(can: np.ndarray) -> np.ndarray:
    """All unions of skill sets, the empty one included (cuts × queues).

    Beyond `CUTS_MOST` only unions of few sets are kept, and of all: `served` is then an upper estimate that steers the
    search; what is reported is measured by a flow.
    """
    found: dict[bytes, np.ndarray] = {}
    empty = np.zeros(can.shape[1], dtype=bool)
    found[empty.tobytes()] = empty
    everything = can.any(axis=0) if len(can) else empty
    found[everything.tobytes()] = everything
    for members in can:
        for known in list(found.values()):
            union = known | members
            if len(found) < CUTS_MOST:
                found.setdefault(union.tobytes(), union)
    return np.array(list(found.values()))
