"""The contacts that a simulation meets: sample paths of the forecast it is made for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd


def draw_by_paths(timezone: str) -> Callable[[pd.DataFrame, int, int], Iterator[np.ndarray]]:
    """`draw_counts` of `scheduling.certify`: (rows under FORECAST or ADJUSTED, runs, seed) to blocks of counts.

    Days are those of `timezone`. An adjusted forecast keeps the relative errors of its baseline.
    """

    def draw(rows: pd.DataFrame, runs: int, seed: int) -> Iterator[np.ndarray]:
        from forecast.paths import path_blocks  # only where numbers are made
        from forecast.totals import path_plan

        plan, _ = path_plan(rows, timezone)
        return path_blocks(plan, runs, seed)

    return draw
