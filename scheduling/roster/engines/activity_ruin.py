"""Ruin and rebuild of a few people's days at a time, kept by simulated annealing (see `insertion_kernel.ruin`).

Mostly one to `LONGEST` days in a row of one to `RUINED_MOST` people: a day alone costs a hundredth of a whole tour.
Noise falls with the temperature, and all people get some: with the exact best day for each, nearly every rebuild would
give back what was taken out.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduling.roster.engines.activity_arrays import ActivitySite
from scheduling.roster.engines.activity_kernel import insert, put, remove

RUINED_MOST = 3
LONGEST = 3
WHOLE_SHARE = 0.02
NOISE = 4.0  # largest random difference between shifts, in temperatures


@njit(cache=True)
def pick_people(able: np.ndarray, picked: np.ndarray, size: int) -> None:
    """`size` people, nobody twice."""
    for i in range(size):
        fresh = False
        while not fresh:
            picked[i] = able[np.random.randint(len(able))]
            fresh = True
            for k in range(i):
                fresh &= picked[k] != picked[i]


@njit(cache=True)
def pick_days(site: ActivitySite, people: np.ndarray) -> tuple[int, int]:
    """All days, or a stretch of them whose hours are settled together for all these people."""
    layers = site.tours.slot.shape[1]
    if np.random.random() < WHOLE_SHARE:
        return 0, layers
    length = 1 + np.random.randint(LONGEST)
    begin = np.random.randint(1 - length, layers)
    end = min(begin + length, layers)
    begin = max(begin, 0)
    for person in people:
        first = site.graphs.layer_from[site.people.graph[person]]
        end = min(end, site.ways.end[first + begin] - first)
    return begin, end


@njit(cache=True)
def ruin(site: ActivitySite, able: np.ndarray, rounds: int, hot: float, cold: float, tie: float) -> float:
    """`rounds` times: a few people lose some days and get new ones, from temperature `hot` to `cold`.

    Returns the change of cost.
    """
    tours, doing = site.tours, site.blocks.doing
    layers = tours.slot.shape[1]
    picked = np.empty(RUINED_MOST, np.int64)
    slot = np.empty((RUINED_MOST, layers), np.int64)
    done = np.empty((RUINED_MOST, layers, doing.shape[2]), doing.dtype)
    own = np.empty(RUINED_MOST)
    total = 0.0
    for number in range(rounds):
        heat = hot * (cold / hot) ** (number / max(rounds - 1, 1))
        size = min(1 + np.random.randint(RUINED_MOST), len(able))
        pick_people(able, picked, size)
        begin, end = pick_days(site, picked[:size])
        more = 0.0
        for i in range(size):
            person = picked[i]
            slot[i, begin:end] = tours.slot[person, begin:end]
            done[i, begin:end] = doing[person, begin:end]
            own[i] = tours.own[person]
            more += remove(site, person, begin, end)
        for i in range(size):
            more += insert(site, picked[i], begin, end, tie + NOISE * heat * np.random.random())
        if more <= 1e-9 or np.random.random() < np.exp(-more / heat):
            total += more
            continue
        for i in range(size):
            remove(site, picked[i], begin, end)
        for i in range(size):
            person = picked[i]
            tours.slot[person, begin:end] = slot[i, begin:end]
            doing[person, begin:end] = done[i, begin:end]
            tours.own[person] = own[i]
            for layer in range(begin, end):
                put(site, person, layer, 1)
    return total
