"""What planners ask of the numbers, answered without storing anything: why so many, what does it cost, what if."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from pydantic import ValidationError

from domain.errors import BadValue, NothingToPlan, key_fault
from domain.intervals import local_days
from domain.targets import QueueTargets
from planning.session import Session
from planning.site import Site
from planning.steps.produce import SITE_PREFIX, needed
from planning.steps.staffing import BACKLOG_FILE
from scheduling.calculator import Need, how_many, what_if
from scheduling.drivers import what_drives
from scheduling.price import first_week, price_of_deadline, price_of_level

BACKLOG_INPUT = SITE_PREFIX + BACKLOG_FILE
ROWS_BELOW, ROWS_ABOVE = 2, 6  # of a calculator's table, around the answer
ALMOST = 0.999  # the level shown in place of one that no number of agents reaches


@dataclass(frozen=True)
class Prices:
    """What a queue's promises cost over [first_day, last_day]; see `scheduling.price`. `deadlines`: of deferred work.

    `wage_per_hour`: of an average person of the site; None where no agreement names a price.
    """

    levels: pd.DataFrame
    deadlines: pd.DataFrame | None
    wage_per_hour: float | None
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Staffed:
    """A calculator's answer: what is needed, and a table of numbers of agents around `centre` (see `what_if`)."""

    promise: QueueTargets
    need: Need
    centre: int
    table: pd.DataFrame


def drivers(session: Session, queue: str | None = None) -> pd.DataFrame:
    """What the people of the plan's requirements are for, of one queue or all; see `scheduling.drivers`."""
    own = {kind: _of_queue(session, kind, queue) for kind in ("adjusted", "requirements")}
    return what_drives(
        own["adjusted"], own["requirements"], session.site.targets, **_made_with(session), backlog=_backlog(session)
    )


def prices(session: Session, queue: str) -> Prices:
    """What the promises of one queue of the plan cost a week. Raises `NothingToPlan`."""
    demand, targets = _of_queue(session, "adjusted", queue), session.site.targets
    how = _made_with(session)
    waits = targets.of(queue).work == "deferred"
    days = local_days(first_week(demand, how["timezone"])["start"], how["timezone"])
    return Prices(
        price_of_level(demand, targets, queue, **how),
        price_of_deadline(demand, targets, queue, **how) if waits else None,
        wage_per_hour(session),
        days.min().date(),
        days.max().date(),
    )


def wage_per_hour(session: Session) -> float | None:
    """Mean price of a paid hour over the site's people, by their agreements; None where none is set."""
    site = session.site
    try:
        book = site.rulebook
    except NothingToPlan:
        return None
    wages = {own.name: own.cost_per_hour for own in book.agreements if "cost_per_hour" in own.model_fields_set}
    if not wages:
        return None
    paid = site.people["agreement"].map(wages).dropna() if "agreement" in site.people else pd.Series(dtype=float)
    return float(paid.mean()) if len(paid) else sum(wages.values()) / len(wages)


def staff_one_queue(
    contacts: float, interval_minutes: float, promise: Mapping[str, Any], extra: Sequence[int] = ()
) -> Staffed:
    """The calculator: how many agents `promise` (keys of QueueTargets) needs, and what numbers around that give.

    `extra`: further numbers of agents for the table. Where no number is enough the table is around that of 99.9 %.
    Raises `BadValue`.
    """
    try:
        asked = QueueTargets.model_validate(promise)
    except ValidationError as fault:
        first = fault.errors()[0]
        column = ".".join(str(part) for part in first["loc"]) or None
        raise BadValue(key_fault(first["msg"]), column=column, found=first["input"] if column else None) from fault
    need = how_many(contacts, interval_minutes, asked)
    centre = need.agents
    if centre == float("inf"):
        within_reach = asked.model_copy(update={"service_level": min(asked.service_level or 0.0, ALMOST)})
        centre = how_many(contacts, interval_minutes, within_reach).agents
    first_row = max(int(centre) - ROWS_BELOW, 0)
    rows = sorted({*range(first_row, int(centre) + ROWS_ABOVE + 1), *extra})
    return Staffed(asked, need, int(centre), what_if(contacts, interval_minutes, asked, rows))


def _of_queue(session: Session, kind: str, queue: str | None) -> pd.DataFrame:
    frame = session.store.versions.frame(kind, needed(session, kind))
    return frame if queue is None else frame[frame["queue"] == queue].reset_index(drop=True)


def _backlog(session: Session) -> pd.DataFrame | None:
    """The in-tray the plan's requirements were made with."""
    digest = session.store.versions.get("requirements", needed(session, "requirements")).inputs.get(BACKLOG_INPUT)
    if digest is None:
        return None
    return Site({BACKLOG_FILE: session.store.site.by_digest(BACKLOG_FILE, digest)}).backlog


def _made_with(session: Session) -> dict[str, Any]:
    """The parameters the plan's requirements were made with."""
    made = session.store.versions.get("requirements", needed(session, "requirements")).parameters
    return {
        "interval_minutes": made["interval_minutes"],
        "percentile": made.get("percentile"),
        "timezone": made.get("timezone", session.settings.timezone),
    }
