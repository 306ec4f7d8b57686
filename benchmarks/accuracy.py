"""Accuracy of every daily forecaster of the product on the evaluation histories, in one run with the naive peers.

Twelve rolling origins a set; a forecaster sees only the days before its origin and the calendar ahead. WAPE is
Σ|y − ŷ| ÷ Σy over all queues and origins of a set.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.histories import DailySet, daily_sets
from benchmarks.registry import BenchSpec, Row
from domain import public_holidays
from forecast import FORECASTERS
from forecast.calendar_effects import day_calendar
from forecast.panel import DailyPanel, daily_panel

ORIGINS, HORIZON_DAYS, WEEK = 12, 28, 7
MODELS = ("seasonal_naive", "weekday_average_4", "weekday_average_8", "calendar_lanes")


def panel_of(history: DailySet) -> DailyPanel:
    """The set as a panel; days without a value are closed."""
    queues = tuple(str(name) for name in history.totals)
    days = pd.DatetimeIndex(history.totals.index)
    years = range(days[0].year, days[-1].year + 1)
    values = history.totals.to_numpy(dtype=float).T
    calendar = day_calendar(queues, days, ~np.isnan(values), public_holidays(history.calendar, years), None)
    return daily_panel(calendar, values)


def wape_by_lead(panel: DailyPanel, model: str, step_days: int) -> dict[str, float]:
    """WAPE, %, of the next open day, the first week and four weeks; bias over four weeks, %."""
    missed, came, bias = np.zeros(3), np.zeros(3), 0.0
    for back in range(ORIGINS):
        origin = len(panel.days) - HORIZON_DAYS - back * step_days
        horizon = panel.calendar.between(origin, origin + HORIZON_DAYS)
        said = FORECASTERS[model].fit(panel.until(origin)).predict(horizon)
        actual = panel.values[:, origin : origin + HORIZON_DAYS]
        known = ~np.isnan(actual) & ~np.isnan(said)
        first = known & (np.cumsum(known, axis=1) == 1)
        week = known & (np.arange(HORIZON_DAYS) < WEEK)
        for number, mask in enumerate((first, week, known)):
            missed[number] += np.abs(actual - said)[mask].sum()
            came[number] += actual[mask].sum()
        bias += (said - actual)[known].sum()
    day, week_share, month = 100 * missed / came
    return {
        "1d": round(day, 1),
        "1w": round(week_share, 2),
        "4w": round(month, 2),
        "bias_4w": round(100 * bias / came[2], 1),
    }


def measure() -> list[Row]:
    """One row a set and model, and the geometric mean of each model's WAPE over the 4-week average's."""
    rows: list[Row] = []
    for history in daily_sets():
        panel = panel_of(history)
        rows += [
            {"set": history.name, "model": model, **wape_by_lead(panel, model, history.step_days)} for model in MODELS
        ]
    table = pd.DataFrame(rows)
    peer = table[table["model"] == "weekday_average_4"].set_index("set")
    for model in MODELS:
        own = table[table["model"] == model].set_index("set")
        means = {lead: round(float(np.exp(np.log(own[lead] / peer[lead]).mean())), 3) for lead in ("1d", "1w", "4w")}
        rows.append({"set": "all ÷ weekday_average_4", "model": model, **means})
    return rows


BENCH = BenchSpec("accuracy", "WAPE % of day totals, twelve origins a set", measure, needs_shared=True)
