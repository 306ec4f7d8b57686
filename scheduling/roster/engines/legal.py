"""The rules' rows as arrays: which slot may join a tour, and what the tour then costs. No solver in the loop."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scheduling.roster.open_people import PeopleAlike


@dataclass(frozen=True)
class LegalTours:
    """Rows of one class of people over all slots of the plan (J).

    `hard` rows × J with `limits`; `priced` rows × J with bounds and prices; rows with flags are left to the tour
    program: `flagged` says whether there are any.
    """

    open: np.ndarray
    slot_costs: np.ndarray
    hard: np.ndarray
    limits: np.ndarray
    priced: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    prices: np.ndarray
    flagged: bool

    def on(self, slots: np.ndarray) -> LegalTours:
        """The same rows over some slots only."""
        return replace(
            self,
            open=self.open[slots],
            slot_costs=self.slot_costs[slots],
            hard=np.ascontiguousarray(self.hard[:, slots]),
            priced=np.ascontiguousarray(self.priced[:, slots]),
        )

    def allowed(self, others: list[int], slots: np.ndarray) -> np.ndarray:
        """Which of `slots` may join the tour `others`."""
        used = self.hard[:, others].sum(axis=1)
        fits = (self.hard[:, slots] <= (self.limits - used)[:, None] + 1e-6).all(axis=0)
        return np.asarray(self.open[slots] & fits)

    def costs(self, others: list[int], slots: np.ndarray) -> np.ndarray:
        """Own cost of `others` plus each of `slots`; the last entry is that of `others` alone."""
        base = float(self.slot_costs[others].sum())
        used = self.priced[:, others].sum(axis=1)
        total = np.concatenate([used[:, None] + self.priced[:, slots], used[:, None]], axis=1)
        breach = np.maximum(total - self.highs[:, None], 0.0) + np.maximum(self.lows[:, None] - total, 0.0)
        return np.asarray(base + np.append(self.slot_costs[slots], 0.0) + self.prices @ breach)


def legal_tours(people: PeopleAlike) -> LegalTours:
    """The arrays of one class."""
    count = len(people.model.slots)
    costs = np.zeros(count)
    costs[people.slots] = people.slot_costs
    plain = [row for row in people.rows if not row.flags]
    hard = [row for row in plain if row.price is None]
    priced = [row for row in plain if row.price is not None]
    matrix = np.zeros((len(plain), count))
    for number, row in enumerate(hard + priced):
        matrix[number, row.slots] = row.coefficients
    return LegalTours(
        open=people.model.active,
        slot_costs=costs,
        hard=matrix[: len(hard)],
        limits=np.array([row.high for row in hard]),
        priced=matrix[len(hard) :],
        lows=np.array([row.low for row in priced]),
        highs=np.array([row.high for row in priced]),
        prices=np.array([row.price for row in priced], dtype=np.float64),
        flagged=any(row.flags for row in people.rows),
    )
