"""The rest of today from the day so far. Nothing is stored: what is published stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from domain.tables import FORECAST
from planning.session import Session
from planning.site import holidays_of
from planning.steps.adjusting import adjusted
from planning.steps.produce import needed

if TYPE_CHECKING:
    from forecast import ReforecastResult


def reforecast(session: Session, *, now: pd.Timestamp | None = None, whole_day: bool = False) -> ReforecastResult:
    """The plan's forecast of the rest of today, adjustments included, moved by the plan's history of today so far.

    `now` is tz-aware (default: the session's clock). The planners' adjustments are part of what was expected: they are
    moved like the rest. Raises `NothingToPlan`, and `BadValue` for a `now` on no day of the forecast.
    """
    import forecast as core  # loads scipy: only where numbers are made

    history = session.store.versions.frame("history", needed(session, "history"))
    stood = adjusted(session)
    moment = session.clock() if now is None else now
    columns = [name for name in FORECAST.column_names if name in stood]
    holidays = holidays_of(session.settings.calendar, history["start"].min(), stood["start"].max())
    return core.reforecast_day(
        history, stood[columns], moment, session.settings.grid, holidays=holidays, whole_day=whole_day
    )
