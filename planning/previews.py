"""What the app shows and nobody stores: a dry run of an import, what a change would ask of the staff, sums of the
forecast with their bands, the past days a forecast was learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

import scheduling
from connectors import TicketImport, presets, read_tickets
from domain.intervals import local_days
from domain.tables import REQUIREMENTS
from planning.recipe import Recipe
from planning.session import Session
from planning.steps.demand import forecast_options
from planning.steps.ingest import stored_ticket_ids
from planning.steps.produce import Materials, needed
from scheduling.outbound import outbound_queues
from scheduling.seats import SeatsShort, seats_short

if TYPE_CHECKING:
    from forecast.panel import DailyPanel


@dataclass(frozen=True)
class ImportPreview:
    """A dry run: the import as the reader found it, and how many of its tickets the store already has."""

    found: TicketImport
    already_stored: int


def preset_names() -> tuple[str, ...]:
    """The layouts of ticket files that are known by name."""
    return tuple(presets())


def seats_missing(session: Session, requirements: pd.DataFrame) -> list[SeatsShort]:
    """Where requirements of the plan ask for more people than there are seats."""
    return seats_short(requirements, session.site.targets)


def forecast_queues(requirements: pd.DataFrame) -> list[str]:
    """The queues of requirements that customers choose: not those of outbound lists."""
    return sorted(set(requirements["queue"]) - set(outbound_queues(requirements)))


def preview_import(
    session: Session,
    files: Sequence[Path],
    *,
    preset: str | None = None,
    timezone: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> ImportPreview:
    """Read files as `ingest` would and store nothing. Raises the `InputError`s of the readers."""
    settings = session.settings
    found = read_tickets(
        list(files),
        preset=preset,
        timezone=timezone or settings.timezone,
        mapping=mapping,
        megabytes_max=settings.upload_megabytes_max,
    )
    known = stored_ticket_ids(session) if found.kind == "tickets" else set()
    return ImportPreview(found, len(known & set(found.frame["ticket_id"])) if known else 0)


def preview_requirements(session: Session, demand: pd.DataFrame, *, percentile: float | None = None) -> pd.DataFrame:
    """REQUIREMENTS of `demand` (FORECAST or ADJUSTED) under the site's targets; nothing is stored."""
    found = scheduling.require_staff(
        demand,
        session.site.targets,
        interval_minutes=session.settings.interval_minutes,
        percentile=percentile,
        timezone=session.settings.timezone,
    )
    return REQUIREMENTS.check(found)


def totals(session: Session, demand: pd.DataFrame, *, period: str) -> pd.DataFrame:
    """All queues of `demand` (FORECAST or ADJUSTED) together by `period` (interval, day, week, month), with bands.

    Columns start (UTC, of the local period), offered and its quantiles, intervals, as `forecast.totals`.
    """
    from forecast.totals import aggregate_forecast  # loads scipy: only where numbers are made

    return aggregate_forecast(demand, by="total", period=period, timezone=session.settings.timezone)


def learned_from(session: Session, history: pd.DataFrame) -> pd.DataFrame:
    """The past days that one queue's forecast was learned from.

    Args:
        history: the rows of one queue of the history that the plan's forecast was made from.

    Returns for_day (of the horizon), part (as `forecast.learned_days`), day and contacts (inside opening hours) under
    each other. Raises `NothingToPlan`, and `InputError` where nothing was over when the forecast was made.
    """
    from forecast.learned_days import learned_days
    from forecast.prepare import Site, prepare, rows_before

    record = session.store.versions.get("forecast", needed(session, "forecast"))
    materials = Materials(session.store, Recipe("forecast", record.inputs, record.parameters))
    told = forecast_options(materials, history)
    as_of, grid = told["as_of"], told["grid"]
    site = Site(grid, told["opening"], told["holidays"], told["events"], "missing")
    today = local_days(pd.DatetimeIndex([as_of]), grid.timezone)[0]
    rows = rows_before(history, as_of, grid)
    ready = prepare(rows, site, as_of_day=today, horizon_days=told["horizon_days"])
    (queue,) = ready.panel.queues
    frames = [_days_of(ready.panel, day, learned_days(ready.panel, ready.horizon, queue, day))
              for day in ready.horizon.days]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _days_of(panel: DailyPanel, for_day: pd.Timestamp, learned: Mapping[str, pd.DatetimeIndex]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"part": part, "day": days, "contacts": panel.values[0, panel.calendar.days.get_indexer(days)]})
        for part, days in learned.items()
    ]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["part", "day", "contacts"])
    return frame.assign(for_day=for_day)[["for_day", "part", "day", "contacts"]]
