"""Several kinds of deferred work on the same people, levelled by a linear program.

For every kind c and interval t, `done[c,t]` is the cumulative work of c done by the end of t, between what is due and
what is there; the people work what all kinds take together:
    due[c,t] ≤ done[c,t] ≤ there[c,t],   done[c,t] ≥ done[c,t−1],
    Σ_c (done[c,t] − done[c,t−1]) ≤ peak                                      (first: the lowest peak)
    Σ_c (done[c,t] − done[c,t−1]) − Σ_c (done[c,t−1] − done[c,t−2]) ≤ ramp[t]  (then: the least sum of rises).
Whatever such a plan allows, earliest deadline first keeps (Liu & Layland 1973). With one kind the peak is that of the
taut string (`queueing/backlog.py`), which needs no solver.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduling.lp.program import Program, Variable

RAMP_PEAK_SLACK = 1e-9  # share by which the second solve may pass the lowest peak


def level_together(due: Sequence[np.ndarray], there: Sequence[np.ndarray], *, level: bool = True) -> np.ndarray:
    """Work of each kind in each interval, lowest peak first, then least rises.

    `due`, `there`: one array a kind of n + 1 cumulative agent-hours at the ends of intervals; the first entry is the
    state before the first interval. Where those of a kind differ at the first entry, the horizon goes around: the state
    at its end is that at its beginning and one round of work. Without `level` any plan of the lowest peak will do.
    Returns (kinds, n) agent-hours.
    """
    kinds, count = len(due), len(due[0]) - 1
    unit = max(float(max(np.max(u) - np.min(u) for u in there)) / max(count, 1), 1e-12)
    program = Program("deferred")
    peak = program.column("peak", cost=1.0)
    done: list[list[Variable]] = []
    for c in range(kinds):
        low, high = due[c] / unit, there[c] / unit
        done.append([program.column(f"done_{c}_{t}", low=low[t], high=max(high[t], low[t])) for t in range(count + 1)])
        program.row(f"round_{c}", [(done[c][count], 1.0), (done[c][0], -1.0)], "=", _round(low, high))
        for t in range(1, count + 1):
            program.row(f"onward_{c}_{t}", [(done[c][t], 1.0), (done[c][t - 1], -1.0)], ">=", 0.0)

    def work(t: int, sign: float) -> list[tuple[Variable, float]]:
        return [term for path in done for term in ((path[t], sign), (path[t - 1], -sign))]

    for t in range(1, count + 1):
        program.row(f"peak_{t}", [*work(t, 1.0), (peak, -1.0)], "<=", 0.0)
    ramps = [program.column(f"ramp_{t}", cost=0.0) for t in range(2, count + 1)]
    for t, ramp in zip(range(2, count + 1), ramps, strict=True):
        program.row(f"ramp_{t}", _merged([*work(t, 1.0), *work(t - 1, -1.0), (ramp, -1.0)]), "<=", 0.0)
    live = program.live()
    lowest = live.solve()
    assert lowest is not None  # doing all work as it comes keeps every bound
    values = lowest.values
    if level and count > 1:
        limit = np.array([lowest.objective * (1 + RAMP_PEAK_SLACK) + 1e-12])
        live.set_bounds(np.array([0]), np.zeros(1), limit)
        first = 1 + kinds * (count + 1)
        live.set_costs(np.arange(first, first + count - 1), np.ones(count - 1))
        live.set_costs(np.array([0]), np.zeros(1))
        levelled = live.solve()
        values = values if levelled is None else levelled.values
    paths = values[1 : 1 + kinds * (count + 1)].reshape(kinds, count + 1)
    return np.asarray(np.maximum(np.diff(paths, axis=1), 0.0) * unit)


def _round(low: np.ndarray, high: np.ndarray) -> float:
    """The work of one round: both bounds rise by it."""
    return float(high[-1] - high[0])


def _merged(terms: list[tuple[Variable, float]]) -> list[tuple[Variable, float]]:
    """One term a variable."""
    together: dict[str, tuple[Variable, float]] = {}
    for variable, factor in terms:
        known = together.get(variable.name, (variable, 0.0))[1]
        together[variable.name] = (variable, known + factor)
    return list(together.values())
