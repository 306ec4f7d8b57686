"""Single changes of a roster: a shift added, taken off, replaced, or a working day moved to another day.

Moves come with an upper bound of what they gain: the exact price of cover and pay, and no more penalty than the person
has now. The best legal one is found by checking them in order of their bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from domain.queues import LIST_SEPARATOR
from scheduling.roster.engines.day_view import DayView
from scheduling.roster.model import Person
from scheduling.roster.repair_state import RepairState
from scheduling.roster.result import shift_rows
from scheduling.roster.tour_cost import ROUNDING
from scheduling.roster.work import PersonWork, Row, Worked, worked_shifts

SLOTS_TRIED = 10  # best starts that a person is offered on a day
CHECKS_MOST = 600  # moves whose rules are checked, each round

IsFixed = Callable[[str, Worked], bool]


@dataclass(frozen=True)
class Move:
    """`gone`: shifts taken off; `slot` with `offsets` put on (None: nothing). `bound`: the most it can gain."""

    agent: str
    gone: tuple[Worked, ...]
    slot: int | None
    offsets: tuple[int, ...]
    bound: float
    days: tuple[int, ...]


def queues_at_work(person: Person) -> tuple[str, ...]:
    """What work rows of a person name: the planned queues they serve, else what would be theirs, so that an audit sees
    who is too slow for all of it."""
    return person.queues or person.kept_from or person.patterns


def rows_of(state: RepairState, agent: str, slot: int, offsets: Sequence[int]) -> tuple[Row, ...]:
    """The rows of a slot with its breaks."""
    queues = queues_at_work(state.problem.people[state.number_of[agent]])
    records = shift_rows(state.problem, agent, LIST_SEPARATOR.join(queues), slot, tuple(offsets))
    return tuple(
        Row(start, end, activity, queues if queue else (), shift)
        for _, start, end, activity, queue, shift, _ in records
    )


def moved(state: RepairState, move: Move) -> PersonWork:
    """The person's work after a move."""
    return state.with_rows(move.agent, move.gone, _new_rows(state, move))


def _new_rows(state: RepairState, move: Move) -> tuple[Row, ...]:
    return rows_of(state, move.agent, move.slot, move.offsets) if move.slot is not None else ()


def moves(state: RepairState, view: DayView, position: int, now: float, is_fixed: IsFixed) -> Iterator[Move]:
    """Every move that changes who works on one day of the plan."""
    day = int(state.problem.days[position])
    open_slots = np.flatnonzero(state.problem.slots.start[view.slots] >= now)
    free_worth: dict[tuple[int, float], tuple[np.ndarray, np.ndarray]] = {}
    for agent, work in state.works.items():
        group = state.group(agent)
        own = [shift for shift in work.audited if shift.day == day]
        if group < 0 or len(own) > 1 or any(is_fixed(agent, shift) for shift in own):
            continue
        if own:
            yield from _of_worker(state, view, open_slots, agent, own[0])
        else:
            alike = (group, state.proficiency(agent))
            if alike not in free_worth:
                free_worth[alike] = view.worth(state.plan, *alike)
            yield from _of_free(state, view, open_slots, agent, day, free_worth[alike], is_fixed)


def _of_worker(state: RepairState, view: DayView, open_slots: np.ndarray, agent: str, shift: Worked) -> Iterator[Move]:
    """Take the shift off, or replace it."""
    cost, rate = state.own_cost(agent), state.works[agent].agreement.cost_per_hour
    freed = state.cover_price(agent, shift, -1.0) + shift.paid_hours * rate
    yield Move(agent, (shift,), None, (), freed + cost.penalty, (shift.day,))
    state.cover(agent, shift, -1.0)
    worth, offsets = view.worth(state.plan, state.group(agent), state.proficiency(agent))
    state.cover(agent, shift, 1.0)
    for at, value in _best(state, view, open_slots, agent, worth):
        slot, breaks = _placed(state, view, at, offsets)
        yield Move(agent, (shift,), slot, breaks, freed + value + cost.penalty, (shift.day,))


def _of_free(
    state: RepairState, view: DayView, open_slots: np.ndarray, agent: str, day: int,
    worth: tuple[np.ndarray, np.ndarray], is_fixed: IsFixed,
) -> Iterator[Move]:  # fmt: skip
    """Put a shift on, alone or for one that is taken off another day."""
    values, offsets = worth
    best = _best(state, view, open_slots, agent, values)
    if not best:
        return
    work, cost = state.works[agent], state.own_cost(agent)
    others = [shift for shift in work.audited if not is_fixed(agent, shift)]
    freed = [state.cover_price(agent, s, -1.0) + s.paid_hours * work.agreement.cost_per_hour for s in others]
    for at, value in best:
        slot, breaks = _placed(state, view, at, offsets)
        yield Move(agent, (), slot, breaks, value + cost.penalty, (day,))
        for shift, gain in zip(others, freed, strict=True):
            yield Move(agent, (shift,), slot, breaks, value + gain + cost.penalty, (day, shift.day))


def _best(
    state: RepairState, view: DayView, open_slots: np.ndarray, agent: str, worth: np.ndarray
) -> list[tuple[int, float]]:
    """The starts worth most to a person after pay: (position in the day's slots, worth − pay)."""
    agreement, slots = state.works[agent].agreement, state.problem.slots
    names = [template.name in agreement.shifts for template in slots.templates]
    chosen = view.slots[open_slots]
    allowed = open_slots[np.array(names, dtype=bool)[slots.template[chosen]]]
    net = worth[allowed] - slots.paid_hours[view.slots[allowed]] * agreement.cost_per_hour
    order = np.argsort(-net, kind="stable")[:SLOTS_TRIED]
    return [(int(allowed[place]), float(net[place])) for place in order]


def _placed(state: RepairState, view: DayView, at: int, offsets: np.ndarray) -> tuple[int, tuple[int, ...]]:
    """The slot at a position of the day's, and its breaks' offsets."""
    slot = int(view.slots[at])
    template = state.problem.slots.templates[int(state.problem.slots.template[slot])]
    return slot, tuple(offsets[at, : len(template.breaks)].tolist())


def best_move(
    state: RepairState, found: Sequence[Move], least_gain: float, days_left: int
) -> tuple[Move, float] | None:
    """The legal move that gains most above `least_gain` for each agent-day it changes, with its exact gain."""
    most = [
        (
            move.bound
            + state.shared.most_gain(move.agent, move.gone, move.slot is not None)
            - least_gain * len(move.days),
            move,
        )
        for move in found
        if len(move.days) <= days_left
    ]
    most.sort(key=lambda pair: (-pair[0], pair[1].agent, pair[1].days, pair[1].slot or -1))
    best: tuple[Move, float] | None = None
    reached = ROUNDING
    for bound, move in most[:CHECKS_MOST]:
        if bound <= reached:
            break
        gain = exact_gain(state, move)
        if gain is not None and gain - least_gain * len(move.days) > reached:
            best, reached = (move, gain), gain - least_gain * len(move.days)
    return best


def exact_gain(state: RepairState, move: Move) -> float | None:
    """What a move gains in all: cover, pay, priced rules, those among people too.

    None where it breaks a hard rule, seats or mentors more than now.
    """
    key = (tuple(shift.start for shift in move.gone), move.slot, move.offsets)
    made: list[PersonWork] = []  # once, where the move is new

    def make() -> PersonWork:
        made.append(moved(state, move))
        return made[0]

    after = state.cost_after(move.agent, key, make)
    if after is None:
        return None
    saved = 0.0
    if state.shared.on:
        shared = state.shared.after(made[0] if made else moved(state, move))
        if shared.is_worse_than(state.shared.now):
            return None
        saved = state.shared.now.cost - shared.cost
    fresh = worked_shifts(list(_new_rows(state, move)), state.book)
    changes = [*((shift, -1.0) for shift in move.gone), *((shift, 1.0) for shift in fresh)]
    start = state.cover_cost()
    for shift, sign in changes:
        state.cover(move.agent, shift, sign)
    end = state.cover_cost()
    for shift, sign in changes:
        state.cover(move.agent, shift, -sign)
    return state.own_cost(move.agent).total - after.total + start - end + saved
