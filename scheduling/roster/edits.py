"""A roster edited by hand: what a person does on a day is set anew, or two people swap a day.

Nothing is refused for a broken rule: the edit comes back with what it breaks, what it mends and what it costs, by the
same checks and prices as the audit and the repair. Only what cannot be read as a shift of the rule book is refused.
Breaks of a new shift go where cover is best; somebody who takes a day over keeps its breaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from domain.calendar import clock_text
from domain.day_edits import DayEdit, Start
from domain.errors import BadValue
from domain.people import RuleBook
from domain.tables import PEOPLE, REPAIRS, REQUIREMENTS, ROSTER, SWAPS
from scheduling.roster.audit import Record, audit_frame, breaches_of, shared_breaches, works_of
from scheduling.roster.engines.day_view import day_views
from scheduling.roster.problem import make_problem
from scheduling.roster.repair import account, changed_rows, told
from scheduling.roster.repair_moves import queues_at_work, rows_of
from scheduling.roster.repair_state import RepairState
from scheduling.roster.shared_cost import AMONG_PEOPLE, Shared
from scheduling.roster.tour_cost import ROUNDING, TourCost
from scheduling.roster.work import PersonWork, Row, Worked, read_rows, worked_shifts
from scheduling.shifts.localtime import clock_of


@dataclass(frozen=True)
class Edited:
    """`roster`: frame under ROSTER; `changes` under REPAIRS; `broken`, `mended` under AUDIT: breaches that are new and
    those that are gone. `summary`: cost, uncovered_hours, paid_hours `before` and `after`; JSON can hold it."""

    roster: pd.DataFrame
    changes: pd.DataFrame
    broken: pd.DataFrame
    mended: pd.DataFrame
    summary: dict[str, Any]


class _Desk:
    """A roster on the desk: its state, and what it was when it was laid there."""

    def __init__(
        self, roster: pd.DataFrame, requirements: pd.DataFrame, people: pd.DataFrame, book: RuleBook,
        time_off: pd.DataFrame | None, previous: pd.DataFrame | None, ledger: pd.DataFrame | None,
    ) -> None:  # fmt: skip
        need, people = REQUIREMENTS.check(requirements), PEOPLE.check(people)
        self.book = book
        self.roster = ROSTER.check(roster)
        problem = make_problem(need, people, book, time_off=time_off, previous=previous, ledger=ledger)
        staff = {person.agent: person for person in problem.people}
        days = [date.fromordinal(int(day)) for day in problem.days]
        works = works_of(read_rows(self.roster), staff, book, previous, (days[0], days[-1]))
        self.works = {work.agent: work for work in works}
        self.state = RepairState(problem, self.works)
        self.position = {int(day): number for number, day in enumerate(problem.days)}

    def shifts_on(self, agent: str, day: int) -> tuple[Worked, ...]:
        """The shifts that start on a day, before any edit."""
        return tuple(shift for shift in self.works[agent].audited if shift.day == day)

    def cost(self) -> float:
        """Everything that has a price, rules among people too."""
        return self.state.cost()

    def shared(self) -> Shared:
        """The price of rules among people, and the hours by which those that may not be broken are."""
        return self.state.shared.now

    def account(self) -> dict[str, float]:
        """Cost, uncovered and paid hours."""
        return {**account(self.state), "cost": round(self.cost(), 4)}

    def edited(self, edit: DayEdit) -> PersonWork:
        """The person's work after an edit. Raises `BadValue`."""
        day = self.day_of(edit)
        gone = tuple(shift for shift in self.state.works[edit.agent].audited if shift.day == day)
        return self.state.with_rows(edit.agent, gone, tuple(self._rows(edit, day, gone)))

    def day_of(self, edit: DayEdit) -> int:
        """The local day (ordinal). Raises `BadValue` for a person or a day that there is not."""
        for name in filter(None, (edit.agent, edit.takes)):
            if name not in self.works:
                raise BadValue("one of the people", column="agent", found=name)
        day = edit.day.toordinal()
        if day not in self.position:
            first, last = (date.fromordinal(min(self.position)), date.fromordinal(max(self.position)))
            raise BadValue(f"a day from {first} to {last}", column="date", found=edit.day.isoformat())
        return day

    def _rows(self, edit: DayEdit, day: int, gone: Sequence[Worked]) -> Iterator[Row]:
        if edit.takes:
            number = self.state.number_of[edit.agent]
            queues = queues_at_work(self.state.problem.people[number])
            for shift in self.shifts_on(edit.takes, day):
                yield from (replace(row, queues=queues if row.queues else ()) for row in shift.rows)
            return
        if len(set(edit.shifts)) < len(edit.shifts):
            twice = ", ".join(f"{name} {clock_text(clock)}" for name, clock in edit.shifts)
            raise BadValue(f"each shift of {edit.agent} on {edit.day} once", column="shift", found=twice)
        kept = {(shift.shift, clock_of(shift.start, self.book.timezone)): shift for shift in gone}
        for start in edit.shifts:
            yield from kept[start].rows if start in kept else self._placed(edit, day, start)

    def _placed(self, edit: DayEdit, day: int, start: Start) -> Sequence[Row]:
        """The rows of a template's shift with its breaks where cover is best."""
        problem, position = self.state.problem, self.position[day]
        slots, names = problem.slots, [template.name for template in problem.slots.templates]
        named = (slots.day == position) & (slots.template == names.index(start[0])) if start[0] in names else None
        found = np.flatnonzero(named & (slots.clock == start[1])) if named is not None else np.zeros(0, dtype=int)
        if named is None or not len(found):
            starts = [clock_text(int(clock)) for clock in slots.clock[named]] if named is not None else names
            what = f"a start of {start[0]}: {', '.join(starts)}" if named is not None else f"one of {', '.join(names)}"
            raise BadValue(what, column="shift", found=f"{start[0]} {clock_text(start[1])}")
        slot, group = int(found[0]), self.state.group(edit.agent)
        pauses = slots.templates[int(slots.template[slot])].breaks
        if group < 0 or not pauses:
            return rows_of(self.state, edit.agent, slot, [pause.earliest_minutes for pause in pauses])
        view = day_views(problem)[position]
        _, offsets = view.worth(self.state.plan, group, self.state.proficiency(edit.agent))
        own = offsets[int(np.flatnonzero(view.slots == slot)[0])]
        return rows_of(self.state, edit.agent, slot, [int(offset) for offset in own[: len(pauses)]])

    def tried(self, agent: str, other: str, day: date) -> tuple[bool, str, float, float]:
        """A swap of a day made and taken back: legal, rules it would break, gain, uncovered hours."""
        state, both = self.state, (agent, other)
        works = [self.edited(DayEdit(one, day, takes=two)) for one, two in (both, both[::-1])]
        began, old = self.began, {one: self.own_cost[one] for one in both}
        for work in works:
            state.take_on(work.agent, work)
        new = {one: state.own_cost(one) for one in both}
        shared = self.shared()
        gain = began - state.cover_cost() - shared.cost
        gain += sum(old[one].total - new[one].total for one in both)
        left = max(state.uncovered_hours(), 0.0)
        for one in both:
            state.take_on(one, self.works[one])
        among = {
            rule
            for rule, now, was in zip(AMONG_PEOPLE, shared.hard, self.shared_before.hard, strict=True)
            if now > was + ROUNDING
        }
        broken = sorted(among.union(*(_newly_broken(old[one], new[one]) for one in both)))
        return not broken, "|".join(broken), round(gain, 4) + 0.0, round(left, 4)

    @cached_property
    def own_cost(self) -> dict[str, TourCost]:
        """What everybody's tour costs before any edit."""
        return {agent: self.state.own_cost(agent) for agent in self.works}

    @cached_property
    def began(self) -> float:
        """The price of cover and of rules among people before any edit."""
        return self.state.cover_cost() + self.shared_before.cost

    @cached_property
    def shared_before(self) -> Shared:
        """What people cost each other before any edit."""
        return self.shared()

    def breaches(self, agents: Sequence[str]) -> dict[tuple[Any, ...], Record]:
        """Breaches of some people, and of all where a rule is among people, by what makes them the same."""
        works = self.state.works
        found = [record for agent in agents for record in breaches_of(works[agent])]
        found += list(shared_breaches(list(works.values()), self.book))
        return {(rule, agent, start, round(was, 6)): record for record in found
                for rule, agent, start, _, was, *_ in [record]}  # fmt: skip


def edit(
    roster: pd.DataFrame,
    requirements: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    edits: Sequence[DayEdit],
    *,
    time_off: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
) -> Edited:
    """The roster with some people's days set anew: always made, with what that breaks, mends and costs.

    `roster`: frame under ROSTER over the days of `requirements` (not empty); other frames as in `make_roster`. Of two
    edits of one day the last counts. Raises `TableError`, and `BadValue` for a person, day or start that there is not.
    """
    desk = _Desk(roster, requirements, people, rulebook, time_off, previous, ledger)
    wanted = {(edit.agent, edit.day): edit for edit in edits}
    agents = list(dict.fromkeys(agent for agent, _ in wanted))
    for one in wanted.values():
        desk.day_of(one)
    before, breached = desk.account(), desk.breaches(agents)
    records: list[tuple[Any, ...]] = []
    for step, one in enumerate(wanted.values()):
        records += _take_on(desk, one, step)
    after, now = desk.account(), desk.breaches(agents)
    changes = pd.DataFrame(records, columns=list(REPAIRS.column_names)) if records else REPAIRS.empty()
    return Edited(
        roster=changed_rows(desk.state, desk.roster, desk.works),
        changes=REPAIRS.check(changes.assign(date=pd.to_datetime(changes["date"]))),
        broken=audit_frame([record for key, record in now.items() if key not in breached]),
        mended=audit_frame([record for key, record in breached.items() if key not in now]),
        summary={"before": before, "after": after},
    )


def _take_on(desk: _Desk, one: DayEdit, step: int) -> list[tuple[Any, ...]]:
    """The edit made; its row of REPAIRS, none where the day stays as it was."""
    day, old, cost = one.day.toordinal(), desk.state.works[one.agent], desk.cost()
    work = desk.edited(one)
    before, after = told(old, day), told(work, day)
    if before == after:
        return []
    desk.state.take_on(one.agent, work)
    kind = "changed" if before and after else "added" if after else "removed"
    left = round(max(desk.state.uncovered_hours(), 0.0), 4)
    return [(one.agent, one.day, step, kind, before, after, round(cost - desk.cost(), 4), left)]


def possible_swaps(
    roster: pd.DataFrame,
    requirements: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    agent: str,
    day: date,
    *,
    time_off: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Everybody with whom `agent` could swap the local day `day`, as a frame under SWAPS: legal ones first, best first.

    A free day counts as one: then a shift is given or taken. A swap is legal where neither breaks a hard rule more
    often or further than now, seats and mentors among them. Arguments and errors as `edit`.
    """
    desk = _Desk(roster, requirements, people, rulebook, time_off, previous, ledger)
    desk.day_of(DayEdit(agent, day))
    own = told(desk.works[agent], day.toordinal())
    records = []
    for other in desk.works:
        theirs = told(desk.works[other], day.toordinal())
        if other != agent and theirs != own:
            records.append((other, theirs, *desk.tried(agent, other, day)))
    if not records:
        return SWAPS.empty()
    frame = pd.DataFrame(records, columns=list(SWAPS.column_names))
    return SWAPS.check(frame.sort_values(["legal", "gain"], ascending=False, kind="stable", ignore_index=True))


def _newly_broken(old: TourCost, new: TourCost) -> set[str]:
    """Hard rules that are broken more often or further than before."""
    before = {rule: old.hard.get(rule, (0, 0.0)) for rule in new.hard}
    return {
        rule
        for rule, (count, excess) in new.hard.items()
        if count > before[rule][0] or excess > before[rule][1] + ROUNDING
    }


def shifts_by_day(roster: pd.DataFrame, rulebook: RuleBook) -> dict[tuple[str, date], tuple[Start, ...]]:
    """The shifts of a roster (frame under ROSTER) by person and local day of their start."""
    found: dict[tuple[str, date], tuple[Start, ...]] = {}
    for agent, rows in read_rows(ROSTER.check(roster)).items():
        for shift in worked_shifts(rows, rulebook):
            key = agent, date.fromordinal(shift.day)
            found[key] = (*found.get(key, ()), (shift.shift, clock_of(shift.start, rulebook.timezone)))
    return found
