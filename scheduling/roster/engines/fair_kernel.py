"""The compiled half of fair shares: counts of a tour, the exact price of everyone's share, slopes that lead to it.

While a person's tour is sought, one more night costs that person a slope, so that the search of tours stays exact for
its prices; whether the tour is kept is decided by the exact price. A slope is either what one more costs all together,
next to the person's share, or one that rises while the person has more than is fair and falls while they have less (a
subgradient of the price, Held and Karp 1971).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduling.roster.engines.arrays import Fair, Tours

COUNTS = 4
WEEKENDS = 1
STEP = 0.5  # of the price: how far a slope moves
DEALT_UNFAIR, DEALT_FAIR = 0.3, 0.05  # of the rounds in which days are dealt out at random among those picked
WEEKEND_DAY = 0.5  # of a weekend's slope that each of its days is charged; what it earns, each day earns
KEEP = 0.6  # of a slope that is left where the share is fair


@njit(cache=True)
def one_more(fair: Fair, person: int, k: int, count: float) -> float:
    """What it adds to the exact price of everyone's shares if the person has `count` + 1 instead of `count`."""
    row = fair.row[person]
    total = fair.total[row, k] - fair.have[person, k] + count
    change = 0.0
    for i in range(fair.member_from[row], fair.member_from[row + 1]):
        other = fair.members[i]
        if fair.counted[other, k] == 0.0:
            continue
        share = fair.share[other, k]
        off = fair.before[other, k] + (count if other == person else fair.have[other, k]) - share * total
        more = off - share + (1.0 if other == person else 0.0)
        change += max(abs(more) - fair.within, 0.0) - max(abs(off) - fair.within, 0.0)
    return float(change * fair.price[k])


@njit(cache=True)
def near_share(fair: Fair, person: int, k: int) -> float:
    """A whole number next to the person's share of a count, drawn at random."""
    due = fair.share[person, k] * fair.total[fair.row[person], k] - fair.before[person, k]
    return float(max(np.floor(due + np.random.random() - 0.5), 0.0))


@njit(cache=True)
def charges(fair: Fair, person: int) -> np.ndarray:
    """What a shift costs the person by its marks, each day of a weekend on its own."""
    table = np.zeros(1 << COUNTS)
    if fair.row[person] < 0:
        return table
    each = np.zeros(COUNTS)
    exact = fair.exact[0] > 0.0 and np.random.random() < fair.exact[0]
    for k in range(COUNTS):
        if fair.price[k] > 0.0 and fair.counted[person, k] > 0.0:
            each[k] = one_more(fair, person, k, near_share(fair, person, k)) if exact else fair.slope[person, k]
    if each[WEEKENDS] > 0.0:
        each[WEEKENDS] *= WEEKEND_DAY
    for marks in range(1 << COUNTS):
        for k in range(COUNTS):
            if (marks >> k) & 1:
                table[marks] += each[k]
    return table


@njit(cache=True)
def recount(fair: Fair, tours: Tours, person: int) -> None:
    """Counts what the person's tour holds, and their agreement's totals with it."""
    row = fair.row[person]
    if row < 0:
        return
    weekend = -1
    found = np.zeros(COUNTS)
    for layer in range(tours.slot.shape[1]):
        j = tours.slot[person, layer]
        if j < 0:
            continue
        marks = fair.marks[row, j]
        for k in range(COUNTS):
            if (marks >> k) & 1 and (k != WEEKENDS or fair.weekend[j] != weekend):
                found[k] += 1.0
        if fair.weekend[j] >= 0:
            weekend = fair.weekend[j]
    for k in range(COUNTS):
        now = found[k] * fair.counted[person, k]
        fair.total[row, k] += now - fair.have[person, k]
        fair.have[person, k] = now


@njit(cache=True)
def off_share(fair: Fair, person: int, k: int) -> float:
    """How far a person is off their share of a count."""
    if fair.counted[person, k] == 0.0:
        return 0.0
    mean = fair.share[person, k] * fair.total[fair.row[person], k]
    return float(fair.before[person, k] + fair.have[person, k] - mean)


@njit(cache=True)
def follow(fair: Fair, person: int) -> None:
    """Moves the person's slopes by what they have now."""
    for k in range(COUNTS):
        if fair.price[k] == 0.0 or fair.row[person] < 0:
            continue
        off = off_share(fair, person, k)
        slope = fair.slope[person, k]
        if off > fair.within:
            slope += STEP * fair.price[k]
        elif off < -fair.within:
            slope -= STEP * fair.price[k]
        else:
            slope *= KEEP
        fair.slope[person, k] = min(max(slope, -fair.price[k]), fair.price[k])


@njit(cache=True)
def reprice(fair: Fair, row: int) -> float:
    """Works out the exact price of an agreement's shares anew; the change."""
    if row < 0:
        return 0.0
    cost = 0.0
    for i in range(fair.member_from[row], fair.member_from[row + 1]):
        for k in range(COUNTS):
            if fair.price[k] > 0.0:
                off = off_share(fair, fair.members[i], k)
                cost += fair.price[k] * max(abs(off) - fair.within, 0.0)
    change = cost - fair.cost[row]
    fair.cost[row] = cost
    return float(change)


@njit(cache=True)
def reprice_of(fair: Fair, picked: np.ndarray, many: int) -> float:
    """The same for the agreements of the first `many` people picked, each once."""
    change = 0.0
    for i in range(many):
        first = True
        for k in range(i):
            first &= fair.row[picked[k]] != fair.row[picked[i]]
        if first:
            change += reprice(fair, fair.row[picked[i]])
    return change


@njit(cache=True)
def reprice_all(fair: Fair) -> float:
    """The same for all agreements."""
    change = 0.0
    for row in range(len(fair.cost)):
        change += reprice(fair, row)
    return change


@njit(cache=True)
def colleague(fair: Fair, person: int) -> int:
    """Anyone of the person's agreement: the two may swap what they share."""
    row = fair.row[person]
    first = fair.member_from[row]
    return int(fair.members[first + np.random.randint(fair.member_from[row + 1] - first)])


@njit(cache=True)
def deals(fair: Fair, picked: np.ndarray, many: int) -> bool:
    """Whether days are dealt out among the people picked: else whoever is first takes all that is due."""
    if not fair.on or many < 2:
        return False
    unfair = False
    for i in range(many):
        for k in range(COUNTS):
            unfair |= fair.price[k] > 0.0 and abs(off_share(fair, picked[i], k)) > fair.within
    return bool(np.random.random() < (DEALT_UNFAIR if unfair else DEALT_FAIR))
