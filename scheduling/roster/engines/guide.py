"""Prices of people's time from a small linear program over nameless people, week by week and hour by hour.

People of one skill set whose agreements have the same shifts are one crowd, of their mean proficiency. A shift covers
its hours less the share of its breaks, wherever they lie in their windows. The program knows how many are there each
day, weekly hours and longest runs; the rest of the law it leaves to the tours. Its prices, put into `dual`, prove a
bound: any prices do.
    min  Σ own · x + Σ short + over · Σ present − (under + over) · Σ y
    Σ_q y[k,q,b] ≤ Σ_s cover[s,b] · x[k,s];  Σ_k y[k,q,b] ≤ need[q,b];  Σ_{s on d} x[c,s] ≤ people of c on d;
    Σ paid · x[c,s] ≤ hours of c;  Σ paid · x[c,s] + short[c] ≥ owed to c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.lp import Variable
from scheduling.roster.engines.people_program import Writer
from scheduling.roster.engines.site import BARRED, Kind, Staff
from scheduling.roster.meters import HoursWindow
from scheduling.roster.model import Person
from scheduling.roster.problem import RosterProblem
from scheduling.shifts.localtime import monday_of

BIN_MINUTES = 60
CROWD_TERMS = ("cost_per_hour", "consecutive_days_max", "shifts_per_day_max")
WORTH_A_WORD = 0.01  # of the plan's currency: a rule that saves less is not named


@dataclass(frozen=True)
class Crowd:
    """People of one skill group whose agreements differ in hours at most, as positions."""

    group: int
    members: tuple[int, ...]


@dataclass(frozen=True)
class Guide:
    """`price`: what a served person of each queue is worth, queues × intervals, 0 where nobody is needed.

    `savings`: by rule that holds people back, (people, what one more unit of it would save at most).
    """

    price: np.ndarray
    savings: dict[str, tuple[int, float]]


def no_guide(problem: RosterProblem) -> Guide:
    """Prices of nothing, where there is no time for better ones: a bound from them is weak and valid."""
    return Guide(np.zeros_like(problem.need), {})


def make_guide(problem: RosterProblem, staff: Staff, seed: int = 1) -> Guide:
    """The prices of all weeks of a plan."""
    guide = no_guide(problem)
    crowds = _crowds(problem, staff)
    mondays = np.array([monday_of(int(day)) for day in problem.days])
    for monday in np.unique(mondays):
        _week(problem, staff, crowds, np.flatnonzero(mondays == monday), guide, seed)
    return guide


def _crowds(problem: RosterProblem, staff: Staff) -> tuple[Crowd, ...]:
    members: dict[tuple[object, int], list[int]] = {}
    for person in staff.able:
        agreement = problem.people[person].agreement
        terms = (tuple(sorted(agreement.shifts)), *(getattr(agreement, name) for name in CROWD_TERMS))
        members.setdefault((terms, int(problem.group_of[person])), []).append(int(person))
    return tuple(Crowd(group, tuple(own)) for (_, group), own in members.items())


def _week(
    problem: RosterProblem, staff: Staff, crowds: Sequence[Crowd], days: np.ndarray, guide: Guide, seed: int
) -> None:
    grid, slots = problem.grid, problem.slots
    chosen = np.flatnonzero((slots.day >= days[0]) & (slots.day <= days[-1]))
    if not len(chosen):
        return
    span = np.flatnonzero((grid.end > slots.start[chosen].min()) & (grid.start < slots.end[chosen].max()))
    bins = ((grid.start[span] - grid.start[span[0]]) // BIN_MINUTES).astype(np.int64)
    many = int(bins.max()) + 1
    shares = cover_hours(problem, chosen, span, bins, many)
    need = np.array(
        [np.bincount(bins, problem.need[q, span] * grid.hours[span], many) for q in range(len(problem.queues))]
    )
    writer = Writer(f"guide_d{days[0]}")
    present: dict[tuple[int, int], list[tuple[Variable, float]]] = {}
    held: list[tuple[int, dict[str, list[int]]]] = []
    for number, crowd in enumerate(crowds):
        variables, written = _write_crowd(writer, problem, staff, crowd, f"c{number}", days, chosen)
        held.append((len(crowd.members), written))
        speed = mean_proficiency([problem.people[person] for person in crowd.members])
        for slot, variable in variables.items():
            for b, share in shares[slot]:
                present.setdefault((crowd.group, b), []).append((variable, speed * share))
    needed = _write_flow(writer, problem, present, need, many)
    if not needed:
        return
    live = writer.program.live(seed=seed, relaxed=True)
    live.option("solver", "ipm")
    live.option("run_crossover", "off")
    live.option("presolve", "off")  # with it the interior point's duals are not proven and the solve ends "unknown"
    answer = live.solve()
    if answer is None:
        live.option("run_crossover", "on")
        answer = live.solve()
    if answer is None:
        return
    earned = problem.book.cover.under_per_hour + problem.book.cover.over_per_hour
    for (queue, b), row in needed.items():
        worth = earned + float(answer.row_duals[row])
        there = span[bins == b]
        guide.price[queue, there] = np.clip(worth, 0.0, earned) * grid.hours[there]
    for people, rows in held:
        for rule, own in rows.items():
            most = max(abs(float(answer.row_duals[row])) for row in own)
            if most > WORTH_A_WORD:
                known, price = guide.savings.get(rule, (0, 0.0))
                guide.savings[rule] = (max(known, people), max(price, most))


def mean_proficiency(people: Sequence[Person]) -> float:
    """How much of a full person a crowd's people cover on average; 1 where there are none yet."""
    return float(np.mean([person.proficiency for person in people])) if people else 1.0


def cover_hours(
    problem: RosterProblem, chosen: np.ndarray, span: np.ndarray, bins: np.ndarray, many: int
) -> dict[int, list[tuple[int, float]]]:
    """Hours that each slot covers of each bin, its breaks spread evenly over where they may lie."""
    slots, part = problem.slots, problem.grid.part(int(span[0]), int(span[-1]) + 1)
    hours = part.shares(slots.start[chosen].astype(float), slots.end[chosen].astype(float)) * part.hours
    places = problem.cover.places
    row_of = {int(slot): number for number, slot in enumerate(chosen)}
    column_of = np.full(len(problem.grid), -1, dtype=np.int64)
    column_of[span] = np.arange(len(span))
    for entry, slot in enumerate(places.slot):
        row = row_of.get(int(slot))
        if row is not None:
            at, share = places.at[entry], places.share[entry]
            lost = share * problem.grid.hours[at] / len(at)
            np.subtract.at(hours[row], column_of[at].ravel(), lost.ravel())
    found = {}
    for slot, row in row_of.items():
        total = np.bincount(bins, hours[row], many)
        found[slot] = [(int(b), float(total[b])) for b in np.flatnonzero(total > 1e-9)]
    return found


def _write_crowd(
    writer: Writer, problem: RosterProblem, staff: Staff, crowd: Crowd, name: str, days: np.ndarray, chosen: np.ndarray
) -> tuple[dict[int, Variable], dict[str, list[int]]]:
    """Columns of one crowd's slots, rows of its days, runs and hours by the rule they come from."""
    kinds = [staff.kinds[staff.kind_of[person]] for person in crowd.members]
    can = np.array([(kind.slot_cost < BARRED / 10).astype(float) for kind in kinds]).sum(axis=0)
    agreement = problem.people[crowd.members[0]].agreement
    speed = mean_proficiency([problem.people[person] for person in crowd.members])
    slots, over = problem.slots, problem.book.cover.over_per_hour * speed
    variables: dict[int, Variable] = {}
    by_day: dict[int, list[tuple[Variable, float]]] = {int(day): [] for day in days}
    paid: list[tuple[Variable, float]] = []
    rows: dict[str, list[int]] = {}
    without_breaks = [t.length_minutes / 60 - sum(pause.minutes for pause in t.breaks) / 60 for t in slots.templates]
    for slot in chosen[can[chosen] > 0]:
        present = without_breaks[slots.template[slot]]
        cost = agreement.cost_per_hour * float(slots.paid_hours[slot]) + over * present
        _, variables[int(slot)] = writer.column(f"x_{name}_{slots.label(int(slot))}", cost=cost)
        by_day[int(slots.day[slot])].append((variables[int(slot)], 1.0))
        paid.append((variables[int(slot)], float(slots.paid_hours[slot])))
    for day, terms in by_day.items():
        if terms:
            there = can[chosen[slots.day[chosen] == day]].max()
            row = writer.row(f"day_{name}_{day}", terms, -np.inf, float(there) * agreement.shifts_per_day_max)
            rows.setdefault("shifts_per_day", []).append(row)
    most = agreement.consecutive_days_max
    for first in range(int(days[0]), int(days[-1]) - (most or len(days)) + 1):
        run = [term for day in range(first, first + (most or 0) + 1) for term in by_day.get(day, [])]
        if most and run:
            limit = float(most * len(crowd.members) * agreement.shifts_per_day_max)
            rows.setdefault("consecutive_days", []).append(writer.row(f"run_{name}_{first}", run, -np.inf, limit))
    if paid:
        rows |= _write_hours(writer, kinds, name, days, paid)
    return variables, rows


def _write_hours(
    writer: Writer, kinds: Sequence[Kind], name: str, days: np.ndarray, paid: list[tuple[Variable, float]]
) -> dict[str, list[int]]:
    """Most and least hours of the week; longer windows count with the week's share of their days."""
    most = least = price = 0.0
    capped = True
    rows: dict[str, list[int]] = {}
    for kind in kinds:
        shares = [(window, _share_inside(window, days)) for window in kind.windows]
        caps = [
            share * max(w.most - w.before, 0.0)
            for w, share in shares
            if share > 0 and np.isfinite(w.most) and np.isinf(w.over_price)
        ]
        capped &= bool(caps)
        most += min(caps, default=0.0)
        least += sum(share * max(w.least - w.before, 0.0) for w, share in shares if share > 0)
        price = max([price, *(w.short_price for w, _ in shares)])
    if capped:
        rows["hours_per_week"] = [writer.row(f"most_{name}", paid, -np.inf, most)]
    if least > 0:
        _, short = writer.column(f"short_{name}", cost=price)
        rows["hours_per_week_min"] = [writer.row(f"least_{name}", [*paid, (short, 1.0)], least, np.inf)]
    return rows


def _share_inside(window: HoursWindow, days: np.ndarray) -> float:
    """Share of a window's days that lie among `days`."""
    inside = int(((days >= window.first) & (days <= window.last)).sum())
    return inside / (window.last - window.first + 1)


def _write_flow(
    writer: Writer, problem: RosterProblem, present: dict[tuple[int, int], list[tuple[Variable, float]]],
    need: np.ndarray, many: int,
) -> dict[tuple[int, int], int]:  # fmt: skip
    """Who serves what, hour by hour; the row of each need."""
    earned = problem.book.cover.under_per_hour + problem.book.cover.over_per_hour
    rows: dict[tuple[int, int], int] = {}
    for b in range(many):
        demand: dict[int, list[tuple[Variable, float]]] = {}
        for group, members in enumerate(problem.groups):
            if (group, b) not in present:
                continue
            flows = []
            for queue in members:
                if need[queue, b] > 0:
                    _, flow = writer.column(f"y_k{group}_q{queue}_{b}", cost=-earned)
                    flows.append((flow, 1.0))
                    demand.setdefault(queue, []).append((flow, 1.0))
            if flows:
                supply = [(variable, -share) for variable, share in present[group, b]]
                writer.row(f"supply_k{group}_{b}", flows + supply, -np.inf, 0.0)
        for queue, flows in demand.items():
            rows[queue, b] = writer.row(f"need_q{queue}_{b}", flows, -np.inf, float(need[queue, b]))
    return rows
