"""What the insertion kernels read and write: tuples of arrays, made by `site.make_site`.

Moments are counted in fine steps (the steps on which starts and breaks lie) from the start of the cover grid.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

NOTHING = np.float32(-1e30)


class Cover(NamedTuple):
    """Need as cuts (see `roster.cover`); people are counted in full ones.

    `held`: cuts × groups; `cuts`: cuts × intervals, their value with the people present; `served`, `hours`: by
    interval; `under`, `over`: price of a missing and of a surplus hour. Groups × intervals: `room` for more people who
    would serve need, `stale` where that has to be worked out again; `gain`: what one more brings at given prices.
    """

    held: np.ndarray
    cuts: np.ndarray
    served: np.ndarray
    under: float
    over: float
    hours: np.ndarray
    room: np.ndarray
    stale: np.ndarray
    gain: np.ndarray
    steps: int


class Slots(NamedTuple):
    """`first`, `last`: fine steps; `day`; `template`; by template × break: `length` (0: none), places `at[from:to]`."""

    first: np.ndarray
    last: np.ndarray
    day: np.ndarray
    template: np.ndarray
    length: np.ndarray
    at_from: np.ndarray
    at_to: np.ndarray
    at: np.ndarray


class Graphs(NamedTuple):
    """All tour graphs in one row. Pointers (`*_from`) have one entry more than what they point from.

    By graph: `layer_from`, `slot_from` (into `slots`). By layer: `ease_from`, `class_from`, `node_from` (nodes of the
    *next* layer, into `in_from`), `day`, `window` (settled after it, or −1).
    Arcs are sorted by target; `in_from` points at each node's arcs. By class: `units`, `slot_at` into `class_slots`.
    """

    layer_from: np.ndarray
    slot_from: np.ndarray
    slots: np.ndarray
    ease_from: np.ndarray
    class_from: np.ndarray
    node_from: np.ndarray
    day: np.ndarray
    window: np.ndarray
    source: np.ndarray
    kind: np.ndarray
    price: np.ndarray
    in_from: np.ndarray
    ease_a: np.ndarray
    ease_b: np.ndarray
    units: np.ndarray
    slot_at: np.ndarray
    class_slots: np.ndarray


class People(NamedTuple):
    """By person: `graph`, `start` (node), `group`, `kind` (people alike share the rows below), `bins` (of paid units),
    `proficiency` (how much of a full person they cover).

    By kind: `slot_cost` × slots (pay, wishes; ≥ 1e15: barred), `off_cost` × days, `settle` × windows × bins, `limit` ×
    templates (most of each shift; `limited`: any).
    """

    graph: np.ndarray
    start: np.ndarray
    group: np.ndarray
    kind: np.ndarray
    bins: np.ndarray
    slot_cost: np.ndarray
    off_cost: np.ndarray
    settle: np.ndarray
    limit: np.ndarray
    limited: np.ndarray
    proficiency: np.ndarray


class Tours(NamedTuple):
    """By person: `slot` × layers of a tour (−1: none), `place` × layers × breaks (fine steps), `own` cost."""

    slot: np.ndarray
    place: np.ndarray
    own: np.ndarray


class Room(NamedTuple):
    """Scratch: `value`, `settled` layers × nodes × bins; `worth` by slot; `best`, `chosen` by class; `sum` by step;
    `there` by interval of a shift; `closed`: days on which nothing may be taken just now."""

    value: np.ndarray
    settled: np.ndarray
    worth: np.ndarray
    best: np.ndarray
    chosen: np.ndarray
    sum: np.ndarray
    there: np.ndarray
    ties: np.ndarray
    closed: np.ndarray


class Fair(NamedTuple):
    """Fair shares (see `rules.fairness`); arrays by person are people × counts.

    `on`: whether an unequal share costs anything. By group (`row` of a person) × slots: `marks`, a bit a count;
    `weekend`: by slot, −1 on other days. `member_from`, `members`: people by `row`. `share`, `before`; `counted`: 1 for
    those who share; `have`: the counts; by row: `total`, `cost`. `price` by count, `within`.
    `slope`: what one more costs this person while tours are sought, between −price and price; `exact`: the share of
    tours sought at what one more costs all together instead (one number).
    """

    on: bool
    row: np.ndarray
    marks: np.ndarray
    weekend: np.ndarray
    member_from: np.ndarray
    members: np.ndarray
    share: np.ndarray
    before: np.ndarray
    counted: np.ndarray
    have: np.ndarray
    total: np.ndarray
    cost: np.ndarray
    price: np.ndarray
    within: float
    slope: np.ndarray
    exact: np.ndarray


class Seats(NamedTuple):
    """Seats of sites (see `rules.seats`). `on`: whether one too few costs anything. `row`: site by person, −1 where
    seats are no limit; `limit` by row; `taken`: people in a shift, rows × fine steps; `price`: of one person too many
    for a fine step (one number); `total`: scratch, one entry more than fine steps."""

    on: bool
    row: np.ndarray
    limit: np.ndarray
    taken: np.ndarray
    price: np.ndarray
    total: np.ndarray


class Site(NamedTuple):
    """Everything a kernel needs."""

    cover: Cover
    slots: Slots
    graphs: Graphs
    people: People
    tours: Tours
    room: Room
    fair: Fair
    seats: Seats
