"""A roster problem with activities as the arrays of the activity kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from domain.errors import BadValue
from scheduling.roster.cover import make_prices
from scheduling.roster.engines import activity_arrays as arrays
from scheduling.roster.engines.activity_kernel import fresh_gain
from scheduling.roster.engines.arrays import Graphs, Site, Slots
from scheduling.roster.engines.site import NeedsProgram, Staff, fine_step, make_site
from scheduling.roster.problem import RosterProblem
from scheduling.roster.tour_graph import WHOLE, Layer


@dataclass(frozen=True)
class ActivityNeed:
    """People that each activity needs, activities × intervals: at `least`, and no more than `most`.

    `missing`: price of a person below least, an interval; `surplus`: of the first, second, … person above most, rising;
    `block`: intervals at one activity in a row, at least.
    """

    least: np.ndarray
    most: np.ndarray
    missing: float
    surplus: np.ndarray
    block: int

    def cost(self, count: np.ndarray) -> float:
        """The price of so many people there, activities × intervals."""
        paid = np.append(0.0, np.cumsum(self.surplus))
        over = np.clip(count - self.most, 0, len(self.surplus))
        return float(paid[over].sum() + self.missing * np.maximum(self.least - count, 0).sum())


def make_activity_site(
    problem: RosterProblem, staff: Staff, need: ActivityNeed, random: np.random.Generator
) -> arrays.ActivitySite:
    """The arrays, with nobody inserted yet.

    Raises `NeedsProgram` for split days, `BadValue` for shifts with breaks or off the intervals: what a block is then
    is not agreed on yet.
    """
    if any(template.breaks for template in problem.slots.templates):
        raise BadValue("shifts without breaks where activities are planned in blocks")
    if len(problem.slots) and fine_step(problem.slots, problem.grid) != problem.grid.interval_minutes:
        raise BadValue("shifts that start and end on the intervals where activities are planned in blocks")
    site = make_site(problem, staff, make_prices(problem), random)
    count = np.zeros(need.least.shape, dtype=np.int64)
    cover = arrays.ActivityCover(
        there=count,
        least=need.least.astype(np.int64),
        most=need.most.astype(np.int64),
        gain=np.zeros(count.shape),
        missing=float(need.missing),
        surplus=np.asarray(need.surplus, dtype=np.float64),
        can=problem.can_serve,
        block=need.block,
        total=np.zeros((len(count), count.shape[1] + 1)),
    )
    fresh_gain(cover)
    starts = _starts(problem, site.slots)
    longest, widest = int(starts.longest.max(initial=0)), int(starts.width.max(initial=1))
    many, layers = site.tours.slot.shape
    blocks = arrays.Blocks(
        doing=np.zeros((many, layers, longest), dtype=np.int16),
        worth=np.zeros((longest + 1, widest)),
        hold=np.zeros((len(count), widest)),
        begin=np.zeros(longest + 1, dtype=np.int64),
        activity=np.zeros(longest + 1, dtype=np.int64),
    )
    nodes = site.room.value.shape[1]
    walk = arrays.Walk(
        live=np.zeros((layers + 1, nodes), dtype=np.bool_),
        known=np.zeros(layers + 1, dtype=np.int64),
        left=np.zeros(layers + 1),
        rest=np.zeros(nodes),
    )
    return arrays.ActivitySite(
        cover, starts, _ways(staff, site), blocks, walk, site.slots, site.graphs, site.people, site.tours, site.room
    )


def _starts(problem: RosterProblem, slots: Slots) -> arrays.Starts:
    order = np.lexsort((slots.last, slots.first, problem.slots.day))
    day, first = problem.slots.day[order], slots.first[order]
    at = _where_new(day, first)
    longest = np.maximum.reduceat((slots.last - slots.first)[order], at) if len(at) else at
    day, first = day[at], first[at]
    run = _where_new(day, first - np.arange(len(first)), longest)
    return arrays.Starts(
        layer_from=np.searchsorted(day[run], np.arange(len(problem.days) + 1)).astype(np.int64),
        run_from=np.append(run, len(at)),
        width=np.diff(np.append(run, len(at))),
        longest=longest[run],
        first=first,
        slot_from=np.append(at, len(order)),
        slots=order,
    )


def _where_new(*columns: np.ndarray) -> np.ndarray:
    """Positions of rows that differ from the row before."""
    if len(columns[0]) == 0:
        return np.zeros(0, dtype=np.int64)
    changed = np.any([np.diff(column) != 0 for column in columns], axis=0)
    return np.flatnonzero(np.append(True, changed))


def _ways(staff: Staff, site: Site) -> arrays.Ways:
    layers = [layer for graph in staff.graphs for layer in graph.layers]
    if any(layer.half != WHOLE for layer in layers):
        raise NeedsProgram("shifts_per_day")
    width = np.array([len(layer.slots) + 1 for layer in layers], dtype=np.int64)
    row_from = np.append(0, np.cumsum(width * [layer.nodes for layer in layers])).astype(np.int64)
    target, price = np.full(row_from[-1], -1, dtype=np.int64), np.zeros(row_from[-1])
    choice = np.zeros((len(staff.graphs), len(site.slots.first)), dtype=np.int64)
    graph_of = np.repeat(np.arange(len(staff.graphs)), [len(graph.layers) for graph in staff.graphs])
    for number, layer in enumerate(layers):
        rows = slice(row_from[number], row_from[number + 1])
        shape = (layer.nodes, int(width[number]))
        _fill(layer, target[rows].reshape(shape), price[rows].reshape(shape))
        for place, own in enumerate(layer.slots, start=1):
            choice[graph_of[number], own] = place
    begin, end = _spans(site.graphs)
    return arrays.Ways(row_from, width, target, price, choice, begin, end)


def _fill(layer: Layer, target: np.ndarray, price: np.ndarray) -> None:
    """Every node's next nodes and prices by choice, those included that a freer node has from the one it covers."""
    target[layer.source, layer.kind + 1] = layer.target
    price[layer.source, layer.kind + 1] = layer.price
    for freer, node in layer.ease[::-1]:
        handed = target[freer] < 0
        target[freer, handed] = target[node, handed]
        price[freer, handed] = price[node, handed]


def _spans(graphs: Graphs) -> tuple[np.ndarray, np.ndarray]:
    """By layer, (first layer, one past the last) of the days whose hours are settled together with it."""
    begin, end = np.zeros((2, len(graphs.window)), dtype=np.int64)
    for first, last in pairwise(graphs.layer_from):
        settled = first + 1 + np.flatnonzero(graphs.window[first:last] >= 0)
        edges: Sequence[int] = np.unique([first, *settled, last]).tolist()
        for a, b in pairwise(edges):
            begin[a:b], end[a:b] = a, b
    return begin, end
