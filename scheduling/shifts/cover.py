"""What each slot covers on the requirement grid, and where its breaks cost least.

Breaks of one template lie in windows that never overlap, so each break can be placed on its own: the best place is the
cheapest position in its window. A 15-minute break inside a 30-minute interval takes half a person from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from scheduling.shifts.grid import CoverGrid
from scheduling.shifts.slots import SlotTable, break_offsets

Loss = Callable[[np.ndarray, np.ndarray], np.ndarray]


def linear_loss(value: np.ndarray) -> Loss:
    """The loss of taking shares of a person where each whole person is worth `value` by interval."""
    return lambda at, share: np.asarray(share * value[at])


@dataclass(frozen=True)
class BreakLayout:
    """Breaks of one template's slots. `lost_at[b]`: for slot row × position the intervals, `lost[b]`: shares taken."""

    slots: np.ndarray
    offsets: tuple[np.ndarray, ...]
    lost_at: tuple[np.ndarray, ...]
    lost: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class BreakPlaces:
    """All breaks of all slots in one table, so that one array operation prices them: entries × places × intervals.

    Entries with fewer places repeat their last one.
    """

    slot: np.ndarray
    number: np.ndarray
    offset: np.ndarray
    at: np.ndarray
    share: np.ndarray


@dataclass(frozen=True)
class SlotCover:
    """Cover of all slots on a grid."""

    grid: CoverGrid
    slots: SlotTable
    layouts: tuple[BreakLayout, ...]
    places: BreakPlaces
    breaks_most: int
    _vectors: dict[tuple[int, tuple[int, ...]], tuple[int, np.ndarray]] = field(default_factory=dict)

    @cached_property
    def base(self) -> np.ndarray:
        """Slots × intervals, share present without breaks; made when asked for, since it is large over four weeks."""
        return self.grid.shares(self.slots.start.astype(np.float64), self.slots.end.astype(np.float64))

    def best_breaks(self, loss: Loss) -> tuple[np.ndarray, np.ndarray]:
        """Where breaks cost least: (cost by slot, chosen offset in minutes by slot × break; −1 where there is none).

        `loss(intervals, shares)` prices taking those shares of a person from those intervals (same shapes).
        """
        chosen = np.full((len(self.slots), self.breaks_most), -1, dtype=np.int64)
        places = self.places
        if len(places.slot) == 0:
            return np.zeros(len(self.slots)), chosen
        prices = loss(places.at, places.share).sum(axis=2)
        best = prices.argmin(axis=1)
        entries = np.arange(len(best))
        chosen[places.slot, places.number] = places.offset[entries, best]
        return np.bincount(places.slot, weights=prices[entries, best], minlength=len(self.slots)), chosen

    def vector(self, slot: int, offsets: tuple[int, ...]) -> tuple[int, np.ndarray]:
        """(first interval, shares from there on) of one slot with its breaks at those offsets, minutes."""
        key = (slot, offsets)
        known = self._vectors.get(key)
        if known is None:
            known = self._vectors[key] = self._vector(slot, offsets)
        return known

    def _vector(self, slot: int, offsets: tuple[int, ...]) -> tuple[int, np.ndarray]:
        begin, end = float(self.slots.start[slot]), float(self.slots.end[slot])
        first = int(np.searchsorted(self.grid.end, begin, side="right"))
        part = self.grid.part(first, int(np.searchsorted(self.grid.start, end, side="left")))
        if len(part) == 0:
            return 0, np.zeros(0)
        template = self.slots.templates[int(self.slots.template[slot])]
        starts = begin + np.array(offsets, dtype=np.float64)
        ends = starts + np.array([pause.minutes for pause in template.breaks], dtype=np.float64)
        shares = part.shares(np.array([begin]), np.array([end]))[0] - part.shares(starts, ends).sum(axis=0)
        return first, np.maximum(shares, 0.0)


def make_cover(slots: SlotTable, grid: CoverGrid) -> SlotCover:
    """The cover of every slot on the grid."""
    layouts = []
    for number, template in enumerate(slots.templates):
        rows = np.flatnonzero(slots.template == number)
        offsets = break_offsets(template, slots.step_minutes)
        places = [
            _lost(grid, slots.start[rows], minutes, pause.minutes)
            for minutes, pause in zip(offsets, template.breaks, strict=True)
        ]
        layouts.append(BreakLayout(rows, offsets, tuple(at for at, _ in places), tuple(share for _, share in places)))
    most = max((len(template.breaks) for template in slots.templates), default=0)
    return SlotCover(grid, slots, tuple(layouts), _in_one_table(layouts), most)


def _in_one_table(layouts: list[BreakLayout]) -> BreakPlaces:
    parts = [(layout, number) for layout in layouts for number in range(len(layout.offsets)) if len(layout.slots)]
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        empty = np.zeros((0, 1, 1))
        return BreakPlaces(nothing, nothing, np.zeros((0, 1), np.int64), empty.astype(np.int64), empty)
    most = max(len(layout.offsets[number]) for layout, number in parts)
    widest = max(layout.lost_at[number].shape[2] for layout, number in parts)

    def padded(values: np.ndarray) -> np.ndarray:
        places = np.minimum(np.arange(most), values.shape[1] - 1)
        return np.pad(values[:, places, :], ((0, 0), (0, 0), (0, widest - values.shape[2])))

    offsets = [
        np.tile(
            layout.offsets[number][np.minimum(np.arange(most), len(layout.offsets[number]) - 1)], (len(layout.slots), 1)
        )
        for layout, number in parts
    ]
    return BreakPlaces(
        slot=np.concatenate([layout.slots for layout, _ in parts]),
        number=np.concatenate([np.full(len(layout.slots), number) for layout, number in parts]),
        offset=np.concatenate(offsets),
        at=np.concatenate([padded(layout.lost_at[number]) for layout, number in parts]),
        share=np.concatenate([padded(layout.lost[number]) for layout, number in parts]),
    )


def _lost(grid: CoverGrid, starts: np.ndarray, offsets: np.ndarray, minutes: int) -> tuple[np.ndarray, np.ndarray]:
    """Intervals and shares a break takes: slot × position × touched interval."""
    begin = starts[:, None].astype(np.float64) + offsets[None, :]
    first = grid.position(begin)
    widest = int((grid.position(begin + minutes - 1e-6) - first).max(initial=0)) + 1
    at = np.minimum(first[:, :, None] + np.arange(widest)[None, None, :], len(grid) - 1)
    low = np.maximum(begin[:, :, None], grid.start[at])
    high = np.minimum(begin[:, :, None] + minutes, grid.end[at])
    share = np.maximum(high - low, 0) / (grid.end[at] - grid.start[at])
    repeated = first[:, :, None] + np.arange(widest)[None, None, :] > len(grid) - 1
    return at, np.where(repeated, 0.0, share)
