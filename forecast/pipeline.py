"""The whole way from history to forecast: prepare, backtest, choose, predict days, spread over intervals, quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from domain.calendar import OpeningHours
from domain.errors import BadValue, EmptyFile, ForecastFailed
from domain.intervals import IntervalGrid, local_days
from domain.likeness import Likeness
from domain.tables import FORECAST
from forecast.asked import MOST_DAYS, as_wanted, asked_rows, horizon_end, wanted_rows
from forecast.backtest import (
    NEAR_DAYS,
    Backtest,
    Progress,
    past_errors,
    plan_origins,
    run_backtest,
)
from forecast.borrow import Borrowed, borrow_history, borrowed_days
from forecast.dead import dead_queues
from forecast.decompose import LAST_DAYS, RECONCILED, STATED, Explained, day_sums, decompose_days
from forecast.events import event_offsets, learned_event_days
from forecast.forecaster import Forecaster
from forecast.hierarchy import aggregate_calendar, aggregate_panel, build_hierarchy, partly_closed, reconcile
from forecast.models import FORECASTERS
from forecast.models.blend import Blend, combine
from forecast.prepare import Prepared, Site, prepare, rows_before
from forecast.scoring import score_table
from forecast.selection import DEFAULT_ORDER, FAVOURITE, choose
from forecast.spreading import spread_over_intervals

BACKTEST_DAYS = 28
ORIGINS = 8
LOW_HISTORY_DAYS = 56
STALE_DAYS = 28

LOW_HISTORY = "LOW_HISTORY"  # less than eight weeks are known
STALE_HISTORY = "STALE_HISTORY"  # nothing is known of the last four weeks
NO_BACKTEST = "NO_BACKTEST"  # too short a history to try models on; a default was taken
FALLBACK = "FALLBACK"  # the wanted model could not do the queue; a simpler one did
OPENING_LEARNED = "OPENING_LEARNED"  # no opening hours were given
BORROWED = "BORROWED"  # its past, or the beginning of it, is that of a queue it is like
DEAD_QUEUE = "DEAD_QUEUE"  # nobody has come for eight weeks or more: forecast as 0


@dataclass(frozen=True)
class ForecastResult:
    """What `make_forecast` gives back.

    Attributes:
        forecast: frame under FORECAST.
        scores: frame under SCORES, the backtest that chose the models.
        failures: queues without a forecast, and why.
        chosen: model by queue.
        parts: what each day's number is made of, as `forecast.decompose.decompose_days`, where that was asked for; days
            of models that cannot say are not in it.
        flags: what a planner should know of a queue's forecast (LOW_HISTORY, STALE_HISTORY, NO_BACKTEST, FALLBACK,
            OPENING_LEARNED, BORROWED, DEAD_QUEUE); queues without flags are not in it.
    """

    forecast: pd.DataFrame
    scores: pd.DataFrame
    failures: tuple[ForecastFailed, ...]
    chosen: Mapping[str, str]
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)


def make_forecast(
    history: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    horizon_days: int = 28,
    grid: IntervalGrid,
    opening: OpeningHours | None = None,
    holidays: Mapping[date, str] | None = None,
    events: pd.DataFrame | None = None,
    targets_grid: pd.DataFrame | None = None,
    model: str | None = None,
    models: Mapping[str, str] | None = None,
    origins: int = ORIGINS,
    gaps: str = "missing",
    like: Mapping[str, Likeness] | None = None,
    explain: bool = False,
    progress: Progress | None = None,
) -> ForecastResult:
    """Forecast every queue of a history.

    Day totals come from the model of each queue; what the aggregates of the queues (a channel, a type, all) are
    forecast to be then moves them a little, so that sums are as good as their parts (`forecast.hierarchy`).

    Args:
        history: frame under HISTORY, at least as fine as `grid`. Nothing at or after `as_of` is used, nor an interval
            or day still under way then.
        as_of: tz-aware moment of the forecast; the horizon begins there.
        horizon_days: local days, from `as_of` to the same wall-clock time that many days later.
        grid: interval and zone of the forecast.
        opening: opening hours; None: learned from the history. A closed interval has no row.
        holidays: name of each public holiday, past and future.
        events: frame under EVENTS.
        targets_grid: columns queue, start: exactly those rows come back, in that order (closed ones as 0). Without
            `opening` they count as open. Rows of queues that failed are missing.
        model: a forecaster for all queues; `models` pins one by queue name. The rest are chosen by backtest.
        origins: past days that the backtest forecasts from; 0: no backtest.
        gaps: what an absent row inside opening hours means, "missing" or "zero".
        like: by new queue, the old one whose past it borrows (`forecast.borrow`), in the order of `likeness_of`.
        explain: also give the parts of every day.
        progress: called with (stage, done, all).

    Raises `TableError` for frames outside their contracts, `BadValue` for an unknown model, a horizon below one day or
    above ten years, a wanted start off the grid or before the day of `as_of`, a history that ended years before;
    `EmptyFile` for a history with nothing before `as_of` or an empty grid, `UnknownQueue` where no wanted queue is in
    the history, or one to borrow from is not, `InputError` for a history coarser than the grid.
    """
    if not 1 <= horizon_days <= MOST_DAYS:
        raise BadValue(f"a horizon of 1 to {MOST_DAYS} days", column="horizon_days", found=horizon_days)
    pins = _checked_pins(model, models or {})
    site = Site(grid, opening, {} if holidays is None else holidays, events, gaps)
    rows = rows_before(history, as_of, grid)
    if rows.empty:
        raise EmptyFile("a history with intervals that were over at as_of", found=str(as_of))
    rows, borrowed = borrow_history(rows, like or {}, grid, gaps=gaps)
    wanted, unknown = wanted_rows(targets_grid, rows, as_of, grid)
    if wanted is not None:
        rows = rows[rows["queue"].isin(set(wanted["queue"]))]
    as_of_day = local_days(pd.DatetimeIndex([as_of]), grid.timezone)[0]
    end = horizon_end(as_of, horizon_days, grid, wanted)
    days = (local_days(pd.DatetimeIndex([end - pd.Timedelta(1, "us")]), grid.timezone)[0] - as_of_day).days + 1
    ready = prepare(rows, site, as_of_day=as_of_day, horizon_days=days, wanted=wanted)
    flags: dict[str, list[str]] = {queue: [] for queue in ready.panel.queues}
    test = _tested(ready, model, pins, origins, horizon_days, progress)
    pinned = _pins_by_queue(model, pins, ready)
    chosen, said, failures = _predicted(ready, test, pinned, flags)
    dead = _dead(ready, set(pinned), flags)
    agreed = _reconciled(ready, said, set(pinned), dead)
    known = ~np.isnan(ready.panel.values)
    means = agreed * event_offsets(ready.horizon, learned_event_days(ready.panel.calendar, known))
    _flag_history(ready, opening, borrowed, flags)
    level_cv = np.array([borrowed[queue].day_cv if queue in borrowed else 0.0 for queue in ready.panel.queues])
    judged = _own_days(test, ready, borrowed)
    frame = spread_over_intervals(ready, test, chosen, means, progress, level_cv=level_cv, judged=judged)
    stages = {RECONCILED: agreed, STATED: means, LAST_DAYS: day_sums(frame, ready.horizon, grid.timezone)}
    frame = asked_rows(frame, as_of, end) if wanted is None else as_wanted(frame, wanted, set(chosen))
    return ForecastResult(
        forecast=FORECAST.check(frame),
        scores=score_table(judged, chosen, all_bands=False),
        failures=(*failures, *unknown),
        chosen=chosen,
        flags={queue: tuple(found) for queue, found in flags.items() if found},
        parts=_parts(ready, test, chosen, stages) if explain else pd.DataFrame(),
    )


def backtest(
    history: pd.DataFrame,
    *,
    as_of: pd.Timestamp | None = None,
    horizon_days: int = 28,
    origins: int = ORIGINS,
    grid: IntervalGrid,
    opening: OpeningHours | None = None,
    holidays: Mapping[date, str] | None = None,
    events: pd.DataFrame | None = None,
    models: tuple[str, ...] | None = None,
    gaps: str = "missing",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Score forecasters from past origins; a frame under SCORES, on day totals inside opening hours.

    Args as of `make_forecast`; `as_of` None: after the last row. `models` None: every forecaster of FORECASTERS
    but those that are there only when named. `chosen` marks the model that `make_forecast` would take on these scores.
    Where hours are learned, days that were open at their time are scored, whether they would be today or not.
    The leads are 1d, 1-7d and, for a horizon beyond a week, 1-`horizon_days`d. Raises as `make_forecast`, and
    `BadValue` for a history that is too short.
    """
    moment = history["start"].max() + pd.Timedelta(days=1) if as_of is None and len(history) else as_of
    if moment is None:
        raise EmptyFile("a history with rows")
    rows = rows_before(history, moment, grid)
    if rows.empty:
        raise EmptyFile("a history with intervals that were over at as_of", found=str(moment))
    named = _checked_models(models or tuple(name for name, made in FORECASTERS.items() if not made.only_when_named))
    as_of_day = local_days(pd.DatetimeIndex([moment]), grid.timezone)[0]
    site = Site(grid, opening, {} if holidays is None else holidays, events, gaps)
    ready = prepare(rows, site, as_of_day=as_of_day, horizon_days=1, as_it_was=True)
    positions = plan_origins(ready.panel, origins, horizon_days, whole=True)
    if not positions:
        raise BadValue(
            f"a history from whose past {horizon_days} days can be forecast and compared", column="start",
            found=f"{len(ready.panel.days)} days", remedy="Give a shorter horizon, or more history.",
        )  # fmt: skip
    test = run_backtest(ready.panel, named, positions, horizon_days, progress)
    return score_table(test, choose(test, {}))


def _checked_pins(model: str | None, models: Mapping[str, str]) -> dict[str, str]:
    _checked_models(tuple(name for name in (model, *models.values()) if name is not None))
    return dict(models)


def _checked_models(names: tuple[str, ...]) -> dict[str, Forecaster]:
    for name in names:
        if name not in FORECASTERS:
            raise BadValue(f"a model, one of {', '.join(FORECASTERS)}", column="model", found=name)
    return {name: FORECASTERS[name] for name in names}


def _pins_by_queue(model: str | None, pins: Mapping[str, str], ready: Prepared) -> dict[str, str]:
    every = {} if model is None else dict.fromkeys(ready.panel.queues, model)
    return {**every, **pins}


def _tested(
    ready: Prepared,
    model: str | None,
    pins: Mapping[str, str],
    origins: int,
    horizon_days: int,
    progress: Progress | None,
) -> Backtest:
    """The backtest of every model that may be chosen, each fitted to the whole history as well."""
    pinned = {name for name in (model, *pins.values()) if name is not None}
    tried = {
        name: made
        for name, made in FORECASTERS.items()
        if name in pinned or (model is None and not (made.is_slow or made.only_when_named))
    }
    for made in tuple(tried.values()):
        if isinstance(made, Blend):
            tried = {**{member.name: member for member in made.members}, **tried}
    leads = BACKTEST_DAYS if horizon_days > NEAR_DAYS else NEAR_DAYS
    positions = plan_origins(ready.panel, origins, leads, whole=False)
    return run_backtest(ready.panel, tried, positions, leads, progress, and_now=True)


def _predicted(
    ready: Prepared, test: Backtest, pins: Mapping[str, str], flags: dict[str, list[str]]
) -> tuple[dict[str, str], np.ndarray, tuple[ForecastFailed, ...]]:
    """(model by queue, mean contacts (Q × H days), failures); simpler models step in where the chosen one can't."""
    wanted = choose(test, pins)
    queues = ready.panel.queues
    means = np.full((len(queues), len(ready.horizon.days)), np.nan)
    chosen: dict[str, str] = {}
    said = {name: _means(name, ready, test) for name in dict.fromkeys(wanted.values())}
    for row, queue in enumerate(queues):
        if not test.origins or np.isnan(test.actual[:, row]).all():
            flags[queue].append(NO_BACKTEST)
        for name in dict.fromkeys((wanted[queue], *DEFAULT_ORDER)):
            if name not in said:
                said[name] = _means(name, ready, test)
            if not np.isnan(said[name][row]).any():
                means[row], chosen[queue] = said[name][row], name
                break
        if queue in chosen and chosen[queue] != wanted[queue] and (queue in pins or test.origins):
            flags[queue].append(FALLBACK)
    failed = [row for row, queue in enumerate(queues) if queue not in chosen]
    reasons = FORECASTERS[DEFAULT_ORDER[-1]].fit(ready.panel).reasons if failed else {}
    failures = tuple(ForecastFailed(queues[row], reasons.get(queues[row], "nothing is known")) for row in failed)
    return chosen, means, failures


def _means(name: str, ready: Prepared, test: Backtest) -> np.ndarray:
    """Mean contacts (Q × H days) of one model; a blend is weighted by the backtest."""
    made = FORECASTERS[name]
    if not isinstance(made, Blend) or not test.origins:
        return (test.latest[name] if name in test.latest else made.fit(ready.panel)).predict(ready.horizon)
    forecasts = [_means(member.name, ready, test) for member in made.members]
    errors = past_errors(test, [member.name for member in made.members], len(ready.panel.days))
    leads = np.minimum(np.arange(len(ready.horizon.days)), test.leads - 1)
    return combine(forecasts, [error[:, leads] for error in errors])


def _reconciled(ready: Prepared, means: np.ndarray, pinned: set[str], dead: np.ndarray) -> np.ndarray:
    """The means moved to agree with forecasts of the aggregates; queues with a pinned model stay as it said.

    Dead queues are 0 and in no aggregate: the step of their end would be learned there as the others' trend.
    """
    means, living = np.where(dead[:, None], 0.0, means), [int(row) for row in np.flatnonzero(~dead)]
    own, ahead = ready.panel.pick(living), ready.horizon.pick(living)
    hierarchy = build_hierarchy(own.queues)
    if not hierarchy.aggregates:
        return means
    panel, horizon = aggregate_panel(own, hierarchy), aggregate_calendar(ahead, hierarchy)
    said = FORECASTERS[FAVOURITE].fit(panel).predict(horizon)
    found = reconcile(means[living], np.where(partly_closed(own, ahead, hierarchy), np.nan, said), hierarchy)
    fixed = np.array([queue in pinned for queue in own.queues])
    means[living] = np.where(fixed[:, None], means[living], found)
    return means


def _parts(
    ready: Prepared, test: Backtest, chosen: Mapping[str, str], stages: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """The parts of each day's number, of queues whose model can say them; `stages` (Q × H) as `decompose_days`."""
    frames: list[pd.DataFrame] = []
    for model in sorted(set(chosen.values())):
        fitted: object = test.latest.get(model)
        rows = [row for row, queue in enumerate(ready.panel.queues) if chosen.get(queue) == model]
        if isinstance(fitted, Explained):
            parts, horizon = fitted.parts(ready.horizon).pick(rows), ready.horizon.pick(rows)
            frames.append(decompose_days(parts, horizon, {name: means[rows] for name, means in stages.items()}))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _dead(ready: Prepared, pinned: set[str], flags: dict[str, list[str]]) -> np.ndarray:
    """(Q) the queues that are forecast as 0; who pins a model gets what it says."""
    dead = dead_queues(ready.panel.values)
    for row, queue in enumerate(ready.panel.queues):
        if dead[row]:
            flags[queue].append(DEAD_QUEUE)
    return np.array([dead[row] and queue not in pinned for row, queue in enumerate(ready.panel.queues)])


def _own_days(test: Backtest, ready: Prepared, borrowed: Mapping[str, Borrowed]) -> Backtest:
    """The backtest judged on no day that a queue borrowed."""
    other = borrowed_days(ready.panel.queues, ready.panel.days, borrowed)
    at = np.minimum(np.array(test.origins, dtype=int)[:, None] + np.arange(test.leads), len(ready.panel.days) - 1)
    return replace(test, actual=np.where(other[:, at].transpose(1, 0, 2), np.nan, test.actual))


def _flag_history(
    ready: Prepared, opening: OpeningHours | None, borrowed: Mapping[str, Borrowed], flags: dict[str, list[str]]
) -> None:
    for row, queue in enumerate(ready.panel.queues):
        known = np.flatnonzero(~np.isnan(ready.panel.values[row]))
        if known.size == 0 or known[-1] - known[0] + 1 < LOW_HISTORY_DAYS:
            flags[queue].append(LOW_HISTORY)
        if known.size and known[-1] < len(ready.panel.days) - STALE_DAYS:
            flags[queue].append(STALE_HISTORY)
        if opening is None:
            flags[queue].append(OPENING_LEARNED)
        if queue in borrowed:
            flags[queue].append(BORROWED)
