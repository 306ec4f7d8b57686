"""The event loop, compiled: arrivals, completions and changes of staff, in order of time.

Deterministic: who arrives when, with which work and patience, is given. Three kinds of event are merged: changes of
staff and arrivals from sorted arrays, completions from a heap with one entry a person. Abandonment needs no events: a
contact whose patience ran out is passed over when the queue reaches it, which is also when it would have been answered.

Free people stand in doubly linked lists, one for each group and number of contacts held; the longest idle leads.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from scheduling.simulation.site import CHAT, DEFERRED, LIVE, Site

_compiled: Any = njit(cache=True, nogil=True)  # no fastmath: infinite patience must stay infinite


# Few wide arrays instead of many narrow ones: every array that is passed on costs the compiler and each call something.
GROUP, LOAD, ALONE, LISTED, AFTER, BEFORE, PLACE = range(7)  # columns of `who`
SINCE, KEY, SPEED = range(3)  # of `clock`
HEAD, TAIL = range(2)  # of `line`
FIRST, LAST = range(2)  # of `ends`
AT, WORK, PATIENCE, DUE = range(4)  # of `facts`
ANSWERED, DONE, REACHED = range(3)  # of `fate`
BUSY, PRESENT = range(2)  # of `spent`


BOOKED_FIRST = 1e9  # seconds that a booked contact counts as having waited longer


class Given(NamedTuple):
    """The contacts of one run, in order of arrival."""

    facts: np.ndarray  # (contacts, 4) arrival, work, patience, deadline
    queue: np.ndarray


class State(NamedTuple):
    """What changes while a run goes on; `fate` and `spent` are what comes out of it."""

    who: np.ndarray  # (servers, 7) group worked in (−1 = away), contacts held, whether one takes the whole person,
    #                  list of free people they stand in (−1 = none), neighbours there, place in the heap (−1 = none)
    clock: np.ndarray  # (servers, 3) time up to which the person is settled; time of their next completion; how many
    #                    times faster than others they work
    slot: np.ndarray  # (servers, parallel) contacts held
    left: np.ndarray  # (servers, parallel) their work still to do, seconds of this person with one contact
    order: np.ndarray  # contacts by queue, then arrival
    line: np.ndarray  # (queues, 2) positions in `order`: the first that waits; behind the last that arrived
    ends: np.ndarray  # (groups × levels, 2) first and last of each list of free people
    heap: np.ndarray  # servers by time of their next completion; the last entry is how many there are
    fate: np.ndarray  # (contacts, 3) answered, done, reached
    spent: np.ndarray  # (groups, bins, 2) busy and present seconds


@_compiled
def run(
    contacts: Given,
    site: Site,
    state: State,
    staff_at: np.ndarray,
    staff_server: np.ndarray,
    staff_group: np.ndarray,
    bin_seconds: float,
) -> None:
    """Go from event to event until nothing can happen any more; `state` holds the result."""
    arrival, change, edge = 0, 0, 1
    edges = site.keep.shape[1] if site.guards.max() >= 0 else 0
    while True:
        next_edge = edge * bin_seconds if edge < edges else np.inf
        next_arrival = contacts.facts[arrival, AT] if arrival < contacts.queue.size else np.inf
        next_change = staff_at[change] if change < staff_at.size else np.inf
        next_done = state.clock[state.heap[0], KEY] if state.heap[-1] > 0 else np.inf
        if next_edge <= next_change and next_edge <= next_done and next_edge <= next_arrival and next_edge < np.inf:
            _offer_again(contacts, site, state, next_edge, bin_seconds)
            edge += 1
        elif next_change <= next_done and next_change <= next_arrival:
            if next_change == np.inf:
                return
            server = staff_server[change]
            _settle(site, state, contacts, server, next_change, bin_seconds)
            _leave_list(state, server)
            state.who[server, GROUP] = staff_group[change]
            _take_on(contacts, site, state, server, next_change, bin_seconds)
            change += 1
        elif next_done <= next_arrival:
            server = state.heap[0]
            _settle(site, state, contacts, server, next_done, bin_seconds)
            _finish(contacts, site, state, server, next_done)
            _take_on(contacts, site, state, server, next_done, bin_seconds)
        else:
            queue = contacts.queue[arrival]
            state.line[queue, TAIL] += 1
            _seek_person(contacts, site, state, queue, next_arrival, bin_seconds)
            arrival += 1


@_compiled
def _offer_again(contacts: Given, site: Site, state: State, now: float, bin_seconds: float) -> None:
    """Deferred work that was held back, to those who are idle, when another number of them is to be kept."""
    for queue in range(site.kind.size):
        while site.kind[queue] == DEFERRED and state.line[queue, HEAD] < state.line[queue, TAIL]:
            before = state.line[queue, HEAD]
            _seek_person(contacts, site, state, queue, now, bin_seconds)
            if state.line[queue, HEAD] == before:
                break


@_compiled
def _can_be_spared(
    site: Site, state: State, queue: int, group: int, now: float, bin_seconds: float, listed: bool
) -> bool:
    """Whether a person of a group may begin deferred work: enough others are idle for the live queues it guards.

    `listed`: 1 where the person stands in a list of free people.
    """
    levels = state.ends.shape[0] // max(1, site.group_limit.size)
    cell = min(int(now / bin_seconds), site.keep.shape[1] - 1)
    for live in site.guards[queue]:
        if live < 0:
            break
        serves = False
        for own in site.queues_of[group]:
            serves = serves or own == live
        needed, idle = site.keep[live, cell], -listed
        if not serves:
            continue
        for other in site.groups_of[live]:
            if other < 0 or idle >= needed:
                break
            server = state.ends[other * levels, FIRST]
            while server >= 0 and idle < needed:
                idle += 1
                server = state.who[server, AFTER]
        if idle < needed:
            return False
    return True


@_compiled
def _seek_person(contacts: Given, site: Site, state: State, queue: int, now: float, bin_seconds: float) -> None:
    """Give the head of a queue to a free person: least loaded first, then fewest skills, then longest idle."""
    if not _someone_waits(contacts, state, queue, now):
        return
    levels = state.ends.shape[0] // max(1, site.group_limit.size)
    for level in range(site.limit[queue]):
        for group in site.groups_of[queue]:
            if group < 0:
                break
            server = state.ends[group * levels + level, FIRST]
            if server < 0 or (level > 0 and _call_waits(contacts, site, state, group, now)):
                continue
            if site.kind[queue] == DEFERRED and not _can_be_spared(site, state, queue, group, now, bin_seconds, 1):
                continue
            _settle(site, state, contacts, server, now, bin_seconds)
            _start(contacts, site, state, server, queue, now)
            _stand(site, state, server)
            return


@_compiled
def _take_on(contacts: Given, site: Site, state: State, server: int, now: float, bin_seconds: float) -> None:
    """Let a person take contacts that wait until none is left for them or their hands are full."""
    group = state.who[server, GROUP]
    if group < 0:
        return
    while not state.who[server, ALONE]:
        chosen = _longest_waiting(contacts, site, state, server, group, now)
        if chosen >= 0 and site.kind[chosen] == LIVE and state.who[server, LOAD] > 0:
            break  # an older call waits: no further chat until it is answered
        if chosen < 0 and state.who[server, LOAD] == 0:
            chosen = _most_urgent(contacts, site, state, group, now, bin_seconds)
        if chosen < 0:
            break
        _start(contacts, site, state, server, chosen, now)
    _stand(site, state, server)


@_compiled
def _longest_waiting(contacts: Given, site: Site, state: State, server: int, group: int, now: float) -> int:
    chosen, oldest = -1, np.inf
    for queue in site.queues_of[group]:
        if queue < 0:
            break
        full = site.kind[queue] == CHAT and state.who[server, LOAD] >= site.limit[queue]
        if site.kind[queue] == DEFERRED or full or not _someone_waits(contacts, state, queue, now):
            continue
        since = contacts.facts[state.order[state.line[queue, HEAD]], AT]
        since -= BOOKED_FIRST * site.booked[queue]
        if since < oldest:
            chosen, oldest = queue, since
    return chosen


@_compiled
def _most_urgent(contacts: Given, site: Site, state: State, group: int, now: float, bin_seconds: float) -> int:
    chosen, earliest, oldest = -1, np.inf, np.inf
    for queue in site.queues_of[group]:
        if queue < 0:
            break
        if site.kind[queue] != DEFERRED or state.line[queue, HEAD] >= state.line[queue, TAIL]:
            continue
        if not _can_be_spared(site, state, queue, group, now, bin_seconds, 0):
            continue
        contact = state.order[state.line[queue, HEAD]]
        due, since = contacts.facts[contact, DUE], contacts.facts[contact, AT]
        if chosen < 0 or due < earliest or (due == earliest and since < oldest):
            chosen, earliest, oldest = queue, due, since
    return chosen


@_compiled
def _someone_waits(contacts: Given, state: State, queue: int, now: float) -> bool:
    """Whether anyone waits in a queue; those at its head whose patience ran out are passed over."""
    while state.line[queue, HEAD] < state.line[queue, TAIL]:
        contact = state.order[state.line[queue, HEAD]]
        if contacts.facts[contact, AT] + contacts.facts[contact, PATIENCE] > now:
            return True
        state.fate[contact, REACHED] = now
        state.line[queue, HEAD] += 1
    return False


@_compiled
def _call_waits(contacts: Given, site: Site, state: State, group: int, now: float) -> bool:
    for queue in site.queues_of[group]:
        if queue < 0:
            break
        if site.kind[queue] == LIVE and _someone_waits(contacts, state, queue, now):
            return True
    return False


@_compiled
def _start(contacts: Given, site: Site, state: State, server: int, queue: int, now: float) -> None:
    contact = state.order[state.line[queue, HEAD]]
    state.line[queue, HEAD] += 1
    state.fate[contact, ANSWERED] = now
    state.slot[server, state.who[server, LOAD]] = contact
    state.left[server, state.who[server, LOAD]] = contacts.facts[contact, WORK] / state.clock[server, SPEED]
    state.who[server, LOAD] += 1
    state.who[server, ALONE] = site.kind[queue] != CHAT
    _schedule(contacts, site, state, server, now)


@_compiled
def _finish(contacts: Given, site: Site, state: State, server: int, now: float) -> None:
    ready = _next_ready(contacts, site, state, server)
    state.fate[state.slot[server, ready], DONE] = now
    state.who[server, LOAD] -= 1
    state.slot[server, ready] = state.slot[server, state.who[server, LOAD]]
    state.left[server, ready] = state.left[server, state.who[server, LOAD]]
    state.who[server, ALONE] = False
    _leave_list(state, server)
    _schedule(contacts, site, state, server, now)


@_compiled
def _next_ready(contacts: Given, site: Site, state: State, server: int) -> float:
    parallel, ready, soonest = state.who[server, LOAD] - 1, 0, np.inf
    for number in range(state.who[server, LOAD]):
        pace = site.slow[contacts.queue[state.slot[server, number]], parallel]
        if state.left[server, number] * pace < soonest:
            ready, soonest = number, state.left[server, number] * pace
    return ready


@_compiled
def _settle(site: Site, state: State, contacts: Given, server: int, now: float, bin_seconds: float) -> None:
    """Bring a person up to now: work done on each contact, busy and present time."""
    since, load = state.clock[server, SINCE], state.who[server, LOAD]
    if now <= since:
        return
    for number in range(load):
        pace = site.slow[contacts.queue[state.slot[server, number]], load - 1]
        state.left[server, number] = max(0.0, state.left[server, number] - (now - since) / pace)
    group = state.who[server, GROUP]
    state.clock[server, SINCE] = now
    if group < 0:
        return
    share = 1.0 if state.who[server, ALONE] else min(1.0, load / site.group_limit[group])
    final = state.spent.shape[1] - 1
    cell = min(int(since / bin_seconds), final)
    while since < now:
        until = now if cell == final else min(now, (cell + 1) * bin_seconds)
        if until > since:
            state.spent[group, cell, PRESENT] += until - since
            state.spent[group, cell, BUSY] += share * (until - since)
            since = until
        cell += 1


@_compiled
def _stand(site: Site, state: State, server: int) -> None:
    """Put a person into the list of their group and load, or into none where their hands are full."""
    _leave_list(state, server)
    group = state.who[server, GROUP]
    if group < 0 or state.who[server, ALONE] or state.who[server, LOAD] >= site.group_limit[group]:
        return
    number = group * (state.ends.shape[0] // site.group_limit.size) + state.who[server, LOAD]
    tail = state.ends[number, LAST]
    state.who[server, BEFORE] = tail
    state.who[server, AFTER] = -1
    if tail < 0:
        state.ends[number, FIRST] = server
    else:
        state.who[tail, AFTER] = server
    state.ends[number, LAST] = server
    state.who[server, LISTED] = number


@_compiled
def _leave_list(state: State, server: int) -> None:
    number = state.who[server, LISTED]
    if number < 0:
        return
    before, after = state.who[server, BEFORE], state.who[server, AFTER]
    if before < 0:
        state.ends[number, FIRST] = after
    else:
        state.who[before, AFTER] = after
    if after < 0:
        state.ends[number, LAST] = before
    else:
        state.who[after, BEFORE] = before
    state.who[server, LISTED] = -1


@_compiled
def _schedule(contacts: Given, site: Site, state: State, server: int, now: float) -> None:
    """Set a person's next completion in the heap, or take them out of it when they hold nothing."""
    load = state.who[server, LOAD]
    place = state.who[server, PLACE]
    if load == 0:
        if place >= 0:
            _remove(state, place)
        return
    ready = _next_ready(contacts, site, state, server)
    pace = site.slow[contacts.queue[state.slot[server, ready]], load - 1]
    state.clock[server, KEY] = now + state.left[server, ready] * pace
    if place < 0:
        place = state.heap[-1]
        state.heap[-1] += 1
        state.heap[place] = server
        state.who[server, PLACE] = place
    _sift(state, place)


@_compiled
def _remove(state: State, place: int) -> None:
    gone, moved = state.heap[place], state.heap[state.heap[-1] - 1]
    state.heap[-1] -= 1
    state.who[gone, PLACE] = -1
    if moved != gone:
        state.heap[place] = moved
        state.who[moved, PLACE] = place
        _sift(state, place)


@_compiled
def _sift(state: State, place: int) -> None:
    server = state.heap[place]
    while place > 0 and state.clock[server, KEY] < state.clock[state.heap[(place - 1) // 2], KEY]:
        parent = (place - 1) // 2
        state.heap[place] = state.heap[parent]
        state.who[state.heap[place], PLACE] = place
        place = parent
    while True:
        child = 2 * place + 1
        if child >= state.heap[-1]:
            break
        if child + 1 < state.heap[-1] and state.clock[state.heap[child + 1], KEY] < state.clock[state.heap[child], KEY]:
            child += 1
        if state.clock[state.heap[child], KEY] >= state.clock[server, KEY]:
            break
        state.heap[place] = state.heap[child]
        state.who[state.heap[place], PLACE] = place
        place = child
    state.heap[place] = server
    state.who[server, PLACE] = place
