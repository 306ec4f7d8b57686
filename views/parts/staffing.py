"""Headline numbers of requirements, coverage and rosters. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from views.parts.days import local_times


@dataclass(frozen=True)
class Staffing:
    """What a requirements table asks for: people at the peak, agent-hours, contacts' load and unreachable intervals."""

    peak_people: float
    agent_hours: float
    peak_start: pd.Timestamp | None
    unreachable: int


def staffing_of(requirements: pd.DataFrame) -> Staffing:
    """Peak and hours of `scheduled` people over all queues of the frame."""
    if requirements.empty:
        return Staffing(0.0, 0.0, None, 0)
    together = requirements.groupby("start")["scheduled"].sum()
    hours = requirements["scheduled"] * requirements["interval_minutes"] / 60
    return Staffing(
        peak_people=float(together.max()),
        agent_hours=float(hours.sum()),
        peak_start=pd.Timestamp(str(together.idxmax())),
        unreachable=int(requirements["scheduled"].isna().sum()),
    )


def cover_by_interval(coverage: pd.DataFrame, timezone: str, interval_minutes: int) -> pd.DataFrame:
    """Required, present and gap summed over queues per interval, with `time` (naive local) for the axis.

    Intervals in between that have no row (nobody is needed at night) stand at zero.
    """
    summed = coverage.groupby("start")[["required", "present", "gap"]].sum()
    step = pd.Timedelta(minutes=interval_minutes)
    every = pd.date_range(summed.index.min(), summed.index.max() + step, freq=step, name="start")
    summed = summed.reindex(every, fill_value=0.0).reset_index()
    return summed.assign(time=local_times(summed["start"], timezone))


def cover_grid(coverage: pd.DataFrame, timezone: str, across: str = "day") -> pd.DataFrame:
    """Present less required people, by time of day (index, HH:MM) and local day, or by queue with `across` "queue".

    Empty where nobody is required and nobody is there. An hour that the clocks show twice counts as its mean.
    """
    local = local_times(coverage["start"], timezone)
    cells = coverage.assign(time=local.dt.strftime("%H:%M"), day=local.dt.normalize())
    cells = cells[(cells["required"] > 0) | (cells["present"] > 0)]
    keys = ["time", "day"] if across == "day" else ["time", "day", "queue"]
    summed = cells.groupby([*keys, "start"])[["present", "required"]].sum()
    net = (summed["present"] - summed["required"]).groupby(["time", across]).mean()
    return net.unstack(across).sort_index()


def biggest_gaps(coverage: pd.DataFrame, timezone: str, most: int = 20) -> pd.DataFrame:
    """The intervals with the largest gap: queue, time (naive local), required, present, gap."""
    short = coverage[coverage["gap"] > 1e-6].sort_values(["gap", "start"], ascending=[False, True]).head(most)
    return short.assign(time=local_times(short["start"], timezone))[["queue", "time", "required", "present", "gap"]]


def cover_share(coverage: pd.DataFrame) -> float:
    """Share of the required people that are present, counted interval by interval; 1 where nothing is required."""
    required = float(coverage["required"].sum())
    return 1.0 if required <= 0 else 1.0 - float(coverage["gap"].sum()) / required


def bars_of(
    roster: pd.DataFrame, timezone: str, queue: str | None = None, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Gantt bars: agent, begin, finish (naive local), activity, shift, queue; of the people of one queue or all.

    `names`: what to print for an agent.
    """
    kept = roster
    if queue is not None:
        serves = roster["queue"].fillna("").str.split("|").map(lambda names: queue in names)
        kept = roster[roster["agent"].isin(roster.loc[serves, "agent"])]
    return pd.DataFrame(
        {
            "agent": [(names or {}).get(agent, agent) for agent in kept["agent"]],
            "begin": local_times(kept["start"], timezone),
            "finish": local_times(kept["end"], timezone),
            "activity": kept["activity"],
            "shift": kept["shift"],
            "queue": kept["queue"],
        }
    )


def bars_on(bars: pd.DataFrame, first: pd.Timestamp, days: int) -> pd.DataFrame:
    """The bars that touch the local days [first, first + days), cut at their edges."""
    end = first + pd.Timedelta(days=days)
    inside = bars[(bars["finish"] > first) & (bars["begin"] < end)]
    return inside.assign(
        begin=inside["begin"].where(inside["begin"] > first, first),
        finish=inside["finish"].where(inside["finish"] < end, end),
    )


def in_order(bars: pd.DataFrame) -> list[str]:
    """People by their first working bar, then by name; those only away come last."""
    work = bars[bars["activity"] == "work"].groupby("agent")["begin"].min()
    away = sorted(set(bars["agent"]) - set(work.index))
    return [*work.reset_index().sort_values(["begin", "agent"])["agent"], *away]


def hours_by_person(roster: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Per person: shifts (days with work) and hours present (all activities but leave and sickness)."""
    here = roster[~roster["activity"].isin(["leave", "sick"])]
    day = local_times(here["start"], timezone).dt.normalize()
    hours = (here["end"] - here["start"]).dt.total_seconds() / 3600
    table = here.assign(day=day, hours=hours).groupby("agent").agg(hours=("hours", "sum"), days=("day", "nunique"))
    return table.reset_index()[["agent", "days", "hours"]]
