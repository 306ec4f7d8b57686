"""Where a history ends and a forecast begins."""

from __future__ import annotations

import pandas as pd

from domain import IntervalGrid
from domain.intervals import local_days, local_midnights


def end_of_history(history: pd.DataFrame, grid: IntervalGrid) -> pd.Timestamp:
    """The first local midnight after the last interval of a history (UTC)."""
    last = local_days(pd.DatetimeIndex([history["start"].max()]), grid.timezone)
    return local_midnights(last + pd.Timedelta(days=1), grid.timezone)[0]
