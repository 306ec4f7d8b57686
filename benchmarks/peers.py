"""The peers, as a user runs them who takes them from the shelf. A script of `.venv-bench`, no part of the product.

    .venv-bench/bin/python benchmarks/peers.py FOLDER

FOLDER/tasks.json lists the sets: name, grain, minutes, origins, models, holidays; FOLDER/NAME.GRAIN.parquet has
queue, start, contacts, known ones only. The answers of each set and model go to
FOLDER/answers.NAME.GRAIN.MODEL.parquet (origin, queue, start, mean, quantiles where the model has them) and one line
with its CPU seconds to FOLDER/log.jsonl.

statsforecast's models have no calendar; where whole weekdays are closed they see the open weekdays only (season 5), and
a day without a value is filled with the one a season before. They learn from the last two years (AutoARIMA, which takes
ten times as long: 400 days, approximate likelihood). Prophet sees three years, LightGBM all, both
the public holidays: longer and shorter histories made them worse on the set that has fifteen years.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HORIZON_DAYS, WEEK_DAYS, DAY_MINUTES = 28, 7, 1440
YEARS_TWO_DAYS, ARIMA_DAYS, YEARS_THREE_DAYS = 730, 400, 1100
LEVELS = (50, 80, 95)
BANDS = {
    "q025": "lo-95", "q10": "lo-80", "q25": "lo-50", "q75": "hi-50", "q90": "hi-80", "q975": "hi-95",
}  # fmt: skip
SHARES = {"q025": 0.025, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q975": 0.975}


@dataclass(frozen=True)
class Task:
    """One set: known contacts (queue, start, contacts), its origins and what is known of the calendar."""

    rows: pd.DataFrame
    minutes: int
    origins: list[pd.Timestamp]
    holidays: dict[pd.Timestamp, str]

    def table(self) -> pd.DataFrame:
        """Starts of usually open weekdays and times × queues, NaN where nothing is known."""
        wide = self.rows.pivot(index="start", columns="queue", values="contacts")
        every = pd.date_range(wide.index[0].normalize(), wide.index[-1], freq=f"{self.minutes}min")
        moments = set(zip(wide.index.dayofweek, wide.index.time, strict=True))
        return wide.reindex([at for at in every if (at.dayofweek, at.time()) in moments])


def statsforecast_answers(task: Task, make: Callable[[int, int], Any], most_days: int) -> pd.DataFrame:
    """Answers of one statsforecast model; `make(steps a day, steps a week)` builds it."""
    from statsforecast import StatsForecast

    table = task.table()
    filled, parts, known_by, future = table.copy(), [], {}, {}
    week = len(set(zip(table.index.dayofweek, table.index.time, strict=True)))
    per_day = max(len(set(table.index.time)), 1)
    for origin in task.origins:
        past = filled[(filled.index < origin) & (filled.index >= origin - pd.Timedelta(days=most_days))]
        for queue in past:
            series = past[queue].loc[past[queue].first_valid_index() :]
            while series.isna().any() and series.shift(week).notna().reindex(series.index[series.isna()]).any():
                series = series.fillna(series.shift(week))
            series = series.ffill()
            name = f"{origin:%Y-%m-%d}|{queue}"
            known_by[name] = (origin, queue)
            parts.append(pd.DataFrame({"unique_id": name, "ds": np.arange(len(series)), "y": series.to_numpy()}))
        end = origin + pd.Timedelta(days=HORIZON_DAYS)
        future[origin] = table.index[(table.index >= origin) & (table.index < end)]
    steps = max(len(starts) for starts in future.values())
    said = StatsForecast([make(per_day, week)], freq=1).forecast(steps, pd.concat(parts), level=list(LEVELS))
    said = said.reset_index() if "unique_id" not in said else said
    model = next(
        name for name in said.columns if name not in ("unique_id", "ds") and "-lo-" not in name and "-hi-" not in name
    )
    answers = []
    for name, own in said.groupby("unique_id", sort=False):
        origin, queue = known_by[name]
        starts = future[origin]
        own = own.sort_values("ds").head(len(starts))
        frame = pd.DataFrame({"origin": origin, "queue": queue, "start": starts, "mean": own[model].to_numpy()})
        for band, column in BANDS.items():
            if f"{model}-{column}" in own:
                frame[band] = own[f"{model}-{column}"].to_numpy()
        frame["q50"] = frame["mean"]
        answers.append(frame)
    return pd.concat(answers)


def prophet_answers(task: Task) -> pd.DataFrame:
    """Prophet with its own defaults and the public holidays, one fit a queue and origin; quantiles from its samples."""
    from prophet import Prophet

    named = pd.DataFrame({"ds": list(task.holidays), "holiday": list(task.holidays.values())})
    answers = []
    for origin in task.origins:
        for _, own in task.rows.groupby("queue"):
            since = origin - pd.Timedelta(days=YEARS_THREE_DAYS)
            past, ahead = own[(own["start"] >= since) & (own["start"] < origin)], wanted(own, origin)
            model = Prophet(holidays=named if len(named) else None)
            model.fit(past.rename(columns={"start": "ds", "contacts": "y"})[["ds", "y"]])
            future = pd.DataFrame({"ds": ahead["start"].to_numpy()})
            frame = ahead.assign(origin=origin, mean=model.predict(future)["yhat"].to_numpy())
            paths = model.predictive_samples(future)["yhat"]
            for name, share in SHARES.items():
                frame[name] = np.quantile(paths, share, axis=1)
            answers.append(frame[["origin", "queue", "start", "mean", *SHARES]])
    return pd.concat(answers)


def wanted(own: pd.DataFrame, origin: pd.Timestamp) -> pd.DataFrame:
    """The opening grid ahead: queue and start of the rows to forecast, without their contacts."""
    end = origin + pd.Timedelta(days=HORIZON_DAYS)
    return own.loc[(own["start"] >= origin) & (own["start"] < end), ["queue", "start"]]


LIGHTGBM = {"verbose": -1, "num_threads": 1, "seed": 1}  # its defaults: 100 trees of 31 leaves
LAGS, WINDOWS = (1, 2, 3, 4, 5, 6, 7, 14, 21, 28), (7, 28)


def features(past: np.ndarray, calendar: np.ndarray, day: int) -> np.ndarray:
    """(queues × features) of one day: lags, rolling means, calendar; `past` (queues × days) filled up to `day`."""
    lags = np.stack([past[:, day - lag] for lag in LAGS], axis=1)
    means = np.stack([past[:, day - window : day].mean(axis=1) for window in WINDOWS], axis=1)
    return np.hstack([lags, means, np.repeat(calendar[[day]], len(past), axis=0)])


def calendar_of(days: pd.DatetimeIndex, holidays: dict[pd.Timestamp, str]) -> np.ndarray:
    """(days × 6): weekday, day of the month, month, day of the year, is holiday, is next to one."""
    free = np.array([day in holidays for day in days], dtype=float)
    beside = np.maximum(np.roll(free, 1), np.roll(free, -1))
    return np.column_stack([days.dayofweek, days.day, days.month, days.dayofyear, free, beside])


def lightgbm_answers(task: Task) -> pd.DataFrame:
    """One LightGBM for all queues of a set with its own defaults, each queue over its mean; forecast day by day."""
    import lightgbm

    table = task.table()
    days = table.index
    calendar = calendar_of(days, task.holidays)
    answers = []
    for origin in task.origins:
        position = int(days.searchsorted(origin))
        filled = table.to_numpy().T.copy()
        filled[:, position:] = np.nan
        scale = np.nanmean(filled, axis=1, keepdims=True)
        target = filled / scale
        filled = pd.DataFrame(target.T).ffill().bfill().to_numpy().T
        learned = range(max(LAGS), position)
        inputs = np.vstack([features(filled, calendar, day) for day in learned])
        outcome = np.concatenate([target[:, day] for day in learned])
        known = ~np.isnan(outcome)
        model = lightgbm.train(LIGHTGBM, lightgbm.Dataset(inputs[known], outcome[known]))
        ahead = days[(days >= origin) & (days < origin + pd.Timedelta(days=HORIZON_DAYS))]
        for step in range(len(ahead)):
            filled[:, position + step] = model.predict(features(filled, calendar, position + step))
        said = (filled * scale)[:, position : position + len(ahead)]
        frame = pd.DataFrame(said.T, index=ahead, columns=table.columns).rename_axis(index="start")
        answers.append(frame.melt(ignore_index=False, value_name="mean").reset_index().assign(origin=origin))
    return pd.concat(answers)


def answers_of(model: str, task: Task) -> pd.DataFrame:
    """Answers of a model by name."""
    from statsforecast import models

    made: dict[str, tuple[Callable[[int, int], Any], int]] = {
        "AutoETS": (lambda day, week: models.AutoETS(season_length=week), YEARS_TWO_DAYS),
        "AutoTheta": (lambda day, week: models.AutoTheta(season_length=week), YEARS_TWO_DAYS),
        "AutoCES": (lambda day, week: models.AutoCES(season_length=week), YEARS_TWO_DAYS),
        "AutoARIMA": (lambda day, week: models.AutoARIMA(season_length=week, approximation=True), ARIMA_DAYS),
        "MSTL": (lambda day, week: models.MSTL(season_length=[week] if day == 1 else [day, week]), YEARS_TWO_DAYS),
    }
    if model == "Prophet":
        return prophet_answers(task)
    if model == "LightGBM":
        return lightgbm_answers(task)
    return statsforecast_answers(task, *made[model])


def run(folder: Path) -> None:
    """Every set and model of FOLDER/tasks.json; one that fails is a line in the log, the rest go on."""
    for number, listed in enumerate(json.loads((folder / "tasks.json").read_text("utf-8"))):
        label = f"{listed['name']}.{listed['grain']}"
        task = Task(
            pd.read_parquet(folder / f"{label}.parquet"),
            listed["minutes"],
            [pd.Timestamp(origin) for origin in listed["origins"]],
            {pd.Timestamp(day): name for day, name in listed["holidays"].items()},
        )
        for model in listed["models"]:
            record: dict[str, Any] = {"set": listed["name"], "grain": listed["grain"], "model": model}
            begin = 0.0
            try:
                if number == 0:
                    answers_of(model, replace(task, origins=task.origins[:1]))  # compiles; not part of the seconds
                begin = time.process_time() + children_seconds()
                answers = answers_of(model, task)
                answers.to_parquet(folder / f"answers.{label}.{model}.parquet")
            except Exception as fault:
                record["fault"] = f"{type(fault).__name__}: {fault}"
                traceback.print_exc()
            record["seconds"] = time.process_time() + children_seconds() - begin
            with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(record) + "\n")


def children_seconds() -> float:
    """CPU seconds of finished child processes: Prophet's fit is one."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.INFO)
    run(Path(sys.argv[1]))
