"""The flow of people's time to queues as part of a PuLP program.

For every skill group k, queue q it serves and interval t, `y[k,q,t]` is the need of q that k serves:
    Σ_q y[k,q,t] ≤ people of k present at t;   Σ_k y[k,q,t] ≤ need[q,t].
A person's time is thus split, never counted twice. What is not served is missing; who does not serve is surplus:
    cost = under · Σ h (need − Σ y) + over · Σ h (present − Σ y).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.lp import Variable
from scheduling.roster.engines.people_program import Writer
from scheduling.roster.problem import RosterProblem


@dataclass(frozen=True)
class WrittenFlow:
    """`supply`: row number by group × interval, −1 where nothing can be served; `served`: flow columns' numbers."""

    supply: np.ndarray
    served: np.ndarray


Presence = dict[tuple[int, int], list[tuple[Variable, float]]]


def write_flow(
    writer: Writer, problem: RosterProblem, presence: Presence, intervals: np.ndarray | None = None
) -> WrittenFlow:
    """Writes flow columns, demand and supply rows. `presence[k, t]`: terms that sum to the full people of k at t."""
    cover, hours = problem.book.cover, problem.grid.hours
    chosen = range(len(problem.grid)) if intervals is None else [int(t) for t in intervals]
    supply = np.full((len(problem.groups), len(problem.grid)), -1, dtype=np.int64)
    numbers = []
    for t in chosen:
        demand: dict[int, list[tuple[Variable, float]]] = {}
        for k, members in enumerate(problem.groups):
            flows = []
            for q in members:
                if problem.need[q, t] > 0:
                    cost = -(cover.under_per_hour + cover.over_per_hour) * float(hours[t])
                    number, flow = writer.column(f"y_k{k}_q{q}_{t}", cost=cost)
                    numbers.append(number)
                    flows.append((flow, 1.0))
                    demand.setdefault(q, []).append((flow, 1.0))
            if flows:
                terms = flows + [(variable, -share) for variable, share in presence.get((k, t), [])]
                supply[k, t] = writer.row(f"supply_k{k}_{t}", terms, -np.inf, float(problem.present[k, t]))
        for q, flows in demand.items():
            writer.row(f"need_q{q}_{t}", flows, -np.inf, float(problem.need[q, t]))
    constant = cover.under_per_hour * float((problem.need * hours).sum())
    constant += cover.over_per_hour * float((problem.present * hours).sum())
    writer.program.constant(constant)
    return WrittenFlow(supply, np.array(numbers, dtype=np.int64))
