"""The linear relaxation of covering need with nameless shifts, by column generation, and a bound that holds.

    min  Σ_j cost_j x_j + Σ_t most_t u_t     s.t.  Σ_j cover_jt x_j + u_t ≥ need_t,   x, u ≥ 0,
one column a slot with its breaks at some places. Break windows of a template never overlap, so that at prices y the
best shift of a slot is a difference of prefix sums less the cheapest place of each break: all columns are priced
exactly. Any 0 ≤ y ≤ most with Σ_t cover_jt y_t ≤ cost_j for all j proves Σ_t y_t need_t (weak duality; Farley 1990,
Oper. Res. 38:922-923): the master's prices divided by the largest ratio of value to cost do.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np

from scheduling.lp import LiveModel, Program
from scheduling.mix.problem import MixProblem

ROUNDS_MOST = 60
TOLERANCE = 1e-4  # of the bound: how near the master's value it is when columns stop
Pattern = tuple[int, tuple[int, ...]]


@dataclass(frozen=True)
class Relaxed:
    """`price` (T): worth of a served person by interval; `bound`: proven for Σ cost + Σ most · missing;
    `value`: of the last master; `patterns` (slot, breaks in steps after its start) and how many of each it takes."""

    price: np.ndarray
    bound: float
    value: float
    patterns: tuple[Pattern, ...]
    counts: np.ndarray


def price_patterns(problem: MixProblem, price: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each slot's value at prices by interval, breaks at their cheapest: (J values, J × breaks places, −1: none)."""
    flat, span = problem.flat, problem.span
    around = len(price) * problem.steps
    rounds = int(span.max(initial=0)) // around + 2
    total = np.concatenate([[0.0], np.cumsum(np.tile(np.repeat(price / problem.steps, problem.steps), rounds))])
    value = total[flat.first + span[flat.template]] - total[flat.first]
    place = np.full((len(flat.first), flat.length.shape[1]), -1, dtype=np.int64)
    for template in range(len(span)):
        rows = np.flatnonzero(flat.template == template)
        for b, length in enumerate(flat.length[template]):
            if length > 0:
                at = flat.at[flat.at_from[template, b] : flat.at_to[template, b]]
                begin = flat.first[rows, None] + at
                lost = total[begin + length] - total[begin]
                best = lost.argmin(axis=1)
                value[rows] -= lost[np.arange(len(rows)), best]
                place[rows, b] = at[best]
    return value, place


def cover_of(problem: MixProblem, slots: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What shifts cover, as compressed columns: (starts, intervals, people)."""
    flat = problem.flat
    template = flat.template[slots]
    offset = np.arange(int(problem.span.max(initial=0)))
    there = offset < problem.span[template][:, None]
    for b in range(place.shape[1]):
        begin, length = place[:, b, None], flat.length[template, b][:, None]
        there &= ~((begin >= 0) & (offset >= begin) & (offset < begin + length))
    interval = (flat.first[slots][:, None] + offset) // problem.steps % len(problem.need)
    key = (np.arange(len(slots))[:, None] * len(problem.need) + interval)[there]
    cells, steps = np.unique(key, return_counts=True)
    starts = np.searchsorted(cells, np.arange(len(slots)) * len(problem.need))
    return starts, cells % len(problem.need), steps / problem.steps


def relax(problem: MixProblem, patterns: list[Pattern], *, seed: int = 1, deadline: float | None = None) -> Relaxed:
    """The relaxation, starting from known patterns; past `deadline` (monotonic clock) what is proven so far."""
    program = Program("mix")
    needed = np.flatnonzero(problem.need > 0)
    if not len(needed):
        return Relaxed(np.zeros(len(problem.need)), 0.0, 0.0, (), np.zeros(0))
    for t in needed:
        missing = program.column(f"missing_{t}", cost=float(problem.most[t]))
        program.row(f"cover_{t}", [(missing, 1.0)], ">=", float(problem.need[t]))
    live = program.live(seed=seed, relaxed=True)
    row_of = np.full(len(problem.need), -1)
    row_of[needed] = np.arange(len(needed))
    known = dict.fromkeys(patterns)
    fresh = list(known)
    bound, price, answer = 0.0, np.zeros(len(problem.need)), None
    for _ in range(ROUNDS_MOST):
        _add(live, problem, fresh, row_of)
        answer = live.solve()
        if answer is None:  # numerical trouble: what is proven so far stays proven
            break
        dual = np.zeros(len(problem.need))
        dual[needed] = np.clip(answer.row_duals[: len(needed)], 0.0, problem.most[needed])
        value, place = price_patterns(problem, dual)
        ratio = max(float((value / problem.cost[problem.flat.template]).max(initial=0.0)), 1.0)
        if float(dual @ problem.need) / ratio > bound:
            bound, price = float(dual @ problem.need) / ratio, dual / ratio
        if answer.objective - bound <= TOLERANCE * bound or (deadline is not None and monotonic() > deadline):
            break
        fresh = [pattern for pattern in _best_by_start(problem, value, place) if pattern not in known]
        if not fresh:
            break
        known |= dict.fromkeys(fresh)
    counts = np.zeros(len(known)) if answer is None else answer.values[len(needed) :]
    return Relaxed(price, bound, bound if answer is None else answer.objective, tuple(known)[: len(counts)], counts)


def _best_by_start(problem: MixProblem, value: np.ndarray, place: np.ndarray) -> list[Pattern]:
    """Of the slots that start together the one that gains most, where it gains."""
    gain = value - problem.cost[problem.flat.template]
    order = np.lexsort((-gain, problem.flat.first))
    _, leaders = np.unique(problem.flat.first[order], return_index=True)
    chosen = order[leaders]
    return [(int(j), tuple(int(p) for p in place[j])) for j in chosen if gain[j] > 1e-9 * problem.cost.max()]


def _add(live: LiveModel, problem: MixProblem, patterns: list[Pattern], row_of: np.ndarray) -> None:
    if not patterns:
        return
    slots = np.array([slot for slot, _ in patterns])
    starts, intervals, people = cover_of(problem, slots, np.array([places for _, places in patterns]))
    column = np.repeat(np.arange(len(slots)), np.diff(np.append(starts, len(intervals))))
    kept = row_of[intervals] >= 0
    starts = np.searchsorted(column[kept], np.arange(len(slots)))
    live.add_columns(problem.cost[problem.flat.template[slots]], starts, row_of[intervals[kept]], people[kept])
