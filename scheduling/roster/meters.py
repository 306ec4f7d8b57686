"""What a rule remembers of one person's days, so that the insertion engine can build whole tours that keep it.

A meter reads a tour day by day and keeps one whole number: hours since the last shift, days worked in a row, whether
the week has had its rest. All meters of an agreement together span a graph (`tour_graph`): its paths are the legal
tours.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from domain.people import RuleBook, RuleSetting, WorkAgreement
from scheduling.roster.work import Worked
from scheduling.shifts.localtime import iso_week, midnight
from scheduling.shifts.slots import SlotTable

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class TourFrame:
    """What meters see: an agreement and, by day of the plan, the slots that its people may work."""

    book: RuleBook
    agreement: WorkAgreement
    days: np.ndarray  # local days, ordinals
    slots: SlotTable
    open: tuple[np.ndarray, ...]  # by day of the plan, positions in `slots`

    @cached_property
    def midnights(self) -> np.ndarray:
        """Start of every day of the plan and the end of the last one, minutes since 1970 UTC."""
        edges = [*self.days, self.days[-1] + 1]
        return np.array([midnight(int(day), self.book.timezone) for day in edges], dtype=np.int64)

    @cached_property
    def next_start(self) -> np.ndarray:
        """For each day the earliest start of an open slot on a later day; NEVER where there is none."""
        first = np.array([self.slots.start[own].min(initial=NEVER) for own in self.open], dtype=np.int64)
        later = np.append(np.minimum.accumulate(first[::-1])[::-1][1:], NEVER)
        return np.asarray(later)

    @cached_property
    def longest_hours(self) -> np.ndarray:
        """For each day the most paid hours that one open slot brings."""
        paid = self.slots.paid_hours
        return np.array([paid[own].max(initial=0.0) for own in self.open], dtype=np.float64)


class Meter(ABC):
    """One rule's memory. States are whole numbers of at least 0; prices are ≥ 0, infinite where the rule forbids.

    `charge` prices units of breach: its setting's price each, or infinity. Whoever works nothing keeps every rule: days
    off after the roster before may cost, but are never forbidden, so that everybody has a legal tour.
    """

    def __init__(self, frame: TourFrame, setting: RuleSetting) -> None:
        self.frame, self.setting = frame, setting

    def charge(self, units: np.ndarray) -> np.ndarray:
        """The price of so many units of breach (none where ≤ 0)."""
        broken = units > 1e-9
        each = self.setting.price * np.maximum(units, 0.0) if self.setting.strictness == "pay" else np.inf
        return np.where(broken, each, 0.0)

    @abstractmethod
    def first(self, history: Sequence[Worked]) -> int:
        """The state before the first day, from the shifts of the roster before."""

    @abstractmethod
    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Next states and prices, states × slots, of working each slot on that day.

        `second`: as the second shift of a split day.
        """

    def free(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Next states and prices of a day without a shift."""
        return states, np.zeros(len(states))

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Next states and prices at the end of the day at `position`, worked or not.

        States that no later day can tell apart should be made equal here: the graph gets smaller.
        """
        return states, np.zeros(len(states))


class NoOverlap(Meter):
    """A shift starts when the one before has ended. State: the last end, 0 where it can't matter any more."""

    def first(self, history: Sequence[Worked]) -> int:
        """The last end of the roster before."""
        return int(max((shift.end for shift in history), default=0))

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Barred while the last shift lasts."""
        start, end = self.frame.slots.start[slots], self.frame.slots.end[slots]
        price = np.where(start[None, :] < states[:, None], np.inf, 0.0)
        return np.broadcast_to(end, price.shape), price

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Forgotten once it ends before anything can start."""
        return np.where(states <= self.frame.next_start[position], 0, states), np.zeros(len(states))


def weeks_of(days: np.ndarray) -> Iterator[tuple[tuple[int, int], int, int]]:
    """ISO weeks of a plan: (week, position of its first planned day, of its last)."""
    yield from _weeks_of(tuple(days.tolist()))


@lru_cache(maxsize=64)
def _weeks_of(days: tuple[int, ...]) -> tuple[tuple[tuple[int, int], int, int], ...]:
    weeks = [iso_week(day) for day in days]
    return tuple((week, weeks.index(week), len(weeks) - 1 - weeks[::-1].index(week)) for week in dict.fromkeys(weeks))


@dataclass(frozen=True)
class HoursWindow:
    """A span of days whose paid hours a rule limits: days `first`..`last` of the plan, `before` hours worked earlier.

    Up to `least` hours short cost `short_price` each, hours above `most` cost `over_price` each (infinite: forbidden).
    """

    first: int
    last: int
    before: float = 0.0
    least: float = 0.0
    short_price: float = 0.0
    most: float = np.inf
    over_price: float = np.inf

    def price(self, hours: np.ndarray) -> np.ndarray:
        """The price of working so many paid hours inside the window."""
        total = hours + self.before
        price = np.maximum(self.least - total, 0.0) * self.short_price
        over = total - max(self.most, self.before)
        above = over > 1e-6
        price[above] += over[above] * self.over_price
        return np.asarray(price)


def window_meters(frame: TourFrame, windows: Sequence[HoursWindow]) -> tuple[Meter, ...]:
    """A meter for each chain of windows that do not overlap."""
    chains: list[list[HoursWindow]] = []
    for window in sorted(windows, key=lambda w: (w.first, w.last)):
        room = next((chain for chain in chains if chain[-1].last < window.first), None)
        if room is None:
            chains.append([window])
        else:
            room.append(window)
    return tuple(WindowMeter(frame, chain) for chain in chains)


class WindowMeter(Meter):
    """State: paid minutes in the window that holds the day; settled at its end."""

    def __init__(self, frame: TourFrame, windows: Sequence[HoursWindow]) -> None:
        super().__init__(frame, RuleSetting())
        self._of = {position: window for window in windows for position in range(window.first, window.last + 1)}

    def first(self, history: Sequence[Worked]) -> int:
        """Nothing: hours worked before are the window's own."""
        return 0

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Counts on; barred as soon as the window can't hold it."""
        window = self._of.get(position)
        minutes = np.round(self.frame.slots.paid_hours[slots] * 60).astype(np.int64)
        if window is None:
            return np.broadcast_to(states[:, None], (len(states), len(slots))), np.zeros((len(states), len(slots)))
        total = states[:, None] + minutes[None, :]
        over = total / 60 + window.before > max(window.most, window.before) + 1e-6
        return total, np.where(over & np.isinf(window.over_price), np.inf, 0.0)

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Settled at the window's end."""
        window = self._of.get(position)
        if window is None or position < window.last:
            return states, np.zeros(len(states))
        return np.zeros_like(states), window.price(states / 60)
