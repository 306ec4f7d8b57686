"""The compiled search of `scheduling.mix`: nameless shifts taken out and put back where they pay best.

Time goes around: fine step f is f mod (intervals × steps). A plan that does not repeat ends where no shift reaches.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from scheduling.roster.engines.arrays import Slots
from scheduling.roster.engines.insertion_kernel import cheapest_place

OUT_MOST = 8  # room for shifts taken out at once
TRIES = 60  # draws for a second shift near the first


class Field(NamedTuple):
    """What is needed and what shifts there are.

    `slots`: sorted by `first`; `begin[f]:begin[f + 1]` are those that start at step f. By template: `span` in steps,
    `cost`. By interval: `short`, missing people × steps (negative: surplus); `price` of one step of one person, what
    it is worth in a good plan; `most`, what one that is missing costs. `sum`: scratch.
    """

    slots: Slots
    begin: np.ndarray
    span: np.ndarray
    cost: np.ndarray
    short: np.ndarray
    price: np.ndarray
    most: np.ndarray
    sum: np.ndarray
    steps: int


class Heap(NamedTuple):
    """Chosen shifts, `many[0]` of them: `slot` and where its breaks begin, steps after its start (−1: none)."""

    slot: np.ndarray
    place: np.ndarray
    many: np.ndarray


@njit(cache=True)
def seed_random(seed: int) -> None:
    """Seeds the compiled code's own random numbers."""
    np.random.seed(seed)


@njit(cache=True)
def present(field: Field, first: int, last: int, sign: float, rate: float) -> tuple[float, float]:
    """Puts one person on steps `first` to `last`; changes of the penalty, eased by `rate` and in full."""
    eased, full = 0.0, 0.0
    at = first
    while at < last:
        number = at // field.steps
        stop = min((number + 1) * field.steps, last)
        t = number % len(field.short)
        before = field.short[t]
        after = before - sign * (stop - at)
        field.short[t] = after
        missing = max(after, 0.0) - max(before, 0.0)
        eased += missing * min(rate * field.price[t], field.most[t])
        full += missing * field.most[t]
        at = stop
    return eased, full


@njit(cache=True)
def put(field: Field, slot: int, place: np.ndarray, sign: float, rate: float) -> tuple[float, float]:
    """Puts a shift with its breaks on (or off); changes of the penalty, eased and in full."""
    slots = field.slots
    template = slots.template[slot]
    first = slots.first[slot]
    at = first
    eased, full = 0.0, 0.0
    for b in range(len(place)):
        if place[b] >= 0:
            more = present(field, at, first + place[b], sign, rate)
            eased += more[0]
            full += more[1]
            at = first + place[b] + slots.length[template, b]
    more = present(field, at, first + field.span[template], sign, rate)
    return eased + more[0], full + more[1]


@njit(cache=True)
def some_cheapest_place(slots: Slots, total: np.ndarray, first: int, template: int, number: int) -> int:
    """Of the places where a break takes least one by chance, steps after the start: ties of one kind pile up."""
    length = slots.length[template, number]
    least = cheapest_place(slots, total, first, template, number)[0] + 1e-9
    place, ties = -1, 0
    for k in range(slots.at_from[template, number], slots.at_to[template, number]):
        p = first + slots.at[k]
        if total[p + length] - total[p] <= least:
            ties += 1
            if np.random.randint(ties) == 0:
                place = slots.at[k]
    return place


@njit(cache=True)
def best_shift(field: Field, first: int, last: int, noise: float, place: np.ndarray) -> int:
    """The slot that starts in [first, last) and serves most worth for its cost; its breaks go to `place`. −1: none."""
    slots, total = field.slots, field.sum
    steps, around = field.steps, len(field.short) * field.steps
    longest = 0
    for k in range(len(field.span)):
        longest = max(longest, field.span[k])
    width = min(last - first, around)
    first %= around
    total[0] = 0.0
    for i in range(width + longest):
        t = ((first + i) // steps) % len(field.short)
        missing = field.short[t]
        gain = field.price[t] * min(missing / steps, 1.0) if missing > 0.0 else 0.0
        total[i + 1] = total[i] + gain
    top, chosen, start = 0.0, -1, 0
    for i in range(width):
        f = (first + i) % around
        for j in range(field.begin[f], field.begin[f + 1]):
            k = slots.template[j]
            scale = 1.0 / field.cost[k]
            value = (total[i + field.span[k]] - total[i]) * scale
            if value * (1.0 + noise) <= top:
                continue
            if noise > 0.0:
                scale *= 1.0 + noise * np.random.random()
                value = (total[i + field.span[k]] - total[i]) * scale
            for b in range(slots.length.shape[1]):
                if value <= top:
                    break
                if slots.length[k, b] > 0:
                    value -= cheapest_place(slots, total, i, k, b)[0] * scale
            if value > top:
                top, chosen, start = value, j, i
    if chosen >= 0:
        k = slots.template[chosen]
        for b in range(slots.length.shape[1]):
            place[b] = -1
            if slots.length[k, b] > 0:
                place[b] = some_cheapest_place(slots, total, start, k, b)
    return chosen


@njit(cache=True)
def add_best(field: Field, heap: Heap, first: int, last: int, rate: float, noise: float) -> tuple[bool, float, float]:
    """Adds the best shift of those that start in [first, last) where one pays: (whether, change of cost, penalty)."""
    n = heap.many[0]
    if n >= len(heap.slot):
        return False, 0.0, 0.0
    slot = best_shift(field, first, last, noise, heap.place[n])
    if slot < 0:
        return False, 0.0, 0.0
    cost = field.cost[field.slots.template[slot]]
    eased, full = put(field, slot, heap.place[n], 1.0, rate)
    if eased + cost >= 0.0:
        put(field, slot, heap.place[n], -1.0, rate)
        return False, 0.0, 0.0
    heap.slot[n] = slot
    heap.many[0] = n + 1
    return True, eased + cost, full


@njit(cache=True)
def fill(field: Field, heap: Heap, rate: float) -> None:
    """Adds shifts, interval by interval, as long as one pays."""
    longest = field.span.max()
    for t in range(len(field.short)):
        while field.short[t] > 1e-9:
            at = t * field.steps
            if not add_best(field, heap, at - longest + 1, at + field.steps, rate, 0.0)[0]:
                break


@njit(cache=True)
def drop(field: Field, heap: Heap) -> None:
    """Takes out shifts that cost more than they serve, each tried once, in their order."""
    j = 0
    while j < heap.many[0]:
        full = put(field, heap.slot[j], heap.place[j], -1.0, 1.0)[1]
        if full <= field.cost[field.slots.template[heap.slot[j]]] - 1e-9:
            last = heap.many[0] - 1
            heap.slot[j] = heap.slot[last]
            heap.place[j] = heap.place[last]
            heap.many[0] = last
        else:
            put(field, heap.slot[j], heap.place[j], 1.0, 1.0)
            j += 1


@njit(cache=True)
def near(field: Field, heap: Heap, start: int, reach: int) -> int:
    """A chosen shift that starts within `reach` steps of `start`; −1 where none was drawn."""
    around = len(field.short) * field.steps
    for _ in range(TRIES):
        j = int(np.random.randint(heap.many[0]))
        if abs((field.slots.first[heap.slot[j]] - start + around // 2) % around - around // 2) <= reach:
            return j
    return -1


@njit(cache=True)
def copy(source: Heap, target: Heap) -> None:
    """Makes `target` hold what `source` holds."""
    n = source.many[0]
    target.slot[:n] = source.slot[:n]
    target.place[:n] = source.place[:n]
    target.many[0] = n


@njit(cache=True)
def anneal(
    field: Field, heap: Heap, best: Heap, costs: np.ndarray, rounds: int, most: int, reach: int,
    rates: tuple[float, float], heats: tuple[float, float], noise: float,
) -> None:  # fmt: skip
    """`rounds` times: one to `most` shifts near each other leave, the best ones come in as long as one pays.

    Missing people first cost little more than they are worth and in the end what they really cost (`rates`), so that
    the plan settles on the need from both sides; kept by simulated annealing (`heats`). `costs`: cost of `heap` and of
    `best` at full penalties; both are brought up to date.
    """
    slots = field.slots
    around = len(field.short) * field.steps
    longest = field.span.max()
    slot = np.empty(OUT_MOST, np.int64)
    place = np.empty((OUT_MOST, heap.place.shape[1]), np.int64)
    for number in range(rounds):
        part = number / max(rounds - 1, 1)
        rate = rates[0] * (rates[1] / rates[0]) ** part
        heat = heats[0] * (heats[1] / heats[0]) ** part
        if heap.many[0] == 0:
            break
        out = 0
        more, full = 0.0, 0.0
        low, high, start = 0, 0, 0
        for i in range(min(1 + np.random.randint(most), heap.many[0])):
            j = near(field, heap, start, reach) if i > 0 else np.random.randint(heap.many[0])
            if j < 0:
                break
            slot[out] = heap.slot[j]
            place[out] = heap.place[j]
            first = slots.first[slot[out]]
            if i == 0:
                start, low, high = first, first, first
            first = start + (first - start + around // 2) % around - around // 2
            cost = field.cost[slots.template[slot[out]]]
            eased, missing = put(field, slot[out], place[out], -1.0, rate)
            more += eased - cost
            full += missing - cost
            last = heap.many[0] - 1
            heap.slot[j] = heap.slot[last]
            heap.place[j] = heap.place[last]
            heap.many[0] = last
            low = min(low, first)
            high = max(high, first + field.span[slots.template[slot[out]]])
            out += 1
        kept = heap.many[0]
        for _ in range(out + 2):
            added, eased, missing = add_best(field, heap, low - longest + 1, high, rate, noise)
            if not added:
                break
            more += eased
            full += missing + field.cost[slots.template[heap.slot[heap.many[0] - 1]]]
        if more <= 1e-9 or np.random.random() < np.exp(-more / heat):
            costs[0] += full
            if costs[0] < costs[1] - 1e-9:
                costs[1] = costs[0]
                copy(heap, best)
            continue
        for j in range(kept, heap.many[0]):
            put(field, heap.slot[j], heap.place[j], -1.0, rate)
        for i in range(out):
            put(field, slot[i], place[i], 1.0, rate)
            heap.slot[kept + i] = slot[i]
            heap.place[kept + i] = place[i]
        heap.many[0] = kept + out
