"""What drives a requirement: the load, what each promise alone would ask for, floors, shrinkage; and which one binds.

Every goal is taken alone by planning the same forecast with the other goals switched off, so the account follows
whatever `require_staff` does. What the goals together ask for beyond the largest of them (a level promised for the
day, a volume that is not known, staff by worth) stands as `rest`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from domain.targets import Targets
from scheduling.outbound import DRIVER as OUTBOUND
from scheduling.variants import GOALS, goals_of, require_variants, with_one_goal

STEPS = ("load", "carried", *GOALS, "minimum", "blended", "rest", "seats", "shrinkage")
KEPT = (
    "queue", "start", "load_erlangs", "sized_load_erlangs", "aht_seconds", "agents", "scheduled", "blended_agents",
    "wanted_agents", "driver",
)  # fmt: skip
NOTICED = 0.005  # people: less than that is rounding


def what_drives(
    forecast: pd.DataFrame,
    requirements: pd.DataFrame,
    targets: Targets,
    *,
    interval_minutes: int,
    percentile: float | None = None,
    timezone: str = "UTC",
    backlog: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Per row of `requirements` (made from `forecast`, frame under FORECAST or ADJUSTED) what its people are for.

    Columns: queue, start, `offered` (contacts), `aht_seconds`, and people by the names in `STEPS`, which sum to
    `scheduled`: the load, what contacts of other intervals add or take, what each goal asks for on top of those before
    it (less than nothing where hang-ups relieve the line), the floor on agents, work done in the
    idle time of other queues (less than nothing), the rest, people for whom there is no seat (less than nothing),
    shrinkage. `binding` names the last step that asks for more: a goal, `minimum`, `rest` or `load`; `seats` where
    they are too few, `outbound` for planned work, `nobody` where nobody is needed, `unattainable` where no number of
    agents reaches the targets (their last steps are empty). `backlog`: the in-tray the requirements were made with.
    """
    own = requirements.reindex(columns=[*KEPT]).reset_index(drop=True)
    seconds = interval_minutes * 60.0
    own["offered"] = (own["load_erlangs"] * seconds / own["aht_seconds"]).where(own["aht_seconds"] > 0)
    queues = [str(name) for name in own["queue"].unique()]
    promises = {queue: targets.of(queue) for queue in queues}
    asked = {
        (queue, goal): with_one_goal(promise, goal) for queue, promise in promises.items() for goal in goals_of(promise)
    }
    found = require_variants(
        forecast, asked, interval_minutes=interval_minutes, percentile=percentile, timezone=timezone, backlog=backlog
    )
    needs = found.pivot_table(index=["queue", "start"], columns="variant", values="agents", aggfunc="first")
    own = own.join(needs.reindex(columns=list(GOALS)), on=["queue", "start"])
    floor = own["queue"].map({queue: promise.minimum_agents for queue, promise in promises.items()})
    return _steps(own, floor.to_numpy(dtype=float))


def _steps(own: pd.DataFrame, floor: np.ndarray) -> pd.DataFrame:
    load, agents = own["load_erlangs"].to_numpy(dtype=float), own["agents"].to_numpy(dtype=float)
    planned = (own["driver"] == OUTBOUND).to_numpy()
    wanted = own["wanted_agents"].astype(float).fillna(own["agents"]).to_numpy(dtype=float)
    sized = (
        own["sized_load_erlangs"].fillna(own["load_erlangs"]).mask(planned, own["load_erlangs"]).to_numpy(dtype=float)
    )
    reached, binding = sized.copy(), np.full(len(own), "load", dtype=object)
    first = np.ones(len(own), dtype=bool)
    steps = {"load": load, "carried": sized - load}
    for goal in GOALS:
        need = own[goal].to_numpy(dtype=float)
        asks = ~np.isnan(need)
        more = np.where(asks, np.where(first, need - reached, np.fmax(need - reached, 0.0)), 0.0)
        binding = np.where((asks & first & (need > 0)) | (more > NOTICED), goal, binding)
        steps[goal], reached = more, reached + more
        first &= ~asks
    steps["minimum"] = np.where(agents > NOTICED, np.fmax(floor - reached, 0.0), 0.0)
    steps["blended"] = -own["blended_agents"].fillna(0.0).to_numpy(dtype=float)
    reached = reached + steps["minimum"] + steps["blended"]
    steps["rest"], steps["seats"] = wanted - reached, agents - wanted
    binding = np.where(steps["minimum"] > NOTICED, "minimum", binding)
    binding = np.where(steps["rest"] > NOTICED, "rest", binding)
    steps["shrinkage"] = own["scheduled"].to_numpy(dtype=float) - agents
    table = own[["queue", "start", "offered", "aht_seconds", "agents", "scheduled"]].assign(**steps)
    binding = np.where(planned, OUTBOUND, binding)
    binding = np.where(steps["seats"] < -NOTICED, "seats", binding)
    binding = np.where(wanted <= NOTICED, "nobody", binding)
    return table.assign(binding=np.where(np.isnan(agents), "unattainable", binding))
