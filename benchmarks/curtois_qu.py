"""The published nurse-rostering format of Curtois and Qu (2014) on the product's own engine.

An instance knows days and shift types, no hours of the day. A day becomes 24 hours (48 half hours where there are more
types), type i stands on the i-th of its day and asks for cover there alone; its minutes count as paid hours. Contracts
are work agreements (days in a row, days off, weekends, hours of the plan: the product's own rules), requests are prices
of single slots. What is left are two rules of the format, stated here as meters: which type may follow which, and how
often a type may be worked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.sections import read_sections
from domain.errors import BadValue
from domain.people import CoverPrices, RuleBook, RuleSetting, WorkAgreement
from domain.shifts import ShiftTemplate
from scheduling.roster.availability import Availability
from scheduling.roster.engines.site import BARRED, Staff, read_staff
from scheduling.roster.meters import Meter, TourFrame
from scheduling.roster.model import Person
from scheduling.roster.problem import RosterProblem
from scheduling.roster.work import Worked
from scheduling.shifts.cover import make_cover
from scheduling.shifts.grid import CoverGrid
from scheduling.shifts.localtime import midnight
from scheduling.shifts.slots import SlotTable

MONDAY = date(2026, 1, 5).toordinal()
MINUTES_A_DAY = 1440
CELL_MINUTES = (60, 30, 15)  # a type's place in its day, the first of these that leaves room for all types
COUNTED_MOST = 80  # states of type limits that a graph of tours counts; further limits are kept by prices
COUNTED_BUDGET = 1_400_000  # states × contracts × days × types², which is what all graphs grow with
MOST_HOURS_A_WEEK = 168.0


@dataclass(frozen=True)
class Contract:
    """One line of the staff section. `types`: most shifts by type."""

    types: tuple[tuple[str, int], ...]
    minutes_most: int
    minutes_least: int
    run_most: int
    run_least: int
    off_least: int
    weekends_most: int


@dataclass(frozen=True)
class Instance:
    """A file of the format. `requests`: (employee, day, type, weight), of the type wanted or unwanted."""

    days: int
    minutes: dict[str, int] = field(default_factory=dict)
    banned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    staff: dict[str, Contract] = field(default_factory=dict)
    days_off: dict[str, tuple[int, ...]] = field(default_factory=dict)
    wanted: list[tuple[str, int, str, int]] = field(default_factory=list)
    unwanted: list[tuple[str, int, str, int]] = field(default_factory=list)
    cover: list[tuple[int, str, int, int, int]] = field(default_factory=list)


def read_instance(path: Path) -> Instance:
    """Reads a file. Raises `BadValue` with the line that can't be read."""
    found = read_sections(path, Instance(0), _read)
    if not found.days or not found.staff:
        raise BadValue("a Curtois-Qu instance with a horizon and staff", file=str(path))
    return found


def _read(found: Instance, section: str, parts: list[str]) -> Instance:
    if section == "SECTION_HORIZON":
        return replace(found, days=int(parts[0]))
    if section == "SECTION_SHIFTS":
        found.minutes[parts[0]] = int(parts[1])
        found.banned[parts[0]] = tuple(name for name in "".join(parts[2:]).split("|") if name)
    elif section == "SECTION_STAFF":
        types = tuple((name, int(most)) for name, most in (pair.split("=") for pair in parts[1].split("|")))
        for name, _ in types:
            _known(name, found.minutes)
        found.staff[parts[0]] = Contract(types, *(int(part) for part in parts[2:8]))
    elif section == "SECTION_DAYS_OFF":
        found.days_off[_known(parts[0], found.staff)] = tuple(int(day) for day in parts[1:])
    elif section in ("SECTION_SHIFT_ON_REQUESTS", "SECTION_SHIFT_OFF_REQUESTS"):
        requests = found.wanted if section == "SECTION_SHIFT_ON_REQUESTS" else found.unwanted
        who, name = _known(parts[0], found.staff), _known(parts[2], found.minutes)
        requests.append((who, _inside(int(parts[1]), found), name, int(parts[3])))
    elif section == "SECTION_COVER":
        name = _known(parts[1], found.minutes)
        found.cover.append((_inside(int(parts[0]), found), name, int(parts[2]), int(parts[3]), int(parts[4])))
    return found


def _known(name: str, among: Mapping[str, object]) -> str:
    if name not in among:
        raise ValueError(name)
    return name


def _inside(day: int, found: Instance) -> int:
    if not 0 <= day < found.days:
        raise ValueError(day)
    return day


class FollowMeter(Meter):
    """Which type may follow which on the next day. State: 1 + the type of the day before, 0 after a day off."""

    def __init__(self, frame: TourFrame, banned: np.ndarray) -> None:
        super().__init__(frame, RuleSetting())
        self._banned = banned

    def first(self, history: Sequence[Worked]) -> int:
        """Nothing was worked before."""
        return 0

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Barred after a type that it may not follow."""
        types = self.frame.slots.template[slots]
        price = np.where(self._banned[states][:, types], np.inf, 0.0)
        return np.broadcast_to(1 + types, price.shape), price

    def free(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Anything may follow a day off."""
        return np.zeros_like(states), np.zeros(len(states))


class TypeMeter(Meter):
    """How often a type may still be worked. State: the shifts left, no more than the days to come."""

    def __init__(self, frame: TourFrame, number: int, most: int) -> None:
        super().__init__(frame, RuleSetting())
        self._number, self._most = number, most

    def first(self, history: Sequence[Worked]) -> int:
        """All of them."""
        return min(self._most, len(self.frame.days))

    def work(
        self, states: np.ndarray, position: int, slots: np.ndarray, *, second: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """One less of the type."""
        used = (self.frame.slots.template[slots] == self._number).astype(np.int64)
        left = states[:, None] - used[None, :]
        return np.maximum(left, 0), np.where(left < 0, np.inf, 0.0)

    def night(self, states: np.ndarray, position: int) -> tuple[np.ndarray, np.ndarray]:
        """More than the days to come tell nothing."""
        return np.minimum(states, len(self.frame.days) - 1 - position), np.zeros(len(states))


def make_problem(instance: Instance) -> tuple[RosterProblem, Staff, float]:
    """The instance as a roster problem, its people with their requests, and the cost of granting no request at all."""
    names = tuple(instance.minutes)
    cell = _cell(len(names))
    number = {name: place for place, name in enumerate(names)}
    days = np.arange(MONDAY, MONDAY + instance.days)
    agreements = {contract: _agreement(contract, place) for place, contract in enumerate(_contracts(instance))}
    templates = tuple(
        ShiftTemplate(name=name, start_from=_clock(place * cell), length_minutes=cell) for name, place in number.items()
    )
    under, over = (weight * 60 / cell for weight in _weights(instance))
    book = RuleBook(
        agreements=tuple(agreements.values()),
        shifts=templates,
        cover=CoverPrices(under_per_hour=under, over_per_hour=over),
    )
    slots = _slots(instance, days, templates, cell)
    begin, cells_a_day = midnight(int(days[0]), "UTC"), MINUTES_A_DAY // cell
    start = begin + float(cell) * np.arange(cells_a_day * instance.days)
    grid = CoverGrid(start, start + cell, cell)
    need = np.zeros((1, len(grid)))
    for day, name, people, _, _ in instance.cover:
        need[0, cells_a_day * day + number[name]] = people
    people = tuple(
        Person(employee, agreements[contract], ("all",), ("all",), Availability())
        for employee, contract in instance.staff.items()
    )
    problem = RosterProblem(
        book=book, days=days, grid=grid, queues=("all",), need=need, people=people, slots=slots,
        cover=make_cover(slots, grid), groups=((0,),), group_of=np.zeros(len(people), dtype=np.int64),
        present=np.zeros((1, len(grid))), warnings=(),
    )  # fmt: skip
    limits = {agreement.name: contract for contract, agreement in agreements.items()}
    banned = np.zeros((len(names) + 1, len(names)), dtype=bool)
    for before, after in instance.banned.items():
        banned[1 + number[before], [number[name] for name in after]] = True

    def more(frame: TourFrame) -> list[Meter]:
        counted, _ = _limits(instance, limits[frame.agreement.name])
        return [FollowMeter(frame, banned), *(TypeMeter(frame, number[name], most) for name, most in counted)]

    staff, owed = _with_requests(instance, read_staff(problem, more), slots, number)
    return problem, staff, owed


def _cell(types: int) -> int:
    for minutes in CELL_MINUTES:
        if types * minutes <= MINUTES_A_DAY:
            return minutes
    raise BadValue(f"at most {MINUTES_A_DAY // CELL_MINUTES[-1]} shift types", found=types)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _limits(instance: Instance, contract: Contract) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Limits of types, the tightest first: those that the graph counts, and the others."""
    counted: list[tuple[str, int]] = []
    others: list[tuple[str, int]] = []
    size = len(_contracts(instance)) * instance.days * len(instance.minutes) ** 2
    most_states, states = min(COUNTED_MOST, COUNTED_BUDGET // size), 1
    for name, most in sorted(contract.types, key=lambda entry: entry[1]):
        if not 0 < most < instance.days:
            continue
        if states * (most + 1) <= most_states:
            states *= most + 1
            counted.append((name, most))
        else:
            others.append((name, most))
    return counted, others


def _contracts(instance: Instance) -> list[Contract]:
    return list(dict.fromkeys(instance.staff.values()))


def _agreement(contract: Contract, place: int) -> WorkAgreement:
    return WorkAgreement(
        name=f"contract{place}",
        shifts=tuple(name for name, most in contract.types if most > 0),
        hours_per_week_max=MOST_HOURS_A_WEEK,
        hours_per_period_max=contract.minutes_most / 60,
        hours_per_period_min=contract.minutes_least / 60,
        rest_hours_min=None,
        consecutive_days_max=contract.run_most,
        consecutive_days_min=contract.run_least,
        days_off_min=contract.off_least,
        weekends_max=contract.weekends_most,
        cost_per_hour=0.0,
    )


def _weights(instance: Instance) -> tuple[float, float]:
    """The one weight of missing and of surplus cover."""
    weights = {(under, over) for _, _, _, under, over in instance.cover}
    cells = {(day, name) for day, name, *_ in instance.cover}
    if len(weights) != 1 or len(cells) != instance.days * len(instance.minutes):
        raise BadValue("cover of every day and type, all of one weight", found=f"{len(cells)} cells, weights {weights}")
    under, over = next(iter(weights))
    return float(under), float(over)


def _slots(instance: Instance, days: np.ndarray, templates: tuple[ShiftTemplate, ...], cell: int) -> SlotTable:
    many = len(templates)
    day = np.repeat(np.arange(instance.days), many)
    template = np.tile(np.arange(many), instance.days)
    start = np.array([midnight(int(d), "UTC") for d in days])[day] + cell * template
    paid = np.array(list(instance.minutes.values())) / 60
    return SlotTable(day, template, start, start + cell, cell * template, paid[template], templates, cell)


def _with_requests(
    instance: Instance, staff: Staff, slots: SlotTable, number: Mapping[str, int]
) -> tuple[Staff, float]:
    """Everybody a kind of their own: days off barred, requests as prices (a wanted shift earns its weight back)."""
    kinds = []
    for person, (employee, contract) in enumerate(instance.staff.items()):
        _, others = _limits(instance, contract)
        kind = staff.kinds[staff.kind_of[person]]
        cost = kind.slot_cost.copy()
        cost[np.isin(slots.day, instance.days_off.get(employee, ()))] = BARRED
        for sign, requests in ((-1.0, instance.wanted), (1.0, instance.unwanted)):
            for who, day, name, weight in requests:
                if who == employee:
                    cost[(slots.day == day) & (slots.template == number[name])] += sign * weight
        kinds.append(replace(kind, slot_cost=cost, limits=tuple((number[name], most) for name, most in others)))
    owed = float(sum(weight for *_, weight in instance.wanted))
    return replace(staff, kinds=tuple(kinds), kind_of=np.arange(len(kinds))), owed
