"""What the activity kernels read and write, beside the tuples of `arrays`; made by `make_activity_site`.

Moments are intervals of the cover grid, on which all shifts start and end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.roster.engines.arrays import Graphs, People, Room, Slots, Tours


class ActivityCover(NamedTuple):
    """Activities × intervals: people `there`, `least`, `most`, and `gain`, what one more person brings.

    `missing`: price of a person below `least`; `surplus`: of the k-th person above `most`; `can`: groups × activities;
    `block`: least intervals at one activity in a row; `total`: sums of `gain` from an interval on, as far as asked.
    """

    there: np.ndarray
    least: np.ndarray
    most: np.ndarray
    gain: np.ndarray
    missing: float
    surplus: np.ndarray
    can: np.ndarray
    block: int
    total: np.ndarray


class Starts(NamedTuple):
    """Moments at which shifts start, by day, in runs of neighbouring intervals with the same longest shift.

    By start: `first` interval, `slot_from` into `slots`. `run_from` points at each run's starts, `layer_from` at each
    day's runs; by run: `width` (starts) and `longest` (intervals of a shift).
    """

    layer_from: np.ndarray
    run_from: np.ndarray
    width: np.ndarray
    longest: np.ndarray
    first: np.ndarray
    slot_from: np.ndarray
    slots: np.ndarray


class Ways(NamedTuple):
    """The tour graphs forwards. `row_from`: by layer; `width`: by layer, its classes and one (a day off comes first).

    `target`, `price`: node × choice of a layer, at row_from + node · width + choice (−1: forbidden); `choice`: graphs ×
    slots; `begin`: by layer, the first layer of the span of days whose paid units are settled with it.
    """

    row_from: np.ndarray
    width: np.ndarray
    target: np.ndarray
    price: np.ndarray
    choice: np.ndarray
    begin: np.ndarray
    end: np.ndarray


class Blocks(NamedTuple):
    """`doing`: activity by person × layer × interval of the shift. Scratch: `worth`, lengths × starts, and `hold`,
    activities × starts, of a run of starts; by length, where the last block `begin`s and its `activity`."""

    doing: np.ndarray
    worth: np.ndarray
    hold: np.ndarray
    begin: np.ndarray
    activity: np.ndarray


class Walk(NamedTuple):
    """Scratch of a stretch: `live` layers × nodes; `known`, `left`: by layer a node from which the rest was walked
    before, and what that cost."""

    live: np.ndarray
    known: np.ndarray
    left: np.ndarray
    rest: np.ndarray


class ActivitySite(NamedTuple):
    """Everything the activity kernels need; `best_tour` reads the graphs, people, tours and room of any site."""

    cover: ActivityCover
    starts: Starts
    ways: Ways
    blocks: Blocks
    walk: Walk
    slots: Slots
    graphs: Graphs
    people: People
    tours: Tours
    room: Room
