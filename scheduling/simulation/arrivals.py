"""Contacts drawn from a forecast: when they come, how much work they are, how long they wait, when they are due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from domain.targets import QueueTargets
from scheduling.simulation.site import booked_twins

# Contacts of every run, drawn elsewhere: (the forecast's simulated rows, runs, seed) to blocks of counts (runs of the
# block × rows), runs in order. Blocks, so that many runs need no more memory.
DrawCounts = Callable[[pd.DataFrame, int, int], Iterable[np.ndarray]]

HANDLE_TIME_CV = 1.0
NORMAL_P10_TO_P90 = 2 * 1.2815515655446004  # standard deviations between the two quantiles of a normal distribution
SPREAD_MAX = 4.0  # cap on the squared coefficient of variation of a day's factor
_ENDLESS = np.inf


class Contacts(NamedTuple):
    """Contacts in order of arrival; times in seconds from the origin (a NamedTuple: the compiled kernel reads it)."""

    at: np.ndarray
    queue: np.ndarray  # integer codes
    work: np.ndarray  # handle time, seconds (chat: with one at a time)
    patience: np.ndarray  # seconds; infinite = never hangs up
    due: np.ndarray  # deferred work: deadline; infinite where it has none or it lies beyond the forecast
    row: np.ndarray  # forecast row the contact arrived in


@dataclass(frozen=True)
class InTray:
    """Deferred work that waits when the horizon begins, one entry a contact, oldest first within a queue."""

    queue: np.ndarray  # integer codes
    due: np.ndarray  # deadline, seconds from the origin; 0 or less: overdue already
    row: np.ndarray  # forecast row it counts in: the first of its queue
    aht: np.ndarray  # mean handle time, seconds


@dataclass(frozen=True)
class ArrivalPlan:
    """What is drawn: one entry a forecast row (arrays), and the targets of each queue. Times in seconds."""

    queue: np.ndarray
    start: np.ndarray
    length: np.ndarray
    offered: np.ndarray
    aht: np.ndarray
    day: np.ndarray  # number of the queue's local day
    day_spread: np.ndarray  # (days,) squared coefficient of variation of the day's factor
    targets: tuple[QueueTargets, ...]
    opened: tuple[tuple[np.ndarray, np.ndarray], ...]  # per queue: starts and lengths of its opening time
    in_tray: InTray | None = None
    aht_spread: np.ndarray | None = None  # (days,) the same of the day's mean handle time; None: it is certain


def plan_arrivals(
    queue: np.ndarray,
    start: np.ndarray,
    length: np.ndarray,
    offered: np.ndarray,
    aht: np.ndarray,
    *,
    targets: Sequence[QueueTargets],
    day: np.ndarray | None = None,
    low: np.ndarray | None = None,
    high: np.ndarray | None = None,
    opened: Sequence[tuple[np.ndarray, np.ndarray]] | None = None,
    aht_cv: np.ndarray | None = None,
) -> ArrivalPlan:
    """A plan from the rows of a forecast.

    `low`, `high` are the 10 % and 90 % quantiles of each row (absent: the forecast is certain). The variance that they
    show beyond Poisson is taken as one factor a queue and day: c² = Σ(σ² − v) ÷ Σv² over the day's rows, 0 at least
    (var = v + c²v² of a gamma-mixed Poisson count; Jongbloed & Koole 2001). `opened` extends the opening time of
    queues beyond the rows, for deadlines. `aht_cv` (rows; NaN: certain): relative sd of the mean handle time of a queue
    and day, drawn once for each (the first row's is taken).
    """
    days = np.zeros(queue.size, dtype=np.int64) if day is None else day
    number = int(days.max(initial=-1)) + 1
    spread = np.zeros(number)
    if low is not None and high is not None:
        excess = ((high - low) / NORMAL_P10_TO_P90) ** 2 - offered
        squares = np.bincount(days, weights=offered**2, minlength=number)
        total = np.bincount(days, weights=np.nan_to_num(excess), minlength=number)
        spread = np.clip(np.divide(total, squares, out=np.zeros(number), where=squares > 0), 0.0, SPREAD_MAX)
    rows = [np.flatnonzero(queue == code) for code in range(len(targets))]
    own = [(start[mine][np.argsort(start[mine])], length[mine][np.argsort(start[mine])]) for mine in rows]
    slower = None
    if aht_cv is not None and bool((np.nan_to_num(aht_cv) > 0).any()):
        slower = np.zeros(number)
        slower[days[::-1]] = np.clip(np.nan_to_num(aht_cv[::-1]) ** 2, 0.0, SPREAD_MAX)
    return ArrivalPlan(
        queue.astype(np.int64), start, length, offered, aht, days, spread, tuple(targets), tuple(opened or own),
        aht_spread=slower,
    )  # fmt: skip


def draw_contacts(plan: ArrivalPlan, rng: np.random.Generator, counts: np.ndarray | None = None) -> Contacts:
    """One realisation of a plan. `counts`: (rows) its contacts, where they are drawn elsewhere."""
    row = np.repeat(np.arange(plan.queue.size), draw_counts(plan, rng) if counts is None else counts)
    at = plan.start[row] + rng.random(row.size) * plan.length[row]
    row = row[np.argsort(at, kind="stable")]
    at = np.sort(at)
    queue = plan.queue[row]
    mean_patience = np.array([target.patience_seconds or _ENDLESS for target in plan.targets])
    live = np.array([target.work != "deferred" for target in plan.targets])
    unit_patience = rng.exponential(size=row.size)
    patience = np.where(live, mean_patience, _ENDLESS)[queue] * unit_patience
    work = plan.aht[row] * lognormal(rng, row.size, HANDLE_TIME_CV)
    if plan.aht_spread is not None:
        work *= _gamma(rng, plan.aht_spread)[plan.day[row]]
    drawn = Contacts(at, queue, work, patience, _deadlines(plan, at, queue), row)
    if any(target.appointment_share > 0 for target in plan.targets):
        drawn = _with_booked(plan, drawn, rng)
    return drawn if plan.in_tray is None else _after(plan.in_tray, drawn, rng)


def _with_booked(plan: ArrivalPlan, drawn: Contacts, rng: np.random.Generator) -> Contacts:
    """Some contacts don't walk in but come at a time booked: as many as planned, evenly, and they don't go away."""
    twins, share = booked_twins(plan.targets), np.array([target.appointment_share for target in plan.targets])
    walks = rng.random(drawn.at.size) >= np.where(twins >= 0, share, 0.0)[drawn.queue]
    count = np.zeros(plan.queue.size, dtype=np.int64)
    for code in np.flatnonzero(twins >= 0):
        own = np.flatnonzero(plan.queue == code)
        own = own[np.argsort(plan.start[own], kind="stable")]
        count[own] = np.diff(np.rint(np.cumsum(plan.offered[own] * share[code])), prepend=0.0).astype(np.int64)
    row = np.repeat(np.arange(plan.queue.size), count)
    place = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
    at = plan.start[row] + (place + 0.5) / count[row] * plan.length[row]
    endless = np.full(row.size, _ENDLESS)
    work = plan.aht[row] * lognormal(rng, row.size, HANDLE_TIME_CV)
    booked = Contacts(at, twins[plan.queue[row]], work, endless, endless, row)
    joined = Contacts(*(np.concatenate([a[walks], b]) for a, b in zip(drawn, booked, strict=True)))
    order = np.argsort(joined.at, kind="stable")
    return Contacts(*(values[order] for values in joined))


def draw_counts(plan: ArrivalPlan, rng: np.random.Generator) -> np.ndarray:
    """(rows) contacts of one run by the plan's own spread: days and queues independent."""
    return np.asarray(rng.poisson(plan.offered * _gamma(rng, plan.day_spread)[plan.day]))


def _gamma(rng: np.random.Generator, spread: np.ndarray) -> np.ndarray:
    """Gamma draws of mean 1 and these squared coefficients of variation; 1 where there is none."""
    factor = np.ones(spread.size)
    uncertain = spread > 1e-12
    factor[uncertain] = rng.gamma(1.0 / spread[uncertain], spread[uncertain])
    return factor


def _after(held: InTray, drawn: Contacts, rng: np.random.Generator) -> Contacts:
    """The contacts of a run behind those in the in-tray, which are there at the origin."""
    size = held.queue.size
    work = held.aht * lognormal(rng, size, HANDLE_TIME_CV)
    first = Contacts(np.zeros(size), held.queue, work, np.full(size, _ENDLESS), held.due, held.row)
    return Contacts(*(np.concatenate(pair) for pair in zip(first, drawn, strict=True)))


def hold_work(plan: ArrivalPlan, queue: np.ndarray, age_hours: np.ndarray, contacts: np.ndarray) -> InTray:
    """The in-tray from rows of a backlog: `contacts` (rounded) that have waited `age_hours` of opening time.

    Deadlines count the opening time that is left.
    """
    order = np.lexsort((-age_hours, queue))
    each = np.repeat(order, np.rint(contacts[order]).astype(np.int64))
    queue, age_seconds = queue[each].astype(np.int64), age_hours[each] * 3600.0
    due = np.full(queue.size, _ENDLESS)
    row, aht = np.zeros(queue.size, dtype=np.int64), np.zeros(queue.size)
    for code in np.unique(queue):
        target, mine, own = plan.targets[code], queue == code, np.flatnonzero(plan.queue == code)
        row[mine] = own[np.argmin(plan.start[own])]
        aht[mine] = np.average(plan.aht[own], weights=plan.offered[own] + 1e-9)
        if target.deadline_hours is not None:
            left = target.deadline_hours * 3600.0 - age_seconds[mine]
            due[mine] = np.where(left > 0, add_opening_time(np.zeros(left.size), left, *plan.opened[code]), left)
    return InTray(queue, due, row, aht)


def lognormal(rng: np.random.Generator, count: int, cv: float) -> np.ndarray:
    """Lognormal draws of mean 1 and this coefficient of variation."""
    variance = np.log1p(cv**2)
    return np.asarray(rng.lognormal(-variance / 2, np.sqrt(variance), count))


def _deadlines(plan: ArrivalPlan, at: np.ndarray, queue: np.ndarray) -> np.ndarray:
    due = np.full(at.size, _ENDLESS)
    for code, target in enumerate(plan.targets):
        if target.work == "deferred" and target.deadline_hours is not None:
            mine = queue == code
            due[mine] = add_opening_time(at[mine], target.deadline_hours * 3600.0, *plan.opened[code])
    return due


def add_opening_time(at: np.ndarray, seconds: float | np.ndarray, start: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The moment at which, from each `at`, so much opening time has passed; infinite where the spans end before.

    `start`, `length`: spans of opening time, sorted, not overlapping.
    """
    if start.size == 0:
        return np.full(at.size, _ENDLESS)
    passed = np.concatenate([[0.0], np.cumsum(length)])
    span = np.clip(np.searchsorted(start, at, side="right") - 1, 0, start.size - 1)
    reached = passed[span] + np.clip(at - start[span], 0.0, length[span]) + seconds
    target = np.searchsorted(passed[1:], reached - 1e-6, side="left")
    beyond = target >= start.size
    target = np.minimum(target, start.size - 1)
    return np.where(beyond, _ENDLESS, start[target] + reached - passed[target])
