"""The scene of a certificate: which rows of a forecast are simulated, and who is present for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from domain.errors import BadValue
from domain.intervals import DAY_MINUTES, infer_interval_minutes, local_days, local_midnights
from domain.targets import QueueTargets, Targets
from scheduling.presence import SECOND, WorkWindows, interval_ends, microseconds, work_windows
from scheduling.shrinkage import unplanned_over_spans
from scheduling.simulation.arrivals import ArrivalPlan, plan_arrivals
from scheduling.simulation.guards import guarded_queues, idle_to_keep
from scheduling.simulation.planned_work import with_planned_work
from scheduling.simulation.site import Site, make_site
from scheduling.simulation.staff import StaffPlan, staff_of_requirements, staff_of_roster

StaffDraw = Callable[[np.random.Generator], StaffPlan]


@dataclass(frozen=True)
class Scene:
    """Everything a run needs.

    `rows`: the forecast rows simulated, in the order of `arrivals`, with the queue's `code`, the local `day`, and the
    span `from_us`, `to_us`.
    """

    rows: pd.DataFrame
    arrivals: ArrivalPlan
    site: Site
    draw_staff: StaffDraw
    horizon_seconds: float
    bin_seconds: float


def scene_of_roster(
    rows: pd.DataFrame, targets: Targets, roster: pd.DataFrame, timezone: str, need: pd.DataFrame | None = None,
    people: pd.DataFrame | None = None,
) -> Scene:  # fmt: skip
    """The forecast of the roster's local days, and its people; with `need` without those at outbound work.

    `people`: frame under PEOPLE: their proficiency, and the queues of rows that name none.
    """
    timed = _with_times(rows, timezone)
    if len(roster):
        days = local_days(roster["start"], timezone)
        first, behind = local_midnights(pd.DatetimeIndex([days.min(), days.max() + pd.Timedelta(days=1)]), timezone)
        inside = (timed["start"] >= first) & (timed["start"] < behind)
    else:
        inside = pd.Series(True, index=timed.index)
    queues = list(timed["queue"].unique())
    windows, planned = work_windows(roster, queues, people), None
    if need is not None and len(need):
        windows, planned = with_planned_work(roster, queues, need, people)
    chosen = _inside(timed, inside, "a forecast of the roster's days")
    origin, horizon = int(chosen["from_us"].min()), int(chosen["to_us"].max())
    if len(roster):
        origin = min(origin, int(microseconds(pd.DatetimeIndex([first]))[0]))  # work before the first row counts
    mine = [targets.of(queue) for queue in queues]
    share = _away_share(windows, mine, timezone)
    seconds = (horizon - origin) / SECOND

    def draw(rng: np.random.Generator) -> StaffPlan:
        away = rng.random(share.size) < share
        if planned is not None:
            left = planned.people_left(away, rng)
            return staff_of_roster(left, origin=origin, horizon_seconds=seconds)
        return staff_of_roster(windows, origin=origin, horizon_seconds=seconds, away=away)

    return _scene(timed, chosen, mine, windows.groups, draw, origin, seconds)


def scene_of_requirements(rows: pd.DataFrame, targets: Targets, need: pd.DataFrame, timezone: str) -> Scene:
    """The forecast of the required queues in the span of the requirements, and as many people as it asks for."""
    rows = rows[rows["queue"].isin(set(need["queue"]))]
    lengths = need["interval_minutes"].unique()
    timed = _with_times(rows, timezone, int(lengths[0]) if lengths.size == 1 else None)
    queues = list(timed["queue"].unique())
    need = need[need["queue"].isin(queues)]
    code = np.array([queues.index(queue) for queue in need["queue"]], dtype=np.int64)
    start = microseconds(need["start"])
    end = interval_ends(code, start, need["interval_minutes"].to_numpy())
    reach = (start.min(), end.max()) if len(need) else (0, 0)
    inside = (timed["from_us"] >= reach[0]) & (timed["from_us"] < reach[1])
    chosen = _inside(timed, inside, "a forecast of the required queues and days")
    origin = min(int(chosen["from_us"].min()), int(reach[0]))
    seconds = (max(int(chosen["to_us"].max()), int(reach[1])) - origin) / SECOND
    asked = need["agents"].fillna(need["load_erlangs"])
    mine = [targets.of(queue) for queue in queues]
    groups = _groups_of_need(queues, mine, need)
    people = np.ceil(asked.to_numpy() - 1e-9).astype(np.int64)
    plan, _ = staff_of_requirements(code, (start - origin) / SECOND, (end - origin) / SECOND, people)
    return _scene(timed, chosen, mine, groups, lambda rng: plan, origin, seconds)


def _inside(timed: pd.DataFrame, inside: pd.Series, expected: str) -> pd.DataFrame:
    if not bool(inside.any()):
        span = f"{timed['start'].min()} to {timed['start'].max()}" if len(timed) else "other queues only"
        raise BadValue(expected, column="start", found=span)
    return timed[inside].reset_index(drop=True)


def _with_times(rows: pd.DataFrame, timezone: str, minutes: int | None = None) -> pd.DataFrame:
    """The forecast with queue codes, local days and the span of each row in microseconds."""
    starts = pd.DatetimeIndex(rows["start"])
    length = minutes or _length_minutes(starts, timezone)
    code = np.asarray(pd.factorize(rows["queue"])[0], dtype=np.int64)
    start, day = microseconds(starts), local_days(starts, timezone)
    end = interval_ends(code, start, np.full(len(rows), length))
    if length == DAY_MINUTES and bool((local_midnights(day, timezone) == starts).all()):
        end = microseconds(local_midnights(day + pd.Timedelta(days=1), timezone))
    return rows.assign(code=code, day=day, from_us=start, to_us=end).reset_index(drop=True)


def _length_minutes(starts: pd.DatetimeIndex, timezone: str) -> int:
    """The grid of the starts. Days are told by their steps: midnight of a site is none in another zone."""
    steps = np.diff(np.unique(microseconds(starts))) // (60 * SECOND)
    if steps.size and steps.min() >= DAY_MINUTES - 60:
        return DAY_MINUTES
    return infer_interval_minutes(starts, timezone)


def _scene(
    timed: pd.DataFrame,
    chosen: pd.DataFrame,
    targets: list[QueueTargets],
    groups: Sequence[tuple[int, ...]],
    draw: StaffDraw,
    origin: int,
    seconds: float,
) -> Scene:
    code = chosen["code"].to_numpy()
    start, length = _spans(chosen, origin)
    worked = timed[timed["open"].astype(bool)] if "open" in timed else timed
    quantiles = {"offered_p10", "offered_p90"} <= set(chosen.columns)
    aht = _handle_times(chosen, targets)
    step = float(np.gcd.reduce(np.concatenate([start, start + length]).astype(np.int64)))
    names = list(timed["queue"].unique())
    guards = guarded_queues(names, targets)
    bins = (max(1, int(np.ceil(seconds / step - 1e-9))), step)
    keep = idle_to_keep(chosen, aht, targets, guards, start, bins) if any(guards) else None
    arrivals = plan_arrivals(
        code,
        start,
        length,
        chosen["offered"].to_numpy(),
        aht,
        targets=targets,
        day=chosen.groupby(["code", "day"]).ngroup().to_numpy(),
        low=chosen["offered_p10"].to_numpy() if quantiles else None,
        high=chosen["offered_p90"].to_numpy() if quantiles else None,
        aht_cv=chosen["aht_cv"].to_numpy() if "aht_cv" in chosen else None,
        opened=[_spans(worked[worked["code"] == number], origin) for number in range(len(targets))],
    )
    return Scene(chosen, arrivals, make_site(targets, groups, guards, keep), draw, seconds, step)


def _groups_of_need(queues: list[str], targets: list[QueueTargets], need: pd.DataFrame) -> list[tuple[int, ...]]:
    """People of one queue each; those of live queues do the deferred work that was planned into their idle time."""
    groups: list[tuple[int, ...]] = [(number,) for number in range(len(queues))]
    if "blended_agents" not in need:
        return groups
    blended = set(need.loc[need["blended_agents"] > 0, "queue"])
    for taker, givers in enumerate(guarded_queues(queues, targets)):
        for giver in givers if queues[taker] in blended else ():
            groups[giver] = (*groups[giver], taker)
    return groups


def _away_share(windows: WorkWindows, targets: list[QueueTargets], timezone: str) -> np.ndarray:
    """Chance that a person is away from a row of work: the mean unplanned shrinkage of its queues at that time."""
    share = np.zeros(windows.group.size)
    start = pd.DatetimeIndex(windows.start.astype("datetime64[us]")).tz_localize("UTC")
    minutes = (windows.end - windows.start) / (60 * SECOND)
    for number, members in enumerate(windows.groups):
        rows = np.flatnonzero(windows.group == number)
        own = [unplanned_over_spans(targets[k], start[rows], minutes[rows], timezone) for k in members]
        share[rows] = np.mean(own, axis=0)
    return share


def _spans(timed: pd.DataFrame, origin: int) -> tuple[np.ndarray, np.ndarray]:
    """Start and length of each row, seconds."""
    start = timed["from_us"].to_numpy(dtype=np.int64)
    return (start - origin) / SECOND, (timed["to_us"].to_numpy(dtype=np.int64) - start) / SECOND


def _handle_times(chosen: pd.DataFrame, targets: list[QueueTargets]) -> np.ndarray:
    """Mean handle time per row: of a chat alone where the targets say it, else the forecast's, else the targets'."""
    code = chosen["code"].to_numpy()
    table = [t.aht_by_concurrency_seconds if t.work == "chat" else None for t in targets]
    alone = np.array([times[0] if times else np.nan for times in table])[code]
    spare = np.array([np.nan if t.aht_seconds is None else t.aht_seconds for t in targets])[code]
    own = chosen["aht_seconds"].to_numpy() if "aht_seconds" in chosen else np.full(len(chosen), np.nan)
    aht = np.where(np.isnan(alone), np.where(np.isnan(own), spare, own), alone)
    unknown = np.isnan(aht) & (chosen["offered"].to_numpy() > 0)
    if unknown.any():
        raise BadValue(
            "a handle time in the forecast or the targets",
            column="aht_seconds",
            found=str(chosen["queue"].to_numpy()[unknown][0]),
        )
    return np.asarray(np.nan_to_num(aht))
