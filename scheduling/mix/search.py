"""Whole shifts from the relaxation: its columns rounded down, filled up, then taken out and put back by annealing.

Ruin and rebuild (Schrimpf et al. 2000): one to three shifts that start near each other leave, and those come in that
serve most worth for their cost, worth by the relaxation's prices. Along the way a missing person costs little more than
it is worth, in the end what it really costs: exact cover is reached from both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import numpy as np

from scheduling.mix.problem import MixProblem
from scheduling.mix.relaxation import Pattern, Relaxed
from scheduling.roster.engines import mix_kernel as kernel

OUT_MOST = 2
REACH_MINUTES = 120
NOISE = 0.02
RATE = 1.5  # price of a missing person over what it is worth, at the beginning
RATE_LATE, LATE = 6.0, 0.85  # what has become of it by that part of the search; then it rises to the real cost
HOT_SHARE, COLD_SHARE = 1 / 16, 1 / 80  # of the cheapest shift's cost
FLOOR_SHARE = 0.1  # of the mean price: no interval is worth less, or nobody would fill it
CHUNKS = 50
Tell = Callable[[str, int, int], None]


def search(
    problem: MixProblem, relaxed: Relaxed | None, *, seed: int, rounds: int, deadline: float | None = None,
    tell: Tell | None = None,
) -> list[Pattern]:  # fmt: skip
    """Shifts found in `rounds` a shift, or (without rounds) by filling up alone; `deadline` on the monotonic clock."""
    field, heap = _field(problem, relaxed), _heap(problem)
    kernel.seed_random(seed)
    if relaxed is not None:
        _round_down(field, heap, relaxed)
    most = _final_rate(field)
    kernel.fill(field, heap, most)
    kernel.drop(field, heap)
    if not rounds or not heap.many[0]:
        return patterns_of(heap)
    best = _heap(problem)
    kernel.copy(heap, best)
    costs = np.full(2, _cost(problem, field, heap))
    hot, cold = (share * float(problem.cost.min()) for share in (HOT_SHARE, COLD_SHARE))
    size = max(rounds * int(heap.many[0]) // CHUNKS, 1)
    begin, reached, say = monotonic(), 0.0, tell or _nothing
    for done in range(CHUNKS):
        if deadline is not None and monotonic() > deadline:
            break
        say("improvement", done, CHUNKS)
        passed = 0.0 if deadline is None else (monotonic() - begin) / max(deadline - begin, 1e-9)
        cooled, reached = reached, min(max((done + 1) / CHUNKS, passed), 1.0)
        rates = (_rate(cooled, most), _rate(reached, most))
        heats = (hot * (cold / hot) ** cooled, hot * (cold / hot) ** reached)
        kernel.anneal(
            field, heap, best, costs, size, OUT_MOST, REACH_MINUTES // problem.step_minutes, rates, heats, NOISE
        )
    return _mended(problem, best, relaxed, most)


def _rate(part: float, most: float) -> float:
    """What a missing person costs over what it is worth, `part` of the way through."""
    late = min(RATE_LATE, most)
    if part <= LATE:
        return float(RATE * (late / RATE) ** (part / LATE))
    return float(late * (most / late) ** ((part - LATE) / (1 - LATE)))


def _mended(problem: MixProblem, best: kernel.Heap, relaxed: Relaxed | None, most: float) -> list[Pattern]:
    """What is still missing is filled, what is not needed is left out."""
    field = _field(problem, relaxed)
    for j in range(int(best.many[0])):
        kernel.put(field, best.slot[j], best.place[j], 1.0, most)
    kernel.fill(field, best, most)
    kernel.drop(field, best)
    return patterns_of(best)


def _nothing(stage: str, done: int, total: int) -> None:
    return None


def _field(problem: MixProblem, relaxed: Relaxed | None) -> kernel.Field:
    """Everything missing; worth by the relaxation's prices, or the same everywhere."""
    flat, steps = problem.flat, problem.steps
    around = len(problem.need) * steps
    if relaxed is None or not (relaxed.price > 0).any():
        price = problem.hours / problem.hours.mean() * _plain_worth(problem)
    else:
        price = np.maximum(relaxed.price, FLOOR_SHARE * relaxed.price[relaxed.price > 0].mean())
    return kernel.Field(
        slots=flat,
        begin=np.searchsorted(flat.first, np.arange(around + 1)).astype(np.int64),
        span=problem.span.astype(np.int64),
        cost=np.maximum(problem.cost, 1e-9),
        short=problem.need * steps,
        price=np.minimum(price, problem.most) / steps,
        most=problem.most / steps,
        sum=np.zeros(around + int(problem.span.max(initial=0)) + 1),
        steps=steps,
    )


def _plain_worth(problem: MixProblem) -> float:
    """The least that a person served for one mean interval costs."""
    templates = problem.slots.templates
    minutes = np.array([t.length_minutes - sum(pause.minutes for pause in t.breaks) for t in templates])
    each = problem.cost / np.maximum(minutes, 1)
    return (float(each.min()) if len(each) else 1.0) * problem.steps * problem.step_minutes


def _final_rate(field: kernel.Field) -> float:
    """The rate at which every missing person costs what it really costs."""
    return max(float((field.most / np.maximum(field.price, 1e-12)).max(initial=1.0)), RATE)


def _heap(problem: MixProblem) -> kernel.Heap:
    """Room for more shifts than the need can take."""
    shortest = int(problem.span.min()) if len(problem.span) else 1
    room = 64 + int(8 * problem.need.sum() * problem.steps / shortest + problem.need.max(initial=0.0) * 4)
    place = np.full((room, problem.flat.length.shape[1]), -1, dtype=np.int64)
    return kernel.Heap(np.zeros(room, dtype=np.int64), place, np.zeros(1, dtype=np.int64))


def _round_down(field: kernel.Field, heap: kernel.Heap, relaxed: Relaxed) -> None:
    for (slot, places), count in zip(relaxed.patterns, np.floor(relaxed.counts + 1e-6).astype(int), strict=True):
        for _ in range(count):
            n = int(heap.many[0])
            heap.slot[n], heap.place[n] = slot, places
            heap.many[0] = n + 1
            kernel.put(field, heap.slot[n], heap.place[n], 1.0, 1.0)


def _cost(problem: MixProblem, field: kernel.Field, heap: kernel.Heap) -> float:
    chosen = problem.flat.template[heap.slot[: int(heap.many[0])]]
    return float(problem.cost[chosen].sum() + (field.most * np.maximum(field.short, 0.0)).sum())


def patterns_of(heap: kernel.Heap) -> list[Pattern]:
    """The chosen shifts in order of slot and breaks."""
    count = int(heap.many[0])
    return sorted((int(heap.slot[j]), tuple(int(p) for p in heap.place[j])) for j in range(count))
