"""The published multi-activity shift scheduling format (MASSP) on the product's own engine.

Quarter-hours from 06:00 on day 1 to 06:00 on the day after the last. A person may do every task; a shift of 6 to 10
hours starts in one of three windows a day and is cut into blocks of one task, an hour at least. Rest, days in a row and
one start a calendar day are rules of the product; minutes are a window of hours of each person's own. A start at
midnight counts on the day that begins, so that the plan has a day more than the horizon.
"""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from pathlib import Path

import numpy as np

from benchmarks.sections import read_sections
from domain.errors import BadValue
from domain.people import CoverPrices, RuleBook, WorkAgreement
from domain.shifts import ShiftTemplate
from scheduling.roster.availability import Availability
from scheduling.roster.engines.activities import Block, solve_activities
from scheduling.roster.engines.activity_site import ActivityNeed
from scheduling.roster.engines.site import Staff, read_staff
from scheduling.roster.meters import HoursWindow
from scheduling.roster.model import Person
from scheduling.roster.problem import RosterProblem
from scheduling.shifts.cover import make_cover
from scheduling.shifts.grid import CoverGrid
from scheduling.shifts.localtime import midnight
from scheduling.shifts.slots import SlotTable

MONDAY = date(2026, 1, 5).toordinal()
INTERVAL_MINUTES, DAY_MINUTES = 15, 1440
FIRST_MINUTE = 360  # the horizon begins at 06:00
START_WINDOWS = ((360, 600), (840, 1080), (1200, 1440))  # minutes after midnight, both ends included
LENGTH_LEAST, LENGTH_MOST, BLOCK_LEAST = 360, 600, 60
REST_HOURS, DAYS_IN_A_ROW = 14.0, 5
MOST_HOURS_A_WEEK = 168.0
ROUNDS_MOST = 100_000  # where the time limit ends the search
MISSING_PRICE = 50.0  # of a person below the minimum for a quarter-hour: more than moving a shift there costs
SHORT_PRICE_PER_HOUR = 2_000.0  # below a contract's minutes: more than anything that less work saves


@dataclass(frozen=True)
class Instance:
    """A file of the format. `staff`: least and most minutes; `cover`: least and most people by interval and task."""

    days: int = 0
    tasks: int = 0
    staff: dict[str, tuple[int, int]] = field(default_factory=dict)
    cover: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The tasks of the cover section, in its order."""
        return tuple(dict.fromkeys(name for _, name in self.cover))

    @property
    def intervals(self) -> int:
        """Quarter-hours of the horizon."""
        return self.days * DAY_MINUTES // INTERVAL_MINUTES


def read_instance(path: Path) -> Instance:
    """Reads a file. Raises `BadValue` with the line that can't be read."""
    found = read_sections(path, Instance(), _read)
    if not found.days or not found.staff or not found.cover:
        raise BadValue("a MASSP instance with a horizon, staff and cover", file=str(path))
    cells = found.intervals * len(found.names)
    if len(found.cover) != cells:
        raise BadValue("cover of every quarter-hour and task", file=str(path), found=f"{len(found.cover)} of {cells}")
    return found


def _read(found: Instance, section: str, parts: list[str]) -> Instance:
    if section == "SECTION_HORIZON":
        return replace(found, days=_counted(parts[0], 1))
    if section == "SECTION_TASKS":
        return replace(found, tasks=_counted(parts[0], 1))
    if section == "SECTION_STAFF":
        least, most = _range(parts[1:])
        found.staff[_new(parts[0], found.staff)] = (least, most)
    elif section == "SECTION_COVER":
        day, clock, name = _counted(parts[0], 1), parts[1].split("-")[0], parts[2]
        hours, minutes = (_counted(part, 0) for part in clock.split(":"))
        minute = (day - 1) * DAY_MINUTES + 60 * hours + minutes - FIRST_MINUTE
        at, beside = divmod(minute, INTERVAL_MINUTES)
        if beside or not 0 <= at < found.intervals:
            raise ValueError(clock)
        found.cover[_new((at, name), found.cover)] = _range(parts[3:])
    else:
        raise ValueError(section)
    return found


def _counted(text: str, least: int) -> int:
    if int(text) < least:
        raise ValueError(text)
    return int(text)


def _range(parts: Sequence[str]) -> tuple[int, int]:
    least, most = (_counted(part, 0) for part in parts)
    if least > most:
        raise ValueError(parts)
    return least, most


def _new[K](key: K, known: Mapping[K, object]) -> K:
    if key in known:
        raise ValueError(key)
    return key


def make_problem(instance: Instance) -> tuple[RosterProblem, Staff, ActivityNeed]:
    """The instance as a roster problem, its people with their minutes, and what each task needs."""
    names = instance.names
    days = np.arange(MONDAY, MONDAY + instance.days + 1)
    templates = tuple(
        ShiftTemplate(name=f"{minutes} minutes", start_from="06:00", length_minutes=minutes)
        for minutes in range(LENGTH_LEAST, LENGTH_MOST + 1, INTERVAL_MINUTES)
    )
    agreement = WorkAgreement(
        name="staff",
        shifts=tuple(template.name for template in templates),
        hours_per_week_max=MOST_HOURS_A_WEEK,
        hours_per_period_max=max(max(most for _, most in instance.staff.values()), 1) / 60,
        rest_hours_min=REST_HOURS,
        consecutive_days_max=DAYS_IN_A_ROW,
        cost_per_hour=0.0,
    )
    book = RuleBook(agreements=(agreement,), shifts=templates, cover=CoverPrices(under_per_hour=1.0))
    origin = midnight(int(days[0]), "UTC") + FIRST_MINUTE
    start = origin + float(INTERVAL_MINUTES) * np.arange(instance.intervals)
    grid = CoverGrid(start, start + INTERVAL_MINUTES, INTERVAL_MINUTES)
    slots = _slots(instance, days, templates)
    least, most = _bands(instance)
    people = tuple(Person(who, agreement, names, names, Availability()) for who in instance.staff)
    none = np.zeros(len(slots), dtype=bool)
    problem = RosterProblem(
        book=book, days=days, grid=grid, queues=names, need=least.astype(np.float64), people=people, slots=slots,
        cover=make_cover(_chosen(slots, none), grid), groups=(tuple(range(len(names))),),
        group_of=np.zeros(len(people), dtype=np.int64), present=np.zeros((1, len(grid))), warnings=(),
    )  # fmt: skip
    surplus = 2.0 * np.arange(len(people)) + 1.0  # the k-th one too many adds k² − (k − 1)²
    need = ActivityNeed(least, most, MISSING_PRICE, surplus, BLOCK_LEAST // INTERVAL_MINUTES)
    return problem, _with_minutes(instance, read_staff(problem), len(days)), need


def _bands(instance: Instance) -> tuple[np.ndarray, np.ndarray]:
    place = {name: number for number, name in enumerate(instance.names)}
    least, most = np.zeros((2, len(place), instance.intervals), dtype=np.int64)
    for (at, name), (low, high) in instance.cover.items():
        least[place[name], at], most[place[name], at] = low, high
    return least, most


def _slots(instance: Instance, days: np.ndarray, templates: tuple[ShiftTemplate, ...]) -> SlotTable:
    """Every start and length that lies within the horizon, by calendar day."""
    clocks = sorted(
        {minute % DAY_MINUTES for a, b in START_WINDOWS for minute in range(a, b + 1, INTERVAL_MINUTES)}
    )  # midnight, the end of the last window, starts the next day
    lengths = np.array([template.length_minutes for template in templates])
    many, wide = len(clocks), len(templates)
    day = np.repeat(np.arange(len(days)), many * wide)
    template = np.tile(np.repeat(np.arange(wide), many), len(days))
    clock = np.tile(np.array(clocks), wide * len(days))
    start = np.array([midnight(int(d), "UTC") for d in days])[day] + clock
    end = start + lengths[template]
    origin = midnight(int(days[0]), "UTC") + FIRST_MINUTE
    inside = (start >= origin) & (end <= origin + instance.days * DAY_MINUTES)
    table = SlotTable(day, template, start, end, clock, lengths[template] / 60, templates, INTERVAL_MINUTES)
    return _chosen(table, inside)


def _chosen(slots: SlotTable, rows: np.ndarray) -> SlotTable:
    return replace(
        slots, day=slots.day[rows], template=slots.template[rows], start=slots.start[rows], end=slots.end[rows],
        clock=slots.clock[rows], paid_hours=slots.paid_hours[rows],
    )  # fmt: skip


def _with_minutes(instance: Instance, staff: Staff, days: int) -> Staff:
    """People of the same minutes are of one kind."""
    bands = list(dict.fromkeys(instance.staff.values()))
    kinds = []
    for least, most in bands:
        window = HoursWindow(
            0, days - 1, least=least / 60, short_price=SHORT_PRICE_PER_HOUR, most=most / 60, over_price=np.inf
        )
        kinds.append(replace(staff.kinds[0], windows=(window,)))
    kind_of = np.array([bands.index(band) for band in instance.staff.values()], dtype=np.int64)
    return replace(staff, kinds=tuple(kinds), kind_of=kind_of)


def solve(
    instance: Instance, seconds: float, seed: int, rounds: int | None
) -> tuple[dict[str, tuple[Block, ...]], dict[str, object]]:
    """Blocks by person and what is printed of them; `rounds` instead of seconds repeat exactly.

    `missing`, `short_minutes`: people below the minimum and minutes that contracts lack, 0 in a legal roster.
    """
    begin = time.monotonic()
    problem, staff, need = make_problem(instance)
    deadline = begin + seconds if rounds is None else None
    found = solve_activities(problem, staff, need, seed=seed, rounds=rounds or ROUNDS_MOST, deadline=deadline)
    roster = {who: found.blocks[number] for number, who in enumerate(instance.staff)}
    penalty, missing = penalty_of(instance, roster)
    bound = min(ceil(found.bound - 1e-3), penalty)  # penalties are whole numbers
    return roster, {
        "penalty": penalty,
        "bound": bound,
        "gap": round((penalty - bound) / max(bound, 1.0), 5),
        "missing": missing,
        "short_minutes": round(found.own_cost / SHORT_PRICE_PER_HOUR * 60),
        "seconds": round(time.monotonic() - begin, 1),
        "seed": seed,
    }


def made_up() -> Instance:
    """A day of one person and one task that lacks a second person for a while, so that no bound is met."""
    cover = {(at, "a"): (2, 2) if at == 0 else (0, 0) for at in range(DAY_MINUTES // INTERVAL_MINUTES)}
    return Instance(days=1, tasks=1, staff={"a": (LENGTH_LEAST, LENGTH_MOST)}, cover=cover)


def penalty_of(instance: Instance, roster: Mapping[str, Sequence[Block]]) -> tuple[int, int]:
    """(squares of surplus, people missing) of blocks by person; blocks in intervals."""
    least, most = _bands(instance)
    there = np.zeros_like(least)
    for blocks in roster.values():
        for block in blocks:
            there[block.activity, block.first : block.last] += 1
    return int((np.maximum(there - most, 0) ** 2).sum()), int(np.maximum(least - there, 0).sum())


def write_roster(instance: Instance, roster: Mapping[str, Sequence[Block]], path: Path) -> None:
    """The roster as the published solutions are written: day 0 is the first, tasks with their length in minutes."""
    root = ET.Element("Roster")
    names = instance.names
    for who, blocks in roster.items():
        person = ET.SubElement(root, "Employee", ID=who)
        shift, reached = person, -1
        for block in blocks:
            if block.first != reached:
                day, minute = divmod(block.first * INTERVAL_MINUTES + FIRST_MINUTE, DAY_MINUTES)
                shift = ET.SubElement(person, "Shift")
                ET.SubElement(shift, "Day").text = str(day)
                ET.SubElement(shift, "Start").text = f"{minute // 60:02d}:{minute % 60:02d}"
            task = ET.SubElement(shift, "Task")
            ET.SubElement(task, "ID").text = names[block.activity]
            ET.SubElement(task, "Length").text = str((block.last - block.first) * INTERVAL_MINUTES)
            reached = block.last
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
