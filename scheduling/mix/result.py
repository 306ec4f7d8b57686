"""How many shifts of which kind would cover a need, before there are names: the table, its cost and its bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from time import monotonic
from typing import Any, Literal

import numpy as np
import pandas as pd

from domain.errors import BadValue
from domain.people import RuleBook
from domain.queues import matches
from domain.tables import REQUIREMENTS, SHIFTS
from scheduling.mix.problem import MixProblem, make_mix_problem
from scheduling.mix.relaxation import Pattern, cover_of, relax
from scheduling.mix.search import search
from scheduling.roster.problem import needed_people
from scheduling.shifts.localtime import clock_of, stamps_of

ITERATIONS = 300  # shifts taken out and put back, a shift
RELAXED_SHARE = 0.5  # of a time limit
Cover = Literal["soft", "hard"]


@dataclass(frozen=True)
class ShiftMix:
    """`shifts`: frame under SHIFTS. `summary`: status, cost, bound, gap (share of the bound), cover, repeats,
    required_hours, uncovered_hours, surplus_hours, paid_hours, shifts, by_shift, warnings; JSON can hold it."""

    shifts: pd.DataFrame
    summary: dict[str, Any] = field(default_factory=dict)


def make_shift_mix(
    requirements: pd.DataFrame,
    rulebook: RuleBook,
    *,
    queues: Sequence[str] = (),
    cover: Cover = "soft",
    repeats: bool = False,
    seed: int = 1,
    iterations: int = ITERATIONS,
    time_limit_seconds: float | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> ShiftMix:
    """Shifts of the rule book's templates, without names, for the need of all queues (or the named ones) together.

    `requirements`: frame under REQUIREMENTS, one interval length; `queues`: names or patterns. With `soft` cover what
    is missing and what is too much cost what `[cover]` of the book says; with `hard` cover everything is covered, in
    whole people, for the least pay, wherever a shift may be. A template's pay is that of the cheapest agreement that
    allows it; other rules concern people and are not looked at. `repeats`: the plan goes around, its last night runs
    into its first morning. Equal arguments give equal answers unless a time limit cuts the search.
    Raises `TableError` and `BadValue` for input that breaks its contract.
    """
    begin = monotonic()
    wanted = _of_queues(REQUIREMENTS.check(requirements), queues)
    if len(wanted) == 0:
        return ShiftMix(SHIFTS.empty(), _nothing_needed(cover, repeats))
    problem = make_mix_problem(wanted, rulebook, hard=cover == "hard", around=repeats)
    limit = time_limit_seconds
    relaxed = relax(
        problem, search(problem, None, seed=seed, rounds=0), seed=seed,
        deadline=None if limit is None else begin + RELAXED_SHARE * limit,
    )  # fmt: skip
    found = search(
        problem, relaxed, seed=seed, rounds=iterations, deadline=None if limit is None else begin + limit, tell=progress
    )
    summary = {"cover": cover, "repeats": repeats, **_summary(problem, relaxed.bound, found)}
    warnings = needed_people(wanted)[1]
    if problem.unreached_hours > 0:
        warnings.append(f"no shift is there for {problem.unreached_hours:.1f} of the hours needed")
    return ShiftMix(_rows(problem, found, rulebook.timezone), {**summary, "warnings": warnings})


def _of_queues(requirements: pd.DataFrame, queues: Sequence[str]) -> pd.DataFrame:
    if not queues or len(requirements) == 0:
        return requirements
    known = sorted(requirements["queue"].unique())
    for name in queues:
        if not any(queue == name or matches(queue, (name,)) for queue in known):
            raise BadValue(f"a queue of the requirements ({', '.join(known)})", column="--queue", found=name)
    chosen = [queue for queue in known if queue in queues or matches(queue, tuple(queues))]
    return requirements[requirements["queue"].isin(chosen)]


def _summary(problem: MixProblem, proven: float, found: list[Pattern]) -> dict[str, Any]:
    present = np.zeros(len(problem.need))
    chosen = np.array([slot for slot, _ in found], dtype=np.int64)
    if found:
        _, at, people = cover_of(problem, chosen, np.array([places for _, places in found]))
        np.add.at(present, at, people)
    missing = np.maximum(problem.need - present, 0.0)
    surplus = np.maximum(present - problem.need, 0.0)
    template = problem.flat.template[chosen]
    cost = float(problem.cost[template].sum() + (problem.most * missing).sum()) - problem.constant
    bound = min(proven - problem.constant, cost)
    paid = np.array([shift.paid_minutes / 60 for shift in problem.slots.templates])
    counts = np.bincount(template, minlength=len(paid))
    gap = (cost - bound) / max(abs(bound), 1e-9) if cost - bound > 1e-6 else 0.0
    return {
        "status": "optimal" if gap == 0.0 else "feasible",
        "cost": round(cost, 4),
        "bound": round(bound, 4),
        "gap": round(gap, 6),
        "required_hours": round(float((problem.need * problem.hours).sum()) + problem.unreached_hours, 4),
        "uncovered_hours": round(float((missing * problem.hours).sum()) + problem.unreached_hours, 4),
        "surplus_hours": round(float((surplus * problem.hours).sum()), 4),
        "paid_hours": round(float(paid @ counts), 4),
        "shifts": len(found),
        "by_shift": [
            {"shift": shift.name, "count": int(count), "paid_hours": round(float(hours * count), 4)}
            for shift, count, hours in zip(problem.slots.templates, counts, paid, strict=True)
        ],
    }


def _nothing_needed(cover: Cover, repeats: bool) -> dict[str, Any]:
    return {
        "cover": cover, "repeats": repeats, "status": "optimal", "cost": 0.0, "bound": 0.0, "gap": 0.0,
        "required_hours": 0.0, "uncovered_hours": 0.0, "surplus_hours": 0.0, "paid_hours": 0.0, "shifts": 0,
        "by_shift": [], "warnings": ["nothing is required: there are no shifts"],
    }  # fmt: skip


def _rows(problem: MixProblem, found: list[Pattern], timezone: str) -> pd.DataFrame:
    """One row a slot and placement of its breaks."""
    slots = problem.slots
    records = []
    for (slot, places), same in groupby(sorted(found)):
        template = slots.templates[int(slots.template[slot])]
        start = float(slots.start[slot])
        words = []
        for place, pause in zip(places, template.breaks, strict=False):
            clock = clock_of(start + place * problem.step_minutes, timezone)
            words.append(f"{clock // 60:02d}:{clock % 60:02d} {pause.kind} {pause.minutes}")
        records.append(
            (start, float(slots.end[slot]), template.name, len(list(same)), " | ".join(words), slots.paid_hours[slot])
        )
    if not records:
        return SHIFTS.empty()
    frame = pd.DataFrame(records, columns=list(SHIFTS.column_names))
    for name in ("start", "end"):
        frame[name] = stamps_of(frame[name].to_numpy(dtype=np.float64))
    return SHIFTS.check(frame.sort_values(["start", "shift", "breaks"], kind="stable", ignore_index=True))
