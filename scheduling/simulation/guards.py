"""The threshold of blending in the simulation: how many idle people deferred work must leave to live queues.

Staffing plans deferred work into idle time by a threshold (`scheduling/blending.py`); people who have both skills keep
to the same one here, so that the certificate agrees with the plan.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from domain.queues import matches
from domain.targets import QueueTargets
from scheduling.blending import spare_capacity
from scheduling.expected import QueueWork, live_need

Guards = Sequence[tuple[int, ...]]


def guarded_queues(queues: Sequence[str], targets: Sequence[QueueTargets]) -> list[tuple[int, ...]]:
    """For each queue the positions of the live queues in whose idle time its deferred work is done."""
    live = [number for number, target in enumerate(targets) if target.work == "live"]
    return [
        tuple(k for k in live if matches(queues[k], target.blend_with)) if target.work == "deferred" else ()
        for target in targets
    ]


def idle_to_keep(
    rows: pd.DataFrame,
    aht: np.ndarray,
    targets: Sequence[QueueTargets],
    guards: Guards,
    start: np.ndarray,
    bins: tuple[int, float],
) -> np.ndarray:
    """(queues, bins) idle people that deferred work leaves to each live queue; 0 where it is closed.

    `rows`: of a forecast, with `code`, `from_us` and `to_us`; `aht`, `start`: handle time and beginning of each row,
    seconds; `bins`: their number and length. The people counted with are those that the targets ask for. Of several
    kinds of deferred work the one with the longest handle times decides.
    """
    count, seconds = bins
    keep = np.zeros((len(targets), count), dtype=np.int64)
    code, offered = rows["code"].to_numpy(), rows["offered"].to_numpy(dtype=float)
    length = (rows["to_us"].to_numpy() - rows["from_us"].to_numpy()) / 1e6
    for k in sorted({k for members in guards for k in members}):
        mine = np.flatnonzero(code == k)
        mine = mine[np.argsort(start[mine], kind="stable")]
        takers = [d for d, members in enumerate(guards) if k in members and (code == d).any()]
        if not mine.size or not takers:
            continue
        each = float(length[mine[0]])
        work = QueueWork(
            rows["start"].iloc[mine], offered[mine] * aht[mine] / each, aht[mine], np.ones(mine.size, dtype=bool), each
        )
        need = live_need(work, targets[k])
        slow = max(float(np.average(aht[code == d], weights=offered[code == d] + 1e-9)) for d in takers)
        patience = targets[k].patience_seconds
        spare = spare_capacity(
            need.sized, np.nan_to_num(need.agents), aht[mine], slow, targets[k].answer_within_seconds,
            np.inf if patience is None else patience,
        )  # fmt: skip
        for begin, end, number in zip(start[mine], start[mine] + length[mine], spare.threshold, strict=True):
            keep[k, round(begin / seconds) : round(end / seconds)] = int(number)
    return keep
