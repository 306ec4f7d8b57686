"""The compiled half of the insertion engine: prices of slots, the best tour of one person, putting people in.

Shapes and units of all arrays are in `arrays`.
"""

from __future__ import annotations

import numpy as np

from scheduling.roster.engines import fair_kernel, seats_kernel
from scheduling.roster.engines.arrays import NOTHING, Cover, Graphs, Room, Site, Slots
from scheduling.roster.engines.compiled import njit


@njit(cache=True)
def fresh_room(cover: Cover, group: int) -> None:
    """Works out how many more full people of a group would serve need, where that changed."""
    many, width = cover.cuts.shape
    for t in range(width):
        if not cover.stale[group, t]:
            continue
        cover.stale[group, t] = False
        free, holding = np.inf, np.inf
        for u in range(many):
            cut = cover.cuts[u, t]
            if cover.held[u, group]:
                holding = min(holding, cut)
            else:
                free = min(free, cut)
        cover.room[group, t] = max(free - holding, 0.0)


@njit(cache=True)
def sum_worth(site: Site, person: int, given: bool) -> None:
    """Sums by fine step of what the person brings to cover as it stands (`given`: at the prices in `gain`)."""
    cover, total = site.cover, site.room.sum
    group, speed = site.people.group[person], site.people.proficiency[person]
    if not given:
        fresh_room(cover, group)
    at = 0
    for t in range(cover.room.shape[1]):
        more = min(speed, cover.room[group, t])
        worth = cover.hours[t] * (cover.under * more - cover.over * (speed - more))
        each = (speed * cover.gain[group, t] if given else worth) / cover.steps
        for _ in range(cover.steps):
            total[at + 1] = total[at] + each
            at += 1


@njit(cache=True)
def change(cover: Cover, group: int, begin: int, there: np.ndarray, share: float) -> float:
    """Puts so many full people (`share` × `there`) on the intervals from `begin` on; the cost that this adds."""
    end = begin + len(there)
    hours, served = cover.hours[begin:end], cover.served[begin:end]
    earned, cost = cover.under + cover.over, 0.0
    for i in range(len(there)):
        cost += (cover.over * share * there[i] + earned * served[i]) * hours[i]
        served[i] = np.inf
    for u in range(cover.cuts.shape[0]):
        cut = cover.cuts[u, begin:end]
        held = share if cover.held[u, group] else 0.0
        for i in range(len(there)):
            cut[i] += held * there[i]
            served[i] = min(served[i], cut[i])
    for i in range(len(there)):
        cost -= earned * served[i] * hours[i]
    for other in range(cover.stale.shape[0]):
        cover.stale[other, begin:end] = True
    return float(cost)


@njit(cache=True)
def put(site: Site, person: int, sign: float) -> float:
    """Puts a person's tour on (or off); the cost of cover and seats that this adds."""
    cover, slots, seats, there = site.cover, site.slots, site.seats, site.room.there
    group, tour, places = site.people.group[person], site.tours.slot[person], site.tours.place[person]
    speed, steps, total = site.people.proficiency[person], cover.steps, 0.0
    for layer in range(len(tour)):
        j = tour[layer]
        if j < 0:
            continue
        first, last = slots.first[j], slots.last[j]
        begin, end = first // steps, (last - 1) // steps + 1
        for t in range(begin, end):
            there[t - begin] = (min((t + 1) * steps, last) - max(t * steps, first)) / steps
        for b in range(places.shape[1]):
            p = places[layer, b]
            over = p + slots.length[slots.template[j], b]
            for t in range(p // steps if p >= 0 else end, (over - 1) // steps + 1):
                there[t - begin] -= (min((t + 1) * steps, over) - max(t * steps, p)) / steps
        total += change(cover, group, begin, there[: end - begin], sign * speed)
        total += seats_kernel.sit(seats, person, first, last, sign)
    return total


@njit(cache=True)
def cheapest_place(slots: Slots, total: np.ndarray, first: int, template: int, number: int) -> tuple[float, int]:
    """(what a break takes where it takes least, the first such step) for a shift that starts at step `first`."""
    length = slots.length[template, number]
    least, place = np.inf, -1
    for k in range(slots.at_from[template, number], slots.at_to[template, number]):
        p = first + slots.at[k]
        lost = total[p + length] - total[p]
        if lost < least:
            least, place = lost, p
    return least, place


@njit(cache=True)
def price_slots(site: Site, person: int, noise: float) -> None:
    """`worth` of every slot of the person's graph with its best breaks, less what it costs; random ties and noise.

    Cover is worth what the sums of `sum_worth` say.
    """
    slots, room, people, fair = site.slots, site.room, site.people, site.fair
    kind = people.kind[person]
    shared = fair_kernel.charges(fair, person)
    marks = fair.marks[fair.row[person]]
    seats_kernel.charge(site.seats, person)
    total = room.sum
    graph = people.graph[person]
    offset = np.random.randint(len(room.ties))
    mask = len(room.ties) - 1
    for i in range(site.graphs.slot_from[graph], site.graphs.slot_from[graph + 1]):
        j = site.graphs.slots[i]
        cost = people.slot_cost[kind, j]
        if cost > 1e14 or room.closed[slots.day[j]]:
            room.worth[j] = NOTHING
            continue
        first = slots.first[j]
        value = total[slots.last[j]] - total[first] - seats_kernel.price_of(site.seats, first, slots.last[j])
        template = slots.template[j]
        for b in range(slots.length.shape[1]):
            if slots.length[template, b] > 0:
                value -= cheapest_place(slots, total, first, template, b)[0]
        room.worth[j] = value - cost - shared[marks[j]] + room.ties[(i + offset) & mask] * noise


@njit(cache=True)
def place_breaks(site: Site, person: int, layer: int, j: int) -> None:
    """Where the breaks of a slot cost least, by the sums that its price was made of."""
    slots, total = site.slots, site.room.sum
    template = slots.template[j]
    first = slots.first[j]
    for b in range(slots.length.shape[1]):
        site.tours.place[person, layer, b] = -1
        if slots.length[template, b] > 0:
            site.tours.place[person, layer, b] = cheapest_place(slots, total, first, template, b)[1]


@njit(cache=True)
def best_of_classes(graphs: Graphs, room: Room, layer: int) -> int:
    """The slot that is worth most of each class of a layer, into `room`; returns the most paid units of one."""
    most = 0
    for c in range(graphs.class_from[layer], graphs.class_from[layer + 1]):
        top = NOTHING
        chosen = -1
        for i in range(graphs.slot_at[c], graphs.slot_at[c + 1]):
            j = graphs.class_slots[i]
            if room.worth[j] > top:
                top = room.worth[j]
                chosen = j
        room.best[c] = top
        room.chosen[c] = chosen
        if chosen >= 0:
            most = max(most, graphs.units[c])
    return most


@njit(cache=True, error_model="numpy")
def best_tour(site: Site, person: int) -> float:
    """The legal tour that is worth most at `room.worth`, put into `tours` with its own cost; returns its value.

    A forward pass by layer over nodes × paid units, then back along the values: exact in the numbers of a float.
    """
    graphs, people, room, tours = site.graphs, site.people, site.room, site.tours
    graph = people.graph[person]
    kind = people.kind[person]
    bins = people.bins[person]
    first = graphs.layer_from[graph]
    layers = graphs.layer_from[graph + 1] - first
    value, settled = room.value, room.settled
    value[0, :, :] = NOTHING
    value[0, people.start[person], 0] = 0.0
    reach = 1
    for step in range(layers):
        layer = first + step
        for e in range(graphs.ease_from[layer], graphs.ease_from[layer + 1]):
            a = graphs.ease_a[e]
            b = graphs.ease_b[e]
            for h in range(reach):
                if value[step, a, h] > value[step, b, h]:
                    value[step, b, h] = value[step, a, h]
        most = best_of_classes(graphs, room, layer)
        window = graphs.window[layer]
        target = settled[step + 1] if window >= 0 else value[step + 1]
        grown = min(reach + most, bins)
        base = graphs.node_from[layer]
        off = np.float32(-people.off_cost[kind, graphs.day[layer]])
        for n in range(graphs.node_from[layer + 1] - base):
            row = target[n]
            row[:grown] = NOTHING
            for k in range(graphs.in_from[base + n], graphs.in_from[base + n + 1]):
                c = graphs.kind[k]
                units = 0
                gain = off
                if c >= 0:
                    units = graphs.units[c]
                    gain = room.best[c]
                    if gain < -1e29:
                        continue
                gain = np.float32(gain - graphs.price[k])
                source = value[step, graphs.source[k]]
                out = row[units:]
                for h in range(min(reach, bins - units)):
                    x = source[h] + gain
                    out[h] = x if x > out[h] else out[h]
        reach = grown
        if window >= 0:
            cost = people.settle[kind, window]
            for n in range(graphs.node_from[layer + 1] - base):
                top = NOTHING
                for h in range(reach):
                    x = np.float32(settled[step + 1, n, h] - np.float32(cost[h]))
                    if x > top:
                        top = x
                value[step + 1, n, 0] = top
            reach = 1
    best = NOTHING
    node = 0
    bin_ = 0
    for n in range(graphs.node_from[first + layers] - graphs.node_from[first + layers - 1]):
        for h in range(reach):
            if value[layers, n, h] > best:
                best = value[layers, n, h]
                node = n
                bin_ = h
    tours.slot[person, :] = -1
    tours.place[person, :, :] = -1
    own = 0.0
    if best < -1e29:
        return float(best)
    for step in range(layers - 1, -1, -1):
        layer = first + step
        window = graphs.window[layer]
        x = value[step + 1, node, bin_]
        target = value[step + 1]
        if window >= 0:
            target = settled[step + 1]
            cost = people.settle[kind, window]
            for h in range(bins):
                if target[node, h] > -1e29 and np.float32(target[node, h] - np.float32(cost[h])) == x:
                    bin_ = h
                    break
            own += cost[bin_]
            x = target[node, bin_]
        base = graphs.node_from[layer]
        off = np.float32(-people.off_cost[kind, graphs.day[layer]])
        for k in range(graphs.in_from[base + node], graphs.in_from[base + node + 1]):
            c = graphs.kind[k]
            units = 0
            gain = off
            if c >= 0:
                units = graphs.units[c]
                gain = room.best[c]
                if gain < -1e29:
                    continue
            if bin_ < units:
                continue
            source = value[step, graphs.source[k], bin_ - units]
            if source > -1e29 and np.float32(source + np.float32(gain - graphs.price[k])) == x:
                own += graphs.price[k]
                if c >= 0:
                    tours.slot[person, step] = room.chosen[c]
                    own += people.slot_cost[kind, room.chosen[c]]
                else:
                    own += people.off_cost[kind, graphs.day[layer]]
                node = graphs.source[k]
                bin_ -= units
                break
        # Where a covering node handed its value over, go on from there.
        for e in range(graphs.ease_from[layer + 1] - 1, graphs.ease_from[layer] - 1, -1):
            if graphs.ease_b[e] == node and value[step, graphs.ease_a[e], bin_] == value[step, node, bin_]:
                node = graphs.ease_a[e]
    tours.own[person] = own
    return float(best)


@njit(cache=True)
def keep_limits(site: Site, person: int) -> bool:
    """Where the tour holds too many of a shift, bars that shift but for its best ones in the tour. Whether it does."""
    limit, own, room = site.people.limit[site.people.kind[person]], site.tours.slot[person], site.room
    over = False
    for template in range(len(limit)):
        count = 0
        for j in own:
            count += j >= 0 and site.slots.template[j] == template
        if count <= limit[template]:
            continue
        over = True
        kept = np.zeros(len(room.worth), np.bool_)
        for _ in range(limit[template]):
            best = -1
            for j in own:
                fits = j >= 0 and site.slots.template[j] == template and not kept[j]
                if fits and (best < 0 or room.worth[j] > room.worth[best]):
                    best = j
            kept[best] = True
        graph = site.people.graph[person]
        for i in range(site.graphs.slot_from[graph], site.graphs.slot_from[graph + 1]):
            j = site.graphs.slots[i]
            if site.slots.template[j] == template and not kept[j]:
                room.worth[j] = NOTHING
    return over


@njit(cache=True)
def legal_tour(site: Site, person: int) -> float:
    """`best_tour` within the person's limits of shifts by template; returns a value that no such tour exceeds."""
    value = float(best_tour(site, person))
    if site.people.limited[site.people.kind[person]]:
        while keep_limits(site, person):
            best_tour(site, person)
    return value


@njit(cache=True)
def insert(site: Site, person: int, noise: float) -> float:
    """Gives a person without shifts the best tour given everybody else's; the cost that this adds."""
    tours = site.tours
    sum_worth(site, person, False)
    price_slots(site, person, noise)
    legal_tour(site, person)
    for layer in range(tours.slot.shape[1]):
        if tours.slot[person, layer] >= 0:
            place_breaks(site, person, layer, tours.slot[person, layer])
    fair_kernel.recount(site.fair, tours, person)
    fair_kernel.follow(site.fair, person)
    return float(put(site, person, 1.0) + tours.own[person])


@njit(cache=True)
def remove(site: Site, person: int) -> float:
    """Takes a person's tour off the cover; the cost that this adds. The tour stays in `tours`."""
    return float(put(site, person, -1.0) - site.tours.own[person])


@njit(cache=True)
def sweep(site: Site, order: np.ndarray, noise: float, anew: bool) -> float:
    """Inserts people one by one (`anew`: they have no tour yet); the cost that this adds."""
    total = 0.0
    for person in order:
        if not anew:
            total += remove(site, person)
        total += insert(site, person, noise)
    return float(total + fair_kernel.reprice_all(site.fair))


@njit(cache=True)
def seed_random(seed: int) -> None:
    """Seeds the compiled code's own random numbers."""
    np.random.seed(seed)


@njit(cache=True)
def presence(site: Site, person: int, slot: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Full people by interval that a tour of a person (`slot` by layer, `place` layers × breaks) puts there."""
    slots, steps = site.slots, site.cover.steps
    there = np.zeros(site.cover.gain.shape[1])
    each = site.people.proficiency[person] / steps
    for layer in range(len(slot)):
        j = slot[layer]
        if j < 0:
            continue
        for f in range(slots.first[j], slots.last[j]):
            there[f // steps] += each
        for b in range(place.shape[1]):
            p = place[layer, b]
            if p >= 0:
                for f in range(p, p + slots.length[slots.template[j], b]):
                    there[f // steps] -= each
    return there


@njit(cache=True)
def tours_at(site: Site, able: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """At the prices in `gain`: each person's best value, and full people present, groups × intervals."""
    tours = site.tours
    values = np.zeros(len(able))
    supply = np.zeros((groups, site.cover.gain.shape[1]))
    for i in range(len(able)):
        person = able[i]
        sum_worth(site, person, True)
        price_slots(site, person, 0.0)
        values[i] = legal_tour(site, person)
        for layer in range(tours.slot.shape[1]):
            if tours.slot[person, layer] >= 0:
                place_breaks(site, person, layer, tours.slot[person, layer])
        supply[site.people.group[person]] += presence(site, person, tours.slot[person], tours.place[person])
    return values, supply
