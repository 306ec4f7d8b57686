"""A past for a new queue: that of a queue it is like, times a factor.

What the new queue has counted itself rules from the day of its first contact on; zeros listed before that are of a
queue not yet begun. Where both have counted days, the factor is learned from them: the planner's guess counts like one
such day (and no less than it is worth in contacts), so that

    factor = guess × (own + prior) ÷ (expected + prior),   expected = guess × contacts of the old queue,

the mean of a Gamma guess under Poisson counts (Gelman et al. 2013, Bayesian Data Analysis, eq. 2.15). Three things
widen the bands of every day, whose squares add up:

- the factor's remaining error, cv × √(prior ÷ (expected + prior));
- levels that go apart: what the next four weeks of two like queues' ratio differed by from that of a week (beyond
  counting, 3 to 17 % on three sets of real queues);
- unlike days: how far single days of both lie off the factor beyond counting (3 to 18 %), learned from the days that
  both have counted: another weekday pattern, a more restless queue.

Measured on the day totals of ten pairs of real queues at one moment, guesses with 40 % error, WAPE of 1 week / 4 weeks:
after 7 days 19 / 22 % with a borrowed past and 29 / 31 % without; after 14, 19 / 21 and 18 / 20 %; after 28, 16 / 18
and 13 / 16 %. So two weeks of its own are enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from domain.errors import UnknownQueue
from domain.intervals import IntervalGrid, local_days
from domain.likeness import Likeness
from domain.queues import SEPARATOR
from forecast.cells import UNKNOWN_MARKS

ENOUGH_DAYS = 14  # of its own: from then on a queue is forecast as well or better without another's past
PRIOR_DAYS = 1.0  # days of both queues that weigh as much as the guess
GUESS_CV = 0.4  # error of a planner's guess at a new queue's level: two in three within 40 %
LEVELS_APART_CV = 0.15  # four weeks' ratio of two like queues against the ratio of the days before
UNLIKE_CV = 0.15  # of single days, before any is seen
UNLIKE_WEIGHT_DAYS = 3.0  # that this counts for
COUNTS = ("offered", "handled", "abandoned", "offered_corrected")
LEAST_LIKENESS = 0.5  # of names that share no part, from 0 to 1


@dataclass(frozen=True)
class Borrowed:
    """What a new queue took.

    Attributes:
        like: from whom.
        factor: contacts of the new queue for each of the old one.
        level_cv: of what the factor may be wrong by.
        unlike_cv: of what single days lie off the factor by, counting noise aside.
        begins: naive local day of the new queue's own first contact; None: it has none.
    """

    like: str
    factor: float
    level_cv: float
    begins: pd.Timestamp | None
    unlike_cv: float = UNLIKE_CV

    @property
    def day_cv(self) -> float:
        """What a day's rate may be wrong by because its past is another's: factor, levels apart and unlike days."""
        return math.hypot(self.level_cv, LEVELS_APART_CV, self.unlike_cv)


def borrow_history(
    history: pd.DataFrame, like: Mapping[str, Likeness], grid: IntervalGrid, *, gaps: str = "missing"
) -> tuple[pd.DataFrame, dict[str, Borrowed]]:
    """The history with a past for every queue of `like`, and what each took.

    Args:
        history: frame under HISTORY; nothing after the moment of a forecast may be in it.
        like: by new queue, each after the queue it is like where that is new as well (`domain.likeness_of`).
        grid: whose zone tells the days.
        gaps: whether an old queue's day without a row of the new one is unknown ("missing") or nothing came ("zero").

    The old queue's rows before the new one's first contact are repeated under its name, contacts times the factor,
    handle time as it is. Sorted by queue and start. A queue that began before the old one, or has two weeks
    of its own, takes nothing.
    Raises `UnknownQueue` for an old queue without a row.
    """
    if not like:
        return history, {}
    names = {*like, *(old.queue for old in like.values())}
    near = history[history["queue"].isin(names)]
    parts = {str(queue): rows for queue, rows in near.groupby("queue", sort=True)}
    found: dict[str, Borrowed] = {}
    for queue, old in like.items():
        if old.queue not in parts:
            raise UnknownQueue(
                "a queue with history to borrow from", column="like", found=old.queue,
                remedy=f"It was named for {queue!r}.",
            )  # fmt: skip
        own, lent = _begun(parts.get(queue, near.iloc[:0]), grid), parts[old.queue]
        before = lent if own.empty else lent[lent["start"] < own["start"].iloc[0]]
        if before.empty or _by_day(own, grid).count() >= ENOUGH_DAYS:
            continue
        found[queue] = _learned(own, lent, old, grid, gaps)
        parts[queue] = pd.concat([_times(before, found[queue].factor).assign(queue=queue), own])
    rest = history[~history["queue"].isin(set(found))]
    joined = pd.concat([rest, *(parts[queue] for queue in found)], ignore_index=True)
    joined["queue"] = joined["queue"].astype("str")
    return joined.sort_values(["queue", "start"], kind="stable", ignore_index=True), found


def borrowed_days(queues: tuple[str, ...], days: pd.DatetimeIndex, borrowed: Mapping[str, Borrowed]) -> np.ndarray:
    """(Q × D) which naive local days of each queue are another's."""
    found = np.zeros((len(queues), len(days)), dtype=bool)
    for row, queue in enumerate(queues):
        if queue in borrowed:
            begins = borrowed[queue].begins
            found[row] = True if begins is None else np.asarray(days < begins)
    return found


def nearest_queue(name: str, queues: list[str]) -> str | None:
    """The queue whose name shares most parts in their places (channel, type …) with `name`, then most letters."""
    parts = name.split(SEPARATOR)

    def likeness(other: str) -> tuple[int, float]:
        shared = sum(own == its for own, its in zip(parts, other.split(SEPARATOR), strict=False))
        return shared, SequenceMatcher(None, name, other).ratio()

    if not queues:
        return None
    best = max(sorted(queues), key=likeness)
    shared, letters = likeness(best)
    return best if shared or letters >= LEAST_LIKENESS else None


def _begun(rows: pd.DataFrame, grid: IntervalGrid) -> pd.DataFrame:
    """A queue's rows from the local day of its first contact on."""
    came = rows[_counted(rows) & (rows["offered"] > 0)]
    if came.empty:
        return rows.iloc[:0]
    days = local_days(rows["start"], grid.timezone)
    return rows[np.asarray(days >= local_days(came["start"].iloc[:1], grid.timezone)[0])]


def _learned(own: pd.DataFrame, lent: pd.DataFrame, old: Likeness, grid: IntervalGrid, gaps: str) -> Borrowed:
    """The factor, from the days that both have counted."""
    if own.empty:
        return Borrowed(old.queue, old.factor, GUESS_CV, None)
    ours, theirs = _by_day(own, grid), _by_day(lent[lent["start"] >= own["start"].iloc[0]], grid)
    if gaps == "zero":
        ours = ours.reindex(ours.index.union(theirs.index[theirs.index < ours.index[-1]]), fill_value=0.0)
    both = pd.concat([ours, theirs], axis=1, keys=["own", "old"], join="inner").sort_index().dropna()
    expected = old.factor * float(both["old"].sum())
    if expected == 0:
        return Borrowed(old.queue, old.factor, GUESS_CV, ours.index[0])
    prior = max(PRIOR_DAYS * expected / len(both), GUESS_CV**-2)
    factor = old.factor * (float(both["own"].sum()) + prior) / (expected + prior)
    level_cv = GUESS_CV * (prior / (expected + prior)) ** 0.5
    unlike = _unlike(both["own"].to_numpy(), both["old"].to_numpy())
    return Borrowed(old.queue, factor, level_cv, ours.index[0], unlike)


def _unlike(own: np.ndarray, lent: np.ndarray) -> float:
    """cv of single days (D) around the ratio of the two queues, counting noise of both taken off, shrunk to a prior.

    A day weighs by what is expected of it: Σ (own − said)² − noise, over Σ said².
    """
    ratio = float(own.sum() / lent.sum())
    said = ratio * lent
    size = float((said**2).mean())
    if size == 0:
        return UNLIKE_CV
    free = len(own) - 1  # the ratio took one
    excess = max(float(((own - said) ** 2).sum() - free / len(own) * (said + ratio * said).sum()) / size, 0.0)
    return float(np.sqrt((excess + UNLIKE_WEIGHT_DAYS * UNLIKE_CV**2) / (free + UNLIKE_WEIGHT_DAYS)))


def _by_day(rows: pd.DataFrame, grid: IntervalGrid) -> pd.Series:
    """Contacts by local day; NaN where a row of the day was not counted."""
    contacts = rows["offered"].where(_counted(rows))
    return contacts.groupby(local_days(rows["start"], grid.timezone)).sum(skipna=False)


def _counted(rows: pd.DataFrame) -> pd.Series:
    counted = rows["offered"].notna()
    return counted & ~rows["mark"].isin(UNKNOWN_MARKS) if "mark" in rows else counted


def _times(rows: pd.DataFrame, factor: float) -> pd.DataFrame:
    return rows.assign(**{name: rows[name] * factor for name in COUNTS if name in rows})
