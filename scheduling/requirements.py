"""Forecast and targets in, people per interval out: fractional, before and after shrinkage.

- *live*: Erlang A where the targets know a patience, Erlang C elsewhere, sized for the modified offered load (contacts
  still in service carry over from one interval to the next; a queue that opens starts empty);
- *chat*: the exact chain of agents who hold several contacts at once, at the rate of the modified offered load;
- *deferred*: the work levelled between arrival and deadline, see `scheduling/deferred.py`; what comes in while the
  queue is not worked (`open` false in the forecast) waits for the next open interval, closed intervals need nobody;
  where targets blend it with live queues, their idle time is used first, see `scheduling/blending.py`;
- *outbound*: lists of contacts to be made, in queues of their own, see `scheduling/outbound.py`.

Where there are too few seats for all of them, see `scheduling/seats.py`. Need stays fractional: rounding happens once,
on the roster. Shrinkage is applied by division.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.errors import BadValue, MissingColumn
from domain.intervals import DAY_MINUTES, infer_interval_minutes, local_days
from domain.tables import ADJUSTED, BACKLOG, FORECAST, QUANTILES, REQUIREMENTS
from domain.targets import QueueTargets, Targets
from scheduling.blending import blend
from scheduling.deferred import DeferredDemand, held_work, plan_deferred
from scheduling.live_staffing import LiveRows, staff_live
from scheduling.outbound import with_outbound
from scheduling.queueing import (
    OfferedLoad,
    ServiceGoals,
    chat_line,
    lagged_load,
    modified_offered_load,
    required_chat_agents,
)
from scheduling.queueing.backlog import Held
from scheduling.queueing.special import Array
from scheduling.repeats import with_returns
from scheduling.seats import within_seats
from scheduling.shrinkage import scheduled_people
from scheduling.uncertain import handle_time_cv, volume_cv, with_expectations

LONGEST_DAY_MINUTES = 1500  # a local day with a clock change
MEASURES = ("service_level", "asa_seconds", "abandon_share", "occupancy")


def require_staff(
    forecast: pd.DataFrame,
    targets: Targets,
    *,
    interval_minutes: int | None = None,
    percentile: float | None = None,
    timezone: str = "UTC",
    backlog: pd.DataFrame | None = None,
    outbound: pd.DataFrame | None = None,
    expected: bool = False,
) -> pd.DataFrame:
    """People per queue and interval that keep the targets.

    `forecast`: frame under FORECAST or ADJUSTED. `interval_minutes` is inferred from the starts where None.
    `percentile` (2.5 to 97.5) staffs to that quantile of the contacts instead of their mean. `timezone`: of the times
    of day at which shrinkage differs. `backlog`: frame under BACKLOG, the deferred work in the in-tray at the start (no
    rows: nothing); where None, as much as is left at the end. `outbound`: frame under OUTBOUND, planned beside it all.

    `expected` adds, for live work, `expected_service_level` and `probability_met` under the forecast's distribution
    (see `scheduling/uncertain.py`); empty where the forecast shows none.

    Returns a frame under REQUIREMENTS, sorted by queue and start. `load_erlangs` is offered × aht ÷ interval;
    `sized_load_erlangs` is the load that `agents` were found for. `service_level` … `occupancy` are what that many
    agents give. Where no number of agents reaches the targets, `agents` and all after it are empty.
    Raises `TableError` for a frame that breaks its contract, `BadValue` where a handle time is known neither from the
    forecast nor from the targets, the grid can't be inferred or intervals of that length overlap, `MissingColumn` where
    a percentile is asked of a forecast without quantiles.
    """
    frame = (ADJUSTED if "baseline" in forecast.columns else FORECAST).check(forecast)
    if frame.empty:
        return REQUIREMENTS.empty()
    frame = frame.sort_values(["queue", "start"], ignore_index=True)
    if backlog is not None:
        check_backlog(backlog, frame, targets)
    minutes = interval_minutes or _inferred_minutes(frame)
    _refuse_overlaps(frame, minutes)
    names, codes = np.unique(frame["queue"].to_numpy(dtype=object), return_inverse=True)
    promises = [targets.of(str(name)) for name in names]
    frame = with_returns(frame, promises, codes, minutes)
    demand = _demand(frame, [str(name) for name in names], promises, codes, minutes, percentile)
    plan = _Plan.empty(len(frame))
    work = np.array([promise.work for promise in promises], dtype=object)[codes]
    live = np.flatnonzero(work == "live")
    cv = volume_cv(frame, timezone) if percentile is None else np.full(len(frame), np.nan)
    aht_cv = handle_time_cv(frame)
    _plan_live(plan, demand, promises, codes, live, (cv, aht_cv, _local_days(frame, codes, timezone)))
    for code, promise in enumerate(promises):
        rows = np.flatnonzero(codes == code)
        if promise.work == "chat":
            _plan_chat(plan, demand, promise, rows)
        elif promise.work == "deferred":
            aht, high = demand.aht[rows], demand.rate[rows] * demand.seconds
            mean = frame["offered"].to_numpy(dtype=float)[rows]
            asked = DeferredDemand(
                mean, aht, demand.open[rows], minutes / 60.0, None if percentile is None else high, percentile or 50.0
            )
            _plan_deferred(plan, asked, promise, rows, held_work(backlog, str(names[code]), float(aht.max())))
    scheduled = scheduled_people(plan.agents, promises, codes, frame["start"], minutes, timezone)
    table = _table(frame, minutes, demand, plan, scheduled)
    if outbound is not None and len(outbound):
        table = with_outbound(table, outbound, frame.loc[demand.open, "start"], targets, minutes, timezone)
    if any(targets.of(str(queue)).blend_with for queue in table["queue"].unique()):
        table = blend(table, targets).requirements
    if targets.seats:
        table = within_seats(table, targets, np.append(demand.open, np.ones(len(table) - len(frame), dtype=bool)))
    if expected:  # the rows of the forecast are still the first ones
        table = with_expectations(table, live, (cv, aht_cv), promises, codes)
    return REQUIREMENTS.check(table.sort_values(["queue", "start"], ignore_index=True))


def check_backlog(backlog: pd.DataFrame, forecast: pd.DataFrame, targets: Targets) -> None:
    """Raises `BadValue` for an in-tray of a queue that is not forecast or whose work can't wait."""
    known = {str(queue) for queue in forecast["queue"].unique()}
    for row, queue in enumerate(BACKLOG.check(backlog)["queue"]):
        if queue not in known or targets.of(str(queue)).work != "deferred":
            raise BadValue("a queue of deferred work that is forecast", line=row + 2, column="queue", found=queue)


@dataclass(frozen=True)
class _Demand:
    """Per row: contacts per second, handle time, load, load with carry-over (Erlangs), worked or not; seconds."""

    rate: Array
    aht: Array
    load: Array
    carried: Array
    open: NDArray[np.bool_]
    seconds: float
    mol: OfferedLoad
    lagged: Array


@dataclass(frozen=True)
class _Plan:
    """Per row: the load sized for, agents and what they give; filled in kind by kind."""

    sized: Array
    agents: Array
    service_level: Array
    asa_seconds: Array
    abandon_share: Array
    occupancy: Array
    driver: NDArray[np.object_]

    @staticmethod
    def empty(rows: int) -> _Plan:
        empty: dict[str, Any] = {name: np.full(rows, np.nan) for name in _Plan.__dataclass_fields__}
        return _Plan(**{**empty, "driver": np.full(rows, "", dtype=object)})

    def record(self, rows: NDArray[np.intp], sized: Array, agents: Array, measures: tuple[Array | float, ...]) -> None:
        self.sized[rows], self.agents[rows] = sized, agents
        for name, values in zip(MEASURES, measures, strict=True):
            getattr(self, name)[rows] = values


def _inferred_minutes(frame: pd.DataFrame) -> int:
    """The grid of the starts; days are told by their steps, as a local midnight is not one in UTC."""
    starts = pd.DatetimeIndex(frame["start"])
    steps = np.diff(np.unique(starts.asi8)) // 60_000_000
    if steps.size and steps.min() >= 2 * DAY_MINUTES - LONGEST_DAY_MINUTES:
        return DAY_MINUTES
    minutes = infer_interval_minutes(starts)
    if steps.size == 0 and minutes != DAY_MINUTES:
        raise BadValue("intervals to infer their length from, not one", column="start", remedy="Give the interval.")
    return minutes


def _refuse_overlaps(frame: pd.DataFrame, minutes: int) -> None:
    """Contacts are counted once: the next interval of a queue begins when the one before it has ended."""
    steps = frame.groupby("queue", sort=False)["start"].diff().min()
    shortest = 2 * DAY_MINUTES - LONGEST_DAY_MINUTES if minutes == DAY_MINUTES else minutes
    if steps < pd.Timedelta(minutes=shortest):
        apart = f"{steps / pd.Timedelta(minutes=1):g} minutes apart"
        raise BadValue(
            f"intervals of {minutes} minutes that do not overlap", column="start", found=apart,
            remedy="Leave the interval out, or make the forecast in steps of that length.",
        )  # fmt: skip


def _demand(
    frame: pd.DataFrame,
    names: list[str],
    promises: list[QueueTargets],
    codes: NDArray[np.intp],
    minutes: int,
    percentile: float | None,
) -> _Demand:
    volume = frame["offered"].to_numpy(dtype=float) if percentile is None else _quantile(frame, percentile)
    aht = _handle_times(frame, volume, names, promises, codes)
    seconds = minutes * 60.0
    load = volume * aht / seconds
    steps = np.diff(pd.DatetimeIndex(frame["start"]).asi8) / 60_000_000
    longest = LONGEST_DAY_MINUTES if minutes == DAY_MINUTES else minutes
    begins = np.concatenate([[True], (np.diff(codes) != 0) | (steps > longest)])
    mol = modified_offered_load(load, aht, seconds, begins=begins)
    lagged = lagged_load(load, aht, seconds, begins=begins)
    worked = frame["open"].to_numpy(dtype=bool) if "open" in frame else np.ones(len(frame), dtype=bool)
    return _Demand(volume / seconds, aht, load, mol.mean, worked, seconds, mol, lagged)


def _local_days(frame: pd.DataFrame, codes: NDArray[np.intp], timezone: str) -> NDArray[np.intp]:
    """A number for each queue and local day."""
    day = np.asarray(pd.factorize(local_days(pd.DatetimeIndex(frame["start"]), timezone))[0], dtype=np.intp)
    return np.asarray(codes * (int(day.max(initial=0)) + 1) + day, dtype=np.intp)


def _quantile(frame: pd.DataFrame, percentile: float) -> Array:
    """That quantile of the contacts, on a straight line between the quantiles of the forecast."""
    present = {name: share for name, share in QUANTILES.items() if name in frame.columns}
    if not present:
        raise MissingColumn(
            "quantiles offered_p025 … offered_p975 in the forecast",
            column="offered_p50",
            remedy="Leave out the percentile, or make the forecast with quantiles.",
        )
    shares = np.array(list(present.values()))
    share = percentile / 100.0
    if not shares[0] - 1e-12 <= share <= shares[-1] + 1e-12:
        raise BadValue(
            f"a percentile from {shares[0] * 100:g} to {shares[-1] * 100:g}", column="percentile", found=percentile
        )
    table = frame[list(present)].to_numpy(dtype=float)
    above = int(np.clip(np.searchsorted(shares, share), 1, shares.size - 1)) if shares.size > 1 else 0
    below = max(above - 1, 0)
    part = (share - shares[below]) / (shares[above] - shares[below]) if above else 0.0
    found = np.asarray(table[:, below] + part * (table[:, above] - table[:, below]))
    if bool(np.isnan(found).any()):
        row = int(np.flatnonzero(np.isnan(found))[0])
        raise BadValue(
            f"quantiles of queue {frame['queue'].iloc[row]!r} in every interval", line=row + 2, column="offered_p50"
        )
    return found


def _handle_times(
    frame: pd.DataFrame, volume: Array, names: list[str], promises: list[QueueTargets], codes: NDArray[np.intp]
) -> Array:
    """Handle time of each row: the forecast's, else the targets'."""
    known = frame["aht_seconds"].to_numpy(dtype=float) if "aht_seconds" in frame else np.full(len(frame), np.nan)
    spare = np.array([_promised_aht(promise) for promise in promises])[codes]
    aht = np.where(np.isnan(known), spare, known)
    lacking = np.isnan(aht) & (volume > 0)
    if lacking.any():
        name = names[int(codes[np.flatnonzero(lacking)[0]])]
        raise BadValue(
            f"a handle time for queue {name!r}, in the forecast or in the targets",
            column="aht_seconds",
            remedy=f'Add aht_seconds = … to [queue."{name}"] or [default] of the targets.',
        )
    return np.where(np.isnan(aht), 0.0, aht)


def _promised_aht(promise: QueueTargets) -> float:
    """A chat's own table goes before `aht_seconds`, which often is that of [default], as in sizing and simulation."""
    if promise.work == "chat" and promise.aht_by_concurrency_seconds:
        return promise.aht_by_concurrency_seconds[0]
    return np.nan if promise.aht_seconds is None else promise.aht_seconds


def _plan_live(
    plan: _Plan,
    demand: _Demand,
    promises: list[QueueTargets],
    codes: NDArray[np.intp],
    live: NDArray[np.intp],
    spread: tuple[Array, Array, NDArray[np.intp]],
) -> None:
    """All live queues together; `spread`: cv of every row's volume and handle time, number of its local day."""
    rows = LiveRows(
        demand.rate * demand.seconds, demand.load, demand.mol, demand.lagged, demand.aht, *spread, demand.seconds
    )
    need = staff_live(rows.at(live), promises, codes[live])
    plan.record(live, need.sized, need.agents, tuple(getattr(need, name) for name in MEASURES))
    plan.driver[live] = need.driver


def _plan_chat(plan: _Plan, demand: _Demand, promise: QueueTargets, rows: NDArray[np.intp]) -> None:
    """One chat queue. Without handle times by concurrency a contact takes the same however many run in parallel."""
    carried = np.divide(demand.carried[rows], demand.load[rows], out=np.ones(rows.size), where=demand.load[rows] > 0)
    rate = demand.rate[rows] * carried
    times, unit = promise.aht_by_concurrency_seconds, np.ones(rows.size)
    if times is None:  # count time in handle times, which differ from interval to interval
        unit = np.where(demand.aht[rows] > 0, demand.aht[rows], 1.0)
        times = (1.0,) * promise.concurrency
        rate = np.where(demand.aht[rows] > 0, rate * unit, 0.0)
    within = promise.answer_within_seconds / unit
    patience = (np.inf if promise.patience_seconds is None else promise.patience_seconds) / unit
    goals = ServiceGoals(
        service_level=promise.service_level,
        answer_within_seconds=within,
        asa_seconds=None if promise.target_asa_seconds is None else promise.target_asa_seconds / unit,
        max_occupancy=promise.max_occupancy,
        max_abandon_share=promise.max_abandon_share,
        service_level_definition=promise.service_level_definition,
    )
    found = required_chat_agents(rate, times, goals, patience_seconds=patience, fractional=True).agents
    agents = np.maximum(np.where(np.isfinite(found), found, np.nan), promise.minimum_agents)
    filled = np.where(np.isnan(agents), 1.0, agents)
    given = chat_line(rate, filled, times, within, patience, promise.service_level_definition)
    idle = rate == 0
    measures = (
        np.where(idle, 1.0, given.service_level),
        np.where(idle, 0.0, given.asa_seconds * unit),
        np.where(idle, 0.0, given.abandon_share),
        np.where(idle, 0.0, given.occupancy),
    )
    hopeless = np.isnan(agents)
    plan.driver[rows] = np.where(hopeless, "unattainable", np.where(agents > 0, "service_level", ""))
    plan.record(rows, demand.carried[rows], agents, tuple(np.where(hopeless, np.nan, values) for values in measures))


def _plan_deferred(
    plan: _Plan, demand: DeferredDemand, promise: QueueTargets, rows: NDArray[np.intp], held: Held | None
) -> None:
    """One queue of deferred work: everything is done in time in the mean, nobody waits on the line."""
    found = plan_deferred(demand, promise, held)
    occupancy = np.divide(found.busy, found.agents, out=np.zeros_like(found.busy), where=found.agents > 0)
    plan.driver[rows] = np.where(found.agents > 0, "deadline", "")
    plan.record(rows, found.busy, found.agents, (1.0, np.nan, 0.0, occupancy))


def _table(frame: pd.DataFrame, minutes: int, demand: _Demand, plan: _Plan, scheduled: Array) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "queue": frame["queue"],
            "start": frame["start"],
            "interval_minutes": minutes,
            "load_erlangs": demand.load,
            "agents": plan.agents,
            "scheduled": scheduled,
            "service_level": np.clip(plan.service_level, 0.0, 1.0),
            "asa_seconds": np.where(np.isinf(plan.asa_seconds), np.nan, plan.asa_seconds),
            "abandon_share": np.clip(plan.abandon_share, 0.0, 1.0),
            "occupancy": np.clip(plan.occupancy, 0.0, 1.0),
            "sized_load_erlangs": plan.sized,
            "aht_seconds": demand.aht,
            "driver": plan.driver,
            **({name: frame[name] for name in ("offered", "fresh")} if "fresh" in frame else {}),
        }
    )
