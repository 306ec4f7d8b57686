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
TIE_SHARE = 0.0025  # of the price of a missing hour: the largest random difference between equal shifts
NOISE_SHARE = 0.25
HOT_SHARE, COLD_SHARE = 1.5, 0.01
INSERTIONS_PER_ROUND = 10
SLICES, SLICE_SECONDS = 20, 1.0  # with a time limit a round is cut so that none takes longer
Note = Callable[[int, float], None]  # rounds done, cost of the roster then


@dataclass(frozen=True)
class Heat:
    """Temperatures of the first and the last round, in shares of the price of a missing hour."""

    hot: float = HOT_SHARE
    cold: float = COLD_SHARE


def anneal(
    site: Site, able: np.ndarray, cost: float, price: float, rounds: int, *, heat: Heat = Heat(),
    until: Until = COUNTED, note: Note | None = None,
) -> tuple[float, Tours]:  # fmt: skip
    """(cost, tours) of the best roster met at the end of a round, from the one in `site` on, which costs `cost`.

    `price`: of a missing hour. A search that a moment will end before its rounds cools by the clock.
    """
    best, kept = cost, copy_tours(site)
    whole = max(INSERTIONS_PER_ROUND * len(able) * 2 // (1 + RUINED_MOST), 1)
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
        hot, cold = (price * heat.hot * (heat.cold / heat.hot) ** min(part, 1.0) for part in (cooled, reached))
        cost += ruin(site, able, size, RUINED_MOST, hot, cold, TIE_SHARE * price, NOISE_SHARE * price)
        if note is not None:
            note(int(done), cost)
        if cost < best - 1e-9:
            best, kept = cost, copy_tours(site)
        if until.at is not None:
            size = min(max(int(size * SLICE_SECONDS / max(monotonic() - started, 1e-6)), 1), whole)
    return best, kept


def copy_tours(site: Site) -> Tours:
    """The tours of a site, to keep."""
    return Tours(*(part.copy() for part in site.tours))
