"""The referee of the forecast benchmark: origins, what is to be forecast, and how a forecast is scored.

Every entrant gives a frame of *answers*: origin, queue, start (naive local), `mean`, and where it has them the columns
of `LEVELS`. Scores pool all rows of a set: WAPE = Σ|y − ŷ| ÷ Σy; wQL = mean over seven levels of 2·Σpinball ÷ Σy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from benchmarks.histories import DAY_MINUTES, EvaluationSet, whole_days

HORIZON_DAYS, WEEK_DAYS = 28, 7
LEVELS: Mapping[str, float] = {
    "q025": 0.025, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q975": 0.975,
}  # fmt: skip
KEYS = ["origin", "queue", "start"]


def origins_of(history: EvaluationSet, number: int) -> list[pd.Timestamp]:
    """The first days of `number` horizons, the latest first; the last horizon ends with the set."""
    end = history.counts.index[-1].normalize() + pd.Timedelta(days=1)
    last = end - pd.Timedelta(days=HORIZON_DAYS)
    return [last - pd.Timedelta(days=back * history.step_days) for back in range(number)]


def long_rows(counts: pd.DataFrame) -> pd.DataFrame:
    """queue, start, contacts of every known cell of a table (starts × queues)."""
    rows = counts.rename_axis(index="start", columns="queue").stack().rename("contacts").reset_index()
    return rows.dropna(subset="contacts")[["queue", "start", "contacts"]].sort_values(["queue", "start"])


def questions(history: EvaluationSet, origins: Iterable[pd.Timestamp]) -> pd.DataFrame:
    """What is to be forecast: origin, queue, start, `contacts` that came, and whether it is of each lead.

    `is_1d`: the queue's next open day; `is_1w`: days 1 to 7; every row is of 4 weeks.
    """
    parts = []
    for origin in origins:
        ahead = history.counts.loc[origin : origin + pd.Timedelta(days=HORIZON_DAYS) - pd.Timedelta(1, "us")]
        rows = long_rows(ahead)
        day = rows["start"].dt.normalize()
        first = day.groupby(rows["queue"]).transform("min")
        rows["is_1d"] = day == first
        rows["is_1w"] = day < origin + pd.Timedelta(days=WEEK_DAYS)
        parts.append(rows.assign(origin=origin))
    return pd.concat(parts, ignore_index=True)


def score(asked: pd.DataFrame, answers: pd.DataFrame) -> dict[str, float]:
    """WAPE of the three leads and bias of 4 weeks (%); of week 1 coverage (%), wQL (%) and rows.

    An entrant that leaves a row without an answer gets NaN: it can't be compared with one that answers all.
    """
    both = asked.merge(answers, on=KEYS, how="left", validate="one_to_one")
    came, said = both["contacts"].to_numpy(), both["mean"].to_numpy(dtype=float)
    week = both["is_1w"].to_numpy()
    scores = {
        "1d": wape(came, said, both["is_1d"].to_numpy()),
        "1w": wape(came, said, week),
        "4w": wape(came, said, np.ones(len(both), dtype=bool)),
        "bias_4w": float(100 * (said - came).sum() / came.sum()),
        "rows_1w": int(week.sum()),
    }
    if set(LEVELS) <= set(both) and bool(both[list(LEVELS)].notna().all(axis=None)):
        bands = both.loc[week, list(LEVELS)]
        scores["coverage_80"] = coverage(came[week], bands["q10"], bands["q90"])
        scores["coverage_95"] = coverage(came[week], bands["q025"], bands["q975"])
        scores["wql_1w"] = weighted_quantile_loss(came[week], bands)
    return scores


def wape(came: np.ndarray, said: np.ndarray, rows: np.ndarray) -> float:
    """Σ|y − ŷ| ÷ Σy over `rows`, %; NaN where an answer is missing."""
    return float(100 * np.abs(came - said)[rows].sum() / came[rows].sum())


def coverage(came: np.ndarray, low: pd.Series, high: pd.Series) -> float:
    """Share of contacts inside [low, high], %."""
    return float(100 * np.mean((came >= low.to_numpy()) & (came <= high.to_numpy())))


def weighted_quantile_loss(came: np.ndarray, bands: pd.DataFrame) -> float:
    """Mean over `LEVELS` of 2·Σ max(τ(y − q), (τ − 1)(y − q)) ÷ Σy, %."""
    losses = []
    for name, level in LEVELS.items():
        over = came - bands[name].to_numpy()
        losses.append(2 * np.maximum(level * over, (level - 1) * over).sum() / came.sum())
    return float(100 * np.mean(losses))


def weekday_mean(history: EvaluationSet, origin: pd.Timestamp, weeks: int) -> pd.DataFrame:
    """The naive answers: the mean of the last `weeks` known days of the same weekday, interval by interval."""
    counts, per_day = history.counts, DAY_MINUTES // history.interval_minutes
    counts = counts.reindex(whole_days(counts.index[0], counts.index[-1], f"{history.interval_minutes}min"))
    days = int(counts.index.searchsorted(origin)) // per_day
    past = counts.to_numpy()[: days * per_day].reshape(days, per_day, -1)
    usual = np.array([_last_mean(past[days - WEEK_DAYS + ahead :: -WEEK_DAYS], weeks) for ahead in range(WEEK_DAYS)])
    said = np.concatenate([usual] * (HORIZON_DAYS // WEEK_DAYS)).reshape(HORIZON_DAYS * per_day, -1)
    starts = pd.date_range(origin, periods=len(said), freq=f"{history.interval_minutes}min")
    answers = long_rows(pd.DataFrame(said, index=starts, columns=counts.columns))
    return answers.rename(columns={"contacts": "mean"}).assign(origin=origin)


def _last_mean(latest_first: np.ndarray, number: int) -> np.ndarray:
    """Mean of the first `number` known values along axis 0; NaN where none is known."""
    known = ~np.isnan(latest_first)
    used = known & (np.cumsum(known, axis=0) <= number)
    count = used.sum(axis=0)
    total = np.where(used, latest_first, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
