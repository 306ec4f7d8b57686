"""Day totals of all queues side by side: what every daily forecaster learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.calendar_effects import DayCalendar


@dataclass(frozen=True)
class DailyPanel:
    """Contacts per queue and local day, with the calendar of those days.

    `values` (queues × days, contacts): NaN where nothing is known or nothing is to be learned: a day with a missing
    interval, an outage, a discarded day, a closed day.
    """

    calendar: DayCalendar
    values: np.ndarray

    @property
    def queues(self) -> tuple[str, ...]:
        """Queue names (Q)."""
        return self.calendar.queues

    @property
    def days(self) -> pd.DatetimeIndex:
        """Naive local days (D)."""
        return self.calendar.days

    @property
    def end(self) -> pd.Timestamp:
        """The first day after the panel."""
        return self.days[-1] + pd.Timedelta(days=1)

    def until(self, end: int) -> DailyPanel:
        """The panel as it stood before the day at position `end`: nothing from that day on is in it."""
        return DailyPanel(self.calendar.between(0, end), self.values[:, :end])

    def last(self, days: int) -> DailyPanel:
        """The last `days` days."""
        first = max(len(self.days) - days, 0)
        return DailyPanel(self.calendar.between(first, len(self.days)), self.values[:, first:])

    def pick(self, queues: list[int]) -> DailyPanel:
        """The queues at these positions."""
        return DailyPanel(self.calendar.pick(queues), self.values[queues])


def daily_panel(calendar: DayCalendar, totals: np.ndarray) -> DailyPanel:
    """The panel of day totals (queues × days, contacts, NaN unknown) under a calendar of the same days."""
    learned = calendar.open & ~calendar.excluded
    return DailyPanel(calendar, np.where(learned, totals, np.nan))
