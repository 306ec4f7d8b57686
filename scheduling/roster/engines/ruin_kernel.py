"""The compiled half of annealing: one to three people are taken out and put back, and the cost decides what stays.

Shapes and units of all arrays are in `arrays`.
"""

from __future__ import annotations

import numpy as np

from scheduling.roster.engines import fair_kernel
from scheduling.roster.engines.arrays import Site
from scheduling.roster.engines.compiled import njit
from scheduling.roster.engines.insertion_kernel import insert, put, remove


@njit(cache=True)
def ruin(
    site: Site, able: np.ndarray, rounds: int, most: int, hot: float, cold: float, tie: float, noise: float
) -> float:
    """`rounds` times: one to `most` people lose their tours and get new ones, all but the last by prices with noise.

    Kept where the cost falls, or by chance where it rises little (simulated annealing, from `hot` to `cold`); returns
    the change of cost.
    """
    tours = site.tours
    layers = tours.slot.shape[1]
    breaks = tours.place.shape[2]
    picked = np.empty(most, np.int64)
    slot = np.empty((most, layers), np.int64)
    place = np.empty((most, layers, breaks), np.int64)
    own = np.empty(most)
    total = 0.0
    for number in range(rounds):
        heat = hot * (cold / hot) ** (number / max(rounds - 1, 1))
        size = min(1 + np.random.randint(most), len(able))
        for i in range(size):
            while True:
                picked[i] = able[np.random.randint(len(able))]
                if i > 0 and site.fair.on and np.random.random() < 0.5:
                    picked[i] = fair_kernel.colleague(site.fair, picked[0])
                fresh = True
                for k in range(i):
                    fresh &= picked[k] != picked[i]
                if fresh:
                    break
        more = 0.0
        for i in range(size):
            person = picked[i]
            slot[i] = tours.slot[person]
            place[i] = tours.place[person]
            own[i] = tours.own[person]
            more += remove(site, person)
        deals = fair_kernel.deals(site.fair, picked, size)
        for i in range(size - 1, -1, -1):
            for day in range(len(site.room.closed) if deals else 0):
                site.room.closed[day] = i > 0 and np.random.randint(i + 1) > 0
            more += insert(site, picked[i], tie + (noise * np.random.random() if i > 0 else 0.0))
        more += fair_kernel.reprice_of(site.fair, picked, size)
        if more <= 1e-9 or np.random.random() < np.exp(-more / heat):
            total += more
            continue
        for i in range(size):
            put(site, picked[i], -1.0)
        for i in range(size):
            person = picked[i]
            tours.slot[person] = slot[i]
            tours.place[person] = place[i]
            tours.own[person] = own[i]
            put(site, person, 1.0)
            fair_kernel.recount(site.fair, tours, person)
        fair_kernel.reprice_of(site.fair, picked, size)
    return total
