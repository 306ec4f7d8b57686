"""Which forecaster for which queue: the one that missed by least, with a little help from the other queues."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.backtest import Backtest
from forecast.scoring import lead_masks

FAVOURITE, FAVOURITE_START = "calendar_lanes", 0.80
OWN_DAYS = 10.0  # scored days at which a queue's own errors weigh as much as all queues' together
DEFAULT_ORDER = ("calendar_lanes", "weekday_average_4", "seasonal_naive")  # where no backtest is possible


def choose(test: Backtest, pins: Mapping[str, str]) -> dict[str, str]:
    """The model of each queue.

    The score of a model is its WAPE over days 1–7 and over the whole horizon in equal parts, relative to the mean of
    all models; with few scored days it leans on the model's score over all queues. `calendar_lanes`, which was the best
    on every history it was tried on, steps back only for a model that was better by a fifth (a win by less is mostly
    luck). Where most scored days had no contact it stays: absolute errors would choose who says that none ever comes.
    `pins` (by queue) decide at once.
    """
    models = list(test.forecasts)
    scores = relative_errors(test, models)
    days = lead_masks(test).popitem()[1].sum(axis=(0, 2)) if models else np.array([])
    found: dict[str, str] = {}
    rare = (test.actual == 0).sum(axis=(0, 2)) > 0.5 * np.maximum((~np.isnan(test.actual)).sum(axis=(0, 2)), 1)
    scores = scores * np.array([[FAVOURITE_START if name == FAVOURITE else 1.0] for name in models]).reshape(-1, 1)
    pooled = np.nanmedian(np.where(np.isnan(scores).all(axis=1)[:, None], 1.0, scores), axis=1) if models else scores
    for number, queue in enumerate(test.queues):
        if queue in pins:
            found[queue] = pins[queue]
            continue
        own = scores[:, number] if models else np.array([])
        if own.size == 0 or np.isnan(own).all():
            found[queue] = DEFAULT_ORDER[0]
            continue
        if rare[number] and FAVOURITE in models and not np.isnan(own[models.index(FAVOURITE)]):
            found[queue] = FAVOURITE
            continue
        weight = days[number] / (days[number] + OWN_DAYS)
        blended = np.where(np.isnan(own), np.inf, weight * own + (1 - weight) * pooled)
        found[queue] = models[int(np.argmin(blended))]
    return found


def relative_errors(test: Backtest, models: list[str]) -> np.ndarray:
    """(models × Q) mean absolute error over days 1–7 and over all leads in equal parts, 1 = the mean of all models.

    NaN where a model could not do every scored day of the queue, or nothing was scored.
    """
    masks = lead_masks(test)
    masks.pop("1d")
    parts = [_relative(test, models, mask) for mask in masks.values()]
    return np.asarray(sum(parts[1:], start=parts[0]) / len(parts))


def _relative(test: Backtest, models: list[str], mask: np.ndarray) -> np.ndarray:
    number = mask.sum(axis=(0, 2))
    errors = np.full((len(models), len(test.queues)), np.nan)
    for row, model in enumerate(models):
        error = np.abs(test.actual - test.forecasts[model])
        able = ~(np.isnan(error) & mask).any(axis=(0, 2)) & (number > 0)
        total = np.where(mask, error, 0.0).sum(axis=(0, 2))
        errors[row] = np.where(able, total / np.maximum(number, 1), np.nan)
    known = ~np.isnan(errors)
    mean = np.where(known, errors, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(mean > 0, errors / np.where(mean > 0, mean, 1.0), np.where(known, 1.0, np.nan))
