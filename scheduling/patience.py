"""Patience queue by queue, for the targets: `patience_seconds` from the waits of a ticket history."""

from __future__ import annotations

import numpy as np
import pandas as pd

from domain.tables import PATIENCE
from domain.targets import Targets
from scheduling.queueing.patience import Patience, estimate_patience

NO_WAITS, NO_HANG_UPS, FEW_HANG_UPS = "no_waits", "no_hang_ups", "few_hang_ups"


def patience_by_queue(queue: pd.Series, tickets: pd.DataFrame, targets: Targets | None = None) -> pd.DataFrame:
    """Frame under PATIENCE, a row a queue, by name.

    `queue`: of each row of `tickets` (frame under TICKETS). Deferred work of the targets is left out: nobody waits on
    the line. A remark tells where no wait is known, nobody hung up (the mean is then at least `low_seconds`), or fewer
    than five did (see `queueing.patience`). Raises `BadValue` for negative waits.
    """
    size = len(tickets)
    waits = tickets["wait_seconds"].to_numpy(dtype=float) if "wait_seconds" in tickets else np.full(size, np.nan)
    left = tickets["abandoned"].to_numpy(dtype=bool) if "abandoned" in tickets else np.zeros(size, dtype=bool)
    promises = Targets() if targets is None else targets
    rows = []
    for name, part in pd.Series(np.arange(size)).groupby(queue.to_numpy(dtype=object), sort=True):
        promise, mine = promises.of(str(name)), part.to_numpy()
        if promise.work == "deferred":
            continue
        found = estimate_patience(waits[mine], left[mine])
        rows.append({"queue": str(name), **_cells(found), "in_targets_seconds": promise.patience_seconds})
    frame = pd.DataFrame(rows, columns=list(PATIENCE.column_names)) if rows else PATIENCE.empty()
    return PATIENCE.check(frame if targets is not None else frame.drop(columns="in_targets_seconds"))


def _cells(found: Patience) -> dict[str, object]:
    told = found.hang_ups > 0
    remark = "" if found.enough else FEW_HANG_UPS
    if not told:
        remark = NO_HANG_UPS if found.waits else NO_WAITS
    return {
        "waits": found.waits,
        "hang_ups": found.hang_ups,
        "patience_seconds": found.mean_seconds if told else np.nan,
        "low_seconds": found.low_seconds if found.waits else np.nan,
        "high_seconds": found.high_seconds if np.isfinite(found.high_seconds) else np.nan,
        "remark": remark,
    }
