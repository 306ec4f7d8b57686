"""The roster problem: need on a grid, people, slots and rules, frozen; every engine reads the same one.

- Need is `scheduled` of REQUIREMENTS: agents ÷ (1 − shrinkage), fractional, in people of proficiency 1. Who has another
  one covers so much of a person, in every interval and queue: all cover is counted in full people.
- The plan's days are the local days from the first to the last required interval.
- People of the roster before who are still at work when the plan begins count as present.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from domain.calendar import parse_clock
from domain.errors import BadValue
from domain.people import RuleBook
from domain.queues import matches, split_list
from domain.tables import PEOPLE, REQUIREMENTS, ROSTER, TIME_OFF
from scheduling.roster.availability import parse_availability
from scheduling.roster.model import Person
from scheduling.roster.rules import proficiency
from scheduling.roster.rules.fairness import balances
from scheduling.roster.work import EVEN, Absence, Worked, read_rows, shifts_before
from scheduling.shifts.cover import SlotCover, make_cover
from scheduling.shifts.grid import CoverGrid, interval_of, make_grid
from scheduling.shifts.localtime import EPOCH_DAY, days_of, midnight, minutes_of
from scheduling.shifts.slots import SlotTable, make_slots

DAY_US = 86_400_000_000


@dataclass(frozen=True)
class RosterProblem:
    """Arrays: `need` queues × intervals, `present` groups × intervals (from the roster before), both in full people.

    `groups`: distinct sets of planned queues (as positions) that people serve; `group_of`: group by person, −1 none.
    """

    book: RuleBook
    days: np.ndarray  # local days, ordinals
    grid: CoverGrid
    queues: tuple[str, ...]
    need: np.ndarray
    people: tuple[Person, ...]
    slots: SlotTable
    cover: SlotCover
    groups: tuple[tuple[int, ...], ...]
    group_of: np.ndarray
    present: np.ndarray
    warnings: tuple[str, ...]

    @property
    def proficiency(self) -> np.ndarray:
        """By person, how much of a full person they cover while they work."""
        return np.array([person.proficiency for person in self.people], dtype=np.float64)

    @property
    def can_serve(self) -> np.ndarray:
        """Groups × queues flags."""
        can = np.zeros((len(self.groups), len(self.queues)), dtype=bool)
        for number, members in enumerate(self.groups):
            can[number, list(members)] = True
        return can


def make_problem(
    requirements: pd.DataFrame,
    people: pd.DataFrame,
    book: RuleBook,
    *,
    time_off: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
) -> RosterProblem:
    """The problem of frames under REQUIREMENTS (not empty), PEOPLE, TIME_OFF, ROSTER and LEDGER.

    Raises `TableError` for a frame that breaks its contract, `BadValue` for an agreement the book does not have and for
    requirements without rows.
    """
    requirements, people = REQUIREMENTS.check(requirements), PEOPLE.check(people)
    if requirements.empty:
        raise BadValue("at least one interval that people are needed in", column="start", found="no rows")
    needed, warnings = needed_people(requirements)
    queues = tuple(sorted(requirements["queue"].unique()))
    days, slots, grid = lay_out(requirements, book)
    before = _before(previous, int(days[0]), book)
    staff = make_people(people, book, queues=queues, time_off=time_off, history=before, ledger=ledger)
    groups = tuple(sorted({tuple(queues.index(q) for q in p.queues) for p in staff if p.queues}))
    place = {members: number for number, members in enumerate(groups)}
    group_of = np.array([place.get(tuple(queues.index(q) for q in p.queues), -1) for p in staff], dtype=np.int64)
    return RosterProblem(
        book=book, days=days, grid=grid, queues=queues, need=need_on_grid(requirements, needed, queues, grid),
        people=staff, slots=slots, cover=make_cover(slots, grid), groups=groups, group_of=group_of,
        present=_present(staff, group_of, len(groups), grid),
        warnings=(*warnings, *_skill_warnings(staff, queues, requirements, needed)),
    )  # fmt: skip


def make_people(
    people: pd.DataFrame,
    book: RuleBook,
    *,
    queues: Iterable[str] = (),
    time_off: pd.DataFrame | None = None,
    history: Mapping[str, tuple[Worked, ...]] | None = None,
    ledger: pd.DataFrame | None = None,
) -> tuple[Person, ...]:
    """The rows of a PEOPLE frame as people, in its order, with what the other tables say of them."""
    planned = tuple(queues)
    minimum = {queue: proficiency.planned_least(book, queue) for queue in planned}
    away, had = read_absences(time_off), balances(ledger, people)
    staff = []
    for record in people.to_dict("records"):
        agent = str(record["agent"])
        patterns = split_list(record.get("queues"))
        skilled = tuple(q for q in planned if q in patterns or matches(q, patterns))
        speed = _proficiency(record.get("proficiency"))
        above = tuple(q for q in skilled if speed < minimum.get(q, 0.0))
        staff.append(
            Person(
                agent=agent,
                agreement=book.agreement(str(record["agreement"])),
                patterns=patterns,
                queues=tuple(q for q in skilled if q not in above),
                availability=parse_availability(record.get("available_from"), record.get("available_to"), agent),
                absences=away.get(agent, ()),
                history=(history or {}).get(agent, ()),
                before=had.get(agent, EVEN),
                site=_text(record.get("site")),
                mentor=_text(record.get("mentor")),
                proficiency=speed,
                kept_from=above,
            )
        )
    _check_mentors(staff)
    return tuple(staff)


def _check_mentors(staff: Iterable[Person]) -> None:
    """Raises `BadValue` where a trainee's mentor is nobody here, or the trainee."""
    agents = {person.agent for person in staff}
    for person in staff:
        if person.mentor and (person.mentor not in agents or person.mentor == person.agent):
            raise BadValue(
                f"another one of the people as mentor of {person.agent}", column="mentor", found=person.mentor
            )


def read_absences(time_off: pd.DataFrame | None) -> dict[str, tuple[Absence, ...]]:
    """Time off by agent. Raises `BadValue` where an absence ends before it begins."""
    if time_off is None:
        return {}
    frame = TIME_OFF.check(time_off)
    weights = frame["weight"].fillna(1.0) if "weight" in frame else pd.Series(1.0, index=frame.index)
    by_agent: dict[str, list[Absence]] = {}
    first = frame["from"].astype("datetime64[us]").to_numpy().astype(np.int64) // DAY_US + EPOCH_DAY
    last = frame["to"].astype("datetime64[us]").to_numpy().astype(np.int64) // DAY_US + EPOCH_DAY
    shifts, clocks = (_texts(frame, column) for column in ("shift", "clock"))
    for agent, begin, end, kind, weight, shift, clock in zip(
        frame["agent"], first, last, frame["kind"], weights, shifts, clocks, strict=True
    ):
        if end < begin:
            raise BadValue(f"an absence of {agent} that ends on or after its first day", column="to")
        if clock:
            parse_clock(clock, column="clock")
        absence = Absence(int(begin), int(end), str(kind), float(weight), shift, clock)
        by_agent.setdefault(str(agent), []).append(absence)
    return {agent: tuple(absences) for agent, absences in by_agent.items()}


def _proficiency(cell: object) -> float:
    """1 where the cell says nothing."""
    return float(cell) if isinstance(cell, int | float) and cell == cell else 1.0


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _texts(frame: pd.DataFrame, column: str) -> list[str]:
    """The cells of a column that may be absent or empty, as texts."""
    if column not in frame:
        return [""] * len(frame)
    return [_text(cell) for cell in frame[column]]


def lay_out(
    requirements: pd.DataFrame, book: RuleBook, *, after_last: bool = False
) -> tuple[np.ndarray, SlotTable, CoverGrid]:
    """The local days (ordinals) of a REQUIREMENTS frame, the slots on them and a grid that holds need and slots.

    Slots that begin when nothing is required any more are left out; `after_last` keeps them.
    """
    days = days_of(requirements["start"], book.timezone)
    days = np.arange(days.min(), days.max() + 1)
    interval = interval_of(requirements)
    starts = minutes_of(requirements["start"])
    first, over = float(starts.min()), float(starts.max()) + interval
    slots = make_slots(book, days, interval, None if after_last else over)
    first = min(first, _aligned(slots.start.min(initial=int(first)), first, interval))
    end = max(over, float(slots.end.max(initial=0)))
    return days, slots, make_grid(first, end, interval, book.timezone)


def needed_people(requirements: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """Scheduled people by row; where no number reaches the target, the load itself, rounded up."""
    scheduled = requirements["scheduled"].to_numpy(dtype=np.float64, copy=True)
    unknown = np.isnan(scheduled)
    scheduled[unknown] = np.ceil(requirements["load_erlangs"].to_numpy(dtype=np.float64)[unknown])
    warnings = []
    for queue in sorted(set(requirements["queue"].to_numpy()[unknown])):
        warnings.append(f"{queue}: no number of people reaches the target in some intervals; planned for the load")
    return scheduled, warnings


def _aligned(minute: float, anchor: float, interval: int) -> float:
    """The grid start at or before a minute."""
    return anchor - np.ceil((anchor - minute) / interval) * interval if minute < anchor else anchor


def need_on_grid(
    requirements: pd.DataFrame, needed: np.ndarray, queues: tuple[str, ...], grid: CoverGrid
) -> np.ndarray:
    """People by row as queues × intervals. Raises `BadValue` for a row that is not on the grid."""
    need = np.zeros((len(queues), len(grid)))
    place = {queue: number for number, queue in enumerate(queues)}
    rows = np.array([place[queue] for queue in requirements["queue"]], dtype=np.int64)
    starts = minutes_of(requirements["start"])
    columns = grid.position(starts)
    off = np.abs(grid.start[columns] - starts) > 1e-6
    if off.any():
        stray = requirements["start"].iloc[int(np.flatnonzero(off)[0])]
        raise BadValue("requirement intervals on one grid", column="start", found=str(stray))
    need[rows, columns] = needed
    return need


def _before(previous: pd.DataFrame | None, first_day: int, book: RuleBook) -> dict[str, tuple[Worked, ...]]:
    """Shifts of the roster before that start before the plan does, by agent."""
    if previous is None or len(previous) == 0:
        return {}
    begin = midnight(first_day, book.timezone)
    rows = read_rows(ROSTER.check(previous))
    return {agent: shifts_before(own, begin, book) for agent, own in rows.items()}


def _present(staff: tuple[Person, ...], group_of: np.ndarray, groups: int, grid: CoverGrid) -> np.ndarray:
    present = np.zeros((groups, len(grid)))
    for person, group in zip(staff, group_of, strict=True):
        for shift in person.history:
            if group < 0 or shift.end <= grid.start[0]:
                continue
            for row in shift.rows:
                if row.activity == "work" and row.end > grid.start[0]:
                    there = grid.shares(np.array([row.start]), np.array([row.end]))[0]
                    present[group] += person.proficiency * there
    return np.minimum(present, sum(person.proficiency for person in staff))


def _skill_warnings(
    staff: tuple[Person, ...], queues: tuple[str, ...], requirements: pd.DataFrame, needed: np.ndarray
) -> list[str]:
    served = {queue for person in staff for queue in person.queues}
    total = pd.Series(needed).groupby(requirements["queue"].to_numpy()).sum()
    hours = interval_of(requirements) / 60
    warnings = [
        f"{queue}: nobody can serve it; {total[queue] * hours:.1f} agent-hours stay uncovered"
        for queue in queues
        if queue not in served and total[queue] > 0
    ]
    if not staff:
        warnings.append("there are no people: all need stays uncovered")
    idle = [person for person in staff if not person.queues]
    for words, own in (
        ("have no skill that is needed", [person.agent for person in idle if not person.kept_from]),
        ("are too slow for all they could serve", [person.agent for person in idle if person.kept_from]),
    ):
        if own:
            shown = ", ".join(own[:5]) + (f" and {len(own) - 5} more" if len(own) > 5 else "")
            warnings.append(f"{len(own)} people {words}: {shown}")
    return warnings
