"""The whole roster as one mixed-integer program: solved to proof where it is small.

    min  Σ pay · x + Σ price · breach + under · missing + over · surplus
    s.t. every rule's rows for every person,
         Σ_{p in window} B[k,s,b,p] = Σ_{a in k} x[a,s]               for all crews k, slots s, breaks b,
         full people of a group at t = Σ_k proficiency[k] · (Σ_s base[s,t] · Σ_a x[a,s] − Σ share · B),
         split over queues by a flow.
k is a crew: people of one group and one proficiency, which all they cover is multiplied by. People of one crew who
work one slot are interchangeable for its breaks, and its windows are disjoint, so that counts of breaks by place can be
dealt out to them in any order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.lp import LiveModel, Variable
from scheduling.roster.engines.flow import Presence, write_flow
from scheduling.roster.engines.people_program import Writer, WrittenPeople, write_people
from scheduling.roster.open_people import PeopleAlike
from scheduling.roster.problem import RosterProblem

Place = tuple[int, int, int, int]  # crew, slot, break, offset in minutes


@dataclass(frozen=True)
class ExactProgram:
    """The written program: who is in `people` (position in the problem, columns), and the columns of break places."""

    writer: Writer
    people: tuple[tuple[int, WrittenPeople], ...]
    places: dict[Place, int]

    def live(self, seed: int) -> LiveModel:
        """The program inside HiGHS."""
        return self.writer.program.live(seed=seed)


@dataclass(frozen=True)
class ExactRoster:
    """What the search gave: slots and break offsets by person, cost, proven bound, whether proven optimal."""

    shifts: dict[int, list[tuple[int, tuple[int, ...]]]]
    cost: float
    bound: float
    proven: bool


def program_size(problem: RosterProblem, classes: tuple[PeopleAlike, ...]) -> int:
    """Roughly how many integer columns the program will have."""
    people = sum(len(members.slots) * len(members.members) for members in classes)
    places = np.zeros(len(problem.slots), dtype=np.int64)
    for layout in problem.cover.layouts:
        places[layout.slots] = sum(len(offsets) for offsets in layout.offsets)
    crew, crews = crew_of(problem), dict[int, set[int]]()
    for members in classes:
        crews.setdefault(int(crew[members.members[0]]), set()).update(int(slot) for slot in members.slots)
    return people + int(sum(places[list(slots)].sum() for slots in crews.values() if slots))


def crew_of(problem: RosterProblem) -> np.ndarray:
    """Crew by person, −1 where they have no group; where all are of one proficiency crews are the groups."""
    own = list(zip(problem.group_of.tolist(), problem.proficiency.tolist(), strict=True))
    number = {crew: n for n, crew in enumerate(sorted({crew for crew in own if crew[0] >= 0}))}
    return np.array([number.get(crew, -1) for crew in own], dtype=np.int64)


def write_exact(problem: RosterProblem, classes: tuple[PeopleAlike, ...]) -> ExactProgram:
    """Writes the program in PuLP, one person at a time."""
    writer = Writer("roster")
    people = []
    takers: dict[tuple[int, int], list[Variable]] = {}
    crew, first = crew_of(problem), dict[int, int]()
    for members in classes:
        for number in members.members:
            written = write_people(writer, members, f"a{number}")
            people.append((number, written))
            first.setdefault(int(crew[number]), number)
            for slot, variable in zip(written.slots, written.variables, strict=True):
                takers.setdefault((int(crew[number]), int(slot)), []).append(variable)
    presence: Presence = {}
    places: dict[Place, int] = {}
    for (own, slot), variables in sorted(takers.items(), key=lambda entry: entry[0]):
        _write_slot(writer, problem, (own, slot), first[own], variables, presence, places)
    write_flow(writer, problem, presence)
    return ExactProgram(writer, tuple(people), places)


def _write_slot(
    writer: Writer, problem: RosterProblem, key: tuple[int, int], first: int, variables: list[Variable],
    presence: Presence, places: dict[Place, int],
) -> None:  # fmt: skip
    """The people of a crew in a slot, and where their breaks are. `first`: one of the crew."""
    crew, slot = key
    group, proficiency = int(problem.group_of[first]), problem.people[first].proficiency
    grid, slots = problem.grid, problem.slots
    name = f"k{crew}_{slots.label(slot)}"
    surplus = proficiency * problem.book.cover.over_per_hour * grid.hours
    base = problem.cover.base[slot]
    _, people = writer.column(f"n_{name}", cost=float(base @ surplus))
    writer.row(f"people_{name}", [(people, 1.0), *((variable, -1.0) for variable in variables)], 0.0, 0.0)
    for t in np.flatnonzero(base > 0):
        presence.setdefault((group, int(t)), []).append((people, proficiency * float(base[t])))
    template = slots.templates[int(slots.template[slot])]
    layout = problem.cover.layouts[int(slots.template[slot])]
    row = int(np.flatnonzero(layout.slots == slot)[0])
    for number in range(len(template.breaks)):
        chosen = []
        for place, offset in enumerate(layout.offsets[number]):
            at, share = layout.lost_at[number][row, place], layout.lost[number][row, place]
            cost = -float(share @ surplus[at])
            column, taken = writer.column(
                f"b{number}_{name}_{int(offset)}", cost=cost, high=float(len(variables)), integer=True
            )
            places[crew, slot, number, int(offset)] = column
            chosen.append((taken, 1.0))
            for t, part in zip(at, share, strict=True):
                if part > 0:
                    presence.setdefault((group, int(t)), []).append((taken, -proficiency * float(part)))
        writer.row(f"breaks{number}_{name}", [*chosen, (people, -1.0)], 0.0, 0.0)


def solve_exact(
    problem: RosterProblem,
    classes: tuple[PeopleAlike, ...],
    *,
    seed: int,
    nodes: int,
    seconds: float | None = None,
) -> ExactRoster | None:
    """Solves the program; None where the limits end the search before it has a roster."""
    program = write_exact(problem, classes)
    answer = program.live(seed).solve(nodes=nodes, gap=1e-6, seconds=seconds)
    if answer is None:
        return None
    crew = crew_of(problem)
    waiting: dict[tuple[int, int, int], list[int]] = {}
    for (own, slot, number, offset), column in sorted(program.places.items()):
        waiting.setdefault((own, slot, number), []).extend([offset] * round(answer.values[column]))
    shifts: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
    for number, written in program.people:
        shifts[number] = []
        for slot in written.slots[answer.values[written.columns] > 0.5]:
            breaks = len(problem.slots.templates[int(problem.slots.template[slot])].breaks)
            offsets = tuple(waiting[int(crew[number]), int(slot), b].pop(0) for b in range(breaks))
            shifts[number].append((int(slot), offsets))
    return ExactRoster(shifts, answer.objective, answer.bound, answer.proven)
