"""People with several skills: what the staffing gives each queue in simulation, and what the double count gives.

The peer's answer is that of the programme "for each queue, agents with the skill ≥ need of the queue alone", the only
rows that calculators with a multi-skill function have (pyworkforce 0.5.4, `MultiSkillStaffing`: 25 and 46 people here,
the same as worked out below). It counts a cross-trained person in full in each of their queues. Our own rows hold for
every set of queues, and simulation decides. The two staffings meet the same contacts.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.registry import BenchSpec, Effort, Row, Tables
from domain.targets import QueueTargets
from scheduling.multi_skill import SteadyCentre, multi_skill_need, simulate_groups
from scheduling.queueing import ServiceGoals, required_agents

AHT_SECONDS = 300.0
PATIENCE_SECONDS = 180.0
TARGET = 0.80
GOAL_POINTS = 2.0
TWO = ((0,), (1,), (0, 1))
CHAIN = ((0,), (1,), (2,), (0, 1), (1, 2), (2, 0))
CENTRES: dict[str, tuple[tuple[float, ...], tuple[tuple[int, ...], ...]]] = {
    "20 + 20 E": ((20.0, 20.0), TWO),
    "40 + 30 E": ((40.0, 30.0), TWO),
    "20 + 12 + 8 E, chain": ((20.0, 12.0, 8.0), CHAIN),
}


def counted_twice(loads: Sequence[float], groups: Sequence[Sequence[int]]) -> list[int]:
    """People by group where only the rows of single queues are kept, needs by Erlang C as the peer takes them."""
    goals = ServiceGoals(service_level=TARGET, answer_within_seconds=20)
    need = required_agents(np.array(loads), AHT_SECONDS, goals).agents
    widest = max(len(members) for members in groups)
    shared = [g for g, members in enumerate(groups) if len(members) == widest]
    people = [0] * len(groups)
    if len(shared) == 1:
        people[shared[0]] = int(need.max())
        return people
    from scipy.optimize import milp  # several wide groups: the programme itself

    can = np.array([[float(k in members) for members in groups] for k in range(len(loads))])
    found = milp(np.ones(len(groups)), integrality=np.ones(len(groups)), constraints=(can, need, np.inf))
    return [round(value) for value in found.x]


def measure(effort: Effort) -> list[Row]:
    """Rows by centre, patience and method: people, of them with one skill, worst queue's level and hang-ups."""
    rows: list[Row] = []
    for patience in (None, PATIENCE_SECONDS):
        promise = QueueTargets(service_level=TARGET, answer_within_seconds=20.0, patience_seconds=patience)
        for label, (loads, groups) in CENTRES.items():
            many = len(loads)
            begin = time.perf_counter()
            need = multi_skill_need(
                loads, [AHT_SECONDS] * many, [promise] * many, groups,
                contacts=40_000 if effort == "quick" else 100_000,
            )  # fmt: skip
            seconds = time.perf_counter() - begin
            centre = SteadyCentre(loads, (AHT_SECONDS,) * many, (promise,) * many, groups)
            twice = counted_twice(loads, groups)
            for method, people in (("smena", need.agents), ("counted twice", np.array(twice, dtype=np.int64))):
                level = simulate_groups(centre, people, seed=9)
                off = 100 * (level.service_level - TARGET)
                single = sum(int(n) for n, members in zip(people, groups, strict=True) if len(members) == 1)
                rows.append(
                    {
                        "centre": label,
                        "patience": "none" if patience is None else f"{patience:.0f} s",
                        "method": method,
                        "people": int(people.sum()),
                        "with_one_skill": single,
                        "apart": round(float(np.ceil(need.apart - 1e-9).sum())),
                        "bound": round(float(need.bounds.max()), 1),
                        "lowest_level": round(float(level.service_level.min()), 3),
                        "highest_level": round(float(level.service_level.max()), 3),
                        "most_hang_up": round(float(level.abandon_share.max()), 3),
                        "points_off": round(float(np.abs(off).max()), 1),
                        "goal_kept": "yes" if np.abs(off).max() <= GOAL_POINTS else "no",
                        "seconds": round(seconds, 1) if method == "smena" else 0.0,
                    }
                )
    return rows


def tables(rows: list[Row]) -> Tables:
    """One table; the goal is a level within 2 points of the target in every queue."""
    return {f"target {TARGET:.0%} in 20 s, handle time {AHT_SECONDS:.0f} s": pd.DataFrame(rows)}


BENCH = BenchSpec("multi_skill", "people with several skills, simulated", measure, has_effort=True, tables=tables)
