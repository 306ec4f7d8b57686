"""From day means to intervals: profile, quantiles and handle time of each queue."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from domain.tables import FORECAST, QUANTILES
from forecast.backtest import Backtest, Progress
from forecast.handle_time import handle_time
from forecast.prepare import Prepared, only_history
from forecast.profile import WINDOW_DAYS, DayProfile, ProfileDays, learn_profile
from forecast.quantiles import DEFAULT_SPREAD, DaySpread, count_quantiles, learn_spreads


def spread_over_intervals(
    ready: Prepared, test: Backtest, chosen: Mapping[str, str], means: np.ndarray, progress: Progress | None
) -> pd.DataFrame:
    """Every interval of the horizon days of the queues that have a forecast, closed ones as 0 (column `closed`).

    Args:
        test: the backtest whose errors set the width of the bands.
        chosen: model by queue; queues that are not in it failed.
        means: (Q × H days) contacts.
    """
    frames = []
    spreads: dict[str, tuple[DaySpread, ...]] = {}
    for number, (queue, model) in enumerate(sorted(chosen.items())):
        if model not in spreads and model in test.forecasts and test.origins:
            spreads[model] = learn_spreads(test.actual, test.forecasts[model])
        row = ready.panel.queues.index(queue)
        spread = spreads[model][row] if model in spreads else DEFAULT_SPREAD
        frames.append(_queue_intervals(ready, row, means[row], spread).assign(model=model))
        if progress is not None:
            progress("intervals", number + 1, len(chosen))
    if not frames:
        return FORECAST.empty().drop(columns="open").assign(closed=False)
    rows = pd.concat(frames, ignore_index=True)
    widths = rows[["inner", "outer"]].to_numpy()
    rows[list(QUANTILES)] = count_quantiles(rows["offered"].to_numpy(), widths[:, 0], widths[:, 1])
    return rows.drop(columns=["inner", "outer"])


def _queue_intervals(ready: Prepared, row: int, day_means: np.ndarray, spread: DaySpread) -> pd.DataFrame:
    """One queue's intervals, with the cv of its band in the middle (`inner`) and in the tails (`outer`)."""
    layout, horizon = ready.layout, ready.horizon
    inside = layout.day >= ready.history_days
    day, slot = layout.day[inside] - ready.history_days, layout.slot[inside]
    opened = ready.opened[row][ready.history_days :]
    profile = _profile(ready, row)
    shares = profile.of_days(horizon.weekdays, horizon.is_holiday, opened)
    mean = day_means[day] * shares[day, slot]
    inner, outer = spread.at(day + 1)
    cells = only_history(ready, row)
    history_weekdays = ready.panel.calendar.weekdays
    seconds = handle_time(cells.handled, cells.handle_seconds, history_weekdays)
    frame = pd.DataFrame({"queue": ready.panel.queues[row], "start": layout.starts[inside], "offered": mean})
    frame["inner"], frame["outer"] = np.hypot(inner, profile.interval_cv), np.hypot(outer, profile.interval_cv)
    frame["aht_seconds"] = seconds[horizon.weekdays[day], slot]
    frame["closed"] = ~opened[day, slot]
    return frame


def _profile(ready: Prepared, row: int) -> DayProfile:
    """The profile learned from the last half year of known days; a daily grid has nothing to learn."""
    opened, weekdays = ready.opened[row], ready.calendar.weekdays
    ordinary = ~ready.calendar.is_holiday
    recent = np.arange(len(weekdays)) >= ready.history_days - WINDOW_DAYS
    usual = np.zeros((7, ready.layout.slots), dtype=bool)
    for weekday in range(7):
        same = opened[(weekdays == weekday) & ordinary & recent & opened.any(axis=1)]
        usual[weekday] = same.mean(axis=0) >= 0.5 if len(same) else False
    if ready.layout.grid.is_daily:
        return DayProfile(np.ones((7, 1)), None, 0.0)
    cells, days = only_history(ready, row), ready.history_days
    totals = ready.panel.values[row]
    needed = opened[:days] & (ready.layout.multiplicity[:days] > 0)
    complete = ~np.isnan(totals) & ~(needed & ~cells.known).any(axis=1) & recent[:days]
    known = np.flatnonzero(complete)
    intervals = np.maximum(ready.layout.multiplicity[:days], 1)
    learned = ProfileDays(
        contacts=(cells.contacts / intervals)[known],
        totals=totals[known],
        weekdays=weekdays[:days][known],
        is_holiday=~ordinary[:days][known],
        age_days=(days - 1 - known).astype(float),
    )
    return learn_profile(learned, usual)
