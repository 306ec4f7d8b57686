"""The certificate: what the people present will achieve, by simulation, with confidence intervals.

Each run draws its own contacts and absences (numpy `SeedSequence`, one child a run and purpose), so results do not
depend on the order of runs, and two staffings certified with one seed meet the same contacts. How many contacts come
is drawn by the caller where it knows how the forecast's errors hang together (`draw_counts`). What the simulation
assumes is listed in `scheduling.simulation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from domain.errors import BadValue
from domain.intervals import local_midnights
from domain.tables import ADJUSTED, BACKLOG, CERTIFICATE, FORECAST, PEOPLE, PERIODS, REQUIREMENTS, ROSTER
from domain.targets import Targets

if TYPE_CHECKING:  # numba takes half a second to import
    from scheduling.simulation.arrivals import ArrivalPlan, DrawCounts


def certify(
    forecast: pd.DataFrame,
    targets: Targets,
    *,
    roster: pd.DataFrame | None = None,
    requirements: pd.DataFrame | None = None,
    runs: int = 100,
    seed: int = 1,
    timezone: str = "UTC",
    draw_counts: DrawCounts | None = None,
    backlog: pd.DataFrame | None = None,
    planned: pd.DataFrame | None = None,
    people: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Simulate a roster, or the people a requirements table asks for, against the forecast.

    Args:
        forecast: frame under FORECAST or ADJUSTED. With a roster the rows of the roster's local days count (all, where
            the roster is empty), with requirements the rows of their queues and span.
        targets: what was promised; also patience, concurrency, shrinkage.
        roster: frame under ROSTER: its people at work, each work row away at random with the mean shrinkage of its
            queues. Exactly one of `roster` and `requirements` is given.
        requirements: frame under REQUIREMENTS: ceil(agents) people present for each queue (where agents is empty:
            ceil(load), as many as the work itself), no shrinkage.
        runs: independent runs of the whole horizon. seed: decides all random numbers. timezone: of days and weeks.
        draw_counts: gives the contacts of each run for the rows simulated, in blocks of (runs × rows). Without it days
            and queues are drawn independently, each day as uncertain as p10 and p90 say: sums over days or queues are
            then surer than they should be.
        backlog: frame under BACKLOG: deferred work in the in-tray when the horizon begins. It counts in the first
            interval of its queue, its waiting time from the horizon's start.
        planned: frame under REQUIREMENTS of all queues, with a roster: those that are not forecast are outbound work,
            and the people of the roster who do it then serve nobody else (`scheduling.simulation.planned_work`).
        people: frame under PEOPLE, with a roster: who has proficiency p takes handle time ÷ p; also the queues of work
            rows that name none. Without it everybody works at speed 1.

    Returns: frame under CERTIFICATE, one row per queue and interval, local day, ISO week and the total. Shares of runs
        together; `low`, `high` the 95 % interval: delta method for a ratio over independent runs with Student's t,
        Wilson's score interval (sample size ÷ design effect) where the share is within 5 % of 0 or 1.
        `probability_met` is the share of runs (with contacts) that met the queue's service level in that period.
        Empty where no contact arrived in any run. Deferred work: done by its deadline, contacts due beyond the horizon
        left out. `occupancy` is that of all people who serve the queue, whatever they do (chat: slots used).
    Raises `BadValue` for wrong arguments or a forecast that misses the staffed days, `TableError` for broken tables.
    """
    from scheduling.simulation import draw_contacts, simulate_contacts
    from scheduling.simulation.measures import Tally, measure_run
    from scheduling.simulation.scene import scene_of_requirements, scene_of_roster

    if (roster is None) == (requirements is None):
        raise BadValue("either a roster or requirements", found="both" if roster is not None else "neither")
    if runs < 1:
        raise BadValue("at least one run", column="runs", found=runs)
    staff = None if people is None else PEOPLE.check(people)
    rows = (ADJUSTED if "baseline" in forecast.columns else FORECAST).check(forecast)
    rows = rows.sort_values(["queue", "start"], ignore_index=True)
    if rows.empty:
        return CERTIFICATE.empty()
    if roster is not None:
        scene = scene_of_roster(rows, targets, ROSTER.check(roster), timezone, planned, staff)
    else:
        assert requirements is not None  # one of the two is given
        scene = scene_of_requirements(rows, targets, REQUIREMENTS.check(requirements), timezone)
    arrivals = scene.arrivals if backlog is None else _with_backlog(scene.arrivals, scene.rows, backlog)
    periods, members = _periods(scene.rows, timezone)
    tally = Tally.zeros(len(periods), runs)
    goal = np.array([np.nan if t.service_level is None else t.service_level for t in scene.arrivals.targets])
    period_goal = goal[periods["code"].to_numpy()]
    children = np.random.SeedSequence(seed).spawn(runs)
    for child, counts in zip(children, _counts(scene.rows, runs, seed, draw_counts), strict=True):
        demand, absence = (np.random.default_rng(part) for part in child.spawn(2))
        contacts = draw_contacts(arrivals, demand, counts)
        outcome = simulate_contacts(
            contacts,
            scene.site,
            scene.draw_staff(absence),
            horizon_seconds=scene.horizon_seconds,
            bin_seconds=scene.bin_seconds,
        )
        found = measure_run(arrivals, scene.site, contacts, outcome, scene.horizon_seconds, scene.bin_seconds)
        tally.add(found, members, period_goal)
    result = pd.DataFrame({**periods.drop(columns="code"), **tally.result()})
    return CERTIFICATE.check(result.sort_values(["queue", "rank", "start"], ignore_index=True).drop(columns="rank"))


def _counts(rows: pd.DataFrame, runs: int, seed: int, draw: DrawCounts | None) -> Iterator[np.ndarray | None]:
    """The contacts of each run; None: the run draws them itself."""
    if draw is None:
        yield from repeat(None, runs)
        return
    for block in draw(rows, runs, seed):
        yield from block


def _with_backlog(plan: ArrivalPlan, rows: pd.DataFrame, backlog: pd.DataFrame) -> ArrivalPlan:
    from scheduling.simulation.arrivals import hold_work

    held = BACKLOG.check(backlog)
    deferred = np.array([target.work == "deferred" for target in plan.targets])
    simulated = rows[deferred[rows["code"]]]
    code_of = dict(zip(simulated["queue"], simulated["code"], strict=True))
    strange = held.loc[~held["queue"].isin(code_of), "queue"]
    if len(strange):
        raise BadValue("queues of deferred work that are simulated", column="queue", found=strange.iloc[0])
    code = held["queue"].map(code_of).to_numpy(dtype=np.int64)
    age_hours, contacts = held["age_hours"].to_numpy(dtype=float), held["contacts"].to_numpy(dtype=float)
    return replace(plan, in_tray=hold_work(plan, code, age_hours, contacts))


def _periods(rows: pd.DataFrame, timezone: str) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows of the certificate (queue, period, start, code, rank); (4, rows) which of them each row counts in."""
    monday = rows["day"] - pd.to_timedelta(rows["day"].dt.day_of_week, unit="D")
    begins = {
        "interval": pd.DatetimeIndex(rows["start"]),
        "day": local_midnights(pd.DatetimeIndex(rows["day"]), timezone),
        "week": local_midnights(pd.DatetimeIndex(monday), timezone),
        "total": pd.DatetimeIndex([rows["start"].min()]).repeat(len(rows)),
    }
    tables, members, base = [], [], 0
    for rank, period in enumerate(PERIODS):
        keyed = rows[["queue", "code"]].assign(period=period, rank=rank, start=begins[period])
        number = keyed.groupby(["code", "start"], sort=True).ngroup().to_numpy()
        tables.append(keyed.drop_duplicates(["code", "start"]).sort_values(["code", "start"]))
        members.append(number + base)
        base += len(tables[-1])
    return pd.concat(tables, ignore_index=True), np.array(members)
