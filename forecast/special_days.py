"""Special days: holidays, the days next to them and the turn of the year. Their mornings tell little of their rest.

What comes on them is held against a guess of few earlier ones, so that a surprise says more of the guess than of the
day: on the days around Christmas an emergency queue's rest of the day was missed by half more with a correction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from domain.work_calendar import WorkCalendar

NEAR_DAYS = 1  # on either side of a holiday
TURN_FROM, TURN_UNTIL = (12, 23), (1, 2)  # month and day: offices are half empty, whatever the calendar says


def special_days(days: pd.DatetimeIndex, holidays: Iterable[date]) -> np.ndarray:
    """(D) which naive local days are special.

    Args:
        days: (D) naive local midnights.
        holidays: dates, names by date, or a `WorkCalendar`, whose moved working days are special as well.
    """
    calendar = WorkCalendar.of(holidays)
    dates = days.to_numpy().astype("datetime64[D]")
    free, moved = (np.array(sorted(found), dtype="datetime64[D]") for found in (calendar, calendar.moved_working))
    near = np.isin(dates, free[:, None] + np.arange(-NEAR_DAYS, NEAR_DAYS + 1))
    of_year = np.asarray(days.month) * 100 + np.asarray(days.day)
    turn = (of_year >= TURN_FROM[0] * 100 + TURN_FROM[1]) | (of_year <= TURN_UNTIL[0] * 100 + TURN_UNTIL[1])
    return np.asarray(near | np.isin(dates, moved) | turn)
