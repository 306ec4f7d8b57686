"""All legal tours of an agreement as the paths of one graph, layer by layer (a split day has two layers).

A node is what all meters remember before a layer; an arc is a day off or a *class* of slots of equal paid time that no
meter tells apart.
Nodes from which the same arcs lead on are one node (Myhill–Nerode, layer by layer from the end). A node *covers*
another one if it may do, at no higher price, all that the other may: a shift that ends earlier may be followed by more.
It hands its value over to that one (*ease*) and keeps only the arcs in which they differ. So the dynamic program visits
few arcs: as many as classes, not as classes times ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scheduling.roster.engines.graph_kernel import covering, followers
from scheduling.roster.meters import HoursWindow, Meter, NoOverlap, TourFrame, window_meters
from scheduling.roster.rules import RULES
from scheduling.roster.work import Worked

OFF = -1
HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplicative hashing, 2⁶⁴ ÷ golden ratio
WHOLE, FIRST, SECOND = 0, 1, 2  # a layer is a whole day, or the first or second shift of a split one


@dataclass(frozen=True)
class Layer:
    """Arcs from this layer's nodes to the next one's, and the classes that they name.

    `source`, `target`, `kind` (class, or OFF), `price`: one entry an arc. `ease`: pairs (freer node, node), in an order
    in which values can be handed over. By class: `slots`, positions in the slot table, and paid `minutes`.
    """

    position: int
    nodes: int
    source: np.ndarray
    target: np.ndarray
    kind: np.ndarray
    price: np.ndarray
    ease: np.ndarray
    slots: tuple[np.ndarray, ...]
    minutes: np.ndarray
    half: int


@dataclass(frozen=True)
class TourGraph:
    """`start`: the first layer's node by the shifts worked before; a person whose history is not in it has no tour."""

    layers: tuple[Layer, ...]
    start: Mapping[tuple[Worked, ...], int]


@dataclass(frozen=True)
class _Step:
    """One layer before it is made minimal: next node (−1: forbidden) and price, nodes × options (0 off, then slots)."""

    position: int
    slots: np.ndarray
    minutes: np.ndarray
    target: np.ndarray
    price: np.ndarray
    half: int


def meters_of(frame: TourFrame) -> tuple[Meter, ...]:
    """The meters of all rules in force for the frame's agreement."""
    found: list[Meter] = [NoOverlap(frame, RULES[0].default)]
    for rule in RULES:
        setting = rule.setting(frame.book)
        if rule.meter is None or setting.strictness not in ("forbid", "pay"):
            continue
        meter = rule.meter(frame, setting)
        if meter is not None:
            found.append(meter)
    return tuple(found)


def make_tour_graph(
    frame: TourFrame, histories: Sequence[tuple[Worked, ...]], windows: Sequence[HoursWindow] = (),
    more: Sequence[Meter] = (),
) -> TourGraph:  # fmt: skip
    """The graph of one agreement for people with these histories; it keeps count of `windows` and `more` too."""
    meters = (*meters_of(frame), *window_meters(frame, windows), *more)
    known = tuple(dict.fromkeys(histories))
    states = np.array([[meter.first(history) for meter in meters] for history in known], dtype=np.int64)
    nodes, place = _distinct(states.reshape(len(known), len(meters)))
    steps: list[_Step] = []
    reached = nodes
    for position in range(len(frame.days)):
        for step, following in _day(frame, meters, reached, position):
            steps.append(step)
            reached = following
    layers, merged = _minimal(steps, len(reached))
    start = {history: int(merged[place[number]]) for number, history in enumerate(known)}
    return TourGraph(layers, start)


def _day(
    frame: TourFrame, meters: Sequence[Meter], nodes: np.ndarray, position: int
) -> Iterator[tuple[_Step, np.ndarray]]:
    slots = frame.open[position]
    split = frame.agreement.shifts_per_day_max > 1
    off, off_price = _apply(meters, nodes, lambda meter, own: meter.free(own, position))
    work, work_price = _work(meters, nodes, position, slots, second=False)
    if not split:
        yield _joined(frame, meters, position, [(off, off_price), (work, work_price)], len(nodes), half=WHOLE)
        return
    # The first layer of a split day: off, or a first shift; a mark keeps days off from a second one.
    marked = [
        np.concatenate([part, np.full((*part.shape[:-1], 1), mark)], axis=-1) for part, mark in ((off, 0), (work, 1))
    ]
    step, between = _rows(frame, position, [(marked[0], off_price), (marked[1], work_price)], len(nodes), half=FIRST)
    yield step, between
    own, worked = between[:, :-1], between[:, -1] == 1
    second, second_price = _work(meters, own, position, slots, second=True)
    second_price[~worked] = np.inf
    none = np.zeros(len(own))
    yield _joined(frame, meters, position, [(own, none), (second, second_price)], len(own), half=SECOND)


def _joined(
    frame: TourFrame, meters: Sequence[Meter], position: int,
    parts: list[tuple[np.ndarray, np.ndarray]], count: int, *, half: int,
) -> tuple[_Step, np.ndarray]:  # fmt: skip
    """The night after: meters tidy up, and what they remember becomes the next layer's nodes."""
    done = []
    for states, price in parts:
        flat = states.reshape(-1, len(meters))
        after, extra = _apply(meters, flat, lambda meter, own: meter.night(own, position))
        done.append((after.reshape(states.shape), price + extra.reshape(price.shape)))
    return _rows(frame, position, done, count, half=half)


def _rows(
    frame: TourFrame, position: int, parts: list[tuple[np.ndarray, np.ndarray]], count: int, *, half: int
) -> tuple[_Step, np.ndarray]:
    width = parts[0][0].shape[-1]
    states = np.concatenate([part.reshape(count, -1, width) for part, _ in parts], axis=1)
    price = np.concatenate([cost.reshape(count, -1) for _, cost in parts], axis=1)
    legal = np.isfinite(price)
    nodes, place = _distinct(states[legal])
    target = np.full(price.shape, -1, dtype=np.int64)
    target[legal] = place
    slots = frame.open[position]
    minutes = np.round(frame.slots.paid_hours[slots] * 60).astype(np.int64)
    return _Step(position, slots, minutes, target, price, half), nodes


def _apply(
    meters: Sequence[Meter], nodes: np.ndarray, change: Callable[[Meter, np.ndarray], tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    states, price = np.empty_like(nodes), np.zeros(len(nodes))
    for number, meter in enumerate(meters):
        states[:, number], extra = change(meter, nodes[:, number])
        price = price + extra
    return states, price


def _work(
    meters: Sequence[Meter], nodes: np.ndarray, position: int, slots: np.ndarray, *, second: bool
) -> tuple[np.ndarray, np.ndarray]:
    states = np.empty((len(nodes), len(slots), len(meters)), dtype=np.int64)
    price = np.zeros((len(nodes), len(slots)))
    for number, meter in enumerate(meters):
        states[:, :, number], extra = meter.work(nodes[:, number], position, slots, second=second)
        price = price + extra
    return states, price


def _minimal(steps: Sequence[_Step], last_nodes: int) -> tuple[tuple[Layer, ...], np.ndarray]:
    """Layers of merged nodes, and for each node of the first layer the merged one (−1: no legal way on)."""
    merged = np.zeros(last_nodes, dtype=np.int64)
    covers = np.ones((1, 1), dtype=bool)
    layers = []
    for step in reversed(steps):
        target = np.where(step.target >= 0, merged[step.target], -1)
        price = np.where(target >= 0, step.price, 0.0).astype(np.float32)
        rows = np.concatenate([target, price.view(np.int32).astype(np.int64)], axis=1)
        alive = (target >= 0).any(axis=1)
        unique, place = _distinct(rows[alive])
        merged = np.full(len(target), -1, dtype=np.int64)
        merged[alive] = place
        layer, covers = _layer(step, unique, covers)
        layers.append(layer)
    return tuple(reversed(layers)), merged


def _layer(step: _Step, rows: np.ndarray, covers_next: np.ndarray) -> tuple[Layer, np.ndarray]:
    """The arcs of merged nodes (rows of targets and prices), slots with equal columns as one class; who covers whom."""
    options = rows.shape[1] // 2
    prices, price_of = np.unique(rows[:, options:], return_inverse=True)
    codes = rows[:, :options] * len(prices) + price_of.reshape(len(rows), options)
    codes = np.where(rows[:, :options] >= 0, codes, -1)  # one number says target and price; −1: forbidden
    kinds, kind_of = _distinct(np.concatenate([codes[:, 1:].T, step.minutes[:, None]], axis=1))
    useful = np.flatnonzero((kinds[:, :-1] >= 0).any(axis=1))
    first = [1 + int(np.flatnonzero(kind_of == k)[0]) for k in useful]
    chosen = np.array([0, *first], dtype=np.int64)
    target, price = rows[:, chosen], rows[:, options + chosen].astype(np.int32).view(np.float32)
    covers = covering(target, price, covers_next)
    own, ease = _eased(codes[:, chosen], covers)
    source, column = np.nonzero(own)
    layer = Layer(
        position=step.position, nodes=len(rows), source=source, target=target[source, column], kind=column - 1,
        price=price[source, column], ease=ease, slots=tuple(step.slots[kind_of == k] for k in useful),
        minutes=step.minutes[[c - 1 for c in first]], half=step.half,
    )  # fmt: skip
    return layer, covers


def _eased(codes: np.ndarray, covers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Arcs (nodes × options) that a node keeps for itself, and the pairs (covering, covered) for the rest."""
    own = codes >= 0
    follower, saved = followers(codes, covers)
    freer = np.flatnonzero(saved > 1)
    freer = freer[np.argsort(-covers.sum(axis=1)[freer], kind="stable")]
    own[freer] &= codes[freer] != codes[follower[freer]]
    return own, np.stack([freer, follower[freer]], axis=1)


def _distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct rows and which of them each row is.

    Rows are told apart by a hash, checked afterwards (`np.unique` by axis is far slower).
    """
    if rows.shape[1] == 0:
        return rows[:1], np.zeros(len(rows), dtype=np.int64)
    keys = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.T:
        keys ^= column.astype(np.uint64)
        keys *= HASH_FACTOR
        keys ^= keys >> np.uint64(29)
    place, _ = pd.factorize(keys)
    first = np.zeros(int(place.max(initial=-1)) + 1, dtype=np.int64)
    first[place[::-1]] = np.arange(len(rows))[::-1]
    if (rows[first[place]] != rows).any():  # two rows of one hash: once in a blue moon
        _, first, place = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return rows[first], place.ravel()
