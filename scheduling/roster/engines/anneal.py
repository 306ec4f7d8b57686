"""Ruin and rebuild under a falling temperature (Schrimpf et al. 2000, "Record breaking optimization results using the
ruin and recreate principle"), in rounds that leave a legal roster each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import numpy as np

from scheduling.roster.engines.arrays import Site, Tours
from scheduling.roster.engines.ruin_kernel import ruin
from scheduling.roster.engines.until import COUNTED, Until

RUINED_MOST = 3
LAST_FROM = 0.9  # part of the rounds after which a search freezes
EXACT_SHARE = 0.5  # of the tours sought at the exact price of a fair share (see `fair_kernel`)
TIE_SHARE = 0.0025  # of the price of a missing person: the largest random difference between equal shifts
NOISE_SHARE = 0.25
HOT_SHARE, COLD_SHARE = 1.5, 0.01
INSERTIONS_PER_ROUND = 10
SLICES, SLICE_SECONDS = 20, 1.0  # with a time limit a round is cut so that none takes longer
Note = Callable[[int, float], None]  # rounds done, cost of the roster then


@dataclass(frozen=True)
class Heat:
    """Temperatures of the first and the last round, in shares of the price of a missing person for an interval; how
    many people are taken out at most."""

    hot: float = HOT_SHARE
    cold: float = COLD_SHARE
    ruined: int = RUINED_MOST
    least: int = 1  # ruins a round: a small team's round is over before it has met a swap
    end: float | None = None  # the last rounds cool from `cold` on to it: there cheap wishes count too

    def at(self, part: float) -> float:
        """The temperature when so large a part of the rounds is done."""
        if self.end is None:
            return float(self.hot * (self.cold / self.hot) ** part)
        if part <= LAST_FROM:
            return float(self.hot * (self.cold / self.hot) ** (part / LAST_FROM))
        return float(self.cold * (self.end / self.cold) ** ((part - LAST_FROM) / (1 - LAST_FROM)))


def anneal(
    site: Site, able: np.ndarray, cost: float, price: float, rounds: int, *, heat: Heat = Heat(),
    until: Until = COUNTED, note: Note | None = None,
) -> tuple[float, Tours]:  # fmt: skip
    """(cost, tours) of the best roster met at the end of a round, from the one in `site` on, which costs `cost`.

    `price`: of a missing person for an interval. A search that a moment ends before its rounds cools by the clock.
    """
    best, kept = cost, copy_tours(site)
    whole = max(INSERTIONS_PER_ROUND * len(able) * 2 // (1 + heat.ruined), heat.least)
    site.fair.exact[0] = EXACT_SHARE
    size = whole if until.at is None else max(whole // SLICES, 1)
    begin, reached, tried = monotonic(), 0.0, 0
    while tried < rounds * whole:
        started = monotonic()
        if until.over():
            break
        size = min(size, rounds * whole - tried)
        tried += size
        done = tried / whole
        cooled, reached = reached, max(done / rounds, until.passed(begin))
        hot, cold = (price * heat.at(min(part, 1.0)) for part in (cooled, reached))
        cost += ruin(site, able, size, heat.ruined, hot, cold, TIE_SHARE * price, NOISE_SHARE * price)
        if note is not None:
            note(int(done), cost)
        if cost < best - 1e-9:
            best, kept = cost, copy_tours(site)
        if until.at is not None:
            size = min(max(int(size * SLICE_SECONDS / max(monotonic() - started, 1e-6)), 1), whole)
    return best, kept


def settle(site: Site, able: np.ndarray, price: float, heat: float) -> float:
    """As many single people as there are, drawn at random, get new tours, kept where they cost no more; the change."""
    site.fair.exact[0] = EXACT_SHARE
    return float(ruin(site, able, len(able), 1, heat * price, heat * price, TIE_SHARE * price, 0.0))


def copy_tours(site: Site) -> Tours:
    """The tours of a site, to keep."""
    return Tours(*(part.copy() for part in site.tours))
