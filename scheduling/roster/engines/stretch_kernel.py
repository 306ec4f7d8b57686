"""The best legal stretch of days of one person, the rest of the tour kept: a small window of `best_tour`.

Paid units are counted from the stretch's first day; those of the kept days are added where the span is settled.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduling.roster.engines.activity_arrays import ActivitySite
from scheduling.roster.engines.arrays import NOTHING
from scheduling.roster.engines.insertion_kernel import best_of_classes


@njit(cache=True)
def choice_of(site: ActivitySite, person: int, layer: int) -> int:
    """What the person does in a layer, as a column of `ways`."""
    j = site.tours.slot[person, layer]
    return int(site.ways.choice[site.people.graph[person], j]) if j >= 0 else 0


@njit(cache=True)
def node_at(site: ActivitySite, person: int, layer: int) -> int:
    """The node that the person's tour has reached before a layer."""
    ways = site.ways
    first = site.graphs.layer_from[site.people.graph[person]]
    node = site.people.start[person]
    for step in range(layer):
        width = ways.width[first + step]
        node = ways.target[ways.row_from[first + step] + node * width + choice_of(site, person, step)]
    return int(node)


@njit(cache=True)
def own_cost(site: ActivitySite, person: int) -> float:
    """Pay, wishes and priced rules of the person's tour; infinite where it is not legal."""
    ways, people, graphs = site.ways, site.people, site.graphs
    graph, kind = people.graph[person], people.kind[person]
    first = graphs.layer_from[graph]
    node = people.start[person]
    total, units = 0.0, 0
    for step in range(graphs.layer_from[graph + 1] - first):
        layer = first + step
        choice = choice_of(site, person, step)
        at = ways.row_from[layer] + node * ways.width[layer] + choice
        node = ways.target[at]
        if node < 0:
            return np.inf
        total += ways.price[at]
        if choice > 0:
            total += people.slot_cost[kind, site.tours.slot[person, step]]
            units += graphs.units[graphs.class_from[layer] + choice - 1]
        else:
            total += people.off_cost[kind, graphs.day[layer]]
        if graphs.window[layer] >= 0:
            if units >= people.settle.shape[2]:
                return np.inf
            total += people.settle[kind, graphs.window[layer], units]
            units = 0
    return float(total)


@njit(cache=True)
def kept_units(site: ActivitySite, person: int, begin: int, end: int) -> int:
    """Paid units of the person's days outside the stretch that are settled together with it."""
    graphs, ways = site.graphs, site.ways
    first = graphs.layer_from[site.people.graph[person]]
    units = 0
    for step in range(ways.begin[first + begin] - first, ways.end[first + begin] - first):
        choice = choice_of(site, person, step)
        if choice > 0 and not begin <= step < end:
            units += graphs.units[graphs.class_from[first + step] + choice - 1]
    return units


@njit(cache=True)
def rest_of_tour(site: ActivitySite, person: int, step: int, node: int) -> float:
    """What the kept days from layer `step` on cost from a node; infinite where they are not legal from there."""
    ways, graphs, walk = site.ways, site.graphs, site.walk
    graph = site.people.graph[person]
    first = graphs.layer_from[graph]
    layers = graphs.layer_from[graph + 1] - first
    total = 0.0
    at = step
    while at < layers:
        if walk.known[at] == node:
            total += walk.left[at]
            break
        place = ways.row_from[first + at] + node * ways.width[first + at] + choice_of(site, person, at)
        node = ways.target[place]
        if node < 0:
            return np.inf
        total += ways.price[place]
        at += 1
    return float(total)


@njit(cache=True)
def remember_rest(site: ActivitySite, person: int, step: int, node: int) -> None:
    """Keeps the walk from a node, so that other walks may stop where they meet it."""
    ways, graphs, walk = site.ways, site.graphs, site.walk
    graph = site.people.graph[person]
    first = graphs.layer_from[graph]
    layers = graphs.layer_from[graph + 1] - first
    total = 0.0
    for at in range(step, layers):
        walk.known[at] = node
        walk.left[at] = total
        place = ways.row_from[first + at] + node * ways.width[first + at] + choice_of(site, person, at)
        total += ways.price[place]
        node = ways.target[place]
    for at in range(step, layers):
        walk.left[at] = total - walk.left[at]


@njit(cache=True)
def best_day(site: ActivitySite, person: int, layer: int) -> float:
    """The shift (or none) that is worth most on one day at `room.worth`, put into `tours`; its value.

    Every choice of the day is tried, with the rest of the tour kept.
    """
    ways, graphs, people, room, tours = site.ways, site.graphs, site.people, site.room, site.tours
    graph, kind = people.graph[person], people.kind[person]
    at = graphs.layer_from[graph] + layer
    node = node_at(site, person, layer)
    kept = kept_units(site, person, layer, layer + 1)
    row = ways.row_from[at] + node * ways.width[at]
    remember_rest(site, person, layer + 1, ways.target[row + choice_of(site, person, layer)])
    rest = site.walk.rest
    rest[:] = -1.0
    window = graphs.window[ways.end[at] - 1]
    bins = people.bins[person]
    target, price, units, worth = ways.target, ways.price, graphs.units, room.worth
    slot_at, class_slots, settle = graphs.slot_at, graphs.class_slots, people.settle
    base = graphs.class_from[at] - 1
    best = -np.inf
    chosen = -1
    for choice in range(ways.width[at]):
        following = target[row + choice]
        if following < 0:
            continue
        hours = kept + (units[base + choice] if choice > 0 else 0)
        if hours >= bins:
            continue
        if rest[following] < 0:
            rest[following] = rest_of_tour(site, person, layer + 1, following)
        fixed = rest[following] + price[row + choice]
        if window >= 0:
            fixed += settle[kind, window, hours]
        if choice == 0:
            x = -fixed - people.off_cost[kind, graphs.day[at]]
            if x > best:
                best = x
                chosen = -1
            continue
        for i in range(slot_at[base + choice], slot_at[base + choice + 1]):
            x = worth[class_slots[i]] - fixed
            if x > best:
                best = x
                chosen = class_slots[i]
    tours.slot[person, layer] = chosen
    return float(best)


@njit(cache=True, error_model="numpy")
def best_stretch(site: ActivitySite, person: int, begin: int, end: int) -> float:
    """The days from layer `begin` up to `end` that are worth most at `room.worth`, put into `tours`; their value.

    The stretch lies within one span of settled hours. The days outside it stay as they are in `tours`, so that the
    person's tour is legal before and after.
    """
    graphs, people, room, tours, live = site.graphs, site.people, site.room, site.tours, site.walk.live
    graph, kind = people.graph[person], people.kind[person]
    first = graphs.layer_from[graph]
    value = room.value
    node = node_at(site, person, begin)
    kept = kept_units(site, person, begin, end)
    room_left = people.bins[person] - kept  # hours of the stretch stay below this
    remembered = node
    for step in range(begin, end):
        place = site.ways.row_from[first + step] + remembered * site.ways.width[first + step]
        remembered = site.ways.target[place + choice_of(site, person, step)]
    remember_rest(site, person, end, remembered)
    live[0, :] = False
    live[0, node] = True
    value[0, node, 0] = 0.0
    reach = 1
    for step in range(end - begin):
        layer = first + begin + step
        for e in range(graphs.ease_from[layer], graphs.ease_from[layer + 1]):
            a, b = graphs.ease_a[e], graphs.ease_b[e]
            if live[step, a]:
                freer, own = value[step, a], value[step, b]
                if not live[step, b]:
                    own[:reach] = NOTHING
                for h in range(reach):
                    own[h] = freer[h] if freer[h] > own[h] else own[h]
                live[step, b] = True
        grown = max(min(reach + best_of_classes(graphs, room, layer), room_left), 1)
        base = graphs.node_from[layer]
        off = np.float32(-people.off_cost[kind, graphs.day[layer]])
        for n in range(graphs.node_from[layer + 1] - base):
            row = value[step + 1, n]
            here = False
            for k in range(graphs.in_from[base + n], graphs.in_from[base + n + 1]):
                if not live[step, graphs.source[k]]:
                    continue
                c = graphs.kind[k]
                units = 0
                gain = off
                if c >= 0:
                    units = graphs.units[c]
                    gain = room.best[c]
                    if gain < -1e29:
                        continue
                if not here:
                    row[:grown] = NOTHING
                    here = True
                gain = np.float32(gain - graphs.price[k])
                source = value[step, graphs.source[k]]
                out = row[units:]
                for h in range(min(reach, grown - units)):
                    x = source[h] + gain
                    out[h] = x if x > out[h] else out[h]
            live[step + 1, n] = here
        reach = grown
    best = -1e29
    bin_ = 0
    node = -1
    settled = np.zeros(reach)
    window = graphs.window[site.ways.end[first + begin] - 1]
    if window >= 0:
        settled[:] = people.settle[kind, window, kept : kept + reach]
    after = graphs.node_from[first + end] - graphs.node_from[first + end - 1]
    for n in range(after):
        if not live[end - begin, n]:
            continue
        rest = rest_of_tour(site, person, end, n)
        if rest == np.inf:
            continue
        row = value[end - begin, n]
        for h in range(reach):
            x = row[h] - (settled[h] + rest)
            if x > best:
                best = x
                node = n
                bin_ = h
    if node < 0:
        return float(NOTHING)
    for step in range(end - begin - 1, -1, -1):
        layer = first + begin + step
        x = value[step + 1, node, bin_]
        base = graphs.node_from[layer]
        off = np.float32(-people.off_cost[kind, graphs.day[layer]])
        tours.slot[person, begin + step] = -1
        for k in range(graphs.in_from[base + node], graphs.in_from[base + node + 1]):
            c = graphs.kind[k]
            units = graphs.units[c] if c >= 0 else 0
            gain = room.best[c] if c >= 0 else off
            if gain < -1e29 or bin_ < units or not live[step, graphs.source[k]]:
                continue
            source = value[step, graphs.source[k], bin_ - units]
            if source > -1e29 and np.float32(source + np.float32(gain - graphs.price[k])) == x:
                if c >= 0:
                    tours.slot[person, begin + step] = room.chosen[c]
                node = graphs.source[k]
                bin_ -= units
                break
        for e in range(graphs.ease_from[layer + 1] - 1, graphs.ease_from[layer] - 1, -1):
            a = graphs.ease_a[e]
            if graphs.ease_b[e] == node and live[step, a] and value[step, a, bin_] == value[step, node, bin_]:
                node = a
    return float(best)
