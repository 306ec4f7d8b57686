"""Repair of a published roster: few agent-days change, each with what it gains, and nothing that is past.

1. Shifts that a new absence forbids fall away: those changes are forced.
2. Then at most k further agent-days change, one move after another: the move that gains most above a least gain for
   each day it changes. A move adds, takes off or replaces one shift, or moves a person's working day to another day.
3. A move is priced exactly (cover by maximum flow, pay, every priced rule, shares, seats and mentors among them). It
   is legal where no hard rule is broken more often or further than before, by the rules' own checks: no seat is taken
   twice and no trainee left alone for it, where the book forbids that.

Steepest descent with a limit of changes; not proven best. Nothing random: equal input, equal repair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from domain.people import RuleBook
from domain.tables import PEOPLE, REPAIRS, REQUIREMENTS, ROSTER
from scheduling.roster.audit import works_of
from scheduling.roster.engines.day_view import DayView, day_views
from scheduling.roster.problem import make_problem
from scheduling.roster.repair_moves import Move, best_move, moved, moves
from scheduling.roster.repair_state import RepairState
from scheduling.roster.work import ABSENT, PersonWork, Row, Worked, is_day_row, read_rows
from scheduling.shifts.localtime import minutes_of, stamps_of, words_of

CHANGES_MOST = 5  # agent-days, beside those that an absence frees
LEAST_GAIN_HOURS = 1.0  # of missing cover: less than its price does not disturb a person's day
ACKNOWLEDGED = "acknowledged"  # a column of ROSTER: shifts that people have agreed to and that stay

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Repair:
    """`roster`: frame under ROSTER. `changes`: frame under REPAIRS. `summary`: cost, uncovered_hours and paid_hours as
    published (before), with the absences (broken) and repaired (after); changed_days, forced_days; JSON can hold it."""

    roster: pd.DataFrame
    changes: pd.DataFrame
    summary: dict[str, Any] = field(default_factory=dict)


def repair(
    roster: pd.DataFrame,
    requirements: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    time_off: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    now: pd.Timestamp | None = None,
    ledger: pd.DataFrame | None = None,
    changes_most: int | None = None,
    least_gain: float | None = None,
    progress: Progress | None = None,
) -> Repair:
    """The roster after absences, late requests or new requirements, with at most `changes_most` agent-days changed
    in all; default: `CHANGES_MOST` more than the absences themselves free, which are always changed.

    `roster`: frame under ROSTER, the published one; rows with a true `acknowledged` column stay. `time_off` (frame
    under TIME_OFF) holds the new absences and wishes too. Shifts that start before `now` (tz-aware) stay, and nothing
    new starts before it. `least_gain`: what a changed agent-day must bring, in currency (default: the price of one
    missing agent-hour). Where an absence frees days only those days get new cover; else every day is looked at.
    Raises `TableError`, `BadValue`.
    """
    roster, people = ROSTER.check(roster), PEOPLE.check(people)
    requirements = REQUIREMENTS.check(requirements)
    if roster.empty or requirements.empty:
        return Repair(roster, REPAIRS.empty(), {"changed_days": 0, "forced_days": 0})
    problem = make_problem(requirements, people, rulebook, time_off=time_off, previous=previous, ledger=ledger)
    staff = {person.agent: person for person in problem.people}
    planned = (date.fromordinal(int(problem.days[0])), date.fromordinal(int(problem.days[-1])))
    works = {work.agent: work for work in works_of(read_rows(roster), staff, rulebook, previous, planned)}
    state = RepairState(problem, works)
    began = account(state)
    moment = float(minutes_of(pd.DatetimeIndex([now]))[0]) if now is not None else -np.inf
    fixed = _fixed(roster, moment)
    log = _Log(state)
    forced = _free_the_absent(state, log, moment)
    broken = account(state)
    if least_gain is None:
        least_gain = LEAST_GAIN_HOURS * rulebook.cover.under_per_hour
    views = _views(state, forced)
    most = CHANGES_MOST if changes_most is None else max(changes_most - len(log.days), 0)
    left = most
    while left > 0:
        if progress is not None:
            progress("repair", most - left, most)
        found = [move for position, view in views for move in moves(state, view, position, moment, fixed)]
        best = best_move(state, [move for move in found if log.untouched(move)], least_gain, left)
        if best is None:
            break
        left -= len(best[0].days)
        log.apply(best[0])
    changed, days = log.frame(), int((log.kinds() != "absent").sum())
    summary = {
        "changed_days": days, "forced_days": len(changed) - days, "before": began, "broken": broken,
        "after": account(state), "least_gain": least_gain,
    }  # fmt: skip
    return Repair(changed_rows(state, roster, works), changed, summary)


class _Log:
    """What was changed, step by step."""

    def __init__(self, state: RepairState) -> None:
        self.state, self.records, self.step = state, list[tuple[Any, ...]](), 0
        self.days: set[tuple[str, int]] = set()

    def untouched(self, move: Move) -> bool:
        """Whether none of the move's days was changed before: a day counts, and is explained, once."""
        return not any((move.agent, day) in self.days for day in move.days)

    def apply(self, move: Move) -> None:
        """Makes a move and notes it."""
        self.note(move.agent, moved(self.state, move), move.days)

    def note(self, agent: str, work: PersonWork, days: Sequence[int], kind: str = "") -> None:
        """The person works that from now on; the days are changed. What that gains stands at the first of them."""
        old, cost = self.state.works[agent], self.state.cost()
        self.state.take_on(agent, work)
        gain = round(cost - self.state.cost(), 4)
        for number, day in enumerate(dict.fromkeys(days)):
            before, after = told(old, day), told(work, day)
            what = kind or ("changed" if before and after else "added" if after else "removed")
            row = (agent, day, self.step, what, before, after, gain if number == 0 else 0.0)
            self.records.append((*row, round(max(self.state.uncovered_hours(), 0.0), 4)))
            self.days.add((agent, day))
        self.step += 1

    def kinds(self) -> pd.Series:
        """What happened to each changed day."""
        return pd.Series([record[3] for record in self.records], dtype="str")

    def frame(self) -> pd.DataFrame:
        """REPAIRS."""
        if not self.records:
            return REPAIRS.empty()
        frame = pd.DataFrame(self.records, columns=list(REPAIRS.column_names))
        return REPAIRS.check(frame.assign(date=pd.to_datetime([date.fromordinal(day) for day in frame["date"]])))


def told(work: PersonWork, day: int) -> str:
    """The shifts of a day in words: `early 09:00-17:30`."""
    own = [shift for shift in work.audited if shift.day == day]
    hours = [f"{words_of(s.start, work.timezone)[-5:]}-{words_of(s.end, work.timezone)[-5:]}" for s in own]
    return ", ".join(f"{s.shift} {told}".strip() for s, told in zip(own, hours, strict=True))


def account(state: RepairState) -> dict[str, float]:
    """Cost, uncovered and paid hours of a state."""
    return {
        "cost": round(state.cost(), 4),
        "uncovered_hours": round(max(state.uncovered_hours(), 0.0), 4),
        "paid_hours": round(sum(shift.paid_hours for work in state.works.values() for shift in work.audited), 4),
    }


def _fixed(roster: pd.DataFrame, now: float) -> Callable[[str, Worked], bool]:
    """Whether a shift may not be touched: it has begun, or its person has agreed to it."""
    agreed: set[tuple[str, float]] = set()
    if ACKNOWLEDGED in roster:
        rows = roster[roster[ACKNOWLEDGED].astype(str).str.lower().isin(("true", "1", "yes"))]
        agreed = set(zip(rows["agent"].astype(str), minutes_of(rows["start"]), strict=True))
    return lambda agent, shift: shift.start < now or any((agent, row.start) in agreed for row in shift.rows)


def _free_the_absent(state: RepairState, log: _Log, now: float) -> set[int]:
    """Takes shifts off that reach into an absence, acknowledged or not; returns the days they started on."""
    days: set[int] = set()
    for agent, work in list(state.works.items()):
        for absence in work.absences:
            if absence.kind not in ABSENT:
                continue
            begin, end = state.begin_of(absence.first_day), state.begin_of(absence.last_day + 1)
            audited = state.works[agent].audited
            hit = tuple(s for s in audited if s.end > begin and s.start < end and s.start >= now)
            if not hit:
                continue
            rest = state.with_rows(agent, hit, _away_rows(state, state.works[agent], absence.kind, begin, end))
            log.note(agent, rest, [shift.day for shift in hit], "absent")
            days |= {shift.day for shift in hit}
    return days


def _away_rows(state: RepairState, work: PersonWork, kind: str, begin: float, end: float) -> tuple[Row, ...]:
    """One row a local day of the plan that the absence holds and that has none yet."""
    known = {row.start for row in work.rows if is_day_row(row)}
    edges = [(state.begin_of(int(day)), state.begin_of(int(day) + 1)) for day in state.problem.days]
    return tuple(
        Row(float(first), float(last), kind, (), "")
        for first, last in edges
        if begin <= first and last <= end and first not in known
    )


def _views(state: RepairState, days: set[int]) -> list[tuple[int, DayView]]:
    """The days to look at: those the absences freed, else all."""
    wanted = [position for position, day in enumerate(state.problem.days) if not days or int(day) in days]
    views = day_views(state.problem)
    return [(position, views[position]) for position in wanted if len(views[position].slots)]


def changed_rows(state: RepairState, roster: pd.DataFrame, before: dict[str, PersonWork]) -> pd.DataFrame:
    """The roster with the changed people's rows; rows that stay keep all their columns."""
    gone: set[tuple[str, float]] = set()
    fresh: list[tuple[str, float, float, str, str, str, str]] = []
    for agent, work in state.works.items():
        if work is before[agent]:
            continue
        kept = {id(row) for row in work.rows}
        known = {id(row) for row in before[agent].rows}
        gone |= {(agent, row.start) for row in before[agent].rows if id(row) not in kept}
        fresh += [
            (agent, row.start, row.end, row.activity, "|".join(row.queues), row.shift, "solver")
            for row in work.rows
            if id(row) not in known
        ]
    if not gone and not fresh:
        return roster
    stays = [key not in gone for key in zip(roster["agent"].astype(str), minutes_of(roster["start"]), strict=True)]
    added = pd.DataFrame(fresh, columns=list(ROSTER.column_names))
    for column in ("start", "end"):
        added[column] = stamps_of(added[column].to_numpy(dtype=np.float64))
    joined = pd.concat([roster[stays], added], ignore_index=True) if fresh else roster[stays]
    return ROSTER.check(joined.sort_values(["agent", "start"], kind="stable", ignore_index=True))
