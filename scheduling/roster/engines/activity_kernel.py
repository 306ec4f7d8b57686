"""The compiled half of the activity engine: shifts priced with their best blocks, people and stretches put in anew.

A shift is cut into blocks of one activity, none shorter than the need allows. With the sums P[k] of what one more
person brings to activity k, the best blocks up to a moment t of a shift are worth

    W[t] = max_k ( P_k[t] + max_{b ≤ t − block} (W[b] − P_k[b]) ),    W[start] = 0,

one pass for all lengths of a start at once.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduling.roster.engines.activity_arrays import ActivityCover, ActivitySite
from scheduling.roster.engines.arrays import NOTHING
from scheduling.roster.engines.insertion_kernel import best_tour
from scheduling.roster.engines.stretch_kernel import best_day, best_stretch, own_cost

NOT_YET = -1e30


@njit(cache=True)
def gain_of(cover: ActivityCover, activity: int, t: int) -> float:
    """What one more person brings."""
    there = cover.there[activity, t]
    if there < cover.least[activity, t]:
        return cover.missing
    over = there - cover.most[activity, t]
    return -cover.surplus[min(over, len(cover.surplus) - 1)] if over >= 0 else 0.0


@njit(cache=True)
def fresh_gain(cover: ActivityCover) -> None:
    """Works `gain` out everywhere."""
    for activity in range(cover.there.shape[0]):
        for t in range(cover.there.shape[1]):
            cover.gain[activity, t] = gain_of(cover, activity, t)


@njit(cache=True)
def sum_gains(cover: ActivityCover, group: int, begin: int, end: int) -> int:
    """Sums of `gain` from `begin` to `end` of the activities that a group may do, in `total`; how many they are."""
    many = 0
    for activity in range(cover.there.shape[0]):
        if not cover.can[group, activity]:
            continue
        row = cover.total[many]
        gain = cover.gain[activity]
        reached = 0.0
        row[begin] = 0.0
        for t in range(begin, end):
            reached += gain[t]
            row[t + 1] = reached
        many += 1
    return many


@njit(cache=True, fastmath=True)
def worth_of_blocks(
    total: np.ndarray, many: int, least: int, worth: np.ndarray, hold: np.ndarray, first: int, width: int, longest: int
) -> None:
    """`worth`, lengths × starts: of shifts of every length from `width` neighbouring starts, cut in their best blocks.

    `total`: sums for the `many` activities that the person may do; `hold`: scratch. Starts side by side and maxima
    without branches, because most of the engine's time goes here.
    """
    for k in range(many):
        for s in range(width):
            hold[k, s] = -total[k, first + s]
    for length in range(least, longest + 1):
        out = worth[length]
        out[:width] = NOT_YET
        b = length - least
        before = worth[b]
        for k in range(many):
            held, after = hold[k], total[k, first + length : first + length + width]
            if b < least:
                for s in range(width):
                    x = held[s] + after[s]
                    out[s] = x if x > out[s] else out[s]
                continue
            cut = total[k, first + b : first + b + width]
            for s in range(width):
                y = before[s] - cut[s]
                y = y if y > held[s] else held[s]
                held[s] = y
                x = y + after[s]
                out[s] = x if x > out[s] else out[s]


@njit(cache=True)
def price_days(site: ActivitySite, person: int, begin: int, end: int, noise: float) -> None:
    """`worth` of every slot of the days `begin` up to `end` with its best blocks, less its cost; random ties."""
    cover, starts, slots, blocks = site.cover, site.starts, site.slots, site.blocks
    low, high = starts.layer_from[begin], starts.layer_from[end]
    if low == high:
        return
    runs = starts.run_from
    last = runs[high - 1]
    reached = starts.first[last] + starts.width[high - 1] - 1 + blocks.worth.shape[0] - 1
    many = sum_gains(cover, site.people.group[person], starts.first[runs[low]], min(reached, cover.there.shape[1]))
    slot_cost, ties, out = site.people.slot_cost[site.people.kind[person]], site.room.ties, site.room.worth
    mask = len(ties) - 1
    tie = np.random.randint(len(ties))
    worth, hold, first, last_of = blocks.worth, blocks.hold, slots.first, slots.last
    for run in range(low, high):
        begin_at = starts.first[runs[run]]
        worth_of_blocks(cover.total, many, cover.block, worth, hold, begin_at, starts.width[run], starts.longest[run])
        for i in range(starts.slot_from[runs[run]], starts.slot_from[runs[run + 1]]):
            j = starts.slots[i]
            tie = (tie + 1) & mask
            if slot_cost[j] > 1e14:
                out[j] = NOTHING
            else:
                out[j] = worth[last_of[j] - first[j], first[j] - begin_at] - slot_cost[j] + ties[tie] * noise


@njit(cache=True)
def cut_in_blocks(site: ActivitySite, group: int, first: int, longest: int) -> None:
    """The best blocks of shifts up to a length from interval `first`, by the sums in `total`: where the last one
    begins and what it is, into `blocks`. A random activity among equals."""
    cover, blocks = site.cover, site.blocks
    able = np.flatnonzero(cover.can[group])
    many, least, total = len(able), cover.block, cover.total
    worth = np.zeros(longest + 1)
    hold = np.empty(many)
    hold_at = np.zeros(many, np.int64)
    for k in range(many):
        hold[k] = -total[k, first]
    offset = np.random.randint(many)
    for length in range(least, longest + 1):
        b = length - least
        top = -np.inf
        chosen = 0
        for i in range(many):
            k = (i + offset) % many
            if b >= least and worth[b] - total[k, first + b] > hold[k]:
                hold[k] = worth[b] - total[k, first + b]
                hold_at[k] = b
            x = hold[k] + total[k, first + length]
            if x > top:
                top = x
                chosen = k
        worth[length] = top
        blocks.activity[length] = able[chosen]
        blocks.begin[length] = hold_at[chosen]


@njit(cache=True)
def assign_blocks(site: ActivitySite, person: int, layer: int) -> None:
    """The best blocks of the person's shift in a layer, by the sums that `price_days` left, into `doing`."""
    j = site.tours.slot[person, layer]
    if j < 0:
        return
    first = site.slots.first[j]
    length = site.slots.last[j] - first
    cut_in_blocks(site, site.people.group[person], first, length)
    while length > 0:
        begin = site.blocks.begin[length]
        site.blocks.doing[person, layer, begin:length] = site.blocks.activity[length]
        length = begin


@njit(cache=True)
def put(site: ActivitySite, person: int, layer: int, sign: int) -> float:
    """Puts a person's shift on (1) or off (−1); the cost of cover that this adds."""
    j = site.tours.slot[person, layer]
    if j < 0:
        return 0.0
    cover, first = site.cover, site.slots.first[j]
    cost = 0.0
    for i in range(site.slots.last[j] - first):
        activity = site.blocks.doing[person, layer, i]
        t = first + i
        if sign > 0:
            cost -= cover.gain[activity, t]
            cover.there[activity, t] += 1
            cover.gain[activity, t] = gain_of(cover, activity, t)
        else:
            cover.there[activity, t] -= 1
            cover.gain[activity, t] = gain_of(cover, activity, t)
            cost += cover.gain[activity, t]
    return float(cost)


@njit(cache=True)
def remove(site: ActivitySite, person: int, begin: int, end: int) -> float:
    """Takes the person's shifts of these days off the cover; the cost that this adds. They stay in `tours`."""
    cost = 0.0
    for layer in range(begin, end):
        cost += put(site, person, layer, -1)
    return cost


@njit(cache=True)
def insert(site: ActivitySite, person: int, begin: int, end: int, noise: float) -> float:
    """Puts in the best legal days from `begin` up to `end` given everybody else's; the cost that this adds.

    `tours` still holds the person's own cost from before these days were taken out.
    """
    before = site.tours.own[person]
    price_days(site, person, begin, end, noise)
    if end - begin == site.tours.slot.shape[1]:
        best_tour(site, person)
    else:
        if end - begin == 1:
            best_day(site, person, begin)
        else:
            best_stretch(site, person, begin, end)
        site.tours.own[person] = own_cost(site, person)
    for layer in range(begin, end):
        assign_blocks(site, person, layer)
    cost = site.tours.own[person] - before
    for layer in range(begin, end):
        cost += put(site, person, layer, 1)
    return float(cost)


@njit(cache=True)
def sweep(site: ActivitySite, order: np.ndarray, noise: float, anew: bool) -> float:
    """Whole tours one by one (`anew`: people have none yet); the cost that this adds."""
    layers = site.tours.slot.shape[1]
    total = 0.0
    for person in order:
        if not anew:
            total += remove(site, person, 0, layers)
        total += insert(site, person, 0, layers, noise)
    return total


@njit(cache=True)
def tours_at(site: ActivitySite, able: np.ndarray, like: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At the prices in `gain`, taken as they are: each person's best value, and people there, activities × intervals.

    `like`: for each of `able` the first one who has the same tours.
    """
    cover, tours, slots = site.cover, site.tours, site.slots
    layers = tours.slot.shape[1]
    values = np.zeros(len(able))
    there = np.zeros(cover.gain.shape)
    for i in range(len(able)):
        person = able[like[i]]
        if like[i] == i:
            price_days(site, person, 0, layers, 0.0)
            values[i] = best_tour(site, person)
            for layer in range(layers):
                assign_blocks(site, person, layer)
        values[i] = values[like[i]]
        for layer in range(layers):
            j = tours.slot[person, layer]
            if j >= 0:
                for f in range(slots.first[j], slots.last[j]):
                    there[site.blocks.doing[person, layer, f - slots.first[j]], f] += 1.0
    return values, there
