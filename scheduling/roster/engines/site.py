"""A roster problem as the arrays of the insertion kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np

from domain.people import WorkAgreement
from scheduling.roster.availability import Availability
from scheduling.roster.cover import CoverPrices
from scheduling.roster.engines import arrays
from scheduling.roster.engines.fair import make_fair
from scheduling.roster.engines.seats import make_seats
from scheduling.roster.meters import HoursWindow, Meter, TourFrame
from scheduling.roster.model import AgentModel, Person
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules import RULES
from scheduling.roster.tour_graph import FIRST, OFF, SECOND, WHOLE, Layer, TourGraph, make_tour_graph
from scheduling.shifts.grid import CoverGrid
from scheduling.shifts.slots import SlotTable, break_offsets

BARRED = 1e15
NO_LIMIT = np.iinfo(np.int64).max
TIES = 4096
Span = tuple[int, int]
Windows = tuple[HoursWindow, ...]
MoreMeters = Callable[[TourFrame], Sequence[Meter]]


class NeedsProgram(Exception):
    """A rule in force ties several days together and tells the insertion engine nothing about it."""


@dataclass(frozen=True)
class Kind:
    """People alike but for their skills. `graph`: position; `start`: node, −1 where nothing is legal;
    `slot_cost` by slot and `off_cost` by day; `windows`: hours that the dynamic program counts; `limits`: most shifts
    by template, where the graph does not count them; `constant`: what any tour costs, such as a promise that no slot
    can keep."""

    graph: int
    start: int
    slot_cost: np.ndarray
    off_cost: np.ndarray
    windows: Windows
    limits: tuple[tuple[int, int], ...] = ()
    constant: float = 0.0


@dataclass(frozen=True)
class Axis:
    """What the dynamic program counts on a graph: spans of days, in paid units of so many minutes."""

    spans: tuple[Span, ...]
    minutes: int


@dataclass(frozen=True)
class Staff:
    """All people as kinds. `kind_of`: by person, −1 for people without a needed skill."""

    kinds: tuple[Kind, ...]
    kind_of: np.ndarray
    graphs: tuple[TourGraph, ...]
    axes: tuple[Axis, ...]

    def idle_cost(self, person: int) -> float:
        """Own cost of a person who works nothing."""
        kind = self.kinds[self.kind_of[person]]
        own = kind.off_cost.sum() + sum(window.price(np.zeros(1))[0] for window in kind.windows)
        return float(own + kind.constant)

    def constant(self, person: int) -> float:
        """What each tour of a person costs; the kernels leave it out."""
        return float(self.kinds[self.kind_of[person]].constant)

    @property
    def able(self) -> np.ndarray:
        """People who have a legal tour."""
        return np.array([p for p, k in enumerate(self.kind_of) if k >= 0 and self.kinds[k].start >= 0], dtype=np.int64)


def read_staff(problem: RosterProblem, more: MoreMeters | None = None) -> Staff:
    """The people of a problem; `more` adds meters to those of the rules (rules of a published format).

    Raises `NeedsProgram` where a rule in force has rows over several days and no meter.
    """
    by_agreement: dict[WorkAgreement, list[int]] = {}
    for number in np.flatnonzero(problem.group_of >= 0).tolist():
        by_agreement.setdefault(problem.people[number].agreement, []).append(number)
    kinds: list[Kind] = []
    graphs: list[TourGraph] = []
    axes: list[Axis] = []
    kind_of = np.full(len(problem.people), -1, dtype=np.int64)
    for agreement, members in by_agreement.items():
        frame = tour_frame(problem, agreement)
        plain = _day_costs(problem, Person("", agreement, (), problem.queues, Availability()), frame)
        parts = {number: split_windows(_windows(problem.people[number], frame)) for number in members}
        for metered in dict.fromkeys(parts[number][1] for number in members):
            those = [number for number in members if parts[number][1] == metered]
            histories = [problem.people[number].history for number in those]
            graphs.append(make_tour_graph(frame, histories, metered, more(frame) if more else ()))
            spans = sorted({(w.first, w.last) for number in those for w in parts[number][0]})
            axes.append(Axis(tuple(spans), _unit(frame)))
            seen: dict[object, int] = {}
            for number in those:
                person, counted = problem.people[number], parts[number][0]
                key = (person.availability, person.absences, person.history, counted)
                if key not in seen:
                    seen[key] = len(kinds)
                    ordinary = not person.absences and person.availability == Availability()
                    costs = plain if ordinary else _day_costs(problem, person, frame)
                    slot_cost, off_cost, constant = costs
                    start = graphs[-1].start[person.history]
                    kinds.append(Kind(len(graphs) - 1, start, slot_cost, off_cost, counted, constant=constant))
                kind_of[number] = seen[key]
    return Staff(tuple(kinds), kind_of, tuple(graphs), tuple(axes))


def tour_frame(problem: RosterProblem, agreement: WorkAgreement) -> TourFrame:
    """What the meters of an agreement see of a problem."""
    slots = problem.slots
    named = np.array([template.name in agreement.shifts for template in slots.templates], dtype=bool)
    fits = np.flatnonzero(named[slots.template]) if len(slots) else np.zeros(0, dtype=np.int64)
    by_day = tuple(fits[slots.day[fits] == position] for position in range(len(problem.days)))
    return TourFrame(problem.book, agreement, problem.days, slots, by_day)


def split_windows(windows: Sequence[HoursWindow]) -> tuple[Windows, Windows]:
    """(those on one chain of spans that do not overlap, the longest ones first; the others)."""
    chain: list[Span] = []
    for span in sorted({(w.first, w.last) for w in windows}, key=lambda s: (s[0] - s[1], s[0])):
        if all(span[1] < first or span[0] > last for first, last in chain):
            chain.append(span)
    counted = tuple(w for w in windows if (w.first, w.last) in chain)
    return counted, tuple(w for w in windows if (w.first, w.last) not in chain)


def _windows(person: Person, frame: TourFrame) -> list[HoursWindow]:
    found: list[HoursWindow] = []
    for rule in RULES:
        setting = rule.setting(frame.book)
        if rule.windows is not None and setting.strictness in ("forbid", "pay"):
            found += [window for window in rule.windows(person, frame, setting) if _can_bind(window, frame)]
    return found


def _can_bind(window: HoursWindow, frame: TourFrame) -> bool:
    """Whether the window's hours can be too few or too many at all; one that can't is not worth counting."""
    most = float(frame.longest_hours[window.first : window.last + 1].sum()) * frame.agreement.shifts_per_day_max
    return window.least > window.before or window.before + most > window.most


def _unit(frame: TourFrame) -> int:
    """Paid minutes that divide all shifts of the agreement."""
    unit = 0
    for own in frame.open:
        for minutes in np.unique(np.round(frame.slots.paid_hours[own] * 60).astype(np.int64)):
            unit = gcd(unit, int(minutes))
    return max(unit, 1)


def _day_costs(problem: RosterProblem, person: Person, frame: TourFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Own cost of each slot (`BARRED`: not allowed), of each day off and of any tour, by the rules of single days."""
    model = AgentModel(person, problem.slots, problem.days, problem.book)
    model.active[:] = False
    model.active[np.concatenate([*frame.open, np.zeros(0, dtype=np.int64)]).astype(np.int64)] = True
    for rule in RULES:
        setting = rule.setting(problem.book)
        if setting.strictness in ("forbid", "pay") and not (rule.meter or rule.windows or rule.by_shape):
            model.under(rule.name, setting, elastic=rule.elastic)
            rule.constrain(model)
    slot_cost = problem.slots.paid_hours * person.agreement.cost_per_hour + model.slot_cost
    off_cost, constant = np.zeros(len(problem.days) + 1), 0.0
    for row in model.rows:
        days = np.unique(problem.slots.day[row.slots])
        if row.flags or len(days) > 1 or row.price is None:
            raise NeedsProgram(row.rule)
        missing = max(-row.high, 0.0) + max(row.low, 0.0)
        if len(days) == 0:
            constant += row.price * missing
            continue
        today = problem.slots.day == days[0]
        used = np.zeros(len(problem.slots))
        used[row.slots] = row.coefficients
        if row.low > 0 and person.agreement.shifts_per_day_max > 1 and (used < row.low)[today & model.active].any():
            raise NeedsProgram(row.rule)  # which of a split day's shifts keeps it, prices of single shifts can't say
        breach = np.maximum(used - row.high, 0.0) + np.maximum(row.low - used, 0.0)
        slot_cost[today] += row.price * breach[today]
        off_cost[days[0]] += row.price * missing
    return np.where(model.active, slot_cost, BARRED), off_cost, constant


def make_site(problem: RosterProblem, staff: Staff, prices: CoverPrices, random: np.random.Generator) -> arrays.Site:
    """The arrays, with nobody inserted yet."""
    step = fine_step(problem.slots, problem.grid)
    graphs = _flat(staff)
    tables = [_settle(problem, staff, kind) for kind in staff.kinds]
    people = _people(problem, staff, tables)
    layers = int(np.diff(graphs.layer_from).max(initial=1))
    slots = flat_slots(problem.slots, problem.grid, step)
    many, breaks = len(problem.people), slots.length.shape[1]
    steps = int(problem.grid.interval_minutes // step)
    tours = arrays.Tours(
        slot=np.full((many, layers), -1, dtype=np.int64),
        place=np.full((many, layers, breaks), -1, dtype=np.int64),
        own=np.zeros(many),
    )
    nodes = max([1, *(layer.nodes for graph in staff.graphs for layer in graph.layers)])
    shape = (layers + 1, nodes, int(people.bins.max(initial=1)))
    room = arrays.Room(
        value=np.full(shape, arrays.NOTHING, dtype=np.float32),
        settled=np.full(shape, arrays.NOTHING, dtype=np.float32),
        worth=np.zeros(len(problem.slots), dtype=np.float32),
        best=np.zeros(len(graphs.units) + 1, dtype=np.float32),
        chosen=np.full(len(graphs.units) + 1, -1, dtype=np.int64),
        sum=np.zeros(len(problem.grid) * steps + 1),
        there=np.zeros(len(problem.grid)),
        ties=random.random(TIES).astype(np.float32),
        closed=np.zeros(len(problem.days), dtype=bool),
    )
    cover, fair = _cover(problem, prices, steps), make_fair(problem)
    return arrays.Site(cover, slots, graphs, people, tours, room, fair, make_seats(problem, step))


def fine_step(slots: SlotTable, grid: CoverGrid) -> int:
    """Minutes of a fine step: starts, breaks and intervals all lie on it."""
    step = gcd(slots.step_minutes, grid.interval_minutes)
    for minute in np.unique((slots.start - grid.start[0]).astype(np.int64)):
        step = gcd(step, int(minute))
    for template in slots.templates:
        for number in (template.length_minutes, *(pause.minutes for pause in template.breaks)):
            step = gcd(step, number)
    return step


def _cover(problem: RosterProblem, prices: CoverPrices, steps: int) -> arrays.Cover:
    cuts = prices.cuts(problem.present).copy()
    groups, width = max(len(problem.groups), 1), len(problem.grid)
    return arrays.Cover(
        held=prices.held > 0,
        cuts=cuts,
        served=cuts.min(axis=0),
        under=float(prices.under),
        over=float(prices.over),
        hours=np.asarray(problem.grid.hours, dtype=np.float64),
        room=np.zeros((groups, width)),
        stale=np.ones((groups, width), dtype=bool),
        gain=np.zeros((groups, width)),
        steps=steps,
    )


def flat_slots(slots: SlotTable, grid: CoverGrid, step: int) -> arrays.Slots:
    """Slots in fine steps from the start of the grid, with the places of their breaks."""
    most = max((len(template.breaks) for template in slots.templates), default=0)
    length = np.zeros((len(slots.templates), max(most, 1)), dtype=np.int64)
    at_from, at_to = np.zeros_like(length), np.zeros_like(length)
    at: list[int] = []
    for number, template in enumerate(slots.templates):
        for b, offsets in enumerate(break_offsets(template, slots.step_minutes)):
            length[number, b] = template.breaks[b].minutes // step
            at_from[number, b] = len(at)
            at += [int(offset) // step for offset in offsets]
            at_to[number, b] = len(at)
    origin = float(grid.start[0])
    return arrays.Slots(
        first=np.round((slots.start - origin) / step).astype(np.int64),
        last=np.round((slots.end - origin) / step).astype(np.int64),
        day=slots.day.astype(np.int64),
        template=slots.template.astype(np.int64),
        length=length,
        at_from=at_from,
        at_to=at_to,
        at=np.array(at or [0], dtype=np.int64),
    )


def _settle(problem: RosterProblem, staff: Staff, kind: Kind) -> list[np.ndarray]:
    """Prices of each window of the kind's graph by paid units."""
    axis = staff.axes[kind.graph]
    day, paid = problem.slots.day, problem.slots.paid_hours
    fits = kind.slot_cost < BARRED / 10
    longest = np.zeros(len(problem.days))
    np.maximum.at(longest, day[fits], paid[fits])
    twice = 2 if any(layer.half != WHOLE for layer in staff.graphs[kind.graph].layers) else 1
    rows = []
    for first, last in axis.spans:
        own = [window for window in kind.windows if (window.first, window.last) == (first, last)]
        bins = round(twice * longest[first : last + 1].sum() * 60 / axis.minutes) + 1
        for window in own:
            if np.isinf(window.over_price) and np.isfinite(window.most):
                bins = min(bins, int((max(window.most - window.before, 0.0) * 60 + 1e-3) // axis.minutes) + 1)
        units = np.arange(bins) * axis.minutes / 60
        rows.append(np.minimum(sum((window.price(units) for window in own), np.zeros(bins)), BARRED))
    return rows


def _people(problem: RosterProblem, staff: Staff, tables: list[list[np.ndarray]]) -> arrays.People:
    windows = max([1, *(len(table) for table in tables)])
    bins = max([1, *(len(row) for table in tables for row in table)])
    settle = np.zeros((max(len(tables), 1), windows, bins))
    own_bins = np.ones(max(len(tables), 1), dtype=np.int64)
    for number, table in enumerate(tables):
        for w, row in enumerate(table):
            settle[number, w, : len(row)] = row
            settle[number, w, len(row) :] = BARRED
            own_bins[number] = max(own_bins[number], len(row))
    kinds = staff.kinds
    kind_of = np.maximum(staff.kind_of, 0)
    limit = np.full((max(len(kinds), 1), len(problem.slots.templates)), NO_LIMIT, dtype=np.int64)
    for number, kind in enumerate(kinds):
        for template, most in kind.limits:
            limit[number, template] = most
    return arrays.People(
        graph=np.array([kinds[k].graph if kinds else 0 for k in kind_of], dtype=np.int64),
        start=np.array([max(kinds[k].start, 0) if kinds else 0 for k in kind_of], dtype=np.int64),
        group=np.maximum(problem.group_of, 0),
        kind=kind_of,
        bins=own_bins[kind_of],
        slot_cost=np.array([kind.slot_cost for kind in kinds], dtype=np.float64).reshape(-1, len(problem.slots)),
        off_cost=np.array([kind.off_cost for kind in kinds], dtype=np.float64).reshape(-1, len(problem.days) + 1),
        settle=settle,
        limit=limit,
        limited=(limit < NO_LIMIT).any(axis=1),
        proficiency=problem.proficiency,
    )


def _flat(staff: Staff) -> arrays.Graphs:
    """All graphs in one row of arrays; arcs sorted by their target node."""
    layers = [(axis, layer) for graph, axis in zip(staff.graphs, staff.axes, strict=True) for layer in graph.layers]
    following = [
        graph.layers[number + 1].nodes if number + 1 < len(graph.layers) else 1
        for graph in staff.graphs
        for number in range(len(graph.layers))
    ]
    class_from = _edges([len(layer.slots) for _, layer in layers])
    orders = [np.argsort(layer.target, kind="stable") for _, layer in layers]
    kinds = [
        np.where(layer.kind >= 0, layer.kind + class_from[number], OFF)[orders[number]]
        for number, (_, layer) in enumerate(layers)
    ]
    counts = [np.bincount(layer.target, minlength=after) for (_, layer), after in zip(layers, following, strict=True)]
    own_slots = [np.unique(_joined([own for layer in graph.layers for own in layer.slots])) for graph in staff.graphs]
    return arrays.Graphs(
        layer_from=_edges([len(graph.layers) for graph in staff.graphs]),
        slot_from=_edges([len(own) for own in own_slots]),
        slots=_joined(own_slots),
        ease_from=_edges([len(layer.ease) for _, layer in layers]),
        class_from=class_from,
        node_from=_edges(following),
        day=np.array([_day_of(layer, staff) for _, layer in layers], dtype=np.int64),
        window=np.array([_window_after(layer, axis) for axis, layer in layers], dtype=np.int64),
        source=_joined([layer.source[order] for (_, layer), order in zip(layers, orders, strict=True)]),
        kind=_joined(kinds),
        price=_joined([layer.price[o] for (_, layer), o in zip(layers, orders, strict=True)]).astype(np.float32),
        in_from=_edges(_joined(counts).tolist()),
        ease_a=_joined([layer.ease[:, 0] for _, layer in layers]),
        ease_b=_joined([layer.ease[:, 1] for _, layer in layers]),
        units=_joined([layer.minutes // axis.minutes * _counted(layer, axis) for axis, layer in layers]),
        slot_at=_edges([len(own) for _, layer in layers for own in layer.slots]),
        class_slots=_joined([own for _, layer in layers for own in layer.slots]),
    )


def _edges(counts: Sequence[int]) -> np.ndarray:
    """Pointers to rows of so many entries."""
    return np.concatenate([[0], np.cumsum(np.array(counts, dtype=np.int64))]).astype(np.int64)


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """One array of all parts; of whole numbers where there are none."""
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _day_of(layer: Layer, staff: Staff) -> int:
    """The day whose day-off price a layer charges; the second shift of a split day charges none (one past the end)."""
    return len(staff.kinds[0].off_cost) - 1 if layer.half == SECOND else layer.position


def _counted(layer: Layer, axis: Axis) -> bool:
    """Whether a window holds the layer's day; hours of other days are counted nowhere."""
    return any(first <= layer.position <= last for first, last in axis.spans)


def _window_after(layer: Layer, axis: Axis) -> int:
    """The window that is settled after a layer, or −1."""
    ends = [last for _, last in axis.spans]
    return ends.index(layer.position) if layer.half != FIRST and layer.position in ends else -1
